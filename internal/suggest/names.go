package suggest

import (
	"math"
	"slices"
	"strings"

	"labelup/internal/elementary"
	"labelup/internal/keyphrase"
	"labelup/internal/pagetext"
	"labelup/internal/twin"
	"labelup/internal/words"
)

// spelling is one way in which a label can be written on a page: its name, a
// synonym, the words run together, or the initials.
type spelling struct {
	text    string     // what is spelled: the label or the synonym
	stems   []words.ID // in order
	stops   []bool     // which of them say nothing of their own
	single  string     // the word as written, folded, if it is only one
	folded  string     // in place of stems a word as written: the words run together, or their initials
	synonym bool
}

// place is a word of the page.
type place struct {
	part, word int32
}

// pageIndex finds the words of the page.
type pageIndex struct {
	parts       []part
	places      []place
	byStem      chains
	byFolded    chains
	joined      map[string][]occurrence // "onboarding" where the page has "on-boarding"
	initials    map[string][]occurrence // "gsa" where the page has "General Services Administration"
	counted     []int32                 // by place: the last label, of those that were looked for, that counts it
	looked      int32                   // how many labels were looked for
	glance      *glance                 // nil if the page is not in English
	hasAcronyms bool
	phrases     []keyphrase.Phrase
	phrased     map[int32]*keyphrase.Phrase // labels that are what becomes of a phrase
	tries       int                         // of follow
	counts      []float32                   // by term: how often, each time by the weight of its place
}

// chains lists the places of each word: head has one more than the first, or
// 0, next likewise.
type chains struct{ head, next, times []int32 }

// occurrence is where something stands on the page.
type occurrence struct {
	part       int32
	start, end uint32
	at, words  int32 // the first of its places, and how many they are
}

func (o occurrence) in(parts []part) string { return parts[o.part].text[o.start:o.end] }

const maxInitials = 8

func (s *space) index(parts []part, page text) *pageIndex {
	x := &pageIndex{parts: parts, joined: map[string][]occurrence{}, initials: map[string][]occurrence{}}
	total := 0
	for i := range parts {
		total += len(parts[i].words)
	}
	x.places, x.counted = make([]place, 0, total), make([]int32, total)
	known := s.reader.Len()
	x.byStem = chains{make([]int32, known), make([]int32, total), make([]int32, known)}
	x.byFolded = chains{make([]int32, known), make([]int32, total), make([]int32, known)}
	for i := range parts {
		from := int32(len(x.places)) //nolint:gosec // a page has fewer words than bytes
		for j := range parts[i].words {
			x.places = append(x.places, place{int32(i), int32(j)})
		}
		x.joinWords(s.reader, from, &parts[i])
		x.findInitials(from, &parts[i])
	}
	// From the end, so that a chain runs from the first place to the last.
	for at := total - 1; at >= 0; at-- {
		w := x.word(int32(at))
		x.byStem.push(w.ID, int32(at))
		if w.Folded != w.ID {
			x.byFolded.push(w.Folded, int32(at))
		}
	}
	x.prepareGlance(s.reader, s.language)
	x.counts = make([]float32, s.terms())
	for _, t := range page.terms {
		x.counts[t.id] = t.weight
	}
	x.phrases = s.phrases(x)
	x.phrased = s.labelsOfPhrases(x.phrases)
	return x
}

// labelsOfPhrases are the labels in use that would be made of phrases of the page
// were they not there: csharp of C#, q-and-a of Q&A. Their names do not read alike.
func (s *space) labelsOfPhrases(phrases []keyphrase.Phrase) map[int32]*keyphrase.Phrase {
	of := map[int32]*keyphrase.Phrase{}
	for i := range phrases {
		name := shaped(phrases[i].Text, "-", s.language)
		if name == "" {
			continue
		}
		at, ok := s.numbered(name)
		if !ok && i < mostTwinsOfPhrases {
			at, ok = s.twinOf(name)
		}
		if ok && of[at] == nil {
			of[at] = &phrases[i]
		}
	}
	return of
}

// mostTwinsOfPhrases is for how many of the best phrases all labels are looked
// through.
const mostTwinsOfPhrases = 5

func (c *chains) push(id words.ID, at int32) {
	c.next[at] = c.head[id]
	c.head[id] = at + 1
	c.times[id]++
}

func (c *chains) first(id words.ID) int32 {
	if int(id) >= len(c.head) {
		return 0
	}
	return c.head[id]
}

