package logreader

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"labelup/internal/technicallog"
)

// Query is what to show. Empty fields ask for everything, but for Level: its
// zero value is info.
type Query struct {
	Sites   []string // any of them, each as ParseSite returns it
	Request string   // a request id, whole
	Since   time.Time
	Until   time.Time  // not included
	Level   slog.Level // at least
	Follow  bool       // go on with what is written from now on
}

// ParseSite returns how a site appears in the log, from its client key or from
// its hash, short or whole: 12 to 64 hex digits are taken for a hash.
func ParseSite(text string) string {
	if hash, ok := technicallog.ParseHash(text); ok {
		return technicallog.ShortHash(hash)
	}
	return technicallog.SiteHash(text)
}

// ParseTime reads a duration before now, such as 90m or 1h30m, a time of the
// last 24 hours in UTC, such as 14:05, or a time as RFC 3339 has it.
func ParseTime(text string, now time.Time) (time.Time, error) {
	if before, err := time.ParseDuration(text); err == nil {
		if before < 0 {
			return time.Time{}, errors.New("it is in the future")
		}
		return now.Add(-before), nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		year, month, day := now.UTC().Date()
		at := time.Date(year, month, day, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
		if at.After(now) {
			at = at.AddDate(0, 0, -1)
		}
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("it must be a duration such as 90m or 24h, or a time of UTC such as 14:05 or 2026-11-22T14:05:00Z")
	}
	return at, nil
}

// ParseLevel reads debug, info, warn or error.
func ParseLevel(text string) (slog.Level, error) {
	switch strings.ToLower(text) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	default:
		return 0, fmt.Errorf("it must be debug, info, warn or error")
	}
}

// wantsRecord decides by what each line says of itself.
func (q Query) wantsRecord(r record) bool {
	switch {
	case q.Request != "" && r.RequestID != q.Request,
		!q.Since.IsZero() && r.Time.Before(q.Since),
		!q.Until.IsZero() && !r.Time.Before(q.Until):
		return false
	default:
		// Of a request that went well the router says nothing that our own line does not.
		return r.Message != router || r.Code != ""
	}
}

// wantsEvent decides by all lines of a request: a panic and the router name no
// site, and why a request failed is often in a call that was only a warning.
func (q Query) wantsEvent(e *event) bool {
	site, level := len(q.Sites) == 0, false
	for _, r := range e.records {
		site = site || slices.Contains(q.Sites, r.Site)
		level = level || r.Level >= q.Level
	}
	return site && level
}
