package site

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/seal"
	"labelup/internal/site/redistest"
)

// gone is the record of a site that uninstalled the app at a time, by two
// clocks: Atlassian's is 20 seconds behind ours.
func gone(clientKey string, at time.Time) *connect.Installation {
	i := here(clientKey, "")
	i.PreviousSecret, i.PreviousSecretUntil, i.Enabled = "", time.Time{}, false
	i.ChangedAt, i.UninstalledAt = at.Add(-20*time.Second), at
	return i
}

// markOf is what the mark of the site says, zero if there is none.
func markOf(t testing.TB, server *redistest.Server) time.Time {
	t.Helper()
	text := raw(t, server).Get(t.Context(), erasedKey(Name(site))).Val()
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAnUninstalledSiteWhoseTimeIsOverDoesNotComeBackFromABackup(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		keep Keep
		mark time.Duration // how long it is kept from changedAt
	}{
		{"backups are kept longer than the record", Keep{AfterUninstall: day, Erasures: 31 * day}, 32 * day},
		{"the record is kept longer than backups", Keep{AfterUninstall: 90 * day, Erasures: 31 * day}, 91 * day},
		{"without settings", Keep{}, 31 * day},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := redistest.Start(t)
			s := at(t, server, now, test.keep)
			change(t, s, site, nil, here(site, "s3cr3t"))
			if !markOf(t, server).IsZero() {
				t.Error("an installed site has a mark")
			}
			before := export(t, s)
			uninstalled := gone(site, now)
			change(t, s, site, nil, uninstalled)
			if got := markOf(t, server); !got.Equal(uninstalled.ChangedAt) {
				t.Errorf("the mark says %v, and the record changed at %v", got, uninstalled.ChangedAt)
			}
			if got, want := left(t, server, erasedKey(Name(site))), test.mark-20*time.Second; !isLeft(got, want) {
				t.Errorf("the mark is kept for %v, want %v", got, want)
			}
			after := export(t, s)

			// Within the record's time a loss of Redis loses nothing.
			lost := redistest.Start(t)
			other := at(t, lost, now.Add(time.Hour), test.keep)
			if outcomes, err := other.Import(t.Context(), after, true); err != nil || cmp.Diff([]Outcome{Marked, Added}, outcomes) != "" {
				t.Errorf("the backup from after, elsewhere: %v, %v", outcomes, err)
			}
			if diff := cmp.Diff(uninstalled, read(t, other, site)); diff != "" {
				t.Error(diff)
			}

			for _, redis := range []*redistest.Server{server, lost} {
				raw(t, redis).Del(t.Context(), siteKey(Name(site))) // as Redis does in the end
				later := at(t, redis, now.Add(test.keep.AfterUninstall), test.keep)
				if outcomes, err := later.Import(t.Context(), before, true); err != nil || outcomes[0] != Erased {
					t.Errorf("the backup from before: %v, %v", outcomes, err)
				}
				if _, err := later.Installation(t.Context(), site); !errors.Is(err, connect.ErrUnknownSite) {
					t.Errorf("the site is back: %v", err)
				}
			}
		})
	}
}

