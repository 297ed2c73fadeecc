package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// development starts `labelup dev` on free ports and returns it with the
// address of the local Confluence that it prints.
func startDev(t testing.TB, args ...string) (p *process, confluence string) {
	t.Helper()
	libraries, err := filepath.Abs(filepath.Join("..", "..", "static", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(libraries); err != nil {
		t.Fatal("static/node_modules is not there: run `make static` first")
	}
	p = start(t, nil, append([]string{"dev", "--port", "0", "--confluence-port", "0", "--libraries", libraries}, args...)...)
	address := regexp.MustCompile(`Open\s+(http://\S+)`)
	app := regexp.MustCompile(`The app\s+(http://\S+)`)
	deadline := time.Now().Add(patience)
	for {
		if said := p.stderr.String(); address.MatchString(said) && app.MatchString(said) {
			p.url = app.FindStringSubmatch(said)[1]
			return p, strings.TrimSuffix(address.FindStringSubmatch(said)[1], "/")
		}
		select {
		case err := <-p.ended:
			t.Fatalf("it ended: %v\nstdout: %s\nstderr: %s", err, p.stdout, p.stderr)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not start\nstdout: %s\nstderr: %s", p.stdout, p.stderr)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// walk runs testdata/walk.test.mjs in Chromium.
func walk(t *testing.T, confluence string, environment ...string) {
	t.Helper()
	shots := os.Getenv("SHOTS")
	args := []string{"--test", "--test-reporter=tap"}
	for _, variable := range environment {
		if pattern, found := strings.CutPrefix(variable, "ONLY="); found {
			args = append(args, "--test-name-pattern="+pattern)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", append(args, filepath.Join("testdata", "walk.test.mjs"))...)
	cmd.Env = append(os.Environ(), append(environment, "CONFLUENCE="+confluence, "SHOTS="+shots)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("# fail 0")) || bytes.Contains(out, []byte("# pass 0\n")) {
		t.Errorf("nothing was tested:\n%s", out)
	}
}

func TestAPersonLabelsPagesInTheBrowser(t *testing.T) {
	t.Parallel()
	pages := filepath.Join(t.TempDir(), "pages.jsonl")
	imported := `{"id":"1","date":"2014-05-14","title":"An imported page","excerpt":"","labels":["agile","open source"],"markdown":"# Hello"}`
	if err := os.WriteFile(pages, []byte(imported), 0o600); err != nil {
		t.Fatal(err)
	}
	p, confluence := startDev(t, "--pages", pages)
	walk(t, confluence)
	log := p.stdout.String()
	for _, word := range []string{"quarterly", "by-a-person", "Walk", "5f0000000000000000000a02", "jwt=", "fields_lost", "withheld"} {
		if strings.Contains(log, word) {
			t.Errorf("the technical log has %q in it", word)
		}
	}
	if !strings.Contains(log, `"operation":"add_labels"`) {
		t.Errorf("the technical log does not show the changes:\n%s", log)
	}
}

func TestThePageWorksWithAtlassiansOwnScriptTag(t *testing.T) {
	t.Parallel()
	_, confluence := startDev(t, "--bridge", "https://connect-cdn.atl-paas.net/all.js")
	walk(t, confluence, "PRODUCTION_BRIDGE=1", "ONLY=unmodified")
}

// tell calls the local Confluence's control interface.
func tell(t testing.TB, confluence, method, command string, body any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var reader io.Reader
	if method != http.MethodGet {
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(confluence, "/wiki")+"/control/"+command, reader)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %v", command, response.StatusCode, answer, err)
	}
	return answer
}

// signedMacro is a signed URL of the home page's macro.
func signedMacro(t testing.TB, confluence string) string {
	t.Helper()
	signed := tell(t, confluence, http.MethodPost, "sign/url", map[string]any{
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
	_, confluence := startDev(t)
	before := signedMacro(t, confluence)
	if got := statusOf(t, before); got != http.StatusOK {
		t.Fatalf("installed: the macro answers %d", got)
	}
	tell(t, confluence, http.MethodPost, "uninstall", map[string]any{})
	if got := statusOf(t, before); got != http.StatusUnauthorized {
		t.Errorf("uninstalled: the macro answers %d", got)
	}
	tell(t, confluence, http.MethodPost, "install", map[string]any{})
	if got := statusOf(t, signedMacro(t, confluence)); got != http.StatusOK {
		t.Errorf("installed again: the macro answers %d", got)
	}
}

func TestSitesOutliveARestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p, confluence := startDev(t, "--data", data)
	if got := statusOf(t, signedMacro(t, confluence)); got != http.StatusOK {
		t.Fatalf("the macro answers %d", got)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d after SIGTERM\n%s", code, p.stderr)
	}
	again, _ := startDev(t, "--data", data)
	if !strings.Contains(again.stdout.String(), `"msg":"start"`) {
		t.Errorf("it does not start again:\n%s", again.stdout)
	}
	if files, err := filepath.Glob(filepath.Join(data, "redis", "appendonlydir", "*")); err != nil || len(files) == 0 {
		t.Errorf("redis keeps nothing in %s", data)
	}
}

func TestDevSaysWhenAPortIsTaken(t *testing.T) {
	t.Parallel()
	p, _ := startDev(t)
	port := p.url[strings.LastIndex(p.url, ":")+1:]
	second := start(t, nil, "dev", "--port", port, "--confluence-port", "0")
	if code := second.exit(); code != 1 || !strings.Contains(second.stderr.String(), "port "+port) {
		t.Errorf("exit code %d, and it says:\n%s", code, second.stderr)
	}
}
