package connect_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// slowKeys knows no key by itself, and answers when it is told to, or when the
// caller leaves.
type slowKeys struct {
	*connecttest.Host
	asked  atomic.Int64
	left   atomic.Int64
	answer chan struct{}
}

func (s *slowKeys) KnownKey(string) (*rsa.PublicKey, error) { return nil, nil }

func (s *slowKeys) InstallKey(ctx context.Context, kid string, from netip.Prefix) (*rsa.PublicKey, error) {
	s.asked.Add(1)
	select {
	case <-s.answer:
		return s.Host.InstallKey(ctx, kid, from)
	case <-ctx.Done():
		s.left.Add(1)
		return nil, &connect.Error{Kind: connect.Unavailable, Reason: connect.ReasonKeyServer, Cause: ctx.Err()}
	}
}

func newSlowKeys(t testing.TB) (*fixture, *slowKeys) {
	keys := &slowKeys{Host: connecttest.NewHost("labelup", appURL), answer: make(chan struct{})}
	return newFixture(t, func(c *connect.Config) { c.Keys, c.BehindRouter = keys, true }), keys
}

func TestWhatNeedsNoKeyIsCheckedBeforeOneIsAskedFor(t *testing.T) {
	f, keys := newSlowKeys(t)
	close(keys.answer)
	// Only these need the key.
	needKey := map[string]bool{
		"a key id nobody knows": true, "another RSA key under Atlassian's key id": true, "RS256 with a key of the attacker": true,
		"half a signature": true,
	}
	for _, event := range []connect.Event{connect.Installed, connect.Uninstalled} {
		for _, attack := range f.host.LifecycleAttacks(event) {
			before := keys.asked.Load()
			if err := f.app.Lifecycle(attack.Request, event); err == nil {
				continue // that it is refused is tested elsewhere
			}
			if asked := keys.asked.Load() > before; asked != needKey[attack.Name] {
				t.Errorf("%s, %s: a key was asked for: %v", event, attack.Name, asked)
			}
		}
	}
	r := f.installWith()
	r.Body = http.NoBody
	before := keys.asked.Load()
	wantReason(t, f.app.Lifecycle(r, connect.Installed), connect.BadRequest, connect.ReasonBody)
	if keys.asked.Load() > before {
		t.Error("a key was asked for, for a call without a body")
	}
}

func TestCallersWithoutAKnownKeyShareThePlaces(t *testing.T) {
	f, keys := newSlowKeys(t)
	ended := make(chan error, 1000)
	send := func(from string, times int) {
		for range times {
			r := f.installWith()
			r.Header.Set("X-Forwarded-For", from)
			go func() { ended <- f.app.Lifecycle(r, connect.Installed) }()
		}
	}
	send("203.0.113.1", 300)
	for range 300 - 8 {
		wantReason(t, <-ended, connect.Unavailable, connect.ReasonKeyQueue)
	}
	send("198.51.100.7", 1)
	for keys.asked.Load() < 8+1 {
		time.Sleep(time.Millisecond)
	}
	close(keys.answer)
	for range 8 + 1 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestACallerWhoLeavesGivesBackThePlace(t *testing.T) {
	f, keys := newSlowKeys(t)
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		r.Host, r.RequestURI = strings.TrimPrefix(appURL, "https://"), "/installed"
		ended <- f.app.Lifecycle(r, connect.Installed)
	}))
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	r := f.installWith()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.Header
	go func() {
		for keys.asked.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		leave()
	}()
	response, err := http.DefaultClient.Do(request)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("answered %v, %v", response, err)
	}
	wantReason(t, <-ended, connect.Unavailable, connect.ReasonKeyServer)
	if keys.left.Load() != 1 {
		t.Error("the caller was waited for")
	}
}
