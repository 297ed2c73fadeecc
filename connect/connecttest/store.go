// Package connecttest stands in for the neighbours of package connect in tests:
// Store keeps sites in memory and fails when told to, Host plays Atlassian and
// signs requests, rightly or wrongly.
package connecttest

import (
	"context"
	"fmt"
	"sync"

	"labelup/connect"
)

// Store is a connect.Store in memory. The zero value is not ready; use
// NewStore.
type Store struct {
	mu    sync.Mutex
	sites map[string]connect.Installation
	used  map[[32]byte][32]byte

	down      bool
	lostReply bool
	contended bool
	reads     int
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{sites: map[string]connect.Installation{}, used: map[[32]byte][32]byte{}}
}

// SetDown makes every call fail, or work again.
func (s *Store) SetDown(down bool) { s.set(func() { s.down = down }) }

// LoseReply makes the next Change take effect and yet report a failure.
func (s *Store) LoseReply() { s.set(func() { s.lostReply = true }) }

// Contend makes the next Change call decide twice, as when another process
// writes at the same moment; the first decision is thrown away.
func (s *Store) Contend() { s.set(func() { s.contended = true }) }

// Put sets the record of a site.
func (s *Store) Put(site connect.Installation) {
	s.set(func() { s.sites[site.ClientKey] = site })
}

// Get returns a copy of a site's record; false if there is none.
func (s *Store) Get(clientKey string) (connect.Installation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	site, ok := s.sites[clientKey]
	return site, ok
}

// Reads returns how often Installation was called.
func (s *Store) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

func (s *Store) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// Installation implements connect.Store.
func (s *Store) Installation(ctx context.Context, clientKey string) (*connect.Installation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if err := s.failure(ctx); err != nil {
		return nil, err
	}
	site, ok := s.sites[clientKey]
	if !ok {
		return nil, connect.ErrUnknownSite
	}
	return &site, nil
}

// Change implements connect.Store.
func (s *Store) Change(ctx context.Context, clientKey string, used *connect.UsedToken, decide func(*connect.Installation) (*connect.Installation, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.failure(ctx); err != nil {
		return err
	}
	if used != nil {
		if body, seen := s.used[used.TokenHash]; seen && body == used.BodyHash {
			return nil
		} else if seen {
			return connect.ErrTokenReused
		}
	}
	if s.contended {
		s.contended = false
		_, _ = decide(s.copyOf(clientKey))
	}
	next, err := decide(s.copyOf(clientKey))
	if err != nil {
		return err
	}
	if next != nil {
		s.sites[clientKey] = *next
	}
	if used != nil {
		s.used[used.TokenHash] = used.BodyHash
	}
	if s.lostReply {
		s.lostReply = false
		return fmt.Errorf("connecttest: reply lost: %w", connect.ErrStoreUnavailable)
	}
	return nil
}

func (s *Store) copyOf(clientKey string) *connect.Installation {
	site, ok := s.sites[clientKey]
	if !ok {
		return nil
	}
	return &site
}

func (s *Store) failure(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("connecttest: %w: %w", connect.ErrStoreUnavailable, err)
	}
	if s.down {
		return fmt.Errorf("connecttest: switched off: %w", connect.ErrStoreUnavailable)
	}
	return nil
}
