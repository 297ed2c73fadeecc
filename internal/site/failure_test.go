package site

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

// busy is what a busy machine may add to any time. Where something never
// happens the test fails all the same.
const busy = time.Minute

// answersWithin fails the test unless the store says that it is unavailable,
// and says so soon.
func answersWithin(t *testing.T, limit time.Duration, ask func() error) {
	t.Helper()
	start := time.Now()
	err := ask()
	if !errors.Is(err, connect.ErrStoreUnavailable) || errors.Is(err, connect.ErrUnknownSite) || errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > limit+busy {
		t.Errorf("it took %v, at most %v are allowed", took, limit)
	}
}

// recovers waits until the store works again, all by itself.
func recovers(t *testing.T, limit time.Duration, s *Store) {
	t.Helper()
	start := time.Now()
	for s.Ping(t.Context()) != nil {
		if time.Since(start) > limit+busy {
			t.Fatalf("still down %v after Redis came back", limit)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("recovered after %v", time.Since(start))
}

func TestRedisMayDieAndComeBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "appendfsync always") // else it may lose what it wrote in its last two seconds
	s, reader := open(t, server.URL()), open(t, server.URL())
	change(t, s, site, token("t", "b"), installed(site, "s3cr3t"))

	var heard uint64
	for name, end := range map[string]func(){"killed": server.Kill, "stopped": server.Stop} {
		heard = reader.cache.now()
		end()
		s.forget("")
		answersWithin(t, 1500*time.Millisecond, func() error {
			_, err := s.Installation(t.Context(), site)
			return err
		})
		answersWithin(t, 3*time.Second, func() error { return s.Change(t.Context(), site, nil, never(t)) })
		answersWithin(t, 3*time.Second, func() error { return s.Ping(t.Context()) })
		answersWithin(t, 3*time.Second, func() error {
			_, err := s.MayEvict(t.Context())
			return err
		})

		server.Restart()
		recovers(t, 5*time.Second, s)
		if got := read(t, s, site); got.SharedSecret != "s3cr3t" {
			t.Errorf("%s: the record is %q", name, string(got.SharedSecret))
		}
		if err := s.Change(t.Context(), site, token("t", "other"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
			t.Errorf("%s: the used token is forgotten: %v", name, err)
		}
	}

	// The subscription comes back too.
	recovers(t, 5*time.Second, reader)
	listens(t, reader, heard)
	onlyInvalidation(reader)
	read(t, reader, site)
	change(t, s, site, nil, installed(site, "new"))
	secretWithin(t, time.Second, reader, site, "new")
}

func TestWhatHappenedWhileNobodyListenedIsNoticed(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	writer := open(t, server.URL())
	change(t, writer, site, nil, installed(site, "old"))
	reader := open(t, p.url)
	listens(t, reader, 0)
	onlyInvalidation(reader)
	read(t, reader, site)

	p.on("subscribe", cutBefore)
	client := raw(t, server)
	if err := client.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err(); err != nil {
		t.Fatal(err)
	}
	change(t, writer, site, nil, installed(site, "new"))
	time.Sleep(200 * time.Millisecond)
	if got := read(t, reader, site); got.SharedSecret != "old" {
		t.Fatal("the reader heard of the change: the test did not cut it off")
	}
	p.behave()
	secretWithin(t, 5*time.Second, reader, site, "new")
}

func TestAStoreMayBeMadeWhileRedisIsDown(t *testing.T) {
	server := redistest.Start(t)
	server.Stop()
	s := open(t, server.URL())
	answersWithin(t, 1500*time.Millisecond, func() error {
		_, err := s.Installation(t.Context(), site)
		return err
	})
	server.Restart()
	recovers(t, 5*time.Second, s)
	change(t, s, site, nil, installed(site, "s3cr3t"))
	read(t, s, site)
}

// go-redis puts what Redis refuses while a connection is set up on no command of
// a pipeline: each looks like a key that is there and empty.
func TestARedisThatRefusesAConnectionIsUnavailable(t *testing.T) {
	server := redistest.Start(t, "requirepass d4ta", "user narrow on nopass ~* &* +@all -select")
	for name, url := range map[string]string{
		"the password is another one":        strings.Replace(server.URL(), "unix://", "unix://:0ld@", 1),
		"there is no such database":          strings.Replace(server.URL(), "unix://", "unix://:d4ta@", 1) + "?db=99",
		"the user may not select a database": strings.Replace(server.URL(), "unix://", "unix://narrow:x@", 1) + "?db=1",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, url)
			if values, err := readAll(t.Context(), s.client, []string{siteKey(Name(site)), erasedKey(Name(site))}); err == nil {
				t.Errorf("two keys are said to hold %+v", values)
			}
			if err := s.Change(t.Context(), site, token("t", "b"), never(t)); !errors.Is(err, connect.ErrStoreUnavailable) || errors.Is(err, connect.ErrTokenReused) || errors.Is(err, ErrCorrupt) {
				t.Errorf("a change: %v", err)
			}
			if outcomes, err := s.Import(t.Context(), []Entry{{Name: Name(site), ErasedAt: now}}, false); !errors.Is(err, connect.ErrStoreUnavailable) {
				t.Errorf("an import: %v, %v", outcomes, err)
			}
		})
	}
}

