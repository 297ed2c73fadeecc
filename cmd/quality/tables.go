package main

import (
	"fmt"
	"io"
	"slices"

	"labelup/internal/suggest"
)

// judged are the outcomes for each collection in each situation.
type judged struct {
	effort      effort
	collections []collection
	outcomes    [situations][][]outcome // by collection and page
	removals    []removals              // by collection
}

// judgeAll judges each collection by weights that were fitted on the others.
func judgeAll(collections []collection, e effort) *judged {
	j := &judged{effort: e, collections: collections}
	fitter := newFitter(collections, e)
	for i := range collections {
		c := &collections[i]
		w := fitter.on(fitter.everything().without(i))
		posts := c.drawn(e.judged, firstJudged)
		for s := range j.outcomes {
			j.outcomes[s] = append(j.outcomes[s], c.judge(posts, suggest.Situation(s), w))
		}
		j.removals = append(j.removals, c.judgeRemovals(posts, w))
	}
	return j
}

// asker says, for posts in their order, what is known around one in a situation, and
// who answers: of posts that know the same the space is learned once. By search each
// knows others, and is a request of its own, as the panel's are.
func (c *collection) asker(s suggest.Situation, w *suggest.Weights) func(at int) (suggest.Input, func(suggest.Input) suggest.Answer) {
	var space *suggest.Space
	before := -1
	return func(at int) (suggest.Input, func(suggest.Input) suggest.Answer) {
		in := c.around(at, s)
		if s == suggest.BySearch {
			return in, w.Suggest
		}
		if c.before(at) != before {
			space, before = w.Learn(in), c.before(at)
		}
		return in, space.Suggest
	}
}

// listed are the best labels in use for posts in a situation.
func (c *collection) listed(posts []int, s suggest.Situation, w *suggest.Weights) (all [][]suggest.Suggestion) {
	ask := c.asker(s, w)
	for _, at := range posts {
		in, suggested := ask(at)
		in.Unlikely = true
		listed := suggested(in).Suggestions
		all = append(all, slices.DeleteFunc(listed, func(l suggest.Suggestion) bool { return l.New }))
	}
	return all
}

// judge suggests labels for posts in a situation.
func (c *collection) judge(posts []int, s suggest.Situation, w *suggest.Weights) []outcome {
	var outcomes []outcome
	var plain *mix
	ask, before := c.asker(s, w), -1
	for _, at := range posts {
		in, suggested := ask(at)
		if c.before(at) != before {
			before = c.before(at)
			plain = newMix(c.posts[:before], s)
		}
		shown := suggested(in)
		in.Unlikely, in.Certainty = true, shown.Certainty
		listed := suggested(in)
		outcomes = append(outcomes, outcomeOf(shown.Suggestions, listed.Suggestions, plain.best(&c.posts[at]), c.posts[at].Given))
	}
	return outcomes
}

// removals is how many labels were offered for removal.
type removals struct{ wrong, given tally }

// judgeRemovals gives each post a label that it has not, beside its own, and looks
// which are offered for removal. A tally's right are those that are.
func (c *collection) judgeRemovals(posts []int, w *suggest.Weights) (r removals) {
	random, ask := seeded(c.name), c.asker(suggest.ByPages, w)
	for _, at := range posts {
		given := c.posts[at].Given
		labels := c.known.First(c.before(at)).Labels()
		wrong := labels[random.IntN(len(labels))]
		if slices.Contains(given, wrong) {
			continue
		}
		in, suggested := ask(at)
		in.Page.Labels = append(slices.Clone(given), wrong)
		offered := suggested(in).Removals
		for _, label := range in.Page.Labels {
			is := slices.ContainsFunc(offered, func(r suggest.Removal) bool { return r.Label == label })
			if label == wrong {
				r.wrong.add(is)
			} else {
				r.given.add(is)
			}
		}
	}
	return r
}

// write writes all tables as Markdown.
func (j *judged) write(out io.Writer) {
	fmt.Fprintf(out, "%d collections. Of each, %d pages of the last two fifths are judged, the same each time. A page is judged by those of its\n"+
		"collection before its tenth, and by weights that were fitted on the other collections, %d pages of each. In the means over\n"+
		"pages, a collection counts by its size. In brackets is where 95 of 100 means are if the judged pages are drawn again.\n", len(j.collections), j.effort.judged, j.effort.fitted)
	for i := range j.collections {
		if c := &j.collections[i]; !c.dated {
			fmt.Fprintf(out, "The pages of %s have no dates, and are in an order that was drawn.\n", c.name)
		}
	}
	fmt.Fprint(out, "\n", tableHead)
	for s, name := range suggest.SituationNames {
		j.writeMeans(out, name, j.outcomes[s])
	}
	for s, name := range suggest.SituationNames {
		fmt.Fprintf(out, "\n### In each collection, %s\n\n%s", name, tableHead)
		for i := range j.collections {
			m := measure(j.outcomes[s][i])
			fmt.Fprintf(out, "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %s | %s | %.1f | %s |\n",
				j.collections[i].name, m.shown, m.silent, m.p1, m.f5, m.r5, mixed(m.mix, suggest.Situation(s)), m.ticked, m.gap, m.added)
		}
	}
	fmt.Fprint(out, "\n### Whether a score means what it says\n\n")
	j.writeTenths(out)
	fmt.Fprint(out, "\n### What becomes of what the first answer ticks\n\n")
	j.writeKept(out)
	fmt.Fprint(out, "\n### Labels offered for removal\n\n")
	j.writeRemovals(out)
}

