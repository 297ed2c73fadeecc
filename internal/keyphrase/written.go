package keyphrase

import (
	"slices"
	"strings"
	"unicode"

	"labelup/internal/label"
	"labelup/internal/words"
)

// phrases says how and where the chosen candidates are written.
func (p *page) phrases(chosen []*candidate) []Phrase {
	if len(chosen) == 0 {
		return nil
	}
	index := make(map[key]*candidate, len(chosen))
	longest := make([]int, p.reader.Len())
	places := make(map[*candidate][]place, len(chosen))
	spelling := p.spelling(chosen)
	for _, c := range chosen {
		index[c.key] = c
		longest[c.key[0]] = max(longest[c.key[0]], c.tokens)
	}
	p.each(longest, index, func(c *candidate, chunk chunk, at int) {
		if len(places[c]) < maxSpellings {
			places[c] = append(places[c], place{part: chunk.part, at: at})
		}
	})
	out := make([]Phrase, len(chosen))
	for i, c := range chosen {
		out[i] = Phrase{
			Text:  p.text(c, places[c], spelling),
			Stems: slices.Clone(c.key[:c.tokens]),
			Score: c.score,
			Count: c.count,
		}
		for _, place := range places[c][:min(maxOccurrences, len(places[c]))] {
			out[i].Occurrences = append(out[i].Occurrences, At{
				Part: place.part, Start: p.tokens[place.at].Start, End: p.tokens[place.at+c.tokens-1].End,
			})
		}
	}
	return out
}

// maxSpellings is how many occurrences of a phrase are compared to see how it is
// most often written.
const maxSpellings = 100

// place is where a candidate occurs: from page.tokens[at] on.
type place struct{ part, at int }

// text is a candidate as it is most often written; of spellings used equally
// often, the first.
func (p *page) text(c *candidate, places []place, spelling map[words.ID]string) string {
	counts := make(map[string]int, 4)
	var order []string
	for _, place := range places {
		text := p.spell(place, c.tokens, spelling)
		if counts[text] == 0 {
			order = append(order, text)
		}
		counts[text]++
	}
	most := order[0]
	for _, text := range order {
		if counts[text] > counts[most] {
			most = text
		}
	}
	return most
}

// spell writes the words of one occurrence: what is not to be written in lower
// case as spelling says, and between them what joins them, or a space.
func (p *page) spell(place place, size int, spelling map[words.ID]string) string {
	source := p.parts[place.part].Text
	var out strings.Builder
	for i, token := range p.tokens[place.at : place.at+size] {
		start := token.Start
		if i > 0 {
			before := p.tokens[place.at+i-1]
			if token.Start < before.End { // the pairs of characters of a run overlap
				start = before.End
			} else {
				out.WriteString(joint(source[before.End:token.Start], token.Flags))
			}
		}
		if own, ok := spelling[token.Folded]; ok && start == token.Start {
			out.WriteString(own)
		} else {
			out.WriteString(label.Lower(source[start:token.End]))
		}
	}
	return out.String()
}

// joint is what is written between two words that have this between them.
func joint(gap string, flags words.Flags) string {
	switch {
	case flags&words.Joined == 0:
		return " "
	case gap == "\u2010", gap == "\u2011":
		return "-"
	}
	return gap
}

// spelling says how words of the chosen candidates are written that the page
// never has in lower case: with capitals inside them (FOIA, GitHub) wherever it
// has them so, with a capital at the beginning (Lisbon) if running text does.
func (p *page) spelling(chosen []*candidate) map[words.ID]string {
	wanted := make(map[words.ID]bool, 4*len(chosen)) // stems
	for _, c := range chosen {
		for _, stem := range c.key[:c.tokens] {
			wanted[stem] = true
		}
	}
	found := map[words.ID]string{} // by words.Word.Folded; "" if it is seen in lower case
	inside := map[words.ID]bool{}
	for _, chunk := range p.chunks {
		part := p.parts[chunk.part]
		running := !part.Title && part.Weight <= 1
		for _, token := range p.tokens[chunk.from:chunk.to] {
			if !wanted[token.ID] {
				continue
			}
			text := part.Text[token.Start:token.End]
			had, seen := found[token.Folded]
			switch {
			case seen && had == "":
			case isLower(text):
				found[token.Folded] = ""
			case hasCapitalInside(text):
				if !inside[token.Folded] {
					found[token.Folded], inside[token.Folded] = text, true
				}
			case !seen && running && token.Flags&words.Capital != 0:
				found[token.Folded] = text
			}
		}
	}
	for id, text := range found {
		if text == "" {
			delete(found, id)
		}
	}
	return found
}

func isLower(text string) bool { return !strings.ContainsFunc(text, isCapital) }

func hasCapitalInside(text string) bool {
	at := strings.LastIndexFunc(text, isCapital)
	return at > 0
}

func isCapital(c rune) bool { return unicode.IsUpper(c) || unicode.IsTitle(c) }
