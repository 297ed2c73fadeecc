package tenant

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"labelup/connect"
)

// rewrite changes the record of a site, with all that this program does not
// know of it, unless edit says that there is nothing to change.
func (s *Store) rewrite(ctx context.Context, name string, edit func(context.Context, *record) (bool, error)) (changed bool, err error) {
	if !isName(name) {
		return false, errNoName
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	key := siteKey(name)
	err = s.again(ctx, []string{name}, func() error {
		return s.watch(ctx, []string{key}, func(tx *redis.Tx) (write, error) {
			changed = false
			stored, err := tx.Get(ctx, key).Result()
			if errors.Is(err, redis.Nil) {
				return nil, connect.ErrUnknownSite
			}
			if err != nil {
				return nil, unavailable(err)
			}
			r, err := parseWhole(name, stored)
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
