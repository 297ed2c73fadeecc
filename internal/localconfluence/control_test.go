package localconfluence

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/connectjwt"
)

// control calls the control interface.
func (w *world) control(method, path, body string, status int) map[string]any {
	w.t.Helper()
	got, err := w.raw(method, path, "", body)
	if err != nil {
		w.t.Fatal(err)
	}
	if got.status != status {
		w.t.Fatalf("%s %s: %d %s, want %d", method, path, got.status, got.body, status)
	}
	var out map[string]any
	_ = json.Unmarshal(got.body, &out) // a list, for some
	return out
}

func TestControlIsForThisMachineOnly(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name, host, remote, method string
		headers                    []string
		status                     int
	}{
		{"a program here", "127.0.0.1:8090", "127.0.0.1:1", "GET", nil, 200},
		{"a program here by another name", "localhost:8090", "[::1]:1", "GET", nil, 200},
		{"the web pages of the local Confluence", "127.0.0.1:8090", "127.0.0.1:1", "GET", []string{"Origin", w.s.origin, "Sec-Fetch-Site", "same-origin"}, 200},
		{"a page that rebound its name to this address", "evil.example:8090", "127.0.0.1:1", "GET", nil, 403},
		{"the iframe of the app", "127.0.0.1:8090", "127.0.0.1:1", "GET", []string{"Origin", "http://localhost:8080"}, 403},
		{"an image in the iframe of the app", "127.0.0.1:8090", "127.0.0.1:1", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a page on another port of this host", "127.0.0.1:8090", "127.0.0.1:1", "GET", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"another machine", "127.0.0.1:8090", "192.0.2.7:1", "GET", nil, 403},
		{"a form", "127.0.0.1:8090", "127.0.0.1:1", "POST", []string{"Content-Type", "text/plain"}, 415},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "http://"+c.host+"/control/state", nil)
			r.RemoteAddr = c.remote
			for i := 0; i < len(c.headers); i += 2 {
				r.Header.Set(c.headers[i], c.headers[i+1])
			}
			got := httptest.NewRecorder()
			w.s.Handler().ServeHTTP(got, r)
			if got.Code != c.status {
				t.Errorf("status %d, want %d", got.Code, c.status)
			}
		})
	}
}

