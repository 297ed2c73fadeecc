package connect_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"labelup/connect"
	"labelup/connect/connecttest"
)

const appURL = "https://labelup.example.com"

// fixture is an app, its store, and a site that has it installed.
type fixture struct {
	app   *connect.App
	store *connecttest.Store
	host  *connecttest.Host
	now   time.Time // of the app; the host has its own clock
}

func newFixture(t testing.TB, changes ...func(*connect.Config)) *fixture {
	t.Helper()
	f := &fixture{
		store: connecttest.NewStore(),
		host:  connecttest.NewHost("labelup", appURL),
		now:   time.Unix(1_800_000_000, 0),
	}
	start := f.now
	f.host.Now = func() time.Time { return start }
	config := connect.Config{
		Key: "labelup", BaseURLs: []string{appURL}, EnableLicensing: true,
		Store: f.store, Keys: f.host, Now: func() time.Time { return f.now },
	}
	for _, change := range changes {
		change(&config)
	}
	app, err := connect.New(config)
	if err != nil {
		t.Fatal(err)
	}
	f.app = app
	f.host.Arrange(f.store)
	return f
}

// wantReason fails unless err is an *Error of this kind and reason.
func wantReason(t testing.TB, err error, kind connect.Kind, reason string) {
	t.Helper()
	e, ok := errors.AsType[*connect.Error](err)
	if !ok {
		t.Fatalf("error = %v, want %s: %s", err, kind, reason)
	}
	if e.Kind != kind || e.Reason != reason {
		t.Fatalf("error = %s: %s, want %s: %s", e.Kind, e.Reason, kind, reason)
	}
}

