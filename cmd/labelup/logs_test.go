package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/technicallog"
	"labelup/internal/terminal"
)

const (
	loggedFailure = `{"time":"2026-11-22T14:05:04Z","level":"ERROR","msg":"request","route":"/api/labels","method":"POST","status":502,` +
		`"duration_ms":8012,"site":"aaaaaaaaaaaa","request_id":"req-fails-1","kind":"upstream","reason":"timeout"}`
	loggedSuccess = `{"time":"2026-11-22T15:05:04Z","level":"INFO","msg":"request","route":"/byline","method":"GET","status":200,` +
		`"duration_ms":2,"site":"bbbbbbbbbbbb","request_id":"req-works-1"}`
)

var logsNow = time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)

// cloudLog is a CloudWatch that remembers what it was asked for.
type cloudLog struct {
	since, until time.Time
	follow       bool
	asked        int
	err          error
}

func (c *cloudLog) Lines(_ context.Context, since, until time.Time, follow bool, line func(string) error) error {
	c.asked++
	c.since, c.until, c.follow = since, until, follow
	return errors.Join(line(loggedSuccess), c.err)
}

type logsRun struct {
	code                   int
	stdout, stderr, record string
}

func runLogsWith(t *testing.T, cloud *cloudLog, stdin io.Reader, args ...string) logsRun {
	t.Helper()
	var stdout, stderr, record bytes.Buffer
	command := logsCommand{record: &record, now: func() time.Time { return logsNow }}
	if cloud != nil {
		command.cloud = cloud
	}
	command.sitesAt = func(_ context.Context, host string) ([]string, error) {
		switch host {
		case "acme.atlassian.net":
			return []string{"aaaaaaaaaaaa" + strings.Repeat("0", 52), "bbbbbbbbbbbb" + strings.Repeat("0", 52)}, nil
		case "down.atlassian.net":
			return nil, errors.New("redis is down")
		default:
			return nil, nil
		}
	}
	code := command.run(t.Context(), args, func(string) string { return "" }, stdin, &stdout, &stderr)
	return logsRun{code, stdout.String(), stderr.String(), record.String()}
}

