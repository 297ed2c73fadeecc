package forge_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/forge"
	"labelup/forge/forgetest"
)

const route = "https://labelup.example.com/api/labels"

// fixture is an app and a site that has it installed. Their clock stands still.
type fixture struct {
	app  *forge.App
	host *forgetest.Host
	keys *keyServer
}

func newFixture(t testing.TB, changes ...func(*forge.Config)) *fixture {
	t.Helper()
	f := &fixture{host: forgetest.NewHost()}
	f.keys = newKeyServer(t, f.host.Keys().ServeHTTP)
	now := time.Now()
	f.host.Now = func() time.Time { return now }
	config := forge.Config{AppID: f.host.AppID, KeySetURL: f.keys.URL, AllowInsecureLoopback: true, Now: f.host.Now}
	for _, change := range changes {
		change(&config)
	}
	var err error
	if f.app, err = forge.New(config); err != nil {
		t.Fatal(err)
	}
	return f
}

func wantReason(t *testing.T, err error, kind forge.Kind, reason string) {
	t.Helper()
	if e, ok := errors.AsType[*forge.Error](err); !ok || e.Kind != kind || e.Reason != reason {
		t.Errorf("error = %v, want %s: %s", err, kind, reason)
	}
}

func TestACallerIsWhomForgeSigned(t *testing.T) {
	f := newFixture(t)
	got, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}"))
	if err != nil {
		t.Fatal(err)
	}
	want := &forge.Caller{
		InstallationID: f.host.InstallationID, CloudID: f.host.CloudID, APIBaseURL: "https://api.atlassian.com/ex/confluence/" + f.host.CloudID,
		AccountID: f.host.AccountID, Licensed: true, Content: f.host.Content, Space: f.host.Space, UserToken: "token-of-the-person",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("caller differs (-want +got):\n%s", diff)
	}
}

func TestWhatATokenMayLeaveOutOrSayInAnotherWay(t *testing.T) {
	set := forgetest.With
	license := func(said any) forgetest.Change { return set("app.license", said) }
	tests := map[string]struct {
		changes []forgetest.Change
		want    func(*forge.Caller)
	}{
		"an audience in an array of one":       {[]forgetest.Change{set("aud", []string{forgetest.NewHost().AppID})}, nil},
		"no nbf":                               {[]forgetest.Change{forgetest.Without("nbf")}, nil},
		"an empty cloud label":                 {[]forgetest.Change{set("icLabel", "")}, nil},
		"a cloud label of null":                {[]forgetest.Change{set("icLabel", nil)}, nil},
		"no list of installations":             {[]forgetest.Change{forgetest.Without("app.installation")}, nil},
		"a claim that nobody knows":            {[]forgetest.Change{set("x", []any{1.5, nil, true, map[string]any{"a": "ü"}})}, nil},
		"claims in another case mean nothing":  {[]forgetest.Change{set("AUD", "another"), set("Principal", "another"), set("app.License", map[string]any{"active": false})}, nil},
		"no principal":                         {[]forgetest.Change{forgetest.Without("principal")}, func(c *forge.Caller) { c.AccountID = "" }},
		"an empty principal":                   {[]forgetest.Change{set("principal", "")}, func(c *forge.Caller) { c.AccountID = "" }},
		"the principal of nobody":              {[]forgetest.Change{set("principal", "unidentified")}, func(c *forge.Caller) { c.AccountID = "" }},
		"a principal that is an object":        {[]forgetest.Change{set("principal", map[string]any{"id": "x"})}, func(c *forge.Caller) { c.AccountID = "" }},
		"an active licence":                    {[]forgetest.Change{license(map[string]any{"active": true})}, nil},
		"a licence of null":                    {[]forgetest.Change{license(nil)}, nil},
		"a licence that has ended":             {[]forgetest.Change{license(map[string]any{"active": false})}, func(c *forge.Caller) { c.Licensed = false }},
		"a licence of the old form only":       {[]forgetest.Change{license(map[string]any{"isActive": true})}, func(c *forge.Caller) { c.Licensed = false }},
		"a licence by a word":                  {[]forgetest.Change{license(map[string]any{"active": "true"})}, func(c *forge.Caller) { c.Licensed = false }},
		"an ended licence, the old form wrong": {[]forgetest.Change{license(map[string]any{"active": false, "isActive": true})}, func(c *forge.Caller) { c.Licensed = false }},
		"no page":                              {[]forgetest.Change{forgetest.Without("context.extension.content")}, func(c *forge.Caller) { c.Content = forge.Content{} }},
		"no context":                           {[]forgetest.Change{forgetest.Without("context")}, func(c *forge.Caller) { c.Content, c.Space = forge.Content{}, forge.Space{} }},
		"ids that are numbers": {
			[]forgetest.Change{set("context.extension.content.id", 5341185), set("context.extension.space.id", 65538)},
			func(c *forge.Caller) { c.Content.ID, c.Space.ID = "5341185", "65538" },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			want, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}"))
			if err != nil {
				t.Fatal(err)
			}
			if test.want != nil {
				test.want(want)
			}
			got, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}", test.changes...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("caller differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryAttackIsRefused(t *testing.T) {
	f := newFixture(t)
	attacks := f.host.Attacks(func() *http.Request { return f.host.Invoke(http.MethodPost, route, "{}") })
	if len(attacks) < 100 {
		t.Fatalf("only %d attacks", len(attacks))
	}
	for _, attack := range attacks {
		t.Run(attack.Name, func(t *testing.T) {
			caller, err := f.app.Caller(attack.Request)
			wantReason(t, err, forge.Unauthorized, attack.Reason)
			if caller != nil {
				t.Errorf("caller = %v", caller)
			}
		})
	}
	if _, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}")); err != nil {
		t.Errorf("after all of them a good call is refused: %v", err)
	}
	if asked := f.keys.asked.Load(); asked != 1 {
		t.Errorf("the key set was fetched %d times", asked)
	}
}

