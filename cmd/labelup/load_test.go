package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load sends requests of several kinds to one process or more, each kind at a
// fixed rate and whether or not the answers keep up: a stall is then seen as the
// many requests that met it, and not as one.
//
// On a machine that has other things to do the rate is lower, by how long a burst
// takes there: what is tested is the fault, and not how much the machine can do.
type load struct {
	t         testing.TB
	pace      int // what the time between two requests is multiplied with; start sets it if nobody has
	client    http.Client
	processes atomic.Pointer[[]*process]
	turn      atomic.Int64 // which process is next
	ended     chan struct{}
	sending   sync.WaitGroup

	mu      sync.Mutex
	results []result
	number  int
	silent  []error           // of requests without an answer, the last ones
	open    map[int]time.Time // when the requests were due that are not answered yet
	lost    int               // calls that were acknowledged and that a failover forgot
}

// kind is requests that are sent every so often. send sends one and judges what
// comes back.
type kind struct {
	name  string
	every time.Duration
	send  func() verdict
}

// verdict is what an answer is worth.
type verdict struct {
	site   string // whose request it was; "" where it does not matter
	status int    // 0 if there was no answer
	failed bool   // it is not what was asked for, and says so
	wrong  string // why it must never be; "" if it may
}

type result struct {
	verdict
	kind string
	due  time.Time
	took time.Duration // since it was due
}

// way is how a request failed, for the table.
func (r result) way() string {
	switch r.status {
	case 0:
		return r.kind + " without an answer"
	case http.StatusOK:
		return r.kind + " 200 that says so"
	default:
		return fmt.Sprintf("%s %d", r.kind, r.status)
	}
}

// noAnswer is how long a request waits: longer than anything may take.
const noAnswer = 100 * time.Second

// paceOf is how many times as long as on an idle machine a burst of requests takes
// with a process, from 1 to 8. The table of docs/faults.md is always made at 1.
func paceOf(t testing.TB, p *process) int {
	t.Helper()
	if *update {
		return 1
	}
	const requests, senders, idle = 2000, 8, 250 * time.Millisecond
	request := []byte("GET /atlassian-connect.json HTTP/1.1\r\nHost: x\r\n\r\n")
	began := time.Now()
	var burst sync.WaitGroup
	for range senders {
		burst.Go(func() {
			connection := dial(t, p)
			defer connection.Close()
			answers := newClient(connection)
			for range requests / senders {
				if answers.status(request) == 0 {
					t.Error("the descriptor is not answered")
					return
				}
			}
		})
	}
	burst.Wait()
	return int(min(max(time.Since(began)/idle, 1), 8))
}

func newLoad(t testing.TB, to ...*process) *load {
	l := &load{
		t: t, ended: make(chan struct{}), open: map[int]time.Time{},
		client: http.Client{Timeout: noAnswer, Transport: &http.Transport{MaxIdleConnsPerHost: 100}},
	}
	l.to(to...)
	t.Cleanup(l.client.CloseIdleConnections)
	return l
}

// warm is long enough for every kind of request to have been answered, and for
// sites to have come and gone.
func (l *load) warm() { time.Sleep(l.paced(4 * time.Second)) }

func (l *load) paced(d time.Duration) time.Duration { return time.Duration(l.pace) * d }

// to sends what follows to these processes, in turn.
func (l *load) to(processes ...*process) { l.processes.Store(&processes) }

// start begins to send, until finish.
func (l *load) start(kinds ...kind) {
	if l.pace == 0 {
		l.pace = paceOf(l.t, (*l.processes.Load())[0])
	}
	for _, k := range kinds {
		l.sending.Go(func() {
			for due := time.Now(); ; due = due.Add(l.paced(k.every)) {
				select {
				case <-l.ended:
					return
				case <-time.After(time.Until(due)):
				}
				l.sending.Go(func() { l.one(k, due) })
			}
		})
	}
}

func (l *load) one(k kind, due time.Time) {
	l.mu.Lock()
	l.number++
	number := l.number
	l.open[number] = due
	l.mu.Unlock()
	v := k.send()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, number)
	l.results = append(l.results, result{v, k.name, due, time.Since(due)})
}

// finish stops sending and waits for all answers.
func (l *load) finish() {
	close(l.ended)
	l.sending.Wait()
}

// afterwardsKind is of what was found wrong when all had been sent.
const afterwardsKind = "afterwards"

// wrong adds something that was found wrong afterwards.
func (l *load) wrong(site, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.results = append(l.results, result{verdict: verdict{site: site, wrong: fmt.Sprintf(format, args...)}, kind: afterwardsKind})
}

// answer is what came back of a request.
type answer struct {
	status int // 0 if nothing came
	header http.Header
	body   string
}

// send sends what a Host made to the process whose turn it is.
func (l *load) send(r *http.Request) answer {
	processes := *l.processes.Load()
	return l.sendTo(processes[int(l.turn.Add(1))%len(processes)], r)
}

func (l *load) sendTo(p *process, r *http.Request) answer {
	request, err := http.NewRequest(r.Method, p.url+r.URL.RequestURI(), r.Body)
	if err != nil {
		l.t.Error(err)
		return answer{}
	}
	request.Header, request.ContentLength = r.Header, r.ContentLength
	began := time.Now()
	without := func(err error) answer {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.silent = append(l.silent[max(0, len(l.silent)-9):], fmt.Errorf("after %v: %w", time.Since(began), err))
		return answer{}
	}
	response, err := l.client.Do(request)
	if err != nil {
		return without(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return without(err)
	}
	return answer{response.StatusCode, response.Header, string(raw)}
}

// patientlyTo is sendTo that takes 503 for an answer only if nothing else comes:
// on a busy machine Redis may be slower than a request waits for it.
func (l *load) patientlyTo(p *process, r *http.Request) answer {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if a := l.sendTo(p, r); a.status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			return a
		}
	}
}