const tableHead = "| | shown: F1 | no label in use, % of pages | five listed: P@1 | F1@5 | R@5 | plain mix: F1@5 | ticked labels that are right | gap | new labels beside others that are right |\n" +
	"|---|---|---|---|---|---|---|---|---|---|\n"

// mixed is the plain mix, which has no search.
func mixed(f5 float64, s suggest.Situation) string {
	if s == suggest.BySearch {
		return "-"
	}
	return fmt.Sprintf("%.1f", f5)
}

func (j *judged) writeMeans(out io.Writer, name string, outcomes [][]outcome) {
	s := suggest.Situation(slices.Index(suggest.SituationNames[:], name))
	alike, bySize := make([]float64, len(j.collections)), make([]float64, len(j.collections))
	for i := range j.collections {
		alike[i], bySize[i] = 1, float64(len(j.collections[i].posts))
	}
	for _, means := range []struct {
		name  string
		parts []float64
	}{{"over collections", alike}, {"over pages", bySize}} {
		mean := func(of [][]outcome) measures {
			var each []measures
			for _, o := range of {
				each = append(each, measure(o))
			}
			return over(each, means.parts)
		}
		m := mean(outcomes)
		between := drawnAgain(outcomes, mean)
		with := func(of func(*measures) float64) string {
			low, high := between(of)
			return fmt.Sprintf("%.1f [%.1f, %.1f]", of(&m), low, high)
		}
		low, high := between(func(m *measures) float64 { return 100 * m.ticked.share() })
		fmt.Fprintf(out, "| **%s**, %s | %s | %s | %.1f | %s | %.1f | %s | %s [%.0f, %.0f] | %.1f | %s |\n", name, means.name,
			with(func(m *measures) float64 { return m.shown }), with(func(m *measures) float64 { return m.silent }), m.p1,
			with(func(m *measures) float64 { return m.f5 }), m.r5, mixed(m.mix, s), m.ticked, low, high, m.gap, m.added)
	}
}

// drawnAgain measures as if other pages of the collections had been drawn, some
// hundred times, and returns what tells between which values 95 of 100 are.
func drawnAgain(outcomes [][]outcome, mean func([][]outcome) measures) func(of func(*measures) float64) (low, high float64) {
	const times = 400
	random := seeded("drawn again")
	var all []measures
	for range times {
		again := make([][]outcome, len(outcomes))
		for i, of := range outcomes {
			for range of {
				again[i] = append(again[i], of[random.IntN(len(of))])
			}
		}
		all = append(all, mean(again))
	}
	return func(of func(*measures) float64) (low, high float64) {
		var values []float64
		for i := range all {
			values = append(values, of(&all[i]))
		}
		slices.Sort(values)
		return values[times/40], values[times-1-times/40]
	}
}

// writeTenths compares scores with how often they were right.
func (j *judged) writeTenths(out io.Writer) {
	fmt.Fprint(out, "Of the five best labels in use, all collections together: how many had a score of that size, what it was on average,\nand how many of them people gave.\n\n| score |")
	for _, name := range suggest.SituationNames {
		fmt.Fprintf(out, " %s |", name)
	}
	fmt.Fprintf(out, "\n|---|---|---|---|---|\n")
	for t := range 10 {
		fmt.Fprintf(out, "| %d to %d %% |", 10*t, 10*t+10)
		for s := range j.outcomes {
			all := measure(slices.Concat(j.outcomes[s]...)).tenths[t]
			if all.all == 0 {
				fmt.Fprint(out, " - |")
				continue
			}
			fmt.Fprintf(out, " %d: %.0f %%, %.0f %% |", all.all, 100*all.promised/float64(all.all), 100*all.share())
		}
		fmt.Fprintln(out)
	}
}

// writeKept says what the answer by search does with the labels that the one by titles
// ticks.
func (j *judged) writeKept(out io.Writer) {
	fmt.Fprint(out, "The panel asks by titles first and then by search, and takes no tick back. Of the labels that are ticked by titles,\nhow many people gave, by what the answer by search makes of them.\n\n| | ticked, too | shown | not shown |\n|---|---|---|---|\n")
	for i := range j.collections {
		var ticked, shown, gone tally
		for page := range j.outcomes[suggest.ByTitles][i] {
			first, then := &j.outcomes[suggest.ByTitles][i][page], &j.outcomes[suggest.BySearch][i][page]
			for label, right := range first.ticks {
				_, stays := then.ticks[label]
				switch {
				case stays:
					ticked.add(right)
				case slices.Contains(then.labels, label):
					shown.add(right)
				default:
					gone.add(right)
				}
			}
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", j.collections[i].name, ticked, shown, gone)
	}
}

func (j *judged) writeRemovals(out io.Writer) {
	fmt.Fprint(out, "By pages, each judged page with its own labels and one of other pages, drawn at random.\n\n| | wrong labels offered for removal | labels that people gave |\n|---|---|---|\n")
	for i, r := range j.removals {
		fmt.Fprintf(out, "| %s | %s | %s |\n", j.collections[i].name, r.wrong, r.given)
	}
}
