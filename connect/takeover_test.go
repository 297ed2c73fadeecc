package connect_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// The ways in which Connect apps have been taken over, by their numbers in the
// project's reference.

// refused sends a lifecycle call and fails unless it is refused for this reason
// and no site's record has changed.
func (f *fixture) refused(t *testing.T, r *http.Request, event connect.Event, reason string) {
	t.Helper()
	before := f.records()
	wantReason(t, f.app.Lifecycle(r, event), connect.Unauthorized, reason)
	if diff := cmp.Diff(before, f.records()); diff != "" {
		t.Errorf("records have changed (-before +after):\n%s", diff)
	}
}

func (f *fixture) records() map[string]connect.Installation {
	records := map[string]connect.Installation{}
	for _, key := range []string{f.host.ClientKey, f.host.OtherSite().ClientKey, "site-gone", "site-new"} {
		if site, ok := f.store.Get(key); ok {
			records[key] = site
		}
	}
	return records
}

func (f *fixture) installToken(changes ...connecttest.Change) string {
	return f.host.LifecycleToken(connect.Installed, "/installed", changes...)
}

func (f *fixture) installWith(changes ...connecttest.Change) *http.Request {
	return f.host.Lifecycle(connect.Installed, changes...)
}

func TestTakeoverT1FirstInstallWithoutAToken(t *testing.T) {
	f := newFixture(t)
	f.host.ClientKey = "site-new"
	r := f.installWith()
	r.Header.Del("Authorization")
	f.refused(t, r, connect.Installed, connect.ReasonNoToken)
}

func TestTakeoverT2SecretOfTheSameBodyVerifiesTheToken(t *testing.T) {
	f := newFixture(t)
	f.host.ClientKey = "site-new"
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodHS256, []byte(f.host.Secret))), connect.Installed, connect.ReasonAlgorithm)
}

func TestTakeoverT3InstallSignedWithTheStoredSecret(t *testing.T) {
	f := newFixture(t)
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodHS256, []byte(f.host.Secret))), connect.Installed, connect.ReasonAlgorithm)
}

func TestTakeoverT4AlgorithmNoneOrPublicKeyAsSecret(t *testing.T) {
	f := newFixture(t)
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)), connect.Installed, connect.ReasonAlgorithm)
	public, err := f.host.KnownKey(connecttest.KeyID)
	if err != nil {
		t.Fatal(err)
	}
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodHS256, connecttest.PublicPEM(public))), connect.Installed, connect.ReasonAlgorithm)
}

func TestTakeoverT5TokenOfOneSiteInstallsOverAnother(t *testing.T) {
	f := newFixture(t)
	body := f.host.OtherSite().LifecycleBody(connect.Installed)
	f.refused(t, f.host.LifecycleCall(connect.Installed, f.installToken(), body), connect.Installed, connect.ReasonClientKey)
}

func TestTakeoverT6AudienceOfAnotherApp(t *testing.T) {
	f := newFixture(t)
	for _, audience := range []any{"https://another.example.com", []string{"https://another.example.com"}, appURL + ".evil.example", appURL + "//", "HTTPS://LABELUP.EXAMPLE.COM", "", 7, nil, []any{7}} {
		f.refused(t, f.installWith(connecttest.With("aud", audience)), connect.Installed, connect.ReasonAudience)
	}
	for _, audience := range []any{appURL, appURL + "/", []string{"https://another.example.com", appURL}} {
		if err := f.app.Lifecycle(f.installWith(connecttest.With("aud", audience)), connect.Installed); err != nil {
			t.Errorf("own audience %v: %v", audience, err)
		}
	}
}

func TestTakeoverT7MissingOrForeignQSH(t *testing.T) {
	f := newFixture(t)
	f.refused(t, f.installWith(connecttest.Without("qsh")), connect.Installed, connect.ReasonNoQSH)
	f.refused(t, f.installWith(connecttest.With("qsh", strings.Repeat("0", 64))), connect.Installed, connect.ReasonQSHMismatch)
	f.refused(t, f.installWith(connecttest.With("qsh", connect.ContextQSH)), connect.Installed, connect.ReasonContextToken)
	replayed := f.host.LifecycleToken(connect.Uninstalled, "/uninstalled")
	f.refused(t, f.host.LifecycleCall(connect.Installed, replayed, f.host.LifecycleBody(connect.Installed)), connect.Installed, connect.ReasonQSHMismatch)
}