const (
	calm          = 2 * time.Second // without a failure: it has recovered; times the pace
	recoverWithin = time.Minute     // generous: it is a bound and no measurement
)

// recovers waits until all kinds are answered again: nothing that was sent while
// it was calm has failed, and nothing sent before is open.
func (l *load) recovers(ended time.Time) {
	l.t.Helper()
	for !l.isCalm(ended) {
		if time.Since(ended) > recoverWithin+noAnswer {
			l.t.Errorf("it does not recover; the last failures are %v", l.failures()[max(0, len(l.failures())-5):])
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (l *load) isCalm(ended time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	since := time.Now().Add(-l.paced(calm))
	if since.Before(ended) {
		return false
	}
	for _, due := range l.open {
		if due.Before(time.Now().Add(-l.paced(calm) / 2)) {
			return false
		}
	}
	return !slices.ContainsFunc(l.results, func(r result) bool { return r.failed && r.due.After(since) })
}

func (l *load) failures() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var said []string
	for _, r := range l.results {
		if r.failed {
			said = append(said, r.way())
		}
	}
	return said
}

// mostlyGood fails the test if more than a few requests of a site failed; "" is
// all sites.
func (l *load) mostlyGood(site string) {
	l.t.Helper()
	sent, failed := 0, 0
	for _, r := range l.results {
		if site == "" || r.site == site {
			sent++
			if r.failed {
				failed++
			}
		}
	}
	if sent == 0 || failed > sent/5 {
		l.t.Errorf("%d of %d good requests failed: %v", failed, sent, l.failures())
	}
}

// slowest is the longest that anybody waited for an answer of a kind.
func (l *load) slowest(kind string) (longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.results {
		if r.kind == kind {
			longest = max(longest, r.took)
		}
	}
	return longest
}

// line is one of the table in docs/faults.md.
type line struct {
	fault     string
	sent      int
	failed    int
	wrong     int
	lost      int
	recovered time.Duration // from the end of the fault until the last request was sent that failed
	seen      []string      // how requests failed, and what else there is to say
}

func (l line) String() string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %.1f s | %s |",
		l.fault, l.sent, l.failed, l.wrong, l.lost, l.recovered.Seconds(), strings.Join(l.seen, ", "))
}

// report fails the test if anything is wrong or did not recover, and writes the
// line of a fault: of all results, or of those of one site.
func (l *load) report(fault, site string, ended time.Time, seen ...string) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	one := line{fault: fault}
	if site == "" {
		one.lost = l.lost
	}
	ways := map[string]int{}
	good := map[string]time.Time{} // when the last good request of a kind was due; one site has too few to tell kinds apart
	for _, r := range l.results {
		if site != "" && r.site != site {
			continue
		}
		if r.kind != afterwardsKind {
			one.sent++
		}
		if r.wrong != "" {
			if one.wrong++; one.wrong <= 10 {
				l.t.Errorf("%s: wrong: %s", r.kind, r.wrong)
			}
		}
		if !r.failed {
			of := r.kind
			if site != "" {
				of = "any"
			}
			if r.due.After(good[of]) {
				good[of] = r.due
			}
			continue
		}
		one.failed++
		one.recovered = max(one.recovered, r.due.Sub(ended))
		ways[r.way()]++
	}
	for way, count := range ways {
		one.seen = append(one.seen, fmt.Sprintf("%s ×%d", way, count))
	}
	slices.SortFunc(one.seen, func(a, b string) int { return cmp.Compare(a, b) })
	if one.failed == 0 {
		one.seen = []string{"none failed"}
	}
	one.seen = append(one.seen, seen...)
	if one.recovered > recoverWithin {
		l.t.Errorf("it took %v to recover", one.recovered)
	}
	delete(good, afterwardsKind)
	for kind, last := range good {
		if last.Before(ended) {
			l.t.Errorf("%s: no request was answered after the fault", kind)
		}
	}
	if one.sent == 0 || len(good) == 0 {
		l.t.Error("nothing was sent")
	}
	l.t.Log(one)
	inTable(l.t, one)
}

var update = flag.Bool("update", false, "rewrite the table in docs/faults.md")

// lasting is how long an attack goes on: as the table says where it is written,
// and a third of that where it is only tested.
func lasting(d time.Duration) time.Duration {
	if *update {
		return d
	}
	return d / 3
}

// tableLock is for tests that run side by side.
var tableLock sync.Mutex

// inTable sees to it that docs/faults.md has a line for this fault. Its numbers
// are those of the machine it was written on.
func inTable(t testing.TB, one line) {
	t.Helper()
	tableLock.Lock()
	defer tableLock.Unlock()
	path := filepath.Join("..", "..", "docs", "faults.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	lines := strings.Split(string(raw), "\n")
	beginsWith := func(start string) func(string) bool {
		return func(text string) bool { return strings.HasPrefix(text, start) }
	}
	at := slices.IndexFunc(lines, beginsWith("| "+one.fault+" |"))
	switch {
	case !*update:
		if at < 0 {
			t.Errorf("docs/faults.md has no line for %q; make faults writes it", one.fault)
		}
		return
	case at >= 0:
		lines[at] = one.String()
	default:
		table := slices.IndexFunc(lines, beginsWith("|---"))
		end := table + slices.Index(lines[table:], "")
		lines = slices.Insert(lines, end, one.String())
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Error(err)
	}
}
