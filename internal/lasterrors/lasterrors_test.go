package lasterrors

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/technicallog"
)

const acme = "0123456789ab"

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// clock moves on by a minute each time it is looked at.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now
	c.now = now.Add(time.Minute)
	return now
}

func started() (*Log, *slog.Logger) {
	l := New((&clock{now: noon}).Now)
	return l, technicallog.New(io.Discard, slog.LevelError, l)
}

func request(log *slog.Logger, site, kind, reason, id string) {
	requestTo("/api/labels", log, site, kind, reason, id)
}

func requestTo(route string, log *slog.Logger, site, kind, reason, id string) {
	log.Info("request", technicallog.Site, site, technicallog.Kind, kind, technicallog.Reason, reason,
		technicallog.RequestID, id, technicallog.Route, route, technicallog.Cause, "timeout")
}

func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func TestFailuresOfASiteAreCountedByKindAndReasonTheNewestFirst(t *testing.T) {
	l, log := started()
	request(log, acme, "upstream", "timeout", "first")
	request(log, acme, "forbidden", "not_permitted", "second")
	request(log, acme, "unauthorized", "expired", "third")
	request(log, acme, "upstream", "timeout", "fourth")
	request(log, "ba9876543210", "internal", "panic", "of another site")
	// The call that failed in the fourth: the same failure.
	log.Warn("call", technicallog.Site, acme, technicallog.Kind, "rate_limited", technicallog.Operation, "add_labels",
		technicallog.RequestID, "fourth", technicallog.Status, 429)

	want := Report{Since: noon, Errors: []Entry{
		{Kind: "upstream", Reason: "timeout", Count: 2, First: minute(1), Last: minute(4), RequestID: "fourth", Route: "/api/labels"},
		{Kind: "unauthorized", Reason: "expired", Count: 1, First: minute(3), Last: minute(3), RequestID: "third", Route: "/api/labels"},
		{Kind: "forbidden", Reason: "not_permitted", Count: 1, First: minute(2), Last: minute(2), RequestID: "second", Route: "/api/labels"},
	}}
	if diff := cmp.Diff(want, l.Of(acme)); diff != "" {
		t.Errorf("report differs (-want +got):\n%s", diff)
	}
}

func TestOnlyFailuresOfRequestsAreRemembered(t *testing.T) {
	l, log := started()
	log.Info("request", technicallog.Site, acme, technicallog.Status, 200)
	log.Info("request", technicallog.Site, acme, technicallog.Kind, "")
	log.Info("request", technicallog.Site, acme, technicallog.Kind, "caller_left", technicallog.Reason, "store")
	log.Warn("call", technicallog.Site, acme, technicallog.Cause, "dns")
	log.Error("panic", technicallog.Site, acme, technicallog.Kind, "internal")
	log.Error("request", technicallog.Kind, "internal")
	if got := l.Of(acme); len(got.Errors) != 0 {
		t.Errorf("remembered %v", got.Errors)
	}
	if got := l.Of(""); len(got.Errors) != 0 {
		t.Errorf("remembered %v of no site", got.Errors)
	}
}

func TestAReportWithoutFailuresIsAnEmptyListForTheBrowser(t *testing.T) {
	l, _ := started()
	got, err := json.Marshal(l.Of(acme))
	if err != nil || string(got) != `{"since":"2026-11-20T12:00:00Z","entries":[]}` {
		t.Errorf("the report is %s, %v", got, err)
	}
}

func TestAReportDoesNotChangeAfterwards(t *testing.T) {
	l, log := started()
	request(log, acme, "upstream", "timeout", "first")
	before := l.Of(acme)
	request(log, acme, "upstream", "timeout", "second")
	if before.Errors[0].Count != 1 || before.Errors[0].RequestID != "first" {
		t.Errorf("an old report now says %v", before.Errors[0])
	}
}

