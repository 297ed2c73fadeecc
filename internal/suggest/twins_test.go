package suggest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The test of the panel's rule, static/test/twin.test.ts, reads the same file.
func TestWhichNamesAreTwins(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/twins.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var test struct {
			Says, A, B string
			Twins      bool
		}
		if err := json.Unmarshal([]byte(line), &test); err != nil || test.A == "" {
			t.Fatalf("%s: %v", line, err)
		}
		t.Run(test.Says, func(t *testing.T) {
			t.Parallel()
			for _, pair := range [][2]string{{test.A, test.B}, {test.B, test.A}} {
				if got := areTwins(twinKey(pair[0]), twinKey(pair[1])); got != test.Twins {
					t.Errorf("%q: %v, want %v", pair, got, test.Twins)
				}
			}
		})
	}
}
