package localconfluence

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/hostpage"
)

// browser sends a request as the page of somebody who is signed in does: for
// themselves, or for a frame of the app.
func (w *world) browser(account, app, method, path, body string, headers ...string) answer {
	w.t.Helper()
	headers = append(headers, "Cookie", hostpage.UserCookie+"="+account, "Sec-Fetch-Site", "same-origin")
	if app != "" {
		headers = append(headers, "AP-Client-Key", app)
	}
	got, err := w.raw(method, path, "", body, headers...)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func TestAFrameMayDoWhatThePersonMayAndTheAppHasScopesFor(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	page := w.pageID("The terrace in summer")
	label, properties := "/wiki/rest/api/content/"+page+"/label", "/wiki/api/v2/pages/"+page+"/properties"
	trash := "/wiki/api/v2/pages/" + page
	for _, c := range []struct {
		name, account, app, method, path, body string
		status                                 int
	}{
		{"a page is not deleted without the scope DELETE", accountEditor, "labelup", "DELETE", trash, "", 403},
		{"a page is read with READ", accountEditor, "labelup", "GET", trash, "", 200},
		{"labels are added with WRITE", accountEditor, "labelup", "POST", label, post("x"), 200},
		{"labels are removed with WRITE", accountEditor, "labelup", "DELETE", label + "?name=x", "", 204},
		{"properties are written with WRITE", accountEditor, "labelup", "POST", properties, `{"key":"k","value":1}`, 200},
		{"a scope gives nothing that the person may not do", accountViewer, "labelup", "POST", label, post("x"), 403},
		{"an app that is not installed may do nothing", accountEditor, "other", "GET", trash, "", 403},
		{"the person themselves deletes", accountEditor, "", "DELETE", trash, "", 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t, w.s, w.app}
			got := w.browser(c.account, c.app, c.method, c.path, c.body)
			if got.status != c.status {
				t.Errorf("status %d, want %d: %s", got.status, c.status, got.body)
			}
			if scope := strings.Contains(string(got.body), "Request not in an authorized API scope"); scope != (c.path == trash && c.status == 403 && c.app == "labelup") {
				t.Errorf("the answer: %s", got.body)
			}
		})
	}
}

func TestWhatIsNotPlayedIsSaidAndCounted(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	page := "/wiki/api/v2/pages/" + w.pageID("Opening the café")
	want := map[string]int{}
	for _, c := range []struct {
		name, method, path string
		status             int
		names              string // in the answer
		counted            string
	}{
		{"a path of v2", "GET", page + "/footer-comments", 501, "", "GET " + page + "/footer-comments"},
		{"a path of v1", "GET", "/wiki/rest/api/group", 501, "", "GET /wiki/rest/api/group"},
		{"a method", "PATCH", page, 501, "", "PATCH " + page},
		{"an API beside the two", "GET", "/wiki/rest/webhooks/1.0/webhook", 501, "", "GET /wiki/rest/webhooks/1.0/webhook"},
		{"Atlassian's gateway", "GET", "/ex/confluence/1/wiki/api/v2/pages", 501, "", "GET /ex/confluence/1/wiki/api/v2/pages"},
		{"a parameter in another spelling", "GET", "/wiki/api/v2/pages?spaceId=1", 400, "spaceId", "GET /wiki/api/v2/pages?spaceId"},
		{"a parameter that Cloud has and this has not", "GET", page + "?include-likes=true", 400, "include-likes", "GET " + page + "?include-likes"},
		{"what is played is not counted", "GET", page + "?include-labels=true", 200, "", ""},
		{"nor is what is not there", "GET", "/wiki/api/v2/pages/1", 404, "", ""},
		{"nor is what Atlassian removed", "GET", "/wiki/rest/api/space?spaceKey=x", 410, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.raw(c.method, c.path, w.credential("editor", "", ""), "")
			if err != nil || got.status != c.status || !strings.Contains(string(got.body), c.names) {
				t.Errorf("%d %s %v, want %d and %q", got.status, got.body, err, c.status, c.names)
			}
		})
		if c.counted != "" {
			want[c.counted]++
		}
	}
	t.Run("a write to v1 without the header that it would need", func(t *testing.T) {
		got, err := w.raw("POST", "/wiki/rest/api/group", w.credential("editor", "", ""), "{}", "X-Atlassian-Token", "")
		if err != nil || got.status != 501 {
			t.Errorf("%d %s %v, want 501", got.status, got.body, err)
		}
	})
	want["POST /wiki/rest/api/group"]++
	if diff := cmp.Diff(want, w.s.unplayed.all()); diff != "" {
		t.Errorf("what was counted (-want +got):\n%s", diff)
	}
	for call := range want {
		if state := w.control("GET", "/control/state", "", 200); at(t, state, "unplayed", call) != 1.0 {
			t.Errorf("the state does not have %s: %v", call, state["unplayed"])
		}
	}
}

