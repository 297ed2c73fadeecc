package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"labelup/internal/pagefile"
	"labelup/internal/suggest"
	"labelup/internal/suggest/known"
)

// collection are pages that people of one place labelled.
type collection struct {
	name  string
	file  string
	dated bool   // the posts are in the order of time; else in one that was drawn
	posts []post // the earliest first
	known *known.Pages
}

// post is a page with the labels people gave it.
type post struct {
	pagefile.Page
	title, plain []string // the words of the title, and of the title and the text, as the plain mix reads them
}

// readCollections reads the files that a pattern names.
func readCollections(pattern string) ([]collection, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no file is %s", pattern)
	}
	var collections []collection
	for _, file := range files {
		c, err := readCollection(file)
		if err != nil {
			return nil, err
		}
		collections = append(collections, c)
	}
	return collections, nil
}

func readCollection(file string) (collection, error) {
	pages, err := pagefile.Read(file)
	if err != nil {
		return collection{}, err
	}
	pages = slices.DeleteFunc(pages, func(p pagefile.Page) bool { return len(p.Given) == 0 })
	c := collection{name: nameOf(file), file: file}
	c.dated = !slices.ContainsFunc(pages, func(p pagefile.Page) bool { return p.Date.IsZero() })
	if c.dated {
		slices.SortStableFunc(pages, func(a, b pagefile.Page) int {
			return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID))
		})
	} else {
		seeded(c.name).Shuffle(len(pages), func(i, j int) { pages[i], pages[j] = pages[j], pages[i] })
	}
	c.posts = make([]post, len(pages))
	read := make([]suggest.Page, len(pages))
	for i, p := range pages {
		post := post{Page: p, title: known.Pieces(p.Title)}
		post.plain = slices.Clone(post.title)
		for _, b := range p.Body.Blocks {
			post.plain = append(post.plain, known.Pieces(b.Text)...)
		}
		c.posts[i], read[i] = post, p.Page
		read[i].Labels = p.Given
	}
	c.known = known.Read(read)
	return c, nil
}

// nameOf is the name of the folder that a file is in.
func nameOf(file string) string { return filepath.Base(filepath.Dir(file)) }

// seeded draws the same each time for a collection, whatever others there are.
func seeded(name string) *rand.Rand {
	seed := uint64(len(name))
	for _, b := range []byte(name) {
		seed = seed*31 + uint64(b)
	}
	return rand.New(rand.NewPCG(seed, 18))
}

// Posts are cut in tenths, each looked at with what is known before it. The last
// four are judged; weights may be fitted on all but the first two, for with fewer
// pages neighbours say nothing yet.
const (
	firstFitted = 2
	firstJudged = 6
)

// cut is where a tenth begins.
func (c *collection) cut(tenth int) int { return len(c.posts) * tenth / 10 }

func (c *collection) suffices(e effort) error {
	if len(c.posts)-c.cut(firstFitted) < e.fitted || len(c.posts)-c.cut(firstJudged) < e.judged {
		return fmt.Errorf("%s has too few labelled pages: it takes %d", c.file, max((e.fitted*10+7)/8, (e.judged*10+3)/4))
	}
	return nil
}

// drawn are so many posts from a tenth on, as numbers in their order.
func (c *collection) drawn(number, fromTenth int) []int {
	from := c.cut(fromTenth)
	posts := seeded(c.name).Perm(len(c.posts) - from)[:number]
	for i := range posts {
		posts[i] += from
	}
	slices.Sort(posts)
	return posts
}

// before is how many posts are known when one is judged: those before its tenth.
func (c *collection) before(post int) int {
	for tenth := 9; tenth > 0; tenth-- {
		if c.cut(tenth) <= post {
			return c.cut(tenth)
		}
	}
	return 0
}

// around is what is known around a post in a situation. Its own labels are never
// in it.
func (c *collection) around(post int, situation suggest.Situation) suggest.Input {
	return c.known.First(c.before(post)).Around(suggest.Input{Page: c.posts[post].Page.Page}, situation)
}
