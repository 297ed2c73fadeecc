package suggest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"labelup/internal/label"
	"labelup/internal/pagefile"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// fieldCase is a page and what its suggestions must and must not be.
type fieldCase struct {
	ID        string   `json:"id"`
	Has       []string `json:"has"`
	InUse     []string `json:"in_use"`
	Dismissed []string `json:"dismissed"`
	Must      []string `json:"must"`
	Never     []string `json:"never"`
}

// Pages from the field on which suggestions went wrong once, and pages like
// them. Each of must matches one of the first five suggestions, and none of never
// matches any.
func TestPagesFromTheFieldGetLabelsThatMakeSense(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"field.jsonl", "field-kinds.jsonl"} {
		source, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(source)), "\n")
		pages, err := pagefile.Read(filepath.Join("testdata", file))
		if err != nil || len(pages) != len(lines) {
			t.Fatalf("%d pages of %d lines: %v", len(pages), len(lines), err)
		}
		for i, line := range lines {
			var c fieldCase
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				in := suggest.Input{Page: pages[i].Page, Dismissed: c.Dismissed}
				in.Page.Labels = c.Has
				for _, name := range c.InUse {
					in.InUse = append(in.InUse, suggest.Count{Label: name, Pages: 1})
				}
				checkField(t, &c, suggest.Suggest(in))
			})
		}
	}
}

// What is proposed for one page is in use on the next, and must be found there.
func TestALabelThatWasProposedIsFoundAgain(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"C#", "F#", "C++", "Node.js", "Q&A", "R&D", "M&A", "CI/CD", "U.S. sales", "PM2.5", "Owner's manual", "D3.js",
		"PL/SQL", "24/7 support", "São Paulo", "Straße", "résumé", "e-mail", "GPT-4", "Wi-Fi", "A/B testing", "Meeting",
	} {
		page := suggest.Page{Title: title, Body: pagetext.Text{Blocks: []pagetext.Block{{Text: strings.Repeat(title+" is described here. We use "+title+" a lot. ", 3)}}}}
		proposed := suggest.Suggest(suggest.Input{Page: page}).Suggestions
		if len(proposed) == 0 {
			t.Errorf("nothing is proposed for %q", title)
			continue
		}
		again := suggest.Suggest(suggest.Input{Page: page, InUse: []suggest.Count{{Label: proposed[0].Label, Pages: 1}}}).Suggestions
		if !slices.ContainsFunc(again, func(s suggest.Suggestion) bool { return s.Label == proposed[0].Label && !s.New }) {
			t.Errorf("%q is proposed for %q, and once it is in use %+v are", proposed[0].Label, title, again)
		}
	}
}

func TestAPageWithALabelOfItsOwnGetsSeveralNewOnes(t *testing.T) {
	t.Parallel()
	page := suggest.Page{Title: "Tidal energy", Labels: []string{"resume"}, Body: pagetext.Text{Blocks: []pagetext.Block{{Text: "Tidal energy is made by tides. A turbine turns with the tides. Tidal energy is even, and the turbine lasts. The coast has strong tides."}}}}
	if got := suggest.Suggest(suggest.Input{Page: page}).Suggestions; len(got) < 2 {
		t.Errorf("suggested are %+v", got)
	}
}

func checkField(t *testing.T, c *fieldCase, answer suggest.Answer) {
	var names []string
	for _, s := range answer.Suggestions {
		if name, err := label.Parse(s.Label); s.New && (err != nil || string(name) != s.Label) {
			t.Errorf("Confluence would not hold %q: %v", s.Label, err)
		}
		names = append(names, s.Label)
	}
	for _, pattern := range c.Must {
		found := false
		for _, name := range names[:min(5, len(names))] {
			found = found || matches(t, pattern, name)
		}
		if !found {
			t.Errorf("nothing in %q is like %s", names, pattern)
		}
	}
	for _, pattern := range c.Never {
		for _, name := range names {
			if matches(t, pattern, name) {
				t.Errorf("%q is like %s", name, pattern)
			}
		}
	}
}

var lookahead = regexp.MustCompile(`^\(\?=([^()]*)\)`)

// matches matches a pattern that may begin with lookaheads, which package regexp
// has not.
func matches(t *testing.T, pattern, name string) bool {
	var ahead []*regexp.Regexp
	for {
		found := lookahead.FindStringSubmatch(pattern)
		if found == nil {
			break
		}
		ahead = append(ahead, compiled(t, "^"+found[1]))
		pattern = pattern[len(found[0]):]
	}
	for _, at := range compiled(t, pattern).FindAllStringIndex(name, -1) {
		all := true
		for _, a := range ahead {
			all = all && a.MatchString(name[at[0]:])
		}
		if all {
			return true
		}
	}
	return false
}

func compiled(t *testing.T, pattern string) *regexp.Regexp {
	expression, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", pattern, err))
	}
	return expression
}
