package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Summary is what a list of sites shows of one. It holds customer data.
type Summary struct {
	Name          string // see Name
	BaseURL       string
	DisplayURL    string
	Enabled       bool
	Blocked       bool
	InstalledAt   time.Time
	ChangedAt     time.Time
	UninstalledAt time.Time // zero while the app is installed
	Current       bool      // Reseal has nothing to do
	Corrupt       bool      // no record that this program can read; then only Name is filled in
}

// Each calls visit with every record, in no order, each once, and not
// concurrently. Secrets are not opened: whether they would open it does not
// say. A site that is written meanwhile may be missed or shown as it was; so
// may one that a cluster moves to another node. It returns visit's error as it
// is, else one that wraps connect.ErrStoreUnavailable.
func (s *Store) Each(ctx context.Context, visit func(Summary) error) error {
	return s.each(ctx, siteKey, func(name, stored string) error {
		r, err := parseWhole(name, stored)
		if err != nil {
			return visit(Summary{Name: name, Corrupt: true})
		}
		return visit(Summary{
			Name:          name,
			BaseURL:       r.BaseURL,
			DisplayURL:    r.DisplayURL,
			Enabled:       r.Enabled,
			Blocked:       !r.BlockedAt.IsZero(),
			InstalledAt:   r.InstalledAt,
			ChangedAt:     r.ChangedAt,
			UninstalledAt: r.UninstalledAt,
			Current:       r.current(s.sealer),
		})
	})
}

// scanBatch is how many keys are asked for at a time. A batch of records must
// arrive within the client's time for an answer.
const scanBatch = 100

// each calls visit with every site that has a key of one kind and what is
// stored there, one after the other and each site once. A site that is written
// meanwhile may be missed or be seen as it was. visit's error ends it and is
// returned as it is.
func (s *Store) each(ctx context.Context, key func(name string) string, visit func(name, stored string) error) error {
	return s.names(ctx, key, func(names []string) error {
		keys := make([]string, len(names))
		for i, name := range names {
			keys[i] = key(name)
		}
		values, err := readAll(ctx, s.client, keys)
		if err != nil {
			return unavailable(err)
		}
		for i, value := range values {
			if !value.found { // deleted since
				continue
			}
			if err := visit(names[i], value.text); err != nil {
				return err
			}
		}
		return nil
	})
}

// names is each without what is stored, some names at a time.
func (s *Store) names(ctx context.Context, key func(name string) string, visit func(names []string) error) error {
	pattern := key("*")
	before, after, _ := strings.Cut(pattern, "*")
	seen := map[[sha256.Size]byte]bool{} // SCAN may return a key twice

	scan := func(ctx context.Context, node redis.Cmdable) error {
		for cursor := uint64(0); ; {
			keys, next, err := node.Scan(ctx, cursor, pattern, scanBatch).Result()
			if err != nil {
				return unavailable(err)
			}
			names := make([]string, 0, len(keys))
			for _, key := range keys {
				name := strings.TrimSuffix(strings.TrimPrefix(key, before), after)
				if !isName(name) {
					continue
				}
				var sum [sha256.Size]byte
				if _, err := hex.Decode(sum[:], []byte(name)); err == nil && !seen[sum] {
					seen[sum] = true
					names = append(names, name)
				}
			}
			if len(names) > 0 {
				if err := visit(names); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	}

	// One master after the other, so that visit need not be safe for
	// concurrent use; none after one that failed.
	var one sync.Mutex
	var failed error
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		one.Lock()
		defer one.Unlock()
		if failed == nil {
			failed = scan(ctx, node)
		}
		return failed
	})
	if failed == nil && err != nil {
		return unavailable(err) // the masters are not known
	}
	return failed
}

// value is what a key holds.
type value struct {
	text  string // "" of a key that holds no text, too
	found bool
}

// pipelined is a client or a transaction.
type pipelined interface {
	Pipelined(ctx context.Context, queue func(redis.Pipeliner) error) ([]redis.Cmder, error)
}

// readAll reads keys of any sites in one go: not with MGET, for a cluster has
// them in different slots.
func readAll(ctx context.Context, from pipelined, keys []string) ([]value, error) {
	answers := make([]*redis.StringCmd, len(keys))
	_, failed := from.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, key := range keys {
			answers[i] = pipe.Get(ctx, key)
		}
		return nil
	})
	// It is the error of the first answer that has one. If none has, Redis refused
	// the connection, and nothing was answered: go-redis leaves the answers empty.
	if failed != nil && !slices.ContainsFunc(answers, func(answer *redis.StringCmd) bool { return answer.Err() != nil }) {
		return nil, failed
	}
	values := make([]value, len(keys))
	for i, answer := range answers {
		text, err := answer.Result()
		switch {
		case err == nil || redis.HasErrorPrefix(err, "WRONGTYPE"):
			values[i] = value{text: text, found: true}
		case !errors.Is(err, redis.Nil):
			return nil, err
		}
	}
	return values, nil
}
