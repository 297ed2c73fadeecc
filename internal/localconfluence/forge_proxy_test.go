package localconfluence

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/forgehost"
	"labelup/internal/localconfluence/hostpage"
)

const remoteManifest = `
app: {id: "ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555", runtime: {name: nodejs22.x}}
modules:
  macro:
    - {key: labels, resource: main, resolver: {endpoint: service}, title: Labels, unlicensedAccess: [anonymous]}
  confluence:contentBylineItem:
    - {key: byline, resource: main, title: Labels}
  endpoint: [{key: service, remote: service, auth: {appUserToken: {enabled: true}}}]
resources: [{key: main, path: static}]
remotes: [{key: service, baseUrl: https://labels.example, operations: [compute]}]
permissions: {scopes: ["read:app-user-token", "read:page:confluence", "read:label:confluence", "write:label:confluence"]}
`

func remoteBuild(manifest string) fstest.MapFS {
	return fstest.MapFS{"manifest.yml": {Data: []byte(manifest)}, "static/index.html": {Data: []byte("<p>")}}
}

// remote is a service behind Forge, with what it got and what it answers.
type remote struct {
	*httptest.Server

	mu     sync.Mutex
	got    *http.Request
	body   string
	answer func(http.ResponseWriter)
}

func (r *remote) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	r.got, r.body = request, string(body)
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		_, _ = w.Write([]byte(`{"ok":true}`))
		return
	}
	answer(w)
}

// seen is the last call, and forgets it.
func (r *remote) seen() (*http.Request, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got, r.body
}

// newRemoteWorld starts a world with an app that has a service.
func newRemoteWorld(t *testing.T, manifest string) (*world, *remote) {
	t.Helper()
	service := &remote{}
	service.Server = httptest.NewServer(service)
	t.Cleanup(service.Close)
	w := newWorld(t, nil, func(o *Options) {
		o.Forge = []ForgeApp{{Name: "remote", Title: "Forge Remote", Build: remoteBuild(manifest), Origin: "http://localhost:1", Service: service.URL}}
	})
	return w, service
}

// invoke has the page of a macro call the service.
func (w *world) invoke(user, call, variation string) map[string]any {
	w.t.Helper()
	module := `{"module":"labels","part":"view","macroId":"m-1","pageId":"` + w.pageID("Opening the café") + `"}`
	return w.control("POST", "/control/forge/invoke", `{"app":"remote","user":"`+user+`","module":`+module+`,"call":`+call+`,"variation":`+variation+`}`, 200)
}

const labelsCall = `{"path":"/api/labels","method":"POST","headers":{},"body":{"a": 1}}`

// key is the one that is published.
func (w *world) key() (kid string, key *rsa.PublicKey) {
	w.t.Helper()
	got, err := w.raw("GET", "/.well-known/jwks.json", "", "")
	if err != nil {
		w.t.Fatal(err)
	}
	var set struct {
		Keys []struct{ Kty, Use, Alg, Kid, N, E string }
	}
	if err := json.Unmarshal(got.body, &set); err != nil || len(set.Keys) != 1 || set.Keys[0].Alg != "RS256" || set.Keys[0].Kty != "RSA" || set.Keys[0].Use != "sig" {
		w.t.Fatalf("%s, %v", got.body, err)
	}
	number := func(s string) *big.Int {
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			w.t.Fatal(err)
		}
		return new(big.Int).SetBytes(raw)
	}
	return set.Keys[0].Kid, &rsa.PublicKey{N: number(set.Keys[0].N), E: int(number(set.Keys[0].E).Int64())}
}

// proved verifies the token of a call as an app does.
func (w *world) proved(r *http.Request) (jwt.MapClaims, error) {
	w.t.Helper()
	kid, key := w.key()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), claims, func(token *jwt.Token) (any, error) {
		if token.Header["kid"] != kid {
			return nil, jwt.ErrTokenUnverifiable
		}
		return key, nil
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired())
	return claims, err
}

