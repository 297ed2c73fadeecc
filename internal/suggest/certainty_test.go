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

func TestAsManyPagesAreAskedAsTheWorkAllows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                             string
		pages, neighbours, terms, labels int
		most                             int
		count                            int
		likened                          bool
	}{
		{"200 texts are likened to each other first", 200, 200, 60_000, 120, mostAsking, askedPages, true},
		{"400 titles and the 50 texts that a search found: all of these are asked, and none is likened", 50, 450, 13_000, 300, mostAsking, 50, false},
		{"more than are kept in memory", 600, 600, 60_000, 40, mostAsking, 33, false},
		{"long texts", 500, 500, 250_000, 0, mostAsking, 8, false},
		{"long texts of a space that is learned once", 500, 500, 250_000, 0, mostAskingOnce, 60, true},
		{"very many labels", 300, 300, 30_000, 11_000, mostAsking, 10, false},
		{"a few short pages", 20, 20, 100, 10, mostAsking, 20, false},
		{"no words at all", 12, 12, 0, 0, mostAsking, 12, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if count, likened := pagesToAsk(test.pages, test.neighbours, test.terms, test.labels, test.most); count != test.count || likened != test.likened {
				t.Errorf("got %d, likened %v", count, likened)
			}
		})
	}
}
