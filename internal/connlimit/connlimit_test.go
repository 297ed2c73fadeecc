package connlimit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// server answers at a real address. It works on a request to /work until it is
// released, reads the body of one to /read, refuses one to /refuse without reading
// its body, and answers one to /large with more than a network takes at once.
type server struct {
	t        *testing.T
	listener *Listener
	working  chan struct{} // receives when a request to /work has come
	release  chan struct{}
}

func serve(t *testing.T, limit int) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listener: New(listener, limit), working: make(chan struct{}, 100), release: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	mux.HandleFunc("/work", func(http.ResponseWriter, *http.Request) {
		s.working <- struct{}{}
		<-s.release
	})
	mux.HandleFunc("/refuse", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
	})
	mux.HandleFunc("/read", func(_ http.ResponseWriter, r *http.Request) {
		s.working <- struct{}{}
		_, _ = io.ReadAll(r.Body)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		s.working <- struct{}{}
		_, _ = w.Write(make([]byte, 64<<20))
	})
	running := &http.Server{Handler: mux, ConnState: State}
	go func() { _ = running.Serve(s.listener) }()
	t.Cleanup(func() { close(s.release); _ = running.Close() })
	return s
}

// client is one connection.
type client struct {
	t *testing.T
	net.Conn
	answers *bufio.Reader
}

func (s *server) dial() *client {
	s.t.Helper()
	connection, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	return &client{s.t, connection, bufio.NewReader(connection)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" }

func (c *client) isAnswered(status int) {
	c.t.Helper()
	response, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != status {
		c.t.Errorf("answered %d, %v", response.StatusCode, err)
	}
}

func (c *client) isEnded() {
	c.t.Helper()
	_, err := io.Copy(io.Discard, c.answers)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		c.t.Error("it is still open")
	}
}

// waitLongEnough is until a connection that waits by now may be ended.
func waitLongEnough() { time.Sleep(2 * leftAlone) }

// mayBeEnded returns when the server has waited for this client for long enough
// to end its connection.
func (s *server) mayBeEnded(c *client) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s.listener.mu.Lock()
		for open := range s.listener.open {
			since := open.waiting.Load()
			if open.RemoteAddr().String() == c.LocalAddr().String() && since != 0 && since < s.listener.now()-2*int64(leftAlone) {
				s.listener.mu.Unlock()
				return
			}
		}
		s.listener.mu.Unlock()
		if time.Now().After(end) {
			s.t.Fatal("the server does not wait for it")
		}
	}
}

func TestWhoHasWaitedLongestMakesRoomForWhoComes(t *testing.T) {
	ways := map[string]func(s *server) *client{
		"sent nothing":      func(s *server) *client { return s.dial() },
		"sent half a head":  func(s *server) *client { c := s.dial(); c.send("GET / HTTP/1.1\r\nHost:"); return c },
		"has been answered": func(s *server) *client { c := s.dial(); c.send(get("/")); c.isAnswered(http.StatusOK); return c },
		"does not read":     func(s *server) *client { c := s.dial(); c.send(get("/large")); <-s.working; return c },
		"sends what nobody reads": func(s *server) *client {
			c := s.dial()
			c.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
			c.isAnswered(http.StatusRequestEntityTooLarge)
			return c
		},
		// net/http answers this by itself, and then reads the body.
		"expects what nobody does, and dribbles": func(s *server) *client {
			c := s.dial()
			c.send("GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 100000\r\n\r\n")
			c.isAnswered(http.StatusExpectationFailed)
			go func() {
				for {
					if _, err := io.WriteString(c, "a"); err != nil {
						return
					}
					time.Sleep(leftAlone / 5)
				}
			}()
			return c
		},
	}
	for way, first := range ways {
		t.Run("who "+way, func(t *testing.T) {
			s := serve(t, 2)
			oldest := first(s)
			s.mayBeEnded(oldest)
			younger := s.dial()
			younger.send(get("/"))
			younger.isAnswered(http.StatusOK)
			comes := s.dial()
			comes.send(get("/"))
			comes.isAnswered(http.StatusOK)
			oldest.isEnded()
			younger.send(get("/"))
			younger.isAnswered(http.StatusOK)
		})
	}
}

func TestWhatIsWorkedOnIsNeverEnded(t *testing.T) {
	s := serve(t, 2)
	var working []*client
	for range 2 {
		c := s.dial()
		c.send(get("/work"))
		<-s.working
		working = append(working, c)
	}
	waitLongEnough()
	comes := s.dial()
	comes.send(get("/"))
	waitLongEnough()
	s.listener.mu.Lock()
	open := len(s.listener.open)
	s.listener.mu.Unlock()
	if open != 2 {
		t.Errorf("%d connections are open", open)
	}
	s.release <- struct{}{}
	comes.isAnswered(http.StatusOK)
	s.release <- struct{}{}
	for _, c := range working {
		c.isAnswered(http.StatusOK)
	}
}