// appOn is an app whose clock stands at now, and what calls it for the site.
func appOn(t *testing.T, s *Store) (*connect.App, *connecttest.Host) {
	t.Helper()
	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	host.ClientKey = site
	app, err := connect.New(connect.Config{Key: "labelup", BaseURLs: []string{host.AppURL}, Store: s, Keys: host, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return app, host
}

// lifecycle sends a call that was signed at a time until it is answered with
// 204. It comes back as change does.
func lifecycle(t *testing.T, app *connect.App, host *connecttest.Host, event connect.Event, signed time.Time) {
	t.Helper()
	host.Now = func() time.Time { return signed }
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := app.Lifecycle(host.Lifecycle(event), event)
		if err == nil {
			return
		}
		if !errors.Is(err, connect.ErrStoreUnavailable) || time.Since(began) > 10*time.Second {
			t.Fatalf("%s: %v", event, err)
		}
	}
}

// TestNoBackupFromBeforeAnUninstallBringsTheSiteBack although the disabled call,
// which comes together with it, may be dated a second later, and a backup may
// be made between them.
func TestNoBackupFromBeforeAnUninstallBringsTheSiteBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		disabled time.Duration // after the uninstall was signed
		earlier  bool          // a program before signedAt wrote the record
	}{
		"disabled in the same second":                           {0, false},
		"disabled a second later":                               {time.Second, false},
		"disabled a second later, and the record is an old one": {time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			s := at(t, server, now, Keep{})
			client, key := raw(t, server), siteKey(Name(site))
			app, host := appOn(t, s)
			uninstalled := now.Add(-2 * time.Second)
			lifecycle(t, app, host, connect.Installed, now.Add(-time.Minute))
			if test.earlier {
				stored := client.Get(t.Context(), key).Val()
				earlier := regexp.MustCompile(`,"signedAt":"[^"]*"`).ReplaceAllString(stored, "")
				if earlier == stored {
					t.Fatalf("there is no signedAt in %s", stored)
				}
				client.Set(t.Context(), key, earlier, 0)
			}
			lifecycle(t, app, host, connect.Disabled, uninstalled.Add(test.disabled))
			between := export(t, s)
			lifecycle(t, app, host, connect.Uninstalled, uninstalled)
			if got := read(t, s, site); got.Installed() || got.SharedSecret != "" {
				t.Fatalf("installed %v, secret %q", got.Installed(), string(got.SharedSecret))
			}
			after := export(t, s)

			client.Del(t.Context(), key) // as Redis does in the end
			if outcomes, err := s.Import(t.Context(), between, true); err != nil || cmp.Diff([]Outcome{Erased}, outcomes) != "" {
				t.Errorf("the backup from between: %v, %v", outcomes, err)
			}
			if outcomes, err := s.Import(t.Context(), after, true); err != nil || cmp.Diff([]Outcome{Same, Added}, outcomes) != "" {
				t.Errorf("the backup from after: %v, %v", outcomes, err)
			}

			// A reinstall of the same second is as new as the uninstall.
			lifecycle(t, app, host, connect.Installed, uninstalled)
			reinstalled := export(t, s)
			client.Del(t.Context(), key)
			if outcomes, err := s.Import(t.Context(), append(reinstalled, between...), true); err != nil || cmp.Diff([]Outcome{Same, Added, Erased}, outcomes) != "" {
				t.Errorf("the backup of the reinstall, and the one from between: %v, %v", outcomes, err)
			}
			if got := read(t, s, site); !got.Installed() || got.SharedSecret == "" {
				t.Errorf("reinstalled: installed %v, secret %q", got.Installed(), string(got.SharedSecret))
			}
		})
	}
}

