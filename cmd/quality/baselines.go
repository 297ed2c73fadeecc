package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// The baselines are what suggestions have to be better than to be worth having.
// They share nothing with the engine, not even how a word is read.

// baseline suggests labels for posts by the posts it learned from.
type baseline struct {
	name  string
	learn func(learned []post) (suggest func(post) []string)
}

var baselines = []baseline{
	{"most used labels", mostUsed},
	{"label's name in the text", nameInText},
	{"votes of the 15 nearest", nearest},
	{"nearest centroid", nearestCentroid},
}

// best are the labels with a score, the highest first.
func best(scores map[string]float64) []string {
	return slices.SortedFunc(maps.Keys(scores), func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
}

func mostUsed(learned []post) func(post) []string {
	uses := map[string]float64{}
	for _, p := range learned {
		for _, l := range p.Given {
			uses[l]++
		}
	}
	same := best(uses)
	return func(post) []string { return same }
}

// nameInText suggests the labels whose names the page has, the most frequent first.
func nameInText(learned []post) func(post) []string {
	labels := labelsOf(learned)
	return func(p post) []string {
		text := " " + strings.Join(p.plain, " ") + " "
		times := map[string]float64{}
		for _, l := range labels {
			if n := strings.Count(text, " "+strings.Join(plainWords(l), " ")+" "); n > 0 {
				times[l] = float64(n)
			}
		}
		return best(times)
	}
}

// vector is the tf-idf of a page, of length 1. words is in the order of first
// use, so that sums are always made in the same order.
type vector struct {
	words   []string
	weights map[string]float64
}

// vectoriser returns what makes vectors with the rarity of words in posts.
func vectoriser(posts []post) func(post) vector {
	pagesWith := map[string]float64{}
	for _, p := range posts {
		seen := map[string]bool{}
		for _, w := range p.plain {
			if !seen[w] {
				seen[w] = true
				pagesWith[w]++
			}
		}
	}
	return func(p post) vector {
		v := vector{weights: map[string]float64{}}
		for _, w := range p.plain {
			if pagesWith[w] == 0 {
				continue
			}
			if v.weights[w] == 0 {
				v.words = append(v.words, w)
			}
			v.weights[w]++
		}
		for _, w := range v.words {
			v.weights[w] = (1 + math.Log(v.weights[w])) * math.Log(float64(len(posts))/pagesWith[w])
		}
		v.scale()
		return v
	}
}

func (v *vector) scale() {
	length := math.Sqrt(v.times(*v))
	if length == 0 {
		return
	}
	for _, w := range v.words {
		v.weights[w] /= length
	}
}

func (v *vector) times(other vector) float64 {
	sum := 0.0
	for _, w := range v.words {
		sum += v.weights[w] * other.weights[w]
	}
	return sum
}

func (v *vector) add(other vector) {
	for _, w := range other.words {
		if _, known := v.weights[w]; !known {
			v.words = append(v.words, w)
		}
		v.weights[w] += other.weights[w]
	}
}

// nearest lets the 15 most similar posts vote for their labels, each by how
// similar it is.
func nearest(learned []post) func(post) []string {
	const voters = 15
	vectorOf := vectoriser(learned)
	vectors := make([]vector, len(learned))
	for i, p := range learned {
		vectors[i] = vectorOf(p)
	}
	return func(p post) []string {
		v := vectorOf(p)
		likeness := make([]float64, len(learned))
		order := make([]int, len(learned))
		for i := range learned {
			likeness[i], order[i] = v.times(vectors[i]), i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(likeness[b], likeness[a]) })
		votes := map[string]float64{}
		for _, i := range order[:min(voters, len(order))] {
			for _, l := range learned[i].Given {
				votes[l] += likeness[i]
			}
		}
		return best(votes)
	}
}

// nearestCentroid suggests the labels whose pages, added up, are most like the page.
func nearestCentroid(learned []post) func(post) []string {
	vectorOf := vectoriser(learned)
	centroids := map[string]vector{}
	for _, p := range learned {
		v := vectorOf(p)
		for _, l := range p.Given {
			sum, ok := centroids[l]
			if !ok {
				sum.weights = map[string]float64{}
			}
			sum.add(v)
			centroids[l] = sum
		}
	}
	for l, sum := range centroids {
		sum.scale()
		centroids[l] = sum
	}
	return func(p post) []string {
		v := vectorOf(p)
		likeness := map[string]float64{}
		for l, sum := range centroids {
			likeness[l] = v.times(sum)
		}
		return best(likeness)
	}
}
