// Package childredis gives development a Redis without anybody starting one:
// the redis-server on PATH as a child process, or one in memory.
//
// It is for one machine and one developer. Production must not use it: nothing
// here is replicated, watched or restarted.
//
// Source: redis.conf of Redis 7, and PR_SET_PDEATHSIG in prctl(2).
package childredis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

var (
	// ErrNoProgram: there is no redis-server on PATH.
	ErrNoProgram = errors.New("childredis: no redis-server on PATH")

	// ErrInUse: another process that is alive keeps its Redis in the folder.
	ErrInUse = errors.New("childredis: the data folder is in use by another process")
)

const (
	startLimit = 10 * time.Second // a large append-only file takes a while to read
	stopLimit  = 10 * time.Second
	// lockLimit is how long a predecessor that crashed may take to disappear.
	lockLimit = 2 * time.Second

	// maxSocketPath is the longest path of a unix socket, in bytes, that both
	// Linux (107) and macOS (103) take.
	maxSocketPath = 103
)

// Server is a Redis that runs until Stop, or until this process ends.
type Server struct {
	url  string
	stop func() error
}

// URL is the server's address in the form of REDIS_URL.
func (s *Server) URL() string { return s.url }

// Stop ends the server and waits until it is gone, ten seconds at most. Data
// is on disk when it returns nil. Calling it again returns the same.
func (s *Server) Stop() error { return s.stop() }

// Start runs the redis-server on PATH with its data in dir, which is made if
// needed, and returns once it answers: within ten seconds or with an error.
// ctx bounds the start only. That it ended
// without being asked goes to log as an error.
//
// The server listens on a unix socket that only this user can open. On Linux
// it cannot outlive this process, however that ends. Errors wrap ErrNoProgram
// or ErrInUse where these are the reason.
func Start(ctx context.Context, dir string, log *slog.Logger) (*Server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoProgram, err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("childredis: data folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("childredis: data folder: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()

	lock, err := lockFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	// The child has its own copy, which holds the lock until it is gone too.
	defer lock.Close() //nolint:errcheck // nothing was written to it
	socket, removeSocket, err := socketIn(dir)
	if err != nil {
		return nil, err
	}
	c := &child{log: log, exited: make(chan struct{}), removeSocket: removeSocket}
	if err := c.run(program, dir, socket, lock); err != nil {
		removeSocket()
		return nil, fmt.Errorf("childredis: start redis-server: %w", err)
	}
	if err := c.waitUntilReady(ctx, socket); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return &Server{url: "unix://" + socket, stop: sync.OnceValue(c.stop)}, nil
}

// lockFolder makes sure that one Redis at a time writes in dir. The lock
// belongs to the open file, so no crash leaves it behind.
func lockFolder(ctx context.Context, dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the folder is the caller's choice
	if err != nil {
		return nil, fmt.Errorf("childredis: lock: %w", err)
	}
	for start := time.Now(); ; {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Since(start) > lockLimit {
			break
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return nil, errors.Join(err, file.Close())
}

// socketIn returns where the socket goes: in dir, or in a private temporary
// folder if dir's path is too long for a socket. A socket that a crash left is
// removed; the lock says that nobody listens on it.
func socketIn(dir string) (socket string, remove func(), err error) {
	socket = filepath.Join(dir, "redis.sock")
	if len(socket) > maxSocketPath {
		folder, err := os.MkdirTemp("", "redis")
		if err != nil {
			return "", nil, fmt.Errorf("childredis: socket: %w", err)
		}
		return filepath.Join(folder, "redis.sock"), func() { _ = os.RemoveAll(folder) }, nil
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", nil, fmt.Errorf("childredis: socket: %w", err)
	}
	return socket, func() { _ = os.Remove(socket) }, nil
}
