package suggest

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"labelup/internal/pagetext"
)

func TestHostileInputIsAnswered(t *testing.T) {
	t.Parallel()
	words := func(text string, count int) pagetext.Text {
		return pagetext.Text{Blocks: []pagetext.Block{{Text: strings.TrimSpace(strings.Repeat(text+" ", count))}}}
	}
	labels := func(count int, name string) []string {
		names := make([]string, count)
		for i := range names {
			names[i] = fmt.Sprintf(name, i)
		}
		return names
	}
	same := func(count int, p Page) []Neighbour {
		all := make([]Neighbour, count)
		for i := range all {
			all[i].Page = p
			all[i].ID = fmt.Sprint(i)
		}
		return all
	}
	onGarden := garden()
	onGarden.Labels = []string{"gardening"}
	for _, test := range []struct {
		name string
		in   Input
	}{
		{"a page of one word, 100,000 times", Input{Page: Page{Title: "word", Body: words("word", 100_000)}, Vocabulary: listed("word", "word-word"), Neighbours: spaceOf(3)}},
		{"a page of one name, 50,000 times", Input{Page: Page{Body: words("Big Name", 50_000)}, Vocabulary: listed("big-name", "bnb", "bn")}},
		{"a word of a million letters", Input{Page: Page{Body: words(strings.Repeat("word", 250_000), 1)}, Vocabulary: listed("word")}},
		{"a run of 100,000 ideographs", Input{Page: Page{Body: words(strings.Repeat("调查", 50_000), 1)}, Vocabulary: listed("调查", "查调查")}},
		{"a word joined 50,000 times", Input{Page: Page{Body: words(strings.Repeat("on-", 50_000), 1)}, Vocabulary: listed("onon", "on-on")}},
		{"5,000 labels", Input{Page: garden(), Vocabulary: listed(labels(5000, "label-%d")...), Neighbours: spaceOf(3)}},
		{"5,000 labels that begin with a word that the page has 3,000 times", Input{Page: Page{Body: words("label", 3000)}, Vocabulary: listed(labels(5000, "label-%d-here")...)}},
		{"5,000 labels that are twins of each other", Input{Page: garden(), InUse: inUse(labels(5000, "hedge\xff%d")), Vocabulary: listed(labels(5000, "tomatoes%d")...), Neighbours: spaceOf(3)}},
		{"500 neighbours with the same text", Input{Page: garden(), Neighbours: same(500, onGarden)}},
		{"500 neighbours with 40 labels each", Input{Page: garden(), Neighbours: same(500, Page{Title: "Hedge", Body: onGarden.Body, Labels: labels(40, "hedge-%d")})}},
		{"one neighbour", Input{Page: garden(), Neighbours: same(1, onGarden)}},
		{"one neighbour that is the page", Input{Page: onGarden, Neighbours: same(1, onGarden)}},
		{"neighbours without a word", Input{Page: garden(), Neighbours: same(30, Page{Labels: []string{"gardening"}})}},
		{"neighbours of stop words", Input{Page: garden(), Neighbours: same(30, Page{Title: "The and of", Body: words("of the and to", 50), Labels: []string{"gardening"}})}},
		{"a page of stop words", Input{Page: Page{Title: "The and of", Body: words("of the and to", 50)}, Neighbours: spaceOf(8)}},
		{"empty strings", Input{
			Page:       Page{Labels: []string{"", ""}, Body: pagetext.Text{Blocks: []pagetext.Block{{}, {Kind: pagetext.Heading}}}},
			Neighbours: []Neighbour{{Page: Page{Labels: []string{""}}}, {Page: Page{Labels: []string{"", "x"}}}, {Terms: &Terms{}, Page: Page{Labels: []string{"y"}}}},
			Tree:       Tree{Parent: []string{""}, Siblings: []Count{{"", 3}}, Of: 3}, Vocabulary: []Term{{}, {Synonyms: []string{"", "x"}}, {Label: "z", Synonyms: []string{""}}},
			InUse: []Count{{}, {"", 4}}, Dismissed: []string{""},
		}},
		{"numbers that make no sense", Input{
			Page: onGarden, Neighbours: spaceOf(3), Limit: -1 << 62, InUse: []Count{{"hedge", -5}, {"tomatoes", 1 << 62}},
			Tree: Tree{Siblings: []Count{{"hedge", 1 << 62}, {"tomatoes", -7}, {"compost", 5}, {"compost", 5}}, Of: -1 << 62},
		}},
		{"text that is not UTF-8, with NUL", Input{
			Page:       Page{Title: "\xff\xfe hedge\x00 \xc3", Body: words("hedge\x00tomatoes \xff \xe4\xb8 compost\xc3", 20), Labels: []string{"\xff", "\x00"}},
			Neighbours: same(12, Page{Title: "\x80\x80", Body: words("hedge\xfftomatoes \x00compost", 20), Labels: []string{"hed\xff", "\x00\x00", "hedge"}}),
			Vocabulary: listed("\xff\xff", "hedge\x00", "tomatoes"), Dismissed: []string{"\xc3"},
		}},
		{"labels of a kilobyte", Input{Page: garden(), Neighbours: same(12, Page{Body: onGarden.Body, Labels: []string{strings.Repeat("x", 1024), strings.Repeat("hedge-", 170), strings.Repeat("y z", 341)}}),
			Vocabulary: listed(strings.Repeat("hedge", 204), strings.Repeat("-", 1024), strings.Repeat("é", 512))}},
		{"synonyms in a circle", Input{Page: garden(), Neighbours: spaceOf(4), Vocabulary: []Term{
			{Label: "gardening", Synonyms: []string{"plants", "gardening"}}, {Label: "plants", Synonyms: []string{"gardening"}}, {Label: "a", Synonyms: []string{"b"}}, {Label: "c", Synonyms: []string{"b", "a"}},
		}}},
		{"spans beyond the text", Input{Page: Page{Body: pagetext.Text{Blocks: []pagetext.Block{{Text: "The hedge", Strong: []pagetext.Span{{Start: 4, End: 1 << 31}, {Start: 9, End: 2}}, Code: []pagetext.Span{{Start: 1 << 31, End: 1 << 31}}}}}}, Neighbours: spaceOf(3)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := Suggest(test.in)
			for _, wrong := range broken(test.in, answer) {
				t.Error(wrong)
			}
			if !reflect.DeepEqual(Suggest(test.in), answer) {
				t.Error("the same again gives another answer")
			}
		})
	}
}

