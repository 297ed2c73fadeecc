package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"labelup/internal/site/redistest"
)

// patience is how long a test waits for what an idle machine does at once.
const patience = time.Minute

// program is the program, built once as it is shipped. With -short, the test is
// skipped that wants it.
func program(t testing.TB) string {
	t.Helper()
	skipIfShort(t)
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// skipIfShort is called by whatever starts the program.
func skipIfShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a process of the program")
	}
}

var builtIn string // the folder

var built = sync.OnceValues(func() (string, error) {
	var err error
	if builtIn, err = os.MkdirTemp("", "labelup-test-"); err != nil {
		return "", err
	}
	path := filepath.Join(builtIn, "labelup")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", &buildError{out}
	}
	return path, nil
})

type buildError struct{ output []byte }

func (e *buildError) Error() string { return "go build: " + string(e.output) }

func TestMain(m *testing.M) {
	if engine, ok := engines[os.Getenv(engineVariable)]; ok {
		os.Exit(serveWith(engine))
	}
	code := m.Run()
	_ = os.RemoveAll(builtIn) // nothing, if it was not built
	os.Exit(code)
}

// process is the program, running.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string
	stdout *safeBuffer
	stderr *safeBuffer
	ended  chan error
}

func production(redisURL string) []string {
	var key [32]byte
	_, _ = rand.Read(key[:])
	return []string{
		"BASE_URL=https://labelup.example.com", "REDIS_URL=" + redisURL,
		"SEAL_KEYS=k1:" + base64.StdEncoding.EncodeToString(key[:]), "SECURITY_CONTACT=mailto:security@example.com",
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	return redistest.FreePort(t)
}

func start(t testing.TB, environment []string, args ...string) *process {
	t.Helper()
	return startProgram(t, program(t), environment, args...)
}

func startProgram(t testing.TB, path string, environment []string, args ...string) *process {
	t.Helper()
	skipIfShort(t)
	port := freePort(t)
	p := &process{t: t, stdout: &safeBuffer{}, stderr: &safeBuffer{}, ended: make(chan error, 1), url: "http://127.0.0.1:" + strconv.Itoa(port)}
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "PORT=" + strconv.Itoa(port)}, environment...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func (p *process) get(path string) (status int, header http.Header, body string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, ""
	}
	defer response.Body.Close()
	raw, _ := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(raw)
}

// until waits for a path to answer with a status.
func (p *process) until(path string, want int) (http.Header, string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		status, header, body := p.get(path)
		if status == want {
			return header, body
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s answers %d, want %d\nstdout: %s\nstderr: %s", path, status, want, p.stdout, p.stderr)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// exit waits for the end, which SHUTDOWN_SECONDS may put off, and returns the
// exit code.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(28*time.Second + patience):
		p.t.Fatalf("it does not end\nstdout: %s\nstderr: %s", p.stdout, p.stderr)
		return -1
	}
}

func TestServeRefusesToStartWithoutItsSettingsAndNamesEach(t *testing.T) {
	for environment, needs := range map[string][]string{
		"production":  {"BASE_URL", "REDIS_URL", "SEAL_KEYS", "SECURITY_CONTACT"},
		"development": {"REDIS_URL is not set; for example", "SEAL_KEYS is not set; for example"},
	} {
		t.Run(environment, func(t *testing.T) {
			p := start(t, []string{"ENVIRONMENT=" + environment}, "serve")
			if code := p.exit(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			for _, name := range needs {
				if !strings.Contains(p.stderr.String(), name) {
					t.Errorf("%s is not in:\n%s", name, p.stderr)
				}
			}
		})
	}
}

func TestAFaultySettingIsNamedWithoutItsValue(t *testing.T) {
	tests := map[string]struct{ setting, name string }{
		"a Redis address that is none": {"REDIS_URL=mysql://:hunter2@host", "REDIS_URL"},
		"a key that is none":           {"SEAL_KEYS=k1:hunter2", "SEAL_KEYS"},
		"an address without TLS":       {"BASE_URL=http://hunter2.example.com", "BASE_URL"},
		"a host that is none":          {"ALLOWED_HOSTS=https://x/", "host"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(production("redis://127.0.0.1:1"), test.setting), "serve")
			if code := p.exit(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if said := p.stderr.String(); !strings.Contains(said, test.name) || strings.Contains(said, "hunter2") {
				t.Errorf("it says:\n%s", said)
			}
		})
	}
}

