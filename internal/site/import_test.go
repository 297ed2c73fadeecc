package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/internal/seal"
	"labelup/internal/site/redistest"
)

// entryOf is what a backup holds of an installation.
func entryOf(t testing.TB, sealer Sealer, i *connect.Installation) Entry {
	t.Helper()
	r, err := sealed(t.Context(), sealer, i)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	return Entry{Name: Name(i.ClientKey), Record: raw}
}

func TestWhatBecomesOfAnEntry(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	client := raw(t, server)
	keys := sealer(t, "k1")
	changed := func(secret string, at time.Time) *connect.Installation {
		i := here(site, secret)
		i.ChangedAt = at
		return i
	}
	older, same, newer := changed("older", now.Add(-time.Hour)), changed("same", now), changed("newer", now.Add(time.Hour))
	ancient := changed("ancient", now.Add(-31*day))
	entry := func(i *connect.Installation) Entry { return entryOf(t, keys, i) }
	edited := func(i *connect.Installation, old, replacement string) Entry {
		e := entry(i)
		text := strings.ReplaceAll(string(e.Record), old, replacement)
		if text == string(e.Record) {
			t.Fatalf("the record does not hold %q", old)
		}
		e.Record = json.RawMessage(text)
		return e
	}
	erased := func(at time.Time) Entry { return Entry{Name: Name(site), ErasedAt: at} }
	text := func(e Entry) string { return string(e.Record) }
	const untouched = "untouched"

	for _, test := range []struct {
		name    string
		live    string // "" for none
		mark    time.Time
		entries []Entry
		want    []Outcome
		secret  string // of the record afterwards, "" for no record, untouched for that of before
		marked  time.Time
	}{
		{"into an empty Redis", "", time.Time{}, []Entry{entry(older)}, []Outcome{Added}, "older", time.Time{}},
		{"over an older record", text(entry(older)), time.Time{}, []Entry{entry(same)}, []Outcome{Replaced}, "same", time.Time{}},
		{"over a newer record", text(entry(newer)), time.Time{}, []Entry{entry(same)}, []Outcome{KeptNewer}, "newer", time.Time{}},
		{"over a record of the same moment", text(entry(same)), time.Time{}, []Entry{entry(changed("other", now))}, []Outcome{Same}, "same", time.Time{}},
		{"over one of the same moment whose secrets do not open", text(edited(same, "v1.k1.", "v1.k9.")), time.Time{}, []Entry{entry(changed("healthy", now))}, []Outcome{Replaced}, "healthy", time.Time{}},
		{"over one of the same moment, and neither opens", text(edited(same, "v1.k1.", "v1.k9.")), time.Time{}, []Entry{edited(changed("other", now), "v1.k1.", "v1.k8.")}, []Outcome{Corrupt}, "v1.k9.", time.Time{}},
		{"secrets that do not open, over a healthy record of the same moment", text(entry(same)), time.Time{}, []Entry{edited(changed("other", now), "v1.k1.", "v1.k9.")}, []Outcome{Same}, "same", time.Time{}},
		{"two of the same moment, and only the second opens", "", time.Time{}, []Entry{edited(same, "v1.k1.", "v1.k9."), entry(changed("healthy", now))}, []Outcome{Added, Replaced}, "healthy", time.Time{}},
		{"several of one site: the newest stays", "", time.Time{}, []Entry{entry(same), entry(newer), entry(older)}, []Outcome{Added, Replaced, KeptNewer}, "newer", time.Time{}},

		{"what is no record", text(entry(older)), time.Time{}, []Entry{{Name: Name(site), Record: json.RawMessage(`"hello"`)}}, []Outcome{Corrupt}, "older", time.Time{}},
		{"no record where there is none", "", time.Time{}, []Entry{{Name: Name(site), Record: json.RawMessage(`"hello"`)}}, []Outcome{Corrupt}, "", time.Time{}},
		{"nothing", text(entry(older)), time.Time{}, []Entry{{Name: Name(site)}}, []Outcome{Corrupt}, "older", time.Time{}},
		{"the record of another site", "", time.Time{}, []Entry{{Name: Name(site), Record: entry(here("other", "x")).Record}}, []Outcome{Corrupt}, "", time.Time{}},
		{"a record of a newer program", "", time.Time{}, []Entry{edited(newer, `"version":1`, `"version":2`)}, []Outcome{Corrupt}, "", time.Time{}},
		{"secrets that do not open, over a healthy record", text(entry(older)), time.Time{}, []Entry{edited(newer, "v1.k1.", "v1.k9.")}, []Outcome{Corrupt}, "older", time.Time{}},
		{"secrets that do not open, where there is nothing to lose", "", time.Time{}, []Entry{edited(newer, "v1.k1.", "v1.k9.")}, []Outcome{Added}, "v1.k9.", time.Time{}},
		{"over what is no JSON", "hello", time.Time{}, []Entry{entry(older)}, []Outcome{Replaced}, "older", time.Time{}},
		{"over the record of another site", text(entry(here("other", "x"))), time.Time{}, []Entry{entry(older)}, []Outcome{Replaced}, "older", time.Time{}},
		{"over the record of a newer program", text(edited(older, `"version":1`, `"version":2`)), time.Time{}, []Entry{entry(newer)}, []Outcome{KeptNewer}, untouched, time.Time{}},

		{"an erasure that is new", "", time.Time{}, []Entry{erased(now)}, []Outcome{Marked}, "", now},
		{"an erasure that is known", "", now, []Entry{erased(now)}, []Outcome{Same}, "", now},
		{"an erasure before the one that is known", "", now, []Entry{erased(now.Add(-time.Hour))}, []Outcome{Same}, "", now},
		{"an erasure after the one that is known", "", now.Add(-time.Hour), []Entry{erased(now)}, []Outcome{Marked}, "", now},
		{"an erasure after the record", text(entry(older)), time.Time{}, []Entry{erased(now)}, []Outcome{Erased}, "", now},
		{"an erasure before the record", text(entry(newer)), time.Time{}, []Entry{erased(now)}, []Outcome{Marked}, "newer", now},
		{"an erasure that is known, and a record made since by a slow clock", text(entry(older)), now, []Entry{erased(now)}, []Outcome{Same}, "older", now},
		{"a record from before the known erasure", "", now, []Entry{entry(older)}, []Outcome{Erased}, "", now},
		{"a record from after the known erasure", "", now.Add(-time.Minute), []Entry{entry(same)}, []Outcome{Added}, "same", now.Add(-time.Minute)},
		{"a record, then its erasure", "", time.Time{}, []Entry{entry(older), erased(now)}, []Outcome{Added, Erased}, "", now},
		{"an erasure, then the record from before", "", time.Time{}, []Entry{erased(now), entry(older)}, []Outcome{Marked, Erased}, "", now},
		{"an erasure over an old record, then a new one", text(entry(older)), time.Time{}, []Entry{erased(now.Add(-time.Minute)), entry(same)}, []Outcome{Erased, Added}, "same", now.Add(-time.Minute)},
		{"both in one entry, the record from before", "", time.Time{}, []Entry{{Name: Name(site), ErasedAt: now, Record: entry(older).Record}}, []Outcome{Erased}, "", now},
		{"both in one entry, the record from after", "", time.Time{}, []Entry{{Name: Name(site), ErasedAt: now, Record: entry(newer).Record}}, []Outcome{Added}, "newer", now},
		{"an erasure that is over", text(entry(older)), time.Time{}, []Entry{erased(now.Add(-30 * day))}, []Outcome{Expired}, "older", time.Time{}},
		{"an erasure that is over, and a record from before", "", time.Time{}, []Entry{{Name: Name(site), ErasedAt: now.Add(-30 * day), Record: entry(ancient).Record}}, []Outcome{Erased}, "", time.Time{}},
		{"the same in two entries", "", time.Time{}, []Entry{erased(now.Add(-30 * day)), entry(ancient)}, []Outcome{Expired, Erased}, "", time.Time{}},
		{"an erasure that is over, and a record from after", "", time.Time{}, []Entry{{Name: Name(site), ErasedAt: now.Add(-30 * day), Record: entry(older).Record}}, []Outcome{Added}, "older", time.Time{}},
		{"a mark that cannot be read counts as of now", "", time.Unix(0, 0), []Entry{entry(older)}, []Outcome{Erased}, "", time.Unix(0, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := client.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			if test.live != "" {
				client.Set(t.Context(), siteKey(Name(site)), test.live, 0)
			}
			markText := ""
			if test.mark.Equal(time.Unix(0, 0)) {
				markText = "some day"
			} else if !test.mark.IsZero() {
				markText = test.mark.Format(time.RFC3339Nano)
			}
			if markText != "" {
				client.Set(t.Context(), erasedKey(Name(site)), markText, 0)
			}
			s.forget("")
			_, _ = s.Installation(t.Context(), site) // so that there is something to forget

			dry, err := s.Import(t.Context(), test.entries, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := client.Get(t.Context(), siteKey(Name(site))).Val(); got != test.live {
				t.Error("a dry run wrote the record")
			}
			if got := client.Get(t.Context(), erasedKey(Name(site))).Val(); got != markText {
				t.Error("a dry run wrote the mark")
			}
			wet, err := s.Import(t.Context(), test.entries, true)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, wet); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(wet, dry); diff != "" {
				t.Errorf("the dry run said something else: %s", diff)
			}

			stored := client.Get(t.Context(), siteKey(Name(site))).Val()
			got, readErr := s.Installation(t.Context(), site)
			switch test.secret {
			case "":
				if stored != "" || !errors.Is(readErr, connect.ErrUnknownSite) {
					t.Errorf("there is a record: %q, %v", stored, readErr)
				}
			case untouched:
				if stored != test.live {
					t.Errorf("it was written: %s", stored)
				}
			case "v1.k9.":
				if !strings.Contains(stored, test.secret) || !errors.Is(readErr, seal.ErrUnknownKey) {
					t.Errorf("stored %q, %v", stored, readErr)
				}
			default:
				if readErr != nil || string(got.SharedSecret) != test.secret {
					t.Errorf("the record is %v, %v", got, readErr)
				}
			}
			mark := client.Get(t.Context(), erasedKey(Name(site))).Val()
			switch {
			case test.marked.Equal(time.Unix(0, 0)):
				if mark != markText {
					t.Errorf("the mark is %q", mark)
				}
			case test.marked.IsZero():
				if mark != "" {
					t.Errorf("the mark is %q", mark)
				}
			default:
				if mark != test.marked.Format(time.RFC3339Nano) {
					t.Errorf("the mark is %q", mark)
				}
			}

			again, err := s.Import(t.Context(), test.entries, true)
			if err != nil {
				t.Fatal(err)
			}
			for i, outcome := range again {
				if outcome == Added || outcome == Replaced || outcome == Marked {
					t.Errorf("importing again does entry %d again: %s", i, outcome)
				}
			}
		})
	}
}

