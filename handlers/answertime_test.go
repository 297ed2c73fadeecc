package handlers

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhoWaitsWaitsLongerThanWhoWorks(t *testing.T) {
	source, err := os.ReadFile("../static/src/hosts/connect.ts")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`\bSERVICE_WITHIN = ([0-9_]+); // ms`).FindSubmatch(source)
	if found == nil {
		t.Fatal("hosts/connect.ts does not say how long the browser waits")
	}
	milliseconds, err := strconv.Atoi(strings.ReplaceAll(string(found[1]), "_", ""))
	if err != nil {
		t.Fatal(err)
	}
	if browser := time.Duration(milliseconds) * time.Millisecond; browser != browserGivesUp {
		t.Errorf("the browser waits %v, and the service counts on %v", browser, browserGivesUp)
	}
	// An answer has its way to go, and so has a request.
	const way = 4 * time.Second
	if answerWithin+way > browserGivesUp || browserGivesUp+way > routerGivesUp {
		t.Errorf("the service takes up to %v, the browser waits %v, the router %v: each needs %v more than the one before", answerWithin, browserGivesUp, routerGivesUp, way)
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
