package logreader

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An afternoon: a change that fails, one that goes well, a panic, the router
// that gives up on a request, a robot, and lines that are none of ours.
const afternoon = `{"time":"2026-11-22T14:00:00Z","level":"INFO","msg":"start","address":"0.0.0.0:8080","version":"abc1234"}
2026-11-22T14:00:01.000000+00:00 heroku[web.1]: State changed from starting to up
{"time":"2026-11-22T14:05:03.9Z","level":"WARN","msg":"call","operation":"add_labels","status":0,"duration_ms":8000.25,"retries":2,"points":3,"near_limit":true,"kind":"upstream","site":"aaaaaaaaaaaa","request_id":"req-fails-1"}
{"time":"2026-11-22T14:05:03.95Z","level":"INFO","msg":"call","operation":"read_labels","status":200,"duration_ms":42,"retries":0,"points":1,"near_limit":false,"kind":"","site":"bbbbbbbbbbbb","request_id":"req-works-1"}
{"time":"2026-11-22T14:05:04Z","level":"INFO","msg":"request","route":"/macro/labels/static","method":"GET","status":200,"duration_ms":51,"site":"bbbbbbbbbbbb","request_id":"req-works-1"}
{"time":"2026-11-22T14:05:04.1Z","level":"ERROR","msg":"request","route":"/api/labels","method":"POST","status":502,"duration_ms":8012.5,"site":"aaaaaaaaaaaa","request_id":"req-fails-1","kind":"upstream","reason":"timeout","cause":"timeout"}
2026-11-22T14:05:04.200000+00:00 heroku[router]: at=info method=GET path="/macro/labels/static?jwt=secret" request_id=req-works-1 service=52ms status=200
{"time":"2026-11-22T14:06:00Z","level":"ERROR","msg":"panic","request_id":"req-panics","place":"labelup/handlers.(*Server).site:12"}
{"time":"2026-11-22T14:06:00.001Z","level":"ERROR","msg":"request","route":"/api/labels","method":"POST","status":500,"duration_ms":3.25,"site":"aaaaaaaaaaaa","request_id":"req-panics","kind":"internal","reason":"panic","cause":""}
2026-11-22T14:07:00.000000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/macro/labels?jwt=secret" host=labelup.example.com request_id=req-hangs service=30000ms status=503
garbage
{"time":"2026-11-23T00:00:00Z","level":"INFO","msg":"request","route":"none","method":"GET","status":404,"duration_ms":0.1,"request_id":"req-robot","kind":"not_found","reason":"no_such_route","cause":""}
{"time":"2026-11-23T00:00:01Z","level":"INFO","msg":"request","route":"/api/labels","method":"POST","status":502,"duration_ms":1,"site":"cccccccccccc","request_id":"req-fails-2","kind":"upstream","reason":"connection","cause":"dns"}
{"time":"2026-11-23T00:00:02Z","level":"WARN","msg":"redis may evict sites","reason":"maxmemory_policy_is_not_noeviction"}
`

func timelineOf(t *testing.T, input string, query Query, colour bool) (string, Counts) {
	t.Helper()
	var out bytes.Buffer
	counts, err := Timeline(t.Context(), FromReader(strings.NewReader(input)), query, &out, colour)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), counts
}

func TestATimelineShowsRequestsWithTheirCallsBeneath(t *testing.T) {
	got, counts := timelineOf(t, afternoon, Query{Level: slog.LevelDebug}, false)
	want := `2026-11-22 UTC
14:00:00.000 info    -            start  address 0.0.0.0:8080  version abc1234
14:05:04.000 info  200      51 ms GET /macro/labels/static  site bbbbbbbbbbbb  request req-works-1
14:05:03.950 info  200      42 ms   call read_labels  points 1
14:05:04.100 error 502    8012 ms POST /api/labels  upstream timeout  cause timeout  site aaaaaaaaaaaa  request req-fails-1
14:05:03.900 warn    -    8000 ms   call add_labels  upstream  retries 2  points 3  near the rate limit
                                    > Look at whether one site has it or all: one site is that site's Confluence, all sites is Atlassian or our network. (runbook: upstream)
14:06:00.001 error 500     3.2 ms POST /api/labels  internal panic  site aaaaaaaaaaaa  request req-panics
14:06:00.000 error   -              panic  at labelup/handlers.(*Server).site:12
                                    > This is our fault: find the line panic with the same request id, it names the function and the line of code. (runbook: internal)
14:07:00.000 error 503   30000 ms heroku router  H12  GET  request req-hangs
                                    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
2026-11-23 UTC
00:00:00.000 info  404     0.1 ms GET none  not_found no_such_route  request req-robot
                                    > Look at the route: none is somebody probing our address, any other is a page that was deleted or that the person may not see. (runbook: not_found)
00:00:01.000 info  502     1.0 ms POST /api/labels  upstream connection  cause dns  site cccccccccccc  request req-fails-2
00:00:02.000 warn    -            redis may evict sites  maxmemory_policy_is_not_noeviction
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timeline differs (-want +got):\n%s", diff)
	}
	if counts != (Counts{Lines: 14, Skipped: 2, Matched: 11}) {
		t.Errorf("counts %+v", counts)
	}
}

func TestATimelineIsNarrowedDown(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	tests := map[string]struct {
		query Query
		want  []string // what the lines begin with, by time
	}{
		"to a site, with what names no site but is of its requests": {
			Query{Sites: []string{"aaaaaaaaaaaa"}, Level: slog.LevelDebug}, []string{"14:05:04.100", "14:05:03.900", "14:06:00.001", "14:06:00.000"},
		},
		"to a request": {Query{Request: "req-works-1", Level: slog.LevelDebug}, []string{"14:05:04.000", "14:05:03.950"}},
		"to errors, with the calls that led to them": {
			Query{Level: slog.LevelError}, []string{"14:05:04.100", "14:05:03.900", "14:06:00.001", "14:06:00.000", "14:07:00.000"},
		},
		"to what is newer":          {Query{Since: at("2026-11-23T00:00:01Z"), Level: slog.LevelDebug}, []string{"00:00:01.000", "00:00:02.000"}},
		"to what is older":          {Query{Until: at("2026-11-22T14:05:00Z"), Level: slog.LevelDebug}, []string{"14:00:00.000"}},
		"to a site that is not hit": {Query{Sites: []string{"dddddddddddd"}, Level: slog.LevelDebug}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text, _ := timelineOf(t, afternoon, test.query, false)
			var got []string
			for line := range strings.Lines(text) {
				if len(line) > 12 && line[2] == ':' {
					got = append(got, line[:12])
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lines differ (-want +got):\n%s", diff)
			}
		})
	}
}

// memory is a process that takes too much of it until it is ended.
const memory = `2026-11-22T14:08:00.000000+00:00 heroku[web.1]: Process running mem=1028M(100.5%)
2026-11-22T14:08:00.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)
2026-11-22T14:08:20.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)
2026-11-22T14:08:30.000000+00:00 heroku[web.1]: Process exited with status 1
2026-11-22T14:08:30.500000+00:00 heroku[web.1]: State changed from up to crashed
`

func TestATimelineShowsAProcessThatFails(t *testing.T) {
	got, counts := timelineOf(t, memory, Query{Level: slog.LevelError}, false)
	want := `2026-11-22 UTC
