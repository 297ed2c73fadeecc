package aws

import "time"

// The limits of PutLogEvents, from its API reference.
const (
	maxBatchBytes  = 1_048_576 // of the lines, and eventOverhead for each
	maxBatchEvents = 10_000
	maxBatchSpan   = 24 * time.Hour
	eventOverhead  = 26 // bytes
	maxLine        = maxBatchBytes - eventOverhead
)

// event is one line of the log.
type event struct {
	at   int64 // Unix milliseconds
	line string
}

func (e event) size() int { return len(e.line) + eventOverhead }

// nextBatch returns how many of the first events fit into one call: at least
// one, if there is one and it is no longer than maxLine.
func nextBatch(events []event) int {
	if len(events) == 0 {
		return 0
	}
	size, oldest, newest := 0, events[0].at, events[0].at
	for i, e := range events {
		size += e.size()
		oldest, newest = min(oldest, e.at), max(newest, e.at)
		if i == maxBatchEvents || size > maxBatchBytes || newest-oldest >= maxBatchSpan.Milliseconds() {
			return i
		}
	}
	return len(events)
}
