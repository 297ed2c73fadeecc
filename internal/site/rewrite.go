package site

import (
	"context"

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
	err = s.again(ctx, []string{name}, func() error {
		return s.swap(ctx, []string{siteKey(name)}, func(values []value) (write, error) {
			changed = false
			if !values[0].found {
				return nil, connect.ErrUnknownSite
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
