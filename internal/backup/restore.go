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
	"labelup/internal/site"
)

// Order is what a restore is to do.
type Order struct {
	Name string // of the backup; the newest that is not Ahead if it is empty

	// DryRun changes nothing and says what would be done.
	DryRun bool

	// Without are the sites whose records are left out, by their names as in
	// site.Entry or their first 12 digits and more, as the log shows them.
	// Their erasures are not left out.
	Without []string

	Now time.Time

	// ErasuresKept is how long the target remembers that a site was erased. With
	// zero every backup is too old.
	ErasuresKept time.Duration

	// Force restores in spite of what is in Difference.Risks.
	Force bool
}

// Difference is what a restore did, or would do.
type Difference struct {
	Backup   Backup
	Records  int // the sites that the backup holds
	DryRun   bool
	Sites    map[site.Outcome]int // of the backup's records
	Erasures map[site.Outcome]int // of the erasures in this backup and newer ones, each site once
	LeftOut  int                  // records of the sites that were to be left out

	// The first 20 sites of each outcome.
	SiteNames    map[site.Outcome][]string
	ErasureNames map[site.Outcome][]string

	// ErasuresUntil is when the newest backup that could be read was begun, zero
	// if each of them is Ahead. Erasures after it are only respected if the target
	// itself knows of them.
	ErasuresUntil time.Time

	// Unreadable are the newer backups that could not be read, so that
	// erasures in them are not known either.
	Unreadable []string

	// Risks are why erased sites may come back. Each wraps ErrTooOld or
	// ErrNewerUnread.
	Risks []error

	// Written says that the target was told to write, so that it may hold
	// something of the backup even where nothing is counted.
	Written bool
}

// Restore imports a backup into a target that may be empty or in use.
//
// The erasures of the backup and of every newer one are imported before the
// first record, or an old backup would bring back a site that was erased later.
// One that is Ahead may be newer than any other, and older than any other.
// A newer backup that is damaged or does not open is passed over and reported;
// if the bucket or the key service fails on one, so does the restore.
//
// It refuses with what is in Difference.Risks, unless it is a dry run or
// forced. The newest backup, if it was not asked for by its name, is refused
// with ErrEmpty if it holds no sites and an older one does.
//
// Until everything was read whole, nothing is imported. If it fails after that,
// the difference says what was done, and restoring again does the rest. Other
// errors are ErrNone, ErrDamaged, ErrVersion and those of the bucket, of package
// seal and of the target. Memory grows with the number of erasures, not of
// sites.
func Restore(ctx context.Context, bucket Bucket, sealer Sealer, target Target, order Order) (Difference, error) {
	b, err := find(ctx, bucket, order.Name, order.Now)
	if err != nil {
		return Difference{}, err
	}
	out, err := newLeftOut(order.Without)
	if err != nil {
		return Difference{}, err
	}
	erasures := make(map[string]time.Time)
	report, encodedHeader, err := read(ctx, bucket, b.Backup, sealer, nil, func(entry site.Entry) error {
		addErasure(erasures, entry)
		if entry.Record != nil {
			out.has(entry.Name)
		}
		return nil
	})
	if err != nil {
		return Difference{}, err
	}
	if report.Records == 0 && order.Name == "" {
		if err := noneOlder(ctx, bucket, sealer, b.older); err != nil {
			return Difference{}, err
		}
	}
	if err := out.allFound(); err != nil {
		return Difference{}, err
	}
	d := Difference{
		Backup: b.Backup, Records: report.Records, DryRun: order.DryRun,
		Sites: make(map[site.Outcome]int), Erasures: make(map[site.Outcome]int),
		SiteNames: make(map[site.Outcome][]string), ErasureNames: make(map[site.Outcome][]string),
	}
	d.knowsUntil(b.Backup, order.Now)
	if err := d.addNewer(ctx, bucket, b.newer, sealer, order.Now, erasures); err != nil {
		return Difference{}, err
	}
	d.addRisks(order)
	if len(d.Risks) > 0 && !order.DryRun && !order.Force {
		return d, errors.Join(d.Risks...)
	}

	marks := importer{target: target, write: !order.DryRun, written: &d.Written, counts: d.Erasures, names: d.ErasureNames}
	for _, name := range slices.Sorted(maps.Keys(erasures)) {
		if err := marks.add(ctx, site.Entry{Name: name, ErasedAt: erasures[name]}); err != nil {
			return d, err
		}
	}
	if err := marks.flush(ctx); err != nil {
		return d, err
	}
	records := importer{target: target, write: !order.DryRun, written: &d.Written, counts: d.Sites, names: d.SiteNames}
	_, _, err = read(ctx, bucket, b.Backup, sealer, encodedHeader, func(entry site.Entry) error {
		if entry.Record == nil {
			return nil
		}
		if out.has(entry.Name) {
			d.LeftOut++
			return nil
		}
		// The record knows its erasure, or a dry run would not see that it stays out.
		return records.add(ctx, site.Entry{Name: entry.Name, Record: entry.Record, ErasedAt: erasures[entry.Name]})
	})
	if err == nil {
		err = records.flush(ctx)
	}
	return d, err
}

