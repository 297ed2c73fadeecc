package site

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

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