func TestATokenIsGoodForItsTimeAndTheLeeway(t *testing.T) {
	f := newFixture(t)
	now := f.host.Now().Unix()
	for name, changes := range map[string][]forgetest.Change{
		"expired by 4 seconds": {forgetest.With("iat", now-29), forgetest.With("nbf", now-29), forgetest.With("exp", now-4)},
		"5 seconds ahead":      {forgetest.With("iat", now+5), forgetest.With("nbf", now+5), forgetest.With("exp", now+30)},
		"good for an hour":     {forgetest.With("exp", now+3600)},
	} {
		if _, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}", changes...)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// requestRemote sends one token again and again.
func TestATokenMayComeAgain(t *testing.T) {
	f := newFixture(t)
	r := f.host.Request(http.MethodPost, route, "{}")
	for range 3 {
		caller, err := f.app.Caller(r)
		if err != nil || caller.UserToken != "" {
			t.Fatal(caller, err)
		}
	}
}

func TestOnlyDevelopmentMayBeOnThisMachine(t *testing.T) {
	for url, want := range map[string]bool{
		"https://keys.example.com/jwks.json": true, "https://127.0.0.1:1": true,
		"http://keys.example.com/jwks.json": false, "http://127.0.0.1:1/keys": false, "http://localhost/keys": false, "https://user@keys.example.com/": false,
		"": false, "keys.example.com": false, "file:///etc/passwd": false, "https:///keys": false, "https://keys.example.com/#x": false,
	} {
		if _, err := forge.New(forge.Config{AppID: forgetest.NewHost().AppID, KeySetURL: url}); (err == nil) != want {
			t.Errorf("production with %q: %v", url, err)
		}
	}
	_, err := forge.New(forge.Config{AppID: "labelup", KeySetURL: "http://example.com", AllowInsecureLoopback: true})
	if err == nil || !strings.Contains(err.Error(), "app's id") || !strings.Contains(err.Error(), "key set's URL") {
		t.Errorf("what is wrong is not named at once: %v", err)
	}

	f := newFixture(t)
	for gateway, want := range map[string]bool{
		"http://127.0.0.1:8090": true, "http://[::1]:8090": true, "http://localhost:8090": true, "http://a.localhost:8090": true, "https://api.atlassian.com": true,
		"http://10.0.0.1": false, "http://127.0.0.1.example.com": false, "ftp://127.0.0.1": false, "http://user@127.0.0.1": false, "http://127.0.0.1/x": false,
	} {
		f.host.Gateway = gateway
		if _, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}")); (err == nil) != want {
			t.Errorf("development with %q: %v", gateway, err)
		}
	}
	strict := newFixture(t, func(c *forge.Config) {
		c.AllowInsecureLoopback, c.KeySetURL, c.Transport = false, "https://keys.example.com", answering(f.host.Keys())
	})
	strict.host.Gateway = "http://127.0.0.1:8090"
	_, err = strict.app.Caller(strict.host.Invoke(http.MethodPost, route, "{}"))
	wantReason(t, err, forge.Unauthorized, forge.ReasonAPIBaseURL)
}

// answering is a transport that a handler answers, wherever it is sent to.
type handlerTransport struct{ handler http.Handler }

