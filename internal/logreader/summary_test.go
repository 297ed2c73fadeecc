package logreader

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func summaryOf(t *testing.T, source Source, query Query) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Summary(t.Context(), source, query, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestASummarySaysWhatFailsHowOftenWhereAndWhatToLookAt(t *testing.T) {
	got := summaryOf(t, FromReader(strings.NewReader(afternoon)), Query{})
	want := `14 lines read, 2 skipped because they are not of the technical log.
11 of them are what was asked for, 5 requests among them, 2026-11-22 14:00:00 to 2026-11-23 00:00:02 UTC.

Failed requests by kind
  upstream                                            2  2026-11-22 14:05:04 to 2026-11-23 00:00:01
    connection                                        1
    timeout                                           1
    > Look at whether one site has it or all: one site is that site's Confluence, all sites is Atlassian or our network. (runbook: upstream)
  H12                                                 1  2026-11-22 14:07:00 to 2026-11-22 14:07:00
    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
  internal                                            1  2026-11-22 14:06:00 to 2026-11-22 14:06:00
    panic                                             1
    > This is our fault: find the line panic with the same request id, it names the function and the line of code. (runbook: internal)
  not_found                                           1  2026-11-23 00:00:00 to 2026-11-23 00:00:00
    no_such_route                                     1
    > Look at the route: none is somebody probing our address, any other is a page that was deleted or that the person may not see. (runbook: not_found)

Slowest routes                                 requests        p50        p95        p99    slowest
  POST /api/labels                                    3     3.3 ms    8012 ms    8012 ms    8012 ms
  GET /macro/labels/static                            1      51 ms      51 ms      51 ms      51 ms
  GET none                                            1     0.1 ms     0.1 ms     0.1 ms     0.1 ms

Sites most hit                                   failed  most often with
  aaaaaaaaaaaa                                        2  internal
  cccccccccccc                                        1  upstream

Calls to others                                   calls   failed  retries        p50        p95    slowest
  add_labels                                          1        1        2    8000 ms    8000 ms    8000 ms
  read_labels                                         1        0        0      42 ms      42 ms      42 ms

Other warnings and errors
  panic                                               1  2026-11-22 14:06:00 to 2026-11-22 14:06:00
  redis may evict sites maxmemory_policy_is_not_noeviction        1  2026-11-23 00:00:02 to 2026-11-23 00:00:02
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary differs (-want +got):\n%s", diff)
	}
}

func TestASummaryCountsProcessesThatFailByHerokusCode(t *testing.T) {
	got := summaryOf(t, FromReader(strings.NewReader(memory)), Query{})
	want := `5 lines read, 1 skipped because they are not of the technical log.
4 of them are what was asked for, 0 requests among them, 2026-11-22 14:08:00 to 2026-11-22 14:08:30 UTC.

No request failed.

Failed processes by Heroku's code
  R14                                                 2  2026-11-22 14:08:00 to 2026-11-22 14:08:20
    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
  crashed                                             1  2026-11-22 14:08:30 to 2026-11-22 14:08:30
    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
  exited                                              1  2026-11-22 14:08:30 to 2026-11-22 14:08:30
    status_1                                          1
    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary differs (-want +got):\n%s", diff)
	}
}

func TestASummaryOfNothingSaysSo(t *testing.T) {
	got := summaryOf(t, FromReader(strings.NewReader("garbage\n")), Query{})
	want := "1 lines read, 1 skipped because they are not of the technical log.\nNone of them is what was asked for.\n"
	if got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

func TestASummaryWithoutFailuresSaysSo(t *testing.T) {
	got := summaryOf(t, FromReader(strings.NewReader(afternoon)), Query{Sites: []string{"bbbbbbbbbbbb"}})
	if !strings.Contains(got, "\nNo request failed.\n") || strings.Contains(got, "Sites most hit") {
		t.Errorf("summary %q", got)
	}
}

func TestASummaryIsThereAlsoWhenTheReadingIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var out bytes.Buffer
	_, err := Summary(ctx, madeSource{1000, func(i int) string {
		if i == 500 {
			stop()
		}
		return inJSON
	}}, Query{}, &out)
	if err != nil || !strings.Contains(out.String(), "Failed requests by kind") {
		t.Errorf("Summary = %v, %q", err, out.String())
	}
}

// madeSource makes its lines as they are read.
type madeSource struct {
	lines int
	make  func(i int) string
}

func (s madeSource) Lines(ctx context.Context, _, _ time.Time, _ bool, line func(string) error) error {
	for i := range s.lines {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := line(s.make(i)); err != nil {
			return err
		}
	}
	return nil
}

// hostileLine has another name in every field of every line.
func hostileLine(i int) string {
	return fmt.Sprintf(`{"time":"2026-11-22T14:05:04Z","level":"ERROR","msg":"%s","route":"/r%d","method":"GET","status":500,"duration_ms":%d.5,`+
		`"site":"%012x","request_id":"r%d","kind":"k%d","reason":"x%d","operation":"o%d"}`,
		[]string{request, call, "warning"}[i%3], i, i%5000, i, i, i, i, i)
}

