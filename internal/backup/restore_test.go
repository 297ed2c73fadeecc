package backup_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

type counts = map[site.Outcome]int

func TestARestoreIntoALiveStoreReplacesOnlyWhatIsOlder(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	report := written(t, b, s, morning, record(1, 10), record(2, 10), record(3, 10), record(4, 10), record(5, 10), erasure(5, 11), erasure(6, 11), record(7, 10))
	live := func() *target {
		into := newTarget()
		into.records[siteName(1)] = record(1, 9).Record  // older than the backup
		into.records[siteName(2)] = record(2, 11).Record // newer
		into.records[siteName(3)] = record(3, 10).Record // the same
		into.records[siteName(6)] = record(6, 10).Record // erased according to the backup
		into.records[siteName(8)] = record(8, 10).Record // not in the backup
		into.erased[siteName(7)] = erasure(7, 12).ErasedAt
		return into
	}
	want := backup.Difference{
		Backup:        report.Backup,
		Records:       6,
		Sites:         counts{site.Replaced: 1, site.KeptNewer: 1, site.Same: 1, site.Added: 1, site.Erased: 2},
		Erasures:      counts{site.Marked: 1, site.Erased: 1},
		ErasuresUntil: morning,
		SiteNames: map[site.Outcome][]string{
			site.Replaced: {siteName(1)}, site.KeptNewer: {siteName(2)}, site.Same: {siteName(3)}, site.Added: {siteName(4)},
			site.Erased: {siteName(5), siteName(7)},
		},
		ErasureNames: map[site.Outcome][]string{site.Marked: {siteName(5)}, site.Erased: {siteName(6)}},
	}

	into := live()
	got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: report.Name, DryRun: true}))
	if err != nil {
		t.Fatal(err)
	}
	want.DryRun = true
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the dry run: %s", diff)
	}
	if diff := cmp.Diff(live().records, into.records); diff != "" || into.writes != 0 {
		t.Errorf("the dry run changed something: %s", diff)
	}

	got, err = backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: report.Name}))
	if err != nil {
		t.Fatal(err)
	}
	want.DryRun, want.Written = false, true
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantRecords := live().records
	wantRecords[siteName(1)], wantRecords[siteName(4)] = record(1, 10).Record, record(4, 10).Record
	delete(wantRecords, siteName(6))
	if diff := cmp.Diff(wantRecords, into.records); diff != "" {
		t.Error(diff)
	}
}

func TestAnOldBackupBringsNoErasedSiteBack(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	old := written(t, b, s, morning, record(1, 10), record(2, 10), record(3, 10))
	written(t, b, s, morning.AddDate(0, 0, 1), record(2, 10), record(3, 10), erasure(1, 23))
	newest := written(t, b, s, morning.AddDate(0, 0, 2), record(3, 10), erasure(1, 24), erasure(2, 24))

	for _, dryRun := range []bool{true, false} {
		into := newTarget()
		got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: old.Name, DryRun: dryRun}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counts{site.Erased: 2, site.Added: 1}, got.Sites); diff != "" {
			t.Errorf("dry run %v: %s", dryRun, diff)
		}
		if diff := cmp.Diff(counts{site.Marked: 2}, got.Erasures); diff != "" {
			t.Errorf("dry run %v: %s", dryRun, diff)
		}
		if !got.ErasuresUntil.Equal(newest.Created) || got.Unreadable != nil {
			t.Errorf("erasures known until %v, unreadable %v", got.ErasuresUntil, got.Unreadable)
		}
		if dryRun {
			continue
		}
		if names := slices.Collect(maps.Keys(into.records)); len(names) != 1 || names[0] != siteName(3) {
			t.Errorf("restored %v", names)
		}
		if at := into.erased[siteName(1)]; at.Day() != 24 {
			t.Errorf("of two erasures of a site the one of day %d counts", at.Day())
		}
	}
}

func TestASiteInstalledAgainAfterItsErasureComesBack(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, erasure(1, 11), record(1, 12))
	into := newTarget()
	got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{}))
	if err != nil || got.Sites[site.Added] != 1 || into.records[siteName(1)] == nil {
		t.Errorf("restored %+v, %v", got, err)
	}
}