// TestAttackingTheApp signs what Atlassian never would, so that a test in any
// language can send it.
func TestAttackingTheApp(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	w.control("POST", "/control/sites", `{"name":"acme"}`, 200)
	lifecycle := func(body string) (*jwt.Token, jwt.MapClaims, map[string]any) {
		t.Helper()
		out := w.control("POST", "/control/sign/lifecycle", body, 200)
		claims := jwt.MapClaims{}
		token, _, err := jwt.NewParser().ParseUnverified(strings.TrimPrefix(at(t, out, "headers", "Authorization").(string), "JWT "), claims)
		if err != nil {
			t.Fatal(err)
		}
		payload, _ := out["body"].(map[string]any)
		return token, claims, payload
	}
	t.Run("the right call verifies", func(t *testing.T) {
		out := w.control("POST", "/control/sign/lifecycle", `{"event":"installed"}`, 200)
		token := strings.TrimPrefix(at(t, out, "headers", "Authorization").(string), "JWT ")
		if _, err := verifyLifecycle(t, w, appCall{token: token}); err != nil {
			t.Error(err)
		}
	})
	t.Run("with a key that nobody serves", func(t *testing.T) {
		out := w.control("POST", "/control/sign/lifecycle", `{"event":"installed","variation":{"key":"stray"}}`, 200)
		token := strings.TrimPrefix(at(t, out, "headers", "Authorization").(string), "JWT ")
		if _, err := verifyLifecycle(t, w, appCall{token: token}); err == nil {
			t.Error("it verifies")
		}
	})
	t.Run("with another algorithm, audience, kid and body", func(t *testing.T) {
		token, claims, body := lifecycle(`{"event":"installed","site":"acme","variation":{"algorithm":"HS256","key":"secret:mine","claims":{"aud":"https://other.example","exp":null}},"body":{"clientKey":"victim","sharedSecret":"mine"}}`)
		if token.Header["alg"] != "HS256" || claims["aud"] != "https://other.example" || claims["exp"] != nil || body["clientKey"] != "victim" || body["sharedSecret"] != "mine" {
			t.Errorf("%v %v %v", token.Header, claims, body)
		}
		if claims["iss"] != "local-confluence-acme" {
			t.Errorf("iss %v", claims["iss"])
		}
		if token, _, _ := lifecycle(`{"event":"uninstalled","variation":{"algorithm":"none"}}`); token.Header["alg"] != "none" {
			t.Errorf("%v", token.Header)
		}
		if token, _, _ := lifecycle(`{"event":"installed","variation":{"kid":"../../x"}}`); token.Header["kid"] != "../../x" {
			t.Errorf("%v", token.Header)
		}
	})
	t.Run("and sends it", func(t *testing.T) {
		before := len(w.app.all())
		if got := w.control("POST", "/control/sign/lifecycle", `{"event":"installed","send":true,"variation":{"key":"public","algorithm":"HS256"}}`, 200); got["status"] != 204.0 {
			t.Errorf("answer %v", got)
		}
		if len(w.app.all()) != before+1 {
			t.Error("nothing was sent")
		}
		w.control("POST", "/control/sign/request", `{"url":"http://192.0.2.1/x","send":true}`, 400)
	})
	t.Run("any request of any site and user", func(t *testing.T) {
		out := w.control("POST", "/control/sign/request", `{"user":"viewer","method":"POST","url":"/api/labels?x=1","body":{"add":["a"]}}`, 200)
		claims, err := connectjwt.VerifyHS256(strings.TrimPrefix(at(t, out, "headers", "Authorization").(string), "JWT "), w.secret(), time.Now())
		if err != nil || claims["sub"] != accountViewer || claims["qsh"] != connectjwt.QSH("POST", "/api/labels", "x=1", "") || out["url"] != w.app.URL+"/api/labels?x=1" {
			t.Errorf("%v %v", out, err)
		}
		w.control("POST", "/control/sign/context", `{"user":"nobody","module":{"module":"labelup-labels"}}`, 404)
		w.control("POST", "/control/sign/context", `{"site":"nowhere"}`, 404)
		if token := w.control("POST", "/control/sign/context", `{"user":"editor","module":{"module":"labelup-labels","pageId":"`+w.pageID("Suppliers and orders")+`","macroId":"m"}}`, 200)["token"]; token == "" {
			t.Error("no token")
		}
		signed := w.control("POST", "/control/sign/url", `{"user":"editor","module":{"module":"labelup-labels","pageId":"`+w.pageID("Suppliers and orders")+`"},"variation":{"claims":{"sub":"someone"}}}`, 200)["url"].(string)
		u, _ := url.Parse(signed)
		if claims, err := connectjwt.VerifyHS256(u.Query().Get("jwt"), w.secret(), time.Now()); err != nil || claims["sub"] != "someone" {
			t.Errorf("%v, %v", claims, err)
		}
	})
}

func TestSitesAreApart(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	made := w.control("POST", "/control/sites", `{"name":"acme"}`, 200)
	w.control("POST", "/control/sites", `{"name":"acme"}`, 409)
	w.control("POST", "/control/sites", `{"name":"Wiki!"}`, 400)
	w.control("POST", "/control/install", `{"site":"acme"}`, 200)
	x, _ := w.s.site("acme")
	if made["baseUrl"] != w.s.origin+"/acme/wiki" || x.connect.App().Secret == w.secret() || x.connect.App().ClientKey == "local-confluence" {
		t.Errorf("site %v", made)
	}
	path, now := "/acme/wiki/rest/api/user/current", time.Now().Unix()
	for secret, want := range map[string]int{x.connect.App().Secret: 200, w.secret(): 401} {
		token, err := connectjwt.SignHS256(secret, connectjwt.Claims{"iss": "labelup", "iat": now, "exp": now + 60, "qsh": connectjwt.QSH("GET", path, "", "/acme/wiki")})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.raw("GET", path, "JWT "+token, ""); err != nil || got.status != want {
			t.Errorf("status %d, %v, want %d", got.status, err, want)
		}
	}
	id := w.pageID("Ideas for the winter menu")
	w.call("editor", "POST", "/wiki/rest/api/content/"+id+"/label", post("only-here"))
	if got, err := w.raw("GET", "/acme/wiki/api/v2/pages/"+id+"/labels", w.credential("editor", "", ""), ""); err != nil || strings.Contains(string(got.body), "only-here") {
		t.Errorf("%s, %v", got.body, err)
	}
}

