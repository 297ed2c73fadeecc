package site

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/internal/site/redistest"
)

// misbehaviour is what a proxy does with a request.
type misbehaviour int

const (
	pass           misbehaviour = iota
	cutBefore                   // the request never arrives and the connection breaks
	cutAfter                    // the request takes effect, the connection breaks instead of the answer
	slowAnswer                  // the answer takes 300 ms
	neverAnswer                 // the connection stays open in silence
	slowAnswerTime = 300 * time.Millisecond
)

// proxy stands between a client and Redis and misbehaves when asked.
type proxy struct {
	url   string
	judge atomic.Pointer[func(request []byte) misbehaviour]
}

func startProxy(t *testing.T, server *redistest.Server) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{url: "redis://" + listener.Addr().String()}
	p.behave()
	var running sync.WaitGroup
	var mu sync.Mutex
	open := []net.Conn{}
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("unix", server.Socket())
			if err != nil {
				client.Close()
				continue
			}
			mu.Lock()
			open = append(open, client, upstream)
			mu.Unlock()
			running.Go(func() { p.serve(client, upstream) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return p
}

// behave ends all misbehaviour.
func (p *proxy) behave() {
	p.misbehave(func([]byte) misbehaviour { return pass })
}

func (p *proxy) misbehave(judge func(request []byte) misbehaviour) { p.judge.Store(&judge) }

// on misbehaves at requests that hold this command.
func (p *proxy) on(command string, m misbehaviour) {
	wanted := []byte("\r\n" + command + "\r\n")
	p.misbehave(func(request []byte) misbehaviour {
		if bytes.Contains(request, wanted) {
			return m
		}
		return pass
	})
}

// once is on for the first such request, and tells whether there was one.
func (p *proxy) once(command string, m misbehaviour) (happened func() bool) {
	wanted := []byte("\r\n" + command + "\r\n")
	var done atomic.Bool
	p.misbehave(func(request []byte) misbehaviour {
		if bytes.Contains(request, wanted) && !done.Swap(true) {
			return m
		}
		return pass
	})
	return done.Load
}

func (p *proxy) serve(client, upstream net.Conn) {
	var verdict atomic.Int32
	var both sync.WaitGroup
	both.Go(func() {
		defer upstream.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := client.Read(buffer)
			if err != nil {
				return
			}
			m := (*p.judge.Load())(buffer[:n])
			verdict.Store(int32(m))
			if m == cutBefore {
				return
			}
			if _, err := upstream.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	both.Go(func() {
		defer client.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := upstream.Read(buffer)
			if err != nil {
				return
			}
			switch misbehaviour(verdict.Load()) {
			case cutAfter:
				upstream.Close()
				return
			case slowAnswer:
				time.Sleep(slowAnswerTime)
			case neverAnswer:
				_, _ = io.Copy(io.Discard, upstream)
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	both.Wait()
}
