// Package order sorts what suggestions are made of. It is there to be small: each
// type that slices.SortFunc sorts is a hundredth more of what a browser loads. It
// must know nothing of what it sorts.
package order

import (
	"cmp"
	"slices"
)

// By puts the elements into the order of compare, equal ones as they came. It sorts
// their numbers, so that one sort serves all types.
func By[T any](all []T, compare func(a, b *T) int) {
	numbers := make([]int32, len(all))
	for i := range numbers {
		numbers[i] = int32(i)
	}
	slices.SortFunc(numbers, func(a, b int32) int { return cmp.Or(compare(&all[a], &all[b]), cmp.Compare(a, b)) })
	before := slices.Clone(all)
	for i, n := range numbers {
		all[i] = before[n]
	}
}
