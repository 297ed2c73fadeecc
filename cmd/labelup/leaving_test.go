package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/site/redistest"
)

// hanging is the outside of a process, of which one part at a time does not
// answer: what is asked at a path that begins with it.
type hanging struct {
	*atlassian
	mu    sync.Mutex
	part  string // "" for none
	ended chan struct{}
}

func startHanging(t *testing.T) *hanging {
	h := &hanging{atlassian: startAtlassian(t), ended: make(chan struct{})}
	behind := h.server.Config.Handler
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice who leaves
		select {
		case <-h.hangs(r.URL.Path):
		case <-r.Context().Done():
		}
		if r.URL.Path == "/wiki/rest/api/user" {
			_, _ = io.WriteString(w, `{"accountId":"`+h.AccountID+`","operations":[{"operation":"administer","targetType":"application"}]}`)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(h.server.Close)
	h.BaseURL = h.server.URL + "/wiki"
	return h
}

// hangs is closed when what is asked at a path may be answered.
func (h *hanging) hangs(path string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.part != "" && strings.HasPrefix(path, h.part) {
		return h.ended
	}
	now := make(chan struct{})
	close(now)
	return now
}

// hang has a part hang, and answers what the one before was asked.
func (h *hanging) hang(part string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.ended)
	h.part, h.ended = part, make(chan struct{})
}

func (h *hanging) export() *http.Request {
	return h.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", "")
}

func (h *hanging) site() *http.Request { return h.BrowserCall(http.MethodGet, "/api/site", "") }

// failures are the lines about requests of a route, except those that went well.
func (p *process) failures(route string) []map[string]any {
	var lines []map[string]any
	for text := range strings.Lines(p.stdout.String()) {
		line := map[string]any{}
		if json.Unmarshal([]byte(text), &line) == nil && line["msg"] == "request" && line["route"] == route && line["kind"] != nil {
			lines = append(lines, line)
		}
	}
	return lines
}

// leave sends a request and leaves before it is answered, until there is a line
// that says so: on a busy machine it may never have arrived.
func (p *process) leave(r *http.Request) map[string]any {
	p.t.Helper()
	before := len(p.failures(r.URL.Path))
	for range 20 {
		ctx, leave := context.WithTimeout(p.t.Context(), 200*time.Millisecond)
		request := r.Clone(ctx)
		request.URL.Scheme, request.URL.Host, request.RequestURI = "http", strings.TrimPrefix(p.url, "http://"), ""
		response, err := http.DefaultClient.Do(request)
		leave()
		if err == nil {
			response.Body.Close()
			p.t.Fatalf("%s was answered %d", r.URL.Path, response.StatusCode)
		}
		if line := p.failure(r.URL.Path, before); line != nil {
			return line
		}
	}
	p.t.Fatalf("there is no line about %s\n%s", r.URL.Path, p.stdout)
	return nil
}

