package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/confluence"
	"labelup/internal/label"
)

// What is told of a change is tested with the contract; here is what is Connect's
// or HTTP's own.

func TestARefusedChangeSaysWhyAndChangesNothing(t *testing.T) {
	tests := map[string]struct {
		arrange func(*harness)
		body    string
		code    int
		kind    string
		reason  string
	}{
		"the token is bound to no page": {
			func(h *harness) { h.atlassian.Content = connect.Content{} },
			`{"contentId":"","add":["a"]}`, 404, "not_found", "content_not_proved",
		},
		"the token is bound to something without labels": {
			func(h *harness) { h.atlassian.Content.Type = "whiteboard" },
			`{"contentId":"123","add":["a"]}`, 404, "not_found", "content_not_proved",
		},
		"the person is unknown":      {func(h *harness) { h.atlassian.AccountID = "unknown" }, `{"contentId":"123","add":["a"]}`, 403, "anonymous", "no_account"},
		"the token knows no licence": {func(h *harness) { h.atlassian.Licence = nil }, `{"contentId":"123","add":["a"]}`, 403, "unlicensed", "no_active_licence"},
		"no JSON":                    {nil, `contentId=123`, 400, "bad_request", "body_not_understood"},
		"an unknown field":           {nil, `{"contentId":"123","add":["a"],"labels":[]}`, 400, "bad_request", "body_not_understood"},
		"a field of another type":    {nil, `{"contentId":123,"add":["a"]}`, 400, "bad_request", "body_not_understood"},
		"two values":                 {nil, `{"contentId":"123","add":["a"]}{}`, 400, "bad_request", "body_has_more_than_one_value"},
		"nothing at all":             {nil, ``, 400, "bad_request", "body_not_understood"},
		"a huge body":                {nil, `{"contentId":"123","add":["` + strings.Repeat("a", maxChangeBytes) + `"]}`, 413, "too_large", "body_too_large"},
		"Redis is down":              {func(h *harness) { h.store.SetDown(true) }, `{"contentId":"123","add":["a"]}`, 503, "unavailable", "store"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			if test.arrange != nil {
				test.arrange(h)
			}
			w := h.change(test.body)
			var got struct {
				Error struct{ Kind, Reason, Message, RequestID string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			if w.Code != test.code || got.Error.Kind != test.kind || got.Error.Reason != test.reason {
				t.Errorf("answered %d %s, want %d %s %s", w.Code, w.Body, test.code, test.kind, test.reason)
			}
			if got.Error.Message == "" || got.Error.RequestID != w.Header().Get("X-Request-Id") {
				t.Errorf("a person cannot act on %s", w.Body)
			}
			if (w.Code == 503 || w.Code == 429) && w.Header().Get("Retry-After") == "" {
				t.Error("does not say when to try again")
			}
			if diff := cmp.Diff([]string{"existing"}, h.confluence.held("123")); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
}

func TestTheBodyMustBeDeclaredAsJSON(t *testing.T) {
	h := newHarness(t)
	r := h.atlassian.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`)
	r.Header.Set("Content-Type", "text/plain")
	if w := h.send(r); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "content_type_not_json") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestOneSitesTokenCannotReachAnotherSite(t *testing.T) {
	h := newHarness(t)
	other := h.atlassian.OtherSite()
	w := h.send(other.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`))
	if w.Code == http.StatusOK || h.confluence.writes != 0 {
		t.Errorf("site b changed site a: %d %s", w.Code, w.Body)
	}
}

func TestReadingWorksWithoutALicence(t *testing.T) {
	h := newHarness(t)
	*h.atlassian.Licence = false
	w := h.send(h.atlassian.Iframe("/macro/labels?contentId=123&contentType=page"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"licensed":false`) {
		t.Errorf("macro answered %d %s", w.Code, w.Body)
	}
	w = h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "existing") {
		t.Errorf("export answered %d %s", w.Code, w.Body)
	}
}

func TestAnExportReadsAsThePersonOrAsTheAppAndNeverFails(t *testing.T) {
	tests := map[string]struct {
		arrange func(*harness)
		want    string
	}{
		"with the person who exports":  {func(*harness) {}, "existing</a></p>"},
		"with nobody, as in a mail":    {func(h *harness) { h.atlassian.AccountID = "" }, "existing</a></p>"},
		"when the page is not visible": {func(h *harness) { h.confluence.answerWith(404) }, "<p><em>Labels are not available right now.</em></p>"},
		"when Confluence fails":        {func(h *harness) { h.confluence.answerWith(500) }, "<p><em>Labels are not available right now.</em></p>"},
		"of something without labels":  {func(h *harness) { h.atlassian.Content.Type = "whiteboard" }, "<p><em>Labels are not available right now.</em></p>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.arrange(h)
			w := h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123&output=pdf", ""))
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("answered %d %s, want %s", w.Code, w.Body, test.want)
			}
		})
	}
}

func TestAnExportShowsTheContentOfTheTokenOrElseThatOfTheSignedURL(t *testing.T) {
	const none = "not available right now"
	tests := map[string]struct {
		content connect.Content // of the token
		query   string
		changes []connecttest.Change
		want    string
	}{
		"the token says which":                          {connect.Content{ID: "123", Type: "page"}, "?contentId=124&contentType=page", nil, "existing"},
		"the token names no content":                    {connect.Content{}, "?contentId=123&contentType=page", nil, "existing"},
		"the token has no context":                      {connect.Content{}, "?contentId=123&contentType=page", []connecttest.Change{connecttest.Without("context")}, "existing"},
		"neither says which":                            {connect.Content{}, "", nil, none},
		"the URL does not say of which kind":            {connect.Content{}, "?contentId=123", nil, none},
		"the URL names a path":                          {connect.Content{}, "?contentId=123/../124&contentType=page", nil, none},
		"the token names something that has no labels":  {connect.Content{ID: "125", Type: "whiteboard"}, "?contentId=123&contentType=page", nil, none},
		"the token names content, and not of what kind": {connect.Content{ID: "125"}, "?contentId=123&contentType=page", nil, none},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.atlassian.Content = test.content
			path := "/macro/labels/static" + test.query
			if w := h.send(h.atlassian.ServerCall(http.MethodGet, path, "", test.changes...)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("answered %d %s, want %s", w.Code, w.Body, test.want)
			}
			// The host signed another URL.
			r := h.atlassian.ServerCall(http.MethodGet, path, "", test.changes...)
			r.RequestURI = strings.Replace(r.RequestURI, "static", "static?contentId=123&contentType=page", 1)
			if w := h.send(r); w.Code != http.StatusUnauthorized {
				t.Errorf("with a parameter added afterwards it is answered %d", w.Code)
			}
		})
	}
}

func TestWhatOnlyTheURLNamesCannotBeChanged(t *testing.T) {
	h := newHarness(t)
	h.atlassian.Content = connect.Content{}
	w := h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/labels?contentId=123&contentType=page", `{"contentId":"123","add":["new"]}`))
	if w.Code != http.StatusNotFound {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestAnExportLinksToTheSiteAsPeopleSeeIt(t *testing.T) {
	h := newHarness(t)
	for _, display := range []string{"https://wiki.acme.example", "https://wiki.acme.example/wiki"} {
		h.atlassian.DisplayURL = display
		w := h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
		if !strings.Contains(w.Body.String(), `href="https://wiki.acme.example/wiki/label/`) {
			t.Errorf("with display URL %s it links to %s", display, w.Body)
		}
	}
}

// spyHost proves as the real one and calls a Confluence that only notes the
// context it was called with.
type spyHost struct {
	FramingHost
	leave  func() // called when the caller is proved
	called context.Context
}

func (s *spyHost) spying(caller *Caller, err error) (*Caller, error) {
	if err == nil {
		s.leave()
		caller.AsUser = func(string, access) (Confluence, error) { return s, nil }
	}
	return caller, err
}

func (s *spyHost) Site(r *http.Request) (*Caller, error)   { return s.spying(s.FramingHost.Site(r)) }
func (s *spyHost) Viewer(r *http.Request) (*Caller, error) { return s.spying(s.FramingHost.Viewer(r)) }

func (s *spyHost) Labels(ctx context.Context, _ confluence.Content) ([]label.Label, error) {
	s.called = ctx
	return nil, ctx.Err()
}

func (s *spyHost) Apply(ctx context.Context, _ confluence.Content, _ label.Change) (confluence.Outcome, error) {
	s.called = ctx
	return confluence.Outcome{}, ctx.Err()
}

func (*spyHost) Administers(context.Context, string) (bool, error) { return true, nil }
func (*spyHost) CanRead(context.Context) error                     { return nil }

func TestAChangeEndsInTimeAndNotWithItsConnection(t *testing.T) {
	h := newHarness(t)
	ctx, leave := context.WithCancel(t.Context())
	spy := &spyHost{FramingHost: h.server.Framing, leave: leave}
	h.server.Framing = spy
	w := h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`).WithContext(ctx))
	if w.Code != http.StatusOK {
		t.Errorf("the change of somebody who has left ended with %d %s", w.Code, w.Body)
	}
	if end, ok := spy.called.Deadline(); !ok || time.Until(end) > answerWithin {
		t.Errorf("it may take until %v", end)
	}
}

func TestAnExportWaitsNoLongerThanTheHostDoes(t *testing.T) {
	h := newHarness(t)
	spy := &spyHost{FramingHost: h.server.Framing, leave: func() {}}
	h.server.Framing = spy
	h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
	if end, ok := spy.called.Deadline(); !ok || time.Until(end) > 4*time.Second {
		t.Errorf("it may take until %v", end)
	}
}

func TestAnExportIsInTheLanguageOfTheHostIfItSaysOne(t *testing.T) {
	tests := map[string]struct{ query, header, want string }{
		"the host says it":        {"&loc=de-DE", "fr", "Labels in de:"},
		"the caller accepts some": {"", "fr-FR,en;q=0.5", "Labels in fr:"},
		"with a weight":           {"", "ja;q=0.8", "Labels in ja:"},
		"nobody says anything":    {"", "", "Labels in en:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			r := h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123"+test.query, "")
			r.Header.Set("Accept-Language", test.header)
			if w := h.send(r); !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("answered %s, want %q", w.Body, test.want)
			}
		})
	}
}

func TestARedisThatIsDownIsSaidAndComesBack(t *testing.T) {
	h := newHarness(t)
	h.store.SetDown(true)
	w := h.send(h.atlassian.Iframe("/macro/labels?contentId=123"))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Wait 5 seconds, then reload the page") {
		t.Errorf("macro answered %d %s", w.Code, w.Body)
	}
	if w := h.send(h.atlassian.Lifecycle(connect.Installed)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("installed answered %d", w.Code)
	}
	h.store.SetDown(false)
	if w := h.send(h.atlassian.Iframe("/macro/labels?contentId=123")); w.Code != http.StatusOK {
		t.Errorf("after Redis is back the macro answered %d", w.Code)
	}
}

func TestAPanicIsAnsweredAndLoggedWithoutItsValue(t *testing.T) {
	h := newHarness(t)
	h.server.Ready = nil // calling it panics
	r := connecttest.NewHost("labelup", appURL).ServerCall(http.MethodGet, "/ready", "")
	w := h.send(r)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"kind":"internal"`) {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	var places []any
	for _, line := range h.lines() {
		if line["msg"] == "panic" {
			places = append(places, line["place"])
		}
	}
	if len(places) != 1 || !strings.HasPrefix(places[0].(string), "labelup/handlers.(*Server).ready:") {
		t.Errorf("panic places are %v, want one in ready", places)
	}
	if strings.Contains(h.log.String(), "nil pointer") {
		t.Error("the log has the panic's value")
	}
}

// TestTheLogHasNothingOfTheCustomer plants unique words everywhere a customer's
// data comes in, on ways that succeed and ways that fail.
func TestTheLogHasNothingOfTheCustomer(t *testing.T) {
	h := newHarness(t)
	const word = "canaryquokka"
	h.atlassian.AccountID = "account-" + word
	h.atlassian.Space.Key = strings.ToUpper(word)
	h.confluence.labels["123"] = []string{word}
	h.change(`{"contentId":"123","add":["` + word + `-new"],"remove":["` + word + `"]}`)
	h.change(`{"contentId":"123","add":["` + word + `?"]}`)
	h.change(`{"` + word + `":1}`)
	h.send(h.atlassian.Iframe("/macro/labels?contentId=123&prefix=" + word))
	h.send(h.atlassian.Iframe("/macro/" + word))
	h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123&prefix="+word, ""))
	h.confluence.answerWith(500)
	h.change(`{"contentId":"123","add":["` + word + `"]}`)
	h.confluence.Close()
	h.change(`{"contentId":"123","add":["` + word + `"]}`)
	r := h.atlassian.BrowserCall(http.MethodPost, "/api/labels", `{}`)
	r.Header.Set("X-Request-Id", word+"-"+word)
	h.send(r)

	log := h.log.String()
	if strings.Contains(strings.ToLower(log), word) || strings.Contains(log, "fields_lost") || strings.Contains(log, "withheld") {
		t.Errorf("the log has customer data, or fields that are not on its list:\n%s", log)
	}
	if lines := h.lines(); len(lines) < 9 {
		t.Errorf("only %d lines were logged", len(lines))
	}
}

func TestEachRequestHasOneLogLineThatSupportCanFind(t *testing.T) {
	h := newHarness(t)
	w := h.change(`{"contentId":"123","add":["a"]}`)
	var requests, calls []map[string]any
	for _, line := range h.lines() {
		if line["request_id"] != w.Header().Get("X-Request-Id") {
			t.Errorf("a line without the request's id: %v", line)
		}
		switch line["msg"] {
		case "request":
			requests = append(requests, line)
		case "call":
			calls = append(calls, line)
		}
	}
	if len(requests) != 1 || len(calls) != 2 {
		t.Fatalf("%d request lines and %d call lines, want 1 and 2 (a write and its read-back)", len(requests), len(calls))
	}
	if got := requests[0]; got["route"] != "/api/labels" || got["status"] != 200.0 || len(got["site"].(string)) != 12 {
		t.Errorf("request line is %v", got)
	}
	if got := calls[0]; got["operation"] != "add_labels" || got["status"] != 200.0 {
		t.Errorf("call line is %v", got)
	}
}

func TestTheRoutersRequestIDIsTakenOver(t *testing.T) {
	tests := map[string]struct {
		sent string
		kept bool
	}{
		"an id of Heroku's router": {"8601b555-6a83-4c12-8269-97c8e32cdb22", true},
		"something else":           {"<script>alert(1)</script>", false},
		"the shortest":             {"8601b555", true},
		"too short":                {"8601b55", false},
		"the longest":              {strings.Repeat("8601b55-", 8), true},
		"too long":                 {strings.Repeat("8601b55-", 8) + "8", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			r := h.atlassian.Iframe("/macro/labels")
			r.Header.Set("X-Request-Id", test.sent)
			if got := h.send(r).Header().Get("X-Request-Id"); (got == test.sent) != test.kept || got == "" {
				t.Errorf("request id is %q", got)
			}
		})
	}
}

func TestAChangeOfWhichAPartFailedIsAFailureInTheLog(t *testing.T) {
	h := newHarness(t)
	h.confluence.writeAnswer = http.StatusInternalServerError
	w := h.change(`{"contentId":"123","add":["a"]}`)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"failed":[{"name":"a"`) {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	lines := h.lines()
	if last := lines[len(lines)-1]; last["msg"] != "request" || last["kind"] != "upstream" || last["reason"] == "" {
		t.Errorf("the line is %v", last)
	}
}
