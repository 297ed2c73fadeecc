package aws_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"labelup/internal/aws"
	"labelup/internal/aws/awstest"
)

// calls collects what Observe is told.
type calls struct {
	mu   sync.Mutex
	list []aws.Call
}

func (c *calls) observe(_ context.Context, call aws.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, call)
}

// of returns those of one operation.
func (c *calls) of(operation string) []aws.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []aws.Call
	for _, call := range c.list {
		if call.Operation == operation {
			found = append(found, call)
		}
	}
	return found
}

// classOf is the class of an error, which has to say nothing else: none of what
// AWS put into its answer, nothing of where it is and who called, and no way to
// an error of the SDK or the network.
func classOf(t *testing.T, err error) string {
	t.Helper()
	failure, ok := errors.AsType[*aws.Error](err)
	if !ok {
		t.Fatalf("the error %v (%T) is not an *aws.Error", err, err)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %q", err, err, err, err), fmt.Sprintf("%+v %#v", failure, *failure)} {
		if found := private(text); found != "" {
			t.Errorf("the error shows %q: %s", found, text)
		}
	}
	if errors.Unwrap(failure) != nil {
		t.Errorf("%v wraps %v", failure, errors.Unwrap(failure))
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		t.Errorf("the error leads to the SDK's %v", api)
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		t.Errorf("the error leads to the network's %v", network)
	}
	return failure.Class
}

// private finds what no text may hold.
func private(text string) string {
	for _, secret := range []string{
		"arn:", awstest.Account, awstest.AccessKeyID, awstest.SecretAccessKey, "127.0.0.1", "http", "key-1", "wrong", "backups", "sites-1", "labelup/log", "RequestID", "exceeded for",
	} {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return ""
}

// within fails if something does not end, or takes far longer than it may.
func within(t *testing.T, what func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); what() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it still runs after a minute")
	}
}

func TestAnErrorIsTheStandardErrorsThatMeanTheSame(t *testing.T) {
	standard := map[string]error{aws.NotFound: fs.ErrNotExist, aws.Canceled: context.Canceled, aws.Timeout: context.DeadlineExceeded}
	for _, class := range []string{aws.NotFound, aws.Canceled, aws.Timeout, aws.Denied, aws.Throttled, aws.Unavailable, aws.Other} {
		for same, target := range standard {
			if got := errors.Is(&aws.Error{Operation: "s3_get", Class: class}, target); got != (class == same) {
				t.Errorf("%s is %v: %t", class, target, got)
			}
		}
	}
}

func TestSettingsNeverPrintTheirSecret(t *testing.T) {
	settings := aws.Settings{AccessKeyID: "AKID", SecretAccessKey: "topsecret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, settings); strings.Contains(text, "topsecret") || strings.Contains(text, "AKID") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestTheEnvironmentIsNotAsked(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "other", "AWS_SECRET_ACCESS_KEY": "other", "AWS_SESSION_TOKEN": "other", "AWS_REGION": "us-west-1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1", "AWS_PROFILE": "other",
	} {
		t.Setenv(name, value)
	}
	fake := awstest.Start(t)
	fake.AddKey("key-1")
	if _, _, err := aws.NewKeys(fake.Settings(), "key-1").NewDataKey(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if sent := string(fake.Requests()); strings.Contains(sent, "other") || strings.Contains(sent, "us-west-1") {
		t.Errorf("the request holds a value of the environment:\n%s", sent)
	}
}

func TestOneEndpointServesEveryServiceThatHasNoneOfItsOwn(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddKey("key-1")
	settings := fake.Settings()
	settings.Endpoint, settings.KMSEndpoint = settings.KMSEndpoint, ""
	if _, _, err := aws.NewKeys(settings, "key-1").NewDataKey(t.Context(), nil); err != nil {
		t.Error(err)
	}
	settings.KMSEndpoint, settings.Endpoint = settings.Endpoint, "http://127.0.0.1:1"
	if _, _, err := aws.NewKeys(settings, "key-1").NewDataKey(t.Context(), nil); err != nil {
		t.Errorf("the service's own endpoint does not win: %v", err)
	}
}
