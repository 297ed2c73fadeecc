package site

import (
	"context"
	"time"
)

// SetBlocked blocks a site by its Name, or ends the block: connect then refuses
// everybody of the site, in all processes within a second. It is no error if
// the site is blocked or not already. Uninstalling and installing again leave
// the block; erasing ends it, and so does the record's end after an uninstall.
// It returns connect.ErrUnknownSite if there is no record, or an error that
// wraps connect.ErrStoreUnavailable.
func (s *Store) SetBlocked(ctx context.Context, name string, blocked bool) error {
	_, err := s.rewrite(ctx, name, func(_ context.Context, r *record) (bool, error) {
		if blocked == !r.BlockedAt.IsZero() {
			return false, nil
		}
		r.BlockedAt = time.Time{}
		if blocked {
			r.BlockedAt = s.settings.Now().UTC()
		}
		return true, nil
	})
	return err
}