func TestAPasswordThatChangesDuringAListEndsIt(t *testing.T) {
	server := redistest.Start(t, "user app on >old ~* &* +@all")
	change(t, open(t, server.URL()), site, nil, here(site, "s3cr3t"))
	client, changed := raw(t, server), false
	s := openAs(t, strings.Replace(server.URL(), "unix://", "unix://app:old@", 1), sealer(t, "k1"), Options{}, Settings{Observe: func(call Call) {
		if call.Operation != "redis_scan" || changed {
			return
		}
		changed = true
		if err := client.Do(t.Context(), "acl", "setuser", "app", "resetpass", ">new").Err(); err != nil {
			t.Error(err)
		}
		hangUp(t, server)
	}})
	err := s.Each(t.Context(), func(summary Summary) error {
		t.Errorf("listed: %+v", summary)
		return nil
	})
	if !errors.Is(err, connect.ErrStoreUnavailable) || !changed {
		t.Errorf("got %v, changed %v", err, changed)
	}
}

func TestASilentRedisIsGivenUpSoon(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	change(t, s, site, nil, installed(site, "s3cr3t"))
	p.misbehave(func([]byte) misbehaviour { return neverAnswer })

	answersWithin(t, time.Second, func() error {
		_, err := s.Installation(t.Context(), site)
		return err
	})
	answersWithin(t, 2500*time.Millisecond, func() error { return s.Change(t.Context(), site, nil, never(t)) })
	answersWithin(t, 100*time.Millisecond, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := s.Installation(ctx, site)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own deadline does not show in %v", err)
		}
		return err
	})

	p.behave()
	recovers(t, 5*time.Second, s)
	// Not at once: a question asked during the silence may be joined.
	secretWithin(t, time.Second, s, site, "s3cr3t")
}

func TestADeadConnectionIsReplacedWithoutAnError(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	change(t, s, site, nil, installed(site, "s3cr3t"))
	var asked atomic.Int32
	p.misbehave(func([]byte) misbehaviour {
		if asked.Add(1) == 1 {
			return neverAnswer
		}
		return pass
	})
	read(t, s, site)
	if asked.Load() < 2 {
		t.Error("the test did not silence the connection")
	}
}

func TestOneCallerWhoLeavesDoesNotFailTheOthers(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	change(t, s, site, nil, installed(site, "s3cr3t"))
	p.on("get", slowAnswer)
	ctx, leave := context.WithTimeout(t.Context(), slowAnswerTime*2/3)
	defer leave()
	left := make(chan error, 1)
	go func() {
		_, err := s.Installation(ctx, site)
		left <- err
	}()
	time.Sleep(slowAnswerTime / 3)
	stays := make(chan error, 1)
	go func() {
		_, err := s.Installation(context.Background(), site)
		stays <- err
	}()
	if err := <-left; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who left got %v", err)
	}
	if err := <-stays; err != nil {
		t.Errorf("who stayed got %v", err)
	}
}

func TestAFailedWriteLeavesTheTokenUnused(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	client := raw(t, server)
	for name, fault := range map[string]struct{ start, end func() }{
		"Redis refuses to write": {
			func() { client.ConfigSet(t.Context(), "min-replicas-to-write", "1") },
			func() { client.ConfigSet(t.Context(), "min-replicas-to-write", "0") },
		},
		"Redis is out of memory": {
			func() { client.ConfigSet(t.Context(), "maxmemory", "1") },
			func() { client.ConfigSet(t.Context(), "maxmemory", "0") },
		},
		"the connection breaks before the transaction arrives": {
			func() { p.on("exec", cutBefore) },
			p.behave,
		},
	} {
		t.Run(name, func(t *testing.T) {
			change(t, s, name, nil, installed(name, "old"))
			used := token(name, "body")
			fault.start()
			answersWithin(t, 2500*time.Millisecond, func() error {
				return s.Change(t.Context(), name, used, to(installed(name, "new")))
			})
			fault.end()
			if got := read(t, s, name); got.SharedSecret != "old" {
				t.Errorf("the record is %q", string(got.SharedSecret))
			}
			change(t, s, name, used, installed(name, "new"))
			if got := read(t, s, name); got.SharedSecret != "new" {
				t.Errorf("after the second try the record is %q", string(got.SharedSecret))
			}
		})
	}
}

func TestAWriteThatFailedButTookEffectIsWholeAndMayBeRepeated(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	for name, m := range map[string]misbehaviour{
		"the connection breaks after the transaction": cutAfter,
		"the answer never arrives":                    neverAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			s, other := open(t, p.url), open(t, server.URL())
			change(t, s, name, nil, installed(name, "old"))
			read(t, s, name)
			read(t, other, name)
			used := token(name, "body")
			p.on("exec", m)
			calls := 0
			answersWithin(t, 2500*time.Millisecond, func() error {
				return s.Change(t.Context(), name, used, func(*connect.Installation) (*connect.Installation, error) {
					calls++
					return installed(name, "new"), nil
				})
			})
			p.behave()
			if calls != 1 {
				t.Errorf("decide was called %d times: a transaction whose outcome is unknown was repeated", calls)
			}
			if got := read(t, s, name); got.SharedSecret != "new" {
				t.Errorf("the process still reads %q", string(got.SharedSecret))
			}
			secretWithin(t, time.Second, other, name, "new")
			if err := s.Change(t.Context(), name, used, never(t)); err != nil {
				t.Errorf("the same token and body again: %v", err)
			}
			if err := s.Change(t.Context(), name, token(name, "other"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
				t.Errorf("the token with another body: %v", err)
			}
		})
	}
}
