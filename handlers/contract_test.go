package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/internal/fault"
	"labelup/internal/suggest"
)

// The contract of the calls that the panel makes, whatever host it is in, is
// the cases in testdata/contract. They are held here by the service, on each
// of its hosts, and by static/test/contract.test.ts in the tab. What is written
// there:
//
//   - {"times": N, "of": X} in a list stands for N times X, with the number of
//     each, three digits, for every "#" in it. {"letters": N} is a text of N.
//   - caller is who calls: a person with a licence who looks at page 123 in
//     space DS, but for what it says.
//   - confluence is the requests that are expected, in their order, each with
//     what is answered to it. adds is the body of a request that adds labels.
//     Status 0 is an answer that is lost. holds is the labels in an answer;
//     "team:red" is the label red with the prefix team.
//   - answer or fault is what comes of it. retryAfter is in seconds, between
//     the two; so is how long it took by a clock that stands still while
//     anything is worked on. A certainty that is "told" is nine numbers: which
//     ones, follows from weights that are fitted now and then.
//   - raw is a body that is no object.
//   - remote says what differs on a host that brings the person's token, and why.
//   - tab says what differs in the tab, and why, or why a case is not for it.

// contractHosts are the hosts of the service: each sends a body as a caller on
// that host, with this Confluence behind it, and says as whom that is called.
// What a host fetches over a socket it has to have before it returns: the call is
// made in a bubble of testing/synctest.
var contractHosts = map[string]func(*testing.T, contractCaller, *playedConfluence) contractCall{
	"Connect": contractOnConnect,
	"Forge":   contractOnForge,
}

type contractCall func(path, body string) *httptest.ResponseRecorder

type contractCaller struct {
	ContentID   *string `json:"contentId"`
	ContentType string  `json:"contentType"`
	Anonymous   bool    `json:"anonymous"`
	Unlicensed  bool    `json:"unlicensed"`
	SpaceKey    *string `json:"spaceKey"`
}

func contractOnConnect(t *testing.T, caller contractCaller, atConfluence *playedConfluence) contractCall {
	atConfluence.authorization = "Bearer user-token"
	h := newHarness(t)
	host := *h.server.Framing.(*Connect)
	host.Transport, host.Tokens = atConfluence, connect.NewUserTokens("https://auth.example", atConfluence, h.atlassian.Now)
	h.server.Framing = &host
	if caller.ContentID != nil {
		h.atlassian.Content.ID = *caller.ContentID
	}
	if caller.ContentType != "" {
		h.atlassian.Content.Type = caller.ContentType
	}
	if caller.Anonymous {
		h.atlassian.AccountID = ""
	}
	*h.atlassian.Licence = !caller.Unlicensed
	if caller.SpaceKey != nil {
		h.atlassian.Space.Key = *caller.SpaceKey
	}
	h.server.Suggest = suggest.Suggest
	return func(path, body string) *httptest.ResponseRecorder {
		return h.send(h.atlassian.BrowserCall(http.MethodPost, path, body))
	}
}

func contractOnForge(t *testing.T, caller contractCaller, atConfluence *playedConfluence) contractCall {
	h := newRemoteHarness(t)
	h.server.Remote.(*Forge).Transport = atConfluence
	atConfluence.authorization = "Bearer " + h.forge.UserToken
	if caller.ContentID != nil {
		h.forge.Content.ID = *caller.ContentID
	}
	if caller.ContentType != "" {
		h.forge.Content.Type = caller.ContentType
	}
	if caller.Anonymous {
		h.forge.AccountID = ""
	}
	h.forge.License = map[string]any{"active": !caller.Unlicensed}
	if caller.SpaceKey != nil {
		h.forge.Space.Key = *caller.SpaceKey
	}
	h.server.Suggest = suggest.Suggest
	if _, err := h.server.Remote.Viewer(h.forge.Invoke(http.MethodPost, appURL, "")); err != nil { // it fetches the keys
		t.Fatal(err)
	}
	return func(path, body string) *httptest.ResponseRecorder { return h.invoke(path, body) }
}

type contractCase struct {
	Case       string          `json:"case"`
	Caller     contractCaller  `json:"caller"`
	Body       json.RawMessage `json:"body"`
	Raw        string          `json:"raw"`
	Confluence []exchanged     `json:"confluence"`
	Answer     map[string]any  `json:"answer"`
	Fault      map[string]any  `json:"fault"`
	Seconds    []float64       `json:"seconds"`
	Remote     *remoteCase     `json:"remote"`
	Tab        json.RawMessage `json:"tab"`
}

