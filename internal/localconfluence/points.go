package localconfluence

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// hourlyPoints is what an app may spend in an hour, on all sites together in
// life and per site here.
const hourlyPoints = 65_000

// burstPerSecond is announced in X-RateLimit-Limit. It is not enforced unless
// asked for (misbehaviour "429-burst"): the real value is not published.
const burstPerSecond = 100

// points counts what an app has spent in the current hour, UTC.
type points struct {
	now func() time.Time

	mu    sync.Mutex
	hour  time.Time
	spent int
}

func (p *points) spend(n int) (left int, reset time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	hour := p.now().UTC().Truncate(time.Hour)
	if !hour.Equal(p.hour) {
		p.hour, p.spent = hour, 0
	}
	p.spent += n
	return max(0, hourlyPoints-p.spent), hour.Add(time.Hour)
}

// headers sets the rate-limit headers that every answer has.
func (p *points) headers(h http.Header, left int, reset time.Time) {
	seconds := int(math.Ceil(reset.Sub(p.now()).Seconds()))
	h.Set("X-RateLimit-Limit", strconv.Itoa(burstPerSecond))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(burstPerSecond-1))
	h.Set("X-RateLimit-Reset", reset.Format("2006-01-02T15:04Z"))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"global-app-quota";q=%d;w=3600`, hourlyPoints))
	if left < hourlyPoints/5 {
		h.Set("X-RateLimit-NearLimit", "true")
		h.Set("RateLimit", fmt.Sprintf(`"global-app-quota";r=%d;t=%d`, left, seconds))
	}
}

// refuse sets the headers of a 429. kind is "quota", "burst" or "bare", the
// last being the gateway's, which does not say when to come back.
func (p *points) refuse(h http.Header, kind string, retryAfter int) {
	_, reset := p.spend(0)
	switch kind {
	case "quota":
		if retryAfter == 0 {
			retryAfter = int(math.Ceil(reset.Sub(p.now()).Seconds()))
		}
		p.headers(h, 0, reset)
		h.Set("RateLimit-Reason", "confluence-quota-global-based")
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	case "burst":
		p.headers(h, hourlyPoints, reset)
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("RateLimit-Reason", "confluence-burst-based")
		h.Set("Retry-After", strconv.Itoa(max(1, retryAfter)))
	default:
		h.Set("X-RateLimit-Limit", "360000")
		h.Set("X-Failure-Category", "FAILURE CLIENT RATE LIMITED")
	}
}

// BrowserLimit is what the calls of each person's browser may cost. What the real
// limits are is not published.
type BrowserLimit struct {
	Points          int     `json:"points"`          // an hour, UTC; 0 is any
	WritesPerSecond float64 `json:"writesPerSecond"` // on average; 0 is any
	Burst           int     `json:"burst"`           // writes at once

	// RetryAfter has a 429 say how many seconds to wait. Else the person's page sees
	// a bare 429: Confluence takes out of what a browser gets all that is about limits.
	RetryAfter bool `json:"retryAfter"`
}

var usualBrowserLimit = BrowserLimit{WritesPerSecond: 10, Burst: 20}

// browsing counts what the calls of each person's browser would have cost in the
// current hour, UTC, and their writes, and refuses more than its limit.
type browsing struct {
	now func() time.Time

	mu     sync.Mutex
	hour   time.Time
	limit  BrowserLimit
	spent  map[string]int // by account id, "" for all visitors
	writes map[string]*bucket
}

// bucket has room for as many writes as a person may make at once.
type bucket struct {
	left float64
	at   time.Time
}

// spend counts n points more and reports whether the person had any left.
func (b *browsing) spend(account string, n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if hour := b.now().UTC().Truncate(time.Hour); !hour.Equal(b.hour) {
		b.hour, b.spent = hour, map[string]int{}
	}
	had := b.limit.Points == 0 || b.spent[account] < b.limit.Points
	if n > 0 {
		b.spent[account] += n
	}
	return had
}

// write counts a write, or reports how long the person has to wait for one.
func (b *browsing) write(account string) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit.WritesPerSecond == 0 {
		return 0
	}
	now := b.now()
	has := b.writes[account]
	if has == nil {
		has = &bucket{left: float64(b.limit.Burst)}
		b.writes[account] = has
	} else if passed := now.Sub(has.at); passed > 0 {
		has.left = min(float64(b.limit.Burst), has.left+passed.Seconds()*b.limit.WritesPerSecond)
	}
	has.at = now
	if has.left < 1 {
		return time.Duration((1 - has.left) / b.limit.WritesPerSecond * float64(time.Second))
	}
	has.left--
	return 0
}

// refuse sets the headers of a 429 for who waits that long.
func (b *browsing) refuse(h http.Header, wait time.Duration) {
	if b.limits().RetryAfter {
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	}
}

func (b *browsing) limits() BrowserLimit {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit
}

// setLimit begins anew with another limit.
func (b *browsing) setLimit(limit BrowserLimit) error {
	if limit.Points < 0 || limit.WritesPerSecond < 0 || limit.WritesPerSecond > 0 && limit.Burst < 1 {
		return badRequest("points and writesPerSecond cannot be negative, nor burst below 1")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.spent, b.writes = limit, map[string]int{}, map[string]*bucket{}
	return nil
}

func (b *browsing) all() map[string]int {
	b.spend("", 0) // a new hour begins with nothing
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.spent)
}
