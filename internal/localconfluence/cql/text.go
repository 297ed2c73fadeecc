package cql

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Text is the title and the body of a document as search reads them: cut into
// words, each also by its stem. They are read when a query first asks for them.
type Text struct {
	read func() (title, body reading)
}

// NewText makes the text of a document. body is called once, if at all.
func NewText(title string, body func() string) *Text {
	return &Text{sync.OnceValues(func() (reading, reading) { return read(title), read(body()) })}
}

// reading is a text as a list of words.
type reading struct {
	stems []string // in the order of the text
	found []string // stems and words, sorted, each once
}

func read(s string) reading {
	words := cut(s)
	r := reading{stems: make([]string, 0, len(words)), found: make([]string, 0, len(words))}
	for _, w := range words {
		stem := stemOf(w)
		r.stems = append(r.stems, stem)
		r.found = append(r.found, w)
		if stem != w {
			r.found = append(r.found, stem)
		}
	}
	slices.Sort(r.found)
	r.found = slices.Clip(slices.Compact(r.found))
	return r
}

// cut makes words of a text: runs of letters and digits in lower case. Scripts
// that put no spaces between words are cut into single characters.
func cut(s string) []string {
	var out []string
	s = strings.ToLower(s)
	from := -1
	for i, r := range s {
		single := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
		inWord := !single && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
		if from >= 0 && !inWord {
			out = append(out, s[from:i])
			from = -1
		}
		if from < 0 && inWord {
			from = i
		}
		if single {
			out = append(out, string(r))
		}
	}
	if from >= 0 {
		out = append(out, s[from:])
	}
	return out
}

// stemOf takes the endings of English plurals and verbs off a word, as an index
// of English text does to words of every language.
func stemOf(w string) string {
	switch {
	case len(w) < 4:
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:len(w)-1]
	}
	for _, ending := range []string{"ing", "ed"} {
		stem, cut := strings.CutSuffix(w, ending)
		if !cut || len(stem) < 3 || !strings.ContainsAny(stem, "aeiouy") {
			continue
		}
		if last := stem[len(stem)-1]; last == stem[len(stem)-2] && last < utf8.RuneSelf && !strings.ContainsRune("lsz", rune(last)) {
			stem = stem[:len(stem)-1] // stopped, stop
		}
		w = stem
		break
	}
	if strings.HasSuffix(w, "e") && len(w) > 3 {
		w = w[:len(w)-1] // baking and bake
	}
	return w
}

// term is one thing that a query looks for in a text.
type term struct {
	words []string // several are a phrase
	start bool     // words[0] is the beginning of a word
}

// in reports whether a text holds the term.
func (t term) in(r reading) bool {
	if t.start {
		at, _ := slices.BinarySearch(r.found, t.words[0])
		return at < len(r.found) && strings.HasPrefix(r.found[at], t.words[0])
	}
	for _, w := range t.words {
		if _, ok := slices.BinarySearch(r.found, w); !ok {
			return false
		}
	}
	if len(t.words) < 2 {
		return true
	}
	for at := range len(r.stems) - len(t.words) + 1 {
		if slices.Equal(r.stems[at:at+len(t.words)], t.words) {
			return true
		}
	}
	return false
}

func (t term) key() string {
	if t.start {
		return t.words[0] + "*"
	}
	return strings.Join(t.words, " ")
}

// terms reads what stands behind a ~: words that must all be there, in any
// order, phrases in quotes, and beginnings of words with a star behind them.
func terms(value string) []term {
	var out []term
	for i, part := range strings.Split(value, `"`) {
		if i%2 == 1 {
			if words := stems(part); len(words) > 0 {
				out = append(out, term{words: words})
			}
			continue
		}
		for _, field := range strings.Fields(part) {
			word, start := strings.CutSuffix(field, "*")
			words := cut(word)
			if len(words) == 0 {
				continue
			}
			if start {
				out = append(out, term{words: words[len(words)-1:], start: true})
				words = words[:len(words)-1]
			}
			out = append(out, joined(words)...)
		}
	}
	return out
}

// joined makes a term of each word, but one phrase of characters that were cut
// for want of spaces.
func joined(words []string) []term {
	var out []term
	for at := 0; at < len(words); {
		end := at + 1
		for end < len(words) && unspaced(words[end-1]) && unspaced(words[end]) {
			end++
		}
		out = append(out, term{words: stems(strings.Join(words[at:end], " "))})
		at = end
	}
	return out
}

func unspaced(word string) bool {
	for _, r := range word {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
	}
	return false
}

func stems(s string) []string {
	words := cut(s)
	for i, w := range words {
		words[i] = stemOf(w)
	}
	return words
}
