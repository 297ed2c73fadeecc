package site

import (
	"context"
	"time"
)

// rewrite changes the record of a site, with all that this program does not
// know of it, unless edit says that there is nothing to change. edit may take as
// long as ctx lasts; see swap.
func (s *Store) rewrite(ctx context.Context, name string, edit func(context.Context, *record) (bool, error)) (changed bool, err error) {
	if !isName(name) {
		return false, errNoName
	}
	err = s.again(ctx, []string{name}, func() error {
		return s.swap(ctx, []string{siteKey(name)}, func(values []value) (write, error) {
			changed = false
			if !values[0].found {
				return nil, ErrUnknown
			}
			r, err := parseWhole(name, values[0].text)
			if err != nil {
				return nil, unavailable(err)
			}
			if changed, err = edit(ctx, r); err != nil {
				return nil, unavailable(err)
			}
			if !changed {
				return nil, nil
			}
			return s.put(ctx, r)
		})
	})
	return changed && err == nil, err
}

// SetBlocked blocks a site by its Name, or ends the block: connect then refuses
// everybody of the site, in all processes within a second. It is no error if
// the site is blocked or not already. Uninstalling and installing again leave
// the block; erasing ends it, and so does the record's end after an uninstall.
// It returns ErrUnknown if there is no record, or an error that
// wraps connect.ErrStoreUnavailable. It takes at most about two seconds.
func (s *Store) SetBlocked(ctx context.Context, name string, blocked bool) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
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

// Reseal seals the secrets of a site anew, by its Name, if they are not sealed
// with the key that seals now, or if the record still has a field that is no
// longer kept, which goes with it. It reports whether it wrote. Redis may take
// some seconds; the key service is waited for as long as ctx lasts. It returns
// ErrUnknown if there is no record (any more), an error that wraps
// ErrCorrupt if the secrets do not open, and for any other failure one that
// wraps connect.ErrStoreUnavailable; nothing was changed then, or all was.
func (s *Store) Reseal(ctx context.Context, name string) (changed bool, err error) {
	return s.rewrite(ctx, name, func(ctx context.Context, r *record) (bool, error) {
		if r.current(s.sealer) {
			return false, nil
		}
		for _, secret := range r.secrets() {
			plain, err := openSecret(ctx, s.sealer, r, secret.name, *secret.sealed)
			if err != nil {
				return false, err
			}
			if *secret.sealed, err = sealSecret(ctx, s.sealer, r, secret.name, plain); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}
