package suggest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"labelup/internal/elementary"
	"labelup/internal/order"
	"labelup/internal/words"
)

// What a vocabulary says of a label beyond its name, where no page has it yet. In
// log-odds, chosen by hand on made-up pages: no collection of labelled pages has
// descriptions. A description alone is never enough for a tick.
const (
	mostByDescription = 1.8 // however much of a description is on the page
	wordByDescription = 0.7 // for a word that no other description has and the page stresses
	groupAdds         = 0.4 // the name of its group is on the page, and so is something of its own
)

// ordinaryLength is how many words a page may have before a word of a description
// is expected on it by chance.
const ordinaryLength = 400

// described is what the page has of a label's description.
type described struct {
	words   []words.ID // the rarest first
	logOdds float64
}

// readDescriptions finds what the page has of the description of each label. It
// costs no more than mostInDescriptions words.
func (s *space) readDescriptions(x *pageIndex) map[string]described {
	type found struct {
		label string
		words []words.ID
	}
	var all []found
	in := map[words.ID]int{} // in how many descriptions a word of the page is
	descriptions, read := 0, 0
	s.reader.Limit(mostDifferentInDescriptions)
	for i := range s.given.Vocabulary {
		t := &s.given.Vocabulary[i]
		if t.Description == "" || t.Retired {
			continue
		}
		if read >= mostInDescriptions {
			s.leftOut = true
			break
		}
		descriptions++
		ofName := slices.Clone(s.readName(t.Label, s.language))
		s.scratch = s.reader.Read(t.Description, s.language, s.scratch[:0])
		read += len(s.scratch) + len(ofName)
		here := found{label: t.Label}
		for _, w := range s.scratch {
			if !meaningful(w) || w.Flags&words.Number != 0 || x.byStem.first(w.ID) == 0 ||
				slices.ContainsFunc(ofName, func(own words.Word) bool { return own.ID == w.ID }) {
				continue
			}
			if !slices.Contains(here.words, w.ID) {
				here.words = append(here.words, w.ID)
				in[w.ID]++
			}
		}
		if len(here.words) > 0 {
			all = append(all, here)
		}
	}
	out := make(map[string]described, len(all))
	most := elementary.Log((float64(descriptions) + 1) / 1.5)
	scale := math.Min(1, ordinaryLength/float64(max(len(x.places), 1)))
	for _, f := range all {
		d := described{words: f.words}
		strong := 0
		for _, id := range f.words {
			rare := elementary.Log((float64(descriptions)+1)/(float64(in[id])+0.5)) / most
			stressed := math.Min(1, elementary.Log1p(float64(x.weightOf(id)*scale))/2)
			if rare >= 0.5 {
				strong++
			}
			d.logOdds += float64(wordByDescription * float64(rare*stressed))
		}
		if strong < 2 {
			continue // one word is on a page by chance
		}
		d.logOdds = math.Min(d.logOdds, mostByDescription)
		order.By(d.words, func(a, b *words.ID) int {
			return cmp.Or(cmp.Compare(in[*a], in[*b]), cmp.Compare(s.reader.Text(*a), s.reader.Text(*b)))
		})
		out[f.label] = d
	}
	return out
}

// weightOf is how often the page has a word, each time by the weight of its place.
func (x *pageIndex) weightOf(id words.ID) float64 {
	sum, tries := 0.0, 0
	for at := x.byStem.first(id); at != 0 && tries < maxOccurrences; at = x.byStem.next[at-1] {
		sum += x.parts[x.places[at-1].part].weight
		tries++
	}
	return sum
}

// descriptionWords are the words of a description that the page has, as it has
// them.
func (s *space) descriptionWords(x *pageIndex, d *described) []string {
	var chosen []string
	for _, id := range d.words {
		if len(chosen) == mostWords {
			break
		}
		if at := x.byStem.first(id); at != 0 {
			w := x.word(at - 1)
			chosen = append(chosen, x.parts[x.places[at-1].part].text[w.Start:w.End])
		}
	}
	return chosen
}

// groupsOnPage are the groups of the vocabulary whose name is on the page.
func (s *space) groupsOnPage(x *pageIndex) map[string]bool {
	groups := map[string]bool{}
	for i := range s.given.Vocabulary {
		group := s.given.Vocabulary[i].Group
		if group == "" {
			continue
		}
		if _, ok := groups[group]; ok || len(groups) == mostGroups {
			continue
		}
		l := labelled{name: group}
		s.spell(&l, s.language)
		n := s.name(x, -1, &l)
		groups[group] = n.count > 0
	}
	return groups
}

// longTitle is how many words a title may have that is about one thing.
const longTitle = 6

// isPlain reports whether a name may be ticked without any page that has it: a
// short title has it as it is spelled, begins with it unless it has several words,
// and it is not a word of other labels, as "workshops" is that would be found on
// every page about an online workshop.
func (s *space) isPlain(x *pageIndex, c *candidate) bool {
	l := &s.labels[c.label]
	name := cmp.Or(c.naming.title.synonym, l.name)
	if utf8.RuneCountInString(name) < 2 || c.naming.title.part < 0 || !isSpelled(c.naming.title.in(x.parts), name) {
		return false
	}
	title := x.parts[c.naming.title.part].words
	if c.naming.title.start > title[0].Start && !strings.ContainsFunc(name, isSeparatorRune) {
		return false
	}
	length := 0
	for _, w := range title {
		if w.Flags&words.Gram == 0 {
			length++
		}
	}
	return length <= longTitle && !s.isPartOfOthers(name)
}

// isSpelled reports whether a text is a name but for case and what joins its words.
func isSpelled(text, name string) bool {
	spaced := func(text string) string { return strings.Join(strings.FieldsFunc(text, isSeparatorRune), " ") }
	return strings.EqualFold(spaced(text), spaced(name))
}

// isPartOfOthers reports whether a name of one word is a word of other labels.
func (s *space) isPartOfOthers(name string) bool {
	if strings.ContainsFunc(name, isSeparatorRune) {
		return false
	}
	wanted := withoutS(strings.ToLower(name))
	for i := range s.labels {
		other := s.labels[i].name
		if at := strings.Index(other, wanted); at < 0 || len(other) == len(wanted) {
			continue
		}
		several := strings.ContainsFunc(other, isSeparatorRune)
		for word := range strings.FieldsFuncSeq(other, isSeparatorRune) {
			if several && withoutS(word) == wanted {
				return true
			}
		}
	}
	return false
}

func isSeparatorRune(c rune) bool { return c < 0x80 && isSeparator(byte(c)) } //nolint:gosec // it is ASCII

// withoutS is a word without the s of a plural, which is enough to compare labels.
func withoutS(word string) string { return strings.TrimSuffix(word, "s") }
