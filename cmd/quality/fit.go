package main

import (
	"math"

	"labelup/internal/suggest"
)

// count is how many features there are.
const count = len(suggest.Features{})

// ridge is how strongly large weights are held back.
const ridge = 3

// fit finds the weights of a logistic regression by Newton's method.
func fit(examples []example) suggest.Features {
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
	used := func(j int) bool { return spread[j] > 1e-9 }

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

func dot(weights, features *suggest.Features) float64 {
	sum := 0.0
	for j, x := range features {
		sum += x * weights[j]
	}
	return sum
}

// curvature is how sharply examples of so many pages tell weights, for one page:
// minus the second derivatives of the logarithm of their likelihood.
func curvature(weights *suggest.Features, examples []example, pages int) (c suggest.Curvature) {
	for i := range examples {
		x := &examples[i].features
		p := 1 / (1 + math.Exp(-dot(weights, x)))
		for j := range x {
			for k := range x {
				c[j][k] += p * (1 - p) * x[j] * x[k] / float64(pages)
			}
		}
	}
	return c
}
