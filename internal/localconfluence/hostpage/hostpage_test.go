package hostpage

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// ask sends a request as a viewer ("" sends no cookie) and returns the answer
// with its body.
func ask(t *testing.T, handler http.Handler, viewer, method, path, body string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if viewer != "" {
		r.AddCookie(&http.Cookie{Name: UserCookie, Value: url.QueryEscape(viewer)})
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	answer := w.Result()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func newTestHandler(source Source) http.Handler {
	return New(source, Options{Log: slog.New(slog.DiscardHandler)})
}

func TestEveryPageAnswersWithItsStatusAndItsContent(t *testing.T) {
	for _, test := range []struct {
		name, viewer, path string
		status             int
		holds              string // in the body, or in Location of a redirect
	}{
		{"the root leads to the wiki", adminID, "/", 303, "/wiki/"},
		{"one space only is opened at once", adminID, "/wiki/", 303, "/wiki/spaces/FIELD"},
		{"the list of spaces", adminID, "/wiki/home", 200, "Field team"},
		{"a space opens its home page", adminID, "/wiki/spaces/FIELD", 303, "/wiki/pages/100"},
		{"a space nobody knows", adminID, "/wiki/spaces/NOPE", 404, "Page not found"},
		{"all pages of a space", viewerID, "/wiki/spaces/FIELD/pages", 200, "Latest blog posts"},
		{"a short link leads to the page", viewerID, "/wiki/pages/100", 303, "/wiki/spaces/FIELD/pages/100/Field+notes"},
		{"the old form of a page link", viewerID, "/wiki/pages/viewpage.action?pageId=100", 303, "/wiki/spaces/FIELD/pages/100/"},
		{"a short link keeps the version", viewerID, "/wiki/pages/100?version=2", 303, "?version=2"},
		{"a page", viewerID, "/wiki/spaces/FIELD/pages/100/Field+notes", 200, "field-notes"},
		{"a page without its slug", viewerID, "/wiki/spaces/FIELD/pages/100", 200, "<h1>Field notes</h1>"},
		{"a page under another space's address is led home", viewerID, "/wiki/spaces/OTHER/pages/100/x", 303, "/wiki/spaces/FIELD/pages/100/"},
		{"a title that looks like markup is text", viewerID, "/wiki/spaces/FIELD/pages/102", 200, "<h1>Checklist &lt;b&gt; &amp; more</h1>"},
		{"an old version says so", viewerID, "/wiki/spaces/FIELD/pages/100?version=2", 200, "You are viewing version 2 of 3"},
		{"a version that is not there", viewerID, "/wiki/spaces/FIELD/pages/100?version=9", 404, "Page not found"},
		{"a version that is no number", viewerID, "/wiki/spaces/FIELD/pages/100?version=x", 400, "makes no sense"},
		{"a restricted page is not found by others", viewerID, "/wiki/spaces/FIELD/pages/103", 404, "Page not found"},
		{"a restricted page says so to who may see it", adminID, "/wiki/spaces/FIELD/pages/103", 200, "Restricted"},
		{"a page that is not there", adminID, "/wiki/spaces/FIELD/pages/1", 404, "Page not found"},
		{"an address that is not there", adminID, "/wiki/nothing/here", 404, "Page not found"},
		{"a blog post with its date in the address", adminID, "/wiki/spaces/FIELD/blog/2026/03/04/100/x", 200, "<h1>Field notes</h1>"},
		{"the blog", adminID, "/wiki/spaces/FIELD/blog", 200, "start=25"},
		{"the end of the blog", adminID, "/wiki/spaces/FIELD/blog?start=50", 200, "Post 59"},
		{"a start that is no number", adminID, "/wiki/spaces/FIELD/blog?start=-1", 400, "makes no sense"},
		{"pages with a label", adminID, "/wiki/label/onboarding", 200, "Field notes"},
		{"pages with a label, in a space's address", adminID, "/wiki/label/FIELD/onboarding", 200, "Field notes"},
		{"no page with a label", adminID, "/wiki/label/%3Cx%3E", 200, "Labelled ‘&lt;x&gt;’"},
		{"search", adminID, "/wiki/search?text=onboarding", 200, "Notes that the field team keeps"},
		{"search for nothing", adminID, "/wiki/search", 200, "Nothing found"},
		{"search for a book", adminID, "/wiki/search?text=" + strings.Repeat("a", 501), 400, "makes no sense"},
		{"a link by title", adminID, "/wiki/display/FIELD/how%20we%20plan%20a%20release", 303, "/wiki/spaces/FIELD/pages/101/"},
		{"a link by a title that is gone", adminID, "/wiki/display/FIELD/gone", 404, "Page not found"},
		{"a page of the app for administrators", adminID, "/wiki/plugins/servlet/ac/labelup/labelup-admin", 200, "app-module"},
		{"their menu leads to it", adminID, "/wiki/home", 200, `href="/wiki/plugins/servlet/ac/labelup/labelup-admin"`},
		{"others do not find it", editorID, "/wiki/plugins/servlet/ac/labelup/labelup-admin", 404, "Page not found"},
		{"nor does anybody find one of another app", adminID, "/wiki/plugins/servlet/ac/other/labelup-admin", 404, "Page not found"},
		{"history", viewerID, "/wiki/pages/100/history", 200, "?version=2"},
		{"the editor for who may edit", editorID, "/wiki/pages/100/edit", 200, "Insert macro"},
		{"no editor for who may not", viewerID, "/wiki/pages/100/edit", 403, "You may not do this"},
		{"no editor for the anonymous", "anonymous", "/wiki/pages/100/edit", 403, "You may not do this"},
		{"Confluence's own address of the editor", editorID, "/wiki/spaces/FIELD/pages/edit-v2/100", 303, "/wiki/pages/100/edit"},
		{"an export shows the static form", viewerID, "/wiki/pages/100/export?mode=word", 200, "onboarding</a> (word)"},
		{"an export nobody knows", viewerID, "/wiki/pages/100/export?mode=fax", 400, "makes no sense"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, body := ask(t, newTestHandler(newFakeSource()), test.viewer, "GET", test.path, "")
			if answer.StatusCode != test.status {
				t.Fatalf("status %d, want %d", answer.StatusCode, test.status)
			}
			if in := body + answer.Header.Get("Location"); !strings.Contains(in, test.holds) {
				t.Errorf("answer lacks %q:\n%s", test.holds, in)
			}
			policy := answer.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "unsafe-eval") {
				t.Errorf("policy %q", policy)
			}
			if strings.Contains(body, " onclick=") || strings.Contains(body, "<script>") {
				t.Error("the page has inline script")
			}
		})
	}
}

