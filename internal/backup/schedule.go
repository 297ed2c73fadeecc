package backup

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	lookEvery  = time.Hour        // how often the bucket is looked at, at least
	retryAfter = 10 * time.Minute // after something failed
	roundTime  = time.Hour        // the most that one backup, or one pruning, may take

	// maxJitter bounds how long after its time a backup begins. Of several
	// processes the first one to wake writes it, and the others find it there.
	// Two that wake within one writing write two, which does no harm.
	maxJitter = 10 * time.Minute

	firstJitter = 5 * time.Second
)

// Schedule keeps a bucket's newest backup younger than Every, and the others
// younger than Keep, for as long as Run runs, the bucket and the key service
// answer, and the backups are not Emptied. While none runs, nothing is deleted:
// what got too old then goes within two hours and a half of the next start. Any
// number of processes may run it on one bucket.
type Schedule struct {
	Every  time.Duration // 1 hour or more; 0 makes none, and only looks how old the newest is and prunes
	Keep   time.Duration // see Prune; 1 day or more, and 2 hours more than Every
	Source Source
	Bucket Bucket
	Sealer Sealer
	Log    func(Event) // called for each backup, each pruning that deletes and each failure; never two at a time

	newest atomic.Pointer[time.Time]
}

// Event is something the schedule did or failed to do.
type Event struct {
	Operation string // "backup_list", "backup_write", "backup_empty" (see Emptied), "backup_prune"
	Duration  time.Duration
	Err       error    // nothing of a customer; nil if it was done
	Report    Report   // of backup_write
	Deleted   []string // of backup_prune: the names of backups
}

// Run backs up whenever the newest backup in the bucket is older than Every, and
// prunes about every hour, until the context ends. A backup that fails is tried
// again after 10 minutes. When the context ends during a backup, Run returns
// once the bucket has taken back what was uploaded of it, which a program that
// ends should wait for.
func (s *Schedule) Run(ctx context.Context) {
	left, _ := s.look(ctx)
	for {
		// Never at once: processes start together. Without any backup it is
		// worse to wait than to make two.
		longest := maxJitter
		if s.Every > 0 {
			longest = min(longest, s.Every/20)
		}
		jitter := rand.N(longest)
		if s.newest.Load() == nil && left <= 0 {
			jitter = rand.N(firstJitter)
		}
		select {
		case <-time.After(max(min(left, lookEvery), 0) + jitter):
		case <-ctx.Done():
			return
		}
		left = s.round(ctx)
	}
}

// round returns how long it is until the next backup is due. It prunes whether
// or not a backup was made: what is old has to go in its time in any case.
func (s *Schedule) round(ctx context.Context) time.Duration {
	left, ok := s.look(ctx)
	if !ok {
		return left
	}
	if left <= 0 {
		left = s.backUp(ctx)
	}
	s.prune(ctx)
	return left
}

// Newest is when the newest backup that is known was begun; false if none is.
// Another process's backup is known after an hour and some minutes at most.
func (s *Schedule) Newest() (time.Time, bool) {
	newest := s.newest.Load()
	if newest == nil {
		return time.Time{}, false
	}
	return *newest, true
}

// look returns how long it is until the next backup is due, more than 0 if none
// ever is, and whether the bucket answered.
func (s *Schedule) look(ctx context.Context) (left time.Duration, ok bool) {
	began := time.Now()
	backups, err := List(ctx, s.Bucket)
	if err != nil {
		s.log(ctx, Event{Operation: "backup_list", Duration: time.Since(began), Err: err})
		return retryAfter, false
	}
	for _, b := range backups { // the newest first
		if !b.Ahead(began) { // or it would stop the backups until then
			s.newest.Store(&b.Created)
			return s.dueIn(s.Every - b.Age(began)), true
		}
	}
	s.newest.Store(nil)
	return s.dueIn(0), true
}

// dueIn is the time until a backup is due where backups are made at all.
func (s *Schedule) dueIn(left time.Duration) time.Duration {
	if s.Every == 0 {
		return lookEvery
	}
	return left
}

// backUp returns how long it is until the next look.
func (s *Schedule) backUp(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	began := time.Now()
	report, err := Write(ctx, s.Source, s.Bucket, s.Sealer, began)
	s.log(ctx, Event{Operation: "backup_write", Duration: time.Since(began), Err: err, Report: report})
	if err != nil {
		return retryAfter
	}
	s.newest.Store(&report.Created)
	began = time.Now()
	if err := Emptied(ctx, s.Bucket, s.Sealer, report, began); err != nil {
		s.log(ctx, Event{Operation: "backup_empty", Duration: time.Since(began), Err: err, Report: report})
	}
	return s.Every
}

func (s *Schedule) prune(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	began := time.Now()
	deleted, err := Prune(ctx, s.Bucket, s.Sealer, s.Keep, began)
	if len(deleted) == 0 && (err == nil || errors.Is(err, ErrEmpty)) {
		return // that Redis was lost is said with each backup
	}
	s.log(ctx, Event{Operation: "backup_prune", Duration: time.Since(began), Err: err, Deleted: deleted})
}

// log leaves out what only failed because the program ends.
func (s *Schedule) log(ctx context.Context, event Event) {
	if event.Err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	s.Log(event)
}
