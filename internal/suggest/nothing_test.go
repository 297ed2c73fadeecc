package suggest

import (
	"reflect"
	"strings"
	"testing"

	"labelup/internal/pagetext"
)

func TestWhyThereIsNothing(t *testing.T) {
	t.Parallel()
	foreign := "Αυτό το κείμενο δεν το ξέρει κανείς εδώ, γιατί είναι γραμμένο στα ελληνικά και δεν έχει τίποτα για το θέμα. " +
		"Χθες το πρωί έβρεξε πολύ, ύστερα βγήκε ο ήλιος, γι' αυτό όλοι ξεκίνησαν με τα πόδια για το σπίτι. " +
		"Αργότερα ένας παλιός φίλος διηγήθηκε πώς ταξίδεψε κάποτε με το τρένο προς τις πόλεις του βορρά."
	for _, test := range []struct {
		name string
		in   Input
		want Nothing
	}{
		{"an empty input", Input{}, TooShort},
		{"a title alone", Input{Page: Page{Title: "Notes"}, Neighbours: spaceOf(4)}, TooShort},
		{"a page of 39 words", Input{Page: Page{Body: markdown(strings.Repeat("they were there and ", 9) + "it was so")}, Neighbours: spaceOf(4)}, TooShort},
		{"a page of 40 words", Input{Page: Page{Body: markdown(strings.Repeat("they were there and ", 10))}, Neighbours: spaceOf(4)}, NoneFits},
		{"a page without words", Input{Page: Page{Title: "…", Body: pagetext.Text{Blocks: []pagetext.Block{{Text: "--- !!! ***"}}}}, Neighbours: spaceOf(4)}, TooShort},
		{"a page about something that no neighbour is about", Input{Page: Page{Title: "Orbits", Body: markdown(chat + "The satellite left the orbit of the moon when the thruster failed, and the antenna lost the signal of the probe.")}, Neighbours: spaceOf(5)}, NoneFits},
		{"a vocabulary of which the page has nothing", Input{Page: garden(), Vocabulary: listed("satellite", "orbit", "moon-base"), OnlyListed: true}, NoneFits},
		{"a page in a language that it does not know", Input{Page: Page{Title: "Παλιά ανάμνηση", Body: markdown(foreign)}, Neighbours: spaceOf(4)}, NoLanguage},
		{"a page that has all that fits", Input{Page: func() Page {
			p := garden()
			p.Labels = []string{"gardening"}
			return p
		}(), Neighbours: spaceOf(5)}, AllApplied},
		{"a short page that has all that fits", Input{Page: Page{Title: "Gardening", Body: markdown("Tomatoes, lettuce, hedge and compost in the greenhouse."), Labels: []string{"gardening"}}, Neighbours: spaceOf(5)}, AllApplied},
		{"a page all of whose labels were dismissed", Input{Page: garden(), Neighbours: spaceOf(5), Dismissed: []string{"gardening"}}, NoneFits},
		{"only what is listed, and nothing is", Input{Page: garden(), Neighbours: spaceOf(5), OnlyListed: true}, NoneFits},
		{"neighbours without labels", Input{Page: garden(), Neighbours: relabelled(5, "gardening", func(int) []string { return nil })}, NoneFits},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := Suggest(test.in)
			if answer.Nothing != test.want || len(answer.Suggestions) > 0 {
				t.Errorf("nothing is %q, want %q; suggested is %+v", answer.Nothing, test.want, answer.Suggestions)
			}
		})
	}
}

func TestThePageIsNoNeighbourOfItself(t *testing.T) {
	t.Parallel()
	in := Input{Page: garden(), Neighbours: spaceOf(4)}
	wanted := Suggest(in)
	itself := Neighbour{Page: garden()}
	itself.Labels = []string{"wrong"}
	in.Neighbours = append(in.Neighbours, itself, Neighbour{Page: Page{ID: "unlabelled", Title: "Hedges and tomatoes"}})
	if answer := Suggest(in); !reflect.DeepEqual(answer, wanted) {
		t.Errorf("with itself and a page without labels as neighbours the answer is\n%+v, was\n%+v", answer, wanted)
	}
}

func TestTheTreeSpeaksForALabel(t *testing.T) {
	t.Parallel()
	page := Page{Title: "Notes of Monday", Body: markdown(chat + chat)}
	for _, test := range []struct {
		name string
		in   Input
		kind Kind
	}{
		{"that most pages beside have", Input{Tree: Tree{Siblings: []Count{{"minutes-of-board", 9}}, Of: 10}, InUse: []Count{{"minutes-of-board", 9}}}, Siblings},
		{"that most pages beside have, of which nothing else is known", Input{Tree: Tree{Siblings: []Count{{"minutes-of-board", 9}}, Of: 10}}, Siblings},
		{"that the page above and most beside have", Input{Tree: Tree{Parent: []string{"minutes-of-board"}, Siblings: []Count{{"minutes-of-board", 9}}, Of: 10}}, Parent},
		{"whose synonym most pages beside have", Input{Tree: Tree{Siblings: []Count{{"board-notes", 9}}, Of: 10}, Vocabulary: []Term{{Label: "minutes-of-board", Synonyms: []string{"board-notes"}}}}, Siblings},
		{"that is listed only", Input{Tree: Tree{Siblings: []Count{{"minutes-of-board", 9}}, Of: 10}, Vocabulary: listed("minutes-of-board"), OnlyListed: true}, Siblings},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.in.Page = page
			s := suggestionOf(t, Suggest(test.in), "minutes-of-board")
			r := reasonOf(t, s, test.kind)
			if test.kind == Siblings && (r.Count != 9 || r.Of != 10) {
				t.Errorf("the reason is %+v", r)
			}
			if s.Ticked {
				t.Error("its place alone is enough to tick it")
			}
		})
	}
	t.Run("unless one page beside has it", func(t *testing.T) {
		t.Parallel()
		answer := Suggest(Input{Page: page, Tree: Tree{Siblings: []Count{{"minutes-of-board", 1}}, Of: 30}, InUse: []Count{{"minutes-of-board", 1}}})
		if len(answer.Suggestions) > 0 {
			t.Errorf("suggested is %+v", answer.Suggestions)
		}
	})
}
