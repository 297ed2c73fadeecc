package words

import (
	"strings"
	"unicode/utf8"
)

// Marker flags the words of a page that are no words of its language: parts of
// addresses, paths, file names, identifiers, encoded data, dates, times, amounts
// and account numbers, and people's names where a byline, a title before the name
// or an @ says that they are. Make one for each page.
type Marker struct {
	reader  *Reader
	names   map[ID]bool       // folded words of people's names
	known   []meaning         // by folded word: what it means beside others; 0 is not looked up yet
	role    bool              // the text before says only whose name follows: Owner, Author
	titled  map[ID]bool       // words that the title has with a capital, and greets nobody with
	greeted map[ID]bool       // words of a name that the title greets
	begun   bool              // the title was marked
	title   string            // then
	maybe   []ID              // words of names that are names if the page has them in capitals only
	pairs   [][]ID            // the same, if that is so of each word of one
	spans   []string          // names in Chinese, Japanese and Korean
	keys    map[string]string // of tickets: the number that came first, "" if there are several

	// The text that is being marked.
	text   string
	list   []Word
	listed map[int]bool // words with which a name in a list begins that was marked
}

// NewMarker returns a Marker for a page that this reader read.
func NewMarker(reader *Reader) *Marker {
	return &Marker{reader: reader, names: map[ID]bool{}, titled: map[ID]bool{}, greeted: map[ID]bool{}, keys: map[string]string{}}
}

// Mark flags what is Opaque in a text of the page; list is what Read made of it.
// The texts come in the order of the page, the title first. The cost is linear in the length of
// the text.
func (m *Marker) Mark(text string, list []Word) {
	m.text, m.list, m.listed = text, list, nil
	m.runs()
	m.sequences()
	m.diagrams()
	m.code()
	m.letters()
	m.commands()
	m.people()
	m.spansOfNames()
	if !m.begun {
		m.begun = true
		m.noteTitle()
	}
}

// MarkRest flags what only the whole page tells, once Mark saw all of it: the
// names of people where they are written with a capital, and tickets.
func (m *Marker) MarkRest(text string, list []Word) {
	m.text, m.list = text, list
	m.settle()
	for i := range list {
		w := &list[i]
		switch {
		case m.names[w.Folded] && isUpper(text[w.Start:]):
			w.Flags |= Opaque
		case w.Flags&(Joined|Number) == Joined|Number && i > 0 && list[i-1].Flags&Acronym != 0 && m.gap(i) == "-":
			if number, ok := m.keys[m.written(i-1)]; ok && number == "" {
				m.mark(i-1, i+1)
			}
		}
	}
	for _, name := range m.spans {
		for from := 0; ; {
			at := strings.Index(text[from:], name)
			if at < 0 {
				break
			}
			from += at + len(name)
			if !isInsideOfWord(text, from-len(name), from) {
				m.markSpan(from-len(name), from)
			}
		}
	}
}

// isInsideOfWord reports whether ideographs or Katakana go on before or after a part
// of a text that is such: 営業 in 営業会議 is nobody's name.
func isInsideOfWord(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	goesOn := func(c rune) bool {
		return scriptOf(c) == han && !isHiragana(c) && !strings.ContainsRune("様氏君殿", c)
	}
	return goesOn(before) || goesOn(after)
}

// ticket notes the short number of a ticket, ABC-1. It is one if the page has
// another with this key.
func (m *Marker) ticket(i int) {
	key, number := m.written(i-1), m.written(i)
	if series[key] || standards[key] {
		return
	}
	if before, ok := m.keys[key]; !ok {
		m.keys[key] = number
	} else if before != number {
		m.keys[key] = ""
	}
}

// meaning is what a word may mean beside others.
type meaning uint32

const (
	looked meaning = 1 << iota
	isDay
	mayBeDay
	isUnit
	isBefore  // of a number
	isAccount // what is before an account number
	isBy
	isMade
	isHonorific
	isRole
	isClock   // before a number: a time, a week, a telephone
	isFirst   // a first name
	isCue     // before a name: welcome
	isSaying  // after a name: said
	isThing   // no part of a name
	seenSmall // the page has it in small letters
)

var meanings = func() map[string]meaning {
	all := map[string]meaning{}
	for means, list := range map[meaning]map[string]bool{
		isDay: days, mayBeDay: mayBeMonth, isUnit: units, isBefore: currencies, isAccount: accounts,
		isBy: by, isMade: made, isHonorific: honorifics, isRole: roles,
		isClock: clocks, isFirst: firstNames, isCue: cues, isSaying: sayings, isThing: things,
	} {
		for word := range list {
			all[normalise(strings.Map(fold, word), Unknown)] |= means
		}
	}
	return all
}()

// means is what a word may mean beside others, 0 if nothing.
func (m *Marker) means(i int) meaning {
	id := int(m.list[i].Folded)
	if id >= len(m.known) {
		m.known = append(m.known, make([]meaning, max(m.reader.Len(), id+1)-len(m.known))...)
	}
	if m.known[id] == 0 {
		m.known[id] = looked | meaningOf(m.reader.Text(m.list[i].Folded))
	}
	return m.known[id] &^ (looked | seenSmall)
}

// meaningOf is what a word means, also with an ending: marraskuuta, kasımda.
func meaningOf(word string) meaning {
	if means, ok := meanings[word]; ok {
		return means
	}
	end := len(word)
	for range 4 {
		_, size := utf8.DecodeLastRuneInString(word[:end])
		if end -= size; end < 4 {
			break
		}
		if dayStems[word[:end]] {
			return isDay
		}
	}
	return 0
}

func (m *Marker) mark(from, to int) {
	for i := from; i < to; i++ {
		m.list[i].Flags |= Opaque
	}
}

func (m *Marker) written(i int) string { return m.text[m.list[i].Start:m.list[i].End] }
func (m *Marker) lower(i int) string   { return m.reader.Text(m.list[i].Folded) }

// gap is what stands before a word.
func (m *Marker) gap(i int) string {
	if i <= 0 || i >= len(m.list) || m.list[i].Start < m.list[i-1].End {
		return ""
	}
	return m.text[m.list[i-1].End:m.list[i].Start]
}
