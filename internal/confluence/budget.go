package confluence

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"labelup/internal/fault"
)

// Limits is how much of Confluence one process uses. A zero field means its
// default. Atlassian gives the app one quota for all its customers, so that one
// busy site could stop the app for every other: hence a share for each.
type Limits struct {
	PointsPerHour   int     // the app's quota for an hour of UTC. Default 65,000.
	Share           float64 // what one site may use of it. Default 0.25.
	Concurrency     int     // requests to one site at the same time. Default 4.
	WritesPerSecond float64 // to one site, in the long run. Default 5.
	WriteBurst      int     // writes at once after a pause. Default 35: the largest change then fits into 5 s of waiting.
	Sites           int     // sites remembered. Default 4,096; the one unused for longest is forgotten.
}

// Budget holds all clients of a process to the limits, Confluence's and our own,
// and gives the writes to a page their order. It is for one process: several
// count on their own, and Confluence's answers correct them.
type Budget struct {
	limits Limits
	pages  queues

	mu      sync.Mutex
	paused  time.Time // every site, until then
	sites   map[string]*site
	entered int // how often a site was entered, as a clock for which is the oldest
}

// site is what is remembered of one.
type site struct {
	users  int                   // calls in progress; it is not forgotten before they end
	last   int                   // value of Budget.entered when it was last
	turns  chan struct{}         // holds one entry for each request on its way
	writes *rate.Limiter         // has its own lock
	hour   time.Time             // the hour that points counts for
	points int                   // used in it, estimated
	paused time.Time             // every operation, until then
	pauses [operations]time.Time // one operation, until then
}

// NewBudget returns a budget with these limits.
func NewBudget(l Limits) *Budget {
	orDefault(&l.PointsPerHour, 65_000)
	orDefault(&l.Share, 0.25)
	orDefault(&l.Concurrency, 4)
	orDefault(&l.WritesPerSecond, 5)
	orDefault(&l.WriteBurst, 35)
	orDefault(&l.Sites, 4096)
	return &Budget{limits: l, sites: map[string]*site{}}
}

func orDefault[T int | float64](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// admit waits until a request may be sent and counts its points. release must be
// called when its answer has been read. An error is a fault: RateLimited if it
// would take longer than p allows.
func (b *Budget) admit(ctx context.Context, p *patience, key string, o operation) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, contextFault(ctx)
	}
	s, err := b.enter(key)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			b.leave(s)
		}
	}()
	if o.writes() {
		reserved := s.writes.Reserve()
		if err := p.wait(ctx, reserved.Delay(), "write_rate"); err != nil {
			reserved.Cancel()
			return nil, err
		}
	}
	for {
		if delay, reason := b.blocked(s, o); delay > 0 {
			if err := p.wait(ctx, delay, reason); err != nil {
				return nil, err
			}
			continue
		}
		if err := p.enter(ctx, s.turns, "site_busy"); err != nil {
			return nil, err
		}
		// Another request may have met a limit while this one stood in line.
		if b.charge(s, o) {
			return func() { <-s.turns; b.leave(s) }, nil
		}
		<-s.turns
	}
}

// enter returns the site of this key and holds it until leave.
func (b *Budget) enter(key string) (*site, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sites[key]
	if s == nil {
		if len(b.sites) >= b.limits.Sites && !b.forget() {
			return nil, &fault.Error{Kind: fault.RateLimited, Reason: "too_many_sites", RetryAfter: time.Second}
		}
		s = &site{
			turns:  make(chan struct{}, b.limits.Concurrency),
			writes: rate.NewLimiter(rate.Limit(b.limits.WritesPerSecond), b.limits.WriteBurst),
		}
		b.sites[key] = s
	}
	b.entered++
	s.last = b.entered
	s.users++
	return s, nil
}

func (b *Budget) leave(s *site) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.users--
}

// forget drops the site unused for longest, if any is unused now. It looks at
// all of them: that happens only to a process with more sites than Sites.
func (b *Budget) forget() bool {
	oldest, found := "", false
	for key, s := range b.sites {
		if s.users == 0 && (!found || s.last < b.sites[oldest].last) {
			oldest, found = key, true
		}
	}
	delete(b.sites, oldest)
	return found
}

