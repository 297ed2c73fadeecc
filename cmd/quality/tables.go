package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"

	"labelup/internal/suggest"
)

// tables measures one split of the posts in time: what is known, and what is
// judged by it.
type tables struct {
	posts, known, judged []post
	examples             examples
	weights              *suggest.Weights // fitted on what is known
}

func newTables(posts []post) *tables {
	t := &tables{posts: posts, known: first(posts, fittedPercent), examples: allExamples(posts)}
	t.judged = posts[len(t.known):]
	t.weights = t.examples.fit(len(t.known))
	return t
}

// write writes all tables as Markdown.
func (t *tables) write(out io.Writer) {
	fmt.Fprintf(out, "%d pages, the first %d to learn from and to fit the weights on, the %d later ones to judge.\n\n",
		len(t.posts), len(t.known), len(t.judged))
	t.writeQuality(out)
	fmt.Fprint(out, "\n### What each kind of evidence adds\n\n")
	t.writeEvidence(out)
	fmt.Fprint(out, "\n### Whether ticks can be trusted\n\n")
	t.writeSplits(out)
	fmt.Fprint(out, "\n### Whether a score means what it says\n\n")
	t.writeBands(out)
	fmt.Fprint(out, "\n### Labels offered for removal\n\n")
	t.writeRemovals(out)
	fmt.Fprint(out, "\n### New labels\n\n")
	t.writeNew(out)
}

func (t *tables) writeQuality(out io.Writer) {
	fmt.Fprint(out, tableHead)
	for _, b := range baselines {
		suggested := b.learn(t.known)
		m := &measures{}
		for _, p := range t.judged {
			m.add(suggested(p), p.Given)
		}
		fmt.Fprint(out, m.row(b.name))
	}
	for _, s := range slices.Backward(allSituations) {
		fmt.Fprint(out, measure(t.answers(t.weights, s)).row("**"+suggest.SituationNames[s]+"**"))
	}
}

func (t *tables) answers(w *suggest.Weights, s suggest.Situation) []judgedPost {
	judged := make([]judgedPost, len(t.judged))
	for i, p := range t.judged {
		judged[i] = judgedPost{p, w.Suggest(inputFor(p, t.known, s))}
	}
	return judged
}

// writeEvidence fits the weights again without one feature, or a few, and
// judges the same pages.
func (t *tables) writeEvidence(out io.Writer) {
	type part struct {
		name    string
		leftOut []int
	}
	parts := []part{{"nothing left out", nil}}
	for i, name := range suggest.FeatureNames[:len(suggest.FeatureNames)-1] { // the last is the constant
		parts = append(parts, part{"without " + name, []int{i}})
	}
	parts = append(parts,
		part{"without any vote of other pages", named("similar", "profile", "pattern")},
		part{"without the label's name", named("title words", "text words", "whole name")})
	fmt.Fprint(out, "F1@5 and R@5; in brackets how many of the pages get another answer.\n\n|")
	for _, s := range allSituations {
		fmt.Fprintf(out, " | %s", suggest.SituationNames[s])
	}
	fmt.Fprint(out, " |\n|---|---|---|---|---|\n")
	whole := make([][]judgedPost, len(allSituations))
	for _, p := range parts {
		fmt.Fprintf(out, "| %s", p.name)
		w := t.examples.fit(len(t.known), p.leftOut...)
		for _, s := range allSituations {
			judged := t.answers(w, s)
			if p.leftOut == nil {
				whole[s] = judged
			}
			changed := 0
			for i := range judged {
				if !reflect.DeepEqual(labelsIn(judged[i].answer), labelsIn(whole[s][i].answer)) {
					changed++
				}
			}
			m := measure(judged)
			fmt.Fprintf(out, " | %.1f, %.1f", m.percent(m.f5), m.percent(m.r5))
			switch {
			case p.leftOut == nil:
			case changed == 0:
				fmt.Fprint(out, " (nothing changes)")
			default:
				fmt.Fprintf(out, " (%d)", changed)
			}
		}
		fmt.Fprint(out, " |\n")
	}
}

