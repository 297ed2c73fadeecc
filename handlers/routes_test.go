package handlers

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

func TestEveryRouteIsInTheTableAndSaysWhoMayCallIt(t *testing.T) {
	h := newRemoteHarness(t)
	var listed, served []string
	for _, r := range routes {
		listed = append(listed, r.method+" "+r.path)
		if r.proof < nobody || r.proof > siteViewer {
			t.Errorf("%s %s does not say who may call it", r.method, r.path)
		}
		if (r.proof != nobody) != (r.hosts&framing != 0) || r.hosts&remote != 0 && r.proof != siteViewer && r.proof != nobody {
			t.Errorf("%s %s does not say which hosts it serves", r.method, r.path)
		}
		if r.change && r.proof != siteViewer {
			t.Errorf("%s %s changes something for a caller who may be no person", r.method, r.path)
		}
	}
	for _, r := range h.server.echo.Routes() {
		served = append(served, r.Method+" "+r.Path)
	}
	slices.Sort(listed)
	slices.Sort(served)
	if diff := cmp.Diff(listed, served); diff != "" {
		t.Errorf("routes differ (-table +served):\n%s", diff)
	}
}

func TestNobodyIsAnonymousButWhereTheTableSaysSo(t *testing.T) {
	open := []string{"/atlassian-connect.json", "/static/*", "/health", "/ready", "/privacy", "/.well-known/security.txt"}
	for _, r := range routes {
		if r.proof == nobody && r.method != http.MethodOptions && !slices.Contains(open, r.path) {
			t.Errorf("%s %s is open to anyone; if that is meant, say so here too", r.method, r.path)
		}
	}
}

func TestEveryURLOfTheDescriptorHasItsRoute(t *testing.T) {
	parsed, err := connect.ParseDescriptor(descriptor(t))
	if err != nil {
		t.Fatal(err)
	}
	find := func(method, path string) *route {
		for at, r := range routes {
			if r.method == method && (r.path == path || strings.HasSuffix(r.path, "*") && strings.HasPrefix(path, strings.TrimSuffix(r.path, "*"))) {
				return &routes[at]
			}
		}
		return nil
	}
	for event, path := range parsed.Lifecycle {
		if r := find(http.MethodPost, path); r == nil || r.proof != atlassian {
			t.Errorf("lifecycle call %s has no route that Atlassian proves", event)
		}
	}
	if len(parsed.Lifecycle) != 4 || len(parsed.Modules) < 8 {
		t.Fatalf("the descriptor has %d lifecycle calls and %d module URLs, which cannot be right", len(parsed.Lifecycle), len(parsed.Modules))
	}
	for _, m := range parsed.Modules {
		path, _, _ := strings.Cut(m.URL, "?")
		want := site
		if m.Field == "icon.url" {
			want = nobody
		}
		if r := find(http.MethodGet, path); r == nil || r.proof != want {
			t.Errorf("%s %s has URL %s without a fitting route", m.Key, m.Field, m.URL)
		}
	}
}

// TestEveryAttackOnEveryRouteIsRefused walks the table. The same answer for
// each cause, and nothing changed.
func TestEveryAttackOnEveryRouteIsRefused(t *testing.T) {
	body := `{"contentId":"123","add":["attacked"]}`
	for _, r := range routes {
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			h := newHarness(t)
			var attacks []connecttest.Attack
			switch r.proof {
			case nobody:
				return
			case site:
				attacks = h.atlassian.HostAttacks(r.method, r.path+"?contentId=123&contentType=page&spaceKey=DS")
			case siteViewer:
				attacks = h.atlassian.BrowserAttacks(r.method, r.path, body)
			case atlassian:
				attacks = h.atlassian.LifecycleAttacks(connect.Event(strings.TrimPrefix(r.path, "/")))
			}
			if len(attacks) < 30 {
				t.Fatalf("only %d attacks", len(attacks))
			}
			before, _ := h.store.Get(h.atlassian.ClientKey)
			var first *httptest.ResponseRecorder
			for _, attack := range attacks {
				if r.proof == siteViewer {
					attack.Request.Header.Set("Content-Type", "application/json")
				}
				got := h.send(attack.Request)
				if got.Code != http.StatusUnauthorized {
					t.Errorf("%s: answered %d %s", attack.Name, got.Code, got.Body)
					continue
				}
				if first == nil {
					first = got
				}
				if got.Body.String() != first.Body.String() {
					t.Errorf("%s: answered %q, others %q", attack.Name, got.Body, first.Body)
				}
				checkHeaders(t, attack.Name, got)
			}
			if after, _ := h.store.Get(h.atlassian.ClientKey); !cmp.Equal(before, after) {
				t.Errorf("an attack changed the site's record:\n%s", cmp.Diff(before, after))
			}
			if h.confluence.writes != 0 {
				t.Errorf("an attack wrote to Confluence %d times", h.confluence.writes)
			}
		})
	}
}

func checkHeaders(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	want := map[string]string{
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
		"X-Content-Type-Options":    "nosniff",
		"Referrer-Policy":           "no-referrer",
		"Cache-Control":             "no-store, no-cache, private",
	}
	for header, value := range want {
		if got := w.Header().Get(header); got != value {
			t.Errorf("%s: %s is %q, want %q", name, header, got, value)
		}
	}
	for _, header := range []string{"Set-Cookie", "X-Frame-Options", "Server", "X-Powered-By"} {
		if got := w.Header().Get(header); got != "" {
			t.Errorf("%s: sends %s: %s", name, header, got)
		}
	}
	if w.Header().Get("X-Request-Id") == "" {
		t.Errorf("%s: has no request id", name)
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors ") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: content security policy is %q", name, policy)
	}
}