// TestAnUninstallNeedsNoKey: it is sent once, and the secret must not stay because
// the key service failed at that moment.
func TestAnUninstallNeedsNoKey(t *testing.T) {
	t.Parallel()
	keys := sealer(t, "k1")
	for name, failing := range map[string]Sealer{
		"the key service is down":   failingSealer{keys, seal.ErrKeyServiceUnavailable},
		"the key service refuses":   failingSealer{keys, seal.ErrKeyServiceDenied},
		"the key service is silent": lateSealer{keys, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			client, key := raw(t, server), siteKey(Name(site))
			change(t, open(t, server.URL()), site, nil, here(site, "s3cr3t"))
			stored := client.Get(t.Context(), key).Val()
			s := openWith(t, server.URL(), failing, Options{})

			refused := errors.New("refused")
			for what, decide := range map[string]func(*connect.Installation) (*connect.Installation, error){
				"an install": to(here(site, "new")),
				"an enabling": func(current *connect.Installation) (*connect.Installation, error) {
					current.Enabled = !current.Enabled
					return current, nil
				},
				"an uninstall that keeps the secrets": func(current *connect.Installation) (*connect.Installation, error) {
					current.UninstalledAt = now
					return current, nil
				},
				"an install without secrets": func(current *connect.Installation) (*connect.Installation, error) {
					current.SharedSecret, current.PreviousSecret = "", ""
					return current, nil
				},
				"nothing":   to(nil),
				"a refusal": func(*connect.Installation) (*connect.Installation, error) { return nil, refused },
			} {
				if err := s.Change(t.Context(), site, token(what, "b"), decide); !errors.Is(err, connect.ErrStoreUnavailable) || errors.Is(err, refused) {
					t.Errorf("%s: %v", what, err)
				}
				if got := client.Get(t.Context(), key).Val(); got != stored {
					t.Fatalf("%s wrote %s", what, got)
				}
				if client.Exists(t.Context(), tokenKey(Name(site), token(what, "b").TokenHash)).Val() != 0 {
					t.Errorf("the token of %s counts as used", what)
				}
			}

			app, host := appOn(t, s)
			signed := now.Add(-20 * time.Second).Truncate(time.Second)
			lifecycle(t, app, host, connect.Uninstalled, signed)
			want := gone(site, now)
			want.ChangedAt, want.SignedAt = signed, signed
			if diff := cmp.Diff(want, read(t, open(t, server.URL()), site)); diff != "" {
				t.Error(diff)
			}
			if got := client.Get(t.Context(), key).Val(); strings.Contains(got, "Secret") {
				t.Errorf("a secret is left: %s", got)
			}
			if got := markOf(t, server); !got.Equal(signed) {
				t.Errorf("the mark says %v, and the record changed at %v", got, signed)
			}
		})
	}
}

