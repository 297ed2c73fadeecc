package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/forge/forgetest"
	"labelup/internal/aws/awstest"
	"labelup/internal/site/redistest"
)

// What breaks around the program, or is done to it, while customers use it. Each
// test is one line or more of the table in docs/faults.md. None asserts a time
// but the generous bounds: nothing wrong is ever answered, and it recovers.

// underLoad has customers use a process while something happens that ends before
// it returns.
func underLoad(t *testing.T, fault string, c *customers, p *process, redisURL string, mayLose bool, happens func()) {
	t.Helper()
	c.install(p)
	l := newLoad(t, p)
	l.start(c.kinds(l)...)
	l.warm()
	happens()
	ended := time.Now()
	l.recovers(ended)
	l.finish()
	c.compare(l, redisURL, mayLose)
	l.report(fault, "", ended)
}

func TestUnderLoadRedisIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	// With everysec, the default, the last moments may still be on their way to
	// the file when Redis is killed on a busy disk.
	r := redistest.Start(t, "appendfsync always")
	c := newCustomers(t, "ada", "bo", "cy")
	underLoad(t, "Redis is killed, and started again 3 s later", c, c.serve(r.URL()), r.URL(), false, func() {
		r.Kill()
		time.Sleep(3 * time.Second)
		r.Restart()
	})
}

func TestUnderLoadRedisHangs(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	c := newCustomers(t, "ada", "bo", "cy")
	underLoad(t, "Redis hangs for 4 s", c, c.serve(r.URL()), r.URL(), false, func() {
		r.Hang()
		time.Sleep(4 * time.Second)
		r.GoOn()
	})
}

func TestUnderLoadTheDiskOfRedisIsFull(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	c := newCustomers(t, "ada", "bo", "cy")
	fullDisk(t, "the disk of Redis is full for 4 s", c, c.serve(r.URL()), r.URL(), r.FillDisk, r.FreeDisk)
}

// fullDisk is underLoad, where whatever needs no write must not suffer.
func fullDisk(t *testing.T, fault string, c *customers, p *process, redisURL string, fill, free func()) {
	t.Helper()
	var atEnd int
	underLoad(t, fault, c, p, redisURL, false, func() {
		fill()
		for began := time.Now(); time.Since(began) < 4*time.Second || atEnd == 0 && time.Since(began) < patience; time.Sleep(100 * time.Millisecond) {
			atEnd = strings.Count(p.stdout.String(), `"method":"POST","status":503`)
		}
		free()
	})
	if atEnd == 0 {
		t.Error("no lifecycle call was answered 503: the disk was not full")
	}
	for line := range strings.Lines(p.stdout.String()) {
		if strings.Contains(line, `"reason":"store"`) && !strings.Contains(line, `"method":"POST"`) {
			t.Errorf("a request that writes nothing failed: %s", line)
			return
		}
	}
}

