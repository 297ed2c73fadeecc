package suggest

import (
	"fmt"
	"slices"
	"testing"
)

// always gives every page of a topic the same labels.
func always(labels ...string) func(int) []string {
	return func(int) []string { return labels }
}

func TestWhatIsNeverSuggested(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		on   []string // the label of the pages that the page is like
		in   func(*Input)
		not  string
	}{
		{"a label of the page", []string{"gardening"}, func(in *Input) { in.Page.Labels = []string{"gardening"} }, "gardening"},
		{"the plural of a label of the page", []string{"release-notes"}, func(in *Input) { in.Page.Labels = []string{"release-note"} }, "release-notes"},
		{"the singular of a label of the page", []string{"release-note"}, func(in *Input) { in.Page.Labels = []string{"release-notes"} }, "release-note"},
		{"a label of the page with another separator", []string{"release-notes"}, func(in *Input) { in.Page.Labels = []string{"release_notes"} }, "release-notes"},
		{"a label of the page with a hyphen more", []string{"on-boarding"}, func(in *Input) { in.Page.Labels = []string{"onboarding"} }, "on-boarding"},
		{"a label of the page without its typo, where both are in use", []string{"accessibility"}, func(in *Input) {
			in.Page.Labels = []string{"acessibility"}
			in.InUse = []Count{{"acessibility", 1}}
		}, "accessibility"},
		{"a label of the page without its typo, which no other page has", []string{"accessibility"}, func(in *Input) { in.Page.Labels = []string{"acessibility"} }, "accessibility"},
		{"a label of the page with a typo", []string{"acessibility"}, func(in *Input) {
			in.Page.Labels = []string{"accessibility"}
			in.InUse = []Count{{"accessibility", 90}}
		}, "acessibility"},
		{"a label of the page with another accent", []string{"cafe"}, func(in *Input) { in.Page.Labels = []string{"café"} }, "cafe"},
		{"a label of the page in full width", []string{"api"}, func(in *Input) { in.Page.Labels = []string{"ＡＰＩ"} }, "api"},
		{"a label of the page with a hyphen for a slash", []string{"ci/cd"}, func(in *Input) { in.Page.Labels = []string{"ci-cd"} }, "ci/cd"},
		{"a label of the page with a dot more", []string{"io.js"}, func(in *Input) { in.Page.Labels = []string{"iojs"} }, "io.js"},
		{"the initials of a label of the page", []string{"gsa"}, func(in *Input) { in.Page.Labels = []string{"general-services-administration"} }, "gsa"},
		{"the twin of a label that was dismissed", []string{"cafe"}, func(in *Input) { in.Dismissed = []string{"café"} }, "cafe"},
		{"a label that was dismissed", []string{"gardening"}, func(in *Input) { in.Dismissed = []string{"gardening"} }, "gardening"},
		{"a label whose twin in use was dismissed", []string{"release-note"}, func(in *Input) {
			in.InUse = []Count{{"release-notes", 90}}
			in.Dismissed = []string{"release-notes"}
		}, "release-notes"},
		{"a retired label", []string{"gardening"}, func(in *Input) { in.Vocabulary = []Term{{Label: "gardening", Retired: true}} }, "gardening"},
		{"a retired label under its synonym", []string{"plants"}, func(in *Input) {
			in.Vocabulary = []Term{{Label: "gardening", Synonyms: []string{"plants"}, Retired: true}}
		}, "gardening"},
		{"the synonym of a retired label", []string{"plants"}, func(in *Input) {
			in.Vocabulary = []Term{{Label: "gardening", Synonyms: []string{"plants"}, Retired: true}}
		}, "plants"},
		{"the synonym of a retired label as people type it", []string{"green-plants"}, func(in *Input) {
			in.Vocabulary = []Term{{Label: "gardening", Synonyms: []string{" Green Plants"}, Retired: true}}
		}, "green-plants"},
		{"a retired twin, however often it is in use", []string{"release-note"}, func(in *Input) {
			in.InUse = []Count{{"release-notes", 90}}
			in.Vocabulary = []Term{{Label: "release-notes", Retired: true}}
		}, "release-notes"},
		{"a label that is not listed, where only those are", []string{"gardening"}, func(in *Input) {
			in.Vocabulary, in.OnlyListed = listed("kitchen"), true
		}, "gardening"},
		{"a twin that is not listed, where only those are", []string{"release-note"}, func(in *Input) {
			in.InUse = []Count{{"release-notes", 90}}
			in.Vocabulary, in.OnlyListed = listed("release-note"), true
		}, "release-notes"},
		{"a label without a name, though it has synonyms", []string{"gardening"}, func(in *Input) {
			in.Vocabulary = []Term{{Synonyms: []string{"gardening"}}}
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: garden(), Neighbours: relabelled(5, "gardening", always(test.on...))}
			if before := labelsOf(Suggest(in)); len(before) == 0 || before[0] != test.on[0] {
				t.Fatalf("without more %q comes first, not %q", before, test.on)
			}
			test.in(&in)
			answer := Suggest(in)
			if slices.Contains(labelsOf(answer), test.not) {
				t.Errorf("%q is suggested: %+v", test.not, answer.Suggestions)
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
}

func TestWhichSpellingIsSuggested(t *testing.T) {
	t.Parallel()
	both := func(often, seldom string, of int) func(int) []string {
		return func(i int) []string {
			if i%of == 0 {
				return []string{seldom}
			}
			return []string{often}
		}
	}
	for _, test := range []struct {
		name   string
		labels func(int) []string
		in     func(*Input)
		want   []string // of these labels the suggestions have exactly those
		not    []string
	}{
		{"the plural, if that is in use most", both("release-notes", "release-note", 4), nil, []string{"release-notes"}, []string{"release-note"}},
		{"the singular, if that is in use most", both("release-note", "release-notes", 4), nil, []string{"release-note"}, []string{"release-notes"}},
		{"with the hyphen, if that is in use most", both("on-boarding", "onboarding", 4), nil, []string{"on-boarding"}, []string{"onboarding"}},
		{"without the hyphen, if that is in use most", both("onboarding", "on-boarding", 4), nil, []string{"onboarding"}, []string{"on-boarding"}},
		{"without the typo", both("accessibility", "acessibility", 8), nil, []string{"accessibility"}, []string{"acessibility"}},
		{"the one that other pages of the space have most", always("release-note"), func(in *Input) { in.InUse = []Count{{"release-notes", 90}} }, []string{"release-notes"}, []string{"release-note"}},
		{"without the typo that all similar pages have", always("acessibility"), func(in *Input) { in.InUse = []Count{{"accessibility", 90}} }, []string{"accessibility"}, []string{"acessibility"}},
		{"the one that is listed, though no page has it", always("release-note"), func(in *Input) { in.Vocabulary = listed("release-notes") }, []string{"release-notes"}, []string{"release-note"}},
		{"the one that is listed, though it looks like a typo", always("accessibility"), func(in *Input) { in.Vocabulary = listed("acessibility", "accessibility") }, []string{"accessibility"}, nil},
		{"the preferred label, though all pages have a synonym", always("plants"), func(in *Input) {
			in.Vocabulary = []Term{{Label: "flora", Synonyms: []string{"plants"}}}
		}, []string{"flora"}, []string{"plants"}},
		{"the preferred label, which counts those of its synonyms", func(i int) []string { return []string{[]string{"plants", "greenery", "flora"}[i%3]} }, func(in *Input) {
			in.Vocabulary = []Term{{Label: "flora", Synonyms: []string{"plants", "greenery"}}}
		}, []string{"flora"}, []string{"plants", "greenery"}},
		{"the preferred label, though all pages have a synonym that people type with a space and a capital", always("new-hires"), func(in *Input) {
			in.Vocabulary = []Term{{Label: "onboarding", Synonyms: []string{"New hires"}}}
		}, []string{"onboarding"}, []string{"new-hires"}},
		{"a label of its own, though it is a synonym of another as people type it", always("new-hires"), func(in *Input) {
			in.Vocabulary = []Term{{Label: "onboarding", Synonyms: []string{"New hires"}}, {Label: "new-hires"}}
		}, []string{"new-hires"}, []string{"onboarding"}},
		{"the first of two labels that have a synonym", always("new-hires"), func(in *Input) {
			in.Vocabulary = []Term{{Label: "onboarding", Synonyms: []string{"New hires"}}, {Label: "joining", Synonyms: []string{"new-hires"}}}
		}, []string{"onboarding"}, []string{"new-hires", "joining"}},
		{"both, if they are two years", always("2025", "2026"), nil, []string{"2025", "2026"}, nil},
		{"both, if one is the other with a letter before it", always("python", "ipython"), nil, []string{"python", "ipython"}, nil},
		{"both, if one is the plural of nothing", always("http", "https"), nil, []string{"http", "https"}, nil},
		{"the one that most pages have, in another accent", always("elevation"), func(in *Input) { in.InUse = []Count{{"élévation", 90}} }, []string{"élévation"}, []string{"elevation"}},
		{"both, if they are two versions", always("release-v1", "release-v2"), nil, []string{"release-v1", "release-v2"}, nil},
		{"both, if people use two labels alike that differ in a letter", always("aws-ecs", "aws-eks"), nil, []string{"aws-ecs", "aws-eks"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: garden(), Neighbours: relabelled(8, "gardening", test.labels)}
			if test.in != nil {
				test.in(&in)
			}
			answer := Suggest(in)
			labels := labelsOf(answer)
			for _, want := range test.want {
				if !slices.Contains(labels, want) {
					t.Errorf("%q is not among %q", want, labels)
				}
			}
			for _, not := range test.not {
				if slices.Contains(labels, not) {
					t.Errorf("%q is among %q", not, labels)
				}
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
}

func TestTheVotesForASynonymAreForThePreferredLabel(t *testing.T) {
	t.Parallel()
	of := func(labels func(int) []string) Suggestion {
		in := Input{Page: garden(), Neighbours: relabelled(6, "gardening", labels), Vocabulary: []Term{{Label: "flora", Synonyms: []string{"plants", "Greenery"}}}}
		return suggestionOf(t, Suggest(in), "flora")
	}
	one := of(always("flora"))
	mixed := of(func(i int) []string { return []string{[]string{"plants", "greenery", "flora"}[i%3]} })
	twice := of(always("flora", "plants"))
	if one.Score != mixed.Score || one.Score != twice.Score {
		t.Errorf("the scores are %v, %v and %v", one.Score, mixed.Score, twice.Score)
	}
}

func TestTheSameKindOfLabelIsSuggestedTwiceAtMost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		labels []string
		inUse  []Count
		want   int
	}{
		{"with a hyphen", []string{"team-a", "team-b", "team-c", "team-d"}, nil, 2},
		{"with a hyphen in the twin that is in use", []string{"teamalpha", "teambeta", "teamgamma"}, []Count{{"team-alpha", 90}, {"team-beta", 90}, {"team-gamma", 90}}, 2},
		{"not counting those that are not shown", []string{"team-alpha", "team-beta", "team-gamma", "team-delta"}, []Count{{"teamalpha", 90}, {"teambeta", 90}}, 4},
		{"of two kinds", []string{"team-a", "team-b", "team-c", "unit-a", "unit-b", "unit-c"}, nil, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: garden(), Neighbours: relabelled(6, "gardening", always(test.labels...)), InUse: test.inUse}
			answer := Suggest(in)
			if got := len(answer.Suggestions); got != test.want {
				t.Errorf("%d suggestions, want %d: %q", got, test.want, labelsOf(answer))
			}
		})
	}
}

func TestNoMoreIsSuggestedThanAskedFor(t *testing.T) {
	t.Parallel()
	labels := make([]string, 30)
	for i := range labels {
		labels[i] = fmt.Sprintf("label%c%d", 'a'+i%26, i*i)
	}
	in := Input{Page: garden(), Neighbours: relabelled(6, "gardening", always(labels...))}
	for limit, want := range map[int]int{0: 5, -3: 5, 1: 1, 7: 7, 20: 20} {
		in.Limit = limit
		if got := len(Suggest(in).Suggestions); got != want {
			t.Errorf("with a limit of %d there are %d suggestions, want %d", limit, got, want)
		}
	}
}

func TestALabelOfFewPagesIsNotTicked(t *testing.T) {
	t.Parallel()
	for pages, ticked := range map[int]bool{tickedPages - 1: false, tickedPages: true} {
		s := suggestionOf(t, Suggest(Input{Page: garden(), Neighbours: relabelled(pages, "gardening", always("flora"))}), "flora")
		if s.Score < tickedScore[ByPages] || s.Ticked != ticked {
			t.Errorf("on %d pages it has the score %v and is ticked: %v", pages, s.Score, s.Ticked)
		}
	}
}

func TestTheBestLabelIsShownAsAGuessIfNothingIsLikely(t *testing.T) {
	t.Parallel()
	in := Input{Page: Page{Title: "A talk", Body: markdown(chat + "The bread was good.")}, Neighbours: spaceOf(1)}
	answer := Suggest(in)
	if len(answer.Suggestions) != 1 {
		t.Fatalf("suggested is %+v", answer.Suggestions)
	}
	if s := answer.Suggestions[0]; s.Label != "kitchen" || !s.Guess || s.Ticked || s.Score < leastScore || s.Score >= guessScore {
		t.Errorf("suggested is %+v", s)
	}
	in.Page.Labels = []string{"gardening"}
	in.Dismissed = []string{"kitchen"}
	if answer = Suggest(in); slices.Contains(labelsOf(answer), "kitchen") {
		t.Errorf("what was dismissed is guessed: %q", labelsOf(answer))
	}
}

func TestTheFirstAnswerAsksNoPages(t *testing.T) {
	t.Parallel()
	around, pages := madeUp(60, 1)
	around.Page = pages[0]
	if Suggest(around).Certainty == nil {
		t.Error("pages with their text were not asked")
	}
	for i := range around.Neighbours {
		around.Neighbours[i].Body.Blocks = nil
	}
	if told := Suggest(around).Certainty; told != nil {
		t.Errorf("titles told %+v", told)
	}
}
