package suggest

import (
	"math"
	"slices"

	"labelup/internal/words"
)

// Certainty is what the features count for in one space, in one situation: there
// the labels that its own pages have tell how far each kind of evidence can be
// trusted. Whoever keeps it may give it with the next Input, and the space is not
// asked again. Its weights are whole ten-thousandths, from -MostWeight to MostWeight:
// who sends it as whole numbers loses nothing.
type Certainty struct {
	Situation Situation
	Weights   Features
}

// MostWeight is how much a feature can count for or against a label in Certainty.
// With a tenth of it one feature decides alone.
const MostWeight = 100

// AskedLabels is how many labels of each page weights are fitted on: those that come
// first, for nobody sees the others.
const AskedLabels = 10

const (
	// A space is asked by so many of its pages, spread evenly over those whose text
	// is known: each is judged by the others.
	askedPages = 60
	// With fewer than so many there is nothing to ask.
	fewestAsked = 12

	// The weights are pulled from those of all collections towards what holds here
	// as if the former had been learned from so many pages.
	priorPages = 30

	// What asking may cost, in products: some 50 ms for one request, and eight times
	// as much for a space that is learned for many pages.
	mostAsking     = 40_000_000
	mostAskingOnce = 8 * mostAsking

	// With more neighbours their likeness to each other takes more to work out and
	// to keep, 1 MB, than it saves.
	mostInKernel = 512
)

// fit asks the space's own pages how sure to be, in so many products at most.
func (s *Space) fit(most int) {
	situation := s.situationOf(1)
	if c := s.given.Certainty; c != nil && c.Situation == situation {
		s.certainty = c
		return
	}
	if situation == ByTitles {
		return // the pages that would be asked are known by less than the one that is asked about
	}
	examples := s.ask(situation, most)
	if len(examples) == 0 {
		return
	}
	weights := &s.weights.Of[situation]
	hold := s.weights.Prior[situation]
	for i := range hold {
		for j := range hold[i] {
			hold[i][j] = float64(priorPages * hold[i][j])
		}
	}
	told := Fit(*weights, &hold, examples)
	for i := range told {
		told[i] = rounded(min(max(told[i], -MostWeight), MostWeight))
	}
	s.certainty = &Certainty{situation, told}
}

// weightsIn are what the features count for in a situation.
func (s *Space) weightsIn(situation Situation) *Features {
	if s.certainty != nil && s.certainty.Situation == situation {
		return &s.certainty.Weights
	}
	return &s.weights.Of[situation]
}

// ask judges some of the neighbours by the others.
func (s *Space) ask(situation Situation, most int) []Example {
	var all []int32
	terms := 0
	for i := range s.texts {
		if terms += s.texts[i].shared; s.texts[i].words >= minText {
			all = append(all, int32(i))
		}
	}
	used := 0
	for i := range s.labels {
		if len(s.labels[i].pages) > 0 {
			used++
		}
	}
	count, likened := pagesToAsk(len(all), len(s.texts), terms, used, most)
	if count < fewestAsked {
		return nil
	}
	k := s.newLikeness()
	if likened {
		s.likenAll()
	}
	s.spellKnown()
	var examples []Example
	counts := make([]float32, s.terms())
	for i := range count {
		examples = s.askOne(&k, all[i*len(all)/count], situation, counts, examples)
	}
	return examples
}

// perLabel is what it takes to judge a label for a page that is asked, in products.
const perLabel = 300

// pagesToAsk is how many pages of so many are asked for so many products, and whether
// all neighbours are likened to each other first. That takes work once and then less
// for each page, but where most neighbours are known by their titles.
func pagesToAsk(pages, neighbours, terms, labels, most int) (count int, likened bool) {
	pages = min(pages, askedPages)
	each := max(1, 2*mostSteps*terms+perLabel*labels)
	count = min(pages, most/each)
	if neighbours > mostInKernel {
		return count, false
	}
	once, then := neighbours*terms, max(1, mostSteps*neighbours*neighbours+perLabel*labels)
	switch more := min(pages, max(0, most-once)/then); {
	case more > count:
		return more, true
	case more == count:
		return count, once+count*then < count*each
	}
	return count, false
}

// spellKnown spells the labels that neighbours have.
func (s *Space) spellKnown() {
	s.reader.Limit(mostDifferentInNames)
	for i := range s.labels {
		if l := &s.labels[i]; len(l.pages) > 0 && l.names == nil {
			s.spell(l, s.language)
		}
	}
}