func TestTheProxySignsWhoCallsFromWhere(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	page, cloud := w.pageID("Opening the café"), w.s.sites[0].connect.CloudID
	answer := w.invoke("editor", labelsCall, `{}`)
	if diff := cmp.Diff(map[string]any{"status": 200.0, "body": map[string]any{"ok": true}}, without(answer["payload"], "headers")); diff != "" || answer["success"] != true {
		t.Errorf("%v (-want +got):\n%s", answer, diff)
	}
	got, body := service.seen()
	if got.Method != "POST" || got.URL.Path != "/api/labels" || body != `{"a":1}` || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %s %v", got.Method, got.URL, body, got.Header)
	}
	claims, err := w.proved(got)
	if err != nil {
		t.Fatal(err)
	}
	issued, expires := claims["iat"].(float64), claims["exp"].(float64)
	if expires-issued != 25 || claims["nbf"] != issued || claims["jti"] == "" {
		t.Errorf("times and id: %v", claims)
	}
	const app = "11111111-2222-3333-4444-555555555555"
	api := w.s.origin + "/ex/confluence/" + cloud
	environment := w.s.forge[0].host.ExtensionOf()
	installation := "ari:cloud:ecosystem::installation/5e0a1a1e-0000-4000-8000-00000000001a"
	want := map[string]any{
		"iss": "forge/invocation-token", "aud": "ari:cloud:ecosystem::app/" + app, "principal": accountEditor,
		"app": map[string]any{
			"id": "ari:cloud:ecosystem::app/" + app, "appVersion": "2.0.0", "installationId": installation, "apiBaseUrl": api,
			"installation": map[string]any{"id": installation, "contexts": []any{map[string]any{"name": "confluence", "apiBaseUrl": api, "cloudId": cloud}}},
			"environment":  map[string]any{"type": "DEVELOPMENT", "id": "ari:cloud:ecosystem::environment/" + environment},
			"module":       map[string]any{"type": "xen:macro", "key": "labels"},
		},
		"context": map[string]any{
			"cloudId": cloud, "siteUrl": w.s.origin, "localId": "m-1", "moduleKey": "labels",
			"extension": map[string]any{
				"type": "macro", "isEditing": false, "config": map[string]any{}, "references": []any{}, "macro": map[string]any{"isConfiguring": false, "isInserting": false},
				"connectMetadata": map[string]any{"macroId": "m-1"},
				"content":         map[string]any{"id": page, "type": "page", "subtype": nil},
				"space":           map[string]any{"id": w.s.sites[0].store.Spaces(accountEditor)[0].ID, "key": "CAFE"},
				"location":        w.s.origin + "/wiki/spaces/CAFE/pages/" + page + "/Opening+the+caf%C3%A9",
			},
		},
	}
	if diff := cmp.Diff(want, without(map[string]any(claims), "iat", "nbf", "exp", "jti")); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	w.invoke("anonymous", labelsCall, `{}`)
	got, _ = service.seen()
	if claims, err = w.proved(got); err != nil || claims["principal"] != nil {
		t.Errorf("nobody: %v %v", claims["principal"], err)
	}
}

func without(object any, names ...string) map[string]any {
	out := maps.Clone(object.(map[string]any))
	for _, name := range names {
		delete(out, name)
	}
	return out
}

