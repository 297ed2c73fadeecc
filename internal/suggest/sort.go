package suggest

import (
	"cmp"
	"slices"
)

// sortBy puts the elements into the order of compare, equal ones as they came. It
// sorts their numbers, so that one sort serves all types: each type of its own
// would be a hundredth of what the browser loads.
func sortBy[T any](all []T, compare func(a, b *T) int) {
	order := make([]int32, len(all))
	for i := range order {
		order[i] = int32(i) //nolint:gosec // a request holds some megabytes
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(compare(&all[a], &all[b]), cmp.Compare(a, b)) })
	before := slices.Clone(all)
	for i, at := range order {
		all[i] = before[at]
	}
}
