package handlers

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"labelup/internal/fault"
)

// sender sends bodies that do not end.
type sender struct {
	inHand *inHand
	owner  string
	bodies []*incoming
}

// send begins a body and sends so much of it, in pieces, or until it is refused.
func (s *sender) send(bytes int64) (b *incoming, refused error) {
	b = &incoming{inHand: s.inHand, owner: s.owner, interrupt: func() {}}
	s.bodies = append(s.bodies, b)
	for sent := int64(0); sent < bytes && refused == nil; {
		sent = min(bytes, sent+64<<10)
		refused = s.inHand.hold(b, sent)
	}
	return b, refused
}

// takeAll sends bodies until one is refused, which it gives up.
func (s *sender) takeAll(size int64) {
	for {
		if b, refused := s.send(size); refused != nil {
			s.inHand.release(b)
			s.bodies = s.bodies[:len(s.bodies)-1]
			return
		}
	}
}

func (h *inHand) heldBy(owner string) int64 {
	if o := h.owners[owner]; o != nil {
		return o.bytes
	}
	return 0
}

// check fails the test if the sums are not those of the bodies.
func (h *inHand) check(t *testing.T) {
	t.Helper()
	var all int64
	for _, name := range slices.Sorted(maps.Keys(h.owners)) {
		if h.owners[name].bytes <= 0 || h.owners[name].bytes > maxInHandOfOwner {
			t.Errorf("%s holds %d bytes", name, h.owners[name].bytes)
		}
		all += h.owners[name].bytes
	}
	if all != h.bytes || all > maxInHand {
		t.Errorf("%d bytes are counted, %d are held", h.bytes, all)
	}
}

func TestEachHoldsItsShareHoweverManyTakeWhatTheyCan(t *testing.T) {
	for _, attackers := range []int{0, 1, 4, 36, 200} {
		for _, size := range []int64{leastInHand, 128 << 10, maxSuggestBytes} {
			t.Run(fmt.Sprintf("%d attackers, bodies of %d bytes", attackers, size), func(t *testing.T) {
				h := newInHand()
				for n := range attackers {
					(&sender{inHand: h, owner: fmt.Sprint("attacker ", n)}).takeAll(size)
				}
				h.check(t)
				late := &sender{inHand: h, owner: "late"}
				for h.heldBy("late") < 4<<20 {
					if _, refused := late.send(64 << 10); refused != nil {
						break
					}
				}
				h.check(t)
				fair := min(4<<20, int64((maxInHand-leftForLittle)/(attackers+1)))
				if got := h.heldBy("late"); got < max(64<<10, fair-128<<10) {
					t.Errorf("who comes late may hold %d bytes, and %d are its share", got, fair)
				}
			})
		}
	}
}

func TestTheLargestSuggestionFitsBesideSitesThatTakeWhatTheyCan(t *testing.T) {
	h := newInHand()
	attackers := make([]*sender, 3)
	for n := range attackers {
		attackers[n] = &sender{inHand: h, owner: fmt.Sprint("attacker ", n)}
		attackers[n].takeAll(1 << 20)
	}
	if _, refused := (&sender{inHand: h, owner: "late"}).send(maxSuggestBytes); refused != nil {
		t.Error(refused)
	}
	cut := 0
	for _, a := range attackers {
		for _, b := range a.bodies {
			if err := h.arrived(b); err != nil && b.bytes == 0 {
				if f := fault.Of(err); f.Kind != fault.RateLimited || f.Reason != "site_has_too_much_in_hand" || f.RetryAfter == 0 {
					t.Errorf("cut off with %v", err)
				}
				cut++
			}
		}
	}
	if cut == 0 {
		t.Error("nothing was cut off")
	}
	h.check(t)
}

func TestWhatHasComeWholeIsNotCutOff(t *testing.T) {
	h := newInHand()
	interrupted := false
	for n := range 4 {
		b, refused := (&sender{inHand: h, owner: fmt.Sprint("site ", n)}).send(maxSuggestBytes)
		b.interrupt = func() { interrupted = true }
		if err := h.arrived(b); err != nil || refused != nil {
			t.Fatal(err, refused)
		}
	}
	_, refused := (&sender{inHand: h, owner: "late"}).send(2 << 20)
	if f := fault.Of(refused); f.Kind != fault.Unavailable || f.Reason != "too_much_in_hand" || f.RetryAfter == 0 || interrupted {
		t.Errorf("refused with %v, interrupted %v", refused, interrupted)
	}
	h.check(t)
}

