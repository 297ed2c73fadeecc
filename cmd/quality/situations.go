package main

import (
	"cmp"
	"slices"
	"strings"

	"labelup/internal/suggest"
)

var allSituations = []suggest.Situation{suggest.ByPages, suggest.BySearch, suggest.ByTitles, suggest.ByName}

// inputFor is what is known of a page in a situation. The labels of the page
// itself are never in it.
func inputFor(p post, before []post, situation suggest.Situation) suggest.Input {
	in := suggest.Input{Page: p.Page.Page, Unlikely: true}
	switch situation {
	case suggest.BySearch:
		in.Neighbours = searched(p, before)
	case suggest.ByPages:
		for i := range before {
			in.Neighbours = append(in.Neighbours, before[i].neighbour(before[i].whole))
		}
	case suggest.ByTitles:
		for i := range before {
			in.Neighbours = append(in.Neighbours, before[i].neighbour(before[i].title))
		}
	case suggest.ByName:
		for _, label := range labelsOf(before) {
			in.Vocabulary = append(in.Vocabulary, suggest.Term{Label: label})
		}
	}
	return in
}

// byPages is inputFor with whole pages around the page.
func byPages(p post, before []post) suggest.Input { return inputFor(p, before, suggest.ByPages) }

// bySearch is inputFor with what a search finds.
func bySearch(p post, before []post) suggest.Input { return inputFor(p, before, suggest.BySearch) }

func (p *post) neighbour(terms *suggest.Terms) suggest.Neighbour {
	return suggest.Neighbour{Page: suggest.Page{ID: p.ID, Title: p.Title, Labels: p.Given}, Terms: terms}
}

// mostFound is how many pages the panel reads with their text: two answers of
// 25 to a search.
const mostFound = 50

// searched is what the product knows around a page in the end. It first asks
// with the titles of the space; the answer names words to search for; the pages
// that have most of them are read with their text, and it asks again. Which of
// two pages Confluence ranks first is not public, so the number of the words
// that a page has stands in for it, the title counting as much as the text. No
// weight has a part in which words are named.
func searched(p post, before []post) []suggest.Neighbour {
	words := suggest.Suggest(inputFor(p, before, suggest.ByTitles)).Search
	type found struct{ at, has int }
	var pages []found
	for i := range before {
		title := plainWords(before[i].Title)
		has := 0
		for _, word := range words {
			for _, text := range [][]string{title, before[i].plain} {
				if slices.Contains(text, strings.ToLower(word)) {
					has++
				}
			}
		}
		if has > 0 {
			pages = append(pages, found{i, has})
		}
	}
	slices.SortStableFunc(pages, func(a, b found) int { return cmp.Compare(b.has, a.has) })
	pages = pages[:min(len(pages), mostFound)]
	var neighbours []suggest.Neighbour
	read := map[int]bool{}
	for _, f := range pages {
		read[f.at] = true
		neighbours = append(neighbours, before[f.at].neighbour(before[f.at].whole))
	}
	for i := range before {
		if !read[i] {
			neighbours = append(neighbours, before[i].neighbour(before[i].title))
		}
	}
	return neighbours
}

// labelsOf lists the labels that posts have, each once, in the order of first use.
func labelsOf(posts []post) []string {
	seen := map[string]bool{}
	var labels []string
	for _, p := range posts {
		for _, l := range p.Given {
			if !seen[l] {
				seen[l] = true
				labels = append(labels, l)
			}
		}
	}
	return labels
}
