package suggest

import (
	"cmp"
	"maps"
	"slices"

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
	keys := make([]uint64, r.terms())
	for key, number := range r.numbers {
		keys[number] = key
	}
	for i, term := range read.terms {
		t.terms[i] = keyed{keys[term.id], term.weight}
	}
	return t
}

// MaxCountedWords is how many words CountedTerms reads, the most frequent first.
const MaxCountedWords = 600

// mostCounted is the most that a word counts.
const mostCounted = 10_000

// CountedTerms makes terms from words that somebody counted: all that is known
// of a page whose text is not at hand. Two words with a space between them are
// a pair. The title is given as it is.
func CountedTerms(title string, counts map[string]int) *Terms {
	all := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	all = all[:min(len(all), MaxCountedWords)]
	sample := title
	for _, word := range all[:min(len(all), 200)] {
		sample += " " + word
	}
	language := words.Detect(sample)
	t := &Terms{}
	reader := words.NewReader()
	var read []words.Word
	at := map[uint64]int{}
	add := func(key uint64, weight float32) {
		i, ok := at[key]
		if !ok {
			i = len(t.terms)
			at[key] = i
			t.terms = append(t.terms, keyed{key: key})
		}
		t.terms[i].weight += weight
	}
	read = reader.Read(title, language, read[:0])
	for _, w := range read {
		if meaningful(w) {
			add(stemKey(reader.Text(w.ID)), titleWeight)
		}
	}
	for _, word := range all {
		count := min(counts[word], mostCounted)
		if count <= 0 {
			break
		}
		read = reader.Read(word, language, read[:0])
		t.words += count
		switch {
		case len(read) == 1 && meaningful(read[0]):
			add(stemKey(reader.Text(read[0].ID)), float32(count))
		case len(read) == 2 && meaningful(read[0]) && meaningful(read[1]):
			add(pairKey(stemKey(reader.Text(read[0].ID)), stemKey(reader.Text(read[1].ID))), float32(count))
		}
	}
	return t
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
