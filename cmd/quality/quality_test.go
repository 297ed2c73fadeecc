package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"labelup/internal/suggest"
	"labelup/internal/suggest/known"
)

// topics are what made-up posts are about: each label with words of its own.
var topics = map[string]string{
	"billing": "invoice customer payment refund amount",
	"search":  "query index ranking result synonym",
	"hiring":  "candidate interview offer salary recruiter",
}

// few is a moment of work.
var few = effort{fitted: 16, leveled: 4, judged: 12}

// madeUp writes collections of posts, one a day, each about one topic or two. It
// returns the pattern of their files.
func madeUp(t *testing.T, numbers ...int) string {
	t.Helper()
	folder := t.TempDir()
	for i, number := range numbers {
		file := filepath.Join(folder, string(rune('a'+i)), "pages.jsonl")
		if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, madeUpPosts(t, number, 5+i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "*", "pages.jsonl")
}

// madeUpPosts are some posts, of which one in so many is about two topics.
func madeUpPosts(t *testing.T, number, two int) []byte {
	t.Helper()
	names := []string{"billing", "search", "hiring"}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for i := range number {
		labels := []string{names[i%3]}
		text := strings.Repeat("We wrote this about the "+topics[labels[0]]+". ", 4)
		if i%two == 0 {
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
	return b.Bytes()
}

func readMadeUp(t *testing.T, numbers ...int) []collection {
	t.Helper()
	collections, err := readCollections(madeUp(t, numbers...))
	if err != nil {
		t.Fatal(err)
	}
	return collections
}

func TestWhatBecomesOfAPage(t *testing.T) {
	inUse := func(label string, score float64) suggest.Suggestion {
		return suggest.Suggestion{Label: label, Score: score}
	}
	ticked := suggest.Suggestion{Label: "a", Score: 0.95, Ticked: true}
	wronglyTicked := suggest.Suggestion{Label: "w", Score: 0.9, Ticked: true}
	added := suggest.Suggestion{Label: "n", Score: 0.15, New: true}
	for name, test := range map[string]struct {
		shown, listed []suggest.Suggestion
		mixed, given  []string
		want          outcome
	}{
		"nothing is shown, and what is listed is half right": {
			listed: []suggest.Suggestion{inUse("x", 0.11), inUse("a", 0.05)}, given: []string{"a"},
			want: outcome{silent: true, f5: 2. / 6, r5: 1, tenths: [10]tenth{0: {tally{1, 1}, 0.05}, 1: {tally{1, 0}, 0.11}}},
		},
		"one of two ticks is right": {
			shown: []suggest.Suggestion{ticked, wronglyTicked}, listed: []suggest.Suggestion{ticked, wronglyTicked}, given: []string{"a", "b"},
			want: outcome{shown: 2. / 4, p1: 1, f5: 2. / 7, r5: 0.5, ticks: map[string]bool{"a": true, "w": false}, labels: []string{"a", "w"}, tenths: [10]tenth{9: {tally{2, 1}, 1.85}}},
		},
		"a new label counts as shown and is not ranked": {
			shown: []suggest.Suggestion{inUse("x", 0.2), added}, listed: []suggest.Suggestion{inUse("x", 0.2), added}, given: []string{"n"},
			want: outcome{shown: 2. / 3, labels: []string{"x", "n"}, added: tally{1, 1}, tenths: [10]tenth{2: {tally{1, 0}, 0.2}}},
		},
		"new labels alone stand beside nothing": {
			shown: []suggest.Suggestion{added}, given: []string{"n"},
			want: outcome{shown: 1, silent: true, labels: []string{"n"}},
		},
		"the sixth is not ranked, nor is that of the mix": {
			listed: []suggest.Suggestion{inUse("1", 0), inUse("2", 0), inUse("3", 0), inUse("4", 0), inUse("5", 0), inUse("a", 0)},
			mixed:  []string{"b", "2", "3", "4", "5", "a"}, given: []string{"a", "b"},
			want: outcome{silent: true, mix: 2. / 7, tenths: [10]tenth{0: {tally{5, 0}, 0}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := outcomeOf(test.shown, test.listed, test.mixed, test.given)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(outcome{}, tally{}, tenth{}), cmpopts.EquateEmpty(), near); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// near compares numbers that are sums.
var near = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })

func TestMeansCountCollectionsAsTheyAreToldTo(t *testing.T) {
	small := []outcome{{shown: 1, tenths: [10]tenth{9: {tally{1, 1}, 0.9}}, ticks: map[string]bool{"a": true}}, {silent: true}}
	large := []outcome{{shown: 0.25, p1: 1, tenths: [10]tenth{9: {tally{1, 0}, 0.9}, 1: {tally{2, 0}, 0.2}}, ticks: map[string]bool{"a": false, "b": false}}}
	got := over([]measures{measure(small), measure(large)}, []float64{1, 3})
	want := measures{pages: 3, shown: 50.*1/4 + 25.*3/4, silent: 50. / 4, p1: 75, ticked: tally{3, 1}, gap: 10.*1/4 + 50.*3/4}
	want.tenths[9], want.tenths[1] = tenth{tally{2, 1}, 1.8}, tenth{tally{2, 0}, 0.2}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(measures{}, tally{}, tenth{}), near); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := want.ticked.String() + ", " + want.added.String(); got != "1 of 3 (33 %), -" {
		t.Errorf("ticks %s", got)
	}
	low, high := drawnAgain([][]outcome{small, large}, func(of [][]outcome) measures { return measure(of[0]) })(func(m *measures) float64 { return m.shown })
	if low != 0 || high != 100 {
		t.Errorf("between %v and %v, want 0 and 100: one of two pages is right", low, high)
	}
}

func TestWhatTheFirstAnswerTicksIsFollowedIntoTheNext(t *testing.T) {
	j := judged{collections: []collection{{name: "ours"}}}
	for s := range j.outcomes {
		j.outcomes[s] = [][]outcome{make([]outcome, 2)}
	}
	j.outcomes[suggest.ByTitles][0] = []outcome{
		{ticks: map[string]bool{"stays": true, "less sure": false, "gone": true}},
		{ticks: map[string]bool{"gone": false}},
	}
	j.outcomes[suggest.BySearch][0][0] = outcome{ticks: map[string]bool{"stays": true, "other": true}, labels: []string{"stays", "less sure", "other"}}
	var out bytes.Buffer
	j.writeKept(&out)
	if want := "| ours | 1 of 1 (100 %) | 0 of 1 (0 %) | 1 of 2 (50 %) |\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("written is\n%s\nwant at its end %s", out.String(), want)
	}
}

func TestThePlainMix(t *testing.T) {
	c := readMadeUp(t, 30)[0]
	page := c.posts[29]
	page.title, page.plain = known.Pieces("An interview"), known.Pieces("An interview with a candidate about an offer. Billing!")
	for s, want := range map[suggest.Situation][]string{
		suggest.ByPages:  {"hiring", "billing"},
		suggest.ByTitles: {"billing"},
		suggest.ByName:   {"billing"},
	} {
		got := newMix(c.posts[:29], s).best(&page)
		if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", suggest.SituationNames[s], diff)
		}
	}
}

// Were a judged page to know its own labels, those of later pages, or weights that
// did, every number would be too good.
func TestNothingHasAPartInWhatAPageIsJudgedByThatMustNot(t *testing.T) {
	collections, changed := readMadeUp(t, 40, 40, 40), readMadeUp(t, 40, 40, 40)
	c := &changed[0]
	labelled := make([]suggest.Page, len(c.posts))
	for i := range c.posts {
		labelled[i] = c.posts[i].Page.Page
		labelled[i].Labels = c.posts[i].Given
		if i >= c.cut(firstJudged) {
			labelled[i].Labels = []string{"quite", "another"}
		}
		c.posts[i].Given = labelled[i].Labels
	}
	c.known = known.Read(labelled)

	as, other := newFitter(collections, few), newFitter(changed, few)
	if diff := cmp.Diff(as.on(as.everything().without(0)), other.on(other.everything().without(0))); diff != "" {
		t.Errorf("weights for the first differ (-as it is +with other labels in it):\n%s", diff)
	}
	if cmp.Equal(as.on(as.everything().without(1)), other.on(other.everything().without(1))) {
		t.Error("its labels do not matter for weights that were fitted on it, so nothing was tried")
	}
	w := as.on(as.everything().without(0))
	first := c.cut(firstJudged)
	for _, at := range []int{first, first + 3} {
		for s := range situations {
			if !cmp.Equal(w.Suggest(collections[0].around(at, suggest.Situation(s))), w.Suggest(c.around(at, suggest.Situation(s)))) {
				t.Errorf("%s: post %d is judged otherwise with other labels in it and later", suggest.SituationNames[s], at)
			}
		}
	}
	if cmp.Equal(w.Suggest(collections[0].around(39, suggest.ByPages)), w.Suggest(c.around(39, suggest.ByPages))) {
		t.Error("the labels of earlier pages do not matter, so nothing was tried")
	}
}

func TestPagesWithoutDatesAreInAnOrderThatIsDrawn(t *testing.T) {
	dated, drawn := madeUp(t, 40), madeUp(t, 40)
	file := strings.ReplaceAll(drawn, "*", "a")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(raw, []byte(`"date":`), []byte(`"x":`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	order := func(pattern string) (ids []string, dated bool) {
		collections, err := readCollections(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range collections[0].posts {
			ids = append(ids, p.ID)
		}
		return ids, collections[0].dated
	}
	inTime, isDated := order(dated)
	anyhow, notDated := order(drawn)
	again, _ := order(drawn)
	if !isDated || notDated || !slices.IsSorted(inTime) || slices.IsSorted(anyhow) || !slices.Equal(anyhow, again) {
		t.Errorf("in time (%v) %q, drawn (%v) %q, again %q", isDated, inTime, notDated, anyhow, again)
	}
}

func TestWhatIsLookedAtOfACollection(t *testing.T) {
	c := readMadeUp(t, 47)[0]
	if diff := cmp.Diff([]int{28, 29}, c.drawn(19, firstJudged)[:2]); diff != "" {
		t.Errorf("all that may be judged (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.drawn(12, firstJudged), c.drawn(12, firstJudged)); diff != "" {
		t.Errorf("drawn twice:\n%s", diff)
	}
	for post, before := range map[int]int{28: 28, 31: 28, 32: 32, 46: 42, 3: 0} {
		if got := c.before(post); got != before {
			t.Errorf("%d posts are known before %d, want %d", got, post, before)
		}
	}
}

func TestTheSourceOfWeights(t *testing.T) {
	w := &suggest.Weights{}
	w.Of[suggest.ByTitles] = suggest.Features{1: 0.12345, 2: -12}
	w.Prior[suggest.BySearch][0] = suggest.Features{1: 1234.5678}
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
	for _, want := range []string{"Made for a test.", "\tByTitles: {\n\t\t0.0000,", " 0.1235,", " -12.0000,", "BySearch: {\n\t\t{0, 1234.57, 0, 0, 0, 0, 0, 0},", "// " + suggest.FeatureNames[1] + "\n"} {
		if !strings.Contains(strings.Join(strings.Fields(one.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, &one)
		}
	}
}

func TestTheCommandOnMadeUpPages(t *testing.T) {
	pages := madeUp(t, 40, 50)
	document := filepath.Join(t.TempDir(), "document.md")
	if err := os.WriteFile(document, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := run(&printed, pages, few, []string{"table", document}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2 collections. Of each, 12 pages", "| **by pages**, over collections | ", "| **by name**, over pages | ", "In each collection, by search", "\n| a | ", "\n| b | ", "| 90 to 100 % |", "offered for removal",
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
		if err := run(&printed, pages, few, args); err != nil {
			t.Fatal(err)
		}
	}
	written, err = os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(printed.String(), string(written)); diff != "" || !strings.Contains(string(written), ", a, b, SHA-256 ") {
		t.Errorf("weights (-printed +written):\n%s", diff)
	}

	printed.Reset()
	if err := run(&printed, pages, few, []string{"show", "3"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(printed.String(), "  people: "); got != 3 {
		t.Errorf("%d answers shown:\n%s", got, &printed)
	}
}

func TestTheCommandCalledInAWrongWay(t *testing.T) {
	pages := madeUp(t, 40, 40)
	document := strings.ReplaceAll(pages, "*", "a")
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
		"a pattern that is none":         {"[", []string{"fit"}},
		"too few pages":                  {madeUp(t, 40, 19), []string{"fit"}},
		"one collection to be judged":    {document, []string{"table"}},
		"a document that is not there":   {pages, []string{"table", document + "x"}},
		"a document without the markers": {pages, []string{"table", document}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(&bytes.Buffer{}, test.pages, few, test.args); err == nil {
				t.Error("no error")
			}
		})
	}
}
