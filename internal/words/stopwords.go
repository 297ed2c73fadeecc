package words

import (
	"math/bits"
	"strings"
)

// languageSet is a set of languages, one bit for each. The languages that are
// only known in order not to be taken for another follow those of Language.
type languageSet uint32

const (
	known        languageSet = 1<<languages - 1
	scandinavian languageSet = 1<<Danish | 1<<Norwegian
	everywhere   languageSet = 1 << 31
)

// stopWords says of each stop word in which languages it is one.
var stopWords = func() map[string]languageSet {
	m := make(map[string]languageSet, 8000)
	add := func(text string, set languageSet, alsoPlain bool) {
		for word := range strings.FieldsSeq(text) {
			m[word] |= set
			m[folded(word)] |= set
			if alsoPlain {
				m[withoutAccents(word, "")] |= set
			}
		}
	}
	for language, text := range stopWordsOf {
		// People who write one of these in a hurry leave the accents out.
		plain := Language(language) == French || Language(language) == Spanish || Language(language) == Portuguese || Language(language) == Italian
		add(text, 1<<language, plain)
	}
	for i, text := range otherLanguages {
		add(text, 1<<(int(languages)+i), false)
	}
	add("the of and for with http https www", everywhere, false)
	return m
}()

var stopWordsOf = [languages]string{
	English: stopEnglish, German: stopGerman, French: stopFrench, Spanish: stopSpanish,
	Portuguese: stopPortuguese, Italian: stopItalian, Dutch: stopDutch, Swedish: stopSwedish,
	Danish: stopDanish, Norwegian: stopNorwegian, Finnish: stopFinnish, Hungarian: stopHungarian, Turkish: stopTurkish,
	Russian: stopRussian, Polish: stopPolish, Czech: stopCzech,
}

// unknownStops are the sets that count where the language is not known: English,
// which is found everywhere, and all but those that are told by a few words.
const unknownStops = everywhere | 1<<English | (known &^ (1<<Danish - 1)) | (1<<len(otherLanguages)-1)<<languages

func isStop(word string, language Language) bool {
	set := stopWords[word]
	if set == 0 {
		return false
	}
	if language == Unknown || language == CJK {
		return set&unknownStops != 0
	}
	return set&(1<<language|everywhere) != 0
}

// folded is a word as it is read: the dotless ı of Turkish is an i.
func folded(word string) string { return strings.Map(fold, word) }

// count is in how many languages a word is a stop word.
func (s languageSet) count() int { return bits.OnesCount32(uint32(s &^ everywhere)) }

// elisions are the words that lose their last vowel before another, in French,
// Italian, English and Dutch.
var elisions = setOf(`l d qu n j c s m t y o v jusqu lorsqu puisqu quoiqu quelqu presqu entr
	un dell all dall nell sull coll quell quest gl ch com dov cos anch nient neanch mezz senz tutt bell sant`)

// acronymsToo are stop words of some language that in capitals are something else.
var acronymsToo = setOf(`it us who ai os ci`)

// remnants are what is left of a word after an apostrophe.
var remnants = setOf(`s t re ve ll d m n`)

// IsCommon says whether a word in lower case is so common that it is a name only
// where it is written as one: a single letter, a pronoun and the like, a month in
// some language.
func IsCommon(lower string) bool {
	return len(lower) == 1 || littleWords[lower] || mayBeMonth[lower]
}

var littleWords = setOf(`all am an any as at be by do go he her here him his how i if in is it me my no now of on one or our
	she so that the their them then there they this to up us was we what when where who why will you your`)

func setOf(text string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		m[word] = true
	}
	return m
}
