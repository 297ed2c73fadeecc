package localconfluence

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConfluenceJS has an independent client, whose schemas were corrected
// against real sites, make the calls that the app makes.
func TestConfluenceJS(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a process of node")
	}
	client := filepath.Join("..", "..", "static", "node_modules", "confluence.js")
	_, err := os.Stat(client)
	if err == nil {
		_, err = exec.LookPath("node")
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("node or npm confluence.js is not installed")
	}
	w := newWorld(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", filepath.Join("testdata", "confluencejs.test.mjs"), w.s.origin).CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "done") {
		t.Errorf("%v\n%s", err, out)
	}
	if unplayed := w.s.unplayed.all(); len(unplayed) > 0 {
		t.Errorf("not played: %v", unplayed)
	}
}
