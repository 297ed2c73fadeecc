package suggest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"labelup/internal/label"
	"labelup/internal/pagetext"
	"labelup/internal/twin"
	"labelup/internal/words"
)

// broken lists which promises an answer breaks that hold for every input.
func broken(in Input, answer Answer) []string {
	c := &check{in: in, answer: answer}
	c.labels()
	c.scores()
	c.others()
	for _, s := range answer.Suggestions {
		if len(s.Reasons) == 0 || len(s.Reasons) > mostReasons {
			c.add("%q has %d reasons", s.Label, len(s.Reasons))
		}
		for _, r := range s.Reasons {
			c.reason(s, r)
		}
	}
	return c.found
}

type check struct {
	in     Input
	answer Answer
	found  []string
}

func (c *check) add(format string, arguments ...any) {
	c.found = append(c.found, fmt.Sprintf(format, arguments...))
}

// labels checks what may be suggested at all.
func (c *check) labels() {
	first := map[string]int{}
	var shown []string
	for _, s := range c.answer.Suggestions {
		if s.Label == "" || s.Label != strings.TrimSpace(s.Label) && s.New {
			c.add("%q is no label", s.Label)
		}
		if slices.ContainsFunc(shown, func(name string) bool { return compared(name, s.Label) == twin.Sure }) {
			c.add("%q is suggested twice: %q", s.Label, shown)
		}
		shown = append(shown, s.Label)
		for _, own := range c.in.Page.Labels {
			if own == s.Label || compared(own, s.Label) == twin.Sure {
				c.add("%q is on the page as %q", s.Label, own)
			}
		}
		if slices.ContainsFunc(c.in.Dismissed, func(name string) bool { return name == s.Label || compared(name, s.Label) == twin.Sure }) {
			c.add("%q was dismissed", s.Label)
		}
		at := slices.IndexFunc(c.in.Vocabulary, func(t Term) bool { return t.Label == s.Label })
		if slices.ContainsFunc(c.in.Vocabulary, func(t Term) bool { return t.Label == s.Label && t.Retired }) {
			c.add("%q is retired", s.Label)
		}
		if at < 0 && c.in.OnlyListed {
			c.add("%q is not listed", s.Label)
		}
		if at < 0 && c.isSynonym(s.Label) {
			c.add("%q is a synonym of another label", s.Label)
		}
		if s.New && slices.ContainsFunc(c.known(), func(name string) bool { return compared(name, s.Label) == twin.Sure }) {
			c.add("%q is said to be new and is in use", s.Label)
		}
		if !s.New && !slices.Contains(c.known(), s.Label) {
			c.add("%q is said to be in use and is not", s.Label)
		}
		if begin, _, several := strings.Cut(s.Label, "-"); several && !s.New {
			if first[begin]++; first[begin] > mostOfAKind {
				c.add("%d labels begin with %q: %q", first[begin], begin, shown)
			}
		}
	}
	limit := c.in.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	if len(shown) > limit {
		c.add("%d suggestions are more than %d", len(shown), limit)
	}
}

// known are the labels that the input has anywhere, on a page or in the vocabulary.
func (c *check) known() []string {
	var all []string
	for _, n := range c.in.Neighbours {
		all = append(all, n.Labels...)
	}
	for _, t := range c.in.Vocabulary {
		all = append(all, t.Label)
	}
	for _, count := range append(slices.Clone(c.in.InUse), c.in.Tree.Siblings...) {
		if count.Pages > 0 {
			all = append(all, count.Label)
		}
	}
	return append(all, c.in.Tree.Parent...)
}

func (c *check) isSynonym(name string) bool {
	return slices.ContainsFunc(c.in.Vocabulary, func(t Term) bool { return t.Label != "" && hasSynonym(t, name) })
}

// hasSynonym reports whether a name is a synonym of a term, as it stands there or as
// the label that is made of it.
func hasSynonym(t Term, name string) bool {
	return slices.ContainsFunc(t.Synonyms, func(synonym string) bool {
		parsed, err := label.Parse(synonym)
		return synonym == name || err == nil && string(parsed) == name
	})
}

