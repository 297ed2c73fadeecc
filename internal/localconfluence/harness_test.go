package localconfluence

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"labelup/internal/localconfluence/connectjwt"
)

// world is a local Confluence that listens, with an app that writes down what
// it is told.
type world struct {
	t   *testing.T
	s   *Server
	app *fakeApp
}

type fakeApp struct {
	*httptest.Server
	descriptor []byte

	mu     sync.Mutex
	calls  []appCall
	answer map[string]func(http.ResponseWriter) // by path
}

type appCall struct {
	method, uri, token string
	body               map[string]any
}

func (a *fakeApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/atlassian-connect.json" {
		_, _ = w.Write(a.descriptor)
		return
	}
	call := appCall{method: r.Method, uri: r.RequestURI, token: strings.TrimPrefix(r.Header.Get("Authorization"), "JWT ")}
	_ = json.NewDecoder(r.Body).Decode(&call.body)
	a.mu.Lock()
	a.calls = append(a.calls, call)
	answer := a.answer[r.URL.Path]
	a.mu.Unlock()
	if answer != nil {
		answer(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a *fakeApp) answers(path string, f func(http.ResponseWriter)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer[path] = f
}

func (a *fakeApp) all() []appCall {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// newWorld starts a world. change edits the descriptor of the app.
func newWorld(t *testing.T, change func(map[string]any), options ...func(*Options)) *world {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "atlassian-connect.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	app := &fakeApp{answer: map[string]func(http.ResponseWriter){}}
	app.Server = httptest.NewServer(app)
	t.Cleanup(app.Close)
	d["baseUrl"] = app.URL
	if change != nil {
		change(d)
	}
	if app.descriptor, err = json.Marshal(d); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{BaseURL: "http://" + listener.Addr().String() + "/wiki", AppURL: app.URL, Seed: 1}
	for _, f := range options {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		s.Close()
	})
	return &world{t, s, app}
}

func (w *world) install() {
	w.t.Helper()
	if err := w.s.Install(w.t.Context(), w.app.URL); err != nil {
		w.t.Fatal(err)
	}
}

// answer is what a call was answered.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("status %d, body is no JSON object: %s", a.status, a.body)
	}
	return out
}

// at follows keys and, for numbers, positions into JSON.
func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, ok := value.(map[string]any)
			if !ok {
				t.Fatalf("no object at %v of %v", step, path)
			}
			value = m[key]
		case int:
			l, ok := value.([]any)
			if !ok || key >= len(l) {
				t.Fatalf("no element at %v of %v", step, path)
			}
			value = l[key]
		}
	}
	return value
}

// names collects one text field of a list.
func fieldsOf(t *testing.T, value any, field string) []string {
	t.Helper()
	list, ok := value.([]any)
	if !ok {
		t.Fatalf("no list: %v", value)
	}
	var out []string
	for _, x := range list {
		out = append(out, at(t, x, field).(string))
	}
	return out
}

// raw sends a request and checks nothing.
func (w *world) raw(method, path, authorization string, body string, headers ...string) (answer, error) {
	w.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.s.origin+path, reader)
	if err != nil {
		w.t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-Atlassian-Token", "no-check")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 20 * time.Second}
	got, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	return answer{got.StatusCode, got.Header, raw}, err
}

