package technicallog

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/tabletest"
)

func logged(t *testing.T, write func(*slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	write(New(&out, slog.LevelDebug))
	line := map[string]any{}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("the log wrote %q, which is not one JSON line: %v", out.String(), err)
	}
	delete(line, "time")
	return line
}

func TestTheLogKeepsOnlyItsOwnFields(t *testing.T) {
	tests := map[string]struct {
		write func(*slog.Logger)
		want  map[string]any
	}{
		"known fields pass as they are": {
			func(l *slog.Logger) {
				l.Info("request", Route, "/macro/labels", Status, 200, Milliseconds(1500*time.Microsecond))
			},
			map[string]any{"level": "INFO", "msg": "request", "route": "/macro/labels", "status": 200.0, "duration_ms": 1.5},
		},
		"a message with a value in it is withheld": {
			func(l *slog.Logger) { l.Info("cannot label “Quarterly plan”") },
			map[string]any{"level": "INFO", "msg": "[withheld]"},
		},
		"an unknown field is dropped and counted": {
			func(l *slog.Logger) { l.Info("request", "title", "Quarterly plan", Status, 200) },
			map[string]any{"level": "INFO", "msg": "request", "status": 200.0, "fields_lost": 1.0},
		},
		"a sentence in a known field is withheld": {
			func(l *slog.Logger) { l.Info("request", Reason, "cannot label Quarterly plan") },
			map[string]any{"level": "INFO", "msg": "request", "reason": "[withheld]"},
		},
		"a URL with a query is withheld": {
			func(l *slog.Logger) { l.Info("request", Route, "/macro/labels?jwt=abc") },
			map[string]any{"level": "INFO", "msg": "request", "route": "[withheld]"},
		},
		"a label in another script is withheld": {
			func(l *slog.Logger) { l.Info("call", Operation, "予算") },
			map[string]any{"level": "INFO", "msg": "call", "operation": "[withheld]"},
		},
		"what support did and why": {
			func(l *slog.Logger) { l.Info("support", Support, "sites_show", Reference, "SUP-1234", Attempt, 2) },
			map[string]any{"level": "INFO", "msg": "support", "support": "sites_show", "reference": "SUP-1234", "attempt": 2.0},
		},
		"the longest word": {
			func(l *slog.Logger) { l.Info("call", Operation, strings.Repeat("a", 120)) },
			map[string]any{"level": "INFO", "msg": "call", "operation": strings.Repeat("a", 120)},
		},
		"a word that is too long is withheld": {
			func(l *slog.Logger) { l.Info("call", Operation, strings.Repeat("a", 121)) },
			map[string]any{"level": "INFO", "msg": "call", "operation": "[withheld]"},
		},
		"the longest message": {
			func(l *slog.Logger) { l.Info(strings.Repeat("a", 60)) },
			map[string]any{"level": "INFO", "msg": strings.Repeat("a", 60)},
		},
		"a message that is too long is withheld": {
			func(l *slog.Logger) { l.Info(strings.Repeat("a", 61)) },
			map[string]any{"level": "INFO", "msg": "[withheld]"},
		},
		"an error value never prints its text": {
			func(l *slog.Logger) { l.Error("call", Cause, errors.New("Get https://x/?name=secret")) },
			map[string]any{"level": "ERROR", "msg": "call", "fields_lost": 1.0},
		},
		"fields given beforehand are held to the same list": {
			func(l *slog.Logger) { l.With("account", "5b10", RequestID, "abc").Info("request") },
			map[string]any{"level": "INFO", "msg": "request", "request_id": "abc"},
		},
		"a group cannot smuggle a field in": {
			func(l *slog.Logger) { l.WithGroup("page").Info("request", slog.Group("page", "title", "x")) },
			map[string]any{"level": "INFO", "msg": "request", "fields_lost": 1.0},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, logged(t, test.write)); diff != "" {
				t.Errorf("logged line differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCauseOfNamesTheClassOnly(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"nothing":                {nil, ""},
		"a cancelled request":    {fmt.Errorf("read: %w", context.Canceled), Canceled},
		"a deadline":             {context.DeadlineExceeded, "timeout"},
		"a refused connection":   {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "connection_refused"},
		"a cut connection":       {io.ErrUnexpectedEOF, "connection_lost"},
		"a wrong certificate":    {fmt.Errorf("dial: %w", &tls.CertificateVerificationError{Err: errors.New("acme.atlassian.net")}), "certificate"},
		"a name that is unknown": {&net.DNSError{Name: "acme.atlassian.net"}, "dns"},
		"anything else":          {errors.New("title: Quarterly plan"), "other"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := CauseOf(test.err); got != test.want {
				t.Errorf("CauseOf = %q, want %q", got, test.want)
			}
		})
	}
}

func TestTheOperatorsTableOfFieldsIsTheList(t *testing.T) {
	var rows [][]string
	for _, field := range Data.Fields {
		if field.Holds == "" {
			t.Errorf("%s does not say what it holds", field.Name)
		}
		rows = append(rows, []string{"`" + field.Name + "`", field.Holds})
	}
	tabletest.Check(t, "operating.md", "| Field | What it holds |", rows)
}
