package known

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

func page(id, title, text string, labels ...string) suggest.Page {
	return suggest.Page{ID: id, Title: title, Labels: labels, Body: pagetext.Text{Blocks: []pagetext.Block{{Text: text}}}}
}

var library = []suggest.Page{
	page("soup", "Lunch", "The cook prepares soup in the kitchen.", "kitchen", "monday"),
	page("bread", "Baking bread", "The cook bakes.", "kitchen"),
	page("deploy", "Deploying", "A deployment is rolled back.", "rollout"),
	page("cake", "Bread and cake", "Bread, cake. Bread!", "baking"),
}

// seen says which neighbours an input has, those with their text in capitals.
func seen(k *Pages, in suggest.Input) []string {
	var names []string
	for _, n := range in.Neighbours {
		for i := range k.whole {
			switch n.Terms {
			case k.whole[i].Terms:
				names = append(names, n.ID+" with its text")
			case k.titled[i].Terms:
				names = append(names, n.ID)
			}
		}
	}
	return names
}

func TestWhatIsKnownInEachSituation(t *testing.T) {
	all := Read(library)
	for name, test := range map[string]struct {
		known      *Pages
		situation  suggest.Situation
		in         suggest.Input
		neighbours []string
		vocabulary []suggest.Term
	}{
		"by pages, all have their text": {known: all, situation: suggest.ByPages,
			neighbours: []string{"soup with its text", "bread with its text", "deploy with its text", "cake with its text"}},
		"by titles, none has": {known: all, situation: suggest.ByTitles,
			neighbours: []string{"soup", "bread", "deploy", "cake"}},
		"of the first two, the others are not there": {known: all.First(2), situation: suggest.ByTitles,
			neighbours: []string{"soup", "bread"}},
		"of none, nothing is there": {known: all.First(0), situation: suggest.ByName},
		"by search, those that have most of the words of the page come first": {known: all, situation: suggest.BySearch,
			in:         suggest.Input{Page: page("x", "Bread cake", "")},
			neighbours: []string{"cake with its text", "bread with its text", "soup", "deploy"}},
		"by search, only the first two are found if there are no others": {known: all.First(2), situation: suggest.BySearch,
			in:         suggest.Input{Page: page("x", "Bread cake", "")},
			neighbours: []string{"bread with its text", "soup"}},
		"by search, a page does not find itself": {known: all, situation: suggest.BySearch,
			in:         suggest.Input{Page: page("cake", "Bread cake", "")},
			neighbours: []string{"bread with its text", "soup", "deploy", "cake"}},
		"by search, pages with a label of the page are found": {known: all, situation: suggest.BySearch,
			in:         suggest.Input{Page: page("x", "Bread cake", "", "rollout")},
			neighbours: []string{"cake with its text", "bread with its text", "deploy with its text", "soup"}},
		"by search, a page without a word finds nothing": {known: all, situation: suggest.BySearch,
			neighbours: []string{"soup", "bread", "deploy", "cake"}},
		"by name, the labels in the order of first use": {known: all, situation: suggest.ByName,
			vocabulary: []suggest.Term{{Label: "kitchen"}, {Label: "monday"}, {Label: "rollout"}, {Label: "baking"}}},
		"by name, those of the first two": {known: all.First(2), situation: suggest.ByName,
			vocabulary: []suggest.Term{{Label: "kitchen"}, {Label: "monday"}}},
		"by name, beside a vocabulary": {known: all.First(2), situation: suggest.ByName,
			in:         suggest.Input{Vocabulary: []suggest.Term{{Label: "agreed", Description: "d"}}},
			vocabulary: []suggest.Term{{Label: "agreed", Description: "d"}, {Label: "kitchen"}, {Label: "monday"}}},
		"by name, not where only a vocabulary may be suggested": {known: all, situation: suggest.ByName,
			in:         suggest.Input{OnlyListed: true, Vocabulary: []suggest.Term{{Label: "agreed"}}},
			vocabulary: []suggest.Term{{Label: "agreed"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.known.Around(test.in, test.situation)
			if diff := cmp.Diff(test.neighbours, seen(all, got)); diff != "" {
				t.Errorf("neighbours (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.vocabulary, got.Vocabulary); diff != "" {
				t.Errorf("vocabulary (-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff([]string{"kitchen", "monday"}, all.First(2).Labels()); diff != "" || all.First(2).Len() != 2 {
		t.Errorf("labels of the first two (-want +got):\n%s", diff)
	}
}

func TestASearchFindsNoMoreThanTheProductReads(t *testing.T) {
	var pages []suggest.Page
	for i := range 2 * mostFound {
		pages = append(pages, page(fmt.Sprint(i), "Bread", "", "kitchen"))
	}
	found := Read(pages).found([]string{"bread"}, &suggest.Page{})
	if len(found) != mostFound || found[0] != 0 {
		t.Errorf("found %d, the first of them %v", len(found), found[:1])
	}
}

func TestPieces(t *testing.T) {
	for text, want := range map[string][]string{
		"":                     nil,
		"The Cook's BREAD, 2x": {"the", "cook", "s", "bread", "2x"},
		"東京":                   {"東京"},
		"東京都":                  {"東京", "京都"},
		"東":                    {"東"},
		"東 京":                  {"東", "京"},
		"node.js入門x書":          {"node", "js", "入門", "x", "書"},
		"サーバー設定":               {"サー", "ーバ", "バー", "ー設", "設定"},
		"Übung straße":         {"übung", "straße"},
	} {
		if diff := cmp.Diff(want, Pieces(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	p := postings{}
	p.add("東京都 Bread", 0)
	p.add("東京 京都 bread bread", 1)
	p.add("京都", 2)
	for word, want := range map[string][]int{"東京都": {0, 1}, "京都": {0, 1, 2}, "bread": {0, 1}, "cake": nil, "": nil} {
		if diff := cmp.Diff(want, p.with(word)); diff != "" {
			t.Errorf("%q is on (-want +got):\n%s", word, diff)
		}
	}
}
