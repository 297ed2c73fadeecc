package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
)

// Outcome is what Import did with an entry, or would do.
type Outcome string

// The outcomes.
const (
	Added     Outcome = "added"      // written: Redis had no record of the site
	Replaced  Outcome = "replaced"   // written: Redis had an older record, one that cannot be read, or one of the same moment whose secrets do not open
	KeptNewer Outcome = "kept_newer" // not written: Redis has a newer record
	Same      Outcome = "same"       // not written: Redis has a record of the same moment, or knows of the mark
	Expired   Outcome = "expired"    // not written: it would have been deleted by now
	Corrupt   Outcome = "corrupt"    // not written: it cannot be read, or its secrets do not open and Redis has a record
	Erased    Outcome = "erased"     // a record: not written, the site was erased or uninstalled since. A mark: an older record in Redis is deleted
	Marked    Outcome = "marked"     // a mark that Redis did not know of; it has no older record
)

// MaxImport is how many entries one call of Import takes.
const MaxImport = 500

const (
	// importUnit is how many sites one transaction writes where Redis is no
	// cluster: a cluster's transactions hold one site.
	importUnit = 100

	importTimeout = 10 * time.Second

	// importParallel is how many transactions a cluster gets at a time. Its
	// connections are few, and requests need them too.
	importParallel = 3
)