func TestUnderLoadAllOfAWSIsDown(t *testing.T) {
	t.Parallel()
	r, amazon := redistest.Start(t), awstest.Start(t)
	amazon.AddKey("0a1b2c3d-0000-4000-8000-00000000000a")
	c := newCustomers(t, "ada", "bo", "cy")
	p := start(t, append(c.environment(), "REDIS_URL="+r.URL(),
		"AWS_REGION="+awstest.Region, "AWS_ACCESS_KEY_ID="+awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL="+amazon.Proxy.URL(), "KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000a", "CLOUDWATCH_LOG_GROUP=labelup", "BACKUP_BUCKET=none"), "serve")
	p.until("/ready", http.StatusOK)
	underLoad(t, "AWS (KMS, S3 and CloudWatch) is down for 5 s", c, p, r.URL(), false, func() {
		amazon.Proxy.Down()
		time.Sleep(5 * time.Second)
		amazon.Proxy.Heal()
	})
}

func TestUnderLoadASentinelFailsOver(t *testing.T) {
	t.Parallel()
	s := redistest.StartSentinel(t)
	c := newCustomers(t, "ada", "bo", "cy")
	underLoad(t, "the master under Sentinel is killed", c, c.serve(s.URL), s.URL, true, s.Master.Kill)
}

func TestUnderLoadAClusterFailsOver(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	c := newCustomers(t, "ada", "bo", "cy")
	underLoad(t, "a master of a Cluster of 3+3 is killed", c, c.serve(cluster.URL), cluster.URL, true, cluster.Masters[1].Kill)
}

// misbehaviour is what a local Confluence does to every other call about a site.
type misbehaviour struct {
	site  string
	fault string // as the table says it
	set   map[string]any
}

// underMisbehaviour has customers use a process while Confluence misbehaves
// towards each site in its own way.
//
// It leaves one site alone, which must not suffer unless the trouble is the whole app's.
func underMisbehaviour(t *testing.T, appWide bool, all ...misbehaviour) {
	t.Helper()
	names := []string{"well"}
	for _, m := range all {
		names = append(names, m.site)
	}
	r := redistest.Start(t)
	c := newCustomers(t, names...)
	p := c.serve(r.URL())
	c.install(p)
	l := newLoad(t, p)
	// Of each site three changes in two seconds, and as many exports.
	every := 2 * time.Second / time.Duration(3*len(c.sites))
	l.start(
		kind{"change", every, func() verdict { return c.change(l, c.nextPage()) }},
		kind{"export", every, func() verdict { return c.export(l, c.nextPage()) }},
		kind{"macro", every, func() verdict { return c.macro(l, c.nextPage()) }},
	)
	l.warm()
	for _, m := range all {
		if m.set == nil {
			c.garble(m.site, true)
			continue
		}
		m.set["path"], m.set["probability"] = "/"+m.site+"/wiki/**", 0.5
		tell(t, c.url, http.MethodPost, "misbehave", m.set)
	}
	time.Sleep(8 * time.Second)
	tell(t, c.url, http.MethodDelete, "misbehave", nil)
	for _, m := range all {
		c.garble(m.site, false)
	}
	ended := time.Now()
	l.recovers(ended)
	l.finish()
	c.compare(l, r.URL(), false)
	for _, m := range all {
		l.report(m.fault, m.site, ended)
	}
	// The documented time is 20 s; the rest is for a busy machine.
	if slowest := l.slowest("change"); slowest > 20*time.Second+patience {
		t.Errorf("a change took %v to be answered", slowest)
	}
	for _, r := range l.results {
		if r.kind == "change" && r.status == 0 {
			t.Errorf("a change was not answered: %v", l.silent)
		}
	}
	if !appWide {
		l.mostlyGood("well")
	}
}

func TestUnderLoadConfluenceMisbehaves(t *testing.T) {
	t.Parallel()
	underMisbehaviour(t, false, []misbehaviour{
		{"burst", "Confluence answers every other call 429, burst, Retry-After 2", map[string]any{"kind": "429-burst", "retryAfter": 2}},
		{"bare", "Confluence answers every other call 429 without Retry-After", map[string]any{"kind": "429-bare"}},
		{"e500", "Confluence answers every other call 500", map[string]any{"kind": "500"}},
		{"e502", "Confluence answers every other call 502", map[string]any{"kind": "502"}},
		{"e503", "Confluence answers every other call 503, Retry-After 1", map[string]any{"kind": "503", "retryAfter": 1}},
		{"slow5", "Confluence takes 5 s for every other call", map[string]any{"kind": "slow", "delay": 5}},
		{"slow30", "Confluence takes 30 s for every other call", map[string]any{"kind": "slow", "delay": 30}},
		{"half", "Confluence answers every other call by half", map[string]any{"kind": "half"}},
		{"before", "Confluence drops every other connection before it does what was asked", map[string]any{"kind": "drop-before"}},
		{"after", "Confluence drops every other connection after it has done what was asked", map[string]any{"kind": "drop-after"}},
		{"garbled", "Confluence answers every other call with nonsense", nil},
		{"login", "Confluence answers every other call 200 with a login page", map[string]any{"kind": "html"}},
	}...)
}

// The quota is one for all sites of the app, so this one is by itself.
func TestUnderLoadTheQuotaIsUsedUp(t *testing.T) {
	t.Parallel()
	underMisbehaviour(t, true, misbehaviour{
		"quota", "Confluence answers every other call 429, the app's quota, Retry-After 3", map[string]any{"kind": "429-quota", "retryAfter": 3},
	})
}

// memory is what a process holds of the machine's memory, in MB.
func memory(t testing.TB, p *process) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, _ := strconv.Atoi(strings.Fields(value)[0])
			return kilobytes >> 10
		}
	}
	t.Error("a process without memory")
	return 0
}