func (x *pageIndex) word(at int32) words.Word {
	p := x.places[at]
	return x.parts[p.part].words[p.word]
}

// occurrenceOf is where so many words stand, from a place on.
func (x *pageIndex) occurrenceOf(at, words int32) occurrence {
	return occurrence{x.places[at].part, x.word(at).Start, x.word(at + words - 1).End, at, words}
}

// remember notes one more occurrence of what a name stands for: of the first such
// words, so that they can be quoted and counted.
func (x *pageIndex) remember(in map[string][]occurrence, name string, o occurrence) {
	if all := in[name]; len(all) == 0 || len(all) < maxOccurrences && x.sameWords(all[0], o) {
		in[name] = append(all, o)
	}
}

func (x *pageIndex) sameWords(a, b occurrence) bool {
	if a.words != b.words {
		return false
	}
	for i := range a.words {
		if x.word(a.at+i).ID != x.word(b.at+i).ID {
			return false
		}
	}
	return true
}

// apostrophes are those that package words knows.
const apostrophes = "'\u2019\u02bc\uff07"

// isTwo says whether an apostrophe between two words makes them another word than
// they are without it: she'll is no shell, and O'Reilly is oreilly.
func isTwo(a, between, b string) bool {
	return strings.ContainsAny(between, apostrophes) && (a != "O" || b[0] < 'A' || b[0] > 'Z')
}

// joinWords notes the words of a part, which begins at a place, that are joined.
func (x *pageIndex) joinWords(reader *words.Reader, from int32, p *part) {
	for j := 1; j < len(p.words); j++ {
		a, b := p.words[j-1], p.words[j]
		if b.Flags&words.Joined == 0 || b.Flags&words.Gram != 0 || isTwo(p.text[a.Start:a.End], p.text[a.End:b.Start], p.text[b.Start:b.End]) {
			continue
		}
		x.remember(x.joined, reader.Text(a.Folded)+reader.Text(b.Folded), x.occurrenceOf(from+int32(j)-1, 2))
	}
}

// findInitials remembers what the initials of each name of two words or more
// spell, with the small words inside the name and without: FOIA is the Freedom
// of Information Act, the GSA is the General Services Administration. The part
// begins at a place.
func (x *pageIndex) findInitials(from int32, p *part) {
	if len(x.initials) > mostInitials {
		return // a page of names only
	}
	var capitals, all []byte // of the words with capitals; of these and those between them
	var start, end int32     // the place of the first capital, and that after the last
	var between []byte       // of small words after the last capital
	remember := func(letters []byte) {
		if len(letters) >= 3 && len(letters) <= maxInitials && !twin.IsWord(string(letters)) {
			x.remember(x.initials, string(letters), x.occurrenceOf(start, end-start))
		}
	}
	flush := func() {
		remember(capitals)
		if len(all) > len(capitals) {
			remember(all)
		}
		capitals, all, between = capitals[:0], all[:0], between[:0]
	}
	for i, w := range p.words {
		first := p.text[w.Start]
		if w.Flags&words.Break != 0 {
			flush()
		}
		small := w.Flags&words.Stop != 0
		switch {
		case first >= 'A' && first <= 'Z' && w.Flags&words.Acronym == 0 && (!small || len(capitals) > 0):
			at := from + int32(i)
			if len(capitals) == 0 {
				start = at
			}
			all = append(append(all, between...), first|0x20)
			capitals, between = append(capitals, first|0x20), between[:0]
			end = at + 1
		case small && len(capitals) > 0:
			between = append(between, first|0x20)
		case !small:
			flush()
		}
	}
	flush()
}

// mostInitials bounds the names whose initials are remembered.
const mostInitials = 500

// spell reads the spellings of a label in a language.
func (s *Space) spell(l *labelled, language words.Language) {
	l.spelledIn = language
	l.names = s.spellOne(l.names[:0], l.name, language, false)
	for _, synonym := range s.synonyms[l.name] {
		l.names = s.spellOne(l.names, synonym, language, true)
	}
}

// readName reads a name into scratch, nothing of it if it is beyond a bound: half
// of a name would be another one.
func (s *Space) readName(name string, language words.Language) []words.Word {
	missed := s.reader.Missed()
	s.scratch = s.reader.Read(name, language, s.scratch[:0])
	if len(s.scratch) > mostWordsOfName || s.reader.Missed() > missed {
		s.leftOut = true
		s.scratch = s.scratch[:0]
	}
	return s.scratch
}

