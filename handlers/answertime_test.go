package handlers

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"labelup/internal/fault"
)

// Who gives up when, besides the service itself.
const (
	routerGivesUp    = 30 * time.Second // Heroku's, on a request without an answer
	browserGivesUp   = 25 * time.Second // the app's own pages, from when they have a proof and send
	forgeGivesUp     = 25 * time.Second // Forge, on a call that it passes on
	forgePageGivesUp = 30 * time.Second // the pages that made it
)

func TestWhoWaitsWaitsLongerThanWhoWorks(t *testing.T) {
	for _, browser := range []struct {
		file, name string
		counted    time.Duration // on by the service
	}{{"hosts/connect.ts", "SERVICE_WITHIN", browserGivesUp}, {"hosts/forge.ts", "CORE_WITHIN", forgePageGivesUp}} {
		source, err := os.ReadFile("../static/src/" + browser.file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`\b` + browser.name + ` = ([0-9_]+); // ms`).FindSubmatch(source)
		if found == nil {
			t.Fatalf("%s does not say how long the browser waits", browser.file)
		}
		milliseconds, err := strconv.Atoi(strings.ReplaceAll(string(found[1]), "_", ""))
		if err != nil {
			t.Fatal(err)
		}
		if waits := time.Duration(milliseconds) * time.Millisecond; waits != browser.counted {
			t.Errorf("by %s the browser waits %v, and the service counts on %v", browser.file, waits, browser.counted)
		}
	}
	// An answer has its way to go, and so has a request.
	const way = 4 * time.Second
	if answerWithin+way > browserGivesUp || browserGivesUp+way > routerGivesUp {
		t.Errorf("the service takes up to %v, the browser waits %v, the router %v: each needs %v more than the one before", answerWithin, browserGivesUp, routerGivesUp, way)
	}
	if answerWithin+way > forgeGivesUp || forgeGivesUp+way > forgePageGivesUp {
		t.Errorf("the service takes up to %v, Forge waits %v, its pages %v: each needs %v more than the one before", answerWithin, forgeGivesUp, forgePageGivesUp, way)
	}
	if staticTimeout >= answerWithin {
		t.Errorf("an export may take %v of %v", staticTimeout, answerWithin)
	}
	const toErase = 2 * time.Second // of the store
	if left := answerWithin - time.Duration(rightsShare*float64(answerWithin)); left <= toErase {
		t.Errorf("%v are left to erase a site", left)
	}
}

// TestEverythingIsAnsweredWithinItsTime has Confluence, the token server and the
// store hang, one at a time, with a shorter time for the answer.
func TestEverythingIsAnsweredWithinItsTime(t *testing.T) {
	const within = 3 * time.Second // of which a fifth is for reading back
	change := func(h *harness) *httptest.ResponseRecorder {
		return h.change(`{"contentId":"123","add":["a"],"remove":["existing"]}`)
	}
	tests := map[string]struct {
		hang string // the path that is not answered
		send func(*harness) *httptest.ResponseRecorder
		code int
	}{
		"a change, and Confluence does not write":        {"/wiki/rest/api/content/", change, http.StatusOK},
		"a change, and Confluence does not read back":    {"/wiki/api/v2/", change, http.StatusBadGateway},
		"a change, and there is no token":                {"/oauth2/", change, http.StatusServiceUnavailable},
		"the admin page, and Confluence names no rights": {"/wiki/rest/api/user", (*harness).askSite, http.StatusBadGateway},
		"the admin page, and Confluence lists nothing":   {"/wiki/api/v2/", (*harness).askSite, http.StatusOK},
		"an erasure, and Confluence names no rights":     {"/wiki/rest/api/user", func(h *harness) *httptest.ResponseRecorder { return h.erase(h.host()) }, http.StatusBadGateway},
		"an erasure, and Confluence lists nothing":       {"/wiki/api/v2/", func(h *harness) *httptest.ResponseRecorder { return h.erase(h.host()) }, http.StatusOK},
		"an export, and Confluence does not read": {"/wiki/api/v2/", func(h *harness) *httptest.ResponseRecorder {
			return h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
		}, http.StatusOK},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.server.answerWithin = within
			h.confluence.rights = administers
			h.confluence.hang.Store(&test.hang)
			began := time.Now()
			w := test.send(h)
			// The rest is for a busy machine: the next limit is 5 s.
			if took := time.Since(began); w.Code != test.code || took >= 5*time.Second {
				t.Errorf("answered %d %s after %v, want %d within %v", w.Code, w.Body, took, test.code, within)
			}
			if erased := strings.HasPrefix(name, "an erasure") && test.code == http.StatusOK; erased != (len(h.records.erased) == 1) {
				t.Errorf("erased: %v", h.records.erased)
			}
		})
	}
}

