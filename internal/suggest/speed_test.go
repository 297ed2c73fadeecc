package suggest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"

	"labelup/internal/costtest"
	"labelup/internal/pagetext"
)

// writer makes up English-looking text with the word frequencies of real text:
// the n-th most common word about 1/n as often as the first.
type writer struct {
	random *rand.Rand
	words  []string
}

func newWriter() *writer {
	w := &writer{random: rand.New(rand.NewPCG(1, 2))}
	w.words = strings.Fields("the of to and a in is for that we it on with as are be this by our from")
	const consonants, vowels = "bcdfghjklmnprstvw", "aeiou"
	endings := []string{"", "s", "ing", "ed", "er", "ation", "ment"}
	for len(w.words) < 12_000 {
		word := ""
		for range 2 + w.random.IntN(2) {
			word += string(consonants[w.random.IntN(len(consonants))]) + string(vowels[w.random.IntN(len(vowels))])
			if w.random.IntN(2) == 0 {
				word += string(consonants[w.random.IntN(len(consonants))])
			}
		}
		w.words = append(w.words, word+endings[w.random.IntN(len(endings))])
	}
	return w
}

func (w *writer) word() string {
	at := math.Exp(w.random.Float64()*math.Log(float64(len(w.words)))) - 1
	return w.words[int(at)]
}

func (w *writer) text(count int) pagetext.Text {
	var text pagetext.Text
	for count > 0 {
		n := min(count, 80)
		count -= n
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(w.word())
			if i%12 == 11 {
				b.WriteString(".")
			}
		}
		text.Blocks = append(text.Blocks, pagetext.Block{Text: b.String()})
	}
	return text
}

func (w *writer) page(id, count int) Page {
	return Page{ID: fmt.Sprint(id), Title: w.word() + " " + w.word() + " " + w.word(), Body: w.text(count)}
}

func (w *writer) labels(of []string) []string {
	return []string{of[w.random.IntN(len(of))], of[w.random.IntN(len(of))], of[w.random.IntN(len(of))]}
}

// inUse makes up labels of one and two words: 5,000 of them are made of
// some 3,000 words, most of which a page does not have.
func (w *writer) inUse(count int) []string {
	names := make([]string, 0, count)
	seen := map[string]bool{}
	word := func() string { return w.words[20+w.random.IntN(3000)*4%(len(w.words)-20)] }
	for len(names) < count {
		name := word()
		if len(names)%2 == 0 {
			name += "-" + word()
		}
		if seen[name] {
			name += "-" + word()
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// benchmark measures a task by the processor time it takes.
func benchmark(b *testing.B, task func()) {
	b.Helper()
	b.ReportAllocs()
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as labelup serve does
	before := costtest.ProcessorTime(b)
	for b.Loop() {
		task()
	}
	b.ReportMetric(float64((costtest.ProcessorTime(b)-before).Nanoseconds())/float64(b.N)/1e6, "cpu-ms/op")
}

// neighbours are so many pages of so many words with labels; 0 words leave titles.
func neighbours(w *writer, count, size int) []Neighbour {
	labels := w.inUse(max(120, count/10))
	all := make([]Neighbour, count)
	for i := range all {
		all[i].Page = w.page(i+1, size)
		all[i].Labels = w.labels(labels)
	}
	return all
}

// usual is a page of 1,000 words with 200 labelled pages as long.
func usual() Input {
	w := newWriter()
	return Input{Page: w.page(0, 1000), Neighbours: neighbours(w, 200, 1000)}
}

// asTerms has the neighbours read before.
func asTerms(in Input) Input {
	for i := range in.Neighbours {
		n := &in.Neighbours[i]
		n.Terms = ReadTerms(n.Page, in.language())
	}
	return in
}

// asCounts has the words of the neighbours counted by somebody else.
func asCounts(in Input) Input {
	for i := range in.Neighbours {
		n := &in.Neighbours[i]
		n.Counts = map[string]int{}
		for _, block := range n.Body.Blocks {
			for _, word := range strings.Fields(strings.ReplaceAll(block.Text, ".", "")) {
				n.Counts[word]++
			}
		}
		n.Body = pagetext.Text{}
	}
	return in
}

// certain is an input with what an earlier answer was certain of: nothing is fitted.
func certain(in Input) Input {
	in.Certainty = Suggest(in).Certainty
	return in
}

// The bar is 150 ms, the fit included.
func BenchmarkLearn(b *testing.B) {
	in := usual()
	benchmark(b, func() { Learn(in) })
}

// The bar is 10 ms for a page of a space that was learned.
func BenchmarkLearned(b *testing.B) {
	in := usual()
	space := Learn(in)
	benchmark(b, func() { space.Suggest(in) })
}

// All in one request: with the fit, and with that of an earlier answer.
func BenchmarkNeighbours(b *testing.B) {
	for _, test := range []struct {
		name string
		in   Input
	}{{"text", usual()}, {"terms", asTerms(usual())}, {"counts", asCounts(usual())}} {
		b.Run(test.name, func(b *testing.B) { benchmark(b, func() { Suggest(test.in) }) })
		in := certain(test.in)
		b.Run(test.name+" and certainty", func(b *testing.B) { benchmark(b, func() { Suggest(in) }) })
	}
}

// Titles are never fitted to.
func BenchmarkFirstAnswer(b *testing.B) {
	for _, count := range []int{200, 1_000} {
		b.Run(fmt.Sprintf("%d titles", count), func(b *testing.B) {
			w := newWriter()
			in := Input{Page: w.page(0, 1000), Neighbours: neighbours(w, count, 0)}
			benchmark(b, func() { Suggest(in) })
		})
	}
}

// The bar is 2 ms.
func BenchmarkVocabularyAlone(b *testing.B) {
	w := newWriter()
	in := Input{Page: w.page(0, 1000)}
	for _, name := range w.inUse(5000) {
		in.Vocabulary = append(in.Vocabulary, Term{Label: name})
	}
	benchmark(b, func() { Suggest(in) })
}

// A space by its labelled pages, known by title: the time for each should not grow.
func BenchmarkSpace(b *testing.B) {
	for _, count := range []int{100, 1_000, 10_000} {
		w := newWriter()
		in := Input{Page: w.page(0, 1000), Neighbours: neighbours(w, count, 0)}
		space := Learn(in)
		b.Run(fmt.Sprintf("%d titles, learn", count), func(b *testing.B) { benchmark(b, func() { Learn(in) }) })
		b.Run(fmt.Sprintf("%d titles, suggest", count), func(b *testing.B) { benchmark(b, func() { space.Suggest(in) }) })
	}
}

// The time for each word should not grow with the words.
func BenchmarkPage(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("%d words", size), func(b *testing.B) {
			w := newWriter()
			in := Input{Page: w.page(0, size), Neighbours: neighbours(w, 20, 300)}
			benchmark(b, func() { Suggest(in) })
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/word")
		})
	}
}