func answering(handler http.Handler) http.RoundTripper { return handlerTransport{handler} }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestAPersonsTokenGoesToTheirSiteAndNowhereElse(t *testing.T) {
	f := newFixture(t)
	caller, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}"))
	if err != nil {
		t.Fatal(err)
	}
	api := "https://api.atlassian.com/ex/confluence/" + f.host.CloudID
	for url, want := range map[string]bool{
		api + "/wiki/rest/api/content/1/label": true, api + "/wiki/api/v2/pages/1/labels?limit=250": true,
		api + "0/wiki/rest": false, "https://api.atlassian.com/ex/confluence/another/wiki": false, "http://api.atlassian.com/ex/confluence/" + f.host.CloudID + "/wiki": false,
		"https://example.com/ex/confluence/" + f.host.CloudID + "/wiki": false, "https://api.atlassian.com:444/ex/confluence/" + f.host.CloudID + "/wiki": false,
	} {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		err := caller.Authorize(q)
		if (err == nil) != want || (q.Header.Get("Authorization") == "Bearer token-of-the-person") != want {
			t.Errorf("%s: %v, with %q", url, err, q.Header)
		}
		if !want {
			wantReason(t, err, forge.BadRequest, forge.ReasonForeignURL)
		}
	}
	nobody, err := f.app.Caller(f.host.Request(http.MethodPost, route, "{}"))
	if err != nil {
		t.Fatal(err)
	}
	q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, api+"/wiki", nil)
	wantReason(t, nobody.Authorize(q), forge.Forbidden, forge.ReasonAnonymous)
	if q.Header.Get("Authorization") != "" {
		t.Error("it is authorized by nobody")
	}
}

func TestAPersonsTokenDoesNotPrintItself(t *testing.T) {
	caller := &forge.Caller{UserToken: "canary"}
	encoded, err := json.Marshal(caller)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "token", caller.UserToken, "caller", caller)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", caller.UserToken, "caller", caller)
	shown := string(encoded) + log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
		shown += fmt.Sprintf(verb+verb+verb, caller, *caller, caller.UserToken)
	}
	if strings.Contains(shown, "canary") || strings.Contains(strings.ToLower(shown), "63616e617279") || !strings.Contains(shown, "[secret]") {
		t.Errorf("it is shown in\n%s", shown)
	}
}

func TestAnErrorHoldsNoData(t *testing.T) {
	f := newFixture(t)
	for _, attack := range f.host.Attacks(func() *http.Request { return f.host.Invoke(http.MethodPost, route, "{}") }) {
		_, err := f.app.Caller(attack.Request)
		if text := fmt.Sprint(err); !strings.HasPrefix(text, "forge: unauthorized: ") || strings.Contains(text, f.host.CloudID) || strings.Contains(text, "token-of") {
			t.Errorf("%s: %s", attack.Name, text)
		}
	}
}

func TestTheLogLearnsWhoASaidCallerIs(t *testing.T) {
	f := newFixture(t)
	call := func(changes ...forgetest.Change) *http.Request {
		return f.host.Invoke(http.MethodPost, route, "{}", changes...)
	}
	for _, good := range []*http.Request{call(), call(forgetest.With("exp", 1)), call(forgetest.WithKeyID("unknown"))} {
		if got := forge.ClaimedInstallation(good); got != f.host.InstallationID {
			t.Errorf("claimed installation = %q", got)
		}
	}
	bare := call()
	bare.Header.Del("Authorization")
	for _, bad := range []*http.Request{bare, call(forgetest.With("app.installationId", "x y")), call(forgetest.Without("app"))} {
		if got := forge.ClaimedInstallation(bad); got != "" {
			t.Errorf("claimed installation = %q", got)
		}
	}
}

// FuzzCaller sends claims that nobody has signed, and claims that Forge would have.
func FuzzCaller(f *testing.F) {
	fix := newFixture(f)
	good := fix.host.Token()
	f.Add(good)
	for _, attack := range fix.host.Attacks(func() *http.Request { return fix.host.Invoke(http.MethodPost, route, "{}") }) {
		f.Add(strings.TrimPrefix(attack.Request.Header.Get("Authorization"), "Bearer "))
	}
	header, rest, _ := strings.Cut(good, ".")
	body, _, _ := strings.Cut(rest, ".")
	head, _ := base64.RawURLEncoding.DecodeString(header)
	claims, _ := base64.RawURLEncoding.DecodeString(body)
	f.Add(base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(claims) + ".AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, route, nil)
		r.Header["Authorization"] = []string{"Bearer " + token}
		caller, err := fix.app.Caller(r)
		if (err == nil) != (token == good) {
			t.Errorf("%q: %v, %v", token, caller, err)
		}
		if _, ok := errors.AsType[*forge.Error](err); err != nil && !ok {
			t.Errorf("%q: %v", token, err)
		}
		_ = forge.ClaimedInstallation(r)
	})
}

func BenchmarkCaller(b *testing.B) {
	f := newFixture(b)
	r := f.host.Invoke(http.MethodPost, route, "{}")
	if _, err := f.app.Caller(r); err != nil { // it fetches the keys
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		if _, err := f.app.Caller(r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/(processorTime(b)-before).Seconds(), "checks/cpu-s")
}

// processorTime is what the process has used, the collector included: a busy
// machine does not change it.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
