package site

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

func erase(t testing.TB, s *Store, clientKey string) bool {
	t.Helper()
	erased, err := s.Erase(t.Context(), Name(clientKey))
	if err != nil {
		t.Fatal(err)
	}
	return erased
}

// here is a site that has the app installed.
func here(clientKey, secret string) *connect.Installation {
	i := installed(clientKey, secret)
	i.UninstalledAt, i.BlockedAt = time.Time{}, time.Time{}
	return i
}

func TestASiteThatIsErasedIsGoneAtOnceInAllProcesses(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, nil, here(site, "s3cr3t"))
	change(t, s, "neighbour", nil, here("neighbour", "s3cr3t"))
	listens(t, other, 0)
	onlyInvalidation(s)
	onlyInvalidation(other)
	read(t, s, site)
	read(t, other, site)

	if !erase(t, s, site) {
		t.Error("there was a record, and Erase says there was none")
	}
	if _, err := s.Installation(t.Context(), site); !errors.Is(err, connect.ErrUnknownSite) {
		t.Errorf("the process itself: %v", err)
	}
	waitFor(t, time.Second, "the other process to forget", func() bool {
		_, err := other.Installation(t.Context(), site)
		return errors.Is(err, connect.ErrUnknownSite)
	})
	if got := raw(t, server).Exists(t.Context(), siteKey(Name(site))).Val(); got != 0 {
		t.Error("the record is there")
	}
	if mark := raw(t, server).Get(t.Context(), erasedKey(Name(site))).Val(); mark != now.Format(time.RFC3339Nano) {
		t.Errorf("the mark is %q", mark)
	}
	if got := left(t, server, erasedKey(Name(site))); !isLeft(got, 30*day) {
		t.Errorf("the mark is kept for %v", got)
	}
	read(t, other, "neighbour")
}

func TestErasingAgainOnlyRenewsTheMark(t *testing.T) {
	server := redistest.Start(t)
	change(t, at(t, server, now, Keep{}), site, nil, here(site, "s3cr3t"))
	keep := Keep{Erasures: 7 * day}
	for i, test := range []struct {
		after  time.Duration
		erased bool
	}{{0, true}, {0, false}, {time.Hour, false}} {
		clock := now.Add(test.after)
		if got := erase(t, at(t, server, clock, keep), site); got != test.erased {
			t.Errorf("%d: erased %v", i, got)
		}
		if mark := raw(t, server).Get(t.Context(), erasedKey(Name(site))).Val(); mark != clock.Format(time.RFC3339Nano) {
			t.Errorf("%d: the mark is %q", i, mark)
		}
		if got := left(t, server, erasedKey(Name(site))); !isLeft(got, 7*day) {
			t.Errorf("%d: the mark is kept for %v", i, got)
		}
	}
}

func TestTheMarkIsAfterWhatItErases(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	ahead := here(site, "s3cr3t")
	ahead.ChangedAt = now.Add(30 * time.Second) // the signer's clock is
	change(t, s, site, nil, ahead)
	backup := export(t, s)
	for range 2 { // and erasing again must not move the mark back
		erase(t, s, site)
		if outcomes, err := s.Import(t.Context(), backup, true); err != nil || outcomes[0] != Erased {
			t.Fatalf("the backup from before: %v, %v", outcomes, err)
		}
	}
}

func TestARecordThatCannotBeReadIsErased(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	client := raw(t, server)
	for name, put := range map[string]func(key string) error{
		"no JSON":   func(key string) error { return client.Set(t.Context(), key, "hello", 0).Err() },
		"no string": func(key string) error { return client.LPush(t.Context(), key, "hello").Err() },
	} {
		t.Run(name, func(t *testing.T) {
			if err := put(siteKey(Name(name))); err != nil {
				t.Fatal(err)
			}
			if !erase(t, s, name) || client.Exists(t.Context(), siteKey(Name(name))).Val() != 0 {
				t.Error("it is there")
			}
		})
	}
}

