package connect

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	keyTTL         = 6 * time.Hour    // how long a key is trusted without asking again
	provedKeyTTL   = 24 * time.Hour   // how long one that has proved a call is used while it is asked for again
	missTTL        = 30 * time.Second // how long "no such key" is believed, and until a key server that was down is asked anew
	maxCachedKeys  = 64               // Atlassian has a handful
	maxKeyFile     = 16 << 10         // bytes
	keyTimeout     = 3 * time.Second  // of one server
	minKeyBits     = 2048
	maxKeyBits     = 8192
	maxKeyRedirect = 3

	maxKeyFetches = 8                      // at once
	minKeyFetch   = 160 * time.Millisecond // that each takes up one of them at least: 50 a second
	maxKeyWait    = 5 * time.Second        // for an answer; the 2016 host waited as long for ours

	// maxMisses is more than can be asked for while misses are believed, so that
	// made-up ids cannot push each other out.
	maxMisses = maxKeyFetches * int(missTTL/minKeyFetch+2)
)

// CDNKeys is a KeySource that asks key servers by key id and remembers the
// answers. Use NewCDNKeys.
//
// Anybody can ask for keys that nobody has. So the key servers are asked at most
// 50 times a second, and callers take turns, each with one id: who asks for
// thousands waits for all of them, and delays another by one fetch. An id that
// nobody waits for any more is not asked for. The number of those who wait is
// bounded by App.
//
// A key that has proved a call is used for up to a day after a key server had it.
// From six hours on calls have it asked for again, every 30 seconds at most, and do not wait for that:
// a flood of made-up ids, which all wait for their turns, would keep out the
// installs that the known key proves. When Atlassian withdraws a key, that ends
// its use as soon as a key server says so. So it proves calls for six hours, and
// then those that come before the answer: after a quiet time, the first ones of
// the day. It proves nothing after the day, or whoever can keep us from the key
// servers could use a stolen key for ever.
type CDNKeys struct {
	servers []string
	client  *http.Client
	now     func() time.Time

	mu     sync.Mutex
	keys   map[string]*knownKey
	misses map[string]time.Time // until when each is believed

	free      int                          // how many more may be fetched
	questions map[string]*question         // by key id
	lines     map[netip.Prefix][]*question // that have no turn yet, by who waits for them
	next      []netip.Prefix               // who has a line; the first is next
}

// knownKey is a key that a key server has, or had.
type knownKey struct {
	key     *rsa.PublicKey
	fetched time.Time
	proved  bool      // it verified a call
	asked   time.Time // when it was last to be fetched again
}

// question is a key id that somebody waits for.
type question struct {
	ctx     context.Context //nolint:containedctx // of who asked first, without its end: for the log
	kid     string
	waiting map[netip.Prefix]int // who waits: how many of each address
	begun   bool                 // its turn has come
	done    chan struct{}        // closed when there is an answer
	key     *rsa.PublicKey
	err     error
}

// NewCDNKeys returns the keys that the servers have; each is asked when those
// before it did not have the key or did not answer. Only servers of production
// belong here: with one of staging, anyone with a staging site can sign
// installs. transport may be nil for the default, and now for time.Now.
func NewCDNKeys(servers []string, transport http.RoundTripper, now func() time.Time) *CDNKeys {
	if now == nil {
		now = time.Now
	}
	return &CDNKeys{
		servers:   servers,
		client:    &http.Client{Transport: transport, Timeout: keyTimeout, CheckRedirect: sameOrigin},
		now:       now,
		keys:      map[string]*knownKey{},
		misses:    map[string]time.Time{},
		free:      maxKeyFetches,
		questions: map[string]*question{},
		lines:     map[netip.Prefix][]*question{},
	}
}

// sameOrigin keeps a key server's redirects on that server.
func sameOrigin(next *http.Request, via []*http.Request) error {
	if len(via) > maxKeyRedirect || next.URL.Host != via[0].URL.Host || next.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse // the redirect itself is the answer, and is no key
	}
	return nil
}

// KnownKey implements KeySource.
func (c *CDNKeys) KnownKey(kid string) (*rsa.PublicKey, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known(kid)
}

func (c *CDNKeys) known(kid string) (*rsa.PublicKey, error) {
	if !isKeyID(kid) {
		return nil, unauthorized(ReasonKeyID)
	}
	now := c.now()
	if now.Before(c.misses[kid]) {
		return nil, unauthorized(ReasonUnknownKey)
	}
	k := c.keys[kid]
	if k == nil {
		return nil, nil
	}
	switch age := now.Sub(k.fetched); {
	case age < keyTTL:
		return k.key, nil
	case k.proved && age < provedKeyTTL:
		if now.Sub(k.asked) >= missTTL {
			k.asked = now
			c.join(context.Background(), kid, netip.Prefix{})
		}
		return k.key, nil
	default:
		return nil, nil
	}
}

// KeyProved implements KeySource.
func (c *CDNKeys) KeyProved(kid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.keys[kid]; k != nil {
		k.proved = true
	}
}

// InstallKey implements KeySource.
func (c *CDNKeys) InstallKey(ctx context.Context, kid string, from netip.Prefix) (*rsa.PublicKey, error) {
	c.mu.Lock()
	if key, err := c.known(kid); key != nil || err != nil {
		c.mu.Unlock()
		return key, err
	}
	q := c.join(context.WithoutCancel(ctx), kid, from)
	c.mu.Unlock()
	timer := time.NewTimer(maxKeyWait)
	defer timer.Stop()
	select {
	case <-q.done:
		return q.key, q.err
	case <-timer.C:
		if c.leave(q, from) {
			return nil, unavailable(ReasonKeyServer, context.DeadlineExceeded)
		}
		return nil, unavailable(ReasonKeyQueue, context.DeadlineExceeded)
	case <-ctx.Done():
		c.leave(q, from)
		return nil, unavailable(ReasonKeyServer, ctx.Err())
	}
}