func TestErasuresComeBeforeTheFirstRecord(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	entries := []site.Entry{erasure(5000, 11)}
	for n := range 1200 {
		entries = append(entries, record(n, 10))
	}
	written(t, b, s, morning, append(entries, erasure(5001, 11))...)
	var order []string
	_, err := backup.Restore(t.Context(), b, s, importFunc(func(batch []site.Entry) {
		kind := "records"
		if batch[0].Record == nil {
			kind = "erasures"
		}
		order = append(order, fmt.Sprintf("%d %s", len(batch), kind))
	}), soon(backup.Order{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2 erasures", "500 records", "500 records", "200 records"}, order); diff != "" {
		t.Error(diff)
	}
}

func TestARestoreRefusesWhileNewerBackupsCannotBeRead(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	old := written(t, b, s, morning, record(1, 10), record(2, 10))
	good := written(t, b, s, morning.Add(1*time.Hour), erasure(1, 22))
	cut := written(t, b, s, morning.Add(2*time.Hour), erasure(2, 22))
	b.objects[cut.Name] = b.objects[cut.Name][:cut.Size-1]
	foreign := written(t, b, localSealer(t, 2), morning.Add(3*time.Hour), erasure(2, 22))

	for name, test := range map[string]struct {
		order backup.Order
		calls int
	}{
		"refused":          {backup.Order{}, 0},
		"only said":        {backup.Order{DryRun: true}, 2},
		"forced":           {backup.Order{Force: true}, 2},
		"a forced dry run": {backup.Order{DryRun: true, Force: true}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			into := newTarget()
			test.order.Name = old.Name
			got, err := backup.Restore(t.Context(), b, s, into, soon(test.order))
			if refused := test.calls == 0; refused != errors.Is(err, backup.ErrNewerUnread) || refused != (err != nil) || into.calls != test.calls {
				t.Errorf("got %v after %d imports", err, into.calls)
			}
			if diff := cmp.Diff([]string{foreign.Name, cut.Name}, got.Unreadable); diff != "" {
				t.Error(diff)
			}
			if len(got.Risks) != 1 || !errors.Is(got.Risks[0], backup.ErrNewerUnread) || !strings.Contains(got.Risks[0].Error(), cut.Name) {
				t.Errorf("the risks are %v", got.Risks)
			}
			if !got.ErasuresUntil.Equal(good.Created) {
				t.Errorf("erasures known until %v", got.ErasuresUntil)
			}
			if test.order.Force && !test.order.DryRun && (len(into.records) != 1 || into.records[siteName(2)] == nil) {
				t.Errorf("restored %v", into.records)
			}
		})
	}
}

func TestARestoreRefusesABackupThatIsOlderThanErasuresAreRemembered(t *testing.T) {
	const day = 24 * time.Hour
	b, s := newBucket(), localSealer(t, 1)
	old := written(t, b, s, morning, record(1, 10))
	written(t, b, s, morning.Add(2*day), record(1, 10))
	for name, test := range map[string]struct {
		order   backup.Order
		age     time.Duration // of the older one
		risk    bool
		refused bool
	}{
		"on its last day":        {backup.Order{Name: old.Name}, 31 * day, false, false},
		"a second later":         {backup.Order{Name: old.Name}, 31*day + time.Second, true, true},
		"then the newer one":     {backup.Order{}, 31*day + time.Second, false, false},
		"the newest, when old":   {backup.Order{}, 34 * day, true, true},
		"a dry run only says it": {backup.Order{Name: old.Name, DryRun: true}, 34 * day, true, false},
		"forced":                 {backup.Order{Name: old.Name, Force: true}, 34 * day, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			into := newTarget()
			test.order.Now, test.order.ErasuresKept = morning.Add(test.age), 31*day
			got, err := backup.Restore(t.Context(), b, s, into, test.order)
			if errors.Is(err, backup.ErrTooOld) != test.refused || (err != nil) != test.refused || (into.calls == 0) != test.refused {
				t.Errorf("got %v after %d imports", err, into.calls)
			}
			if risk := len(got.Risks) == 1 && errors.Is(got.Risks[0], backup.ErrTooOld); risk != test.risk || !risk && got.Risks != nil {
				t.Errorf("the risks are %v", got.Risks)
			}
		})
	}
	got, err := backup.Restore(t.Context(), b, s, newTarget(), backup.Order{Now: morning.Add(2*day + time.Second)})
	if !errors.Is(err, backup.ErrTooOld) {
		t.Errorf("where nobody says how long erasures are remembered: %+v, %v", got, err)
	}
}