func TestABodyThatIsReadIsWorkedOnAlsoAfterItWasAskedFor(t *testing.T) {
	s := serve(t, 2)
	c := s.dial()
	c.send("POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
	<-s.working
	c.isAnswered(http.StatusContinue)
	waitLongEnough()
	for range 3 {
		comes := s.dial()
		comes.send(get("/"))
		comes.isAnswered(http.StatusOK)
		waitLongEnough()
	}
	c.send("a")
	c.isAnswered(http.StatusOK)
}

func TestThousandsThatSendNothingKeepNobodyOut(t *testing.T) {
	const limit = 100
	s := serve(t, limit)
	for range 20 * limit {
		s.dial().send("GET")
	}
	for range limit {
		c := s.dial()
		c.send(get("/"))
		c.isAnswered(http.StatusOK)
	}
	s.listener.mu.Lock()
	defer s.listener.mu.Unlock()
	if len(s.listener.open) > limit {
		t.Errorf("%d connections are open", len(s.listener.open))
	}
}

func TestARefusalArrivesWithWhoSendsAllBeforeTheyRead(t *testing.T) {
	piece := strings.Repeat("a", 64<<10)
	for _, length := range []int{1 << 10, 300 << 10, 5 << 20, LingerBytes - 64<<10} {
		for name, chunked := range map[string]bool{"announced": false, "in chunks": true} {
			t.Run(fmt.Sprintf("%d bytes, %s", length, name), func(t *testing.T) {
				c := serve(t, 2).dial()
				head, sent := fmt.Sprintf("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", length), piece
				if chunked {
					head, sent = "POST /refuse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece)
				}
				c.send(head)
				for left := length; left > 0; left -= len(piece) {
					if !chunked {
						sent = piece[:min(left, len(piece))]
					}
					c.send(sent)
				}
				c.isAnswered(http.StatusRequestEntityTooLarge)
				c.isEnded()
			})
		}
	}
}

func TestWhoSendsWithoutEndIsCutOff(t *testing.T) {
	c := serve(t, 2).dial()
	c.send("POST /refuse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	sent := 0
	for piece := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("a", 64<<10)); ; sent += len(piece) {
		if _, err := io.WriteString(c, piece); err != nil {
			break
		}
		if sent > 8*LingerBytes { // what the kernel holds besides is less
			t.Fatalf("%d bytes were taken", sent)
		}
	}
	if sent < LingerBytes/2 {
		t.Errorf("cut off after %d bytes", sent)
	}
}

func TestAConnectionThatIsGoneIsForgotten(t *testing.T) {
	s := serve(t, 5)
	for range 20 {
		c := s.dial()
		c.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		c.isAnswered(http.StatusOK)
		_ = c.Close()
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s.listener.mu.Lock()
		open := len(s.listener.open)
		s.listener.mu.Unlock()
		if open == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections are open", open)
		}
	}
}

func TestAListenerThatIsClosedLetsNobodyWait(t *testing.T) {
	s := serve(t, 1)
	c := s.dial()
	c.send(get("/work"))
	<-s.working
	waits := s.dial()
	time.Sleep(5 * again)
	_ = s.listener.Close()
	waits.isEnded()
}

func TestWhatHasComeAndIsNotReadYetIsNotEnded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listener: New(inner, 2)} // which is too busy to read anything
	defer func() { _ = s.listener.Close() }()
	accept := func() (c *client, accepted net.Conn) {
		c = s.dial()
		if accepted, err = s.listener.Accept(); err != nil {
			t.Fatal(err)
		}
		return c, accepted
	}
	sent, sentTo := accept()
	sent.send("GET ")
	silent, _ := accept()
	time.Sleep(2 * leftAlone)
	accept()
	if _, err := silent.answers.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("who sent nothing is not ended: %v", err)
	}
	if got, err := io.ReadAll(io.LimitReader(sentTo, 4)); string(got) != "GET " || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestWhoWasAnsweredAndWaitsIsEndedLast(t *testing.T) {
	s := serve(t, 3)
	idle := s.dial()
	idle.send(get("/"))
	idle.isAnswered(http.StatusOK)
	s.dial().send("GET ")
	s.dial().send("GET ")
	time.Sleep(2 * leftAlone)
	next := s.dial()
	next.send(get("/"))
	next.isAnswered(http.StatusOK)
	idle.send(get("/"))
	idle.isAnswered(http.StatusOK)
}
