package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/site/redistest"
)

// Installs that name a key nobody has can be made by anyone: all but the
// signature is right, and only Atlassian's key servers can tell.

// slowKeyServers are two of them, which take 80 ms for an answer each. The
// second is asked for what the first does not have.
func slowKeyServers(t *testing.T, host *connecttest.Host) (environment []string) {
	t.Helper()
	keys := host.Keys()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(80 * time.Millisecond)
		http.StripPrefix("/"+strings.Split(r.URL.Path, "/")[1], keys).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	trusted := filepath.Join(t.TempDir(), "trusted.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"INSTALL_KEY_URLS=" + server.URL + "/first," + server.URL + "/second", "SSL_CERT_FILE=" + trusted}
}

// from is a request as Heroku's router passes it on: whatever the header said
// before, the caller's own address is its last.
func from(address string, r *http.Request) *http.Request {
	r.Header.Set("X-Forwarded-For", "192.0.2.1, "+address)
	return r
}

// flood is a sender of installs with key ids that nobody has.
type flood struct {
	target    string
	calls     [2]call // in the name of the site that installs meanwhile, and of another
	leaves    bool    // closes as soon as it has sent
	sent      atomic.Int64
	refused   atomic.Int64 // 4xx
	busy      atomic.Int64 // 503
	other     atomic.Int64
	addresses int
	lasted    time.Duration
	late      time.Duration // how late at most who slept was woken meanwhile: that is the machine's doing
}

// call is a request around its key id.
type call struct{ head, tail string }

func newFlood(t *testing.T, p *process, host *connecttest.Host, headers int, leaves bool) *flood {
	t.Helper()
	f := &flood{target: strings.TrimPrefix(p.url, "http://"), leaves: leaves, addresses: 20}
	for i, site := range []*connecttest.Host{host, host.OtherSite()} {
		body, err := json.Marshal(site.LifecycleBody(connect.Installed))
		if err != nil {
			t.Fatal(err)
		}
		segments := strings.Split(site.LifecycleToken(connect.Installed, "/installed"), ".")
		signature := make([]byte, 256)
		_, _ = rand.Read(signature)
		f.calls[i] = call{
			head: fmt.Sprintf("POST /installed HTTP/1.1\r\nHost: labelup.example.com\r\nContent-Type: application/json\r\nContent-Length: %d\r\nX-Filler: %s\r\n",
				len(body), strings.Repeat("f", headers)),
			tail: "." + segments[1] + "." + base64.RawURLEncoding.EncodeToString(signature) + "\r\n\r\n" + string(body),
		}
	}
	return f
}

// request is the n-th: its key id is new, and its address is the next of 20.
func (f *flood) request(n int) string {
	header := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"alg":"RS256","typ":"JWT","kid":"%s"}`, rand.Text()))
	one := f.calls[n/f.addresses%len(f.calls)]
	return fmt.Sprintf("%sX-Forwarded-For: 10.%d.0.1, 203.0.113.%d\r\nAuthorization: JWT %s%s", one.head, n%250, n%f.addresses, header, one.tail)
}

// run sends so many a second, each on a connection of its own, until ended is
// closed. It has at most 500 connections open: on a machine that is too busy for
// the attack it slows down, for how many connections the service takes is not
// what is tested here.
func (f *flood) run(perSecond int, ended <-chan struct{}) {
	var senders sync.WaitGroup
	defer senders.Wait()
	places := make(chan struct{}, 500)
	began := time.Now()
	defer func() { f.lasted = time.Since(began) }()
	senders.Go(func() { f.late = latest(ended) })
	for n := 0; ; n++ {
		select {
		case <-ended:
			return
		case <-time.After(time.Until(began.Add(time.Duration(n) * time.Second / time.Duration(perSecond)))):
		}
		places <- struct{}{}
		senders.Go(func() {
			defer func() { <-places }()
			f.send(n)
		})
	}
}

// latest is how late at most a goroutine was woken that slept for moments, until
// ended is closed.
func latest(ended <-chan struct{}) (late time.Duration) {
	const moment = 10 * time.Millisecond
	for {
		began := time.Now()
		select {
		case <-ended:
			return late
		case <-time.After(moment):
			late = max(late, time.Since(began)-moment)
		}
	}
}

func (f *flood) send(n int) {
	connection, err := net.Dial("tcp", f.target)
	if err != nil {
		f.other.Add(1)
		return
	}
	defer connection.Close()
	// No port shall wait for a connection that is over.
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.SetDeadline(time.Now().Add(noAnswer))
	request := f.request(n)
	f.sent.Add(1)
	if f.leaves {
		_, _ = connection.Write([]byte(request))
		// Nobody can leave before the service has seen the connection: wait for
		// an answer that comes at once, and for no other.
		_ = connection.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, _ = connection.Read(make([]byte, 1))
		return
	}
	switch status := newClient(connection).status([]byte(request)); {
	case status == http.StatusServiceUnavailable:
		f.busy.Add(1)
	case status/100 == 4:
		f.refused.Add(1)
	default:
		f.other.Add(1)
	}
}

func (f *flood) rate() float64 { return float64(f.sent.Load()) / f.lasted.Seconds() }

func (f *flood) String() string {
	rate := fmt.Sprintf("%.0f a second were sent", f.rate())
	if f.leaves {
		return rate
	}
	return fmt.Sprintf("%s, %d of them refused, %d told to come back", rate, f.refused.Load(), f.busy.Load())
}

// Not parallel: it takes what there is of the processor.
func TestUnderLoadInstallsNameKeysThatNobodyHas(t *testing.T) {
	for _, test := range []struct {
		fault   string
		headers int
		leaves  bool
	}{
		{"1,000 installs a second with made-up key ids, from 20 addresses for 20 s", 0, false},
		{"the same with heads of 11 KB", 10 << 10, false},
		{"the same with heads of 11 KB, of callers who leave at once", 10 << 10, true},
	} {
		t.Run(test.fault, func(t *testing.T) { installFlood(t, test.fault, test.headers, test.leaves) })
	}
}

func installFlood(t *testing.T, fault string, headers int, leaves bool) {
	const perSecond, alone = 1000, 3 * time.Second
	const mostLate = 100 * time.Millisecond
	const busyPatience = 4 * patience // on a busy machine it was 66 s: the key servers wait for a processor, too
	lasting := lasting(20 * time.Second)
	redis := redistest.Start(t)
	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	p := start(t, append(production(redis.URL()), slowKeyServers(t, host)...), "serve")
	p.until("/ready", http.StatusOK)

	l := newLoad(t, p)
	l.pace = paceOf(t, p) // before the flood
	var calls atomic.Int64
	install := func() verdict {
		// Two calls of one second must not have one token.
		r := host.Lifecycle(connect.Installed, connecttest.With("jti", calls.Add(1)))
		return judged(host.ClientKey, l.send(from("198.51.100.7", r)), http.StatusNoContent)
	}
	var installs, again atomic.Int64
	// As whoever installs does who is told to come back.
	comesBack := func() verdict {
		installs.Add(1)
		v := install()
		for began := time.Now(); (v.status == http.StatusTooManyRequests || v.status == http.StatusServiceUnavailable) && time.Since(began) < time.Second; v = install() {
			again.Add(1)
			time.Sleep(100 * time.Millisecond)
		}
		return v
	}
	attack := newFlood(t, p, host, headers, leaves)
	ended := make(chan struct{})
	var first time.Duration
	most := mostMemory(t, p, func() {
		var flooding sync.WaitGroup
		flooding.Go(func() { attack.run(perSecond/l.pace, ended) })
		time.Sleep(alone)
		began := time.Now()
		for v := install(); v.failed && time.Since(began) < busyPatience; v = install() {
			time.Sleep(100 * time.Millisecond)
		}
		first = time.Since(began)
		l.start(
			kind{"install", 250 * time.Millisecond, comesBack},
			kind{"macro", 60 * time.Millisecond, func() verdict {
				return judged(host.ClientKey, l.send(from("198.51.100.8", host.Iframe("/macro/labels?contentId=123"))), http.StatusOK)
			}},
		)
		time.Sleep(time.Until(began.Add(lasting - alone)))
		close(ended)
		flooding.Wait()
	})
	over := time.Now()
	l.recovers(over)
	l.finish()
	seen := []string{attack.String(), fmt.Sprintf("the first install took %.1f s", first.Seconds()),
		fmt.Sprintf("the slowest after it %.2f s", l.slowest("install").Seconds()), fmt.Sprintf("%d MB of memory at most", most)}
	if again.Load() > 0 {
		seen = append(seen, fmt.Sprintf("genuine installs were sent again %d times", again.Load()))
	}
	l.report(fault, "", over, seen...)
	// Nothing that the program does makes the machine busy, or it would excuse itself.
	busy := !*update && (l.pace > 1 || attack.rate() < 0.95*perSecond || attack.late > mostLate)
	t.Logf("busy: %v, with a pace of %d, %.0f installs a second, and who slept %v late", busy, l.pace, attack.rate(), attack.late)
	for _, way := range l.failures() {
		// A busy machine's key servers answer too late.
		if strings.HasPrefix(way, "install ") && way != "install without an answer" && !busy {
			t.Errorf("a genuine install failed: %s", way)
		}
	}
	if again.Load() > installs.Load()/5 && !busy {
		t.Errorf("of %d genuine installs %d were told to come back", installs.Load(), again.Load())
	}
	// More than these bars is for a busy machine.
	firstWithin, within := 3*time.Second, time.Second
	if busy {
		firstWithin, within = busyPatience, patience
	}
	if first > firstWithin || l.slowest("install") > within {
		t.Errorf("the first install took %v, the slowest after it %v", first, l.slowest("install"))
	}
	// A machine that is too busy for the attack has connections lie about in memory
	// that none of our code has seen; then it is what a dyno has that counts.
	limit := 128
	if busy {
		limit = 512
	}
	if most > limit {
		t.Errorf("it held %d MB", most)
	}
	l.mostlyGood("")
}
