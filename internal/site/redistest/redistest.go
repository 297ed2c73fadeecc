// Package redistest runs a real redis-server for a test.
//
// It exists because a fake accepts what Redis refuses and forgets what Redis
// keeps. It is for tests only: nothing that is served may import it.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what an idle machine does at once.
const patience = time.Minute

// Server is one redis-server with an append-only file, listening on a unix
// socket in a folder of its own. It is killed when the test ends.
type Server struct {
	t      testing.TB
	dir    string
	args   []string
	output bytes.Buffer
	cmd    *exec.Cmd
}

// ignoringFullDisk is a shell's script that runs its arguments such that
// FillDisk makes writes fail; otherwise the first would kill the process.
const ignoringFullDisk = `trap "" XFSZ; exec "$@"`

// Start runs a redis-server and returns once it answers. config holds further
// lines of redis.conf, such as "port 7000"; a line starting with "sentinel "
// makes it a Sentinel. The test fails if there is no redis-server on PATH, and
// is skipped by -short if the server is one of several.
func Start(t testing.TB, config ...string) *Server {
	t.Helper()
	if testing.Short() && slices.ContainsFunc(config, oneOfSeveral) {
		t.Skip("it takes Sentinels or a cluster")
	}
	// Not t.TempDir: a unix socket's path holds 107 bytes, and tests here are
	// named by sentences.
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: dir}
	t.Cleanup(func() {
		s.Kill()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(dir, "redis.conf")
	s.args = []string{file}
	if slices.ContainsFunc(config, func(line string) bool { return strings.HasPrefix(line, "sentinel ") }) {
		s.args = append(s.args, "--sentinel")
	}
	lines := append([]string{
		"port 0",
		"bind 127.0.0.1",
		"dir " + dir,
		"unixsocket " + s.Socket(),
		"appendonly yes",
		`save ""`,
	}, config...)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	return s
}

func oneOfSeveral(line string) bool {
	return strings.HasPrefix(line, "cluster-enabled ") || strings.HasPrefix(line, "replicaof ")
}

// Socket is the path of the unix socket.
func (s *Server) Socket() string { return filepath.Join(s.dir, "redis.sock") }

// URL is the server's address as REDIS_URL has it.
func (s *Server) URL() string { return "unix://" + s.Socket() }

// Stop asks the server to end and waits until it has.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server as a crash would. It may be called on a stopped server.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Hang stops the server from answering and keeps its connections open, until
// GoOn, Kill or Restart.
func (s *Server) Hang() { s.signal(syscall.SIGSTOP) }

// GoOn ends Hang. The server then does what it was asked meanwhile.
func (s *Server) GoOn() { s.signal(syscall.SIGCONT) }

// FillDisk makes every write to a file fail until FreeDisk, as if the disk were
// full.
func (s *Server) FillDisk() { s.limitFiles("1") }

// FreeDisk ends FillDisk.
func (s *Server) FreeDisk() { s.limitFiles("unlimited") }

// limitFiles leaves the hard limit as it is, which only root could raise again.
func (s *Server) limitFiles(bytes string) {
	s.t.Helper()
	out, err := exec.Command("prlimit", "--pid", fmt.Sprint(s.cmd.Process.Pid), "--fsize="+bytes+":").CombinedOutput()
	if err != nil {
		s.t.Fatalf("prlimit: %v %s", err, out)
	}
}

// Restart stops the server if it runs and starts it again with its data.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.output.Reset()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal(err)
	}
	// The shell is replaced by the server, which then ignores the signal.
	cmd := exec.Command("sh", append([]string{"-c", ignoringFullDisk, "sh", program}, s.args...)...)
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("start redis-server: %v", err)
	}
	s.cmd = cmd
	deadline := time.Now().Add(patience)
	for {
		err := s.ping()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.Kill() // also makes output safe to read
			s.t.Fatalf("redis-server does not answer: %v\n%s", err, s.output.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *Server) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) end(signal syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal)
	_ = s.cmd.Wait() // the status only repeats the signal
	s.cmd = nil
}

// ping is over the socket in plain text: NOAUTH is an answer too.
func (s *Server) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", s.Socket())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer := make([]byte, 128)
	n, err := conn.Read(answer)
	if err != nil {
		return err
	}
	if got := string(answer[:n]); !strings.HasPrefix(got, "+PONG") && !strings.HasPrefix(got, "-NOAUTH") {
		return fmt.Errorf("PING answered %q", got)
	}
	return nil
}

// lastPort is the last one that FreePort returned. Ports begin below those that
// the system gives to connections, and elsewhere in every process.
var lastPort = 10_000 + rand.Int32N(20_000)

// FreePort returns a loopback TCP port on which nobody listens. It returns no
// port twice, and none that a connection may take meanwhile.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 10_000 + int(atomic.AddInt32(&lastPort, 1))%20_000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("there is no free port")
	return 0
}
