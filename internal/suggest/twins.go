package suggest

import (
	"iter"
	"slices"
	"strings"

	"labelup/internal/twin"
	"labelup/internal/words"
)

// twins is a set of names in which all spellings of a label are one.
type twins struct{ names, keys, others map[string]bool }

func newTwins() *twins { return &twins{map[string]bool{}, map[string]bool{}, map[string]bool{}} }

func (t *twins) add(name string) {
	form := twin.FormOf(name)
	t.names[name], t.keys[form.Key] = true, true
	for _, key := range form.Others() {
		t.others[key] = true
	}
}

func (t *twins) has(name string) bool {
	if t.names[name] {
		return true
	}
	if len(t.names) == 0 {
		return false
	}
	form := twin.FormOf(name)
	return t.keys[form.Key] || t.others[form.Key] || slices.ContainsFunc(form.Others(), func(key string) bool { return t.keys[key] })
}

// mostUsedTwin is the spelling of a label to suggest: the one in the
// vocabulary, else the one most pages have. What may be a misspelling is one if
// the pages that have it do not write it.
func (s *space) mostUsedTwin(of int32) int32 {
	if s.looks++; s.looks > mostLooks {
		return of
	}
	best := of
	var errors []int32 // labels that this one may be a misspelling of
	for i, verdict := range s.alike(s.labels[of].name) {
		l := &s.labels[i]
		if i == of || l.retired || s.in.OnlyListed && !l.listed {
			continue
		}
		switch verdict {
		case twin.Sure:
			if a, b := l, &s.labels[best]; a.listed && !b.listed || a.listed == b.listed && s.uses(a) > s.uses(b) {
				best = i
			}
		case twin.Perhaps:
			if len(errors) < mostErrors {
				errors = append(errors, i)
			}
		}
	}
	for _, i := range errors {
		a, b := &s.labels[i], &s.labels[best]
		if b.listed || s.uses(a) <= s.uses(b) {
			continue
		}
		pair := twin.Pair{Stays: twin.Label{Name: a.name, Pages: s.uses(a)}, Goes: twin.Label{Name: b.name, Pages: s.uses(b)}, Verdict: twin.Perhaps}
		together := slices.ContainsFunc(a.pages, func(p int32) bool { return slices.Contains(b.pages, p) })
		if pair.Settle(together, func(pagesWith, spelling string) twin.Answer { return s.writes(pagesWith, spelling) }).Verdict == twin.Sure {
			best = i
		}
	}
	return best
}

// alike are the labels that are or may be another spelling of a name, with which of
// the two.
func (s *space) alike(name string) iter.Seq2[int32, twin.Verdict] {
	form, begin := twin.FormOf(name), twin.Begin(name)
	return func(yield func(int32, twin.Verdict) bool) {
		for i, other := range s.begins {
			if other != begin && other != 0 && begin != 0 {
				continue // thousands of times: it does not even look at the label
			}
			l := &s.labels[i]
			if !twin.Alike(l.name, name) {
				continue
			}
			if l.form == nil {
				if s.forms++; s.forms > mostForms {
					continue
				}
			}
			if verdict := twin.Compare(l.formed(), &form); verdict != twin.No && !yield(int32(i), verdict) {
				return
			}
		}
	}
}

// twinOf is the label of which a name is surely another spelling, or of a synonym of
// which it is.
func (s *space) twinOf(name string) (int32, bool) {
	for i, verdict := range s.alike(name) {
		if verdict == twin.Sure {
			return i, true
		}
	}
	form, first := twin.FormOf(name), int32(-1) // the first, whatever the order of the synonyms
	for synonym, label := range s.synonymOf {
		if !twin.Alike(synonym, name) {
			continue
		}
		if other := twin.FormOf(synonym); twin.Compare(&other, &form) == twin.Sure {
			if at, ok := s.numbered(label); ok && (first < 0 || at < first) {
				first = at
			}
		}
	}
	return max(first, 0), first >= 0
}

// writes says whether the pages with a label have a spelling in their text.
func (s *space) writes(pagesWith, spelling string) twin.Answer {
	if slices.Contains(s.in.Page.Labels, pagesWith) {
		if s.bare == "" {
			s.bare = bareText(&s.in.Page)
		}
		if twin.Writes(s.bare, spelling) {
			return twin.Yes
		}
		return twin.Not
	}
	l := s.label(spelling)
	if len(l.names) == 0 || len(l.names[0].stems) == 0 {
		return twin.Unknown // nothing was asked of it on this page
	}
	answer := twin.Unknown
	for _, p := range s.label(pagesWith).pages {
		if s.texts[p].words < minText {
			continue
		}
		if answer = twin.Not; s.hasAll(p, l.names[0].stems) {
			return twin.Yes
		}
	}
	return answer
}

// bareText is the text of a page to look for spellings in.
func bareText(p *Page) string {
	var bare strings.Builder
	bare.WriteString(twin.Bare(p.Title))
	for i := range p.Body.Blocks {
		bare.WriteString("\n")
		bare.WriteString(twin.Bare(p.Body.Blocks[i].Text))
	}
	return bare.String()
}

// hasAll reports whether a neighbour has all these words.
func (s *space) hasAll(neighbour int32, stems []words.ID) bool {
	for _, stem := range stems {
		number, ok := s.knownTerm(stem)
		if !ok || !slices.ContainsFunc(s.texts[neighbour].terms, func(t term) bool { return t.id == number }) {
			return false
		}
	}
	return true
}

// mostLooks bounds how often all labels are looked through for a twin: there is
// no page with so many labels, and no list with so many kinds in it.
const mostLooks = 60

// mostForms bounds how many labels are made ready to be compared for a page: many
// may begin alike, and few do on purpose.
const mostForms = 3000

// mostErrors bounds how many labels one may be a misspelling of.
const mostErrors = 8

// formed is the name made ready to be compared, once it was needed.
func (l *labelled) formed() *twin.Form {
	if l.form == nil {
		form := twin.FormOf(l.name)
		l.form = &form
	}
	return l.form
}
