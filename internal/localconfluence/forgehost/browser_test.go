package forgehost_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"labelup/internal/localconfluence"
)

// TestInChromium runs testdata/browser.mjs: every operation of the bridge, by npm
// @forge/bridge as it is, under the policy. SHOTS=DIR keeps its screenshots.
func TestInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a browser")
	}
	packages, libraries := installed(t, "../../../forge/node_modules", "@forge/bridge"), installed(t, "../../../static/node_modules", "playwright-core")
	chromium, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		missing(t, "chromium-headless-shell is not on PATH")
	}
	build := t.TempDir()
	if err := os.CopyFS(build, os.DirFS("testdata/app")); err != nil {
		t.Fatal(err)
	}
	withRemote(t, filepath.Join(build, "manifest.yml"))
	bundle := exec.CommandContext(t.Context(), filepath.Join(libraries, ".bin", "esbuild"), "testdata/app.js", "--bundle", "--format=iife",
		"--define:process.env.NODE_ENV=\"production\"", "--define:process.env={}", "--outfile="+filepath.Join(build, "static", "app.js"), "--log-level=warning")
	bundle.Env = append(os.Environ(), "NODE_PATH="+packages)
	if out, err := bundle.CombinedOutput(); err != nil {
		t.Fatalf("esbuild: %v\n%s", err, out)
	}

	site, pages, service := listen(t), listen(t), httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(service.Close)
	confluence, err := localconfluence.New(localconfluence.Options{
		BaseURL: address(site, "127.0.0.1") + "/wiki", AppURL: "http://localhost:1", Libraries: os.DirFS(libraries),
		Forge: []localconfluence.ForgeApp{
			{Name: "native", Title: "Forge native", Build: os.DirFS(build), Origin: address(pages, "localhost"), Service: service.URL},
			{Name: "remote", Title: "Forge Remote", Missing: "It is not built."},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(confluence.Close)
	serve(t, site, confluence.Handler())
	serve(t, pages, confluence.ForgeHandler("native"))

	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "node", "testdata/browser.mjs")
	command.Env = append(os.Environ(), "SITE="+address(site, "127.0.0.1"), "APP="+address(pages, "localhost"), "SERVICE="+service.URL, "MODULES="+libraries, "CHROMIUM="+chromium)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

// withRemote gives the app's macro a service.
func withRemote(t *testing.T, manifest string) {
	t.Helper()
	raw, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(raw), "    - key: labelup-labels\n", "    - key: labelup-labels\n      resolver: {endpoint: service}\n", 1)
	changed = strings.Replace(changed, "  function:", "  endpoint: [{key: service, remote: service}]\n  function:", 1) + "remotes: [{key: service, baseUrl: https://labels.example}]\n"
	if err := os.WriteFile(manifest, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// echo is the service: it answers with the status that its path is, how much was
// sent, and from which origin.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Content-Type", "application/json")
	status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if r.Method == http.MethodOptions {
		status = http.StatusNoContent
	}
	sent, _ := io.Copy(io.Discard, r.Body)
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"sent":%d,"origin":%q,"proved":%t}`, sent, r.Header.Get("Origin"), strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "))
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func address(l net.Listener, host string) string {
	return fmt.Sprintf("http://%s:%d", host, l.Addr().(*net.TCPAddr).Port)
}

func serve(t *testing.T, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
}

func installed(t *testing.T, folder, name string) string {
	t.Helper()
	at, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(at, name)); err != nil {
		missing(t, folder+" is not installed")
	}
	return at
}

// missing skips on a machine without the browser's tools, but not in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
