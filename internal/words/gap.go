package words

import (
	"unicode"
	"unicode/utf8"
)

// gap is what stands between two words.
type gap struct {
	brk        bool // no phrase reaches over it
	sentence   bool // a sentence begins after it
	joined     bool // the words are written together
	apostrophe bool // it is an apostrophe
	remnant    bool // the word after it is only an ending: label(s), Nutzer:innen
	doubtful   bool // it begins with the dot of an abbreviation, which may also end the sentence
}

func (g gap) flags() (f Flags) {
	if g.brk {
		f |= Break
	}
	if g.joined {
		f |= Joined
	}
	return f
}

// previous is what a gap needs to know of the word before it.
type previous struct {
	abbreviation uint8
	s            bool // it ends in a letter after which an apostrophe says whose
	dotted       bool // it is an abbreviation with its dots
	sentence     bool // it begins a sentence or a part of one
	remnant      bool // it is an ending, perhaps in brackets
}

// What a dot after a word means.
const (
	ends         = iota // the end of a sentence
	title               // nothing: Dr. Miller
	beforeNumber        // nothing if a number follows: No. 5
	initial             // nothing: J. Miller
	ordinal             // nothing, in languages that write the third as 3.
)

// readGap reads what stands between two words, text[from:to].
func readGap(text string, from, to int, before previous, language Language) (g gap) {
	if from == to {
		return gap{joined: true}
	}
	between := text[from:to]
	if language == German && isGenderSign(between) && isFeminine(text[to:]) || between == "(" && isEnding(text[to:]) {
		return gap{joined: true, remnant: true}
	}
	if c, size := utf8.DecodeRuneInString(between); size == len(between) && isJoiner(c) {
		return gap{joined: true, apostrophe: isApostrophe(c)}
	}
	g.doubtful = before.dotted
	lines, last := 0, rune(0)
	for at := from; at < to; {
		c, size := utf8.DecodeRuneInString(text[at:])
		touchesBefore, touchesAfter := at == from, at+size == to
		at += size
		switch {
		case c == '\n':
			if lines++; lines > 1 {
				g.brk, g.sentence = true, true
			}
		case c == '\u2028', c == '\u2029', c == '\f', c == '\v':
			g.brk, g.sentence = true, true
		case unicode.IsSpace(c), c == '\u200b':
		case c == '.':
			switch {
			case touchesAfter && unicode.IsSpace(last): // .NET
			case touchesBefore && dotMeansNothing(before, text[at:to], text[to:], language):
				g.doubtful = true
			default:
				g.brk, g.sentence = true, true
			}
		case isSentenceEnd(c):
			g.brk, g.sentence = true, true
		case isApostrophe(c):
			if !touchesBefore || !before.s || touchesAfter {
				g.brk = true
			}
		case isHyphen(c), c == '/':
			// pre- and post-release, -v; but not "a - b" or "a -- b"
			if !touchesBefore && !touchesAfter || isHyphen(last) {
				g.brk = true
			}
		case c == ')' && touchesBefore && before.remnant:
		case c == '&', c == '%', c == '®', c == '™', c == '℠', c == '°', ignorable(c), unicode.IsMark(c), unicode.IsNumber(c), unicode.Is(unicode.Sc, c):
		default:
			g.brk = true
		}
		last = c
	}
	return g
}

// dotMeansNothing says whether a dot after this word, before this rest of the gap
// and this text, ends no sentence.
func dotMeansNothing(before previous, rest, after string, language Language) bool {
	for _, c := range rest {
		if c == '\n' || !unicode.IsSpace(c) {
			return false
		}
	}
	switch before.abbreviation {
	case title, initial:
		return true
	case beforeNumber:
		return isDigit(after)
	case ordinal: // a number that begins a part of a text counts the items of a list
		return (language == German || language == Swedish) && !before.sentence
	}
	return false
}

// isJoiner says whether a character that alone stands between two words joins
// them.
func isJoiner(c rune) bool {
	switch c {
	case '/', '.', '&', '+', '\u2013', '\u2212', '\u00b7', '\u2027', '\u30fb', '\uff65':
		return true
	}
	return isHyphen(c) || isApostrophe(c)
}

func isSentenceEnd(c rune) bool {
	switch c {
	case '!', '?', ':', '…', '。', '！', '？', '：', '｡', '؟', '۔', '।', '‼', '⁇':
		return true
	}
	return false
}

// isGenderSign says whether German may write this before the feminine ending.
func isGenderSign(between string) bool {
	switch between {
	case ":", "*", "_", "/", "/-", "(", "·":
		return true
	}
	return false
}

// isFeminine says whether a text begins with a feminine ending of German.
func isFeminine(text string) bool {
	for _, ending := range []string{"innen", "in"} {
		if len(text) >= len(ending) && text[:len(ending)] == ending && !startsWord(text[len(ending):]) {
			return true
		}
	}
	return false
}

// isEnding says whether a text begins with one or two letters and a closing
// bracket.
func isEnding(text string) bool {
	for at, c := range text {
		if c == ')' {
			return at > 0
		}
		if at > 1 || !unicode.IsLower(c) {
			return false
		}
	}
	return false
}
