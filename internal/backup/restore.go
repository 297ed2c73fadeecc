package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"labelup/internal/seal"
	"labelup/internal/tenant"
)

// Difference is what a restore did, or would do.
type Difference struct {
	Backup   Backup
	DryRun   bool
	Sites    map[tenant.Outcome]int      // of the backup's records
	Erasures map[tenant.Outcome]int      // of the erasures in this backup and newer ones, each site once
	Names    map[tenant.Outcome][]string // the first 20 sites of each
	LeftOut  int                         // records of the sites that were to be left out

	// ErasuresUntil is when the newest backup that could be read was begun.
	// Erasures after it are only respected if the target itself knows of them.
	ErasuresUntil time.Time

	// Unreadable are the newer backups that could not be read, so that
	// erasures in them are not known either.
	Unreadable []string
}

// Restore imports the backup of a name, or the newest if name is empty, into a
// target that may be empty or in use. With dryRun it changes nothing and says
// what it would do. The records of the sites in without are left out, which are
// names as in tenant.Entry or their first 12 digits and more, as the log shows
// them; their erasures are not.
//
// The erasures of the backup and of every newer one are imported before the
// first record, or an old backup would bring back a site that was erased later.
// A newer backup that is damaged or does not open is passed over and reported;
// if the bucket or the key service fails on one, so does the restore.
//
// Until everything was read whole, nothing is imported. If it fails after that,
// the difference says what was done, and restoring again does the rest. Errors
// are ErrNone, ErrDamaged, ErrVersion and those of the bucket, of package seal
// and of the target. Memory grows with the number of erasures, not of sites.
func Restore(ctx context.Context, bucket Bucket, name string, sealer Sealer, target Target, dryRun bool, without []string) (Difference, error) {
	b, newer, err := find(ctx, bucket, name)
	if err != nil {
		return Difference{}, err
	}
	erasures := make(map[string]time.Time)
	leaveOut := make(map[string]bool) // by the beginning of a name; true once there is a record of it
	for _, beginning := range without {
		if len(beginning) < minBeginning {
			return Difference{}, fmt.Errorf("backup: a site that is to be left out has to be given with at least %d digits", minBeginning)
		}
		leaveOut[beginning] = false
	}
	isLeftOut := func(name string) bool {
		for beginning := range leaveOut {
			if strings.HasPrefix(name, beginning) {
				leaveOut[beginning] = true
				return true
			}
		}
		return false
	}
	_, encodedHeader, err := read(ctx, bucket, b, sealer, nil, func(entry tenant.Entry) error {
		addErasure(erasures, entry)
		if entry.Record != nil {
			isLeftOut(entry.Name)
		}
		return nil
	})
	if err != nil {
		return Difference{}, err
	}
	for _, found := range leaveOut {
		if !found { // a mistyped name would restore what must not be
			return Difference{}, errors.New("backup: a site that is to be left out is not in the backup")
		}
	}
	d := Difference{
		Backup: b, DryRun: dryRun, ErasuresUntil: b.Created,
		Sites: make(map[tenant.Outcome]int), Erasures: make(map[tenant.Outcome]int), Names: make(map[tenant.Outcome][]string),
	}
	if err := d.addNewer(ctx, bucket, newer, sealer, erasures); err != nil {
		return Difference{}, err
	}

	marks := importer{target: target, write: !dryRun, counts: d.Erasures, names: d.Names}
	for _, name := range slices.Sorted(maps.Keys(erasures)) {
		if err := marks.add(ctx, tenant.Entry{Name: name, ErasedAt: erasures[name]}); err != nil {
			return d, err
		}
	}
	if err := marks.flush(ctx); err != nil {
		return d, err
	}
	records := importer{target: target, write: !dryRun, counts: d.Sites, names: d.Names}
	_, _, err = read(ctx, bucket, b, sealer, encodedHeader, func(entry tenant.Entry) error {
		if entry.Record == nil {
			return nil
		}
		if isLeftOut(entry.Name) {
			d.LeftOut++
			return nil
		}
		// The record knows its erasure, or a dry run would not see that it stays out.
		return records.add(ctx, tenant.Entry{Name: entry.Name, Record: entry.Record, ErasedAt: erasures[entry.Name]})
	})
	if err == nil {
		err = records.flush(ctx)
	}
	return d, err
}

// minBeginning is how much of a name the log shows.
const minBeginning = 12

// addNewer adds the erasures of the newer backups.
func (d *Difference) addNewer(ctx context.Context, bucket Bucket, newer []Backup, sealer Sealer, erasures map[string]time.Time) error {
	for _, b := range newer { // the newest first
		found := make(map[string]time.Time)
		_, _, err := read(ctx, bucket, b, sealer, nil, func(entry tenant.Entry) error {
			addErasure(found, entry)
			return nil
		})
		switch {
		case unreadable(err):
			d.Unreadable = append(d.Unreadable, b.Name)
			continue
		case err != nil:
			return fmt.Errorf("backup: the newer %s, which may hold erasures: %w", b.Name, err)
		}
		for name, at := range found {
			addErasure(erasures, tenant.Entry{Name: name, ErasedAt: at})
		}
		if b.Created.After(d.ErasuresUntil) {
			d.ErasuresUntil = b.Created
		}
	}
	return nil
}

// unreadable says whether trying again would not help.
func unreadable(err error) bool {
	for _, cause := range []error{
		ErrDamaged, ErrVersion,
		seal.ErrMalformed, seal.ErrUnknownKey, seal.ErrOtherTenant, seal.ErrOtherField, seal.ErrTampered, seal.ErrKeyServiceDenied,
	} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

func addErasure(erasures map[string]time.Time, entry tenant.Entry) {
	if entry.ErasedAt.After(erasures[entry.Name]) {
		erasures[entry.Name] = entry.ErasedAt
	}
}

// importer imports in batches and counts the outcomes.
type importer struct {
	target Target
	write  bool
	counts map[tenant.Outcome]int
	names  map[tenant.Outcome][]string
	batch  []tenant.Entry
}

func (i *importer) add(ctx context.Context, entry tenant.Entry) error {
	i.batch = append(i.batch, entry)
	if len(i.batch) < tenant.MaxImport {
		return nil
	}
	return i.flush(ctx)
}

func (i *importer) flush(ctx context.Context) error {
	if len(i.batch) == 0 {
		return nil
	}
	outcomes, err := i.target.Import(ctx, i.batch, i.write)
	if err != nil {
		return fmt.Errorf("backup: import: %w", err)
	}
	if len(outcomes) != len(i.batch) {
		return fmt.Errorf("backup: import: %d outcomes of %d entries", len(outcomes), len(i.batch))
	}
	for n, outcome := range outcomes {
		i.counts[outcome]++
		i.names[outcome] = appendName(i.names[outcome], i.batch[n].Name)
	}
	i.batch = i.batch[:0]
	return nil
}
