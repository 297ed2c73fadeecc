package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

func TestEveryRecordIsListedOnce(t *testing.T) {
	server := redistest.Start(t)
	s := openWith(t, server.URL(), sealer(t, "new", "old"), Options{})
	client := raw(t, server)
	change(t, s, "installed", token("t", "b"), here("installed", "s3cr3t"))
	change(t, openWith(t, server.URL(), sealer(t, "old"), Options{}), "old key", nil, here("old key", "s3cr3t"))
	gone := installed("gone", "")
	gone.PreviousSecret, gone.Enabled = "", false
	change(t, s, "gone", nil, gone)
	erase(t, s, "erased")
	client.Set(t.Context(), siteKey(Name("no JSON")), "hello", 0)
	client.LPush(t.Context(), siteKey(Name("no string")), "hello")
	client.Set(t.Context(), "labelup:{x}:site", "no name", 0)
	many := map[string]bool{}
	for i := range 250 {
		clientKey := fmt.Sprint("many ", i)
		many[Name(clientKey)] = true
		change(t, s, clientKey, nil, here(clientKey, "s"))
	}

	got := map[string]Summary{}
	if err := s.Each(t.Context(), func(summary Summary) error {
		if _, twice := got[summary.Name]; twice {
			t.Errorf("%s comes twice", summary.Name)
		}
		got[summary.Name] = summary
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name := range many {
		if !got[name].Current || got[name].BaseURL == "" {
			t.Errorf("of the many, %+v", got[name])
		}
		delete(got, name)
	}
	began := now.Add(-time.Hour)
	want := map[string]Summary{}
	for clientKey, summary := range map[string]Summary{
		"installed": {BaseURL: "https://site.example/wiki", DisplayURL: "https://wiki.example", Enabled: true, InstalledAt: began, ChangedAt: began.Add(time.Second), Current: true},
		"old key":   {BaseURL: "https://site.example/wiki", DisplayURL: "https://wiki.example", Enabled: true, InstalledAt: began, ChangedAt: began.Add(time.Second)},
		"gone": {
			BaseURL: "https://site.example/wiki", DisplayURL: "https://wiki.example", Blocked: true, InstalledAt: began, ChangedAt: began.Add(time.Second),
			UninstalledAt: now, Current: true,
		},
		"no JSON":   {Corrupt: true},
		"no string": {Corrupt: true},
	} {
		summary.Name = Name(clientKey)
		want[summary.Name] = summary
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	stop := errors.New("stop")
	if err := s.Each(t.Context(), func(Summary) error { return stop }); err != stop { //nolint:errorlint // "as it is" is what is tested
		t.Errorf("an error of visit comes back as %v", err)
	}
}

// repeating has SCAN return every key twice, which Redis may.
type repeating struct{}

func (repeating) DialHook(next redis.DialHook) redis.DialHook { return next }
func (repeating) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (repeating) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		err := next(ctx, command)
		if scan, ok := command.(*redis.ScanCmd); ok {
			keys, cursor := scan.Val()
			scan.SetVal(slices.Concat(keys, keys), cursor)
		}
		return err
	}
}

func TestARecordWhoseKeyIsScannedTwiceIsListedOnce(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	for i := range 3 {
		change(t, s, strconv.Itoa(i), nil, here(strconv.Itoa(i), "s"))
	}
	s.client.AddHook(repeating{})
	seen := 0
	if err := s.Each(t.Context(), func(Summary) error { seen++; return nil }); err != nil || seen != 3 {
		t.Errorf("of 3 records %d are listed, %v", seen, err)
	}
}

func TestWhatIsHeldOfASiteIsTheRecordWithoutItsSecrets(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	client, key := raw(t, server), siteKey(Name(site))
	change(t, s, site, nil, installed(site, "s3cr3t"))
	stored := client.Get(t.Context(), key).Val()
	var sealedSecret record
	if err := json.Unmarshal([]byte(stored), &sealedSecret); err != nil {
		t.Fatal(err)
	}
	client.Set(t.Context(), key, strings.TrimSuffix(stored, "}")+`,"token":"of-a-newer-program"}`, 0)

	want := []HeldField{
		{"version", "1"},
		{"clientKey", site},
		{"sharedSecret", fmt.Sprintf("sealed, %d characters", len(sealedSecret.SharedSecret))},
		{"previousSecret", fmt.Sprintf("sealed, %d characters", len(sealedSecret.PreviousSecret))},
		{"previousSecretUntil", "2026-03-01T12:01:00.123456789Z"},
		{"baseUrl", "https://site.example/wiki"},
		{"displayUrl", "https://wiki.example"},
		{"oauthClientId", "oauth"},
		{"enabled", "true"},
		{"installedAt", "2026-03-01T12:00:00.123456789Z"},
		{"changedAt", "2026-03-01T12:00:01.123456789Z"},
		{"signedAt", "2026-03-01T12:00:01.123456789Z"},
		{"uninstalledAt", "2026-03-01T13:00:00.123456789Z"},
		{"blockedAt", "2026-03-01T12:01:00.123456789Z"},
		{"token", "of another version of the app, 20 characters"},
	}
	got, err := s.Held(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if byName, err := s.HeldByName(t.Context(), Name(site)); err != nil || cmp.Diff(got, byName) != "" {
		t.Errorf("by name: %v, %v", byName, err)
	}
	// Whoever looks sees a field that the operator's keys do not open, too.
	if fields, err := openWith(t, server.URL(), sealer(t, "other"), Options{}).Held(t.Context(), site); err != nil || cmp.Diff(got, fields) != "" {
		t.Errorf("without the key: %v, %v", fields, err)
	}

	change(t, s, "bare", nil, &connect.Installation{ClientKey: "bare"})
	fields, err := s.Held(t.Context(), "bare")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, field := range fields {
		names = append(names, field.Name)
	}
	if diff := cmp.Diff([]string{"version", "clientKey", "baseUrl", "enabled", "installedAt", "changedAt"}, names); diff != "" {
		t.Errorf("fields of a bare record: %s", diff)
	}

	if _, err := s.Held(t.Context(), "nobody"); !errors.Is(err, connect.ErrUnknownSite) {
		t.Errorf("an unknown site: %v", err)
	}
	client.Set(t.Context(), siteKey(Name("corrupt")), "hello", 0)
	if _, err := s.Held(t.Context(), "corrupt"); !errors.Is(err, ErrCorrupt) || !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("a corrupt record: %v", err)
	}
}

func TestACorruptRecordIsExportedForWhoeverLooksIntoIt(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	client := raw(t, server)
	for stored, want := range map[string]string{
		`{"version":2,"clientKey":"x"}`: `{"version":2,"clientKey":"x"}`,
		"hello \"you\"\n":               `"hello \"you\"\n"`,
		"":                              `""`,
		"\xff":                          `"\ufffd"`,
		strings.Repeat("x", 70<<10):     `"` + strings.Repeat("x", 64<<10) + `"`,
	} {
		client.Set(t.Context(), siteKey(Name(site)), stored, 0)
		entries := export(t, s)
		if len(entries) != 1 || entries[0].Name != Name(site) || string(entries[0].Record) != want {
			t.Errorf("%.40q is exported as %.60s", stored, entries)
		}
		outcomes, err := open(t, redistest.Start(t).URL()).Import(t.Context(), entries, true)
		if err != nil || outcomes[0] != Corrupt {
			t.Errorf("%.40q is imported: %v, %v", stored, outcomes, err)
		}
	}
}

func TestAnErasureDuringAnExportFollowsItsRecord(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, nil, here(site, "s3cr3t"))
	erase(t, s, "before")
	var got []string
	if err := s.Export(t.Context(), func(e Entry) error {
		if len(e.Record) > 0 {
			erase(t, other, site)
			got = append(got, "record")
		} else {
			got = append(got, "erasure")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"erasure", "record", "erasure"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheStatusIsWhatRedisSaysOfItself(t *testing.T) {
	server := redistest.Start(t)
	client := raw(t, server)
	s := openAs(t, server.URL(), sealer(t, "k1"), Options{}, Settings{})
	for i := range 150 {
		change(t, s, fmt.Sprint(i), token(fmt.Sprint(i), "b"), here(fmt.Sprint(i), "s"))
	}
	erase(t, s, "149")
	for _, test := range []struct {
		name       string
		settings   [][2]string
		persistent bool
		mayEvict   bool
	}{
		{"an append-only file", nil, true, false},
		{"snapshots", [][2]string{{"appendonly", "no"}, {"save", "3600 1"}}, true, false},
		{"neither", [][2]string{{"save", ""}}, false, false},
		{"eviction", [][2]string{{"maxmemory-policy", "allkeys-lru"}}, false, true},
	} {
		for _, setting := range test.settings {
			if err := client.ConfigSet(t.Context(), setting[0], setting[1]).Err(); err != nil {
				t.Fatal(err)
			}
		}
		status, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if off := time.Since(status.Time).Abs(); off > busy {
			t.Errorf("%s: the clock of this machine is off by %v", test.name, off)
		}
		if !strings.Contains(status.Version, ".") {
			t.Errorf("%s: version %q", test.name, status.Version)
		}
		if status.Persistent != test.persistent || status.MayEvict != test.mayEvict || status.Sites != 149 {
			t.Errorf("%s: %+v", test.name, status)
		}
	}
}

func TestARedisThatRefusesToTellIsTakenForTheWorse(t *testing.T) {
	server := redistest.Start(t, "user shy on nopass ~* &* +@all -info -config")
	s := open(t, strings.Replace(server.URL(), "unix://", "unix://shy:x@", 1))
	status, err := s.Status(t.Context())
	if err != nil || status.Version != "" || status.Persistent || !status.MayEvict {
		t.Errorf("got %+v, %v", status, err)
	}
}

func TestEveryCommandIsReportedWithoutKeysOrValues(t *testing.T) {
	server := redistest.Start(t)
	var mu sync.Mutex
	var calls []Call
	// By the clock of the token, or it would expire at once.
	s := openAs(t, server.URL(), sealer(t, "k1"), Options{}, Settings{Now: func() time.Time { return now }, Observe: func(call Call) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call)
	}})
	take := func() []string {
		mu.Lock()
		defer mu.Unlock()
		var operations []string
		for _, call := range calls {
			if call.Duration <= 0 || call.Err != nil {
				t.Errorf("%+v", call)
			}
			if call.Operation != "redis_other" { // setting a connection up
				operations = append(operations, call.Operation)
			}
		}
		calls = nil
		return operations
	}
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"ping", func() { _ = s.Ping(t.Context()) }, []string{"redis_ping"}},
		{"an unknown site", func() { _, _ = s.Installation(t.Context(), site) }, []string{"redis_get"}},
		{"a change", func() { change(t, s, site, token("t", "b"), here(site, "s3cr3t")) }, []string{"redis_get", "redis_watch", "redis_get", "redis_change"}},
		{"a change that is refused", func() {
			_ = s.Change(t.Context(), site, token("t", "other"), never(t))
		}, []string{"redis_get"}},
		{"a list", func() { _ = s.Each(t.Context(), func(Summary) error { return nil }) }, []string{"redis_scan", "redis_get"}},
		{"an erasure", func() { erase(t, s, site) }, []string{"redis_watch", "redis_get", "redis_change"}},
	} {
		step.do()
		if diff := cmp.Diff(step.want, take()); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
	server.Stop()
	if err := s.Ping(t.Context()); err == nil {
		t.Fatal("Redis is down, and Ping says nothing")
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.ContainsFunc(calls, func(c Call) bool { return c.Operation == "redis_ping" && c.Err != nil }) {
		t.Errorf("the failure is reported as %+v", calls)
	}
}

// FuzzRecord holds that whatever is stored is either refused as corrupt or is
// written again as it was read, and that it can be exported.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		"", "hello", "{}", "null", `{"version":1,"clientKey":"x"}`, `{"version":2,"clientKey":"x"}`,
		`{"version":1,"clientKey":"x","newer":{"a":[1,2]},"":0,"changedAt":"2026-03-01T12:00:00Z"}`,
		`{"version":1,"clientKey":"x","ENABLED":true,"enabled":false}`, `{"version":1,"clientKey":"x","a":1,"a":2}`,
	} {
		f.Add(seed)
	}
	name := Name("x")
	f.Fuzz(func(t *testing.T, stored string) {
		raw, err := rawRecord(stored)
		if err != nil || !json.Valid(raw) {
			t.Fatalf("%q is exported as %q, %v", stored, raw, err)
		}
		r, err := parseWhole(name, stored)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("undocumented error %v", err)
			}
			return
		}
		if _, err := shown(r, stored); err != nil {
			t.Fatalf("a healthy record is not shown: %v", err)
		}
		encoded, err := r.encode()
		if err != nil {
			// Escapes make it longer, and times outside of RFC 3339 are none.
			if len(stored) < maxRecord/8 && r.timesAreWritable() {
				t.Fatal(err)
			}
			return
		}
		again, err := parseWhole(name, string(encoded))
		if err != nil {
			t.Fatalf("%q was written as %q: %v", stored, encoded, err)
		}
		second, err := again.encode()
		if err != nil || string(second) != string(encoded) {
			t.Fatalf("%q, and the second time %q, %v", encoded, second, err)
		}
	})
}

func (r *record) timesAreWritable() bool {
	for _, at := range []time.Time{r.PreviousSecretUntil, r.InstalledAt, r.ChangedAt, r.UninstalledAt, r.BlockedAt} {
		if _, err := at.MarshalJSON(); err != nil {
			return false
		}
	}
	return true
}