func TestHeadersAreOnGoodAnswersToo(t *testing.T) {
	h := newHarness(t)
	requests := map[string]*http.Request{
		"macro":   h.atlassian.Iframe("/macro/labels?contentId=123&contentType=page"),
		"editor":  h.atlassian.Iframe("/macro/labels/editor"),
		"byline":  h.atlassian.Iframe("/byline?contentId=123&contentType=page"),
		"static":  h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""),
		"change":  h.atlassian.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`),
		"suggest": h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", `{"contentId":"123"}`),
		"health":  httptest.NewRequest(http.MethodGet, "/health", nil),
		"ready":   httptest.NewRequest(http.MethodGet, "/ready", nil),
	}
	for name, request := range requests {
		w := h.send(request)
		if w.Code != http.StatusOK {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
		checkHeaders(t, name, w)
	}
	if w := h.send(h.atlassian.Lifecycle(connect.Installed)); w.Code != http.StatusNoContent {
		t.Errorf("installed: answered %d %s", w.Code, w.Body)
	} else {
		checkHeaders(t, "installed", w)
	}
}

func TestOnlyTheCallersSiteMayFrameThePage(t *testing.T) {
	h := newHarness(t)
	h.atlassian.DisplayURL = "https://wiki.acme.example"
	policy := h.send(h.atlassian.Iframe("/macro/labels")).Header().Get("Content-Security-Policy")
	if want := "frame-ancestors " + h.confluence.URL + " https://wiki.acme.example"; !strings.HasSuffix(policy, want) {
		t.Errorf("policy is %q, want it to end in %q", policy, want)
	}
	if !strings.Contains(policy, "script-src 'self' https://connect-cdn.atl-paas.net; style-src 'self' https://connect-cdn.atl-paas.net;") {
		t.Errorf("policy is %q, want scripts and styles of our own and of the bridge only", policy)
	}
	refused := h.send(httptest.NewRequest(http.MethodGet, appURL+"/macro/labels", nil)).Header().Get("Content-Security-Policy")
	if !strings.HasSuffix(refused, "frame-ancestors https://*.atlassian.net") {
		t.Errorf("policy of a refused page is %q, want it visible on Atlassian's sites", refused)
	}
}

func TestWhatIsNotInTheTableDoesNotExist(t *testing.T) {
	h := newHarness(t)
	tests := map[string]struct {
		method, path string
		want         int
	}{
		"an unknown path":                 {http.MethodGet, "/nowhere", http.StatusNotFound},
		"a path with a slash at its end":  {http.MethodGet, "/macro/labels/", http.StatusNotFound},
		"the root":                        {http.MethodGet, "/", http.StatusNotFound},
		"a known path, another method":    {http.MethodPost, "/macro/labels", http.StatusMethodNotAllowed},
		"a lifecycle path with GET":       {http.MethodGet, "/installed", http.StatusMethodNotAllowed},
		"an invented method":              {"QUARTERLY-PLAN", "/macro/labels", http.StatusMethodNotAllowed},
		"OPTIONS of a known path":         {http.MethodOptions, "/macro/labels", http.StatusMethodNotAllowed},
		"OPTIONS of an open path":         {http.MethodOptions, "/static/icon.svg", http.StatusMethodNotAllowed},
		"OPTIONS of an unknown path":      {http.MethodOptions, "/nowhere", http.StatusNotFound},
		"OPTIONS of everything":           {http.MethodOptions, "*", http.StatusNotFound},
		"an escaped slash is not a slash": {http.MethodGet, "/macro%2Flabels", http.StatusNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := h.send(httptest.NewRequest(test.method, test.path, nil))
			if w.Code != test.want {
				t.Errorf("answered %d, want %d", w.Code, test.want)
			}
			checkHeaders(t, name, w)
			if test.want == http.StatusMethodNotAllowed && w.Header().Get("Allow") == "" {
				t.Error("does not say which methods are allowed")
			}
		})
	}
	if log := h.log.String(); strings.Contains(log, "admin") || strings.Contains(log, "QUARTERLY") {
		t.Errorf("the log quotes what a stranger sent:\n%s", log)
	}
}

func TestARequestWithoutTLSIsRefused(t *testing.T) {
	h := newHarness(t)
	h.server.OnlyTLS = true
	for _, r := range routes {
		request := httptest.NewRequest(r.method, strings.TrimSuffix(r.path, "*"), nil)
		request.Header.Set("X-Forwarded-Proto", "http")
		w := h.send(request)
		if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || w.Header().Get("Strict-Transport-Security") == "" {
			t.Errorf("%s %s: answered %d", r.method, r.path, w.Code)
		}
	}
	request := h.atlassian.Iframe("/macro/labels?contentId=123")
	request.Header.Set("X-Forwarded-Proto", "http")
	if w := h.send(request); w.Code != http.StatusBadRequest {
		t.Errorf("a proved request without TLS is answered %d", w.Code)
	}
	for _, proto := range []string{"https", ""} { // the platform's own checks come without a router
		request.Header.Set("X-Forwarded-Proto", proto)
		if w := h.send(request); w.Code != http.StatusOK {
			t.Errorf("with %q it is answered %d", proto, w.Code)
		}
	}
}
