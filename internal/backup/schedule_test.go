package backup_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"labelup/internal/backup"
	"labelup/internal/site"
)

// events keeps what a schedule says.
type events struct {
	mu   sync.Mutex
	list []backup.Event
}

func (e *events) add(event backup.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event)
}

// of returns those of an operation that failed or did not.
func (e *events) of(operation string, failed bool) []backup.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(e.list), func(event backup.Event) bool {
		return event.Operation != operation || failed != (event.Err != nil)
	})
}

// run starts a schedule for a day, 30 days kept, until the test ends.
func run(t *testing.T, b *bucket, e *events) (s *backup.Schedule, stop func()) {
	t.Helper()
	s = &backup.Schedule{
		Every: 24 * time.Hour, Keep: 30 * 24 * time.Hour,
		Source: source{entries: []site.Entry{record(1, 10)}}, Bucket: b, Sealer: localSealer(t, 1), Log: e.add,
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	return s, func() { cancel(); <-ended }
}

func backups(t *testing.T, b *bucket) []backup.Backup {
	t.Helper()
	list, err := backup.List(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAScheduleBacksUpOnceADayAndKeepsThirtyDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		s, stop := run(t, b, e)
		defer stop()
		synctest.Wait()
		if _, known := s.Newest(); known {
			t.Error("there is a newest backup in an empty bucket")
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if list := backups(t, b); len(list) != 1 {
			t.Fatalf("%d backups after ten minutes, want the first", len(list))
		}
		time.Sleep(90 * 24 * time.Hour)
		synctest.Wait()
		list := backups(t, b)
		if len(list) < 29 || len(list) > 32 {
			t.Errorf("%d backups are kept", len(list))
		}
		for i := range len(list) - 1 {
			if apart := list[i].Created.Sub(list[i+1].Created); apart < 24*time.Hour || apart > 24*time.Hour+11*time.Minute {
				t.Errorf("two backups are %v apart", apart)
			}
		}
		if newest, known := s.Newest(); !known || !newest.Equal(list[0].Created) {
			t.Errorf("the newest is said to be of %v, %v", newest, known)
		}
		writes, deleted := e.of("backup_write", false), 0
		for _, event := range e.of("backup_prune", false) {
			deleted += len(event.Deleted)
		}
		if len(writes)-deleted != len(list) || writes[0].Report.Records != 1 {
			t.Errorf("%d written, %d deleted, %d there", len(writes), deleted, len(list))
		}
	})
}

// TestNoBackupGetsOlderThanItIsKept at any moment, whatever the period, and also
// where none is made any more: the newest stays then, for want of a newer one.
func TestNoBackupGetsOlderThanItIsKept(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		every, keep time.Duration
		source      source
		byCommand   time.Duration // a backup by the command, each time
		least       int           // how many there are in the end
	}{
		"every week":                     {7 * day, 30 * day, source{entries: []site.Entry{record(1, 10)}}, 0, 4},
		"every day":                      {day, 30 * day, source{entries: []site.Entry{record(1, 10)}}, 0, 29},
		"as seldom as it may be":         {22 * time.Hour, day, source{entries: []site.Entry{record(1, 10)}}, 0, 1},
		"by command, every five days":    {0, 30 * day, source{err: errSource}, 5 * day, 5},
		"when none can be made any more": {day, 30 * day, source{err: errSource}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, e, sealer := newBucket(), &events{}, localSealer(t, 1)
				for n := range 5 {
					written(t, b, sealer, time.Now().Add(-test.keep*time.Duration(n)/5), record(1, 10))
				}
				s := &backup.Schedule{Every: test.every, Keep: test.keep, Source: test.source, Bucket: b, Sealer: sealer, Log: e.add}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go s.Run(ctx)
				for began, last := time.Now(), time.Now(); time.Since(began) < 60*day; time.Sleep(15 * time.Minute) {
					synctest.Wait()
					list := backups(t, b)
					if len(list) == 0 {
						t.Fatal("there is no backup")
					}
					for _, old := range list[1:] { // the newest may be as old as it likes
						if age := old.Age(time.Now()); age > test.keep {
							t.Fatalf("after %v there is a backup of %v, and it is kept for %v", time.Since(began), age, test.keep)
						}
					}
					if test.every > 0 && test.source.err == nil && list[0].Age(time.Now()) > test.keep {
						t.Fatalf("after %v the newest backup is of %v", time.Since(began), list[0].Age(time.Now()))
					}
					if test.byCommand > 0 && time.Since(last) >= test.byCommand {
						last = time.Now()
						written(t, b, sealer, last, record(1, 10))
					}
				}
				if n := len(backups(t, b)); n < test.least {
					t.Errorf("%d backups are left, want %d or more", n, test.least)
				}
			})
		})
	}
}

func TestOfManyProcessesOneWritesTheBackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		for range 8 {
			_, stop := run(t, b, e)
			defer stop()
		}
		time.Sleep(10 * 24 * time.Hour)
		synctest.Wait()
		if list := backups(t, b); len(list) != 10 {
			t.Errorf("%d backups after ten days", len(list))
		}
		if n := len(e.of("backup_write", false)); n != 10 {
			t.Errorf("%d were written", n)
		}
	})
}

