package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/suggest"
)

// topics are what made-up posts are about: each label with words of its own.
var topics = map[string]string{
	"billing": "invoice customer payment refund amount",
	"search":  "query index ranking result synonym",
	"hiring":  "candidate interview offer salary recruiter",
}

// madeUp writes a file of posts, one a day, each about one topic or two.
func madeUp(t *testing.T, number int) string {
	t.Helper()
	names := []string{"billing", "search", "hiring"}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for i := range number {
		labels := []string{names[i%3]}
		text := strings.Repeat("We wrote this about the "+topics[labels[0]]+". ", 4)
		if i%5 == 0 {
			second := names[(i+1)%3]
			labels = append(labels, second)
			text += strings.Repeat("And about "+topics[second]+" in "+second+". ", 3)
		}
		line := map[string]any{
			"id": fmt.Sprintf("p%03d", i), "date": fmt.Sprintf("2020-%02d-%02d", 1+i/28, 1+i%28),
			"title": fmt.Sprintf("Notes on %s, number %d", topics[labels[0]][:7], i), "labels": labels, "text": text,
		}
		if err := encoder.Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "pages.jsonl")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func madeUpPosts(t *testing.T, number int) []post {
	t.Helper()
	posts, err := readPosts(madeUp(t, number))
	if err != nil {
		t.Fatal(err)
	}
	return posts
}

func TestMeasures(t *testing.T) {
	var m measures
	m.add([]string{"a", "b", "c", "d", "e", "f"}, []string{"a", "c", "f", "g"}) // P@1 1, P@3 2/3, R@3 1/2, P@5 2/5, R@5 1/2
	m.add([]string{"x"}, []string{"a"})
	m.add(nil, []string{"a"})
	m.add([]string{"b", "a"}, []string{"a"}) // P@3 1/3, R@3 1, P@5 1/5, R@5 1
	m.ticked, m.tickedAndRight = 3, 2
	want := "| it | 25.0 | 25.0 | 26.8 | 19.4 | 37.5 | 2 of 3 (67 %) |\n"
	if got := m.row("it"); got != want {
		t.Errorf("row %q, want %q", got, want)
	}
}

func TestOnlyTicksCountAsTicked(t *testing.T) {
	var m measures
	m.addAnswer(suggest.Answer{Suggestions: []suggest.Suggestion{
		{Label: "a", Ticked: true}, {Label: "b", Ticked: true}, {Label: "c"},
	}}, []string{"b", "c"})
	if m.tickedShare() != "1 of 2 (50 %)" || m.p3 != 2.0/3 {
		t.Errorf("measures %+v", m)
	}
}

func TestBaselines(t *testing.T) {
	posts := madeUpPosts(t, 30)
	page := posts[29] // about hiring
	page.plain = plainWords("An interview with a candidate about an offer. Billing, then search, then BILLING!")
	want := map[string][]string{
		"most used labels":         {"billing", "search", "hiring"},
		"label's name in the text": {"billing", "search"},
		"votes of the 15 nearest":  {"hiring"},
		"nearest centroid":         {"hiring"},
	}
	for _, b := range baselines {
		got := b.learn(posts[:29])(page)
		if diff := cmp.Diff(want[b.name], got[:min(len(got), len(want[b.name]))]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", b.name, diff)
		}
	}
}

// Were a judged page to know its own labels, or those of later ones, every
// number would be too good.
func TestNothingLaterHasAPartInWhatAPageIsJudgedBy(t *testing.T) {
	const pages = 150
	posts, changed := madeUpPosts(t, pages), madeUpPosts(t, pages)
	known := first(posts, 80)
	for i := range changed[len(known):] {
		changed[len(known)+i].Given = []string{"quite", "another"}
	}
	all, others := allExamples(posts), allExamples(changed)
	if diff := cmp.Diff(all.fit(len(known)), others.fit(len(known))); diff != "" {
		t.Errorf("weights differ (-as it is +with other labels later):\n%s", diff)
	}
	if cmp.Equal(all.fit(pages), others.fit(pages)) {
		t.Error("the labels of later pages do not matter for weights that were fitted on them, so nothing was tried")
	}
	w := all.fit(len(known))
	for i := len(known); i < pages; i++ {
		for _, s := range allSituations {
			if !cmp.Equal(w.Suggest(inputFor(posts[i], known, s)), w.Suggest(inputFor(changed[i], first(changed, 80), s))) {
				t.Errorf("%s: post %d is judged otherwise with other labels", suggest.SituationNames[s], i)
			}
		}
		if !cmp.Equal(w.Suggest(bySearch(posts[i], known)), w.Suggest(bySearch(changed[i], first(changed, 80)))) {
			t.Errorf("by search: post %d is judged otherwise with other labels", i)
		}
	}
}

func TestTheInputBySearchHasTheTextsThatTheSearchFinds(t *testing.T) {
	posts := madeUpPosts(t, 100)
	in := bySearch(posts[99], posts[:99]) // about billing
	if len(in.Neighbours) != 99 {
		t.Fatalf("%d neighbours", len(in.Neighbours))
	}
	whole := map[*suggest.Terms]bool{}
	for _, p := range posts {
		whole[p.whole] = true
	}
	for i, n := range in.Neighbours {
		if whole[n.Terms] != (i < mostFound) {
			t.Errorf("neighbour %d of %d: with its text %v", i, mostFound, whole[n.Terms])
		}
	}
	for _, n := range in.Neighbours[:30] {
		if n.Labels[0] != "billing" && n.Labels[len(n.Labels)-1] != "billing" {
			t.Errorf("the search found %q before pages about billing", n.Title)
		}
	}
}

func TestTheSourceOfWeights(t *testing.T) {
	w := &suggest.Weights{suggest.ByTitles: {1: 0.12345, 2: -12}}
	var one, two bytes.Buffer
	if err := writeWeights(&one, "Made for a test.", w); err != nil {
		t.Fatal(err)
	}
	if err := writeWeights(&two, "Made for a test.", w); err != nil {
		t.Fatal(err)
	}
	if one.String() != two.String() {
		t.Error("two runs wrote different bytes")
	}
	if formatted, err := format.Source(one.Bytes()); err != nil || !bytes.Equal(formatted, one.Bytes()) {
		t.Errorf("not formatted: %v", err)
	}
	for _, want := range []string{"Made for a test.", "\tByTitles: {\n\t\t0.0000,", " 0.1235,", " -12.0000,", "// " + suggest.FeatureNames[1] + "\n"} {
		if !strings.Contains(strings.Join(strings.Fields(one.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, &one)
		}
	}
}

func TestTheCommandOnMadeUpPages(t *testing.T) {
	pages := madeUp(t, 150)
	document := filepath.Join(t.TempDir(), "document.md")
	if err := os.WriteFile(document, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := run(&printed, pages, []string{"table", document}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"150 pages, the first 120 to learn from", "| most used labels |", "| **by pages** | 100.0 |", "| without usage |", "| 95 % | 8 |", "to 100 % |", "| wrong labels |", "labels that no page had before",
	} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("no %q in\n%s", want, &printed)
		}
	}
	written, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("before\n"+begin+printed.String()+end+"after\n", string(written)); diff != "" {
		t.Errorf("the document (-want +got):\n%s", diff)
	}

	weights := filepath.Join(t.TempDir(), "weights.go")
	printed.Reset()
	for _, args := range [][]string{{"fit"}, {"fit", weights}} {
		if err := run(&printed, pages, args); err != nil {
			t.Fatal(err)
		}
	}
	written, err = os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(printed.String(), string(written)); diff != "" || !strings.Contains(string(written), ", 150 pages, SHA-256 ") {
		t.Errorf("weights (-printed +written):\n%s", diff)
	}

	printed.Reset()
	if err := run(&printed, pages, []string{"show", "3"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(printed.String(), "  people: "); got != 3 {
		t.Errorf("%d answers shown:\n%s", got, &printed)
	}
}

func TestTheCommandCalledInAWrongWay(t *testing.T) {
	pages := madeUp(t, fewestPosts)
	for name, test := range map[string]struct {
		pages string
		args  []string
	}{
		"nothing to do":                  {pages, nil},
		"an unknown thing to do":         {pages, []string{"measure"}},
		"too much":                       {pages, []string{"show", "1", "2"}},
		"no number of answers":           {pages, []string{"show", "few"}},
		"no answer at all":               {pages, []string{"show", "0"}},
		"pages that are not there":       {pages + "x", []string{"fit"}},
		"too few pages":                  {madeUp(t, fewestPosts-1), []string{"fit"}},
		"a document that is not there":   {pages, []string{"table", pages + "x"}},
		"a document without the markers": {pages, []string{"table", pages}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(&bytes.Buffer{}, test.pages, test.args); err == nil {
				t.Error("no error")
			}
		})
	}
}