type remoteCase struct {
	Why        string         `json:"why"`
	Confluence []exchanged    `json:"confluence"`
	Fault      map[string]any `json:"fault"`
}

// exchanged is a request to Confluence and its answer.
type exchanged struct {
	Request string            `json:"request"`
	Adds    []string          `json:"adds"`
	After   any               `json:"after"` // seconds, or "ever"
	Status  *int              `json:"status"`
	Headers map[string]string `json:"headers"`
	Holds   []string          `json:"holds"`
	Next    *string           `json:"next"`
	JSON    json.RawMessage   `json:"json"`
	Text    string            `json:"text"`
}

func TestTheServiceHoldsTheContractOfChangingLabels(t *testing.T) {
	for host, call := range contractHosts {
		for _, c := range contractCases(t, "labels.json") {
			t.Run(host+": "+c.Case, func(t *testing.T) {
				if c.Remote != nil && host == "Forge" {
					c.Confluence, c.Answer, c.Fault = c.Remote.Confluence, nil, c.Remote.Fault
				}
				played := &playedConfluence{t: t, script: c.Confluence}
				send := call(t, c.Caller, played)
				// With a clock that moves only when all wait.
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					w := send("/api/labels", string(c.Body))
					checkContract(t, c, w)
					if took := time.Since(began).Seconds(); c.Seconds != nil && (took < c.Seconds[0] || took > c.Seconds[1]) {
						t.Errorf("it took %v s, not between %v", took, c.Seconds)
					}
				})
				if left := played.script; len(left) > 0 {
					t.Errorf("%d requests were not sent, the first is %s", len(left), left[0].Request)
				}
			})
		}
	}
}

func TestTheServiceHoldsTheContractOfSuggesting(t *testing.T) {
	for host, call := range contractHosts {
		for _, c := range contractCases(t, "suggest.json") {
			t.Run(host+": "+c.Case, func(t *testing.T) {
				body := string(c.Body)
				if c.Body == nil {
					body = c.Raw
				}
				checkContract(t, c, call(t, c.Caller, &playedConfluence{t: t})("/api/suggest", body))
			})
		}
	}
}

// contractCases reads a file of cases and makes of each "times" what it stands for.
func contractCases(t *testing.T, file string) []contractCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "contract", file))
	if err != nil {
		t.Fatal(err)
	}
	var compact any
	if err := json.Unmarshal(raw, &compact); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded(unfolded(compact))))
	decoder.DisallowUnknownFields()
	var cases []contractCase
	if err := decoder.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func unfolded(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if letters, ok := value["letters"].(float64); ok {
			return strings.Repeat("a", int(letters))
		}
		for key, v := range value {
			value[key] = unfolded(v)
		}
	case []any:
		all := []any{}
		for _, v := range value {
			folded, _ := v.(map[string]any)
			times, ok := folded["times"].(float64)
			if !ok {
				all = append(all, unfolded(v))
				continue
			}
			of := encoded(unfolded(folded["of"]))
			for n := range int(times) {
				var one any
				_ = json.Unmarshal(bytes.ReplaceAll(of, []byte("#"), fmt.Appendf(nil, "%03d", n)), &one) // it was encoded here
				all = append(all, one)
			}
		}
		return all
	}
	return value
}

func encoded(value any) []byte {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // of what was decoded
	}
	return raw
}

// checkContract compares an answer with the one that the case expects.
func checkContract(t *testing.T, c contractCase, w *httptest.ResponseRecorder) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	want, code := c.Fault, http.StatusOK
	if want != nil {
		code = status(fault.Kind(want["kind"].(string)))
		got = got["error"].(map[string]any)
		if detail, ok := got["detail"].(map[string]any); ok {
			got["name"] = detail["name"]
			if detail["character"] != nil {
				got["character"] = detail["character"]
			}
		}
		if got["message"] == "" {
			t.Error("the fault has no sentence")
		}
		delete(got, "message")
		delete(got, "detail")
	} else {
		want = c.Answer
		if holds, ok := want["holds"].([]any); ok {
			for _, list := range []string{"added", "removed", "failed"} {
				if want[list] == nil {
					want[list] = []any{}
				}
			}
			labels := []any{}
			for _, label := range holds {
				labels = append(labels, heldLabel(label.(string)))
			}
			want["labels"] = labels
			delete(want, "holds")
		}
	}
	if got["requestId"] != w.Header().Get("X-Request-Id") {
		t.Errorf("the answer is not that of the request: %s", w.Body)
	}
	delete(got, "requestId")
	settle(got, want)
	if diff := cmp.Diff(want, got); w.Code != code || diff != "" {
		t.Errorf("answered %d, want %d (-want +got):\n%s", w.Code, code, diff)
	}
}

