package suggest

import (
	"math"

	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// The weight of a word by where it stands. A title says in five words what a
// page is about; code and quoted mail say little about it.
const (
	titleWeight      = 4
	headingWeight    = 2.5
	subheadingWeight = 1.8
	panelWeight      = 1.3
	strongWeight     = 1.3
	codeWeight       = 0.2
	quoteWeight      = 0.3
)

func weightOf(kind pagetext.Kind) float64 {
	switch kind {
	case pagetext.Title:
		return titleWeight
	case pagetext.Heading:
		return headingWeight
	case pagetext.Subheading:
		return subheadingWeight
	case pagetext.Panel, pagetext.TableHead:
		return panelWeight
	case pagetext.Code:
		return codeWeight
	case pagetext.Quote:
		return quoteWeight
	default:
		return 1
	}
}

// term is a word or a pair of adjacent words that a text holds.
type term struct {
	id     uint32
	weight float32 // how often, each time by the weight of its place; later its tf-idf
}

// text is the terms of one page, each once, in the order of first use: an order
// that depends on the input only, so that sums come out the same to the last bit.
type text struct {
	terms  []term
	shared int     // the first so many terms are in other texts too; set by weigh
	length float64 // it had before it was 1; set by weigh
	words  int     // stop words included
}

// part is a block of the page that labels are suggested for, read into words.
type part struct {
	kind   pagetext.Kind
	weight float64
	text   string
	words  []words.Word
}

// reading turns texts into terms that are numbered alike for all of them.
type reading struct {
	reader  *words.Reader
	numbers numbering  // of a term by its key
	single  []known    // by words.ID: what is known of the word's term
	stems   []words.ID // of each term: its first word, or words.None if no text had it
	seconds []words.ID // of each term: its second word, or words.None
	scratch []words.Word
	count   []float32 // by term, of the text that is being read; zero between two
	text    text
	pairs   int  // how many terms are pairs
	read    int  // words of neighbours
	leftOut bool // something was beyond a bound
	mark    mark
}

// mark is what was known at some time.
type mark struct {
	terms, pairs, read int
	leftOut            bool
	words              int
}

type known struct {
	key    uint64 // 0 if nothing is known yet
	number uint32
}

func newReading() *reading {
	return &reading{reader: words.NewReader(), numbers: newNumbering(ordinaryTerms)}
}

// ordinaryTerms is how many different terms a page has.
const ordinaryTerms = 1000

// expect makes room for so many different terms.
func (r *reading) expect(terms int) {
	if terms > 0 {
		r.numbers = newNumbering(terms)
		r.stems = make([]words.ID, 0, terms)
		r.seconds = make([]words.ID, 0, terms)
		r.count = make([]float32, 0, terms)
	}
}

// terms is how many different terms were read: their numbers are below it.
func (r *reading) terms() int { return len(r.stems) }

// remember notes what is known, for forget.
func (r *reading) remember() {
	r.reader.Mark()
	r.mark = mark{r.terms(), r.pairs, r.read, r.leftOut, r.reader.Len()}
}

// forget forgets what was read since remember.
func (r *reading) forget() {
	r.numbers.forget(r.mark.terms)
	r.stems, r.seconds = r.stems[:r.mark.terms], r.seconds[:r.mark.terms]
	r.count = r.count[:r.mark.terms]
	r.pairs, r.read, r.leftOut = r.mark.pairs, r.mark.read, r.mark.leftOut
	if len(r.single) > r.mark.words {
		clear(r.single[r.mark.words:])
	}
	for id := range r.single {
		if r.single[id].number >= uint32(r.mark.terms) { //nolint:gosec // see numberOf
			r.single[id] = known{}
		}
	}
	for number, id := range r.stems { // of a term whose words only this page spelled
		if int(id) >= r.mark.words {
			r.stems[number], r.seconds[number] = words.None, words.None
		}
	}
	r.reader.Forget()
}

// numberOf is the number of a term by its key, a new one if need be.
func (r *reading) numberOf(key uint64) uint32 {
	number, isNew := r.numbers.number(key)
	if isNew {
		r.stems = append(r.stems, words.None)
		r.seconds = append(r.seconds, words.None)
		r.count = append(r.count, 0)
	}
	return number
}

func (r *reading) singleTerm(id words.ID) known {
	if int(id) >= len(r.single) {
		r.single = append(r.single, make([]known, r.reader.Len()-len(r.single)+1024)...)
	}
	k := &r.single[id]
	if k.key == 0 {
		k.key = stemKey(r.reader.Text(id))
		k.number = r.numberOf(k.key)
		r.stems[k.number] = id
	}
	return *k
}

// pairTerm is the number of the term of two words; false if there are too many.
func (r *reading) pairTerm(first, second words.ID) (uint32, bool) {
	key := pairKey(r.singleTerm(first).key, r.singleTerm(second).key)
	number, ok := r.numbers.find(key)
	switch {
	case ok:
	case r.pairs == mostPairs:
		r.leftOut = true
		return 0, false
	default:
		r.pairs++
		number = r.numberOf(key)
	}
	r.stems[number], r.seconds[number] = first, second
	return number, true
}

// knownTerm is the number of a word's term, and whether any text had it.
func (r *reading) knownTerm(id words.ID) (uint32, bool) {
	if int(id) < len(r.single) && r.single[id].key != 0 {
		return r.single[id].number, true
	}
	number, ok := r.numbers.find(stemKey(r.reader.Text(id)))
	return number, ok
}

// knownPair is the number of the term of two words, and whether any text had it.
func (r *reading) knownPair(first, second words.ID) (uint32, bool) {
	number, ok := r.numbers.find(pairKey(stemKey(r.reader.Text(first)), stemKey(r.reader.Text(second))))
	return number, ok
}

func (r *reading) add(number uint32, weight float64) {
	if r.count[number] == 0 {
		r.text.terms = append(r.text.terms, term{id: number})
	}
	r.count[number] += float32(weight)
}

// begin starts a text; end and all return what was added since.
func (r *reading) begin(expected int) { r.text = text{terms: make([]term, 0, expected)} }

// end takes pairs that stand on the page once and nowhere special for chance:
// they are half of all terms and tell nothing.
func (r *reading) end() text {
	return r.keep(func(t term) bool { return t.weight > 1 || r.seconds[t.id] == words.None })
}

// all takes pairs as they are: somebody chose to count them.
func (r *reading) all() text { return r.keep(func(term) bool { return true }) }

func (r *reading) keep(worth func(term) bool) text {
	kept := r.text.terms[:0]
	for _, t := range r.text.terms {
		t.weight = r.count[t.id]
		r.count[t.id] = 0
		if worth(t) {
			kept = append(kept, t)
		}
	}
	r.text.terms = kept
	return r.text
}

// meaningful is a word that can say what a text is about.
func meaningful(w words.Word) bool { return w.Flags&words.Stop == 0 && w.End-w.Start > 1 }

// addWords adds words and pairs of adjacent words. strong is where the text is
// bold, code where it is code, both in order.
func (r *reading) addWords(read []words.Word, weight float64, strong, code []pagetext.Span) {
	r.text.words += len(read)
	var before words.Word
	adjacent := false
	for _, w := range read {
		if !meaningful(w) {
			adjacent = false
			continue
		}
		here := weight
		if len(strong) > 0 || len(code) > 0 {
			here = weightAt(w, weight, &strong, &code)
		}
		r.add(r.singleTerm(w.ID).number, here)
		if adjacent && w.Flags&words.Break == 0 && w.Flags&words.Gram == 0 {
			if pair, ok := r.pairTerm(before.ID, w.ID); ok {
				r.add(pair, here)
			}
		}
		before, adjacent = w, true
	}
}

func weightAt(w words.Word, weight float64, strong, code *[]pagetext.Span) float64 {
	switch {
	case covered(w, code):
		return math.Min(weight, codeWeight)
	case covered(w, strong):
		return math.Max(weight, strongWeight)
	default:
		return weight
	}
}

// covered reports whether a span covers the word, and forgets the spans that
// end before it: words come in order.
func covered(w words.Word, spans *[]pagetext.Span) bool {
	for len(*spans) > 0 && (*spans)[0].End <= w.Start {
		*spans = (*spans)[1:]
	}
	return len(*spans) > 0 && (*spans)[0].Start <= w.Start
}

// readBefore takes the terms of a neighbour that was read before.
func (r *reading) readBefore(t *Terms) text {
	read := text{terms: make([]term, len(t.terms)), words: t.words}
	for i, t := range t.terms {
		read.terms[i] = term{r.numberOf(t.key), t.weight}
	}
	return read
}

// neighbour reads a page. Its words are not kept.
func (r *reading) neighbour(n *Page, language words.Language) text {
	size := 0
	for _, b := range n.Body.Blocks {
		size += len(b.Text)
	}
	r.begin(min(16+size/8, 4096))
	r.readNear(n.Title, language)
	r.addWords(r.scratch, titleWeight, nil, nil)
	for i := range n.Body.Blocks {
		b := &n.Body.Blocks[i]
		if r.read >= mostRead {
			r.leftOut = true
			break
		}
		r.readNear(b.Text, language)
		r.addWords(r.scratch, weightOf(b.Kind), b.Strong, b.Code)
	}
	return r.end()
}

// readNear reads a text of a neighbour into scratch.
func (r *reading) readNear(source string, language words.Language) {
	missed := r.reader.Missed()
	r.scratch = r.reader.Read(source, language, r.scratch[:0])
	missed = r.reader.Missed() - missed
	r.read += len(r.scratch) + missed
	r.leftOut = r.leftOut || missed > 0
}

// tellingBlock is how many bytes of a block tell its language where a page is in
// several.
const tellingBlock = 200

// markCode flags the words of inline code: they are no words of the text around.
func markCode(read []words.Word, code []pagetext.Span) {
	for i := range read {
		if covered(read[i], &code) {
			read[i].Flags |= words.Opaque
		}
	}
}

// page reads the page itself and keeps its words, for reasons quote it.
func (r *reading) page(p *Page, language words.Language) ([]part, text) {
	parts := make([]part, 0, 1+len(p.Body.Blocks))
	size := len(p.Title)
	for _, b := range p.Body.Blocks {
		size += len(b.Text)
	}
	all := make([]words.Word, 0, size/5+8)
	r.begin(min(16+size/8, 1<<16))
	marker := words.NewMarker(r.reader)
	read := func(kind pagetext.Kind, source string, language words.Language, strong, code []pagetext.Span) {
		from := len(all)
		all = r.reader.Read(source, language, all)
		weight := weightOf(kind)
		r.addWords(all[from:], weight, strong, code)
		marker.Mark(source, all[from:])
		markCode(all[from:], code)
		parts = append(parts, part{kind: kind, weight: weight, text: source, words: all[from:len(all):len(all)]})
	}
	if p.Title != "" {
		read(pagetext.Title, p.Title, language, nil, nil)
	}
	for _, b := range p.Body.Blocks {
		here := language
		if len(b.Text) >= tellingBlock {
			if own := words.Detect(b.Text[:min(len(b.Text), 2*tellingBlock)]); own != words.Unknown {
				here = own
			}
		}
		read(b.Kind, b.Text, here, b.Strong, b.Code)
	}
	for i := range parts {
		marker.MarkRest(parts[i].text, parts[i].words)
	}
	return parts, r.end()
}