func TestTakeoverT8TwoSitesWithOneBaseURLStayApart(t *testing.T) {
	f := newFixture(t)
	before := f.records()
	intruder := f.host.OtherSite()
	intruder.BaseURL = f.host.BaseURL
	intruder.Secret = "the intruder's secret"
	if err := f.app.Lifecycle(intruder.Lifecycle(connect.Installed), connect.Installed); err != nil {
		t.Fatal(err)
	}
	after := f.records()
	if diff := cmp.Diff(before[f.host.ClientKey], after[f.host.ClientKey]); diff != "" {
		t.Errorf("the record of the other site has changed:\n%s", diff)
	}
	if after[intruder.ClientKey].SharedSecret != connect.Secret(intruder.Secret) {
		t.Error("the record of the site itself has not changed")
	}
}

func TestTakeoverT9KeyIDThatWouldLeadElsewhere(t *testing.T) {
	var fetched atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		http.Error(w, "gone", http.StatusNotFound)
	}))
	defer server.Close()
	f := newFixture(t, func(c *connect.Config) { c.Keys = connect.NewCDNKeys([]string{server.URL}, nil, nil) })
	for _, kid := range []any{"../../x", "x?y", "x#y", "x%2fy", "https://example.com/x", "x/y", "x\\y", "x.y", "", " ", strings.Repeat("a", 65), 7, nil, "ä"} {
		f.refused(t, f.installWith(connecttest.WithKeyID(kid)), connect.Installed, connect.ReasonKeyID)
	}
	if fetched.Load() != 0 {
		t.Errorf("%d requests went to the key server", fetched.Load())
	}
}

func TestTakeoverT10AnswerOfTheKeyServerThatIsNoKey(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"404":            http.NotFound,
		"a page":         func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>not a key</html>") },
		"a page as 403":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusForbidden) },
		"nothing at all": func(http.ResponseWriter, *http.Request) {},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			f := newFixture(t, func(c *connect.Config) { c.Keys = connect.NewCDNKeys([]string{server.URL}, nil, nil) })
			f.refused(t, f.installWith(), connect.Installed, connect.ReasonUnknownKey)
		})
	}
}

func TestTakeoverT11ExpiredOrEverlastingToken(t *testing.T) {
	f := newFixture(t)
	at := f.now.Unix()
	f.refused(t, f.installWith(connecttest.With("iat", at-300), connecttest.With("exp", at-31)), connect.Installed, connect.ReasonExpired)
	f.refused(t, f.installWith(connecttest.Without("exp")), connect.Installed, connect.ReasonNoExpiry)
	f.refused(t, f.installWith(connecttest.With("exp", at+365*24*3600)), connect.Installed, connect.ReasonLifetime)
}

func TestTakeoverT12TokenOfStagingInProduction(t *testing.T) {
	staging := connecttest.NewKey()
	f := newFixture(t)
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodRS256, staging), connecttest.WithKeyID("staging-key")), connect.Installed, connect.ReasonUnknownKey)
	f.refused(t, f.installWith(connecttest.SignedWith(jwt.SigningMethodRS256, staging)), connect.Installed, connect.ReasonSignature)
}

func TestTakeoverT13RequestOfAnUninstalledSite(t *testing.T) {
	f := newFixture(t)
	if err := f.app.Lifecycle(f.host.Lifecycle(connect.Uninstalled), connect.Uninstalled); err != nil {
		t.Fatal(err)
	}
	_, err := f.app.FromHost(f.host.Iframe("/byline"))
	wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	_, err = f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}"))
	wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	f.refused(t, f.host.Lifecycle(connect.Disabled), connect.Disabled, connect.ReasonUninstalled)
}

func TestTakeoverT14BodyOfAnotherApp(t *testing.T) {
	f := newFixture(t)
	body := f.host.LifecycleBody(connect.Installed)
	for i, key := range []any{"another-app", "", nil, 7, "LABELUP"} {
		body["key"] = key
		token := f.installToken(connecttest.With("jti", fmt.Sprint(i)))
		f.refused(t, f.host.LifecycleCall(connect.Installed, token, body), connect.Installed, connect.ReasonAppKey)
	}
}