// A process whose clock is a year ahead wrote the first one.
func TestABackupThatIsDatedAheadIsOnlyRestoredByItsName(t *testing.T) {
	b, s, now := newBucket(), localSealer(t, 1), later
	ahead := written(t, b, s, now.AddDate(1, 0, 0), record(1, 10), record(3, 10), erasure(4, 11))
	written(t, b, s, now.Add(-2*time.Hour), erasure(3, 11), record(1, 10))
	newest := written(t, b, s, now.Add(-time.Hour), erasure(1, 11), record(2, 10), record(4, 10))

	into := newTarget()
	got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{}))
	if err != nil || got.Backup.Name != newest.Name || got.Risks != nil || !got.ErasuresUntil.Equal(newest.Created) {
		t.Errorf("restored %+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{siteName(2)}, slices.Collect(maps.Keys(into.records))); diff != "" {
		t.Errorf("the sites: %s", diff)
	}
	if v, err := backup.Verify(t.Context(), b, "", s, now, opensAll); err != nil || v.Name != newest.Name {
		t.Errorf("verified %+v, %v", v, err)
	}

	for name, order := range map[string]backup.Order{"refused": {}, "forced": {Force: true}, "only said": {DryRun: true}} {
		into, order.Name = newTarget(), ahead.Name
		got, err := backup.Restore(t.Context(), b, s, into, soon(order))
		if refused := name == "refused"; errors.Is(err, backup.ErrTooOld) != refused || (err != nil) != refused || (into.calls == 0) != refused {
			t.Errorf("%s: %v after %d imports", name, err, into.calls)
		}
		if len(got.Risks) != 1 || !errors.Is(got.Risks[0], backup.ErrTooOld) || !strings.Contains(got.Risks[0].Error(), "365 days ahead") {
			t.Errorf("%s: the risks are %v", name, got.Risks)
		}
		if !got.ErasuresUntil.Equal(newest.Created) || name != "refused" && got.Sites[site.Erased] != 2 {
			t.Errorf("%s: erasures are known until %v, and of the sites became %v", name, got.ErasuresUntil, got.Sites)
		}
	}

	// Without another one nobody knows how much of it is forgotten.
	alone := newBucket()
	written(t, alone, s, ahead.Created, record(1, 10))
	if _, err := backup.Restore(t.Context(), alone, s, newTarget(), soon(backup.Order{})); !errors.Is(err, backup.ErrNone) {
		t.Errorf("without its name: %v", err)
	}
	if got, err := backup.Restore(t.Context(), alone, s, newTarget(), soon(backup.Order{Name: ahead.Name, Force: true})); err != nil || !got.ErasuresUntil.IsZero() || got.Sites[site.Added] != 1 {
		t.Errorf("by its name: %+v, %v", got, err)
	}
}