// blocked says for how long no request of this kind may be sent, and why.
func (b *Budget) blocked(s *site, o operation) (time.Duration, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.blockedLocked(s, o)
}

func (b *Budget) blockedLocked(s *site, o operation) (time.Duration, string) {
	now := time.Now()
	if hour := now.Truncate(time.Hour); !hour.Equal(s.hour) {
		s.hour, s.points = hour, 0
	}
	switch {
	case b.paused.After(now):
		return b.paused.Sub(now), "app_quota"
	case s.paused.After(now):
		return s.paused.Sub(now), "site_quota"
	case s.pauses[o].After(now):
		return s.pauses[o].Sub(now), "endpoint_limit"
	case float64(s.points+o.points()) > b.limits.Share*float64(b.limits.PointsPerHour):
		return s.hour.Add(time.Hour).Sub(now), "site_share"
	}
	return 0, ""
}

// charge counts the points of a request, unless it is blocked.
func (b *Budget) charge(s *site, o operation) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if delay, _ := b.blockedLocked(s, o); delay > 0 {
		return false
	}
	s.points += o.points()
	return true
}

// heed remembers for how long each scope is to be left alone.
func (b *Budget) heed(key string, o operation, spent [scopes]time.Duration) {
	if spent == [scopes]time.Duration{} {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	later := func(until *time.Time, d time.Duration) {
		if t := now.Add(d); d > 0 && t.After(*until) {
			*until = t
		}
	}
	later(&b.paused, spent[wholeApp])
	if s := b.sites[key]; s != nil {
		later(&s.paused, spent[wholeSite])
		later(&s.pauses[o], spent[endpoint])
	}
}

// patience is how long one call may still wait. It belongs to one goroutine.
type patience struct{ left time.Duration }

// affords reports whether waiting is possible and makes sense: a wait that
// outlives the context would only fail later.
func (p *patience) affords(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return d <= p.left && (!ok || d < time.Until(deadline))
}

// wait sleeps, or fails at once with RateLimited for this reason.
func (p *patience) wait(ctx context.Context, d time.Duration, reason string) error {
	if d <= 0 {
		return nil
	}
	if !p.affords(ctx, d) {
		return &fault.Error{Kind: fault.RateLimited, Reason: reason, RetryAfter: d}
	}
	return p.sleep(ctx, d)
}

func (p *patience) sleep(ctx context.Context, d time.Duration) error {
	p.left -= d
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextFault(ctx)
	}
}

// enter puts an entry into a channel, whose capacity says how many may be inside.
func (p *patience) enter(ctx context.Context, turns chan struct{}, reason string) error {
	select {
	case turns <- struct{}{}:
		return nil
	default:
	}
	began := time.Now()
	defer func() { p.left -= time.Since(began) }()
	timer := time.NewTimer(p.left)
	defer timer.Stop()
	select {
	case turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return contextFault(ctx)
	case <-timer.C:
		return &fault.Error{Kind: fault.RateLimited, Reason: reason, RetryAfter: time.Second}
	}
}

// page is what a queue is for.
type page struct{ site, id string }

// queues gives each page one writer at a time. The zero value works. A queue
// exists only while somebody is in it.
type queues struct {
	mu     sync.Mutex
	queues map[page]*queue
}

type queue struct {
	turn  chan struct{}
	users int
}

// lock waits for the page's turn. unlock must be called once.
func (q *queues) lock(ctx context.Context, p *patience, of page) (unlock func(), err error) {
	q.mu.Lock()
	if q.queues == nil {
		q.queues = map[page]*queue{}
	}
	line := q.queues[of]
	if line == nil {
		line = &queue{turn: make(chan struct{}, 1)}
		q.queues[of] = line
	}
	line.users++
	q.mu.Unlock()

	leave := func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if line.users--; line.users == 0 {
			delete(q.queues, of)
		}
	}
	if err := p.enter(ctx, line.turn, "page_busy"); err != nil {
		leave()
		return nil, err
	}
	return func() { <-line.turn; leave() }, nil
}
