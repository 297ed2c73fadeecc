package suggest

import (
	"math"
	"strings"

	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// A name that most pages with it do not go by says little: in a space about 18F
// every page has the word, and few the label. The bounds were chosen with all four
// collections of docs/suggestions.md in view.
const (
	trustedShare  = 0.2 // pages with the label for each page with the name, that make the name count in full
	fewestForName = 5   // pages with the name, below which nothing can be said
)

// trustOfName is what the name on a page counts of a label that so many pages have,
// from 0 to 1.
func (s *Space) trustOfName(l *labelled, pages int) float64 {
	if pages == 0 {
		return 1
	}
	with, ok := s.pagesWithName(l)
	if !ok || with < fewestForName {
		return 1
	}
	return math.Min(1, (float64(pages)+1)/(float64(with)+1)/trustedShare)
}

// pagesWithName is how many neighbours have a name of one word that means
// something, or of two such; false if the name is not of that kind.
func (s *Space) pagesWithName(l *labelled) (int, bool) {
	own := &l.names[0]
	var telling []words.ID
	for i, id := range own.stems {
		if !own.stops[i] {
			telling = append(telling, id)
		}
	}
	var number uint32
	var ok bool
	switch {
	case len(telling) == 1:
		number, ok = s.knownTerm(telling[0])
	case len(telling) == 2 && len(own.stems) == 2:
		number, ok = s.knownPair(telling[0], telling[1])
	}
	if !ok || int(number) >= len(s.pagesWith) {
		return 0, false
	}
	return int(s.pagesWith[number]), true
}

// names reports whether a word of the page is the name of a label of one word: no
// part of an address, an identifier or a date, and if the name is also a word that
// says nothing (r, me, go, mars), written as a name.
func (x *pageIndex) names(at int32, p *spelling) bool {
	w, part := x.word(at), &x.parts[x.places[at].part]
	switch {
	case w.Flags&words.Opaque != 0:
		written := part.text[w.Start:w.End]
		return p.folded != "" && written != strings.ToLower(written) // userResearch is how programs write user-research
	case p.folded != "", !words.IsCommon(strings.ToLower(p.text)):
		return true
	}
	start, end := int(w.Start), int(w.End)
	if end-start == 1 { // R, but not of R&D, R. Miller or r
		joined := w.Flags&words.Joined != 0 || end < len(part.text) && strings.IndexByte(".&/-'", part.text[end]) >= 0
		return !joined && part.text[start] >= 'A' && part.text[start] <= 'Z'
	}
	switch part.kind {
	case pagetext.Title, pagetext.Heading, pagetext.Subheading: // there any word may have a capital
		return w.Flags&words.Stop == 0
	}
	return w.Flags&(words.Capital|words.Acronym) != 0
}
