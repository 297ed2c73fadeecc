package site

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/internal/seal"
	"labelup/internal/site/redistest"
)

// failingSealer has a key service that is down.
type failingSealer struct {
	*seal.Local
	err error
}

func (s failingSealer) Open(context.Context, string, seal.Binding) ([]byte, error) { return nil, s.err }
func (s failingSealer) Seal(context.Context, []byte, seal.Binding) (string, error) { return "", s.err }

// unknownFields are what a newer program may have written.
const unknownFields = `"aList":[1,{"b":"<&>"}],"newSecret":"v9.sealed","zero":null`

func TestWhatANewerProgramWroteSurvivesEveryWrite(t *testing.T) {
	server := redistest.Start(t)
	s, rotated := open(t, server.URL()), openWith(t, server.URL(), sealer(t, "k2", "k1"), Options{})
	client, key, name := raw(t, server), siteKey(Name(site)), Name(site)
	change(t, s, site, nil, here(site, "s3cr3t"))
	stored := client.Get(t.Context(), key).Val()
	client.Set(t.Context(), key, strings.TrimSuffix(stored, "}")+","+unknownFields+"}", 0)

	edit := func(edit func(*connect.Installation)) func() error {
		return func() error {
			return rotated.Change(t.Context(), site, nil, func(current *connect.Installation) (*connect.Installation, error) {
				edit(current)
				return current, nil
			})
		}
	}
	var backup []Entry
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"enable", edit(func(i *connect.Installation) { i.Enabled = !i.Enabled })},
		{"block", func() error { return rotated.SetBlocked(t.Context(), name, true) }},
		{"reseal", func() error { _, err := rotated.Reseal(t.Context(), name); return err }},
		{"unblock", func() error { return rotated.SetBlocked(t.Context(), name, false) }},
		{"rotate", edit(func(i *connect.Installation) { i.SharedSecret = "rotated" })},
		{"uninstall", edit(func(i *connect.Installation) { i.SharedSecret, i.PreviousSecret, i.UninstalledAt = "", "", now })},
		{"install", func() error {
			return rotated.Change(t.Context(), site, nil, to(here(site, "again")))
		}},
		{"export", func() error { backup = export(t, rotated); return client.FlushAll(t.Context()).Err() }},
		{"import", func() error { _, err := rotated.Import(t.Context(), backup, true); return err }},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if step.name == "export" {
			continue
		}
		stored := client.Get(t.Context(), key).Val()
		var got, want map[string]any
		if err := errors.Join(json.Unmarshal([]byte(stored), &got), json.Unmarshal([]byte("{"+unknownFields+"}"), &want)); err != nil {
			t.Fatalf("after %s: %v", step.name, err)
		}
		for field, value := range want {
			if diff := cmp.Diff(value, got[field]); diff != "" || strings.Count(stored, `"`+field+`"`) != 1 {
				t.Errorf("after %s %s is %v", step.name, field, got[field])
			}
		}
		read(t, rotated, site)
	}
	erase(t, rotated, site)
	change(t, rotated, site, nil, here(site, "fresh"))
	if stored := client.Get(t.Context(), key).Val(); strings.Contains(stored, "aList") {
		t.Error("after an erasure something is left")
	}
}

func TestWhatIsNotKeptAnyMoreIsShownUntilTheRecordIsWrittenNext(t *testing.T) {
	server := redistest.Start(t)
	s, rotated := open(t, server.URL()), openWith(t, server.URL(), sealer(t, "k2", "k1"), Options{})
	client, key, name := raw(t, server), siteKey(Name(site)), Name(site)
	change(t, s, site, nil, here(site, "s3cr3t"))
	now := client.Get(t.Context(), key).Val()
	const former = `"cloudId":"cloud","installationId":"installation","entitlementId":"entitlement","entitlementNumber":"E-1"`
	earlier := strings.TrimSuffix(now, "}") + "," + former + "}"
	backup := []Entry{{Name: name, Record: json.RawMessage(earlier)}}

	for what, write := range map[string]func() error{
		"a lifecycle call": func() error {
			return s.Change(t.Context(), site, nil, func(current *connect.Installation) (*connect.Installation, error) { return current, nil })
		},
		"a block":                      func() error { return s.SetBlocked(t.Context(), name, true) },
		"sealing it with another key":  func() error { _, err := rotated.Reseal(t.Context(), name); return err },
		"sealing it with the same key": func() error { _, err := s.Reseal(t.Context(), name); return err },
		"a restore": func() error {
			if err := client.Del(t.Context(), key).Err(); err != nil {
				return err
			}
			_, err := s.Import(t.Context(), backup, true)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			client.Set(t.Context(), key, earlier, 0)
			fields, err := s.Held(t.Context(), site)
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range formerFields {
				if !slices.Contains(fields, HeldField{Name: field, Value: "no longer kept: it goes when the record is written next"}) {
					t.Errorf("%s is stored and not shown so: %v", field, fields)
				}
			}
			if isCurrent(t, s) {
				t.Error("the record counts as current with them")
			}
			if err := write(); err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(client.Get(t.Context(), key).Val()), &got); err != nil {
				t.Fatal(err)
			}
			for _, field := range formerFields {
				if _, ok := got[field]; ok {
					t.Errorf("%s is there after it", field)
				}
			}
			if got["oauthClientId"] != "oauth" {
				t.Errorf("what is kept has gone: %v", got)
			}
			if !isCurrent(t, rotated) && !isCurrent(t, s) {
				t.Error("the record does not count as current without them")
			}
		})
	}
}

