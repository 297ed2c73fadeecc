package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// The golden files in testdata/jwt are written anew with UPDATE_GOLDEN=1.
func TestJWTSaysWhatATokenIsAndWhatIsWrongWithIt(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	host := connecttest.NewHost("labelup", "https://labelup.example.com/connect")
	host.Now = func() time.Time { return now.Add(-time.Minute) }
	const path = "/macro/labels?contentId=123&lic=active"
	compare := []string{"--method", "GET", "--url", "https://labelup.example.com/connect" + path, "--base", "https://labelup.example.com/connect"}
	withSecret := []string{"--secret-env", "SITE_SECRET"}
	ago := func(d time.Duration) int64 { return now.Add(-d).Unix() }

	for name, test := range map[string]struct {
		token string
		args  []string
		code  int
	}{
		"a good request of the host":           {host.TokenFor("GET", path), append(compare, withSecret...), 0},
		"pasted with its header":               {"Authorization: JWT " + host.TokenFor("GET", path) + "\n", nil, 0},
		"pasted with its URL":                  {"'https://labelup.example.com/connect" + path + "&jwt=" + host.TokenFor("GET", path) + "&x=y#z'\n", nil, 0},
		"pasted with its header in lower case": {"authorization: JWT " + host.TokenFor("GET", path) + "\n", nil, 0},
		"a context token":                      {host.ContextToken(), nil, 0},
		"a context token for a URL":            {host.ContextToken(), compare, 1},
		"an anonymous context token":           {host.ContextToken(connecttest.Without("sub"), connecttest.Without("context")), nil, 0},
		"a lifecycle token":                    {host.LifecycleToken(connect.Installed, "/installed"), []string{"--method", "POST", "--url", "/connect/installed", "--base", "https://labelup.example.com/connect"}, 0},
		"a lifecycle token of another app":     {host.LifecycleToken(connect.Installed, "/installed", connecttest.With("aud", "https://another.example.com")), compare, 1},
		"a lifecycle token without a key id":   {host.LifecycleToken(connect.Installed, "/installed", connecttest.WithKeyID("../x"), connecttest.With("qsh", connect.ContextQSH)), nil, 1},
		"expired three minutes ago":            {host.TokenFor("GET", path, connecttest.With("iat", ago(18*time.Minute)), connecttest.With("exp", ago(3*time.Minute))), compare, 1},
		"from the future":                      {host.TokenFor("GET", path, connecttest.With("iat", ago(-time.Hour)), connecttest.With("exp", ago(-2*time.Hour))), nil, 1},
		"not valid for an hour":                {host.TokenFor("GET", path, connecttest.With("nbf", ago(-time.Hour))), nil, 1},
		"valid from no time":                   {host.TokenFor("GET", path, connecttest.With("nbf", "soon")), nil, 1},
		"for another app":                      {host.TokenFor("GET", path, connecttest.With("aud", "another-app")), nil, 1},
		"for another base URL":                 {host.TokenFor("GET", path, connecttest.With("aud", "https://another.example.com")), compare, 1},
		"for a base URL that nobody gave":      {host.TokenFor("GET", path, connecttest.With("aud", "https://another.example.com")), nil, 0},
		"for another app and the site":         {host.TokenFor("GET", path, connecttest.With("aud", []string{"another-app", host.ClientKey})), compare, 0},
		"for the app":                          {host.TokenFor("GET", path, connecttest.With("aud", "labelup")), compare, 0},
		"for the base URL":                     {host.TokenFor("GET", path, connecttest.With("aud", "https://labelup.example.com/connect/")), compare, 0},
		"for nobody":                           {host.TokenFor("GET", path, connecttest.With("aud", []string{})), nil, 1},
		"what the app signs for a site":        {host.TokenFor("GET", path, connecttest.With("iss", "labelup"), connecttest.With("aud", []string{host.ClientKey})), nil, 0},
		"valid for a day":                      {host.TokenFor("GET", path, connecttest.With("exp", ago(-24*time.Hour))), nil, 1},
		"without most of what it needs":        {host.TokenFor("GET", path, connecttest.Without("exp"), connecttest.Without("iss"), connecttest.Without("qsh")), nil, 1},
		"without iat":                          {host.TokenFor("GET", path, connecttest.Without("iat")), nil, 1},
		"signed for another URL":               {host.TokenFor("GET", "/byline"), compare, 1},
		"signed with another secret":           {host.TokenFor("GET", path, connecttest.SignedWith(jwt.SigningMethodHS256, []byte("another"))), withSecret, 1},
		"algorithm none":                       {host.TokenFor("GET", path, connecttest.SignedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)), withSecret, 1},
		"claims that steer a terminal":         {host.TokenFor("GET", path, connecttest.With("iss", "\x1b[2J\x07"), connecttest.With("qsh", "\x1b[2J")), nil, 1},
		"scheme Bearer":                        {"Bearer " + host.TokenFor("GET", path), nil, 1},
		"not a token":                          {"hello", nil, 1},
		"a header that is no JSON":             {"aGVsbG8.aGVsbG8.aGVsbG8", nil, 1},
		"claims with padding":                  {"eyJhbGciOiJIUzI1NiJ9.e30=.aGVsbG8", nil, 1},
		"nothing":                              {"", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			getenv := func(name string) string { return map[string]string{"SITE_SECRET": host.Secret}[name] }
			code := inspectToken(test.args, strings.NewReader(test.token), &stdout, &stderr, getenv, now)
			if code != test.code || stderr.Len() > 0 {
				t.Errorf("exit code %d, want %d; standard error %q", code, test.code, &stderr)
			}
			golden(t, filepath.Join("testdata", "jwt", strings.ReplaceAll(name, " ", "-")+".txt"), stdout.String())
			for what, private := range map[string]string{
				"the secret": host.Secret, "the person": host.AccountID,
				"the token": test.token, "the signature": test.token[strings.LastIndexByte(test.token, '.')+1:],
			} {
				if len(private) > 10 && strings.Contains(stdout.String(), strings.TrimSpace(private)) {
					t.Errorf("the output shows %s", what)
				}
			}
			if strings.ContainsRune(stdout.String(), '\x1b') {
				t.Error("the output has a control character of the token")
			}
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func TestJWTCalledInAWrongWay(t *testing.T) {
	for name, test := range map[string]struct {
		args  []string
		stdin string
	}{
		"the token as an argument":         {args: []string{"eyJ.eyJ.x"}},
		"a method without a URL":           {args: []string{"--method", "GET"}},
		"a URL without a method":           {args: []string{"--url", "/x"}},
		"a base that is none":              {args: []string{"--base", "http://[::1"}},
		"a secret that is not there":       {args: []string{"--secret-env", "LABELUP_NO_SUCH_SECRET"}},
		"a base that the URL is not below": {args: []string{"--method", "GET", "--url", "/a", "--base", "https://labelup.example.com/connect"}},
		"an unknown flag":                  {args: []string{"--secret", "x"}},
		"more than a token":                {stdin: strings.Repeat("x", maxTokenInput+1)},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := runJWT(test.args, strings.NewReader(test.stdin), &stdout, &stderr)
			if code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "labelup jwt") {
				t.Errorf("exit code %d, standard output %q, standard error %q", code, &stdout, &stderr)
			}
			if strings.Contains(stderr.String(), "eyJ") {
				t.Errorf("standard error repeats the token: %q", fmt.Sprint(&stderr))
			}
		})
	}
}

func TestJWTAsksForTheTokenOnATerminal(t *testing.T) {
	terminal, err := os.Open(os.DevNull) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var stdout, stderr bytes.Buffer
	if code := runJWT(nil, terminal, &stdout, &stderr); code != 1 || !strings.HasPrefix(stderr.String(), "Paste the token") {
		t.Errorf("exit code %d, standard error %q", code, &stderr)
	}
}
