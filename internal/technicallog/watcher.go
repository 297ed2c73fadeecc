package technicallog

import (
	"context"
	"log/slog"
	"math"
	"time"
)

// Line is a line of the log as a watcher reads it: the fields that can be
// counted or shown. A field that the line does not have is zero. Texts are
// technical words or "[withheld]"; numbers are never negative.
type Line struct {
	Message    string
	Level      slog.Level
	Route      string
	Method     string
	Status     int
	Kind       string
	Reason     string
	Cause      string
	Duration   time.Duration
	Site       string
	RequestID  string
	Operation  string
	Retries    int
	Points     int
	NearLimit  bool
	Version    string
	FieldsLost int
}

// Watcher is a handler for New that shows a function every line. The function
// is called by several goroutines at once and must not wait for anything: the
// request that wrote the line waits for it.
type Watcher struct {
	see   func(Line)
	given Line // with the fields given beforehand
}

// NewWatcher returns a watcher for a function.
func NewWatcher(see func(Line)) Watcher { return Watcher{see: see} }

// Enabled implements slog.Handler.
func (w Watcher) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (w Watcher) Handle(_ context.Context, record slog.Record) error {
	line := w.given
	line.Message, line.Level = record.Message, record.Level
	record.Attrs(func(attr slog.Attr) bool {
		line.read(attr)
		return true
	})
	w.see(line)
	return nil
}

// WithAttrs implements slog.Handler.
func (w Watcher) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, attr := range attrs {
		w.given.read(attr)
	}
	return w
}

// WithGroup implements slog.Handler: the list of fields is flat.
func (w Watcher) WithGroup(string) slog.Handler { return w }

func (l *Line) read(attr slog.Attr) {
	switch attr.Key {
	case Route:
		l.Route = word(attr.Value)
	case Method:
		l.Method = word(attr.Value)
	case Status:
		l.Status = int(number(attr.Value))
	case Kind:
		l.Kind = word(attr.Value)
	case Reason:
		l.Reason = word(attr.Value)
	case Cause:
		l.Cause = word(attr.Value)
	case Duration:
		l.Duration = time.Duration(number(attr.Value) * float64(time.Millisecond))
	case Site:
		l.Site = word(attr.Value)
	case RequestID:
		l.RequestID = word(attr.Value)
	case Operation:
		l.Operation = word(attr.Value)
	case Retries:
		l.Retries = int(number(attr.Value))
	case Points:
		l.Points = int(number(attr.Value))
	case NearLimit:
		l.NearLimit = attr.Value.Kind() == slog.KindBool && attr.Value.Bool()
	case Version:
		l.Version = word(attr.Value)
	case fieldsLost:
		l.FieldsLost = int(number(attr.Value))
	}
}

func word(value slog.Value) string {
	if value.Kind() != slog.KindString {
		return ""
	}
	return value.String()
}

// number reads a number of any kind, within bounds in which nothing overflows.
func number(value slog.Value) float64 {
	var n float64
	switch value.Kind() {
	case slog.KindInt64:
		n = float64(value.Int64())
	case slog.KindUint64:
		n = float64(value.Uint64())
	case slog.KindFloat64:
		n = value.Float64()
	}
	if math.IsNaN(n) {
		return 0
	}
	return min(max(n, 0), 1e9)
}
