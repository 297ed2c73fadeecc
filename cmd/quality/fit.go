package main

import (
	"labelup/internal/suggest"
)

// count is how many features there are.
const count = len(suggest.Features{})

// ridge is how strongly large weights are held back, of features as large as they
// usually are.
const ridge = 3

// fit finds the weights that some examples tell.
func fit(examples []example) suggest.Features {
	var hold suggest.Curvature
	for j := range count - 1 { // not the constant
		mean, spread := 0.0, 0.0
		for i := range examples {
			mean += examples[i].Features[j] / float64(len(examples))
		}
		for i := range examples {
			off := examples[i].Features[j] - mean
			spread += off * off / float64(len(examples))
		}
		// A feature that never differs is held as if it did: it tells nothing.
		if hold[j][j] = ridge * spread; spread < 1e-18 {
			hold[j][j] = ridge
		}
	}
	return suggest.Fit(suggest.Features{}, &hold, bare(examples))
}

// bare are examples without what tells their pages apart.
func bare(examples []example) []suggest.Example {
	some := make([]suggest.Example, len(examples))
	for i := range examples {
		some[i] = examples[i].Example
	}
	return some
}

// curvature is how sharply examples of so many pages tell weights, for one page.
func curvature(weights *suggest.Features, examples []example, pages int) suggest.Curvature {
	_, _, curve := suggest.Likelihood(weights, bare(examples))
	for j := range curve {
		for k := range curve[j] {
			curve[j][k] /= float64(pages)
		}
	}
	return curve
}
