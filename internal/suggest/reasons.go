package suggest

import (
	"cmp"
	"slices"
	"strings"

	"labelup/internal/elementary"
	"labelup/internal/keyphrase"
	"labelup/internal/order"
	"labelup/internal/pagetext"
	"labelup/internal/words"
)

const (
	mostReasons    = 4
	mostReferences = 3   // neighbours named in a reason
	mostWords      = 3   // words named in a reason
	longestQuote   = 80  // bytes of a heading quoted in a reason
	mostPlaces     = 200 // of a word that are looked at for a good one to quote
)

// weighted is a reason with how much it counted, to sort by.
type weighted struct {
	Reason
	weight float64
}

// reasons says why a label fits, the strongest reason first. None means that it
// must not be suggested.
func (s *space) reasons(x *pageIndex, k *likeness, c *candidate) []Reason {
	w := s.weightsIn(c.situation)
	f := &c.features
	name := f.times(w, titleFeature) + f.times(w, textFeature) + f.times(w, wholeFeature)
	pages := f.times(w, similarFeature) + f.times(w, patternFeature)
	var all []weighted
	add := func(weight float64, r Reason) { all = append(all, weighted{r, weight}) }

	n := &c.naming
	if n.title.part >= 0 {
		add(3+name, Reason{Kind: InTitle, Text: n.title.in(x.parts)})
	}
	if n.heading.part >= 0 {
		add(1+name, Reason{Kind: InHeading, Text: n.heading.in(x.parts), Where: shortened(x.parts[n.heading.part].text)})
	}
	switch first := n.first(); {
	case first.synonym != "":
		add(name, Reason{Kind: Synonym, Text: first.in(x.parts), Count: first.times})
	case n.text.part >= 0:
		add(name, Reason{Kind: InText, Text: first.in(x.parts), Count: first.times})
	}
	similar := s.similarReason(k, c.label)
	if similar.Count > 1 || similar.Count == 1 && len(s.labels[c.label].pages) <= 2 {
		add(pages, similar)
	}
	if c.place.parent {
		add(parentAdds, Reason{Kind: Parent})
	}
	if beside := c.place.siblings; beside >= fewestSiblings {
		add(c.place.logOdds(s.in.Tree.Of), Reason{Kind: Siblings, Count: beside, Of: max(s.in.Tree.Of, beside)})
	}
	if words := s.descriptionWords(x, &c.described); len(words) > 0 {
		add(c.described.logOdds, Reason{Kind: Description, Words: words})
	}
	if words := s.profileWords(x, c.label); len(words) > 0 {
		add(float64(f.times(w, profileFeature)*0.5), Reason{Kind: Profile, Words: words})
	}
	if len(all) == 0 {
		if found := s.partOfName(x, c.label); found.Text != "" {
			add(name, found)
		}
		if similar.Count == 1 {
			add(pages, similar)
		}
	}
	order.By(all, func(a, b *weighted) int { return cmp.Compare(b.weight, a.weight) })
	reasons := make([]Reason, 0, mostReasons)
	for _, r := range all[:min(len(all), mostReasons)] {
		reasons = append(reasons, r.Reason)
	}
	return reasons
}

// first is the place to quote: in the text, for other reasons quote title and
// headings, or if the text has none the first one there.
func (n *naming) first() *found {
	switch {
	case n.text.part >= 0:
		return &n.text
	case n.title.part >= 0:
		return &n.title
	default:
		return &n.heading
	}
}

// shortened cuts a heading for display, between two words.
func shortened(heading string) string {
	if len(heading) <= longestQuote {
		return heading
	}
	cut := strings.LastIndexByte(heading[:longestQuote], ' ')
	if cut <= 0 {
		cut = longestQuote
		for cut > 0 && heading[cut]&0xC0 == 0x80 { // not within a character
			cut--
		}
	}
	return heading[:cut] + "…"
}

// similarReason counts the most similar pages that have the label.
func (s *space) similarReason(k *likeness, label int32) Reason {
	r := Reason{Kind: Similar, Of: len(k.nearest)}
	for _, p := range k.nearest {
		if slices.Contains(s.labelsOf[p], label) {
			r.Count++
			n := &s.given.Neighbours[s.from[p]]
			if len(r.Pages) < mostReferences && n.Title != "" {
				r.Pages = append(r.Pages, Reference{ID: n.ID, Title: n.Title})
			}
		}
	}
	return r
}

