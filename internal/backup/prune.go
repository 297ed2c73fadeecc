package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"
)

// Prune deletes the backups that are older than keep and returns their names.
// The newest complete one stays whatever its age; if there is none, nothing is
// deleted. Complete means that it has a header and a size that a backup can
// have: more than that takes the key, see Verify.
//
// If the bucket fails to delete some, the others are deleted and the errors
// joined.
func Prune(ctx context.Context, bucket Bucket, keep time.Duration, now time.Time) ([]string, error) {
	backups, err := List(ctx, bucket)
	if err != nil {
		return nil, err
	}
	newest := len(backups)
	for i, b := range backups {
		complete, err := isComplete(ctx, bucket, b)
		if err != nil {
			return nil, err
		}
		if complete {
			newest = i
			break
		}
	}
	if newest == len(backups) {
		return nil, nil
	}
	var deleted []string
	var faults []error
	for i, b := range backups {
		if i == newest || b.Age(now) <= keep {
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

// isComplete says what can be said without the key. Its error is the bucket's.
func isComplete(ctx context.Context, bucket Bucket, b Backup) (bool, error) {
	stream, err := bucket.Get(ctx, b.Name)
	if err != nil {
		return false, fmt.Errorf("backup: get: %w", err)
	}
	defer stream.Close() //nolint:errcheck // it was only read
	body := &body{ctx: ctx, from: stream}
	encodedHeader, err := readHeader(bufio.NewReaderSize(body, maxHeader), body)
	if err == nil {
		_, err = parseHeader(encodedHeader, b.Created)
	}
	switch {
	case body.broken != nil:
		return false, err
	case errors.Is(err, ErrVersion):
		return true, nil // a newer program's: not for this one to judge
	case err != nil:
		return false, nil // it is damaged
	}
	last := (b.Size - int64(len(encodedHeader))) % (chunkSize + tagSize)
	return b.Size > int64(len(encodedHeader)) && (last == 0 || last > tagSize), nil
}
