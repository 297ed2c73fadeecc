package logreader

import (
	"cmp"
	"container/heap"
	"slices"
)

// frequent counts by key and keeps the most frequent keys. Up to its size it is
// exact. Above it the least frequent key gives its place, with its count, to a
// new one, so that counts are too high by at most over, and no key that is more
// frequent than that is missed.
//
// Source: Metwally, Agrawal, El Abbadi, Efficient Computation of Frequent and
// Top-k Elements in Data Streams (Space-Saving), 2005.
type frequent[T any] struct {
	size  int
	byKey map[string]*tally[T]
	least tallies[T]
	over  int // by how much a count may be too high
}

// tally is one key with its count, and with what else is known of it since it
// has its place.
type tally[T any] struct {
	key   string
	count int
	at    int // in the heap
	value T
}

func newFrequent[T any](size int) *frequent[T] {
	return &frequent[T]{size: size, byKey: map[string]*tally[T]{}}
}

// add counts a key and returns what is known of it, to be added to.
func (f *frequent[T]) add(key string) *T {
	entry := f.byKey[key]
	switch {
	case entry != nil:
	case len(f.least) < f.size:
		entry = &tally[T]{key: key}
		f.byKey[key] = entry
		heap.Push(&f.least, entry)
	default:
		entry = f.least[0]
		delete(f.byKey, entry.key)
		f.over = entry.count
		var nothing T
		entry.key, entry.value = key, nothing
		f.byKey[key] = entry
	}
	entry.count++
	heap.Fix(&f.least, entry.at)
	return &entry.value
}

// top returns the most frequent keys, the most frequent first.
func (f *frequent[T]) top(n int) []*tally[T] {
	all := slices.SortedFunc(slices.Values(f.least), func(a, b *tally[T]) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key))
	})
	return all[:min(n, len(all))]
}

// tallies is a heap with the smallest count first.
type tallies[T any] []*tally[T]

func (t tallies[T]) Len() int           { return len(t) }
func (t tallies[T]) Less(i, j int) bool { return t[i].count < t[j].count }
func (t tallies[T]) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].at, t[j].at = i, j
}

func (t *tallies[T]) Push(x any) {
	if entry, ok := x.(*tally[T]); ok {
		entry.at = len(*t)
		*t = append(*t, entry)
	}
}

// Pop is there for the interface; nothing is ever taken off.
func (t *tallies[T]) Pop() any {
	last := len(*t) - 1
	entry := (*t)[last]
	*t = (*t)[:last]
	return entry
}