// mostMemory is the most that a process held while something happened, in MB.
func mostMemory(t testing.TB, p *process, happens func()) int {
	most := memory(t, p)
	done := make(chan struct{})
	go func() {
		defer close(done)
		happens()
	}()
	for {
		select {
		case <-done:
			return max(most, memory(t, p))
		case <-time.After(50 * time.Millisecond):
			most = max(most, memory(t, p))
		}
	}
}

// attacked has customers use a process while somebody attacks it, who must not
// keep it from them or fill its memory.
func attacked(t *testing.T, fault string, attack func(c *customers, p *process) (seen string)) {
	t.Helper()
	r := redistest.Start(t)
	c := newCustomers(t, "ada", "bo", "cy", "attacker")
	c.pages = c.pages[:len(c.pages)-4] // who attacks does nothing else
	p := c.serve(r.URL())
	c.install(p)
	l := newLoad(t, p)
	l.start(c.kinds(l)...)
	l.warm()
	var seen string
	most := mostMemory(t, p, func() { seen = attack(c, p) })
	ended := time.Now()
	l.recovers(ended)
	l.finish()
	c.compare(l, r.URL(), false)
	l.report(fault, "", ended, seen, fmt.Sprintf("%d MB of memory at most", most))
	if most > 256 {
		t.Errorf("it held %d MB", most)
	}
	l.mostlyGood("")
}

// Not parallel: it takes what there is of the processor.
func TestUnderLoadBadTokensFlood(t *testing.T) {
	attacked(t, "10,000 bad tokens a second for 8 s", func(c *customers, p *process) string {
		const perSecond, connections, lasting = 10_000, 32, 8 * time.Second
		// Half of a site that there is, half of sites that nobody has heard of. Of
		// every four one comes as if through Forge, with the key that is published or
		// with one that is not.
		requests, refusals := make([][]byte, 4000), make([]int, 4000)
		host, remote := c.pages[0].as(), forgetest.NewHost()
		for i := range requests {
			refusals[i] = http.StatusUnauthorized
			if i%4 == 0 {
				kid := forgetest.KeyID
				if i%8 == 0 {
					kid = fmt.Sprint("nobody-", i)
				}
				refusals[i] = http.StatusForbidden
				requests[i] = []byte("POST /api/labels HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nAuthorization: Bearer " + remote.Junk(kid) + "\r\n\r\n")
				continue
			}
			issuer := host.ClientKey
			if i%2 == 0 {
				issuer = fmt.Sprint("nobody-", i)
			}
			r := host.Iframe("/macro/labels?contentId=1", connecttest.With("iss", issuer), func(t *connecttest.Token) { t.Key = []byte("guessed") })
			requests[i] = []byte("GET " + r.URL.RequestURI() + " HTTP/1.1\r\nHost: x\r\n\r\n")
		}
		var refused, other atomic.Int64
		var senders sync.WaitGroup
		began := time.Now()
		for n := range connections {
			senders.Go(func() {
				connection := dial(t, p)
				defer connection.Close()
				answers := newClient(connection)
				for i := n; time.Since(began) < lasting; i += connections {
					time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / perSecond)))
					if at := i % len(requests); answers.status(requests[at]) == refusals[at] {
						refused.Add(1)
					} else {
						other.Add(1)
					}
				}
			})
		}
		senders.Wait()
		if other.Load() > 0 {
			t.Errorf("%d bad tokens were not answered 401, or through Forge 403", other.Load())
		}
		return fmt.Sprintf("%.0f bad tokens a second were refused", float64(refused.Load())/time.Since(began).Seconds())
	})
}

// status sends a request and returns the status of its answer, 0 without one.
func (c *client) status(request []byte) int {
	if _, err := c.connection.Write(request); err != nil {
		return 0
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0
	}
	return response.StatusCode
}

func dial(t testing.TB, p *process) net.Conn {
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Error(err)
		connection, _ = net.Pipe()
		_ = connection.Close()
	}
	return connection
}

