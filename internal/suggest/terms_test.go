package suggest

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withTerms is an input whose neighbours were read before.
func withTerms(in Input) Input {
	language := in.language()
	eachNeighbour(&in, func(n *Neighbour) { n.Terms = ReadTerms(n.Page, language) })
	return in
}

func TestTermsReadBeforeGiveTheSameAnswerAsText(t *testing.T) {
	t.Parallel()
	german := languages[1].subjects
	for _, test := range []struct {
		name string
		in   Input
	}{
		{"pages of some length", whole()},
		{"of a page in another language than its neighbours", Input{Page: garden(), Neighbours: append(labelledPages(german), spaceOf(3)...)}},
		{"titles alone", Input{Page: garden(), Neighbours: []Neighbour{
			{Page: Page{Title: "Pruning hedges", Labels: []string{"gardening"}}},
			{Page: Page{Title: "Tomatoes", Labels: []string{"gardening"}}},
			{Page: Page{Title: "Invoices", Labels: []string{"accounting"}}},
		}}},
		{"pages of a sentence", Input{Page: garden(), Neighbours: []Neighbour{
			{Page: Page{Title: "Hedge", Body: markdown("Prune hedges and seedlings early."), Labels: []string{"gardening"}}},
			{Page: Page{Title: "Ledger", Body: markdown("Book invoices and receipts early."), Labels: []string{"accounting"}}},
			{Page: Page{Title: "Audit", Body: markdown("Receipts and the ledger."), Labels: []string{"accounting"}}},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if difference := cmp.Diff(Suggest(test.in), Suggest(withTerms(test.in))); difference != "" {
				t.Errorf("from text (-) and from terms (+):\n%s", difference)
			}
		})
	}
}

func TestTermsOfManyPagesGiveTheSameAnswerAsTheirTexts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	for range 30 {
		data := make([]byte, 6000)
		for at := range data {
			data[at] = byte(random.IntN(256))
		}
		in := (&decoder{data: data}).input()
		eachNeighbour(&in, func(n *Neighbour) { n.Terms = nil })
		if difference := cmp.Diff(Suggest(in), Suggest(withTerms(in))); difference != "" {
			t.Fatalf("from text (-) and from terms (+):\n%s", difference)
		}
	}
}

// counted counts the words of a page as somebody else would, who knows no stems.
func counted(p Page) map[string]int {
	counts := map[string]int{}
	for _, b := range p.Body.Blocks {
		for word := range strings.FieldsFuncSeq(strings.ToLower(b.Text), func(r rune) bool { return r < 'a' || r > 'z' }) {
			counts[word]++
		}
	}
	return counts
}

func TestCountedWordsGiveNearlyTheSameOrderAsText(t *testing.T) {
	t.Parallel()
	in := Input{Page: garden(), Neighbours: spaceOf(8), Limit: 10}
	wanted := labelsOf(Suggest(in))
	eachNeighbour(&in, func(n *Neighbour) { n.Counts = counted(n.Page) })
	if got := labelsOf(Suggest(in)); len(got) == 0 || got[0] != wanted[0] {
		t.Errorf("from counted words the labels are %q, from text %q", got, wanted)
	}
}

func TestCountedWordsBecomeTerms(t *testing.T) {
	t.Parallel()
	many := map[string]int{}
	for i := range 3 * mostCountedWords {
		many["word"+strings.Repeat("x", i%50)+string(rune('a'+i/50%26))+string(rune('a'+i/1300))] = i + 1
	}
	for _, test := range []struct {
		name   string
		title  string
		counts map[string]int
		terms  int
		words  int
	}{
		{"nothing", "", nil, 0, 0},
		{"a title alone", "The tomatoes of the hedge", nil, 2, 0},
		{"words", "", map[string]int{"tomato": 2, "hedge": 3}, 2, 5},
		{"forms of one word", "", map[string]int{"the": 9, "and": 9, "is": 5, "tomato": 2, "tomatoes": 3}, 1, 28},
		{"words as often as each other", "", map[string]int{"tomato": 2, "hedge": 2, "compost": 2, "lettuce": 2, "straw": 2}, 5, 10},
		{"a pair", "", map[string]int{"compost heap": 2}, 1, 2},
		{"more than a pair", "", map[string]int{"big compost heap": 2}, 0, 2},
		{"counts that are none", "", map[string]int{"tomato": 0, "hedge": -4, "": 3}, 0, 3},
		{"a count that is too high", "", map[string]int{"tomato": 1 << 60}, 1, mostCounted},
		{"too many words", "", many, mostCountedWords, -1},
		{"broken words", "", map[string]int{"\xff\xfe": 3, "\x00": 2}, 0, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := newReading().counted(test.title, test.counts)
			if len(got.terms) != test.terms || got.words != test.words && test.words >= 0 {
				t.Errorf("%d terms of %d words, want %d of %d", len(got.terms), got.words, test.terms, test.words)
			}
			for range 20 {
				if again := newReading().counted(test.title, test.counts); !reflect.DeepEqual(got, again) {
					t.Fatal("counted again the terms are others")
				}
			}
		})
	}
}