// join has a caller wait for a key id.
func (c *CDNKeys) join(ctx context.Context, kid string, from netip.Prefix) *question {
	q := c.questions[kid]
	if q == nil {
		q = &question{ctx: ctx, kid: strings.Clone(kid), waiting: map[netip.Prefix]int{}, done: make(chan struct{})}
		c.questions[q.kid] = q
	}
	// Whoever else asked for it already may be far behind.
	if q.waiting[from]++; q.waiting[from] == 1 && !q.begun {
		if c.lines[from] = append(c.lines[from], q); len(c.lines[from]) == 1 {
			c.next = append(c.next, from)
		}
	}
	c.begin()
	return q
}

// leave ends a caller's waiting without an answer, and reports whether a key
// server is being asked. That goes on: it is one of eight, and what comes of it
// is remembered.
func (c *CDNKeys) leave(q *question, from netip.Prefix) (begun bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q.waiting[from]--; q.waiting[from] > 0 || q.begun {
		return q.begun
	}
	delete(q.waiting, from)
	c.dropFromLine(q, from)
	if len(q.waiting) == 0 {
		delete(c.questions, q.kid)
	}
	return false
}

func (c *CDNKeys) dropFromLine(q *question, from netip.Prefix) {
	c.lines[from] = without(c.lines[from], q)
	if len(c.lines[from]) == 0 {
		delete(c.lines, from)
		c.next = without(c.next, from)
	}
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(all, func(other T) bool { return other == one })
}

// begin gives turns while fetches are free. Who had one is last again.
func (c *CDNKeys) begin() {
	for c.free > 0 && len(c.next) > 0 {
		from := c.next[0]
		q := c.lines[from][0]
		q.begun = true
		for other := range q.waiting {
			c.dropFromLine(q, other)
		}
		if len(c.lines[from]) > 0 {
			c.next = append(without(c.next, from), from)
		}
		c.free--
		go c.answer(q)
	}
}

func (c *CDNKeys) answer(q *question) {
	began := time.Now()
	q.key, q.err = c.fetch(q.ctx, q.kid)
	c.mu.Lock()
	c.remember(q)
	delete(c.questions, q.kid)
	c.mu.Unlock()
	close(q.done)
	time.AfterFunc(minKeyFetch-time.Since(began), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.free++
		c.begin()
	})
}

// remember keeps an answer, unless it is that nobody could be asked.
func (c *CDNKeys) remember(q *question) {
	now, known := c.now(), c.keys[q.kid]
	refused, _ := errors.AsType[*Error](q.err)
	switch {
	case q.err == nil && known != nil:
		known.key, known.fetched = q.key, now
	case q.err == nil:
		c.makeRoom()
		c.keys[q.kid] = &knownKey{key: q.key, fetched: now}
	case refused != nil && refused.Reason == ReasonUnknownKey:
		delete(c.keys, q.kid) // Atlassian has withdrawn it
		if len(c.misses) >= maxMisses {
			maps.DeleteFunc(c.misses, func(_ string, until time.Time) bool { return !now.Before(until) })
		}
		if len(c.misses) < maxMisses {
			c.misses[q.kid] = now.Add(missTTL)
		}
	}
}

// makeRoom drops the oldest key if there are too many, and of those that have
// proved a call only if there is no other.
func (c *CDNKeys) makeRoom() {
	if len(c.keys) < maxCachedKeys {
		return
	}
	var drop string
	for kid, k := range c.keys {
		if d := c.keys[drop]; d == nil || d.proved && !k.proved || d.proved == k.proved && k.fetched.Before(d.fetched) {
			drop = kid
		}
	}
	delete(c.keys, drop)
}

// errNoKey is a server's answer that it does not have the key.
var errNoKey = errors.New("connect: no such key")

func (c *CDNKeys) fetch(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	outage := error(nil)
	for _, server := range c.servers {
		key, err := c.ask(ctx, server, kid)
		if err == nil {
			return key, nil
		}
		if !errors.Is(err, errNoKey) {
			outage = err
		}
	}
	if outage != nil {
		return nil, unavailable(ReasonKeyServer, outage)
	}
	return nil, unauthorized(ReasonUnknownKey)
}
func (c *CDNKeys) ask(ctx context.Context, server, kid string) (*rsa.PublicKey, error) {
	//nolint:gosec // kid is letters, digits and hyphens, see isKeyID
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(server, "/")+"/"+kid, nil)
	if err != nil {
		return nil, fmt.Errorf("key server URL: %w", err)
	}
	response, err := c.client.Do(request) //nolint:gosec // to a server that the app is set to
	if err != nil {
		return nil, fmt.Errorf("key server: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests {
		return nil, fmt.Errorf("key server: status %d", response.StatusCode)
	}
	if response.StatusCode != http.StatusOK {
		return nil, errNoKey
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("key server: %w", err)
	}
	if len(data) > maxKeyFile {
		return nil, errNoKey
	}
	return parseKey(data)
}

// parseKey reads one RSA public key in PEM.
func parseKey(data []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errNoKey
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minKeyBits || key.N.BitLen() > maxKeyBits {
		return nil, errNoKey
	}
	return key, nil
}
