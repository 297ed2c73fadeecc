package metrics

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"math"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/technicallog"
)

// scraped is what Prometheus gets.
func scraped(t *testing.T, m *Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if answer.Code != 200 {
		t.Fatalf("a scrape is answered with %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// counted are the lines of a scrape that are about us, without buckets and
// times.
func counted(t *testing.T, m *Metrics) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(scraped(t, m)) {
		if strings.HasPrefix(line, "labelup_") && !strings.Contains(line, "_bucket{") && !strings.HasSuffix(line, " 0\n") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestLinesOfTheLogAreCounted(t *testing.T) {
	tests := map[string]struct {
		write func(*slog.Logger)
		want  []string
	}{
		"a request": {
			func(l *slog.Logger) {
				l.Info("request", technicallog.Route, "/macro/labels", technicallog.Method, "GET", technicallog.Status, 200,
					technicallog.Milliseconds(250*time.Millisecond), technicallog.Site, "0123456789ab", technicallog.RequestID, "4Q7ZKMWX")
			},
			[]string{
				`labelup_log_lines_total{level="info"} 1`,
				`labelup_request_duration_seconds_sum{route="/macro/labels"} 0.25`,
				`labelup_request_duration_seconds_count{route="/macro/labels"} 1`,
				`labelup_requests_total{kind="",method="read",route="/macro/labels",status="200"} 1`,
			},
		},
		"a request that fails": {
			func(l *slog.Logger) {
				l.Error("request", technicallog.Route, "/api/labels", technicallog.Method, "POST", technicallog.Status, 502,
					technicallog.Kind, "upstream", technicallog.Reason, "timeout", technicallog.Cause, "timeout")
			},
			[]string{
				`labelup_log_lines_total{level="error"} 1`,
				`labelup_request_duration_seconds_count{route="/api/labels"} 1`,
				`labelup_request_failures_total{kind="upstream",reason="timeout",route="/api/labels"} 1`,
				`labelup_requests_total{kind="upstream",method="write",route="/api/labels",status="502"} 1`,
			},
		},
		"who leaves is no failure, of the request or of what it waited for": {
			func(l *slog.Logger) {
				l.Info("request", technicallog.Route, "/api/site", technicallog.Method, "GET", technicallog.Status, 499,
					technicallog.Kind, "caller_left", technicallog.Reason, "store", technicallog.Cause, "canceled")
				l.Info("call", technicallog.Operation, "read_rights", technicallog.Kind, "caller_left", technicallog.Cause, "canceled")
			},
			[]string{
				`labelup_call_duration_seconds_count{operation="read_rights",peer="confluence"} 1`,
				`labelup_calls_total{failure="canceled",operation="read_rights",peer="confluence",status="none"} 1`,
				`labelup_log_lines_total{level="info"} 2`,
				`labelup_request_duration_seconds_count{route="/api/site"} 1`,
				`labelup_requests_total{kind="caller_left",method="read",route="/api/site",status="499"} 1`,
			},
		},
		"a call to Confluence": {
			func(l *slog.Logger) {
				l.Warn("call", technicallog.Operation, "add_labels", technicallog.Status, 429, technicallog.Retries, 3,
					technicallog.Points, 4, technicallog.NearLimit, true, technicallog.Kind, "rate_limited")
			},
			[]string{
				`labelup_call_duration_seconds_count{operation="add_labels",peer="confluence"} 1`,
				`labelup_call_retries_total{operation="add_labels",peer="confluence"} 3`,
				`labelup_calls_total{failure="rate_limited",operation="add_labels",peer="confluence",status="429"} 1`,
				`labelup_log_lines_total{level="warn"} 1`,
				`labelup_near_limit_total 1`,
				`labelup_points_total{operation="add_labels"} 4`,
			},
		},
		"calls to others, which say how they failed by a cause or by their status alone": {
			func(l *slog.Logger) {
				l.Warn("call", technicallog.Operation, "kms_decrypt", technicallog.Cause, "denied", technicallog.Status, 400)
				l.Warn("call", technicallog.Operation, "token_server", technicallog.Status, 503)
				l.Warn("call", technicallog.Operation, "key_server", technicallog.Status, 429)
				l.Info("call", technicallog.Operation, "key_server", technicallog.Status, 404)
			},
			[]string{
				`labelup_call_duration_seconds_count{operation="key_server",peer="atlassian"} 2`,
				`labelup_call_duration_seconds_count{operation="kms_decrypt",peer="kms"} 1`,
				`labelup_call_duration_seconds_count{operation="token_server",peer="atlassian"} 1`,
				`labelup_calls_total{failure="",operation="key_server",peer="atlassian",status="404"} 1`,
				`labelup_calls_total{failure="denied",operation="kms_decrypt",peer="kms",status="400"} 1`,
				`labelup_calls_total{failure="rate_limited",operation="key_server",peer="atlassian",status="429"} 1`,
				`labelup_calls_total{failure="upstream",operation="token_server",peer="atlassian",status="503"} 1`,
				`labelup_log_lines_total{level="info"} 1`,
				`labelup_log_lines_total{level="warn"} 3`,
			},
		},
		"a panic, a field left out, and which version runs": {
			func(l *slog.Logger) {
				l.Info("start", technicallog.Version, "old1234")
				l.Info("start", technicallog.Version, "new1234")
				l.Error("panic", "title", "Quarterly plan", technicallog.Place, "labelup/handlers.serve:12")
			},
			[]string{
				`labelup_info{version="new1234"} 1`,
				`labelup_log_fields_lost_total 1`,
				`labelup_log_lines_total{level="error"} 1`,
				`labelup_log_lines_total{level="info"} 2`,
				`labelup_panics_total 1`,
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := New()
			test.write(technicallog.New(io.Discard, slog.LevelError, m))
			if diff := cmp.Diff(test.want, counted(t, m)); diff != "" {
				t.Errorf("counted differently (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNotLoggedCanBeCounted(t *testing.T) {
	m := New()
	m.Add(technicallog.Line{Message: "call", Operation: "redis_get", Duration: time.Millisecond})
	want := `labelup_calls_total{failure="",operation="redis_get",peer="redis",status="none"} 1`
	if got := scraped(t, m); !strings.Contains(got, want) {
		t.Errorf("a scrape does not have %s", want)
	}
}

func TestHostileLinesMakeABoundedNumberOfSeries(t *testing.T) {
	m := New()
	log := technicallog.New(io.Discard, slog.LevelError, m)
	for n := range 5000 {
		text := strconv.Itoa(n)
		log.Info("request", technicallog.Route, "/page/"+text, technicallog.Method, "M"+text, technicallog.Status, n-100,
			technicallog.Kind, "kind"+text, technicallog.Reason, "reason"+text, technicallog.Site, "site"+text,
			technicallog.RequestID, "id"+text, technicallog.Duration, math.Inf(-1))
		log.Info("call", technicallog.Operation, "page_"+text, technicallog.Status, -n, technicallog.Kind, "Quarterly plan",
			technicallog.Retries, -n, technicallog.Points, math.NaN(), technicallog.Cause, "cause"+text)
		log.Info("call", technicallog.Operation, "Page/"+text, technicallog.Cause, "cause"+text, technicallog.Points, uint64(math.MaxUint64))
		log.Info("start", technicallog.Version, "v"+text)
		log.Info("line "+strings.Repeat("x", n%50), "field"+text, n)
	}
	perMetric := map[string]int{}
	for line := range strings.Lines(scraped(t, m)) {
		name, _, _ := strings.Cut(line, "{")
		perMetric[name]++
		for _, private := range []string{"site1", "id1", "kind1", "cause1", "M1", "Quarterly", "Page"} {
			if strings.Contains(line, private) {
				t.Fatalf("%q became a series: %s", private, line)
			}
		}
	}
	for name, limit := range map[string]int{
		"labelup_requests_total":                 maxCounters,
		"labelup_request_failures_total":         maxCounters,
		"labelup_request_duration_seconds_count": maxHistograms,
		"labelup_calls_total":                    maxCounters,
		"labelup_call_duration_seconds_count":    maxHistograms,
	} {
		// "other" may have been among the first, or the last to come.
		if got := perMetric[name]; got > limit || got < limit-1 {
			t.Errorf("%s has %d series, want all %d that it may have", name, got, limit)
		}
	}
	all := 0
	for _, series := range perMetric {
		all += series
	}
	if all > 8000 {
		t.Errorf("a scrape has %d lines", all)
	}
	if got := scraped(t, m); !strings.Contains(got, `labelup_requests_total{kind="other",method="other",route="other",status="other"}`) {
		t.Error("what finds no series of its own is counted nowhere")
	}
}

func TestEveryKindOfFaultIsALabel(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "../fault/fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if named, ok := spec.Type.(*ast.Ident); ok && named.Name == "Kind" {
			found++
			kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil || kindLabel(kind) != kind {
				t.Errorf("kind %q is counted as %q", kind, kindLabel(kind))
			}
		}
		return true
	})
	if found != len(kinds)-1 { // and none
		t.Errorf("there are %d kinds of fault, and %d labels", found, len(kinds)-1)
	}
}

func TestEveryCauseOfTheLogIsALabel(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "../technicallog/cause.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(parsed, func(node ast.Node) bool {
		answer, ok := node.(*ast.ReturnStmt)
		if !ok {
			return true
		}
		found++
		cause, err := strconv.Unquote(answer.Results[0].(*ast.BasicLit).Value)
		if err != nil || !causes[cause] {
			t.Errorf("cause %q has no label", cause)
		}
		return true
	})
	if found < 8 {
		t.Errorf("found %d causes only", found)
	}
}

func TestStatusesAreTheirOwnOrTheirClass(t *testing.T) {
	for status, want := range map[int]string{0: "none", 200: "200", 206: "2xx", 302: "3xx", 418: "4xx", 429: "429", 503: "503", 599: "5xx", 600: "other", 7: "other", -1: "other"} {
		if got := statusLabel(status); got != want {
			t.Errorf("status %d is %q, want %q", status, got, want)
		}
	}
}

func TestGaugesAreAskedForAtEachScrape(t *testing.T) {
	m := New()
	up, age, found := true, 90*time.Minute, true
	m.Register(Gauges{
		RedisUp:         func() bool { return up },
		LogLinesDropped: func() int64 { return 3 },
		BackupAge:       func() (time.Duration, bool) { return age, found },
		BackupInterval:  func() time.Duration { return 6 * time.Hour },
		SealKeysCached:  func() int { return 7 },
	})
	want := []string{"labelup_backup_age_seconds 5400", "labelup_backup_interval_seconds 21600", "labelup_log_lines_dropped_total 3", "labelup_redis_up 1", "labelup_seal_keys_cached 7"}
	if diff := cmp.Diff(want, counted(t, m)); diff != "" {
		t.Errorf("gauges differ (-want +got):\n%s", diff)
	}
	up, found = false, false
	got := scraped(t, m)
	for _, line := range []string{"labelup_redis_up 0\n", "labelup_backup_age_seconds +Inf\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("a scrape does not have %q", line)
		}
	}
}

func TestAGaugeThatNobodyGivesIsNotThere(t *testing.T) {
	m := New()
	m.Register(Gauges{})
	for _, name := range []string{"labelup_redis_up", "labelup_backup_age_seconds", "labelup_backup_interval_seconds", "labelup_log_lines_dropped_total", "labelup_seal_keys_cached"} {
		if strings.Contains(scraped(t, m), name) {
			t.Errorf("%s is there", name)
		}
	}
}

func TestManyRequestsAreCountedAtOnce(t *testing.T) {
	m := New()
	log := technicallog.New(io.Discard, slog.LevelError, m)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 200 {
				log.Info("request", technicallog.Route, fmt.Sprintf("/route%d", (n+worker)%20), technicallog.Status, 200, technicallog.Method, "GET")
			}
		})
	}
	scraped(t, m)
	all.Wait()
	if got := scraped(t, m); strings.Count(got, "\nlabelup_requests_total{") != 20 || strings.Count(got, `status="200"} 80`) != 20 {
		t.Error("not every request was counted, or not where it belongs")
	}
}

func TestCountingALineAllocatesNothing(t *testing.T) {
	m := New()
	line := technicallog.Line{Message: "request", Route: "/macro/labels", Method: "GET", Status: 200, Duration: time.Millisecond}
	if n := testing.AllocsPerRun(100, func() { m.Add(line) }); n != 0 {
		t.Errorf("a request's line allocates %v times", n)
	}
}

func BenchmarkALineIsCounted(b *testing.B) {
	m := New()
	line := technicallog.Line{Message: "request", Route: "/macro/labels", Method: "GET", Status: 200, Duration: time.Millisecond}
	b.ReportAllocs()
	for b.Loop() {
		m.Add(line)
	}
}
