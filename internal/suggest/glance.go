package suggest

import (
	"math"
	"slices"
	"strings"

	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// glance tells at once, and sometimes wrongly yes, whether a name may stand on
// the page: by the first letters of its words, which stems keep. It spares
// reading a vocabulary of thousands of labels of which a page has a dozen.
type glance struct {
	begins  slots // what the words of the page begin with
	inTitle slots // what those of its title do
	short   slots // short ones among them, and without a last letter that an ending may change: hire, hiring, dry, dried, color, colouring
	runs    slots // longer beginnings, for names whose words are run together
}

// slots is a set of hashes of 16 bits: for a page of 1,000 words, one in thirty
// is in it by chance.
type slots [1 << 10]uint64

func (s *slots) add(slot uint16)      { s[slot>>6] |= 1 << (slot & 63) }
func (s *slots) has(slot uint16) bool { return s[slot>>6]&(1<<(slot&63)) != 0 }

// How many letters are looked at: of a short word, of a long one, and of a name
// whose words are run together.
const (
	fewLetters  = 3
	moreLetters = 4 // of a word of longWord letters: an ending that changes leaves them as they are
	mostLetters = 5 // of one of veryLong letters
	runLetters  = 7

	longWord = 6
	veryLong = 9
)

func (g *glance) add(word string, title bool) {
	put := func(at uint16) {
		g.begins.add(at)
		if title {
			g.inTitle.add(at)
		}
	}
	for letters := fewLetters; letters <= mostLetters; letters++ {
		put(slot(word[:min(len(word), letters)]))
	}
	if len(word) <= moreLetters {
		g.short.add(slot(word))
	}
	if last := len(word) - 1; last > 1 && last <= moreLetters && strings.IndexByte("eiyr", word[last]) >= 0 {
		g.short.add(slot(word[:last]))
	}
	g.runs.add(slot(word[:min(len(word), runLetters)]))
}

// slot hashes the beginning of a word without regard to case.
func slot(begin string) uint16 {
	hash := uint32(0)
	for i := range len(begin) {
		hash = hashed(hash, begin[i])
	}
	return fold(hash)
}

func hashed(hash uint32, c byte) uint32 {
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	return (hash ^ uint32(c)) * 0x01000193
}

func fold(hash uint32) uint16 { return uint16(hash ^ hash>>16) } //nolint:gosec // the low half is wanted

// lettersOf is how many letters of a word are looked at.
func lettersOf(length int) int {
	switch {
	case length >= veryLong:
		return mostLetters
	case length >= longWord:
		return moreLetters
	default:
		return min(length, fewLetters)
	}
}

// prepareGlance looks at the words of the page. Only English is glanced at: other
// languages change letters within a word, ue for ü, maan and manen.
func (x *pageIndex) prepareGlance(reader *words.Reader, language words.Language) {
	if language != words.English {
		return
	}
	x.glance = &glance{}
	for at := range x.places {
		w := x.word(int32(at))
		x.hasAcronyms = x.hasAcronyms || w.Flags&words.Acronym != 0
		title := x.parts[x.places[at].part].kind == pagetext.Title
		x.glance.add(reader.Text(w.Folded), title)
		if w.ID != w.Folded {
			x.glance.add(reader.Text(w.ID), title)
		}
	}
}

func isSeparator(c byte) bool { return joints[c] != 0 && joints[c] != odd }

// look is what a name is made of, as far as it matters at a glance.
type look struct {
	words  uint16 // between separators
	joints uint8  // a bit for each separator that it has, and odd for anything else: no letter of ASCII, or a word of fewer than fewLetters
}

const (
	spaced = 1 << iota
	hyphened
	underscored
	slashed
	odd
)

// joints are the separators and the odd ones among bytes. Letters that are not of
// ASCII fold in too many ways to glance at, and so do numbers and signs: R&D, v2.1.
var joints = func() (of [256]uint8) {
	for c := range of {
		if letter := c | 0x20; letter < 'a' || letter > 'z' {
			of[c] = odd
		}
	}
	of[' '], of['-'], of['_'], of['/'] = spaced, hyphened, underscored, slashed
	return of
}()

func lookAt(name string) look {
	kinds, letters, words := uint8(0), 0, 0
	end := func() {
		if letters > 0 {
			if words++; letters < fewLetters { // e-mail is read as one word
				kinds |= odd
			}
		}
		letters = 0
	}
	for i := range len(name) {
		if kind := joints[name[i]]; kind == 0 {
			letters++
		} else if kinds |= kind; kind != odd {
			end()
		}
	}
	end()
	return look{uint16(min(words, math.MaxUint16)), kinds}
}

// hasWord reports whether a word of a name may be on the page, and in its title.
func (g *glance) hasWord(word string) (here, inTitle bool) {
	var begins [mostLetters + 1]uint16 // with so many letters
	hash := uint32(0)
	for i := range min(len(word), mostLetters) {
		hash = hashed(hash, word[i])
		begins[i+1] = fold(hash)
	}
	begin := begins[lettersOf(len(word))]
	here = g.begins.has(begin) || g.short.has(begins[fewLetters]) || g.short.has(begins[moreLetters]) ||
		(len(word) <= fewLetters+1 || strings.HasSuffix(word, "ing")) && g.short.has(begins[fewLetters-1])
	return here, here && g.inTitle.has(begin)
}

// mayHave reports whether it is worth looking for a name on the page.
func (x *pageIndex) mayHave(name string, l look) bool {
	if x.glance == nil || l.joints&odd != 0 {
		return true
	}
	name = strings.ToLower(name) // a synonym is as people type it
	parts, here, title, first := 0, 0, 0, false
	for at := 0; at < len(name); {
		if isSeparator(name[at]) {
			at++
			continue
		}
		start := at
		for at < len(name) && !isSeparator(name[at]) {
			at++
		}
		isHere, inTitle := x.glance.hasWord(name[start:at])
		if isHere {
			here++
			first = first || parts == 0
		}
		if inTitle {
			title++
		}
		if parts++; here == 0 && l.words == 2 {
			return false // the title has not most of it, and no word begins as its first
		}
	}
	if here == parts || 2*title > parts || parts >= fewLetters && x.hasAcronyms {
		return true
	}
	if parts > 1 {
		return first && x.runTogether(name) // it begins like its first word
	}
	return len(x.initials[name]) > 0 || len(x.joined[name]) > 0
}

// mayStandOn reports whether a label or a synonym of it is worth spelling: it
// looks twice, for spelling costs more than reading.
func (s *space) mayStandOn(x *pageIndex, l *labelled) bool {
	return x.mayHave(l.name, l.look) && s.isAbout(x, l.name) || slices.ContainsFunc(s.synonyms[l.name], func(synonym string) bool {
		return x.mayHave(synonym, lookAt(synonym)) && s.isAbout(x, synonym)
	})
}

// isAbout reports whether the page has all words of a name, most of them in its
// title, or perhaps the name in one word or by its initials.
func (s *space) isAbout(x *pageIndex, name string) bool {
	read := s.readName(name, s.language)
	here, title := 0, 0
	for _, w := range read {
		if x.byStem.first(w.ID) != 0 {
			here++
			if x.titleHas(w.ID) {
				title++
			}
		}
	}
	if here == len(read) || 2*title > len(read) {
		return true
	}
	if len(read) == 1 {
		single := s.reader.Text(read[0].Folded)
		return len(x.joined[single]) > 0 || len(x.initials[single]) > 0
	}
	return x.glance == nil || x.hasAcronyms && len(read) >= fewLetters || x.runTogether(name)
}

// runTogether reports whether a word of the page begins like a name of several
// words without its separators, or like its initials.
func (x *pageIndex) runTogether(name string) bool {
	var run, initials [runLetters]byte
	letters, parts := 0, 0
	for at := range len(name) {
		if isSeparator(name[at]) {
			continue
		}
		if (at == 0 || isSeparator(name[at-1])) && parts < runLetters {
			initials[parts] = name[at]
			parts++
		}
		if letters < runLetters {
			run[letters] = name[at]
			letters++
		}
	}
	return x.glance.runs.has(slot(string(run[:letters]))) ||
		parts >= fewLetters && x.glance.runs.has(slot(string(initials[:parts])))
}