func TestUnderLoadBodiesAreHuge(t *testing.T) {
	t.Parallel()
	const size = 50 << 20
	attacked(t, "50 MB to every POST route, 8 at a time", func(c *customers, p *process) string {
		host := c.sites[3].host
		host.Content = connect.Content{ID: "1", Type: "page"}
		var requests []*http.Request
		for _, path := range []string{"/api/labels", "/api/suggest"} {
			requests = append(requests, host.BrowserCall(http.MethodPost, path, ""))
		}
		for _, event := range []connect.Event{connect.Installed, connect.Uninstalled, connect.Enabled, connect.Disabled} {
			requests = append(requests, host.Lifecycle(event))
		}
		places := make(chan struct{}, 8)
		var bodies sync.WaitGroup
		var refused, cut atomic.Int64
		for _, r := range requests {
			for token, want := range map[string]int{r.Header.Get("Authorization"): http.StatusRequestEntityTooLarge, "JWT guessed": http.StatusUnauthorized} {
				for _, length := range []string{fmt.Sprintf("Content-Length: %d", size), "Transfer-Encoding: chunked"} {
					bodies.Go(func() {
						places <- struct{}{}
						defer func() { <-places }()
						head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\n%s\r\n\r\n", r.URL.Path, token, length)
						status, sent := sendHuge(t, p, head, size)
						switch {
						case status == want:
							refused.Add(1)
						case status == 0 && sent < size:
							cut.Add(1)
						default:
							t.Errorf("%s, %s: answered %d after %d bytes", r.URL.Path, length, status, sent)
						}
					})
				}
			}
		}
		bodies.Wait()
		return fmt.Sprintf("%d bodies refused, %d cut off", refused.Load(), cut.Load())
	})
}

// sendHuge sends a head and then a body for as long as anybody reads it. It
// returns the status, 0 if there is no answer.
func sendHuge(t testing.TB, p *process, head string, size int) (status, sent int) {
	connection := dial(t, p)
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(noAnswer))
	answered := make(chan int, 1)
	go func() {
		answer := make([]byte, len("HTTP/1.1 413"))
		if _, err := io.ReadFull(connection, answer); err != nil {
			answered <- 0
			return
		}
		code, _ := strconv.Atoi(string(answer[len("HTTP/1.1 "):]))
		answered <- code
	}()
	_, err := io.WriteString(connection, head)
	// JSON that does not end, so that only its size can be the reason.
	piece := bytes.Repeat([]byte(`"a`), 1<<18)
	if strings.Contains(head, "chunked") {
		piece = fmt.Appendf(nil, "%x\r\n%s\r\n", len(piece), piece)
	}
	for err == nil && sent < size {
		var n int
		n, err = connection.Write(piece)
		sent += n
	}
	return <-answered, sent
}

func TestUnderLoadConnectionsDribble(t *testing.T) {
	t.Parallel()
	attacked(t, "500 connections that send a byte a second", func(c *customers, p *process) string {
		host := c.sites[3].host
		host.Content = connect.Content{ID: "1", Type: "page"}
		body := func(r *http.Request) string {
			return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\nContent-Length: 1000\r\n\r\n",
				r.URL.Path, r.Header.Get("Authorization"))
		}
		const header = "GET /macro/labels HTTP/1.1\r\nHost: x\r\nX-Slow: "
		var connections sync.WaitGroup
		var mu sync.Mutex
		slowest := map[string]time.Duration{}
		for i := range 500 {
			what, head := "heads", header
			switch i % 10 {
			case 0:
				what, head = "bodies", body(host.BrowserCall(http.MethodPost, "/api/labels", ""))
			case 1:
				what, head = "bodies", body(host.Lifecycle(connect.Installed, connecttest.With("jti", i)))
			case 2:
				what, head = "bodies", body(host.BrowserCall(http.MethodPost, "/api/suggest", ""))
			}
			connections.Go(func() {
				took := dribble(t, p, head)
				mu.Lock()
				defer mu.Unlock()
				slowest[what] = max(slowest[what], took)
			})
		}
		connections.Wait()
		// 5 s for a head, 8 s for a body and 15 s for all of a request; the rest is for a busy machine.
		if slowest["heads"] > 5*time.Second+patience || slowest["bodies"] > 15*time.Second+patience {
			t.Errorf("cut off after %v", slowest)
		}
		return fmt.Sprintf("slow heads were cut off after %.0f s, slow bodies after %.0f s", slowest["heads"].Seconds(), slowest["bodies"].Seconds())
	})
}

