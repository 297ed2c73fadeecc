package redistest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sentinel is a master and its replica, watched by three Sentinels that put the
// replica in its place half a second after it is gone.
type Sentinel struct {
	Master  *Server
	Replica *Server
	URL     string // as REDIS_URL has it

	watching []*Server
}

// Stay has the master stay master even if a busy machine keeps it from
// answering for a while: for tests of something else.
func (s *Sentinel) Stay() {
	for _, sentinel := range s.watching {
		sentinel.do("sentinel", "set", "main", "down-after-milliseconds", 600_000)
	}
}

// StartSentinel returns once the replica follows and the Sentinels know of each
// other: before that nothing would be failed over.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	return (*TLS)(nil).StartSentinel(t)
}

// StartSentinel is StartSentinel where all are reached by TLS.
func (c *TLS) StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	ports := []int{FreePort(t), FreePort(t)}
	s := &Sentinel{
		Master:  Start(t, append(c.Listen(ports[0]), "repl-diskless-sync-delay 0")...),
		Replica: Start(t, append(c.Listen(ports[1]), fmt.Sprintf("replicaof 127.0.0.1 %d", ports[0]))...),
	}
	s.Replica.waitForInfo("replication", "master_link_status:up\r\n")
	var addresses []string
	for range 3 {
		port := FreePort(t)
		s.watching = append(s.watching, Start(t, append(c.Listen(port),
			fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 2", ports[0]),
			"sentinel down-after-milliseconds main 500",
			"sentinel failover-timeout main 2000")...))
		addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", port))
	}
	for _, sentinel := range s.watching {
		sentinel.waitForInfo("sentinel", "slaves=1,sentinels=3")
	}
	s.URL = c.scheme() + "+sentinel://" + strings.Join(addresses, ",") + "/main"
	return s
}

// Cluster is three masters, each with one replica, which takes over some two
// seconds after its master is gone. The slots of the others go on meanwhile.
type Cluster struct {
	Masters  []*Server
	Replicas []*Server // Replicas[i] follows Masters[i]
	URL      string    // as REDIS_URL has it
}

// Stay has the masters stay masters, as Sentinel.Stay does.
func (c *Cluster) Stay() {
	for _, node := range slices.Concat(c.Masters, c.Replicas) {
		node.do("config", "set", "cluster-node-timeout", 600_000)
	}
}

// StartCluster returns once every node knows the whole cluster and every replica
// follows its master: a master that is killed before that is never replaced.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	return (*TLS)(nil).StartCluster(t)
}

// StartCluster is StartCluster where all are reached by TLS.
func (c *TLS) StartCluster(t testing.TB) *Cluster {
	t.Helper()
	const masters = 3
	var nodes []*Server
	var addresses []string
	var first []any // where to meet the first node
	for range 2 * masters {
		port, bus := FreePort(t), FreePort(t)
		node := Start(t, append(c.Listen(port), fmt.Sprintf("cluster-port %d", bus), "repl-diskless-sync-delay 0",
			"cluster-enabled yes", "cluster-node-timeout 1000", "cluster-require-full-coverage no")...)
		if first == nil {
			first = []any{"cluster", "meet", "127.0.0.1", port, bus}
		} else {
			node.do(first...)
		}
		nodes = append(nodes, node)
		addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", port))
	}
	cluster := &Cluster{Masters: nodes[:masters], Replicas: nodes[masters:], URL: c.scheme() + "+cluster://" + strings.Join(addresses, ",")}
	for i, master := range cluster.Masters {
		master.do("cluster", "addslotsrange", i*16384/masters, (i+1)*16384/masters-1)
	}
	for _, node := range nodes {
		node.waitFor("the cluster to form", func(client *redis.Client) bool {
			info := client.ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok\r\n") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r\n", len(nodes)))
		})
	}
	for i, replica := range cluster.Replicas {
		replica.do("cluster", "replicate", cluster.Masters[i].do("cluster", "myid"))
	}
	for _, replica := range cluster.Replicas {
		replica.waitForInfo("replication", "master_link_status:up\r\n")
	}
	// A master does not vote before it has heard of the replicas.
	for _, master := range cluster.Masters {
		master.waitFor("the replicas to be known", func(client *redis.Client) bool {
			return strings.Count(client.ClusterNodes(t.Context()).Val(), " slave ") == masters
		})
	}
	return cluster
}

func (s *Server) client() *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: s.Socket(), DisableIdentity: true})
}

// do sends a command that must succeed.
func (s *Server) do(command ...any) any {
	s.t.Helper()
	client := s.client()
	defer client.Close()
	answer, err := client.Do(s.t.Context(), command...).Result()
	if err != nil {
		s.t.Fatalf("%v: %v", command, err)
	}
	return answer
}

func (s *Server) waitForInfo(section, want string) {
	s.t.Helper()
	s.waitFor(section+" to say "+strings.TrimSpace(want), func(client *redis.Client) bool {
		return strings.Contains(client.Info(s.t.Context(), section).Val(), want)
	})
}

func (s *Server) waitFor(what string, done func(*redis.Client) bool) {
	s.t.Helper()
	client := s.client()
	defer client.Close()
	for start := time.Now(); !done(client); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > patience {
			s.t.Fatalf("waited %v for %s", patience, what)
		}
	}
}
