package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// recordsStandIn holds one field of one site.
type recordsStandIn struct {
	erased []string // client keys
	down   bool
}

func (r *recordsStandIn) Held(_ context.Context, clientKey string) ([]HeldField, error) {
	if r.down {
		return nil, fault.New(fault.Unavailable, "store")
	}
	return []HeldField{{Name: "clientKey", Value: clientKey, Origin: "Atlassian", Purpose: "names the site", Kept: "30 days", Protection: "TLS"}}, nil
}

func (r *recordsStandIn) Erase(ctx context.Context, clientKey string) error {
	if r.down || ctx.Err() != nil {
		return fault.New(fault.Unavailable, "store")
	}
	r.erased = append(r.erased, clientKey)
	return nil
}

const administers = `,{"operation":"administer","targetType":"application"}`

func (h *harness) askSite() *httptest.ResponseRecorder {
	return h.send(h.atlassian.BrowserCall(http.MethodGet, "/api/site", ""))
}

// erase confirms with the host, or with something else.
func (h *harness) erase(confirm string) *httptest.ResponseRecorder {
	return h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+confirm+`"}`))
}

func (h *harness) host() string { return strings.TrimPrefix(h.confluence.URL, "http://") }

func TestOnlyAnAdministratorSeesWhatIsHeld(t *testing.T) {
	tests := map[string]struct {
		arrange func(*harness)
		code    int
		kind    string
		reason  string
	}{
		"somebody without the right":            {func(*harness) {}, 403, "forbidden", "not_an_administrator"},
		"who administers a space":               {func(h *harness) { h.confluence.rights = `,{"operation":"administer","targetType":"space"}` }, 403, "forbidden", "not_an_administrator"},
		"nobody is signed in":                   {func(h *harness) { h.atlassian.AccountID = "" }, 403, "anonymous", "no_account"},
		"Confluence refuses to say":             {func(h *harness) { h.confluence.answer = 403 }, 403, "forbidden", "not_permitted"},
		"Confluence fails":                      {func(h *harness) { h.confluence.answer = 500 }, 502, "upstream", "confluence_failed"},
		"an administrator, and the store fails": {func(h *harness) { h.confluence.rights, h.records.down = administers, true }, 503, "unavailable", "store"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.arrange(h)
			for what, w := range map[string]*httptest.ResponseRecorder{"seeing": h.askSite(), "erasing": h.erase(h.host())} {
				var got problem
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != test.code || string(got.Error.Kind) != test.kind || got.Error.Reason != test.reason {
					t.Errorf("%s is answered %d %s, want %d %s %s", what, w.Code, w.Body, test.code, test.kind, test.reason)
				}
				if strings.Contains(w.Body.String(), h.atlassian.ClientKey) {
					t.Errorf("%s shows something of the record: %s", what, w.Body)
				}
			}
			if len(h.records.erased) > 0 {
				t.Error("it was erased")
			}
		})
	}
}

func TestAnAdministratorSeesTheRealRecordAndHowTheAppIsDoing(t *testing.T) {
	h := newHarness(t)
	h.confluence.answer = 500
	h.change(`{"contentId":"123","add":["a"]}`)
	h.confluence.answer, h.confluence.rights = 0, administers
	w := h.askSite()
	var got siteAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	want := siteAnswer{
		Site: got.Site, URL: h.confluence.URL + "/wiki", Version: "abc1234", Licensed: true, Enabled: true,
		Scopes:    []string{"READ", "WRITE", "ACT_AS_USER"},
		Checks:    []checkAnswer{{Name: "read_as_app", OK: true}, {Name: "act_as_user", OK: true}},
		Retention: Retention{UninstalledDays: 30, LogDays: 14, BackupDays: 30},
		Held: []HeldField{{
			Name: "clientKey", Value: h.atlassian.ClientKey, Origin: "Atlassian", Purpose: "names the site", Kept: "30 days", Protection: "TLS",
		}},
		Now: got.Now, StartedAt: got.StartedAt, InstalledAt: got.InstalledAt, LastCall: got.LastCall, Errors: got.Errors,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer differs (-want +got):\n%s", diff)
	}
	if len(got.Errors.Errors) == 0 || got.Errors.Errors[0].Kind != "upstream" {
		t.Errorf("the failed change is not among the last errors: %s", w.Body)
	}
	if last := h.confluence.writers[len(h.confluence.writers)-1]; last != "Bearer user-token" {
		t.Errorf("who administers was asked with %q, want the person's token", last)
	}
}