// addRisks says what erasures cannot be known.
func (d *Difference) addRisks(order Order) {
	// An erasure after the backup is at least remembered until this age.
	switch age := d.Backup.Age(order.Now); {
	case d.Backup.Ahead(order.Now):
		d.Risks = append(d.Risks, fmt.Errorf("%w: nobody knows how old %s is, which is dated %d days ahead",
			ErrTooOld, d.Backup.Name, inDays(-age)))
	case age > order.ErasuresKept:
		d.Risks = append(d.Risks, fmt.Errorf("%w: %s is %d days old, erasures are remembered for %d",
			ErrTooOld, d.Backup.Name, inDays(age), inDays(order.ErasuresKept)))
	}
	if len(d.Unreadable) > 0 {
		d.Risks = append(d.Risks, fmt.Errorf("%w: %s", ErrNewerUnread, strings.Join(d.Unreadable, ", ")))
	}
}

// inDays rounds up: what is older than 31 days is said to be 32 days old.
func inDays(d time.Duration) int {
	const day = 24 * time.Hour
	return int((d + day - 1) / day)
}

// addNewer adds the erasures of the newer backups.
func (d *Difference) addNewer(ctx context.Context, bucket Bucket, newer []Backup, sealer Sealer, now time.Time, erasures map[string]time.Time) error {
	for _, b := range newer { // the newest first
		found := make(map[string]time.Time)
		_, _, err := read(ctx, bucket, b, sealer, nil, func(entry site.Entry) error {
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
			addErasure(erasures, site.Entry{Name: name, ErasedAt: at})
		}
		d.knowsUntil(b, now)
	}
	return nil
}

// knowsUntil notes that the erasures in a backup are known.
func (d *Difference) knowsUntil(b Backup, now time.Time) {
	if !b.Ahead(now) && b.Created.After(d.ErasuresUntil) {
		d.ErasuresUntil = b.Created
	}
}

// unreadable says whether trying again would not help.
func unreadable(err error) bool {
	for _, cause := range []error{
		ErrDamaged, ErrVersion,
		seal.ErrMalformed, seal.ErrUnknownKey, seal.ErrOtherSite, seal.ErrOtherField, seal.ErrTampered, seal.ErrKeyServiceDenied,
	} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

func addErasure(erasures map[string]time.Time, entry site.Entry) {
	if entry.ErasedAt.After(erasures[entry.Name]) {
		erasures[entry.Name] = entry.ErasedAt
	}
}

// importer imports in batches and counts the outcomes.
type importer struct {
	target  Target
	write   bool
	written *bool // set before the first write
	counts  map[site.Outcome]int
	names   map[site.Outcome][]string
	batch   []site.Entry
}

func (i *importer) add(ctx context.Context, entry site.Entry) error {
	i.batch = append(i.batch, entry)
	if len(i.batch) < site.MaxImport {
		return nil
	}
	return i.flush(ctx)
}

func (i *importer) flush(ctx context.Context) error {
	if len(i.batch) == 0 {
		return nil
	}
	*i.written = *i.written || i.write
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
