package localconfluence

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/connectjwt"
	"labelup/internal/localconfluence/hostpage"
)

// verifyLifecycle checks a call as an app must: the key by its kid, then
// algorithm, audience and qsh.
func verifyLifecycle(t *testing.T, w *world, call appCall) (jwt.MapClaims, error) {
	t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(call.token, claims, func(token *jwt.Token) (any, error) {
		got, err := w.raw("GET", strings.TrimPrefix(w.s.KeysURL(), w.s.origin)+"/"+token.Header["kid"].(string), "", "")
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(got.body)
		if got.status != http.StatusOK || block == nil {
			return nil, jwt.ErrTokenUnverifiable
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		return key.(*rsa.PublicKey), nil
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(w.app.URL), jwt.WithExpirationRequired())
	return claims, err
}

func TestInstalling(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	calls := w.app.all()
	if len(calls) != 2 || calls[0].uri != "/installed" || calls[1].uri != "/enabled" {
		t.Fatalf("calls %v, want installed, then enabled", calls)
	}
	claims, err := verifyLifecycle(t, w, calls[0])
	if err != nil {
		t.Fatal(err)
	}
	body := calls[0].body
	if claims["iss"] != body["clientKey"] || claims["qsh"] != connectjwt.QSH("POST", "/installed", "", "") {
		t.Errorf("claims %v", claims)
	}
	if body["sharedSecret"] == "" || body["eventType"] != "installed" || body["baseUrl"] != w.s.options.BaseURL || body["key"] != "labelup" || body["oauthClientId"] == "" {
		t.Errorf("body %v", body)
	}
	enabled, err := connectjwt.VerifyHS256(calls[1].token, body["sharedSecret"].(string), time.Now())
	if err != nil || enabled["qsh"] != connectjwt.QSH("POST", "/enabled", "", "") {
		t.Errorf("enabled: %v, %v", enabled, err)
	}
	if _, has := calls[1].body["sharedSecret"]; has {
		t.Error("enabled carries the secret")
	}

	w.install()
	again := w.app.all()[2].body
	if again["sharedSecret"] == body["sharedSecret"] || again["clientKey"] != body["clientKey"] || again["oauthClientId"] != body["oauthClientId"] {
		t.Error("installing again must change the secret and nothing else")
	}
	x, _ := w.s.site("")
	if _, err := w.s.connect.Uninstall(t.Context(), x.connect); err != nil {
		t.Fatal(err)
	}
	last := w.app.all()[len(w.app.all())-1]
	if claims, err := verifyLifecycle(t, w, last); err != nil || last.uri != "/uninstalled" || claims["qsh"] != connectjwt.QSH("POST", "/uninstalled", "", "") {
		t.Errorf("uninstalled: %v %v", last, err)
	}
	if got := w.call("app", "GET", "/wiki/rest/api/user/current", ""); got.status != 401 {
		t.Errorf("the app may still call: %d", got.status)
	}
	if _, err := w.s.connect.SignURL(x.connect, accountEditor, hostpage.ModuleUse{Module: macroKey}, connecthost.Variation{}); err == nil {
		t.Error("pages still show the app")
	}
}

func TestInstallIsRolledBack(t *testing.T) {
	w := newWorld(t, nil)
	for name, answer := range map[string]func(http.ResponseWriter){
		"an error":   func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusInternalServerError) },
		"a redirect": func(rw http.ResponseWriter) { rw.Header().Set("Location", "/"); rw.WriteHeader(http.StatusFound) },
		"no answer":  func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			w.app.answers("/installed", answer)
			if err := w.s.Install(t.Context(), w.app.URL); err == nil {
				t.Error("installed")
			}
			if x, _ := w.s.site(""); x.connect.App().Installed || x.connect.App().Secret != "" {
				t.Error("the site believes that the app is installed")
			}
		})
	}
}

