package technicallog

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func seen(level slog.Level, write func(*slog.Logger)) []Line {
	var lines []Line
	write(New(io.Discard, level, NewWatcher(func(l Line) { lines = append(lines, l) })))
	return lines
}

func TestAWatcherSeesWhatTheLogWrites(t *testing.T) {
	tests := map[string]struct {
		write func(*slog.Logger)
		want  []Line
	}{
		"a request": {
			func(l *slog.Logger) {
				l.Error("request", Route, "/macro/labels", Method, "GET", Status, 502, Milliseconds(1500*time.Microsecond),
					Kind, "upstream", Reason, "timeout", Cause, "dns", Site, "0123456789ab", RequestID, "4Q7ZKMWX")
			},
			[]Line{{Message: "request", Level: slog.LevelError, Route: "/macro/labels", Method: "GET", Status: 502,
				Duration: 1500 * time.Microsecond, Kind: "upstream", Reason: "timeout", Cause: "dns", Site: "0123456789ab", RequestID: "4Q7ZKMWX"}},
		},
		"a call": {
			func(l *slog.Logger) {
				l.Info("call", Operation, "read_labels", Retries, 2, Points, uint64(3), NearLimit, true)
			},
			[]Line{{Message: "call", Operation: "read_labels", Retries: 2, Points: 3, NearLimit: true}},
		},
		"fields given beforehand": {
			func(l *slog.Logger) { l.With(Version, "abc1234", "account", "5b10").Info("start") },
			[]Line{{Message: "start", Version: "abc1234"}},
		},
		"nothing that the list leaves out": {
			func(l *slog.Logger) {
				l.Info("cannot label “Quarterly plan”", "title", "Quarterly plan", Reason, "Quarterly plan")
			},
			[]Line{{Message: withheld, Reason: withheld, FieldsLost: 1}},
		},
		"numbers that make no sense, within bounds": {
			func(l *slog.Logger) {
				l.Info("call", Retries, -1, Points, uint64(math.MaxUint64), Duration, math.NaN(), Status, "200", Kind, 7, NearLimit, "true")
			},
			[]Line{{Message: "call", Points: 1e9}},
		},
		"no line for debugging": {
			func(l *slog.Logger) { l.Debug("request", Status, 200) },
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, seen(slog.LevelDebug, test.write)); diff != "" {
				t.Errorf("seen lines differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWatchersSeeInfoAlsoWhenTheLogIsQuieter(t *testing.T) {
	var out bytes.Buffer
	var first, second []string
	log := New(&out, slog.LevelWarn,
		NewWatcher(func(l Line) { first = append(first, l.Message) }),
		NewWatcher(func(l Line) { second = append(second, l.Message) }))
	log.Info("request")
	log.Warn("call")
	if diff := cmp.Diff([]string{"request", "call"}, first); diff != "" {
		t.Errorf("the first watcher saw (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second watcher saw something else (-first +second):\n%s", diff)
	}
	if got := out.String(); strings.Contains(got, "request") || strings.Count(got, "\n") != 1 {
		t.Errorf("at level warn the log wrote %q, want the call only", got)
	}
}

func TestAHandlerThatWantsLessIsNotAskedForMore(t *testing.T) {
	var out bytes.Buffer
	log := New(io.Discard, slog.LevelInfo, slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelError}))
	log.Info("request", "title", "Quarterly plan")
	log.Error("panic", "title", "Quarterly plan")
	if got := out.String(); strings.Contains(got, "request") || !strings.Contains(got, "panic") || strings.Contains(got, "Quarterly") {
		t.Errorf("a further sink wrote %q, want the panic without its title", got)
	}
}

func TestALogThatNobodyReadsIsNotWritten(t *testing.T) {
	if New(io.Discard, slog.LevelWarn).Enabled(t.Context(), slog.LevelInfo) {
		t.Error("info lines are made although the level is warn and nobody watches")
	}
}

func TestAContextRemembersItsRequest(t *testing.T) {
	id, site := RequestOf(WithRequest(t.Context(), "4Q7ZKMWX", "0123456789ab"))
	if id != "4Q7ZKMWX" || site != "0123456789ab" {
		t.Errorf("RequestOf = %q %q", id, site)
	}
	if id, site := RequestOf(context.Background()); id != "" || site != "" {
		t.Errorf("a context without a request has %q %q", id, site)
	}
}

func TestWatchingALineAllocatesNothing(t *testing.T) {
	nothing := func(Line) {}
	handler := closed{slog.DiscardHandler, []slog.Handler{NewWatcher(nothing), NewWatcher(nothing)}}
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	record.AddAttrs(slog.String(Route, "/macro/labels"), slog.String(Method, "GET"), slog.Int(Status, 200),
		Milliseconds(1500*time.Microsecond), slog.String(RequestID, "4Q7ZKMWX"), slog.String(Site, "0123456789ab"))
	if n := testing.AllocsPerRun(100, func() { _ = handler.Handle(t.Context(), record) }); n != 0 {
		t.Errorf("the list and two watchers allocate %v times for a line", n)
	}
}