func (s *Space) spellOne(to []spelling, name string, language words.Language, synonym bool) []spelling {
	read := s.readName(name, language)
	if len(read) == 0 {
		return append(to, spelling{text: name, synonym: synonym})
	}
	own := spelling{text: name, stems: make([]words.ID, len(read)), stops: make([]bool, len(read)), synonym: synonym}
	gram := false
	for i, w := range read {
		own.stems[i], own.stops[i] = w.ID, w.Flags&words.Stop != 0
		gram = gram || w.Flags&words.Gram != 0
	}
	if len(read) == 1 {
		own.single = s.reader.Text(read[0].Folded)
	}
	to = append(to, own)
	if gram || len(read) == 1 {
		return to
	}
	var run strings.Builder
	initials, all := make([]byte, 0, len(read)), make([]byte, 0, len(read))
	for _, w := range read {
		folded := s.reader.Text(w.Folded)
		run.WriteString(folded)
		all = append(all, folded[0])
		if w.Flags&words.Stop == 0 {
			initials = append(initials, folded[0])
		}
	}
	to = append(to, spelling{text: name, folded: run.String(), synonym: synonym})
	// Some acronyms count the small words of a name and some do not.
	acronyms := []string{string(initials)}
	if len(all) > len(initials) {
		acronyms = append(acronyms, string(all))
	}
	for _, letters := range acronyms {
		if len(letters) >= 3 && len(letters) <= maxInitials && !twin.IsWord(letters) {
			to = append(to, spelling{text: name, folded: letters, synonym: synonym})
		}
	}
	return to
}

// mostTries bounds how many places are tried for all names together: thousands
// of names made of two words that the page is full of would take seconds.
const mostTries = 1_000_000

// maxOccurrences is how many times a name is counted on a page.
const maxOccurrences = 99

// naming is what the page says of a label's name.
type naming struct {
	inTitle float64 // share of the words of the name that are in the title
	inText  float64 // share of the name that is anywhere on the page, by the rarity of its words
	whole   float64 // rarity of the name if the page has all of it in one place, else 0

	count                int   // how often all of it is there, at most maxOccurrences
	title, heading, text found // the first of each; part is -1 if there is none
}

// found is where a spelling of a label is.
type found struct {
	occurrence
	times   int    // how often the page has that spelling
	synonym string // which it is, "" if it is the name itself
}

// rarity of a word that no neighbour has.
func (s *Space) rarity(id words.ID) float64 {
	if number, ok := s.knownTerm(id); ok && int(number) < len(s.idf) && s.idf[number] > 0 {
		return float64(s.idf[number])
	}
	return elementary.Log(float64(max(len(s.texts), 1)) + 1)
}

// stopRarity is what a stop word in a label's name counts: next to nothing.
const stopRarity = 0.1

// name finds a label's spellings on the page.
func (s *space) name(x *pageIndex, label int32, l *labelled) naming {
	nowhere := found{occurrence: occurrence{part: -1}}
	n := naming{title: nowhere, heading: nowhere, text: nowhere}
	x.looked++
	own := &l.names[0]
	total, title, here := 0.0, 0.0, 0.0
	for i, id := range own.stems {
		rarity := s.rarityIn(own, i)
		total += rarity
		if x.byStem.first(id) == 0 {
			continue
		}
		if number, ok := s.knownTerm(id); ok && int(number) < len(x.counts) {
			here += float64(rarity * math.Min(1, elementary.Log1p(float64(x.counts[number]))/2))
		}
		if !own.stops[i] && x.titleHas(id) {
			title++
		}
	}
	n.hasParts(title, here, total, len(own.stems))
	for i := range l.names {
		s.find(x, &l.names[i], &n)
	}
	for i := range l.names {
		x.findRunTogether(&l.names[i], &n)
	}
	if phrase := x.phrased[label]; n.count == 0 && phrase != nil {
		for _, at := range phrase.Occurrences {
			n.add(x, occurrence{part: int32(at.Part), start: at.Start, end: at.End}) //nolint:gosec // a page has some thousands of parts
		}
		n.by(own, phrase.Count)
	}
	if n.count > 0 {
		n.hasWhole(total, n.title.part >= 0)
	}
	return n
}

// rarityIn is the rarity of a word of a name.
func (s *Space) rarityIn(own *spelling, word int) float64 {
	if own.stops[word] {
		return stopRarity
	}
	return s.rarity(own.stems[word])
}

