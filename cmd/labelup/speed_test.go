package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/seal"
	"labelup/internal/site"
	"labelup/internal/site/redistest"
)

// The program as it is shipped, in production settings, with a real Redis and
// its log going to a file: how fast it shows a verified macro page. Nothing
// here asserts a time, for machines differ; docs/measurements.md has the bars.

const speedMacro = "/macro/labels?contentId=637370746&contentType=page&contentVersion=5&spaceId=98305&spaceKey=DS" +
	"&macroId=ec1eead7-ab4b-4b9f-8465-80d84e5d739f&output=display&prefix=&display=chips"

const connections = 16

// speed is a Redis that holds one installed site, and what is needed to run
// servers that people of this site look at.
type speed struct {
	tb          testing.TB
	environment []string
	host        *connecttest.Host
	requests    [][]byte // of macro pages, signed, as they are on the wire
}

func newSpeed(tb testing.TB) *speed {
	tb.Helper()
	redis := redistest.Start(tb)
	s := &speed{tb: tb, environment: production(redis.URL()), host: connecttest.NewHost("labelup", "https://labelup.example.com")}

	var keys string
	for _, setting := range s.environment {
		if value, found := strings.CutPrefix(setting, "SEAL_KEYS="); found {
			keys = value
		}
	}
	sealer, err := seal.NewLocal(keys)
	if err != nil {
		tb.Fatal(err)
	}
	client, err := site.NewClient(redis.URL(), site.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	store := site.New(client, sealer, site.Settings{})
	site := s.host.Installation()
	err = store.Change(context.Background(), site.ClientKey, nil, func(*connect.Installation) (*connect.Installation, error) { return &site, nil })
	if err != nil {
		tb.Fatal(err)
	}
	if err := store.Close(); err != nil {
		tb.Fatal(err)
	}

	for i := range 256 {
		s.requests = append(s.requests, s.request(speedMacro+"&n="+strconv.Itoa(i)))
	}
	return s
}

func (s *speed) request(path string, changes ...connecttest.Change) []byte {
	u, err := url.Parse(s.host.IframeURL(path, changes...))
	if err != nil {
		s.tb.Fatal(err)
	}
	return []byte("GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\nAccept-Language: en\r\n\r\n")
}

// server is one of the two programs, running.
type server struct {
	tb      testing.TB
	cmd     *exec.Cmd
	address string
	log     string // the file with its standard output
}

func (s *speed) labelup() *server {
	return s.start(nil, s.environment, program(s.tb), "serve")
}

// bare starts the program to compare with. It gives the answer it is told to,
// which is one that labelup gave, and collects garbage as labelup does.
func (s *speed) bare(labelup *server) *server {
	path := filepath.Join(s.tb.TempDir(), "bare")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "./testdata/bare").CombinedOutput(); err != nil {
		s.tb.Fatalf("go build: %s", out)
	}
	connection := labelup.dial()
	defer connection.Close()
	if _, err := connection.Write(s.requests[0]); err != nil {
		s.tb.Fatal(err)
	}
	var answer bytes.Buffer
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	if err := response.Write(&answer); err != nil {
		s.tb.Fatal(err)
	}
	bare := s.start(&answer, []string{"SECRET=" + s.host.Secret, "GOGC=200"}, path)
	for name, wrong := range map[string][]byte{
		"of another site": s.request(speedMacro, connecttest.With("iss", "x"), func(t *connecttest.Token) { t.Key = []byte("another") }),
		"for another URL": bytes.Replace(s.requests[0], []byte("contentId="), []byte("contentId=1"), 1),
		"that is expired": s.request(speedMacro, connecttest.With("exp", time.Now().Unix()-3600)),
	} {
		for _, one := range []*server{labelup, bare} {
			if c := newClient(one.dial()); c.get(wrong) {
				s.tb.Fatalf("%s lets a token through %s", one.cmd.Path, name)
			}
		}
	}
	return bare
}

// start runs a program and returns once it has shown a verified macro page.
func (s *speed) start(stdin io.Reader, environment []string, path string, args ...string) *server {
	s.tb.Helper()
	port := strconv.Itoa(freePort(s.tb))
	log, err := os.Create(filepath.Join(s.tb.TempDir(), "log"))
	if err != nil {
		s.tb.Fatal(err)
	}
	defer log.Close()
	one := &server{tb: s.tb, cmd: exec.Command(path, args...), address: "127.0.0.1:" + port, log: log.Name()}
	one.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "PORT=" + port}, environment...)
	one.cmd.Stdin, one.cmd.Stdout, one.cmd.Stderr = stdin, log, os.Stderr
	if err := one.cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(one.stop)
	for deadline := time.Now().Add(patience); ; {
		if connection, err := net.Dial("tcp", one.address); err == nil {
			answered := newClient(connection).get(s.requests[0])
			_ = connection.Close()
			if answered {
				return one
			}
		}
		if time.Now().After(deadline) {
			s.tb.Fatalf("%s shows no macro page; its log is %s", path, one.logged())
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// stop may be called twice.
func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) logged() []byte {
	log, err := os.ReadFile(s.log)
	if err != nil {
		s.tb.Fatal(err)
	}
	return log
}

// processorTime is what the process has used, in the kernel and outside. The
// kernel counts it in steps of 10 ms.
func (s *server) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		s.tb.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// reportMemory reports what the process holds now and what it held at most.
func (s *server) reportMemory(b *testing.B) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		for field, unit := range map[string]string{"VmRSS:": "rss-MB", "VmHWM:": "peak-MB"} {
			if value, found := strings.CutPrefix(line, field); found {
				kilobytes, _ := strconv.Atoi(strings.Fields(value)[0])
				b.ReportMetric(float64(kilobytes)/1024, unit)
			}
		}
	}
}

