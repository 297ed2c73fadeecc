package site

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/internal/seal"
	"labelup/internal/site/redistest"
)

// hangingSealer has a key service that seals nothing until it is released.
type hangingSealer struct {
	*seal.Local
	waiting *atomic.Int32
	release chan struct{}
}

func (s hangingSealer) Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error) {
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	select {
	case <-s.release:
		return s.Local.Seal(ctx, plaintext, binding)
	case <-ctx.Done():
		return "", seal.ErrKeyServiceUnavailable
	}
}

func TestAKeyServiceThatHangsHoldsUpNobodyButItsSites(t *testing.T) {
	server := redistest.Start(t)
	old := openWith(t, server.URL(), sealer(t, "old"), Options{})
	change(t, old, site, nil, here(site, "s3cr3t"))
	const changes, reseals = 8, 8 // each more than there are connections
	for i := range reseals {
		clientKey := fmt.Sprint("reseal ", i)
		change(t, old, clientKey, nil, here(clientKey, "s3cr3t"))
	}
	hanging := hangingSealer{sealer(t, "new", "old"), new(atomic.Int32), make(chan struct{})}
	s := openWith(t, server.URL(), hanging, Options{})

	var all sync.WaitGroup
	for i := range changes {
		all.Go(func() {
			clientKey := fmt.Sprint("install ", i)
			if err := s.Change(t.Context(), clientKey, token(clientKey, ""), to(here(clientKey, "s3cr3t"))); err != nil {
				t.Errorf("%s: %v", clientKey, err)
			}
		})
	}
	for i := range reseals {
		all.Go(func() {
			if changed, err := s.Reseal(t.Context(), Name(fmt.Sprint("reseal ", i))); !changed || err != nil {
				t.Errorf("reseal %d: %v, %v", i, changed, err)
			}
		})
	}
	waitFor(t, time.Second, "all to wait for the key service", func() bool {
		return hanging.waiting.Load() == changes+reseals
	})
	for range 20 {
		s.forget(Name(site))
		if got := read(t, s, site); got.SharedSecret != "s3cr3t" {
			t.Errorf("the record is %q", string(got.SharedSecret))
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.SetBlocked(t.Context(), Name(site), true); err != nil { // it needs no key
			t.Error(err)
		}
	}
	close(hanging.release)
	all.Wait()
}

// lateSealer has a key service that answers after a while, or not any more when
// the context has ended.
type lateSealer struct {
	*seal.Local
	after time.Duration
}

func (s lateSealer) wait(ctx context.Context) error {
	select {
	case <-time.After(s.after):
		return nil
	case <-ctx.Done():
		return seal.ErrKeyServiceUnavailable
	}
}

func (s lateSealer) Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error) {
	if err := s.wait(ctx); err != nil {
		return "", err
	}
	return s.Local.Seal(ctx, plaintext, binding)
}

func (s lateSealer) Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Local.Open(ctx, sealed, binding)
}

// TestResealingWaitsForTheKeyServiceAsLongAsItsCaller although Redis gets a
// shorter time.
func TestResealingWaitsForTheKeyServiceAsLongAsItsCaller(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one := here(site, "s3cr3t")
	one.PreviousSecret, one.PreviousSecretUntil = "", time.Time{}
	change(t, openWith(t, server.URL(), sealer(t, "old"), Options{}), site, nil, one)
	s := openWith(t, server.URL(), lateSealer{sealer(t, "new", "old"), changeTimeout + 100*time.Millisecond}, Options{Wait: time.Minute})

	ctx, leave := context.WithTimeout(t.Context(), time.Second)
	defer leave()
	if changed, err := s.Reseal(ctx, Name(site)); changed || !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("for a caller who leaves: %v, %v", changed, err)
	}
	if changed, err := s.Reseal(t.Context(), Name(site)); !changed || err != nil {
		t.Errorf("for one who waits: %v, %v", changed, err)
	}
	if got := read(t, openWith(t, server.URL(), sealer(t, "new"), Options{}), site); got.SharedSecret != "s3cr3t" {
		t.Errorf("the record is %q", string(got.SharedSecret))
	}
}

// TestAChangeThatIsOvertakenInItsLastMomentDecidesAgain: between the second
// look, which found everything as it was, and the transaction.
func TestAChangeThatIsOvertakenInItsLastMomentDecidesAgain(t *testing.T) {
	for name, test := range map[string]struct {
		happen func(t *testing.T, other *Store)
		do     func(t *testing.T, s *Store) error
		want   connect.Secret
	}{
		"a lifecycle call": {
			func(t *testing.T, other *Store) { change(t, other, site, nil, here(site, "theirs")) },
			func(t *testing.T, s *Store) error {
				return s.Change(t.Context(), site, token("t", "b"), func(current *connect.Installation) (*connect.Installation, error) {
					next := *current
					next.SharedSecret += " and ours"
					return &next, nil
				})
			},
			"theirs and ours",
		},
		"a block": {
			func(t *testing.T, other *Store) { change(t, other, site, nil, here(site, "theirs")) },
			func(t *testing.T, s *Store) error { return s.SetBlocked(t.Context(), Name(site), true) },
			"theirs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			other := open(t, server.URL())
			if err := other.Change(t.Context(), site, nil, to(here(site, "first"))); err != nil {
				t.Fatal(err)
			}
			happened := false
			s := interfering(t, server, func() { happened = true; test.happen(t, other) })
			if err := test.do(t, s); err != nil || !happened {
				t.Fatalf("%v, overtaken %v", err, happened)
			}
			if got := read(t, s, site); got.SharedSecret != test.want {
				t.Errorf("the record is %q", string(got.SharedSecret))
			}
		})
	}
}
