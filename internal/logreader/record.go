// Package logreader reads the technical log back for support: lines from a
// file, a Heroku drain or CloudWatch become a timeline or a summary.
//
// What it reads is not trusted: lines are bounded in length, everything else in
// number, and no text of a line reaches a terminal unless it is printable ASCII.
// It must not show what the technical log would not have written: of a line of
// Heroku's router the address that was called is dropped, of what Heroku says of
// a process only how it failed is kept, and every other line is skipped and
// counted.
//
// Sources: package technicallog for its lines, RFC 5424 and RFC 6587 (octet
// counting) for syslog, Heroku's documentation of log drains, which leave out
// the structured data of RFC 5424, and of its error codes.
package logreader

import (
	"encoding/json"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// record is one line of the technical log, of Heroku's router, or of Heroku on
// a process that failed. Empty and 0 stand for a field that the line does not
// have.
type record struct {
	Time      time.Time  `json:"time"`
	Level     slog.Level `json:"level"`
	Message   string     `json:"msg"`
	Route     string     `json:"route"`
	Method    string     `json:"method"`
	Status    int        `json:"status"`
	Kind      string     `json:"kind"`
	Reason    string     `json:"reason"`
	Cause     string     `json:"cause"`
	Duration  float64    `json:"duration_ms"` // milliseconds, from 0 to a day
	Site      string     `json:"site"`
	RequestID string     `json:"request_id"`
	Operation string     `json:"operation"`
	Attempt   int        `json:"attempt"`
	Retries   int        `json:"retries"`
	Points    int        `json:"points"`
	NearLimit bool       `json:"near_limit"`
	Count     int        `json:"count"`
	Address   string     `json:"address"`
	Version   string     `json:"version"`
	Place     string     `json:"place"`
	Support   string     `json:"support"`
	Reference string     `json:"reference"`
	Lost      int        `json:"fields_lost"`

	Code string `json:"-"` // of Heroku: H12, R14, …, or exited or crashed
}

// The messages that have a meaning here. Heroku's two are none that the
// technical log writes.
const (
	request = "request"
	call    = "call"
	router  = "heroku router"
	process = "heroku process"
)

// parse reads one line, without its line end, in any of the forms that the log
// comes in. It is false for whatever is no line of the log.
func parse(line string) (record, bool) {
	head := parseHeader(strings.TrimSpace(line))
	switch {
	case head.app == "heroku" && head.process == "router":
		return parseRouter(head)
	case head.app == "heroku":
		return parseProcess(head)
	}
	text := head.message
	if !strings.HasPrefix(text, "{") {
		// The name of a stream or of a program may stand in front.
		at := strings.Index(text[:min(len(text), maxPrefix)], " {")
		if at < 0 {
			return record{}, false
		}
		text = text[at+1:]
	}
	var r record
	if json.Unmarshal([]byte(text), &r) != nil || r.Time.IsZero() || r.Message == "" {
		return record{}, false
	}
	r.Time = r.Time.UTC()
	r.Duration = duration(r.Duration)
	for _, text := range []*string{
		&r.Message, &r.Route, &r.Method, &r.Kind, &r.Reason, &r.Cause, &r.Site, &r.RequestID, &r.Operation,
		&r.Address, &r.Version, &r.Place, &r.Support, &r.Reference,
	} {
		*text = printable(*text)
	}
	if r.Message == router || r.Message == process {
		return record{}, false // what says so and is none
	}
	return r, true
}

// maxPrefix is within how many bytes a line's JSON has to begin.
const maxPrefix = 512

// header is what log services put in front of a line.
type header struct {
	time         string
	app, process string
	message      string
}

// parseHeader knows two forms and takes everything else for a bare message:
//
//	2026-11-22T06:35:53.000000+00:00 app[web.1]: message
//	83 <40>1 2026-11-22T06:35:53+00:00 host app web.1 - [structured data] message
func parseHeader(line string) header {
	if strings.HasPrefix(line, "{") {
		return header{message: line}
	}
	if body := strings.TrimLeft(line, "0123456789"); body != line && strings.HasPrefix(body, " <") {
		line = body[1:]
	}
	if strings.HasPrefix(line, "<") {
		// <priority>version, time, host, app, process, message id, the rest
		parts := strings.SplitN(line, " ", 7)
		if len(parts) < 7 {
			return header{message: line}
		}
		return header{time: parts[1], app: parts[3], process: parts[4], message: afterStructuredData(parts[6])}
	}
	stamp, rest, _ := strings.Cut(line, " ")
	source, message, found := strings.Cut(rest, "]: ")
	app, process, bracketed := strings.Cut(source, "[")
	if found && bracketed && !strings.ContainsAny(source, " {") {
		return header{time: stamp, app: app, process: process, message: message}
	}
	return header{message: line}
}

// at is the header's time, in UTC. Heroku's own lines have no other.
func (h header) at() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, h.time)
	return at.UTC(), err == nil && !at.IsZero()
}

