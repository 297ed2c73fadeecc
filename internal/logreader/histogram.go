package logreader

import "math"

// histogram counts durations in buckets, each 5 % wider than the one before: so
// a percentile is at most 5 % too high, and a million durations take no more
// room than one. It covers 0.01 ms to a day.
type histogram struct {
	counts [buckets]int
	total  int
	most   float64 // milliseconds
}

const (
	buckets  = 471 // the last one ends above maxDuration
	smallest = 0.01
	growth   = 1.05
)

func (h *histogram) add(ms float64) {
	at := 0
	if ms > smallest {
		at = min(int(math.Ceil(math.Log(ms/smallest)/math.Log(growth))), buckets-1)
	}
	h.counts[at]++
	h.total++
	h.most = max(h.most, ms)
}

// percentile returns the duration that this share (0 to 1) of all does not
// exceed, 0 if there is none.
func (h *histogram) percentile(share float64) float64 {
	rank, seen := int(math.Ceil(share*float64(h.total))), 0
	for at, count := range h.counts {
		if seen += count; count > 0 && seen >= rank {
			return min(smallest*math.Pow(growth, float64(at)), h.most)
		}
	}
	return 0
}