func TestEveryFaultySettingIsNamedAtOnce(t *testing.T) {
	p := start(t, []string{
		"PORT=http", "BASE_URL=ftp://hunter2", "REDIS_URL=mysql://hunter2", "SEAL_KEYS=k1:hunter2", "ALLOWED_HOSTS=https://hunter2/", "LOG_LEVEL=hunter2",
	}, "serve")
	if code := p.exit(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	said := p.stderr.String()
	for _, name := range []string{"PORT", "BASE_URL", "REDIS_URL", "SEAL_KEYS", "ALLOWED_HOSTS", "LOG_LEVEL"} {
		if !strings.Contains(said, name) {
			t.Errorf("%s is not named", name)
		}
	}
	if strings.Contains(said, "hunter2") {
		t.Error("a value is shown")
	}
	if t.Failed() {
		t.Logf("it says:\n%s", said)
	}
}

func TestServeStartsAndStops(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	p := start(t, production(redis.URL()), "serve")
	p.until("/ready", http.StatusOK)

	header, body := p.until("/atlassian-connect.json", http.StatusOK)
	if !strings.Contains(body, `"baseUrl":"https://labelup.example.com"`) && !strings.Contains(body, `"baseUrl": "https://labelup.example.com"`) {
		t.Errorf("the descriptor has no base URL: %s", body)
	}
	if header.Get("Strict-Transport-Security") == "" {
		t.Error("the descriptor is sent without Strict-Transport-Security")
	}

	// net/http has an answer of its own to this one.
	if said := p.sendRaw("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(said, "HTTP/1.1 404") || !strings.Contains(said, "Strict-Transport-Security") {
		t.Errorf("OPTIONS * is answered past the table: %s", said)
	}

	// What runs when SIGTERM comes is still answered, see processes_test.go.
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0\n%s", code, p.stderr)
	}
	for line := range strings.Lines(p.stdout.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a JSON line: %s", line)
		}
	}
	if log := p.stdout.String(); !strings.Contains(log, `"msg":"start"`) || !strings.Contains(log, `"msg":"stopped"`) {
		t.Errorf("the log does not tell start and stop:\n%s", log)
	}
}

func TestServeStartsWithoutRedisAndRecoversByItself(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	redis.Kill()
	p := start(t, production(redis.URL()), "serve")
	p.until("/health", http.StatusOK)
	header, body := p.until("/ready", http.StatusServiceUnavailable)
	if header.Get("Retry-After") == "" || !strings.Contains(body, "unavailable") {
		t.Errorf("not ready is said with %v %s", header, body)
	}
	if status, _, _ := p.get("/atlassian-connect.json"); status != http.StatusOK {
		t.Errorf("the descriptor needs Redis: %d", status)
	}
	redis.Restart()
	p.until("/ready", http.StatusOK)
	redis.Kill()
	p.until("/ready", http.StatusServiceUnavailable)
	redis.Restart()
	p.until("/ready", http.StatusOK)
}

func TestCommandLine(t *testing.T) {
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":             {nil, 2, "labelup serve"},
		"an unknown command":     {[]string{"destroy"}, 2, `no command "destroy"`},
		"help":                   {[]string{"help"}, 0, "labelup jwt"},
		"serve with an argument": {[]string{"serve", "now"}, 2, "takes no arguments"},
		"the list of settings":   {[]string{"serve", "--settings"}, 0, "SHUTDOWN_SECONDS (default 28)"},
		"version":                {[]string{"version"}, 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := run(t.Context(), test.args, strings.NewReader(""), &out, &out)
			if code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("exit code %d, want %d; it says:\n%s", code, test.code, out.String())
			}
		})
	}
}
