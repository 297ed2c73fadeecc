package words

import (
	"strings"
	"unicode/utf8"
)

// script is how a script is split into words.
type script uint8

const (
	spaced   script = iota // words have spaces between them, or another split is not known
	katakana               // a run is one loan word
	han                    // Han and Hiragana, which Japanese mixes in one word: by pairs
	hangul                 // Korean syllables: a run is a word and what is fastened to it
	clusters               // Thai, Lao, Khmer, Burmese: by threes, because a letter says less than an ideograph
)

func scriptOf(c rune) script {
	switch {
	case c < 0x0e00:
		return spaced
	case c < 0x0f00, c >= 0x1000 && c < 0x10a0, c >= 0x1780 && c < 0x1800:
		if c >= 0x0e00 && c < 0x0f00 && (c&0x7f >= 0x50 && c&0x7f <= 0x59) || c >= 0x1040 && c <= 0x1049 || c >= 0x17e0 && c <= 0x17e9 {
			return spaced // digits
		}
		return clusters
	case c >= 0x1100 && c < 0x1200, c >= 0x3131 && c < 0x318f, c >= 0xa960 && c < 0xa980, c >= 0xac00 && c < 0xd800, c >= 0xffa0 && c < 0xffdd:
		return hangul
	case c < 0x2e80:
		return spaced
	case c >= 0x30a1 && c <= 0x30ff, c >= 0x31f0 && c < 0x3200, c >= 0xff66 && c < 0xffa0:
		return katakana
	case c >= 0x2e80 && c < 0x2fe0, c == 0x3005, c == 0x3006, c == 0x3007, c >= 0x3041 && c < 0x30a0, c >= 0x3400 && c < 0x4dc0, c >= 0x4e00 && c < 0xa000, c >= 0xf900 && c < 0xfb00, c >= 0x20000 && c < 0x40000:
		return han
	}
	return spaced
}

func isHiragana(c rune) bool { return c >= 0x3041 && c < 0x30a0 }

// goesOn says whether a run of a script goes on with this character.
func (s script) goesOn(c rune) bool {
	if c == 'ー' || c == 'ｰ' { // lengthens a vowel of Hiragana as well as one of Katakana
		return s == katakana || s == han
	}
	return c != '・' && c != '･' && fold(c) != 0 && (scriptOf(c) == s || isMark(c))
}

// completes says whether a character is part of the one before it: a mark, a
// vowel or final consonant of a Korean syllable that is written in its parts, a
// vowel or sign of Thai or Lao that stands after its consonant, the consonant
// after a vowel that is written before it, and a consonant that is stacked under
// another in Khmer and Burmese.
func completes(before, c rune) bool {
	switch {
	case isMark(c), c >= 0x1160 && c < 0x1200:
		return true
	case c == 'ะ', c == 'า', c == 'ำ', c == 'ๅ', c == 'ๆ', c == 'ฯ', c == 'ະ', c == 'າ', c == 'ຳ', c == 'ຽ', c == 'ໆ', c == 'ຯ':
		return true
	}
	return before >= 'เ' && before <= 'ไ' || before >= 'ເ' && before <= 'ໄ' || before == 0x17d2 || before == 0x1039
}

// readRun appends the words of the run of one such script at start.
func (r *Reader) readRun(text string, start int, language Language, known map[string]entry, words []Word) (read []Word, end int, closes bool) {
	c, _ := utf8.DecodeRuneInString(text[start:])
	s := scriptOf(c)
	r.bounds = r.bounds[:0]
	before := rune(0)
	for end = start; end < len(text); {
		c, size := utf8.DecodeRuneInString(text[end:])
		if end > start && !s.goesOn(c) {
			break
		}
		if !completes(before, c) || end == start {
			r.bounds = append(r.bounds, end)
		}
		before = c
		end += size
	}
	r.bounds = append(r.bounds, end)

	size := 2
	switch s {
	case hangul:
		words, closes = r.readKorean(text, start, end, language, known, words)
		return words, end, closes
	case katakana:
		size = len(r.bounds)
	case clusters:
		size = 3
	}
	count := max(1, len(r.bounds)-size)
	beside := Flags(0) // what a word is to the one before it
	for i := range count {
		from, to := r.bounds[i], r.bounds[min(i+size, len(r.bounds)-1)]
		e, ok := known[text[from:to]]
		if !ok {
			if !r.mayLearn() {
				beside = Break
				continue
			}
			piece := strings.Clone(text[from:to])
			e = r.learnGram(piece, s, language)
			r.remember(language, known, piece, e)
		}
		w := Word{ID: e.stem, Folded: e.folded, Start: uint32(from), End: uint32(to)} //nolint:gosec // a text has not 4 GB
		if s != katakana {
			w.Flags |= Gram
		}
		w.Flags |= beside
		beside = Joined
		if e.stop {
			w.Flags |= Stop
		}
		words = append(words, w)
	}
	return words, end, false
}

// learnGram numbers a run, or a part of one, that is new in a language.
func (r *Reader) learnGram(piece string, s script, language Language) entry {
	text := normalise(piece, language)
	e := entry{folded: r.number(text)}
	e.stem = e.folded
	switch s {
	case katakana:
		e.stem = r.number(katakanaStem(text))
	case han:
		e.stop = isStopGram(text)
	}
	return e
}

// katakanaStem drops the sign that lengthens the last vowel, which technical
// Japanese leaves out: サーバー and サーバ. Shorter words are other words without
// it: コピー.
func katakanaStem(word string) string {
	if utf8.RuneCountInString(word) >= 4 {
		return strings.TrimSuffix(word, "ー")
	}
	return word
}

// isStopGram says whether a pair of characters says nothing: it is in the list,
// or Hiragana only, or has a particle at the seam, or a character that Chinese
// uses for grammar only.
func isStopGram(pair string) bool {
	if contentGrams[pair] {
		return false
	}
	if stopGrams[pair] {
		return true
	}
	first, size := utf8.DecodeRuneInString(pair)
	second, _ := utf8.DecodeRuneInString(pair[size:])
	if size == len(pair) {
		return isHiragana(first)
	}
	switch {
	case isHiragana(first) && (isHiragana(second) || second == 'ー'):
		return true
	case isHiragana(first):
		// Between two ideographs, only the vowels i and e join the two halves
		// of one word: 振り返り, 受け入れ.
		return !strings.ContainsRune(verbJoints, first)
	case isHiragana(second):
		return strings.ContainsRune(particlesJapanese, second)
	}
	return strings.ContainsRune(grammarChinese, first) || strings.ContainsRune(grammarChinese, second)
}