// call sends a REST call as somebody and holds request and answer against the
// OpenAPI document, where it is at hand.
func (w *world) call(who, method, path, body string) answer {
	w.t.Helper()
	got, err := w.raw(method, path, w.credential(who, method, path), body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.validate(method, path, body, got)
	return got
}

// credential makes an Authorization header for a person (password), "app"
// (JWT) or "token:NAME" (impersonation).
func (w *world) credential(who, method, path string) string {
	w.t.Helper()
	if who == "anonymous" {
		return ""
	}
	if who == "app" {
		p, q, _ := strings.Cut(path, "?")
		now := w.s.clock.now().Unix()
		token, err := connectjwt.SignHS256(w.secret(), connectjwt.Claims{"iss": "labelup", "iat": now, "exp": now + 180, "qsh": connectjwt.QSH(method, p, q, "/wiki")})
		if err != nil {
			w.t.Fatal(err)
		}
		return "JWT " + token
	}
	if name, ok := strings.CutPrefix(who, "token:"); ok {
		return "Bearer user:" + name
	}
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth(who, who)
	return r.Header.Get("Authorization")
}

func (w *world) secret() string {
	x, _ := w.s.site("")
	return x.connect.App().Secret
}

// pageID finds a page by title.
func (w *world) pageID(title string) string {
	w.t.Helper()
	x, _ := w.s.site("")
	for _, account := range []string{accountEditor, accountAdmin} {
		for _, c := range x.store.All(account) {
			if c.Title == title {
				return c.ID
			}
		}
	}
	w.t.Fatalf("no page %q", title)
	return ""
}

func (w *world) spaceID() string {
	w.t.Helper()
	x, _ := w.s.site("")
	sp, err := x.store.Space(accountAdmin, "CAFE")
	if err != nil {
		w.t.Fatal(err)
	}
	return sp.ID
}

// contract is Atlassian's OpenAPI document, when it is next to the repository.
var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join("..", "..", "..", "shared", "openapi", "confluence-cloud-subset.json"))
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: "/"}}
	withBlogPosts(doc.Paths)
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, p := range operation.Parameters {
				p.Value.Schema.Value.Default = nil // "my, team" is in no enum
			}
			if operation.RequestBody == nil {
				continue
			}
			media := operation.RequestBody.Value.Content.Get("application/json")
			if media == nil || media.Schema == nil {
				continue
			}
			if body := media.Schema.Value.Properties["body"]; body != nil && len(body.Value.OneOf) > 0 {
				// Each alternative allows everything: "one of" can never hold.
				body.Value.AnyOf, body.Value.OneOf = body.Value.OneOf, nil
			}
		}
	}
	return gorillamux.NewRouter(doc)
})

// withBlogPosts adds what the subset leaves out of blog posts. It is asked for as
// of pages, and answered as where blog posts are in the subset.
func withBlogPosts(paths *openapi3.Paths) {
	like := func(asked, answered *openapi3.Operation) *openapi3.Operation {
		out := *asked
		out.Responses = answered.Responses
		return &out
	}
	post := paths.Value("/wiki/api/v2/blogposts/{id}")
	post.Put = like(paths.Value("/wiki/api/v2/pages/{id}").Put, post.Get)
	listed := like(paths.Value("/wiki/api/v2/spaces/{id}/pages").Get, paths.Value("/wiki/api/v2/labels/{id}/blogposts").Get)
	paths.Set("/wiki/api/v2/spaces/{id}/blogposts", &openapi3.PathItem{Get: listed})
}

func needContract(t *testing.T) {
	t.Helper()
	if _, err := contract(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the OpenAPI document is not next to this repository")
	}
}

// validate checks a successful exchange in full, and of a refused one that the
// endpoint exists. Statuses that the document forgets (409, 410, 429, 5xx, and
// 403 in v2) are let through.
func (w *world) validate(method, path, body string, got answer) {
	w.t.Helper()
	router, err := contract()
	if err != nil {
		return // TestEveryEndpointFitsTheOpenAPIDocument says so
	}
	r := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Body = http.NoBody
	}
	route, parameters, err := router.FindRoute(r)
	if err != nil {
		return // an endpoint that is not in the subset
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if got.status/100 == 2 {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			w.t.Errorf("%s %s: a request the document refuses was accepted: %v", method, path, err)
		}
	}
	forgotten := got.status == 409 || got.status == 410 || got.status == 413 || got.status == 429 || got.status >= 500 ||
		got.status == 401 || got.status == 403
	if forgotten {
		return
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)), Options: input.Options,
	})
	if err != nil {
		w.t.Errorf("%s %s: the answer does not fit the document: %v", method, path, err)
	}
}
