package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/static"
)

// What Atlassian's scanner of Connect apps (connect-security-req-tester) tries,
// and what it does not look at. It judges by the body too, stops at the first
// answer below 400, follows redirects, reads headers on good answers only, and
// knows no URL that is not in the descriptor. Here every answer is judged, by
// its status alone, and by its headers whatever the status.

// scan tries all of it against a server that answers over HTTP, and returns
// what it found, each once.
func scan(t *testing.T, h *harness, wrap func(http.Handler) http.Handler, document []byte) []string {
	t.Helper()
	server := httptest.NewServer(wrap(h.server))
	defer server.Close()
	s := &scanner{t: t, harness: h, server: server, client: server.Client()}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	tried := map[string]bool{}
	for _, link := range linksOf(t, document) {
		for _, path := range link.addresses() {
			if tried[path] { // the render modes share one
				continue
			}
			tried[path] = true
			switch {
			case link.open:
				s.try(link.where, http.MethodGet, path, nobodysToken, nil, letIn)
			case link.lifecycle:
				s.strangers(link.where, path)
				s.install(link.where, path)
			default:
				s.strangers(link.where, path)
			}
			if link.admin {
				s.ordinaryUser(link.where, path)
			}
		}
	}
	for _, r := range s.harness.server.served {
		path := strings.Replace(r.path, "*", "icon.svg", 1)
		if r.proof != nobody && !tried[path] {
			s.strangers("table", path)
		}
		if strings.HasPrefix(path, "/api/site") {
			s.ordinaryUser("table", path)
		}
		if once := "sweep " + path; !tried[once] {
			tried[once] = true
			s.sweep(path)
			s.beside(strings.TrimSuffix(r.path, "*"))
		}
	}
	s.notRoutes()
	s.goodAnswers()
	s.description(document)
	slices.Sort(s.findings)
	return slices.Compact(s.findings)
}

type scanner struct {
	t        *testing.T
	harness  *harness
	server   *httptest.Server
	client   *http.Client
	requests int
	findings []string
}

func (s *scanner) find(requirement, format string, args ...any) {
	s.findings = append(s.findings, requirement+": "+fmt.Sprintf(format, args...))
}

// credential puts a token, or none, on a request.
type credential struct {
	name string
	put  func(*http.Request)
}

var nobodysToken = credential{"no token", func(*http.Request) {}}

// strangersTokens are what somebody has who knows no secret: the scanner's two
// tokens, also in the name of a site that exists, in the header and the query.
func (s *scanner) strangersTokens() []credential {
	all := []credential{nobodysToken}
	for _, issuer := range []string{"csrt-fake-token-ignore", s.harness.atlassian.ClientKey} {
		for name, method := range map[string]jwt.SigningMethod{"a false HS256 token": jwt.SigningMethodHS256, "a token without signature": jwt.SigningMethodNone} {
			key := any([]byte("fake-jwt-secret"))
			if method == jwt.SigningMethodNone {
				key = jwt.UnsafeAllowNoneSignatureType
			}
			token := func(r *http.Request) string {
				return (&connecttest.Token{Method: method, Key: key, Header: map[string]any{}, Claims: map[string]any{
					"iss": issuer, "iat": time.Now().Unix(), "exp": time.Now().Add(3 * time.Hour).Unix(),
					"qsh": connect.QSH(r.Method, r.URL.RequestURI(), ""),
				}}).Sign()
			}
			all = append(all, inHeader(name, token), inQuery(name, token))
		}
	}
	return all
}

func inHeader(name string, token func(*http.Request) string) credential {
	return credential{name + " in the header", func(r *http.Request) { r.Header.Set("Authorization", "JWT "+token(r)) }}
}

func inQuery(name string, token func(*http.Request) string) credential {
	return credential{name + " in the query", func(r *http.Request) {
		query := "jwt=" + token(r)
		if r.URL.RawQuery != "" {
			query = r.URL.RawQuery + "&" + query
		}
		r.URL.RawQuery = query
	}}
}

type expectation int

const (
	notLetIn expectation = iota
	letIn
)

// try sends one request and judges its answer. It returns the status.
func (s *scanner) try(where, method, path string, with credential, body []byte, want expectation) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	with.put(r)
	return s.judge(fmt.Sprintf("%s: %s %s with %s", where, method, path, with.name), r, want)
}