func TestABackupThatIsDatedAheadMayBeTheOneWithTheSites(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	full := written(t, b, s, later.AddDate(1, 0, 0), record(1, 10))
	empty := written(t, b, s, later.Add(-time.Hour))
	_, restored := backup.Restore(t.Context(), b, s, newTarget(), soon(backup.Order{}))
	_, verified := backup.Verify(t.Context(), b, "", s, later, opensAll)
	for what, err := range map[string]error{"restoring": restored, "verifying": verified, "asked after writing": backup.Emptied(t.Context(), b, s, empty, later)} {
		if !errors.Is(err, backup.ErrEmpty) || !strings.Contains(err.Error(), full.Name) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnEmptyBackupIsNotTakenForTheSites(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, erasure(3, 10))
	alone, err := backup.Restore(t.Context(), b, s, newTarget(), soon(backup.Order{}))
	if err != nil || alone.Records != 0 {
		t.Errorf("the only one there is: %+v, %v", alone, err)
	}
	if v, err := backup.Verify(t.Context(), b, "", s, later, opensAll); err != nil || v.Records != 0 {
		t.Errorf("verifying the only one there is: %+v, %v", v, err)
	}

	full := written(t, b, s, morning.Add(1*time.Hour), record(1, 10), record(2, 10))
	cut := written(t, b, s, morning.Add(2*time.Hour), record(1, 10))
	b.objects[cut.Name] = b.objects[cut.Name][:cut.Size-1]
	written(t, b, s, morning.Add(3*time.Hour))
	empty := written(t, b, s, morning.Add(4*time.Hour))
	for _, order := range []backup.Order{{}, {DryRun: true}, {Force: true}} {
		into := newTarget()
		_, err := backup.Restore(t.Context(), b, s, into, soon(order))
		if !errors.Is(err, backup.ErrEmpty) || !strings.Contains(err.Error(), full.Name+" holds 2") || into.calls != 0 {
			t.Errorf("dry run %v, force %v: %v after %d imports", order.DryRun, order.Force, err, into.calls)
		}
	}
	for _, name := range []string{"", empty.Name} {
		v, err := backup.Verify(t.Context(), b, name, s, later, opensAll)
		if !errors.Is(err, backup.ErrEmpty) || !strings.Contains(err.Error(), full.Name) || v.Name != empty.Name {
			t.Errorf("verifying %q: %+v, %v", name, v, err)
		}
	}
	delete(b.objects, cut.Name) // which it would refuse for
	for name, holds := range map[string]int{empty.Name: 0, full.Name: 2} {
		got, err := backup.Restore(t.Context(), b, s, newTarget(), soon(backup.Order{Name: name}))
		if err != nil || got.Records != holds {
			t.Errorf("%s by its name: %+v, %v", name, got, err)
		}
	}

	b.onGet = func(number int) { b.cutGet, b.cutFrom, b.onlyOf = 500, number, full.Name }
	if _, err := backup.Restore(t.Context(), b, s, newTarget(), soon(backup.Order{})); !errors.Is(err, errBucket) {
		t.Errorf("while the older ones cannot be read: %v", err)
	}
	if err := backup.Emptied(t.Context(), b, s, empty, later); !errors.Is(err, errBucket) {
		t.Errorf("asked after writing: %v", err)
	}
}

func TestOnlyABackupWithoutSitesAndErasuresLooksEmptied(t *testing.T) {
	for name, test := range map[string]struct {
		older, newer []site.Entry
		want         bool
	}{
		"Redis was lost":              {[]site.Entry{record(1, 10)}, nil, true},
		"the last site was erased":    {[]site.Entry{record(1, 10)}, []site.Entry{erasure(1, 11)}, false},
		"a site is left":              {[]site.Entry{record(1, 10), record(2, 10)}, []site.Entry{record(1, 10)}, false},
		"there never was one":         {nil, nil, false},
		"there were only erased ones": {[]site.Entry{erasure(1, 11)}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBucket(), localSealer(t, 1)
			written(t, b, s, morning, test.older...)
			err := backup.Emptied(t.Context(), b, s, written(t, b, s, morning.Add(time.Hour), test.newer...), later)
			if errors.Is(err, backup.ErrEmpty) != test.want || (err != nil) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatMayHaveBeenWrittenIsSaid(t *testing.T) {
	s := localSealer(t, 1)
	for name, test := range map[string]struct {
		order   backup.Order
		damaged bool
		want    bool
	}{
		"the first batch fails":           {backup.Order{}, false, true},
		"the first of a dry run":          {backup.Order{DryRun: true}, false, false},
		"the backup is refused before it": {backup.Order{}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, into := newBucket(), newTarget()
			report := written(t, b, s, morning, record(1, 10))
			if test.damaged {
				b.objects[report.Name][report.Size-1]++
			}
			into.failAt = 1
			got, err := backup.Restore(t.Context(), b, s, into, soon(test.order))
			if err == nil || got.Written != test.want {
				t.Errorf("written %v, %v", got.Written, err)
			}
		})
	}
}

func TestANewerBackupThatCannotBeReadNowStopsTheRestore(t *testing.T) {
	s := localSealer(t, 1)
	b := newBucket()
	old := written(t, b, s, morning, record(1, 10))
	newer := written(t, b, s, morning.Add(time.Hour), erasure(1, 22))
	newerKey := strings.Split(string(b.objects[newer.Name]), `"`)[13]
	down := s
	down.openErr = func(sealed string) error {
		if sealed == newerKey {
			return seal.ErrKeyServiceUnavailable
		}
		return nil
	}
	broken := newBucket()
	broken.objects, broken.cutGet, broken.onlyOf = b.objects, 500, newer.Name

	for name, test := range map[string]struct {
		bucket *bucket
		sealer sealer
		want   error
	}{
		"the key service is down":  {b, down, seal.ErrKeyServiceUnavailable},
		"the connection breaks":    {broken, s, errBucket},
		"the bucket does not list": {&bucket{objects: b.objects, listErr: errBucket}, s, errBucket},
	} {
		t.Run(name, func(t *testing.T) {
			into := newTarget()
			if _, err := backup.Restore(t.Context(), test.bucket, test.sealer, into, soon(backup.Order{Name: old.Name})); !errors.Is(err, test.want) || into.calls != 0 {
				t.Errorf("got %v after %d imports, want %v", err, into.calls, test.want)
			}
		})
	}
}

func TestSitesThatAreToBeLeftOutAreLeftOut(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, record(1, 10), record(2, 10), record(3, 10), erasure(3, 9))
	into := newTarget()
	got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Without: []string{siteName(2), siteName(3)}}))
	if err != nil || got.LeftOut != 2 || len(into.records) != 1 || into.records[siteName(1)] == nil {
		t.Errorf("restored %+v, %v", got, err)
	}
	if into.erased[siteName(3)].IsZero() {
		t.Error("the erasure of a site that is left out was left out with it")
	}
	into = newTarget()
	got, err = backup.Restore(t.Context(), b, s, into, soon(backup.Order{Without: []string{siteName(2), siteName(2)[:12], strings.ToUpper(siteName(2))}}))
	if err != nil || got.LeftOut != 1 || into.records[siteName(2)] != nil {
		t.Errorf("of a site that is named twice, whole and by its beginning: %+v, %v", got, err)
	}
	for what, names := range map[string][]string{
		"a name that is not in the backup": {siteName(2), siteName(4)}, "less than the log shows": {siteName(2)[:11]}, "what is no name": {"client-2-and-more"},
	} {
		into = newTarget()
		if _, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Without: names})); err == nil || into.calls != 0 {
			t.Errorf("%s: %v after %d imports", what, err, into.calls)
		}
	}
}

