package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"

	"labelup/connect/connecttest"
	"labelup/internal/site"
	"labelup/internal/site/redistest"
)

// hostile is what steers a terminal: colours, the title of the window, the beginning
// of the line, a line of its own, the other direction.
const hostile = "\x1b[31mred\x1b]0;title\a\rover\nline\u009b2J\u202ereversed\x9b1m"

func TestNoCommandPrintsWhatSteersATerminal(t *testing.T) {
	server := redistest.Start(t)
	plant(t, server, "planted-client-key", map[string]any{
		"baseUrl": "https://acme.atlassian.net/wiki" + hostile, "displayUrl": hostile, "oauthClientId": hostile,
	})
	environment := []string{"ENVIRONMENT=development", "REDIS_URL=" + server.URL(), "SEAL_KEYS=" + sealKey("k1"), "BASE_URL=http://localhost:1"}
	log := filepath.Join(t.TempDir(), "log")
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	line := `{"time":"2026-11-22T14:05:12Z","level":"ERROR","msg":"request","route":` + string(quoted) + `,"reason":` + string(quoted) + "}\n"
	if err := os.WriteFile(log, []byte(line+hostile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pages := filepath.Join(t.TempDir(), "pages.jsonl")
	page, err := json.Marshal(map[string]any{"id": hostile, "title": hostile, "markdown": hostile, "labels": []string{hostile}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pages, page, 0o600); err != nil {
		t.Fatal(err)
	}
	twins := filepath.Join(t.TempDir(), "twins.jsonl")
	page, err = json.Marshal(map[string]any{"labels": []string{hostile, hostile + "-"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(twins, page, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"a canonical request":         {"qsh", "GET", "/a?b=c" + hostile},
		"a canonical request's path":  {"qsh", "GET", "/a" + hostile},
		"a list of sites":             {"sites", "list", "--reason", "TICKET-1"},
		"a site":                      {"sites", "show", "planted-client-key", "--reason", "TICKET-1"},
		"the timeline of a log":       {"logs", log, "--reason", "TICKET-1"},
		"the summary of a log":        {"logs", log, "--summary", "--reason", "TICKET-1"},
		"suggestions":                 {"suggest", "--pages", pages},
		"suggestions that learn":      {"suggest", "--pages", pages, "--labelled", pages},
		"twins":                       {"twins", twins},
		"a command that there is not": {hostile},
		"a flag that there is not":    {"sites", "list", "--" + hostile},
		"a file that there is not":    {"suggest", "--pages", hostile},
		"a backup that there is not":  {"restore", hostile, "--reason", "TICKET-1"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := command(t, environment, args...)
			if stdout+stderr == "" {
				t.Fatalf("exit code %d, and it says nothing", code)
			}
			steersNothing(t, stdout+stderr)
		})
	}
	t.Run("a token that is for another request", func(t *testing.T) {
		token := connecttest.NewHost("labelup", "http://localhost:1").Iframe("/a").URL.Query().Get("jwt")
		var stdout, stderr bytes.Buffer
		run(t.Context(), []string{"jwt", "--method", "GET", "--url", "/a" + hostile}, strings.NewReader(token), &stdout, &stderr)
		if !strings.Contains(stdout.String(), "it was signed for another one") {
			t.Errorf("it says\n%s%s", &stdout, &stderr)
		}
		steersNothing(t, stdout.String()+stderr.String())
	})
	// Nor does it print a line that looks like one of ours.
	_, shown, _ := command(t, environment, "sites", "show", "planted-client-key", "--reason", "TICKET-1")
	if strings.Contains(shown, "\nline") || !strings.Contains(shown, `https://acme.atlassian.net/wiki\u001b[31mred`) {
		t.Errorf("it prints\n%s", shown)
	}
}

func steersNothing(t *testing.T, said string) {
	t.Helper()
	steers := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' || c == '\u202e' }
	if !utf8.ValidString(said) || strings.ContainsFunc(said, steers) {
		t.Errorf("it prints %q", said)
	}
}

// plant writes a record as nobody but an intruder would.
func plant(t *testing.T, server *redistest.Server, clientKey string, fields map[string]any) {
	t.Helper()
	record := map[string]any{
		"version": 1, "clientKey": clientKey, "enabled": true,
		"installedAt": time.Now().UTC(), "changedAt": time.Now().UTC(),
	}
	maps.Copy(record, fields)
	raw, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	if err := client.Set(t.Context(), "labelup:{"+site.Name(clientKey)+"}:site", raw, 0).Err(); err != nil {
		t.Fatal(err)
	}
}