// afterStructuredData skips "- " or "[id name="value"]…", which Heroku leaves out.
func afterStructuredData(text string) string {
	if rest, found := strings.CutPrefix(text, "- "); found {
		text = rest
	}
	for strings.HasPrefix(text, "[") {
		end := endOfElement(text)
		if end < 0 {
			return text
		}
		text = text[end:]
	}
	return strings.TrimPrefix(strings.TrimLeft(text, " "), "\ufeff")
}

// endOfElement is behind the bracket that closes an element, -1 without one.
func endOfElement(text string) int {
	quoted := false
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			quoted = !quoted
		case ']':
			if !quoted {
				return at + 1
			}
		}
	}
	return -1
}

// parseRouter reads what Heroku's router says of a request. Path, host and the
// caller's address are not taken over.
func parseRouter(head header) (record, bool) {
	at, ok := head.at()
	if !ok {
		return record{}, false
	}
	r := record{Time: at, Message: router}
	rest := head.message
	for rest != "" {
		var name, value string
		name, value, rest = nextPair(rest)
		switch name {
		case "at":
			switch value {
			case "error":
				r.Level = slog.LevelError
			case "warning":
				r.Level = slog.LevelWarn
			}
		case "code":
			r.Code = printable(value)
		case "method":
			r.Method = printable(value)
		case "request_id":
			r.RequestID = printable(value)
		case "status":
			r.Status, _ = strconv.Atoi(value)
		case "service":
			ms, _ := strconv.ParseFloat(strings.TrimSuffix(value, "ms"), 64)
			r.Duration = duration(ms)
		}
	}
	return r, true
}

// nextPair cuts name=value or name="value" off the front.
func nextPair(text string) (name, value, rest string) {
	text = strings.TrimLeft(text, " ")
	end := strings.IndexAny(text, "= ")
	if end < 0 || text[end] == ' ' {
		if end < 0 {
			end = len(text)
		}
		return text[:end], "", text[end:]
	}
	name, text = text[:end], text[end+1:]
	if !strings.HasPrefix(text, `"`) {
		value, rest, _ = strings.Cut(text, " ")
		return name, value, rest
	}
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return name, text[1:at], text[at+1:]
		}
	}
	return name, "", "" // the quote is not closed: there is nothing to trust behind it
}

// duration keeps nonsense out of the numbers that are made of it.
func duration(ms float64) float64 {
	if math.IsNaN(ms) {
		return 0
	}
	return min(max(ms, 0), maxDuration)
}

const maxDuration = 24 * 60 * 60 * 1000 // milliseconds: a day

const maxText = 120 // bytes of one field, as in package technicallog

// printable keeps a text from steering a terminal, and from filling it.
func printable(text string) string {
	if len(text) > maxText || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "[withheld]"
	}
	return text
}
