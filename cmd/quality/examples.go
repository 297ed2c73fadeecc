package main

import (
	"math/bits"
	"slices"

	"labelup/internal/suggest"
)

// situations are all there are.
const situations = len(suggest.Weights{})

// example is a label judged for a page, and whether people gave it.
type example struct {
	features suggest.Features
	right    bool
	page     int
}

// examples are those of each situation.
type examples [situations][]example

// examplesOf judges, for some pages of a collection, the labels by the pages before.
func examplesOf(c *collection, posts []int) (all examples) {
	for s := range all {
		for _, at := range posts {
			given := c.posts[at].Given
			for _, e := range suggest.Examine(c.around(at, suggest.Situation(s))) {
				if int(e.Situation) == s {
					all[s] = append(all[s], example{e.Features, slices.Contains(given, e.Label), at})
				}
			}
		}
	}
	return all
}

// fitter fits weights on some of the collections, each the same way every time.
type fitter struct {
	examples []examples // of each collection
	pages    int        // that the examples of each are of
	done     map[set]*[situations]suggest.Features
}

// set is some of the collections, a bit each.
type set uint64

func (s set) has(collection int) bool { return s>>collection&1 == 1 }

func (s set) count() int { return bits.OnesCount64(uint64(s)) }

func (s set) without(collection int) set { return s &^ (1 << collection) }

func newFitter(collections []collection, e effort) *fitter {
	f := &fitter{pages: e.fitted, done: map[set]*[situations]suggest.Features{}}
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

// plain fits weights that are as sure of themselves as the collections that they
// are fitted on let them be.
func (f *fitter) plain(collections set) *[situations]suggest.Features {
	if f.done[collections] == nil {
		var w [situations]suggest.Features
		for s := range w {
			w[s] = fit(f.of(collections, s))
		}
		f.done[collections] = &w
	}
	return f.done[collections]
}

// fitted are weights and how much is known of them.
type fitted struct {
	weights suggest.Weights
	prior   [situations]suggest.Curvature
}

// on fits weights on some collections, and makes them as sure as they may be of
// another: how sure is found by leaving out each in turn.
func (f *fitter) on(collections set) *fitted {
	w := &fitted{weights: suggest.Weights(*f.plain(collections))}
	for s := range w.weights {
		var others []said
		for i := range f.examples {
			if rest := collections.without(i); collections.has(i) && rest != 0 {
				others = append(others, saidOf(&f.plain(rest)[s], f.examples[i][s])...)
			}
		}
		w.weights[s] = calibrated(w.weights[s], others)
		w.prior[s] = curvature(&w.weights[s], f.of(collections, s), f.pages*collections.count())
	}
	return w
}
