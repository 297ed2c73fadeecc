package site

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/internal/site/redistest"
)

// worksFor is a site's life in short: two processes, an install, a rotation,
// an invalidation, a replay.
func worksFor(t *testing.T, clientKey string, writer, reader *Store) {
	t.Helper()
	onlyInvalidation(reader)
	used := token("install "+clientKey, "body")
	change(t, writer, clientKey, used, installed(clientKey, "first"))
	if diff := cmp.Diff(installed(clientKey, "first"), read(t, reader, clientKey)); diff != "" {
		t.Error(diff)
	}
	change(t, writer, clientKey, token("rotate "+clientKey, "body"), installed(clientKey, "second"))
	if got := read(t, writer, clientKey); got.SharedSecret != "second" {
		t.Errorf("the process itself reads %q", string(got.SharedSecret))
	}
	secretWithin(t, time.Second, reader, clientKey, "second")
	if err := reader.Change(t.Context(), clientKey, used, never(t)); err != nil {
		t.Errorf("the same token and body again: %v", err)
	}
	if err := reader.Change(t.Context(), clientKey, token("install "+clientKey, "other"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
		t.Errorf("the token with another body: %v", err)
	}
}

// survives is what happens to several uninstalled sites on one Redis in short:
// all are listed and exported with their marks, one is erased, the block of one ends, and after empty the
// backup brings back the others.
func survives(t *testing.T, s *Store, clientKeys []string, empty func()) {
	t.Helper()
	listed := 0
	if err := s.Each(t.Context(), func(summary Summary) error {
		listed++
		if summary.Corrupt || !summary.Current {
			t.Errorf("listed: %+v", summary)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	status, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if listed != len(clientKeys) || status.Sites != len(clientKeys) || !status.Persistent || status.MayEvict {
		t.Errorf("of %d sites %d are listed, and the status is %+v", len(clientKeys), listed, status)
	}
	before := export(t, s)
	erased := clientKeys[0]
	if !erase(t, s, erased) {
		t.Error("there was nothing to erase")
	}
	if err := s.SetBlocked(t.Context(), Name(clientKeys[1]), false); err != nil {
		t.Error(err)
	}
	after := export(t, s)
	count := func(entries []Entry, write bool) map[Outcome]int {
		t.Helper()
		outcomes, err := s.Import(t.Context(), entries, write)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[Outcome]int{}
		for _, outcome := range outcomes {
			counts[outcome]++
		}
		return counts
	}
	rest := len(clientKeys) - 1
	if diff := cmp.Diff(map[Outcome]int{Same: 2*rest + 1, Erased: 1}, count(before, true)); diff != "" {
		t.Errorf("the backup from before, over what is there: %s", diff)
	}
	empty()
	s.forget("")
	for _, write := range []bool{false, true} {
		if diff := cmp.Diff(map[Outcome]int{Added: rest, Marked: rest + 1}, count(after, write)); diff != "" {
			t.Errorf("the backup from after, into an empty Redis, write %v: %s", write, diff)
		}
	}
	for i, clientKey := range clientKeys {
		got, err := s.Installation(t.Context(), clientKey)
		if i == 0 {
			if !errors.Is(err, connect.ErrUnknownSite) {
				t.Errorf("the erased site: %v", err)
			}
		} else if err != nil || got.SharedSecret != "second" || (i == 1) != got.BlockedAt.IsZero() {
			t.Errorf("%s: %v, %v", clientKey, got, err)
		}
	}
	if diff := cmp.Diff(map[Outcome]int{Same: 2*rest + 1, Erased: 1}, count(before, true)); diff != "" {
		t.Errorf("then the backup from before: %s", diff)
	}
	change(t, s, erased, nil, installed(erased, "second"))
}

// waitFor fails the test unless done becomes true within limit, on an idle machine.
func waitFor(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > limit+busy {
			t.Fatalf("waited %v for %s", limit+busy, what)
		}
	}
}

func TestClusterOfThreeMasters(t *testing.T) {
	t.Parallel()
	var nodes []*redistest.Server
	var addrs []string
	var meet [][]any
	for i := range 3 {
		port, bus := redistest.FreePort(t), redistest.FreePort(t)
		nodes = append(nodes, redistest.Start(t,
			fmt.Sprintf("port %d", port), fmt.Sprintf("cluster-port %d", bus),
			"cluster-enabled yes", "cluster-node-timeout 1000", "cluster-require-full-coverage no",
			"appendfsync always")) // else a node that is killed may lose what it wrote in its last two seconds
		addrs = append(addrs, fmt.Sprintf("127.0.0.1:%d", port))
		meet = append(meet, []any{"cluster", "meet", "127.0.0.1", port, bus})
		first, last := i*16384/3, (i+1)*16384/3-1
		if err := raw(t, nodes[i]).Do(t.Context(), "cluster", "addslotsrange", first, last).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range meet[1:] {
		if err := raw(t, nodes[0]).Do(t.Context(), m...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, node := range nodes {
		client := raw(t, node)
		waitFor(t, 10*time.Second, "the cluster to form", func() bool {
			info := client.ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok\r\n") && strings.Contains(info, "cluster_slots_assigned:16384\r\n") &&
				strings.Contains(info, "cluster_known_nodes:3\r\n")
		})
	}

	url := "redis+cluster://" + strings.Join(addrs, ",")
	writer, reader := open(t, url), open(t, url)
	waitFor(t, 5*time.Second, "the cluster to answer", func() bool { return writer.Ping(t.Context()) == nil && reader.Ping(t.Context()) == nil })
	used := map[string]int{}
	for i := range 12 {
		clientKey := fmt.Sprint("site ", i)
		worksFor(t, clientKey, writer, reader)
		for n, node := range nodes {
			if raw(t, node).Do(t.Context(), "exists", siteKey(Name(clientKey))).Val() == int64(1) {
				used[addrs[n]]++
			}
		}
	}
	if len(used) != 3 {
		t.Errorf("the sites are on %d of 3 nodes: %v", len(used), used)
	}
	if may, err := writer.MayEvict(t.Context()); may || err != nil {
		t.Errorf("may evict: %v, %v", may, err)
	}

	var clientKeys []string
	for i := range 12 {
		clientKeys = append(clientKeys, fmt.Sprint("site ", i))
	}
	survives(t, writer, clientKeys, func() {
		for _, node := range nodes {
			if err := raw(t, node).FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
	})

	nodes[2].Kill()
	if err := writer.Each(t.Context(), func(Summary) error { return nil }); !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("with a node dead all sites are said to be listed: %v", err)
	}
	if err := writer.Ping(t.Context()); !errors.Is(err, connect.ErrStoreUnavailable) {
		t.Errorf("with a node dead the cluster is said to be ready: %v", err)
	}
	nodes[2].Restart()
	recovers(t, 10*time.Second, writer)
	for i := range 12 {
		clientKey := fmt.Sprint("site ", i)
		// The cluster takes its time to trust a node again: CLUSTERDOWN until then.
		waitFor(t, 40*time.Second, "a site of the restarted node", func() bool {
			got, err := writer.Installation(t.Context(), clientKey)
			return err == nil && got.SharedSecret == "second"
		})
	}
}

func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	port := [2]int{redistest.FreePort(t), redistest.FreePort(t)}
	const auth = "requirepass d4ta"
	master := redistest.Start(t, fmt.Sprintf("port %d", port[0]), auth, "masterauth d4ta", "repl-diskless-sync-delay 0")
	replica := redistest.Start(t, fmt.Sprintf("port %d", port[1]), auth, "masterauth d4ta", fmt.Sprintf("replicaof 127.0.0.1 %d", port[0]))
	ask, err := NewClient(strings.Replace(replica.URL(), "unix://", "unix://:d4ta@", 1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ask.Close()
	waitFor(t, 10*time.Second, "the replica to follow", func() bool {
		return strings.Contains(ask.Info(t.Context(), "replication").Val(), "master_link_status:up\r\n")
	})
	var addrs []string
	for range 3 {
		p := redistest.FreePort(t)
		sentinel := redistest.Start(t, fmt.Sprintf("port %d", p), "requirepass s3nt",
			fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 2", port[0]),
			"sentinel auth-pass main d4ta",
			"sentinel sentinel-pass s3nt",
			"sentinel down-after-milliseconds main 500",
			"sentinel failover-timeout main 2000")
		addrs = append(addrs, fmt.Sprintf("127.0.0.1:%d", p))
		watch, err := NewClient(strings.Replace(sentinel.URL(), "unix://", "unix://:s3nt@", 1), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer watch.Close()
		if len(addrs) == 3 {
			waitFor(t, 15*time.Second, "the sentinels to find each other and the replica", func() bool {
				info := watch.Info(t.Context(), "sentinel").Val()
				return strings.Contains(info, "slaves=1,sentinels=3")
			})
		}
	}

	url := "redis+sentinel://:d4ta@" + strings.Join(addrs, ",") + "/main?sentinel_password=s3nt"
	writer, reader := open(t, url), open(t, url)
	recovers(t, 5*time.Second, writer)
	recovers(t, 5*time.Second, reader)
	listens(t, reader, 0)
	worksFor(t, site, writer, reader)
	worksFor(t, "neighbour", writer, reader)
	direct, err := NewClient(strings.Replace(master.URL(), "unix://", "unix://:d4ta@", 1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close()
	survives(t, writer, []string{"neighbour", site}, func() {
		if err := direct.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	})
	change(t, writer, site, token("install "+site, "body"), nil)
	waitFor(t, 5*time.Second, "replication", func() bool {
		return strings.Contains(ask.Keys(t.Context(), "*site").String(), Name(site))
	})

	reader = open(t, url)
	start := time.Now()
	master.Kill()
	waitFor(t, 15*time.Second, "a new master that takes writes", func() bool {
		return writer.Change(t.Context(), site, nil, to(installed(site, "third"))) == nil
	})
	t.Logf("writes work again after %v", time.Since(start))
	waitFor(t, 5*time.Second, "the other process", func() bool {
		got, err := reader.Installation(t.Context(), site)
		return err == nil && got.SharedSecret == "third"
	})
	if err := reader.Change(t.Context(), site, token("install "+site, "other"), never(t)); !errors.Is(err, connect.ErrTokenReused) {
		t.Errorf("the used token is forgotten: %v", err)
	}
}

func TestTLSIsVerifiedUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	certificate := redistest.NewTLS(t)
	pool := certificate.Pool
	_, url := certificate.Start(t, "requirepass d4ta")
	url = strings.Replace(url, "rediss://", "rediss://:d4ta@", 1)

	for name, options := range map[string]Options{
		"with its own authority": {RootCAs: pool}, "with verification off": {InsecureTLS: true},
	} {
		t.Run(name, func(t *testing.T) {
			writer, reader := openWith(t, url, sealer(t, "k1"), options), openWith(t, url, sealer(t, "k1"), options)
			listens(t, reader, 0)
			worksFor(t, name, writer, reader)
		})
	}
	t.Run("a certificate nobody vouches for is refused", func(t *testing.T) {
		var unknown x509.UnknownAuthorityError
		err := context.DeadlineExceeded
		for range 100 { // on a busy machine a handshake may take longer than it may
			if err = openWith(t, url, sealer(t, "k1"), Options{}).Ping(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
				break
			}
		}
		if !errors.Is(err, connect.ErrStoreUnavailable) || !errors.As(err, &unknown) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a wrong password is refused and not shown", func(t *testing.T) {
		wrong := strings.Replace(url, "d4ta", "hunter2", 1)
		err := openWith(t, wrong, sealer(t, "k1"), Options{RootCAs: pool}).Ping(t.Context())
		if !errors.Is(err, connect.ErrStoreUnavailable) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	})
}