func TestACallerIsWhomTheHostSigned(t *testing.T) {
	f := newFixture(t)
	site := f.host.Installation()
	want := &connect.Caller{
		Installation: &site, AccountID: f.host.AccountID, Licensed: true,
		Content: f.host.Content, Space: f.host.Space, Macro: f.host.Macro,
	}
	for name, call := range map[string]func() (*connect.Caller, error){
		"a page in an iframe": func() (*connect.Caller, error) { return f.app.FromHost(f.host.Iframe(macroURL)) },
		"a call of the host with the token in the header": func() (*connect.Caller, error) {
			return f.app.FromHost(f.host.ServerCall("GET", "/macro/labels/static?output=pdf", ""))
		},
		"a call of the app's own page": func() (*connect.Caller, error) {
			return f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := call()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(connect.Caller{})); diff != "" {
				t.Errorf("caller (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParametersAreThoseOfTheSignedURL(t *testing.T) {
	f := newFixture(t)
	const path = "/macro/labels?prefix=team%2D%C3%BC+1&display=list&display=chips&empty="
	signed, err := f.app.FromHost(f.host.Iframe(path))
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := f.app.FromBrowser(f.host.BrowserCall("GET", path, ""))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"prefix": "team-ü 1", "display": "chips", "empty": "", "absent": "", "cp": "/wiki"} {
		if got := signed.Parameter(name); got != want {
			t.Errorf("Parameter(%q) = %q, want %q", name, got, want)
		}
		if got := unsigned.Parameter(name); got != "" {
			t.Errorf("Parameter(%q) = %q of a URL that nobody signed", name, got)
		}
	}
}

func TestEveryAttackOnAHostRouteIsRefused(t *testing.T) {
	f := newFixture(t)
	attacks := f.host.HostAttacks(http.MethodGet, macroURL)
	checkAttacks(t, attacks, func(r *http.Request) error { _, err := f.app.FromHost(r); return err })
}

func TestEveryAttackOnABrowserRouteIsRefused(t *testing.T) {
	f := newFixture(t)
	attacks := f.host.BrowserAttacks(http.MethodPost, "/api/labels", "{}")
	checkAttacks(t, attacks, func(r *http.Request) error { _, err := f.app.FromBrowser(r); return err })
}

func TestEveryAttackOnALifecycleRouteIsRefusedAndChangesNothing(t *testing.T) {
	for _, event := range []connect.Event{connect.Installed, connect.Uninstalled, connect.Enabled, connect.Disabled} {
		t.Run(string(event), func(t *testing.T) {
			f := newFixture(t)
			checkAttacks(t, f.host.LifecycleAttacks(event), func(r *http.Request) error {
				err := f.app.Lifecycle(r, event)
				if got, _ := f.store.Get(f.host.ClientKey); !cmp.Equal(got, f.host.Installation()) {
					t.Error("the site's record has changed")
				}
				return err
			})
		})
	}
}

// Each attack must fail at the check that it attacks, and not by accident at
// another one: testdata/attacks.txt, written anew with UPDATE_GOLDEN=1, says
// which.
func TestEveryAttackIsRefusedForItsOwnReason(t *testing.T) {
	f := newFixture(t)
	var got strings.Builder
	list := func(route string, attacks []connecttest.Attack, serve func(*http.Request) error) {
		for _, attack := range attacks {
			reason := "accepted"
			if e, ok := errors.AsType[*connect.Error](serve(attack.Request)); ok {
				reason = e.Reason
			}
			fmt.Fprintf(&got, "%-12s %-18s %s\n", route, reason, attack.Name)
		}
	}
	list("host", f.host.HostAttacks(http.MethodGet, macroURL), func(r *http.Request) error { _, err := f.app.FromHost(r); return err })
	list("browser", f.host.BrowserAttacks(http.MethodPost, "/api/labels", "{}"), func(r *http.Request) error { _, err := f.app.FromBrowser(r); return err })
	for _, event := range []connect.Event{connect.Installed, connect.Uninstalled, connect.Enabled, connect.Disabled} {
		list(string(event), f.host.LifecycleAttacks(event), func(r *http.Request) error { return f.app.Lifecycle(r, event) })
	}
	const file = "testdata/attacks.txt"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func checkAttacks(t *testing.T, attacks []connecttest.Attack, serve func(*http.Request) error) {
	t.Helper()
	if len(attacks) < 40 {
		t.Fatalf("only %d attacks", len(attacks))
	}
	for _, attack := range attacks {
		t.Run(attack.Name, func(t *testing.T) {
			err := serve(attack.Request)
			e, ok := errors.AsType[*connect.Error](err)
			if !ok || e.Kind != connect.Unauthorized {
				t.Fatalf("error = %v, want unauthorized", err)
			}
		})
	}
}

func TestTheReasonNamesWhatIsWrong(t *testing.T) {
	f := newFixture(t)
	sign := func(changes ...connecttest.Change) *http.Request { return f.host.Iframe("/byline", changes...) }
	at := f.now.Unix()
	for name, test := range map[string]struct {
		request *http.Request
		reason  string
	}{
		"no token":             {httptest.NewRequest(http.MethodGet, appURL+"/byline", nil), connect.ReasonNoToken},
		"an empty parameter":   {httptest.NewRequest(http.MethodGet, appURL+"/byline?jwt=", nil), connect.ReasonNoToken},
		"not a token":          {httptest.NewRequest(http.MethodGet, appURL+"/byline?jwt=x", nil), connect.ReasonTokenMalformed},
		"a line break in it":   {httptest.NewRequest(http.MethodGet, f.host.IframeURL("/byline")+"%0A", nil), connect.ReasonTokenMalformed},
		"another algorithm":    {sign(connecttest.SignedWith(jwt.SigningMethodHS384, []byte(f.host.Secret))), connect.ReasonAlgorithm},
		"an unknown site":      {sign(connecttest.With("iss", "nobody")), connect.ReasonIssuer},
		"an uninstalled site":  {sign(connecttest.With("iss", "site-gone")), connect.ReasonUninstalled},
		"another secret":       {sign(connecttest.SignedWith(jwt.SigningMethodHS256, []byte("x"))), connect.ReasonSignature},
		"no exp":               {sign(connecttest.Without("exp")), connect.ReasonNoExpiry},
		"no iat":               {sign(connecttest.Without("iat")), connect.ReasonNoIssuedAt},
		"expired":              {sign(connecttest.With("iat", at-300), connecttest.With("exp", at-30)), connect.ReasonExpired},
		"from the future":      {sign(connecttest.With("iat", at+31)), connect.ReasonNotYet},
		"far from the future":  {sign(connecttest.With("exp", 1e300)), connect.ReasonNoExpiry},
		"not before a while":   {sign(connecttest.With("nbf", at+31)), connect.ReasonNotYet},
		"for somebody else":    {sign(connecttest.With("aud", "another-app")), connect.ReasonAudience},
		"a claim twice":        {sign(func(t *connecttest.Token) { t.ClaimsFirst = `"sub":"someone",` }), connect.ReasonTokenMalformed},
		"living too long":      {sign(connecttest.With("exp", at+3601)), connect.ReasonLifetime},
		"no qsh":               {sign(connecttest.Without("qsh")), connect.ReasonNoQSH},
		"a context token":      {sign(connecttest.With("qsh", connect.ContextQSH)), connect.ReasonContextToken},
		"signed for elsewhere": {sign(connecttest.With("qsh", connect.QSH("GET", "/x", ""))), connect.ReasonQSHMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.app.FromHost(test.request)
			wantReason(t, err, connect.Unauthorized, test.reason)
			if text := err.Error(); text != "connect: unauthorized: "+test.reason {
				t.Errorf("error text %q says more than kind and reason", text)
			}
		})
	}
}

func TestWhatIsUnusualAndStillRight(t *testing.T) {
	f := newFixture(t)
	at := f.now.Unix()
	for name, changes := range map[string][]connecttest.Change{
		"expired 29 seconds ago":           {connecttest.With("iat", at-300), connecttest.With("exp", at-29)},
		"issued 30 seconds in the future":  {connecttest.With("iat", at+30)},
		"not to be used before 30 seconds": {connecttest.With("nbf", at+30)},
		"to be used since 1970":            {connecttest.With("nbf", 0)},
		"the site as the audience":         {connecttest.With("aud", f.host.ClientKey)},
		"the app as the audience":          {connecttest.With("aud", "labelup")},
		"its address among the audience":   {connecttest.With("aud", []any{"another-app", 7, appURL + "/"})},
		"living an hour":                   {connecttest.With("exp", at+3600)},
		"times with fractions of a second": {connecttest.With("iat", float64(at)+0.25), connecttest.With("exp", float64(at)+900.75)},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := f.app.FromHost(f.host.Iframe("/byline", changes...)); err != nil {
				t.Error(err)
			}
			if _, err := f.app.FromBrowser(f.host.BrowserCall("GET", "/api/x", "", changes...)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNobodyIsSignedIn(t *testing.T) {
	f := newFixture(t)
	for name, change := range map[string]connecttest.Change{
		"without sub":            connecttest.Without("sub"),
		"with sub unknown":       connecttest.With("sub", "unknown"),
		"with sub of wrong type": connecttest.With("sub", 7),
		"with sub null":          connecttest.With("sub", nil),
	} {
		t.Run(name, func(t *testing.T) {
			caller, err := f.app.FromHost(f.host.Iframe("/byline", change))
			if err != nil {
				t.Fatal(err)
			}
			if caller.AccountID != "" {
				t.Errorf("account = %q, want none", caller.AccountID)
			}
		})
	}
}

func TestTheContextIsReadTolerantly(t *testing.T) {
	f := newFixture(t)
	confluence := func(content any) connecttest.Change {
		return connecttest.With("context", map[string]any{"confluence": map[string]any{"content": content}})
	}
	for name, test := range map[string]struct {
		change connecttest.Change
		want   connect.Content
	}{
		"numbers for ids":    {confluence(map[string]any{"id": 12345678901, "type": "page", "version": 3}), connect.Content{ID: "12345678901", Type: "page", Version: "3"}},
		"strings for ids":    {confluence(map[string]any{"id": "123", "type": "blogpost", "version": "3"}), connect.Content{ID: "123", Type: "blogpost", Version: "3"}},
		"null for an id":     {confluence(map[string]any{"id": nil, "type": "page"}), connect.Content{Type: "page"}},
		"an object as id":    {confluence(map[string]any{"id": map[string]any{"id": "123"}}), connect.Content{}},
		"content is text":    {confluence("123"), connect.Content{}},
		"context is text":    {connecttest.With("context", "confluence"), connect.Content{}},
		"context is missing": {connecttest.Without("context"), connect.Content{}},
	} {
		t.Run(name, func(t *testing.T) {
			caller, err := f.app.FromHost(f.host.Iframe("/byline", test.change))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, caller.Content); diff != "" {
				t.Errorf("content (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheLicence(t *testing.T) {
	yes, no := true, false
	token := func(active any) connecttest.Change {
		return connecttest.With("context", map[string]any{"license": map[string]any{"active": active}})
	}
	for name, test := range map[string]struct {
		free     bool
		lic      string // appended to the URL before it is signed
		change   connecttest.Change
		host     *bool
		licensed bool
		browser  bool // what the same token is worth in a browser call with the same URL
	}{
		"the token says active":              {change: token(true), licensed: true, browser: true},
		"the token says inactive":            {change: token(false)},
		"only the URL says active":           {lic: "lic=active", change: connecttest.Without("context"), licensed: true, browser: false},
		"only the URL says none":             {lic: "lic=none", change: connecttest.Without("context")},
		"the URL says active twice":          {lic: "lic=active&lic=active", change: connecttest.Without("context")},
		"the token overrules the URL":        {lic: "lic=active", change: token(false)},
		"nobody says anything":               {change: connecttest.Without("context")},
		"the token says nonsense":            {change: token("yes")},
		"the app is free":                    {free: true, lic: "lic=none", change: token(false), licensed: true, browser: true},
		"the host of a licensed site calls":  {host: &yes, change: func(*connecttest.Token) {}, licensed: true, browser: true},
		"the host of an expired trial calls": {host: &no, change: func(*connecttest.Token) {}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(c *connect.Config) { c.EnableLicensing = !test.free })
			f.host.Licence = test.host
			path := "/byline?" + test.lic
			caller, err := f.app.FromHost(f.host.ServerCall("GET", path, "", test.change))
			if err != nil {
				t.Fatal(err)
			}
			if caller.Licensed != test.licensed {
				t.Errorf("licensed by the host = %v, want %v", caller.Licensed, test.licensed)
			}
			caller, err = f.app.FromBrowser(f.host.BrowserCall("GET", path, "", test.change))
			if err != nil {
				t.Fatal(err)
			}
			if caller.Licensed != test.browser {
				t.Errorf("licensed in the browser = %v, want %v", caller.Licensed, test.browser)
			}
		})
	}
}

func TestTheCustomDomainIsThatOfTheTokenIfItIsOne(t *testing.T) {
	f := newFixture(t)
	f.host.DisplayURL = "https://stored.example.com"
	f.store.Put(f.host.Installation())
	for said, want := range map[string]string{
		"https://wiki.example.com":             "https://wiki.example.com",
		"":                                     "https://stored.example.com",
		"http://wiki.example.com":              "https://stored.example.com",
		"https://wiki.example.com; script-src": "https://stored.example.com",
		"https://a;b.example.com":              "https://stored.example.com",
		"javascript:alert(1)":                  "https://stored.example.com",
	} {
		t.Run("said "+said, func(t *testing.T) {
			f.host.DisplayURL = said
			caller, err := f.app.FromHost(f.host.Iframe("/byline"))
			if err != nil {
				t.Fatal(err)
			}
			if caller.DisplayURL != want {
				t.Errorf("display URL = %q, want %q", caller.DisplayURL, want)
			}
		})
	}
}

func TestTheBasePathIsThatOfTheURLTheRequestCameUnder(t *testing.T) {
	const region = "https://eu.labelup.example.com/connect"
	f := newFixture(t, func(c *connect.Config) { c.BaseURLs = []string{appURL, region} })
	european := *f.host
	european.AppURL = region

	if _, err := f.app.FromHost(european.Iframe("/byline")); err != nil {
		t.Errorf("under the regional URL: %v", err)
	}
	if err := f.app.Lifecycle(european.Lifecycle(connect.Installed), connect.Installed); err != nil {
		t.Errorf("installed with the regional audience: %v", err)
	}
	if _, err := f.app.FromHost(f.host.Iframe("/connect/byline")); err != nil {
		t.Errorf("the same path under the global URL, where it is no base path: %v", err)
	}
	behindProxy := f.host.Iframe("/byline")
	behindProxy.Host = "10.0.0.7:8080"
	if _, err := f.app.FromHost(behindProxy); err != nil {
		t.Errorf("under a host that a proxy made up: %v", err)
	}
	upper := european.Iframe("/byline")
	upper.Host = "EU.labelup.example.com"
	if _, err := f.app.FromHost(upper); err != nil {
		t.Errorf("under the regional host in another spelling: %v", err)
	}
}

func TestAReplacedSecretIsGoodUntilTheGraceEnds(t *testing.T) {
	f := newFixture(t)
	site := f.host.Installation()
	site.PreviousSecret, site.SharedSecret = site.SharedSecret, "the new secret"
	site.PreviousSecretUntil = f.now.Add(10 * time.Minute)
	f.store.Put(site)

	if _, err := f.app.FromHost(f.host.Iframe("/byline")); err != nil {
		t.Errorf("within the grace: %v", err)
	}
	f.now = site.PreviousSecretUntil
	_, err := f.app.FromHost(f.host.Iframe("/byline"))
	wantReason(t, err, connect.Unauthorized, connect.ReasonSignature)
}

func TestAnEmptyPreviousSecretSignsNothing(t *testing.T) {
	f := newFixture(t)
	site := f.host.Installation()
	site.PreviousSecretUntil = f.now.Add(time.Hour)
	f.store.Put(site)
	_, err := f.app.FromHost(f.host.Iframe("/byline", connecttest.SignedWith(jwt.SigningMethodHS256, []byte{})))
	wantReason(t, err, connect.Unauthorized, connect.ReasonSignature)
}

// No install leaves such a record. A store that lost the secret, or did not open
// it, must not make everybody the site.
func TestARecordWithoutASecretProvesNobody(t *testing.T) {
	f := newFixture(t)
	site := f.host.Installation()
	site.SharedSecret = ""
	f.store.Put(site)
	signed := connecttest.SignedWith(jwt.SigningMethodHS256, []byte{})

	_, err := f.app.FromHost(f.host.Iframe("/byline", signed))
	wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	_, err = f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}", signed))
	wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	for _, event := range []connect.Event{connect.Enabled, connect.Disabled} {
		f.refused(t, f.host.Lifecycle(event, signed), event, connect.ReasonUninstalled)
	}
	request := httptest.NewRequest(http.MethodGet, site.BaseURL+"/rest/api/space", nil)
	wantReason(t, connect.SignRequest(request, &site, "labelup", f.now), connect.Unauthorized, connect.ReasonUninstalled)
	asked := newKeyServer(t, http.NotFound)
	_, err = connect.NewUserTokens(asked.URL, nil, nil).Token(t.Context(), &site, "somebody")
	wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	if asked.asked.Load() > 0 {
		t.Error("the token server was asked with an empty secret")
	}
}

func TestABlockedSiteIsToldSoAndNobodyElseIs(t *testing.T) {
	f := newFixture(t)
	site := f.host.Installation()
	site.BlockedAt = f.now
	f.store.Put(site)
	forged := connecttest.SignedWith(jwt.SigningMethodHS256, []byte("x"))

	_, err := f.app.FromHost(f.host.Iframe("/byline"))
	wantReason(t, err, connect.Forbidden, connect.ReasonBlocked)
	_, err = f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}"))
	wantReason(t, err, connect.Forbidden, connect.ReasonBlocked)
	_, err = f.app.FromHost(f.host.Iframe("/byline", forged))
	wantReason(t, err, connect.Unauthorized, connect.ReasonSignature)
	_, err = f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}", forged))
	wantReason(t, err, connect.Unauthorized, connect.ReasonSignature)

	site.BlockedAt = time.Time{}
	f.store.Put(site)
	if _, err := f.app.FromHost(f.host.Iframe("/byline")); err != nil {
		t.Errorf("after the block: %v", err)
	}
}

// Redis holds more than the app's memory does: whoever writes there must not be
// the one who says where tokens are sent.
func TestASiteWhoseRecordNamesAnAddressThatIsNotAllowedIsNotServed(t *testing.T) {
	for name, test := range map[string]struct {
		base   string
		change func(*connect.Config)
	}{
		"a foreign host":                    {"https://attacker.example/wiki", nil},
		"a host that begins like Atlassian": {"https://acme.atlassian.net.attacker.example/wiki", nil},
		"somebody before the host":          {"https://acme.atlassian.net@attacker.example/wiki", nil},
		"the machine itself":                {"http://127.0.0.1:6379", nil},
		"a service of the cloud":            {"http://169.254.169.254/latest", nil},
		"no TLS":                            {"http://acme.atlassian.net/wiki", nil},
		"another scheme":                    {"file:///etc/passwd", nil},
		"a line end":                        {"https://acme.atlassian.net/wiki\nhttps://attacker.example", nil},
		"nothing":                           {"", nil},
		"a host that was allowed once":      {"https://wiki.example/wiki", func(c *connect.Config) { c.AllowedHosts = []string{"other.example"} }},
	} {
		t.Run(name, func(t *testing.T) {
			var changes []func(*connect.Config)
			if test.change != nil {
				changes = append(changes, test.change)
			}
			f := newFixture(t, changes...)
			tampered := f.host.Installation()
			tampered.BaseURL = test.base
			f.store.Put(tampered)
			for call, ask := range map[string]func() (*connect.Caller, error){
				"a page": func() (*connect.Caller, error) { return f.app.FromHost(f.host.Iframe("/macro/labels")) },
				"a call of the page": func() (*connect.Caller, error) {
					return f.app.FromBrowser(f.host.BrowserCall(http.MethodPost, "/api/labels", "{}"))
				},
			} {
				caller, err := ask()
				if caller != nil {
					t.Errorf("%s is served", call)
				}
				wantReason(t, err, connect.Unauthorized, connect.ReasonBaseURL)
			}
			// Whoever cannot sign is told nothing of it.
			_, err := f.app.FromHost(f.host.Iframe("/macro/labels", func(t *connecttest.Token) { t.Key = []byte("guessed") }))
			wantReason(t, err, connect.Unauthorized, connect.ReasonSignature)
			// The site itself mends it.
			if err := f.app.Lifecycle(f.host.Lifecycle(connect.Installed), connect.Installed); err != nil {
				t.Fatal(err)
			}
			if _, err := f.app.FromHost(f.host.Iframe("/macro/labels")); err != nil {
				t.Errorf("installed again: %v", err)
			}
		})
	}
}

func TestACustomDomainOfARecordIsCheckedAgain(t *testing.T) {
	f := newFixture(t)
	tampered := f.host.Installation()
	for raw, want := range map[string]string{
		"https://wiki.example":                    "https://wiki.example",
		"https://wiki.example; script-src *":      "",
		"javascript:alert(1)":                     "",
		"https://wiki.example\r\nSet-Cookie: a=b": "",
	} {
		tampered.DisplayURL = raw
		f.store.Put(tampered)
		caller, err := f.app.FromHost(f.host.Iframe("/macro/labels", connecttest.Without("context")))
		if err != nil || caller.DisplayURL != want {
			t.Errorf("%q: got %q, %v", raw, caller.DisplayURL, err)
		}
	}
}

func TestARequestThatAHandlerMadeItselfIsReadFromItsURL(t *testing.T) {
	f := newFixture(t)
	r := f.host.Iframe("/byline?x=%20y")
	r.RequestURI = ""
	if _, err := f.app.FromHost(r); err != nil {
		t.Error(err)
	}
}

func TestAStoreThatIsDownIsNoProofOfAnything(t *testing.T) {
	f := newFixture(t)
	f.store.SetDown(true)
	_, err := f.app.FromHost(f.host.Iframe("/byline"))
	wantReason(t, err, connect.Unavailable, connect.ReasonStore)
	if e, _ := errors.AsType[*connect.Error](err); e.RetryAfter <= 0 || !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("error = %+v, want a time to retry after and the cause", e)
	}
	_, err = f.app.FromBrowser(f.host.BrowserCall("POST", "/api/labels", "{}"))
	wantReason(t, err, connect.Unavailable, connect.ReasonStore)
	err = f.app.Lifecycle(f.host.Lifecycle(connect.Installed), connect.Installed)
	wantReason(t, err, connect.Unavailable, connect.ReasonStore)

	f.store.SetDown(false)
	if _, err := f.app.FromHost(f.host.Iframe("/byline")); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}

func TestAMalformedTokenDoesNotReachTheStore(t *testing.T) {
	f := newFixture(t)
	for _, token := range []string{"x", "a.b.c", strings.Repeat("x", 20_000), "e30.e30."} {
		r := httptest.NewRequest(http.MethodGet, appURL+"/byline", nil)
		r.Header.Set("Authorization", "JWT "+token)
		if _, err := f.app.FromHost(r); err == nil {
			t.Errorf("%.20q is accepted", token)
		}
	}
	if f.store.Reads() != 0 {
		t.Errorf("the store was read %d times", f.store.Reads())
	}
}

func TestAConfigurationIsCheckedAsAWhole(t *testing.T) {
	_, err := connect.New(connect.Config{
		BaseURLs:     []string{"http://labelup.example.com", "https://user@labelup.example.com", "https://labelup.example.com:8443"},
		AllowedHosts: []string{"*", "https://example.com", "*.example.com"},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"the key is", "http://", "user@", ":8443", `"*"`, `"https://example.com"`, "the store", "the key source"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not mention %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), `"*.example.com"`) {
		t.Errorf("the error complains of what is right:\n%v", err)
	}
}

// fixedStore answers at once with one record, so that what is measured is this
// package.
type fixedStore struct {
	connect.Store
	site *connect.Installation
}

func (s fixedStore) Installation(context.Context, string) (*connect.Installation, error) {
	return s.site, nil
}

func hotPath(t testing.TB) (*connect.App, *http.Request, string) {
	host := connecttest.NewHost("labelup", appURL)
	site := host.Installation()
	app, err := connect.New(connect.Config{
		Key: "labelup", BaseURLs: []string{appURL}, EnableLicensing: true, Store: fixedStore{site: &site}, Keys: host,
	})
	if err != nil {
		t.Fatal(err)
	}
	return app, host.Iframe("/macro/labels?contentId=98437&contentType=page&contentVersion=3&spaceId=65&spaceKey=DS&output=display&prefix=&display=chips"), host.ContextToken()
}

// The ceiling is a few above what it takes today (see the benchmark).
func TestAVerifiedRequestAllocatesLittle(t *testing.T) {
	app, request, _ := hotPath(t)
	const ceiling = 25
	allocations := testing.AllocsPerRun(200, func() {
		if _, err := app.FromHost(request); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > ceiling {
		t.Errorf("%.0f allocations, at most %d", allocations, ceiling)
	}
}

func BenchmarkFromHost(b *testing.B) {
	app, request, _ := hotPath(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.FromHost(request); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyToken(b *testing.B) {
	app, _, token := hotPath(b)
	r := httptest.NewRequest(http.MethodPost, appURL+"/api/labels", nil)
	r.Header.Set("Authorization", "JWT "+token)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.FromBrowser(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareHMAC is the part of the above that nothing can save: it is here
// to compare with.
func BenchmarkBareHMAC(b *testing.B) {
	_, _, token := hotPath(b)
	signed := token[:strings.LastIndexByte(token, '.')]
	secret := []byte("secret-of-site-a-0123456789abcdef")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jwt.SigningMethodHS256.Sign(signed, secret); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzToken(f *testing.F) {
	fix := newFixture(f)
	host := fix.host
	for _, seed := range []string{
		host.ContextToken(), host.TokenFor("GET", "/byline"),
		host.ContextToken(connecttest.SignedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)),
		host.LifecycleToken(connect.Installed, "/installed"), "", "..", "a.b.c", "e30.e30.e30",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequest(http.MethodGet, appURL+"/byline", nil)
		r.Header["Authorization"] = []string{"JWT " + token}
		for name, serve := range map[string]func(*http.Request) error{
			"host":    func(r *http.Request) error { _, err := fix.app.FromHost(r); return err },
			"browser": func(r *http.Request) error { _, err := fix.app.FromBrowser(r); return err },
			"installed": func(r *http.Request) error {
				r.Body = http.NoBody
				return fix.app.Lifecycle(r, connect.Installed)
			},
		} {
			err := serve(r)
			e, ok := errors.AsType[*connect.Error](err)
			if err != nil && !ok {
				t.Fatalf("%s: unclassified error %v", name, err)
			}
			// Only somebody with the secret or the key can be let through.
			if (err == nil || e.Kind != connect.Unauthorized) && !verifies(host, token) {
				t.Fatalf("%s: a token that nobody signed is let through: %v", name, err)
			}
		}
	})
}

// verifies checks a signature with the parser of package jwt.
func verifies(host *connecttest.Host, token string) bool {
	_, err := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{"HS256", "RS256"})).
		Parse(token, func(t *jwt.Token) (any, error) {
			if t.Method.Alg() == "HS256" {
				return []byte(host.Secret), nil
			}
			return host.KnownKey(connecttest.KeyID)
		})
	return err == nil
}

// weakStore gives a record of its own to each who asks, and sees which are kept.
type weakStore struct {
	*connecttest.Store
	given []weak.Pointer[connect.Installation]
}

func (s *weakStore) Installation(ctx context.Context, clientKey string) (*connect.Installation, error) {
	site, err := s.Store.Installation(ctx, clientKey)
	if err != nil {
		return nil, err
	}
	given := *site
	s.given = append(s.given, weak.Make(&given))
	return &given, nil
}

func TestNoRecordStaysInMemoryAfterTheCall(t *testing.T) {
	store := &weakStore{}
	f := newFixture(t, func(c *connect.Config) {
		store.Store, _ = c.Store.(*connecttest.Store)
		c.Store = store
	})
	for _, err := range []error{second(f.app.FromHost(f.host.Iframe("/macro/labels"))), second(f.app.FromBrowser(f.host.BrowserCall(http.MethodPost, "/api/labels", "")))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	for n, given := range store.given {
		if given.Value() != nil {
			t.Errorf("the record of call %d, with the site's secret, is still in use", n)
		}
	}
	if len(store.given) != 2 {
		t.Errorf("%d records were given", len(store.given))
	}
	runtime.KeepAlive(f)
}

func second(_ *connect.Caller, err error) error { return err }
