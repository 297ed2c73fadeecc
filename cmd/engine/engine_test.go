package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"labelup/internal/localconfluence/adf"
)

var every = flag.Int("every", 10, "ask for suggestions for each so manieth page, with those between as its neighbours")

// Each of the shared pages is read by both: as a page, or as a neighbour of one.
func TestABrowserAnswersAsTheServiceDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a process of node, and the pages it compares take it some seconds")
	}
	files, err := filepath.Glob("../../../shared/data/*/pages.jsonl")
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no shared pages: %v", err)
		}
		t.Skip("the shared pages are not here")
	}
	var requests [][]byte
	for _, file := range files {
		pages := readPages(t, file)
		for i := 0; i < len(pages); i += *every {
			requests = append(requests, requestFor(t, pages, i))
		}
	}
	answers := inBrowser(t, requests)
	asked := 0
	for n, raw := range requests {
		here := string(respond("123", "DS", raw))
		there, err := answers.ReadString('\n')
		if err != nil {
			t.Fatalf("node answers no more: %v", err)
		}
		if diff := cmp.Diff(here, there); diff != "" || strings.HasPrefix(here, `{"error"`) {
			t.Fatalf("request %d: answers differ (-service +browser):\n%s", n, diff)
		}
		if strings.Contains(here, `"certainty":[`) {
			asked++
		}
	}
	if asked == 0 {
		t.Error("no answer says how sure to be")
	}
	t.Logf("asked for %d pages", len(requests))
}

// inBrowser starts node with the engine in it, and returns what it answers to the
// requests, a line each.
func inBrowser(t *testing.T, requests [][]byte) *bufio.Reader {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "make", "-s", "-C", "../..", "build/engine.wasm").CombinedOutput(); err != nil {
		t.Fatalf("make: %v\n%s", err, out)
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/answers.mjs")
	command.Stderr = os.Stderr
	command.Stdin = bytes.NewReader(append(bytes.Join(requests, []byte("\n")), '\n'))
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(out)
}

type sharedPage struct {
	Title, Markdown string
	Labels          []string
}

func readPages(t *testing.T, file string) []sharedPage {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var pages []sharedPage
	for line := range bytes.Lines(raw) {
		var page sharedPage
		if err := json.Unmarshal(line, &page); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}

// requestFor is a request for the page at i and the nine after it, with a body of
// each format and now and then whatever else a request may have.
func requestFor(t *testing.T, pages []sharedPage, i int) []byte {
	t.Helper()
	type object = map[string]any
	neighbours, inUse, vocabulary := []object{}, []object{}, []object{}
	seen := map[string]bool{}
	last := i + 10
	if i%16 == 0 {
		last = i + 16 // enough to be asked how sure to be
	}
	for n := i + 1; n < last; n++ {
		page := pages[n%len(pages)]
		neighbours = append(neighbours, object{"id": "1", "title": page.Title, "labels": page.Labels, "body": bodyOf(page, n)})
		for _, label := range page.Labels {
			if !seen[label] {
				seen[label] = true
				inUse = append(inUse, object{"label": label, "pages": n % 50})
				vocabulary = append(vocabulary, object{"label": label, "synonyms": []string{"the " + label}, "retired": len(seen)%4 == 0})
			}
		}
	}
	page := object{"title": pages[i].Title, "body": bodyOf(pages[i], i/10)}
	request := object{"contentId": "123", "page": page, "neighbours": neighbours, "inUse": inUse, "limit": 20, "refined": i%4 == 0}
	if i%3 == 0 {
		page["labels"] = pages[i].Labels
		request["tree"] = object{"parent": pages[(i+1)%len(pages)].Labels, "siblings": inUse, "of": 60}
	}
	if i%5 == 0 {
		request["vocabulary"] = vocabulary
	}
	raw, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var asXHTML = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithXHTML()))

func bodyOf(page sharedPage, format int) map[string]string {
	if format%3 == 0 {
		return map[string]string{"format": "text", "value": page.Markdown}
	}
	var storage bytes.Buffer
	_ = asXHTML.Convert([]byte(page.Markdown), &storage) // a buffer takes everything
	if format%3 == 1 {
		return map[string]string{"format": "storage", "value": storage.String()}
	}
	return map[string]string{"format": "adf", "value": adf.Document(storage.String(), adf.Page{ID: "1", SpaceKey: "DS"})}
}

func TestALearnedSpaceAnswersAsARequestThatTellsOfIt(t *testing.T) {
	const space = `"neighbours":[{"id":"1","title":"Green tea","labels":["tea"],"body":{"format":"text","value":"Steep green tea leaves at eighty degrees."}},
		{"id":"2","title":"Espresso","labels":["coffee"],"body":{"format":"text","value":"Grind the beans and press the water through."}}],
		"inUse":[{"label":"tea","pages":9},{"label":"coffee","pages":7}],"vocabulary":[{"label":"tea","synonyms":["infusion"]}]`
	page := func(id, text, rest string) []byte {
		return []byte(`{"contentId":"` + id + `","refined":true,"page":{"title":"` + text + `"}` + rest + `}`)
	}
	if got := string(learn([]byte("{" + space + "}"))); got != "{}\n" {
		t.Fatalf("learned with %s", got)
	}
	for id, text := range map[string]string{"11": "Leaves for green tea", "12": "A cup of coffee", "13": "An infusion", "14": "Nothing of that"} {
		want := string(respond(id, "", page(id, text, ","+space)))
		if diff := cmp.Diff(want, string(respondLearned(page(id, text, "")))); diff != "" {
			t.Errorf("%s: answer differs (-all at once +learned before):\n%s", text, diff)
		}
		if strings.HasPrefix(want, `{"error"`) {
			t.Errorf("%s: %s", text, want)
		}
	}
}

func TestNothingIsAnsweredFromWhatWasNotLearned(t *testing.T) {
	const nothing = `{"error":{"kind":"not_found","reason":"nothing_learned"}}` + "\n"
	for name, known := range map[string]string{"no JSON": "[", "of an unknown format": `{"neighbours":[{"id":"1","labels":["a"],"body":{"format":"wiki","value":"x"}}]}`} {
		t.Run(name, func(t *testing.T) {
			learn([]byte(`{}`))
			if got := string(learn([]byte(known))); !strings.HasPrefix(got, `{"error"`) {
				t.Errorf("learned with %s", got)
			}
			if diff := cmp.Diff(nothing, string(respondLearned([]byte(`{"contentId":"1"}`)))); diff != "" {
				t.Errorf("answer differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFaultIsAnAnswer(t *testing.T) {
	for name, c := range map[string]struct{ contentID, body, want string }{
		"no JSON":        {"123", "contentId=123", `{"error":{"kind":"bad_request","reason":"body_not_understood"}}`},
		"too long":       {"123", strings.Repeat(" ", 4<<20+1), `{"error":{"kind":"too_large","reason":"body_too_large"}}`},
		"too deep":       {"123", strings.Repeat("[", 9), `{"error":{"kind":"bad_request","reason":"body_too_deep"}}`},
		"of other pages": {"123", `{"contentId":"124"}`, `{"error":{"kind":"not_found","reason":"content_not_proved"}}`},
		"of no page":     {"", `{"contentId":""}`, `{"error":{"kind":"not_found","reason":"content_not_proved"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want+"\n", string(respond(c.contentID, "DS", []byte(c.body)))); diff != "" {
				t.Errorf("answer differs (-want +got):\n%s", diff)
			}
		})
	}
}