func TestDescriptorsThatAreRefused(t *testing.T) {
	macro := func(d map[string]any) map[string]any {
		return d["modules"].(map[string]any)["dynamicContentMacros"].([]any)[0].(map[string]any)
	}
	for name, change := range map[string]func(map[string]any){
		"a key with a space":         func(d map[string]any) { d["key"] = "label up" },
		"plain http":                 func(d map[string]any) { d["baseUrl"] = "http://labelup.example.com" },
		"no authentication":          func(d map[string]any) { d["authentication"] = map[string]any{"type": "none"} },
		"no installed call":          func(d map[string]any) { d["lifecycle"] = map[string]any{} },
		"no signed-install":          func(d map[string]any) { delete(d["apiMigrations"].(map[string]any), "signed-install") },
		"an unknown scope":           func(d map[string]any) { d["scopes"] = []any{"EVERYTHING"} },
		"a variable in a path":       func(d map[string]any) { macro(d)["url"] = "/macro/{content.id}" },
		"an absolute module url":     func(d map[string]any) { macro(d)["url"] = "https://example.com/macro" },
		"a parameter of the host":    func(d map[string]any) { macro(d)["url"] = "/macro?lic=x" },
		"a module without a name":    func(d map[string]any) { delete(macro(d), "name") },
		"an unknown render mode":     func(d map[string]any) { macro(d)["renderModes"] = map[string]any{"fax": map[string]any{"url": "/x"}} },
		"a parameter in upper case":  func(d map[string]any) { macro(d)["parameters"].([]any)[0].(map[string]any)["identifier"] = "Prefix" },
		"a module key used twice":    func(d map[string]any) { macro(d)["key"] = "labelup-byline" },
		"a webhook without an event": func(d map[string]any) { d["modules"].(map[string]any)["webhooks"] = []any{map[string]any{"url": "/x"}} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, change)
			if err := w.s.Install(t.Context(), w.app.URL); err == nil || !strings.Contains(err.Error(), "descriptor:") {
				t.Errorf("Install: %v", err)
			}
			if len(w.app.all()) != 0 {
				t.Error("the app was called")
			}
		})
	}
}

