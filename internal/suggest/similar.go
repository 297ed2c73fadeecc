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

	out     []float64    // likeness to the neighbour that is left out
	weights []float32    // by term, zero between two uses
	order   []int32      // of the neighbours
	solving [4][]float64 // by neighbour
	short   []float32    // by neighbour, what is multiplied with the kernel
}

// compare measures the page against the neighbours, itself left out.
func (s *space) compare(page text) likeness {
	k := s.newLikeness()
	if s.itself >= 0 { // words that only the page itself has are words that no neighbour has
		t := &s.texts[s.itself]
		only := make(map[uint32]bool, len(t.terms)-t.shared)
		for _, t := range t.terms[t.shared:] {
			only[t.id] = true
		}
		page.terms = slices.DeleteFunc(page.terms, func(t term) bool { return only[t.id] })
	}
	if len(s.texts) == 0 || vectorise(page.terms, s.idf) == 0 {
		return k
	}
	for _, t := range page.terms {
		k.weights[t.id] = t.weight
	}
	for i := range s.texts {
		sum := float32(0)
		for _, t := range s.texts[i].terms {
			sum += float32(t.weight * k.weights[t.id])
		}
		k.to[i] = float64(sum)
	}
	for _, t := range page.terms {
		k.weights[t.id] = 0
	}
	s.liken(&k, s.itself)
	return k
}

func (s *Space) newLikeness() likeness {
	n := len(s.texts)
	k := likeness{
		to: make([]float64, n), out: make([]float64, n), weights: make([]float32, s.terms()), order: make([]int32, 0, n), short: make([]float32, n),
		votes: make([]float64, len(s.labels)), profile: make([]float64, len(s.labels)), pattern: make([]float64, len(s.labels)),
	}
	for i := range k.solving {
		k.solving[i] = make([]float64, n)
	}
	return k
}

// liken works out what the cosines with the neighbours say of the labels, one of the
// neighbours left out; -1 leaves out none.
func (s *Space) liken(k *likeness, out int32) {
	if out >= 0 {
		s.likenessTo(k, out, k.out)
		k.to[out] = 0
	}
	s.vote(k)
	for i := range s.labels {
		l := &s.labels[i]
		k.profile[i] = 0
		if l.centroid == 0 {
			continue
		}
		sum, length := 0.0, l.centroid
		for _, p := range l.pages {
			sum += k.to[p]
		}
		if out >= 0 && slices.Contains(l.pages, out) {
			shared := 0.0
			for _, p := range l.pages {
				shared += k.out[p]
			}
			length = math.Sqrt(math.Max(0, float64(length*length)-float64(2*shared)+1))
		}
		if length > 0 {
			k.profile[i] = sum / length
		}
	}
	s.regress(k, out)
}

// likenessTo sets to to the cosine of a neighbour with each, itself included.
func (s *Space) likenessTo(k *likeness, of int32, to []float64) {
	if s.kernel != nil {
		for i, likeness := range s.kernel[int(of)*len(to) : (int(of)+1)*len(to)] {
			to[i] = float64(likeness)
		}
		return
	}
	shared := s.texts[of].terms[:s.texts[of].shared]
	for _, t := range shared {
		k.weights[t.id] = t.weight
	}
	for i := range s.texts {
		sum := float32(0)
		t := &s.texts[i]
		for _, t := range t.terms[:t.shared] {
			sum += float32(t.weight * k.weights[t.id])
		}
		to[i] = float64(sum)
	}
	to[of] += s.own[of]
	for _, t := range shared {
		k.weights[t.id] = 0
	}
}

// vote lets the most similar neighbours vote for their labels.
func (s *Space) vote(k *likeness) {
	nearest := k.order[:0]
	for i, likeness := range k.to {
		if likeness > 0 {
			nearest = append(nearest, int32(i))
		}
	}
	order.By(nearest, func(a, b *int32) int { return cmp.Compare(k.to[*b], k.to[*a]) })
	k.nearest = nearest[:min(voters, len(nearest))]
	total := float64(float64(voters-len(k.nearest)) * abstention)
	clear(k.votes)
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
// only as a product: where it was not worked out, with the neighbours' vectors,
// and the cost is linear in their terms. One of them is left out.
func (s *Space) regress(k *likeness, out int32) {
	a, residual, direction, product := k.solving[0], k.solving[1], k.solving[2], k.solving[3]
	clear(a)
	copy(residual, k.to)
	copy(direction, k.to)
	square := dot(residual, residual)
	stop := float64(square * 1e-5)
	for range mostSteps {
		if square <= stop {
			break
		}
		s.timesKernel(k, direction, product)
		if out >= 0 {
			product[out] = 0
		}
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
	clear(k.pattern)
	for i := range s.labels {
		l := &s.labels[i]
		pages := l.without(out)
		if pages == 0 {
			continue
		}
		share := float64(pages) / float64(len(k.to))
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

// without is how many pages have the label, one left out.
func (l *labelled) without(out int32) int {
	if out >= 0 && slices.Contains(l.pages, out) {
		return len(l.pages) - 1
	}
	return len(l.pages)
}

// timesKernel sets out to (K + smoothness) x.
func (s *Space) timesKernel(k *likeness, x, out []float64) {
	if s.kernel != nil {
		n := len(x)
		short := k.short
		for j := range x {
			short[j] = float32(x[j])
		}
		for i := 0; i < n; i += 4 { // four sums at once, for each waits for itself
			a, b := s.kernel[i*n:(i+1)*n], s.kernel[min(i+1, n-1)*n:][:n]
			c, d := s.kernel[min(i+2, n-1)*n:][:n], s.kernel[min(i+3, n-1)*n:][:n]
			var sums [4]float32
			for j, x := range short[:n] {
				sums[0] += float32(a[j] * x)
				sums[1] += float32(b[j] * x)
				sums[2] += float32(c[j] * x)
				sums[3] += float32(d[j] * x)
			}
			for r := i; r < min(i+4, n); r++ {
				out[r] = float64(sums[r-i]) + float64(smoothness*x[r])
			}
		}
		return
	}
	sums := k.weights
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
