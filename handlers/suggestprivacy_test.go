package handlers

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"labelup/internal/suggest"
)

// canary is a word that is nowhere but where a test planted it, with the number
// of the request it was planted in.
var canary = regexp.MustCompile(`(?i)quokka[0-9]+`)

// plantedRequest has the canary wherever the request for suggestions has text.
func plantedRequest(word string) string {
	return strings.ReplaceAll(`{"contentId":"123",
		"page":{"title":"Title WORD","body":{"format":"storage","value":"<h1>WORD heading</h1><p>Body WORD.</p>"},"labels":["has-WORD"]},
		"neighbours":[{"id":"WORD","title":"Near WORD","labels":["near-WORD"],"body":{"format":"text","value":"WORD"}},
			{"id":"2","title":"WORD","labels":["WORD"],"terms":{"WORD":3}}],
		"tree":{"parent":["parent-WORD"],"siblings":[{"label":"sibling-WORD","pages":1}],"of":2},
		"vocabulary":[{"label":"listed-WORD","synonyms":["synonym WORD"],"description":"WORD"}],
		"inUse":[{"label":"used-WORD","pages":1}],"dismissed":["not-WORD"]}`, "WORD", word)
}

// quoting is an engine that answers with all it was told.
func quoting(in suggest.Input) suggest.Answer {
	all := fmt.Sprintf("%+v", in)
	return suggest.Answer{
		Suggestions: []suggest.Suggestion{{Label: in.InUse[0].Label, Reasons: []suggest.Reason{{Kind: suggest.InTitle, Text: all}}}},
		Removals:    []suggest.Removal{{Label: in.Page.Labels[0]}},
		Search:      []string{in.Page.Title},
	}
}

