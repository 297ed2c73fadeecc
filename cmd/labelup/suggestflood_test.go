package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/internal/site/redistest"
	"labelup/internal/suggest/suggesttest"
)

// longestSuggest is how many bytes a request for suggestions may have.
const longestSuggest = 4 << 20

// dearestSuggest are requests that take the most processor time or memory of
// those that handlers.TestNoDearerRequestIsFound has found.
var dearestSuggest = []suggesttest.Recipe{
	{Script: "Han", Letters: 2690, Between: " ", Format: "text", Page: 260_000, Neighbours: 499, Labels: 20, Names: 300, Limit: 20},
	{Script: "Greek", Letters: 5, NameWords: 2, Between: " ", Format: "text", Page: 260_000, Neighbours: 499, Bytes: 4000, Labels: 38, Vocabulary: 4900, InUse: 4900, Siblings: 1000, PageLabels: 1000, Limit: 20},
	{Script: "accented", Letters: 5, Between: " ", Escaped: true, Format: "terms", Page: 260_000, Title: 2, Neighbours: 400, Labels: 1, Names: 5000, NameWords: 30, Limit: 20},
}

// dearFor is a request about a page, made of a recipe's body about page 123.
func dearFor(p *page, body string) *http.Request {
	return p.as().BrowserCall(http.MethodPost, "/api/suggest", strings.Replace(body, `"123"`, `"`+p.id+`"`, 1))
}

// processorTimeOf is what a running process has used, in steps of 10 ms.
func processorTimeOf(t testing.TB, p *process) time.Duration {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')'):])) // the name of a program may have spaces
	user, _ := strconv.Atoi(fields[12])
	system, _ := strconv.Atoi(fields[13])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// mostHeld is the most memory that a running process ever had, in MB.
func mostHeld(t testing.TB, p *process) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(raw), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes >> 10
}

// Not parallel: it takes what there is of the processor.
func TestUnderLoadSitesAskForTheDearestSuggestions(t *testing.T) {
	const (
		connections = 2 // of each site that attacks
		most        = 256
		// The bar is 0.8 s on a machine with nothing else to do. Beside others the
		// same work takes up to twice as long, because they share its caches.
		mostProcessor = 1600 * time.Millisecond
	)
	lasting := lasting(12 * time.Second)
	bodies := make([]string, len(dearestSuggest))
	for i, recipe := range dearestSuggest {
		bodies[i] = recipe.Body(longestSuggest)
	}
	large := suggesttest.Recipe{
		Script: "Latin", Letters: 6, Distinct: 12_000, Between: " ", Format: "text", Page: 7000, Title: 3,
		Neighbours: 100, Bytes: 7000, Labels: 3, Names: 120, InUse: 120, Limit: 5,
	}.Body(longestSuggest)
	for _, processors := range []string{"2", "8"} {
		t.Run(processors, func(t *testing.T) {
			r := redistest.Start(t)
			c := newCustomers(t, "ada", "bo", "m1", "m2", "m3", "m4", "m5")
			attackers := c.pages[2*4:]
			c.pages = c.pages[:2*4] // who attacks does nothing else
			p := start(t, append(c.environment(), "REDIS_URL="+r.URL(), "GOMAXPROCS="+processors), "serve")
			p.until("/ready", http.StatusOK)
			c.install(p)
			l := newLoad(t, p)

			var dearest time.Duration
			for i, body := range bodies {
				before := processorTimeOf(t, p)
				if a := l.send(dearFor(attackers[0], body)); a.status != http.StatusOK || !strings.Contains(a.body, `"truncated":true`) {
					t.Fatalf("request %d was answered %d %s", i, a.status, a.body)
				}
				took := processorTimeOf(t, p) - before
				t.Logf("request %d takes %v of the processor", i, took)
				dearest = max(dearest, took)
			}
			if dearest > mostProcessor {
				t.Errorf("a request takes %v of the processor", dearest)
			}

			var larges atomic.Int64
			l.start(append(c.kinds(l), kind{"large suggestion", 2 * time.Second, func() verdict {
				page := c.nextPage()
				v := page.judge(l.send(dearFor(page, large)), http.StatusOK)
				if !v.failed {
					larges.Add(1)
				}
				v.failed = v.failed && v.status != http.StatusTooManyRequests // it may be told to come back
				return v
			}})...)
			l.warm()
			var answered, refused, slow atomic.Int64
			larges.Store(0)
			began := time.Now()
			var attack sync.WaitGroup
			for n := range connections * 5 {
				attack.Go(func() {
					page := attackers[n%5*4]
					for i := n; time.Since(began) < lasting; i++ {
						switch a := l.send(dearFor(page, bodies[i%len(bodies)])); a.status {
						case http.StatusOK:
							answered.Add(1)
						case http.StatusTooManyRequests, http.StatusServiceUnavailable:
							refused.Add(1)
						case http.StatusBadRequest, 0: // its body took too long, on a busy machine
							slow.Add(1)
						default:
							t.Errorf("the attack was answered %d %s", a.status, a.body)
						}
					}
				})
			}
			attack.Wait()
			ended := time.Now()
			during := larges.Load()
			l.recovers(ended)
			l.finish()
			c.compare(l, r.URL(), false)
			memory := mostHeld(t, p)
			l.report("five sites ask for the dearest suggestions for 12 s, GOMAXPROCS="+processors, "", ended,
				fmt.Sprintf("%d of them answered, %d refused, %d too slow", answered.Load(), refused.Load(), slow.Load()),
				fmt.Sprintf("%d large ones of other sites answered meanwhile", during),
				fmt.Sprintf("the dearest takes %.2f s of the processor", dearest.Seconds()),
				fmt.Sprintf("%d MB of memory at most", memory))
			if memory >= most {
				t.Errorf("it held %d MB", memory)
			}
			if larges.Load() == 0 {
				t.Error("no large suggestion of another site was answered")
			}
			if l.slowest("macro") > noAnswer/2 {
				t.Errorf("a macro page took %v", l.slowest("macro"))
			}
			l.mostlyGood("")
		})
	}
}
