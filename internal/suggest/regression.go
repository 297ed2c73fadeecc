package suggest

import (
	"math"

	"labelup/internal/elementary"
)

// Example is what is known of a label for a page that has labels, and whether it
// has this one.
type Example struct {
	Features Features
	Right    bool
}

// Curvature is how sharply pages tell weights: minus the second derivatives of the
// logarithm of their likelihood.
type Curvature [features]Features

// mostFitting is how many steps of Newton's method are made; it takes four or five,
// and more where some are too long.
const mostFitting = 20

// Fit finds the weights of a logistic regression of examples by Newton's method.
// hold is how sharply it was known before that they are the expected ones; a feature
// that no example has needs some. A step after which the examples would be less
// likely is halved: where they are odd, whole steps lead ever farther away.
func Fit(expected Features, hold *Curvature, examples []Example) Features {
	weights, best, step, most := expected, expected, Features{}, math.Inf(-1)
	for range mostFitting {
		likely, gradient, curve := Likelihood(&weights, examples)
		for j := range weights {
			held := 0.0
			for k := range weights {
				held += float64(hold[j][k] * (weights[k] - expected[k]))
				curve[j][k] += hold[j][k]
			}
			gradient[j] -= held
			likely -= float64(float64(0.5*held) * (weights[j] - expected[j]))
			curve[j][j] += 1e-6
		}
		if likely < most {
			for j := range step {
				step[j] /= 2
				weights[j] = best[j] + step[j]
			}
			continue
		}
		best, most = weights, likely
		step = solve(curve, gradient)
		largest := 0.0
		for j := range weights {
			weights[j] += step[j]
			largest = math.Max(largest, math.Abs(step[j]))
		}
		if largest < 1e-6 {
			return weights
		}
	}
	return best
}

// Likelihood is how likely weights make examples, as a logarithm, its slope and how
// it curves.
func Likelihood(weights *Features, examples []Example) (likely float64, slope Features, curve Curvature) {
	for i := range examples {
		f := &examples[i].Features
		p := probability(f.LogOdds(weights))
		wrong := -p
		if examples[i].Right {
			wrong++
		}
		likely += elementary.Log(1 - math.Abs(wrong))
		sharp := float64(p * (1 - p))
		for j, x := range f {
			slope[j] += float64(wrong * x)
			for k, y := range f[:j+1] {
				curve[j][k] += float64(float64(sharp*x) * y)
			}
		}
	}
	for j, row := range curve {
		for k, bend := range row[:j] {
			curve[k][j] = bend
		}
	}
	return likely, slope, curve
}

// LogOdds is how likely a label with these features is, by weights.
func (f *Features) LogOdds(w *Features) float64 {
	sum := 0.0
	for i := range f {
		sum += f.times(w, i)
	}
	return sum
}

// times is a feature by its weight. A processor that can fuse a product with a sum
// must not, see TestWhatABrowserRunsRoundsAsTheServiceDoes.
func (f *Features) times(w *Features, i int) float64 { return float64(f[i] * w[i]) }

func probability(logOdds float64) float64 { return 1 / (1 + elementary.Exp(-logOdds)) }

// solve solves a system of linear equations by elimination.
func solve(a Curvature, b Features) Features {
	for i := range b {
		pivot := i
		for r := i; r < len(b); r++ {
			if math.Abs(a[r][i]) > math.Abs(a[pivot][i]) {
				pivot = r
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		b[i], b[pivot] = b[pivot], b[i]
		for r := i + 1; r < len(b); r++ {
			by := a[r][i] / a[i][i]
			for c := i; c < len(b); c++ {
				a[r][c] -= float64(by * a[i][c])
			}
			b[r] -= float64(by * b[i])
		}
	}
	for i := len(b) - 1; i >= 0; i-- {
		for c := i + 1; c < len(b); c++ {
			b[i] -= float64(a[i][c] * b[c])
		}
		b[i] /= a[i][i]
	}
	return b
}