func TestWhatDoesNotExistIsNotRestored(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	b.objects["notes.txt"] = []byte("x")
	for _, name := range []string{"", "notes.txt", "sites-20261122T063553Z.backup"} {
		into := newTarget()
		if _, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: name})); !errors.Is(err, backup.ErrNone) {
			t.Errorf("restoring %q: %v", name, err)
		}
		if _, err := backup.Verify(t.Context(), b, name, s, later, opensAll); !errors.Is(err, backup.ErrNone) {
			t.Errorf("verifying %q: %v", name, err)
		}
	}
}

func TestARestoreThatWasInterruptedIsFinishedByAnother(t *testing.T) {
	s := localSealer(t, 1)
	var entries []site.Entry
	for n := range 1200 {
		entries = append(entries, record(n, 10))
	}
	for name, change := range map[string]func(*bucket, *target){
		"the second download breaks": func(b *bucket, _ *target) { b.cutGet, b.cutFrom = 5*sealedChunk, 2 },
		"the target fails":           func(_ *bucket, into *target) { into.failAt = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			b, into := newBucket(), newTarget()
			written(t, b, s, morning, entries...)
			change(b, into)
			got, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{}))
			if !errors.Is(err, errBucket) && !errors.Is(err, errTarget) {
				t.Fatalf("got %v", err)
			}
			first := got.Sites[site.Added]
			if first == 0 || first != len(into.records) {
				t.Errorf("it says %d records were added, there are %d", first, len(into.records))
			}
			b.cutGet = 0
			got, err = backup.Restore(t.Context(), b, s, into, soon(backup.Order{}))
			if err != nil || len(into.records) != 1200 || got.Sites[site.Same] != first || got.Sites[site.Added] != 1200-first {
				t.Errorf("the second time: %v, %v; %d records", got.Sites, err, len(into.records))
			}
		})
	}
}

