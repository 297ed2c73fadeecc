package site

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

// hold has a client open as many connections at a time as its pool holds, to
// the server of one key.
func hold(t *testing.T, client redis.UniversalClient, key string, connections int) {
	t.Helper()
	if connections == 0 {
		return
	}
	if err := client.Watch(t.Context(), func(*redis.Tx) error {
		hold(t, client, key, connections-1)
		return nil
	}, key); err != nil {
		t.Error(err)
	}
}

// hangUp has servers close the connections of all clients, as they do after a
// while without a question, or when they change their roles.
func hangUp(t *testing.T, servers ...*redistest.Server) (closed int) {
	t.Helper()
	for _, server := range servers {
		client := raw(t, server)
		n, err := client.ClientKillByFilter(t.Context(), "TYPE", "normal").Result()
		if err != nil {
			t.Fatal(err)
		}
		closed += int(n)
	}
	return closed
}

// opened is how many connections a server has ever taken.
func opened(t *testing.T, server *redistest.Server) int {
	t.Helper()
	for line := range strings.Lines(raw(t, server).Info(t.Context(), "stats").Val()) {
		if text, found := strings.CutPrefix(line, "total_connections_received:"); found {
			n, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("the server does not count connections")
	return 0
}

// Every connection of the pool is dead, and nobody may notice: neither who reads
// nor who writes.
func TestConnectionsThatRedisClosedAreReplacedWithoutAnError(t *testing.T) {
	t.Parallel()
	certificate := redistest.NewTLS(t)
	plain := (*redistest.TLS)(nil)
	one := func(tls *redistest.TLS) func(*testing.T) (string, []*redistest.Server) {
		return func(t *testing.T) (string, []*redistest.Server) {
			server, url := tls.Start(t)
			return url, []*redistest.Server{server}
		}
	}
	sentinel := func(tls *redistest.TLS) func(*testing.T) (string, []*redistest.Server) {
		return func(t *testing.T) (string, []*redistest.Server) {
			s := tls.StartSentinel(t)
			s.Stay()
			return s.URL, []*redistest.Server{s.Master}
		}
	}
	cluster := func(tls *redistest.TLS) func(*testing.T) (string, []*redistest.Server) {
		return func(t *testing.T) (string, []*redistest.Server) {
			c := tls.StartCluster(t)
			c.Stay()
			return c.URL, c.Masters
		}
	}
	for _, test := range []struct {
		name  string
		start func(*testing.T) (url string, servers []*redistest.Server)
	}{
		{"one server", one(plain)},
		{"one server by TLS", one(certificate)},
		{"Sentinel", sentinel(plain)},
		{"Sentinel by TLS", sentinel(certificate)},
		{"Cluster", cluster(plain)},
		{"Cluster by TLS", cluster(certificate)},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, servers := test.start(t)
			options := Options{Wait: 5 * time.Second} // a busy machine has it wait
			if strings.HasPrefix(url, "rediss") {
				options.RootCAs = certificate.Pool
			}
			s := openWith(t, url, sealer(t, "k1"), options)
			change(t, s, site, nil, installed(site, "s3cr3t"))
			for what, do := range map[string]func(n int) error{
				"a read": func(int) error {
					s.forget("")
					_, err := s.Installation(t.Context(), site)
					return err
				},
				"a change": func(n int) error {
					return s.Change(t.Context(), site, token(strconv.Itoa(n), "body"), to(installed(site, "s3cr3t")))
				},
				"a block": func(n int) error { return s.SetBlocked(t.Context(), Name(site), n%2 == 0) },
				"an erasure": func(int) error {
					_, err := s.Erase(t.Context(), Name("another site"))
					return err
				},
				"a list": func(int) error { return s.Each(t.Context(), func(Summary) error { return nil }) },
				"a ping": func(int) error { return s.Ping(t.Context()) },
			} {
				hold(t, s.client, siteKey(Name(site)), 6)
				if closed := hangUp(t, servers...); closed < 6 {
					t.Fatalf("only %d connections were open", closed)
				}
				for n := range 8 {
					if err := do(n); err != nil {
						t.Errorf("%s, %d after the connections were closed: %v", what, n, err)
					}
				}
			}
		})
	}
}

// What is checked before each use must not take a good connection for a dead one.
func TestGoodConnectionsAreUsedAgain(t *testing.T) {
	certificate := redistest.NewTLS(t)
	server, url := certificate.Start(t)
	s := openWith(t, url, sealer(t, "k1"), Options{RootCAs: certificate.Pool})
	listens(t, s, 0) // on a connection of its own
	change(t, s, site, nil, installed(site, "s3cr3t"))
	before := opened(t, server)
	for range 50 {
		change(t, s, site, nil, installed(site, "s3cr3t"))
		read(t, s, site)
	}
	// One is opened to look.
	if more := opened(t, server) - before; more > 1 {
		t.Errorf("%d connections were opened for 50 changes", more)
	}
}

// A transaction has its connection to itself, so that go-redis tries nothing of
// it again. It has to be tried again as long as nothing of it was written.
func TestATransactionWhoseConnectionBreaksBeforeItWritesIsMadeAgain(t *testing.T) {
	server := redistest.Start(t)
	p := startProxy(t, server)
	s := open(t, p.url)
	for name, fault := range map[string]misbehaviour{"it breaks": cutBefore, "it is silent": neverAnswer} {
		t.Run(name, func(t *testing.T) {
			change(t, s, name, nil, installed(name, "old"))
			broken := p.once("watch", fault)
			decided := 0
			err := s.Change(t.Context(), name, token(name, "body"), func(*connect.Installation) (*connect.Installation, error) {
				decided++
				return installed(name, "new"), nil
			})
			if err != nil || decided != 1 || !broken() {
				t.Errorf("got %v after %d decisions, broken %v", err, decided, broken())
			}
			if got := read(t, s, name); got.SharedSecret != "new" {
				t.Errorf("the record is %q", string(got.SharedSecret))
			}
		})
	}
	t.Run("but only once more", func(t *testing.T) {
		p.on("watch", cutBefore)
		defer p.behave()
		if err := s.Change(t.Context(), site, nil, to(installed(site, "new"))); !errors.Is(err, connect.ErrStoreUnavailable) {
			t.Errorf("got %v", err)
		}
	})
}
