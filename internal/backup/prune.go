package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"labelup/internal/site"
)

// pruneAhead is how long before its time a backup is deleted: a Schedule prunes
// again within two and a half hours, so it may fail once and more.
const pruneAhead = 6 * time.Hour

// farAhead is how far ahead a backup's date is wrong for sure: a process whose own
// clock is late must not delete what the others wrote.
const farAhead = 24 * time.Hour

// Prune deletes the backups that are older than keep, or will be within 6
// hours, and returns their names. Called every few hours, it leaves none that
// is older than keep, but for the newest one that is whole, which stays
// whatever its age. If there is none, nothing is deleted.
//
// A backup that is Ahead is never that newest one, and one that is dated more than
// a day ahead counts as too old.
//
// Nothing is deleted either, with an error that wraps ErrEmpty, if that one
// looks as Emptied says. Other errors are those of the bucket and of package
// seal, and ErrVersion.
//
// If the bucket fails to delete some, the others are deleted and the errors
// joined.
func Prune(ctx context.Context, bucket Bucket, sealer Sealer, keep time.Duration, now time.Time) ([]string, error) {
	backups, err := List(ctx, bucket)
	if err != nil {
		return nil, err
	}
	isOld := func(b Backup) bool { return b.Age(now) > keep-pruneAhead || b.Age(now) < -farAhead }
	if len(backups) < 2 || !slices.ContainsFunc(backups, isOld) {
		return nil, nil // so that nothing is read most of the time
	}
	newest, err := newestWhole(ctx, bucket, sealer, backups, now)
	if err != nil || newest.Name == "" {
		return nil, err
	}
	if err := Emptied(ctx, bucket, sealer, newest, now); err != nil {
		return nil, err
	}
	var deleted []string
	var faults []error
	for _, b := range backups {
		if b.Name == newest.Name || !isOld(b) {
			continue
		}
		if err := bucket.Delete(ctx, b.Name); err != nil {
			faults = append(faults, fmt.Errorf("backup: delete %s: %w", b.Name, err))
			continue
		}
		deleted = append(deleted, b.Name)
	}
	return deleted, errors.Join(faults...)
}

// newestWhole says what is in the first of some backups that is neither damaged
// nor Ahead, the zero Report if there is none.
func newestWhole(ctx context.Context, bucket Bucket, sealer Sealer, backups []Backup, now time.Time) (Report, error) {
	for _, b := range backups {
		if b.Ahead(now) {
			continue
		}
		report, _, err := read(ctx, bucket, b, sealer, nil, func(site.Entry) error { return nil })
		if errors.Is(err, ErrDamaged) {
			continue
		}
		if err != nil {
			return Report{}, fmt.Errorf("backup: the newest, %s: %w", b.Name, err)
		}
		return report, nil
	}
	return Report{}, nil
}
