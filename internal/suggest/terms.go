package suggest

import (
	"cmp"
	"strings"

	"labelup/internal/order"
	"labelup/internal/words"
)

// Terms is what a page is about: its words and pairs of words by their stems,
// with how often it has them, and nothing of their order. Reading a text once
// and its terms from then on makes suggestions for many pages of a space ten
// times as fast.
type Terms struct {
	terms []keyed
	words int
}

// keyed is a term that is not numbered yet.
type keyed struct {
	key    uint64
	weight float32
}

// ReadTerms reads a page's title and text. A page with too little text to tell
// its language is taken to be in other.
func ReadTerms(p Page, other words.Language) *Terms {
	r := newReading()
	read := r.neighbour(&p, languageOf(&p, other))
	t := &Terms{words: read.words, terms: make([]keyed, len(read.terms))}
	for i, term := range read.terms {
		t.terms[i] = keyed{r.numbers.keys[term.id], term.weight}
	}
	return t
}

// mostCountedWords is how many words of a neighbour's Counts are read, those it
// has most often.
const mostCountedWords = 600

// mostCounted is the most that a word counts.
const mostCounted = 10_000

// counted reads words that somebody counted. The title is given as it is.
func (r *reading) counted(title string, counts map[string]int) text {
	if r.read >= mostRead {
		r.leftOut, counts = true, nil
	}
	type counted struct {
		word  string
		count int
	}
	all := make([]counted, 0, len(counts))
	for word, count := range counts {
		all = append(all, counted{word, count})
	}
	order.By(all, func(a, b *counted) int {
		if a.count != b.count { // comparing words costs more
			return cmp.Compare(b.count, a.count)
		}
		return cmp.Compare(a.word, b.word)
	})
	if len(all) > mostCountedWords {
		all, r.leftOut = all[:mostCountedWords], true
	}
	var sample strings.Builder
	sample.WriteString(title)
	for _, c := range all[:min(len(all), 200)] {
		sample.WriteString(" " + c.word)
	}
	language := words.Detect(sample.String())
	r.begin(len(all))
	r.readNear(title, language)
	for _, w := range r.scratch {
		if meaningful(w) {
			r.add(r.singleTerm(w.ID).number, titleWeight)
		}
	}
	total := 0
	for _, c := range all {
		count := min(c.count, mostCounted)
		if count <= 0 {
			break
		}
		if r.read >= mostRead {
			r.leftOut = true
			break
		}
		r.readNear(c.word, language)
		r.read++ // a text of one word costs as much as two words
		total += count
		switch read := r.scratch; {
		case len(read) == 1 && meaningful(read[0]):
			r.add(r.singleTerm(read[0].ID).number, float64(count))
		case len(read) == 2 && meaningful(read[0]) && meaningful(read[1]):
			if pair, ok := r.pairTerm(read[0].ID, read[1].ID); ok {
				r.add(pair, float64(count))
			}
		}
	}
	r.text.words = total
	return r.all()
}

// stemKey is FNV-1a over a stem. Two stems with the same key are one in a
// thousand million million, and cost no more than a wrong match of two words.
func stemKey(stem string) uint64 {
	key := uint64(14695981039346656037)
	for i := range len(stem) {
		key = (key ^ uint64(stem[i])) * 1099511628211
	}
	return key
}

func pairKey(first, second uint64) uint64 {
	key := first*0x9e3779b97f4a7c15 ^ second
	return (key ^ key>>32) * 0xd6e8feb86659fd93
}
