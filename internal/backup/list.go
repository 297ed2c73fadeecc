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

// found is one backup among the others.
type found struct {
	Backup
	newer, older []Backup // the newest first
}

// find returns the backup of a name, or the newest if name is empty. Its error
// wraps ErrNone if there is none.
func find(ctx context.Context, bucket Bucket, name string) (found, error) {
	backups, err := List(ctx, bucket)
	if err != nil {
		return found{}, err
	}
	for i, b := range backups {
		if b.Name == name || name == "" {
			return found{b, backups[:i], backups[i+1:]}, nil
		}
	}
	return found{}, ErrNone
}
