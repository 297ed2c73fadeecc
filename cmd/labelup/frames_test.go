package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"labelup/internal/tenant"
)

// inFrames runs those of testdata/frames.test.mjs whose name begins so.
func inFrames(t *testing.T, confluence, situation string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=tap", "--test-name-pattern=^"+situation, filepath.Join("testdata", "frames.test.mjs"))
	cmd.Env = append(os.Environ(), "CONFLUENCE="+confluence)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("# fail 0")) || bytes.Contains(out, []byte("# pass 0\n")) {
		t.Errorf("%s: %v\n%s", situation, err, out)
	}
}

// TestAFrameSaysWhyItHasNothingToShow breaks what is around the app, under the
// local Confluence with Atlassian's own bridge.
func TestAFrameSaysWhyItHasNothingToShow(t *testing.T) {
	p, confluence := startDev(t)
	redisURL := "unix://" + filepath.Join(p.cmd.Dir, defaultDataDir, "redis", "redis.sock")
	inFrames(t, confluence, "all is well")

	pid := pidOfRedis(t, redisURL)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // what was known of the site is forgotten
	inFrames(t, confluence, "Redis is down")
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}

	client, err := tenant.Connect(redisURL, tenant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	inFrames(t, confluence, "the site is not known")
}
