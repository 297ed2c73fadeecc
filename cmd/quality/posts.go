package main

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"labelup/internal/pagefile"
	"labelup/internal/suggest"
	"labelup/internal/words"
)

// post is a page with the labels people gave it, read once.
type post struct {
	pagefile.Page
	whole *suggest.Terms // of the title and the text
	title *suggest.Terms // of the title alone
	plain []string       // the words of the title and the text as the baselines read them
}

// readPosts reads the pages of a file, the earliest first.
func readPosts(file string) ([]post, error) {
	pages, err := pagefile.Read(file)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(pages, func(a, b pagefile.Page) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID))
	})
	posts := make([]post, len(pages))
	for i, p := range pages {
		titled := p.Page
		titled.Body.Blocks = nil
		posts[i] = post{p, suggest.ReadTerms(p.Page, words.English), suggest.ReadTerms(titled, words.English), plainWords(p.Title)}
		for _, b := range p.Body.Blocks {
			posts[i].plain = append(posts[i].plain, plainWords(b.Text)...)
		}
	}
	return posts, nil
}

// plainWords are the words of a text in lower case.
func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// first is the first so many hundredths of the posts.
func first(posts []post, percent int) []post { return posts[:len(posts)*percent/100] }
