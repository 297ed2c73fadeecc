package suggest

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCertaintyOfAnEarlierAnswer(t *testing.T) {
	t.Parallel()
	in := whole()
	asked := Suggest(in)
	if asked.Certainty == nil {
		t.Fatal("the space's own pages were not asked")
	}
	for i, weight := range asked.Certainty.Weights {
		if weight != rounded(weight) || weight == fitted.Of[asked.Certainty.Situation][i] {
			t.Errorf("%s counts %v, of all collections %v", FeatureNames[i], weight, fitted.Of[asked.Certainty.Situation][i])
		}
	}
	for name, test := range map[string]struct {
		given Certainty
		same  bool
	}{
		"stands for asking":                 {*asked.Certainty, true},
		"is taken as it is":                 {Certainty{asked.Certainty.Situation, Features{constantFeature: 3}}, false},
		"is nothing in another situation":   {Certainty{(asked.Certainty.Situation + 1) % situations, Features{constantFeature: 3}}, true},
		"may be as large as it can be sent": {Certainty{asked.Certainty.Situation, Features{MostWeight, MostWeight, MostWeight, MostWeight, MostWeight, MostWeight, MostWeight, MostWeight}}, false},
		"may be as small as it can be sent": {Certainty{asked.Certainty.Situation, Features{-MostWeight, -MostWeight, -MostWeight, -MostWeight, -MostWeight, -MostWeight, -MostWeight, -MostWeight}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := whole()
			in.Certainty = &test.given
			got := Suggest(in)
			if diff := cmp.Diff(asked, got); (diff == "") != test.same {
				t.Errorf("without it (-) and with it (+):\n%s", diff)
			}
			for _, wrong := range broken(in, got) {
				t.Error(wrong)
			}
		})
	}
}

// Pages of which nothing tells why some have a label: there a step of Newton's method
// is too long.
func TestOddPagesTellNoAbsurdWeights(t *testing.T) {
	t.Parallel()
	in := Input{Page: garden(), Neighbours: make([]Neighbour, 99)}
	for i := range in.Neighbours {
		label := "other"
		if i < 30 {
			label = "acme"
		}
		in.Neighbours[i].Page = Page{Title: "Acme", Labels: []string{label}, Body: markdown("Acme has its own way with zebras and pumps, and Acme knows. " + chat)}
	}
	told := Suggest(in).Certainty
	if told == nil {
		t.Fatal("the pages were not asked")
	}
	for i, weight := range told.Weights {
		if math.Abs(weight) > 10 {
			t.Errorf("%s counts %v", FeatureNames[i], weight)
		}
	}
}
