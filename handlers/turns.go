package handlers

import (
	"context"
	"slices"
	"sync"
	"time"

	"labelup/internal/fault"
)

const (
	maxWaitingOfSite = 4 // requests of a site that wait while another of it works
	maxWait          = 4 * time.Second
)

// turns shares memory and the processor between sites. One request of a site
// works at a time, and over all as many as together weigh no more than there is
// room for, whatever the number of processors. The others wait for their turn: a
// site that had one goes behind those that wait for theirs, and nobody overtakes.
// So a site with any number of requests delays that of another by no more than
// the work it has begun. What is too much is refused at once: when all places are
// taken, that of the site with the most. A site is forgotten with its last
// request.
type turns struct {
	mu     sync.Mutex
	places int              // how many more may wait or work
	room   int              // what those may weigh that begin to work
	sites  map[string]*line // those with a request here
	ready  []*line          // of these nobody works and somebody waits; the first is next
}

// line is what a site has here.
type line struct {
	places  int
	working bool
	waiting []*place // the longest waiting first
}

// place is a request that waits or works. It ends with leave.
type place struct {
	turns   *turns
	site    string
	line    *line
	weight  int
	working bool
	called  chan struct{} // closed when its turn has come, or another site has its place
}

// newTurns lets so many requests wait or work, and those work that have room.
func newTurns(places, room int) *turns {
	return &turns{places: places, room: room, sites: map[string]*line{}}
}

// take waits until a request of a site may work. It must weigh no more than there
// is room for. An error is a fault: RateLimited if the site has too many that
// wait or the wait takes too long, Unavailable if many sites have taken all
// places, CallerLeft if ctx ends.
func (t *turns) take(ctx context.Context, site string, weight int) (*place, error) {
	p, err := t.lineUp(site, weight)
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	reason := tooMuch(fault.RateLimited, "site_has_too_much_waiting")
	select {
	case <-p.called:
	case <-timer.C:
		reason = tooMuch(fault.RateLimited, "waited_too_long")
	case <-ctx.Done():
		reason = fault.Wrap(fault.CallerLeft, "caller_left", ctx.Err())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.working { // the turn has come, perhaps only now
		return p, nil
	}
	t.giveUp(p)
	return nil, reason
}

func (t *turns) lineUp(site string, weight int) (*place, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.sites[site]
	if l == nil {
		l = &line{}
	}
	if len(l.waiting) == maxWaitingOfSite {
		return nil, tooMuch(fault.RateLimited, "site_has_too_much_waiting")
	}
	if t.places == 0 && !t.makeRoom(l.places) {
		return nil, tooMuch(fault.Unavailable, "too_much_in_hand")
	}
	p := &place{turns: t, site: site, line: l, weight: weight, called: make(chan struct{})}
	t.places--
	l.places++
	t.sites[site] = l
	l.waiting = append(l.waiting, p)
	if !l.working && len(l.waiting) == 1 {
		t.ready = append(t.ready, l)
	}
	t.call()
	return p, nil
}

// makeRoom sends away the last that waits of the site with the most places, if
// that has more than one that has so many and wants another.
func (t *turns) makeRoom(has int) bool {
	var most *line
	for _, l := range t.sites {
		if len(l.waiting) > 0 && l.places > has+1 && (most == nil || l.places > most.places) {
			most = l
		}
	}
	if most == nil {
		return false
	}
	last := most.waiting[len(most.waiting)-1]
	t.giveUp(last)
	close(last.called)
	return true
}

// giveUp takes a place from one that waits, once.
func (t *turns) giveUp(p *place) {
	l := p.line
	at := slices.Index(l.waiting, p)
	if at < 0 {
		return // another site has its place by now
	}
	l.waiting = slices.Delete(l.waiting, at, at+1)
	if len(l.waiting) == 0 {
		t.ready = slices.DeleteFunc(t.ready, func(other *line) bool { return other == l })
	}
	t.free(p)
}

// leave gives back the turn and the place.
func (p *place) leave() {
	t, l := p.turns, p.line
	t.mu.Lock()
	defer t.mu.Unlock()
	t.room += p.weight
	l.working = false
	if len(l.waiting) > 0 {
		t.ready = append(t.ready, l)
	}
	t.free(p)
}

func (t *turns) free(p *place) {
	t.places++
	if p.line.places--; p.line.places == 0 {
		delete(t.sites, p.site)
	}
	t.call()
}

// call gives a turn to whoever is next while there is room.
func (t *turns) call() {
	for len(t.ready) > 0 && t.ready[0].waiting[0].weight <= t.room {
		l := t.ready[0]
		t.ready = t.ready[1:]
		next := l.waiting[0]
		l.waiting = l.waiting[1:]
		t.room -= next.weight
		l.working, next.working = true, true
		close(next.called)
	}
}

// tooMuch says to come back when whoever waits now has been served or sent away.
func tooMuch(kind fault.Kind, reason string) error {
	return &fault.Error{Kind: kind, Reason: reason, RetryAfter: maxWait}
}