func TestWhoHoldsLittleFindsRoomBesideAllThatHasComeWhole(t *testing.T) {
	h := newInHand()
	for n := range 100 {
		s := &sender{inHand: h, owner: fmt.Sprint("site ", n)}
		for _, size := range []int64{maxSuggestBytes, little + 1, little + 1} {
			if b, refused := s.send(size); refused != nil {
				h.release(b)
			} else if err := h.arrived(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	late := &sender{inHand: h, owner: "late"}
	for range little / maxChangeBytes {
		if _, refused := late.send(maxChangeBytes); refused != nil {
			t.Error(refused)
		}
	}
	if _, refused := late.send(leastInHand); refused == nil {
		t.Error("who holds more than little has what is left for others")
	}
	h.check(t)
}

func TestOfOneOwnerNoMoreIsInHandThanItsShare(t *testing.T) {
	h := newInHand()
	s := &sender{inHand: h, owner: "a"}
	s.takeAll(leastInHand)
	if h.bytes != maxInHandOfOwner/leastInHand*leastInHand {
		t.Errorf("it holds %d bytes", h.bytes)
	}
	_, refused := s.send(leastInHand)
	if f := fault.Of(refused); f.Kind != fault.RateLimited || f.Reason != "site_has_too_much_in_hand" || f.RetryAfter == 0 {
		t.Errorf("refused with %v", refused)
	}
	for _, b := range s.bodies {
		h.release(b)
		h.release(b) // a second time gives nothing
	}
	if h.bytes != 0 || len(h.owners) != 0 {
		t.Errorf("%d bytes of %d owners are left", h.bytes, len(h.owners))
	}
}

// TestWhoCallsConfluenceIsInHandForItsSite has a site take what it may have in hand,
// and ask for each thing that Confluence is called for.
func TestWhoCallsConfluenceIsInHandForItsSite(t *testing.T) {
	h := newHarness(t)
	h.confluence.rights = administers
	asks := map[string]func() *httptest.ResponseRecorder{
		"what is held": h.askSite,
		"what is held, with a body": func() *httptest.ResponseRecorder {
			return h.send(h.atlassian.BrowserCall(http.MethodGet, "/api/site", "{}"))
		},
		"an erasure": func() *httptest.ResponseRecorder { return h.erase(h.host()) },
		"an erasure without a body": func() *httptest.ResponseRecorder {
			return h.send(h.atlassian.BrowserCall(http.MethodPost, "/api/site/erase", ""))
		},
		"a change": func() *httptest.ResponseRecorder { return h.change(`{"contentId":"123","add":["a"]}`) },
		"an export": func() *httptest.ResponseRecorder {
			return h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
		},
		"an export of nobody": func() *httptest.ResponseRecorder {
			nobody := *h.atlassian
			nobody.AccountID = ""
			return h.send(nobody.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
		},
	}
	others := &sender{inHand: h.server.inHand, owner: h.siteHash()}
	others.takeAll(leastInHand)
	for name, ask := range asks {
		w, lines := ask(), h.lines()
		line := lines[len(lines)-1]
		if line["reason"] != "site_has_too_much_in_hand" || line["kind"] != string(fault.RateLimited) {
			t.Errorf("%s: answered %d %s, the line is %v", name, w.Code, w.Body, line)
		}
		if export := strings.HasPrefix(name, "an export"); !export && w.Code != http.StatusTooManyRequests || export && w.Code != http.StatusOK {
			t.Errorf("%s: answered %d", name, w.Code)
		}
		for _, line := range lines {
			if line["msg"] == "call" {
				t.Fatalf("%s: Confluence was called: %v", name, line)
			}
		}
	}
	for _, b := range others.bodies {
		h.server.inHand.release(b)
	}
	for name, ask := range asks {
		if w := ask(); w.Code != http.StatusOK && name != "an erasure without a body" {
			t.Errorf("%s, when there is room: answered %d %s", name, w.Code, w.Body)
		}
	}
	if h.server.inHand.bytes != 0 {
		t.Errorf("%d bytes are left in hand", h.server.inHand.bytes)
	}
}

// stuckHost proves as the real one and calls a Confluence that does not say who
// administers it.
type stuckHost struct{ FramingHost }

func (s *stuckHost) Viewer(r *http.Request) (*Caller, error) {
	caller, err := s.FramingHost.Viewer(r)
	if err == nil {
		caller.AsUser = func(string, access) (Confluence, error) { return stuckConfluence{}, nil }
	}
	return caller, err
}

type stuckConfluence struct{ Confluence }

func (stuckConfluence) Administers(ctx context.Context, _ string) (bool, error) {
	<-ctx.Done()
	return false, ctx.Err()
}

func TestOneViewerWaitsForConfluenceOnAFewConnections(t *testing.T) {
	const connections, mayWait = 200, maxInHandOfOwner / leastInHand
	h := newHarness(t)
	h.server.Framing = &stuckHost{h.server.Framing}
	h.server.answerWithin = time.Hour
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	answers := make(chan int, connections)
	for range connections {
		r := h.atlassian.BrowserCall(http.MethodGet, "/api/site", "").WithContext(ctx)
		go func() { answers <- h.send(r).Code }()
	}
	for range connections - mayWait {
		select {
		case code := <-answers:
			if code != http.StatusTooManyRequests {
				t.Errorf("answered %d", code)
			}
		case <-time.After(time.Minute):
			t.Fatal("they all wait")
		}
	}
	leave()
	for range mayWait {
		if code := <-answers; code != statusCallerLeft {
			t.Errorf("who waited was answered %d", code)
		}
	}
}