func TestABackupThatIsReplacedWhileItIsRestoredIsRefused(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	report := written(t, b, s, morning, record(1, 10))
	other := newBucket()
	written(t, other, s, morning, record(2, 10))
	b.onGet = func(number int) {
		if number == 2 {
			b.objects[report.Name] = other.objects[report.Name]
		}
	}
	into := newTarget()
	if _, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{})); !errors.Is(err, backup.ErrDamaged) || into.calls != 0 {
		t.Errorf("got %v after %d imports", err, into.calls)
	}
}

func TestATargetThatAnswersTooLittleIsNotBelieved(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, record(1, 10), record(2, 10))
	into := newTarget()
	into.short = true
	if _, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{})); err == nil {
		t.Error("the restore is said to be done")
	}
}

func TestOnlyTheFirstNamesAreListed(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, manySites()...)
	got, err := backup.Restore(t.Context(), b, s, newTarget(), soon(backup.Order{DryRun: true}))
	if err != nil || got.Sites[site.Added] != 999 || len(got.SiteNames[site.Added]) != 20 {
		t.Errorf("%d names of %d, %v", len(got.SiteNames[site.Added]), got.Sites[site.Added], err)
	}
}

func TestVerifyOpensEveryRecord(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	report := written(t, b, s, morning, manySites()...)
	written(t, b, s, morning.Add(-time.Hour), record(1, 10))
	var opened atomic.Int64
	verification, err := backup.Verify(t.Context(), b, "", s, later, func(_ context.Context, entry site.Entry) error {
		if entry.Record == nil {
			t.Error("an erasure was to be opened")
		}
		opened.Add(1)
		return nil
	})
	if err != nil || opened.Load() != 1000 {
		t.Errorf("opened %d records, %v", opened.Load(), err)
	}
	if diff := cmp.Diff(backup.Verification{Report: report}, verification); diff != "" {
		t.Error(diff)
	}
}

func TestVerifySaysWhichRecordsDoNotOpen(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, manySites()...)
	bad := map[string]bool{siteName(5): true, siteName(999): true}
	verification, err := backup.Verify(t.Context(), b, "", s, later, func(_ context.Context, entry site.Entry) error {
		if bad[entry.Name] {
			return seal.ErrTampered
		}
		return nil
	})
	if !errors.Is(err, backup.ErrUnopened) || verification.Unopened != 2 || verification.Records != 1000 {
		t.Errorf("got %+v, %v", verification, err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(bad)), verification.UnopenedNames); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyKnowsNothingWhileTheKeyServiceIsDown(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, manySites()...)
	var asked atomic.Int64
	verification, err := backup.Verify(t.Context(), b, "", s, later, func(context.Context, site.Entry) error {
		if asked.Add(1) > 100 {
			return fmt.Errorf("the record: %w", seal.ErrKeyServiceUnavailable)
		}
		return nil
	})
	if !errors.Is(err, seal.ErrKeyServiceUnavailable) || errors.Is(err, backup.ErrUnopened) || verification.Records != 0 {
		t.Errorf("got %+v, %v", verification, err)
	}
	if asked.Load() > 300 {
		t.Errorf("it went on for %d records", asked.Load())
	}
}
