package words

import (
	"unicode"
	"unicode/utf8"
)

// Language is a language whose stop words are known, and but for Polish and Czech
// its stems. The zero value stands for every other language: its words are folded
// and not stemmed.
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
	Danish
	Norwegian // Bokmål and Nynorsk
	Finnish
	Hungarian
	Turkish
	Russian
	Polish
	Czech
	CJK // Chinese and Japanese by pairs of characters, Korean by words
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
	seen     int // bytes
	words    int // of the Latin and the Cyrillic alphabet
	lettered int // their letters
	cjk      int // characters
	others   int // letters of other alphabets
	votes    [int(languages) + len(otherLanguages)]int
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
			d.lettered++
			letters++
		case c < utf8.RuneSelf || isMark(c):
		case c < 0x250 || isCyrillic(c) || c >= 0x1e00 && c < 0x1f00:
			d.lettered++
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
		set, worth = set&known, vote/2
	}
	d.count(set, worth)
	d.count(hints, vote/2)
	for _, ending := range endingsBy[word[len(word)-1]] {
		if len(word) > len(ending.text)+2 && string(word[len(word)-len(ending.text):]) == ending.text {
			d.count(ending.languages, vote/2)
			break
		}
	}
}

func (d *Detector) count(set languageSet, worth int) {
	set &^= everywhere
	n := set.count()
	if set&scandinavian == scandinavian {
		n-- // a word of both speaks for each
	}
	for i := 0; set != 0; i, set = i+1, set>>1 {
		if set&1 != 0 {
			d.votes[i] += worth / n
		}
	}
}