// The platform's script may come after the page: until then a click would be lost.
func TestAButtonThatNeedsTheScriptWaitsForIt(t *testing.T) {
	button := regexp.MustCompile(`<button [^>]*data-(?:byline|do|insert)="[^>]*>`)
	for path, buttons := range map[string]int{"/wiki/spaces/FIELD/pages/100": 1, "/wiki/pages/100/edit": 3} {
		_, body := ask(t, newTestHandler(newFakeSource()), adminID, "GET", path, "")
		found := button.FindAllString(body, -1)
		if len(found) < buttons {
			t.Errorf("%s has the buttons %v", path, found)
		}
		for _, one := range found {
			if !strings.Contains(one, " disabled") {
				t.Errorf("%s: a click on %s is lost", path, one)
			}
		}
	}
}

func TestOnlyPagesWithAnIframeMayFrameTheApp(t *testing.T) {
	source := newFakeSource()
	source.origin = "http://localhost:8080"
	for path, framed := range map[string]bool{"/wiki/spaces/FIELD/pages/100": true, "/wiki/pages/100/edit": true, "/wiki/home": false, "/wiki/pages/100/export": false} {
		answer, _ := ask(t, newTestHandler(source), adminID, "GET", path, "")
		if got := strings.Contains(answer.Header.Get("Content-Security-Policy"), "frame-src http://localhost:8080;"); got != framed {
			t.Errorf("%s may frame the app: %v", path, got)
		}
	}
}

