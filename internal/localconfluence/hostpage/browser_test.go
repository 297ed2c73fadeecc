package hostpage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestInChromium runs testdata/browser.mjs. SHOTS=DIR keeps its screenshots.
func TestInChromium(t *testing.T) {
	modules, err := filepath.Abs("../../../static/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	chromium := need(t, "chromium-headless-shell")
	node := need(t, "node")
	if _, err := os.Stat(filepath.Join(modules, "playwright-core")); err != nil {
		missing(t, "static/node_modules is not installed")
	}

	source := newFakeSource()
	host := httptest.NewUnstartedServer(nil)
	source.base = "http://" + host.Listener.Addr().String()
	app := httptest.NewServer(testApp(source.base))
	defer app.Close()
	// Another name for the same machine makes the app another site.
	_, port, err := net.SplitHostPort(app.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	source.origin = "http://localhost:" + port
	host.Config.Handler = testHost(source, New(source, Options{Libraries: os.DirFS(modules)}))
	host.Start()
	defer host.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, node, "testdata/browser.mjs")
	command.Env = append(os.Environ(), "HOST="+source.base, "APP="+source.origin, "MODULES="+modules, "CHROMIUM="+chromium)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	if uses := source.macroUses(); !strings.Contains(uses, "labelup-labels/editor/") || !strings.Contains(uses, "labelup-labels/view/preview") {
		t.Errorf("iframes signed: %s", uses)
	}
}

func need(t *testing.T, program string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a browser")
	}
	path, err := exec.LookPath(program)
	if err != nil {
		missing(t, program+" is not on PATH")
	}
	return path
}

// missing skips on a machine without the browser's tools, but not in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// testApp is an app whose pages hold nothing but the bridge, under the policy
// that a real one has.
func testApp(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const network = "https://connect-cdn.atl-paas.net"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+network+"; style-src "+network+"; connect-src 'self'; frame-ancestors "+host)
		fmt.Fprint(w, `<!doctype html><html lang="en"><head><title>App</title><script src="`+network+`/all.js" data-options="margin:false"></script></head>`+
			`<body><div class="ac-content"><p>The app at `+r.URL.Path+`</p><button>Press</button> <input aria-label="Label"></div></body></html>`)
	})
}

// testHost adds to the pages the bit of REST that the browser's test needs.
func testHost(source *fakeSource, pages http.Handler) http.Handler {
	type property struct {
		ID      string         `json:"id"`
		Key     string         `json:"key"`
		Value   any            `json:"value"`
		Version map[string]int `json:"version"`
	}
	var mu sync.Mutex
	stored := []property{}
	answer := func(w http.ResponseWriter, status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(body)
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("/wiki/rest/api/echo", func(w http.ResponseWriter, r *http.Request) {
		user := ""
		if c, err := r.Cookie(UserCookie); err == nil {
			user, _ = url.QueryUnescape(c.Value)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "read", http.StatusBadRequest)
			return
		}
		answer(w, 200, map[string]string{"method": r.Method, "query": r.URL.RawQuery, "user": user, "client": r.Header.Get("AP-Client-Key"),
			"body": string(body), "contentType": r.Header.Get("Content-Type"), "ifMatch": r.Header.Get("If-Match")})
	})
	mux.HandleFunc("/wiki/rest/api/missing", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"message":"no"}`)
	})
	const properties = "/wiki/api/v2/pages/100/properties"
	mux.HandleFunc("GET "+properties, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		answer(w, 200, map[string]any{"results": stored})
	})
	write := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var p property
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			answer(w, 400, nil)
			return
		}
		p.ID = "7"
		if r.Method == http.MethodPost {
			p.Version = map[string]int{"number": 1}
		} else if p.Version["number"] != stored[0].Version["number"]+1 {
			answer(w, http.StatusConflict, nil)
			return
		}
		stored = []property{p}
		answer(w, 200, p)
	}
	mux.HandleFunc("POST "+properties, write)
	mux.HandleFunc("PUT "+properties+"/7", write)
	mux.HandleFunc("POST /test/labels", func(w http.ResponseWriter, r *http.Request) {
		source.setLabels("100", Label{"global", "field-notes"}, Label{"global", r.URL.Query().Get("add")})
	})
	mux.HandleFunc("POST /test/publish", func(w http.ResponseWriter, r *http.Request) {
		source.mu.Lock()
		defer source.mu.Unlock()
		source.pages[r.URL.Query().Get("id")].Version++
	})
	return mux
}
