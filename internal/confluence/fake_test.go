package confluence

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"labelup/internal/fault"
	"labelup/internal/label"
)

// fake is a Confluence with the label endpoints: it splits and lower-cases names
// as the real one does, and misbehaves where a test says so.
type fake struct {
	mu       sync.Mutex
	held     map[string][]label.Label // by content id
	requests []string                 // method, path and what was asked
	count    map[string]int           // of requests, by method
	archived bool                     // all of it

	pageSize int                                                      // labels in one answer; 0: as asked
	before   func(w http.ResponseWriter, r *http.Request, n int) bool // instead of answering, if true; n counts from 1
	after    func(w http.ResponseWriter, r *http.Request, n int) bool // the same, once the request took effect
}

func newFake(names ...label.Name) *fake {
	f := &fake{held: map[string][]label.Label{}, count: map[string]int{}}
	f.hold("1", names...)
	return f
}

func (f *fake) hold(id string, names ...label.Name) {
	f.held[id] = f.held[id][:0:0]
	for i, n := range names {
		f.held[id] = append(f.held[id], label.Label{ID: strconv.Itoa(100 + i), Prefix: label.Global, Name: n})
	}
}

func (f *fake) names(id string) []label.Name {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(label.GlobalOf(f.held[id])))
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.count[r.Method]++
	n := f.count[r.Method]
	f.mu.Unlock()
	if f.before != nil && f.before(w, r, n) {
		return
	}
	recorded := httptest.NewRecorder()
	f.answer(recorded, r)
	if f.after != nil && f.after(w, r, n) {
		return
	}
	for key, values := range recorded.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(recorded.Code)
	w.Write(recorded.Body.Bytes())
}

func (f *fake) answer(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/wiki/"), "/")
	one := len(parts) == 4 && parts[1] == "v2" // a content itself
	if !one && len(parts) != 5 || r.Header.Get("Authorization") != "Bearer token" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	id := parts[3]
	held, ok := f.held[id]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method == http.MethodGet && one:
		status := map[bool]string{false: "current", true: "archived"}[f.archived]
		f.requests = append(f.requests, "look at "+id)
		json.NewEncoder(w).Encode(map[string]string{"id": id, "status": status})
	case r.Method == http.MethodGet && parts[1] == "v2":
		f.requests = append(f.requests, "read "+parts[2]+" "+id)
		f.list(w, r, held)
	case r.Method == http.MethodPost && parts[4] == "label":
		var asked []struct{ Prefix, Name string }
		if json.NewDecoder(r.Body).Decode(&asked) != nil || len(asked) > label.MaxPerCall || r.Header.Get("X-Atlassian-Token") != "no-check" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		after := slices.Clone(held)
		for _, a := range asked {
			for _, name := range strings.Fields(strings.ToLower(a.Name)) {
				l := label.Label{ID: strconv.Itoa(100 + len(after)), Prefix: label.Prefix(a.Prefix), Name: label.Name(name)}
				if !label.GlobalOf(after).Has(l.Name) {
					after = append(after, l)
				}
			}
		}
		f.requests = append(f.requests, fmt.Sprintf("add %d to %s", len(asked), id))
		if len(label.GlobalOf(after)) > label.MaxPerPage {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		f.held[id] = after
		results := []map[string]string{}
		for _, l := range after {
			results = append(results, map[string]string{"prefix": string(l.Prefix), "name": string(l.Name), "id": l.ID, "label": string(l.Name)})
		}
		json.NewEncoder(w).Encode(map[string]any{"results": results, "start": 0, "limit": 200, "size": len(results), "_links": map[string]any{}})
	case r.Method == http.MethodDelete && f.archived:
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodDelete && r.URL.Query().Has("name"):
		name := label.Name(r.URL.Query().Get("name"))
		f.requests = append(f.requests, "remove from "+id)
		f.held[id] = slices.DeleteFunc(slices.Clone(held), func(l label.Label) bool { return l.Prefix == label.Global && l.Name == name })
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// list answers with a page of labels, cursors as opaque as Confluence's.
func (f *fake) list(w http.ResponseWriter, r *http.Request, held []label.Label) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if f.pageSize > 0 {
		limit = f.pageSize
	}
	decoded, _ := base64.StdEncoding.DecodeString(r.URL.Query().Get("cursor"))
	start, _ := strconv.Atoi(strings.TrimPrefix(string(decoded), "start>>"))
	end := min(start+limit, len(held))
	results := []map[string]string{}
	for _, l := range held[start:end] {
		results = append(results, map[string]string{"id": l.ID, "name": string(l.Name), "prefix": string(l.Prefix)})
	}
	links := map[string]string{"base": "https://elsewhere.example/wiki"}
	if end < len(held) {
		cursor := base64.StdEncoding.EncodeToString(fmt.Append(nil, "start>>", end))
		q := r.URL.Query()
		q.Set("cursor", cursor)
		// The path as Confluence has it behind its gateway: not ours.
		links["next"] = "/elsewhere" + r.URL.Path + "?" + q.Encode()
		w.Header().Set("Link", "<https://elsewhere.example"+links["next"]+`>; rel="next"`)
	}
	json.NewEncoder(w).Encode(map[string]any{"results": results, "_links": links})
}

// bubble carries requests to a handler without a socket, so that time can be
// testing/synctest's.
type bubble struct{ handler http.Handler }

func (b bubble) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	done := make(chan bool, 1)
	go func() {
		defer func() { done <- recover() == nil }()
		b.handler.ServeHTTP(w, r)
	}()
	select {
	case ok := <-done:
		if !ok {
			return nil, fmt.Errorf("connection reset")
		}
		return w.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// drop ends a connection without an answer, in a bubble and on a socket.
func drop(http.ResponseWriter, *http.Request, int) bool { panic(http.ErrAbortHandler) }

func bearer(_ context.Context, r *http.Request) error {
	r.Header.Set("Authorization", "Bearer token")
	return nil
}

// inBubble is a client of a handler without a socket.
func inBubble(t *testing.T, handler http.Handler, options Options) *Client {
	t.Helper()
	options.Transport = bubble{handler}
	return newClient(t, "https://site.example/wiki", options)
}

// overSocket is a client of a handler behind a real server.
func overSocket(t *testing.T, handler http.Handler, options Options) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	options.Transport = transport
	return newClient(t, server.URL+"/wiki", options)
}

func newClient(t *testing.T, base string, options Options) *Client {
	t.Helper()
	client, err := New(base, bearer, options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func content(t *testing.T, id string) Content {
	t.Helper()
	c, err := ParseContent(id, "page")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantFault checks kind and reason, written "kind: reason".
func wantFault(t *testing.T, err error, want string) *fault.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	f := fault.Of(err)
	if f.Error() != want {
		t.Errorf("error is %v, want %s", f, want)
	}
	return f
}

func status(code int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(code)
		return true
	}
}

func numbered(n int) []label.Name {
	names := make([]label.Name, n)
	for i := range names {
		names[i] = label.Name(fmt.Sprintf("label-%03d", i))
	}
	return names
}
