package handlers

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/forge"
	"labelup/forge/forgetest"
	"labelup/internal/confluence"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
)

// remoteHarness is the service with a site that has it through Forge Remote,
// beside the one that has it through Connect. Both have the same Confluence.
type remoteHarness struct {
	*harness
	forge       *forgetest.Host
	keysFetched atomic.Int64
}

func newRemoteHarness(t *testing.T) *remoteHarness {
	t.Helper()
	h := &remoteHarness{forge: forgetest.NewHost()}
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.keysFetched.Add(1)
		h.forge.Keys().ServeHTTP(w, r)
	}))
	t.Cleanup(keys.Close)
	h.harness = newHarness(t, func(inner *harness, o *Options) {
		h.forge.Gateway, h.forge.Now = inner.confluence.URL, inner.atlassian.Now
		app, err := forge.New(forge.Config{AppID: h.forge.AppID, KeySetURL: keys.URL, AllowInsecureLoopback: true, Now: h.forge.Now})
		if err != nil {
			t.Fatal(err)
		}
		o.Remote = &Forge{App: app, Budget: confluence.NewBudget(confluence.Limits{}), Log: o.Log}
	})
	return h
}

// gatewayPath is what comes before /wiki where Confluence is called through
// Atlassian's gateway.
func gatewayPath(r *http.Request) string {
	prefix := "/ex/confluence/" + forgetest.NewHost().CloudID
	if strings.HasPrefix(r.URL.Path, prefix+"/") {
		return prefix
	}
	return ""
}

// invoke sends a call as the viewer of page 123, through Forge.
func (h *remoteHarness) invoke(path, body string, changes ...forgetest.Change) *httptest.ResponseRecorder {
	return h.send(h.forge.Invoke(http.MethodPost, appURL+path, body, changes...))
}

