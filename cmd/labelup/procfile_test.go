package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"labelup/connect"
	"labelup/internal/datamap"
	"labelup/internal/site/redistest"
)

// procfileLines are the lines of the Procfile, by the type of process.
func procfileLines(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "Procfile"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		name, command, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			t.Fatalf("the Procfile has a line that is none: %s", line)
		}
		lines[name] = command
	}
	return lines
}

// runLine runs a line of a Procfile as Heroku does: by bash, in the app's
// folder, in a process group of its own, with PORT.
func runLine(t *testing.T, command string, environment []string) *process {
	t.Helper()
	path := program(t)
	app := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(app, "bin"), 0o700), os.Symlink(path, filepath.Join(app, "bin", "labelup"))); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	p := &process{t: t, stdout: &safeBuffer{}, stderr: &safeBuffer{}, ended: make(chan error, 1), url: "http://127.0.0.1:" + strconv.Itoa(port)}
	p.cmd = exec.Command("bash", "-c", "exec "+command)
	p.cmd.Dir = app
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "PORT=" + strconv.Itoa(port)}, environment...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	p.cmd.WaitDelay = time.Second // for who is left behind with our pipes in hand
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) })
	return p
}

// stopped ends a line as Heroku does, with SIGTERM to all its processes, and
// returns what is wrong with how it ends.
func stopped(p *process, within time.Duration) (faults []string) {
	p.t.Helper()
	group := p.cmd.Process.Pid
	if err := syscall.Kill(-group, syscall.SIGTERM); err != nil {
		return []string{"there is nothing to stop"}
	}
	select {
	case <-p.ended:
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			faults = append(faults, fmt.Sprintf("it exits with %d", code))
		}
	case <-time.After(within):
		faults = append(faults, fmt.Sprintf("it does not end within %v", within))
	}
	if err := syscall.Kill(-group, 0); !errors.Is(err, syscall.ESRCH) {
		faults = append(faults, "it leaves a process behind")
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
	var config net.ListenConfig
	listener, err := config.Listen(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://127.0.0.1"))
	if err != nil {
		return append(faults, "its port is still taken")
	}
	_ = listener.Close()
	return faults
}

// inProduction makes the outside reachable where Atlassian's own is, and
// returns a process's settings for that: a proxy takes each connection to one
// server, whose certificate is for all of Atlassian's names. contacted are the
// hosts that were asked for.
func (a *atlassian) inProduction(t *testing.T, redis *redistest.Server) (environment []string, contacted func() []string) {
	t.Helper()
	skipIfShort(t)
	a.AppURL, a.BaseURL = "https://labelup.example.com", "https://site-a.atlassian.net/wiki"
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the outside of a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"*.atlassian.net", "*.atlassian.com", "*.services.atlassian.com"},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	trusted := filepath.Join(t.TempDir(), "trusted.pem")
	if err := os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := httptest.NewUnstartedServer(a.server.Config.Handler)
	outside.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}}
	outside.StartTLS()
	t.Cleanup(outside.Close)

	var mu sync.Mutex
	var hosts []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		hosts = append(hosts, r.Host)
		mu.Unlock()
		if r.Method != http.MethodConnect {
			http.Error(w, "only CONNECT", http.StatusBadRequest)
			return
		}
		tunnel(r.Context(), w, outside.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	return []string{
			"BASE_URL=" + a.AppURL, "REDIS_URL=" + redis.URL(), "SEAL_KEYS=" + sealKey("k1"), "SECURITY_CONTACT=mailto:security@example.com",
			"HTTPS_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + trusted, "SSL_CERT_DIR=/nonexistent",
		}, func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Compact(slices.Sorted(slices.Values(hosts)))
		}
}

