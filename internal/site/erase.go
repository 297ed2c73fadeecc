package site

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
		return s.watch(ctx, keys, func(values []value) (write, error) {
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
			return together(s.drop(ctx, name), s.mark(ctx, name, at, s.settings.Keep.Erasures)), nil
		})
	})
	return erased && err == nil, err
}

// drop returns how to delete the record of a site and announce it.
func (s *Store) drop(ctx context.Context, name string) write {
	return func(pipe redis.Pipeliner) {
		pipe.Del(ctx, siteKey(name))
		pipe.Publish(ctx, channel, name)
	}
}

var errNoName = errors.New("site: the name of a site is 64 hex digits")