func TestWithoutTheAppItsMacrosAreUnknown(t *testing.T) {
	source := newFakeSource()
	source.uninstalled = true
	_, body := ask(t, newTestHandler(source), adminID, "GET", "/wiki/spaces/FIELD/pages/100", "")
	if !strings.Contains(body, "Unknown macro: ‘labelup-labels’") || strings.Contains(body, "data-byline=") {
		t.Error("the page still shows modules of the app")
	}
}

func TestAnExportShowsAnErrorWhereTheAppFails(t *testing.T) {
	source := newFakeSource()
	source.export = func(ModuleUse) (string, error) { return "", errors.New("the app is silent") }
	answer, body := ask(t, newTestHandler(source), adminID, "GET", "/wiki/pages/100/export", "")
	if answer.StatusCode != 200 || !strings.Contains(body, "Error rendering macro") || !strings.Contains(body, "Before you leave") {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestAnExportDoesNotTrustTheApp(t *testing.T) {
	source := newFakeSource()
	source.export = func(ModuleUse) (string, error) { return `<script>alert(1)</script><p onclick="x()">ok</p>`, nil }
	_, body := ask(t, newTestHandler(source), adminID, "GET", "/wiki/pages/100/export", "")
	if strings.Contains(body, "alert") || strings.Contains(body, "onclick") || !strings.Contains(body, "<p>ok</p>") {
		t.Error("the app's answer was not cleaned")
	}
}

func TestAFailureShowsNoDetails(t *testing.T) {
	source := newFakeSource()
	source.usersErr = errors.New("password=hunter2")
	answer, body := ask(t, newTestHandler(source), adminID, "GET", "/wiki/home", "")
	if answer.StatusCode != 500 || strings.Contains(body, "hunter2") || !strings.Contains(body, "Something went wrong") {
		t.Errorf("status %d: %s", answer.StatusCode, body)
	}
}

func TestANewBrowserIsSignedInAsTheFirstUser(t *testing.T) {
	for _, cookie := range []string{"", "somebody-else"} {
		answer, body := ask(t, newTestHandler(newFakeSource()), cookie, "GET", "/wiki/home", "")
		c := answer.Cookies()
		if len(c) != 1 || c[0].Name != UserCookie || c[0].Value != adminID || c[0].SameSite != http.SameSiteStrictMode || !c[0].HttpOnly || c[0].Path != "/wiki" {
			t.Errorf("cookie %q: got %v", cookie, c)
		}
		if !strings.Contains(body, `<span class="who">Ada Admin`) {
			t.Error("the page does not greet the first user")
		}
	}
}

func TestSwitchingUserLocaleAndTheme(t *testing.T) {
	for _, test := range []struct {
		name, form string
		status     int
		cookie     string
		location   string
	}{
		{"to another user, back to the page", "user=" + viewerID + "&back=/wiki/pages/100", 303, "local-user=" + url.QueryEscape(viewerID), "/wiki/pages/100"},
		{"to nobody", "user=&back=/wiki/home", 303, "local-user=anonymous", "/wiki/home"},
		{"to a stranger", "user=mallory", 400, "", ""},
		{"locale", "locale=de-DE&back=/wiki/home", 303, "local-locale=de-DE", "/wiki/home"},
		{"a locale nobody has", "locale=xx", 400, "", ""},
		{"theme", "theme=dark", 303, "local-theme=dark", "/wiki/"},
		{"a theme nobody has", "theme=%0d%0aSet-Cookie:x", 400, "", ""},
		{"back to another site", "theme=dark&back=https://evil.example/", 303, "local-theme=dark", "/wiki/"},
		{"back to another site in disguise", "theme=dark&back=//evil.example/wiki/", 303, "local-theme=dark", "/wiki/"},
		{"back with a backslash", `theme=dark&back=/wiki/\..\`, 303, "local-theme=dark", "/wiki/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, _ := ask(t, newTestHandler(newFakeSource()), adminID, "POST", "/wiki/host/session", test.form)
			if answer.StatusCode != test.status {
				t.Fatalf("status %d, want %d", answer.StatusCode, test.status)
			}
			set := strings.Join(answer.Header.Values("Set-Cookie"), "\n")
			if !strings.HasPrefix(set, test.cookie) || (test.cookie == "" && set != "") {
				t.Errorf("cookie %q, want %q", set, test.cookie)
			}
			if got := answer.Header.Get("Location"); got != test.location {
				t.Errorf("location %q, want %q", got, test.location)
			}
		})
	}
}

func TestWritesFromOtherSitesAreRefused(t *testing.T) {
	r := httptest.NewRequest("POST", "/wiki/host/session", strings.NewReader("user="))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	newTestHandler(newFakeSource()).ServeHTTP(w, r)
	if w.Code != 403 || len(w.Result().Cookies()) > 0 {
		t.Errorf("status %d", w.Code)
	}
}

func TestScriptsAreAnswered(t *testing.T) {
	const use = `{"use":{"module":"labelup-labels","part":"view","pageId":"100","macroId":"m"}}`
	for _, test := range []struct {
		name, viewer, method, path, body string
		status                           int
		answer                           string
	}{
		{"labels", viewerID, "GET", "/wiki/host/pages/101/labels", "", 200, `[]`},
		{"labels of a page one may not see", viewerID, "GET", "/wiki/host/pages/103/labels", "", 404, `{"error":"not_found"}`},
		{"a signed URL", viewerID, "POST", "/wiki/host/ask/iframe", use, 200, `{"url":"http://localhost:1/panel?output=\u0026page=100`},
		{"a signed URL for a page one may not see", viewerID, "POST", "/wiki/host/ask/iframe", strings.Replace(use, "100", "103", 1), 404, `{"error":"not_found"}`},
		{"a signed URL for a static form, which is the server's alone", viewerID, "POST", "/wiki/host/ask/iframe", strings.Replace(use, "view", "export", 1), 400, `{"error":"bad_request"}`},
		{"a token", viewerID, "POST", "/wiki/host/ask/token", use, 200, `{"token":"token.labelup-labels.100"}`},
		{"no JSON", viewerID, "POST", "/wiki/host/ask/token", `{"use":`, 400, `{"error":"bad_request"}`},
		{"too much JSON", viewerID, "POST", "/wiki/host/ask/token", `{"use":{"module":"` + strings.Repeat("x", maxBody) + `"}}`, 413, `{"error":"too_large"}`},
		{"saving", editorID, "POST", "/wiki/host/pages/100/save", `{"title":" New ","storage":"<p>x</p>","baseVersion":3,"publish":true}`, 200, `{"location":"/wiki/spaces/FIELD/pages/100/`},
		{"saving an old version", editorID, "POST", "/wiki/host/pages/100/save", `{"title":"New","storage":"<p>x</p>","baseVersion":2,"publish":true}`, 409, `{"error":"conflict"}`},
		{"saving as a viewer", viewerID, "POST", "/wiki/host/pages/100/save", `{"title":"New","storage":"","baseVersion":3}`, 403, `{"error":"forbidden"}`},
		{"saving without a title", editorID, "POST", "/wiki/host/pages/100/save", `{"title":" ","storage":"","baseVersion":3}`, 400, `{"error":"bad_request"}`},
		{"placing a macro of no app", editorID, "POST", "/wiki/host/editor/macro", `{"key":"code","index":-1}`, 404, `{"error":"not_found"}`},
		{"removing a macro", editorID, "POST", "/wiki/host/editor/remove", `{"storage":"<p>a</p><ac:structured-macro ac:name=\"x\"/>","index":0}`, 200, `{"storage":"\u003cp\u003ea\u003c/p\u003e"}`},
		{"removing a macro that is gone", editorID, "POST", "/wiki/host/editor/remove", `{"storage":"<p>a</p>","index":0}`, 409, `{"error":"conflict"}`},
		{"rendering cards", editorID, "POST", "/wiki/host/editor/render", `{"output":"edit","storage":"<ac:structured-macro ac:name=\"plain-macro\"/>"}`, 200, `"macros":[{"index":0,"key":"plain-macro","id":"","params":{}}]`},
		{"rendering a preview", editorID, "POST", "/wiki/host/editor/render", `{"output":"preview","storage":"<ac:structured-macro ac:name=\"plain-macro\"/>"}`, 200, `output\u0026#34;:\u0026#34;preview`},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, body := ask(t, newTestHandler(newFakeSource()), test.viewer, test.method, test.path, test.body)
			if answer.StatusCode != test.status || !strings.Contains(body, test.answer) {
				t.Errorf("status %d, want %d; body %s, want %s", answer.StatusCode, test.status, body, test.answer)
			}
		})
	}
}

func TestCreatingAndCopyingPages(t *testing.T) {
	handler := newTestHandler(newFakeSource())
	for _, test := range []struct {
		name, viewer, path, form string
		status                   int
		location                 string
	}{
		{"a draft opens in the editor", editorID, "/wiki/host/drafts", "space=FIELD&parent=100", 303, "/wiki/pages/901/edit"},
		{"a viewer creates nothing", viewerID, "/wiki/host/drafts", "space=FIELD", 403, ""},
		{"a copy is shown", viewerID, "/wiki/host/pages/100/copy", "", 303, "/wiki/spaces/FIELD/pages/200/Copy+of+Field+notes"},
		{"nothing is copied that one may not see", viewerID, "/wiki/host/pages/103/copy", "", 404, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, _ := ask(t, handler, test.viewer, "POST", test.path, test.form)
			if answer.StatusCode != test.status || answer.Header.Get("Location") != test.location {
				t.Errorf("status %d to %q", answer.StatusCode, answer.Header.Get("Location"))
			}
		})
	}
	_, body := ask(t, handler, editorID, "GET", "/wiki/spaces/FIELD/pages/901", "")
	if !strings.Contains(body, "This is a draft") {
		t.Error("the draft does not say that it is one")
	}
}

func TestTheTokenIsMadeForTheViewerOfTheCookie(t *testing.T) {
	source := newFakeSource()
	handler := newTestHandler(source)
	for _, viewer := range []string{viewerID, "anonymous"} {
		ask(t, handler, viewer, "POST", "/wiki/host/ask/token", `{"use":{"module":"labelup-labels","part":"view","pageId":"100"}}`)
	}
	if len(source.tokens) != 2 || source.tokens[0] != viewerID || source.tokens[1] != "" {
		t.Errorf("tokens for %q", source.tokens)
	}
}

func TestLibrariesAreServedUnmodified(t *testing.T) {
	handler := New(newFakeSource(), Options{Libraries: fstest.MapFS{
		"atlassian-connect-js/dist/iframe.js":                        {Data: []byte(`var CDN_URL = "https://" + CDN_DOMAIN;`)},
		"atlassian-connect-js/dist/themes/atlaskit-tokens_light.css": {Data: []byte("/* light */")},
	}})
	for path, want := range map[string]struct {
		status     int
		body, kind string
	}{
		"/atlassian-connect/all.js":         {200, "var CDN_URL = new URL(document.currentScript.src).origin;", "text/javascript; charset=utf-8"},
		"/all.js":                           {200, `var CDN_URL = "https://" + CDN_DOMAIN;`, "text/javascript; charset=utf-8"},
		"/themes/atlaskit-tokens_light.css": {200, "/* light */", "text/css; charset=utf-8"},
		"/themes/..%2fiframe.js":            {404, "not installed\n", "text/plain; charset=utf-8"},
		"/wiki/host/lib/jquery.js":          {404, "not installed\n", "text/plain; charset=utf-8"},
	} {
		answer, body := ask(t, handler, "", "GET", path, "")
		if answer.StatusCode != want.status || body != want.body || answer.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %q %q", path, answer.StatusCode, body, answer.Header.Get("Content-Type"))
		}
	}
}
