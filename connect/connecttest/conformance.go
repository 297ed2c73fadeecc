package connecttest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
)

// TestStore holds an implementation of connect.Store to what connect.Store
// promises. open returns two handles of one new and empty store, as two
// processes have them; a store that lives in one process returns itself twice.
//
// What a store does when it cannot be reached is its own to test.
func TestStore(t *testing.T, open func(t *testing.T) (here, elsewhere connect.Store)) {
	for name, test := range map[string]func(t *testing.T, here, elsewhere connect.Store){
		"a site that never installed is unknown":                     testUnknownSite,
		"every field of a record is kept":                            testEveryField,
		"a change is seen here at once and elsewhere in a second":    testHowSoonAChangeIsSeen,
		"sites are told apart by the whole of their client keys":     testSitesStayApart,
		"a decision may leave the record as it is":                   testLeftAsItIs,
		"an error of the decision is returned and changes nothing":   testRefusal,
		"the current record may be changed by whoever decides":       testCurrentIsACopy,
		"a token that comes again with its body decides nothing":     testTokenAgain,
		"a token that comes again with another body is refused":      testTokenWithAnotherBody,
		"a token is not used by a change that was refused":           testTokenOfARefusal,
		"a token is used also by a change that leaves the record":    testTokenOfNoChange,
		"of many who use one token with one body one decides":        testTokenUsedTogether,
		"changes at one moment from two sides are all made, in turn": testChangesTogether,
		"who has left changes nothing":                               testCallerHasLeft,
	} {
		t.Run(name, func(t *testing.T) {
			here, elsewhere := open(t)
			test(t, here, elsewhere)
		})
	}
}

const conformingSite = "11111111-2222-3333-4444-555555555555"

// hourAgo has whole seconds, as the times of tokens do.
var hourAgo = time.Now().UTC().Truncate(time.Second).Add(-time.Hour)

// record is a whole record of a site, with every field filled in.
func record(clientKey string) *connect.Installation {
	at := hourAgo
	return &connect.Installation{
		ClientKey: clientKey, SharedSecret: "the secret", PreviousSecret: "the one before", PreviousSecretUntil: at.Add(time.Minute),
		BaseURL: "https://site.atlassian.net/wiki", DisplayURL: "https://wiki.example.com", OAuthClientID: "oauth client",
		Enabled: true, InstalledAt: at, ChangedAt: at.Add(2 * time.Second), SignedAt: at.Add(time.Second), UninstalledAt: at.Add(3 * time.Second), BlockedAt: at.Add(4 * time.Second),
	}
}

func usedToken(token, body string) *connect.UsedToken {
	return &connect.UsedToken{TokenHash: sha256.Sum256([]byte(token)), BodyHash: sha256.Sum256([]byte(body)), Expires: time.Now().Add(3 * time.Minute)}
}

type decision = func(current *connect.Installation) (*connect.Installation, error)

func to(next *connect.Installation) decision {
	return func(*connect.Installation) (*connect.Installation, error) { return next, nil }
}

func never(t *testing.T) decision {
	return func(*connect.Installation) (*connect.Installation, error) {
		t.Error("somebody was asked to decide")
		return nil, nil
	}
}

func mustChange(t *testing.T, s connect.Store, clientKey string, used *connect.UsedToken, decide decision) {
	t.Helper()
	if err := s.Change(t.Context(), clientKey, used, decide); err != nil {
		t.Fatal(err)
	}
}

