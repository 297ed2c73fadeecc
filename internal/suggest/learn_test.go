package suggest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/words"
)

// understand reads a page and what is around it, as Suggest does.
func understand(in *Input) (*space, *pageIndex, likeness, text) {
	s, parts, page := fitted.around(in)
	return s, s.index(parts, page), s.compare(page), page
}

// madeUp is a space of so many made-up pages, and pages to ask about.
func madeUp(known, asked int) (around Input, pages []Page) {
	w := newWriter()
	around = Input{Neighbours: neighbours(w, known, 120), Vocabulary: listed("gardening", "compost")}
	for i := range asked {
		p := w.page(1000+i, 150)
		p.Title += " " + around.Neighbours[i].Labels[0]
		pages = append(pages, p)
	}
	return around, pages
}

func TestASpaceThatWasLearnedAnswersAsTheFunctionDoes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		with func(in *Input)
	}{
		{"with their text", func(*Input) {}},
		{"by titles", func(in *Input) {
			for i := range in.Neighbours {
				in.Neighbours[i].Body.Blocks = nil
			}
		}},
		{"as terms", func(in *Input) {
			for i := range in.Neighbours {
				n := &in.Neighbours[i]
				n.Terms = ReadTerms(n.Page, words.Unknown)
				n.Body.Blocks = nil
			}
		}},
		{"only what is listed", func(in *Input) { in.OnlyListed = true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			around, pages := madeUp(60, 12)
			test.with(&around)
			space := Learn(around)
			for i, p := range pages {
				in := around
				in.Page, in.Dismissed, in.Limit = p, []string{"compost"}, 1+i%7
				in.Tree = Tree{Parent: []string{fmt.Sprint("only-above-", i)}, Siblings: []Count{{around.Neighbours[0].Labels[0], 3}}, Of: 4}
				if diff := cmp.Diff(Suggest(in), space.Suggest(in)); diff != "" {
					t.Fatalf("page %d (-function +space):\n%s", i, diff)
				}
			}
		})
	}
}

func TestASpaceForgetsThePagesItWasAskedAbout(t *testing.T) {
	t.Parallel()
	around, pages := madeUp(60, 12)
	space := Learn(around)
	words, terms, labels := space.reader.Len(), space.terms(), len(space.labels)
	first := space.Suggest(Input{Page: pages[0]})
	for _, p := range pages[1:] {
		space.Suggest(Input{Page: p, Tree: Tree{Parent: []string{"only above " + p.ID}}})
	}
	if diff := cmp.Diff(first, space.Suggest(Input{Page: pages[0]})); diff != "" {
		t.Errorf("asked again (-first +again):\n%s", diff)
	}
	if space.reader.Len() != words || space.terms() != terms || len(space.labels) != labels || len(space.byName.keys) != labels {
		t.Errorf("it holds %d words, %d terms, %d labels, held %d, %d, %d", space.reader.Len(), space.terms(), len(space.labels), words, terms, labels)
	}
}

func TestASpaceAnswersPageAfterPageInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		for name, around := range map[string]Input{
			"with neighbours":   {Neighbours: labelledPages(language.subjects)},
			"with a vocabulary": {Vocabulary: listed(language.subjects[0].label, language.subjects[1].label, language.subjects[2].label)},
		} {
			t.Run(language.name+" "+name, func(t *testing.T) {
				t.Parallel()
				space := Learn(around)
				for range 2 {
					for _, subject := range language.subjects {
						in := around
						in.Page = Page{Title: subject.label + " 2026", Body: markdown(subject.page)}
						if diff := cmp.Diff(Suggest(in), space.Suggest(in)); diff != "" {
							t.Fatalf("%s (-function +space):\n%s", subject.page, diff)
						}
					}
				}
			})
		}
	}
}

func TestAPageOfTheSpaceTeachesNothingAboutItself(t *testing.T) {
	t.Parallel()
	around, _ := madeUp(60, 0)
	around.Neighbours[7].Labels = []string{"its-own-alone"}
	space := Learn(around)
	for i := range around.Neighbours {
		p := around.Neighbours[i].Page
		p.Labels = nil
		for _, s := range space.Suggest(Input{Page: p, Unlikely: true}).Suggestions {
			for _, r := range s.Reasons {
				for _, of := range r.Pages {
					if of.ID == p.ID {
						t.Errorf("%s is suggested for page %s because of itself", s.Label, p.ID)
					}
				}
			}
			if s.Label == "its-own-alone" && i == 7 && s.Reasons[0].Kind == Similar {
				t.Errorf("the label of the page alone is suggested by itself: %+v", s)
			}
		}
	}
}

func TestASpacesOwnPagesTellWhatToTrust(t *testing.T) {
	t.Parallel()
	const pages = 60
	// In the one space what a title says is the label, in the other it never is, and
	// the text says the rest alike.
	space := func(follows bool) Input {
		w := newWriter()
		in := Input{}
		names := w.inUse(20)
		for i := range pages {
			p := w.page(i, 120)
			p.Title = names[i%20] + " " + p.Title
			p.Labels = []string{names[i%20]}
			if !follows {
				p.Labels[0] = names[(i*7+3)%20]
			}
			in.Neighbours = append(in.Neighbours, Neighbour{Page: p})
		}
		in.Page = w.page(1000, 120)
		in.Page.Title = names[3] + " " + in.Page.Title
		return in
	}
	score := func(in Input) float64 {
		in.Unlikely = true
		for _, s := range Suggest(in).Suggestions {
			if s.Label == newWriter().inUse(20)[3] {
				return s.Score
			}
		}
		return 0
	}
	with, without := score(space(true)), score(space(false))
	if with < without+0.3 {
		t.Errorf("a label in the title is right by %.2f where titles have labels, %.2f where they have none", with, without)
	}
	for _, follows := range []bool{true, false} {
		in := space(follows)
		first := Suggest(in)
		if first.Certainty == nil {
			t.Fatal("the space was not asked")
		}
		in.Certainty = first.Certainty
		if diff := cmp.Diff(first, Suggest(in)); diff != "" {
			t.Errorf("with what was told before (-asked +told):\n%s", diff)
		}
		in.Neighbours = in.Neighbours[:fewestAsked-1]
		in.Certainty = nil
		if few := Suggest(in); few.Certainty != nil {
			t.Errorf("%d pages told %+v", fewestAsked-1, few.Certainty)
		}
	}
}
