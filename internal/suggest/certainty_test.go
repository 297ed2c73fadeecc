package suggest

import (
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
