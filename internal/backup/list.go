package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	namePrefix = "sites-"
	nameTime   = "20060102T150405Z"
	nameSuffix = ".backup"
)

// Backup is one backup in a bucket.
type Backup struct {
	Name    string
	Created time.Time // when it was begun, in UTC, to the second
	Size    int64     // bytes
}

// Age is how long ago the backup was begun; what was written later than that
// is not in it.
func (b Backup) Age(now time.Time) time.Duration { return now.Sub(b.Created) }

// maxAhead is how far a backup's time may lie in the future.
const maxAhead = 10 * time.Minute

// Ahead reports whether the backup's time is more than 10 minutes after now. A
// process whose clock was wrong wrote it, and nobody knows how old it is.
func (b Backup) Ahead(now time.Time) bool { return b.Age(now) < -maxAhead }

// List returns the backups in a bucket, the newest first. Other objects are
// passed over.
func List(ctx context.Context, bucket Bucket) ([]Backup, error) {
	objects, err := bucket.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("backup: list: %w", err)
	}
	var backups []Backup
	for _, object := range objects {
		if created, ok := createdOf(object.Name); ok {
			backups = append(backups, Backup{Name: object.Name, Created: created, Size: object.Size})
		}
	}
	slices.SortFunc(backups, func(a, b Backup) int { return strings.Compare(b.Name, a.Name) })
	return backups, nil
}

func nameOf(created time.Time) string {
	return namePrefix + created.UTC().Format(nameTime) + nameSuffix
}

func createdOf(name string) (time.Time, bool) {
	text, prefixed := strings.CutPrefix(name, namePrefix)
	text, suffixed := strings.CutSuffix(text, nameSuffix)
	created, err := time.Parse(nameTime, text)
	// Formatted again, because Parse also takes fractions of a second.
	return created, prefixed && suffixed && err == nil && nameOf(created) == name
}

// found is one backup among the others, the newest first. Those that are Ahead may
// be newer than it and older than it, and so may all if it is.
type found struct {
	Backup
	newer, older []Backup
}

// find returns the backup of a name, or the newest that is not Ahead if name is
// empty. Its error wraps ErrNone if there is none.
func find(ctx context.Context, bucket Bucket, name string, now time.Time) (found, error) {
	backups, err := List(ctx, bucket)
	if err != nil {
		return found{}, err
	}
	i := slices.IndexFunc(backups, func(b Backup) bool { return b.Name == name || name == "" && !b.Ahead(now) })
	if i < 0 {
		return found{}, ErrNone
	}
	newer, older := slices.Clone(backups[:i]), slices.Clone(backups[i+1:])
	for _, b := range backups[:i] {
		if b.Ahead(now) {
			older = append(older, b)
		}
	}
	if backups[i].Ahead(now) {
		newer = append(newer, backups[i+1:]...)
	}
	return found{backups[i], newer, older}, nil
}
