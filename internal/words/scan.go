package words

import (
	"unicode"
	"unicode/utf8"
)

// written says how a word is written, beyond its letters.
type written struct {
	upper, letters int  // how many of its characters are upper case, how many letters
	plural         bool // it ends in a small s
	dotted         bool // it is an abbreviation with its dots, such as U.S.
}

// nextWord returns where the next word begins at or after start: the length of
// the text if nowhere.
func nextWord(text string, start int) int {
	for start < len(text) {
		if c := text[start]; c < utf8.RuneSelf {
			if lowerASCII[c] != 0 {
				return start
			}
			start++
			continue
		}
		c, size := utf8.DecodeRuneInString(text[start:])
		if begins(c) {
			return start
		}
		start += size
	}
	return len(text)
}

// scan reads the word at start into r.lower and returns where it ends. Most
// words are letters of ASCII and then a space: anything else is for scanAny.
func (r *Reader) scan(text string, start int, language Language) (int, written) {
	lower := r.lower[:0]
	upper, at := 0, start
	for ; at < len(text); at++ {
		c := lowerASCII[text[at]]
		if c == 0 {
			break
		}
		if c != text[at] {
			upper++
		}
		lower = append(lower, c)
	}
	r.lower = lower
	if at < len(text) && text[at] != ' ' && mayGoOn(text, start, at) {
		return r.scanAny(text, start, language)
	}
	how := written{upper: upper}
	if upper > 1 {
		for _, c := range lower {
			if c > '9' {
				how.letters++
			}
		}
		how.plural = text[at-1] == 's'
	}
	return at, how
}

// mayGoOn says whether the word text[start:at] might go on beyond what is
// written in ASCII letters and digits.
func mayGoOn(text string, start, at int) bool {
	if text[at] >= utf8.RuneSelf {
		return true
	}
	if at+1 == len(text) {
		return at-start == 1 && (text[at] == '#')
	}
	next := text[at+1]
	wordlike := next >= utf8.RuneSelf || lowerASCII[next] != 0
	switch text[at] {
	case '.':
		return wordlike || next == ' ' && at-start == 1
	case ',', '\'':
		return wordlike
	case '+', '#', '-', '_':
		return at-start == 1
	}
	return false
}

// scanAny reads the word at start into r.lower, whatever it is made of.
func (r *Reader) scanAny(text string, start int, language Language) (end int, how written) {
	r.lower = r.lower[:0]
	last := rune(0)
	for at := start; at < len(text); {
		c, size := utf8.DecodeRuneInString(text[at:])
		folded := fold(c)
		if folded != 0 && scriptOf(c) == spaced {
			if folded != c && isUpperRune(c) {
				how.upper++
			}
			if !unicode.IsDigit(c) && !unicode.IsMark(c) {
				how.letters++
			}
			how.plural = c == 's'
			r.lower = utf8.AppendRune(r.lower, folded)
			at += size
			last, end = c, at
			continue
		}
		if ignorable(c) {
			at += size
			continue
		}
		if at != end || folded != 0 { // after something invisible, or where the script changes
			break
		}
		next, nextSize := utf8.DecodeRuneInString(text[at+size:])
		after := at + size + nextSize
		switch {
		case (c == '.' || c == ',') && unicode.IsDigit(last) && unicode.IsDigit(next):
			r.lower = utf8.AppendRune(r.lower, c)
			at += size
			continue
		case isApostrophe(c) && (next == 't' || next == 'T') && (last == 'n' || last == 'N') && !startsWord(text[after:]):
			at += size
			continue
		case c != '.' && isQuote(c) && insideWord(last, next):
			at += size
			continue
		case isHyphen(c) && string(r.lower) == "e" && startsWords(text[at+size:], 3) && !touchesHyphen(text, start):
			at += size
			continue
		case c == '.' && at-start == utf8.RuneLen(last):
			if stop, more := r.scanDotted(text, start, language); stop > at {
				more.dotted = text[stop-1] == '.'
				return stop, more
			}
		case c == '+' && at-start == 1 && next == '+' || c == '#' && at-start == 1 && !startsWord(text[at+size:]):
			if sign := text[at : at+1]; isSigned(r.lower[0], sign) {
				if sign == "+" {
					sign = "++"
				}
				r.lower = append(r.lower, sign...)
				return at + len(sign), how
			}
		}
		break
	}
	return end, how
}

