// Package technicallog writes the technical log: one JSON line per request and
// per call to Confluence, made so that support can answer "why did it fail for
// this site at 14:05" and nobody can learn anything about a customer from it.
//
// The fields are a closed list. A field that is not on it is left out and
// counted; a text value that is not a plain technical word is withheld. So a
// title, a label, a person or a URL cannot get in by mistake, only by changing
// this file.
package technicallog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// The fields of the log, each with what it may hold.
const (
	Route      = "route"       // the route's template, never the URL
	Method     = "method"      // HTTP method
	Status     = "status"      // HTTP status we answered, or that Confluence answered in a call
	Kind       = "kind"        // kind of fault, see package fault
	Reason     = "reason"      // fixed word saying why
	Cause      = "cause"       // class of a lower error, from CauseOf
	Duration   = "duration_ms" // milliseconds, fractional
	Site       = "site"        // SiteHash of the client key
	RequestID  = "request_id"  // also in the X-Request-Id header and in what a person sees
	Operation  = "operation"   // name of a call to Confluence, a fixed word
	Retries    = "retries"     // further tries a call needed
	Points     = "points"      // estimated rate-limit points of a call
	NearLimit  = "near_limit"  // Confluence says that its rate limit is near
	Count      = "count"       // how many of something the event names
	Address    = "address"     // our own listen address or URL without path and query
	Version    = "version"     // version of the program
	Setting    = "setting"     // name of an environment variable
	Place      = "place"       // function and line in our own code, for panics
	fieldsLost = "fields_lost" // how many fields were not on this list
)

var fields = map[string]bool{
	slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true,
	Route: true, Method: true, Status: true, Kind: true, Reason: true, Cause: true,
	Duration: true, Site: true, RequestID: true, Operation: true, Retries: true, Points: true,
	NearLimit: true, Count: true, Address: true, Version: true, Setting: true, Place: true,
}

// New returns the technical log, as JSON lines on w.
func New(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(closed{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

// closed is a handler that lets only the fields of the list through.
type closed struct{ next slog.Handler }

func (h closed) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h closed) Handle(ctx context.Context, record slog.Record) error {
	if !plainWords(record.Message) {
		record.Message = withheld
	}
	if permittedWhole(record) {
		return h.next.Handle(ctx, record)
	}
	kept := slog.NewRecord(record.Time, record.Level, record.Message, 0)
	lost := 0
	record.Attrs(func(attr slog.Attr) bool {
		if attr, ok := permitted(attr); ok {
			kept.AddAttrs(attr)
		} else {
			lost++
		}
		return true
	})
	if lost > 0 {
		kept.AddAttrs(slog.Int(fieldsLost, lost))
	}
	return h.next.Handle(ctx, kept)
}

func (h closed) WithAttrs(attrs []slog.Attr) slog.Handler {
	kept := make([]slog.Attr, 0, len(attrs))
	for _, attr := range attrs {
		if attr, ok := permitted(attr); ok {
			kept = append(kept, attr)
		}
	}
	return closed{h.next.WithAttrs(kept)}
}

// WithGroup ignores the group: the list of fields is flat.
func (h closed) WithGroup(string) slog.Handler { return h }

// permittedWhole reports whether a record may be written as it is, which saves
// building another one for nearly every line.
func permittedWhole(record slog.Record) bool {
	whole := true
	record.Attrs(func(attr slog.Attr) bool {
		kept, ok := permitted(attr)
		whole = ok && kept.Equal(attr)
		return whole
	})
	return whole
}

func permitted(attr slog.Attr) (slog.Attr, bool) {
	if !fields[attr.Key] {
		return attr, false
	}
	attr.Value = attr.Value.Resolve()
	switch attr.Value.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool:
		return attr, true
	case slog.KindDuration:
		attr.Value = slog.Float64Value(float64(attr.Value.Duration().Microseconds()) / 1000)
		return attr, true
	case slog.KindString:
		if !technicalWord(attr.Value.String()) {
			attr.Value = slog.StringValue(withheld)
		}
		return attr, true
	default:
		return attr, false
	}
}

// withheld stands in for a text that is not a technical word.
const withheld = "[withheld]"

// plainWords admits a message as a programmer writes it: letters, hyphens and
// spaces. What was put together with a value has more than that.
func plainWords(text string) bool {
	return len(text) <= 60 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -") == ""
}

// technicalWord admits what our own code writes: identifiers, routes,
// addresses and versions, in ASCII and without spaces, query or quotes.
func technicalWord(text string) bool {
	if len(text) > 120 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		letterOrDigit := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letterOrDigit && !strings.ContainsRune("_-./:{}*()[]", rune(c)) {
			return false
		}
	}
	return true
}

// SiteHash is how a site appears in the log: the first 12 hex digits of the
// SHA-256 of its client key. Support computes the same from a client key.
func SiteHash(clientKey string) string {
	if clientKey == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(clientKey))
	return hex.EncodeToString(sum[:6])
}

// CauseOf puts a lower error into one of a few classes. The error's own text
// is never logged: it may hold a URL with customer data in it.
func CauseOf(err error) string {
	var dns *net.DNSError
	var network net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection_refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection_lost"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	default:
		return "other"
	}
}

// Milliseconds gives a duration the log's unit.
func Milliseconds(d time.Duration) slog.Attr {
	return slog.Float64(Duration, float64(d.Microseconds())/1000)
}
