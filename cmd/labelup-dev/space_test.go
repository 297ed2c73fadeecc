package main

import (
	"os"
	"testing"
)

// TestARunOutlivesItsTab kills tabs that change the labels of a space, at 3 seeded
// moments on 180 pages; with TRIALS as many moments on 2,000.
func TestARunOutlivesItsTab(t *testing.T) {
	t.Parallel()
	pages, trials := "180", "3"
	if more := os.Getenv("TRIALS"); more != "" {
		pages, trials = "2000", more
	}
	p := start(t, nil, "--forge-native", built(t, "native"), "--generate", pages)
	walk(t, "kill.test.mjs", p.confluence, "TRIALS="+trials)
}
