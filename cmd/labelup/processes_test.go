package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/site/redistest"
)

// atlassian is the outside of a process of `labelup serve`: a key server, a
// token server and a site with one page, at one address.
type atlassian struct {
	*connecttest.Host
	server  *httptest.Server
	writing chan struct{} // receives when a label is about to be written
	delay   atomic.Int64  // of a write
	status  atomic.Int64  // if set, every label call is answered with it
	chatty  atomic.Bool   // whether an answer is followed by one that nobody asked for
}

func startAtlassian(t testing.TB) *atlassian {
	t.Helper()
	a := &atlassian{Host: connecttest.NewHost("labelup", "http://localhost:1"), writing: make(chan struct{}, 100)}
	mux := http.NewServeMux()
	mux.Handle("/"+connecttest.KeyID, a.Keys())
	mux.HandleFunc("POST /oauth2/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"secret-user-token","expires_in":900,"token_type":"Bearer"}`)
	})
	mux.HandleFunc("/wiki/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			a.writing <- struct{}{}
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice who leaves
			select {
			case <-time.After(time.Duration(a.delay.Load())):
			case <-r.Context().Done():
			}
		}
		if status := a.status.Load(); status != 0 {
			http.Error(w, "secret-of-an-answer", int(status))
			return
		}
		body := `{"results":[{"id":"1","name":"secret-label","prefix":"global"}],"_links":{}}`
		if a.chatty.Load() {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			time.Sleep(50 * time.Millisecond)
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nplanted-header: 1\r\n\r\n%s", body)
			return
		}
		_, _ = io.WriteString(w, body)
	})
	a.server = httptest.NewServer(mux)
	t.Cleanup(a.server.Close)
	a.BaseURL = a.server.URL + "/wiki"
	return a
}

// sealKey is a key as SEAL_KEYS takes it.
func sealKey(id string) string {
	key := sha256.Sum256([]byte(id))
	return id + ":" + base64.StdEncoding.EncodeToString(key[:])
}

// serve starts a process that all of them know.
func (a *atlassian) serve(t testing.TB, redis *redistest.Server, sealKeys string) *process {
	t.Helper()
	p := start(t, a.environment(redis, sealKeys), "serve")
	p.until("/ready", http.StatusOK)
	return p
}

// environment are the settings of a process that all of them know.
func (a *atlassian) environment(redis *redistest.Server, sealKeys string) []string {
	return []string{
		"ENVIRONMENT=development", "BASE_URL=" + a.AppURL, "REDIS_URL=" + redis.URL(), "SEAL_KEYS=" + sealKeys,
		"INSTALL_KEY_URLS=" + a.server.URL, "TOKEN_SERVER_URL=" + a.server.URL, "LOG_LEVEL=debug",
	}
}

// send sends what a Host made to a process. It returns 0 if there is no answer.
func (p *process) send(r *http.Request) (status int, header http.Header, body string) {
	p.t.Helper()
	request := r.Clone(p.t.Context())
	request.URL.Scheme, request.URL.Host, request.RequestURI = "http", strings.TrimPrefix(p.url, "http://"), ""
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, ""
	}
	defer response.Body.Close()
	raw, _ := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(raw)
}

// anyStatus is for requests of which the answer may be anything, or may not come.
const anyStatus = -1

// asks sends a request until it gets the wanted answer. On a busy machine Redis
// can be later than the half second that a request waits for it, and the app
// then says when to come back: asks does so, as a person would. What is truly
// down stays down longer than its patience.
func (p *process) asks(want int, r *http.Request) (status int, header http.Header, body string) {
	p.t.Helper()
	for began := time.Now(); ; time.Sleep(time.Second) {
		status, header, body = p.send(r)
		comeBack := status == http.StatusServiceUnavailable && header.Get("Retry-After") != ""
		if status == want || want == anyStatus || !comeBack || time.Since(began) > patience {
			return status, header, body
		}
	}
}

func (p *process) answers(want int, r *http.Request, what string) {
	p.t.Helper()
	if got, _, body := p.asks(want, r); got != want {
		p.t.Errorf("%s: answered %d %s, want %d", what, got, body, want)
	}
}

// rotate gives the site another secret. Its clock goes on, for two installs of
// one second have one token, and that is good for one body only.
func (a *atlassian) rotate(secret string) *http.Request {
	a.Secret = secret
	now := a.Now
	a.Now = func() time.Time { return now().Add(time.Second) }
	return a.Lifecycle(connect.Installed)
}

func (a *atlassian) macro() *http.Request { return a.Iframe("/macro/labels?contentId=123") }

