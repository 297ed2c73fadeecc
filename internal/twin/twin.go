// Package twin says which names are most likely two spellings of one label:
// release-note and release-notes, café and cafe, ci/cd and ci-cd, roadmpa and
// roadmap. It compares names, counts, and what the caller found in the texts of
// pages; it must not know what a page is, nor change a label. It is pure.
//
// Source: pairs of real labels that were read one by one, see
// docs/suggestions.md. static/src/twin.ts has the same rule; both are tested
// with testdata/pairs.jsonl.
package twin

import (
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"

	"labelup/internal/words"
)

// Verdict says how likely two names are one label.
type Verdict int

const (
	No      Verdict = iota // two labels
	Perhaps                // one may be the other with an error in it, or its initials that are a word as well
	Sure                   // two spellings of one label
)

// Compare judges two names that are not equal by how they are written alone.
func Compare(a, b *Form) Verdict {
	switch {
	case a.Key == b.Key || slices.Contains(b.others, a.Key) || slices.Contains(a.others, b.Key):
		return Sure
	case misspelt(a.parts, b.parts) || slices.Contains(a.words, b.Key) || slices.Contains(b.words, a.Key):
		return Perhaps
	default:
		return No
	}
}

// Lengths of a word, in letters, in which one or two of them may be wrong.
const (
	shortestWithOne = 5
	shortestWithTwo = 10
	longestWord     = 40 // what is longer is compared for being equal only
)

// misspelt says whether two names are the same but for an error in one word:
// the same first letter and the same last, one letter more, less, other, or two
// neighbours swapped, at the end too; in a long word this twice, not side by side.
func misspelt(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	at := -1
	for i := range a {
		if a[i] != b[i] {
			if at >= 0 {
				return false
			}
			at = i
		}
	}
	return at >= 0 && misspeltWord(a[at], b[at])
}

func misspeltWord(a, b string) bool {
	x, y := []rune(a), []rune(b)
	least := min(len(x), len(y))
	if least < shortestWithOne || max(len(x), len(y)) > longestWord || x[0] != y[0] {
		return false
	}
	sameEnd := x[len(x)-1] == y[len(y)-1]
	start := 0
	for start < least && x[start] == y[start] {
		start++
	}
	end := 0
	for end < least-start && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	x, y = x[start:len(x)-end], y[start:len(y)-end]
	swapped := len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
	if !sameEnd && !swapped { // another ending makes another word
		return false
	}
	for _, part := range [][]rune{x, y} {
		if slices.ContainsFunc(part, func(c rune) bool { return !isAlphabetic(c) }) {
			return false
		}
	}
	most := 1
	if least >= shortestWithTwo && max(len(x), len(y)) > 2 { // two side by side are another word: onboarding, offboarding
		most = 2
	}
	return distance(x, y, most) <= most
}

// distance is how many letters are more, less, other or swapped with their
// neighbour; above most it may be anything above.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Alike is a quick look before two names are made ready: false if they cannot be
// Sure, but for initials of a name that begins with a little word. It does not
// see a misspelling in the first two letters.
func Alike(a, b string) bool {
	x, y := Begin(a), Begin(b)
	if x == 0 || y == 0 {
		return true
	}
	if x != y {
		return false
	}
	return !isLetter(a[1]) || !isLetter(b[1]) || a[1]|0x20 == b[1]|0x20 && mayGoOnAlike(a, b) && haveTheSameLetters(a, b) || mayBeInitials(a, b) || mayBeInitials(b, a)
}

// Begin is the letter with which all names begin that are Alike, and 0 if they may
// begin with any.
func Begin(name string) rune {
	if len(name) < 2 || isThe(name) {
		return 0
	}
	if isLetter(name[0]) {
		return rune(name[0] | 0x20)
	}
	c, size := utf8.DecodeRuneInString(name)
	next, _ := utf8.DecodeRuneInString(name[size:])
	switch {
	case unicode.IsMark(next): // it may make another letter of this one
		return 0
	case c >= 'ぁ' && c <= 'ヺ' && (c < 'ァ' || c > 'ォ'), c >= 0x4e00 && c <= 0x9fff: // kana but what shortened changes, ideographs
	case c < utf8.RuneSelf, c > lastCyrillic:
		return 0
	}
	if c, _ = utf8.DecodeRuneInString(words.Plain(name[:size])); !unicode.IsLetter(c) {
		return 0
	}
	return c
}

// lastCyrillic is the end of the alphabets of Europe. Behind it are scripts in which
// letters change each other.
const lastCyrillic = 0x52f

// mayGoOnAlike looks at the third letter of two names that begin with the same two.
// In a word of so many letters no plural changes it but those of leao and person, nor
// does a spelling, and one error leaves the next letter where it was or beside that.
func mayGoOnAlike(a, b string) bool {
	const long = 4
	x, y := lettersAtStart(a), lettersAtStart(b)
	if min(x, y) < long || min(x, y) >= shortestWithTwo {
		return true
	}
	third, other := a[2]|0x20, b[2]|0x20
	return third == 'o' && other == 'r' || third == 'r' && other == 'o' || third == other || min(third, other) == 'a' && max(third, other) == 'o' || a[3]|0x20 == b[3]|0x20 || third == b[3]|0x20 || a[3]|0x20 == other
}

// lettersAtStart is with how many letters of ASCII a name begins, as far as it matters.
func lettersAtStart(name string) int {
	n := 0
	for n < min(len(name), shortestWithTwo) && isLetter(name[n]) {
		n++
	}
	return n
}

// haveTheSameLetters reports whether two names in ASCII are made of the same letters
// but for a few: a word in the plural, an "and" that is dropped and two errors change
// no more.
func haveTheSameLetters(a, b string) bool {
	const few = 6
	x, y := lettersOf(a), lettersOf(b)
	return x == others || y == others || bits.OnesCount32(x^y) <= few
}

// others stands for letters beyond ASCII.
const others = 1 << 31

// lettersOf is a bit for each letter that a name has, or others.
func lettersOf(name string) uint32 {
	has := uint32(0)
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			return others
		case isLetter(c):
			has |= 1 << (c | 0x20 - 'a')
		}
	}
	return has
}

const longestInitials = 6

// mayBeInitials reports whether a name may be the initials of another: of one that
// has several words.
func mayBeInitials(name, of string) bool {
	if len(name) > longestInitials {
		return false
	}
	others := 0
	for i := range len(of) {
		if !isLetter(of[i]) {
			others++
		}
	}
	return others >= leastInitials-1
}

func isThe(name string) bool { return len(name) > 3 && name[:3] == "the" && !isLetter(name[3]) }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