func (s *server) dial() net.Conn {
	connection, err := net.Dial("tcp", s.address)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(func() { _ = connection.Close() })
	return connection
}

// client sends prepared requests over one connection, with as little work as
// possible: it shares the machine with the server.
type client struct {
	connection net.Conn
	reader     *bufio.Reader
}

func newClient(connection net.Conn) *client {
	return &client{connection, bufio.NewReaderSize(connection, 16<<10)}
}

// get reports whether a request was answered 200 with a body.
func (c *client) get(request []byte) bool {
	if _, err := c.connection.Write(request); err != nil {
		return false
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return false
	}
	length := 0
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return false
		}
		if len(line) <= 2 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	discarded, err := c.reader.Discard(length)
	return err == nil && discarded == length && length > 0
}

// BenchmarkMacroPage shows macro pages as fast as it can, in rounds, labelup
// and the bare handler in turn. The ratios are of each round's requests per
// second, and of processor time per request over all rounds.
func BenchmarkMacroPage(b *testing.B) {
	const rounds, requests = 15, connections * 320
	s := newSpeed(b)
	labelup := s.labelup()
	bare := s.bare(labelup)
	for b.Loop() {
		var of [2]struct {
			perSecond []float64
			processor time.Duration
		}
		for range rounds {
			for i, one := range []*server{labelup, bare} {
				before, start := one.processorTime(), time.Now()
				s.load(one, requests)
				of[i].perSecond = append(of[i].perSecond, requests/time.Since(start).Seconds())
				of[i].processor += one.processorTime() - before
			}
		}
		ratios := make([]float64, rounds)
		for i := range ratios {
			ratios[i] = of[0].perSecond[i] / of[1].perSecond[i]
		}
		b.ReportMetric(median(of[0].perSecond), "labelup-req/s")
		b.ReportMetric(median(of[1].perSecond), "bare-req/s")
		b.ReportMetric(median(ratios), "ratio")
		b.ReportMetric(slices.Min(ratios), "ratio-min")
		b.ReportMetric(slices.Max(ratios), "ratio-max")
		b.ReportMetric(float64(of[0].processor.Microseconds())/(rounds*requests), "labelup-cpu-µs/req")
		b.ReportMetric(float64(of[1].processor.Microseconds())/(rounds*requests), "bare-cpu-µs/req")
		b.ReportMetric(of[1].processor.Seconds()/of[0].processor.Seconds(), "cpu-ratio")
	}
	labelup.reportMemory(b)
	if lines := bytes.Count(labelup.logged(), []byte(`"msg":"request"`)); lines < rounds*requests {
		b.Errorf("%d lines in the log, for more requests", lines)
	}
}

// load sends n requests over all connections, each as soon as the one before
// it is answered.
func (s *speed) load(to *server, n int) {
	var people sync.WaitGroup
	for range connections {
		c := newClient(to.dial())
		people.Go(func() {
			defer c.connection.Close()
			for i := range n / connections {
				if !c.get(s.requests[i%len(s.requests)]) {
					s.tb.Error("a request failed")
					return
				}
			}
		})
	}
	people.Wait()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// BenchmarkMacroPageAt500PerSecond sends at a fixed rate for ten seconds,
// whether or not the answers keep up, and reports how long people waited since
// their request was due.
func BenchmarkMacroPageAt500PerSecond(b *testing.B) {
	const rate, seconds, people = 500, 10, 32
	s := newSpeed(b)
	labelup := s.labelup()
	for b.Loop() {
		due := make(chan time.Time, rate*seconds)
		var mu sync.Mutex
		var waits []float64 // milliseconds
		var workers sync.WaitGroup
		for range people {
			c := newClient(labelup.dial())
			workers.Go(func() {
				defer c.connection.Close()
				for at := range due {
					if !c.get(s.requests[at.Nanosecond()%len(s.requests)]) {
						b.Error("a request failed")
						return
					}
					waited := time.Since(at)
					mu.Lock()
					waits = append(waits, waited.Seconds()*1000)
					mu.Unlock()
				}
			})
		}
		start := time.Now()
		for i := range rate * seconds {
			at := start.Add(time.Duration(i) * time.Second / rate)
			time.Sleep(time.Until(at))
			due <- at
		}
		close(due)
		workers.Wait()
		slices.Sort(waits)
		b.ReportMetric(waits[len(waits)/2], "p50-ms")
		b.ReportMetric(waits[len(waits)*99/100], "p99-ms")
		b.ReportMetric(waits[len(waits)-1], "max-ms")
	}
	labelup.reportMemory(b)
}

// BenchmarkFirstAnswer is the time from starting the process to its first
// verified macro page, which needs Redis.
func BenchmarkFirstAnswer(b *testing.B) {
	const starts = 10
	s := newSpeed(b)
	s.labelup().stop() // builds the program
	for b.Loop() {
		var took []float64 // milliseconds
		for range starts {
			start := time.Now()
			labelup := s.labelup()
			took = append(took, time.Since(start).Seconds()*1000)
			labelup.stop()
		}
		b.ReportMetric(slices.Min(took), "min-ms")
		b.ReportMetric(median(took), "median-ms")
		b.ReportMetric(slices.Max(took), "max-ms")
	}
}
