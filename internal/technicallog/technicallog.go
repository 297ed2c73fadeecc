// Package technicallog writes the technical log: one JSON line per request and
// per call that the service makes, so that support can answer "why did it fail
// for this site at 14:05" and nobody can learn anything about a customer from it.
//
// The fields are a closed list, see fields.go. A field that is not on it is left
// out and counted; a text value that is not a plain technical word is withheld.
// So a title, a label, a person or a URL cannot get in by mistake, only by
// changing this package. What else is made of the log, such as metrics, watches
// the same records and so cannot know more than the log says.
package technicallog

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
)

// New returns the technical log, as JSON lines on w of this level and above.
// Watchers get the same records after the list was applied to them, but always
// from info up: what is counted does not depend on what is written.
func New(w io.Writer, level slog.Leveler, watchers ...slog.Handler) *slog.Logger {
	return slog.New(closed{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}), watchers})
}

// closed is a handler that lets only the fields of the list through.
type closed struct {
	lines    slog.Handler
	watchers []slog.Handler
}

func (h closed) Enabled(ctx context.Context, level slog.Level) bool {
	return h.lines.Enabled(ctx, level) || watched(level) && len(h.watchers) > 0
}

// watched reports whether watchers get records of this level.
func watched(level slog.Level) bool { return level >= slog.LevelInfo }

func (h closed) Handle(ctx context.Context, record slog.Record) error {
	if !plainWords(record.Message) {
		record.Message = withheld
	}
	if permittedWhole(record) {
		return h.pass(ctx, record)
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
	return h.pass(ctx, kept)
}

func (h closed) pass(ctx context.Context, record slog.Record) (err error) {
	if h.lines.Enabled(ctx, record.Level) {
		err = h.lines.Handle(ctx, record)
	}
	if !watched(record.Level) {
		return err
	}
	for _, watcher := range h.watchers {
		if watcher.Enabled(ctx, record.Level) {
			err = errors.Join(err, watcher.Handle(ctx, record.Clone()))
		}
	}
	return err
}

func (h closed) WithAttrs(attrs []slog.Attr) slog.Handler {
	kept := make([]slog.Attr, 0, len(attrs))
	for _, attr := range attrs {
		if attr, ok := permitted(attr); ok {
			kept = append(kept, attr)
		}
	}
	watchers := make([]slog.Handler, len(h.watchers))
	for i, watcher := range h.watchers {
		watchers[i] = watcher.WithAttrs(kept)
	}
	return closed{h.lines.WithAttrs(kept), watchers}
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
