package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"labelup/internal/suggest"
)

const (
	sharedPages = "../../../shared/data/*/pages.jsonl"
	weightsFile = "../../internal/suggest/weights.go"
)

// sharedFiles are the collections that weights are fitted on.
func sharedFiles(t *testing.T) []string {
	t.Helper()
	if testing.Short() {
		t.Skip("it measures the engine on hundreds of pages")
	}
	files, err := filepath.Glob(sharedPages)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 && os.Getenv("CI") != "true" {
		t.Skip("the shared pages are not here")
	}
	if len(files) != 4 {
		t.Fatalf("%d collections", len(files))
	}
	return files
}

// firstShared is the first collection, read once.
var firstShared = sync.OnceValues(func() (collection, error) { return readCollection(strings.ReplaceAll(sharedPages, "*", "18f-posts")) })

func needPosts(t *testing.T) *collection {
	t.Helper()
	sharedFiles(t)
	c, err := firstShared()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.posts) != 407 {
		t.Fatalf("%d posts", len(c.posts))
	}
	return &c
}

// Fitting takes too long here. What it would be given tells as much.
func TestTheWeightsWereFittedWithThisEngineOnThesePages(t *testing.T) {
	files, posts := sharedFiles(t), needPosts(t)
	source, err := os.ReadFile(weightsFile)
	if err != nil {
		t.Fatal(err)
	}
	want, err := stamp(files, posts)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), want) {
		t.Errorf("weights.go was not fitted with this engine on these pages, %s Run make fit", want)
	}
}

// The weights were fitted on the judged pages, too, so that the floors say less
// than the tables of docs/suggestions.md, for which they were not. They notice
// when the engine loses something.
func TestSuggestionsAreAsGoodAsTheyWere(t *testing.T) {
	c := needPosts(t)
	for s, floor := range map[suggest.Situation]float64{suggest.ByPages: 38, suggest.ByTitles: 34, suggest.ByName: 24} {
		var outcomes []outcome
		for _, at := range c.drawn(40, firstJudged) {
			in := c.around(at, s)
			in.Unlikely = true
			listed := suggest.Suggest(in).Suggestions
			outcomes = append(outcomes, outcomeOf(listed, listed, nil, c.posts[at].Given))
		}
		m := measure(outcomes)
		if m.f5 < floor {
			t.Errorf("%s: F1@5 %.1f, want at least %.0f", suggest.SituationNames[s], m.f5, floor)
		}
		if s == suggest.ByPages && m.ticked.share() < 0.7 {
			t.Errorf("ticked and right: %s, want 7 of 10", m.ticked)
		}
	}
}

func TestThePostsAreReadInTheOrderOfTime(t *testing.T) {
	c := needPosts(t)
	if !c.dated || !slices.IsSortedFunc(c.posts, func(a, b post) int { return a.Date.Compare(b.Date) }) {
		t.Error("a post is before an earlier one")
	}
	for _, p := range c.posts {
		if len(p.Labels) > 0 || len(p.Given) == 0 || len(p.plain) == 0 {
			t.Errorf("post %s: labels %q, given %q, %d words", p.ID, p.Labels, p.Given, len(p.plain))
		}
	}
}