// wantRecord fails unless a handle has this record now; nil is that of no site.
func wantRecord(t *testing.T, s connect.Store, clientKey string, want *connect.Installation) {
	t.Helper()
	got, err := s.Installation(t.Context(), clientKey)
	if want == nil {
		if got != nil || !errors.Is(err, connect.ErrUnknownSite) {
			t.Fatalf("record = %+v, error = %v, want ErrUnknownSite", got, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("record (-want +got):\n%s", diff)
	}
}

func testUnknownSite(t *testing.T, here, elsewhere connect.Store) {
	for _, clientKey := range []string{conformingSite, "", strings.Repeat("k", 256)} {
		wantRecord(t, here, clientKey, nil)
		wantRecord(t, elsewhere, clientKey, nil)
	}
	mustChange(t, here, conformingSite, nil, func(current *connect.Installation) (*connect.Installation, error) {
		if current != nil {
			t.Errorf("the record of a site that never installed is %+v", current)
		}
		return nil, nil
	})
	wantRecord(t, here, conformingSite, nil)
}

func testEveryField(t *testing.T, here, elsewhere connect.Store) {
	whole := record(conformingSite)
	mustChange(t, here, conformingSite, nil, to(whole))
	wantRecord(t, here, conformingSite, whole)
	wantRecord(t, elsewhere, conformingSite, whole)
	// The next record replaces the whole of it.
	bare := &connect.Installation{ClientKey: conformingSite, InstalledAt: whole.InstalledAt, ChangedAt: whole.ChangedAt}
	mustChange(t, here, conformingSite, nil, func(current *connect.Installation) (*connect.Installation, error) {
		if diff := cmp.Diff(whole, current); diff != "" {
			t.Errorf("current record (-want +got):\n%s", diff)
		}
		return bare, nil
	})
	wantRecord(t, here, conformingSite, bare)
}

func testHowSoonAChangeIsSeen(t *testing.T, here, elsewhere connect.Store) {
	for i := range 3 {
		next := record(conformingSite)
		next.SharedSecret = connect.Secret(fmt.Sprint("secret ", i))
		mustChange(t, here, conformingSite, nil, to(next))
		changed := time.Now()
		wantRecord(t, here, conformingSite, next)
		for {
			asked := time.Now()
			got, err := elsewhere.Installation(t.Context(), conformingSite)
			if err != nil {
				t.Fatal(err)
			}
			if got.SharedSecret == next.SharedSecret {
				break
			}
			if asked.Sub(changed) > time.Second {
				t.Fatalf("asked %v after the change, the other handle has %q", asked.Sub(changed), got.SharedSecret.Bytes())
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func testSitesStayApart(t *testing.T, here, elsewhere connect.Store) {
	keys := []string{"site", "Site", "site ", "site:", "{site}", "site\x00", "sité", strings.Repeat("k", 255), strings.Repeat("k", 254)}
	for _, clientKey := range keys {
		mustChange(t, here, clientKey, nil, to(record(clientKey)))
	}
	for _, clientKey := range keys {
		wantRecord(t, elsewhere, clientKey, record(clientKey))
	}
}

func testLeftAsItIs(t *testing.T, here, _ connect.Store) {
	want := record(conformingSite)
	mustChange(t, here, conformingSite, nil, to(want))
	mustChange(t, here, conformingSite, nil, to(nil))
	wantRecord(t, here, conformingSite, want)
}

func testRefusal(t *testing.T, here, elsewhere connect.Store) {
	want, refusal := record(conformingSite), errors.New("refused")
	mustChange(t, here, conformingSite, nil, to(want))
	for range 2 {
		err := here.Change(t.Context(), conformingSite, usedToken("token", "body"), func(*connect.Installation) (*connect.Installation, error) {
			return record(conformingSite), refusal
		})
		if !errors.Is(err, refusal) || errors.Is(err, connect.ErrStoreUnavailable) {
			t.Errorf("error = %v, want that of the decision", err)
		}
	}
	wantRecord(t, here, conformingSite, want)
	wantRecord(t, elsewhere, conformingSite, want)
}

func testCurrentIsACopy(t *testing.T, here, _ connect.Store) {
	want := record(conformingSite)
	mustChange(t, here, conformingSite, nil, to(want))
	wantRecord(t, here, conformingSite, want) // from now on a store may have it at hand
	mustChange(t, here, conformingSite, nil, func(current *connect.Installation) (*connect.Installation, error) {
		current.SharedSecret, current.Enabled = "changed in place", false
		return nil, nil
	})
	wantRecord(t, here, conformingSite, record(conformingSite))
}

func testTokenAgain(t *testing.T, here, elsewhere connect.Store) {
	want := record(conformingSite)
	mustChange(t, here, conformingSite, usedToken("token", "body"), to(want))
	mustChange(t, here, conformingSite, usedToken("token", "body"), never(t))
	mustChange(t, elsewhere, conformingSite, usedToken("token", "body"), never(t))
	wantRecord(t, here, conformingSite, want)
}

func testTokenWithAnotherBody(t *testing.T, here, elsewhere connect.Store) {
	want := record(conformingSite)
	mustChange(t, here, conformingSite, usedToken("token", "body"), to(want))
	for _, s := range []connect.Store{here, elsewhere} {
		if err := s.Change(t.Context(), conformingSite, usedToken("token", "another body"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
			t.Errorf("error = %v, want ErrTokenReused", err)
		}
	}
	wantRecord(t, here, conformingSite, want)
}

func testTokenOfARefusal(t *testing.T, here, _ connect.Store) {
	refusal := errors.New("refused")
	err := here.Change(t.Context(), conformingSite, usedToken("token", "body"), func(*connect.Installation) (*connect.Installation, error) {
		return nil, refusal
	})
	if !errors.Is(err, refusal) {
		t.Fatalf("error = %v", err)
	}
	want := record(conformingSite)
	mustChange(t, here, conformingSite, usedToken("token", "another body"), to(want))
	wantRecord(t, here, conformingSite, want)
}

func testTokenOfNoChange(t *testing.T, here, elsewhere connect.Store) {
	mustChange(t, here, conformingSite, usedToken("token", "body"), to(nil))
	if err := elsewhere.Change(t.Context(), conformingSite, usedToken("token", "another body"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
		t.Errorf("error = %v, want ErrTokenReused", err)
	}
}

func testTokenUsedTogether(t *testing.T, here, elsewhere connect.Store) {
	var senders sync.WaitGroup
	for i := range 8 {
		s := []connect.Store{here, elsewhere}[i%2]
		senders.Go(func() {
			err := s.Change(t.Context(), conformingSite, usedToken("token", "body"), func(current *connect.Installation) (*connect.Installation, error) {
				next := record(conformingSite)
				if current != nil {
					next.SharedSecret = current.SharedSecret + "+"
				}
				return next, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	wantRecord(t, here, conformingSite, record(conformingSite))
}

func testChangesTogether(t *testing.T, here, elsewhere connect.Store) {
	const each = 5
	var senders sync.WaitGroup
	made := make(chan error, 2*each)
	for _, s := range []connect.Store{here, elsewhere} {
		senders.Go(func() {
			for range each {
				made <- s.Change(t.Context(), conformingSite, nil, func(current *connect.Installation) (*connect.Installation, error) {
					next := record(conformingSite)
					if current != nil {
						next.OAuthClientID = current.OAuthClientID + "+"
					}
					return next, nil
				})
			}
		})
	}
	senders.Wait()
	close(made)
	for err := range made {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := record(conformingSite)
	want.OAuthClientID += strings.Repeat("+", 2*each-1) // the first of them found no record
	wantRecord(t, here, conformingSite, want)
}

func testCallerHasLeft(t *testing.T, here, elsewhere connect.Store) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := here.Change(ctx, conformingSite, usedToken("token", "body"), to(record(conformingSite))); !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("a change: error = %v, want ErrStoreUnavailable", err)
	}
	wantRecord(t, here, conformingSite, nil)
	wantRecord(t, elsewhere, conformingSite, nil)
	mustChange(t, here, conformingSite, usedToken("token", "another body"), to(record(conformingSite)))
	wantRecord(t, here, conformingSite, record(conformingSite))
}
