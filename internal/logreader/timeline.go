package logreader

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"labelup/internal/runbook"
)

// Timeline writes what the query asks for in the order of time, each request
// with its calls beneath it. With colour it is for a terminal.
func Timeline(ctx context.Context, source Source, query Query, w io.Writer, colour bool) (Counts, error) {
	t := &timeline{out: bufio.NewWriter(w), colour: colour, hinted: map[string]bool{}}
	return read(ctx, source, query, t.write)
}

type timeline struct {
	out    *bufio.Writer
	colour bool
	day    string
	hinted map[string]bool // by the section of the runbook
}

// write prints an event: its request first, if there is one.
func (t *timeline) write(e *event) error {
	head := 0
	for at, r := range e.records {
		if r.Message == request {
			head = at
			break
		}
	}
	t.record(e.records[head], false)
	for at, r := range e.records {
		if at != head {
			t.record(r, true)
		}
	}
	if e.left > 0 {
		fmt.Fprintf(t.out, "%s  and %d more lines of this request\n", margin, e.left)
	}
	for _, r := range e.records {
		t.hint(r)
	}
	return t.out.Flush()
}

// margin is as wide as the columns of time, level, status and duration.
var margin = strings.Repeat(" ", len("14:05:12.345 error 502    8012 ms "))

// record prints a line. A part is of the event whose head was printed before.
func (t *timeline) record(r record, part bool) {
	if day := r.Time.Format(time.DateOnly); day != t.day {
		t.day = day
		fmt.Fprintf(t.out, "%s\n", t.paint(bold, day+" UTC"))
	}
	status, took := "-", ""
	if r.Status != 0 {
		status = fmt.Sprint(r.Status)
	}
	if r.Message == request || r.Duration > 0 {
		took = milliseconds(r.Duration)
	}
	indent := ""
	if part {
		indent = "  "
	}
	fmt.Fprintf(t.out, "%s %s %3s %10s %s%s\n", r.Time.Format("15:04:05.000"), t.level(r.Level), status, took, indent,
		strings.Join(describe(r, part), "  "))
}

// describe says in a few words what a record holds besides its columns.
func describe(r record, part bool) []string {
	var words []string
	add := func(format string, value any, there bool) {
		if there {
			words = append(words, fmt.Sprintf(format, value))
		}
	}
	switch r.Message {
	case request:
		words = append(words, strings.TrimSpace(r.Method+" "+r.Route))
	case call:
		words = append(words, call+" "+r.Operation)
	default:
		words = append(words, r.Message)
		add("%s", r.Code, r.Code != "")
		add("%s", r.Method, r.Method != "")
		add("%s", r.Route, r.Route != "")
		add("%s", r.Operation, r.Operation != "")
	}
	add("%s", strings.TrimSpace(r.Kind+" "+r.Reason), r.Kind != "" || r.Reason != "")
	add("cause %s", r.Cause, r.Cause != "")
	add("attempt %d", r.Attempt, r.Attempt != 0)
	add("retries %d", r.Retries, r.Retries != 0)
	add("points %d", r.Points, r.Points != 0)
	add("%s", "near the rate limit", r.NearLimit)
	add("count %d", r.Count, r.Count != 0)
	add("at %s", r.Place, r.Place != "")
	add("address %s", r.Address, r.Address != "")
	add("version %s", r.Version, r.Version != "")
	add("support %s", r.Support, r.Support != "")
	add("ticket %s", r.Reference, r.Reference != "")
	add("fields lost %d", r.Lost, r.Lost != 0)
	add("site %s", r.Site, r.Site != "" && !part)
	add("request %s", r.RequestID, r.RequestID != "" && !part)
	return words
}

// hint prints what the runbook says to look at first, once for each section.
func (t *timeline) hint(r record) {
	kind := r.Kind
	if r.Code != "" {
		kind = herokuSection
	}
	entry, ok := runbook.For(kind, r.Reason)
	if !ok || kind == "" || t.hinted[entry.Anchor] {
		return
	}
	t.hinted[entry.Anchor] = true
	fmt.Fprintf(t.out, "%s%s\n", margin, t.paint(faint, "  > "+entry.Hint+" (runbook: "+entry.Anchor+")"))
}

// herokuSection of the runbook explains the codes of Heroku.
const herokuSection = "service-down"

// The colours of a terminal.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	yellow = "33"
)

func (t *timeline) paint(style, text string) string {
	if !t.colour {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *timeline) level(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return t.paint(red, "error")
	case level >= slog.LevelWarn:
		return t.paint(yellow, "warn ")
	case level >= slog.LevelInfo:
		return "info "
	default:
		return t.paint(faint, "debug")
	}
}

func milliseconds(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
