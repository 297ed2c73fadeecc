package connect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"path"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// farKeys is a key server 80 ms away, in a bubble of package synctest. It has
// the key of connecttest.KeyID, and others as told.
type farKeys struct {
	away time.Duration

	mu    sync.Mutex
	asked []string // key ids
	down  bool
	has   func(kid string) bool
}

func newFarKeys() *farKeys {
	return &farKeys{away: 80 * time.Millisecond, has: func(kid string) bool { return kid == connecttest.KeyID }}
}

func (f *farKeys) keys() *connect.CDNKeys {
	return connect.NewCDNKeys([]string{"https://keys.example"}, f, nil)
}

func (f *farKeys) RoundTrip(r *http.Request) (*http.Response, error) {
	kid := path.Base(r.URL.Path)
	f.mu.Lock()
	f.asked = append(f.asked, kid)
	down, has := f.down, f.has(kid)
	f.mu.Unlock()
	// Many timers of one bubble that are due at once crash Go 1.26's race detector
	// (they share a context that nothing locks), so no wait has no timer.
	if f.away > 0 {
		select {
		case <-time.After(f.away):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if down {
		return nil, errors.New("it is down")
	}
	answer := &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}
	if has {
		key, err := connecttest.NewHost("labelup", appURL).KnownKey(connecttest.KeyID)
		if err != nil {
			return nil, err
		}
		answer.StatusCode, answer.Body = http.StatusOK, io.NopCloser(bytes.NewReader(connecttest.PublicPEM(key)))
	}
	return answer, nil
}

func (f *farKeys) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *farKeys) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func (f *farKeys) times(kid string) (times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, asked := range f.asked {
		if asked == kid {
			times++
		}
	}
	return times
}

func address(n int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}), 32)
}

// ask asks in the background; the answer comes when there is one.
func ask(ctx context.Context, keys *connect.CDNKeys, kid string, from netip.Prefix) <-chan error {
	answer := make(chan error, 1)
	go func() {
		_, err := keys.InstallKey(ctx, kid, from)
		answer <- err
	}()
	synctest.Wait() // so that who asks first is first
	return answer
}

func TestWhoAsksForMuchWaitsForItAndDelaysAnotherLittle(t *testing.T) {
	for name, before := range map[string]func(ctx context.Context, keys *connect.CDNKeys){
		"for ids that nobody has": func(context.Context, *connect.CDNKeys) {},
		// It is known to everybody, and the attackers ask for it last.
		"and for the genuine one behind them": func(ctx context.Context, keys *connect.CDNKeys) {
			for n := range 20 {
				ask(ctx, keys, connecttest.KeyID, address(n))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				server := newFarKeys()
				keys := server.keys()
				for i := range 12 {
					for n := range 20 {
						ask(ctx, keys, fmt.Sprintf("made-up-%d-%d", n, i), address(n))
					}
				}
				before(ctx, keys)
				began := time.Now()
				if err := <-ask(ctx, keys, connecttest.KeyID, caller); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("it took %v", took)
				}
				cancel()
				time.Sleep(time.Minute)
			})
		})
	}
}

func TestAnIDThatNobodyWaitsForAnyMoreIsNotAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		keys := server.keys()
		for i := range 8 {
			ask(t.Context(), keys, fmt.Sprint("first-", i), caller)
		}
		leaves, leave := context.WithCancel(t.Context())
		left := ask(leaves, keys, "left", caller)
		both := ask(leaves, keys, "left-by-one", caller)
		stays := ask(t.Context(), keys, "left-by-one", address(1))
		leave()
		wantReason(t, <-left, connect.Unavailable, connect.ReasonKeyServer)
		wantReason(t, <-both, connect.Unavailable, connect.ReasonKeyServer)
		wantReason(t, <-stays, connect.Unauthorized, connect.ReasonUnknownKey)
		time.Sleep(time.Minute)
		if server.times("left") != 0 || server.times("left-by-one") != 1 {
			t.Errorf("the server was asked for %v", server.asked)
		}
	})
}

func TestKeyServersAreAskedFiftyTimesASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		server.away = 0
		keys := server.keys()
		for i := range 200 {
			ask(t.Context(), keys, fmt.Sprint("made-up-", i), address(i%20))
		}
		time.Sleep(time.Second)
		if asked := server.count(); asked > 58 || asked < 50 {
			t.Errorf("asked %d times in a second", asked)
		}
		time.Sleep(time.Minute)
	})
}

func TestNobodyWaitsLongForAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		server.away = time.Hour
		keys := server.keys()
		var begun []<-chan error
		for i := range 8 {
			begun = append(begun, ask(t.Context(), keys, fmt.Sprint("begun-", i), caller))
		}
		// The last of these has its turn when the server has not answered for 3 s.
		var waiting []<-chan error
		for i := range 17 {
			waiting = append(waiting, ask(t.Context(), keys, fmt.Sprint("waiting-", i), caller))
		}
		began := time.Now()
		for _, one := range begun {
			wantReason(t, <-one, connect.Unavailable, connect.ReasonKeyServer)
		}
		wantReason(t, <-waiting[16], connect.Unavailable, connect.ReasonKeyQueue)
		wantReason(t, <-waiting[0], connect.Unavailable, connect.ReasonKeyServer)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		time.Sleep(time.Minute)
	})
}

func TestAKeyThatProvedACallStaysWhileNobodyCanBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		keys := server.keys()
		known := func(want bool, when string) {
			t.Helper()
			key, err := keys.KnownKey(connecttest.KeyID)
			if (key != nil) != want {
				t.Fatalf("%s: key = %v, error = %v", when, key != nil, err)
			}
			time.Sleep(10 * time.Second) // for what was begun behind its back
		}
		known(false, "before it was asked for")
		if err := <-ask(t.Context(), keys, connecttest.KeyID, caller); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7 * time.Hour)
		known(false, "after 7 hours, and it has proved nothing")
		if err := <-ask(t.Context(), keys, connecttest.KeyID, caller); err != nil {
			t.Fatal(err)
		}
		keys.KeyProved(connecttest.KeyID)

		// Its users do not notice that it is asked for again.
		time.Sleep(7 * time.Hour)
		known(true, "while it is asked for again")
		if asked := server.times(connecttest.KeyID); asked != 3 {
			t.Fatalf("asked %d times", asked)
		}
		time.Sleep(5 * time.Hour)
		known(true, "after it was asked for again")

		server.set(func() { server.down = true })
		time.Sleep(14 * time.Hour)
		for range 10 {
			known(true, "while the server is down")
		}
		// Every 30 s, whoever asks.
		if asked := server.times(connecttest.KeyID); asked < 6 || asked > 7 {
			t.Errorf("asked %d times", asked)
		}
		time.Sleep(5 * time.Hour)
		known(false, "a day after the server said that it has it")

		server.set(func() { server.down = false })
		if err := <-ask(t.Context(), keys, connecttest.KeyID, caller); err != nil {
			t.Fatal(err)
		}
		server.set(func() { server.has = func(string) bool { return false } })
		time.Sleep(7 * time.Hour)
		known(true, "while nobody knows that it was withdrawn")
		_, err := keys.KnownKey(connecttest.KeyID)
		wantReason(t, err, connect.Unauthorized, connect.ReasonUnknownKey)
	})
}

func TestMadeUpIDsDoNotPushEachOtherOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		server.away = 0
		keys := server.keys()
		wantReason(t, <-ask(t.Context(), keys, "of-a-wrong-setting", caller), connect.Unauthorized, connect.ReasonUnknownKey)
		began := time.Now()
		// As many as it will ask for.
		var askers sync.WaitGroup
		for n := range 20 {
			askers.Go(func() {
				for i := 0; time.Since(began) < 29*time.Second; i++ {
					_, _ = keys.InstallKey(t.Context(), fmt.Sprintf("made-up-%d-%d", n, i), address(n))
				}
			})
		}
		askers.Wait()
		if asked := server.count(); asked < 1400 {
			t.Fatalf("asked only %d times", asked)
		}
		_, err := keys.KnownKey("of-a-wrong-setting")
		wantReason(t, err, connect.Unauthorized, connect.ReasonUnknownKey)
		time.Sleep(time.Minute)
		if _, err := keys.KnownKey("of-a-wrong-setting"); err != nil {
			t.Errorf("a miss is believed for a minute: %v", err)
		}
	})
}

func TestOtherKeysDoNotPushOutTheOneThatProvesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFarKeys()
		server.has = func(string) bool { return true }
		keys := server.keys()
		if err := <-ask(t.Context(), keys, connecttest.KeyID, caller); err != nil {
			t.Fatal(err)
		}
		keys.KeyProved(connecttest.KeyID)
		for i := range 200 {
			if err := <-ask(t.Context(), keys, fmt.Sprint("other-", i), caller); err != nil {
				t.Fatal(err)
			}
		}
		if key, err := keys.KnownKey(connecttest.KeyID); key == nil {
			t.Errorf("it was pushed out: %v", err)
		}
		if key, _ := keys.KnownKey("other-0"); key != nil {
			t.Error("all 200 are kept")
		}
		time.Sleep(time.Minute)
	})
}
