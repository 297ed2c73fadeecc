package logreader

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"labelup/internal/fault"
	"labelup/internal/runbook"
	"labelup/internal/technicallog"
)

// Summary writes what the query asks for as counts: kinds of faults with what
// to look at first, slow routes, sites, calls. It takes the same memory for any
// number of lines. Percentiles are up to 5 % too high; what is counted by name
// is exact up to the sizes below.
func Summary(ctx context.Context, source Source, query Query, w io.Writer) (Counts, error) {
	s := newSummary()
	counts, err := read(ctx, source, query, s.add)
	out := bufio.NewWriter(w)
	s.print(out, counts)
	if failed := out.Flush(); err == nil {
		err = failed
	}
	return counts, err
}

// How many different names are counted, and how many are shown. Of sites there
// may be more; of the others the service has fewer.
const (
	countedSites   = 4096
	countedNames   = 200
	countedReasons = 50
	countedKinds   = 40

	shownSites  = 10
	shownRoutes = 10
	shownNames  = 30
)

type summary struct {
	span      span // of all records
	records   int
	requests  int
	kinds     *frequent[kindTally]
	processes *frequent[kindTally] // failures of whole processes, by Heroku's code
	routes    *frequent[histogram]
	sites     *frequent[map[string]int] // failed requests by kind
	calls     *frequent[callTally]
	notices   *frequent[span] // warnings and errors that are none of the above
}

type kindTally struct {
	span    span
	reasons *frequent[struct{}]
}

type callTally struct {
	took            histogram
	failed, retries int
}

// span is from when to when something happened.
type span struct{ first, last time.Time }

func (s *span) add(at time.Time) {
	if s.first.IsZero() || at.Before(s.first) {
		s.first = at
	}
	if at.After(s.last) {
		s.last = at
	}
}

func (s *span) String() string {
	return s.first.Format(time.DateTime) + " to " + s.last.Format(time.DateTime)
}

func newSummary() *summary {
	return &summary{
		kinds:     newFrequent[kindTally](countedKinds),
		processes: newFrequent[kindTally](countedNames),
		routes:    newFrequent[histogram](countedNames),
		sites:     newFrequent[map[string]int](countedSites),
		calls:     newFrequent[callTally](countedNames),
		notices:   newFrequent[span](countedNames),
	}
}

func (s *summary) add(e *event) error {
	for _, r := range e.records {
		s.records++
		s.span.add(r.Time)
		switch {
		case r.Message == request:
			s.addRequest(r)
		case r.Message == call:
			tally := s.calls.add(cmp.Or(r.Operation, "unknown"))
			tally.took.add(r.Duration)
			tally.retries += max(r.Retries, 0)
			if (r.Kind != "" || r.Cause != "" || r.Status >= 400) && r.Cause != technicallog.Canceled {
				tally.failed++
			}
		case r.Message == router:
			addFault(s.kinds, r.Code, "", r.Time)
		case r.Message == process:
			addFault(s.processes, r.Code, r.Reason, r.Time) // of R codes there are at most 110
		case r.Level >= slog.LevelWarn:
			s.notices.add(strings.TrimSpace(r.Message + " " + r.Reason)).add(r.Time)
		}
	}
	return nil
}

func (s *summary) addRequest(r record) {
	s.requests++
	s.routes.add(strings.TrimSpace(r.Method + " " + r.Route)).add(r.Duration)
	if r.Kind == "" {
		return
	}
	addFault(s.kinds, r.Kind, r.Reason, r.Time)
	if r.Site == "" || r.Kind == string(fault.CallerLeft) {
		return
	}
	kinds := s.sites.add(r.Site)
	if *kinds == nil {
		*kinds = map[string]int{}
	}
	if _, known := (*kinds)[r.Kind]; known || len(*kinds) < countedKinds {
		(*kinds)[r.Kind]++
	}
}

func addFault(kinds *frequent[kindTally], kind, reason string, at time.Time) {
	tally := kinds.add(kind)
	tally.span.add(at)
	if tally.reasons == nil {
		tally.reasons = newFrequent[struct{}](countedReasons)
	}
	if reason != "" {
		tally.reasons.add(reason)
	}
}