// likenAll works out the likeness of all neighbours to each other, by a list of the
// neighbours that have each term: most pairs share few.
func (s *Space) likenAll() {
	type entry struct {
		text   int32
		weight float32
	}
	begins := make([]int32, s.terms()+1) // of the list of each term, and the end of the last; until they are filled, the ends
	for i := range s.texts {
		t := &s.texts[i]
		for _, t := range t.terms[:t.shared] {
			begins[t.id]++
		}
	}
	total := int32(0)
	for id, count := range begins {
		total += count
		begins[id] = total
	}
	lists := make([]entry, total)
	for i := len(s.texts) - 1; i >= 0; i-- {
		t := &s.texts[i]
		for _, t := range t.terms[:t.shared] {
			begins[t.id]--
			lists[begins[t.id]] = entry{int32(i), t.weight} //nolint:gosec // a request holds some hundreds
		}
	}
	n := len(s.texts)
	kernel := make([]float32, n*n)
	to := make([]float32, n)
	for i := range s.texts {
		clear(to)
		t := &s.texts[i]
		for _, t := range t.terms[:t.shared] {
			for _, e := range lists[begins[t.id]:begins[t.id+1]] {
				to[e.text] += float32(t.weight * e.weight)
			}
		}
		for j, likeness := range to {
			kernel[j*n+i] = likeness
		}
		kernel[i*n+i] = float32(float64(to[i]) + s.own[i])
	}
	s.kernel = kernel
}

// askOne appends what is known of the labels for one of the neighbours, as if it had
// none. counts is by term, zero, and left so.
func (s *Space) askOne(k *likeness, at int32, situation Situation, counts []float32, examples []Example) []Example {
	t := &s.texts[at]
	if s.own[at] > 0.99 {
		return examples // a page that shares no word with others
	}
	// Words that only this page has are words that no other has: they are no part
	// of its length.
	scale := 1 / math.Sqrt(1-s.own[at])
	s.likenessTo(k, at, k.to)
	for i := range k.to {
		k.to[i] = float64(k.to[i] * scale)
	}
	s.liken(k, at)
	for _, t := range t.terms {
		counts[t.id] = t.weight
	}
	s.scratch = s.reader.Read(s.given.Neighbours[s.from[at]].Title, s.language, s.scratch[:0])
	title := make([]words.ID, 0, 20)
	for _, w := range s.scratch {
		title = append(title, w.ID)
	}
	weights := s.weightsIn(situation)
	first := make([]Example, 0, AskedLabels+1) // those that come first, the best before the others
	odds := make([]float64, 0, AskedLabels+1)  // of each
	for i := range s.labels {
		l := &s.labels[i]
		pages := l.without(at)
		if pages == 0 || l.retired {
			continue
		}
		n := s.nameIn(t, counts, title, &l.names[0])
		f := s.features(k, int32(i), &n, pages)
		logOdds := f.LogOdds(weights)
		if len(first) == AskedLabels && logOdds <= odds[AskedLabels-1] {
			continue // as nearly all of thousands
		}
		at := len(first)
		for at > 0 && odds[at-1] < logOdds {
			at--
		}
		first = slices.Insert(first, at, Example{f, pages < len(l.pages)})
		odds = slices.Insert(odds, at, logOdds)
		first, odds = first[:min(len(first), AskedLabels)], odds[:min(len(odds), AskedLabels)]
	}
	for _, t := range t.terms {
		counts[t.id] = 0
	}
	return append(examples, first...)
}

// nameIn is name for a page of which only the title and the terms are at hand: a
// name of several words is on it if each pair of them is.
func (s *Space) nameIn(t *text, counts []float32, title []words.ID, own *spelling) naming {
	n := naming{}
	total, titled, here, all := 0.0, 0.0, 0.0, len(own.stems) > 0
	for i, id := range own.stems {
		stop, rarity := own.stops[i], s.rarityIn(own, i)
		number, known := s.knownTerm(id)
		total += rarity
		if known && int(number) < len(counts) && counts[number] > 0 {
			evened := float64(counts[number]) * t.length / float64(s.idf[number])
			here += float64(rarity * math.Min(1, evened/2))
		} else if !stop {
			all = false
		}
		if !stop && slices.Contains(title, id) {
			titled++
		}
		if i > 0 && all && !stop && !own.stops[i-1] {
			pair, ok := s.knownPair(own.stems[i-1], id)
			all = ok && int(pair) < len(counts) && counts[pair] > 0
		}
	}
	n.hasParts(titled, here, total, len(own.stems))
	if inTitle := holds(title, own.stems); all || inTitle {
		n.hasWhole(total, inTitle)
	}
	return n
}

// holds reports whether a list has another in one piece.
func holds(list, part []words.ID) bool {
	for i := range list {
		if len(part) > 0 && len(list)-i >= len(part) && slices.Equal(list[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
