package site

import (
	"encoding/json"
	"testing"
	"time"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

const day = 24 * time.Hour

// at is a store whose clock stands still at a time.
func at(t testing.TB, server *redistest.Server, clock time.Time, keep Keep) *Store {
	t.Helper()
	return openAs(t, server.URL(), sealer(t, "k1"), Options{}, Settings{Keep: keep, Now: func() time.Time { return clock }})
}

// absent is what left returns for a key that is not there.
const absent = -time.Second

// left is after how long Redis will delete a key, to the second; 0 is never.
func left(t testing.TB, server *redistest.Server, key string) time.Duration {
	t.Helper()
	ttl, err := raw(t, server).PTTL(t.Context(), key).Result()
	if err != nil {
		t.Fatal(err)
	}
	switch ttl {
	case -1:
		return 0
	case -2:
		return absent
	default:
		return ttl.Round(time.Second)
	}
}

// isLeft reports whether that much is left of want: some seconds less do, for the
// clock of Redis runs while a test does.
func isLeft(got, want time.Duration) bool {
	return got == want || got > 0 && got < want && want-got < 10*time.Second
}

func TestARecordIsKeptUntilItsTimeAfterTheUninstallIsOver(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	gone := installed(site, "s3cr3t")
	gone.BlockedAt = time.Time{}
	back := *gone
	back.UninstalledAt = time.Time{}
	name := Name(site)
	for _, test := range []struct {
		name    string
		keep    time.Duration
		after   time.Duration // when the record is written
		want    time.Duration
		deleted bool
	}{
		{"at the uninstall", 0, 0, 30 * day, false},
		{"the day before its end", 0, 29 * day, day, false},
		{"a minute before its end", 0, 30*day - time.Minute, time.Minute, false},
		{"at its end", 0, 30 * day, 0, true},
		{"the day after its end", 0, 31 * day, 0, true},
		{"with another setting", 10 * day, 9 * day, day, false},
		{"with a setting that became shorter", 10 * day, 20 * day, 0, true},
		{"with a setting that became longer", 365 * day, 20 * day, 345 * day, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			change(t, at(t, server, now, Keep{}), site, nil, &back)
			if got := left(t, server, siteKey(name)); got != 0 {
				t.Errorf("the record of an installed site expires in %v", got)
			}
			change(t, at(t, server, now, Keep{}), site, nil, gone)
			later := at(t, server, now.Add(test.after), Keep{AfterUninstall: test.keep})
			if err := later.SetBlocked(t.Context(), name, true); err != nil {
				t.Fatal(err)
			}
			if test.deleted {
				waitFor(t, 3*time.Second, "Redis to delete the record", func() bool {
					return raw(t, server).Exists(t.Context(), siteKey(name)).Val() == 0
				})
				return
			}
			if got := left(t, server, siteKey(name)); !isLeft(got, test.want) {
				t.Errorf("the record expires in %v, want %v", got, test.want)
			}
			change(t, later, site, nil, nil)
			if got := left(t, server, siteKey(name)); !isLeft(got, test.want) {
				t.Errorf("a change of nothing leaves %v", got)
			}
			change(t, later, site, nil, &back)
			if got := left(t, server, siteKey(name)); got != 0 {
				t.Errorf("the record of a site that came back expires in %v", got)
			}
		})
	}
}

func TestWhatIsOverIsNeitherExportedNorImported(t *testing.T) {
	server := redistest.Start(t)
	uninstalled := installed(site, "")
	uninstalled.PreviousSecret, uninstalled.ChangedAt = "", now
	change(t, at(t, server, now, Keep{}), site, nil, uninstalled)
	if _, err := at(t, server, now, Keep{}).Erase(t.Context(), Name("erased")); err != nil {
		t.Fatal(err)
	}
	backup := export(t, at(t, server, now, Keep{}))
	if len(backup) != 3 { // the uninstalled site has a mark too
		t.Fatalf("the backup has %d entries", len(backup))
	}
	const kept = 10 * time.Second
	for _, test := range []struct {
		name     string
		keep     Keep
		after    time.Duration
		exported int // of the record: the mark is Redis' to delete
		ofRecord Outcome
		ofMarks  Outcome
		record   time.Duration // left after the import
		marks    time.Duration
	}{
		{"the day before", Keep{}, 29 * day, 1, Added, Marked, day, day},
		{"seconds before", Keep{}, 30*day - kept, 1, Added, Marked, kept, kept},
		{"to the second", Keep{}, 30 * day, 0, Expired, Expired, absent, absent},
		{"the day after", Keep{}, 31 * day, 0, Expired, Expired, absent, absent},
		{"with other settings", Keep{AfterUninstall: 5 * day, Erasures: 90 * day}, 6 * day, 0, Expired, Marked, absent, 84 * day},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := at(t, server, now.Add(test.after), test.keep)
			records := 0
			for _, entry := range export(t, s) {
				if len(entry.Record) > 0 {
					records++
				}
			}
			if records != test.exported {
				t.Errorf("%d records are exported, want %d", records, test.exported)
			}

			empty := redistest.Start(t)
			s = at(t, empty, now.Add(test.after), test.keep)
			outcomes, err := s.Import(t.Context(), backup, true)
			if err != nil {
				t.Fatal(err)
			}
			for i, entry := range backup {
				if want := map[bool]Outcome{true: test.ofMarks, false: test.ofRecord}[entry.Record == nil]; outcomes[i] != want {
					t.Errorf("entry %d: %s, want %s", i, outcomes[i], want)
				}
			}
			if got := left(t, empty, siteKey(Name(site))); !isLeft(got, test.record) {
				t.Errorf("the record is left for %v, want %v", got, test.record)
			}
			for _, clientKey := range []string{site, "erased"} {
				if got := left(t, empty, erasedKey(Name(clientKey))); !isLeft(got, test.marks) {
					t.Errorf("a mark is left for %v, want %v", got, test.marks)
				}
			}
		})
	}
}

// export is all that Export says, in its order.
func export(t testing.TB, s *Store) []Entry {
	t.Helper()
	var entries []Entry
	if err := s.Export(t.Context(), func(e Entry) error {
		// As a backup does with it.
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		var read Entry
		if err := json.Unmarshal(text, &read); err != nil {
			return err
		}
		entries = append(entries, read)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestAReinstallWithinTheTimeFindsItsRecord(t *testing.T) {
	server := redistest.Start(t)
	change(t, at(t, server, now, Keep{}), site, nil, installed(site, ""))
	s := at(t, server, now.Add(29*day), Keep{})
	var found *connect.Installation
	if err := s.Change(t.Context(), site, nil, func(current *connect.Installation) (*connect.Installation, error) {
		found = current
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if found == nil || !found.InstalledAt.Equal(installed(site, "").InstalledAt) {
		t.Errorf("the install call finds %+v", found)
	}
}
