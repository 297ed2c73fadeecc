package main

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"labelup/internal/suggest"
)

const (
	sharedPages = "../../../shared/data/18f-posts/pages.jsonl"
	weightsFile = "../../internal/suggest/weights.go"
)

// sharedPosts are the posts that weights are fitted on, read once.
var sharedPosts = sync.OnceValues(func() ([]post, error) { return readPosts(sharedPages) })

func needPosts(t *testing.T) []post {
	t.Helper()
	if testing.Short() {
		t.Skip("it measures the engine on all posts")
	}
	posts, err := sharedPosts()
	if os.IsNotExist(err) && os.Getenv("CI") != "true" {
		t.Skip("the shared posts are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(posts) != 407 {
		t.Fatalf("%d posts", len(posts))
	}
	return posts
}

// The weights by pages and by search take too long to fit again here; all are
// written at once, so that those of the others tell whether all are up to date.
func TestTheWeightsAreWhatFittingGives(t *testing.T) {
	posts := needPosts(t)
	source, err := os.ReadFile(weightsFile)
	if err != nil {
		t.Fatal(err)
	}
	want, err := stamp(sharedPages, len(posts))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), want) {
		t.Errorf("weights.go was not fitted with this engine on these pages, %s Run make fit", want)
	}
	var numbers []float64
	for _, match := range regexp.MustCompile(`\t(-?\d+\.\d+), +//`).FindAllStringSubmatch(string(source), -1) {
		number, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, number)
	}
	if len(numbers) != len(suggest.Weights{})*count {
		t.Fatalf("weights.go has %d weights", len(numbers))
	}
	for _, s := range []suggest.Situation{suggest.ByTitles, suggest.ByName} {
		for j, fitted := range fitUntil(examplesOf(posts, s), len(posts)) {
			if written := numbers[int(s)*count+j]; math.Abs(written-fitted) > 0.001 {
				t.Errorf("%s, %s: weights.go has %.4f, fitting gives %.4f. Run make fit", suggest.SituationNames[s], suggest.FeatureNames[j], written, fitted)
			}
		}
	}
}

// These weights were fitted on the judged pages, too, so that the floors say
// less than the tables of docs/suggestions.md, for which they were not. They
// notice when the engine loses something.
func TestSuggestionsAreAsGoodAsTheyWere(t *testing.T) {
	posts := needPosts(t)
	known := first(posts, fittedPercent)
	for s, floor := range map[suggest.Situation]struct{ f5, r5 float64 }{
		suggest.ByPages:  {42, 56},
		suggest.ByTitles: {38, 51},
		suggest.ByName:   {24, 32},
	} {
		m := &measures{}
		for _, p := range posts[len(known):] {
			m.addAnswer(suggest.Suggest(inputFor(p, known, s)), p.Given)
		}
		if f5, r5 := m.percent(m.f5), m.percent(m.r5); f5 < floor.f5 || r5 < floor.r5 {
			t.Errorf("%s: F1@5 %.1f, R@5 %.1f, want at least %.0f and %.0f", suggest.SituationNames[s], f5, r5, floor.f5, floor.r5)
		}
		if s == suggest.ByPages && (m.ticked < 40 || float64(m.tickedAndRight) < 0.8*float64(m.ticked)) {
			t.Errorf("ticked and right: %s, want 4 of 5, and 40 or more", m.tickedShare())
		}
	}
}

func TestThePostsAreReadInTheOrderOfTime(t *testing.T) {
	posts := needPosts(t)
	if !slices.IsSortedFunc(posts, func(a, b post) int { return a.Date.Compare(b.Date) }) {
		t.Error("a post is before an earlier one")
	}
	for _, p := range posts {
		if len(p.Labels) > 0 || len(p.Given) == 0 || len(p.plain) == 0 {
			t.Errorf("post %s: labels %q, given %q, %d words", p.ID, p.Labels, p.Given, len(p.plain))
		}
	}
}
