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

// markMargin is how much longer than its record the mark of an uninstalled site
// stays: the record's time is counted by our clock from the uninstall, the
// mark's from changedAt, which is Atlassian's.
const markMargin = 24 * time.Hour

// mark returns how to write that a site was erased or uninstalled, so that
// nothing older is imported, to be kept for some time from then.
func (s *Store) mark(ctx context.Context, name string, at time.Time, keep time.Duration) write {
	return func(pipe redis.Pipeliner) {
		pipe.Set(ctx, erasedKey(name), at.UTC().Format(time.RFC3339Nano), s.left(at.Add(keep)))
	}
}

// remark returns how the mark of a site changes with a new record, nil if it
// stays. at is what the mark says, zero if there is none.
//
// Backups may still hold a site as installed, with its secrets, when the record
// of its uninstall has gone; hence the mark. It says the record's changedAt, so
// that the record itself may be imported as long as it is kept.
//
// A mark after an installed record is of an erasure before it, by a clock that
// is ahead of Atlassian's. It moves back to the record, which could not be
// imported otherwise; what was erased is older still.
func (s *Store) remark(ctx context.Context, r *record, at time.Time) write {
	keep := s.settings.Keep
	switch {
	case !r.UninstalledAt.IsZero():
		return s.mark(ctx, Name(r.ClientKey), r.ChangedAt, max(keep.AfterUninstall, keep.Erasures)+markMargin)
	case at.After(r.ChangedAt):
		return s.mark(ctx, Name(r.ClientKey), r.ChangedAt, keep.Erasures)
	default:
		return nil
	}
}