func TestIframeURLs(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	x, _ := w.s.site("")
	page := w.pageID("Suppliers and orders")
	use := hostpage.ModuleUse{
		Module: macroKey, Part: hostpage.PartView, PageID: page, Version: 1, MacroID: "m-1",
		Params: map[string]string{"prefix": "a b&c", "unknown": "x"},
	}
	raw, err := w.s.connect.SignURL(x.connect, accountViewer, use, connecthost.Variation{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(raw, "prefix=a%20b%26c&") {
		t.Errorf("values must be percent-encoded: %s", raw)
	}
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := connectjwt.VerifyHS256(u.Query().Get("jwt"), w.secret(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if claims["qsh"] != connectjwt.QSH("GET", u.EscapedPath(), u.RawQuery, "") || claims["iss"] != x.connect.App().ClientKey || claims["sub"] != accountViewer {
		t.Errorf("claims %v", claims)
	}
	got := u.Query()
	for name, want := range map[string]string{
		"contentId": page, "contentType": "page", "contentVersion": "1", "spaceKey": "CAFE", "spaceId": w.spaceID(), "macroId": "m-1",
		"output": "display", "prefix": "a b&c", "display": "", "xdm_e": w.s.origin, "cp": "/wiki", "lic": "active",
		"xdm_deprecated_addon_key_do_not_use": "labelup",
	} {
		if !got.Has(name) || got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
	want := map[string]any{
		"license": map[string]any{"active": true},
		"url":     map[string]any{"displayUrl": x.baseURL},
		"confluence": map[string]any{
			"content": map[string]any{"id": page, "type": "page", "version": "1"},
			"space":   map[string]any{"key": "CAFE", "id": w.spaceID()},
			"macro":   map[string]any{"id": "m-1", "hash": "m-1", "outputType": "display"},
		},
	}
	if diff := cmp.Diff(want, claims["context"]); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}

	t.Run("an anonymous visitor has no sub", func(t *testing.T) {
		token, err := w.s.connect.ContextToken(x.connect, "", use, connecthost.Variation{})
		if err != nil {
			t.Fatal(err)
		}
		claims, err := connectjwt.VerifyHS256(token, w.secret(), time.Now())
		if _, has := claims["sub"]; err != nil || has || claims["qsh"] != "context-qsh" {
			t.Errorf("claims %v, %v", claims, err)
		}
	})
	t.Run("nothing is signed about a page the viewer cannot see", func(t *testing.T) {
		hidden := hostpage.ModuleUse{Module: macroKey, PageID: w.pageID("Wages and rota")}
		if at, err := w.s.connect.SignURL(x.connect, accountViewer, hidden, connecthost.Variation{}); err == nil {
			t.Errorf("signed %s", at)
		}
		if token, err := w.s.connect.ContextToken(x.connect, accountViewer, hidden, connecthost.Variation{}); err == nil {
			t.Errorf("signed %s", token)
		}
	})
	t.Run("every module of the descriptor has a URL", func(t *testing.T) {
		for _, use := range []hostpage.ModuleUse{
			{Module: "labelup-byline", PageID: page}, {Module: macroKey, Part: hostpage.PartEditor, PageID: page},
			{Module: macroKey, Part: hostpage.PartExport, PageID: page, Output: "pdf"}, {Module: macroKey, Part: hostpage.PartExport, PageID: page, Output: "html_export"},
		} {
			if _, err := w.s.connect.SignURL(x.connect, accountEditor, use, connecthost.Variation{}); err != nil {
				t.Errorf("%+v: %v", use, err)
			}
		}
		if _, err := w.s.connect.SignURL(x.connect, accountEditor, hostpage.ModuleUse{Module: "nothing"}, connecthost.Variation{}); err == nil {
			t.Error("an unknown module was signed")
		}
	})
	t.Run("a missing licence is in the URL and in the token", func(t *testing.T) {
		w.control("POST", "/control/licence", `{"licence":"none"}`, 200)
		raw, err := w.s.connect.SignURL(x.connect, accountEditor, use, connecthost.Variation{})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(raw)
		claims, err := connectjwt.Unverified(u.Query().Get("jwt"))
		if err != nil || u.Query().Get("lic") != "none" || at(t, claims["context"], "license", "active") != false {
			t.Errorf("lic %s, %v, %v", u.Query().Get("lic"), claims, err)
		}
	})
}

func TestExport(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	id := w.pageID("Grinder settings")
	export := func(want int) map[string]any {
		return w.control("POST", "/control/export", `{"user":"viewer","page":"`+id+`","output":"pdf"}`, want)
	}
	w.app.answers("/macro/labels/static", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte(`<p>Labels: a&nbsp;b</p>`)) })
	storage := export(200)["storage"].(string)
	if !strings.HasPrefix(storage, "<p>Labels: a&nbsp;b</p><p>Beans") || strings.Contains(storage, "structured-macro") {
		t.Errorf("storage %s", storage)
	}
	last := w.app.all()[len(w.app.all())-1]
	u, _ := url.Parse(last.uri)
	claims, err := connectjwt.VerifyHS256(last.token, w.secret(), time.Now())
	if err != nil || last.method != "GET" || u.Query().Has("jwt") || u.Query().Get("output") != "pdf" || u.Query().Get("prefix") != "team-" {
		t.Errorf("called %v, %v", last, err)
	}
	if claims["qsh"] != connectjwt.QSH("GET", u.EscapedPath(), u.RawQuery, "") {
		t.Error("wrong qsh")
	}
	for _, bad := range []string{`<p>open`, `<script>x</p>`, `</p>`} {
		w.app.answers("/macro/labels/static", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte(bad)) })
		export(502)
	}
	w.app.answers("/macro/labels/static", func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusServiceUnavailable) })
	export(502)
}

func hooks(d map[string]any) {
	var all []any
	for _, event := range []string{"label_created", "label_added", "label_removed", "label_deleted", "page_created", "page_updated", "page_moved", "page_trashed", "blog_created"} {
		all = append(all, map[string]any{"event": event, "url": "/webhook/" + event})
	}
	d["modules"].(map[string]any)["webhooks"] = all
}