// profileWords are words of the page that set the label's pages apart, as the
// page has them.
func (s *space) profileWords(x *pageIndex, label int32) []string {
	l := &s.labels[label]
	if len(l.pages) < fewestForProfile {
		return nil
	}
	type shared struct {
		id    uint32
		score float64
		pages int
	}
	var found []shared
	at := map[uint32]int{}
	for _, p := range l.pages {
		for _, t := range s.texts[p].terms[:s.texts[p].shared] {
			if int(t.id) >= len(x.counts) || x.counts[t.id] == 0 {
				continue
			}
			i, ok := at[t.id]
			if !ok {
				i = len(found)
				at[t.id] = i
				found = append(found, shared{id: t.id})
			}
			found[i].score += float64(t.weight)
			found[i].pages++
		}
	}
	found = slices.DeleteFunc(found, func(f shared) bool {
		return f.pages < max(2, len(l.pages)/8) || s.isEverywhere(f.id) || s.lift(f.id, f.pages, len(l.pages)) < tellingLift
	})
	for i := range found {
		f := &found[i]
		f.score = float64(f.score * (elementary.Log1p(float64(x.counts[f.id])) * float64(s.idf[f.id]) * elementary.Log(s.lift(f.id, f.pages, len(l.pages)))))
	}
	order.By(found, func(a, b *shared) int {
		if a.score != b.score { // comparing stems costs more
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Or(cmp.Compare(s.stemOf(a.id), s.stemOf(b.id)), cmp.Compare(a.pages, b.pages))
	})
	var chosen []string
	named := map[words.ID]bool{} // each word once: two pairs may share one
	for _, f := range found {
		if len(chosen) == mostWords {
			break
		}
		first, second := s.stems[f.id], s.seconds[f.id]
		if named[first] || second != words.None && named[second] {
			continue
		}
		word := s.asWritten(x, f.id)
		if word != "" && !keyphrase.SaysLittle(strings.ToLower(word), s.language) {
			chosen = append(chosen, word)
			named[first] = true
			if second != words.None {
				named[second] = true
			}
		}
	}
	return chosen
}

// A word tells a label's pages from others if it is so many times as frequent
// among them. With fewer pages than three nothing can be said of a label.
const (
	tellingLift      = 2
	fewestForProfile = 3
)

// isEverywhere reports whether a third of all pages have a term: then it is what
// the space is about.
func (s *space) isEverywhere(id uint32) bool {
	return len(s.texts) >= enoughTexts && 3*int(s.pagesWith[id]) > len(s.texts)
}

// lift is how many times as frequent a term is among a label's pages as among
// all.
func (s *space) lift(id uint32, pages, of int) float64 {
	return float64(pages) / float64(of) * float64(len(s.texts)) / float64(s.pagesWith[id])
}

// stemOf sorts terms alike however they were numbered.
func (s *space) stemOf(id uint32) string {
	stem := s.reader.Text(s.stems[id])
	if second := s.seconds[id]; second != words.None {
		stem += " " + s.reader.Text(second)
	}
	return stem
}

// asWritten is a term as the page first has it by itself, not as a part of
// analytics.usa.gov; "" if it has not.
func (s *space) asWritten(x *pageIndex, id uint32) string {
	first, second := s.stems[id], s.seconds[id]
	tries := 0
	for at := x.byStem.first(first); at != 0 && tries < mostPlaces; at = x.byStem.next[at-1] {
		tries++
		p := x.places[at-1]
		list := x.parts[p.part].words[p.word:]
		length := 1
		if second != words.None {
			length = 2
		}
		if len(list) < length || length == 2 && (list[1].ID != second || list[1].Flags&words.Break != 0) {
			continue
		}
		partOfName := list[0].Flags&words.Joined != 0 || len(list) > length && list[length].Flags&words.Joined != 0
		if !partOfName || list[0].Flags&words.Gram != 0 {
			return x.parts[p.part].text[list[0].Start:list[length-1].End]
		}
	}
	return ""
}

// partOfName quotes a word of the label's name that the page has, where it first has
// it.
func (s *space) partOfName(x *pageIndex, label int32) Reason {
	l := &s.labels[label]
	own := &l.names[0]
	best, rarest := Reason{}, 0.0
	for i, id := range own.stems {
		at := x.byStem.first(id)
		if at == 0 || own.stops[i] || s.rarity(id) <= rarest {
			continue
		}
		p := x.places[at-1]
		part := &x.parts[p.part]
		w := part.words[p.word]
		rarest = s.rarity(id)
		switch best = (Reason{Kind: InText, Text: part.text[w.Start:w.End]}); part.kind {
		case pagetext.Title:
			best.Kind = InTitle
		case pagetext.Heading, pagetext.Subheading:
			best.Kind, best.Where = InHeading, shortened(part.text)
		default:
			for ; at != 0 && best.Count < maxOccurrences; at = x.byStem.next[at-1] {
				best.Count++
			}
		}
	}
	return best
}
