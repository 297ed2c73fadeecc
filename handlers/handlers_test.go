package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/confluence"
	"labelup/internal/lasterrors"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
	"labelup/macros"
)

const appURL = "https://labelup.example.com"

// harness is the service with a site that has it installed. Only Redis and the
// site are stand-ins.
type harness struct {
	t          *testing.T
	server     *Server
	store      *connecttest.Store
	atlassian  *connecttest.Host
	confluence *confluenceStandIn
	records    *recordsStandIn
	log        *lockedBuffer
}

func newHarness(t *testing.T, changes ...func(*harness, *Options)) *harness {
	t.Helper()
	h := &harness{t: t, store: connecttest.NewStore(), log: &lockedBuffer{}, records: &recordsStandIn{}, confluence: newConfluenceStandIn(t)}
	h.atlassian = connecttest.NewHost("labelup", appURL)
	h.atlassian.BaseURL = h.confluence.URL + "/wiki"
	now := time.Now() // one clock that stands still: an attack is a second from being none
	h.atlassian.Now = func() time.Time { return now }
	h.atlassian.Arrange(h.store)

	errors := lasterrors.New(nil)
	log := technicallog.New(h.log, slog.LevelDebug, errors)
	app, err := connect.New(connect.Config{
		Key: "labelup", BaseURLs: []string{appURL}, EnableLicensing: true, Store: h.store, Keys: h.atlassian,
		AllowInsecureLoopback: true, Now: h.atlassian.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	options := testOptions(t, &Connect{
		App: app, AppKey: "labelup", Log: log,
		Tokens: connect.NewUserTokens(h.confluence.URL, nil, nil),
		Budget: confluence.NewBudget(confluence.Limits{}),
	}, log)
	options.Ready = func(ctx context.Context) error {
		_, err := h.store.Installation(ctx, h.atlassian.ClientKey)
		return err
	}
	options.Records, options.LastErrors, options.Running.Started = h.records, errors.Of, now
	for _, change := range changes {
		change(h, &options)
	}
	h.server = newServer(t, options)
	return h
}

// testOptions are all that a Server needs. The tests make none in another way,
// so that a new option is given here alone.
func testOptions(tb testing.TB, host FramingHost, log *slog.Logger) Options {
	tb.Helper()
	return Options{
		Descriptor: descriptor(tb),
		Framing:    host,
		Assets:     http.NotFoundHandler(),
		Pages:      macros.NewPages(asset, bridge),
		Words: func(locale string) macros.Words {
			return macros.Words{Labels: "Labels in " + locale, None: "No labels", Unavailable: "Labels are not available right now."}
		},
		Bridge:     bridge,
		Framers:    []string{"https://*.atlassian.net"},
		Ready:      func(context.Context) error { return nil },
		Records:    &recordsStandIn{},
		LastErrors: lasterrors.New(nil).Of,
		Running: Running{
			Version: "abc1234", Started: time.Now(), Scopes: []string{"READ", "WRITE", "ACT_AS_USER"},
			Retention: Retention{UninstalledDays: 30, LogDays: 14, BackupDays: 30},
		},
		Privacy: Privacy{Page: []byte("<!doctype html><title>Privacy</title>"), Addresses: []string{appURL}, Now: time.Now},
		Suggest: func(suggest.Input) suggest.Answer { return suggest.Answer{Nothing: suggest.TooShort} },
		Log:     log,
	}
}

func newServer(tb testing.TB, options Options) *Server {
	tb.Helper()
	server, err := New(options)
	if err != nil {
		tb.Fatal(err)
	}
	return server
}

// asset is where a file of the bundle is.
func asset(name string) string { return "/static/h/" + name }

const bridge = "https://connect-cdn.atl-paas.net/all.js"

func descriptor(tb testing.TB) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "atlassian-connect.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func (h *harness) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	return w
}

// change sends POST /api/labels as the viewer of page 123.
func (h *harness) change(body string) *httptest.ResponseRecorder {
	return h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/labels", body))
}

// lines are the technical log's lines so far.
func (h *harness) lines() []map[string]any {
	h.t.Helper()
	var lines []map[string]any
	decoder := json.NewDecoder(strings.NewReader(h.log.String()))
	for decoder.More() {
		line := map[string]any{}
		if err := decoder.Decode(&line); err != nil {
			h.t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// confluenceStandIn is as much of a site as these tests need: it holds the
// labels of pages and hands out tokens. What the real one does is tested with
// the local Confluence, end to end.
type confluenceStandIn struct {
	*httptest.Server
	mu      sync.Mutex
	labels  map[string][]string // by content id
	answer  int                 // if set, every label request is answered with it
	writers []string            // Authorization of each write
	writes  int

	writeAnswer int    // if set, every write is answered with it
	rights      string // what a person may, as the answer to that has it

	scopes []string // of each token that was asked for

	hang atomic.Pointer[string] // if set, what is asked below this path is not answered
}

func newConfluenceStandIn(t *testing.T) *confluenceStandIn {
	t.Helper()
	c := &confluenceStandIn{labels: map[string][]string{"123": {"existing"}}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/token", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.scopes = append(c.scopes, r.FormValue("scope"))
		_, _ = io.WriteString(w, `{"access_token":"user-token","expires_in":900,"token_type":"Bearer"}`)
	})
	mux.HandleFunc("POST /wiki/rest/api/content/{id}/label", c.write(func(id string, r *http.Request) {
		var names []struct{ Name string }
		_ = json.NewDecoder(r.Body).Decode(&names)
		for _, n := range names {
			c.labels[id] = append(c.labels[id], n.Name)
		}
	}))
	mux.HandleFunc("DELETE /wiki/rest/api/content/{id}/label", c.write(func(id string, r *http.Request) {
		var kept []string
		for _, name := range c.labels[id] {
			if name != r.URL.Query().Get("name") {
				kept = append(kept, name)
			}
		}
		c.labels[id] = kept
	}))
	mux.HandleFunc("GET /wiki/api/v2/pages/{id}/labels", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.answer != 0 {
			http.Error(w, "no", c.answer)
			return
		}
		type result struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Prefix string `json:"prefix"`
		}
		results := []result{}
		for _, name := range c.labels[r.PathValue("id")] {
			results = append(results, result{"1", name, "global"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"results": results, "_links": map[string]any{}})
	})
	mux.HandleFunc("GET /wiki/rest/api/user", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.answer != 0 {
			http.Error(w, "no", c.answer)
			return
		}
		c.writers = append(c.writers, r.Header.Get("Authorization"))
		_, _ = fmt.Fprintf(w, `{"accountId":%q,"operations":[{"operation":"use","targetType":"application"}%s]}`, r.URL.Query().Get("accountId"), c.rights)
	})
	mux.HandleFunc("GET /wiki/api/v2/spaces", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"results":[]}`)
	})
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := c.hang.Load(); path != nil && strings.HasPrefix(r.URL.Path, *path) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice who leaves
			<-r.Context().Done()
			return
		}
		http.StripPrefix(gatewayPath(r), mux).ServeHTTP(w, r)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *confluenceStandIn) write(change func(id string, r *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.writes++
		c.writers = append(c.writers, r.Header.Get("Authorization"))
		if answer := max(c.answer, c.writeAnswer); answer != 0 {
			http.Error(w, "no", answer)
			return
		}
		change(r.PathValue("id"), r)
		_, _ = io.WriteString(w, "{}")
	}
}

func (c *confluenceStandIn) held(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.labels[id]
}

func (c *confluenceStandIn) answerWith(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = status
}