// means reports whether a label somewhere in the input counts as the suggested
// one: by name, as a synonym, or because it is a twin.
func (c *check) means(have, suggested string) bool {
	return have == suggested || compared(have, suggested) != twin.No ||
		slices.ContainsFunc(c.in.Vocabulary, func(t Term) bool {
			return hasSynonym(t, have) && (t.Label == suggested || compared(t.Label, suggested) != twin.No)
		})
}

func (c *check) anyMeans(have []string, suggested string) bool {
	return slices.ContainsFunc(have, func(name string) bool { return c.means(name, suggested) })
}

func (c *check) scores() {
	before, fresh := 1.0, false
	for _, s := range c.answer.Suggestions {
		if math.IsNaN(s.Score) || s.Score < 0 || s.Score > 1 {
			c.add("%q has the score %v", s.Label, s.Score)
		}
		if s.New && !fresh {
			before, fresh = 1, true
		}
		if fresh && !s.New {
			c.add("%q comes after a new label", s.Label)
		}
		if s.Score > before {
			c.add("%q comes after one with a lower score", s.Label)
		}
		before = s.Score
		if s.Ticked && (s.New || s.Score < tickedScore[ByName]) {
			c.add("%q is ticked, its score is %v, new: %v", s.Label, s.Score, s.New)
		}
	}
}

// others checks what an answer has besides suggestions.
func (c *check) others() {
	if (c.answer.Nothing == "") != (len(c.answer.Suggestions) > 0) {
		c.add("%d suggestions, and nothing is %q", len(c.answer.Suggestions), c.answer.Nothing)
	}
	for _, r := range c.answer.Removals {
		if !slices.Contains(c.in.Page.Labels, r.Label) || math.IsNaN(r.Score) || r.Score < 0 || r.Score > 1 {
			c.add("removal of %q with the score %v", r.Label, r.Score)
		}
	}
	if len(c.answer.Search) > mostSearchWords {
		c.add("%d search words", len(c.answer.Search))
	}
	for i, word := range c.answer.Search {
		if word == "" || !c.onPage(word) {
			c.add("search word %q is not on the page", word)
		}
		if slices.ContainsFunc(c.answer.Search[:i], func(other string) bool { return strings.EqualFold(other, word) }) {
			c.add("search word %q is there twice", word)
		}
	}
}

func (c *check) onPage(text string) bool {
	return strings.Contains(c.in.Page.Title, text) ||
		slices.ContainsFunc(c.in.Page.Body.Blocks, func(b pagetext.Block) bool { return strings.Contains(b.Text, text) })
}

// timesOnPage is in how many places the page has the stems of a text that it has.
func (c *check) timesOnPage(text string) (most int) {
	parts, _ := newReading().page(&c.in.Page, c.in.language())
	stemsAt := func(p *part, first int) (stems []words.ID) { // of the text, if whole words of the part are it
		for end := p.words[first].Start + uint32(len(text)); first < len(p.words) && p.words[first].End <= end; first++ {
			if stems = append(stems, p.words[first].ID); p.words[first].End == end {
				return stems
			}
		}
		return nil
	}
	count := func(stems []words.ID) (times int) {
		for i := range parts {
			for first := range parts[i].words {
				at := parts[i].words[first:]
				if len(at) >= len(stems) && slices.EqualFunc(at[:len(stems)], stems, func(w words.Word, id words.ID) bool { return w.ID == id }) {
					times++
				}
			}
		}
		return times
	}
	var before [][]words.ID // in two languages a text may have other stems
	for i := range parts {
		for first := range parts[i].words {
			if !strings.HasPrefix(parts[i].text[parts[i].words[first].Start:], text) {
				continue
			}
			stems := stemsAt(&parts[i], first)
			if stems == nil || slices.ContainsFunc(before, func(other []words.ID) bool { return slices.Equal(stems, other) }) {
				continue
			}
			before = append(before, stems)
			most = max(most, count(stems))
		}
	}
	return most
}

