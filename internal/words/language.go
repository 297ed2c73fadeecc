package words

import (
	"unicode"
	"unicode/utf8"
)

// Language is a language that words are stemmed in. The zero value stands for
// every other language: its words are folded and not stemmed.
type Language uint8

const (
	Unknown Language = iota
	English
	German
	French
	Spanish
	Portuguese
	Italian
	Dutch
	Swedish
	CJK // Chinese, Japanese and Korean: by pairs of characters
	languages
)

// maxSample is how much of a text is looked at, in bytes. A page of one language
// is told long before.
const maxSample = 4000

// Detect says which language a text is in, by its script and its stop words. It
// looks at the first 4,000 bytes or so; a text too short to tell is Unknown, and
// so is one in another language or in several to equal parts.
//
// For a page, add its paragraphs to a Detector, without code. For a block of a
// page that has some 200 bytes or more, ask Detect too and believe it unless it
// says Unknown: then, and for shorter blocks, titles and labels, the language of
// the page is the better guess.
func Detect(text string) Language {
	var d Detector
	d.Add(text)
	return d.Language()
}

// Detector says which language a text is in that comes in pieces. The zero value
// has seen nothing. It keeps counts and no text.
type Detector struct {
	seen   int // bytes
	words  int // of the Latin alphabet
	latin  int // letters
	cjk    int // characters
	others int // letters of other alphabets
	votes  [int(languages) + len(otherLanguages)]int
}

// A vote is a word that one language only has. A word that several have is worth
// the part of it that falls to each, so a vote is a number with many divisors.
const vote = 12

// Add looks at a piece of the text, until it has seen 4,000 bytes of all pieces.
func (d *Detector) Add(text string) {
	text = text[:sampled(text, maxSample-d.seen)]
	d.seen += len(text)
	var word [32]byte
	length, letters := 0, 0
	var hints languageSet
	end := func() {
		if letters > 0 && length <= len(word) {
			d.words++
			d.add(word[:length], letters, hints)
		}
		length, letters, hints = 0, 0, 0
	}
	for _, c := range text {
		folded := fold(c)
		if folded == 0 || scriptOf(c) != spaced {
			if folded != 0 && scriptOf(c) != clusters && !isMark(c) {
				d.cjk++
			} else if folded != 0 {
				d.others++
			}
			if !ignorable(c) {
				end()
			}
			continue
		}
		switch {
		case c < utf8.RuneSelf && folded >= 'a':
			d.latin++
			letters++
		case c < utf8.RuneSelf || isMark(c):
		case c < 0x250 || c >= 0x1e00 && c < 0x1f00:
			d.latin++
			letters++
			hints |= letterHints[folded]
		case unicode.IsLetter(c):
			d.others++
		}
		if size := utf8.RuneLen(folded); length+size <= len(word) {
			utf8.EncodeRune(word[length:], folded)
			length += size
		} else {
			length = len(word) + 1
		}
	}
	end()
}

// add counts the votes of one word.
func (d *Detector) add(word []byte, letters int, hints languageSet) {
	set, worth := stopWords[string(word)], vote
	if letters == 1 { // a, e, i, o and y are words of many languages, and names of variables
		set, worth = set&stemmed, vote/2
	}
	d.count(set, worth)
	d.count(hints, vote/2)
	for _, ending := range endingHints {
		if len(word) > len(ending.text)+2 && string(word[len(word)-len(ending.text):]) == ending.text {
			d.count(ending.languages, vote/2)
			break
		}
	}
}

func (d *Detector) count(set languageSet, worth int) {
	set &^= everywhere
	n := set.count()
	for i := 0; set != 0; i, set = i+1, set>>1 {
		if set&1 != 0 {
			d.votes[i] += worth / n
		}
	}
}

