package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"labelup/internal/localconfluence/controltest"
	"labelup/internal/site/redistest"
)

// patience is how long a test waits for what an idle machine does at once.
const patience = time.Minute

// running is the program, running in this process.
type running struct {
	t          testing.TB
	stdout     string // the file with what it wrote there
	stderr     string // the same
	app        string // its address
	confluence string // that of the local Confluence, with /wiki
	end        func() (code int)
}

// start starts the program on free ports, with these environment variables, and
// returns once it says where to look. It ends with the test at the latest, and
// then all that was asked of the local Confluence must be played.
func start(t testing.TB, environment map[string]string, args ...string) *running {
	t.Helper()
	libraries := filepath.Join("..", "..", "static", "node_modules")
	if _, err := os.Stat(libraries); err != nil {
		t.Fatal("static/node_modules is not there: run `make static` first")
	}
	dir := t.TempDir()
	p := &running{t: t, stdout: filepath.Join(dir, "stdout"), stderr: filepath.Join(dir, "stderr")}
	args = append([]string{"--port", "0", "--confluence-port", "0", "--forge-port", "0", "--libraries", libraries, "--data", filepath.Join(dir, "data")}, args...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	var once sync.Once
	code := 0
	p.end = func() int {
		once.Do(func() {
			defer func() { // also when the check ends the test
				cancel()
				code = <-ended
			}()
			if p.confluence != "" { // it started
				controltest.EverythingIsPlayed(t, p.confluence)
			}
		})
		return code
	}
	t.Cleanup(func() { p.end() })
	go func() { ended <- runInto(ctx, p, environment, args) }()
	address := regexp.MustCompile(`Open +(http://\S+)/\n[ ]+The app +(http://\S+)\n`)
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if found := address.FindStringSubmatch(p.said(p.stderr)); found != nil {
			p.confluence, p.app = found[1], found[2]
			return p
		}
		if len(ended) > 0 || time.Now().After(deadline) {
			t.Fatalf("it does not start\nstdout: %s\nstderr: %s", p.said(p.stdout), p.said(p.stderr))
		}
	}
}

// runInto is run, with what it writes in files.
func runInto(ctx context.Context, p *running, environment map[string]string, args []string) (code int) {
	stdout, err := os.Create(p.stdout)
	if err != nil {
		p.t.Error(err)
		return -1
	}
	defer stdout.Close()
	stderr, err := os.Create(p.stderr)
	if err != nil {
		p.t.Error(err)
		return -1
	}
	defer stderr.Close()
	return run(ctx, args, func(name string) string { return environment[name] }, stdout, stderr)
}

func (p *running) said(file string) string {
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Error(err)
	}
	return string(raw)
}

