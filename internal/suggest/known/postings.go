package known

import (
	"slices"
	"strings"
	"unicode"
)

// postings are the pages that have a piece, in their order.
type postings map[string][]int

func (p postings) add(text string, page int) {
	for _, piece := range Pieces(text) {
		if pages := p[piece]; len(pages) == 0 || pages[len(pages)-1] != page {
			p[piece] = append(pages, page)
		}
	}
}

// with are the pages that have all pieces of a word.
func (p postings) with(word string) []int {
	var pages []int
	for i, piece := range Pieces(word) {
		if i == 0 {
			pages = slices.Clone(p[piece])
			continue
		}
		pages = slices.DeleteFunc(pages, func(page int) bool {
			_, has := slices.BinarySearch(p[piece], page)
			return !has
		})
	}
	return pages
}

// Pieces are the words of a text in lower case. Where a script puts no spaces
// between words, each two characters that follow each other are one, as search
// engines have it.
func Pieces(text string) []string {
	var all []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), isBetween) {
		start, previous := 0, 0 // of the run, of the character before
		within := false
		for at, r := range word {
			if at == 0 || unspaced(r) != within {
				if at > 0 && (!within || previous == start) {
					all = append(all, word[start:at])
				}
				start, previous, within = at, at, unspaced(r)
				continue
			}
			if within {
				all = append(all, word[previous:at+len(string(r))])
				previous = at
			}
		}
		if !within || previous == start {
			all = append(all, word[start:])
		}
	}
	return all
}

func isBetween(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }

func unspaced(r rune) bool {
	return r == 'ー' || r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