// planted are requests that have the canary in them and the engine for each.
func (h *harness) planted() map[string]func(word string) (*http.Request, func(suggest.Input) suggest.Answer) {
	type engine = func(suggest.Input) suggest.Answer
	call := func(body string) *http.Request { return h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", body) }
	with := func(body func(string) string) func(string) (*http.Request, engine) {
		return func(word string) (*http.Request, engine) { return call(body(word)), quoting }
	}
	panicking := func(value func(suggest.Input) any) func(string) (*http.Request, engine) {
		return func(word string) (*http.Request, engine) {
			return call(plantedRequest(word)), func(in suggest.Input) suggest.Answer { panic(value(in)) }
		}
	}
	changed := func(old, changed string) func(string) (*http.Request, engine) {
		return with(func(word string) string { return strings.Replace(plantedRequest(word), old, changed, 1) })
	}
	return map[string]func(string) (*http.Request, engine){
		"an answer":         with(plantedRequest),
		"a second answer":   changed(`"dismissed"`, `"refined":true,"dismissed"`),
		"half a body":       with(func(word string) string { return strings.TrimSuffix(plantedRequest(word), "]}") }),
		"another page":      changed(`"123"`, `"124"`),
		"an unknown format": changed(`"storage"`, `"wiki"`),
		"an unknown field":  with(func(word string) string { return `{"contentId":"123","` + word + `":"` + word + `"}` }),
		"a wrong type":      with(func(word string) string { return `{"contentId":"123","limit":"` + word + `"}` }),
		"broken characters": with(func(word string) string { return `{"contentId":"123","dismissed":["` + word + "\xff" + `"]}` }),
		"a long label": with(func(word string) string {
			return `{"contentId":"123","dismissed":["` + strings.Repeat(word, 200) + `"]}`
		}),
		"a huge body":         with(func(word string) string { return `{"contentId":"` + strings.Repeat(word, 500_000) + `"}` }),
		"a word and no JSON":  with(func(word string) string { return word }),
		"a panic with a text": panicking(func(in suggest.Input) any { return "cannot work out " + in.Page.Title }),
		"a panic with an error": panicking(func(in suggest.Input) any {
			return fmt.Errorf("page %s: %w", in.Page.Title, errors.New(in.Page.Labels[0]))
		}),
		"a panic with the input": panicking(func(in suggest.Input) any { return in }),
		"a panic of the runtime": func(word string) (*http.Request, engine) {
			return call(plantedRequest(word)), func(in suggest.Input) suggest.Answer {
				var kind any = in.Page.Title
				return kind.(suggest.Answer)
			}
		},
		"a wrong token": func(word string) (*http.Request, engine) {
			r := call(plantedRequest(word))
			r.Header.Set("Authorization", "JWT "+word)
			return r, quoting
		},
		"the URL and the headers": func(word string) (*http.Request, engine) {
			r := h.atlassian.BrowserCall(http.MethodPost, "/api/suggest?"+word+"="+word, plantedRequest(word))
			for _, header := range []string{"X-Request-Id", "User-Agent", "Referer", "Cookie", "Accept-Language", word} {
				r.Header.Set(header, word)
			}
			return r, quoting
		},
		"another type of body": func(word string) (*http.Request, engine) {
			r := call(plantedRequest(word))
			r.Header.Set("Content-Type", "text/"+word)
			return r, quoting
		},
		"another method": func(word string) (*http.Request, engine) {
			return httptest.NewRequest(word, "/api/suggest?"+word, strings.NewReader(word)), quoting
		},
	}
}

// TestNothingOfASuggestionGoesAnywhereButIntoItsAnswer plants a word of its own
// in each request and looks for it in the log and in every answer but its own.
func TestNothingOfASuggestionGoesAnywhereButIntoItsAnswer(t *testing.T) {
	h := newHarness(t)
	number := 0
	for range 3 { // what a pool hands on shows when it is used again
		for name, plant := range h.planted() {
			number++
			word := fmt.Sprintf("quokka%d", number)
			request, engine := plant(word)
			h.server.Suggest = engine
			w := h.send(request)
			for _, found := range canary.FindAllString(fmt.Sprint(w.Header()), -1) {
				t.Errorf("%s: a header of the answer has %s", name, found)
			}
			in := canary.FindAllString(w.Body.String(), -1)
			for _, found := range in {
				if found != word || w.Code != http.StatusOK {
					t.Errorf("%s: request %s was answered %d with %s in it", name, word, w.Code, found)
				}
			}
			if w.Code == http.StatusOK && len(in) == 0 {
				t.Errorf("%s: the answer has nothing of the request, so nothing was tried", name)
			}
		}
	}
	if found := canary.FindAllString(h.log.String(), -1); len(found) > 0 {
		t.Errorf("the log has %v:\n%s", found, h.log)
	}
	if log := h.log.String(); strings.Contains(log, "fields_lost") || strings.Contains(log, "withheld") {
		t.Errorf("the log was given fields that are not on its list:\n%s", log)
	}
	panics := strings.Count(h.log.String(), `"msg":"panic"`)
	if lines := h.lines(); len(lines) < number || panics != 3*4 {
		t.Errorf("%d requests and %d panics left %d lines", number, panics, len(lines))
	}
}

func TestTheSearchForACanaryFindsOneThatIsLogged(t *testing.T) {
	h := newHarness(t)
	careless := slog.New(slog.NewJSONHandler(h.log, nil))
	h.server.Suggest = func(in suggest.Input) suggest.Answer {
		careless.Info("suggest", "labels", in.Page.Labels)
		return suggest.Answer{}
	}
	h.suggest(plantedRequest("quokka1"))
	if !canary.MatchString(h.log.String()) {
		t.Errorf("it does not find what is there:\n%s", h.log)
	}
}

func TestSuggestionsAtTheSameTimeKnowNothingOfEachOther(t *testing.T) {
	h := newHarness(t)
	h.server.Suggest = quoting
	var group sync.WaitGroup
	var served atomic.Int64
	for n := range 200 {
		group.Go(func() {
			word := fmt.Sprintf("quokka%d", n)
			w := h.suggest(plantedRequest(word))
			if w.Code == http.StatusOK {
				served.Add(1)
			}
			for _, found := range canary.FindAllString(w.Body.String(), -1) {
				if found != word {
					t.Errorf("the answer to %s has %s", word, found)
				}
			}
		})
	}
	group.Wait()
	if served.Load() == 0 {
		t.Error("none of them was answered")
	}
}
