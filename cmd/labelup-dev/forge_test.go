package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"labelup/internal/localconfluence/controltest"
)

// throughForge are the calls of a person's page with the app on Forge Remote.
type throughForge struct {
	t          *testing.T
	confluence string
	user, page string
}

func (f throughForge) call(command string, call, variation map[string]any) map[string]any {
	f.t.Helper()
	return controltest.Tell(f.t, f.confluence, http.MethodPost, "forge/"+command, map[string]any{
		"app": "remote", "user": f.user, "module": map[string]any{"module": "labelup-labels", "pageId": f.page}, "call": call, "variation": variation,
	})
}

// change adds a label by invokeRemote, and returns what its page gets.
func (f throughForge) change(label string, variation map[string]any) map[string]any {
	f.t.Helper()
	return f.call("invoke", map[string]any{
		"path": "/api/labels", "method": http.MethodPost, "body": map[string]any{"contentId": f.page, "add": []string{label}},
		// Forge drops these.
		"headers": map[string]string{"x-forge-oauth-user": "own-token", "authorization": "Bearer own-token"},
	}, variation)
}

// suggestions asks for them by requestRemote.
func (f throughForge) suggestions(variation map[string]any) (status int, answer map[string]any) {
	f.t.Helper()
	signed := f.call("remote", map[string]any{"remoteKey": "service", "path": "/api/suggest"}, variation)
	body, err := json.Marshal(map[string]any{"contentId": f.page})
	if err != nil {
		f.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, signed["url"].(string), bytes.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+signed["token"].(string))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		f.t.Fatalf("%d: %v", response.StatusCode, err)
	}
	return response.StatusCode, answer
}

func (f throughForge) labels() (names []string) {
	f.t.Helper()
	for _, one := range controltest.Tell(f.t, f.confluence, http.MethodGet, "pages/"+f.page+"?as=admin", nil)["labels"].([]any) {
		names = append(names, one.(map[string]any)["name"].(string))
	}
	return names
}

// The service proves what the local Confluence signs, and neither shares code with
// the other.
func TestAPersonLabelsPagesThroughForgeRemote(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--forge-remote", built(t, "remote"))
	page := controltest.Tell(t, p.confluence, http.MethodPost, "pages?as=editor", map[string]any{"space": "CAFE", "title": "Through Forge", "markdown": "# Hello"})["id"].(string)
	as := func(user string) throughForge { return throughForge{t, p.confluence, user, page} }

	t.Run("who may edit changes labels and gets suggestions", func(t *testing.T) {
		answer := as("editor").change("through-forge", nil)
		if answer["success"] != true || !slices.Equal(as("editor").labels(), []string{"through-forge"}) {
			t.Errorf("%v, and the page has %v", answer, as("editor").labels())
		}
		if status, answer := as("editor").suggestions(nil); status != http.StatusOK || answer["nothing"] != "too_short" {
			t.Errorf("%d %v", status, answer)
		}
	})
	t.Run("who may not edit, or is nobody, is refused", func(t *testing.T) {
		for user, kind := range map[string]string{"viewer": "forbidden", "anonymous": "anonymous"} {
			refused(t, user, as(user).change("not-this", nil), http.StatusForbidden, kind)
		}
	})
	t.Run("what Forge did not sign is refused as 403 with JSON", func(t *testing.T) {
		for name, variation := range map[string]map[string]any{
			"another key":          {"key": "stray"},
			"another key id":       {"kid": "other"},
			"no signature":         {"algorithm": "none"},
			"the public key":       {"algorithm": "HS256"},
			"another audience":     {"claims": map[string]any{"aud": "ari:cloud:ecosystem::app/00000000-2222-3333-4444-555555555555"}},
			"another app":          {"claims": map[string]any{"app.id": "ari:cloud:ecosystem::app/00000000-2222-3333-4444-555555555555"}},
			"another installation": {"claims": map[string]any{"app.installation.id": "ari:cloud:ecosystem::installation/other"}},
			"no installation":      {"claims": map[string]any{"app.installationId": nil}},
			"another issuer":       {"claims": map[string]any{"iss": "forge/invocation-token/stg"}},
			"an isolated cloud":    {"claims": map[string]any{"icLabel": "other"}},
			"Confluence elsewhere": {"claims": map[string]any{"app.apiBaseUrl": "https://example.com/ex/confluence/x"}},
			"expired":              {"claims": map[string]any{"iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_000_025}},
			"no end":               {"claims": map[string]any{"exp": nil}},
		} {
			refused(t, name, as("editor").change("not-this", variation), http.StatusForbidden, "unauthorized")
			if status, answer := as("editor").suggestions(variation); status != http.StatusForbidden || kindOf(answer) != "unauthorized" {
				t.Errorf("%s: suggestions: %d %v", name, status, answer)
			}
		}
	})
	t.Run("a proof of another page, and a token for Confluence that is none, change nothing", func(t *testing.T) {
		refused(t, "page", as("editor").change("not-this", map[string]any{"claims": map[string]any{"context.extension.content.id": "1"}}), http.StatusNotFound, "not_found")
		refused(t, "token", as("editor").change("not-this", map[string]any{"headers": map[string]any{"x-forge-oauth-user": "own-token"}}), http.StatusBadGateway, "upstream")
		refused(t, "no token", as("editor").change("not-this", map[string]any{"headers": map[string]any{"x-forge-oauth-user": nil}}), http.StatusForbidden, "anonymous")
	})
	if got := as("editor").labels(); !slices.Equal(got, []string{"through-forge"}) {
		t.Errorf("in the end the page has %v", got)
	}
	walk(t, "remote.test.mjs", p.confluence, "SERVICE="+p.app)
	log := p.said(p.stdout)
	if !strings.Contains(log, `"method":"OPTIONS"`) {
		t.Error("the browser did not ask whether it may call the service")
	}
	for _, word := range []string{"Bearer", "own-token", "through-forge", "5f0000000000000000000a02"} {
		if strings.Contains(log, word) {
			t.Errorf("the technical log has %q in it", word)
		}
	}
}

// refused is that Forge passes on the service's refusal.
func refused(t *testing.T, name string, answer map[string]any, status int, kind string) {
	t.Helper()
	got, _ := answer["error"].(map[string]any)
	body, _ := got["body"].(map[string]any)
	if got["status"] != float64(status) || kindOf(body) != kind {
		t.Errorf("%s: %v", name, answer)
	}
}

func kindOf(body map[string]any) any {
	fault, _ := body["error"].(map[string]any)
	return fault["kind"]
}
