// Package connlimit bounds how many connections a server holds, and ends them
// so that an answer is not lost.
//
// At the limit it is not the newest that goes, or waits, but those that have
// made the server wait the longest: for a head, for the next request, for an
// answer to be read, or for the end of what nobody wants any more. Those that
// were answered and wait for the next request go last, for whoever has one may be
// about to use it. What is being worked on is never ended, nor is what has been
// sent and not read yet: then it is the server that is slow. So whoever opens
// connections and sends nothing, or sends slowly, pushes out their own; a request
// that comes as fast as a network brings it finds room. Nothing is told apart by
// address, for behind a router there is one only.
package connlimit

import (
	"bytes"
	"cmp"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// leftAlone is how long a connection may wait before it can be ended for
	// another: longer than a head takes that has been sent already.
	leftAlone = 50 * time.Millisecond

	// again is how often it is looked whether there is room by now.
	again = 10 * time.Millisecond

	// roomFor is the part of all connections that is ended at once, so that it
	// is not looked through all of them for each that comes.
	roomFor = 32
)

// Of a connection that is closed after an answer, so much is read that nobody
// wants, and for so long, before it is closed for good. Were it closed while
// more is on its way, TCP would take back the answer.
const (
	LingerBytes = 16 << 20
	LingerTime  = 10 * time.Second
)

// Listener accepts no more connections than its limit.
type Listener struct {
	net.Listener
	limit  int
	began  time.Time
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	open map[*Conn]struct{}
}

// New accepts at most limit connections of a listener at a time.
func New(listener net.Listener, limit int) *Listener {
	return &Listener{Listener: listener, limit: limit, began: time.Now(), closed: make(chan struct{}), open: map[*Conn]struct{}{}}
}

// Accept waits for the next connection, and until there is room for it. It
// returns a *Conn.
func (l *Listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &Conn{Conn: accepted, listener: l}
	c.wait()
	for !l.admit(c) {
		select {
		case <-l.closed:
			_ = accepted.Close()
			return nil, net.ErrClosed
		case <-time.After(again):
		}
	}
	return c, nil
}

// Close stops accepting. Connections stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

func (l *Listener) admit(c *Conn) bool {
	l.mu.Lock()
	full := len(l.open) >= l.limit
	if !full {
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	return !full || l.makeRoom() && l.admit(c)
}

// makeRoom ends those that have waited the longest. It reports whether there is
// room now.
func (l *Listener) makeRoom() bool {
	type waiting struct {
		conn  *Conn
		since int64
		idle  bool
	}
	var all []waiting
	latest := l.now() - int64(leftAlone)
	l.mu.Lock()
	for c := range l.open {
		if since := c.waiting.Load(); since != 0 && since < latest {
			all = append(all, waiting{c, since, c.idle.Load()})
		}
	}
	l.mu.Unlock()
	slices.SortFunc(all, func(a, b waiting) int {
		if a.idle != b.idle {
			if b.idle {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.since, b.since)
	})
	ended := 0
	for _, w := range all {
		if ended > l.limit/roomFor {
			break
		}
		if !w.conn.answered.Load() && unread(w.conn.Conn) {
			continue
		}
		if w.conn.waiting.CompareAndSwap(w.since, 0) { // or it is worked on by now
			w.conn.end()
			ended++
		}
	}
	return ended > 0
}

// now is never 0.
func (l *Listener) now() int64 { return int64(time.Since(l.began)) + 1 }

// Conn is a connection that a Listener has accepted.
type Conn struct {
	net.Conn
	listener  *Listener
	waiting   atomic.Int64 // since when it waits for who is at the other end, in nanoseconds; 0 if it does not
	idle      atomic.Bool  // what it waits for is the next request
	answered  atomic.Bool  // something has been written since it was idle
	lingering sync.Once
}

// State is the ConnState of an http.Server that serves a Listener: it says of a
// connection whether it is worked on.
func State(connection net.Conn, state http.ConnState) {
	c, ok := connection.(*Conn)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		c.works()
	case http.StateIdle:
		c.answered.Store(false)
		c.idle.Store(true)
		c.wait()
	}
}

func (c *Conn) works() {
	c.waiting.Store(0)
	c.idle.Store(false)
}

func (c *Conn) wait() { c.waiting.Store(c.listener.now()) }

// Read waits, once an answer has been written, for the end of what nobody wants:
// net/http reads what is left of a body where it has refused a request by itself.
func (c *Conn) Read(p []byte) (int, error) {
	if c.answered.Load() {
		c.waiting.CompareAndSwap(0, c.listener.now()) // who dribbles has waited since they began
	}
	return c.Conn.Read(p)
}

// goOn is how what asks for a body begins, which is no answer.
var goOn = []byte("HTTP/1.1 100 ")

// Write waits for who reads, as far as the kernel does not take it all.
func (c *Conn) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, goOn) {
		c.answered.Store(true)
	}
	c.wait()
	n, err := c.Conn.Write(p)
	c.works()
	return n, err
}

// CloseWrite says that nothing will be answered any more. What still comes is
// read and thrown away, within LingerBytes and LingerTime.
func (c *Conn) CloseWrite() error {
	c.lingering.Do(func() {
		c.wait()
		go c.linger()
	})
	return nil
}

// Close ends the connection, after an answer as CloseWrite does.
func (c *Conn) Close() error {
	if c.answered.Load() {
		return c.CloseWrite()
	}
	c.end()
	return nil
}

func (c *Conn) linger() {
	defer c.end()
	_ = c.SetReadDeadline(time.Now().Add(LingerTime))
	if writer, ok := c.Conn.(interface{ CloseWrite() error }); ok && writer.CloseWrite() != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c.Conn, LingerBytes)
}

// end may be called more than once.
func (c *Conn) end() {
	_ = c.Conn.Close()
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	delete(c.listener.open, c)
}