// serveReading is serve with a time limit for reading a request.
func (h *harness) serveReading(within time.Duration) (address string) {
	h.t.Helper()
	server := httptest.NewUnstartedServer(h.server)
	server.Config.ReadTimeout = within
	server.Start()
	h.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// TestAnAnswerMayTakeLongerThanReadingTheRequest keeps net/http to what it is believed
// to do: it lifts the time limit for reading as soon as a request has come whole. Else
// whoever waits would be taken for gone.
func TestAnAnswerMayTakeLongerThanReadingTheRequest(t *testing.T) {
	const reading, within = 100 * time.Millisecond, 3 * time.Second
	tests := map[string]struct {
		hang    string // the path that is not answered
		request func(*harness) *http.Request
		code    int
		kind    string
	}{
		"the admin page": {"/wiki/rest/api/user", func(h *harness) *http.Request {
			return h.atlassian.BrowserCall(http.MethodGet, "/api/site", "")
		}, http.StatusBadGateway, "upstream"},
		"an erasure without a body": {"/wiki/rest/api/user", func(h *harness) *http.Request {
			return h.atlassian.BrowserCall(http.MethodPost, "/api/site/erase", "")
		}, http.StatusBadGateway, "upstream"},
		"a change": {"/wiki/api/v2/", func(h *harness) *http.Request {
			return h.atlassian.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`)
		}, http.StatusBadGateway, "upstream"},
		"an export": {"/wiki/api/v2/", func(h *harness) *http.Request {
			return h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", "")
		}, http.StatusOK, "upstream"},
		"a frame": {"", func(h *harness) *http.Request {
			return h.atlassian.Iframe("/macro/labels?contentId=123&contentType=page")
		}, http.StatusServiceUnavailable, "unavailable"},
		"whether the service is ready": {"", func(*harness) *http.Request {
			return httptest.NewRequest(http.MethodGet, "/ready", nil)
		}, http.StatusServiceUnavailable, "unavailable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, func(_ *harness, options *Options) {
				options.Ready = waits
				options.Framing = slowStore{options.Framing}
			})
			h.server.answerWithin = within
			if test.hang != "" {
				h.confluence.hang.Store(&test.hang)
			}
			r := test.request(h)
			body, _ := io.ReadAll(r.Body)
			began := time.Now()
			answer, err := http.ReadResponse(h.begin(h.serveReading(reading), r, len(body), string(body)), r)
			if err != nil {
				t.Fatal(err)
			}
			line := h.failure()
			if took := time.Since(began); answer.StatusCode != test.code || line["kind"] != test.kind || took <= 2*reading {
				t.Errorf("answered %d after %v, want %d; the line is %v, want %s", answer.StatusCode, took, test.code, line, test.kind)
			}
		})
	}
}

// waits for longer than the request may be read.
func waits(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Second):
		return fault.New(fault.Unavailable, "store")
	}
}

// slowStore proves nobody who asks for a frame, and says so late.
type slowStore struct{ FramingHost }

func (s slowStore) Site(r *http.Request) (*Caller, error) {
	if r.URL.Path != "/macro/labels" {
		return s.FramingHost.Site(r)
	}
	return nil, fault.Wrap(fault.Unavailable, "store", waits(r.Context()))
}

func TestWhoLeavesAfterTheTimeForReadingHasLeft(t *testing.T) {
	const reading = 100 * time.Millisecond
	h := newHarness(t)
	rights := "/wiki/rest/api/user"
	h.confluence.hang.Store(&rights)
	connection, err := net.Dial("tcp", h.serveReading(reading))
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(connection, "GET /api/site HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n",
		h.atlassian.BrowserCall(http.MethodGet, "/api/site", "").Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * reading)
	_ = connection.Close()
	if line := h.failure(); line["kind"] != "caller_left" || line["status"] != float64(statusCallerLeft) {
		t.Errorf("the line is %v", line)
	}
}

// failure waits for the line of a request that failed.
func (h *harness) failure() map[string]any {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		for _, line := range h.lines() {
			if line["msg"] == "request" && line["kind"] != nil {
				return line
			}
		}
		if time.Now().After(end) {
			h.t.Fatalf("no request has failed:\n%s", h.log)
		}
	}
}
