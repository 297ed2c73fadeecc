package handlers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/fault"
)

// crew sends requests through turns, each of which works for a while.
type crew struct {
	*turns
	mu      sync.Mutex
	working map[string]int // by site, now
	most    map[string]int // by site; "" is all sites together
	order   []string       // the sites that worked
	refused map[string]int // by reason
	group   sync.WaitGroup
}

// work is short enough for six of them to end while one waits.
const work = maxWait / 8

func newCrew(width int) *crew {
	return &crew{turns: newTurns(width), working: map[string]int{}, most: map[string]int{}, refused: map[string]int{}}
}

// send sends a request and returns at once. done is called with how long it took.
func (c *crew) send(ctx context.Context, site string, done func(time.Duration)) {
	c.group.Go(func() {
		began := time.Now()
		if err := c.request(ctx, site); err != nil {
			c.note(func() { c.refused[fault.Of(err).Reason]++ })
			return
		}
		if done != nil {
			done(time.Since(began))
		}
	})
}

func (c *crew) request(ctx context.Context, site string) error {
	place, err := c.enter(site)
	if err != nil {
		return err
	}
	defer place.leave()
	if err := place.turn(ctx); err != nil {
		return err
	}
	c.note(func() {
		c.order = append(c.order, site)
		for _, key := range []string{site, ""} {
			c.working[key]++
			c.most[key] = max(c.most[key], c.working[key])
		}
	})
	time.Sleep(work)
	c.note(func() { c.working[site]--; c.working[""]-- })
	return nil
}

func (c *crew) note(what func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what()
}

// checkEmpty looks for anything that was not given back.
func (c *crew) checkEmpty(t *testing.T, width int) {
	t.Helper()
	if c.free != width || c.places != maxPlaces || len(c.sites) != 0 || len(c.ready) != 0 {
		t.Errorf("%d turns and %d places are free, %d sites are remembered, %d are ready", c.free, c.places, len(c.sites), len(c.ready))
	}
}

func TestASiteWithAThousandRequestsDelaysAnotherByOneWorkAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		for range 1000 {
			c.send(t.Context(), "busy", nil)
		}
		time.Sleep(work / 2)
		var took time.Duration
		c.send(t.Context(), "other", func(d time.Duration) { took = d })
		c.group.Wait()
		if took != work/2+work {
			t.Errorf("the other site waited for %v, want the rest of one work and its own", took)
		}
		if got := c.refused["site_has_too_much_in_hand"] + c.refused["site_has_too_much_waiting"]; got != 1000-1-maxWaitingOfSite {
			t.Errorf("refused: %v", c.refused)
		}
		c.checkEmpty(t, 1)
	})
}

func TestOneRequestOfASiteWorksAtATimeAndAsManyAsThereAreTurnsOverAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(2)
		for n := range 6 {
			for range 2 {
				c.send(t.Context(), fmt.Sprint("site-", n), nil)
			}
		}
		c.group.Wait()
		if c.most[""] != 2 {
			t.Errorf("%d worked at a time, want 2", c.most[""])
		}
		for n := range 6 {
			if most := c.most[fmt.Sprint("site-", n)]; most > 1 {
				t.Errorf("%d requests of site %d worked at a time", most, n)
			}
		}
		c.checkEmpty(t, 2)
	})
}

func TestSitesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		for _, site := range []string{"a", "a", "a", "b", "b", "c"} {
			c.send(t.Context(), site, nil)
			synctest.Wait()
		}
		c.group.Wait()
		if diff := cmp.Diff([]string{"a", "b", "c", "a", "b", "a"}, c.order); diff != "" {
			t.Errorf("order differs (-want +got):\n%s", diff)
		}
	})
}

