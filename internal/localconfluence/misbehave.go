package localconfluence

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Misbehaviour is something that goes wrong on purpose.
type Misbehaviour struct {
	ID int `json:"id"`

	// Kind is one of misbehaviours.
	Kind string `json:"kind"`

	// Path limits it to paths that match: * is any run of characters but a
	// slash, ** any run at all. Empty is every path.
	Path string `json:"path,omitempty"`

	Method      string  `json:"method,omitempty"`      // empty is every method
	Count       int     `json:"count,omitempty"`       // how often; 0 is until it is cleared
	Probability float64 `json:"probability,omitempty"` // of each time; 0 is always
	Seconds     float64 `json:"seconds,omitempty"`     // how long from now; 0 is until it is cleared
	Delay       float64 `json:"delay,omitempty"`       // seconds: of slow, search-lag and skew (may be negative)
	RetryAfter  int     `json:"retryAfter,omitempty"`  // seconds, of a 429 or a 503
	Message     string  `json:"message,omitempty"`     // of an answer with a status

	until time.Time
	path  *regexp.Regexp
}

// misbehaviours lists the kinds and whether each is about answers to requests.
var misbehaviours = map[string]bool{
	"429-quota":   true, // the hourly quota is used up
	"429-burst":   true, // too many at once
	"429-bare":    true, // a 429 without Retry-After
	"400":         true,
	"401":         true, // as when a token is taken back in mid-work
	"403":         true,
	"404":         true,
	"409":         true,
	"410":         true,
	"413":         true,
	"500":         true,
	"502":         true, // with an HTML body, as a gateway answers
	"503":         true,
	"html":        true, // 200 and a web page in place of the answer
	"slow":        true, // the answer comes after Delay
	"half":        true, // the answer stops in the middle
	"drop-before": true, // the connection closes and nothing was done
	"drop-after":  true, // the connection closes after it was done

	"skew":              false, // issued tokens are off by Delay
	"search-lag":        false, // search is behind by Delay
	"search-short":      false, // a page of search has half of what there is room for, and a next
	"search-empty":      false, // a page of search has nothing, and a next
	"search-duplicate":  false, // a page of search begins with the last of the one before
	"search-loop":       false, // the next of a page of search is that page again
	"stale-400":         false, // a stale version of a property is 400, not 409
	"webhook-missing":   false,
	"webhook-duplicate": false,
}

// light is a day of Confluence in an hour: seldom enough for people to work with,
// often enough that what does not survive it is seen.
var light = []Misbehaviour{
	{Kind: "slow", Path: "**/wiki/**", Probability: 0.04, Delay: 1.5},
	{Kind: "429-burst", Path: "**/wiki/**", Probability: 0.015, RetryAfter: 1},
	{Kind: "503", Path: "**/wiki/**", Probability: 0.01, RetryAfter: 1},
	{Kind: "search-lag", Delay: 4},
	{Kind: "search-short", Probability: 0.1},
	{Kind: "search-empty", Probability: 0.05},
	{Kind: "search-duplicate", Probability: 0.1},
}

type faults struct {
	now func() time.Time

	mu     sync.Mutex
	random *rand.Rand
	next   int
	set    []*Misbehaviour
}

func newFaults(seed uint64, now func() time.Time) *faults {
	return &faults{now: now, random: rand.New(rand.NewPCG(seed, 1))}
}

func (f *faults) add(m Misbehaviour) (Misbehaviour, error) {
	if _, known := misbehaviours[m.Kind]; !known {
		return m, fmt.Errorf("unknown kind %q", m.Kind)
	}
	if m.Count < 0 || m.Seconds < 0 || m.Probability < 0 || m.Probability > 1 {
		return m, errors.New("count, seconds and probability cannot be negative, nor probability above 1")
	}
	m.path = pathPattern(m.Path)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	m.ID = f.next
	if m.Seconds > 0 {
		m.until = f.now().Add(time.Duration(m.Seconds * float64(time.Second)))
	}
	f.set = append(f.set, &m)
	return m, nil
}

func (f *faults) clear(seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set = nil
	f.random = rand.New(rand.NewPCG(seed, 1))
}

func (f *faults) all() []Misbehaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []Misbehaviour{}
	for _, m := range f.set {
		out = append(out, *m)
	}
	return out
}

