package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain is a text as two people may have typed it: lower case, full-width and
// half-width forms and ligatures as the usual letters, Latin and Greek letters
// without their accents, and ß, æ, ø and their like written out. ñ is a letter of
// its own: año is not ano. What is no letter stays.
func Plain(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	lower := strings.Map(func(c rune) rune {
		if c = unicode.ToLower(c); c == 'ς' {
			return 'σ'
		}
		return c
	}, norm.NFKC.String(text))
	return withoutAccents(lower, "ñ")
}