func TestWhatIsTooMuchIsRefusedAtOnce(t *testing.T) {
	tests := map[string]struct {
		arrange func(*testing.T, *crew)
		site    string
		kind    fault.Kind
		reason  string
	}{
		"the fifth that waits for a site": {func(t *testing.T, c *crew) {
			for range 1 + maxWaitingOfSite {
				c.send(t.Context(), "a", nil)
			}
		}, "a", fault.RateLimited, "site_has_too_much_waiting"},
		"more than a site may have in hand": {func(t *testing.T, c *crew) {
			for range maxPlacesOfSite {
				if _, err := c.enter("a"); err != nil {
					t.Fatal(err)
				}
			}
		}, "a", fault.RateLimited, "site_has_too_much_in_hand"},
		"more than all may have in hand": {func(t *testing.T, c *crew) {
			for n := range maxPlaces {
				if _, err := c.enter(fmt.Sprint(n)); err != nil {
					t.Fatal(err)
				}
			}
		}, "a", fault.Unavailable, "too_much_in_hand"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrew(1)
				test.arrange(t, c)
				synctest.Wait()
				began := time.Now()
				got := fault.Of(c.request(t.Context(), test.site))
				if got.Kind != test.kind || got.Reason != test.reason || got.RetryAfter <= 0 || time.Since(began) != 0 {
					t.Errorf("after %v: %v, again after %v", time.Since(began), got, got.RetryAfter)
				}
				c.group.Wait()
			})
		})
	}
}

func TestNobodyWaitsLongerThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		holder, err := c.enter("holder")
		if err != nil || holder.turn(t.Context()) != nil {
			t.Fatal("no turn")
		}
		began := time.Now()
		got := fault.Of(c.request(t.Context(), "waits"))
		if got.Kind != fault.RateLimited || got.Reason != "waited_too_long" || time.Since(began) != maxWait {
			t.Errorf("after %v: %v", time.Since(began), got)
		}
		holder.leave()
		c.checkEmpty(t, 1)
	})
}

func TestWhoLeavesWhileWaitingMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		c.send(t.Context(), "a", nil)
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		for range maxWaitingOfSite {
			c.send(ctx, "a", nil)
		}
		c.send(ctx, "b", nil)
		synctest.Wait()
		leave()
		synctest.Wait()
		if c.refused["caller_left"] != maxWaitingOfSite+1 {
			t.Errorf("refused: %v", c.refused)
		}
		var served atomic.Int64
		c.send(t.Context(), "a", func(time.Duration) { served.Add(1) })
		c.send(t.Context(), "c", func(time.Duration) { served.Add(1) })
		c.group.Wait()
		if served.Load() != 2 {
			t.Errorf("%d of 2 were served, refused: %v", served.Load(), c.refused)
		}
		c.checkEmpty(t, 1)
	})
}

func TestAPanicGivesTheTurnBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		func() {
			defer func() { _ = recover() }()
			place, err := c.enter("a")
			if err != nil {
				t.Fatal(err)
			}
			defer place.leave()
			if err := place.turn(t.Context()); err != nil {
				t.Fatal(err)
			}
			panic("in the engine")
		}()
		c.checkEmpty(t, 1)
		if err := c.request(t.Context(), "a"); err != nil {
			t.Errorf("the next request: %v", err)
		}
	})
}

// TestNothingIsLeftOfAnyMixOfRequests lets 3,000 requests of 40 sites come, wait,
// leave and work in an order that is different each time.
func TestNothingIsLeftOfAnyMixOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(3)
		var served atomic.Int64
		for n := range 3000 {
			ctx, leave := context.WithTimeout(t.Context(), time.Duration(n%7)*work/2)
			t.Cleanup(leave)
			c.send(ctx, fmt.Sprint("site-", n%40), func(time.Duration) { served.Add(1) })
			if n%10 == 0 {
				time.Sleep(work / 10)
			}
		}
		c.group.Wait()
		if c.most[""] > 3 || served.Load() < 50 {
			t.Errorf("%d worked at a time, %d were served, refused: %v", c.most[""], served.Load(), c.refused)
		}
		c.checkEmpty(t, 3)
	})
}