// take returns the first misbehaviour that applies and uses it up by one.
func (f *faults) take(applies func(*Misbehaviour) bool) (Misbehaviour, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set = slices.DeleteFunc(f.set, func(m *Misbehaviour) bool { return !m.until.IsZero() && f.now().After(m.until) })
	for i, m := range f.set {
		if !applies(m) || m.Probability > 0 && f.random.Float64() >= m.Probability {
			continue
		}
		took := *m
		if m.Count > 0 {
			if m.Count--; m.Count == 0 {
				f.set = slices.Delete(f.set, i, i+1)
			}
		}
		return took, true
	}
	return Misbehaviour{}, false
}

func (f *faults) forRequest(r *http.Request) (Misbehaviour, bool) {
	return f.take(func(m *Misbehaviour) bool {
		return misbehaviours[m.Kind] && (m.Method == "" || strings.EqualFold(m.Method, r.Method)) && m.path.MatchString(r.URL.Path)
	})
}

// of takes a misbehaviour that is not about requests.
func (f *faults) of(kind string) (Misbehaviour, bool) {
	return f.take(func(m *Misbehaviour) bool { return m.Kind == kind })
}

// skew is what the times of a token that is signed are off by.
func (f *faults) skew() time.Duration {
	m, _ := f.of("skew")
	return time.Duration(m.Delay * float64(time.Second))
}

// ofWebhook takes what goes wrong with a webhook.
func (f *faults) ofWebhook() (missing, twice bool) {
	if _, missing = f.of("webhook-missing"); missing {
		return true, false
	}
	_, twice = f.of("webhook-duplicate")
	return false, twice
}

// pathPattern makes a regular expression of a Path.
func pathPattern(glob string) *regexp.Regexp {
	if glob == "" {
		glob = "**"
	}
	expression := strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`).Replace(regexp.QuoteMeta(glob))
	return regexp.MustCompile("^" + expression + "$") // quoted, so it always compiles
}

// misbehaving wraps a handler with the misbehaviour that was asked for.
func (s *Server) misbehaving(seen *SeenRequest, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, ok := s.faults.forRequest(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		seen.Fault = m.Kind
		switch m.Kind {
		case "429-quota", "429-burst", "429-bare":
			site, _ := s.siteOf(r.URL.Path)
			if site == nil {
				site, _ = s.site("")
			}
			if by, _ := s.authenticate(site, r); by.session {
				if m.Kind != "429-bare" {
					site.browsing.refuse(w.Header(), time.Duration(m.RetryAfter)*time.Second)
				}
			} else {
				cmp.Or(by.points, site.points).refuse(w.Header(), strings.TrimPrefix(m.Kind, "429-"), m.RetryAfter)
			}
			writeJSON(w, http.StatusTooManyRequests, map[string]any{"statusCode": 429, "message": "Rate limit exceeded"})
		case "502":
			writeHTML(w, http.StatusBadGateway, "<h1>Bad gateway</h1>")
		case "html":
			writeHTML(w, http.StatusOK, "<h1>We are improving Confluence</h1>")
		case "slow":
			if !sleep(r.Context(), time.Duration(m.Delay*float64(time.Second))) {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		case "half":
			var kept keeping
			next.ServeHTTP(&kept, r)
			maps.Copy(w.Header(), kept.Header())
			body := kept.body.Bytes()
			w.Header().Set("Content-Length", strconv.Itoa(max(1, len(body))))
			w.WriteHeader(max(kept.status, http.StatusOK))
			_, _ = w.Write(body[:len(body)/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "drop-before":
			panic(http.ErrAbortHandler)
		case "drop-after":
			next.ServeHTTP(&keeping{}, r)
			panic(http.ErrAbortHandler)
		default: // a status
			status, _ := strconv.Atoi(m.Kind)
			if m.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(m.RetryAfter))
			}
			writeError(w, strings.Contains(r.URL.Path, "/wiki/api/v2/"), status, cmp.Or(m.Message, http.StatusText(status)))
		}
	})
}

// keeping is a ResponseWriter that keeps the answer instead of sending it.
type keeping struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keeping) Header() http.Header {
	if k.header == nil {
		k.header = http.Header{}
	}
	return k.header
}

func (k *keeping) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *keeping) Write(b []byte) (int, error) { return k.body.Write(b) }

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