func TestWhichHeadersTheServiceGets(t *testing.T) {
	const own = `{"path":"/x","method":"GET","headers":{"authorization":"Bearer mine","X-Forge-OAuth-User":"mine","x-forge-oauth-system":"mine","x-b3-traceid":"mine","x-own":"mine"}}`
	noScope := strings.Replace(remoteManifest, `"read:app-user-token", `, "", 1)
	system := strings.NewReplacer("appUserToken: {enabled: true}", "appSystemToken: {enabled: true}", "read:app-user-token", "read:app-system-token").Replace(remoteManifest)
	noAuth := strings.Replace(remoteManifest, ", auth: {appUserToken: {enabled: true}}", "", 1)
	for name, c := range map[string]struct {
		manifest, user string
		tokens         []string
	}{
		"a person's token where the endpoint asks for it": {remoteManifest, "editor", []string{"X-Forge-Oauth-User"}},
		"none for who is not signed in":                   {remoteManifest, "anonymous", nil},
		"none without the scope for it":                   {noScope, "editor", nil},
		"none where the endpoint does not ask":            {noAuth, "editor", nil},
		"the app's where the endpoint asks for that":      {system, "anonymous", []string{"X-Forge-Oauth-System"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, service := newRemoteWorld(t, c.manifest)
			w.invoke(c.user, own, `{}`)
			got, _ := service.seen()
			if _, err := w.proved(got); err != nil {
				t.Error(err)
			}
			var tokens []string
			for _, name := range []string{"X-Forge-Oauth-System", "X-Forge-Oauth-User"} {
				if got.Header.Get(name) != "" {
					tokens = append(tokens, name)
				}
			}
			if diff := cmp.Diff(c.tokens, tokens); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Header.Get("X-Own") != "mine" || len(got.Header.Get("X-B3-Traceid")) != 32 || len(got.Header.Get("X-B3-Spanid")) != 16 {
				t.Errorf("%v", got.Header)
			}
			for name, values := range got.Header {
				if name != "X-Own" && strings.Contains(values[0], "mine") {
					t.Errorf("the caller's own %s", name)
				}
			}
		})
	}
}