// Language says which language the pieces so far are in.
func (d *Detector) Language() Language {
	// An ideograph says as much as four letters.
	if d.cjk*4 >= d.latin && d.cjk*4 >= d.others && d.cjk > 0 {
		return CJK
	}
	if d.others > d.latin {
		return Unknown
	}
	best, second := 0, 0
	for i, votes := range d.votes {
		switch {
		case votes > d.votes[best]:
			best, second = i, best
		case i != best && (second == best || votes > d.votes[second]):
			second = i
		}
	}
	if best >= int(languages) || // one of the other languages
		d.votes[best] < vote || // a word of its own says so, and it is not alone unless nothing speaks against it
		d.votes[best] < vote*3/2 && d.votes[best] < 2*d.votes[second] ||
		d.votes[best]*4 < d.votes[second]*5 || // by a quarter more than for any other language
		d.votes[best] < d.words*vote/16 || // a sentence has a stop word of its own in any sixteen words
		d.words > 40 && d.votes[best] < d.words*vote/8 { // running text has more, and code in which for and if are words has not
		return Unknown
	}
	return Language(best)
}

// sampled is where to cut a text so that at most this many bytes are left, at the
// begin of a character.
func sampled(text string, most int) int {
	if most <= 0 {
		return 0
	}
	if len(text) <= most {
		return len(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return most
}

// letterHints are letters that few languages have.
var letterHints = func() map[rune]languageSet {
	m := map[rune]languageSet{}
	for _, hint := range []struct {
		letters   string
		languages languageSet
	}{
		{"ß", 1 << German},
		{"äö", 1<<German | 1<<Swedish | finnish},
		{"ü", 1<<German | turkish},
		{"å", 1<<Swedish | danish},
		{"øæ", danish},
		{"ñ", 1 << Spanish},
		{"ãõ", 1 << Portuguese},
		{"áíóú", 1<<Spanish | 1<<Portuguese | czech | hungarian},
		{"é", 1<<French | 1<<Spanish | 1<<Portuguese},
		{"êô", 1<<French | 1<<Portuguese},
		{"è", 1<<French | 1<<Italian | catalan},
		{"à", 1<<French | 1<<Italian | 1<<Portuguese | catalan},
		{"ùòì", 1 << Italian},
		{"œûîë", 1 << French},
		{"ç", 1<<French | 1<<Portuguese | turkish},
		{"ąęłńśźżć", polish},
		{"ěščřžýůťďňľĺŕ", czech},
		{"ğış", turkish},
		{"ăâțșţ", romanian},
		{"őű", hungarian},
		{"ơưđ", vietnamese},
	} {
		for _, c := range hint.letters {
			m[c] = hint.languages
		}
	}
	for c := rune(0x1ea0); c <= 0x1ef9; c++ {
		m[c] = vietnamese
	}
	return m
}()

// endingHints are endings that few languages have. They help with titles, which
// have few stop words.
var endingHints = []struct {
	text      string
	languages languageSet
}{
	{"ung", 1 << German}, {"ungen", 1 << German}, {"keit", 1 << German}, {"heit", 1 << German}, {"lich", 1 << German},
	{"ción", 1 << Spanish}, {"ciones", 1 << Spanish}, {"dad", 1 << Spanish}, {"dades", 1<<Spanish | 1<<Portuguese}, {"miento", 1 << Spanish}, {"ía", 1 << Spanish}, {"ías", 1 << Spanish},
	{"ção", 1 << Portuguese}, {"ções", 1 << Portuguese}, {"dade", 1 << Portuguese}, {"agem", 1 << Portuguese}, {"ário", 1 << Portuguese}, {"ência", 1 << Portuguese}, {"ável", 1 << Portuguese},
	{"zione", 1 << Italian}, {"zioni", 1 << Italian}, {"aggio", 1 << Italian}, {"tà", 1 << Italian}, {"ezza", 1 << Italian}, {"iere", 1 << Italian}, {"abile", 1 << Italian}, {"mento", 1<<Italian | 1<<Portuguese},
	{"ement", 1<<French | 1<<English}, {"eur", 1 << French}, {"eurs", 1 << French}, {"ité", 1 << French}, {"ée", 1 << French}, {"ées", 1 << French},
	{"lijk", 1 << Dutch}, {"lijke", 1 << Dutch}, {"heid", 1 << Dutch}, {"eren", 1<<Dutch | 1<<German},
	{"ningar", 1 << Swedish}, {"ningen", 1 << Swedish}, {"elser", 1<<Swedish | danish}, {"arna", 1 << Swedish}, {"erna", 1 << Swedish},
	{"ness", 1 << English}, {"ings", 1 << English}, {"ally", 1 << English},
}