func TestAnAppThatMayNotReadIsSaidToAnAdministrator(t *testing.T) {
	h := newHarness(t)
	h.confluence.rights = administers
	h.server.Framing = &unreadable{h.server.Framing}
	if w := h.askSite(); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `{"name":"read_as_app","ok":false,"kind":"forbidden"}`) {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

// unreadable is a site that does not let the app itself read.
type unreadable struct{ FramingHost }

func (u *unreadable) Viewer(r *http.Request) (*Caller, error) {
	caller, err := u.FramingHost.Viewer(r)
	if err == nil {
		caller.AsApp = func(string) (Confluence, error) { return nil, fault.New(fault.Forbidden, "not_permitted") }
	}
	return caller, err
}

func TestOnlyAnAdministratorErases(t *testing.T) {
	h := newHarness(t)
	if w := h.erase(h.host()); w.Code != http.StatusForbidden || len(h.records.erased) > 0 {
		t.Errorf("somebody without the right: answered %d, erased %v", w.Code, h.records.erased)
	}
	h.confluence.rights = administers
	if w := h.erase(strings.ToUpper(h.host())); w.Code != http.StatusOK || w.Body.String() != `{"erased":true}`+"\n" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if diff := cmp.Diff([]string{h.atlassian.ClientKey}, h.records.erased); diff != "" {
		t.Errorf("erased differs (-want +got):\n%s", diff)
	}
	lines := h.lines()
	if lines[len(lines)-2]["msg"] != "erased" || lines[len(lines)-2]["site"] == "" {
		t.Errorf("the log does not say that a site was erased: %v", lines)
	}
}

func TestErasingIsGuarded(t *testing.T) {
	for name, body := range map[string]string{
		"another host":             `{"confirm":"other.atlassian.net"}`,
		"no host":                  `{"confirm":""}`,
		"nothing":                  `{}`,
		"no JSON":                  `erase`,
		"something else as well":   `{"confirm":"HOST","all":true}`,
		"the address and not host": `{"confirm":"http://HOST"}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.confluence.rights = administers
			body := strings.ReplaceAll(body, "HOST", h.host())
			if w := h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/site/erase", body)); w.Code != http.StatusBadRequest {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			if len(h.records.erased) > 0 {
				t.Error("it was erased")
			}
		})
	}
}

func TestAnErasureDoesNotEndWithItsConnection(t *testing.T) {
	h := newHarness(t)
	h.confluence.rights = administers
	ctx, leave := context.WithCancel(t.Context())
	h.server.Framing = &leaving{h.server.Framing, leave}
	request := h.atlassian.BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+h.host()+`"}`)
	if w := h.send(request.WithContext(ctx)); w.Code != http.StatusOK || len(h.records.erased) != 1 {
		t.Errorf("answered %d, erased %v", w.Code, h.records.erased)
	}
}

// leaving has the caller leave once they are found to be an administrator.
type leaving struct {
	FramingHost
	leave func()
}

func (l *leaving) Viewer(r *http.Request) (*Caller, error) {
	caller, err := l.FramingHost.Viewer(r)
	if err == nil {
		asUser := caller.AsUser
		caller.AsUser = func(requestID string, needs access) (Confluence, error) {
			site, err := asUser(requestID, needs)
			return &leavingConfluence{site, l.leave}, err
		}
	}
	return caller, err
}

type leavingConfluence struct {
	Confluence
	leave func()
}

func (l *leavingConfluence) Administers(ctx context.Context, accountID string) (bool, error) {
	administers, err := l.Confluence.Administers(ctx, accountID)
	l.leave()
	return administers, err
}

func TestTheAdminPageIsAFrameOfTheSite(t *testing.T) {
	h := newHarness(t)
	w := h.send(h.atlassian.Iframe("/admin"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"view":"admin"`) || strings.Contains(w.Body.String(), h.atlassian.ClientKey) {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestABlockedSiteIsToldSo(t *testing.T) {
	h := newHarness(t)
	blocked, _ := h.store.Get(h.atlassian.ClientKey)
	blocked.BlockedAt = h.atlassian.Now()
	h.store.Put(blocked)
	for what, w := range map[string]*httptest.ResponseRecorder{
		"a page": h.send(h.atlassian.Iframe("/macro/labels?contentId=123")), "a change": h.change(`{"contentId":"123","add":["a"]}`),
	} {
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "switched off for this site") {
			t.Errorf("%s is answered %d %s", what, w.Code, w.Body)
		}
	}
	h.atlassian.Secret = "another-secret-0123456789abcdefghij"
	if w := h.change(`{}`); w.Code != http.StatusUnauthorized {
		t.Errorf("who cannot prove anything learns that the site is blocked: %d", w.Code)
	}
}

// madeUp signs nothing and looks like Atlassian's own key.
type madeUp struct{}

func (madeUp) Alg() string                      { return "RS256" }
func (madeUp) Sign(string, any) ([]byte, error) { return make([]byte, 256), nil }
func (madeUp) Verify(string, []byte, any) error { return errors.New("nobody signed it") }

// TestMadeUpCallsPushOutNoErrorOfASite has as many sites as are remembered, of which one
// failed before all others, and sends a call in the name of yet another to each route
// that asks for a proof. Of an install call whose key nobody knows yet the body is read
// before the proof.
func TestMadeUpCallsPushOutNoErrorOfASite(t *testing.T) {
	h := newHarness(t)
	h.keysComeLate()
	h.confluence.answerWith(http.StatusInternalServerError)
	h.change(`{"contentId":"123","add":["a"]}`)
	fails := func(site string) {
		h.server.Log.Info("request", technicallog.Site, site, technicallog.Kind, string(fault.Upstream), technicallog.Route, "/api/labels")
	}
	for n := range 1999 {
		fails(fmt.Sprint("site-", n))
	}
	before := h.server.LastErrors(h.siteHash()).Errors
	send := func(r route, body io.Reader) (reason string) {
		t.Helper()
		who := "made up for " + r.method + r.path + fmt.Sprintf("%T", body)
		call := h.atlassian.ServerCall(r.method, r.path, "", connecttest.With("iss", who))
		if event := connect.Event(strings.TrimPrefix(r.path, "/")); event == connect.Installed || event == connect.Uninstalled {
			call = h.atlassian.Lifecycle(event, connecttest.SignedWith(madeUp{}, nil), connecttest.WithKeyID("made-up"), connecttest.With("iss", who))
		}
		call.Body = io.NopCloser(body)
		w := h.send(call)
		if diff := cmp.Diff(before, h.server.LastErrors(h.siteHash()).Errors); len(before) != 1 || diff != "" {
			t.Fatalf("after %s, answered %d %s, the site's errors differ (-before +after):\n%s", who, w.Code, w.Body, diff)
		}
		made := h.server.LastErrors(technicallog.SiteHash(who)).Errors
		if len(made) != 1 {
			t.Fatalf("of %s, answered %d %s, there is %v", who, w.Code, w.Body, made)
		}
		return made[0].Reason
	}
	for _, r := range routes {
		if r.proof == nobody {
			continue
		}
		read := send(r, strings.NewReader("[]")) == connect.ReasonBody
		if early := r.path == "/installed" || r.path == "/uninstalled"; read != early {
			t.Errorf("%s: the body is read before the proof: %v", r.path, read)
		}
		if !read {
			continue
		}
		if got := send(r, io.LimitReader(endless{}, connect.MaxLifecycleBody+1)); got != connect.ReasonBodyTooLarge {
			t.Errorf("%s: a large body is refused as %s", r.path, got)
		}
		if got := send(r, failing{}); got != connect.ReasonBodyUnread {
			t.Errorf("%s: a body that breaks off is refused as %s", r.path, got)
		}
		others := &sender{inHand: h.server.inHand, owner: "atlassian"}
		others.takeAll(leastInHand)
		if got := send(r, &bytes.Buffer{}); got != "site_has_too_much_in_hand" {
			t.Errorf("%s: a body that there is no room for is refused as %s", r.path, got)
		}
		for _, b := range others.bodies {
			h.server.inHand.release(b)
		}
	}
	if fails("one more"); len(h.server.LastErrors(h.siteHash()).Errors) != 0 {
		t.Error("more sites are remembered than this test believes")
	}
}

// endless is a body of any length.
type endless struct{}

func (endless) Read(into []byte) (int, error) { return len(into), nil }
