package suggest

import (
	"slices"
	"strings"
	"testing"

	"labelup/internal/label"
	"labelup/internal/twin"
)

// tides insists on a phrase that is no label yet.
func tides() Page {
	return Page{Title: "About tidal energy", Body: markdown(strings.Repeat("The plan for tidal energy is here. Tidal energy was theirs. ", 3) + chat)}
}

func fresh(answer Answer) (labels []string) {
	for _, s := range answer.Suggestions {
		if s.New {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

func TestNewLabelsLookLikeTheOthers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		inUse []string
		want  string
	}{
		{"with hyphens", []string{"wind-farm", "solar-panel", "heat-pump", "coal-mine", "gas"}, "tidal-energy"},
		{"with underscores", []string{"wind_farm", "solar_panel", "heat_pump", "coal_mine", "gas"}, "tidal_energy"},
		{"with spaces", []string{"wind farm", "solar panel", "heat pump", "coal mine", "gas"}, "tidal energy"},
		{"with what most have", []string{"wind-farm", "solar-panel", "heat_pump", "coal mine", "gas"}, "tidal-energy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: tides(), InUse: inUse(test.inUse)}
			answer := Suggest(in)
			if labels := fresh(answer); !slices.Equal(labels, []string{test.want}) {
				t.Errorf("the new labels are %q, want %q", labels, test.want)
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
	t.Run("of one word where all are", func(t *testing.T) {
		t.Parallel()
		answer := Suggest(Input{Page: tides(), InUse: inUse(strings.Fields("wind solar heat coal gas oil steam water wood peat"))})
		for _, label := range fresh(answer) {
			if strings.ContainsAny(label, " -_") {
				t.Errorf("%q is not one word", label)
			}
		}
		if len(fresh(answer)) == 0 {
			t.Error("there is no new label")
		}
	})
}

func inUse(labels []string) []Count {
	counts := make([]Count, len(labels))
	for i, label := range labels {
		counts[i] = Count{label, 3}
	}
	return counts
}

func TestANewLabelIsNoTwinOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	base := listed("wind-farm", "solar-panel", "heat-pump", "coal-mine", "gas")
	for _, test := range []struct {
		name string
		in   Input
	}{
		{"a label in use", Input{InUse: []Count{{"tidal-energy", 1}}}},
		{"a label in use, in the plural", Input{InUse: []Count{{"tidal-energies", 1}}}},
		{"a label in use, with another separator", Input{InUse: []Count{{"tidal_energy", 1}}}},
		{"a label of the page", Input{Page: Page{Labels: []string{"tidal-energy"}}}},
		{"a label of the page, run together", Input{Page: Page{Labels: []string{"tidalenergy"}}}},
		{"a label that was dismissed", Input{Dismissed: []string{"tidal-energy"}}},
		{"a retired label", Input{Vocabulary: []Term{{Label: "tidal-energy", Retired: true}}}},
		{"a synonym", Input{Vocabulary: []Term{{Label: "sea-power", Synonyms: []string{"tidal energy"}, Retired: true}}}},
		{"a label of the page above", Input{Tree: Tree{Parent: []string{"tidal-energy"}}}},
		{"a label of a page beside", Input{Tree: Tree{Siblings: []Count{{"tidal-energy", 1}}, Of: 9}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := test.in
			labels := in.Page.Labels
			in.Page = tides()
			in.Page.Labels = labels
			in.Vocabulary = append(in.Vocabulary, base...)
			if found := fresh(Suggest(in)); slices.ContainsFunc(found, func(name string) bool { return compared(name, "tidal-energy") != twin.No }) {
				t.Errorf("new is %q", found)
			}
		})
	}
}

func TestSearchWords(t *testing.T) {
	t.Parallel()
	page := Page{Title: "Update", Body: markdown("Monday came, people met, coffee was cold. " + strings.Repeat("The plan for tidal energy is here. Tidal energy was theirs. ", 3))}
	for _, test := range []struct {
		name string
		in   Input
		want []string // the first of them, in any order
	}{
		{"are what the page insists on, where nothing else is known", Input{Page: page}, []string{"tidal", "energy"}},
		{"are what few other pages have", Input{Page: page, Neighbours: spaceOf(4)}, []string{"tidal", "energy"}},
		{"are none on a page without words", Input{Page: Page{Title: "!"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			search := Suggest(test.in).Search
			for _, want := range test.want {
				if !slices.ContainsFunc(search[:min(3, len(search))], func(word string) bool { return strings.EqualFold(word, want) }) {
					t.Errorf("%q is not among the first of %q", want, search)
				}
			}
			if len(test.want) == 0 && len(search) > 0 {
				t.Errorf("the search words are %q", search)
			}
		})
	}
}

func TestASearchWordIsThereOnceThoughTwoLanguagesReadItApart(t *testing.T) {
	t.Parallel()
	english := "The U.S. has this and that of it, as they were told. " + chat
	german := "Die U.S. haben das und auch jenes nicht, weil es so ist und die anderen es nicht haben, aber sie werden es noch sehen, wenn das alles vorbei ist und die Zeit gekommen ist, und das ist auch gut so für alle."
	in := Input{Page: Page{Title: "U.S.", Body: markdown(english + "\n\n" + german)}}
	for _, wrong := range broken(in, Suggest(in)) {
		t.Error(wrong)
	}
}

// A label that is suggested is the one that typing its words makes: else a page
// would get two that look alike.
func TestANewLabelIsSpelledAsIfItWereTyped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, phrase string }{
		{"a Turkish capital I", "İstanbul"},
		{"a Turkish capital I of two characters", "I\u0307stanbul"},
		{"a sigma that ends a word", "ΦΑΡΟΣ"},
		{"an accent of its own", "Cafe\u0301terrasse"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			typed, err := label.Parse(test.phrase)
			if err != nil {
				t.Fatal(err)
			}
			page := Page{Title: "About " + test.phrase, Body: markdown(strings.Repeat("The plan for "+test.phrase+" is here. "+test.phrase+" was theirs. ", 4) + chat)}
			in := Input{Page: page, InUse: inUse(strings.Fields("wind solar heat coal gas oil steam"))}
			if labels := fresh(Suggest(in)); !slices.Contains(labels, string(typed)) {
				t.Errorf("the new labels are %q, want %q among them", labels, typed)
			}
			in.InUse = append(in.InUse, Count{string(typed), 3})
			suggestions := Suggest(in).Suggestions
			if !slices.ContainsFunc(suggestions, func(s Suggestion) bool { return s.Label == string(typed) && !s.New }) {
				t.Errorf("where it is in use it is not suggested: %+v", suggestions)
			}
			for _, s := range suggestions {
				if s.New {
					t.Errorf("where it is in use %q is suggested as new", s.Label)
				}
			}
		})
	}
}
