package connect

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	keyTTL         = 6 * time.Hour    // how long a key is trusted without asking again
	missTTL        = 30 * time.Second // how long "no such key" is believed
	maxCachedKeys  = 64               // keys and misses each; Atlassian has a handful
	maxKeyFile     = 16 << 10         // bytes
	maxKeyFetches  = 8                // at once; more wait
	keyTimeout     = 3 * time.Second  // of one server
	minKeyBits     = 2048
	maxKeyBits     = 8192
	maxKeyRedirect = 3
)

// CDNKeys is a KeySource that asks key servers by key id and remembers the
// answers. Use NewCDNKeys.
type CDNKeys struct {
	servers []string
	client  *http.Client
	now     func() time.Time
	flights singleflight.Group
	fetches chan struct{}

	mu     sync.Mutex
	keys   map[string]cachedKey
	misses map[string]cachedKey
}

type cachedKey struct {
	key   *rsa.PublicKey // nil in misses
	until time.Time
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
		servers: servers,
		client:  &http.Client{Transport: transport, Timeout: keyTimeout, CheckRedirect: sameOrigin},
		now:     now,
		fetches: make(chan struct{}, maxKeyFetches),
		keys:    map[string]cachedKey{},
		misses:  map[string]cachedKey{},
	}
}

// sameOrigin keeps a key server's redirects on that server.
func sameOrigin(next *http.Request, via []*http.Request) error {
	if len(via) > maxKeyRedirect || next.URL.Host != via[0].URL.Host || next.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse // the redirect itself is the answer, and is no key
	}
	return nil
}

// InstallKey implements KeySource.
func (c *CDNKeys) InstallKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	if !isKeyID(kid) {
		return nil, unauthorized(ReasonKeyID)
	}
	if key, known := c.cached(kid); known {
		if key == nil {
			return nil, unauthorized(ReasonUnknownKey)
		}
		return key, nil
	}
	// The fetch belongs to everyone who waits for it and outlives the first.
	flight := c.flights.DoChan(kid, func() (any, error) { return c.fetch(context.WithoutCancel(ctx), kid) })
	select {
	case <-ctx.Done():
		return nil, unavailable(ReasonKeyServer, ctx.Err())
	case result := <-flight:
		key, ok := result.Val.(*rsa.PublicKey)
		if result.Err != nil || !ok {
			return nil, result.Err
		}
		return key, nil
	}
}

func (c *CDNKeys) cached(kid string) (key *rsa.PublicKey, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cache := range []map[string]cachedKey{c.keys, c.misses} {
		if entry, ok := cache[kid]; ok && c.now().Before(entry.until) {
			return entry.key, true
		}
	}
	return nil, false
}

// remember keeps misses apart, so that made-up ids cannot push out keys.
func (c *CDNKeys) remember(kid string, key *rsa.PublicKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cache, ttl := c.keys, keyTTL
	if key == nil {
		cache, ttl = c.misses, missTTL
	}
	if len(cache) >= maxCachedKeys {
		clear(cache)
	}
	cache[kid] = cachedKey{key: key, until: c.now().Add(ttl)}
}

// errNoKey is a server's answer that it does not have the key.
var errNoKey = errors.New("connect: no such key")

func (c *CDNKeys) fetch(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(len(c.servers)+1)*keyTimeout)
	defer cancel()
	select {
	case c.fetches <- struct{}{}:
		defer func() { <-c.fetches }()
	case <-ctx.Done():
		return nil, unavailable(ReasonKeyServer, ctx.Err())
	}
	outage := error(nil)
	for _, server := range c.servers {
		key, err := c.ask(ctx, server, kid)
		if err == nil {
			c.remember(kid, key)
			return key, nil
		}
		if !errors.Is(err, errNoKey) {
			outage = err
		}
	}
	if outage != nil {
		return nil, unavailable(ReasonKeyServer, outage)
	}
	c.remember(kid, nil)
	return nil, unauthorized(ReasonUnknownKey)
}

func (c *CDNKeys) ask(ctx context.Context, server, kid string) (*rsa.PublicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(server, "/")+"/"+kid, nil)
	if err != nil {
		return nil, fmt.Errorf("key server URL: %w", err)
	}
	response, err := c.client.Do(request)
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
