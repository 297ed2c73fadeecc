package confluence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"labelup/internal/label"
)

// admitFor asks for leave to send with that much patience and gives it back.
func admitFor(b *Budget, wait time.Duration, key string, o operation) error {
	release, err := b.admit(context.Background(), &patience{wait}, key, o)
	if err == nil {
		release()
	}
	return err
}

func TestASiteMayUseItsShareOfTheHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{PointsPerHour: 40, Share: 0.25})
		time.Sleep(20 * time.Minute) // into the hour: it begins with UTC's, not with the first call
		for range 10 {
			if err := admitFor(b, 0, "a", readLabels); err != nil {
				t.Fatal(err)
			}
		}
		f := wantFault(t, admitFor(b, 5*time.Second, "a", readLabels), "rate_limited: site_share")
		if f.RetryAfter != 40*time.Minute {
			t.Errorf("retry after %v", f.RetryAfter)
		}
		if err := admitFor(b, 0, "b", readLabels); err != nil {
			t.Errorf("another site: %v", err)
		}
		time.Sleep(40 * time.Minute)
		if err := admitFor(b, 0, "a", readLabels); err != nil {
			t.Errorf("the next hour: %v", err)
		}
	})
}

func TestWritesAreSpreadAndReadsAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{})
		began := time.Now()
		for range 35 + 10 {
			if err := admitFor(b, time.Minute, "a", removeLabel); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Errorf("10 writes after the burst took %v, want 2 s", took)
		}
		for range 20 {
			wantFault(t, admitFor(b, 50*time.Millisecond, "a", removeLabel), "rate_limited: write_rate")
		}
		// Those that were refused have not used up anybody's turn.
		if err := admitFor(b, 250*time.Millisecond, "a", removeLabel); err != nil {
			t.Error(err)
		}
		for range 100 {
			if err := admitFor(b, 0, "a", readLabels); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTheLargestChangeFitsIntoTheWriteRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := numbered(2 * label.MaxPerChange)
		f := newFake(names[:label.MaxPerChange]...)
		c := inBubble(t, f, Options{})
		change := label.Change{Remove: names[:label.MaxPerChange], Add: names[label.MaxPerChange:]}
		o, err := c.Apply(t.Context(), content(t, "1"), change)
		if err != nil || len(o.Failed) > 0 {
			t.Errorf("failed: %v, %v", err, o.Failed)
		}
	})
}

func TestNoMoreThanFourRequestsToASiteAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		f := newFake("a")
		f.before = func(http.ResponseWriter, *http.Request, int) bool {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(100 * time.Millisecond)
			now.Add(-1)
			return false
		}
		b := NewBudget(Limits{})
		began := time.Now()
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				// A client each, as requests have: the budget is what they share.
				if _, err := inBubble(t, f, Options{Budget: b}).Labels(t.Context(), content(t, "1")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most.Load() != 4 || time.Since(began) != time.Second {
			t.Errorf("%d at once, %v in all; want 4 and 1 s", most.Load(), time.Since(began))
		}
	})
}

func TestWaitingForATurnHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{Concurrency: 1})
		release, err := b.admit(t.Context(), &patience{0}, "a", readLabels)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		wantFault(t, admitFor(b, 3*time.Second, "a", readLabels), "rate_limited: site_busy")
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("gave up after %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = b.admit(ctx, &patience{time.Hour}, "a", readLabels)
		wantFault(t, err, "caller_left: canceled")
		release()
		if err := admitFor(b, 0, "a", readLabels); err != nil {
			t.Errorf("after release: %v", err)
		}
	})
}