// characterDevice is one, as a terminal is.
func characterDevice(t *testing.T) *os.File {
	t.Helper()
	file, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestTheLogIsNotShownWithoutAReason(t *testing.T) {
	tests := map[string][]string{
		"none":                        nil,
		"a sentence":                  {"--reason", "because Acme cannot save"},
		"a person":                    {"--reason", "a@acme.example"},
		"too short":                   {"--reason", "ab"},
		"too long":                    {"--reason", strings.Repeat("a", 61)},
		"something in another script": {"--reason", "тикет-12"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			got := runLogsWith(t, nil, strings.NewReader(loggedFailure), args...)
			if got.code != 2 || got.stdout != "" || got.record != "" || !strings.Contains(got.stderr, "needs --reason") {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestThatTheLogIsReadIsLoggedFirst(t *testing.T) {
	tests := map[string]struct {
		args []string
		want map[string]any
	}{
		"of all sites": {
			[]string{"--reason", "SUP-123/4.5_b#6"}, map[string]any{"level": "INFO", "msg": "support access", "support": "logs", "reference": "SUP-123/4.5_b.6"},
		},
		"of one site": {
			[]string{"--reason", "SUP-123", "--site", "a client key"},
			map[string]any{"level": "INFO", "msg": "support access", "support": "logs", "reference": "SUP-123", "site": technicallog.SiteHash("a client key")},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runLogsWith(t, nil, strings.NewReader(loggedFailure), test.args...)
			first, _, _ := strings.Cut(got.stderr, "\n")
			if got.code != 0 || first+"\n" != got.record {
				t.Fatalf("%+v", got)
			}
			line := map[string]any{}
			if err := json.Unmarshal([]byte(first), &line); err != nil {
				t.Fatal(err)
			}
			delete(line, "time")
			if diff := cmp.Diff(test.want, line); diff != "" {
				t.Errorf("line differs (-want +got):\n%s", diff)
			}
		})
	}
}

type brokenRecord struct{}

func (brokenRecord) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestNothingIsShownIfThatCannotBeLogged(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := logsCommand{record: brokenRecord{}, now: time.Now}.run(t.Context(), []string{"--reason", "SUP-123"},
		func(string) string { return "" }, strings.NewReader(loggedFailure), &stdout, &stderr)
	if code != 1 || stdout.String() != "" || !strings.Contains(stderr.String(), "nothing is shown") {
		t.Errorf("code %d, %q, %q", code, stdout.String(), stderr.String())
	}
}

func TestLogsReadsAFileOrItsInputOrCloudWatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte(loggedFailure+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	piped := strings.NewReader(loggedFailure)

	if got := runLogsWith(t, &cloudLog{}, piped, file, "--reason", "SUP-123"); got.code != 0 || !strings.Contains(got.stdout, "req-fails-1") || piped.Len() == 0 {
		t.Errorf("of a file: %+v", got)
	}
	if got := runLogsWith(t, &cloudLog{}, piped, "--reason", "SUP-123"); got.code != 0 || !strings.Contains(got.stdout, "req-fails-1") {
		t.Errorf("of its input: %+v", got)
	}
	if got := runLogsWith(t, &cloudLog{}, characterDevice(t), "--reason", "SUP-123"); got.code != 0 || !strings.Contains(got.stdout, "req-works-1") {
		t.Errorf("of CloudWatch: %+v", got)
	}
	if got := runLogsWith(t, nil, characterDevice(t), "--reason", "SUP-123"); got.code != 2 || !strings.Contains(got.stderr, "CLOUDWATCH_LOG_GROUP") || got.record != "" {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestCloudWatchIsReadWithoutATerminalIfThatIsSaid is about scripts and ssh,
// where standard input is an empty pipe.
func TestCloudWatchIsReadWithoutATerminalIfThatIsSaid(t *testing.T) {
	cloud := &cloudLog{}
	got := runLogsWith(t, cloud, strings.NewReader(""), "--cloudwatch", "--reason", "SUP-123")
	if got.code != 0 || !strings.Contains(got.stdout, "req-works-1") {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(cloudLog{since: logsNow.Add(-time.Hour), until: logsNow, asked: 1}, *cloud, cmp.AllowUnexported(cloudLog{})); diff != "" {
		t.Errorf("asked for something else (-want +got):\n%s", diff)
	}
	if got := runLogsWith(t, nil, strings.NewReader(loggedFailure), "--cloudwatch", "--reason", "SUP-123"); got.code != 2 ||
		!strings.Contains(got.stderr, "--cloudwatch needs CLOUDWATCH_LOG_GROUP") || got.stdout != "" || got.record != "" {
		t.Errorf("without one: %+v", got)
	}
}

func TestLogsSaysWhyNothingIsShown(t *testing.T) {
	const whole = "No line matches; a request's reference must be given whole, a site as its whole client key, its address, or at least 12 digits of its hash.\n"
	const since = "Only lines since 2026-11-22T15:30:00Z were looked at; --since goes further back.\n"
	tests := map[string]struct {
		args []string
		want string
	}{
		"the beginning of a reference":     {[]string{"--request", "req-fails"}, whole},
		"the beginning of a hash":          {[]string{"--site", "aaaaaaaaaaa"}, whole},
		"also when only counts are wanted": {[]string{"--request", "req-fails", "--summary"}, whole},
		"a time after the last line":       {[]string{"--since", "15:30"}, "No line matches.\n" + since},
		"a time before the first line":     {[]string{"--until", "14:00"}, "No line matches.\n" + "Only lines before 2026-11-22T14:00:00Z were looked at.\n"},
		"a request before the time":        {[]string{"--since", "30m", "--request", "req-fails-1"}, whole + since},
		"something that matches":           {[]string{"--request", "req-fails-1"}, ""},
		"no filter":                        {nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runLogsWith(t, nil, strings.NewReader(loggedFailure), append(test.args, "--reason", "SUP-123")...)
			said := ""
			if at := strings.Index(got.stderr, "No line matches"); at >= 0 {
				said = got.stderr[at:]
			}
			if got.code != 0 || said != test.want {
				t.Errorf("it says %q, want %q: %+v", said, test.want, got)
			}
		})
	}
	if got := runLogsWith(t, &cloudLog{}, characterDevice(t), "--request", "req-fails-1", "--reason", "SUP-123"); !strings.HasSuffix(got.stderr,
		whole+"Only lines since 2026-11-22T15:00:00Z were looked at; --since goes further back.\n") {
		t.Errorf("of CloudWatch it does not say that only an hour was read: %+v", got)
	}
}

func TestCloudWatchIsAskedForWhatIsWanted(t *testing.T) {
	tests := map[string]struct {
		args []string
		want cloudLog
	}{
		"an hour, if nothing is said": {nil, cloudLog{since: logsNow.Add(-time.Hour), until: logsNow, asked: 1}},
		"since then":                  {[]string{"--since", "24h"}, cloudLog{since: logsNow.Add(-24 * time.Hour), until: logsNow, asked: 1}},
		"an hour until then":          {[]string{"--until", "14:30"}, cloudLog{since: logsNow.Add(-150 * time.Minute), until: logsNow.Add(-90 * time.Minute), asked: 1}},
		"from then to then":           {[]string{"--since", "24h", "--until", "2h"}, cloudLog{since: logsNow.Add(-24 * time.Hour), until: logsNow.Add(-2 * time.Hour), asked: 1}},
		"without an end":              {[]string{"--follow"}, cloudLog{since: logsNow.Add(-time.Hour), follow: true, asked: 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cloud := &cloudLog{}
			runLogsWith(t, cloud, characterDevice(t), append(test.args, "--reason", "SUP-123")...)
			if diff := cmp.Diff(test.want, *cloud, cmp.AllowUnexported(cloudLog{})); diff != "" {
				t.Errorf("asked for something else (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogsNarrowsDown(t *testing.T) {
	both := loggedFailure + "\n" + loggedSuccess + "\nsomething else\n"
	tests := map[string]struct {
		args      []string
		has, lack string
	}{
		"to a site":        {[]string{"--site", "bbbbbbbbbbbb"}, "req-works-1", "req-fails-1"},
		"to what is older": {[]string{"--until", "14:30"}, "req-fails-1", "req-works-1"},
		"to a request":     {[]string{"--request", "req-fails-1"}, "req-fails-1", "req-works-1"},
		"to a time":        {[]string{"--since", "1h"}, "req-works-1", "req-fails-1"},
		"to errors":        {[]string{"--level", "error"}, "req-fails-1", "req-works-1"},
		"to counts":        {[]string{"--summary"}, "Failed requests by kind", "req-fails-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runLogsWith(t, nil, strings.NewReader(both), append(test.args, "--reason", "SUP-123")...)
			if got.code != 0 || !strings.Contains(got.stdout, test.has) || strings.Contains(got.stdout, test.lack) {
				t.Errorf("%+v", got)
			}
			if said := got.stdout + got.stderr; !strings.Contains(said, "3 lines read, 1 skipped") {
				t.Errorf("it does not say what was skipped: %q", said)
			}
		})
	}
}

func TestASiteIsFoundInTheLogByItsAddress(t *testing.T) {
	const third = `{"time":"2026-11-22T15:06:04Z","level":"INFO","msg":"request","site":"cccccccccccc","request_id":"req-other-1"}`
	log := loggedFailure + "\n" + loggedSuccess + "\n" + third + "\n"
	for _, address := range []string{"acme.atlassian.net", "https://acme.atlassian.net/wiki/spaces/A/pages/1?b=c", "ACME.atlassian.net/wiki"} {
		got := runLogsWith(t, nil, strings.NewReader(log), "--site", address, "--reason", "SUP-123")
		// Two records have it.
		if got.code != 0 || !strings.Contains(got.stdout, "req-fails-1") || !strings.Contains(got.stdout, "req-works-1") || strings.Contains(got.stdout, "req-other-1") {
			t.Errorf("%s: %+v", address, got)
		}
		if strings.Count(got.record, `"site":"aaaaaaaaaaaa"`) != 1 || strings.Count(got.record, `"site":"bbbbbbbbbbbb"`) != 1 {
			t.Errorf("%s: that is on record as\n%s", address, got.record)
		}
	}
	for address, says := range map[string]string{"other.atlassian.net": "no site", "https://down.atlassian.net": "redis is down"} {
		got := runLogsWith(t, nil, strings.NewReader(log), "--site", address, "--reason", "SUP-123")
		if got.code != 1 || !strings.Contains(got.stderr, says) || got.stdout+got.record != "" {
			t.Errorf("%s: %+v", address, got)
		}
	}
}

func TestLogsSaysWhatItWasCalledWrongWith(t *testing.T) {
	for args, says := range map[string]string{
		"--reason SUP-1 --since yesterday":     "--since",
		"--reason SUP-1 --until tomorrow":      "--until",
		"--reason SUP-1 --level fatal":         "--level",
		"--reason SUP-1 --until 2h --since 1h": "before --since",
		"--reason SUP-1 --until 1h --follow":   "no end",
		"--reason SUP-1 a b":                   "one file",
		"--reason SUP-1 a --cloudwatch":        "not both",
		"--reason SUP-1 --colour":              "colour",
	} {
		if got := runLogsWith(t, nil, strings.NewReader(""), strings.Fields(args)...); got.code != 2 || !strings.Contains(got.stderr, says) || got.record != "" {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := runLogsWith(t, nil, strings.NewReader(""), "--help"); got.code != 0 || got.stdout != logsUsage {
		t.Errorf("--help: %+v", got)
	}
}

func TestALogThatCannotBeReadIsAFailure(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	if got := runLogsWith(t, nil, characterDevice(t), missing, "--reason", "SUP-123"); got.code != 1 || !strings.Contains(got.stderr, "cannot be read") {
		t.Errorf("of a file that is not there: %+v", got)
	}
	got := runLogsWith(t, &cloudLog{err: errors.New("logs_filter: denied")}, characterDevice(t), "--reason", "SUP-123")
	if got.code != 1 || !strings.Contains(got.stderr, "logs_filter: denied") || !strings.Contains(got.stdout, "req-works-1") {
		t.Errorf("of a CloudWatch that refuses: %+v", got)
	}
}

func TestColourIsForATerminalThatWantsIt(t *testing.T) {
	environment := func(set string) func(string) string {
		return func(name string) string {
			if value, ok := strings.CutPrefix(set, name+"="); ok {
				return value
			}
			return ""
		}
	}
	tests := map[string]struct {
		set    string
		stdout io.Writer
		want   bool
	}{
		"a terminal":                  {"TERM=xterm", characterDevice(t), true},
		"a terminal behind a Writer":  {"TERM=xterm", terminal.NewWriter(characterDevice(t)), true},
		"a terminal and NO_COLOR":     {"NO_COLOR=1", characterDevice(t), false},
		"a terminal that has none":    {"TERM=dumb", characterDevice(t), false},
		"a file or a pipe, no matter": {"TERM=xterm", &bytes.Buffer{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wantsColour(environment(test.set), test.stdout); got != test.want {
				t.Errorf("wantsColour = %v", got)
			}
		})
	}
}

func TestLogsWorksWithoutCloudWatch(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := runLogs(t.Context(), []string{"--reason", "SUP-123"}, os.Getenv, strings.NewReader(loggedFailure), &stdout, &stderr)
	if code != 0 || !strings.Contains(stdout.String(), "req-fails-1") {
		t.Errorf("code %d, %q, %q", code, stdout.String(), stderr.String())
	}
}