func TestControlChangesPages(t *testing.T) {
	w := newWorld(t, nil)
	made := w.control("POST", "/control/pages", `{"space":"CAFE","title":"New","markdown":"# Hi\n\n<script>x</script>","labels":["a","b"]}`, 200)
	id := made["id"].(string)
	if !strings.Contains(made["body"].(string), "<h1>Hi</h1>") || strings.Contains(made["body"].(string), "script") {
		t.Errorf("body %v", made["body"])
	}
	steps := []struct {
		as, body string
		status   int
	}{
		{"viewer", `{"do":"edit","title":"Mine"}`, 403},
		{"editor", `{"do":"edit","title":"Newer"}`, 200},
		{"editor", `{"do":"label","labels":["c"]}`, 200},
		{"editor", `{"do":"unlabel","labels":["a"]}`, 200},
		{"editor", `{"do":"move","parent":"` + w.pageID("Grinder settings") + `"}`, 200},
		{"editor", `{"do":"restrict","readBy":["viewer"],"updateBy":["editor"]}`, 200},
		{"editor", `{"do":"label","labels":["d"]}`, 404},
		{"viewer", `{"do":"label","labels":["d"]}`, 403},
		{"editor", `{"do":"restrict"}`, 200},
		{"editor", `{"do":"trash"}`, 200},
		{"editor", `{"do":"label","labels":["d"]}`, 404},
		{"editor", `{"do":"restore"}`, 200},
		{"editor", `{"do":"dance"}`, 400},
		{"editor", `{"do":"edit","colour":"red"}`, 400},
	}
	for _, step := range steps {
		w.control("POST", "/control/pages/"+id+"?as="+step.as, step.body, step.status)
	}
	got := w.control("GET", "/control/pages/"+id, "", 200)
	if diff := cmp.Diff([]string{"b", "c"}, fieldsOf(t, got["labels"], "name")); diff != "" || got["title"] != "Newer" || got["parentId"] != w.pageID("Grinder settings") {
		t.Errorf("%v %s", got, diff)
	}
	opening := w.pageID("Opening the café")
	copied := w.control("POST", "/control/pages/"+opening, `{"do":"copy","title":"Copy"}`, 200)
	if at(t, copied, "macros", 0, "ID") != "4d6163726f-0000-4000-8000-000000000001" {
		t.Errorf("a copied page keeps its macro ids: %v", copied["macros"])
	}
	w.control("POST", "/control/reset", `{}`, 200)
	w.control("GET", "/control/pages/"+id, "", 404)
	if again := w.pageID("Opening the café"); again != opening {
		t.Errorf("ids changed: %s, was %s", again, opening)
	}
}

func TestControlRecordsWithoutSecrets(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	w.control("DELETE", "/control/requests", "", 200)
	w.call("app", "GET", "/wiki/rest/api/search?cql=label%3Dconfidential", "")
	w.call("viewer", "POST", "/wiki/rest/api/content/"+w.pageID("Opening the café")+"/label", post("confidential"))
	raw, err := w.raw("GET", "/control/requests", "", "")
	if err != nil {
		t.Fatal(err)
	}
	var seen []SeenRequest
	if err := json.Unmarshal(raw.body, &seen); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range seen {
		got = append(got, fmt.Sprint(r.Method, " ", strings.Replace(r.Path, w.pageID("Opening the café"), "ID", 1), " ", r.Status, " ", r.Who))
	}
	if diff := cmp.Diff([]string{"GET /wiki/rest/api/search 200 app", "POST /wiki/rest/api/content/ID/label 403 viewer"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, path := range []string{"/control/", "/control/requests", "/control/state", "/control/deliveries", "/control/pages", "/control/misbehave"} {
		raw, err := w.raw("GET", path, "", "")
		if err != nil || raw.status != 200 || strings.Contains(string(raw.body), w.secret()) || path == "/control/requests" && strings.Contains(string(raw.body), "confidential") {
			t.Errorf("%s: %d %v %s", path, raw.status, err, raw.body)
		}
	}
}

func TestSwitchingTheUser(t *testing.T) {
	w := newWorld(t, nil)
	got, err := w.raw("POST", "/control/switch-user", "", `{"user":"viewer"}`)
	if err != nil {
		t.Fatal(err)
	}
	cookie := got.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "local-user="+accountViewer) || !strings.Contains(cookie, "SameSite=Strict") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("cookie %s", cookie)
	}
	w.control("POST", "/control/switch-user", `{"user":"nobody"}`, 404)
}