// checkForge looks for what Forge would not pass on: a 401 is its own, and what is
// no success has to be JSON.
func checkForge(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code == http.StatusUnauthorized || w.Code >= 300 && (!json.Valid(w.Body.Bytes()) || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json")) {
		t.Errorf("%s: answered %d, %s: %s", name, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	checkHeaders(t, name, w)
}

func TestAChangeThroughForgeIsWrittenWithTheTokenThatCame(t *testing.T) {
	h := newRemoteHarness(t)
	w := h.invoke("/api/labels", `{"contentId":"123","add":["Team Red"],"remove":["existing"]}`)
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	checkForge(t, "change", w)
	var got struct{ Added, Removed []string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || !slices.Equal(got.Added, []string{"team-red"}) || !slices.Equal(got.Removed, []string{"existing"}) {
		t.Errorf("answered %s", w.Body)
	}
	if diff := cmp.Diff([]string{"team-red"}, h.confluence.held("123")); diff != "" {
		t.Errorf("Confluence holds something else (-want +got):\n%s", diff)
	}
	if len(h.confluence.writers) < 2 {
		t.Fatalf("written by %q", h.confluence.writers)
	}
	for _, writer := range h.confluence.writers {
		if writer != "Bearer token-of-the-person" {
			t.Errorf("written with %q, want the person's token", writer)
		}
	}
}

func TestASuggestionThroughForgeIsForThePageThatForgeSigned(t *testing.T) {
	h := newRemoteHarness(t)
	h.server.Suggest = func(suggest.Input) suggest.Answer {
		return suggest.Answer{Search: []string{"harbour"}, Suggestions: []suggest.Suggestion{{Label: "port"}}}
	}
	h.forge.Space.Key = "SIGNED"
	w := h.send(h.forge.Request(http.MethodPost, appURL+"/api/suggest", `{"contentId":"123"}`))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"label":"port"`) || !strings.Contains(w.Body.String(), "SIGNED") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	checkForge(t, "suggest", w)
	if w := h.send(h.forge.Request(http.MethodPost, appURL+"/api/suggest", `{"contentId":"124"}`)); w.Code != http.StatusNotFound {
		t.Errorf("for another page answered %d %s", w.Code, w.Body)
	}
}

func TestARefusalThroughForgeIsJSONAndChangesNothing(t *testing.T) {
	const add = `{"contentId":"123","add":["a"]}`
	without := func(path string) []forgetest.Change { return []forgetest.Change{forgetest.Without(path)} }
	with := func(path string, value any) []forgetest.Change {
		return []forgetest.Change{forgetest.With(path, value)}
	}
	tests := map[string]struct {
		arrange func(*remoteHarness)
		changes []forgetest.Change
		path    string
		body    string
		code    int
		reason  string
	}{
		"another page than the signed one":      {body: `{"contentId":"124","add":["a"]}`, code: 404, reason: "content_not_proved"},
		"no page is named":                      {body: `{"add":["a"]}`, code: 404, reason: "content_not_proved"},
		"no page is signed":                     {changes: without("context.extension.content"), code: 404, reason: "content_not_proved"},
		"no page is signed, none named":         {changes: without("context"), body: `{"contentId":"","add":["a"]}`, code: 404, reason: "content_not_proved"},
		"something without labels is signed":    {changes: with("context.extension.content.type", "whiteboard"), code: 404, reason: "content_not_proved"},
		"nobody is signed in":                   {changes: without("principal"), code: 403, reason: "no_account"},
		"the person is unidentified":            {changes: with("principal", "unidentified"), code: 403, reason: "no_account"},
		"no suggestions for nobody":             {changes: without("principal"), path: "/api/suggest", code: 403, reason: "no_account"},
		"the person's token did not come":       {arrange: func(h *remoteHarness) { h.forge.UserToken = "" }, code: 403, reason: "no_user_token"},
		"the licence has ended":                 {changes: with("app.license", map[string]any{"active": false}), code: 403, reason: "no_active_licence"},
		"Confluence: the token is not accepted": {arrange: func(h *remoteHarness) { h.confluence.answerWith(401) }, code: 502, reason: "credential_refused"},
		"a path that does not exist":            {path: "/api/nothing", code: 404, reason: "no_such_route"},
		"a path of another method":              {path: "/api/site", code: 405, reason: "method_not_allowed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newRemoteHarness(t)
			if test.arrange != nil {
				test.arrange(h)
			}
			if test.body == "" {
				test.body = add
			}
			if test.path == "" {
				test.path = "/api/labels"
			}
			w := h.invoke(test.path, test.body, test.changes...)
			var got struct {
				Error struct{ Reason, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != test.code || got.Error.Reason != test.reason || got.Error.Message == "" {
				t.Errorf("answered %d %s, want %d %s", w.Code, w.Body, test.code, test.reason)
			}
			checkForge(t, name, w)
			if diff := cmp.Diff([]string{"existing"}, h.confluence.held("123")); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
}

func TestEveryAttackThroughForgeIsRefused(t *testing.T) {
	served := 0
	for _, r := range routes {
		if r.hosts&remote == 0 || r.proof == nobody {
			continue
		}
		served++
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			h := newRemoteHarness(t)
			var first string
			for _, attack := range h.forge.Attacks(func() *http.Request {
				return h.forge.Invoke(r.method, appURL+r.path, `{"contentId":"123","add":["attacked"]}`)
			}) {
				w := h.send(attack.Request)
				want := http.StatusForbidden
				if !h.server.Remote.Recognises(attack.Request) {
					want = http.StatusUnauthorized // it did not come through Forge, which has the scheme Bearer
				}
				if w.Code != want || !json.Valid(w.Body.Bytes()) {
					t.Errorf("%s: answered %d %s", attack.Name, w.Code, w.Body)
				}
				if first == "" {
					first = w.Body.String()
				}
				if w.Body.String() != first {
					t.Errorf("%s: answered %q, others %q", attack.Name, w.Body, first)
				}
				checkHeaders(t, attack.Name, w)
			}
			if h.confluence.writes != 0 {
				t.Errorf("an attack wrote to Confluence %d times", h.confluence.writes)
			}
		})
	}
	if served != 2 {
		t.Errorf("%d routes serve Forge", served)
	}
}

// The body says nothing to who guesses, so support has the header alone.
func TestARefusedCallThroughForgeIsFoundByTheIDInItsHeader(t *testing.T) {
	tests := map[string]struct {
		changes []forgetest.Change
		reason  string
	}{
		"the service has another app's id": {[]forgetest.Change{forgetest.With("aud", "ari:cloud:ecosystem::app/99999999-2222-3333-4444-555555555555")}, forge.ReasonAudience},
		"the call is late":                 {[]forgetest.Change{forgetest.With("exp", 1)}, forge.ReasonExpired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newRemoteHarness(t)
			for _, r := range []*http.Request{
				h.forge.Invoke(http.MethodPost, appURL+"/api/labels", `{"contentId":"123","add":["a"]}`, test.changes...),
				h.forge.Request(http.MethodPost, appURL+"/api/suggest", `{"contentId":"123"}`, test.changes...),
			} {
				w := h.send(r)
				id := w.Header().Get("X-Request-Id")
				if w.Code != http.StatusForbidden || id == "" || w.Body.String() != unauthorizedJSON {
					t.Fatalf("%s: answered %d %v %s", r.URL.Path, w.Code, w.Header(), w.Body)
				}
				if !slices.ContainsFunc(h.lines(), func(line map[string]any) bool { return line["request_id"] == id && line["reason"] == test.reason }) {
					t.Errorf("%s: no line of the log has the id %s and the reason %s", r.URL.Path, id, test.reason)
				}
			}
		})
	}
}

func TestWhatServesFramesOnlyTakesNoTokenOfForge(t *testing.T) {
	h := newRemoteHarness(t)
	for _, r := range routes {
		if r.proof == nobody || r.hosts&remote != 0 {
			continue
		}
		w := h.send(h.forge.Invoke(r.method, appURL+r.path, `{"confirm":"site-a.atlassian.net"}`))
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%s %s: answered %d %s", r.method, r.path, w.Code, w.Body)
		}
	}
	if len(h.records.erased) > 0 || h.keysFetched.Load() > 0 {
		t.Error("the token was looked at")
	}
}

func TestWithoutForgeThereIsNothingOfIt(t *testing.T) {
	h, site := newHarness(t), forgetest.NewHost()
	for _, path := range []string{"/api/labels", "/api/suggest"} {
		if w := h.send(site.Invoke(http.MethodPost, appURL+path, `{"contentId":"123"}`)); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: answered %d %s", path, w.Code, w.Body)
		}
		w := h.send(httptest.NewRequestWithContext(t.Context(), http.MethodOptions, appURL+path, nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: a preflight is answered %d %v", path, w.Code, w.Header())
		}
	}
}

// One who has both kinds of proof is asked for the one that Forge knows.
func TestATokenOfForgeDecidesBesideOneOfConnect(t *testing.T) {
	h := newRemoteHarness(t)
	r := h.forge.Invoke(http.MethodPost, appURL+"/api/labels?jwt="+h.atlassian.ContextToken(), `{"contentId":"123","add":["a"]}`, forgetest.With("exp", 1))
	if w := h.send(r); w.Code != http.StatusForbidden {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	r = h.forge.Invoke(http.MethodPost, appURL+"/api/labels", `{"contentId":"123","add":["a"]}`)
	r.Header["Authorization"] = append(r.Header["Authorization"], "JWT "+h.atlassian.ContextToken())
	if w := h.send(r); w.Code != http.StatusForbidden {
		t.Errorf("with both in headers answered %d %s", w.Code, w.Body)
	}
	if w := h.change(`{"contentId":"123","add":["a"]}`); w.Code != http.StatusOK {
		t.Errorf("Connect's own is answered %d %s", w.Code, w.Body)
	}
}

func TestOnlyADirectRouteIsOpenToScriptsOfOtherOrigins(t *testing.T) {
	h := newRemoteHarness(t)
	preflight := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, appURL+path, nil)
		r.Header.Set("Origin", "https://site-a.atlassian.net")
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		return h.send(r)
	}
	w := preflight("/api/suggest")
	got := map[string]string{}
	for name, values := range w.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			got[name] = strings.Join(values, "|")
		}
	}
	want := map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Authorization, *",
		"Access-Control-Max-Age": "7200", "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
	}
	if diff := cmp.Diff(want, got); diff != "" || w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Errorf("answered %d %s (-want +got):\n%s", w.Code, w.Body, diff)
	}
	checkHeaders(t, "preflight", w)
	for _, r := range routes {
		if r.direct {
			continue
		}
		if w := preflight(strings.TrimSuffix(r.path, "*")); w.Code < 400 || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: answered %d %v", r.path, w.Code, w.Header())
		}
	}
	body := `{"contentId":"123"}`
	open := map[string]*http.Request{
		"a suggestion":           h.forge.Request(http.MethodPost, appURL+"/api/suggest", body),
		"a refused suggestion":   h.forge.Request(http.MethodPost, appURL+"/api/suggest", body, forgetest.With("exp", 1)),
		"a suggestion of no use": h.forge.Request(http.MethodPost, appURL+"/api/suggest", `{`),
	}
	closed := map[string]*http.Request{
		"a change":                h.forge.Invoke(http.MethodPost, appURL+"/api/labels", body),
		"a suggestion by Connect": h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", body),
		"a suggestion of nobody":  httptest.NewRequestWithContext(t.Context(), http.MethodPost, appURL+"/api/suggest", strings.NewReader(body)),
		"the descriptor":          httptest.NewRequestWithContext(t.Context(), http.MethodGet, appURL+"/atlassian-connect.json", nil),
	}
	for name, r := range open {
		if w := h.send(r); w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: answered %d %v", name, w.Code, w.Header())
		}
	}
	for name, r := range closed {
		if w := h.send(r); w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: answered %d %v", name, w.Code, w.Header())
		}
	}
}

func TestTheLogHasNothingOfACallThroughForge(t *testing.T) {
	h := newRemoteHarness(t)
	h.server.Suggest = quoting
	h.forge.AccountID, h.forge.UserToken, h.forge.Space.Key = "quokka1", "quokka2", "quokka3"
	secret := []forgetest.Change{
		forgetest.With("context.siteUrl", "https://quokka4.atlassian.net"), forgetest.With("context.extension.config", map[string]any{"quokka5": "quokka6"}),
		forgetest.With("quokka7", "quokka8"),
	}
	h.invoke("/api/labels", `{"contentId":"123","add":["quokka9"]}`, secret...)
	h.invoke("/api/labels", `{"contentId":"quokka10","add":["a"]}`, secret...)
	h.invoke("/api/suggest", plantedRequest("quokka11"), secret...)
	h.invoke("/api/suggest?quokka12=quokka13", "quokka14", append(secret, forgetest.With("exp", 1))...)
	h.invoke("/api/labels", `{}`, append(secret, forgetest.WithKeyID("quokka15"))...)
	h.confluence.answerWith(http.StatusUnauthorized)
	h.invoke("/api/labels", `{"contentId":"123","add":["quokka16"]}`, secret...)
	log := h.log.String()
	if found := canary.FindString(log); found != "" || strings.Contains(log, h.forge.CloudID) || strings.Contains(log, h.forge.InstallationID) {
		t.Errorf("the log has %q:\n%s", found, log)
	}
	calls, requests, hash := 0, 0, technicallog.SiteHash(h.forge.InstallationID)
	for _, line := range h.lines() {
		switch line["msg"] {
		case "request":
			requests++
			if line["site"] != hash {
				t.Errorf("a line names the site %v, want %s", line["site"], hash)
			}
		case "call":
			calls++
		}
	}
	if requests != 6 || calls < 3 {
		t.Errorf("the log has %d requests and %d calls:\n%s", requests, calls, log)
	}
}

func TestBadTokensAreRefusedBeforeAnythingIsDoneForThem(t *testing.T) {
	h := newRemoteHarness(t)
	if w := h.invoke("/api/labels", `{"contentId":"123","add":["a"]}`); w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	writes := h.confluence.writes
	good := h.forge.Token()
	for n := range 2000 {
		token := []func() string{
			func() string { return h.forge.Junk("made-up-" + strconv.Itoa(n)) },
			func() string { return h.forge.Junk(forgetest.KeyID) },
			func() string { return good[:len(good)-6] + "AAAAAA" },
			func() string { return strings.Repeat("a", n) },
		}[n%4]()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, appURL+[]string{"/api/labels", "/api/suggest"}[n%2], unread{t})
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		if w := h.send(r); w.Code != http.StatusForbidden {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
	}
	if h.keysFetched.Load() != 1 || h.confluence.writes != writes || len(h.server.small.sites)+len(h.server.inHand.owners) > 0 {
		t.Errorf("the keys were fetched %d times, %d writes, %d in hand", h.keysFetched.Load(), h.confluence.writes-writes, len(h.server.inHand.owners))
	}
}

func TestEachInstallationHasItsOwnTurns(t *testing.T) {
	h := newRemoteHarness(t)
	for range maxWaitingOfSite + 1 {
		if _, err := h.server.small.lineUp(technicallog.SiteHash(h.forge.InstallationID), 1); err != nil {
			t.Fatal(err)
		}
	}
	suggestion := func() *httptest.ResponseRecorder {
		return h.send(h.forge.Request(http.MethodPost, appURL+"/api/suggest", `{"contentId":"123"}`))
	}
	if w := suggestion(); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	h.forge.InstallationID += "0"
	if w := suggestion(); w.Code != http.StatusOK {
		t.Errorf("another installation is answered %d %s", w.Code, w.Body)
	}
}

func TestWhileForgesKeysCannotBeHadACallIsToldToComeBack(t *testing.T) {
	h := newRemoteHarness(t)
	app, err := forge.New(forge.Config{AppID: h.forge.AppID, KeySetURL: "http://127.0.0.1:1", AllowInsecureLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	h.server.Remote.(*Forge).App = app
	h.forge.Now = time.Now
	w := h.invoke("/api/labels", `{"contentId":"123","add":["a"]}`)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "key_server") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	checkForge(t, "no keys", w)
}