14:08:00.000 error   -            heroku process  R14  at web.1
                                    > Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs. (runbook: service-down)
14:08:20.000 error   -            heroku process  R14  at web.1
14:08:30.000 error   -            heroku process  exited  status_1  at web.1
14:08:30.500 error   -            heroku process  crashed  at web.1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timeline differs (-want +got):\n%s", diff)
	}
	if counts != (Counts{Lines: 5, Skipped: 1, Matched: 4}) {
		t.Errorf("counts %+v", counts)
	}
}

func TestWhatIsNotAskedForIsNotMatched(t *testing.T) {
	for _, query := range []Query{{Request: "req-works"}, {Sites: []string{"dddddddddddd"}}, {Since: noon.AddDate(1, 0, 0)}} {
		if _, counts := timelineOf(t, afternoon, query, false); counts.Matched != 0 || counts.Lines != 14 {
			t.Errorf("%+v: counts %+v", query, counts)
		}
	}
}

func TestColourChangesNothingButTheColour(t *testing.T) {
	plain, _ := timelineOf(t, afternoon, Query{}, false)
	coloured, _ := timelineOf(t, afternoon, Query{}, true)
	if strings.Contains(plain, "\x1b") || !strings.Contains(coloured, "\x1b[31merror\x1b[0m") {
		t.Error("colour is where it should not be, or missing")
	}
	for _, style := range []string{bold, faint, red, yellow, "0"} {
		coloured = strings.ReplaceAll(coloured, "\x1b["+style+"m", "")
	}
	if coloured != plain {
		t.Error("without its colours it is another text")
	}
}

func TestNothingOfAnAddressIsShown(t *testing.T) {
	got, _ := timelineOf(t, afternoon, Query{Level: slog.LevelDebug}, false)
	for _, leak := range []string{"secret", "jwt", "labelup.example.com"} {
		if strings.Contains(got, leak) {
			t.Errorf("it shows %s", leak)
		}
	}
}

// TestAQuietStreamIsShownWithoutWaitingForMore is about a drain: what is
// complete is shown although nothing follows it.
func TestAQuietStreamIsShownWithoutWaitingForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		reader, writer := io.Pipe()
		shown := &lockedBuffer{}
		done := make(chan error)
		go func() {
			_, err := Timeline(ctx, FromReader(reader), Query{}, shown, false)
			done <- err
		}()
		if _, err := io.WriteString(writer, inJSON+"\n"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * settled)
		if text := shown.String(); !strings.Contains(text, "request abcd1234") {
			t.Errorf("two seconds later it shows %q", text)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Timeline = %v", err)
		}
		_ = writer.Close()
	})
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func TestAWriterThatFailsEndsTheTimeline(t *testing.T) {
	full := errors.New("full")
	_, err := Timeline(t.Context(), FromReader(strings.NewReader(afternoon)), Query{}, failingWriter{full}, false)
	if !errors.Is(err, full) {
		t.Errorf("Timeline = %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestAnErrorOfTheSourceIsReturnedAfterWhatWasRead(t *testing.T) {
	broken := errors.New("broken")
	var out bytes.Buffer
	_, err := Timeline(t.Context(), brokenSource{broken}, Query{}, &out, false)
	if !errors.Is(err, broken) || !strings.Contains(out.String(), "request abcd1234") {
		t.Errorf("Timeline = %v, shown %q", err, out.String())
	}
}

type brokenSource struct{ err error }

func (s brokenSource) Lines(_ context.Context, _, _ time.Time, _ bool, line func(string) error) error {
	return errors.Join(line(inJSON), s.err)
}
