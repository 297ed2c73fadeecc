package words

import (
	"strings"
	"unicode"
)

// Parts takes a word apart where its capitals and digits say that it is made of
// several, and returns them in lower case: userResearch is user and research,
// HTTPServer is http and server, iPhone14 is iphone and 14. A letter or digit
// that stands alone stays with what it touches: v2, 18F, OAuth and iPhone are
// whole. A word that is not made of several is returned as the only part.
func Parts(word string) []string {
	type piece struct {
		text    string
		letters int
		digits  bool
	}
	var pieces []piece
	runes := []rune(word)
	for from := 0; from < len(runes); {
		to := from + 1
		if !isPart(runes[from]) {
			from = to
			continue
		}
		digits := unicode.IsDigit(runes[from])
		for to < len(runes) && isPart(runes[to]) && unicode.IsDigit(runes[to]) == digits && !seam(runes, to) {
			to++
		}
		pieces = append(pieces, piece{text: strings.ToLower(string(runes[from:to])), letters: to - from, digits: digits})
		from = to
	}

	var parts []string
	alone := false // the last part is one letter or digit
	wasDigits := false
	for _, p := range pieces {
		if len(parts) > 0 && (alone || p.letters == 1 && (p.digits || wasDigits)) {
			parts[len(parts)-1] += p.text
			alone, wasDigits = false, p.digits
			continue
		}
		parts = append(parts, p.text)
		alone, wasDigits = p.letters == 1, p.digits
	}
	return parts
}

func isPart(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || isMark(c) }

// seam says whether a new part begins at runes[at]: at a capital after a small
// letter, and at the last of several capitals if a small letter follows, unless
// that is the s of a plural, as in APIs.
func seam(runes []rune, at int) bool {
	if !unicode.IsUpper(runes[at]) {
		return false
	}
	if !unicode.IsUpper(runes[at-1]) {
		return true
	}
	if at+1 >= len(runes) || !unicode.IsLower(runes[at+1]) {
		return false
	}
	plural := runes[at+1] == 's' && (at+2 == len(runes) || unicode.IsUpper(runes[at+2]))
	return !plural
}
