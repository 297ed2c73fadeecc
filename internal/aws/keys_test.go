package aws_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"labelup/internal/aws"
	"labelup/internal/aws/awstest"
	"labelup/internal/seal"
)

var binding = map[string]string{"app": "labelup", "tenant": "0badcafe", "field": "sharedSecret"}

func TestADataKeyIsOpenedForItsBindingOnly(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddKey("key-1")
	keys := aws.NewKeys(fake.Settings(), "key-1")
	plain, wrapped, err := keys.NewDataKey(t.Context(), binding)
	if err != nil {
		t.Fatal(err)
	}
	if len(plain) != 32 || bytes.Contains(wrapped, plain) {
		t.Fatalf("a key of %d bytes, wrapped %x", len(plain), wrapped)
	}
	opened, err := keys.OpenDataKey(t.Context(), wrapped, binding)
	if err != nil || !bytes.Equal(opened, plain) {
		t.Fatalf("opened %x, %v; want %x", opened, err, plain)
	}
	other, _, err := keys.NewDataKey(t.Context(), binding)
	if err != nil || bytes.Equal(other, plain) {
		t.Errorf("the second data key is %x, %v, after %x", other, err, plain)
	}

	for name, wrong := range map[string]map[string]string{
		"another site": {"app": "labelup", "tenant": "deadbeef", "field": "sharedSecret"},
		"a field more": {"app": "labelup", "tenant": "0badcafe", "field": "sharedSecret", "x": "y"},
		"none":         nil,
	} {
		if _, err := keys.OpenDataKey(t.Context(), wrapped, wrong); !errors.Is(err, seal.ErrKeyServiceDenied) || classOf(t, err) != aws.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	flipped := bytes.Clone(wrapped)
	flipped[len(flipped)-4] ^= 1
	if _, err := keys.OpenDataKey(t.Context(), flipped, binding); !errors.Is(err, seal.ErrKeyServiceDenied) {
		t.Errorf("a flipped bit: %v", err)
	}
}

func TestTheKeyServiceRefusesForGoodOrForNow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trouble func(*awstest.Fake)
		change  func(*aws.Settings, *string)
		class   string
		want    error
	}{
		"it throttles":                        {func(f *awstest.Fake) { f.Misbehave(awstest.Throttle, -1) }, nil, aws.Throttled, seal.ErrKeyServiceUnavailable},
		"it fails":                            {func(f *awstest.Fake) { f.Misbehave(awstest.Fail, -1) }, nil, aws.Unavailable, seal.ErrKeyServiceUnavailable},
		"it resets connections":               {func(f *awstest.Fake) { f.Misbehave(awstest.Reset, -1) }, nil, aws.Unavailable, seal.ErrKeyServiceUnavailable},
		"its answers break off":               {func(f *awstest.Fake) { f.Misbehave(awstest.Half, -1) }, nil, aws.Unavailable, seal.ErrKeyServiceUnavailable},
		"it hangs":                            {func(f *awstest.Fake) { f.Misbehave(awstest.Hang, -1) }, nil, aws.Timeout, seal.ErrKeyServiceUnavailable},
		"it cannot be reached":                {func(f *awstest.Fake) { f.Proxy.Down() }, nil, aws.Unavailable, seal.ErrKeyServiceUnavailable},
		"it denies":                           {func(f *awstest.Fake) { f.Misbehave(awstest.Deny, -1) }, nil, aws.Denied, seal.ErrKeyServiceDenied},
		"the key is disabled":                 {func(f *awstest.Fake) { f.DisableKey("key-1") }, nil, aws.Denied, seal.ErrKeyServiceDenied},
		"the key is gone":                     {func(f *awstest.Fake) { f.RemoveKey("key-1") }, nil, aws.NotFound, seal.ErrKeyServiceDenied},
		"another key made it":                 {func(f *awstest.Fake) { f.AddKey("key-2") }, func(_ *aws.Settings, id *string) { *id = "key-2" }, aws.Denied, seal.ErrKeyServiceDenied},
		"the credentials are nobody's":        {nil, func(s *aws.Settings, _ *string) { s.AccessKeyID = "wrong" }, aws.Denied, seal.ErrKeyServiceDenied},
		"the credentials are for elsewhere":   {nil, func(s *aws.Settings, _ *string) { s.Region = "us-east-1" }, aws.Denied, seal.ErrKeyServiceDenied},
		"the endpoint is no web address":      {nil, func(s *aws.Settings, _ *string) { s.KMSEndpoint = "wrong" }, aws.Unavailable, seal.ErrKeyServiceUnavailable},
		"the region is not one":               {nil, func(s *aws.Settings, _ *string) { s.Region, s.KMSEndpoint = "not a region", "" }, aws.Other, seal.ErrKeyServiceDenied},
		"it fails in a way never seen before": {func(f *awstest.Fake) { f.Misbehave(awstest.Strange, -1) }, nil, aws.Other, seal.ErrKeyServiceDenied},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := awstest.Start(t)
			fake.AddKey("key-1")
			_, wrapped, err := aws.NewKeys(fake.Settings(), "key-1").NewDataKey(t.Context(), binding)
			if err != nil {
				t.Fatal(err)
			}
			var seen calls
			settings, id := fake.Settings(), "key-1"
			settings.Observe = seen.observe
			if test.trouble != nil {
				test.trouble(fake)
			}
			if test.change != nil {
				test.change(&settings, &id)
			}
			keys := aws.NewKeys(settings, id)
			within(t, func() { _, err = keys.OpenDataKey(t.Context(), wrapped, binding) })
			if !errors.Is(err, test.want) || classOf(t, err) != test.class {
				t.Errorf("it says %v; want %v and class %s", err, test.want, test.class)
			}
			if got := seen.of("kms_decrypt"); len(got) != 1 || got[0].Class != test.class {
				t.Errorf("observed %+v", got)
			}
			if name != "another key made it" {
				if _, _, err := keys.NewDataKey(t.Context(), binding); !errors.Is(err, test.want) || classOf(t, err) != test.class {
					t.Errorf("for a new key it says %v", err)
				}
			}
		})
	}
}

func TestAShortTroubleOfTheKeyServiceIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, fault := range []awstest.Fault{awstest.Throttle, awstest.Fail, awstest.Reset, awstest.Hang} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			fake := awstest.Start(t)
			fake.AddKey("key-1")
			var seen calls
			settings := fake.Settings()
			settings.Observe = seen.observe
			fake.Misbehave(fault, 1)
			if _, _, err := aws.NewKeys(settings, "key-1").NewDataKey(t.Context(), binding); err != nil {
				t.Fatal(err)
			}
			got := seen.of("kms_new_data_key")
			if len(got) != 1 || got[0].Retries != 1 || got[0].Status != 200 || got[0].Class != "" || got[0].Duration <= 0 {
				t.Errorf("observed %+v, want one call with one retry", got)
			}
		})
	}
}

func TestACallerThatGivesUpIsNotKeptWaiting(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddKey("key-1")
	fake.Misbehave(awstest.Hang, -1)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, _, err := aws.NewKeys(fake.Settings(), "key-1").NewDataKey(ctx, binding)
	if !errors.Is(err, seal.ErrKeyServiceUnavailable) || !errors.Is(err, context.Canceled) || classOf(t, err) != aws.Canceled {
		t.Errorf("it says %v", err)
	}
}

func TestTheFakeKeepsWhatWasSentToIt(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddKey("key-1")
	if _, _, err := aws.NewKeys(fake.Settings(), "key-1").NewDataKey(t.Context(), map[string]string{"field": "planted"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"planted", "TrentService.GenerateDataKey", "Authorization: AWS4-HMAC-SHA256"} {
		if !strings.Contains(string(fake.Requests()), want) {
			t.Errorf("%q is not in what was sent", want)
		}
	}
	if strings.Contains(string(fake.Requests()), awstest.SecretAccessKey) {
		t.Error("the secret key was sent")
	}
}