func (s *scanner) judge(what string, r *http.Request, want expectation) int {
	s.t.Helper()
	s.requests++
	response, err := s.client.Do(r)
	if err != nil {
		s.find("1.1", "%s: no answer: %v", what, err)
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	status := response.StatusCode
	switch {
	case status >= 300 && status < 400, response.Header.Get("Location") != "":
		s.find("1.1", "%s: redirects with %d", what, status)
	case status >= 500:
		s.find("1.1", "%s: fails with %d", what, status)
	case want == notLetIn && status < 400:
		s.find("1.1", "%s: is let in with %d", what, status)
	case want == letIn && status >= 400:
		s.find("1.1", "%s: is refused with %d", what, status)
	}
	s.headers(what, r.URL.Path, response)
	return status
}

// mayBeCached are open to anyone and hold nothing of any site.
func mayBeCached(path string, status int) bool {
	return status < 400 && (strings.HasPrefix(path, "/static/") || slices.Contains([]string{"/atlassian-connect.json", "/privacy", "/.well-known/security.txt"}, path))
}

func (s *scanner) headers(what, path string, response *http.Response) {
	header, status := response.Header, response.StatusCode
	if got := header.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		s.find("3", "%s: %d with Strict-Transport-Security %q", what, status, got)
	}
	if got := header.Get("Referrer-Policy"); got != "no-referrer" {
		s.find("7.2", "%s: %d with Referrer-Policy %q", what, status, got)
	}
	cache := header.Get("Cache-Control")
	if !mayBeCached(path, status) && (!strings.Contains(cache, "no-store") || !strings.Contains(cache, "no-cache")) {
		s.find("7.3", "%s: %d with Cache-Control %q", what, status, cache)
	}
	if len(header["Set-Cookie"]) > 0 {
		s.find("7.4", "%s: %d sets a cookie", what, status)
	}
	if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") == "" || header.Get("X-Frame-Options") != "" {
		s.find("8", "%s: %d with X-Content-Type-Options %q, Content-Security-Policy %q, X-Frame-Options %q", what, status,
			header.Get("X-Content-Type-Options"), header.Get("Content-Security-Policy"), header.Get("X-Frame-Options"))
	}
	if status == http.StatusMethodNotAllowed && header.Get("Allow") == "" {
		s.find("8", "%s: 405 without Allow", what)
	}
}

// strangers tries to get in without knowing a secret.
func (s *scanner) strangers(where, path string) {
	for _, token := range s.strangersTokens() {
		s.try(where, http.MethodGet, path, token, nil, notLetIn)
		s.try(where, http.MethodPost, path, token, []byte(`{"contentId":"123","add":["scanned"]}`), notLetIn)
	}
}

// ordinaryUser tries what an administrator may with the tokens that anybody's
// browser has: of another page, and of the page's script.
func (s *scanner) ordinaryUser(where, path string) {
	page := func(*http.Request) string { return s.harness.atlassian.TokenFor(http.MethodGet, "/macro/labels") }
	script := func(*http.Request) string { return s.harness.atlassian.ContextToken() }
	for _, token := range []credential{
		inHeader("a page's token", page), inQuery("a page's token", page), inHeader("a script's token", script), inQuery("a script's token", script),
	} {
		s.try(where+" (1.2)", http.MethodGet, path, token, nil, notLetIn)
		s.try(where+" (1.2)", http.MethodPost, path, token, []byte(`{"confirm":"`+hostName(s.harness.atlassian.BaseURL)+`"}`), notLetIn)
	}
}

// throwAwayKey signs installs in nobody's name.
var throwAwayKey = connecttest.NewKey()

