package site

import (
	"context"
	"time"
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
	Current       bool      // every secret is sealed with the key that seals now
	Corrupt       bool      // no record that this program can read; then only Name is filled in
}

// Each calls visit with every record, in no order, each once, and not
// concurrently. Secrets are not opened: whether they would open it does not
// say. A site that is written meanwhile may be missed or shown as it was; so
// may one that a cluster moves to another node. It returns visit's error as it
// is, else one that wraps connect.ErrStoreUnavailable.
func (s *Store) Each(ctx context.Context, visit func(Summary) error) error {
	return s.each(ctx, siteKey, func(name, stored string) error {
		r, err := parse(name, stored)
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
