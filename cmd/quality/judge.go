package main

import "labelup/internal/suggest"

// The share of the pages, the earliest, that weights are fitted on for the
// tables; the rest is judged.
const fittedPercent = 80

// block is a run of pages in time: those up to from hundredths are known when
// those up to to are judged.
type block struct{ from, to int }

// blocks cut the last two fifths in four: no page is judged twice, and each by
// weights that were fitted on earlier pages only.
var blocks = []block{{60, 70}, {70, 80}, {80, 90}, {90, 100}}

// judgedPost is a post and what was suggested for it.
type judgedPost struct {
	post
	answer suggest.Answer
}

// judge suggests labels for the block's posts.
func (b block) judge(posts []post, all *examples, input func(p post, before []post) suggest.Input) []judgedPost {
	known := first(posts, b.from)
	w := all.fit(len(known))
	var judged []judgedPost
	for _, p := range first(posts, b.to)[len(known):] {
		judged = append(judged, judgedPost{p, w.Suggest(input(p, known))})
	}
	return judged
}

// rolling are the answers for all posts of the blocks.
func rolling(posts []post, all *examples, input func(p post, before []post) suggest.Input) []judgedPost {
	var judged []judgedPost
	for _, b := range blocks {
		judged = append(judged, b.judge(posts, all, input)...)
	}
	return judged
}

func measure(judged []judgedPost) *measures {
	m := &measures{}
	for _, j := range judged {
		m.addAnswer(j.answer, j.Given)
	}
	return m
}