// settle puts a time to wait in place of the two that it is expected between, and
// what a space's pages told in place of its name.
func settle(got, want map[string]any) {
	if between, ok := want["retryAfter"].([]any); ok {
		if seconds, ok := got["retryAfter"].(float64); ok && seconds >= between[0].(float64) && seconds <= between[1].(float64) {
			want["retryAfter"] = seconds
		}
	}
	if told, ok := got["certainty"].([]any); ok && want["certainty"] == "told" && len(told) == 9 {
		want["certainty"] = told
	}
	failed, _ := want["failed"].([]any)
	told, _ := got["failed"].([]any)
	for i := range min(len(failed), len(told)) {
		settle(told[i].(map[string]any), failed[i].(map[string]any))
	}
}

// heldLabel is a label as an answer has it.
func heldLabel(label string) map[string]any {
	prefix, name, ok := strings.Cut(label, ":")
	if !ok {
		prefix, name = "global", label
	}
	return map[string]any{"id": "id of " + label, "prefix": prefix, "name": name}
}

// playedConfluence answers the requests of a script and no others.
type playedConfluence struct {
	t             *testing.T
	script        []exchanged
	authorization string // of every request
}

// RoundTrip implements http.RoundTripper.
func (p *playedConfluence) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	if r.URL.Path == "/oauth2/token" {
		return answered(r, http.StatusOK, []byte(`{"access_token":"user-token","expires_in":900,"token_type":"Bearer"}`)), nil
	}
	_, path, _ := strings.Cut(r.URL.Path, "/wiki/") // the address before it is the host's
	request := r.Method + " /" + path
	if r.URL.RawQuery != "" {
		request += "?" + r.URL.Query().Encode()
	}
	if len(p.script) == 0 {
		p.t.Errorf("nothing more is expected, not %s", request)
		return nil, errors.New("not expected")
	}
	now := p.script[0]
	p.script = p.script[1:]
	wanted := now.Request
	if path, query, ok := strings.Cut(wanted, "?"); ok {
		values, err := url.ParseQuery(query)
		if err != nil {
			p.t.Errorf("%s: %v", wanted, err)
		}
		wanted = path + "?" + values.Encode()
	}
	if request != wanted || r.Header.Get("Authorization") != p.authorization {
		p.t.Errorf("sent is %s with %q, expected is %s as the person", request, r.Header.Get("Authorization"), wanted)
	}
	adds := []map[string]string{}
	for _, name := range now.Adds {
		adds = append(adds, map[string]string{"prefix": "global", "name": name})
	}
	if now.Adds != nil {
		var sent []map[string]string
		if err := json.Unmarshal(body, &sent); err != nil {
			p.t.Errorf("the body is %s", body)
		}
		if diff := cmp.Diff(adds, sent); diff != "" {
			p.t.Errorf("the body differs (-want +got):\n%s", diff)
		}
	} else if len(body) > 0 {
		p.t.Errorf("%s has a body: %s", request, body)
	}

	wait := make(<-chan time.Time)
	switch after := now.After.(type) {
	case nil:
		wait = time.After(0)
	case float64:
		wait = time.After(time.Duration(after * float64(time.Second)))
	}
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-wait:
	}
	if now.Status != nil && *now.Status == 0 {
		return nil, errors.New("connection reset by peer")
	}
	return now.answer(r), nil
}

func (e exchanged) answer(r *http.Request) *http.Response {
	code := http.StatusOK
	if r.Method == http.MethodDelete {
		code = http.StatusNoContent
	}
	if e.Status != nil {
		code = *e.Status
	}
	body := []byte(e.Text)
	switch {
	case e.JSON != nil:
		body = e.JSON
	case e.Holds != nil:
		labels := []any{}
		for _, label := range e.Holds {
			labels = append(labels, heldLabel(label))
		}
		links := map[string]any{}
		if e.Next != nil {
			links["next"] = *e.Next
		}
		body = encoded(map[string]any{"results": labels, "_links": links})
	}
	w := answered(r, code, body)
	for key, value := range e.Headers {
		w.Header.Set(key, value)
	}
	return w
}

func answered(r *http.Request, code int, body []byte) *http.Response {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(body)
	response := w.Result()
	response.Request = r
	return response
}
