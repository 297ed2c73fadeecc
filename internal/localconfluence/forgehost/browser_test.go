package forgehost_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
	bundle := exec.CommandContext(t.Context(), filepath.Join(libraries, ".bin", "esbuild"), "testdata/app.js", "--bundle", "--format=iife",
		"--define:process.env.NODE_ENV=\"production\"", "--define:process.env={}", "--outfile="+filepath.Join(build, "static", "app.js"), "--log-level=warning")
	bundle.Env = append(os.Environ(), "NODE_PATH="+packages)
	if out, err := bundle.CombinedOutput(); err != nil {
		t.Fatalf("esbuild: %v\n%s", err, out)
	}

	site, pages := listen(t), listen(t)
	confluence, err := localconfluence.New(localconfluence.Options{
		BaseURL: address(site, "127.0.0.1") + "/wiki", AppURL: "http://localhost:1", Libraries: os.DirFS(libraries),
		Forge: []localconfluence.ForgeApp{
			{Name: "native", Title: "Forge native", Build: os.DirFS(build), Origin: address(pages, "localhost")},
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
	command.Env = append(os.Environ(), "SITE="+address(site, "127.0.0.1"), "APP="+address(pages, "localhost"), "MODULES="+libraries, "CHROMIUM="+chromium)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
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
