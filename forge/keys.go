package forge

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"
)

const (
	keyFetchPause = time.Minute      // from the beginning of one fetch to that of the next, whatever came of it
	keyFetchTime  = 3 * time.Second  // for one
	keyRefresh    = 30 * time.Minute // how long the set is used without asking again
	keyTTL        = time.Hour        // how long it is used without waiting for the answer
	maxKeyAge     = 24 * time.Hour   // how long it is used if it cannot be had again
	maxKeySet     = 64 << 10         // bytes; Atlassian's has a few keys
	minKeyBits    = 2048
	maxKeyBits    = 8192

	// maxKeyWaiting bounds the calls that wait for the keys at once. Anybody can
	// make such calls, and each holds a connection.
	maxKeyWaiting = 64
)

// keySet is a set of public keys at one address. It is fetched when a key is asked
// for that it does not have, and again behind the back of its users when it is
// half an hour old: once a minute at most, however many ask for whatever keys. So a
// new key is known within a minute, and made-up ids fetch nothing.
//
// When the set is an hour old, perhaps because nobody called, its users wait for
// the fetch: a key that was withdrawn is not used again. While the server is down
// they do not, and the set is used for a day and no longer, or whoever can keep us
// from the server could use a withdrawn key for ever.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex
	keys    map[string]*rsa.PublicKey
	fetched time.Time     // when these came
	asked   time.Time     // when the newest fetch began
	err     error         // of the newest fetch that has ended
	ended   time.Time     // when that was
	flight  chan struct{} // closed when the fetch under way has ended; nil if there is none
	waiting int           // for that
}

func newKeySet(url string, transport http.RoundTripper, now func() time.Time) *keySet {
	return &keySet{url: url, now: now, client: &http.Client{
		Transport: transport,
		Timeout:   keyFetchTime,
		// The keys are at one address, which leads nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// get returns the key of that id. It waits for a fetch that is under way if the
// key is not known, or known for too long.
func (s *keySet) get(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.known(kid)
	age := s.now().Sub(s.fetched)
	if (known == nil || age >= keyRefresh) && s.flight == nil && s.now().Sub(s.asked) >= keyFetchPause {
		s.asked, s.flight = s.now(), make(chan struct{})
		// It belongs to all who wait for it, and outlives the first.
		go s.fetch(context.WithoutCancel(ctx))
	}
	if s.flight == nil || known != nil && (age < keyTTL || s.isDown()) {
		return s.answer(known)
	}
	if s.waiting == maxKeyWaiting {
		return nil, &Error{Kind: Unavailable, Reason: ReasonKeyQueue, RetryAfter: keyFetchTime}
	}
	s.waiting++
	flight := s.flight
	s.mu.Unlock()
	var gone error
	select {
	case <-flight:
	case <-ctx.Done():
		gone = ctx.Err()
	}
	s.mu.Lock()
	s.waiting--
	if gone != nil {
		return nil, &Error{Kind: Unavailable, Reason: ReasonKeyServer, RetryAfter: keyFetchTime, Cause: gone}
	}
	return s.answer(s.known(kid))
}

// known returns a key that may be used, nil if there is none.
func (s *keySet) known(kid string) *rsa.PublicKey {
	if s.now().Sub(s.fetched) >= maxKeyAge {
		return nil
	}
	return s.keys[kid]
}

// isDown reports whether the server did not answer when it was last asked, which
// says something of now for as long as calls have it asked again and again.
func (s *keySet) isDown() bool { return s.err != nil && s.now().Sub(s.ended) < 2*keyFetchPause }

// answer says why there is no key: the set has none, or nobody knows.
func (s *keySet) answer(key *rsa.PublicKey) (*rsa.PublicKey, error) {
	switch {
	case key != nil:
		return key, nil
	case s.err != nil:
		wait := s.asked.Add(keyFetchPause).Sub(s.now())
		return nil, &Error{Kind: Unavailable, Reason: ReasonKeyServer, RetryAfter: max(wait, time.Second), Cause: s.err}
	default:
		return nil, unauthorized(ReasonUnknownKey)
	}
}

// fetch replaces the set. What cannot be used does not take away what can.
func (s *keySet) fetch(ctx context.Context) {
	keys, err := s.ask(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.ended = err, s.now()
	if err == nil {
		s.keys, s.fetched = keys, s.ended
	}
	close(s.flight)
	s.flight = nil
}

func (s *keySet) ask(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("key set: status %d", response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxKeySet+1))
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	if len(data) > maxKeySet {
		return nil, errors.New("key set: too large")
	}
	keys := readKeySet(data)
	if len(keys) == 0 {
		return nil, errors.New("key set: no key of use")
	}
	return keys, nil
}

// readKeySet returns the keys of a JWK set (RFC 7517) that may have signed a
// token. It passes over any other, and over an id that two keys have.
func readKeySet(data []byte) map[string]*rsa.PublicKey {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(data, &set) != nil {
		return nil
	}
	keys := map[string]*rsa.PublicKey{}
	seen := map[string]bool{}
	for _, raw := range set.Keys {
		jwk, ok := readObject(raw)
		kid := jwk.text("kid")
		if !ok || !isKeyID(kid) {
			continue
		}
		if seen[kid] {
			delete(keys, kid)
			continue
		}
		seen[kid] = true
		if key := publicKey(jwk); key != nil {
			keys[kid] = key
		}
	}
	return keys
}

// publicKey returns the RSA key of a JWK, nil if it is another kind of key, for
// another use, or one that nobody should sign with.
func publicKey(jwk object) *rsa.PublicKey {
	isOrNone := func(name, value string) bool { return !jwk.has(name) || jwk[name] == value }
	if jwk["kty"] != "RSA" || !isOrNone("use", "sig") || !isOrNone("alg", "RS256") || jwk.has("d") {
		return nil
	}
	modulus, ok := decodeSegment(jwk.text("n"), maxKeyBits/8)
	exponent, ok2 := decodeSegment(jwk.text("e"), 4)
	if !ok || !ok2 {
		return nil
	}
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent).Int64()
	if n.BitLen() < minKeyBits || n.Bit(0) == 0 || e < 1<<16+1 || e >= 1<<31 || e%2 == 0 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e)}
}