// named are the numbers of features by their names.
func named(names ...string) []int {
	var numbers []int
	for i, name := range suggest.FeatureNames {
		if slices.Contains(names, name) {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

func labelsIn(a suggest.Answer) []string {
	var labels []string
	for _, s := range a.Suggestions {
		labels = append(labels, s.Label)
	}
	return labels
}

// writeSplits judges by earlier and later cuts in time.
func (t *tables) writeSplits(out io.Writer) {
	fmt.Fprint(out, "| learned from the first | judged | by pages: F1@5 | R@5 | ticked labels that are right | by search: F1@5 | R@5 | ticked labels that are right |\n|---|---|---|---|---|---|---|---|\n")
	row := func(learned string, pages, search *measures) {
		fmt.Fprintf(out, "| %s | %d", learned, pages.pages)
		for _, m := range []*measures{pages, search} {
			fmt.Fprintf(out, " | %.1f | %.1f | %s", m.percent(m.f5), m.percent(m.r5), m.tickedShare())
		}
		fmt.Fprint(out, " |\n")
	}
	for _, percent := range []int{60, 70, 80, 90, 95} {
		b := block{percent, 100}
		row(fmt.Sprintf("%d %%", percent), measure(b.judge(t.posts, &t.examples, byPages)), measure(b.judge(t.posts, &t.examples, bySearch)))
	}
	row("60, 70, 80, 90 %, each time the next tenth judged",
		measure(rolling(t.posts, &t.examples, byPages)), measure(rolling(t.posts, &t.examples, bySearch)))
}

// writeBands compares scores with how often they were right, on all pages of
// the blocks.
func (t *tables) writeBands(out io.Writer) {
	type band struct {
		suggested, right int
		promised         float64
	}
	var bands [10]band
	for _, j := range rolling(t.posts, &t.examples, byPages) {
		for _, s := range j.answer.Suggestions {
			if s.New {
				continue
			}
			b := &bands[min(int(s.Score*10), 9)]
			b.suggested++
			b.promised += s.Score
			if slices.Contains(j.Given, s.Label) {
				b.right++
			}
		}
	}
	fmt.Fprint(out, "By pages, on the posts of the last row above.\n\n| score | suggestions | mean score | right |\n|---|---|---|---|\n")
	for i, b := range bands {
		if b.suggested > 0 {
			fmt.Fprintf(out, "| %d to %d %% | %d | %.0f %% | %.0f %% |\n", 10*i, 10*i+10, b.suggested,
				100*b.promised/float64(b.suggested), 100*float64(b.right)/float64(b.suggested))
		}
	}
}

// wrongLabels is how many times each judged page gets a wrong label.
const wrongLabels = 5

// writeRemovals gives each judged page a label that it has not and looks which
// labels are offered for removal.
func (t *tables) writeRemovals(out io.Writer) {
	random := rand.New(rand.NewPCG(407, 18)) // the same each time
	labels := labelsOf(t.known)
	uses := map[string]int{}
	for _, p := range t.known {
		for _, l := range p.Given {
			uses[l]++
		}
	}
	const often = 5
	var wrong, found, wrongOften, foundOften, own, flagged int
	for _, p := range t.judged {
		in := inputFor(p, t.known, suggest.ByPages)
		in.Page.Labels = p.Given
		own += len(p.Given)
		flagged += len(t.weights.Suggest(in).Removals)
		for range wrongLabels {
			label := labels[random.IntN(len(labels))]
			for slices.Contains(p.Given, label) {
				label = labels[random.IntN(len(labels))]
			}
			in.Page.Labels = append(slices.Clone(p.Given), label)
			removals := t.weights.Suggest(in).Removals
			isFound := slices.ContainsFunc(removals, func(r suggest.Removal) bool { return r.Label == label })
			wrong++
			found += one(isFound)
			if uses[label] >= often {
				wrongOften++
				foundOften += one(isFound)
			}
		}
	}
	fmt.Fprintf(out, "Each judged page was given a label of other pages, drawn at random, %d times over.\n\n| | offered for removal |\n|---|---|\n", wrongLabels)
	fmt.Fprintf(out, "| wrong labels | %s |\n| those of them that %d pages or more have | %s |\n| labels that people gave | %s |\n",
		share(found, wrong), often, share(foundOften, wrongOften), share(flagged, own))
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// writeNew looks whether people gave labels that were new at the time. It asks
// as the product does: what is unlikely leaves room for new labels.
func (t *tables) writeNew(out io.Writer) {
	known := labelsOf(t.known)
	var unseen, proposed, right int
	for _, p := range t.judged {
		for _, l := range p.Given {
			unseen += one(!slices.Contains(known, l))
		}
		in := inputFor(p, t.known, suggest.ByPages)
		in.Unlikely = false
		for _, s := range t.weights.Suggest(in).Suggestions {
			if s.New {
				proposed++
				right += one(slices.Contains(p.Given, s.Label))
			}
		}
	}
	fmt.Fprintf(out, "People gave the judged pages %d labels that no page had before. Beside labels in use, %d new ones were proposed; people gave %d of these.\n", unseen, proposed, right)
}
