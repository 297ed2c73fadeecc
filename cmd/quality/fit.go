package main

import (
	"math"
	"slices"

	"labelup/internal/suggest"
)

// count is how many features there are.
const count = len(suggest.Features{})

// ridge is how strongly large weights are held back.
const ridge = 3

// fit finds the weights of a logistic regression by Newton's method. Features
// that are left out weigh nothing.
func fit(examples []example, leftOut ...int) suggest.Features {
	const n = count
	var mean, spread suggest.Features
	for j := range n {
		for i := range examples {
			mean[j] += examples[i].features[j]
		}
		mean[j] /= float64(len(examples))
		for i := range examples {
			spread[j] += square(examples[i].features[j] - mean[j])
		}
		spread[j] = math.Sqrt(spread[j] / float64(len(examples)))
	}
	const constant = n - 1
	mean[constant], spread[constant] = 0, 1
	used := func(j int) bool { return spread[j] > 1e-9 && !slices.Contains(leftOut, j) }

	var weights suggest.Features
	for range 15 {
		var gradient [n]float64
		var curve [n][n]float64
		for i := range examples {
			var x suggest.Features
			z := 0.0
			for j := range n {
				if used(j) {
					x[j] = (examples[i].features[j] - mean[j]) / spread[j]
					z += weights[j] * x[j]
				}
			}
			p := 1 / (1 + math.Exp(-z))
			wrong := -p
			if examples[i].right {
				wrong = 1 - p
			}
			for j, xj := range x {
				gradient[j] += wrong * xj
				for k, xk := range x[:j+1] {
					curve[j][k] += p * (1 - p) * xj * xk
				}
			}
		}
		for j := range n {
			if j != constant {
				gradient[j] -= ridge * weights[j]
			}
			curve[j][j] += ridge
			for k := range j {
				curve[k][j] = curve[j][k]
			}
		}
		step := solve(curve, gradient)
		largest := 0.0
		for j := range n {
			weights[j] += step[j]
			largest = math.Max(largest, math.Abs(step[j]))
		}
		if largest < 1e-7 {
			break
		}
	}
	// Back to features as they are.
	plain := suggest.Features{constant: weights[constant]}
	for j := range constant {
		if used(j) {
			plain[j] = weights[j] / spread[j]
			plain[constant] -= plain[j] * mean[j]
		}
	}
	return plain
}

func square(x float64) float64 { return x * x }

// solve solves a system of linear equations by elimination.
func solve(a [count][count]float64, b [count]float64) [count]float64 {
	const n = count
	for i := range n {
		pivot := i
		for r := i; r < n; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[pivot][i]) {
				pivot = r
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		b[i], b[pivot] = b[pivot], b[i]
		for r := i + 1; r < n; r++ {
			f := a[r][i] / a[i][i]
			for c := i; c < n; c++ {
				a[r][c] -= f * a[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for c := i + 1; c < n; c++ {
			b[i] -= a[i][c] * b[c]
		}
		b[i] /= a[i][i]
	}
	return b
}

// calibrated makes the scores of weights mean what they say on later pages.
// Weights that were fitted on earlier pages are too sure of themselves on later
// ones: how much so is measured with the weights of a part of the pages on the
// rest of them, as the slope and the intercept of a regression of what was right
// on what was said. The order of the labels of a page stays as it is.
func calibrated(weights, earlier suggest.Features, later []example) suggest.Features {
	slope, intercept := 1.0, 0.0
	for range 20 {
		var g0, g1, h00, h01, h11 float64
		for i := range later {
			z := 0.0
			for j, x := range later[i].features {
				z += x * earlier[j]
			}
			p := 1 / (1 + math.Exp(-slope*z-intercept))
			wrong := -p
			if later[i].right {
				wrong++
			}
			g0, g1 = g0+wrong, g1+wrong*z
			h00, h01, h11 = h00+p*(1-p), h01+p*(1-p)*z, h11+p*(1-p)*z*z
		}
		determinant := h00*h11 - h01*h01
		if determinant < 1e-9 {
			return weights // too few to tell
		}
		intercept += (h11*g0 - h01*g1) / determinant
		slope += (h00*g1 - h01*g0) / determinant
	}
	if !(slope > 0.5 && slope < 1.5) {
		return weights
	}
	for j := range weights {
		weights[j] *= slope
	}
	weights[len(weights)-1] += intercept
	return weights
}
