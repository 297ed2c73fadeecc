package main

import (
	"fmt"
	"slices"

	"labelup/internal/suggest"
)

// measures are averages over pages.
type measures struct {
	pages                  int
	p1, p3, f3, f5, r5     float64
	ticked, tickedAndRight int
}

// add counts one page: the labels suggested, the best first, and the right ones.
func (m *measures) add(suggested, right []string) {
	m.pages++
	m.p1 += precision(suggested, right, 1)
	m.p3 += precision(suggested, right, 3)
	m.f3 += f1(suggested, right, 3)
	m.f5 += f1(suggested, right, 5)
	m.r5 += recall(suggested, right, 5)
}

func (m *measures) addAnswer(answer suggest.Answer, right []string) {
	var all, ticked []string
	for _, s := range answer.Suggestions {
		all = append(all, s.Label)
		if s.Ticked {
			ticked = append(ticked, s.Label)
		}
	}
	m.add(all, right)
	m.ticked += len(ticked)
	m.tickedAndRight += hits(ticked, right, len(ticked))
}

func hits(suggested, right []string, k int) int {
	n := 0
	for _, s := range suggested[:min(k, len(suggested))] {
		if slices.Contains(right, s) {
			n++
		}
	}
	return n
}

// precision counts a place that is left empty as a wrong suggestion.
func precision(suggested, right []string, k int) float64 {
	return float64(hits(suggested, right, k)) / float64(k)
}

func recall(suggested, right []string, k int) float64 {
	if len(right) == 0 {
		return 0
	}
	return float64(hits(suggested, right, k)) / float64(len(right))
}

func f1(suggested, right []string, k int) float64 {
	p, r := precision(suggested, right, k), recall(suggested, right, k)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// percent is a sum over pages as an average in percent.
func (m *measures) percent(sum float64) float64 { return 100 * sum / float64(m.pages) }

func (m *measures) tickedShare() string { return share(m.tickedAndRight, m.ticked) }

// share is a part of a whole, as counts and in percent.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%.0f %%)", part, whole, 100*float64(part)/float64(whole))
}

const tableHead = "| | P@1 | P@3 | F1@3 | F1@5 | R@5 | ticked labels that are right |\n|---|---|---|---|---|---|---|\n"

func (m *measures) row(name string) string {
	return fmt.Sprintf("| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %s |\n", name,
		m.percent(m.p1), m.percent(m.p3), m.percent(m.f3), m.percent(m.f5), m.percent(m.r5), m.tickedShare())
}