// interfering is a store during whose transactions something happens, once.
func interfering(t *testing.T, server *redistest.Server, happen func()) *Store {
	t.Helper()
	var asked atomic.Int32
	return openAs(t, server.URL(), sealer(t, "k1"), Options{}, Settings{
		Now: func() time.Time { return now },
		Observe: func(call Call) {
			// The first question comes before the transaction.
			if call.Operation == "redis_get" && asked.Add(1) == 2 {
				happen()
			}
		},
	})
}

func TestAnImportThatIsOvertakenDecidesAgain(t *testing.T) {
	keys := sealer(t, "k1")
	newer := here(site, "newer")
	newer.ChangedAt = now
	for _, test := range []struct {
		name   string
		live   *connect.Installation
		happen func(other *Store)
		want   Outcome
		secret connect.Secret
	}{
		{"by an install where there was none", nil, func(other *Store) { change(t, other, site, nil, newer) }, KeptNewer, "newer"},
		{"by a newer record over an older one", here(site, "oldest"), func(other *Store) { change(t, other, site, nil, newer) }, KeptNewer, "newer"},
		{"by an erasure where there was none", nil, func(other *Store) { erase(t, other, site) }, Erased, ""},
		{"by an erasure of an older one", here(site, "oldest"), func(other *Store) { erase(t, other, site) }, Erased, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := redistest.Start(t)
			other := open(t, server.URL())
			if test.live != nil {
				test.live.ChangedAt = now.Add(-2 * time.Hour)
				change(t, other, site, nil, test.live)
			}
			happened := false
			s := interfering(t, server, func() { happened = true; test.happen(other) })
			backup := here(site, "backup")
			backup.ChangedAt = now.Add(-time.Hour)
			outcomes, err := s.Import(t.Context(), []Entry{entryOf(t, keys, backup)}, true)
			if err != nil || !happened || outcomes[0] != test.want {
				t.Fatalf("overtaken: %v; %v, %v", happened, outcomes, err)
			}
			got, err := s.Installation(t.Context(), site)
			if test.secret == "" && !errors.Is(err, connect.ErrUnknownSite) || test.secret != "" && (err != nil || got.SharedSecret != test.secret) {
				t.Errorf("the record is %v, %v", got, err)
			}
		})
	}
}