func TestRotationAndUninstallTakeEffectAtOnceHereAndWithinASecondElsewhere(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	a := startAtlassian(t)
	here, elsewhere := a.serve(t, redis, sealKey("k1")), a.serve(t, redis, sealKey("k1"))
	// What the other process holds is a second old at most, whoever asks; a busy
	// machine may take its time to do so.
	within := func(want int, what string) {
		t.Helper()
		began := time.Now()
		for {
			asked := time.Since(began)
			got, _, _ := elsewhere.send(a.macro())
			if got == want {
				return
			}
			if asked > time.Second+patience {
				t.Errorf("%s: asked after %v, the other process answers %d, want %d", what, asked, got, want)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	here.answers(http.StatusUnauthorized, a.macro(), "before the install, here")
	within(http.StatusUnauthorized, "before the install")
	here.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
	here.answers(http.StatusOK, a.macro(), "installed, here")
	within(http.StatusOK, "installed")

	rotation := a.rotate("rotated-secret-0123456789abcdefghij")
	elsewhere.answers(http.StatusUnauthorized, a.macro(), "the new secret before the rotation")
	here.answers(http.StatusNoContent, rotation, "rotation")
	here.answers(http.StatusOK, a.macro(), "rotated, here")
	within(http.StatusOK, "rotated")

	here.answers(http.StatusNoContent, a.Lifecycle(connect.Uninstalled), "uninstall")
	here.answers(http.StatusUnauthorized, a.macro(), "uninstalled, here")
	within(http.StatusUnauthorized, "uninstalled")
}

func TestTheSealingKeyChangesWithoutDowntime(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	a := startAtlassian(t)
	k1, k2 := sealKey("k1"), sealKey("k2")
	// As docs/operating.md says: each step meets the processes of the step before.
	steps := []string{k1, k1 + "," + k2, k2 + "," + k1, k2}
	before := a.serve(t, redis, steps[0])
	before.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
	for i, keys := range steps[1:] {
		after := a.serve(t, redis, keys)
		for _, p := range []*process{before, after} {
			p.answers(http.StatusOK, a.macro(), fmt.Sprintf("step %d", i+1))
		}
		after.answers(http.StatusNoContent, a.rotate(fmt.Sprintf("secret-of-step-%d-0123456789abcdef", i+1)), "install with the new keys")
		time.Sleep(time.Second)
		for _, p := range []*process{before, after} {
			p.answers(http.StatusOK, a.macro(), fmt.Sprintf("step %d, sealed anew", i+1))
		}
		before = after
	}
}

func TestAChangeUnderWayAtSIGTERMIsFinishedAndAnswered(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	a := startAtlassian(t)
	a.delay.Store(int64(2 * time.Second))
	p := a.serve(t, redis, sealKey("k1"))
	p.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
	status := make(chan int, 1)
	go func() {
		got, _, _ := p.send(a.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["secret-label"]}`))
		status <- got
	}()
	<-a.writing
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if got := <-status; got != http.StatusOK {
		t.Errorf("the change was answered %d", got)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestFurtherSignalsOfHerokuCutNothingOffAndOneOfAPersonEndsAtOnce(t *testing.T) {
	t.Parallel()
	// What a shell runs in the background ignores interrupts, and its children
	// would too. They do not ignore what is caught here.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	defer signal.Stop(caught)
	redis := redistest.Start(t)
	a := startAtlassian(t)
	a.delay.Store(int64(time.Minute))
	p := a.serve(t, redis, sealKey("k1"))
	p.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
	go p.send(a.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["secret-label"]}`))
	<-a.writing
	for range 3 {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(300 * time.Millisecond)
	}
	select {
	case <-p.ended:
		t.Fatal("SIGTERM ended it")
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	p.exit()
	// Otherwise it would have said that it waited, or that it cut the change off.
	if log := p.stdout.String(); strings.Contains(log, `"msg":"stopped"`) || strings.Contains(log, "requests were cut off") {
		t.Errorf("after SIGINT it waited for the change:\n%s", log)
	}
}

// TestNothingOfTheCustomerIsLeftAnywhere plants words wherever a request has
// room for them, makes everything fail that can, and looks for them in what
// the processes said and in every file of Redis.
func TestNothingOfTheCustomerIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	a := startAtlassian(t)
	a.Secret, a.AccountID = "planted-shared-secret-0123456789", "planted-account"
	a.Content.ID, a.Space.Key, a.Macro.Hash = "123", "planted-space", "planted-hash"
	p := a.serve(t, redis, sealKey("k1"))
	change := func(body string) *http.Request {
		r := a.BrowserCall(http.MethodPost, "/api/labels?planted-query=1", body)
		r.Header.Set("X-Request-Id", "planted request id")
		r.Header.Set("User-Agent", "planted-agent")
		return r
	}
	good := `{"contentId":"123","add":["planted-label"],"remove":["planted-removed"]}`
	p.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
	stolen := a.Lifecycle(connect.Installed)
	body := a.LifecycleBody(connect.Installed)
	token := strings.TrimPrefix(stolen.Header.Get("Authorization"), "JWT ")
	p.answers(http.StatusNoContent, stolen, "install again")
	body["sharedSecret"] = "planted-stolen-secret"
	p.answers(http.StatusUnauthorized, a.LifecycleCall(connect.Installed, token, body), "the same token with another body")
	p.answers(http.StatusNoContent, a.rotate("planted-rotated-secret-0123456789"), "rotation")

	p.answers(http.StatusOK, change(good), "a change")
	p.answers(http.StatusBadRequest, change(`{"contentId":"123","add":["planted"`), "half a body")
	p.answers(http.StatusBadRequest, change(`{"contentId":"123","planted":1}`), "an unknown field")
	p.answers(http.StatusBadRequest, change(`{"contentId":"123","add":["planted?"]}`), "a forbidden name")
	p.answers(http.StatusBadRequest, change("{\"contentId\":\"123\",\"add\":[\"planted\xff\"]}"), "a broken name")
	p.answers(http.StatusNotFound, change(`{"contentId":"planted","add":["planted-label"]}`), "another page")
	p.answers(http.StatusOK, a.Iframe("/macro/labels?contentId=123&prefix=planted-prefix&title=planted-title"), "the macro")
	p.answers(http.StatusUnauthorized, a.Iframe("/macro/labels?title=planted-title", connecttest.With("qsh", "planted")), "another URL")
	p.answers(http.StatusUnauthorized, a.Iframe("/macro/labels", connecttest.With("iss", "planted-site")), "an unknown site")
	p.answers(http.StatusNotFound, httptest.NewRequest(http.MethodGet, "/planted-path?planted-query", nil), "an unknown path")
	for _, status := range []int64{400, 401, 403, 404, 409, 413, 500} {
		a.status.Store(status)
		p.send(change(good))
		p.send(a.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123&prefix=planted-prefix", ""))
	}
	a.status.Store(0)
	a.chatty.Store(true)
	p.send(change(good))
	time.Sleep(200 * time.Millisecond)
	a.chatty.Store(false)
	// What net/http answers before any of our code sees it.
	for _, raw := range []string{
		"GET /planted-path HTTP/1.1\r\nHost: planted host\r\n\r\n", "PLANTED@ / HTTP/1.1\r\n\r\n",
		"GET /%zz-planted HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nplanted header\r\n\r\n",
		"GET /planted?" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		p.sendRaw(raw)
	}
	redis.Kill()
	p.send(change(good))
	time.Sleep(time.Second)
	p.send(a.macro())
	p.send(a.Lifecycle(connect.Disabled))
	redis.Restart()
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, a.Lifecycle(connect.Uninstalled), "uninstall")
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.exit()
	redis.Stop()

	found := map[string][]byte{"standard output": []byte(p.stdout.String()), "standard error": []byte(p.stderr.String())}
	files := 0
	_ = filepath.WalkDir(filepath.Dir(redis.Socket()), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			files++
			found[entry.Name()] = raw
		}
		return nil
	})
	if files == 0 || !strings.Contains(p.stdout.String(), `"msg":"stopped"`) {
		t.Fatalf("%d files of Redis, log:\n%s", files, p.stdout)
	}
	recorded := false
	for place, raw := range found {
		recorded = recorded || bytes.Contains(raw, []byte(a.OAuthClientID))
		for _, word := range []string{"planted", "PLANTED", "secret-", "user-token", "eyJ"} {
			if at := bytes.Index(raw, []byte(word)); at >= 0 {
				t.Errorf("%s has %q in it: …%q…", place, word, raw[max(0, at-80):min(len(raw), at+80)])
			}
		}
	}
	if !recorded {
		t.Error("no file of Redis has the record in it, so nothing was looked at")
	}
}

// sendRaw writes bytes to a process and waits for whatever it says.
func (p *process) sendRaw(raw string) string {
	p.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(conn, raw)
	answer, _ := io.ReadAll(io.LimitReader(conn, 1<<20))
	return string(answer)
}
