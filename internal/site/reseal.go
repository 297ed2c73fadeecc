package site

import "context"

// Reseal seals the secrets of a site anew, by its Name, if they are not sealed
// with the key that seals now. It reports whether it wrote. It returns
// connect.ErrUnknownSite if there is no record (any more), an error that wraps
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