// scanDotted reads an abbreviation of single letters with a dot after each: U.S.,
// e.g., a.k.a, and in German also z. B. It returns 0 if there is none.
func (r *Reader) scanDotted(text string, start int, language Language) (end int, how written) {
	r.lower = r.lower[:0]
	at, letters, spaces := start, 0, 0
	for at < len(text) {
		c, size := utf8.DecodeRuneInString(text[at:])
		if folded := fold(c); unicode.IsLetter(c) && scriptOf(c) == spaced && !startsWord(text[at+size:]) {
			if letters > 0 {
				r.lower = append(r.lower, '.')
			}
			r.lower = utf8.AppendRune(r.lower, folded)
			letters++
			if isUpperRune(c) {
				how.upper++
			}
			at += size
			end = at
		} else {
			break
		}
		if at == len(text) || text[at] != '.' {
			break
		}
		if !startsWord(text[at+1:]) {
			end = at + 1
		}
		at++
		if space := spaceSize(text[at:]); language == German && how.upper < letters && spaces == letters-1 && space > 0 && isAbbreviated(text[at+space:]) {
			spaces++
			at += space
		}
	}
	if letters < 2 {
		// Put back what scanAny had read: one letter.
		c, _ := utf8.DecodeRuneInString(text[start:])
		r.lower = utf8.AppendRune(r.lower[:0], fold(c))
		return 0, written{}
	}
	how.letters = letters
	return end, how
}

// isAbbreviated says whether a text begins with one letter and a dot.
func isAbbreviated(text string) bool {
	c, size := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(c) && len(text) > size && text[size] == '.' && !startsWord(text[size+1:])
}

func spaceSize(text string) int {
	if c, size := utf8.DecodeRuneInString(text); c == ' ' || c == '\u00a0' || c == '\u202f' {
		return size
	}
	return 0
}

// isSigned says whether a letter and a sign are a programming language.
func isSigned(letter byte, sign string) bool {
	if sign == "+" {
		return letter == 'c' || letter == 'g' || letter == 'x'
	}
	return letter == 'c' || letter == 'f' || letter == 'j' || letter == 'q'
}

// insideWord says whether a quote between two letters is part of the word: the
// gershayim of Hebrew, the apostrophe of Ukrainian.
func insideWord(before, after rune) bool {
	return isHebrew(before) && isHebrew(after) || isCyrillic(before) && isCyrillic(after)
}

func isHebrew(c rune) bool   { return c >= 0x05d0 && c <= 0x05ea }
func isCyrillic(c rune) bool { return c >= 0x0400 && c <= 0x052f }

func isQuote(c rune) bool { return isApostrophe(c) || c == '"' || c == '\u05f3' || c == '\u05f4' }

func isApostrophe(c rune) bool { return c == '\'' || c == '\u2019' || c == '\u02bc' || c == '\uff07' }

func isHyphen(c rune) bool { return c == '-' || c == '_' || c == '\u2010' || c == '\u2011' }

func touchesHyphen(text string, start int) bool {
	c, _ := utf8.DecodeLastRuneInString(text[:start])
	return isHyphen(c)
}

func startsWord(text string) bool { return startsWords(text, 1) }

// startsWords says whether a text begins with this many characters of words.
func startsWords(text string, count int) bool {
	for range count {
		c, size := utf8.DecodeRuneInString(text)
		if !begins(c) {
			return false
		}
		text = text[size:]
	}
	return true
}
