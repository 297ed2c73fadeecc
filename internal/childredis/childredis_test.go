package childredis_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/childredis"
	"labelup/internal/seal"
	"labelup/internal/site"
)

// asHelper makes the test program start a Redis in this folder, print its
// address and wait to be killed.
const asHelper = "CHILDREDIS_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asHelper); dir != "" {
		s, err := childredis.Start(context.Background(), dir, slog.New(slog.DiscardHandler))
		if err != nil {
			_, _ = io.WriteString(os.Stdout, "error: "+err.Error()+"\n")
			os.Exit(1)
		}
		_, _ = io.WriteString(os.Stdout, s.URL()+"\n")
		select {}
	}
	os.Exit(m.Run())
}

func start(t *testing.T, dir string) *childredis.Server {
	t.Helper()
	s, err := childredis.Start(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

// startAfter is start where the last process that had the folder was killed. Its
// Redis takes a moment to end, which a busy machine makes longer than Start waits.
func startAfter(t *testing.T, dir string) *childredis.Server {
	t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; {
		s, err := childredis.Start(t.Context(), dir, slog.New(slog.DiscardHandler))
		if errors.Is(err, childredis.ErrInUse) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stop(t, s) })
		return s
	}
	t.Fatal("the Redis of a process that was killed still runs after a minute")
	return nil
}

func stop(t *testing.T, s *childredis.Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T, s *childredis.Server) redis.UniversalClient {
	t.Helper()
	c, err := site.NewClient(s.URL(), site.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// folder is short enough for a socket, which t.TempDir is not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "childredis") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func pidOf(t *testing.T, c redis.UniversalClient) int {
	t.Helper()
	info, err := c.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if pid, found := strings.CutPrefix(line, "process_id:"); found {
			n, err := strconv.Atoi(strings.TrimSpace(pid))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no process_id")
	return 0
}

// gone waits until a process is no more.
func gone(t *testing.T, pid int) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		// A zombie that nobody has collected yet counts as gone.
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("redis-server %d still runs", pid)
		}
	}
}

func TestDataIsKeptBetweenRuns(t *testing.T) {
	for name, dir := range map[string]string{
		"in a folder that is made":                        filepath.Join(folder(t), "new", "data"),
		"in a folder whose path is too long for a socket": filepath.Join(folder(t), strings.Repeat("long", 30)),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, dir)
			c := client(t, s)
			pid := pidOf(t, c)
			if err := c.Set(t.Context(), "key", "kept", 0).Err(); err != nil {
				t.Fatal(err)
			}
			if policy := c.ConfigGet(t.Context(), "maxmemory-policy").Val()["maxmemory-policy"]; policy != "noeviction" {
				t.Errorf("maxmemory-policy %q", policy)
			}
			stop(t, s)
			stop(t, s) // again is harmless
			gone(t, pid)
			if _, err := os.Stat(strings.TrimPrefix(s.URL(), "unix://")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket is left behind: %v", err)
			}
			if got, err := client(t, start(t, dir)).Get(t.Context(), "key").Result(); got != "kept" {
				t.Errorf("after a restart: %q, %v", got, err)
			}
		})
	}
}

func TestOnlyThisUserCanReachIt(t *testing.T) {
	s := start(t, folder(t))
	info, err := os.Stat(strings.TrimPrefix(s.URL(), "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		t.Errorf("the socket has mode %o", mode)
	}
	if port := client(t, s).ConfigGet(t.Context(), "port").Val()["port"]; port != "0" {
		t.Errorf("it listens on port %s", port)
	}
}

// helper runs this test program as a process that has a Redis in dir.
func helper(t *testing.T, dir string) (process *exec.Cmd, url string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asHelper+"="+dir)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line := make([]byte, 512)
	n, err := output.Read(line)
	if err != nil || !strings.HasPrefix(string(line[:n]), "unix://") {
		t.Fatalf("the helper says %q, %v", line[:n], err)
	}
	return cmd, strings.TrimSpace(string(line[:n]))
}

func TestAKilledParentLeavesNoRedisBehindAndNoDataIsLost(t *testing.T) {
	// What a shell runs in the background ignores interrupts, and its children
	// would too. They do not ignore what is caught here.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	defer signal.Stop(caught)
	for name, end := range map[string]os.Signal{"kill -9": syscall.SIGKILL, "an interrupt nobody handles": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			parent, url := helper(t, dir)
			c, err := site.NewClient(url, site.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			pid := pidOf(t, c)
			if err := c.Set(t.Context(), "key", "kept", 0).Err(); err != nil {
				t.Fatal(err)
			}
			if err := parent.Process.Signal(end); err != nil {
				t.Fatal(err)
			}
			_ = parent.Wait()
			// The socket and the lock file are still there, which is no hindrance.
			s := startAfter(t, dir)
			gone(t, pid)
			if got, err := client(t, s).Get(t.Context(), "key").Result(); got != "kept" {
				t.Errorf("after the crash: %q, %v", got, err)
			}
		})
	}
}

