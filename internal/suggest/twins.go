package suggest

import (
	"strings"
	"unicode/utf8"
)

// Two spellings are twins if people most likely mean one label by them:
// release-note and release-notes, on-boarding and onboarding, acessibility and
// accessibility. The rule is the one of the panel (static/src/twin.ts); both
// are tested with testdata/twins.jsonl.

// twinKey is a name without what spellings commonly differ in: separators and
// the English plural.
func twinKey(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	for i, p := range parts {
		parts[i] = singular(p)
	}
	return strings.Join(parts, "")
}

func singular(word string) string {
	n := utf8.RuneCountInString(word)
	switch {
	case n > 4 && strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case n > 4 && hasAnySuffix(word, "ses", "xes", "zes", "ches", "shes"):
		return word[:len(word)-2]
	case n > 3 && strings.HasSuffix(word, "s") && !hasAnySuffix(word, "ss", "us", "is"):
		return word[:len(word)-1]
	default:
		return word
	}
}

func hasAnySuffix(word string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(word, s) {
			return true
		}
	}
	return false
}

// shortestWithTypo is how long a key must be before one wrong letter is taken
// for a typo.
const shortestWithTypo = 5

// areTwins reports whether two different names, given by their keys, are twins.
func areTwins(a, b string) bool {
	if a == b {
		return true
	}
	if len(a)-len(b) > 4 || len(b)-len(a) > 4 {
		return false
	}
	x, y := []rune(a), []rune(b)
	return min(len(x), len(y)) >= shortestWithTypo && oneTypo(x, y)
}

// oneTypo is one letter more, less or other, or two neighbours swapped. A digit
// never counts: 2025 and 2026 are meant to differ.
func oneTypo(a, b []rune) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	start := 0
	for start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[start:len(a)-end], b[start:len(b)-end]
	for _, r := range append(append([]rune{}, x...), y...) {
		if r >= '0' && r <= '9' {
			return false
		}
	}
	if len(x) == 1 && len(y) <= 1 {
		return true
	}
	return len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}

// twins is a set of names in which spellings with the same key are one.
type twins struct{ names, keys map[string]bool }

func newTwins() *twins { return &twins{map[string]bool{}, map[string]bool{}} }

func (t *twins) add(name string) {
	t.names[name] = true
	t.keys[twinKey(name)] = true
}

func (t *twins) hasExactly(name string) bool { return t.names[name] }
func (t *twins) has(name string) bool        { return t.names[name] || t.keys[twinKey(name)] }

// typoIsRarer is how many times more often the right spelling is used than one
// with a typo. Two labels that people use alike are two labels: aws-ecs, aws-eks.
const typoIsRarer = 4

// mostUsedTwin is the spelling of a label to suggest: the one in the
// vocabulary, else the one most pages have.
func (s *space) mostUsedTwin(of int32) int32 {
	if s.looks++; s.looks > mostLooks {
		return of
	}
	var others []int32
	for i := range s.labels {
		if l := &s.labels[i]; int32(i) != of && !l.retired && (!s.in.OnlyListed || l.listed) && alike(l.name, s.labels[of].name) {
			others = append(others, int32(i))
		}
	}
	// First the same name in other forms, then the one that this one is a typo
	// of: in this order the labels' own order has no part in it.
	best, key := of, s.labels[of].twinKey()
	for _, other := range others {
		a, b := &s.labels[other], &s.labels[best]
		if (a.listed && !b.listed || a.listed == b.listed && s.uses(a) > s.uses(b)) && a.twinKey() == key {
			best = other
		}
	}
	for _, other := range others {
		a, b := &s.labels[other], &s.labels[best]
		if !b.listed && s.uses(a) >= typoIsRarer*max(s.uses(b), 1) && a.twinKey() != key && areTwins(key, a.twinKey()) {
			best = other
		}
	}
	return best
}

// mostLooks bounds how often all labels are looked through for a twin: there is
// no page with so many labels, and no list with so many kinds in it.
const mostLooks = 60

// alike is a quick look before two names are compared: a typo in the first
// two letters is rare, and endings and separators are short.
func alike(a, b string) bool {
	return len(a) > 1 && len(b) > 1 && a[:2] == b[:2] && max(len(a)-len(b), len(b)-len(a)) <= 4
}

func (l *labelled) twinKey() string {
	if l.key == "" {
		l.key = twinKey(l.name)
	}
	return l.key
}