// tunnel joins the connection of a CONNECT request with one to address.
func tunnel(ctx context.Context, w http.ResponseWriter, address string) {
	var dialer net.Dialer
	there, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		http.Error(w, "no connection", http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(there, here)
		_ = there.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(here, there)
}

// herokusPatience is how long Heroku waits from SIGTERM to SIGKILL.
const herokusPatience = 30 * time.Second

func TestEachLineOfTheProcfileEndsAsHerokuWantsIt(t *testing.T) {
	t.Parallel()
	lines := procfileLines(t)
	if len(lines) != 1 {
		t.Errorf("the Procfile has %d lines; this test knows how to use web only", len(lines))
	}
	redis := redistest.Start(t)
	a := startAtlassian(t)
	environment, contacted := a.inProduction(t, redis)

	t.Run("idle", func(t *testing.T) {
		p := runLine(t, lines["web"], environment)
		p.until("/ready", http.StatusOK)
		for _, fault := range stopped(p, herokusPatience) {
			t.Errorf("%s\nstdout: %s\nstderr: %s", fault, p.stdout, p.stderr)
		}
	})
	t.Run("with a slow change under way", func(t *testing.T) {
		p := runLine(t, lines["web"], environment)
		p.until("/ready", http.StatusOK)
		p.answers(http.StatusNoContent, a.Lifecycle(connect.Installed), "install")
		a.delay.Store(int64(4 * time.Second))
		status := make(chan int, 1)
		go func() {
			got, _, _ := p.send(a.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["slow"]}`))
			status <- got
		}()
		select {
		case <-a.writing:
		case <-time.After(patience):
			t.Fatalf("no change is made\nstdout: %s", p.stdout)
		}
		for _, fault := range stopped(p, herokusPatience) {
			t.Errorf("%s\nstdout: %s\nstderr: %s", fault, p.stdout, p.stderr)
		}
		if got := <-status; got != http.StatusOK {
			t.Errorf("the change was answered %d\nstdout: %s", got, p.stdout)
		}
	})
	// What it was asked for, it did at Atlassian's own addresses, and nowhere else.
	var want []string
	for _, r := range datamap.Recipients {
		if slices.Contains([]string{"The site itself", "Install key servers", "Token server"}, r.Name) {
			want = append(want, strings.ReplaceAll(r.Hosts[0], "{site}", hostOf(t, a.BaseURL))+":443")
		}
	}
	slices.Sort(want)
	if got := contacted(); !slices.Equal(got, want) {
		t.Errorf("it connected to %q, published are %q", got, want)
	}
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// TestALineThatEndsBadlyIsNoticed plants each fault that the test above looks
// for.
func TestALineThatEndsBadlyIsNoticed(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	a := startAtlassian(t)
	environment, _ := a.inProduction(t, redis)
	const leftAlone = `echo ready; while :; do sleep 0.05; done`
	tests := map[string]struct{ command, finds string }{
		"it takes SIGTERM well":   {`bash -c 'trap "exit 0" TERM; ` + leftAlone + `'`, ""},
		"it ignores SIGTERM":      {`bash -c 'trap "" TERM; ` + leftAlone + `'`, "it does not end within 2s"},
		"it says that it failed":  {`bash -c 'trap "exit 3" TERM; ` + leftAlone + `'`, "it exits with 3"},
		"it dies of the signal":   {`bash -c '` + leftAlone + `'`, "it exits with -1"},
		"a child stays":           {`bash -c '(trap "" TERM; >stays; exec sleep 60) & trap "exit 0" TERM; until [ -e stays ]; do sleep 0.01; done; ` + leftAlone + `'`, "it leaves a process behind"},
		"a server stays and runs": {`bash -c 'setsid bin/labelup serve >/dev/null & echo pid $! .; trap "exit 0" TERM; ` + leftAlone + `'`, "its port is still taken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := runLine(t, test.command, environment)
			for deadline := time.Now().Add(patience); !strings.Contains(p.stdout.String(), "ready"); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("it does not begin\nstdout: %s\nstderr: %s", p.stdout, p.stderr)
				}
			}
			if pid := regexp.MustCompile(`pid (\d+) `).FindStringSubmatch(p.stdout.String()); pid != nil {
				number, err := strconv.Atoi(pid[1])
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = syscall.Kill(number, syscall.SIGKILL) })
				p.until("/health", http.StatusOK)
			}
			within := patience
			if strings.Contains(test.finds, "within") { // it will not end
				within = 2 * time.Second
			}
			faults := stopped(p, within)
			if test.finds == "" && len(faults) > 0 || test.finds != "" && !slices.Contains(faults, test.finds) {
				t.Errorf("found %q, want %q", faults, test.finds)
			}
		})
	}
}

func TestThePoliciesOfTheDeploymentPageAreJSON(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	policies := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page, -1)
	if len(policies) < 2 {
		t.Errorf("docs/deploy.md has %d JSON documents", len(policies))
	}
	for _, policy := range policies {
		if !json.Valid([]byte(policy[1])) {
			t.Errorf("this is no JSON:\n%s", policy[1])
		}
	}
}
