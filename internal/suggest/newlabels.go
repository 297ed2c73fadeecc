package suggest

import (
	"slices"
	"strings"

	"labelup/internal/keyphrase"
	"labelup/internal/label"
	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// phrases finds what the page is about in its own words.
func (s *space) phrases(x *pageIndex) []keyphrase.Phrase {
	parts := make([]keyphrase.Part, len(x.parts))
	for i, p := range x.parts {
		if p.kind == pagetext.Code {
			continue // what stands only in code is no name for the page
		}
		parts[i] = keyphrase.Part{Weight: p.weight, Title: p.kind == pagetext.Title, Text: p.text, Words: p.words}
	}
	return keyphrase.Find(s.reader, parts, s.language, s.style.shape, mostPhrases)
}

const mostPhrases = 40

// style is how the labels in use look.
type style struct {
	shape     keyphrase.Shape
	separator string // between words: a hyphen, an underscore, or a space where labels come from elsewhere
}

// learnStyle learns what labels look like from those in use.
func (s *Space) learnStyle() style {
	var hyphens, underscores, spaces, one, all int
	for i := range s.labels {
		l := &s.labels[i]
		if l.uses == 0 && !l.listed {
			continue
		}
		all++
		switch joints := l.look.joints; {
		case joints&spaced != 0:
			spaces++
		case joints&hyphened != 0:
			hyphens++
		case joints&underscored != 0:
			underscores++
		default:
			one++
		}
	}
	out := style{separator: "-"}
	if most := max(hyphens, underscores, spaces); most > 0 {
		switch most {
		case hyphens:
		case underscores:
			out.separator = "_"
		default:
			out.separator = " "
		}
	}
	if all > 0 {
		out.shape = keyphrase.Shape{OneWord: float64(one) / float64(all), Labels: all}
	}
	return out
}

// How likely a phrase is to be wanted as a new label. Where no label is in use
// somebody has to begin, and where few are somebody has just begun. Beside more, a
// new one is the exception: only for what a page insists on. How often it is right
// there is in the tables of docs/suggestions.md. It is never ticked: making a label is
// for a person to decide.
const (
	firstScore     = 0.4  // of the best phrase of a page where no label is in use
	firstScoreStep = 0.92 // of each further one, times the one before
	fewScore       = 0.25
	besideScore    = 0.2
	fewLabels      = 12 // in use
	stands         = 3  // times on the page, once in the title, where few labels are in use
	insists        = 12 // times, where more are
	rareOnPages    = 2  // neighbours that may have a word that is rare
)

// newLabels proposes labels that no page has yet: as many as there is room for
// where no label is in use, else few and last.
func (s *space) newLabels(x *pageIndex, shown []Suggestion, limit int) []Suggestion {
	phrases, room, score := x.phrases, limit-len(shown), firstScore
	beside := s.inUse > 0
	switch {
	case s.inUse > fewLabels:
		room, score, phrases = min(room, 1), besideScore, phrases[:min(len(phrases), 1)]
	case beside:
		room, score = min(room, 1), fewScore
	}
	if room <= 0 {
		return nil
	}
	taken := newTwins()
	for _, names := range [][]string{s.in.Page.Labels, s.in.Dismissed} {
		for _, name := range names {
			taken.add(name)
		}
	}
	separator := s.style.separator
	var suggestions []Suggestion
	for _, p := range phrases {
		if len(suggestions) == room {
			break
		}
		name := shaped(p.Text, separator, s.language)
		if name == "" || taken.has(name) || beside && !s.worthMaking(x, &p, name) {
			continue
		}
		taken.add(name)
		suggestions = append(suggestions, Suggestion{
			Label: name, Score: rounded(score), New: true,
			Reasons: []Reason{{Kind: Phrase, Text: quote(x, &p), Count: p.Count}},
		})
		score = float64(score * firstScoreStep)
	}
	return suggestions
}

// worthMaking reports whether a phrase is worth a label beside those in use: the
// title has it, and where more than a few labels are in use it is a name that the
// page has again and again.
func (s *space) worthMaking(x *pageIndex, p *keyphrase.Phrase, name string) bool {
	if s.inUse > fewLabels && (p.Count < insists || p.Text == label.Lower(p.Text)) {
		return false
	}
	return p.Count >= stands && inTitle(x, p) && !s.isGeneral(p) && !s.known(name)
}

// inTitle reports whether a phrase is in the title of the page.
func inTitle(x *pageIndex, p *keyphrase.Phrase) bool {
	return slices.ContainsFunc(p.Occurrences, func(at keyphrase.At) bool { return x.parts[at.Part].kind == pagetext.Title })
}

// isGeneral reports whether a phrase is a single word that several neighbours
// have: it says what the space is about, and not what the page is.
func (s *space) isGeneral(p *keyphrase.Phrase) bool {
	if len(p.Stems) != 1 {
		return false
	}
	number, ok := s.knownTerm(p.Stems[0])
	return ok && int(number) < len(s.pagesWith) && s.pagesWith[number] > rareOnPages
}

// known reports whether a label in use or in the vocabulary, or a synonym, is
// the same name or surely another spelling of it.
func (s *space) known(name string) bool {
	_, is := s.numbered(name)
	if !is {
		_, is = s.twinOf(name)
	}
	return is
}

// quote is the phrase as the page first has it.
func quote(x *pageIndex, p *keyphrase.Phrase) string {
	if len(p.Occurrences) == 0 {
		return p.Text
	}
	at := p.Occurrences[0]
	return x.parts[at.Part].text[at.Start:at.End]
}

const mostSearchWords = 8

// searchWords are the words by which Confluence finds pages like this one: those
// of the title and of what stands out, then those the page stresses.
func (s *space) searchWords(x *pageIndex) []string {
	var chosen []string
	seen := map[string]bool{}
	add := func(p *part, w words.Word) {
		stem, folded := s.reader.Text(w.ID), s.reader.Text(w.Folded)
		written := p.text[w.Start:w.End]
		lower := strings.ToLower(written) // of two languages a word may have two stems
		if len(chosen) < mostSearchWords && meaningful(w) && w.Flags&words.Number == 0 && !seen[stem] && !seen[folded] && !seen[lower] {
			seen[stem], seen[folded], seen[lower] = true, true, true
			chosen = append(chosen, written)
		}
	}
	for i := range x.parts {
		p := &x.parts[i]
		if p.kind != pagetext.Title {
			continue
		}
		for _, w := range p.words {
			add(p, w)
		}
	}
	for _, phrase := range x.phrases {
		for _, stem := range phrase.Stems {
			if at := x.byStem.first(stem); at != 0 {
				add(&x.parts[x.places[at-1].part], x.word(at-1))
			}
		}
	}
	return chosen
}
