package suggest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Slopes of the likelihood beside the weights say how it curves, and its values beside
// them its slope.
func TestTheLikelihoodAndItsDerivatives(t *testing.T) {
	t.Parallel()
	weights := Features{0.5, -0.5, 0.25, 0.1}
	random := rand.New(rand.NewPCG(1, 2))
	examples := make([]Example, 500)
	for i := range examples {
		e := &examples[i]
		for j := range e.Features {
			e.Features[j] = random.NormFloat64()
		}
		e.Right = random.Float64() < probability(e.Features.LogOdds(&weights))
	}
	const step = 1e-4
	_, slope, curve := Likelihood(&weights, examples)
	for k := range weights {
		more, less := weights, weights
		more[k] += step
		less[k] -= step
		high, slopeAbove, _ := Likelihood(&more, examples)
		low, slopeBelow, _ := Likelihood(&less, examples)
		if want := (high - low) / (2 * step); math.Abs(slope[k]-want) > 1e-4*(1+math.Abs(want)) {
			t.Errorf("%d: slope %v, want %v", k, slope[k], want)
		}
		for j := range weights {
			if want := -(slopeAbove[j] - slopeBelow[j]) / (2 * step); math.Abs(curve[j][k]-want) > 1e-4*(1+math.Abs(want)) {
				t.Errorf("%d, %d: %v, want %v", j, k, curve[j][k], want)
			}
		}
	}
}

func TestSolving(t *testing.T) {
	t.Parallel()
	var a Curvature
	var want, b Features
	for i := range features {
		want[i] = float64(i) - 3.5
		for j := range features {
			a[i][j] = 1 / float64(i+j+1)
			if i+j == features-1 {
				a[i][j] += 5 // the largest are not on the diagonal
			}
		}
	}
	for i := range features {
		for j := range features {
			b[i] += a[i][j] * want[j]
		}
	}
	for i, got := range solve(a, b) {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Errorf("x%d is %v, want %v", i, got, want[i])
		}
	}
}