// isCurrent is what a list says of the only site.
func isCurrent(t *testing.T, s *Store) (current bool) {
	t.Helper()
	if err := s.Each(t.Context(), func(summary Summary) error { current = summary.Current; return nil }); err != nil {
		t.Fatal(err)
	}
	return current
}

func TestAFieldIsKnownWhateverItsCase(t *testing.T) {
	r, err := parseWhole(Name("x"), `{"version":1,"clientKey":"x","baseUrl":"","enabled":false,"ENABLED":true,"other":1}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]json.RawMessage{"other": json.RawMessage("1")}, r.unknown); diff != "" {
		t.Error(diff)
	}
}

func TestABlockIsSeenByAllProcessesAndEndsOnlyWhenToldTo(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, nil, here(site, "s3cr3t"))
	listens(t, other, 0)
	onlyInvalidation(other)
	client, key := raw(t, server), siteKey(Name(site))

	for _, blocked := range []bool{true, false} {
		read(t, other, site)
		for range 2 { // the second time nothing is left to do
			if err := s.SetBlocked(t.Context(), Name(site), blocked); err != nil {
				t.Fatal(err)
			}
		}
		want := here(site, "s3cr3t")
		if blocked {
			want.BlockedAt = now
		}
		if diff := cmp.Diff(want, read(t, s, site)); diff != "" {
			t.Error(diff)
		}
		waitFor(t, time.Second, "the other process", func() bool { return read(t, other, site).BlockedAt.IsZero() != blocked })
	}

	before := client.Get(t.Context(), key).Val()
	if err := s.SetBlocked(t.Context(), Name(site), false); err != nil || client.Get(t.Context(), key).Val() != before {
		t.Errorf("what is not blocked was written: %v", err)
	}
	if err := s.SetBlocked(t.Context(), Name("nobody"), true); !errors.Is(err, connect.ErrUnknownSite) || errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("an unknown site: %v", err)
	}
	client.Set(t.Context(), siteKey(Name("corrupt")), "hello", 0)
	if err := s.SetBlocked(t.Context(), Name("corrupt"), true); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a corrupt record: %v", err)
	}
}

func TestResealingWritesOnlyWhatIsNotSealedWithTheKeyOfNow(t *testing.T) {
	server := redistest.Start(t)
	old, s := openWith(t, server.URL(), sealer(t, "old"), Options{}), openWith(t, server.URL(), sealer(t, "new", "old"), Options{})
	after := openWith(t, server.URL(), sealer(t, "new"), Options{})
	client, key := raw(t, server), siteKey(Name(site))
	change(t, old, site, nil, here(site, "s3cr3t"))
	gone := installed("gone", "")
	gone.PreviousSecret = ""
	change(t, old, "gone", nil, gone)

	want := read(t, s, site)
	if changed, err := s.Reseal(t.Context(), Name(site)); !changed || err != nil {
		t.Fatalf("%v, %v", changed, err)
	}
	stored := client.Get(t.Context(), key).Val()
	if strings.Contains(stored, "v1.old.") || strings.Count(stored, "v1.new.") != 2 {
		t.Errorf("stored %s", stored)
	}
	if diff := cmp.Diff(want, read(t, after, site)); diff != "" {
		t.Errorf("without the old key: %s", diff)
	}
	for _, clientKey := range []string{site, "gone"} {
		before := client.Get(t.Context(), siteKey(Name(clientKey))).Val()
		if changed, err := s.Reseal(t.Context(), Name(clientKey)); changed || err != nil {
			t.Errorf("%s again: %v, %v", clientKey, changed, err)
		}
		if client.Get(t.Context(), siteKey(Name(clientKey))).Val() != before {
			t.Errorf("%s was written again", clientKey)
		}
	}
	if _, err := s.Reseal(t.Context(), Name("nobody")); !errors.Is(err, connect.ErrUnknownSite) {
		t.Errorf("an unknown site: %v", err)
	}

	client.Del(t.Context(), key)
	change(t, old, site, nil, here(site, "s3cr3t"))
	stored = client.Get(t.Context(), key).Val()
	if changed, err := after.Reseal(t.Context(), Name(site)); changed || !errors.Is(err, ErrCorrupt) || !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("a key that is gone: %v, %v", changed, err)
	}
	down := errors.New("the key service is down")
	failing := openWith(t, server.URL(), failingSealer{sealer(t, "new", "old"), down}, Options{})
	if changed, err := failing.Reseal(t.Context(), Name(site)); changed || !errors.Is(err, down) || !errors.Is(err, connect.ErrStoreUnavailable) || errors.Is(err, ErrCorrupt) {
		t.Errorf("a key service that is down: %v, %v", changed, err)
	}
	if client.Get(t.Context(), key).Val() != stored {
		t.Error("a failure wrote")
	}
}

func TestResealingThatIsOvertakenKeepsTheNewerRecord(t *testing.T) {
	server := redistest.Start(t)
	change(t, openWith(t, server.URL(), sealer(t, "old"), Options{}), site, nil, here(site, "old"))
	other := openWith(t, server.URL(), sealer(t, "old"), Options{})
	happened := false
	s := openAs(t, server.URL(), sealer(t, "new", "old"), Options{}, Settings{Observe: func(call Call) {
		if call.Operation == "redis_get" && !happened {
			happened = true
			change(t, other, site, nil, here(site, "rotated"))
		}
	}})
	if changed, err := s.Reseal(t.Context(), Name(site)); !changed || err != nil || !happened {
		t.Fatalf("%v, %v, overtaken %v", changed, err, happened)
	}
	if got := read(t, openWith(t, server.URL(), sealer(t, "new"), Options{}), site); got.SharedSecret != "rotated" {
		t.Errorf("the record is %q", string(got.SharedSecret))
	}
}
