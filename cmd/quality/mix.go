package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"labelup/internal/suggest"
	"labelup/internal/suggest/known"
)

// mix is what suggestions have to be better than to be worth having: the votes of
// the 15 nearest pages, the nearest centroid and the label's name, added up as
// they are. Nothing in it is fitted, and it has no part of the engine.
type mix struct {
	pages     float64
	postings  map[string][]posting // by word: the pages that have it, with its share of their length
	labelled  [][]string           // by page
	centroids map[string]float64   // length of the sum of a label's pages
	names     map[string]string
}

type posting struct {
	page   int
	weight float64
}

// newMix learns from posts, with their text, their titles or only the names of
// their labels.
func newMix(posts []post, s suggest.Situation) *mix {
	m := &mix{pages: float64(len(posts)), postings: map[string][]posting{}, centroids: map[string]float64{}, names: map[string]string{}}
	with := map[string]float64{}
	var counts []map[string]float64
	for i := range posts {
		text := posts[i].plain
		switch s {
		case suggest.ByTitles:
			text = posts[i].title
		case suggest.ByName:
			text = nil
		}
		counts = append(counts, counted(text))
		for word := range counts[i] {
			with[word]++
		}
	}
	sums := map[string]map[string]float64{}
	for i := range posts {
		vector := scaled(counts[i], func(word string) float64 { return math.Log(m.pages / with[word]) })
		for word, weight := range vector {
			m.postings[word] = append(m.postings[word], posting{i, weight})
		}
		m.labelled = append(m.labelled, posts[i].Given)
		for _, label := range posts[i].Given {
			m.names[label] = " " + strings.Join(known.Pieces(label), " ") + " "
			if sums[label] == nil {
				sums[label] = map[string]float64{}
			}
			for word, weight := range vector {
				sums[label][word] += weight
			}
		}
	}
	for label, sum := range sums {
		m.centroids[label] = length(sum)
	}
	return m
}

// best are the labels for a post, the best first.
func (m *mix) best(p *post) []string {
	likeness := make([]float64, len(m.labelled))
	vector := scaled(counted(p.plain), func(word string) float64 { return math.Log(m.pages / max(1, float64(len(m.postings[word])))) })
	for _, word := range slices.Sorted(maps.Keys(vector)) {
		for _, has := range m.postings[word] {
			likeness[has.page] += vector[word] * has.weight
		}
	}
	nearest := make([]int, len(likeness))
	for i := range nearest {
		nearest[i] = i
	}
	slices.SortStableFunc(nearest, func(a, b int) int { return cmp.Compare(likeness[b], likeness[a]) })
	nearest = nearest[:min(15, len(nearest))]
	votes := 1e-9
	for _, page := range nearest {
		votes += likeness[page]
	}
	scores := map[string]float64{}
	for page, labels := range m.labelled {
		for _, label := range labels {
			scores[label] += likeness[page] / max(1e-9, m.centroids[label])
		}
	}
	for _, page := range nearest {
		for _, label := range m.labelled[page] {
			scores[label] += likeness[page] / votes
		}
	}
	title, text := " "+strings.Join(p.title, " ")+" ", " "+strings.Join(p.plain, " ")+" "
	for label, name := range m.names {
		if strings.Contains(title, name) {
			scores[label] += 0.5
		}
		if strings.Contains(text, name) {
			scores[label] += 0.25
		}
	}
	return slices.SortedFunc(maps.Keys(scores), func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
}

func counted(text []string) map[string]float64 {
	counts := map[string]float64{}
	for _, word := range text {
		counts[word]++
	}
	return counts
}

// scaled is tf-idf, of length 1.
func scaled(counts map[string]float64, rarity func(word string) float64) map[string]float64 {
	vector := map[string]float64{}
	for word, count := range counts {
		vector[word] = (1 + math.Log(count)) * rarity(word)
	}
	if all := length(vector); all > 0 {
		for word := range vector {
			vector[word] /= all
		}
	}
	return vector
}

// length adds up in the order of the words, so that it is always the same.
func length(vector map[string]float64) float64 {
	sum := 0.0
	for _, word := range slices.Sorted(maps.Keys(vector)) {
		sum += vector[word] * vector[word]
	}
	return math.Sqrt(sum)
}