func TestAnErasedSiteComesBackByANewInstallOnly(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	captured := token("install", "body")
	change(t, s, site, captured, here(site, "s3cr3t"))
	before := export(t, s)
	erase(t, s, site)

	// A captured install call, sent again: its token is still known.
	if err := s.Change(t.Context(), site, captured, never(t)); err != nil {
		t.Error(err)
	}
	if err := s.Change(t.Context(), site, token("install", "other"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
		t.Errorf("with another body: %v", err)
	}
	if outcomes, err := s.Import(t.Context(), before, true); err != nil || outcomes[0] != Erased {
		t.Errorf("a backup from before: %v, %v", outcomes, err)
	}
	if _, err := s.Installation(t.Context(), site); !errors.Is(err, connect.ErrUnknownSite) {
		t.Errorf("the site is back: %v", err)
	}

	again := here(site, "new")
	again.InstalledAt, again.ChangedAt = now.Add(time.Minute), now.Add(time.Minute)
	if err := s.Change(t.Context(), site, token("reinstall", "body"), func(current *connect.Installation) (*connect.Installation, error) {
		if current != nil {
			t.Errorf("the install finds %+v", current)
		}
		return again, nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again, read(t, s, site)); diff != "" {
		t.Error(diff)
	}
	after := export(t, s)
	if outcomes, err := s.Import(t.Context(), before, true); err != nil || outcomes[0] != Erased {
		t.Errorf("a backup from before, over the new record: %v, %v", outcomes, err)
	}
	empty := open(t, redistest.Start(t).URL())
	if outcomes, err := empty.Import(t.Context(), after, true); err != nil || cmp.Diff([]Outcome{Marked, Added}, outcomes) != "" {
		t.Errorf("a backup from after, elsewhere: %v, %v", outcomes, err)
	}
	if diff := cmp.Diff(again, read(t, empty, site)); diff != "" {
		t.Error(diff)
	}
}

func TestANameThatIsNoneReachesNoKey(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	for _, name := range []string{"", "*", site, strings.ToUpper(Name(site)), Name(site) + "}", Name(site)[1:]} {
		_, eraseErr := s.Erase(t.Context(), name)
		_, resealErr := s.Reseal(t.Context(), name)
		_, heldErr := s.HeldByName(t.Context(), name)
		for what, err := range map[string]error{"erase": eraseErr, "reseal": resealErr, "held": heldErr, "block": s.SetBlocked(t.Context(), name, true)} {
			if err == nil || errors.Is(err, connect.ErrStoreUnavailable) || name != "" && strings.Contains(err.Error(), name) {
				t.Errorf("%s of %q: %v", what, name, err)
			}
		}
		outcomes, err := s.Import(t.Context(), []Entry{{Name: name, ErasedAt: now}}, true)
		if err != nil || outcomes[0] != Corrupt {
			t.Errorf("import of %q: %v, %v", name, outcomes, err)
		}
	}
	if keys := raw(t, server).Keys(t.Context(), "*").Val(); len(keys) > 0 {
		t.Errorf("keys %q", keys)
	}
}

func TestAnErasureThatFailsLeavesAllOrNothing(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	client := raw(t, server)
	for name, test := range map[string]struct {
		m      misbehaviour
		erased bool
	}{"the transaction never arrives": {cutBefore, false}, "its answer never arrives": {cutAfter, true}} {
		t.Run(name, func(t *testing.T) {
			change(t, s, name, nil, here(name, "s3cr3t"))
			read(t, s, name)
			p.on("exec", test.m)
			answersWithin(t, 2500*time.Millisecond, func() error {
				_, err := s.Erase(t.Context(), Name(name))
				return err
			})
			p.behave()
			record, mark := client.Exists(t.Context(), siteKey(Name(name))).Val() == 1, client.Exists(t.Context(), erasedKey(Name(name))).Val() == 1
			if record == test.erased || mark != test.erased {
				t.Errorf("record there: %v, mark there: %v", record, mark)
			}
			if _, err := s.Installation(t.Context(), name); errors.Is(err, connect.ErrUnknownSite) != test.erased {
				t.Errorf("the process reads %v", err)
			}
			if got := erase(t, s, name); got == test.erased {
				t.Errorf("the second try says erased %v", got)
			}
		})
	}
}

func TestErasingAndImportingAtOnceLeavesNothing(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, nil, here(site, "s3cr3t"))
	backup := export(t, s)
	for round := range 20 {
		if err := raw(t, server).FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := other.Import(t.Context(), backup, true); err != nil {
				t.Error(err)
			}
		})
		erase(t, s, site)
		both.Wait()
		if raw(t, server).Exists(t.Context(), siteKey(Name(site))).Val() != 0 {
			t.Fatalf("round %d: the erased site is back", round)
		}
	}
}
