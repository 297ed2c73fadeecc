package site

import (
	"container/list"
	"sync"
	"time"

	"labelup/connect"
)

const (
	// maxAge is how long an answer of Redis is used, counted from before the
	// question. It is what holds connect.Store's promise of one second when no
	// invalidation arrives; the rest of the second is for the request itself.
	maxAge = 800 * time.Millisecond

	// A site that is known costs about a kilobyte, an unknown one 200 bytes.
	// They are bounded apart, so that invented client keys cannot push out
	// real sites.
	maxKnown   = 4096
	maxUnknown = 1024
)

// cache keeps what Redis answered, for a short time.
type cache struct {
	mu         sync.Mutex
	maxAge     time.Duration
	generation uint64 // counts invalidations
	known      recent
	unknown    recent
}

// cached is one answer of Redis.
type cached struct {
	clientKey    string
	name         string                // Name(clientKey)
	installation *connect.Installation // nil: no such site
	asked        time.Time
}

func newCache() *cache {
	return &cache{maxAge: maxAge, known: newRecent(maxKnown), unknown: newRecent(maxUnknown)}
}

// get returns the answer for a site if there is one that may still be used. A
// nil installation with ok means that the site is unknown.
func (c *cache) get(clientKey string) (installation *connect.Installation, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry := c.known.get(clientKey)
	if entry == nil {
		entry = c.unknown.get(clientKey)
	}
	if entry == nil || time.Since(entry.asked) >= c.maxAge {
		return nil, false
	}
	return entry.installation, true
}

// now returns the generation for put, to be taken before Redis is asked.
func (c *cache) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation
}

// put keeps an answer, unless something was invalidated since Redis was asked:
// the answer may then be the old one. That it may concern another site is no
// loss, for sites change rarely.
func (c *cache) put(generation uint64, answer *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	c.known.remove(answer.clientKey)
	c.unknown.remove(answer.clientKey)
	if answer.installation != nil {
		c.known.add(answer)
	} else {
		c.unknown.add(answer)
	}
	// It would stay in memory, with the site's secret, if nobody asked again.
	time.AfterFunc(c.maxAge-time.Since(answer.asked), func() { c.expire(answer) })
}

// expire drops an answer that is too old, unless there is a newer one.
func (c *cache) expire(answer *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, held := range []*recent{&c.known, &c.unknown} {
		if element := held.entries[answer.clientKey]; element != nil && answerOf(element) == answer {
			held.remove(answer.clientKey)
		}
	}
}

// forget drops the site of this name, or all sites if name is empty, and what
// is being loaded.
func (c *cache) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	// Walking is some 50 µs when full, and happens once per lifecycle call; an
	// index by name would cost memory on every entry.
	c.known.removeName(name)
	c.unknown.removeName(name)
}

// recent holds the most recently used answers by client key.
type recent struct {
	limit   int
	entries map[string]*list.Element // of *cached
	order   *list.List               // most recently used first
}

func newRecent(limit int) recent {
	return recent{limit: limit, entries: make(map[string]*list.Element), order: list.New()}
}

func (r *recent) get(clientKey string) *cached {
	element := r.entries[clientKey]
	if element == nil {
		return nil
	}
	r.order.MoveToFront(element)
	return answerOf(element)
}

func (r *recent) add(answer *cached) {
	if len(r.entries) >= r.limit {
		r.remove(answerOf(r.order.Back()).clientKey)
	}
	r.entries[answer.clientKey] = r.order.PushFront(answer)
}

func (r *recent) remove(clientKey string) {
	if element := r.entries[clientKey]; element != nil {
		r.order.Remove(element)
		delete(r.entries, clientKey)
	}
}

func (r *recent) removeName(name string) {
	for clientKey, element := range r.entries {
		if name == "" || answerOf(element).name == name {
			r.remove(clientKey)
		}
	}
}

func answerOf(element *list.Element) *cached {
	answer, _ := element.Value.(*cached) // add puts nothing else in
	return answer
}
