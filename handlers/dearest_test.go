//go:build !race

// What the race detector adds says nothing of what a request costs.

package handlers

import (
	"flag"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"labelup/internal/costtest"
	"labelup/internal/suggest"
	"labelup/internal/suggest/suggesttest"
)

// What the dearest request may cost. How much processor time that is depends on
// the machine, on who else is at work and on the race detector, so it is compared
// with what a usual large request takes beside it: 200 neighbours of 1,000 words.
const (
	mostTimesUsual = 10
	mostHeap       = 100 << 20
)

var usual = suggesttest.Recipe{
	Script: "Latin", Letters: 6, Distinct: 12_000, Between: " ", Format: "text", Page: 7000, Title: 3,
	Neighbours: 200, Bytes: 7000, Labels: 3, Names: 120, InUse: 120, Limit: 5,
}

// cost is what a request takes of this process.
type cost struct {
	processor time.Duration
	heap      int // the most above what was held before, what is not collected yet included
}

// costOf has the whole service answer a request, the engine included.
func (h *harness) costOf(body string) (cost, *httptest.ResponseRecorder) {
	request, w := h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", body), httptest.NewRecorder()
	heap := func() int {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return int(sample[0].Value.Uint64())
	}
	runtime.GC()
	held := heap()
	var most atomic.Int64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				most.Store(max(most.Load(), int64(heap())))
			}
		}
	}()
	before := costtest.ProcessorTime(h.t)
	h.server.ServeHTTP(w, request)
	took := costtest.ProcessorTime(h.t) - before
	close(done)
	<-stopped
	return cost{took, int(most.Load()) - held}, w
}

// dearest are requests of every script, each in a shape in which it is dear, and
// the dearest that -climb found.
func dearest() map[string]suggesttest.Recipe {
	neighbours := suggesttest.Recipe{
		Letters: 5, Between: " ", Format: "text", Page: 260_000, Title: 2, Neighbours: 499, Labels: 20, Names: 300, Limit: 20,
	}
	storage, adf, counted, names := neighbours, neighbours, neighbours, neighbours
	storage.Format, storage.Markup, storage.Page = "storage", 4, 800_000
	adf.Format, adf.Markup, adf.Nested, adf.Page = "adf", 4, true, 800_000
	counted.Format, counted.Escaped, counted.Labels = "terms", true, 1
	names.NameWords, names.Bytes, names.Labels, names.Names, names.Title = 2, 4000, 38, 0, 0
	names.Vocabulary, names.InUse, names.Siblings, names.PageLabels = 4900, 4900, 1000, 1000
	shapes := []struct {
		name string
		suggesttest.Recipe
	}{{"neighbours", neighbours}, {"names", names}, {"words that were counted", counted}, {"storage format", storage}, {"nested ADF", adf}}
	all := map[string]suggesttest.Recipe{}
	for at, script := range slices.Sorted(maps.Keys(suggesttest.Scripts)) {
		shape := shapes[at%len(shapes)]
		shape.Script = script
		all[script+", "+shape.name] = shape.Recipe
	}
	with := func(r suggesttest.Recipe, change func(*suggesttest.Recipe)) suggesttest.Recipe {
		change(&r)
		return r
	}
	all["Han, neighbours"] = with(neighbours, func(r *suggesttest.Recipe) { r.Script, r.Letters, r.Title = "Han", 2690, 0 })
	all["Greek, names"] = with(names, func(r *suggesttest.Recipe) { r.Script = "Greek" })
	all["accented, stop words of eight languages"] = with(neighbours, func(r *suggesttest.Recipe) { r.Script, r.Tongues = "accented", true })
	all["Latin, words of two letters"] = with(neighbours, func(r *suggesttest.Recipe) { r.Script, r.Letters = "Latin", 2 })
	all["Latin, words of 200 letters"] = with(neighbours, func(r *suggesttest.Recipe) { r.Script, r.Letters = "Latin", 200 })
	all["Latin, synonyms"] = with(names, func(r *suggesttest.Recipe) {
		r.Script, r.Labels, r.Vocabulary, r.Synonyms, r.Bytes = "Latin", 1, 390, 50, 0
	})
	all["Latin, twins"] = with(names, func(r *suggesttest.Recipe) {
		r.Script, r.Letters, r.Distinct, r.Beginning, r.Dismissed = "Latin", 3, 700, "la", 1000
	})
	all["Latin, names of 30 words that the page has"] = with(names, func(r *suggesttest.Recipe) {
		r.Script, r.Letters, r.Distinct, r.NameWords, r.Labels, r.InUse, r.Siblings, r.PageLabels = "Latin", 3, 500, 30, 20, 0, 0, 0
	})
	return all
}

func TestTheDearestRequestsAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures the dearest requests of all scripts")
	}
	h := newHarness(t)
	h.server.Suggest = suggest.Suggest
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as labelup serve does
	body := usual.Body(maxSuggestBytes)
	ordinary, w := h.costOf(body)
	if w.Code != http.StatusOK {
		t.Fatalf("a usual request of %d KiB was answered %d %s", len(body)>>10, w.Code, w.Body)
	}
	t.Logf("a usual request takes %v of the processor and %d MiB", ordinary.processor, ordinary.heap>>20)
	bodies := hostileBodies()
	recipes := dearest()
	for _, name := range append(slices.Sorted(maps.Keys(recipes)), slices.Sorted(maps.Keys(bodies))...) {
		t.Run(name, func(t *testing.T) {
			fill, filled := bodies[name]
			if !filled {
				fill = func() string { return recipes[name].Body(maxSuggestBytes) }
			}
			body := fill()
			c, w := h.costOf(body)
			if w.Code != http.StatusOK || len(body) < maxSuggestBytes/2 || filled && len(body) < maxSuggestBytes*9/10 {
				t.Fatalf("%d bytes were answered %d %s", len(body), w.Code, w.Body)
			}
			t.Logf("a body of %d KiB takes %v of the processor and %d MiB", len(body)>>10, c.processor, c.heap>>20)
			if c.processor > mostTimesUsual*ordinary.processor {
				again, _ := h.costOf(body)
				calm, _ := h.costOf(usual.Body(maxSuggestBytes))
				if again.processor > mostTimesUsual*max(calm.processor, ordinary.processor) {
					t.Errorf("it takes %v and %v of the processor, a usual request %v", c.processor, again.processor, ordinary.processor)
				}
			}
			if c.heap > mostHeap { // how much waits to be collected depends on when the collector had its turns
				if again, _ := h.costOf(body); again.heap > mostHeap {
					t.Errorf("it takes %d and %d MiB", c.heap>>20, again.heap>>20)
				}
			}
			if strings.HasSuffix(name, "names") && !strings.Contains(w.Body.String(), `"truncated":true`) {
				t.Error("the answer does not say that something was left out")
			}
		})
	}
}

var climb = flag.Duration("climb", 0, "how long to look for dearer requests")

// TestNoDearerRequestIsFound changes dear requests at random and keeps what is
// dearer. go test -run NoDearer -climb 10m -v ./handlers
func TestNoDearerRequestIsFound(t *testing.T) {
	if *climb == 0 {
		t.Skip("it takes as long as -climb says")
	}
	h := newHarness(t)
	h.server.Suggest = suggest.Suggest
	defer debug.SetGCPercent(debug.SetGCPercent(200))
	ordinary, _ := h.costOf(usual.Body(maxSuggestBytes))
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	recipes := dearest()
	names := slices.Sorted(maps.Keys(recipes))
	began := time.Now()
	for round := 0; time.Since(began) < *climb; round++ {
		dear := func(c cost) float64 {
			if round%2 == 0 {
				return c.processor.Seconds() / (mostTimesUsual * ordinary.processor.Seconds())
			}
			return float64(c.heap) / mostHeap
		}
		best := recipes[names[random.IntN(len(names))]]
		most, _ := h.costOf(best.Body(maxSuggestBytes))
		for tries := 0; tries < 25 && time.Since(began) < *climb; tries++ {
			other := best.Changed(random)
			body := other.Body(maxSuggestBytes)
			c, w := h.costOf(body)
			if again, _ := h.costOf(body); w.Code == http.StatusOK && dear(c) > dear(most) && dear(again) > dear(most) {
				best, most, tries = other, again, 0
			}
		}
		t.Logf("after %v: %v of the processor, %d MiB: %+v", time.Since(began).Round(time.Second), most.processor, most.heap>>20, best)
		if dear(most) > 1 {
			t.Errorf("seed %d, round %d: this is dearer than a request may be", seed, round)
		}
	}
}
