package backup

import (
	"context"
	"fmt"
	"time"

	"labelup/internal/site"
)

// Emptied is asked after Write, and by Prune. Its error wraps ErrEmpty if the
// backup holds neither sites nor erasures and an older one holds sites: then
// Redis has lost them, and what is old must not be deleted. It names the newest
// of those. One that is Ahead counts as older. Other errors are those of the
// bucket and of the key service: then it is not known.
//
// A backup that holds erasures is no such case, even without a site: a Redis
// that was lost knows of no erasure either. Where the last site was erased, old
// backups go as they were promised to.
func Emptied(ctx context.Context, bucket Bucket, sealer Sealer, written Report, now time.Time) error {
	if written.Records > 0 || written.Erasures > 0 {
		return nil
	}
	b, err := find(ctx, bucket, written.Name, now)
	if err != nil {
		return err
	}
	return noneOlder(ctx, bucket, sealer, b.older)
}

// noneOlder returns an error that wraps ErrEmpty if one of the backups, which
// are older than one without sites, holds some. Those that do not open are
// passed over.
func noneOlder(ctx context.Context, bucket Bucket, sealer Sealer, older []Backup) error {
	for _, b := range older {
		report, _, err := read(ctx, bucket, b, sealer, nil, func(site.Entry) error { return nil })
		switch {
		case unreadable(err):
		case err != nil:
			return fmt.Errorf("backup: the older %s, which may hold sites: %w", b.Name, err)
		case report.Records > 0:
			return fmt.Errorf("%w: %s holds %d", ErrEmpty, b.Name, report.Records)
		}
	}
	return nil
}