// walk runs one of testdata in Chromium: what a person does. It returns what was
// said meanwhile.
func walk(t *testing.T, file, confluence string, environment ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a browser")
	}
	shots := os.Getenv("SHOTS")
	args := []string{"--test", "--test-reporter=tap"}
	for _, variable := range environment {
		if pattern, found := strings.CutPrefix(variable, "ONLY="); found {
			args = append(args, "--test-name-pattern="+pattern)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", append(args, filepath.Join("testdata", file))...)
	cmd.Env = append(os.Environ(), append(environment, "CONFLUENCE="+confluence, "SHOTS="+shots)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("# fail 0")) || bytes.Contains(out, []byte("# pass 0\n")) {
		t.Errorf("nothing was tested:\n%s", out)
	}
	return string(out)
}

func TestAPersonLabelsPagesInTheBrowser(t *testing.T) {
	t.Parallel()
	pages := filepath.Join(t.TempDir(), "pages.jsonl")
	imported := `{"id":"1","date":"2014-05-14","title":"An imported page","excerpt":"","labels":["agile","open source"],"markdown":"# Hello"}`
	if err := os.WriteFile(pages, []byte(imported), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "--pages", pages)
	walk(t, "walk.test.mjs", p.confluence)
	log := p.said(p.stdout)
	for _, word := range []string{"quarterly", "by-a-person", "Walk", "5f0000000000000000000a02", "jwt=", "fields_lost", "withheld"} {
		if strings.Contains(log, word) {
			t.Errorf("the technical log has %q in it", word)
		}
	}
	if !strings.Contains(log, `"operation":"add_labels"`) {
		t.Errorf("the technical log does not show the changes:\n%s", log)
	}
}

func TestASpaceOfAsManyPagesAsAskedForIsMade(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--generate", "40", "--generate-seed", "2")
	state := controltest.Tell(t, p.confluence, http.MethodGet, "state", nil)
	if spaces := state["sites"].([]any)[0].(map[string]any)["spaces"].([]any); !slices.Contains(spaces, any("GEN")) {
		t.Errorf("the spaces are %v", spaces)
	}
}

func TestThePageWorksWithAtlassiansOwnScriptTag(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--bridge", "https://connect-cdn.atl-paas.net/all.js")
	walk(t, "walk.test.mjs", p.confluence, "PRODUCTION_BRIDGE=1", "ONLY=unmodified")
}

// built is the app as make forge builds it for a host.
func built(t *testing.T, host string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a browser")
	}
	dir := filepath.Join(t.TempDir(), host)
	out, err := exec.CommandContext(t.Context(), "node", filepath.Join("..", "..", "forge", "build.mjs"), host, dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// The service is not there for it: Connect alone knows where it is.
func TestAPersonLabelsPagesOnForgeWithoutAnyServer(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--forge-native", built(t, "native"))
	walk(t, "native.test.mjs", p.confluence, "SERVICE="+p.app)
	for _, call := range []string{`"route":"/api/`, `"operation":"add_labels"`} {
		if log := p.said(p.stdout); strings.Contains(log, call) {
			t.Errorf("the service was called:\n%s", log)
		}
	}
}

// signedMacro is a signed URL of the home page's macro.
func signedMacro(t testing.TB, confluence string) string {
	t.Helper()
	signed := controltest.Tell(t, confluence, http.MethodPost, "sign/url", map[string]any{
		"user": "editor", "module": map[string]any{"module": "labelup-labels", "part": "view", "pageId": "65600"},
	})
	return signed["url"].(string)
}

func statusOf(t testing.TB, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestTheLifecycleAgainstARealRedisAndTheLocalConfluence(t *testing.T) {
	t.Parallel()
	confluence := start(t, nil).confluence
	before := signedMacro(t, confluence)
	if got := statusOf(t, before); got != http.StatusOK {
		t.Fatalf("installed: the macro answers %d", got)
	}
	controltest.Tell(t, confluence, http.MethodPost, "uninstall", map[string]any{})
	if got := statusOf(t, before); got != http.StatusUnauthorized {
		t.Errorf("uninstalled: the macro answers %d", got)
	}
	controltest.Tell(t, confluence, http.MethodPost, "install", map[string]any{})
	if got := statusOf(t, signedMacro(t, confluence)); got != http.StatusOK {
		t.Errorf("installed again: the macro answers %d", got)
	}
}

func TestSitesOutliveARestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := start(t, nil, "--data", data)
	if got := statusOf(t, signedMacro(t, p.confluence)); got != http.StatusOK {
		t.Fatalf("the macro answers %d", got)
	}
	if code := p.end(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.said(p.stderr))
	}
	again := start(t, nil, "--data", data)
	if !strings.Contains(again.said(again.stdout), `"msg":"start"`) {
		t.Errorf("it does not start again:\n%s", again.said(again.stdout))
	}
	if files, err := filepath.Glob(filepath.Join(data, "redis", "appendonlydir", "*")); err != nil || len(files) == 0 {
		t.Errorf("redis keeps nothing in %s", data)
	}
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	port := p.app[strings.LastIndex(p.app, ":")+1:]
	var said bytes.Buffer
	code := run(t.Context(), []string{"--port", port, "--confluence-port", "0", "--data", t.TempDir()}, noSettings, &said, &said)
	if code != 1 || !strings.Contains(said.String(), "port "+port+" is in use") {
		t.Errorf("exit code %d, and it says:\n%s", code, &said)
	}
}

func TestWhatDoesNotStartGivesItsPortsBack(t *testing.T) {
	t.Parallel()
	app, confluence := strconv.Itoa(redistest.FreePort(t)), strconv.Itoa(redistest.FreePort(t))
	for range 2 {
		var said bytes.Buffer
		code := run(t.Context(), []string{"--port", app, "--confluence-port", confluence, "--data", t.TempDir(), "--libraries", "/nonexistent"}, noSettings, &said, &said)
		if code != 1 || !strings.Contains(said.String(), "--libraries") {
			t.Errorf("exit code %d, and it says:\n%s", code, &said)
		}
	}
}

func TestWithoutARedisProgramItSaysLoudlyThatNothingIsKept(t *testing.T) {
	t.Setenv("PATH", "/nonexistent")
	p := start(t, nil)
	if said := p.said(p.stderr); !strings.Contains(said, "IN MEMORY ONLY") || !strings.Contains(said, "Redis         in memory only") {
		t.Errorf("it says:\n%s", said)
	}
	if got := statusOf(t, signedMacro(t, p.confluence)); got != http.StatusOK {
		t.Errorf("the macro answers %d", got)
	}
}

func TestCommandLine(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"an argument":                  {[]string{"now"}, 2, "takes no arguments"},
		"a flag that there is not":     {[]string{"--colour"}, 2, "colour"},
		"help":                         {[]string{"--help"}, 0, "without BASE_URL, BRIDGE_URL, ENVIRONMENT, FORGE_APP_ID, FORGE_KEY_SET_URL, INSTALL_KEY_URLS, PORT, TOKEN_SERVER_URL."},
		"libraries that are not there": {[]string{"--port", "0", "--confluence-port", "0", "--data", t.TempDir(), "--libraries", "/nonexistent"}, 1, "`make run` installs them"},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			if code := run(t.Context(), test.args, noSettings, &said, &said); code != test.code || !strings.Contains(said.String(), test.says) {
				t.Errorf("exit code %d, want %d; it says:\n%s", code, test.code, &said)
			}
		})
	}
}

func noSettings(string) string { return "" }