func TestABackupOfManySitesIsBroughtBackAsItWas(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	want := map[string]*connect.Installation{}
	for i := range 350 {
		clientKey := fmt.Sprint("site ", i)
		want[clientKey] = here(clientKey, fmt.Sprint("secret ", i))
		if i%3 == 0 {
			want[clientKey] = installed(clientKey, "") // uninstalled and blocked
			want[clientKey].PreviousSecret = ""
		}
		change(t, s, clientKey, nil, want[clientKey])
	}
	backup := export(t, s)
	uninstalled := (len(want) + 2) / 3 // each has a mark
	if len(backup) != len(want)+uninstalled {
		t.Fatalf("%d entries of %d sites, of which %d are uninstalled", len(backup), len(want), uninstalled)
	}
	elsewhere := redistest.Start(t)
	other := open(t, elsewhere.URL())
	outcomes, err := other.Import(t.Context(), backup, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, outcome := range outcomes {
		if want := map[bool]Outcome{true: Marked, false: Added}[backup[i].Record == nil]; outcome != want {
			t.Errorf("entry %d: %s, want %s", i, outcome, want)
		}
	}
	for clientKey, record := range want {
		if diff := cmp.Diff(record, read(t, other, clientKey)); diff != "" {
			t.Errorf("%s: %s", clientKey, diff)
		}
		name := Name(clientKey)
		if got, want := left(t, elsewhere, siteKey(name)), left(t, server, siteKey(name)); (got - want).Abs() > time.Minute {
			t.Errorf("%s expires in %v, and did in %v", clientKey, got, want)
		}
	}
	if diff := cmp.Diff(backup, export(t, other), cmp.Transformer("byName", byName)); diff != "" {
		t.Errorf("exported again: %s", diff)
	}
}

func byName(entries []Entry) map[string]string {
	names := map[string]string{}
	for _, e := range entries {
		names[e.Name] += string(e.Record) + e.ErasedAt.String()
	}
	return names
}

func TestAnImportIsBounded(t *testing.T) {
	s := open(t, redistest.Start(t).URL())
	if _, err := s.Import(t.Context(), make([]Entry, MaxImport+1), false); err == nil || errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("too many entries: %v", err)
	}
	if outcomes, err := s.Import(t.Context(), nil, true); err != nil || len(outcomes) != 0 {
		t.Errorf("nothing: %v, %v", outcomes, err)
	}
}

