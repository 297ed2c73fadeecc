package handlers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"labelup/connect"
	"labelup/internal/suggest"
	"labelup/internal/suggest/suggesttest"
)

// suggest sends POST /api/suggest as the viewer of page 123.
func (h *harness) suggest(body string) *httptest.ResponseRecorder {
	return h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", body))
}

func TestWhatIsSearchedForIsInTheSpaceOfTheTokenAndOnlyOnce(t *testing.T) {
	tests := map[string]struct {
		arrange func(*harness)
		body    string
		want    string
	}{
		"the first request":       {nil, `{"contentId":"123"}`, `space = "DS" and type in (page, blogpost) and id != 123 and (title ~ "tea" or text ~ "tea")`},
		"the second request":      {nil, `{"contentId":"123","refined":true}`, ""},
		"the space is not known":  {func(h *harness) { h.atlassian.Space = connect.Space{} }, `{"contentId":"123"}`, ""},
		"there is nothing to ask": {func(h *harness) { h.server.Suggest = func(suggest.Input) suggest.Answer { return suggest.Answer{} } }, `{"contentId":"123"}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.server.Suggest = func(suggest.Input) suggest.Answer { return suggest.Answer{Search: []string{"tea"}} }
			if test.arrange != nil {
				test.arrange(h)
			}
			var got map[string]any
			if err := json.Unmarshal(h.suggest(test.body).Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			search, present := got["search"]
			if present != (test.want != "") || present && search != test.want {
				t.Errorf("search is %v, want %q", search, test.want)
			}
		})
	}
}

func list(count int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", count), ",") + "]"
}

func TestARefusedRequestForSuggestionsSaysWhy(t *testing.T) {
	whole := func(field string) string { return `{"contentId":"123",` + field + `}` }
	tests := map[string]struct {
		arrange func(*harness)
		body    string
		code    int
		kind    string
		reason  string
	}{
		"a token for page 123 reads nothing of page 124": {nil, `{"contentId":"124"}`, 404, "not_found", "content_not_proved"},
		"no page is named": {nil, `{}`, 404, "not_found", "content_not_proved"},
		"the token is bound to no page": {
			func(h *harness) { h.atlassian.Content = connect.Content{} }, `{"contentId":""}`, 404, "not_found", "content_not_proved",
		},
		"the token is bound to something without labels": {
			func(h *harness) { h.atlassian.Content.Type = "whiteboard" }, `{"contentId":"123"}`, 404, "not_found", "content_not_proved",
		},
		"nobody is logged in":   {func(h *harness) { h.atlassian.AccountID = "" }, `{"contentId":"123"}`, 403, "anonymous", "no_account"},
		"the person is unknown": {func(h *harness) { h.atlassian.AccountID = "unknown" }, `{"contentId":"123"}`, 403, "anonymous", "no_account"},
		"Redis is down":         {func(h *harness) { h.store.SetDown(true) }, `{"contentId":"123"}`, 503, "unavailable", "store"},

		"no JSON":        {nil, `contentId=123`, 400, "bad_request", "body_not_understood"},
		"half a body":    {nil, `{"contentId":"123","page":{"title":"x`, 400, "bad_request", "body_not_understood"},
		"nothing at all": {nil, ``, 400, "bad_request", "body_not_understood"},
		// Package answer has the others.
		"a format nobody knows":         {nil, whole(`"page":{"body":{"format":"wiki","value":"x"}}`), 400, "bad_request", "body_format_unknown"},
		"too much vocabulary":           {nil, whole(`"vocabulary":` + list(5001, `{}`)), 413, "too_large", "too_many_entries"},
		"a huge body":                   {nil, whole(`"page":{"title":"` + strings.Repeat("a", maxSuggestBytes) + `"}`), 413, "too_large", "body_too_large"},
		"too many neighbours":           {nil, whole(`"neighbours":` + list(501, `{}`)), 413, "too_large", "too_many_neighbours"},
		"the site has too much waiting": {func(h *harness) { h.occupy(1+maxWaitingOfSite, h.site()) }, `{"contentId":"123"}`, 429, "rate_limited", "site_has_too_much_waiting"},
		"all have too much in hand": {
			func(h *harness) {
				for n := range smallPlaces {
					h.occupy(1, fmt.Sprint(n))
				}
			}, `{"contentId":"123"}`, 503, "unavailable", "too_much_in_hand",
		},
		"the engine panics": {
			func(h *harness) { h.server.Suggest = func(suggest.Input) suggest.Answer { panic("in the engine") } },
			`{"contentId":"123"}`, 500, "internal", "panic",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			suggested := false
			h.server.Suggest = func(suggest.Input) suggest.Answer { suggested = true; return suggest.Answer{} }
			if test.arrange != nil {
				test.arrange(h)
			}
			w := h.suggest(test.body)
			var got struct {
				Error struct {
					Kind, Reason, Message, RequestID string
					RetryAfter                       int
				}
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
			if waits := w.Code == 503 || w.Code == 429; waits != (got.Error.RetryAfter > 0) || waits != (w.Header().Get("Retry-After") != "") {
				t.Errorf("when to try again is said wrongly: %s", w.Body)
			}
			if suggested {
				t.Error("the engine was asked")
			}
			checkHeaders(t, name, w)
		})
	}
}

// occupy takes places of a site for small requests and keeps them.
func (h *harness) occupy(count int, site string) {
	h.t.Helper()
	for range count {
		if _, err := h.server.small.lineUp(site, smallRoom); err != nil {
			h.t.Fatal(err)
		}
	}
}

// site is the site that the harness's viewer is on, as the log has it.
func (h *harness) site() string {
	h.t.Helper()
	caller, err := h.server.Framing.Viewer(h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	return caller.Site.Hash
}

func TestReadingSuggestionsNeedsNoLicence(t *testing.T) {
	h := newHarness(t)
	*h.atlassian.Licence = false
	if w := h.suggest(`{"contentId":"123"}`); w.Code != http.StatusOK {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestSuggestionsCallNothingAndChangeNothing(t *testing.T) {
	h := newHarness(t)
	h.confluence.Close()
	if w := h.suggest(suggesttest.WholeRequest); w.Code != http.StatusOK {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if lines := h.lines(); len(lines) != 1 || lines[0]["msg"] != "request" || lines[0]["route"] != "/api/suggest" {
		t.Errorf("the log has %v, want the request and no call", lines)
	}
}

func TestAPanicOfTheEngineIsLoggedByItsPlaceAndGivesTheTurnBack(t *testing.T) {
	h := newHarness(t)
	h.server.small = newTurns(smallPlaces, 2*weight(0, 0)-1) // for one of those here
	h.server.Suggest = func(in suggest.Input) suggest.Answer { panic("at " + in.Page.Title) }
	for range 2 * maxWaitingOfSite {
		if w := h.suggest(suggesttest.WholeRequest); w.Code != http.StatusInternalServerError {
			t.Fatalf("answered %d %s", w.Code, w.Body)
		}
	}
	if log := h.log.String(); !strings.Contains(log, "labelup/handlers.TestAPanicOfTheEngine") || strings.Contains(log, "Accessibility") {
		t.Errorf("the log is:\n%s", log)
	}
	h.server.Suggest = suggest.Suggest
	if w := h.suggest(suggesttest.WholeRequest); w.Code != http.StatusOK {
		t.Errorf("then answered %d %s", w.Code, w.Body)
	}
	if len(h.server.small.sites) != 0 {
		t.Error("the site is not forgotten")
	}
}

func TestABusySiteDoesNotKeepAnotherFromItsSuggestions(t *testing.T) {
	h := newHarness(t)
	h.server.small = newTurns(smallPlaces, 2*weight(0, 0)-1) // for one of those here
	h.server.Suggest = func(suggest.Input) suggest.Answer { time.Sleep(time.Second); return suggest.Answer{} }
	other := h.atlassian.OtherSite()
	synctest.Test(t, func(t *testing.T) {
		var group sync.WaitGroup
		var mu sync.Mutex
		codes := map[int]int{}
		for range 1000 {
			group.Go(func() {
				w := h.suggest(`{"contentId":"123"}`)
				mu.Lock()
				defer mu.Unlock()
				codes[w.Code]++
			})
		}
		time.Sleep(time.Second / 2)
		began := time.Now()
		w := h.send(other.BrowserCall(http.MethodPost, "/api/suggest", `{"contentId":"123"}`))
		if took := time.Since(began); w.Code != http.StatusOK || took != 1500*time.Millisecond {
			t.Errorf("the other site was answered %d after %v, want 200 after one suggestion and its own", w.Code, took)
		}
		group.Wait()
		if codes[http.StatusOK] == 0 || codes[http.StatusOK]+codes[http.StatusTooManyRequests] != 1000 {
			t.Errorf("the busy site was answered %v", codes)
		}
	})
}

// TestASlowBodyEndsInTimeAndKeepsNobodyFromTheProcessor sends half a body over a
// connection of its own and waits.
func TestASlowBodyEndsInTimeAndKeepsNobodyFromTheProcessor(t *testing.T) {
	h := newHarness(t)
	h.server.small = newTurns(smallPlaces, 2*weight(0, 0)-1) // for one of those here
	slow := h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", "")
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		listener := &oneConnection{conn: server, closed: make(chan struct{})}
		service := &http.Server{Handler: h.server, ReadTimeout: time.Minute}
		go func() { _ = service.Serve(listener) }()
		defer service.Close()
		began := time.Now()
		_, _ = io.WriteString(client, "POST /api/suggest HTTP/1.1\r\nHost: labelup.example.com\r\nContent-Type: application/json\r\nAuthorization: "+
			slow.Header.Get("Authorization")+"\r\nContent-Length: 1000\r\n\r\n{")
		synctest.Wait()
		if w := h.suggest(`{"contentId":"123"}`); w.Code != http.StatusOK || time.Since(began) != 0 {
			t.Errorf("beside it another request was answered %d after %v", w.Code, time.Since(began))
		}
		answer, err := http.ReadResponse(bufio.NewReader(client), slow)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "body_too_slow") || time.Since(began) != bodyReading {
			t.Errorf("after %v answered %d %s", time.Since(began), answer.StatusCode, body)
		}
		_ = client.Close()
	})
	if len(h.server.small.sites) != 0 {
		t.Error("the site is not forgotten")
	}
}

// oneConnection is a listener that somebody has connected to, once.
type oneConnection struct {
	conn   net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *oneConnection) Accept() (net.Conn, error) {
	if conn := l.conn; conn != nil {
		l.conn = nil
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneConnection) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *oneConnection) Addr() net.Addr { return &net.TCPAddr{} }

// slowReader is a caller who notices what the service holds while it answers.
type slowReader struct {
	*httptest.ResponseRecorder
	turns *turns
	held  int
}

func (w *slowReader) Write(p []byte) (int, error) {
	w.held = len(w.turns.sites)
	return w.ResponseRecorder.Write(p)
}

func TestASlowReaderKeepsNobodyFromTheProcessor(t *testing.T) {
	h := newHarness(t)
	w := &slowReader{httptest.NewRecorder(), h.server.small, -1}
	h.server.ServeHTTP(w, h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", suggesttest.WholeRequest))
	if w.Code != http.StatusOK || w.held != 0 {
		t.Errorf("answered %d with %d turns or places held", w.Code, w.held)
	}
}

// hostileBodies make bodies that fill the 4 MiB with what takes most memory for
// its bytes, and with what takes most time if it is read again and again.
func hostileBodies() map[string]func() string {
	// filled repeats an item while there is room, most times at most.
	filled := func(before, item, after string, most int) func() string {
		before, after = `{"contentId":"123",`+before, after+`}`
		return func() string {
			return before + strings.Repeat(item, min(most, (maxSuggestBytes-len(before)-len(after))/len(item))) + after
		}
	}
	// nested opens an item while there is room and then closes it as often.
	nested := func(before, open, close, after string) func() string {
		before, after = `{"contentId":"123",`+before, after+`}`
		return func() string {
			count := (maxSuggestBytes - len(before) - len(after)) / len(open+close)
			return before + strings.Repeat(open, count) + strings.Repeat(close, count) + after
		}
	}
	text := func(item string) func() string {
		return filled(`"page":{"title":"tea","body":{"format":"text","value":"`, item, `"}}`, maxSuggestBytes)
	}
	const ever = maxSuggestBytes
	terms := &strings.Builder{}
	for n := range 5000 - 1 {
		fmt.Fprintf(terms, `,"a-word-of-a-page-%04x":1`, n)
	}
	name := `"` + strings.Repeat("a", 14) + `"`
	return map[string]func() string{
		"a page of text":           filled(`"page":{"body":{"format":"text","value":"`, `tea and more of it. `, `"}}`, ever),
		"a page of storage format": filled(`"page":{"body":{"format":"storage","value":"`, `<p>tea</p>`, `"}}`, ever),
		"a page of opened tags":    filled(`"page":{"body":{"format":"storage","value":"`, `<p>`, `"}}`, ever),
		"a page of attributes":     filled(`"page":{"body":{"format":"storage","value":"<p `, `a=b `, `>"}}`, ever),
		"a page of bold letters":   filled(`"page":{"body":{"format":"storage","value":"`, `<b>a</b> `, `"}}`, ever),
		"a page of escapes":        filled(`"page":{"body":{"format":"text","value":"`, `\u00e4 `, `"}}`, ever),
		"a page of ADF": filled(`"page":{"body":{"format":"adf","value":"{\"type\":\"doc\",\"content\":[`,
			`{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"tea\"}]},`, `{}]}"}}`, ever),
		"a page of nested ADF":        filled(`"page":{"body":{"format":"adf","value":"`, `{\"content\":[`, `"}}`, ever),
		"a page of nested attributes": nested(`"page":{"body":{"format":"adf","value":"{\"type\":\"doc\",\"attrs\":{\"data\":`, `{\"data\":`, `}`, `}}"}}`),
		"a page of nested macros":     nested(`"page":{"body":{"format":"storage","value":"`, `<ac:structured-macro ac:name='info'>`, `</ac:structured-macro>`, `"}}`),
		"a page of no addresses":      text(`x://`),
		"a page of addresses of mail": text(`(a@`),
		"a page of brackets":          text(`1(`),
		"a page of honorifics":        text(`様`),
		"a page of names in Japanese": text(`担当：山本、`),
		"a page of bylines":           text(`Photos Von, `),
		"a page of authors":           text(`Authors: Ann, Bob and `),
		"a page of braces":            text(`{code:x}`),
		"neighbours with bodies": filled(`"neighbours":[`,
			`{"labels":["a"],"body":{"format":"storage","value":"`+strings.Repeat("<p>tea</p>", 830)+`"}},`, `{}]`, 500-1),
		"neighbours with words":  filled(`"neighbours":[`, `{"labels":["a"],"terms":{"a":1`+terms.String()+`}},`, `{}]`, 46),
		"neighbours with labels": filled(`"neighbours":[`, `{"labels":`+list(40, `"`+strings.Repeat("a", 205)+`"`)+`},`, `{}]`, 500-1),
		"vocabulary":             filled(`"vocabulary":[`, `{"synonyms":`+list(4, name)+`,"description":"`+strings.Repeat("a", 730)+`"},`, `{}]`, 5000-1),
		"fields again and again": filled(`"dismissed":[]`, `,"dismissed":`+list(1000, name), ``, 248),
	}
}
