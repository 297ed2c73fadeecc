package forge_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"labelup/forge"
	"labelup/forge/forgetest"
)

// keyServer counts what it is asked and answers as told.
type keyServer struct {
	*httptest.Server
	asked  atomic.Int64
	answer atomic.Pointer[http.HandlerFunc]
}

func newKeyServer(t testing.TB, answer http.HandlerFunc) *keyServer {
	s := &keyServer{}
	s.answers(answer)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	(*s.answer.Load())(w, r)
}

func (s *keyServer) answers(answer http.HandlerFunc) { s.answer.Store(&answer) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func body(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

func TestWhatIsNoKeySetProvesNothing(t *testing.T) {
	key, another := forgetest.NewKey(2048), &forgetest.NewKey(2048).PublicKey
	jwk := forgetest.JWK("key", &key.PublicKey)
	with := func(name string, value any) map[string]any {
		changed := maps.Clone(jwk)
		changed[name] = value
		return changed
	}
	set := func(keys ...map[string]any) http.HandlerFunc { return body(forgetest.KeySet(keys...)) }
	small, large := forgetest.NewKey(1024), new(big.Int).SetBit(big.NewInt(1), 8200, 1)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := curve.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	good := forgetest.KeySet(jwk)
	tests := map[string]struct {
		answer http.HandlerFunc
		reason string // "" if the key is good
	}{
		"the key":                        {set(jwk), ""},
		"the key among others":           {set(map[string]any{"kty": "EC", "kid": "ec"}, jwk, forgetest.JWK("other", another)), ""},
		"a key without use and alg":      {set(map[string]any{"kty": "RSA", "kid": "key", "n": jwk["n"], "e": jwk["e"]}), ""},
		"another key only":               {set(forgetest.JWK("other", another)), forge.ReasonUnknownKey},
		"another key under this id":      {set(forgetest.JWK("key", another)), forge.ReasonSignature},
		"two keys under this id":         {set(jwk, forgetest.JWK("key", another), forgetest.JWK("o", &key.PublicKey)), forge.ReasonUnknownKey},
		"three keys under this id":       {set(jwk, jwk, jwk, forgetest.JWK("o", &key.PublicKey)), forge.ReasonUnknownKey},
		"nothing":                        {body(nil), forge.ReasonKeyServer},
		"an empty set":                   {set(), forge.ReasonKeyServer},
		"no set":                         {body([]byte(`[]`)), forge.ReasonKeyServer},
		"a set that is no list":          {body([]byte(`{"keys":{}}`)), forge.ReasonKeyServer},
		"a set of no keys":               {body([]byte(`{"keys":[1,null,"x",[]]}`)), forge.ReasonKeyServer},
		"a page":                         {body([]byte("<html></html>")), forge.ReasonKeyServer},
		"a key after 64 KiB of nothing":  {body([]byte(strings.Repeat(" ", 64<<10) + string(good))), forge.ReasonKeyServer},
		"a key before 64 KiB of nothing": {body([]byte(string(good) + strings.Repeat(" ", 64<<10))), forge.ReasonKeyServer},
		"a key with another status":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(203); _, _ = w.Write(good) }, forge.ReasonKeyServer},
		"a redirect":                     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, forge.ReasonKeyServer},
		"a body that ends before it does": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write(good)
		}, forge.ReasonKeyServer},
		"401":                         {status(http.StatusUnauthorized), forge.ReasonKeyServer},
		"404":                         {status(http.StatusNotFound), forge.ReasonKeyServer},
		"503":                         {status(http.StatusServiceUnavailable), forge.ReasonKeyServer},
		"a server that hangs up":      {hangUp, forge.ReasonKeyServer},
		"a key on a curve":            {set(map[string]any{"kty": "EC", "crv": "P-256", "kid": "key", "x": encode(point[1:33]), "y": encode(point[33:])}), forge.ReasonKeyServer},
		"a secret":                    {set(map[string]any{"kty": "oct", "kid": "key", "k": jwk["n"]}), forge.ReasonKeyServer},
		"a key of another kind":       {set(with("kty", "rsa")), forge.ReasonKeyServer},
		"a key to encrypt with":       {set(with("use", "enc")), forge.ReasonKeyServer},
		"a key for another algorithm": {set(with("alg", "RS512")), forge.ReasonKeyServer},
		"a private key":               {set(with("d", encode(key.D.Bytes()))), forge.ReasonKeyServer},
		"a key of 1024 bits":          {set(forgetest.JWK("key", &small.PublicKey)), forge.ReasonKeyServer},
		"a key of 8201 bits":          {set(with("n", encode(large.Bytes()))), forge.ReasonKeyServer},
		"an even modulus":             {set(with("n", encode(new(big.Int).Lsh(key.N, 1).Bytes()))), forge.ReasonKeyServer},
		"no modulus":                  {set(with("n", "")), forge.ReasonKeyServer},
		"a modulus that is a number":  {set(with("n", 7)), forge.ReasonKeyServer},
		"the exponent 1":              {set(with("e", "AQ")), forge.ReasonKeyServer},
		"the exponent 3":              {set(with("e", "Aw")), forge.ReasonKeyServer},
		"an even exponent":            {set(with("e", encode([]byte{1, 0, 2}))), forge.ReasonKeyServer},
		"an exponent of 32 bits":      {set(with("e", encode([]byte{0x80, 0, 0, 1}))), forge.ReasonKeyServer},
		"an exponent of five bytes":   {set(with("e", encode([]byte{1, 0, 0, 0, 1}))), forge.ReasonKeyServer},
		"a padded exponent":           {set(with("e", "AQAB==")), forge.ReasonKeyServer},
		"no id":                       {set(with("kid", nil)), forge.ReasonKeyServer},
		"an id that is a number":      {set(with("kid", 7)), forge.ReasonKeyServer},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.keys.answers(test.answer)
			_, err := f.app.Caller(f.host.Invoke(http.MethodPost, route, "{}", forgetest.SignedBy("key", key)))
			switch test.reason {
			case "":
				if err != nil {
					t.Error(err)
				}
			case forge.ReasonKeyServer:
				wantReason(t, err, forge.Unavailable, test.reason)
				if strings.Contains(err.Error(), "127.0.0.1") {
					t.Errorf("the error names the server: %v", err)
				}
			default:
				wantReason(t, err, forge.Unauthorized, test.reason)
			}
			if asked := f.keys.asked.Load(); asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