func TestAnExportAndAnImportSayWhenRedisIsDown(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	change(t, s, site, nil, here(site, "s3cr3t"))
	backup := export(t, s)
	stop := errors.New("stop")
	if err := s.Export(t.Context(), func(Entry) error { return stop }); err != stop { //nolint:errorlint // "as it is" is what is tested
		t.Errorf("an error of visit comes back as %v", err)
	}
	server.Stop()
	for name, ask := range map[string]func() error{
		"export": func() error { return s.Export(t.Context(), func(Entry) error { return nil }) },
		"each":   func() error { return s.Each(t.Context(), func(Summary) error { return nil }) },
		"import": func() error { _, err := s.Import(t.Context(), backup, true); return err },
		"status": func() error { _, err := s.Status(t.Context()); return err },
		"held":   func() error { _, err := s.Held(t.Context(), site); return err },
		"reseal": func() error { _, err := s.Reseal(t.Context(), Name(site)); return err },
		"block":  func() error { return s.SetBlocked(t.Context(), Name(site), true) },
	} {
		t.Run(name, func(t *testing.T) { answersWithin(t, 3*time.Second, ask) })
	}
}

func TestAKeyServiceThatIsDownChangesNothing(t *testing.T) {
	server := redistest.Start(t)
	change(t, open(t, server.URL()), site, nil, here(site, "older"))
	down := errors.New("the key service is down")
	s := openWith(t, server.URL(), failingSealer{sealer(t, "k1"), down}, Options{})
	newer := here(site, "newer")
	newer.ChangedAt = now.Add(time.Hour)
	if _, err := s.Import(t.Context(), []Entry{entryOf(t, sealer(t, "k1"), newer)}, true); !errors.Is(err, connect.ErrStoreUnavailable) || !errors.Is(err, down) {
		t.Errorf("import: %v", err)
	}
	if _, err := s.Import(t.Context(), []Entry{entryOf(t, sealer(t, "k1"), here(site, "other"))}, true); !errors.Is(err, connect.ErrStoreUnavailable) || !errors.Is(err, down) {
		t.Errorf("import of a record of the same moment with other secrets: %v", err)
	}
	if outcomes, err := s.Import(t.Context(), export(t, s), true); err != nil || outcomes[0] != Same {
		t.Errorf("import of what is there: %v, %v", outcomes, err)
	}
	if _, err := s.Installation(t.Context(), site); !errors.Is(err, down) || errors.Is(err, ErrCorrupt) {
		t.Errorf("reading: %v", err)
	}
	if err := s.Change(t.Context(), "fresh", token("t", "b"), to(here("fresh", "s3cr3t"))); !errors.Is(err, connect.ErrStoreUnavailable) || !errors.Is(err, down) {
		t.Errorf("an install: %v", err)
	}
	healthy := open(t, server.URL())
	if got := read(t, healthy, site); got.SharedSecret != "older" {
		t.Errorf("the record is %q", string(got.SharedSecret))
	}
	// The failed install left nothing, and may come again.
	change(t, healthy, "fresh", token("t", "b"), here("fresh", "s3cr3t"))
	read(t, healthy, "fresh")
}

func TestCheckingAnEntryAsksNobodyButTheKeys(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	server.Stop()
	healthy := entryOf(t, sealer(t, "k1"), here(site, "s3cr3t"))
	for name, test := range map[string]struct {
		entry Entry
		want  error
	}{
		"a healthy record":           {healthy, nil},
		"an erasure":                 {Entry{Name: Name(site), ErasedAt: now}, nil},
		"a record of another site":   {Entry{Name: Name("other"), Record: healthy.Record}, ErrCorrupt},
		"what is no record":          {Entry{Name: Name(site), Record: json.RawMessage(`"hello"`)}, ErrCorrupt},
		"secrets of another key":     {entryOf(t, sealer(t, "k2"), here(site, "s3cr3t")), seal.ErrUnknownKey},
		"a record of an uninstalled": {entryOf(t, sealer(t, "k2"), &connect.Installation{ClientKey: site, UninstalledAt: now}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Check(t.Context(), test.entry); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
