package connect_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

func TestClaimedSiteIsReadFromGoodAndBadRequestsAlike(t *testing.T) {
	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	tests := map[string]struct {
		request *http.Request
		want    string
	}{
		"a good page":                 {host.Iframe("/macro"), "site-a"},
		"a wrong signature":           {host.Iframe("/macro", connecttest.With("qsh", "x")), "site-a"},
		"a lifecycle call":            {host.Lifecycle(connect.Installed), "site-a"},
		"no token":                    {httptest.NewRequest(http.MethodGet, "/macro", nil), ""},
		"a token that is none":        {httptest.NewRequest(http.MethodGet, "/macro?jwt=x", nil), ""},
		"two tokens":                  {httptest.NewRequest(http.MethodGet, "/macro?jwt=x&jwt=y", nil), ""},
		"an issuer longer than any":   {host.Iframe("/macro", connecttest.With("iss", strings.Repeat("k", 256))), ""},
		"an issuer that is no string": {host.Iframe("/macro", connecttest.With("iss", 7)), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := connect.ClaimedSite(test.request); got != test.want {
				t.Errorf("ClaimedSite = %q, want %q", got, test.want)
			}
		})
	}
}

func TestInspectSaysWhatATokenIsAndWhyNobodyWouldTakeIt(t *testing.T) {
	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	now := host.Now()
	stamp := func(offset time.Duration) int64 { return now.Add(offset).Unix() }
	tests := map[string]struct {
		token string
		want  []string
	}{
		"a good page":              {host.TokenFor(http.MethodGet, "/macro"), nil},
		"a good context token":     {host.ContextToken(), nil},
		"a good lifecycle call":    {host.LifecycleToken(connect.Installed, "/installed"), nil},
		"expired":                  {host.ContextToken(connecttest.With("iat", stamp(-time.Hour)), connecttest.With("exp", stamp(-time.Minute))), []string{connect.ReasonExpired}},
		"from the future":          {host.ContextToken(connecttest.With("iat", stamp(time.Minute)), connecttest.With("exp", stamp(time.Hour))), []string{connect.ReasonNotYet}},
		"without exp":              {host.ContextToken(connecttest.Without("exp")), []string{connect.ReasonNoExpiry}},
		"without iat":              {host.ContextToken(connecttest.Without("iat")), []string{connect.ReasonNoIssuedAt}},
		"not before in a minute":   {host.ContextToken(connecttest.With("nbf", stamp(time.Minute))), []string{connect.ReasonNotYet}},
		"an audience of nobody":    {host.ContextToken(connecttest.With("aud", []string{})), []string{connect.ReasonAudience}},
		"a lifecycle call for all": {host.LifecycleToken(connect.Installed, "/installed", connecttest.Without("aud")), []string{connect.ReasonAudience}},
		"without issuer":           {host.ContextToken(connecttest.Without("iss")), []string{connect.ReasonIssuer}},
		"without qsh":              {host.ContextToken(connecttest.Without("qsh")), []string{connect.ReasonNoQSH}},
		"a qsh that is no hash":    {host.ContextToken(connecttest.With("qsh", "GET&/macro&")), []string{connect.ReasonQSHMismatch}},
		"a lifecycle context":      {host.LifecycleToken(connect.Installed, "/installed", connecttest.With("qsh", connect.ContextQSH)), []string{connect.ReasonContextToken}},
		"a key id that is a path":  {host.LifecycleToken(connect.Installed, "/installed", connecttest.WithKeyID("../x")), []string{connect.ReasonKeyID}},
		"another algorithm":        {host.ContextToken(connecttest.SignedWith(jwt.SigningMethodHS384, []byte(host.Secret))), []string{connect.ReasonAlgorithm}},
		"two things wrong at once": {host.ContextToken(connecttest.Without("iss"), connecttest.Without("qsh")), []string{connect.ReasonIssuer, connect.ReasonNoQSH}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := connect.Inspect(test.token, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Problems); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInspectReadsWhatSupportNeedsAndNothingThatCouldBeUsed(t *testing.T) {
	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	got, err := connect.Inspect(host.ContextToken(), host.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got.Algorithm != "HS256" || got.Issuer != "site-a" || !got.HasPerson || got.QSH != connect.ContextQSH ||
		got.Licence == nil || !*got.Licence || got.Content != host.Content || got.Space != host.Space || got.Macro != host.Macro {
		t.Errorf("Inspect read %+v", got)
	}
	if !got.SignedWith(connect.Secret(host.Secret)) || got.SignedWith("another") {
		t.Error("SignedWith does not tell the right secret from a wrong one")
	}
	host.AccountID, host.Licence = "unknown", nil
	if got, err := connect.Inspect(host.ContextToken(), host.Now()); err != nil || got.HasPerson || got.Licence != nil {
		t.Errorf("of an unknown person without a licence Inspect read %+v, %v", got, err)
	}
}

func TestInspectNamesThePartItCannotRead(t *testing.T) {
	for token, part := range map[string]string{"": "segments", "a.b": "segments", "a.b.c.d": "segments", "!.e30.x": "first segment", "e30.!.x": "second segment"} {
		if _, err := connect.Inspect(token, time.Now()); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Inspect(%q) says %v, want it to name the %s", token, err, part)
		}
	}
}
