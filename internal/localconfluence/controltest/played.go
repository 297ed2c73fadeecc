package controltest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// EverythingIsPlayed fails the test if something was asked of the local
// Confluence, at an address that may end in /wiki, that it does not play: what it
// answers then can pass for an answer of Confluence. A cleanup may call it.
func EverythingIsPlayed(t testing.TB, confluence string) {
	t.Helper()
	at := strings.TrimSuffix(confluence, "/wiki") + "/control/state"
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var state struct{ Unplayed map[string]int }
	if err := json.NewDecoder(response.Body).Decode(&state); err != nil || state.Unplayed == nil {
		t.Fatalf("the local Confluence does not say what it does not play: %v", err)
	}
	if len(state.Unplayed) > 0 {
		t.Errorf("asked of the local Confluence, which does not play it: %v", state.Unplayed)
	}
}
