package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"labelup/internal/suggest"
)

// show prints so many answers, spread evenly over the pages that the blocks judge,
// to be read by eye.
func show(out io.Writer, posts []post, number int) {
	all := allExamples(posts)
	judged := rolling(posts, &all, byPages)
	number = min(number, len(judged))
	for i := range number {
		judged[i*len(judged)/number].print(out)
	}
}

func (j *judgedPost) print(out io.Writer) {
	fmt.Fprintf(out, "%s %s\n  people: %s\n", j.Date.Format("2006-01-02"), j.Title, strings.Join(j.Given, ", "))
	for _, s := range j.answer.Suggestions {
		mark := "-"
		if slices.Contains(j.Given, s.Label) {
			mark = "+"
		}
		if s.Ticked {
			mark += " ticked"
		}
		if s.New {
			mark += " new"
		}
		fmt.Fprintf(out, "  %3.0f %% %s %s\n", 100*s.Score, s.Label, mark)
		for _, r := range s.Reasons {
			fmt.Fprintf(out, "          %s\n", inBrief(r))
		}
	}
	if j.answer.Nothing != "" {
		fmt.Fprintf(out, "  nothing: %s\n", j.answer.Nothing)
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
