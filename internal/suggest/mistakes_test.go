package suggest

import (
	"slices"
	"strings"
	"testing"

	"labelup/internal/pagetext"
)

// Each test is a kind of mistake that was read in answers on other people's pages.

func suggestedOn(in Input) (labels []string) {
	for _, s := range Suggest(in).Suggestions {
		if !s.New {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

func TestAWordThatSaysNothingIsANameOnlyWhereItIsWrittenAsOne(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, label, title, text string
		want                     bool
	}{
		{"a letter that is a variable", "r", "Circles", "The radius r of it. With r and again r, as r grows.", false},
		{"a letter that is an initial", "r", "Circles", "It is by R. Fisher, and R. Fisher was there, with R. Fisher.", false},
		{"a language of one letter", "r", "Plots", "They were drawn in R and then in R again, and R was good.", true},
		{"a pronoun", "me", "Tell me more", "They told me and me again, and it was me.", false},
		{"a month", "mars", "Les plans", "Le plan de mars 2026 est là, et mars fut long, en mars.", false},
		{"a planet", "mars", "Rovers", "They were sent to Mars, and Mars was red, and there on Mars they are.", true},
		{"a verb", "go", "Trips", "They go there and go here, and then they go again.", false},
		{"a language named like a verb", "go", "Services", "They were made in Go, and with Go it was, and Go again for us. In Go.", true},
		{"a part of a path", "var", "Disks", "It is in /var/log/x and /var/log/y and /var/log/z there.", false},
		{"a part of an address", "wiki", "Disks", "It is at https://wiki.example.com/a and https://wiki.example.com/b there.", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := Page{Title: test.title, Body: pagetext.Text{Blocks: []pagetext.Block{{Text: test.text + " " + chat}}}}
			got := suggestedOn(Input{Page: page, Vocabulary: listed(test.label, "orbits", "zebras"), OnlyListed: true})
			if slices.Contains(got, test.label) != test.want {
				t.Errorf("suggested is %q, want %q among it: %v", got, test.label, test.want)
			}
		})
	}
}

func TestANameThatEveryPageHasSaysLittle(t *testing.T) {
	t.Parallel()
	page := Page{Title: "A hedge for Acme", Body: markdown("Acme cuts the hedge. " + chat)}
	neighbours := func(labelled int) (all []Neighbour) {
		for i := range 99 {
			n := Neighbour{Page: Page{ID: string(rune('A' + i)), Title: "Acme", Labels: []string{"other"},
				Body: markdown("Acme has its own way with zebras and pumps, and Acme knows. " + chat)}}
			if i < labelled {
				n.Labels = []string{"acme"}
			}
			all = append(all, n)
		}
		return all
	}
	shared := &Certainty{ByPages, fitted.Of[ByPages]} // these pages would tell as much without the rule
	score := func(labelled int) float64 {
		for _, s := range Suggest(Input{Page: page, Neighbours: neighbours(labelled), Unlikely: true, Limit: 100, Certainty: shared}).Suggestions {
			if s.Label == "acme" {
				return s.Score
			}
		}
		return 0
	}
	if few, many := score(1), score(30); few > 0.2 || many < 0.5 {
		t.Errorf("where 1 of 99 pages about Acme has the label its score is %v, where 30 have it %v", few, many)
	}
}

func TestALabelIsNotSuggestedBesideOneThatHasItsWords(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("The strategic plan is here, and strategic planning was theirs. ", 3)
	page := Page{Title: "On what is next", Body: markdown(text + chat)}
	got := suggestedOn(Input{Page: page, Vocabulary: listed("strategic-plan", "strategic-planning"), OnlyListed: true})
	if len(got) != 1 {
		t.Errorf("suggested is %q, want one of them", got)
	}
}

func TestOnePageBesideDecidesNothing(t *testing.T) {
	t.Parallel()
	tree := func(pages int) Tree { return Tree{Siblings: []Count{{"gardening", pages}}, Of: pages} }
	page := Page{Title: "Untold", Body: markdown(chat)}
	if got := suggestedOn(Input{Page: page, Tree: tree(1)}); len(got) > 0 {
		t.Errorf("by one page beside %q is suggested", got)
	}
	if one, two := (treePlace{siblings: 1}).logOdds(1), (treePlace{siblings: 2}).logOdds(2); one != 0 || two <= 0 {
		t.Errorf("one page beside adds %v, two add %v", one, two)
	}
}

func TestProfileWordsSayWhatALabelIsAbout(t *testing.T) {
	t.Parallel()
	var neighbours []Neighbour
	for i := range 30 {
		n := Neighbour{Page: Page{ID: string(rune('A' + i)), Title: "Page", Labels: []string{"other"}, Body: markdown("Zebras and Acme. " + chat)}}
		switch {
		case i < 6: // all of a third of the pages are about Acme; some are finished with pumps
			n.Labels, n.Body = []string{"water"}, markdown("Acme finished its pumps. Finished pumps of Acme. "+chat)
		case i > 14:
			n.Body = markdown("Zebras in the wild. " + chat)
		}
		neighbours = append(neighbours, n)
	}
	page := Page{Title: "New pumps", Body: markdown("Acme finished the pumps. Pumps are finished. " + chat)}
	seen := false
	for _, s := range Suggest(Input{Page: page, Neighbours: neighbours}).Suggestions {
		for _, r := range s.Reasons {
			if r.Kind != Profile {
				continue
			}
			for _, word := range r.Words {
				seen = seen || strings.EqualFold(word, "pumps")
				if strings.EqualFold(word, "finished") || strings.EqualFold(word, "Acme") {
					t.Errorf("%q is said to be about %q", s.Label, r.Words)
				}
			}
		}
	}
	if !seen {
		t.Error("no label is said to be about pumps")
	}
}
