package technicallog

import (
	"io"
	"log/slog"
	"testing"
	"time"
)

// The line that every request writes.
func BenchmarkALineOfARequest(b *testing.B) {
	nothing := func(Line) {}
	for name, watchers := range map[string][]slog.Handler{
		"without watchers": nil,
		"with two":         {NewWatcher(nothing), NewWatcher(nothing)},
	} {
		b.Run(name, func(b *testing.B) {
			log := New(io.Discard, slog.LevelInfo, watchers...)
			b.ReportAllocs()
			for b.Loop() {
				writeRequestLine(b, log)
			}
		})
	}
}

func writeRequestLine(b *testing.B, log *slog.Logger) {
	log.LogAttrs(b.Context(), slog.LevelInfo, "request",
		slog.String(Route, "/macro/labels"),
		slog.String(Method, "GET"),
		slog.Int(Status, 200),
		Milliseconds(1500*time.Microsecond),
		slog.String(RequestID, "4Q7ZKMWXJ2N5B3V6C8D9"),
		slog.String(Site, "0123456789ab"))
}
