package main

import (
	"fmt"
	"math"
	"slices"

	"labelup/internal/suggest"
)

// outcome is what became of one page.
type outcome struct {
	shown      float64         // F1 of all that is shown
	silent     bool            // no label in use is shown
	p1, f5, r5 float64         // of the five best in use, whatever their score
	mix        float64         // F1@5 of the plain mix
	ticks      map[string]bool // the labels that are ticked, and whether people gave them
	labels     []string        // all that are shown
	added      tally           // new labels that stand beside labels in use
	tenths     [10]tenth       // by score: the five best in use
}

// tally is how many there were, and how many of these people gave.
type tally struct{ all, right int }

func (t *tally) add(right bool) {
	t.all++
	if right {
		t.right++
	}
}

func (t tally) plus(other tally) tally { return tally{t.all + other.all, t.right + other.right} }

func (t tally) share() float64 { return float64(t.right) / float64(max(1, t.all)) }

func (t tally) String() string {
	if t.all == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%.0f %%)", t.right, t.all, 100*t.share())
}

// tenth are suggestions with scores of 0 to 10 %, 10 to 20 % and so on.
type tenth struct {
	tally
	promised float64 // the sum of their scores
}

func (t tenth) plus(other tenth) tenth {
	return tenth{t.tally.plus(other.tally), t.promised + other.promised}
}

// outcomeOf compares with the labels people gave: what is shown, the five best
// whatever their score, and what the plain mix lists.
func outcomeOf(shown, listed []suggest.Suggestion, mixed, given []string) (o outcome) {
	all, inUse := 0, 0
	o.ticks = map[string]bool{}
	for _, s := range shown {
		right := slices.Contains(given, s.Label)
		if right {
			all++
		}
		if !s.New {
			inUse++
		}
		if s.Ticked {
			o.ticks[s.Label] = right
		}
		o.labels = append(o.labels, s.Label)
	}
	o.shown = f1(all, len(shown), len(given))
	o.silent = inUse == 0
	for _, s := range shown {
		if s.New && inUse > 0 {
			o.added.add(slices.Contains(given, s.Label))
		}
	}
	var best []string
	for _, s := range listed {
		if s.New || len(best) == 5 {
			continue
		}
		best = append(best, s.Label)
		t := &o.tenths[min(int(s.Score*10), 9)]
		t.add(slices.Contains(given, s.Label))
		t.promised += s.Score
	}
	o.p1 = float64(hits(best, given, 1))
	o.f5 = f1(hits(best, given, 5), 5, len(given))
	o.r5 = float64(hits(best, given, 5)) / float64(len(given))
	o.mix = f1(hits(mixed, given, 5), 5, len(given))
	return o
}

func (o *outcome) ticked() (t tally) {
	for _, right := range o.ticks {
		t.add(right)
	}
	return t
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

// f1 is the harmonic mean of the share of what is suggested that is right, and of
// what people gave that is found.
func f1(right, suggested, given int) float64 {
	if right == 0 {
		return 0
	}
	return 2 * float64(right) / float64(suggested+given)
}

// measures are means over pages, in percent, and counts.
type measures struct {
	pages                               int
	shown, silent, p1, f5, r5, mix, gap float64
	ticked, added                       tally
	tenths                              [10]tenth
}

func measure(outcomes []outcome) measures {
	pages, alike := make([]measures, len(outcomes)), make([]float64, len(outcomes))
	for i := range outcomes {
		o := &outcomes[i]
		pages[i] = measures{
			pages: 1, shown: 100 * o.shown, p1: 100 * o.p1, f5: 100 * o.f5, r5: 100 * o.r5, mix: 100 * o.mix,
			ticked: o.ticked(), added: o.added, tenths: o.tenths,
		}
		if o.silent {
			pages[i].silent = 100
		}
		alike[i] = 1
	}
	m := over(pages, alike)
	m.gap = gap(&m.tenths)
	return m
}

// gap is how far scores are from the share that is right, in points: the mean over
// the tenths that hold anything.
func gap(tenths *[10]tenth) float64 {
	sum, n := 0.0, 0
	for _, t := range tenths {
		if t.all > 0 {
			sum += math.Abs(100*t.promised-100*float64(t.right)) / float64(t.all)
			n++
		}
	}
	return sum / float64(max(1, n))
}

// over is the mean of measures, each with a part of it. Counts are added up.
func over(all []measures, parts []float64) (mean measures) {
	whole := 0.0
	for _, part := range parts {
		whole += part
	}
	for i, m := range all {
		part := parts[i] / whole
		mean.pages += m.pages
		mean.shown += part * m.shown
		mean.silent += part * m.silent
		mean.p1 += part * m.p1
		mean.f5 += part * m.f5
		mean.r5 += part * m.r5
		mean.mix += part * m.mix
		mean.gap += part * m.gap
		mean.ticked, mean.added = mean.ticked.plus(m.ticked), mean.added.plus(m.added)
		for t := range mean.tenths {
			mean.tenths[t] = mean.tenths[t].plus(m.tenths[t])
		}
	}
	return mean
}
