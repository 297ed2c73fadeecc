package suggest

import (
	"testing"

	"labelup/internal/pagetext"
)

// longGarden is a page on gardening that is long enough to judge its labels by,
// and has one that is about something else.
func longGarden(more string) Page {
	p := garden()
	p.Labels = []string{"gardening", "accounting"}
	p.Body = markdown("The seedlings need compost. The greenhouse was cleaned, the hedge is pruned and the tomatoes wait for the lettuce. " +
		"A mulch of straw keeps the soil moist, and the gardener waters it when the frost is over. The compost heap stands in the wind behind the hedge. " +
		"Seedlings of lettuce leave the greenhouse in autumn, beside the tomatoes. " + chat + chat + more)
	return p
}

func TestALabelWithoutSupportIsOfferedForRemoval(t *testing.T) {
	t.Parallel()
	answer := Suggest(Input{Page: longGarden(""), Neighbours: spaceOf(20)})
	if len(answer.Removals) != 1 || answer.Removals[0].Label != "accounting" || answer.Removals[0].Score < 0.9 {
		t.Errorf("the removals are %+v", answer.Removals)
	}
}

func TestMoreThanAWeakVoteKeepsALabel(t *testing.T) {
	t.Parallel()
	for votes, offered := range map[float64]int{0: 1, 0.069: 1, 0.071: 0, 1: 0} {
		in := Input{Page: longGarden(""), Neighbours: spaceOf(20)}
		s, x, likeness, page := understand(&in)
		found := s.candidates(x, &likeness)
		for i := range found {
			if s.labels[found[i].label].name == "accounting" {
				found[i].features[similarFeature] = votes
			}
		}
		if got := s.removals(found, page); len(got) != offered {
			t.Errorf("with %v of the votes the removals are %+v", votes, got)
		}
	}
}

func TestALabelIsNotOfferedForRemoval(t *testing.T) {
	t.Parallel()
	all := func(in *Input) {}
	for _, test := range []struct {
		name string
		page Page
		in   func(*Input)
	}{
		{"if its name is on the page", longGarden("That is for accounting too."), all},
		{"if its name is in the title", func() Page {
			p := longGarden("")
			p.Title = "Accounting"
			return p
		}(), all},
		{"if its name is in a heading", longGarden("\n\n## Accounting\n\nThere it is."), all},
		{"if its name is in code", func() Page {
			p := longGarden("")
			p.Body.Blocks = append(p.Body.Blocks, pagetext.Block{Kind: pagetext.Code, Text: "import accounting"})
			return p
		}(), all},
		{"if a synonym of it is on the page", longGarden("That is for the bookkeepers too."), func(in *Input) {
			in.Vocabulary = []Term{{Label: "accounting", Synonyms: []string{"bookkeeper"}}}
		}},
		{"if similar pages have it", longGarden(""), func(in *Input) {
			for i := range in.Neighbours {
				if n := &in.Neighbours[i]; n.Labels[0] == "gardening" && i%2 == 0 {
					n.Labels = []string{"gardening", "accounting"}
				}
			}
		}},
		{"if the page is about it as well", longGarden(topics[1].sentences[0] + " " + topics[1].sentences[1] + " " + topics[1].sentences[2]), all},
		{"if the page above has it", longGarden(""), func(in *Input) { in.Tree.Parent = []string{"accounting"} }},
		{"if a page beside has it", longGarden(""), func(in *Input) { in.Tree = Tree{Siblings: []Count{{"accounting", 1}}, Of: 9} }},
		{"if there are few neighbours", longGarden(""), func(in *Input) { in.Neighbours = spaceOf(4) }},
		{"if few neighbours have it", longGarden(""), func(in *Input) {
			in.Neighbours = relabelled(20, "accounting", func(i int) []string { return []string{[]string{"money", "accounting"}[min(1, i/18)]} })
		}},
		{"if no neighbour has it", longGarden(""), func(in *Input) { in.Neighbours = relabelled(20, "accounting", always("money")) }},
		{"if only the titles of the neighbours are known", longGarden(""), func(in *Input) {
			for i := range in.Neighbours {
				in.Neighbours[i].Body = pagetext.Text{}
			}
		}},
		{"if the page is short", func() Page {
			p := garden()
			p.Labels = []string{"gardening", "accounting"}
			return p
		}(), all},
		{"if it is on another page only", garden(), all},
		{"if it fits", func() Page {
			p := longGarden("")
			p.Labels = []string{"gardening"}
			return p
		}(), all},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: test.page, Neighbours: spaceOf(20)}
			test.in(&in)
			if answer := Suggest(in); len(answer.Removals) > 0 {
				t.Errorf("the removals are %+v", answer.Removals)
			}
		})
	}
}
