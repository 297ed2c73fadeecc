package connect

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTransition(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	now := start.Add(time.Hour)
	said := &lifecycleBody{
		ClientKey: "site", SharedSecret: "new", BaseURL: "https://new.atlassian.net/wiki", OAuthClientID: "new-oauth",
	}
	installed := Installation{
		ClientKey: "site", SharedSecret: "old", BaseURL: "https://old.atlassian.net/wiki", DisplayURL: "https://old.example.com",
		OAuthClientID: "old-oauth", Enabled: true, InstalledAt: start, ChangedAt: start, SignedAt: start,
	}
	with := func(i Installation, change func(*Installation)) *Installation { change(&i); return &i }
	switched := with(installed, func(i *Installation) { i.Enabled, i.ChangedAt = false, start.Add(time.Second) })
	earlier := with(installed, func(i *Installation) { i.SignedAt = time.Time{} }) // of a version before it
	uninstalled := with(installed, func(i *Installation) {
		i.SharedSecret, i.Enabled, i.UninstalledAt = "", false, start.Add(time.Minute)
	})
	fresh := Installation{
		ClientKey: "site", SharedSecret: "new", BaseURL: "https://new.atlassian.net/wiki", OAuthClientID: "new-oauth",
		InstalledAt: now, ChangedAt: now, SignedAt: now,
	}
	for name, test := range map[string]struct {
		current  *Installation
		event    Event
		issuedAt time.Time
		said     *lifecycleBody
		want     *Installation // nil: left as it is
		reason   string
	}{
		"installed for the first time": {event: Installed, issuedAt: now, want: &fresh},
		"installed again replaces every field and keeps when it began": {
			current: &installed, event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) {
				i.InstalledAt, i.Enabled = start, true
				i.PreviousSecret, i.PreviousSecretUntil = "old", now.Add(15*time.Minute)
			}),
		},
		"installed again with the same secret has no previous one": {
			current: with(installed, func(i *Installation) { i.SharedSecret = "new" }), event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) { i.InstalledAt, i.Enabled = start, true }),
		},
		"installed again within the grace keeps the previous secret": {
			current: with(installed, func(i *Installation) {
				i.SharedSecret, i.PreviousSecret, i.PreviousSecretUntil = "new", "older", now.Add(time.Minute)
			}),
			event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) {
				i.InstalledAt, i.Enabled = start, true
				i.PreviousSecret, i.PreviousSecretUntil = "older", now.Add(time.Minute)
			}),
		},
		"installed in the same second replaces": {
			current: &installed, event: Installed, issuedAt: start,
			want: with(fresh, func(i *Installation) {
				i.InstalledAt, i.Enabled, i.ChangedAt, i.SignedAt = start, true, start, start
				i.PreviousSecret, i.PreviousSecretUntil = "old", now.Add(15*time.Minute)
			}),
		},
		"installed from ahead of our clock counts from now": {
			current: &installed, event: Installed, issuedAt: now.Add(30 * time.Second),
			want: with(fresh, func(i *Installation) {
				i.InstalledAt, i.Enabled = start, true
				i.PreviousSecret, i.PreviousSecretUntil = "old", now.Add(15*time.Minute)
			}),
		},
		"uninstalled from ahead of our clock counts from now": {
			current: &installed, event: Uninstalled, issuedAt: now.Add(30 * time.Second),
			want: with(installed, func(i *Installation) {
				i.SharedSecret, i.Enabled, i.ChangedAt, i.SignedAt, i.UninstalledAt = "", false, now, now, now
			}),
		},
		"disabled from ahead of our clock counts from now": {
			current: &installed, event: Disabled, issuedAt: now.Add(30 * time.Second),
			want: with(installed, func(i *Installation) { i.Enabled, i.ChangedAt = false, now }),
		},
		"installed a second too late is dropped": {current: &installed, event: Installed, issuedAt: start.Add(-time.Second)},
		"installed after uninstalled begins anew with the same data": {
			current: uninstalled, event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) { i.InstalledAt = start }),
		},
		"installed again leaves a block": {
			current: with(installed, func(i *Installation) { i.SharedSecret, i.BlockedAt = "new", start }), event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) { i.InstalledAt, i.Enabled, i.BlockedAt = start, true, start }),
		},
		"installed after uninstalled leaves a block": {
			current: with(*uninstalled, func(i *Installation) { i.BlockedAt = start }), event: Installed, issuedAt: now,
			want: with(fresh, func(i *Installation) { i.InstalledAt, i.BlockedAt = start, start }),
		},
		"uninstalled leaves a block": {
			current: with(installed, func(i *Installation) { i.BlockedAt = start }), event: Uninstalled, issuedAt: now,
			want: with(installed, func(i *Installation) {
				i.SharedSecret, i.Enabled, i.ChangedAt, i.SignedAt, i.UninstalledAt, i.BlockedAt = "", false, now, now, now, start
			}),
		},
		"enabled leaves a block": {
			current: with(installed, func(i *Installation) { i.Enabled, i.BlockedAt = false, start }), event: Enabled, issuedAt: now,
			want: with(installed, func(i *Installation) { i.ChangedAt, i.BlockedAt = now, start }),
		},
		"uninstalled erases the secrets and keeps the rest": {
			current: with(installed, func(i *Installation) {
				i.PreviousSecret, i.PreviousSecretUntil = "older", now.Add(time.Minute)
			}),
			event: Uninstalled, issuedAt: now,
			want: with(installed, func(i *Installation) {
				i.SharedSecret, i.Enabled, i.ChangedAt, i.SignedAt, i.UninstalledAt = "", false, now, now, now
			}),
		},
		"uninstalled twice keeps when it was first": {
			current: uninstalled, event: Uninstalled, issuedAt: now,
			want: with(*uninstalled, func(i *Installation) { i.ChangedAt, i.SignedAt = now, now }),
		},
		"uninstalled a second too late is dropped": {current: &installed, event: Uninstalled, issuedAt: start.Add(-time.Second)},
		"uninstalled in the same second is after what was there": {
			current: &installed, event: Uninstalled, issuedAt: start,
			want: with(installed, func(i *Installation) {
				i.SharedSecret, i.Enabled, i.ChangedAt, i.UninstalledAt = "", false, start.Add(time.Nanosecond), now
			}),
		},
		"uninstalled a second before disabled, which came first": {
			current: switched, event: Uninstalled, issuedAt: start,
			want: with(*switched, func(i *Installation) {
				i.SharedSecret, i.ChangedAt, i.UninstalledAt = "", start.Add(time.Second+time.Nanosecond), now
			}),
		},
		"uninstalled twice, the second time before disabled": {
			current: with(*uninstalled, func(i *Installation) { i.ChangedAt = start.Add(time.Second) }), event: Uninstalled, issuedAt: start,
			want: with(*uninstalled, func(i *Installation) { i.ChangedAt = start.Add(time.Second) }),
		},
		"installed a second before disabled, which came first": {
			current: switched, event: Installed, issuedAt: start,
			want: with(fresh, func(i *Installation) {
				i.InstalledAt, i.ChangedAt, i.SignedAt = start, start.Add(time.Second), start
				i.PreviousSecret, i.PreviousSecretUntil = "old", now.Add(15*time.Minute)
			}),
		},
		"uninstalled before the install is dropped, whatever came since": {current: switched, event: Uninstalled, issuedAt: start.Add(-time.Second)},
		"installed before the install is dropped, whatever came since":   {current: switched, event: Installed, issuedAt: start.Add(-time.Second)},
		"uninstalled a second too late is dropped, of an old record":     {current: earlier, event: Uninstalled, issuedAt: start.Add(-time.Second)},
		"disabled of an old record keeps what it is compared with": {
			current: earlier, event: Disabled, issuedAt: start.Add(time.Second), want: switched,
		},
		"uninstalled of an unknown site is dropped": {event: Uninstalled, issuedAt: now},
		"disabled": {
			current: &installed, event: Disabled, issuedAt: now,
			want: with(installed, func(i *Installation) { i.Enabled, i.ChangedAt = false, now }),
		},
		"enabled": {
			current: with(installed, func(i *Installation) { i.Enabled = false }), event: Enabled, issuedAt: now,
			want: with(installed, func(i *Installation) { i.ChangedAt = now }),
		},
		"enabled by a signer whose clock is behind": {
			current: with(installed, func(i *Installation) { i.Enabled = false }), event: Enabled, issuedAt: start.Add(-30 * time.Second),
			want: &installed,
		},
		"disabled long overtaken is dropped":    {current: &installed, event: Disabled, issuedAt: start.Add(-31 * time.Second)},
		"enabled after uninstalled":             {current: uninstalled, event: Enabled, issuedAt: now, reason: ReasonUninstalled},
		"disabled after uninstalled":            {current: uninstalled, event: Disabled, issuedAt: now, reason: ReasonUninstalled},
		"disabled of a site that has no record": {event: Disabled, issuedAt: now, reason: ReasonUninstalled},
	} {
		t.Run(name, func(t *testing.T) {
			var before Installation
			if test.current != nil {
				before = *test.current
			}
			got, err := transition(test.current, test.event, said, test.issuedAt, now)
			if e, ok := errors.AsType[*Error](err); test.reason == "" && err != nil || test.reason != "" && (!ok || e.Reason != test.reason) {
				t.Fatalf("error = %v, want reason %q", err, test.reason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			if test.current != nil && !cmp.Equal(before, *test.current) {
				t.Error("transition changed the current record")
			}
		})
	}
}

// Whatever the clocks of those who sign say, within Leeway, what is said last
// holds: a call is dropped only for one that arrived in a later second than that
// in which it was issued, install and uninstall only for one of these two, and
// for a newer one of these always. An uninstalled site has no secret. Time goes
// forward in the records, or a backup could bring an uninstalled site back.
func FuzzTransition(f *testing.F) {
	f.Add([]byte{0, 60, 5, 0, 30, 5, 1, 0, 1})
	f.Add([]byte{0, 30, 0, 0, 30, 0, 2, 60, 200, 1, 30, 3})
	f.Add([]byte{0, 30, 0, 3, 30, 20, 1, 29, 1})             // uninstalled is dated a second before disabled
	f.Add([]byte{0, 30, 0, 3, 30, 20, 1, 29, 1, 0, 28, 1})   // and so is a reinstall
	f.Add([]byte{0, 30, 0, 1, 30, 20, 0, 30, 20, 1, 28, 10}) // an old uninstall after a reinstall
	f.Fuzz(func(t *testing.T, calls []byte) {
		now := time.Unix(1_800_000_000, 0)
		var current *Installation
		last, lastSigned, signed := now, now, now // the arrivals of the last call and of the last install or uninstall, and the newest iat of those
		for ; len(calls) >= 3; calls = calls[3:] {
			now = now.Add(time.Duration(calls[2]) * 100 * time.Millisecond)
			event := []Event{Installed, Uninstalled, Enabled, Disabled}[calls[0]%4]
			issuedAt := now.Add(time.Duration(int(calls[1])%61-30) * time.Second).Truncate(time.Second)
			said := &lifecycleBody{ClientKey: "site", SharedSecret: text("secret-" + strconv.Itoa(len(calls)))}
			var before Installation
			if current != nil {
				before = *current
			}
			next, err := transition(current, event, said, issuedAt, now)
			if current != nil && !cmp.Equal(before, *current) {
				t.Fatal("transition changed the current record")
			}
			byAtlassian := event == Installed || event == Uninstalled
			overtaker := last
			if byAtlassian {
				overtaker = lastSigned
			}
			dropped := next == nil && err == nil
			if dropped && current != nil && !issuedAt.Before(overtaker.Truncate(time.Second)) {
				t.Fatalf("%s issued at %v is dropped, and the last call arrived at %v", event, issuedAt, overtaker)
			}
			if byAtlassian && !dropped && current != nil && issuedAt.Before(signed) {
				t.Fatalf("%s issued at %v is applied, and one was issued at %v", event, issuedAt, signed)
			}
			if next == nil {
				continue
			}
			if event == Installed && next.SharedSecret != Secret(said.SharedSecret) || next.Installed() == (next.SharedSecret == "") {
				t.Fatalf("after %s: installed %v, secret %q", event, next.Installed(), next.SharedSecret.Bytes())
			}
			if latest := now.Truncate(time.Second).Add(time.Second); !next.ChangedAt.Before(latest) {
				t.Fatalf("after %s: changed at %v, and it is %v", event, next.ChangedAt, now)
			}
			if current != nil && (next.ChangedAt.Before(before.ChangedAt) || before.Installed() && !next.Installed() && !next.ChangedAt.After(before.ChangedAt)) {
				t.Fatalf("after %s: changed at %v, and before at %v", event, next.ChangedAt, before.ChangedAt)
			}
			current, last = next, now
			if byAtlassian {
				lastSigned, signed = now, issuedAt
				if arrived := now.Truncate(time.Second); signed.After(arrived) {
					signed = arrived
				}
			}
		}
	})
}

// The strings that parseToken recognises without decoding are what they say.
func TestCommonHeadersDecodeToWhatTheyStandFor(t *testing.T) {
	for _, segment := range []string{atlassianHeader, commonHeader} {
		var got header
		if !decodeJSON(segment, maxHeader, &got) || got.Algorithm != algHS256 || got.KeyID != "" || got.Critical != nil {
			t.Errorf("%s decodes to %+v", segment, got)
		}
	}
}

func TestTheCacheOfUserTokensIsBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	u := NewUserTokens("https://token.example", nil, func() time.Time { return now })
	key := func(i int) tokenKey { return tokenKey{person: hashOf(strconv.Itoa(i))} }
	const more = 100
	for i := range maxUserTokens + more {
		u.keep(key(i), userToken{token: "t", until: now.Add(time.Hour)}, 0)
	}
	if len(u.tokens) != maxUserTokens {
		t.Errorf("%d tokens, at most %d", len(u.tokens), maxUserTokens)
	}
	if _, ok := u.cached(key(maxUserTokens + more - 1)); !ok {
		t.Error("the newest token is not kept")
	}
}

func TestAUserTokenThatNobodyAsksForAgainDoesNotStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := NewUserTokens("https://token.example", nil, nil)
		held := func() int {
			u.mu.Lock()
			defer u.mu.Unlock()
			return len(u.tokens)
		}
		first, second := tokenKey{person: hashOf("first")}, tokenKey{person: hashOf("second")}
		u.keep(first, userToken{token: "t", until: time.Now().Add(time.Minute)}, 0)
		u.keep(second, userToken{token: "t", until: time.Now().Add(time.Minute)}, 0)
		time.Sleep(30 * time.Second)
		u.keep(second, userToken{token: "newer", until: time.Now().Add(time.Minute)}, 0)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		_, ok := u.cached(second)
		if held() != 1 || !ok {
			t.Errorf("%d tokens are left, the newer one: %v", held(), ok)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if held() != 0 {
			t.Errorf("%d tokens are left", held())
		}
	})
}