// reason checks that what a reason says is true of the input.
func (c *check) reason(s Suggestion, r Reason) {
	wrong := func(why string) { c.add("%q: %s: %+v", s.Label, why, r) }
	quotes := r.Kind == InTitle || r.Kind == InHeading || r.Kind == InText || r.Kind == Synonym || r.Kind == Phrase
	switch {
	case quotes && (r.Text == "" || !c.onPage(r.Text)):
		wrong("the page does not say so")
	case !quotes && r.Text != "":
		wrong("there is nothing to quote")
	case (r.Kind == Phrase) != s.New:
		wrong("a phrase is the reason for new labels")
	}
	switch r.Kind {
	case InTitle:
		if !strings.Contains(c.in.Page.Title, r.Text) {
			wrong("the title does not say so")
		}
	case InHeading:
		if !slices.ContainsFunc(c.in.Page.Body.Blocks, func(b pagetext.Block) bool { return isCutOf(r.Where, b) && strings.Contains(b.Text, r.Text) }) {
			wrong("no such heading says so")
		}
	case InText, Synonym, Phrase:
		if most := c.timesOnPage(r.Text); r.Count < 1 || r.Count > most {
			wrong(fmt.Sprintf("the page has it %d times", most))
		}
	case Similar:
		c.similar(s, r, wrong)
	case Parent:
		if !c.anyMeans(c.in.Tree.Parent, s.Label) {
			wrong("the page above does not have it")
		}
	case Siblings:
		if !slices.ContainsFunc(c.in.Tree.Siblings, func(count Count) bool { return c.means(count.Label, s.Label) && count.Pages == r.Count }) ||
			r.Count > r.Of || r.Of != max(c.in.Tree.Of, r.Count) {
			wrong("the pages beside do not have it so often")
		}
	case Profile:
		if len(r.Words) == 0 || len(r.Words) > mostWords {
			wrong("there are a few words")
		}
		for _, word := range r.Words {
			if word == "" || !c.onPage(word) || c.pagesSaying(word, s.Label) < 2 {
				wrong("the word " + word + " is not on this page and two others")
			}
		}
	case Description:
		if len(r.Words) == 0 || len(r.Words) > mostWords {
			wrong("there are a few words")
		}
		for _, word := range r.Words {
			if word == "" || !c.onPage(word) || !c.describes(word, s.Label) {
				wrong("the word " + word + " is not on this page and in the description")
			}
		}
	default:
		wrong("there is no such kind")
	}
}

// describes reports whether the description of a label has a word that begins like
// this one.
func (c *check) describes(word, label string) bool {
	_, size := utf8.DecodeRuneInString(word)
	return slices.ContainsFunc(c.in.Vocabulary, func(t Term) bool {
		return c.means(t.Label, label) && strings.Contains(strings.ToLower(t.Description), strings.ToLower(word[:size]))
	})
}

func isCutOf(where string, b pagetext.Block) bool {
	if b.Kind != pagetext.Heading && b.Kind != pagetext.Subheading {
		return false
	}
	cut, short := strings.CutSuffix(where, "…")
	return where == b.Text || short && strings.HasPrefix(b.Text, cut) && len(cut) <= longestQuote
}

func (c *check) similar(s Suggestion, r Reason, wrong func(string)) {
	having := 0
	for _, n := range c.in.Neighbours {
		if c.anyMeans(n.Labels, s.Label) {
			having++
		}
	}
	if r.Count < 1 || r.Count > r.Of || r.Of > voters || r.Count > having || len(r.Pages) > min(r.Count, mostReferences) {
		wrong("so many pages do not have it")
	}
	for _, page := range r.Pages {
		if !slices.ContainsFunc(c.in.Neighbours, func(n Neighbour) bool {
			return n.ID == page.ID && n.Title == page.Title && c.anyMeans(n.Labels, s.Label)
		}) {
			wrong("the page " + page.Title + " does not have it")
		}
	}
}

// pagesSaying counts the pages with a label on which all words of a text are, in
// any form that the page's language or theirs has.
func (c *check) pagesSaying(text, label string) int {
	own := c.in.language()
	count := 0
	for _, n := range c.in.Neighbours {
		if !c.anyMeans(n.Labels, label) {
			continue
		}
		language := languageOf(&n.Page, own)
		reader := words.NewReader()
		stems := map[words.ID]bool{}
		for _, w := range reader.Read(n.Title, language, nil) {
			stems[w.ID] = true
		}
		for _, b := range n.Body.Blocks {
			for _, w := range reader.Read(b.Text, language, nil) {
				stems[w.ID] = true
			}
		}
		missing := func(w words.Word) bool { return !stems[w.ID] }
		if !slices.ContainsFunc(reader.Read(text, own, nil), missing) || !slices.ContainsFunc(reader.Read(text, language, nil), missing) {
			count++
		}
	}
	return count
}