// site is an app and its host in a synctest bubble, whose key server is asked
// without the network.
type site struct {
	t    *testing.T
	app  *forge.App
	host *forgetest.Host
	keys *keyServer
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, host: forgetest.NewHost(), keys: &keyServer{}}
	s.keys.answers(s.host.Keys().ServeHTTP)
	var err error
	if s.app, err = forge.New(forge.Config{AppID: s.host.AppID, KeySetURL: "https://keys.example.com", Transport: answering(s.keys)}); err != nil {
		t.Fatal(err)
	}
	return s
}

// call calls, and returns when no fetch is under way any more.
func (s *site) call(wantReason string, wantAsked int64, changes ...forgetest.Change) {
	s.t.Helper()
	_, err := s.app.Caller(s.host.Invoke(http.MethodPost, route, "{}", changes...))
	reason := ""
	if e, ok := errors.AsType[*forge.Error](err); ok {
		reason = e.Reason
	}
	if reason != wantReason {
		s.t.Errorf("error = %v, want %q", err, wantReason)
	}
	synctest.Wait()
	if asked := s.keys.asked.Load(); asked != wantAsked {
		s.t.Errorf("asked %d times, want %d", asked, wantAsked)
	}
}

func TestANewKeyIsTakenWithinAMinuteAndAFloodOfKeyIDsFetchesOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.call("", 1)
		next := forgetest.NewKey(2048)
		s.keys.answers(body(forgetest.KeySet(forgetest.JWK("next", &next.PublicKey))))
		junk := func() {
			t.Helper()
			for n := range 300 {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, route, nil)
				r.Header.Set("Authorization", "Bearer "+s.host.Junk("made-up-"+strconv.Itoa(n)))
				_, err := s.app.Caller(r)
				wantReason(t, err, forge.Unauthorized, forge.ReasonUnknownKey)
			}
		}
		junk()
		s.call(forge.ReasonUnknownKey, 1, forgetest.SignedBy("next", next)) // it was published this moment
		time.Sleep(59 * time.Second)
		junk()
		s.call(forge.ReasonUnknownKey, 1, forgetest.SignedBy("next", next))
		time.Sleep(time.Second)
		s.call("", 2, forgetest.SignedBy("next", next))
		s.call(forge.ReasonUnknownKey, 2) // the old one was withdrawn
	})
}

func TestTheKeysAreUsedForADayWhileNobodyCanBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.call("", 1)
		time.Sleep(29 * time.Minute)
		s.call("", 1) // the set is young
		s.keys.answers(status(http.StatusServiceUnavailable))
		time.Sleep(2 * time.Minute)
		s.call("", 2) // and asked for again behind the back of this one
		s.call("", 2)
		time.Sleep(22 * time.Hour)
		s.call("", 3)
		s.call(forge.ReasonKeyServer, 3, forgetest.WithKeyID("unknown")) // nobody can say that there is no such key
		time.Sleep(90 * time.Minute)
		s.call(forge.ReasonKeyServer, 4) // the day is over
		time.Sleep(59 * time.Second)
		s.keys.answers(s.host.Keys().ServeHTTP)
		s.call(forge.ReasonKeyServer, 4) // a server that is down is not asked more often
		time.Sleep(time.Second)
		s.call("", 5)
	})
}

