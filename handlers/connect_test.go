package handlers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheLineOfACallSaysWhyItFailed(t *testing.T) {
	tests := map[string]struct {
		arrange func(*harness)
		want    map[string]any
	}{
		"a token server that refuses connections": {
			func(h *harness) { h.confluence.Close() }, map[string]any{"kind": "unavailable", "reason": "token_server", "cause": "connection_refused"},
		},
		"an answer that is a failure": {
			func(h *harness) { h.confluence.answerWith(500) }, map[string]any{"kind": "upstream", "reason": "confluence_failed", "cause": ""},
		},
		"a call that did not fail": {
			func(*harness) {}, map[string]any{"kind": "", "reason": "", "cause": ""},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.arrange(h)
			h.send(h.atlassian.ServerCall("GET", "/macro/labels/static?contentId=123", ""))
			var got []map[string]any
			for _, line := range h.lines() {
				if line["msg"] == "call" {
					got = append(got, map[string]any{"kind": line["kind"], "reason": line["reason"], "cause": line["cause"]})
				}
			}
			if diff := cmp.Diff([]map[string]any{test.want}, got); diff != "" {
				t.Errorf("call lines differ (-want +got):\n%s", diff)
			}
		})
	}
}