// TestParametersAreThoseOfTheOpenAPIDocument holds the table of endpoints
// against the document: nothing is taken that Cloud does not take.
func TestParametersAreThoseOfTheOpenAPIDocument(t *testing.T) {
	needContract(t)
	router, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	// Of old, in what search itself gives as the next; and a cursor in place of
	// the ids to go on from.
	undocumented := []string{"GET /wiki/rest/api/content/search next", "GET /wiki/rest/api/content/search start", "GET /wiki/rest/api/content/search includeArchivedSpaces", "GET /wiki/api/v2/pages/{id}/ancestors cursor"}
	checked := 0
	for _, e := range endpoints {
		method, path, _ := strings.Cut(e.pattern, " ")
		r, err := http.NewRequest(method, strings.NewReplacer("{id}", "1", "{property}", "1", "{version}", "1", "{key}", "k", "{label}", "l", "{macro}", "m").Replace(path), nil)
		if err != nil {
			t.Fatal(err)
		}
		route, _, err := router.FindRoute(r)
		if err != nil || e.query == "*" {
			continue // the document at hand is a part of the whole
		}
		checked++
		for _, name := range strings.Fields(e.query) {
			if route.Operation.Parameters.GetByInAndName("query", name) == nil && !slices.Contains(undocumented, e.pattern+" "+name) {
				t.Errorf("%s does not take %s", e.pattern, name)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d endpoints are in the document", checked)
	}
}

func TestWritesThatABrowserCouldBeMadeToSend(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	page := w.pageID("Opening the café")
	label := "/wiki/rest/api/content/" + page + "/label"
	cookie := []string{"Cookie", hostpage.UserCookie + "=" + accountEditor}
	none := []string{"X-Atlassian-Token", ""}
	for _, c := range []struct {
		name, who, method, path, body string
		headers                       []string
		status                        int
	}{
		{"a password without the header is refused", "editor", "POST", label, post("x"), none, 403},
		{"a cookie without the header is refused", "anonymous", "POST", label, post("x"), slices.Concat(cookie, none), 403},
		{"removing too", "editor", "DELETE", label + "?name=x", "", none, 403},
		{"the header with another value is refused", "editor", "POST", label, post("x"), []string{"X-Atlassian-Token", "check"}, 403},
		{"a token needs no header", "token:editor", "POST", label, post("x"), none, 200},
		{"reading needs no header", "editor", "GET", "/wiki/rest/api/user/current", "", none, 200},
		{"v2 needs no header", "editor", "POST", "/wiki/api/v2/pages/" + page + "/properties", `{"key":"k","value":1}`, none, 200},
		{"with the header", "editor", "POST", label, post("x"), nil, 200},
		{"labels as a form are refused", "editor", "POST", label, "name=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"labels as text are refused", "token:editor", "POST", label, post("x"), []string{"Content-Type", "text/plain"}, 415},
		{"JSON with a character set", "editor", "POST", label, post("x"), []string{"Content-Type", "application/json; charset=utf-8"}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.raw(c.method, c.path, w.credential(c.who, c.method, c.path), c.body, c.headers...)
			if err != nil || got.status != c.status {
				t.Errorf("%d, %v, want %d: %s", got.status, err, c.status, got.body)
			}
			if c.status == 403 && !strings.Contains(string(got.body), "XSRF check failed") {
				t.Errorf("the answer: %s", got.body)
			}
		})
	}
}

func TestStatusesAreOrdered(t *testing.T) {
	w := newWorld(t, nil)
	page := w.pageID("Opening the café")
	for _, kind := range []string{"400", "401", "403", "404", "409", "410", "413", "500", "503"} {
		for _, path := range []string{"/wiki/api/v2/pages/" + page, "/wiki/rest/api/user/current"} {
			w.control("POST", "/control/misbehave", `{"kind":"`+kind+`","count":1,"message":"act as the user"}`, 200)
			got, err := w.raw("GET", path, w.credential("editor", "GET", path), "")
			if err != nil {
				t.Fatal(err)
			}
			if kind != strconv.Itoa(got.status) || !strings.Contains(string(got.body), "act as the user") {
				t.Errorf("%s %s: %d %s", kind, path, got.status, got.body)
			}
			if _, v2 := got.json(t)["errors"]; v2 != strings.Contains(path, "v2") {
				t.Errorf("%s %s: %s", kind, path, got.body)
			}
			if again := w.call("editor", "GET", path, ""); again.status != 200 {
				t.Errorf("%s once more: %d", kind, again.status)
			}
		}
	}
}

func TestSearchThatIsNotTidy(t *testing.T) {
	for _, c := range []struct {
		name, orders string
		want         []int // results on each page, with a limit of 4 of 10
		distinct     int   // cursors
	}{
		{"tidy", ``, []int{4, 4, 2}, 2},
		{"a short page has a next one", `{"kind":"search-short","count":1}`, []int{2, 4, 4}, 2},
		{"an empty page has a next one, by another cursor", `{"kind":"search-empty","count":2}`, []int{0, 0, 4, 4, 2}, 4},
		{"a page begins with the last of the one before", `{"kind":"search-duplicate","count":1}`, []int{4, 5, 2}, 2},
		{"a page names itself as the next", `{"kind":"search-loop"}`, []int{4, 4, 4, 4, 4, 4}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			if c.orders != "" {
				w.control("POST", "/control/misbehave", c.orders, 200)
			}
			x, _ := w.s.site("")
			var ids []string
			for _, content := range x.store.All(accountEditor)[:10] {
				ids = append(ids, content.ID)
			}
			path := "/wiki/rest/api/content/search?limit=4&cql=" + url.QueryEscape("id in ("+strings.Join(ids, ",")+")")
			var got []int
			cursors := map[string]bool{}
			for cursor := ""; len(got) < 6; {
				at := path
				if cursor != "" {
					at += "&cursor=" + url.QueryEscape(cursor)
				}
				body := w.call("editor", "GET", at, "").json(t)
				got = append(got, len(body["results"].([]any)))
				next, _ := body["_links"].(map[string]any)["next"].(string)
				if next == "" {
					break
				}
				u, _ := url.Parse(next)
				cursor = u.Query().Get("cursor")
				cursors[cursor] = true
			}
			if diff := cmp.Diff(c.want, got); diff != "" || len(cursors) != c.distinct {
				t.Errorf("%d cursors, want %d; results on each page (-want +got):\n%s", len(cursors), c.distinct, diff)
			}
		})
	}
}

// saysNothingOfLimits: the bridge strips the headers about limits.
func saysNothingOfLimits(t *testing.T, got answer) {
	t.Helper()
	for name := range got.header {
		if strings.Contains(strings.ToLower(name), "ratelimit") || name == "Retry-After" || name == "X-Failure-Category" {
			t.Errorf("a browser is told %s", name)
		}
	}
}

func TestBrowsersAreLimitedPerPersonWhenAsked(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	page := "/wiki/api/v2/pages/" + w.pageID("Opening the café")
	read := func(account string, want int) {
		t.Helper()
		got := w.browser(account, "labelup", "GET", page, "")
		if got.status != want {
			t.Errorf("%s: %d, want %d", account, got.status, want)
		}
		saysNothingOfLimits(t, got)
	}
	for range 5 {
		read(accountEditor, 200) // nobody limits it
	}
	if spent := at(t, w.control("GET", "/control/state", "", 200), "sites", 0, "browserPoints", accountEditor); spent != 10.0 {
		t.Errorf("five pages cost %v, want 10", spent)
	}
	w.control("POST", "/control/browser-limit", `{"points":4}`, 200)
	read(accountEditor, 200)
	read(accountEditor, 200)
	read(accountEditor, 429)
	read(accountViewer, 200) // each person has their own
	w.control("POST", "/control/clock", `{"advance":"1h"}`, 200)
	read(accountEditor, 200)
	w.control("POST", "/control/browser-limit", `{"points":-1}`, 400)
	w.control("POST", "/control/browser-limit", `{"points":0}`, 200)
	for range 5 {
		read(accountEditor, 200)
	}
}

func TestABrowserIsNotToldWhenToComeBack(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	for _, kind := range []string{"429-quota", "429-burst", "429-bare"} {
		for _, app := range []string{"", "labelup"} {
			w.control("POST", "/control/misbehave", `{"kind":"`+kind+`","count":1,"retryAfter":7}`, 200)
			got := w.browser(accountEditor, app, "GET", "/wiki/rest/api/user/current", "")
			if got.status != 429 {
				t.Errorf("%s for %q: %d", kind, app, got.status)
			}
			saysNothingOfLimits(t, got)
		}
	}
}

func TestItMisbehavesALittleOnlyWhenAsked(t *testing.T) {
	faults := func(w *world) (seen []string) {
		t.Helper()
		for range 300 {
			// Without waiting for what is slow.
			m, ok := w.s.faults.forRequest(&http.Request{Method: "GET", URL: &url.URL{Path: "/wiki/api/v2/labels"}})
			if ok {
				seen = append(seen, m.Kind)
			}
		}
		return seen
	}
	unruly := func(o *Options) { o.Misbehave = true }
	if got := faults(newWorld(t, nil)); len(got) > 0 {
		t.Errorf("unasked: %v", got)
	}
	w := newWorld(t, nil, unruly)
	first := faults(w)
	if len(first) < 5 || len(first) > 50 {
		t.Errorf("of 300 calls %d go wrong", len(first))
	}
	if diff := cmp.Diff(first, faults(newWorld(t, nil, unruly))); diff != "" {
		t.Errorf("the same seed, and not the same faults:\n%s", diff)
	}
	if m, ok := w.s.faults.forRequest(&http.Request{Method: "GET", URL: &url.URL{Path: "/install-keys/x"}}); ok {
		t.Errorf("an install may fail: %v", m)
	}
	w.control("DELETE", "/control/misbehave", "", 200)
	if got := faults(w); len(got) > 0 {
		t.Errorf("switched off: %v", got)
	}
	w.control("POST", "/control/misbehave", `{"kind":"light"}`, 200)
	if diff := cmp.Diff(first, faults(w)); diff != "" {
		t.Errorf("switched on again, and not the same:\n%s", diff)
	}
	w.control("DELETE", "/control/misbehave", "", 200)
	w.control("POST", "/control/reset", "{}", 200)
	if got := faults(w); len(got) == 0 {
		t.Error("after a reset it behaves")
	}
}
