package twin

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"labelup/internal/words"
)

// Label is a name and on how many pages it is.
type Label struct {
	Name  string
	Pages int
}

// Pair is two labels that are or may be one. Stays is the spelling that more
// pages have, of equals the shorter, then the first; Goes would be merged into it.
type Pair struct {
	Stays, Goes Label
	Verdict     Verdict // Sure or Perhaps
}

// Answer says whether something is so, if it is known.
type Answer int

const (
	Unknown Answer = iota
	Yes
	Not
)

// Settle judges a pair that may be one by its pages: together says that a page has
// both labels, and has whether the text of the pages with a label has a spelling.
// What people write in their texts, they mean: of a misspelling that it is none, of
// initials what they are short for.
func (p Pair) Settle(together bool, has func(pagesWith, spelling string) Answer) Pair {
	if p.Verdict != Perhaps {
		return p
	}
	if p.areInitials() {
		if has(p.Stays.Name, p.Goes.Name) == Yes || has(p.Goes.Name, p.Stays.Name) == Yes {
			p.Verdict = Sure
		}
		return p
	}
	if together {
		p.Verdict = No
		return p
	}
	own := has(p.Goes.Name, p.Goes.Name)
	if own == Yes && p.Goes.Pages == p.Stays.Pages {
		p.Stays, p.Goes = p.Goes, p.Stays
		own = has(p.Goes.Name, p.Goes.Name)
	}
	switch {
	case own == Yes:
		p.Verdict = No
	case own == Not && (min(utf8.RuneCountInString(p.Stays.Name), utf8.RuneCountInString(p.Goes.Name)) >= shortestUnseen || has(p.Goes.Name, p.Stays.Name) == Yes):
		p.Verdict = Sure
	}
	return p
}

// areInitials tells the two kinds of pairs that may be one: no misspelling is told in
// so short a name.
func (p Pair) areInitials() bool {
	a, b := FormOf(p.Stays.Name), FormOf(p.Goes.Name)
	return min(utf8.RuneCountInString(a.Key), utf8.RuneCountInString(b.Key)) < shortestWithOne
}

// shortestUnseen is how many letters a name has of which a misspelling is told
// though the right spelling is not in the text either.
const shortestUnseen = 8

// Offered says whether a pair is worth a person's look: it is Sure, or may be the
// misspelling of a long name that much fewer pages have than the other.
func (p Pair) Offered() bool {
	return p.Verdict == Sure || p.Verdict == Perhaps && p.Stays.Pages >= muchMore*p.Goes.Pages && utf8.RuneCountInString(p.Goes.Name) >= shortestUnseen && !p.areInitials()
}

const muchMore = 4

// Bare is a text made ready to look for names in it: plain, a space for all that
// separates words.
func Bare(text string) string {
	return strings.Join(strings.FieldsFunc(words.Plain(text), separates), " ")
}

// Writes says whether a bare text has a name, with other separators or none; a name
// that is as short as a common word is one there.
func Writes(bare, name string) bool {
	form, typed := FormOf(name), strings.ReplaceAll(Bare(name), " ", "")
	if utf8.RuneCountInString(form.Key) < shortestWithOne {
		return slices.Contains(strings.Fields(bare), typed)
	}
	bare = strings.ReplaceAll(bare, " ", "")
	return strings.Contains(bare, typed) || strings.Contains(bare, form.Key)
}

// mostAlike is with how many others of the same key, or that differ in the same
// place, a label is compared.
const mostAlike = 20

// Pairs finds the labels that are or may be one, in the order of their names.
// The work grows with the length of all names together.
func Pairs(labels []Label) []Pair {
	all := make([]Form, len(labels))
	var groups [][]int // labels that share a key, or what is left of a word without a letter or two
	group := map[string]int{}
	for i := range labels {
		all[i] = FormOf(labels[i].Name)
		for _, key := range slices.Concat(all[i].keys(), all[i].words, all[i].without()) {
			n, ok := group[key]
			if !ok {
				n = len(groups)
				group[key] = n
				groups = append(groups, nil)
			}
			if g := groups[n]; len(g) == 0 || g[len(g)-1] != i {
				groups[n] = append(g, i)
			}
		}
	}
	var pairs []Pair
	seen := map[[2]int]bool{}
	for _, g := range groups {
		for n, i := range g {
			for _, j := range g[max(0, n-mostAlike):n] {
				if pair := [2]int{j, i}; labels[i].Name != labels[j].Name && !seen[pair] {
					seen[pair] = true
					if v := Compare(&all[i], &all[j]); v != No {
						stays, goes := order(labels[j], labels[i])
						pairs = append(pairs, Pair{stays, goes, v})
					}
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(strings.Compare(a.Stays.Name, b.Stays.Name), strings.Compare(a.Goes.Name, b.Goes.Name))
	})
	return pairs
}

// order says which of two labels stays; of equals the first.
func order(a, b Label) (stays, goes Label) {
	if cmp.Or(cmp.Compare(b.Pages, a.Pages), cmp.Compare(utf8.RuneCountInString(a.Name), utf8.RuneCountInString(b.Name))) <= 0 {
		return a, b
	}
	return b, a
}

// mostWithout and longestWithTwo bound what is made of one name.
const (
	mostWithout    = 400
	longestWithTwo = 20
)

// without are the forms that two names share if one is misspelt: a word of it
// without any letter, in a long word without any two.
func (f *Form) without() []string {
	var shorter []string
	for i, t := range f.parts {
		word := []rune(t)
		n := len(word)
		if n < shortestWithOne || n > longestWord {
			continue
		}
		before, after := strings.Join(f.parts[:i], "-")+"\x00", "\x00"+strings.Join(f.parts[i+1:], "-")
		add := func(parts ...[]rune) {
			if len(shorter) < mostWithout {
				shorter = append(shorter, before+string(slices.Concat(parts...))+after)
			}
		}
		add(word)
		for j := 1; j < n; j++ { // the first letter is right
			add(word[:j], word[j+1:])
		}
		if n < shortestWithTwo || n > longestWithTwo {
			continue
		}
		for j := 1; j < n; j++ {
			for k := j + 1; k < n; k++ {
				add(word[:j], word[j+1:k], word[k+1:])
			}
		}
	}
	return shorter
}
