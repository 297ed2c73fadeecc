// Package keyphrase finds the phrases of one page that say what it is about,
// from that page alone and without a trained model. It is pure. It must not know
// labels that exist, other pages, or how a label is spelled.
//
// A phrase is a run of words with nothing between them that bounds it:
// punctuation, a stop word, a number, and in English also a verb or adjective
// that could stand in any text. A run of five words or fewer that stands on its
// own somewhere is a candidate; how often and how early the page has it, how
// often it has the words of it, and how many they are gives its score. Short
// pages and long ones weigh this differently, because on a short page nothing
// is repeated: weights.go.
//
// Source: candidates after RAKE (Rose and others 2010); what is weighed after
// KEA (Witten and others 1999).
package keyphrase

import "labelup/internal/words"

// Part is a block of a page, read into words.
type Part struct {
	Weight float64 // how much its words count: a body paragraph is 1, a title about 4; a part of 0 or less is passed over
	Title  bool
	Text   string
	Words  []words.Word
}

// Phrase is a phrase of the page.
type Phrase struct {
	Text        string     // as it is most often written on the page, in lower case but for what is never lower case there; words joined by a space, or by the hyphen it is written with
	Stems       []words.ID // of its words, in order
	Score       float64    // above 0; comparable within one page only
	Occurrences []At       // where it is on the page, in order; at most 20
	Count       int        // how often
}

// At is a place on the page: part[Part].Text[Start:End].
type At struct {
	Part       int
	Start, End uint32
}

// Shape is what phrases should look like, learned from the labels of a space.
// The zero value means that nothing is known.
type Shape struct {
	OneWord float64 // share of labels that are one word, 0 to 1
	Labels  int     // how many labels it was learned from; below 5 OneWord is not believed
}

const maxOccurrences = 20

// Find returns at most limit phrases, the best first. The same input gives the
// same answer. Its cost is linear in the number of words.
//
// The words of the parts must come from this reader; those that are flagged
// words.Opaque bound phrases. Where no part is a title,
// the first line of the first one is taken for it if it looks like one.
func Find(reader *words.Reader, parts []Part, language words.Language, shape Shape, limit int) []Phrase {
	if limit <= 0 {
		return nil
	}
	p := newPage(reader, parts, language)
	p.chunk()
	return p.phrases(best(p.candidates(shape), limit))
}
