package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lowerASCII is the lower case of letters and digits, and 0 for anything else.
var lowerASCII = func() (table [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			table[c] = c
		case c >= 'A' && c <= 'Z':
			table[c] = c + 'a' - 'A'
		}
	}
	return table
}()

// folds is what fold answers for the scripts of Europe and the Near East. Asking
// package unicode takes ten times as long.
var folds = func() (table [0x0700]uint16) {
	for c := range table {
		table[c] = uint16(foldAny(rune(c)))
	}
	return table
}()

// fold returns the lower case of a letter, digit or mark, and 0 for anything
// else, which is not part of a word.
func fold(c rune) rune {
	if int(c) < len(folds) {
		return rune(folds[c])
	}
	return foldAny(c)
}

// foldAny goes by way of the upper case, so that the forms of a letter that have
// no upper case of their own become the same: ς and σ, ſ and s, the dotless ı of
// Turkish and i, whose upper cases only Turkish tells apart.
func foldAny(c rune) rune {
	if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && scriptOf(c) != han {
		return 0
	}
	if c == 'ß' || c == 'ẞ' {
		return 'ß'
	}
	if unicode.IsMark(c) {
		return c
	}
	return unicode.ToLower(unicode.ToUpper(c))
}

// begins says whether a word can begin with this character.
func begins(c rune) bool { return fold(c) != 0 && !isMark(c) && c != '・' && c != '･' }

func isMark(c rune) bool { return c >= 0x0300 && unicode.IsMark(c) }

// ignorable says whether a character is invisible: the soft hyphen, joiners and
// the marks that say which way a text runs.
func ignorable(c rune) bool {
	switch c {
	case '\u00ad', '\u061c', '\u200c', '\u200d', '\u200e', '\u200f', '\ufeff':
		return true
	}
	return c >= '\u202a' && c <= '\u202e' || c >= '\u2060' && c <= '\u2069'
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// normalise returns a word that is in lower case as it is numbered: characters
// and their accents composed, full-width and half-width forms as the usual ones,
// without the vowel points of Arabic and Hebrew, and an abbreviation without its
// dots unless it would be a stop word then.
func normalise(lower string, language Language) string {
	if isASCII(lower) {
		return withoutDots(lower, language)
	}
	text := lower
	if strings.ContainsFunc(text, isCompatibility) {
		text = strings.Map(func(c rune) rune { return max(fold(c), 0) }, norm.NFKC.String(text))
	} else {
		text = norm.NFC.String(text)
	}
	text = strings.ReplaceAll(text, "i\u0307", "i") // "İ" of two characters; of one it is folded already
	text = strings.Map(func(c rune) rune {
		switch {
		case isPoint(c):
			return -1
		case c == 'أ', c == 'إ', c == 'آ', c == 'ٱ': // the hamza on an alef is often left out
			return 'ا'
		}
		return c
	}, text)
	if strings.Trim(text, ".") == "" { // signs that lengthen, alone or with dots
		return lower
	}
	return withoutDots(text, language)
}

// isCompatibility says whether a character is a full-width or half-width form or
// a ligature.
func isCompatibility(c rune) bool { return c >= 0xff00 && c <= 0xffef || c >= 0xfb00 && c <= 0xfb06 }

// isPoint says whether a character is a vowel point or another reading aid of
// Arabic or Hebrew, or lengthens an Arabic word.
func isPoint(c rune) bool {
	return c == 0x0640 || c >= 0x064b && c <= 0x065f || c == 0x0670 || c >= 0x06d6 && c <= 0x06ed && isMark(c) || c >= 0x0591 && c <= 0x05c7
}

func withoutDots(text string, language Language) string {
	if !strings.ContainsRune(text, '.') || strings.ContainsFunc(text, unicode.IsDigit) {
		return text
	}
	if plain := strings.ReplaceAll(text, ".", ""); !isStop(plain, language) {
		return plain
	}
	return text
}

// withoutAccents folds away what people leave out when they type a label: the
// accents of Latin and Greek letters, ß, ø and the like. The letters in keep stay.
func withoutAccents(text, keep string) string {
	if isASCII(text) {
		return text
	}
	var folded strings.Builder
	for _, c := range text {
		if c < 0x00c0 || strings.ContainsRune(keep, c) {
			folded.WriteRune(c)
			continue
		}
		if plain, ok := plainLetters[c]; ok {
			folded.WriteString(plain)
			continue
		}
		if !unicode.In(c, unicode.Latin, unicode.Greek) {
			if c < 0x0300 || c > 0x036f { // accents that do not compose with their letter
				folded.WriteRune(c)
			}
			continue
		}
		folded.WriteRune(baseOf(c))
	}
	if folded.Len() == 0 {
		return text
	}
	return folded.String()
}

// baseOf is a letter without its accents. It allocates nothing, unlike
// norm.NFD.String.
func baseOf(c rune) rune {
	var encoded [utf8.UTFMax]byte
	parts := norm.NFD.Properties(encoded[:utf8.EncodeRune(encoded[:], c)]).Decomposition()
	if len(parts) == 0 {
		return c
	}
	base, _ := utf8.DecodeRune(parts)
	return base
}

// plainLetters are letters that have no decomposition, and how people write them
// without.
var plainLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'ё': "е",
}