func TestWhatALimitStops(t *testing.T) {
	for _, test := range []struct {
		name                                      string
		scope                                     scope
		sameEndpoint, sameSite, otherSite, reason string
	}{
		{name: "a burst stops the endpoint of the site", scope: endpoint, sameEndpoint: "endpoint_limit"},
		{name: "a quota of the site stops the site", scope: wholeSite, sameEndpoint: "site_quota", sameSite: "site_quota"},
		{name: "a quota of the app stops every site", scope: wholeApp, sameEndpoint: "app_quota", sameSite: "app_quota", otherSite: "app_quota"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := NewBudget(Limits{})
				if err := admitFor(b, 0, "a", addLabels); err != nil {
					t.Fatal(err)
				}
				var spent [scopes]time.Duration
				spent[test.scope] = 10 * time.Minute
				b.heed("a", addLabels, spent)
				spent[test.scope] = time.Minute // a shorter one does not shorten it
				b.heed("a", addLabels, spent)
				check := func(key string, o operation, reason string) {
					t.Helper()
					err := admitFor(b, 5*time.Second, key, o)
					if reason == "" {
						if err != nil {
							t.Errorf("%s of %s: %v", o, key, err)
						}
						return
					}
					if f := wantFault(t, err, "rate_limited: "+reason); f.RetryAfter != 10*time.Minute {
						t.Errorf("retry after %v", f.RetryAfter)
					}
				}
				check("a", addLabels, test.sameEndpoint)
				check("a", readLabels, test.sameSite)
				check("b", addLabels, test.otherSite)
				time.Sleep(10 * time.Minute)
				check("a", addLabels, "")
			})
		})
	}
}

func TestSitesRememberedAreBounded(t *testing.T) {
	b := NewBudget(Limits{Sites: 3, PointsPerHour: 4, Share: 0.25})
	release, err := b.admit(t.Context(), &patience{}, "in use", readLabels)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := admitFor(b, 0, fmt.Sprint("site ", i), readLabels); err != nil {
			t.Fatal(err)
		}
		if len(b.sites) > 3 {
			t.Fatalf("%d sites are remembered", len(b.sites))
		}
	}
	wantFault(t, admitFor(b, 0, "in use", readLabels), "rate_limited: site_share")
	wantFault(t, admitFor(b, 0, "site 99", readLabels), "rate_limited: site_share")
	release()
}

func TestTheSiteUnusedForLongestIsForgotten(t *testing.T) {
	b := NewBudget(Limits{Sites: 2, PointsPerHour: 8, Share: 0.25})
	for _, key := range []string{"a", "b", "a", "c"} {
		if err := admitFor(b, 0, key, readLabels); err != nil {
			t.Fatal(err)
		}
	}
	wantFault(t, admitFor(b, 0, "a", readLabels), "rate_limited: site_share")
}

func TestMoreSitesInUseThanRememberedAreRefused(t *testing.T) {
	b := NewBudget(Limits{Sites: 2})
	for _, key := range []string{"a", "b"} {
		release, err := b.admit(t.Context(), &patience{}, key, readLabels)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	wantFault(t, admitFor(b, 0, "c", readLabels), "rate_limited: too_many_sites")
}

func TestAPageHasOneWriterAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queues
		inside := map[page]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				of := page{fmt.Sprint(i % 2), fmt.Sprint(i % 3)}
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rand.IntN(50))*time.Millisecond)
				defer cancel()
				unlock, err := q.lock(ctx, &patience{20 * time.Millisecond}, of)
				if err != nil {
					return
				}
				mu.Lock()
				inside[of]++
				if inside[of] != 1 {
					t.Errorf("%d writers of one page", inside[of])
				}
				mu.Unlock()
				time.Sleep(time.Millisecond)
				mu.Lock()
				inside[of]--
				mu.Unlock()
				unlock()
			})
		}
		all.Wait()
		if len(inside) != 6 {
			t.Errorf("%d pages were written to, want 6", len(inside))
		}
		if len(q.queues) != 0 {
			t.Errorf("%d queues are left", len(q.queues))
		}
	})
}

func BenchmarkAdmit(b *testing.B) {
	budget := NewBudget(Limits{PointsPerHour: 1 << 40})
	b.ReportAllocs()
	for b.Loop() {
		if err := admitFor(budget, 0, "a", readLabels); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	c, err := New("https://site.example/wiki", bearer, Options{
		Transport: bubble{answering(200, `{"results":[{"id":"1","name":"a","prefix":"global"}]}`)},
		Budget:    NewBudget(Limits{PointsPerHour: 1 << 40, WritesPerSecond: 1e9, WriteBurst: 1 << 30}),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Apply(b.Context(), Content{"1", Page}, label.Change{Add: []label.Name{"a"}}); err != nil {
			b.Fatal(err)
		}
	}
}
