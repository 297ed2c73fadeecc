package costtest

import (
	"testing"
	"time"
)

// refused notes that a test would have failed.
type refused struct {
	testing.TB
	failed bool
}

func (r *refused) Errorf(string, ...any) { r.failed = true }

func TestWhatGrowsInTheSquareOfItsSizeIsNotLinear(t *testing.T) {
	for name, test := range map[string]struct {
		cost   func(size int) time.Duration
		linear bool
	}{
		"linear":                    {func(size int) time.Duration { return time.Duration(size) * time.Microsecond }, true},
		"in the square":             {func(size int) time.Duration { return time.Duration(size*size) * time.Microsecond }, false},
		"too little to be measured": {func(size int) time.Duration { return time.Duration(size * size) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := &refused{TB: t}
			if Linear(r, "it", 100, test.cost); r.failed == test.linear {
				t.Errorf("refused: %v", r.failed)
			}
		})
	}
}

func TestProcessorTimeCountsWork(t *testing.T) {
	before := ProcessorTime(t)
	for end := time.Now().Add(time.Minute); ProcessorTime(t)-before < 20*time.Millisecond; {
		if time.Now().After(end) {
			t.Fatal("a minute of work takes none")
		}
	}
}