// allocated is how many bytes one request takes from the heap, those that were
// given back by then included.
func allocated(in Input) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Suggest(in)
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// big is an input of pages of so many different words, and how many bytes of
// text it has.
func big(pages, words int) (in Input, size int) {
	text := func(seed int) pagetext.Text {
		var b strings.Builder
		for i := range words {
			fmt.Fprintf(&b, "word%dx ", (i*i+seed*7919)%(words*pages))
		}
		size += b.Len()
		return pagetext.Text{Blocks: []pagetext.Block{{Text: b.String()}}}
	}
	in.Page = Page{ID: "page", Title: "A page", Body: text(0)}
	for i := range pages {
		in.Neighbours = append(in.Neighbours, Neighbour{Page: Page{ID: fmt.Sprint(i), Body: text(i + 1), Labels: []string{fmt.Sprint("label-", i%20)}}})
	}
	return in, size
}

// Not in parallel with other tests: their memory would be counted too.
func TestMemoryIsAFewTimesWhatIsRead(t *testing.T) {
	const most = 70 // bytes for each byte of text; all words being different is the worst case
	for _, shape := range []struct {
		name                        string
		pages, words, pages2, word2 int
	}{
		{"with more neighbours", 20, 300, 80, 300},
		{"with longer pages", 10, 400, 10, 4000},
	} {
		t.Run(shape.name, func(t *testing.T) {
			small, smallSize := big(shape.pages, shape.words)
			large, largeSize := big(shape.pages2, shape.word2)
			Suggest(small) // what is made once is not of this request
			little, much := allocated(small), allocated(large)
			t.Logf("%d bytes for %d, %d for %d", little, smallSize, much, largeSize)
			if much > most*largeSize {
				t.Errorf("%d bytes of text take %d bytes, more than %d times as many", largeSize, much, most)
			}
			if growth, grown := float64(much)/float64(little), float64(largeSize)/float64(smallSize); growth > 1.5*grown {
				t.Errorf("%.1f times the text takes %.1f times the memory", grown, growth)
			}
		})
	}
}