func TestTwoProcessesCannotShareAFolder(t *testing.T) {
	dir := folder(t)
	_, url := helper(t, dir)
	s, err := childredis.Start(t.Context(), dir, slog.New(slog.DiscardHandler))
	if !errors.Is(err, childredis.ErrInUse) || s != nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	c, err := site.NewClient(url, site.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Errorf("the first one suffers: %v", err)
	}
}

func TestFaultsAtTheStart(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	t.Run("the folder cannot be made", func(t *testing.T) {
		file := filepath.Join(folder(t), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := childredis.Start(t.Context(), filepath.Join(file, "data"), quiet); err == nil {
			t.Error("it started")
		}
	})
	t.Run("the data is damaged", func(t *testing.T) {
		dir := folder(t)
		s := start(t, dir)
		stop(t, s)
		manifest := filepath.Join(dir, "appendonlydir", "appendonly.aof.manifest")
		if err := os.WriteFile(manifest, []byte("nonsense\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := childredis.Start(t.Context(), dir, quiet)
		if err == nil || !strings.Contains(err.Error(), "ended at once; it said") || !strings.Contains(strings.ToLower(err.Error()), "manifest") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		dir := folder(t)
		if _, err := childredis.Start(ctx, dir, quiet); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		start(t, dir) // nothing is left that holds the folder
	})
	t.Run("there is no redis-server", func(t *testing.T) {
		t.Setenv("PATH", folder(t))
		if _, err := childredis.Start(t.Context(), folder(t), quiet); !errors.Is(err, childredis.ErrNoProgram) {
			t.Errorf("got %v", err)
		}
	})
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestADeathNobodyAskedForIsLogged(t *testing.T) {
	log := &lockedBuffer{}
	s, err := childredis.Start(t.Context(), folder(t), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	pid := pidOf(t, client(t, s))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); !strings.Contains(log.String(), "redis-server ended by itself"); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("the log says %q", log.String())
		}
	}
	stop(t, s)
}

func TestInMemoryWorksAndForgets(t *testing.T) {
	s, err := childredis.StartInMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	c := client(t, s)
	if err := c.Set(t.Context(), "short", "x", time.Second).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Set(t.Context(), "long", "x", time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); c.Exists(t.Context(), "short").Val() == 1; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("a key with a second to live is still there after a minute")
		}
	}
	if c.Exists(t.Context(), "long").Val() != 1 {
		t.Error("a key with an hour to live is gone")
	}
	stranger, err := site.NewClient("redis://"+s.URL()[strings.LastIndex(s.URL(), "@")+1:], site.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	if err := stranger.Get(t.Context(), "long").Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("without the password it answers: %v", err)
	}
	stop(t, s)
	stop(t, s)
}

func TestEveryKindServesTheStoreOfSites(t *testing.T) {
	memory, err := childredis.StartInMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, memory) })
	for name, s := range map[string]*childredis.Server{"a child process": start(t, folder(t)), "in memory": memory} {
		t.Run(name, func(t *testing.T) {
			key := sha256.Sum256([]byte("key"))
			sealer, err := seal.NewLocal("k1:" + base64.StdEncoding.EncodeToString(key[:]))
			if err != nil {
				t.Fatal(err)
			}
			store := site.New(client(t, s), sealer, site.Settings{})
			used := &connect.UsedToken{Expires: time.Now().Add(time.Minute)}
			want := &connect.Installation{ClientKey: "site", SharedSecret: "s3cr3t", BaseURL: "https://site.example/wiki"}
			err = store.Change(t.Context(), "site", used, func(*connect.Installation) (*connect.Installation, error) { return want, nil })
			if err != nil {
				t.Fatal(err)
			}
			got, err := store.Installation(t.Context(), "site")
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
			used.BodyHash[0]++
			if err := store.Change(t.Context(), "site", used, nil); !errors.Is(err, connect.ErrTokenReused) {
				t.Errorf("a reused token: %v", err)
			}
			if err := store.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			// The imitation does not evict and does not tell.
			if may, err := store.MayEvict(t.Context()); may != (s == memory) || err != nil {
				t.Errorf("may evict: %v, %v", may, err)
			}
		})
	}
}
