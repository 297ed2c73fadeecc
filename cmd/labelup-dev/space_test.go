package main

import (
	"os"
	"regexp"
	"strings"
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
	t.Log(diagnostics(walk(t, "kill.test.mjs", p.confluence, "TRIALS="+trials)))
}

// TestALargeSpace measures the page of a space with as many pages as PAGES says. It
// prints the table of docs/measurements.md and asserts no time.
func TestALargeSpace(t *testing.T) {
	pages := os.Getenv("PAGES")
	if pages == "" {
		t.Skip("make bench-space runs it")
	}
	p := start(t, nil, "--forge-native", built(t, "native"), "--generate", pages)
	t.Log(diagnostics(walk(t, "spacebench.test.mjs", p.confluence)))
}

var diagnostic = regexp.MustCompile(`(?m)^ *# ((?:\||\d|run|undo).*)$`)

// diagnostics are the lines of TAP in which a test says something.
func diagnostics(tap string) string {
	var lines strings.Builder
	for _, found := range diagnostic.FindAllStringSubmatch(tap, -1) {
		lines.WriteString("\n" + found[1])
	}
	return lines.String()
}
