package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain is a text as two people may have typed it: lower case, full-width and
// half-width forms and ligatures as the usual letters, Latin and Greek letters
// without their accents, and ß, æ, ø and their like written out. ñ is a letter of
// its own: año is not ano. Letters of Arabic are without their hamza, and those that
// keyboards mix up are one. What is no letter stays.
func Plain(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	lower := strings.Map(func(c rune) rune {
		switch c = unicode.ToLower(c); {
		case c == 'ς':
			return 'σ'
		case c == 'ٱ':
			return 'ا'
		case c == 'ة':
			return 'ه'
		case c == 'ى', c == 'ی':
			return 'ي'
		case c == 'ک':
			return 'ك'
		case unicode.Is(unicode.Arabic, c):
			return baseOf(c)
		}
		return c
	}, norm.NFKC.String(text))
	return withoutAccents(lower, "ñ")
}
