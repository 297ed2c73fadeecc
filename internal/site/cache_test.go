package site

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"labelup/connect"
)

func answer(clientKey string, known bool) *cached {
	a := &cached{clientKey: clientKey, name: Name(clientKey), asked: time.Now()}
	if known {
		a.installation = &connect.Installation{ClientKey: clientKey}
	}
	return a
}

// held is how many answers are kept. Those that grow too old go by themselves.
func (c *cache) held() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.known.entries) + len(c.unknown.entries)
}

func TestTheCacheIsBoundedAndDropsWhatWasUsedLongestAgo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // no answer grows too old meanwhile
		c := newCache()
		for i := range maxKnown {
			c.put(0, answer(fmt.Sprint("known", i), true))
		}
		c.get("known0") // used just now: known1 is the oldest
		c.put(0, answer("one more", true))
		for i := range 3 * maxUnknown {
			c.put(0, answer(fmt.Sprint("unknown", i), false))
		}
		if got := [2]int{len(c.known.entries), len(c.unknown.entries)}; got != [2]int{maxKnown, maxUnknown} {
			t.Errorf("holds %v", got)
		}
		if got := [2]int{c.known.order.Len(), c.unknown.order.Len()}; got != [2]int{maxKnown, maxUnknown} {
			t.Errorf("orders %v", got)
		}
		for clientKey, want := range map[string]bool{"known0": true, "known1": false, "known2": true, "one more": true, "unknown0": false, fmt.Sprint("unknown", 3*maxUnknown-1): true} {
			if _, ok := c.get(clientKey); ok != want {
				t.Errorf("%s: held %v, want %v", clientKey, ok, want)
			}
		}
	})
}

func TestAnAnswerIsUsedUntilItsAge(t *testing.T) {
	c := newCache()
	young, old := answer("young", true), answer("old", true)
	old.asked = time.Now().Add(-maxAge)
	c.put(0, young)
	c.put(0, old)
	if _, ok := c.get("young"); !ok {
		t.Error("a young answer is not used")
	}
	if _, ok := c.get("old"); ok {
		t.Error("an old answer is used")
	}
}

func TestForgettingDropsOneSiteAndWhatIsBeingLoaded(t *testing.T) {
	c := newCache()
	c.put(0, answer("a", true))
	c.put(0, answer("b", true))
	c.put(0, answer("c", false))
	before := c.now()
	c.forget(Name("a"))
	c.put(before, answer("a", true)) // asked before, arrives late
	for clientKey, want := range map[string]bool{"a": false, "b": true, "c": true} {
		if _, ok := c.get(clientKey); ok != want {
			t.Errorf("%s: held %v, want %v", clientKey, ok, want)
		}
	}
	c.forget("")
	if held := c.held(); held != 0 {
		t.Errorf("%d left after forgetting all", held)
	}
	c.put(c.now(), answer("a", true))
	if _, ok := c.get("a"); !ok {
		t.Error("an answer of after is not kept")
	}
}

func TestASiteIsKnownOrUnknownButNeverBoth(t *testing.T) {
	c := newCache()
	for _, known := range []bool{false, true, false} {
		c.put(0, answer("a", known))
		if got, ok := c.get("a"); !ok || (got != nil) != known {
			t.Errorf("put as known=%v, read as known=%v", known, got != nil)
		}
		if held := c.held(); held != 1 {
			t.Errorf("held %d times", held)
		}
	}
}

func TestAnAnswerThatNobodyAsksForAgainDoesNotStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache()
		c.put(0, answer("first", true))
		c.put(0, answer("nobody", false))
		time.Sleep(maxAge / 2)
		c.put(0, answer("first", true))
		time.Sleep(maxAge/2 + time.Millisecond)
		synctest.Wait()
		if _, ok := c.get("first"); !ok || len(c.unknown.entries) != 0 {
			t.Errorf("the newer answer is held: %v; unknown: %d", ok, len(c.unknown.entries))
		}
		time.Sleep(maxAge)
		synctest.Wait()
		if got := len(c.known.entries) + c.known.order.Len(); got != 0 {
			t.Errorf("holds %d", got)
		}
	})
}
