// Package known makes of labelled pages what the product knows of them around a
// page in each situation, for the commands that answer for many pages: `labelup
// suggest` and `quality`. The service never runs it, for there the browser does
// the reading. It is pure. It must not look at the labels that are to be found.
//
// Source: static/src/suggest/effects.ts, which asks with titles, searches, and
// asks again.
package known

import (
	"cmp"
	"slices"

	"labelup/internal/suggest"
	"labelup/internal/suggest/answer"
	"labelup/internal/words"
)

// Pages are labelled pages, read once. They are not changed, and may be used by
// several at the same time.
type Pages struct {
	whole, titled []suggest.Neighbour // with their text, by their titles alone
	labels        []suggest.Term      // each once, in the order of first use
	labelsUntil   []int               // by page: how many labels it and those before it have
	title, text   postings
}

// Read reads labelled pages. One with too little text to tell its language is
// taken to be in that of all titles.
func Read(pages []suggest.Page) *Pages {
	var titles words.Detector
	for i := range pages {
		titles.Add(pages[i].Title + "\n")
	}
	language := titles.Language()
	known := &Pages{title: postings{}, text: postings{}}
	seen := map[string]bool{}
	for i := range pages {
		p := &pages[i]
		bare := suggest.Page{ID: p.ID, Title: p.Title, Labels: p.Labels}
		known.whole = append(known.whole, suggest.Neighbour{Page: bare, Terms: suggest.ReadTerms(*p, language)})
		known.titled = append(known.titled, suggest.Neighbour{Page: bare, Terms: suggest.ReadTerms(bare, language)})
		known.title.add(p.Title, i)
		known.text.add(p.Title, i)
		for j := range p.Body.Blocks {
			known.text.add(p.Body.Blocks[j].Text, i)
		}
		for _, label := range p.Labels {
			if !seen[label] {
				seen[label] = true
				known.labels = append(known.labels, suggest.Term{Label: label})
			}
		}
		known.labelsUntil = append(known.labelsUntil, len(known.labels))
	}
	return known
}

// Len is how many pages there are.
func (k *Pages) Len() int { return len(k.whole) }

// First are the first n pages, as if there were no others.
func (k *Pages) First(n int) *Pages {
	first := *k
	first.whole, first.titled, first.labelsUntil = k.whole[:n:n], k.titled[:n:n], k.labelsUntil[:n:n]
	first.labels = nil
	if n > 0 {
		first.labels = slices.Clip(k.labels[:k.labelsUntil[n-1]])
	}
	return &first
}

// Labels are the labels of the pages, in the order of first use.
func (k *Pages) Labels() []string {
	labels := make([]string, len(k.labels))
	for i := range k.labels {
		labels[i] = k.labels[i].Label
	}
	return labels
}

// Around adds to an input, which says all there is of the page, what is known
// in a situation: the pages with their text, by their titles, or as a search
// leaves them; by name, their labels and none of them. Where only what is listed
// may be suggested, their labels are not.
func (k *Pages) Around(in suggest.Input, situation suggest.Situation) suggest.Input {
	switch situation {
	case suggest.ByPages:
		in.Neighbours = k.whole
	case suggest.ByTitles:
		in.Neighbours = k.titled
	case suggest.BySearch:
		in.Neighbours = k.searched(in)
	case suggest.ByName:
		if !in.OnlyListed {
			in.Vocabulary = slices.Concat(in.Vocabulary, k.labels)
		}
	}
	return in
}

// mostFound is how many pages are read with their text: two answers of 25 to a
// search.
const mostFound = 50

// searched is what the product knows in the end: it asks with titles, reads the
// pages that the answer's words find, and puts them before the others. No weight
// has a part in which words the answer names.
func (k *Pages) searched(in suggest.Input) []suggest.Neighbour {
	in.Certainty = &suggest.Certainty{Situation: suggest.ByTitles} // the pages need not be asked
	asked := suggest.Suggest(k.Around(in, suggest.ByTitles))
	found := k.found(answer.SearchWords(asked.Search), &in.Page)
	neighbours := make([]suggest.Neighbour, 0, k.Len())
	read := make([]bool, k.Len())
	for _, at := range found {
		read[at] = true
		neighbours = append(neighbours, k.whole[at])
	}
	for at := range k.titled {
		if !read[at] {
			neighbours = append(neighbours, k.titled[at])
		}
	}
	return neighbours
}

// found are the pages that have most of the words, at most mostFound and the best
// first. Which of two pages Confluence ranks first is not public, so the number
// of conditions of its query that a page meets stands in for it: each word in the
// title and in the text, which includes the title, and each label of the page.
func (k *Pages) found(sought []string, page *suggest.Page) []int {
	met := make([]int, k.Len())
	for _, word := range sought {
		for _, where := range []postings{k.title, k.text} {
			for _, at := range where.with(word) {
				if at < len(met) {
					met[at]++
				}
			}
		}
	}
	var found []int
	for at := range met {
		if page.ID != "" && k.whole[at].ID == page.ID {
			continue
		}
		for _, label := range page.Labels {
			if slices.Contains(k.whole[at].Labels, label) {
				met[at]++
			}
		}
		if met[at] > 0 {
			found = append(found, at)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(met[b], met[a]) })
	return found[:min(len(found), mostFound)]
}
