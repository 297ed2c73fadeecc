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

// browsing counts what the calls of each person's browser would have cost in the
// current hour, UTC, and refuses more than its limit. Confluence strips the
// headers about it from what a browser gets, so the person's page sees a bare 429.
type browsing struct {
	now func() time.Time

	mu    sync.Mutex
	hour  time.Time
	limit int            // points for each person an hour; 0 is none
	spent map[string]int // by account id, "" for all visitors
}

// spend counts n points more and reports whether the person had any left.
func (b *browsing) spend(account string, n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if hour := b.now().UTC().Truncate(time.Hour); !hour.Equal(b.hour) {
		b.hour, b.spent = hour, map[string]int{}
	}
	had := b.limit == 0 || b.spent[account] < b.limit
	if n > 0 {
		b.spent[account] += n
	}
	return had
}

func (b *browsing) setLimit(limit int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.spent = limit, map[string]int{}
}

func (b *browsing) all() map[string]int {
	b.spend("", 0) // a new hour begins with nothing
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.spent)
}