// install tries to install a site that does not exist.
func (s *scanner) install(where, path string) {
	const clientKey = "1f2e3d4c-csrt-scanner"
	body, err := json.Marshal(map[string]any{
		"key": "labelup", "clientKey": clientKey, "cloudId": clientKey, "oauthClientId": clientKey, "sharedSecret": "csrt-fake-secret-ignore",
		"baseUrl": "https://csrt-scanner-1.atlassian.net", "productType": "confluence", "eventType": strings.TrimPrefix(path, "/"),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, audience := range []string{appURL + "/atlassian-connect.json", appURL} {
		for _, kid := range []string{"fake-kid", connecttest.KeyID} {
			token := (&connecttest.Token{Method: jwt.SigningMethodRS256, Key: throwAwayKey, Header: map[string]any{"kid": kid}, Claims: map[string]any{
				"iss": clientKey, "aud": []string{audience}, "iat": time.Now().Unix(), "exp": time.Now().Add(3 * time.Hour).Unix(),
				"qsh": connect.QSH(http.MethodPost, path, ""),
			}}).Sign()
			s.try(where+" (1.4)", http.MethodPost, path, inHeader("a throw-away key's token", func(*http.Request) string { return token }), body, notLetIn)
		}
	}
	if _, installed := s.harness.store.Get(clientKey); installed {
		s.find("1.4", "%s: a site that does not exist is installed", where)
	}
}

// sweep tries every method that the table does not have for a path.
func (s *scanner) sweep(path string) {
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND", "INVENTED",
	} {
		open := slices.ContainsFunc(s.harness.server.served, func(r *route) bool {
			return r.proof == nobody && r.method == method && strings.Replace(r.path, "*", "icon.svg", 1) == path
		})
		want := notLetIn
		if open {
			want = letIn
		}
		s.try("sweep", method, path, nobodysToken, nil, want)
	}
}

// beside tries addresses near one of the table, where a framework likes to
// redirect, list or explain.
func (s *scanner) beside(path string) {
	for _, other := range []string{strings.TrimSuffix(path, "/") + "/x", "/" + path, strings.ToUpper(path), path + "%2f", path + "/../admin", path + ";x", path + "%00"} {
		s.try("beside the table", http.MethodGet, other, nobodysToken, nil, notLetIn)
	}
}

// notRoutes tries addresses that are often there and not meant to be.
func (s *scanner) notRoutes() {
	for _, path := range []string{"/", "/metrics", "/debug/pprof/", "/debug/vars", "/.env", "/.git/config", "/static/", "/static", "/installations", "/robots.txt"} {
		s.try("beside the table", http.MethodGet, path, nobodysToken, nil, notLetIn)
	}
}

// goodAnswers calls each route as who may. A route without such a call here is
// a finding: nobody would look at the headers of its good answers.
func (s *scanner) goodAnswers() {
	site := s.harness.atlassian
	s.harness.confluence.mu.Lock()
	s.harness.confluence.rights = administers
	s.harness.confluence.mu.Unlock()
	open := func(method, path string) *http.Request { return httptest.NewRequest(method, path, nil) }
	requests := map[string]*http.Request{
		"GET /macro/labels":        site.Iframe("/macro/labels?contentId=123&contentType=page"),
		"GET /macro/labels/editor": site.Iframe("/macro/labels/editor"),
		"GET /macro/labels/static": site.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""),
		"GET /byline":              site.Iframe("/byline?contentId=123&contentType=page"),
		"GET /admin":               site.Iframe("/admin"),
		"POST /api/labels":         site.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`),
		"POST /api/suggest":        site.BrowserCall(http.MethodPost, "/api/suggest", `{"contentId":"123"}`),
		"GET /api/site":            site.BrowserCall(http.MethodGet, "/api/site", ""),
		"POST /api/site/erase":     site.BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+hostName(site.BaseURL)+`"}`),
		"POST /installed":          site.Lifecycle(connect.Installed),
		"POST /enabled":            site.Lifecycle(connect.Enabled),
		"POST /disabled":           site.Lifecycle(connect.Disabled),
		"POST /uninstalled":        site.Lifecycle(connect.Uninstalled),
	}
	var last []string // what can be called once only
	for _, r := range s.harness.server.served {
		name := r.method + " " + r.path
		if r.proof == nobody {
			requests[name] = open(r.method, strings.Replace(r.path, "*", "icon.svg", 1))
		}
		if r.path == "/uninstalled" {
			last = append(last, name)
		} else {
			s.good(name, requests[name])
		}
	}
	for _, name := range last {
		s.good(name, requests[name])
	}
}