// A key is withdrawn that somebody else has got hold of, and uses when nobody has
// called for long.
func TestAWithdrawnKeyIsNotUsedWhileTheServerAnswers(t *testing.T) {
	for since, reason := range map[time.Duration]string{
		59 * time.Minute: "", time.Hour: forge.ReasonUnknownKey, 20 * time.Hour: forge.ReasonUnknownKey, 30 * time.Hour: forge.ReasonUnknownKey,
	} {
		synctest.Test(t, func(t *testing.T) {
			app, s := newSlow(t, time.Second)
			if _, err := app.Caller(s.host.Invoke(http.MethodPost, route, "{}")); err != nil {
				t.Fatal(err)
			}
			next := forgetest.NewKey(2048)
			s.keys = body(forgetest.KeySet(forgetest.JWK("next", &next.PublicKey)))
			time.Sleep(since)
			_, err := app.Caller(s.host.Invoke(http.MethodPost, route, "{}"))
			if reason != "" {
				wantReason(t, err, forge.Unauthorized, reason)
			} else if err != nil {
				t.Errorf("after %v: %v", since, err)
			}
			time.Sleep(time.Minute)
			_, err = app.Caller(s.host.Invoke(http.MethodPost, route, "{}"))
			wantReason(t, err, forge.Unauthorized, forge.ReasonUnknownKey)
		})
	}
}

func TestWhoCallsOftenDoesNotWaitForTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, s := newSlow(t, time.Second)
		call := func() (took time.Duration) {
			t.Helper()
			began := time.Now()
			if _, err := app.Caller(s.host.Invoke(http.MethodPost, route, "{}")); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		began := time.Now()
		call()
		for range 5 * 60 { // answered in a second, and after two hours it hangs
			time.Sleep(time.Minute)
			if took := call(); took != 0 {
				t.Errorf("a call waited %v", took)
			}
			if time.Since(began) > 2*time.Hour {
				s.after.Store(int64(time.Hour))
			}
		}
		time.Sleep(10 * time.Minute)
		if took := call(); took != 3*time.Second {
			t.Errorf("nobody knew any more that the server hangs, and a call waited %v", took)
		}
	})
}

func TestNonsenseDoesNotReplaceKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.call("", 1)
		for n, nonsense := range []http.HandlerFunc{body(nil), body(forgetest.KeySet()), status(500), status(404), body([]byte(strings.Repeat("x", 65<<10)))} {
			s.keys.answers(nonsense)
			time.Sleep(time.Minute)
			s.call(forge.ReasonKeyServer, int64(n+2), forgetest.WithKeyID("unknown"))
			s.call("", int64(n+2))
		}
	})
}

// slowServer answers when it is told to, in a synctest bubble.
type slowServer struct {
	host  *forgetest.Host
	keys  http.Handler
	asked atomic.Int64
	after atomic.Int64 // nanoseconds
}

func (s *slowServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked.Add(1)
	select {
	case <-time.After(time.Duration(s.after.Load())):
		return answering(s.keys).RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func newSlow(t *testing.T, after time.Duration) (*forge.App, *slowServer) {
	t.Helper()
	s := &slowServer{host: forgetest.NewHost()}
	s.after.Store(int64(after))
	s.keys = s.host.Keys()
	app, err := forge.New(forge.Config{AppID: s.host.AppID, KeySetURL: "https://keys.example.com", Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return app, s
}

func TestManyWhoNeedTheKeysAskOnceAndNoMoreThanAFewWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, s := newSlow(t, time.Second)
		r := s.host.Invoke(http.MethodPost, route, "{}")
		// The first to ask gives up; the others still get the keys.
		impatient, leave := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() { _, err := app.Caller(r.Clone(impatient)); first <- err }()
		synctest.Wait()
		leave()
		err := <-first
		wantReason(t, err, forge.Unavailable, forge.ReasonKeyServer)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error does not say that the caller left: %v", err)
		}
		var group sync.WaitGroup
		var served, queue atomic.Int64
		for range 200 {
			group.Go(func() {
				began := time.Now()
				_, err := app.Caller(r.Clone(t.Context()))
				if e, ok := errors.AsType[*forge.Error](err); ok && e.Reason == forge.ReasonKeyQueue && e.Kind == forge.Unavailable && e.RetryAfter > 0 {
					if time.Since(began) != 0 {
						t.Error("it waited to be told to come back")
					}
					queue.Add(1)
				} else if err == nil {
					served.Add(1)
				}
			})
		}
		group.Wait()
		if served.Load() != 64 || queue.Load() != 200-64 || s.asked.Load() != 1 {
			t.Errorf("%d served, %d told to come back, %d fetches", served.Load(), queue.Load(), s.asked.Load())
		}
		if _, err := app.Caller(r); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestAKeyServerThatHangsHoldsACallForThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, s := newSlow(t, time.Hour)
		began := time.Now()
		_, err := app.Caller(s.host.Invoke(http.MethodPost, route, "{}"))
		wantReason(t, err, forge.Unavailable, forge.ReasonKeyServer)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
		if e, _ := errors.AsType[*forge.Error](err); e.RetryAfter != 57*time.Second {
			t.Errorf("to be tried again after %v, and there is no fetch before 57 s", e.RetryAfter)
		}
	})
}
