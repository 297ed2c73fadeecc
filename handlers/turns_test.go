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
	working map[string]int // by site, what works now weighs
	most    map[string]int // by site; "" is all sites together
	order   []string       // the sites that worked
	refused map[string]int // by reason
	group   sync.WaitGroup
}

// work is short enough for six of them to end while one waits.
const work = maxWait / 16

// crewPlaces is how many may wait or work, where a test does not say.
const crewPlaces = 32

// newCrew lets so many requests work, if each weighs 1.
func newCrew(room int) *crew { return newCrewOf(crewPlaces, room) }

func newCrewOf(places, room int) *crew {
	return &crew{turns: newTurns(places, room), working: map[string]int{}, most: map[string]int{}, refused: map[string]int{}}
}

// send sends a request and returns at once. done is called with how long it took.
func (c *crew) send(ctx context.Context, site string, done func(time.Duration)) {
	c.sendWeight(ctx, site, 1, done)
}

func (c *crew) sendWeight(ctx context.Context, site string, weight int, done func(time.Duration)) {
	c.group.Go(func() {
		began := time.Now()
		if err := c.request(ctx, site, weight); err != nil {
			c.note(func() { c.refused[fault.Of(err).Reason]++ })
			return
		}
		if done != nil {
			done(time.Since(began))
		}
	})
}

func (c *crew) request(ctx context.Context, site string, weight int) error {
	place, err := c.take(ctx, site, weight)
	if err != nil {
		return err
	}
	defer place.leave()
	c.note(func() {
		c.order = append(c.order, site)
		for _, key := range []string{site, ""} {
			c.working[key] += weight
			c.most[key] = max(c.most[key], c.working[key])
		}
	})
	time.Sleep(work)
	c.note(func() { c.working[site] -= weight; c.working[""] -= weight })
	return nil
}

func (c *crew) note(what func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what()
}

// checkEmpty looks for anything that was not given back.
func (c *crew) checkEmpty(t *testing.T, room int) {
	t.Helper()
	if c.room != room || c.places != crewPlaces || len(c.sites) != 0 || len(c.ready) != 0 {
		t.Errorf("there is room for %d and %d places are free, %d sites are remembered, %d are ready", c.room, c.places, len(c.sites), len(c.ready))
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
		if got := c.refused["site_has_too_much_waiting"]; got != 1000-1-maxWaitingOfSite {
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

func TestWhatWorksTogetherWeighsNoMoreThanThereIsRoomForAndNobodyOvertakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const room = 10
		c := newCrew(room)
		arrivals := []struct{ weight, begins int }{ // after so many works
			{3, 0}, {3, 0}, {9, 1}, {1, 1}, {1, 2}, {10, 3}, {2, 4}, {2, 4}, {2, 4}, {2, 4}, {2, 4}, {2, 5},
		}
		for n, a := range arrivals {
			c.sendWeight(t.Context(), fmt.Sprint(n), a.weight, func(took time.Duration) {
				if want := time.Duration(a.begins+1) * work; took != want {
					t.Errorf("request %d was served after %v, want %v", n, took, want)
				}
			})
			synctest.Wait()
		}
		c.group.Wait()
		if c.most[""] > room {
			t.Errorf("what worked together weighed %d", c.most[""])
		}
		c.checkEmpty(t, room)
	})
}

func TestWhatIsTooMuchIsRefusedAtOnce(t *testing.T) {
	tests := map[string]struct {
		waiting map[string]int // requests by site, beside the one that works
		kind    fault.Kind
		reason  string
	}{
		"the fifth that waits for a site":       {map[string]int{"a": maxWaitingOfSite}, fault.RateLimited, "site_has_too_much_waiting"},
		"one more where every site has one":     {map[string]int{"b": 1, "c": 1, "d": 1, "e": 1}, fault.Unavailable, "too_much_in_hand"},
		"a second where no other site has more": {map[string]int{"a": 1, "b": 2, "c": 1}, fault.Unavailable, "too_much_in_hand"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrewOf(5, 1)
				c.send(t.Context(), "works", nil)
				synctest.Wait()
				for site, count := range test.waiting {
					for range count {
						c.send(t.Context(), site, nil)
					}
				}
				synctest.Wait()
				began := time.Now()
				got := fault.Of(c.request(t.Context(), "a", 1))
				if got.Kind != test.kind || got.Reason != test.reason || got.RetryAfter <= 0 || time.Since(began) != 0 {
					t.Errorf("after %v: %v, again after %v", time.Since(began), got, got.RetryAfter)
				}
				c.group.Wait()
			})
		})
	}
}

func TestSitesWithManyThatWaitMakeRoomForOneWithNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrewOf(12, 1)
		for range 30 {
			for _, site := range []string{"a", "b", "c", "d"} {
				c.send(t.Context(), site, nil)
			}
		}
		synctest.Wait()
		served := map[string]bool{}
		for _, site := range []string{"e", "f", "g", "h"} {
			c.send(t.Context(), site, func(time.Duration) { c.note(func() { served[site] = true }) })
			synctest.Wait()
		}
		c.group.Wait()
		if len(served) != 4 {
			t.Errorf("only %v were served, refused: %v", served, c.refused)
		}
		if c.refused["too_much_in_hand"]+c.refused["site_has_too_much_waiting"]+c.refused["waited_too_long"]+len(c.order) != 124 {
			t.Errorf("of 124 requests %d were served, refused: %v", len(c.order), c.refused)
		}
		if c.places != 12 || c.room != 1 || len(c.sites) != 0 {
			t.Errorf("%d places and room for %d are free, %d sites are remembered", c.places, c.room, len(c.sites))
		}
	})
}

func TestNobodyWaitsLongerThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(1)
		holder, err := c.take(t.Context(), "holder", 1)
		if err != nil {
			t.Fatal("no turn")
		}
		began := time.Now()
		got := fault.Of(c.request(t.Context(), "waits", 1))
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
			place, err := c.take(t.Context(), "a", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer place.leave()
			panic("in the engine")
		}()
		c.checkEmpty(t, 1)
		if err := c.request(t.Context(), "a", 1); err != nil {
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