func TestImportingASite(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	w.control("POST", "/control/import-site", `{}`, 200)
	calls := w.app.all()
	before, after := calls[0].body, calls[len(calls)-2].body
	if before["clientKey"] == after["clientKey"] || before["oauthClientId"] == after["oauthClientId"] || after["baseUrl"] != before["baseUrl"] {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestMisbehaviour(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	id := w.pageID("Ideas for the winter menu")
	path := "/wiki/rest/api/content/" + id + "/label"
	labels := func() string {
		return string(w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"/labels", "").body)
	}
	for _, c := range []struct {
		kind    string
		more    string
		status  int // 0: no whole answer
		happens bool
		check   func(answer) bool
	}{
		{"429-quota", `,"retryAfter":7`, 429, false, func(a answer) bool {
			return a.header.Get("Retry-After") == "7" && strings.Contains(a.header.Get("RateLimit-Reason"), "quota")
		}},
		{"429-burst", ``, 429, false, func(a answer) bool { return a.header.Get("Retry-After") == "1" }},
		{"429-bare", ``, 429, false, func(a answer) bool {
			return a.header.Get("Retry-After") == "" && a.header.Get("X-Failure-Category") != ""
		}},
		{"500", ``, 500, false, nil},
		{"502", ``, 502, false, func(a answer) bool { return strings.HasPrefix(a.header.Get("Content-Type"), "text/html") }},
		{"503", `,"retryAfter":3`, 503, false, func(a answer) bool { return a.header.Get("Retry-After") == "3" }},
		{"404", ``, 404, false, nil},
		{"html", ``, 200, false, func(a answer) bool { return strings.HasPrefix(string(a.body), "<!doctype html>") }},
		{"slow", `,"delay":0.05`, 200, true, nil},
		{"half", ``, 0, true, nil},
		{"drop-before", ``, 0, false, nil},
		{"drop-after", ``, 0, true, nil},
	} {
		t.Run(c.kind, func(t *testing.T) {
			label := "label-" + c.kind
			w.control("POST", "/control/misbehave", `{"kind":"`+c.kind+`","path":"/wiki/rest/api/content/*/label","method":"POST","count":1`+c.more+`}`, 200)
			started := time.Now()
			got, err := w.raw("POST", path, w.credential("editor", "", ""), post(label))
			if c.status == 0 && err == nil || c.status != 0 && (err != nil || got.status != c.status) {
				t.Errorf("status %d, %v, want %d", got.status, err, c.status)
			}
			if c.check != nil && !c.check(got) {
				t.Errorf("answer %v %s", got.header, got.body)
			}
			if c.kind == "slow" && time.Since(started) < 50*time.Millisecond {
				t.Error("not slow")
			}
			if happened := strings.Contains(labels(), label+`"`); happened != c.happens {
				t.Errorf("took effect: %v, want %v", happened, c.happens)
			}
			if got := w.call("editor", "POST", path, post("after-"+c.kind)); got.status != 200 {
				t.Errorf("the next one: %d", got.status)
			}
		})
	}

	t.Run("the key server and the token server can fail, too", func(t *testing.T) {
		w.control("POST", "/control/misbehave", `{"kind":"html","path":"/install-keys/**"}`, 200)
		w.control("POST", "/control/misbehave", `{"kind":"503","path":"/oauth2/token"}`, 200)
		keys, err := w.raw("GET", strings.TrimPrefix(w.s.connect.KeyURL(), w.s.origin), "", "")
		if err != nil || !strings.Contains(string(keys.body), "<h1>") {
			t.Errorf("%s, %v", keys.body, err)
		}
		if token, err := w.raw("POST", "/oauth2/token", "", "x"); err != nil || token.status != 503 {
			t.Errorf("%d, %v", token.status, err)
		}
		w.control("DELETE", "/control/misbehave", "", 200)
		if keys, err := w.raw("GET", strings.TrimPrefix(w.s.connect.KeyURL(), w.s.origin), "", ""); err != nil || !strings.Contains(string(keys.body), "PUBLIC KEY") {
			t.Errorf("%s, %v", keys.body, err)
		}
	})
	t.Run("issued tokens can be off", func(t *testing.T) {
		w.control("POST", "/control/misbehave", `{"kind":"skew","delay":-3600,"count":1}`, 200)
		x, _ := w.s.site("")
		r, err := w.s.connect.Request(x.connect.App(), "GET", w.app.URL+"/x", "", false, connecthost.Variation{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := connectjwt.VerifyHS256(strings.TrimPrefix(r.Headers["Authorization"], "JWT "), w.secret(), time.Now()); err == nil {
			t.Error("the token is not old")
		}
	})
	t.Run("the same seed fails the same times", func(t *testing.T) {
		run := func() (out string) {
			w.s.behave()
			w.control("POST", "/control/misbehave", `{"kind":"500","probability":0.5,"path":"/wiki/rest/**"}`, 200)
			for range 20 {
				out += fmt.Sprint(w.call("editor", "GET", "/wiki/rest/api/user/current", "").status/100, " ")
			}
			w.s.behave()
			return out
		}
		one, two := run(), run()
		if one != two || !strings.Contains(one, "5") || !strings.Contains(one, "2") {
			t.Errorf("%s\n%s", one, two)
		}
	})
	t.Run("it ends by itself", func(t *testing.T) {
		w.control("POST", "/control/misbehave", `{"kind":"500","seconds":60}`, 200)
		if got := w.call("editor", "GET", "/wiki/rest/api/user/current", ""); got.status != 500 {
			t.Errorf("now: %d", got.status)
		}
		w.s.clock.advance(61 * time.Second)
		if got := w.call("editor", "GET", "/wiki/rest/api/user/current", ""); got.status != 200 {
			t.Errorf("later: %d", got.status)
		}
	})
	t.Run("nonsense is refused", func(t *testing.T) {
		for _, body := range []string{`{"kind":"dance"}`, `{"kind":"500","probability":2}`, `{"kind":"500","count":-1}`, `{"what":1}`} {
			w.control("POST", "/control/misbehave", body, http.StatusBadRequest)
		}
	})
}

func TestASiteThatIsAddedHasTheSearchLagOfTheOthers(t *testing.T) {
	w := newWorld(t, nil)
	w.control("POST", "/control/misbehave", `{"kind":"search-lag","delay":60}`, 200)
	w.control("POST", "/control/sites", `{"name":"acme"}`, 200)
	found := func(title string) int {
		t.Helper()
		got, err := w.raw("GET", "/acme/wiki/rest/api/content/search?cql="+url.QueryEscape(`title = "`+title+`"`), w.credential("editor", "", ""), "")
		if err != nil || got.status != 200 {
			t.Fatalf("%d, %v: %s", got.status, err, got.body)
		}
		return len(at(t, got.json(t), "results").([]any))
	}
	if n := found("Opening the café"); n != 1 {
		t.Errorf("of what it holds from the beginning search finds %d", n)
	}
	w.control("POST", "/control/pages?site=acme", `{"space":"CAFE","title":"Ember"}`, 200)
	if n := found("Ember"); n != 0 {
		t.Errorf("at once search finds %d", n)
	}
	w.s.clock.advance(61 * time.Second)
	if n := found("Ember"); n != 1 {
		t.Errorf("after the lag search finds %d", n)
	}
}