// failure waits for one more line than there were before, nil if none comes.
func (p *process) failure(route string, before int) map[string]any {
	for range 30 {
		if lines := p.failures(route); len(lines) > before {
			return lines[len(lines)-1]
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

// cutOff sends half a body and leaves.
func (p *process) cutOff(r *http.Request) map[string]any {
	p.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = io.WriteString(conn, r.Method+" "+r.URL.Path+" HTTP/1.1\r\nHost: x\r\nAuthorization: "+r.Header.Get("Authorization")+
		"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"+`{"contentId":`)
	time.Sleep(100 * time.Millisecond)
	conn.Close()
	line := p.failure(r.URL.Path, 0)
	if line == nil {
		p.t.Fatalf("there is no line about %s\n%s", r.URL.Path, p.stdout)
	}
	return line
}

func TestAReaderWhoLeavesIsNoOutage(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	h := startHanging(t)
	left := func(stage string, line map[string]any, reason string) {
		t.Helper()
		if line["kind"] != "caller_left" || line["reason"] != reason || line["status"] != 499.0 || line["level"] != "INFO" {
			t.Errorf("left %s: the line is %v, want caller_left for the reason %s at info with status 499", stage, line, reason)
		}
	}

	var p *process
	var metrics string
	// Redis is waited for half a second. On a machine that is too busy to leave in
	// that time it is tried again, with a process that has logged no failure.
	for range 10 {
		metrics = "127.0.0.1:" + strconv.Itoa(freePort(t))
		p = start(t, append(h.environment(redis, sealKey("k1")), "METRICS_ADDRESS="+metrics), "serve")
		p.until("/ready", http.StatusOK)

		h.hang("/" + connecttest.KeyID)
		left("while the install key is fetched", p.leave(h.Lifecycle(connect.Installed)), "key_server")
		h.hang("")
		p.answers(http.StatusNoContent, h.Lifecycle(connect.Installed), "install")

		redis.Hang()
		line := p.leave(h.macro())
		redis.GoOn()
		p.until("/ready", http.StatusOK)
		if line["kind"] != "unavailable" {
			left("while Redis is asked", line, "store")
			break
		}
		p = nil
	}
	if p == nil {
		t.Fatal("nobody left while Redis was asked")
	}

	h.hang("/oauth2/")
	left("while a token is fetched", p.leave(h.site()), "token_server")
	h.hang("/wiki/")
	left("while Confluence is read for an export", p.leave(h.export()), "canceled")
	h.hang("")
	p.answers(http.StatusOK, h.site(), "with a token")
	h.hang("/wiki/")
	left("while Confluence is asked for their rights", p.leave(h.site()), "canceled")
	h.hang("")
	left("while a body is sent", p.cutOff(h.BrowserCall(http.MethodPost, "/api/labels", "")), "body_cut_off")

	// What each of them left behind.
	if _, _, body := p.send(h.site()); !strings.Contains(body, `"entries":[]`) {
		t.Errorf("the admin page has last errors: %s", body)
	}
	counted := scrapeOf(t, metrics)
	for line := range strings.Lines(counted) {
		if strings.HasPrefix(line, "labelup_request_failures_total{") ||
			strings.HasPrefix(line, "labelup_requests_total{") && (strings.Contains(line, "unavailable") || strings.Contains(line, "upstream") || strings.Contains(line, `"5`)) ||
			strings.HasPrefix(line, "labelup_calls_total{") && strings.Contains(line, `peer="confluence"`) && !strings.Contains(line, `failure=""`) && !strings.Contains(line, `failure="canceled"`) {
			t.Errorf("counted as a failure: %s", line)
		}
	}
	if !strings.Contains(counted, `kind="caller_left"`) {
		t.Errorf("nobody who left was counted:\n%s", counted)
	}
}

func scrapeOf(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestATimeLimitOfOursStaysAnOutage is the other side: nobody left, and what did
// not answer in time is told and logged as what failed.
func TestATimeLimitOfOursStaysAnOutage(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	h := startHanging(t)
	p := h.serve(t, redis, sealKey("k1"))
	waited := func(what string, r *http.Request, status int, kind, reason string) {
		t.Helper()
		before := len(p.failures(r.URL.Path))
		began := time.Now()
		p.answers(status, r, what)
		if took := time.Since(began); took > 25*time.Second { // 20 s, and the browser's patience
			t.Errorf("%s: answered after %v", what, took)
		}
		line := p.failure(r.URL.Path, before)
		if line["kind"] != kind || line["reason"] != reason {
			t.Errorf("%s: the line is %v, want %s for the reason %s", what, line, kind, reason)
		}
	}
	h.hang("/" + connecttest.KeyID)
	waited("the key server hangs", h.Lifecycle(connect.Installed), http.StatusServiceUnavailable, "unavailable", "key_server")
	h.hang("")
	p.answers(http.StatusNoContent, h.Lifecycle(connect.Installed), "install")
	h.hang("/oauth2/")
	waited("the token server hangs", h.site(), http.StatusServiceUnavailable, "unavailable", "token_server")
	h.hang("")
	p.answers(http.StatusOK, h.site(), "with a token")
	h.hang("/wiki/")
	waited("Confluence hangs while it is asked for rights", h.site(), http.StatusBadGateway, "upstream", "timeout")
	waited("Confluence hangs while it is exported", h.export(), http.StatusOK, "upstream", "deadline")
	redis.Hang()
	time.Sleep(time.Second) // what was known of the site is forgotten
	waited("Redis hangs", h.macro(), http.StatusServiceUnavailable, "unavailable", "store")
}
