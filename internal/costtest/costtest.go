// Package costtest measures what something costs by the processor time of this
// process, which a busy machine does not change much, and holds it to being linear.
// It is for tests, and must not know what is measured.
package costtest

import (
	"syscall"
	"testing"
	"time"
)

// ProcessorTime is what this process has used of all cores so far, the garbage
// collector included.
func ProcessorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

const (
	times  = 4 // as large
	growth = 8 // that is allowed: in the square of its size it would be 16
	tries  = 4 // what else goes on may make one of them dearer
	least  = 100 * time.Microsecond
)

// Linear fails unless four times the size takes about four times as long. cost is
// the processor time that something of a size takes; what names it. Nothing else may
// run in the process meanwhile.
func Linear(t testing.TB, what string, size int, cost func(size int) time.Duration) {
	t.Helper()
	grows := func(size int) bool { return cost(times*size) > growth*max(cost(size), least) }
	for range tries {
		if !grows(size) || !grows(2*size) {
			return
		}
	}
	t.Errorf("%s: %d bytes take %v, four times as many %v", what, size, cost(size), cost(times*size))
}