// dribble sends a head, and then a byte a second until nobody reads them.
func dribble(t testing.TB, p *process, head string) time.Duration {
	began := time.Now()
	connection := dial(t, p)
	defer connection.Close()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = connection.SetReadDeadline(began.Add(noAnswer))
		_, _ = io.Copy(io.Discard, connection)
	}()
	_, _ = io.WriteString(connection, head)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-gone:
			return time.Since(began)
		case <-tick.C:
			_, _ = io.WriteString(connection, "a")
		}
	}
}

func TestUnderLoadSIGTERMLosesNoAcceptedChange(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	// So many pages that, on a busy machine too, a page is done with one change before the next.
	c := newCustomers(t, "ada", "bo", "cy", "dee", "ed", "flo")
	c.unansweredIsRefused = true
	// So that many changes are under way at any moment.
	tell(t, c.url, http.MethodPost, "misbehave", map[string]any{"kind": "slow", "delay": 0.5, "path": "/**/wiki/**"})
	before := c.serve(r.URL())
	c.install(before)
	l := newLoad(t, before)
	l.start(c.kinds(l)...)
	l.warm()
	// As a platform does it: the next process starts while the last one stops,
	// and a little of what comes still goes to the last.
	terminated := time.Now()
	if err := before.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	after := start(t, append(c.environment(), "REDIS_URL="+r.URL()), "serve")
	time.Sleep(200 * time.Millisecond)
	l.to(after)
	if code := before.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	stopping := time.Since(terminated)
	tell(t, c.url, http.MethodDelete, "misbehave", nil)
	l.recovers(time.Now())
	l.finish()
	c.compare(l, r.URL(), false)
	l.report("SIGTERM, with the next process started at once", "", terminated, fmt.Sprintf("stopped with 0 after %.1f s", stopping.Seconds()))
}

// oldCommit is a version before records could say that a site is blocked: it
// drops that field of a record that it writes. No later version does.
const oldCommit = "293abdd"

// oldProgram builds the program of an earlier commit. Where there is no history,
// as in a shallow clone, it is that of the present source.
func oldProgram(t *testing.T) (path, version string) {
	t.Helper()
	skipIfShort(t)
	dir := t.TempDir()
	script := `git archive ` + oldCommit + ` >"$1/source.tar" && mkdir "$1/source" && tar -xf "$1/source.tar" -C "$1/source"`
	extract := exec.CommandContext(t.Context(), "sh", "-c", script, "sh", dir)
	extract.Dir = filepath.Join("..", "..")
	if out, err := extract.CombinedOutput(); err != nil {
		t.Logf("commit %s is not there, so that the present source runs twice: %s", oldCommit, out)
		return program(t), "the same version"
	}
	path = filepath.Join(dir, "labelup")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./cmd/labelup")
	build.Dir = filepath.Join(dir, "source")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %s", out)
	}
	return path, oldCommit
}

func TestUnderLoadTwoVersionsServeSideBySide(t *testing.T) {
	t.Parallel()
	path, version := oldProgram(t)
	r := redistest.Start(t)
	c := newCustomers(t, "ada", "bo", "cy")
	environment := append(c.environment(), "REDIS_URL="+r.URL())
	old := startProgram(t, path, environment, "serve")
	old.until("/ready", http.StatusOK)
	c.earlier = old
	c.install(old)
	l := newLoad(t, old)
	l.start(c.kinds(l)...)
	l.warm()
	next := c.serve(r.URL())
	l.to(old, next)
	// Secrets change while both serve, told to one and then to the other.
	for i, s := range c.sites {
		time.Sleep(2 * time.Second)
		c.renew(s)
		[]*process{old, next}[i%2].answers(http.StatusNoContent, s.host.Lifecycle(connect.Installed), "another secret")
	}
	time.Sleep(2 * time.Second)
	l.to(next)
	time.Sleep(200 * time.Millisecond) // what was sent to it has arrived
	if err := old.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := old.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	ended := time.Now()
	l.recovers(ended)
	l.finish()
	c.compare(l, r.URL(), false)
	l.report("two versions serve side by side for 8 s, then the old one stops", "", ended, "old: "+version)
}
