package handlers

import (
	"net/http"
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

func TestATokenIsAskedForWithTheScopesThatTheCallNeeds(t *testing.T) {
	static := func(h *harness) {
		h.send(h.atlassian.ServerCall(http.MethodGet, "/macro/labels/static?contentId=123", ""))
	}
	tests := map[string]struct {
		send func(*harness)
		want []string
	}{
		"a change":          {func(h *harness) { h.change(`{"contentId":"123","add":["a"],"remove":["existing"]}`) }, []string{"READ WRITE"}},
		"an export":         {static, []string{"READ"}},
		"what is held":      {func(h *harness) { h.askSite() }, []string{"READ"}},
		"an erasure":        {func(h *harness) { h.erase(h.host()) }, []string{"READ"}},
		"a page":            {func(h *harness) { h.send(h.atlassian.Iframe("/macro/labels?contentId=123")) }, nil},
		"a mail":            {func(h *harness) { h.atlassian.AccountID = ""; static(h) }, nil},
		"a change, refused": {func(h *harness) { h.change(`{"contentId":"456","add":["a"]}`) }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.confluence.rights = administers
			test.send(h)
			if diff := cmp.Diff(test.want, h.confluence.scopes); diff != "" {
				t.Errorf("the scopes differ (-want +got):\n%s", diff)
			}
		})
	}
}
