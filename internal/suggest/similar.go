package suggest

import (
	"cmp"
	"math"
	"slices"

	"labelup/internal/order"
)

// How many of the most similar pages vote, and how strongly the votes of the
// many are evened out. Chosen on the inner time split: between 10 and 40, and
// between 0.1 and 1, nothing changes much.
const (
	voters     = 15
	smoothness = 0.5

	// Few votes are no majority: each voter that is missing abstains as one that
	// is so much like the page.
	abstention = 0.1
	// A page with more labels than this is about everything and tells little.
	fullVote = 8.0

	// The best of labels that all fit badly fits badly too.
	weakBest = 0.2

	mostSteps = 10 // of the regression; further ones change no rank
)

// likeness is how the page compares with its neighbours.
type likeness struct {
	to      []float64 // cosine with each neighbour
	nearest []int32   // at most voters of them, the most similar first
	votes   []float64 // by label: share of the similarity of the nearest
	profile []float64 // by label: cosine with the sum of the label's pages
	pattern []float64 // by label: ridge regression over all neighbours, 1 for the label that fits best
}

// compare measures the page against the neighbours.
func (s *space) compare(page text) likeness {
	k := likeness{
		votes: make([]float64, len(s.labels)), profile: make([]float64, len(s.labels)), pattern: make([]float64, len(s.labels)),
	}
	k.to = make([]float64, len(s.texts))
	if len(s.texts) == 0 {
		return k
	}
	if vectorise(page.terms, s.idf) == 0 {
		return k
	}
	weights := make([]float32, s.terms())
	for _, t := range page.terms {
		weights[t.id] = t.weight
	}
	for i := range s.texts {
		sum := float32(0)
		for _, t := range s.texts[i].terms {
			sum += float32(t.weight * weights[t.id])
		}
		k.to[i] = float64(sum)
	}
	s.vote(&k)
	for i := range s.labels {
		l := &s.labels[i]
		if l.centroid == 0 {
			continue
		}
		sum := 0.0
		for _, p := range l.pages {
			sum += k.to[p]
		}
		k.profile[i] = sum / l.centroid
	}
	s.regress(&k)
	return k
}

// vote lets the most similar neighbours vote for their labels.
func (s *space) vote(k *likeness) {
	nearest := make([]int32, 0, len(k.to))
	for i, likeness := range k.to {
		if likeness > 0 {
			nearest = append(nearest, int32(i))
		}
	}
	order.By(nearest, func(a, b *int32) int { return cmp.Compare(k.to[*b], k.to[*a]) })
	k.nearest = nearest[:min(voters, len(nearest))]
	total := float64(float64(voters-len(k.nearest)) * abstention)
	for _, p := range k.nearest {
		total += k.to[p]
		weight := float64(k.to[p] * math.Min(1, fullVote/float64(len(s.labelsOf[p]))))
		for _, l := range s.labelsOf[p] {
			k.votes[l] += weight
		}
	}
	for i := range k.votes {
		k.votes[i] /= math.Max(total, abstention)
	}
}

// regress predicts each label by kernel ridge regression: like the vote, but
// neighbours that say the same count once. With K the likeness of all
// neighbours to each other, one solution a of (K + smoothness) a = likeness to
// the page serves all labels. It is found by conjugate gradients, which need K
// only as a product with the neighbours' vectors: the cost is linear in their
// terms.
func (s *space) regress(k *likeness) {
	n := len(k.to)
	a := make([]float64, n)
	residual := slices.Clone(k.to)
	direction := slices.Clone(k.to)
	product := make([]float64, n)
	sums := make([]float32, s.terms())
	square := dot(residual, residual)
	stop := float64(square * 1e-5)
	for range mostSteps {
		if square <= stop {
			break
		}
		s.timesKernel(direction, product, sums)
		step := square / dot(direction, product)
		for i := range a {
			a[i] += float64(step * direction[i])
			residual[i] -= float64(step * product[i])
		}
		next := dot(residual, residual)
		for i := range direction {
			direction[i] = residual[i] + float64(next/square*direction[i])
		}
		square = next
	}
	total := 0.0
	for _, x := range a {
		total += x
	}
	best := 0.0
	for i := range s.labels {
		l := &s.labels[i]
		if len(l.pages) == 0 {
			continue
		}
		share := float64(len(l.pages)) / float64(n)
		sum := float64(share * (1 - total))
		for _, p := range l.pages {
			sum += a[p]
		}
		k.pattern[i] = sum
		best = math.Max(best, sum)
	}
	for i := range k.pattern {
		k.pattern[i] /= best + weakBest
	}
}

// timesKernel sets out to (K + smoothness) x. sums is by term, zero, and left so.
func (s *space) timesKernel(x, out []float64, sums []float32) {
	for i := range s.texts {
		t := &s.texts[i]
		xi := float32(x[i])
		for _, t := range t.terms[:t.shared] {
			sums[t.id] += float32(t.weight * xi)
		}
	}
	for i := range s.texts {
		t := &s.texts[i]
		sum := float32(0)
		for _, t := range t.terms[:t.shared] {
			sum += float32(t.weight * sums[t.id])
		}
		out[i] = float64(sum) + float64((s.own[i]+smoothness)*x[i])
	}
	clear(sums)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}
