// Package controltest drives a running local Confluence from a test in Go, by the
// control interface that docs/local-confluence.md describes.
//
// It is for tests only: nothing that is served may import it.
package controltest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Tell sends a command, such as "pages/65600", to the local Confluence at an
// address that may end in /wiki, and returns its answer. body is sent as JSON
// unless the method is GET. The test fails if the answer is not 200 and JSON. A
// cleanup may call it.
func Tell(t testing.TB, confluence, method, command string, body any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var reader io.Reader
	if method != http.MethodGet {
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, strings.TrimSuffix(confluence, "/wiki")+"/control/"+command, reader)
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

// EverythingIsPlayed fails the test if something was asked of the local
// Confluence that it does not play: what it answers then can pass for an answer of
// Confluence. A cleanup may call it.
func EverythingIsPlayed(t testing.TB, confluence string) {
	t.Helper()
	unplayed, said := Tell(t, confluence, http.MethodGet, "state", nil)["unplayed"].(map[string]any)
	if !said {
		t.Fatal("the local Confluence does not say what it does not play")
	}
	if len(unplayed) > 0 {
		t.Errorf("asked of the local Confluence, which does not play it: %v", unplayed)
	}
}
