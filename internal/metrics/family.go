package metrics

import (
	"slices"
	"sync"
)

// family is the series of one metric, of which there are never more than a
// limit: when it is reached, what would be a new series is counted in one whose
// labels are all "other". So no mistake elsewhere can fill the memory of this
// process or of Prometheus.
type family[M any] struct {
	limit  int
	labels int
	series func(values ...string) M

	mu    sync.RWMutex
	known map[values]M
}

// values are the values of up to four labels, in their order.
type values [4]string

func newFamily[M any](limit, labels int, series func(values ...string) M) *family[M] {
	return &family[M]{limit: limit, labels: labels, series: series, known: map[values]M{}}
}

// of is the series with these values, one for each label.
func (f *family[M]) of(given ...string) M {
	var wanted values
	copy(wanted[:f.labels], given)
	f.mu.RLock()
	one, ok := f.known[wanted]
	f.mu.RUnlock()
	if ok {
		return one
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.known[wanted]; !ok && len(f.known) >= f.limit-1 {
		for i := range f.labels {
			wanted[i] = other
		}
	}
	one, ok = f.known[wanted]
	if !ok {
		one = f.series(slices.Clone(wanted[:f.labels])...) // cloned, or each call would allocate wanted
		f.known[wanted] = one
	}
	return one
}
