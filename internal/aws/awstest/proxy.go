package awstest

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Proxy is a TCP proxy that keeps every byte that clients send, and breaks
// connections when asked to. It changes nothing in them, so signatures stay
// right as long as clients call it by its own address.
type Proxy struct {
	listener net.Listener
	network  string
	target   string
	handlers sync.WaitGroup

	mu       sync.Mutex
	recorded *os.File
	conns    map[net.Conn]bool
	trouble  trouble
	cuts     int
}

// trouble is what a Proxy does to connections.
type trouble struct {
	down  bool
	up    int64 // bytes from the client after which a connection is reset; 0 = none
	back  int64 // bytes to the client, as above
	delay time.Duration
}

// StartProxy runs a proxy in front of an address ("tcp" or "unix"), until the
// test ends.
func StartProxy(t testing.TB, network, target string) *Proxy {
	t.Helper()
	recorded, err := os.Create(filepath.Join(t.TempDir(), "sent")) // not in memory: tests measure that
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, network: network, target: target, recorded: recorded, conns: map[net.Conn]bool{}}
	p.handlers.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.Down()
		p.handlers.Wait()
		_ = recorded.Close()
	})
	return p
}

// URL is where clients call, with http.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Sent are all bytes that clients sent so far, connection by connection as
// they came.
func (p *Proxy) Sent() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent, err := os.ReadFile(p.recorded.Name())
	if err != nil {
		panic(err) // a test that searches nothing would pass
	}
	return sent
}

// CutUp resets each connection once the client has sent more than so many
// bytes on it, until Heal.
func (p *Proxy) CutUp(bytes int64) { p.set(func(t *trouble) { t.up = bytes }) }

// CutBack resets each connection once so many bytes have come back on it,
// until Heal.
func (p *Proxy) CutBack(bytes int64) { p.set(func(t *trouble) { t.back = bytes }) }

// Delay holds up what is sent either way, until Heal.
func (p *Proxy) Delay(by time.Duration) { p.set(func(t *trouble) { t.delay = by }) }

// Down resets all connections, and new ones too, until Heal.
func (p *Proxy) Down() {
	p.set(func(t *trouble) { t.down = true })
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		reset(conn)
	}
}

// Cuts is how many connections were reset by CutUp and CutBack.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// Heal ends all trouble.
func (p *Proxy) Heal() { p.set(func(t *trouble) { *t = trouble{} }) }

func (p *Proxy) set(change func(*trouble)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.trouble)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.handlers.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer reset(client)
	server, err := net.Dial(p.network, p.target)
	if err != nil {
		return
	}
	defer reset(server)
	p.mu.Lock()
	down := p.trouble.down
	p.conns[client] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, client)
	}()
	if down {
		return
	}
	var pumps sync.WaitGroup
	pumps.Go(func() { p.pump(server, client, true) })
	pumps.Go(func() { p.pump(client, server, false) })
	pumps.Wait()
}

// pump copies until one side ends, then ends both.
func (p *Proxy) pump(to, from net.Conn, up bool) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	var passed int64
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		trouble := p.trouble
		if up {
			_, _ = p.recorded.Write(buffer[:n])
		}
		p.mu.Unlock()
		time.Sleep(trouble.delay)
		limit := trouble.back
		if up {
			limit = trouble.up
		}
		if limit > 0 && passed+int64(n) > limit {
			_, _ = to.Write(buffer[:max(0, limit-passed)])
			reset(from)
			reset(to)
			p.mu.Lock()
			p.cuts++
			p.mu.Unlock()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
		passed += int64(n)
		if err != nil {
			return
		}
	}
}
