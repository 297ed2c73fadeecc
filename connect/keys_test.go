package connect_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// caller is the only caller where it does not matter who calls.
var caller = netip.MustParsePrefix("198.51.100.7/32")

// keyServer counts what it is asked and answers as told.
type keyServer struct {
	*httptest.Server
	asked  atomic.Int64
	answer atomic.Pointer[http.HandlerFunc]
}

func newKeyServer(t *testing.T, answer http.HandlerFunc) *keyServer {
	s := &keyServer{}
	s.answers(answer)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *keyServer) answers(answer http.HandlerFunc) { s.answer.Store(&answer) }

func rightKey() http.HandlerFunc {
	return connecttest.NewHost("labelup", appURL).Keys().ServeHTTP
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func body(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

func TestInstallKeysComeFromTheFirstServerThatHasThem(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, err := x509.MarshalPKIXPublicKey(&curve.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key := connecttest.NewKey()
	public := connecttest.PublicPEM(&key.PublicKey)
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})

	for name, test := range map[string]struct {
		primary, fallback http.HandlerFunc
		kind              connect.Kind // "" if the key is found
	}{
		"the first has it":                   {primary: rightKey(), fallback: hangUp},
		"the first does not have it":         {primary: http.NotFound, fallback: rightKey()},
		"the first is down":                  {primary: status(503), fallback: rightKey()},
		"the first hangs up":                 {primary: hangUp, fallback: rightKey()},
		"neither has it":                     {primary: http.NotFound, fallback: http.NotFound, kind: connect.Unauthorized},
		"one is down and the other has none": {primary: status(500), fallback: http.NotFound, kind: connect.Unavailable},
		"one has none and the other is down": {primary: http.NotFound, fallback: status(429), kind: connect.Unavailable},
		"both are down":                      {primary: hangUp, fallback: hangUp, kind: connect.Unavailable},
		"a page":                             {primary: body([]byte("<html></html>")), fallback: http.NotFound, kind: connect.Unauthorized},
		"a key with another status": {primary: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNonAuthoritativeInfo)
			_, _ = w.Write(public)
		}, fallback: http.NotFound, kind: connect.Unauthorized},
		"a key after 16 KiB of nothing":  {primary: body(append([]byte(strings.Repeat("\n", 16<<10)), public...)), fallback: http.NotFound, kind: connect.Unauthorized},
		"a key before 16 KiB of nothing": {primary: body(append(bytes.Clone(public), strings.Repeat("\n", 16<<10)...)), fallback: http.NotFound, kind: connect.Unauthorized},
		"a key of 1024 bits":             {primary: body(connecttest.PublicPEM(&small.PublicKey)), fallback: http.NotFound, kind: connect.Unauthorized},
		"a key on a curve":               {primary: body(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: curveDER})), fallback: http.NotFound, kind: connect.Unauthorized},
		"a private key":                  {primary: body(private), fallback: http.NotFound, kind: connect.Unauthorized},
		"PEM around nothing":             {primary: body([]byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")), fallback: http.NotFound, kind: connect.Unauthorized},
		"a body that ends before it is whole": {primary: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write(public)
		}, fallback: http.NotFound, kind: connect.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			primary, fallback := newKeyServer(t, test.primary), newKeyServer(t, test.fallback)
			keys := connect.NewCDNKeys([]string{primary.URL + "/", fallback.URL}, nil, nil)
			key, err := keys.InstallKey(t.Context(), connecttest.KeyID, caller)
			if test.kind == "" {
				if err != nil || key == nil || key.N.BitLen() != 2048 {
					t.Fatalf("key = %v, error = %v", key, err)
				}
				return
			}
			e, ok := errors.AsType[*connect.Error](err)
			if !ok || e.Kind != test.kind {
				t.Fatalf("error = %v, want %s", err, test.kind)
			}
		})
	}
}

