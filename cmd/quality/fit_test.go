package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"labelup/internal/suggest"
)

// constant is the last feature, which is always 1.
const constant = count - 1

// drawn draws examples of which the weights are known.
func drawn(number int, weights suggest.Features) []example {
	random := rand.New(rand.NewPCG(1, 2))
	drawn := make([]example, number)
	for i := range drawn {
		e := &drawn[i]
		z := 0.0
		for j := range e.Features {
			e.Features[j] = random.NormFloat64()*float64(j+1) + float64(j) // each of another size
			if j == constant {
				e.Features[j] = 1
			}
			z += weights[j] * e.Features[j]
		}
		e.Right = random.Float64() < 1/(1+math.Exp(-z))
		e.page = i
	}
	return drawn
}

func TestFittingFindsTheWeightsThatExamplesWereDrawnWith(t *testing.T) {
	want := suggest.Features{1, -0.5, 0.25, 0, 0.3, -0.2, 0.1}
	want[constant] = -1.5
	got := fit(drawn(60_000, want))
	for j := range want {
		if math.Abs(got[j]-want[j]) > 0.05 {
			t.Errorf("%s: fitted %.3f, want %.3f", suggest.FeatureNames[j], got[j], want[j])
		}
	}
}

func TestFittingAYesOrNoFindsTheLogOfTheOdds(t *testing.T) {
	var examples []example
	add := func(number int, yes float64, right bool) {
		for range number {
			e := example{Example: suggest.Example{Right: right}}
			e.Features[2], e.Features[constant] = yes, 1
			examples = append(examples, e)
		}
	}
	add(9000, 1, true)
	add(1000, 1, false)
	add(2000, 0, true)
	add(8000, 0, false)
	got := fit(examples)
	want := suggest.Features{2: math.Log(9) - math.Log(0.25), constant: math.Log(0.25)}
	for j := range want {
		// Weights are held back a little: by 3 examples among 20,000.
		if math.Abs(got[j]-want[j]) > 0.01 {
			t.Errorf("%s: fitted %.4f, want %.4f", suggest.FeatureNames[j], got[j], want[j])
		}
	}
}

func TestWhatNeverVariesWeighsNothing(t *testing.T) {
	weights := suggest.Features{1, -0.5, 0.25}
	examples := drawn(2_000, weights)
	for i := range examples {
		examples[i].Features[4] = 7
	}
	if got := fit(examples); math.Abs(got[4]) > 1e-9 || got[1] >= 0 || got[2] <= 0 {
		t.Errorf("weights %v", got)
	}
}

func TestFittingTwiceGivesTheSameToTheLastBit(t *testing.T) {
	examples := drawn(2_000, suggest.Features{1, -0.5, 0.25})
	if one, two := fit(examples), fit(examples); one != two {
		t.Errorf("fitted %v, then %v", one, two)
	}
}

func TestTheLabelsOfEachPageThatComeFirst(t *testing.T) {
	weights := suggest.Features{1}
	var examples []example
	for page, labels := range []int{2 * suggest.AskedLabels, 3} {
		for i := range labels {
			examples = append(examples, example{suggest.Example{Features: suggest.Features{float64(i)}}, page})
		}
	}
	var got []float64
	for _, e := range first(weights, examples) {
		got = append(got, e.Features[0])
	}
	if want := []float64{19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 2, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("first come %v, want %v", got, want)
	}
}
