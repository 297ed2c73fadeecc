package aws

import "time"

// For tests, which cannot wait as long as the service does.

// impatience is what a busy machine keeps.
const impatience = 3 * time.Second

func NewImpatientBucket(settings Settings, bucket, prefix string) *Bucket {
	return newBucket(settings, bucket, prefix, patience{
		attempts: 2, backoff: 10 * time.Millisecond,
		connect: impatience, firstByte: impatience, silence: impatience,
	})
}

func NewQuickLogSink(settings Settings, group, stream string, retentionDays int, flush time.Duration, now func() time.Time) *LogSink {
	return newLogSink(settings, group, stream, retentionDays, pace{flush, 10 * time.Millisecond, now})
}

func NewQuickLogReader(settings Settings, group string) *LogReader {
	r := NewLogReader(settings, group)
	r.every = 10 * time.Millisecond
	return r
}

const (
	MaxPending     = maxPending
	MaxBatchBytes  = maxBatchBytes
	MaxBatchEvents = maxBatchEvents
	MaxLine        = maxLine
)

// NextBatch is nextBatch for lines of these lengths at these milliseconds.
func NextBatch(lengths []int, at []int64) int {
	events := make([]event, len(lengths))
	for i := range events {
		events[i] = event{at[i], string(make([]byte, lengths[i]))}
	}
	return nextBatch(events)
}