// Language says which language the pieces so far are in.
func (d *Detector) Language() Language {
	// An ideograph says as much as four letters.
	if d.cjk*4 >= d.lettered && d.cjk*4 >= d.others && d.cjk > 0 {
		return CJK
	}
	if d.others > d.lettered {
		return Unknown
	}
	best, second := 0, 0
	for i, votes := range d.votes {
		if votes > d.votes[best] {
			best = i
		}
	}
	for i, votes := range d.votes {
		// Danish and Norwegian are hard to tell apart, and it hurts little if
		// one is taken for the other.
		if i != best && (1<<i|1<<best)&^scandinavian != 0 {
			second = max(second, votes)
		}
	}
	if best >= int(languages) || // one of the other languages
		d.votes[best] < vote || // a word of its own says so, and it is not alone unless nothing speaks against it
		d.votes[best] < vote*3/2 && d.votes[best] < 2*second ||
		d.votes[best]*4 < second*5 || // by a quarter more than for any other language
		d.words > 40 && d.votes[best]*3 < second*4 || // in running text by a third
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
		{"äö", 1<<German | 1<<Swedish | 1<<Finnish},
		{"ü", 1<<German | 1<<Turkish},
		{"å", 1<<Swedish | scandinavian},
		{"øæ", scandinavian},
		{"ñ", 1 << Spanish},
		{"ãõ", 1 << Portuguese},
		{"áíóú", 1<<Spanish | 1<<Portuguese | 1<<Czech | slovak | 1<<Hungarian},
		{"é", 1<<French | 1<<Spanish | 1<<Portuguese},
		{"êô", 1<<French | 1<<Portuguese},
		{"è", 1<<French | 1<<Italian | catalan},
		{"à", 1<<French | 1<<Italian | 1<<Portuguese | catalan},
		{"ùòì", 1 << Italian},
		{"œûîë", 1 << French},
		{"ç", 1<<French | 1<<Portuguese | 1<<Turkish},
		{"ąęłńśźżć", 1 << Polish},
		{"ěřů", 1 << Czech},
		{"ščžýťďň", 1<<Czech | slovak},
		{"ľĺŕ", slovak},
		{"ğış", 1 << Turkish},
		{"ăâțșţ", romanian},
		{"őű", 1 << Hungarian},
		{"ơưđ", vietnamese},
		{"ыэё", 1 << Russian},
		{"іїєґ", ukrainian},
		{"ђјљњћџѓќѕўәғқңөұү", ukrainian | bulgarian}, // of other languages yet
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

// endingsBy are the endings by their last byte, each list in order.
var endingsBy = func() (by [256][]endingHint) {
	for _, ending := range endingHints {
		last := ending.text[len(ending.text)-1]
		by[last] = append(by[last], ending)
	}
	return by
}()

type endingHint struct {
	text      string
	languages languageSet
}

// endingHints are endings that few languages have. They help with titles, which
// have few stop words.
var endingHints = []endingHint{
	{"ung", 1 << German}, {"ungen", 1 << German}, {"keit", 1 << German}, {"heit", 1 << German}, {"lich", 1 << German},
	{"ción", 1 << Spanish}, {"ciones", 1 << Spanish}, {"dad", 1 << Spanish}, {"dades", 1<<Spanish | 1<<Portuguese}, {"miento", 1 << Spanish}, {"ía", 1 << Spanish}, {"ías", 1 << Spanish},
	{"ção", 1 << Portuguese}, {"ções", 1 << Portuguese}, {"dade", 1 << Portuguese}, {"agem", 1 << Portuguese}, {"ário", 1 << Portuguese}, {"ência", 1 << Portuguese}, {"ável", 1 << Portuguese},
	{"zione", 1 << Italian}, {"zioni", 1 << Italian}, {"aggio", 1 << Italian}, {"tà", 1 << Italian}, {"ezza", 1 << Italian}, {"iere", 1 << Italian}, {"abile", 1 << Italian}, {"mento", 1<<Italian | 1<<Portuguese},
	{"ement", 1<<French | 1<<English}, {"eur", 1 << French}, {"eurs", 1 << French}, {"ité", 1 << French}, {"ée", 1 << French}, {"ées", 1 << French},
	{"lijk", 1 << Dutch}, {"lijke", 1 << Dutch}, {"heid", 1 << Dutch}, {"eren", 1<<Dutch | 1<<German},
	{"ningar", 1 << Swedish}, {"ningen", 1 << Swedish}, {"elser", 1<<Swedish | scandinavian}, {"arna", 1 << Swedish}, {"erna", 1 << Swedish},
	{"ssa", 1 << Finnish}, {"ssä", 1 << Finnish}, {"sta", 1 << Finnish}, {"stä", 1 << Finnish}, {"inen", 1 << Finnish}, {"ista", 1 << Finnish}, {"llä", 1 << Finnish}, {"ään", 1 << Finnish}, {"uus", 1 << Finnish}, {"yys", 1 << Finnish}, {"iden", 1 << Finnish},
	{"ság", 1 << Hungarian}, {"ség", 1 << Hungarian}, {"nak", 1 << Hungarian}, {"nek", 1 << Hungarian}, {"ban", 1 << Hungarian}, {"ben", 1 << Hungarian}, {"ból", 1 << Hungarian}, {"ből", 1 << Hungarian},
	{"lari", 1 << Turkish}, {"leri", 1 << Turkish}, {"lar", 1 << Turkish}, {"ler", 1 << Turkish}, {"nda", 1 << Turkish}, {"nde", 1 << Turkish}, {"yor", 1 << Turkish},
	{"ości", 1 << Polish}, {"ość", 1 << Polish}, {"anie", 1 << Polish}, {"owa", 1 << Polish}, {"owy", 1 << Polish},
	{"ání", 1 << Czech}, {"ého", 1 << Czech}, {"ních", 1 << Czech}, {"ost", 1 << Czech},
	{"ость", 1 << Russian}, {"ение", 1 << Russian}, {"ения", 1 << Russian}, {"ться", 1 << Russian}, {"ого", 1 << Russian},
	{"ness", 1 << English}, {"ings", 1 << English}, {"ally", 1 << English},
}
