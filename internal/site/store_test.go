package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/seal"
	"labelup/internal/site/redistest"
)

const site = "11111111-2222-3333-4444-555555555555"

func sealer(t testing.TB, ids ...string) *seal.Local {
	t.Helper()
	var keys []string
	for _, id := range ids {
		key := sha256.Sum256([]byte(id))
		keys = append(keys, id+":"+base64.StdEncoding.EncodeToString(key[:]))
	}
	l, err := seal.NewLocal(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// now is the time of day in the tests that count days: when the site of
// installed has just uninstalled.
var now = time.Date(2026, 3, 1, 13, 0, 0, 123456789, time.UTC)

func openWith(t testing.TB, url string, sealer Sealer, options Options) *Store {
	t.Helper()
	return openAs(t, url, sealer, options, Settings{Now: func() time.Time { return now }})
}

func openAs(t testing.TB, url string, sealer Sealer, options Options, settings Settings) *Store {
	t.Helper()
	client, err := NewClient(url, options)
	if err != nil {
		t.Fatal(err)
	}
	s := New(client, sealer, settings)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func open(t testing.TB, url string) *Store {
	t.Helper()
	return openWith(t, url, sealer(t, "k1"), Options{})
}

// installed is a whole record with every field filled in.
func installed(clientKey, secret string) *connect.Installation {
	at := now.Add(-time.Hour)
	return &connect.Installation{
		ClientKey:           clientKey,
		SharedSecret:        connect.Secret(secret),
		PreviousSecret:      "previous of " + connect.Secret(secret),
		PreviousSecretUntil: at.Add(time.Minute),
		BaseURL:             "https://site.example/wiki",
		DisplayURL:          "https://wiki.example",
		OAuthClientID:       "oauth",
		Enabled:             true,
		InstalledAt:         at,
		ChangedAt:           at.Add(time.Second),
		SignedAt:            at.Add(time.Second),
		UninstalledAt:       now,
		BlockedAt:           at.Add(time.Minute),
	}
}

func token(name, body string) *connect.UsedToken {
	return &connect.UsedToken{
		TokenHash: sha256.Sum256([]byte(name)),
		BodyHash:  sha256.Sum256([]byte(body)),
		Expires:   now.Add(3 * time.Minute),
	}
}

func to(next *connect.Installation) func(*connect.Installation) (*connect.Installation, error) {
	return func(*connect.Installation) (*connect.Installation, error) { return next, nil }
}

// never fails the test if the store asks for a decision.
func never(t *testing.T) func(*connect.Installation) (*connect.Installation, error) {
	return func(*connect.Installation) (*connect.Installation, error) {
		t.Error("decide was called")
		return nil, errors.New("must not happen")
	}
}

// change makes what a test begins with. It comes back as Atlassian does: on a
// busy machine Redis takes longer than a call waits.
func change(t testing.TB, s *Store, clientKey string, used *connect.UsedToken, next *connect.Installation) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := s.Change(t.Context(), clientKey, used, to(next))
		if err == nil {
			return
		}
		if !errors.Is(err, connect.ErrStoreUnavailable) || time.Since(began) > 10*time.Second {
			t.Fatal(err)
		}
	}
}

func read(t testing.TB, s *Store, clientKey string) *connect.Installation {
	t.Helper()
	got, err := s.Installation(t.Context(), clientKey)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// onlyInvalidation makes a store keep what it read until it is told to forget,
// so that a test can tell an invalidation from an age that ran out.
func onlyInvalidation(s *Store) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.maxAge = time.Hour
}

// listens waits until a store, which had dropped its answers before times, drops
// them because it listens from now on. A new store has dropped nothing before.
func listens(t testing.TB, s *Store, before uint64) {
	t.Helper()
	for start := time.Now(); s.cache.now() <= before; time.Sleep(time.Millisecond) {
		if time.Since(start) > busy {
			t.Fatal("the store does not listen for changes")
		}
	}
}

// secretWithin waits until a store knows a secret. It fails if the store is
// asked later than limit from now, on an idle machine, and still answers with another one.
func secretWithin(t testing.TB, limit time.Duration, s *Store, clientKey string, want connect.Secret) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		asked := time.Since(start)
		got, err := s.Installation(t.Context(), clientKey)
		if err == nil && got.SharedSecret == want {
			return asked
		}
		if asked > limit+busy {
			t.Fatalf("asked after %v, the store does not know the new secret (error %v)", asked, err)
		}
		time.Sleep(time.Millisecond)
	}
}

