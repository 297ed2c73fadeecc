package childredis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// child is one running redis-server.
type child struct {
	log          *slog.Logger
	process      *os.Process
	stopping     atomic.Bool
	exited       chan struct{} // closed when it is gone
	lastLine     string        // of its output; read after exited
	removeSocket func()
}

// run starts the program and returns once it runs or could not.
func (c *child) run(program, dir, socket string, lock *os.File) error {
	cmd := exec.Command(program, //nolint:gosec,noctx // the program is a constant found on PATH; Stop ends it, not a context
		"--port", "0",
		"--unixsocket", socket,
		"--unixsocketperm", "700",
		"--dir", dir,
		"--appendonly", "yes",
		"--appendfsync", "everysec",
		"--save", "",
		"--maxmemory-policy", "noeviction",
		"--loglevel", "warning",
		"--daemonize", "no",
	)
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = endsWithParent()
	output, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = writer, writer

	started := make(chan error)
	go func() {
		// Linux tells the child when the *thread* that started it ends, so
		// that thread must stay for as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = writer.Close() // the child has its own
		started <- err
		if err != nil {
			_ = output.Close()
			return
		}
		c.readLog(output)
		_ = output.Close()
		_ = cmd.Wait() // that it ended is what counts
		if !c.stopping.Load() {
			c.log.Error("redis-server ended by itself")
		}
		c.removeSocket()
		close(c.exited)
	}()
	if err := <-started; err != nil {
		return err
	}
	c.process = cmd.Process
	return nil
}

// readLog keeps the last of what Redis says until it closes its output: why it
// ended at once, if it does.
func (c *child) readLog(output io.Reader) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			c.lastLine = line
		}
	}
	_, _ = io.Copy(io.Discard, output) // after an overlong line: never block the child
}

// waitUntilReady returns when the server has read its data and answers.
func (c *child) waitUntilReady(ctx context.Context, socket string) error {
	for {
		if ping(ctx, socket) == nil {
			return nil
		}
		select {
		case <-c.exited:
			return fmt.Errorf("childredis: redis-server ended at once; it said: %q", c.lastLine)
		case <-ctx.Done():
			return fmt.Errorf("childredis: redis-server does not answer: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ping asks in plain text, so that the package needs no Redis client.
func ping(ctx context.Context, socket string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return err
	}
	answer := make([]byte, len("+PONG\r\n"))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != "+PONG\r\n" { // "-LOADING" while it reads its data
		return errors.New("childredis: not ready")
	}
	return nil
}

func (c *child) stop() error {
	c.stopping.Store(true)
	_ = c.process.Signal(syscall.SIGTERM) // it may be gone already
	select {
	case <-c.exited:
		return nil
	case <-time.After(stopLimit):
	}
	_ = c.process.Kill()
	<-c.exited
	return fmt.Errorf("childredis: redis-server did not end within %v and was killed", stopLimit)
}