func (s *summary) print(w io.Writer, counts Counts) {
	fmt.Fprintf(w, "%d lines read, %d skipped because they are not of the technical log.\n", counts.Lines, counts.Skipped)
	if s.records == 0 {
		fmt.Fprintln(w, "None of them is what was asked for.")
		return
	}
	fmt.Fprintf(w, "%d of them are what was asked for, %d requests among them, %v UTC.\n", s.records, s.requests, &s.span)
	if len(s.kinds.least) == 0 {
		fmt.Fprintf(w, "\nNo request failed.\n")
	}
	printKinds(w, "Failed requests by kind", s.kinds)
	printKinds(w, "Failed processes by Heroku's code", s.processes)
	s.printRoutes(w)
	s.printSites(w)
	s.printCalls(w)
	if notices := s.notices.top(shownNames); len(notices) > 0 {
		fmt.Fprintf(w, "\nOther warnings and errors\n")
		for _, n := range notices {
			fmt.Fprintf(w, "  %-44s %8d  %v\n", n.key, n.count, &n.value)
		}
	}
	for _, table := range []struct {
		name string
		over int
	}{
		{"kinds", s.kinds.over}, {"routes", s.routes.over}, {"sites", s.sites.over}, {"calls", s.calls.over}, {"warnings", s.notices.over},
	} {
		if table.over > 0 {
			fmt.Fprintf(w, "\nThere are more %s than can be counted: a count may be too high by %d.\n", table.name, table.over)
		}
	}
}

func printKinds(w io.Writer, heading string, counted *frequent[kindTally]) {
	kinds := counted.top(shownNames)
	if len(kinds) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", heading)
	for _, k := range kinds {
		fmt.Fprintf(w, "  %-44s %8d  %v\n", k.key, k.count, &k.value.span)
		var hints []string
		for _, reason := range k.value.reasons.top(shownNames) {
			fmt.Fprintf(w, "    %-42s %8d\n", reason.key, reason.count)
			hints = append(hints, hintFor(k.key, reason.key))
		}
		if len(hints) == 0 {
			hints = append(hints, hintFor(k.key, ""))
		}
		slices.Sort(hints)
		for _, hint := range slices.Compact(hints) {
			if hint != "" {
				fmt.Fprintf(w, "    > %s\n", hint)
			}
		}
	}
}

// hintFor is what the runbook says of a fault, or of a code of Heroku.
func hintFor(kind, reason string) string {
	if isHerokuCode(kind) {
		kind = herokuSection
	}
	entry, ok := runbook.For(kind, reason)
	if !ok {
		return ""
	}
	return entry.Hint + " (runbook: " + entry.Anchor + ")"
}

func (s *summary) printRoutes(w io.Writer) {
	routes := s.routes.top(countedNames)
	if len(routes) == 0 {
		return
	}
	slices.SortStableFunc(routes, func(a, b *tally[histogram]) int {
		return cmp.Compare(b.value.percentile(0.95), a.value.percentile(0.95))
	})
	fmt.Fprintf(w, "\n%-46s %8s %10s %10s %10s %10s\n", "Slowest routes", "requests", "p50", "p95", "p99", "slowest")
	for _, r := range routes[:min(shownRoutes, len(routes))] {
		h := &r.value
		fmt.Fprintf(w, "  %-44s %8d %10s %10s %10s %10s\n", r.key, r.count,
			milliseconds(h.percentile(0.5)), milliseconds(h.percentile(0.95)), milliseconds(h.percentile(0.99)), milliseconds(h.most))
	}
}

func (s *summary) printSites(w io.Writer) {
	sites := s.sites.top(shownSites)
	if len(sites) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%-46s %8s  %s\n", "Sites most hit", "failed", "most often with")
	for _, site := range sites {
		often := ""
		for kind, n := range site.value {
			if most := site.value[often]; n > most || n == most && kind < often {
				often = kind
			}
		}
		fmt.Fprintf(w, "  %-44s %8d  %s\n", site.key, site.count, often)
	}
}

func (s *summary) printCalls(w io.Writer) {
	calls := s.calls.top(shownNames)
	if len(calls) == 0 {
		return
	}
	slices.SortStableFunc(calls, func(a, b *tally[callTally]) int { return cmp.Compare(b.value.failed, a.value.failed) })
	fmt.Fprintf(w, "\n%-46s %8s %8s %8s %10s %10s %10s\n", "Calls to others", "calls", "failed", "retries", "p50", "p95", "slowest")
	for _, c := range calls {
		h := &c.value.took
		fmt.Fprintf(w, "  %-44s %8d %8d %8d %10s %10s %10s\n", c.key, c.count, c.value.failed, c.value.retries,
			milliseconds(h.percentile(0.5)), milliseconds(h.percentile(0.95)), milliseconds(h.most))
	}
}