// hookCalls waits for n webhooks, and a moment more for one too many.
func (w *world) hookCalls(n int) []appCall {
	w.t.Helper()
	var got []appCall
	for range 6000 { // a minute; it normally ends at once
		got = nil
		for _, c := range w.app.all() {
			if strings.HasPrefix(c.uri, "/webhook/") {
				got = append(got, c)
			}
		}
		if len(got) >= n {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	if len(got) != n {
		w.t.Fatalf("%d webhooks, want %d: %v", len(got), n, got)
	}
	return got
}

func TestWebhooks(t *testing.T) {
	w := newWorld(t, hooks)
	w.install()
	id := w.pageID("Ideas for the winter menu")
	path := "/wiki/rest/api/content/" + id + "/label"
	w.call("editor", "POST", path, post("soup"))
	w.call("editor", "POST", path, post("soup")) // nothing new, nothing to tell
	w.call("editor", "DELETE", path+"?name=soup", "")
	w.call("editor", "DELETE", path+"?name=soup", "")
	var uris []string
	calls := w.hookCalls(4)
	for _, c := range calls {
		uris = append(uris, c.uri)
	}
	if diff := cmp.Diff([]string{"/webhook/label_created", "/webhook/label_added", "/webhook/label_removed", "/webhook/label_deleted"}, uris); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	added := calls[1]
	claims, err := connectjwt.VerifyHS256(added.token, w.secret(), time.Now())
	if err != nil || claims["qsh"] != connectjwt.QSH("POST", "/webhook/label_added", "", "") {
		t.Errorf("token %v, %v", claims, err)
	}
	if at(t, added.body, "label", "name") != "soup" || at(t, added.body, "labeled", "idAsString") != id || added.body["userAccountId"] != accountEditor {
		t.Errorf("body %v", added.body)
	}
	if _, names := added.body["event"]; names {
		t.Error("the body names the event, which it does not in life")
	}

	t.Run("missing and duplicated on demand", func(t *testing.T) {
		w := newWorld(t, hooks)
		w.install()
		id := w.pageID("Ideas for the winter menu")
		for _, kind := range []string{"webhook-missing", "webhook-duplicate"} {
			if _, err := w.s.misbehave(Misbehaviour{Kind: kind, Count: 1}); err != nil {
				t.Fatal(err)
			}
		}
		w.call("editor", "POST", "/wiki/rest/api/content/"+id+"/label", post("soup")) // created goes missing, added comes twice
		calls := (&world{t, w.s, w.app}).hookCalls(2)
		if calls[0].uri != "/webhook/label_added" || calls[1].uri != "/webhook/label_added" {
			t.Errorf("calls %v", calls)
		}
	})
	t.Run("one that fails is not tried again", func(t *testing.T) {
		w := newWorld(t, hooks)
		w.install()
		w.app.answers("/webhook/label_added", func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusInternalServerError) })
		w.call("editor", "POST", "/wiki/rest/api/content/"+w.pageID("Ideas for the winter menu")+"/label", post("equipment"))
		(&world{t, w.s, w.app}).hookCalls(1)
	})
}

func TestAnAdminPageIsSignedForAdministrators(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	x, _ := w.s.site("")
	pages := &throughConnect{w.s, x}
	iframe := hostpage.Ask{What: "iframe", Use: hostpage.ModuleUse{Module: "labelup-admin", Part: hostpage.PartView}}
	answer, err := pages.Answer(t.Context(), accountAdmin, iframe)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(answer.(map[string]string)["url"])
	if err != nil {
		t.Fatal(err)
	}
	claims, err := connectjwt.VerifyHS256(u.Query().Get("jwt"), w.secret(), time.Now())
	if err != nil || u.Path != "/admin" || claims["sub"] != accountAdmin {
		t.Errorf("%s: %v, %v", u.Path, claims, err)
	}
	if diff := cmp.Diff(map[string]any{}, claims["context"].(map[string]any)["confluence"]); diff != "" {
		t.Errorf("it is about no page: %s", diff)
	}
	listed, err := pages.AdminPages(t.Context(), accountAdmin)
	if want := []hostpage.AdminPage{{App: "labelup", Key: "labelup-admin", Name: "Label UP: health and data"}}; err != nil || !cmp.Equal(listed, want) {
		t.Errorf("listed %v, %v", listed, err)
	}
	for name, viewer := range map[string]string{"an editor": accountEditor, "nobody signed in": ""} {
		if _, err := pages.Answer(t.Context(), viewer, iframe); !errors.Is(err, hostpage.ErrForbidden) {
			t.Errorf("%s gets it signed: %v", name, err)
		}
		if listed, err := pages.AdminPages(t.Context(), viewer); err != nil || listed != nil {
			t.Errorf("%s sees %v, %v", name, listed, err)
		}
	}
}
