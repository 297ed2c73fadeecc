package suggest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// different is a text of so many words that no other text has.
func different(mark string, count int) pagetext.Text {
	var b strings.Builder
	for n := range count {
		fmt.Fprintf(&b, "%sx%xz ", mark, n)
	}
	return pagetext.Text{Blocks: []pagetext.Block{{Text: b.String()}}}
}

func TestAUsualRequestReachesNoBound(t *testing.T) {
	t.Parallel()
	w := newWriter()
	in := Input{Page: w.page(0, 5000), Neighbours: neighbours(w, 200, 1000)}
	for _, name := range w.inUse(5000) {
		in.Vocabulary = append(in.Vocabulary, Term{Label: name, Synonyms: []string{name + " again"}})
	}
	s, _, _, _ := understand(&in)
	t.Logf("%d of %d words read, %d of %d different, %d of %d pairs", s.read, mostRead, s.reader.Len(), mostDifferent, s.pairs, mostPairs)
	if s.read > mostRead/2 || s.reader.Len() > mostDifferent/2 || s.pairs > mostPairs/2 {
		t.Error("that is more than half of a bound")
	}
	if Suggest(in).Truncated {
		t.Error("something was left out")
	}
}

func TestWhatIsBeyondABoundIsLeftOutAndTheAnswerSaysSo(t *testing.T) {
	t.Parallel()
	many := func(count int, change func(n int, near *Neighbour)) []Neighbour {
		all := make([]Neighbour, count)
		for n := range all {
			all[n] = Neighbour{Page: Page{ID: fmt.Sprint(n), Labels: []string{"other"}}}
			change(n, &all[n])
		}
		return all
	}
	last := func(in *Input) *Neighbour { return &in.Neighbours[len(in.Neighbours)-1] }
	for _, test := range []struct {
		name   string
		in     func() Input
		atMost func(*space) (have, most int)
	}{
		{"different words", func() Input {
			return Input{Page: garden(), Neighbours: many(20, func(n int, near *Neighbour) { near.Body = different(fmt.Sprint("q", n), 5000) })}
		}, func(s *space) (int, int) { return s.reader.Len(), mostDifferent + 3000 }},
		{"words", func() Input {
			text := pagetext.Text{Blocks: []pagetext.Block{{Text: strings.Repeat("word ", 10_000)}}}
			return Input{Page: garden(), Neighbours: many(60, func(_ int, near *Neighbour) { near.Body = text })}
		}, func(s *space) (int, int) { return s.read, mostRead + 10_000 + 200 }},
		{"pairs of words", func() Input {
			return Input{Page: garden(), Neighbours: many(40, func(n int, near *Neighbour) {
				var b strings.Builder
				for i := range 5000 {
					fmt.Fprintf(&b, "word%d ", (i*i+n*7919)%9973)
				}
				near.Body = pagetext.Text{Blocks: []pagetext.Block{{Text: b.String()}}}
			})}
		}, func(s *space) (int, int) { return s.pairs, mostPairs }},
		{"words that were counted", func() Input {
			return Input{Page: garden(), Neighbours: many(1, func(_ int, near *Neighbour) {
				near.Counts = map[string]int{}
				for i := range mostCountedWords + 1 {
					near.Counts[fmt.Sprint("word", i)] = 1
				}
			})}
		}, func(s *space) (int, int) { return len(s.texts[0].terms), mostCountedWords }},
		{"labels of a neighbour", func() Input {
			return Input{Page: garden(), Neighbours: many(1, func(_ int, near *Neighbour) {
				for i := range 2 * mostLabelsOfPage {
					near.Labels = append(near.Labels, fmt.Sprint("other-", i))
				}
			})}
		}, func(s *space) (int, int) { return len(s.labelsOf[0]), mostLabelsOfPage }},
		{"labels", func() Input {
			in := Input{Page: garden(), Neighbours: many(1, func(int, *Neighbour) {})}
			for i := range 2 * mostLabels {
				in.InUse = append(in.InUse, Count{fmt.Sprint("other-", i), 1})
			}
			in.InUse = append(in.InUse, Count{"gardening", 5})
			return in
		}, func(s *space) (int, int) { return len(s.judged()), mostLabels }},
		{"words of names", func() Input {
			in := Input{Page: garden(), Neighbours: many(1, func(int, *Neighbour) {})}
			for i := range 2 * mostDifferentInNames {
				in.Vocabulary = append(in.Vocabulary, Term{Label: fmt.Sprint("gardening-", i%2500), Synonyms: []string{fmt.Sprint("q", i, "x gardening")}})
			}
			return in
		}, func(s *space) (int, int) { return s.reader.Len(), 2*mostDifferentInNames + 3000 }},
		{"words of a name", func() Input {
			return Input{Page: garden(), Vocabulary: listed(strings.Repeat("hedge-", mostWordsOfName+1))}
		}, func(*space) (int, int) { return 0, 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := test.in()
			onGarden := garden()
			onGarden.ID, onGarden.Labels = "like", []string{"gardening"}
			in.Neighbours = append(in.Neighbours, Neighbour{Page: onGarden})
			s, x, likeness, _ := understand(&in)
			s.candidates(x, &likeness)
			if have, most := test.atMost(s); have > most {
				t.Errorf("%d, the bound is %d", have, most)
			}
			answer := Suggest(in)
			if !answer.Truncated {
				t.Error("the answer does not say that something was left out")
			}
			// The words of the page are known even so, in the last neighbour too.
			if last(&in).ID == "like" && test.name != "words" && !slices.Contains(labelsOf(answer), "gardening") {
				t.Errorf("the label of a page that is the same is not among %q", labelsOf(answer))
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
}

// What is left of a bound after a page is not all that the next page gets.
func TestAPageIsReadInFullWhateverTheOneBeforeTook(t *testing.T) {
	t.Parallel()
	const labels, synonyms = 1500, 11
	around := Input{Vocabulary: listed("brandschutz"), OnlyListed: true}
	for i := range labels {
		term := Term{Label: fmt.Sprint("label", i)}
		for j := range synonyms {
			term.Synonyms = append(term.Synonyms, fmt.Sprintf("q%dx%dz", i, j))
		}
		around.Vocabulary = append(around.Vocabulary, term)
	}
	page := Page{Title: "Brandschutz im Lager", Body: markdown("Der Brandschutz ist für alle da, und der Brandschutz im Lager ist nicht neu. " +
		"Die Türen sind immer frei, damit jeder in einer Minute auf der Straße ist. Wer eine Flamme sieht, der ruft und läuft, und dann kommt die Feuerwehr. " +
		"Einmal im Jahr üben wir das mit allen, die hier arbeiten, und auch mit denen, die nur zu Besuch sind.")}
	space := Learn(around)
	first := space.Suggest(Input{Page: page})
	if !slices.Contains(labelsOf(first), "brandschutz") {
		t.Fatalf("suggested %+v", first)
	}
	if diff := cmp.Diff(first, space.Suggest(Input{Page: page})); diff != "" {
		t.Errorf("asked again (-first +again):\n%s", diff)
	}
}

func TestANameOfWhichAWordIsBeyondTheBoundIsNotFoundByItsOtherWords(t *testing.T) {
	t.Parallel()
	s := newSpace(&Input{}, words.English)
	s.reader.Read("hedge", words.English, nil)
	s.reader.Limit(0)
	if got := s.spellOne(nil, "hedge-quokka", words.English, false); len(got) != 1 || len(got[0].stems) != 0 || !s.leftOut {
		t.Errorf("it is spelled %+v", got)
	}
	if got := s.spellOne(nil, "hedge", words.English, false); len(got) != 1 || len(got[0].stems) != 1 {
		t.Errorf("a name of known words is spelled %+v", got)
	}
}