// raw is a client of the test's own, to look at what is stored.
func raw(t testing.TB, server *redistest.Server) redis.UniversalClient {
	t.Helper()
	client, err := NewClient(server.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestEveryFieldOfAnInstallationIsKept(t *testing.T) {
	server := redistest.Start(t)
	want := installed(site, "s3cr3t")
	for i, value := 0, reflect.ValueOf(*want); i < value.NumField(); i++ {
		if value.Field(i).IsZero() {
			t.Fatalf("the test leaves %s empty and would not notice its loss", value.Type().Field(i).Name)
		}
	}
	change(t, open(t, server.URL()), site, token("t", "b"), want)
	if diff := cmp.Diff(want, read(t, open(t, server.URL()), site)); diff != "" {
		t.Error(diff)
	}
	bare := &connect.Installation{ClientKey: "bare", BaseURL: "https://x.example"}
	s := open(t, server.URL())
	change(t, s, "bare", nil, bare)
	if diff := cmp.Diff(bare, read(t, s, "bare")); diff != "" {
		t.Errorf("an installation without secrets: %s", diff)
	}
}

func TestASiteThatNeverInstalledIsUnknown(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	for name, clientKey := range map[string]string{
		"an ordinary key": site, "no key": "", "a key that is too long": strings.Repeat("x", 256),
	} {
		for range 2 { // the second answer is the cache's
			got, err := s.Installation(t.Context(), clientKey)
			if !errors.Is(err, connect.ErrUnknownSite) || errors.Is(err, connect.ErrStoreUnavailable) || got != nil {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	}
	for _, clientKey := range []string{"", strings.Repeat("x", 256)} {
		if err := s.Change(t.Context(), clientKey, nil, never(t)); err == nil {
			t.Errorf("a change of a client key of %d bytes was accepted", len(clientKey))
		}
	}
	longest := strings.Repeat("x", 255)
	change(t, s, longest, nil, installed(longest, "s3cr3t"))
	read(t, s, longest)
}

func TestWhatDecideSeesAndWhatBecomesOfItsAnswer(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	refused := errors.New("refused")

	err := s.Change(t.Context(), site, token("1", "b"), func(current *connect.Installation) (*connect.Installation, error) {
		if current != nil {
			t.Errorf("before the install there is %v", current)
		}
		return installed(site, "first"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	shared := read(t, s, site)

	t.Run("its error is returned as it is and nothing is written", func(t *testing.T) {
		err := s.Change(t.Context(), site, token("2", "b"), func(current *connect.Installation) (*connect.Installation, error) {
			current.SharedSecret = "scribbled" // its own copy
			return installed(site, "second"), refused
		})
		if err != refused { //nolint:errorlint // "as it is" is what is tested
			t.Errorf("got %v", err)
		}
		if got := read(t, open(t, server.URL()), site); got.SharedSecret != "first" || shared.SharedSecret != "first" {
			t.Errorf("stored %q, cached %q", string(got.SharedSecret), string(shared.SharedSecret))
		}
		called := false
		if err := s.Change(t.Context(), site, token("2", "another body"), func(*connect.Installation) (*connect.Installation, error) {
			called = true
			return nil, nil
		}); err != nil || !called {
			t.Errorf("the token of the refused change counts as used: %v", err)
		}
	})
	t.Run("nil leaves the record and remembers the token", func(t *testing.T) {
		before := raw(t, server).Get(t.Context(), siteKey(Name(site))).Val()
		change(t, s, site, token("3", "b"), nil)
		change(t, s, site, nil, nil)
		if got := raw(t, server).Get(t.Context(), siteKey(Name(site))).Val(); got != before {
			t.Error("the record was written")
		}
		if err := s.Change(t.Context(), site, token("3", "c"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a record of another site is refused", func(t *testing.T) {
		if err := s.Change(t.Context(), site, nil, to(installed("other", "x"))); err == nil {
			t.Error("it was written")
		}
	})
	t.Run("a record that is too large is refused", func(t *testing.T) {
		huge := installed(site, "x")
		huge.DisplayURL = strings.Repeat("x", 64<<10)
		if err := s.Change(t.Context(), site, nil, to(huge)); err == nil {
			t.Error("it was written")
		}
		if got := read(t, s, site); got.SharedSecret != "first" {
			t.Error("it left a trace")
		}
	})
}

func TestALifecycleTokenWorksOncePerBody(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, token("t", "body"), installed(site, "first"))

	if err := other.Change(t.Context(), site, token("t", "body"), never(t)); err != nil {
		t.Errorf("the same again, in another process: %v", err)
	}
	if err := other.Change(t.Context(), site, token("t", "another body"), never(t)); err != connect.ErrTokenReused { //nolint:errorlint // handlers may compare
		t.Errorf("another body: %v", err)
	}
	if got := read(t, other, site); got.SharedSecret != "first" {
		t.Error("a replay changed the secret")
	}

	short := token("short", "body")
	short.Expires = now.Add(1100 * time.Millisecond)
	change(t, s, site, short, nil)
	key := tokenKey(Name(site), short.TokenHash)
	client := raw(t, server)
	for start := time.Now(); client.Exists(t.Context(), key).Val() == 1; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > busy {
			t.Fatal("an expired token is kept")
		}
	}
}

func TestOneTokenPresentedManyTimesAtOnceIsAppliedOnce(t *testing.T) {
	server := redistest.Start(t)
	stores := []*Store{open(t, server.URL()), open(t, server.URL())}
	var reused, applied atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			body := strconv.Itoa(i % 2)
			err := stores[i%2].Change(t.Context(), site, token("t", body), to(installed(site, body)))
			switch {
			case err == nil:
				applied.Add(1)
			case errors.Is(err, connect.ErrTokenReused):
				reused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if applied.Load() != 4 || reused.Load() != 4 {
		t.Errorf("%d applied or repeated, %d refused; want 4 and 4: one body won", applied.Load(), reused.Load())
	}
}

func TestATokenUsedWhileItsChangeIsBeingDecidedIsNoticed(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	calls := 0
	err := s.Change(t.Context(), site, token("t", "late"), func(*connect.Installation) (*connect.Installation, error) {
		calls++
		change(t, other, site, token("t", "early"), nil)
		return nil, nil
	})
	if !errors.Is(err, connect.ErrTokenReused) || calls != 1 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func TestChangesAtTheSameMomentDoNotLoseEachOther(t *testing.T) {
	server := redistest.Start(t)
	stores := []*Store{open(t, server.URL()), open(t, server.URL()), open(t, server.URL())}
	const writers = 9
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			err := stores[i%len(stores)].Change(t.Context(), site, token(strconv.Itoa(i), ""), func(current *connect.Installation) (*connect.Installation, error) {
				if current == nil {
					current = installed(site, "s3cr3t")
					current.OAuthClientID = "0"
				}
				n, err := strconv.Atoi(current.OAuthClientID)
				current.OAuthClientID = strconv.Itoa(n + 1)
				return current, err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range stores {
		if got := read(t, s, site).OAuthClientID; got != strconv.Itoa(writers) {
			t.Errorf("after %d increments the number is %s", writers, got)
		}
	}
}

func TestAChangeThatAlwaysCollidesIsGivenUp(t *testing.T) {
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	calls := 0
	err := s.Change(t.Context(), site, token("t", "b"), func(*connect.Installation) (*connect.Installation, error) {
		calls++
		change(t, other, site, nil, installed(site, fmt.Sprint("other", calls)))
		return installed(site, "never"), nil
	})
	if !errors.Is(err, connect.ErrStoreUnavailable) || calls != maxAttempts {
		t.Errorf("after %d attempts: %v", calls, err)
	}
	if got := read(t, s, site); got.SharedSecret != connect.Secret(fmt.Sprint("other", calls)) {
		t.Errorf("the record is %q", string(got.SharedSecret))
	}
}

func TestDisabledAndUninstalledAtOnceBothApply(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	for round := range 20 {
		start := installed(site, "s3cr3t")
		start.UninstalledAt = time.Time{}
		change(t, s, site, nil, start)
		gone := time.Now()
		edits := []func(*connect.Installation){
			func(i *connect.Installation) { i.Enabled = false },
			func(i *connect.Installation) { i.UninstalledAt, i.SharedSecret = gone, "" },
		}
		var both sync.WaitGroup
		for n, edit := range edits {
			both.Go(func() {
				err := s.Change(t.Context(), site, token(fmt.Sprint(round, n), ""), func(current *connect.Installation) (*connect.Installation, error) {
					edit(current)
					return current, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if got := read(t, s, site); got.Enabled || got.Installed() || got.SharedSecret != "" {
			t.Fatalf("round %d: enabled %v, installed %v", round, got.Enabled, got.Installed())
		}
	}
}

func TestAClientWaitsForRedisAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	change(t, open(t, server.URL()), site, nil, installed(site, "0"))
	client, err := NewClient(server.URL(), Options{Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Do(t.Context(), "CLIENT", "PAUSE", 2000, "ALL").Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := client.DBSize(t.Context()).Result(); err != nil || n == 0 { // two tries of half a second come to nothing
		t.Errorf("%d keys, %v", n, err)
	}
}

func TestAChangeIsSeenAtOnceInItsOwnProcess(t *testing.T) {
	server := redistest.Start(t)
	s := openWith(t, server.URL(), sealer(t, "k1"), Options{Wait: time.Minute}) // a busy machine has it wait
	change(t, s, site, nil, installed(site, "0"))

	// Readers all the time, so that loads are under way at every moment.
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Installation(ctx, site); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 200 {
		want := connect.Secret(strconv.Itoa(i))
		change(t, s, site, nil, installed(site, string(want)))
		if got := read(t, s, site); got.SharedSecret != want {
			t.Errorf("change %d: the process still reads %q", i, string(got.SharedSecret))
		}
	}
	stop()
	readers.Wait()
}

// The answer is held back for a while. On a busy machine it may arrive before
// all is done that should not wait for it; then it is done again.
func TestASlowReadBegunBeforeAChangeIsNeitherJoinedNorKept(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	for attempt := range 20 {
		before, after := connect.Secret(fmt.Sprint("old", attempt)), connect.Secret(fmt.Sprint("new", attempt))
		change(t, s, site, nil, installed(site, string(before)))
		var asked atomic.Bool
		p.misbehave(func(request []byte) misbehaviour {
			if !bytes.Contains(request, []byte("\r\nget\r\n")) {
				return pass
			}
			asked.Store(true)
			return slowAnswer
		})
		early := make(chan connect.Secret, 1)
		go func() {
			got, err := s.Installation(context.Background(), site)
			if err != nil {
				got = &connect.Installation{} // it was slower than any answer may be
			}
			early <- got.SharedSecret
		}()
		waitFor(t, time.Second, "the question", asked.Load)
		p.behave()
		change(t, s, site, nil, installed(site, string(after)))
		if got := read(t, s, site); got.SharedSecret != after {
			t.Errorf("just after the change: %q", string(got.SharedSecret))
		}
		if len(early) > 0 {
			continue // it may have been waited for
		}
		if got := <-early; got != before {
			continue // it was asked again, and nothing was held back
		}
		if got := read(t, s, site); got.SharedSecret != after {
			t.Errorf("after the old answer arrived: %q", string(got.SharedSecret))
		}
		return
	}
	t.Fatal("the old answer was never held back for long enough")
}

func TestAChangeIsSeenWithinASecondInOtherProcesses(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "user deaf on nopass ~* resetchannels +@all")
	deaf := strings.Replace(server.URL(), "unix://", "unix://deaf:x@", 1)
	for name, url := range map[string]string{
		"by invalidation alone":                            server.URL(),
		"by age alone, when it may not listen to channels": deaf,
	} {
		t.Run(name, func(t *testing.T) {
			writer, reader := open(t, server.URL()), open(t, url)
			if url != deaf {
				onlyInvalidation(reader)
			}
			change(t, writer, site, nil, installed(site, "old"))
			if url != deaf {
				listens(t, reader, 0)
			}
			for i := range 3 {
				read(t, reader, site)
				want := connect.Secret(fmt.Sprint("new", i))
				change(t, writer, site, nil, installed(site, string(want)))
				took := secretWithin(t, time.Second, reader, site, want)
				t.Logf("seen after %v", took)
			}
			// An unknown site becomes known in the same way.
			fresh := "fresh " + name
			if _, err := reader.Installation(t.Context(), fresh); !errors.Is(err, connect.ErrUnknownSite) {
				t.Fatal(err)
			}
			change(t, writer, fresh, nil, installed(fresh, "s"))
			secretWithin(t, time.Second, reader, fresh, "s")
		})
	}
}

func TestTheCacheKeepsReadersOffRedis(t *testing.T) {
	server := redistest.Start(t)
	client := raw(t, server)
	change(t, open(t, server.URL()), site, nil, installed(site, "s3cr3t"))
	s := open(t, server.URL())
	listens(t, s, 0) // and drops nothing from now on
	reads := func() int {
		t.Helper()
		info, err := client.Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, counted, found := strings.Cut(info, "cmdstat_get:calls=")
		if !found {
			return 0
		}
		calls, _, _ := strings.Cut(counted, ",")
		n, err := strconv.Atoi(calls)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, clientKey := range map[string]string{"a known site": site, "an unknown site": "nobody"} {
		before, start := reads(), time.Now()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				for range 100 {
					_, _ = s.Installation(t.Context(), clientKey)
				}
			})
		}
		all.Wait()
		// One, and one more for each time the age ran out meanwhile.
		if got, most := reads()-before, 2+int(time.Since(start)/maxAge); got < 1 || got > most {
			t.Errorf("%s: 5000 readers asked Redis %d times, expected 1 to %d", name, got, most)
		}
	}
}

func TestACacheHitDoesNotAllocate(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	change(t, s, site, nil, installed(site, "s3cr3t"))
	read(t, s, site)
	ctx := t.Context()
	if got := testing.AllocsPerRun(1000, func() { _, _ = s.Installation(ctx, site) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestACorruptRecordIsAFaultOfThatSiteOnly(t *testing.T) {
	server := redistest.Start(t)
	client := raw(t, server)
	s := open(t, server.URL())
	change(t, s, "healthy", nil, installed("healthy", "s3cr3t"))
	change(t, s, site, nil, installed(site, "s3cr3t"))
	key := siteKey(Name(site))
	good := client.Get(t.Context(), key).Val()
	elsewhere := client.Get(t.Context(), siteKey(Name("healthy"))).Val()
	bare := func() string {
		change(t, s, "bare", nil, &connect.Installation{ClientKey: "bare"})
		return client.Get(t.Context(), siteKey(Name("bare"))).Val()
	}
	swapped := func() string {
		var fields map[string]any
		if err := json.Unmarshal([]byte(good), &fields); err != nil {
			t.Fatal(err)
		}
		fields["sharedSecret"], fields["previousSecret"] = fields["previousSecret"], fields["sharedSecret"]
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, test := range []struct {
		name, stored string
		cause        error
	}{
		{"it is empty", "", nil},
		{"it is no JSON", "hello", nil},
		{"it is cut off", good[:len(good)/2], nil},
		{"it is an empty object", "{}", nil},
		{"it is of a newer version", strings.Replace(good, `"version":1`, `"version":2`, 1), nil},
		{"it is another site's", elsewhere, nil},
		{"it is another site's, without secrets", bare(), nil},
		{"it is another site's under this name", strings.Replace(elsewhere, `"healthy"`, `"`+site+`"`, 1), seal.ErrOtherSite},
		{"its secrets are swapped", swapped(), seal.ErrOtherField},
		{"its secret is in the clear", regexp.MustCompile(`v1\.k1\.sharedSecret[^"]*`).ReplaceAllString(good, "s3cr3t"), seal.ErrMalformed},
		{"its key is gone", strings.ReplaceAll(good, "v1.k1.", "v1.k9."), seal.ErrUnknownKey},
		{"it is huge", good + strings.Repeat(" ", 64<<10), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := client.Set(t.Context(), key, test.stored, 0).Err(); err != nil {
				t.Fatal(err)
			}
			s.forget("")
			_, readErr := s.Installation(t.Context(), site)
			changeErr := s.Change(t.Context(), site, token("t", "b"), never(t))
			for what, err := range map[string]error{"reading": readErr, "changing": changeErr} {
				if !errors.Is(err, ErrCorrupt) || !errors.Is(err, connect.ErrStoreUnavailable) || test.cause != nil && !errors.Is(err, test.cause) {
					t.Errorf("%s: %v", what, err)
				} else if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), site) {
					t.Errorf("%s: the error shows data: %v", what, err)
				}
			}
			if got := client.Get(t.Context(), key).Val(); got != test.stored {
				t.Error("the corrupt record was overwritten")
			}
			if got := read(t, s, "healthy"); got.SharedSecret != "s3cr3t" {
				t.Error("another site suffers")
			}
		})
	}
	t.Run("it is no string", func(t *testing.T) {
		if err := errors.Join(client.Del(t.Context(), key).Err(), client.LPush(t.Context(), key, "x").Err()); err != nil {
			t.Fatal(err)
		}
		s.forget("")
		if _, err := s.Installation(t.Context(), site); !errors.Is(err, connect.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestASealKeyRotatesWithoutDowntime(t *testing.T) {
	server := redistest.Start(t)
	key := siteKey(Name(site))
	change(t, openWith(t, server.URL(), sealer(t, "old"), Options{}), site, nil, installed(site, "s3cr3t"))

	both := openWith(t, server.URL(), sealer(t, "new", "old"), Options{})
	record := read(t, both, site)
	if record.SharedSecret != "s3cr3t" {
		t.Fatal("the old record does not open")
	}
	if stored := raw(t, server).Get(t.Context(), key).Val(); !strings.Contains(stored, "v1.old.") {
		t.Fatalf("reading wrote: %s", stored)
	}
	change(t, both, site, nil, record)
	if stored := raw(t, server).Get(t.Context(), key).Val(); strings.Contains(stored, "v1.old.") || strings.Count(stored, "v1.new.") != 2 {
		t.Errorf("after a write both secrets should be sealed with the new key: %s", stored)
	}
	if got := read(t, openWith(t, server.URL(), sealer(t, "new"), Options{}), site); got.SharedSecret != "s3cr3t" {
		t.Error("without the old key the record does not open")
	}
}

func TestRedisMayEvictUnlessItKeepsEverything(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	for policy, want := range map[string]bool{"noeviction": false, "allkeys-lru": true, "volatile-ttl": true} {
		if err := raw(t, server).ConfigSet(t.Context(), "maxmemory-policy", policy).Err(); err != nil {
			t.Fatal(err)
		}
		if may, err := s.MayEvict(t.Context()); err != nil || may != want {
			t.Errorf("%s: %v, %v", policy, may, err)
		}
	}
}

func TestARedisThatDoesNotTellMayEvict(t *testing.T) {
	server := redistest.Start(t, "user shy on nopass ~* &* +@all -info")
	s := open(t, strings.Replace(server.URL(), "unix://", "unix://shy:x@", 1))
	if may, err := s.MayEvict(t.Context()); !may || err != nil {
		t.Errorf("got %v, %v", may, err)
	}
}

func TestCloseMayBeCalledTwice(t *testing.T) {
	s := open(t, redistest.Start(t).URL())
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Installation(t.Context(), site); !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("after Close: %v", err)
	}
}

func BenchmarkInstallationFromTheCache(b *testing.B) {
	server := redistest.Start(b)
	s := open(b, server.URL())
	change(b, s, site, nil, installed(site, "s3cr3t"))
	ctx := b.Context()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Installation(ctx, site); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkInstallationFromRedis(b *testing.B) {
	server := redistest.Start(b)
	s := open(b, server.URL())
	change(b, s, site, nil, installed(site, "s3cr3t"))
	ctx, name := b.Context(), Name(site)
	b.ReportAllocs()
	for b.Loop() {
		s.forget(name)
		if _, err := s.Installation(ctx, site); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChange(b *testing.B) {
	server := redistest.Start(b)
	s := open(b, server.URL())
	record := installed(site, "s3cr3t")
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Change(ctx, site, nil, to(record)); err != nil {
			b.Fatal(err)
		}
	}
}
