package main

import (
	"slices"

	"labelup/internal/suggest"
)

// example is a label judged for a page, and whether people gave it.
type example struct {
	features suggest.Features
	right    bool
	page     int // which of the posts it was judged for
}

// firstFitted is how many pages there are before the first that weights are
// fitted on: with fewer, neighbours say nothing yet.
const firstFitted = 85

// examplesOf walks through the posts in time and judges, for each page, the
// labels by the pages before it: those up to the page, and those up to some 80
// pages before, for the labels of a space that nobody labelled for a while.
func examplesOf(posts []post, situation suggest.Situation) []example {
	var examples []example
	for _, step := range []int{20, 80} {
		for start := firstFitted; start < len(posts); start += step {
			before := posts[:start]
			for at := start; at < min(start+step, len(posts)); at++ {
				p := posts[at]
				for _, e := range suggest.Examine(inputFor(p, before, situation)) {
					if e.Situation == situation {
						examples = append(examples, example{e.Features, slices.Contains(p.Given, e.Label), at})
					}
				}
			}
		}
	}
	return examples
}

// examples are those of each situation.
type examples [len(suggest.Weights{})][]example

func allExamples(posts []post) (all examples) {
	for _, s := range allSituations {
		all[s] = examplesOf(posts, s)
	}
	return all
}

// fit fits the weights on the first so many pages.
func (all *examples) fit(pages int, leftOut ...int) *suggest.Weights {
	w := &suggest.Weights{}
	for s := range all {
		w[s] = fitUntil(all[s], pages, leftOut...)
	}
	return w
}

// trustedShare is the share of the pages, in percent, that weights are fitted on
// to see how far they can be trusted on the rest.
const trustedShare = 60

// fitUntil fits the weights of one situation on the first so many pages: the
// examples of a page know nothing of later ones.
func fitUntil(examples []example, pages int, leftOut ...int) suggest.Features {
	cut := pages * trustedShare / 100
	weights := fit(between(examples, 0, pages), leftOut...)
	earlier, later := between(examples, 0, cut), between(examples, cut, pages)
	if len(earlier) == 0 {
		return weights
	}
	return calibrated(weights, fit(earlier, leftOut...), later)
}

// between are the examples of the pages from one to before another.
func between(examples []example, from, to int) []example {
	var some []example
	for _, e := range examples {
		if from <= e.page && e.page < to {
			some = append(some, e)
		}
	}
	return some
}