// hasParts notes that so many of the words of a name are in the title, and how much
// of its rarity is on the page.
func (n *naming) hasParts(inTitle, here, total float64, of int) {
	if total > 0 {
		n.inTitle, n.inText = inTitle/float64(of), here/total
	}
}

// hasWhole notes that the page has a name of such rarity in one piece.
func (n *naming) hasWhole(total float64, inTitle bool) {
	n.whole, n.inText = total, math.Max(n.inText, 0.5)
	if inTitle {
		n.inTitle, n.inText = 1, 1
	}
}

func (x *pageIndex) titleHas(id words.ID) bool {
	at := x.byStem.first(id)
	return at != 0 && x.parts[x.places[at-1].part].kind == pagetext.Title
}

// find counts a spelling on the page.
func (s *space) find(x *pageIndex, p *spelling, n *naming) {
	if p.folded == "" {
		x.follow(&x.byStem, p, p.stems, n)
		return
	}
	if id := s.reader.Find(p.folded); id != words.None {
		word := []words.ID{id}
		x.follow(&x.byStem, p, word, n) // a word that is its own stem is only there
		x.follow(&x.byFolded, p, word, n)
	}
}

func (x *pageIndex) follow(chain *chains, p *spelling, stems []words.ID, n *naming) {
	if len(stems) == 0 {
		return
	}
	// A name is looked for where the page has the rarest of its words: many
	// labels may begin with a word that the page is full of.
	rarest, fewest := 0, int32(math.MaxInt32)
	for i, id := range stems {
		if chain.first(id) == 0 {
			return
		}
		if times := chain.times[id]; times < fewest {
			rarest, fewest = i, times
		}
	}
	times := 0
	for at := chain.first(stems[rarest]); at != 0 && n.count < maxOccurrences && times < maxOccurrences; at = chain.next[at-1] {
		if x.tries++; x.tries > mostTries {
			break
		}
		if int(x.places[at-1].word) < rarest {
			continue
		}
		if len(stems) == 1 && !x.names(at-1, p) {
			continue
		}
		if begin := at - 1 - int32(rarest); x.matches(begin, stems, rarest) {
			n.add(x, x.occurrenceOf(begin, int32(len(stems)))) //nolint:gosec // a name has some words
			times++
		}
	}
	n.by(p, times)
}

// matches reports whether the words from at on are these stems, of which one is
// known to be.
func (x *pageIndex) matches(at int32, stems []words.ID, known int) bool {
	p := x.places[at]
	list := x.parts[p.part].words[p.word:]
	if len(list) < len(stems) {
		return false
	}
	for i := range stems {
		if i != known && list[i].ID != stems[i] || i > 0 && list[i].Flags&words.Break != 0 {
			return false
		}
	}
	return true
}

// findRunTogether finds a label of one word that the page writes as several. These
// count once, however often it does: to count each made no suggestion better.
func (x *pageIndex) findRunTogether(own *spelling, n *naming) {
	if own.single == "" {
		return
	}
	for _, all := range [][]occurrence{x.joined[own.single], x.initials[own.single]} {
		if len(all) > 0 {
			n.add(x, all[0])
		}
		for _, o := range all {
			n.note(x, o)
		}
		n.by(own, len(all))
	}
}

// add notes and counts an occurrence, unless one that was counted has a word of it:
// two spellings may have words in common, or all of them.
func (n *naming) add(x *pageIndex, o occurrence) {
	words := x.counted[o.at : o.at+o.words]
	if n.count < maxOccurrences && !slices.Contains(words, x.looked) {
		n.count++
		for i := range words {
			words[i] = x.looked
		}
	}
	n.note(x, o)
}

// note notes an occurrence, which may be the first of its kind.
func (n *naming) note(x *pageIndex, o occurrence) {
	first := &n.text
	switch x.parts[o.part].kind {
	case pagetext.Title:
		first = &n.title
	case pagetext.Heading, pagetext.Subheading:
		first = &n.heading
	}
	if first.part < 0 {
		first.occurrence = o
	}
}

// by notes which spelling was found last, and how often.
func (n *naming) by(p *spelling, times int) {
	for _, f := range []*found{&n.title, &n.heading, &n.text} {
		if f.part < 0 || f.times > 0 {
			continue
		}
		if f.times = times; p.synonym {
			f.synonym = p.text
		}
	}
}