func TestTheSiteThatHasNotFailedForLongestIsForgottenFirst(t *testing.T) {
	l, log := started()
	for n := range maxSites {
		request(log, fmt.Sprintf("site%d", n), "upstream", "timeout", "id")
	}
	request(log, "site0", "upstream", "timeout", "id") // fails again
	request(log, "one_more", "upstream", "timeout", "id")
	for site, want := range map[string]int{"site0": 1, "site1": 0, "site2": 1, "one_more": 1} {
		if got := len(l.Of(site).Errors); got != want {
			t.Errorf("%s has %d entries, want %d", site, got, want)
		}
	}
	if len(l.proved.places) != maxSites || l.proved.order.Len() != maxSites {
		t.Errorf("%d sites are remembered, in a list of %d; want %d", len(l.proved.places), l.proved.order.Len(), maxSites)
	}
}

func TestTheFailureThatHasNotComeForLongestIsForgottenFirst(t *testing.T) {
	l, log := started()
	for n := range maxEntries {
		request(log, acme, "upstream", fmt.Sprintf("reason%d", n), "id")
	}
	request(log, acme, "upstream", "reason0", "id") // comes again
	request(log, acme, "upstream", "one_more", "id")
	got := map[string]bool{}
	for _, entry := range l.Of(acme).Errors {
		got[entry.Reason] = true
	}
	if len(got) != maxEntries || !got["reason0"] || got["reason1"] || !got["one_more"] {
		t.Errorf("what is left of the reasons: %v", got)
	}
}

func TestClaimingManySitesPushesOutNoneThatIsProved(t *testing.T) {
	l, log := started()
	request(log, acme, "upstream", "timeout", "proved")
	for n := range maxSites + 1 {
		request(log, fmt.Sprintf("claimed%d", n), "unauthorized", "issuer", "id")
		request(log, fmt.Sprintf("claimed%d", n), "unavailable", "store", "id")
	}
	for n := range maxEntries + 1 {
		request(log, acme, "unauthorized", fmt.Sprintf("reason%d", n), "id")
	}
	entries := l.Of(acme).Errors
	if len(entries) != maxEntries+1 || entries[maxEntries].RequestID != "proved" {
		t.Errorf("after many claims the site has %d entries: %v", len(entries), entries)
	}
	if len(l.claimed.places) != maxSites {
		t.Errorf("%d claimed sites are remembered, want %d", len(l.claimed.places), maxSites)
	}
}

func TestInstallCallsWhateverTheirKindPushOutNothingThatIsProved(t *testing.T) {
	for _, route := range []string{"/installed", "/uninstalled"} {
		for kind, reason := range map[string]string{
			"bad_request": "body", "too_large": "body_too_large", "rate_limited": "site_has_too_much_in_hand", "internal": "panic", "unauthorized": "issuer",
		} {
			t.Run(route+" "+kind, func(t *testing.T) {
				l, log := started()
				request(log, acme, "upstream", "timeout", "proved")
				for n := range maxSites + 1 {
					requestTo(route, log, fmt.Sprintf("claimed%d", n), kind, reason, "id")
				}
				for n := range maxEntries + 1 {
					requestTo(route, log, acme, kind, fmt.Sprintf("reason%d", n), "id")
				}
				entries := l.Of(acme).Errors
				if len(entries) != maxEntries+1 || entries[maxEntries].RequestID != "proved" {
					t.Errorf("after many claims the site has %d entries: %v", len(entries), entries)
				}
			})
		}
	}
}

func TestFullItTakesLittleMemory(t *testing.T) {
	l, log := started()
	long := strings.Repeat("f", 64) // the longest request id there is
	before := heap()
	for _, kind := range []string{"upstream", "unauthorized"} {
		for site := range maxSites {
			for reason := range maxEntries {
				request(log, fmt.Sprintf("site%08d", site), kind, fmt.Sprintf("reason%d", reason), strings.Clone(long))
			}
		}
	}
	used := (heap() - before) >> 20
	t.Logf("%d MB when full", used)
	if used > 40 {
		t.Errorf("%d MB when full, want at most 40", used)
	}
	runtime.KeepAlive(l)
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestManyRequestsMayFailAndAskAtOnce(t *testing.T) {
	l, log := started()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				request(log, acme, "upstream", "timeout", "id")
				l.Of(acme)
			}
		})
	}
	all.Wait()
	if got := l.Of(acme).Errors[0].Count; got != 1600 {
		t.Errorf("%d failures were counted, want 1600", got)
	}
}