func (s *scanner) good(name string, r *http.Request) {
	if r == nil {
		s.find("1.1", "%s: no good call of it is known", name)
		return
	}
	address, err := url.Parse(s.server.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host, r.RequestURI = address.Scheme, address.Host, ""
	s.judge("good call: "+name, r.WithContext(s.t.Context()), letIn)
}

// description checks what the scanner reads in the descriptor itself.
func (s *scanner) description(document []byte) {
	var d struct {
		Name           string
		BaseURL        string
		Authentication struct{ Type string }
	}
	if err := json.Unmarshal(document, &d); err != nil {
		s.t.Fatal(err)
	}
	if d.Authentication.Type != "jwt" {
		s.find("1.1", "the descriptor's authentication is %q", d.Authentication.Type)
	}
	for _, product := range []string{"atlassian", "bamboo", "bitbucket", "confluence", "jira", "opsgenie", "statuspage", "trello"} {
		name, base := strings.ToLower(d.Name), strings.ToLower(d.BaseURL)
		if strings.HasPrefix(name, product) || strings.Contains(name, "premium") || strings.Contains(base, product) {
			s.find("16", "the name or the domain has %q in it", product)
		}
	}
}

// link is an address in the descriptor.
type link struct {
	where     string // the path to it through the document
	url       string
	open      bool // a picture or a catalogue of words
	lifecycle bool
	admin     bool // for administrators, by its module or by a condition
}

var (
	variable = regexp.MustCompile(`\{[^{}]*\}`)
	greedily = regexp.MustCompile(`\{.*\}`) // as the scanner does, which loses the parameters between
)

func (l link) addresses() []string {
	one, other := variable.ReplaceAllString(l.url, "test"), greedily.ReplaceAllString(l.url, "test")
	if one == other {
		return []string{one}
	}
	return []string{one, other}
}

// linksOf finds every address in a descriptor: in lists within modules, in
// modules that are no list, and in those that say they may be cached.
func linksOf(t *testing.T, document []byte) []link {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(document, &root); err != nil {
		t.Fatal(err)
	}
	var found []link
	var walk func(where string, value any, admin bool)
	walk = func(where string, value any, admin bool) {
		switch value := value.(type) {
		case string:
			if strings.HasPrefix(value, "/") {
				found = append(found, link{
					where: where, url: value, admin: admin,
					open:      strings.Contains(where, "icon") || strings.HasPrefix(where, "translations"),
					lifecycle: strings.HasPrefix(where, "lifecycle"),
				})
			}
		case []any:
			for at, item := range value {
				walk(fmt.Sprintf("%s[%d]", where, at), item, admin)
			}
		case map[string]any:
			conditions, err := json.Marshal(value["conditions"])
			if err != nil {
				t.Fatal(err)
			}
			admin = admin || bytes.Contains(conditions, []byte("user_is_admin")) || bytes.Contains(conditions, []byte("user_is_sysadmin"))
			for name, item := range value {
				inside := name == "adminPages" || name == "configurePage"
				walk(strings.TrimPrefix(where+"."+name, "."), item, admin || inside)
			}
		}
	}
	walk("", root, false)
	slices.SortFunc(found, func(a, b link) int { return strings.Compare(a.where, b.where) })
	return found
}

// scannable is the harness with everything that an address may lead to.
func scannable(t *testing.T) *harness {
	t.Helper()
	h := withPrivacy(t, time.Now())
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	h.server.Assets = assets
	return h
}

func asItIs(next http.Handler) http.Handler { return next }

func TestAtlassiansScannerAndItsBlindSpotsFindNothing(t *testing.T) {
	h := scannable(t)
	for _, finding := range scan(t, h, asItIs, descriptor(t)) {
		t.Error(finding)
	}
	if h.confluence.writes != 1 { // the good call's
		t.Errorf("the scan wrote to Confluence %d times", h.confluence.writes)
	}
}

func TestTheScannerWalksTheWholeDescriptor(t *testing.T) {
	var found []string
	for _, l := range linksOf(t, []byte(`{
		"lifecycle": {"installed": "/a"},
		"modules": {
			"postInstallPage": {"url": "/b", "key": "k"},
			"configurePage": {"url": "/c?x={a.b}&y={c}"},
			"generalPages": [
				{"url": "/d", "cacheable": true},
				{"url": "/e", "conditions": [{"or": [{"and": [{"condition": "user_is_sysadmin"}]}]}]},
				{"icon": {"url": "/f.svg"}, "url": "https://elsewhere.example/g"}
			],
			"dynamicContentMacros": [{"url": "/h", "renderModes": {"pdf": {"url": "/i"}}, "parameters": [{"list": [{"url": "/j"}]}]}]
		},
		"translations": {"paths": {"de-DE": "/k.json"}}
	}`)) {
		kind := ""
		for name, is := range map[string]bool{" open": l.open, " lifecycle": l.lifecycle, " admin": l.admin} {
			if is {
				kind += name
			}
		}
		found = append(found, strings.Join(l.addresses(), " ")+kind)
	}
	slices.Sort(found)
	want := []string{"/a lifecycle", "/b", "/c?x=test&y=test /c?x=test admin", "/d", "/e admin", "/f.svg open", "/h", "/i", "/j", "/k.json open"}
	if !slices.Equal(found, want) {
		t.Errorf("found %q\nwant  %q", found, want)
	}
	if ours := linksOf(t, descriptor(t)); len(ours) < 18 {
		t.Errorf("our descriptor has only %d addresses: %v", len(ours), ours)
	}
}

// TestTheScannerFindsEachFault plants one fault at a time between the scanner
// and the service.
func TestTheScannerFindsEachFault(t *testing.T) {
	answering := func(when func(*http.Request) bool, answer func(http.ResponseWriter, *http.Request)) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !when(r) {
					next.ServeHTTP(w, r)
					return
				}
				for name, value := range map[string]string{
					"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store, no-cache",
					"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'",
				} {
					w.Header().Set(name, value)
				}
				answer(w, r)
			})
		}
	}
	at := func(method, path string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Method == method && r.URL.Path == path }
	}
	saying := func(text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	// On refusals only, which the scanner of Atlassian never looks at.
	header := func(name, value string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				recorded := httptest.NewRecorder()
				next.ServeHTTP(recorded, r)
				for key, values := range recorded.Header() {
					w.Header()[key] = values
				}
				if recorded.Code == http.StatusUnauthorized {
					w.Header().Del(name)
					if value != "" {
						w.Header().Set(name, value)
					}
				}
				w.WriteHeader(recorded.Code)
				_, _ = w.Write(recorded.Body.Bytes())
			})
		}
	}
	tests := map[string]struct {
		plant func(http.Handler) http.Handler
		finds string
	}{
		"a page for anyone, whose text says error 500": {answering(at(http.MethodGet, "/byline"), saying("error 500")), "1.1: modules.contentBylineItems[0].url"},
		"a render mode for anyone": {
			answering(at(http.MethodGet, "/macro/labels/static"), saying("401")), "renderModes.",
		},
		"a page that POST opens":       {answering(at(http.MethodPost, "/macro/labels/editor"), saying("")), "POST /macro/labels/editor"},
		"a route that is in no module": {answering(at(http.MethodPost, "/api/suggest"), saying("{}")), "1.1: table: POST /api/suggest"},
		"a redirect to a login page": {
			answering(at(http.MethodGet, "/macro/labels"), func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/health", http.StatusFound) }), "redirects with 302",
		},
		"alg none is taken": {answering(func(r *http.Request) bool {
			return r.URL.Path == "/byline" && strings.HasSuffix(r.Header.Get("Authorization"), ".")
		}, saying("ok")), "a token without signature in the header: is let in"},
		"an install by anyone":             {answering(at(http.MethodPost, "/installed"), saying("")), "(1.4)"},
		"a method nobody thought of":       {answering(at(http.MethodDelete, "/api/labels"), saying("")), "sweep: DELETE /api/labels"},
		"a route that answers 503":         {answering(at(http.MethodGet, "/byline"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }), "fails with 503"},
		"an address nobody meant":          {answering(at(http.MethodGet, "/debug/vars"), saying("{}")), "beside the table: GET /debug/vars"},
		"a refusal without HSTS":           {header("Strict-Transport-Security", ""), "3: "},
		"a refusal with a referrer":        {header("Referrer-Policy", "unsafe-url"), "7.2: "},
		"a refusal that may be cached":     {header("Cache-Control", "no-cache"), "7.3: "},
		"a refusal with a cookie":          {header("Set-Cookie", "JSESSIONID=1"), "7.4: "},
		"a refusal that cannot be framed":  {header("X-Frame-Options", "DENY"), "8: "},
		"a refusal without content policy": {header("Content-Security-Policy", ""), "8: "},
		"a good answer without HSTS":       {answering(at(http.MethodGet, "/atlassian-connect.json"), func(w http.ResponseWriter, _ *http.Request) { w.Header().Del("Strict-Transport-Security") }), "3: "},
		"a good call that is not answered": {answering(at(http.MethodGet, "/ready"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }), "GET /ready: is refused"},
		"an administrator's call for users": {
			answering(func(r *http.Request) bool {
				return r.URL.Path == "/api/site/erase" && strings.Contains(r.Header.Get("Authorization"), "JWT ey")
			}, saying("{}")), "table (1.2): POST /api/site/erase",
		},
		"an administrator's page for users": {answering(func(r *http.Request) bool { return r.URL.Path == "/settings" && r.URL.Query().Has("jwt") }, saying("")), "(1.2)"},
	}
	document := bytes.Replace(descriptor(t), []byte(`"modules": {`), []byte(`"modules": {"configurePage": {"url": "/settings"},`), 1)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := scan(t, scannable(t), test.plant, document)
			if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, test.finds) }) {
				t.Errorf("it does not find %q, but:\n%s", test.finds, strings.Join(findings, "\n"))
			}
		})
	}
}
