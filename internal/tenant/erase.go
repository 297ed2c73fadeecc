package tenant

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Erase deletes the record of a site by its Name and leaves a mark that the
// site was erased, so that no backup brings it back. All processes forget the
// site at once. It reports whether there was a record; without one, and when it
// is called again, it renews the mark and is no error. Any failure wraps
// connect.ErrStoreUnavailable, and may be repeated.
//
// The hashes of used lifecycle tokens stay until they expire: they keep a
// captured install call from bringing the site back. A record that cannot be
// read is erased too.
func (s *Store) Erase(ctx context.Context, name string) (erased bool, err error) {
	if !isName(name) {
		return false, errNoName
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	keys := []string{siteKey(name), erasedKey(name)}
	err = s.again(ctx, []string{name}, func() error {
		return s.watch(ctx, keys, func(tx *redis.Tx) (write, error) {
			values, err := readAll(ctx, tx, keys)
			if err != nil {
				return nil, unavailable(err)
			}
			erased = values[0].found
			now := s.settings.Now()
			at := now
			if earlier := erasedAt(values[1], now); earlier.After(at) {
				at = earlier
			}
			// The clock of who signs lifecycle calls may be ahead of ours, and
			// the mark must be after what it erases.
			if r, err := parse(name, values[0].text); err == nil && !r.ChangedAt.Before(at) {
				at = r.ChangedAt.Add(time.Second)
			}
			return func(pipe redis.Pipeliner) {
				s.drop(ctx, pipe, name)
				s.mark(ctx, pipe, name, at)
			}, nil
		})
	})
	return erased && err == nil, err
}

// drop deletes the record of a site and announces it.
func (s *Store) drop(ctx context.Context, pipe redis.Pipeliner, name string) {
	pipe.Del(ctx, siteKey(name))
	pipe.Publish(ctx, channel, name)
}

// mark writes that a site was erased.
func (s *Store) mark(ctx context.Context, pipe redis.Pipeliner, name string, at time.Time) {
	pipe.Set(ctx, erasedKey(name), at.UTC().Format(time.RFC3339Nano), s.left(at.Add(s.settings.Keep.Erasures)))
}

var errNoName = errors.New("tenant: the name of a site is 64 hex digits")
