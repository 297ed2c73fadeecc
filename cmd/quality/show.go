package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"labelup/internal/suggest"
)

// show prints so many answers by pages, in turn of each collection and spread
// evenly over those that are judged, to be read by eye.
func show(out io.Writer, collections []collection, e effort, number int) {
	fitter := newFitter(collections, e)
	for n := range number {
		i := n % len(collections)
		c := &collections[i]
		posts := c.drawn(e.judged, firstJudged)
		at := posts[n*len(posts)/number]
		w := fitter.on(fitter.everything().without(i))
		if len(collections) == 1 {
			w = fitter.on(fitter.everything())
		}
		fmt.Fprintf(out, "%s, ", c.name)
		printAnswer(out, &c.posts[at], w.Suggest(c.around(at, suggest.ByPages)))
	}
}

func printAnswer(out io.Writer, p *post, answer suggest.Answer) {
	fmt.Fprintf(out, "%s %s\n  people: %s\n", p.Date.Format("2006-01-02"), p.Title, strings.Join(p.Given, ", "))
	for _, s := range answer.Suggestions {
		mark := "-"
		if slices.Contains(p.Given, s.Label) {
			mark = "+"
		}
		if s.Ticked {
			mark += " ticked"
		}
		if s.New {
			mark += " new"
		}
		if s.Guess {
			mark += " guess"
		}
		fmt.Fprintf(out, "  %3.0f %% %s %s\n", 100*s.Score, s.Label, mark)
		for _, r := range s.Reasons {
			fmt.Fprintf(out, "          %s\n", inBrief(r))
		}
	}
	if answer.Nothing != "" {
		fmt.Fprintf(out, "  nothing: %s\n", answer.Nothing)
	}
	fmt.Fprintln(out)
}

// inBrief is a reason with all it holds.
func inBrief(r suggest.Reason) string {
	said := string(r.Kind)
	if r.Text != "" {
		said += fmt.Sprintf(" %q", r.Text)
	}
	if r.Where != "" {
		said += fmt.Sprintf(" in %q", r.Where)
	}
	if r.Count > 0 {
		said += fmt.Sprintf(" %d", r.Count)
	}
	if r.Of > 0 {
		said += fmt.Sprintf(" of %d", r.Of)
	}
	if len(r.Words) > 0 {
		said += " " + strings.Join(r.Words, ", ")
	}
	for _, p := range r.Pages {
		said += fmt.Sprintf(" [%s]", p.Title)
	}
	return said
}