// Import brings entries of Export back, at most MaxImport at a time, and says
// for each what became of it; with write false it only says what would. Redis
// may be empty or in use: a record there is replaced by a newer one only, as
// their changedAt tells, or if it cannot be read; the decision and the write
// are one atomic step. A record that a newer program wrote counts as newer.
//
// A record is never brought back after the time that an uninstalled site's is
// kept, nor if Redis knows, or an entry before it says, that the site was erased
// or uninstalled after the record's changedAt. That holds for a mark, too, that
// is not written itself because its time is over. A record that is written
// expires when it would have, a mark after Keep.Erasures: then no backup from
// before it is left.
//
// Secrets are only opened before a record is replaced: where there is none, a
// sealed text whose key is missing is better than nothing. A record of the same
// moment, sealed otherwise, replaces one whose secrets do not open.
//
// An error wraps connect.ErrStoreUnavailable unless there are too many entries.
// After it some may have been written; importing them again is safe.
func (s *Store) Import(ctx context.Context, entries []Entry, write bool) ([]Outcome, error) {
	if len(entries) > MaxImport {
		return nil, fmt.Errorf("site: %d entries to import, at most %d are allowed", len(entries), MaxImport)
	}
	outcomes := make([]Outcome, len(entries))
	sites := arrivalsOf(entries, outcomes)
	keys, _ := keysOf(sites)
	values, err := readAll(ctx, s.client, keys)
	if err != nil {
		return nil, unavailable(err)
	}
	found, err := s.settle(ctx, sites, values, outcomes)
	if err != nil || !write {
		return outcomesOr(outcomes, err)
	}
	// Those that change nothing need no transaction.
	var changing []arrival
	for i, site := range found {
		if site.changed() {
			changing = append(changing, sites[i])
		}
	}
	unit, parallel := importUnit, 1
	if _, ok := s.client.(*redis.ClusterClient); ok {
		unit, parallel = 1, importParallel
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	for sites := range slices.Chunk(changing, unit) {
		work.Go(func() error { return s.importUnit(ctx, sites, outcomes) })
	}
	return outcomesOr(outcomes, work.Wait())
}

func outcomesOr(outcomes []Outcome, err error) ([]Outcome, error) {
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// importUnit decides again on some sites, and writes, in one transaction.
func (s *Store) importUnit(ctx context.Context, sites []arrival, outcomes []Outcome) error {
	ctx, cancel := context.WithTimeout(ctx, importTimeout)
	defer cancel()
	keys, names := keysOf(sites)
	return s.again(ctx, names, func() error {
		return s.watch(ctx, keys, func(values []value) (write, error) {
			found, err := s.settle(ctx, sites, values, outcomes)
			if err != nil {
				return nil, err
			}
			return s.writeAll(ctx, found)
		})
	})
}

func (s *Store) writeAll(ctx context.Context, sites []*present) (write, error) {
	var all []write
	for _, site := range sites {
		if site.marked {
			all = append(all, s.mark(ctx, site.name, site.erasedAt, s.settings.Keep.Erasures))
		}
		switch {
		case site.put:
			put, err := s.put(ctx, site.record)
			if err != nil {
				return nil, err
			}
			all = append(all, put)
		case site.dropped:
			all = append(all, s.drop(ctx, site.name))
		}
	}
	return together(all...), nil
}

// arrival is what an import brings for one site.
type arrival struct {
	name    string
	entries []numbered
}

// numbered is an entry with its place in the import.
type numbered struct {
	Entry
	place int
}

// arrivalsOf puts the entries of a site together: they must be decided on one
// after the other. What is of no site gets its outcome here.
func arrivalsOf(entries []Entry, outcomes []Outcome) []arrival {
	var sites []arrival
	places := map[string]int{}
	for i, entry := range entries {
		if !isName(entry.Name) {
			outcomes[i] = Corrupt
			continue
		}
		place, known := places[entry.Name]
		if !known {
			place = len(sites)
			places[entry.Name] = place
			sites = append(sites, arrival{name: entry.Name})
		}
		sites[place].entries = append(sites[place].entries, numbered{entry, i})
	}
	return sites
}

// present is what Redis has of a site, and then what it shall have.
type present struct {
	name     string
	record   *record   // nil if there is none, or none that can be read
	corrupt  error     // why it cannot be read
	erasedAt time.Time // zero if the site was not erased or uninstalled

	put, dropped, marked bool // what was changed
}

func (p *present) changed() bool { return p.put || p.dropped || p.marked }

// keysOf are the keys that settle wants the values of, and the sites' names.
func keysOf(sites []arrival) (keys, names []string) {
	for _, site := range sites {
		keys = append(keys, siteKey(site.name), erasedKey(site.name))
		names = append(names, site.name)
	}
	return keys, names
}

// settle decides on every entry, with what keysOf the sites hold.
func (s *Store) settle(ctx context.Context, sites []arrival, values []value, outcomes []Outcome) ([]*present, error) {
	found := make([]*present, len(sites))
	for i, site := range sites {
		p := &present{name: site.name, erasedAt: erasedAt(values[2*i+1], s.settings.Now())}
		if record := values[2*i]; record.found {
			p.record, p.corrupt = parse(site.name, record.text)
		}
		for _, entry := range site.entries {
			outcome, err := s.decide(ctx, p, entry.Entry)
			if err != nil {
				return nil, unavailable(err)
			}
			outcomes[entry.place] = outcome
		}
		found[i] = p
	}
	return found, nil
}

// decide applies one entry to a site.
func (s *Store) decide(ctx context.Context, p *present, entry Entry) (Outcome, error) {
	outcome := Corrupt
	if !entry.ErasedAt.IsZero() {
		outcome = s.decideMark(p, entry.ErasedAt)
	}
	if len(entry.Record) > 0 {
		return s.decideRecord(ctx, p, string(entry.Record))
	}
	return outcome, nil
}

func (s *Store) decideMark(p *present, at time.Time) Outcome {
	expired := s.isOver(at.Add(s.settings.Keep.Erasures))
	if !at.After(p.erasedAt) {
		if expired {
			return Expired
		}
		return Same // and what is there was installed since
	}
	p.erasedAt = at
	if expired {
		return Expired // but no older record may come with it
	}
	p.marked = true
	if p.record != nil && p.record.ChangedAt.Before(at) {
		p.record, p.put, p.dropped = nil, false, true
		return Erased
	}
	return Marked
}

func (s *Store) decideRecord(ctx context.Context, p *present, raw string) (Outcome, error) {
	r, err := parseWhole(p.name, raw)
	switch {
	case err != nil:
		return Corrupt, nil //nolint:nilerr // that it cannot be read is the outcome
	case s.isOver(r.expires(s.settings.Keep)):
		return Expired, nil
	case r.ChangedAt.Before(p.erasedAt):
		return Erased, nil
	case errors.Is(p.corrupt, errNewer):
		return KeptNewer, nil
	case p.record != nil && r.ChangedAt.Before(p.record.ChangedAt):
		return KeptNewer, nil
	case p.record != nil && r.ChangedAt.Equal(p.record.ChangedAt):
		if opens, err := s.opensLike(ctx, p.record, r); opens || err != nil {
			return Same, err
		}
	}
	outcome := Added
	if p.record != nil || p.corrupt != nil {
		outcome = Replaced
		if opens, err := s.opens(ctx, r); !opens || err != nil {
			return Corrupt, err
		}
	}
	p.record, p.corrupt, p.put = r, nil, true
	return outcome, nil
}

// opensLike reports whether the secrets of a record open, or are those of
// another, so that they open if those do. Then nobody is asked: of a backup
// that is brought back into a Redis in use, most are the same.
func (s *Store) opensLike(ctx context.Context, r, other *record) (bool, error) {
	if r.SharedSecret == other.SharedSecret && r.PreviousSecret == other.PreviousSecret {
		return true, nil
	}
	return s.opens(ctx, r)
}

// opens reports whether the secrets of a record open. An error is the key
// service's, and tells nothing about the record.
func (s *Store) opens(ctx context.Context, r *record) (bool, error) {
	_, err := r.open(ctx, s.sealer)
	if errors.Is(err, ErrCorrupt) {
		return false, nil
	}
	return err == nil, err
}