func TestWhichAnswersForgeLetsPass(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	type headers = map[string]string
	jsonKind, htmlKind := headers{"Content-Type": "application/json; charset=utf-8"}, headers{"Content-Type": "text/html"}
	for name, c := range map[string]struct {
		status   int
		headers  headers
		body     string
		part     string // of the answer
		rejected string
	}{
		"a good one":                           {200, jsonKind, `{"a":1}`, "payload", ""},
		"a good one without a body":            {204, headers{"Content-Type": ""}, ``, "payload", ""},
		"a good one that is no JSON":           {200, htmlKind, `<p>`, "", "Invalid response from remote - cannot parse body as JSON. Status: 200."},
		"a refusal":                            {403, jsonKind, `{"kind":"forbidden"}`, "error", ""},
		"a refusal without a type":             {404, headers{"Content-Type": ""}, `{}`, "error", ""},
		"a refusal that is empty":              {404, headers{"Content-Type": ""}, ``, "", "Invalid response from remote - cannot parse body as JSON. Status: 404."},
		"a refusal that is a page":             {502, htmlKind, `{}`, "", "Invalid response from remote - content-type header must be set to application/json and is currently: text/html. Status: 502."},
		"a refusal of the token, which is 401": {401, jsonKind, `{"kind":"unauthorized"}`, "", "Remote could not verify the Forge Invocation Token"},
		"elsewhere, where it does not go":      {302, headers{"Content-Type": "", "Location": "/elsewhere"}, ``, "", "Invalid response from remote - cannot parse body as JSON. Status: 302."},
		"5 MB":                                 {200, jsonKind, `"` + strings.Repeat("x", 5<<20-2) + `"`, "payload", ""},
		"more than 5 MB":                       {200, jsonKind, `"` + strings.Repeat("x", 5<<20-1) + `"`, "", "Front-end invocation response payload size exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			service.mu.Lock()
			service.answer = func(w http.ResponseWriter) {
				for name, value := range c.headers {
					if value == "" {
						w.Header()[name] = nil
					} else {
						w.Header().Set(name, value)
					}
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}
			service.mu.Unlock()
			got := w.invoke("editor", labelsCall, `{}`)
			if c.rejected != "" {
				if got["rejected"] != c.rejected {
					t.Errorf("%v", got)
				}
				return
			}
			answer, _ := got[c.part].(map[string]any)
			if answer["status"] != float64(c.status) || got["success"] != (c.part == "payload") || got["rejected"] != nil {
				t.Errorf("%.200v", got)
			}
			if kind := c.headers["Content-Type"]; kind != "" {
				if diff := cmp.Diff([]any{kind}, at(t, answer, "headers", "content-type")); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	service.Close()
	if got := w.invoke("editor", labelsCall, `{}`); got["rejected"] != "Invalid response from remote - remote network error" {
		t.Errorf("nobody answers: %v", got)
	}
}

func TestWhichCallsForgeDoesNotTakeToTheService(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	const module = `{"module":"labels","part":"view","pageId":"PAGE"}`
	body := func(n int) string {
		return `{"path":"/x","method":"POST","body":{"a":"` + strings.Repeat("x", n-len(`{"a":""}`)) + `"}}`
	}
	for name, c := range map[string]struct {
		user, module, call string
		status             int // of the control interface
		rejected           string
	}{
		"500 KB are taken":              {"editor", module, body(500 << 10), 200, ""},
		"more than 500 KB":              {"editor", module, body(500<<10 + 1), 200, "Front-end invocation request payload size exceeded"},
		"a path that climbs":            {"editor", module, `{"path":"/a/../../x","method":"GET"}`, 200, "the path is not below the address of the remote"},
		"a path that climbs in escapes": {"editor", module, `{"path":"/%2e%2e/x","method":"GET"}`, 200, "the path is not below the address of the remote"},
		"a path that is another host":   {"editor", module, `{"path":"https://example.com/","method":"GET"}`, 200, "the path is not below the address of the remote"},
		"a path that ends the host":     {"editor", module, `{"path":"@example.com/","method":"GET"}`, 200, "the path is not below the address of the remote"},
		"a method that is none":         {"editor", module, `{"path":"/x","method":"OPTIONS"}`, 200, "the method OPTIONS cannot be called"},
		"a body that is a list":         {"editor", module, `{"path":"/x","method":"POST","body":[1]}`, 200, "the body is no object"},
		"a header that is none":         {"editor", module, `{"path":"/x","method":"POST","headers":{"a\nb":"c"}}`, 200, "Invalid response from remote - remote network error"},
		"a module without an endpoint":  {"editor", `{"module":"byline","part":"view"}`, labelsCall, 200, "the module byline has no endpoint"},
		"a module that is not there":    {"editor", `{"module":"other","part":"view"}`, labelsCall, 404, ""},
		"nobody, where nobody may look": {"anonymous", `{"module":"byline","part":"view"}`, labelsCall, 403, ""},
		"a page the person may not see": {"viewer", `{"module":"labels","part":"view","pageId":"HIDDEN"}`, labelsCall, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			where := strings.NewReplacer("PAGE", w.pageID("Opening the café"), "HIDDEN", w.pageID("Wages and rota")).Replace(c.module)
			got := w.control("POST", "/control/forge/invoke", `{"app":"remote","user":"`+c.user+`","module":`+where+`,"call":`+c.call+`}`, c.status)
			request, _ := service.seen()
			if taken := c.rejected == "" && c.status == 200; (request != nil) != taken || taken != (got["success"] == true) {
				t.Errorf("taken: %v, %v", request != nil, got)
			}
			if said, _ := got["rejected"].(string); said != c.rejected {
				t.Errorf("rejected with %q", said)
			}
		})
	}
}

func TestTheTokenOfAPersonIsGoodBehindTheGatewayOnly(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	w.invoke("viewer", labelsCall, `{}`)
	first, _ := service.seen()
	viewer := "Bearer " + first.Header.Get("X-Forge-Oauth-User")
	w.invoke("editor", labelsCall, `{}`)
	second, _ := service.seen()
	editor := "Bearer " + second.Header.Get("X-Forge-Oauth-User")
	page, hidden := w.pageID("Opening the café"), w.pageID("Wages and rota")
	gateway := "/ex/confluence/" + w.s.sites[0].connect.CloudID
	label := "/wiki/rest/api/content/" + page + "/label"
	for name, c := range map[string]struct {
		method, path, token, body string
		want                      int
	}{
		"it reads as the person":                         {"GET", gateway + "/wiki/api/v2/pages/" + page + "/labels", viewer, "", 200},
		"it sees no more than the person":                {"GET", gateway + "/wiki/api/v2/pages/" + hidden + "/labels", viewer, "", 404},
		"it writes as the person":                        {"POST", gateway + label, editor, `[{"prefix":"global","name":"r/d"}]`, 200},
		"it may write no more than the person":           {"POST", gateway + label, viewer, `[{"prefix":"global","name":"b"}]`, 403},
		"an escaped slash stays one":                     {"DELETE", gateway + label + "/r%2Fd", editor, "", 400},
		"it does no more than the app has scopes for":    {"GET", gateway + "/wiki/api/v2/spaces", editor, "", 401},
		"it is none at the site's own address":           {"GET", "/wiki/api/v2/pages/" + page + "/labels", editor, "", 401},
		"nobody calls the gateway without one":           {"GET", gateway + "/wiki/api/v2/pages/" + page + "/labels", "", "", 401},
		"another token is none there":                    {"GET", gateway + "/wiki/api/v2/pages/" + page + "/labels", "Bearer user:editor", "", 401},
		"another site has not the app":                   {"GET", "/ex/confluence/" + hidden + "/wiki/api/v2/pages/" + page + "/labels", editor, "", 501},
		"the gateway passes on nothing but the REST API": {"GET", gateway + "/wiki/home", editor, "", 501},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := w.raw(c.method, c.path, c.token, c.body)
			if err != nil || got.status != c.want {
				t.Errorf("%d %s, %v, want %d", got.status, got.body, err, c.want)
			}
		})
	}
	t.Run("it costs the app its own points", func(t *testing.T) {
		if left, _ := w.s.forge[0].points.spend(0); left >= hourlyPoints {
			t.Error("no points were spent")
		}
		if left, _ := w.s.sites[0].points.spend(0); left != hourlyPoints {
			t.Error("the app of Connect has paid")
		}
		w.s.forge[0].points.spend(hourlyPoints)
		got, err := w.raw("GET", gateway+"/wiki/api/v2/pages/"+page+"/labels", editor, "")
		if err != nil || got.status != 429 || got.header.Get("Retry-After") == "" {
			t.Errorf("%d %v %v", got.status, got.header, err)
		}
	})
	t.Run("it ends after four hours, and another one is given out before that", func(t *testing.T) {
		again := func() string {
			w.invoke("editor", labelsCall, `{}`)
			got, _ := service.seen()
			return "Bearer " + got.Header.Get("X-Forge-Oauth-User")
		}
		if again() != editor {
			t.Error("another one at once")
		}
		w.s.clock.advance(3 * time.Hour)
		if renewed := again(); renewed == editor {
			t.Error("the same after three hours")
		}
		if _, refused := w.s.forgeCaller(w.s.sites[0], strings.TrimPrefix(editor, "Bearer ")); refused != nil {
			t.Error("gone after three hours")
		}
		w.s.clock.advance(time.Hour)
		if _, refused := w.s.forgeCaller(w.s.sites[0], strings.TrimPrefix(editor, "Bearer ")); refused == nil {
			t.Error("good after four hours")
		}
	})
}

func TestTheAppsOwnTokenActsAsTheApp(t *testing.T) {
	w, service := newRemoteWorld(t, strings.NewReplacer("appUserToken: {enabled: true}", "appSystemToken: {enabled: true}", "read:app-user-token", "read:app-system-token").Replace(remoteManifest))
	w.invoke("editor", labelsCall, `{}`)
	got, _ := service.seen()
	for title, want := range map[string]int{"Opening the café": 200, "Wages and rota": 404} {
		answer, err := w.raw("GET", "/ex/confluence/"+w.s.sites[0].connect.CloudID+"/wiki/api/v2/pages/"+w.pageID(title)+"/labels", "Bearer "+got.Header.Get("X-Forge-Oauth-System"), "")
		if err != nil || answer.status != want {
			t.Errorf("%s: %d %s %v", title, answer.status, answer.body, err)
		}
	}
}

func TestACallIsVariedAsAsked(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	for name, c := range map[string]struct {
		variation string
		good      bool
		check     func(jwt.MapClaims, http.Header) bool
	}{
		"nothing":        {`{}`, true, func(c jwt.MapClaims, _ http.Header) bool { return c["principal"] == accountEditor }},
		"another key":    {`{"key":"stray"}`, false, nil},
		"another key id": {`{"kid":"other"}`, false, nil},
		"no signature":   {`{"algorithm":"none"}`, false, nil},
		"the public key": {`{"algorithm":"HS256"}`, false, nil},
		"a claim":        {`{"claims":{"aud":"other"}}`, true, func(c jwt.MapClaims, _ http.Header) bool { return c["aud"] == "other" }},
		"an inner claim": {`{"claims":{"app.installation.id":"other"}}`, true, func(c jwt.MapClaims, _ http.Header) bool {
			return at(t, map[string]any(c), "app", "installation", "id") == "other"
		}},
		"a claim left out":  {`{"claims":{"principal":null}}`, true, func(c jwt.MapClaims, _ http.Header) bool { _, there := c["principal"]; return !there }},
		"a header":          {`{"headers":{"x-forge-oauth-user":"other"}}`, true, func(_ jwt.MapClaims, h http.Header) bool { return h.Get("X-Forge-Oauth-User") == "other" }},
		"a header left out": {`{"headers":{"X-Forge-OAuth-User":null}}`, true, func(_ jwt.MapClaims, h http.Header) bool { return h.Values("X-Forge-Oauth-User") == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			w.invoke("editor", labelsCall, c.variation)
			got, _ := service.seen()
			claims, err := w.proved(got)
			if (err == nil) != c.good || c.good && !c.check(claims, got.Header) {
				t.Errorf("%v %v %v", claims, got.Header, err)
			}
		})
	}
	t.Run("what cannot be varied is said", func(t *testing.T) {
		for _, variation := range []string{`{"algorithm":"RS512"}`, `{"claims":{"app.id.x":1}}`} {
			w.control("POST", "/control/forge/remote", `{"app":"remote","user":"editor","module":{"module":"labels"},"call":{"remoteKey":"service","path":"/"},"variation":`+variation+`}`, 400)
		}
	})
	t.Run("times that are off", func(t *testing.T) {
		w.control("POST", "/control/misbehave", `{"kind":"skew","delay":-60,"count":1}`, 200)
		w.invoke("editor", labelsCall, `{}`)
		got, _ := service.seen()
		if _, err := w.proved(got); err == nil {
			t.Error("it has not expired")
		}
	})
}

func TestAPageThatCallsTheServiceItselfGetsAProofAndNoToken(t *testing.T) {
	w, service := newRemoteWorld(t, remoteManifest)
	ask := func(call string, want int) map[string]any {
		return w.control("POST", "/control/forge/remote", `{"app":"remote","user":"editor","module":{"module":"labels","pageId":"`+w.pageID("Opening the café")+`"},"call":`+call+`}`, want)
	}
	got := ask(`{"remoteKey":"service","path":"/api/suggest"}`, 200)
	if got["url"] != service.URL+"/api/suggest" || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if _, err := w.proved(&http.Request{Header: http.Header{"Authorization": {"Bearer " + got["token"].(string)}}}); err != nil {
		t.Error(err)
	}
	ask(`{"remoteKey":"other","path":"/"}`, 404)
	ask(`{"remoteKey":"service","path":"/../x"}`, 400)
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestForgeWaits25SecondsForAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := content.New(time.Now, func(content.Event) {})
		seed(store)
		begun := time.Now()
		host, err := forgehost.New(forgehost.Options{
			Build: remoteBuild(remoteManifest), Origin: "http://localhost:1", Service: "http://localhost:2",
			Site: forgehost.Site{Origin: "http://127.0.0.1:1", BaseURL: "http://127.0.0.1:1/wiki", CloudID: "c", Store: store},
			Now:  time.Now, Skew: func() time.Duration { return 0 }, Keys: forgehost.NewKeys(), Unplayed: func(string) {},
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, context.Cause(r.Context())
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := host.Invoke(t.Context(), accountEditor, hostpage.Ask{Use: hostpage.ModuleUse{Module: "labels"}}, forgehost.Call{Path: "/x", Method: "GET"}, forgehost.Variation{})
		if err != nil || got.Rejected != "Remote invocation timed out after 25 seconds" || time.Since(begun) != 25*time.Second {
			t.Errorf("%+v %v after %v", got, err, time.Since(begun))
		}
	})
}