func TestABackupThatIsYoungEnoughIsNotMadeAgainAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		made := written(t, b, localSealer(t, 1), time.Now().Add(-23*time.Hour))
		s, stop := run(t, b, e)
		defer stop()
		synctest.Wait()
		if newest, _ := s.Newest(); !newest.Equal(made.Created) {
			t.Errorf("right after the start the newest is of %v", newest)
		}
		time.Sleep(time.Hour - time.Second)
		synctest.Wait()
		if n := len(backups(t, b)); n != 1 {
			t.Errorf("%d backups after 24 hours less a second", n)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(backups(t, b)); n != 2 {
			t.Errorf("%d backups after 24 hours and 20 minutes", n)
		}
	})
}

func TestWhatFailsIsTriedAgainAndSaid(t *testing.T) {
	for name, test := range map[string]struct {
		operation      string
		breaks, mended func(*bucket)
	}{
		"the bucket does not list":    {"backup_list", func(b *bucket) { b.listErr = errBucket }, func(b *bucket) { b.listErr = nil }},
		"the upload breaks":           {"backup_write", func(b *bucket) { b.cutPut = 100 }, func(b *bucket) { b.cutPut = 0 }},
		"what is old cannot be found": {"backup_prune", func(b *bucket) { b.getErr = errBucket }, func(b *bucket) { b.getErr = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, e := newBucket(), &events{}
				written(t, b, localSealer(t, 1), time.Now().AddDate(0, 0, -40), record(1, 10))
				written(t, b, localSealer(t, 1), time.Now().AddDate(0, 0, -39), record(1, 10))
				test.breaks(b)
				_, stop := run(t, b, e)
				defer stop()
				time.Sleep(50 * time.Hour)
				synctest.Wait()
				failed := e.of(test.operation, true)
				if len(failed) == 0 || !errors.Is(failed[0].Err, errBucket) {
					t.Fatalf("said: %+v", e.list)
				}
				if perHour := len(failed) / 50; perHour > 6 {
					t.Errorf("tried %d times an hour", perHour)
				}
				b.set(test.mended)
				time.Sleep(26 * time.Hour)
				synctest.Wait()
				if len(backups(t, b)) == 0 || len(e.of(test.operation, true)) != len(failed) {
					t.Error("it did not recover")
				}
				if pruned := e.of("backup_prune", false); len(pruned) == 0 {
					t.Error("after it recovered nothing was pruned")
				}
			})
		})
	}
}

func TestABackupFromTheFutureDoesNotStopTheBackups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		written(t, b, localSealer(t, 1), time.Now().AddDate(1, 0, 0))
		s, stop := run(t, b, e)
		defer stop()
		time.Sleep(time.Hour)
		synctest.Wait()
		if list := backups(t, b); len(list) != 1 || list[0].Created.After(time.Now()) {
			t.Errorf("the backups are %+v", list)
		}
		if newest, _ := s.Newest(); newest.After(time.Now()) {
			t.Errorf("the newest is said to be of %v", newest)
		}
	})
}

func TestAProgramThatEndsLeavesNoHalfBackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		b.slow = 4 * time.Minute // the header, then a chunk
		_, stop := run(t, b, e)
		time.Sleep(11 * time.Minute)
		stop()
		if len(b.objects) != 0 || len(e.list) != 0 {
			t.Errorf("objects %s, events %+v", strings.Join(b.names(), " "), e.list)
		}
	})
}

func TestAScheduleDeletesNothingAfterRedisWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		for day := range 40 {
			written(t, b, localSealer(t, 1), time.Now().AddDate(0, 0, -day-1), record(1, 10))
		}
		s := &backup.Schedule{
			Every: 24 * time.Hour, Keep: 30 * 24 * time.Hour,
			Source: source{}, Bucket: b, Sealer: localSealer(t, 1), Log: e.add,
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Hour)
		defer cancel()
		s.Run(ctx)
		said := e.of("backup_empty", true)
		if n := len(e.of("backup_write", false)); n < 4 || len(said) != n || !errors.Is(said[0].Err, backup.ErrEmpty) {
			t.Errorf("%d were written, said: %+v", n, said)
		}
		if n := len(backups(t, b)); n != 40+len(said) || len(e.of("backup_prune", false)) > 0 {
			t.Errorf("%d backups are left", n)
		}
	})
}

func TestAScheduleWithoutATimeOnlyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		s := &backup.Schedule{Keep: 30 * 24 * time.Hour, Source: source{err: errSource}, Bucket: b, Sealer: localSealer(t, 1), Log: e.add}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.Run(ctx)
		time.Sleep(3 * time.Hour)
		if _, known := s.Newest(); known {
			t.Error("there is a newest backup in an empty bucket")
		}
		made := written(t, b, localSealer(t, 1), time.Now())
		time.Sleep(time.Hour + 11*time.Minute)
		if newest, known := s.Newest(); !known || !newest.Equal(made.Created) {
			t.Errorf("after an hour the newest is said to be of %v, %v", newest, known)
		}
		b.set(func(b *bucket) { b.listErr = errBucket })
		time.Sleep(90 * 24 * time.Hour)
		if n := len(b.names()); n != 1 {
			t.Errorf("there are %d backups", n)
		}
		if failed := e.of("backup_list", true); len(failed) == 0 || len(failed) != len(e.list) {
			t.Errorf("said: %+v", e.list)
		}
	})
}

func TestAnUploadThatHangsEndsAfterAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := newBucket(), &events{}
		b.slow = 24 * time.Hour
		_, stop := run(t, b, e)
		defer stop()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		failed := e.of("backup_write", true)
		if len(failed) != 1 || !errors.Is(failed[0].Err, context.DeadlineExceeded) || failed[0].Duration != time.Hour {
			t.Errorf("said: %+v", failed)
		}
	})
}
