package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"labelup/internal/site"
)

// inFrames runs those of testdata/frames.test.mjs whose name begins so.
func inFrames(t *testing.T, confluence, situation string) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a browser")
	}
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
	data := t.TempDir()
	confluence := start(t, nil, "--data", data).confluence
	redisURL := "unix://" + filepath.Join(data, "redis", "redis.sock")
	inFrames(t, confluence, "all is well")

	client, err := site.NewClient(redisURL, site.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	pid := pidOf(t, client.Info(t.Context(), "server").Val())
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // what was known of the site is forgotten
	inFrames(t, confluence, "Redis is down")
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}

	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	inFrames(t, confluence, "the site is not known")
}

// pidOf is the process id in what Redis says of itself.
func pidOf(t *testing.T, info string) int {
	t.Helper()
	found := regexp.MustCompile(`process_id:(\d+)`).FindStringSubmatch(info)
	if found == nil {
		t.Fatal("Redis does not say its process id")
	}
	pid, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