func TestAnUninstalledSiteMayInstallAgainAtAnyTime(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration
		found bool
	}{
		{"within the record's time", 29 * day, true},
		{"just after it", 30*day + time.Minute, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := redistest.Start(t)
			s := at(t, server, now, Keep{})
			change(t, s, site, nil, here(site, "s3cr3t"))
			before := export(t, s)
			change(t, s, site, nil, gone(site, now))
			mark := markOf(t, server)
			if !test.found {
				raw(t, server).Del(t.Context(), siteKey(Name(site)))
			}

			later := at(t, server, now.Add(test.after), Keep{})
			again := here(site, "new")
			again.ChangedAt = now.Add(test.after)
			if err := later.Change(t.Context(), site, nil, func(current *connect.Installation) (*connect.Installation, error) {
				if (current != nil) != test.found {
					t.Errorf("the install finds %+v", current)
				}
				return again, nil
			}); err != nil {
				t.Fatal(err)
			}
			if got := markOf(t, server); !got.Equal(mark) {
				t.Errorf("the mark says %v, and said %v", got, mark)
			}
			if outcomes, err := later.Import(t.Context(), before, true); err != nil || outcomes[0] != Erased {
				t.Errorf("the backup from before: %v, %v", outcomes, err)
			}
			// Whatever became of the mark on the way, the new record comes back.
			empty := at(t, redistest.Start(t), now.Add(test.after), Keep{})
			if _, err := empty.Import(t.Context(), export(t, later), true); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(again, read(t, empty, site)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErasingAnUninstalledSiteErasesItsRecordInBackupsToo(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	change(t, s, site, nil, gone(site, now))
	backup := export(t, s)
	if !erase(t, s, site) {
		t.Error("there was nothing to erase")
	}
	if outcomes, err := s.Import(t.Context(), backup, true); err != nil || cmp.Diff([]Outcome{Same, Erased}, outcomes) != "" {
		t.Errorf("%v, %v", outcomes, err)
	}
}

// TestAnInstallAfterAnErasureSurvivesALossOfRedis even if the clock of who
// erased is ahead of Atlassian's, so that the mark is after the install.
func TestAnInstallAfterAnErasureSurvivesALossOfRedis(t *testing.T) {
	for _, test := range []struct {
		name   string
		ahead  time.Duration
		erase  func(t *testing.T, s *Store) // and how
		record func(at time.Time) *connect.Installation
	}{
		{"the clocks agree", 0, nil, nil},
		{"our clock is ahead", 20 * time.Second, nil, nil},
		{"our clock is far ahead", time.Hour, nil, nil},
		{"our clock is ahead, and the site uninstalls", 20 * time.Second, nil, func(at time.Time) *connect.Installation { return gone(site, at.Add(20*time.Second)) }},
		{"a mark that cannot be read", 20 * time.Second, func(t *testing.T, s *Store) {
			s.client.Set(t.Context(), erasedKey(Name(site)), "some day", 0)
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := redistest.Start(t)
			s := at(t, server, now, Keep{})
			old := here(site, "old")
			old.ChangedAt = now.Add(-2 * time.Hour)
			change(t, s, site, nil, old)
			before := export(t, s)
			erase(t, s, site)
			if test.erase != nil {
				test.erase(t, s)
			}

			next := here(site, "new")
			next.ChangedAt = now.Add(10*time.Second - test.ahead)
			change(t, s, site, nil, next)
			if test.record != nil {
				next = test.record(now.Add(15*time.Second - test.ahead))
				change(t, s, site, nil, next)
			}
			if mark := markOf(t, server); mark.After(next.ChangedAt) || !mark.After(old.ChangedAt) {
				t.Errorf("the mark says %v, the records changed at %v and %v", mark, old.ChangedAt, next.ChangedAt)
			}
			if got := left(t, server, erasedKey(Name(site))); got < 29*day {
				t.Errorf("the mark is kept for %v", got)
			}

			backup := export(t, s)
			empty := open(t, redistest.Start(t).URL())
			for i, step := range []struct {
				entries []Entry
				want    []Outcome
			}{
				{backup, []Outcome{Marked, Added}},
				{before, []Outcome{Erased}},
			} {
				if outcomes, err := empty.Import(t.Context(), step.entries, true); err != nil || cmp.Diff(step.want, outcomes) != "" {
					t.Errorf("import %d: %v, %v", i, outcomes, err)
				}
			}
			if diff := cmp.Diff(next, read(t, empty, site)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnErasureDuringAnInstallIsNoticed(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	next := here(site, "new")
	calls := 0
	if err := s.Change(t.Context(), site, nil, func(*connect.Installation) (*connect.Installation, error) {
		if calls++; calls == 1 {
			erase(t, other, site) // there is no record: it leaves a mark only
		}
		return next, nil
	}); err != nil {
		t.Fatal(err)
	}
	if mark := markOf(t, server); calls != 2 || !mark.Equal(next.ChangedAt) {
		t.Errorf("after %d calls the mark says %v, and the record changed at %v", calls, mark, next.ChangedAt)
	}
}

func TestAnUninstallThatFailsLeavesAllOrNothing(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	client := raw(t, server)
	for name, test := range map[string]struct {
		m    misbehaviour
		done bool
	}{"the transaction never arrives": {cutBefore, false}, "its answer never arrives": {cutAfter, true}} {
		t.Run(name, func(t *testing.T) {
			change(t, s, name, nil, here(name, "s3cr3t"))
			p.on("exec", test.m)
			answersWithin(t, 2500*time.Millisecond, func() error {
				return s.Change(t.Context(), name, nil, to(gone(name, now)))
			})
			p.behave()
			mark := client.Exists(t.Context(), erasedKey(Name(name))).Val() == 1
			if got := read(t, s, name); got.Installed() == test.done || mark != test.done {
				t.Errorf("installed %v, marked %v", got.Installed(), mark)
			}
		})
	}
}

func TestABlockOfAnUninstalledSiteLeavesItsMark(t *testing.T) {
	server := redistest.Start(t)
	change(t, open(t, server.URL()), site, nil, gone(site, now))
	mark, kept := markOf(t, server), left(t, server, erasedKey(Name(site)))
	later := at(t, server, now.Add(day), Keep{})
	if err := later.SetBlocked(t.Context(), Name(site), true); err != nil {
		t.Fatal(err)
	}
	if got := markOf(t, server); !got.Equal(mark) {
		t.Errorf("the mark was %v and is %v", mark, got)
	}
	if got := left(t, server, erasedKey(Name(site))); !isLeft(got, kept) {
		t.Errorf("the mark was kept for %v and is for %v", kept, got)
	}
}
