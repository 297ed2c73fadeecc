package main

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"labelup/internal/suggest"
)

// situations are all there are.
const situations = len(suggest.Weights{}.Of)

// example is a label judged for a page, and whether people gave it.
type example struct {
	suggest.Example
	page int
}

// examples are those of each situation.
type examples [situations][]example

// examplesOf judges, for some pages of a collection, the labels by the pages before.
func examplesOf(c *collection, posts []int) (all examples) {
	for s := range all {
		for _, at := range posts {
			given := c.posts[at].Given
			in := c.around(at, suggest.Situation(s))
			in.Certainty = &suggest.Certainty{Situation: suggest.Situation(s)} // features need none
			for _, e := range suggest.Examine(in) {
				if int(e.Situation) == s {
					all[s] = append(all[s], example{suggest.Example{Features: e.Features, Right: slices.Contains(given, e.Label)}, at})
				}
			}
		}
	}
	return all
}

// fitter fits weights on some of the collections, each the same way every time.
type fitter struct {
	collections []collection
	effort      effort
	examples    []examples // of each collection
	done        map[set]*suggest.Weights
}

// set is some of the collections, a bit each.
type set uint64

func (s set) has(collection int) bool { return s>>collection&1 == 1 }

func (s set) without(collection int) set { return s &^ (1 << collection) }

func newFitter(collections []collection, e effort) *fitter {
	f := &fitter{collections: collections, effort: e, done: map[set]*suggest.Weights{}}
	for i := range collections {
		c := &collections[i]
		f.examples = append(f.examples, examplesOf(c, c.drawn(e.fitted, firstFitted)))
	}
	return f
}

// everything is all collections.
func (f *fitter) everything() set { return 1<<len(f.examples) - 1 }

// of are the examples of some collections in a situation.
func (f *fitter) of(collections set, situation int) (some []example) {
	for i := range f.examples {
		if collections.has(i) {
			some = append(some, f.examples[i][situation]...)
		}
	}
	return some
}

// on fits weights on some collections, and levels them.
func (f *fitter) on(collections set) *suggest.Weights {
	w := *f.plain(collections)
	for s := range w.Level {
		if s != int(suggest.ByName) { // there the lines of two collections are not alike
			w.Level[s] = f.level(collections, suggest.Situation(s))
		}
	}
	return &w
}

// plain fits weights on some collections: first on all labels, then on those that
// come first by these weights. A person sees no others, and weights that were
// fitted on the hundreds which nothing speaks for are too sure of the rest.
func (f *fitter) plain(collections set) *suggest.Weights {
	if f.done[collections] == nil {
		w := &suggest.Weights{}
		for s := range w.Of {
			all := f.of(collections, s)
			all = first(fit(all), all)
			w.Of[s] = fit(all)
			w.Prior[s] = curvature(&w.Of[s], all, f.effort.fitted*bits.OnesCount64(uint64(collections)))
		}
		f.done[collections] = w
	}
	return f.done[collections]
}

// level finds by how much weights are too sure of themselves in a collection that
// they have not seen, its own pages having been asked: each collection is left out
// in turn, and what was right is fitted to what was said of its five best labels.
func (f *fitter) level(collections set, situation suggest.Situation) suggest.Line {
	var said []example
	for i := range f.collections {
		c := &f.collections[i]
		if rest := collections.without(i); collections.has(i) && rest != 0 {
			posts := c.drawn(f.effort.leveled, firstJudged)
			for n, listed := range c.listed(posts, situation, f.plain(rest)) {
				for _, l := range listed {
					if odds := l.Score / (1 - l.Score); odds > 0 && l.Score < 1 {
						said = append(said, example{suggest.Example{Features: suggest.Features{0: math.Log(odds), count - 1: 1}, Right: slices.Contains(c.posts[posts[n]].Given, l.Label)}, posts[n]})
					}
				}
			}
		}
	}
	if len(said) == 0 {
		return suggest.Line{}
	}
	line := fit(said)
	return suggest.Line{Slope: line[0], Intercept: line[count-1]}
}

// first are the examples of each page that weights put first.
func first(weights suggest.Features, all []example) (some []example) {
	var page []example
	for i := range all {
		page = append(page, all[i])
		if i+1 < len(all) && all[i+1].page == all[i].page {
			continue
		}
		slices.SortStableFunc(page, func(a, b example) int {
			return cmp.Compare(b.Features.LogOdds(&weights), a.Features.LogOdds(&weights))
		})
		some = append(some, page[:min(suggest.AskedLabels, len(page))]...)
		page = page[:0]
	}
	return some
}