func TestASummaryTakesTheSameMemoryForAnyNumberOfLines(t *testing.T) {
	// What is in use after so many lines, before the summary is printed.
	inUse := func(lines int) uint64 {
		s := newSummary()
		w := newWindow(s.add)
		for i := range lines {
			r, ok := parse(hostileLine(i))
			if !ok {
				t.Fatalf("line %d is skipped", i)
			}
			if err := w.add(r, noon); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		runtime.KeepAlive(w)
		return stats.HeapAlloc
	}
	short, long := inUse(20_000), inUse(50_000)
	const slack = 2 << 20 // bytes; to keep each line would cost five times this
	if long > short+slack {
		t.Errorf("%d bytes are in use after 20,000 lines, %d after 50,000", short, long)
	}
}

func TestTooManyNamesAreSaidToBe(t *testing.T) {
	got := summaryOf(t, madeSource{20_000, hostileLine}, Query{})
	for _, table := range []string{"kinds", "routes", "sites", "calls", "warnings"} {
		if !strings.Contains(got, "There are more "+table+" than can be counted: a count may be too high by ") {
			t.Errorf("it does not say so of %s", table)
		}
	}
}

func TestPercentilesAreAtMostFivePercentTooHigh(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var h histogram
	var all []float64
	for range 10_000 {
		ms := random.ExpFloat64() * 100
		h.add(ms)
		all = append(all, ms)
	}
	slices.Sort(all)
	for _, share := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
		exact := all[int(share*float64(len(all)))-1]
		if got := h.percentile(share); got < exact || got > exact*1.0501 {
			t.Errorf("percentile(%v) = %v, exactly %v", share, got, exact)
		}
	}
	if h.most != all[len(all)-1] {
		t.Errorf("slowest %v, want %v", h.most, all[len(all)-1])
	}
}

func TestTheHistogramTakesEveryDuration(t *testing.T) {
	for _, ms := range []float64{0, 0.001, smallest, 1, maxDuration} {
		var h histogram
		h.add(ms)
		if got := h.percentile(0.5); got != ms {
			t.Errorf("of %v alone the median is %v", ms, got)
		}
	}
	var none histogram
	if got := none.percentile(0.5); got != 0 {
		t.Errorf("of nothing the median is %v", got)
	}
	var two histogram // the last bucket is wide enough for its neighbour
	two.add(maxDuration * 0.9)
	two.add(maxDuration)
	if got := two.percentile(0.5); got > maxDuration*0.95 {
		t.Errorf("the longest durations fall into one bucket: %v", got)
	}
}

func TestTheMostFrequentAreFoundAmongAnyNumber(t *testing.T) {
	f := newFrequent[int](20)
	for i := range 10_000 {
		*f.add(fmt.Sprint("once", i))++
		if i%4 == 0 {
			*f.add("often")++
		}
		if i%8 == 0 {
			*f.add("less often")++
		}
	}
	top := f.top(2)
	if top[0].key != "often" || top[1].key != "less often" || len(f.byKey) != 20 || len(f.least) != 20 {
		t.Fatalf("the most frequent of %d are %+v, %+v", len(f.byKey), top[0], top[1])
	}
	if top[0].count < 2500 || top[0].count > 2500+f.over {
		t.Errorf("2500 are counted as %d, with an error of up to %d", top[0].count, f.over)
	}
}

func TestUpToItsSizeEveryCountIsExact(t *testing.T) {
	f := newFrequent[struct{}](3)
	for _, key := range []string{"a", "b", "a", "c", "b", "a"} {
		f.add(key)
	}
	got := map[string]int{}
	for _, entry := range f.top(10) {
		got[entry.key] = entry.count
	}
	if diff := cmp.Diff(map[string]int{"a": 3, "b": 2, "c": 1}, got); diff != "" || f.over != 0 {
		t.Errorf("error up to %d, counts differ (-want +got):\n%s", f.over, diff)
	}
}

func FuzzTimelineAndSummary(f *testing.F) {
	f.Add([]byte(afternoon))
	f.Add([]byte(inJSON + "\n" + inJSON))
	f.Fuzz(func(t *testing.T, input []byte) {
		var out bytes.Buffer
		counts, err := Timeline(t.Context(), FromReader(bytes.NewReader(input)), Query{Level: slog.LevelDebug}, &out, false)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Summary(t.Context(), FromReader(bytes.NewReader(input)), Query{}, &out)
		if err != nil || counts != again {
			t.Errorf("counts %+v and %+v, %v", counts, again, err)
		}
		if strings.ContainsFunc(out.String(), func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }) {
			t.Errorf("it prints %q", out.String())
		}
	})
}
