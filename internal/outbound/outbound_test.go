package outbound

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/technicallog"
)

// call asks a server by a client that logs, and returns the lines.
func call(t *testing.T, ctx context.Context, url string, timeout time.Duration) (lines []map[string]any, out string) {
	t.Helper()
	var log bytes.Buffer
	client := http.Client{Transport: Transport(nil, technicallog.New(&log, slog.LevelInfo), "token_server"), Timeout: timeout}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/oauth2/5b10acc?client=acme-client", strings.NewReader("assertion=secret"))
	if err != nil {
		t.Fatal(err)
	}
	if response, err := client.Do(request); err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	out = log.String()
	for decoder := json.NewDecoder(&log); decoder.More(); {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if ms, ok := line["duration_ms"].(float64); !ok || ms < 0 {
			t.Errorf("duration_ms is %v", line["duration_ms"])
		}
		delete(line, "duration_ms")
		delete(line, "time")
		lines = append(lines, line)
	}
	return lines, out
}

func TestEveryExchangeWritesOneLine(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   []map[string]any
	}{
		"an answer": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) },
			[]map[string]any{{"level": "INFO", "msg": "call", "operation": "token_server", "status": 200.0, "attempt": 1.0}},
		},
		"a refusal is an answer": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
			[]map[string]any{{"level": "INFO", "msg": "call", "operation": "token_server", "status": 403.0, "attempt": 1.0}},
		},
		"an outage is a warning": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
			[]map[string]any{{"level": "WARN", "msg": "call", "operation": "token_server", "status": 502.0, "attempt": 1.0}},
		},
		"so is being told to wait": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
			[]map[string]any{{"level": "WARN", "msg": "call", "operation": "token_server", "status": 429.0, "attempt": 1.0}},
		},
		"a cut connection": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			[]map[string]any{{"level": "WARN", "msg": "call", "operation": "token_server", "cause": "connection_lost", "attempt": 1.0}},
		},
		"no answer in time": {
			func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client is gone
				<-r.Context().Done()
			},
			[]map[string]any{{"level": "WARN", "msg": "call", "operation": "token_server", "cause": "timeout", "attempt": 1.0}},
		},
		"a redirect and where it leads": {
			func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/moved" {
					http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
				}
			},
			[]map[string]any{
				{"level": "INFO", "msg": "call", "operation": "token_server", "status": 307.0, "attempt": 1.0},
				{"level": "INFO", "msg": "call", "operation": "token_server", "status": 200.0, "attempt": 2.0},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			defer server.Close()
			timeout := 30 * time.Second
			if name == "no answer in time" {
				timeout = 200 * time.Millisecond
			}
			got, out := call(t, t.Context(), server.URL, timeout)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lines differ (-want +got):\n%s", diff)
			}
			for _, private := range []string{"127.0.0.1", "5b10acc", "acme-client", "secret", "oauth2"} {
				if strings.Contains(out, private) {
					t.Errorf("the log has %q in it:\n%s", private, out)
				}
			}
		})
	}
}

func TestALineSaysForWhichRequestTheCallWasMade(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	// Fetches that several requests wait for outlive the first; its line still names it.
	ctx := context.WithoutCancel(technicallog.WithRequest(t.Context(), "4Q7ZKMWX", "0123456789ab"))
	got, _ := call(t, ctx, server.URL, time.Minute)
	want := []map[string]any{{"level": "INFO", "msg": "call", "operation": "token_server", "status": 200.0, "attempt": 1.0,
		"request_id": "4Q7ZKMWX", "site": "0123456789ab"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines differ (-want +got):\n%s", diff)
	}
}

func TestTheLineIsWrittenBeforeTheBodyIsRead(t *testing.T) {
	var log bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	client := http.Client{Transport: Transport(nil, technicallog.New(&log, slog.LevelInfo), "key_server"), Timeout: time.Minute}
	response, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if !strings.Contains(log.String(), `"status":200`) {
		t.Errorf("with the header here and the body not, the log has %q", log.String())
	}
}