func TestARedirectStaysAtItsServer(t *testing.T) {
	elsewhere := newKeyServer(t, rightKey())
	away := newKeyServer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
	})
	_, err := connect.NewCDNKeys([]string{away.URL}, nil, nil).InstallKey(t.Context(), connecttest.KeyID, caller)
	wantReason(t, err, connect.Unauthorized, connect.ReasonUnknownKey)
	if elsewhere.asked.Load() != 0 {
		t.Error("the redirect was followed to another host")
	}

	right := rightKey()
	within := newKeyServer(t, func(w http.ResponseWriter, r *http.Request) {
		if moved, ok := strings.CutPrefix(r.URL.Path, "/moved"); ok {
			r.URL.Path = moved
			right(w, r)
			return
		}
		http.Redirect(w, r, "/moved"+r.URL.Path, http.StatusFound)
	})
	if _, err := connect.NewCDNKeys([]string{within.URL}, nil, nil).InstallKey(t.Context(), connecttest.KeyID, caller); err != nil {
		t.Errorf("a redirect within the server: %v", err)
	}

	round := newKeyServer(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	_, err = connect.NewCDNKeys([]string{round.URL}, nil, nil).InstallKey(t.Context(), connecttest.KeyID, caller)
	wantReason(t, err, connect.Unauthorized, connect.ReasonUnknownKey)
	if asked := round.asked.Load(); asked > 5 {
		t.Errorf("a circle was followed %d times", asked)
	}
}

func TestKeysAreRememberedForHoursAndMissesBriefly(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	server := newKeyServer(t, http.NotFound)
	keys := connect.NewCDNKeys([]string{server.URL}, nil, func() time.Time { return now })
	ask := func(wantAsked int64, wantFound bool) {
		t.Helper()
		key, err := keys.InstallKey(t.Context(), connecttest.KeyID, caller)
		if (err == nil) != wantFound || (key != nil) != wantFound {
			t.Fatalf("key = %v, error = %v, want found = %v", key, err, wantFound)
		}
		if asked := server.asked.Load(); asked != wantAsked {
			t.Fatalf("the server was asked %d times, want %d", asked, wantAsked)
		}
	}
	ask(1, false)
	server.answers(rightKey())
	now = now.Add(29 * time.Second)
	ask(1, false) // the miss is remembered
	now = now.Add(2 * time.Second)
	ask(2, true)
	server.answers(status(http.StatusServiceUnavailable))
	now = now.Add(5 * time.Hour)
	ask(2, true) // the key is remembered
	now = now.Add(2 * time.Hour)
	ask(3, false) // and not for ever
	server.answers(rightKey())
	ask(4, true) // an outage is not remembered
}

func TestMadeUpKeyIDsDoNotPushOutKeys(t *testing.T) {
	server := newKeyServer(t, rightKey())
	keys := connect.NewCDNKeys([]string{server.URL}, nil, nil)
	if _, err := keys.InstallKey(t.Context(), connecttest.KeyID, caller); err != nil {
		t.Fatal(err)
	}
	for i := range 70 { // more than keys are kept
		if _, err := keys.InstallKey(t.Context(), fmt.Sprintf("made-up-%d", i), caller); err == nil {
			t.Fatal("a made-up id has a key")
		}
	}
	server.answers(hangUp)
	if _, err := keys.InstallKey(t.Context(), connecttest.KeyID, caller); err != nil {
		t.Errorf("the key was pushed out: %v", err)
	}
}

func TestManyWhoNeedOneKeyAskOnce(t *testing.T) {
	right, release := rightKey(), make(chan struct{})
	server := newKeyServer(t, func(w http.ResponseWriter, r *http.Request) { <-release; right(w, r) })
	keys := connect.NewCDNKeys([]string{server.URL}, nil, nil)

	// The first to ask gives up; the others still get the key.
	impatient, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := keys.InstallKey(impatient, connecttest.KeyID, caller); first <- err }()
	for server.asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	wantReason(t, <-first, connect.Unavailable, connect.ReasonKeyServer)

	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := keys.InstallKey(t.Context(), connecttest.KeyID, caller); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	wg.Wait()
	if asked := server.asked.Load(); asked != 1 {
		t.Errorf("the server was asked %d times", asked)
	}
}

func TestAKeyServerThatIsDownIsNoProof(t *testing.T) {
	server := newKeyServer(t, hangUp)
	f := newFixture(t, func(c *connect.Config) { c.Keys = connect.NewCDNKeys([]string{server.URL}, nil, nil) })
	before := f.records()
	err := f.app.Lifecycle(f.installWith(), connect.Installed)
	wantReason(t, err, connect.Unavailable, connect.ReasonKeyServer)
	if len(before) != len(f.records()) {
		t.Error("a record was written")
	}
	if strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("the error names the server: %v", err)
	}
}
