package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"labelup/internal/seal"
	"labelup/internal/site"
)

// openings is how many records are opened at the same time: a key service
// answers in some milliseconds, and there may be 100,000.
const openings = 16

// Verification is what Verify found.
type Verification struct {
	Report
	Unopened      int      // records whose secrets do not open
	UnopenedNames []string // up to 20 of them
}

// Verify proves that the backup of a name, or the newest that is not Ahead if name
// is empty, restores: it is whole, and each record in it satisfies open, which is
// called for several at the same time and must be safe for that. It must return
// an error unless the record is one of this program and its secrets open.
//
// If some do not, the error wraps ErrUnopened and the verification says which.
// If it holds no sites and an older one does, the error wraps ErrEmpty and the
// verification says what it holds.
// If the key service does not answer nothing is known, and the error wraps
// seal.ErrKeyServiceUnavailable. Other errors are ErrNone, ErrDamaged,
// ErrVersion and those of the bucket and of package seal.
func Verify(ctx context.Context, bucket Bucket, name string, sealer Sealer, now time.Time, open func(context.Context, site.Entry) error) (Verification, error) {
	b, err := find(ctx, bucket, name, now)
	if err != nil {
		return Verification{}, err
	}
	var v Verification
	var mu sync.Mutex
	group, opening := errgroup.WithContext(ctx)
	group.SetLimit(openings)
	report, _, err := read(opening, bucket, b.Backup, sealer, nil, func(entry site.Entry) error {
		if entry.Record == nil {
			return nil
		}
		group.Go(func() error {
			err := open(opening, entry)
			if err == nil {
				return nil
			}
			if errors.Is(err, seal.ErrKeyServiceUnavailable) || opening.Err() != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			v.Unopened++
			v.UnopenedNames = appendName(v.UnopenedNames, entry.Name)
			return nil
		})
		return nil
	})
	// What failed to open ended the reading, so it comes first.
	if unanswered := group.Wait(); unanswered != nil {
		return Verification{}, fmt.Errorf("backup: open: %w", unanswered)
	}
	if err != nil {
		return Verification{}, err
	}
	v.Report = report
	slices.Sort(v.UnopenedNames)
	if v.Unopened > 0 {
		return v, fmt.Errorf("%w: %d of %d", ErrUnopened, v.Unopened, v.Records)
	}
	if v.Records == 0 {
		return v, noneOlder(ctx, bucket, sealer, b.older)
	}
	return v, nil
}

func appendName(names []string, name string) []string {
	if len(names) >= maxNames {
		return names
	}
	return append(names, name)
}
