package words

import (
	"strings"
	"unicode/utf8"
)

// Finnish changes the end of a stem before its endings: kuvaus, kuvauksen,
// kuvausten; kaupunki, kaupungin; mahdollisuus, mahdollisuuden. Snowball's stemmer
// takes the endings off and leaves these forms apart.

// finnishWords are ends of words that the stemmer is to see with another: nainen as
// naisen, and a partitive that it takes for an elative.
var finnishWords = []struct{ from, to string }{
	{"nen", "sen"}, {"tusta", "tus"}, {"tystä", "tys"}, {"llista", "llisen"}, {"llistä", "llisen"},
}

// finnishNoun rewrites the end of a word.
func finnishNoun(word string) string {
	for _, end := range finnishWords {
		if bare, ok := strings.CutSuffix(word, end.from); ok && len(bare) > 2 {
			return bare + end.to
		}
	}
	return word
}

// finnishEnds are the ends of stems that become another, the first that fits.
var finnishEnds = []struct{ from, to string }{
	{"uuks", "uus"}, {"yyks", "yys"}, {"uud", "uus"}, {"yyd", "yys"}, {"uut", "uus"}, {"yyt", "yys"},
	{"eud", "eus"}, {"eut", "eus"}, {"aud", "aus"}, {"kaut", "kaus"},
	{"uks", "us"}, {"yks", "ys"}, {"oks", "os"}, {"öks", "ös"}, {"eks", "es"}, {"iks", "is"},
	{"ust", "us"}, {"yst", "ys"}, {"ost", "os"}, {"öst", "ös"}, {"ist", "is"},
	{"nk", "ng"}, {"nt", "n"}, {"mp", "m"}, {"lt", "l"}, {"rt", "r"}, {"nn", "n"}, {"mm", "m"}, {"ll", "l"}, {"rr", "r"},
	{"kk", "k"}, {"pp", "p"}, {"tt", "t"}, {"d", "t"},
}

// shortestFinnish is how many letters a stem keeps that its end is taken from.
// longestFinnish is how many it has at most: Finnish writes in one word what other
// languages write in several, and the beginning says what it is about.
const (
	shortestFinnish = 4
	longestFinnish  = 8
)

// finnishStem makes one of the forms that a stem takes before its endings.
func finnishStem(stem string) string {
	letters := 0
	for at := range stem {
		if letters == longestFinnish {
			stem = stem[:at]
			break
		}
		letters++
	}
	for utf8.RuneCountInString(stem) > shortestFinnish {
		c, size := utf8.DecodeLastRuneInString(stem)
		if !strings.ContainsRune("aeiouyäöj", c) {
			break
		}
		stem = stem[:len(stem)-size]
	}
	for _, end := range finnishEnds {
		if bare, ok := strings.CutSuffix(stem, end.from); ok && utf8.RuneCountInString(bare)+len(end.to) >= shortestFinnish {
			return bare + end.to
		}
	}
	return stem
}
