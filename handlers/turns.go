package handlers

import (
	"context"
	"slices"
	"sync"
	"time"

	"labelup/internal/fault"
)

// Bounds of work that needs the processor, for one process. A site that keeps
// all of its places busy leaves three quarters of all to the others.
const (
	maxPlaces        = 32 // requests in hand: this bounds the memory
	maxPlacesOfSite  = 8
	maxWaitingOfSite = 4 // requests of a site that wait while another of it works
	maxWait          = 2 * time.Second
)

// turns shares the processor between sites. One request of a site works at a
// time, and over all as many as there are processors. The others wait for their
// turn: a site that had one goes behind those that wait for theirs. So a site
// with any number of requests delays that of another by no more than the work it
// has begun. What is too much is refused at once, and a site is forgotten with
// its last request.
type turns struct {
	mu     sync.Mutex
	places int              // that are free
	free   int              // how many more may work
	sites  map[string]*line // those with a request in hand
	ready  []*line          // of these nobody works and somebody waits; the first is next
}

// line is what a site has in hand.
type line struct {
	places  int
	working bool
	waiting []*place // the longest waiting first
}

// place is a request in hand. It ends with leave, whatever happened.
type place struct {
	turns   *turns
	site    string
	line    *line
	working bool
	called  chan struct{} // closed when its turn has come
}

// newTurns lets so many requests work at a time.
func newTurns(width int) *turns {
	return &turns{places: maxPlaces, free: width, sites: map[string]*line{}}
}

// enter takes a request of a site in hand. An error is a fault: RateLimited if
// the site has too many in hand, Unavailable if all sites together have.
func (t *turns) enter(site string) (*place, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.sites[site]
	if l == nil {
		l = &line{}
	}
	if l.places == maxPlacesOfSite {
		return nil, tooMuch(fault.RateLimited, "site_has_too_much_in_hand")
	}
	if t.places == 0 {
		return nil, tooMuch(fault.Unavailable, "too_much_in_hand")
	}
	t.places--
	l.places++
	t.sites[site] = l
	return &place{turns: t, site: site, line: l, called: make(chan struct{})}, nil
}

// turn waits until the request may work. An error is a fault: RateLimited if too
// many of the site wait already or the wait takes too long, CallerLeft if ctx
// ends.
func (p *place) turn(ctx context.Context) error {
	if err := p.lineUp(); err != nil {
		return err
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case <-p.called:
		return nil
	case <-timer.C:
		return p.giveUp(tooMuch(fault.RateLimited, "waited_too_long"))
	case <-ctx.Done():
		return p.giveUp(fault.Wrap(fault.CallerLeft, "caller_left", ctx.Err()))
	}
}

func (p *place) lineUp() error {
	t, l := p.turns, p.line
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(l.waiting) == maxWaitingOfSite {
		return tooMuch(fault.RateLimited, "site_has_too_much_waiting")
	}
	l.waiting = append(l.waiting, p)
	if !l.working && len(l.waiting) == 1 {
		t.ready = append(t.ready, l)
	}
	t.call()
	return nil
}

// giveUp stops waiting for the reason err, unless the turn has come by now.
func (p *place) giveUp(err error) error {
	t, l := p.turns, p.line
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.working {
		return nil
	}
	l.waiting = slices.DeleteFunc(l.waiting, func(other *place) bool { return other == p })
	if len(l.waiting) == 0 {
		t.ready = slices.DeleteFunc(t.ready, func(other *line) bool { return other == l })
	}
	return err
}

// leave gives back the place, and the turn if the request has it.
func (p *place) leave() {
	t, l := p.turns, p.line
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.working {
		t.free++
		l.working = false
		if len(l.waiting) > 0 {
			t.ready = append(t.ready, l)
		}
	}
	t.places++
	if l.places--; l.places == 0 {
		delete(t.sites, p.site)
	}
	t.call()
}

// call gives a turn to whoever is next while turns are free.
func (t *turns) call() {
	for t.free > 0 && len(t.ready) > 0 {
		l := t.ready[0]
		t.ready = t.ready[1:]
		next := l.waiting[0]
		l.waiting = l.waiting[1:]
		t.free--
		l.working, next.working = true, true
		close(next.called)
	}
}

// tooMuch says to come back when whoever waits now has been served or sent away.
func tooMuch(kind fault.Kind, reason string) error {
	return &fault.Error{Kind: kind, Reason: reason, RetryAfter: maxWait}
}
