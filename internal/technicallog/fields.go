package technicallog

import (
	"log/slog"
	"strings"
	"time"

	"labelup/internal/datamap"
)

const (
	ownWord  = "a fixed word of this service"
	measured = "counted or measured by this service"
)

// list is the closed list of fields, in the order of their declarations below.
var list []datamap.Field

// The fields of the log. Each is declared here and nowhere else: the list, the
// data map and the tables in docs are made from this. It says what it holds,
// where that comes from, and what it is for.
var (
	_ = declare(slog.TimeKey, "when the line was written", "the clock of this service", "to find what happened at a moment that somebody reports")
	_ = declare(slog.LevelKey, "how grave it is: DEBUG, INFO, WARN or ERROR", ownWord, "to tell failures from the rest")
	_ = declare(slog.MessageKey, "the kind of line: request (one per request), call (one per call to somebody else), panic, start, stop, …", ownWord, "to tell what happened")

	Route    = declare("route", "the pattern of the address that was called, such as /macro/labels; never the address with its query", ownWord, "to find which part of the app is slow or fails")
	Method   = declare("method", "the HTTP method of the request", "the request", "to tell reading from changing")
	Status   = declare("status", "of a request: the HTTP status that this service answered with; of a call: the one that it was answered with", "this service, or whom it called", "to find failures")
	Kind     = declare("kind", "the kind of fault", ownWord, "to find why something failed")
	Reason   = declare("reason", "why it is a fault of this kind", ownWord, "to find why something failed")
	Cause    = declare("cause", "the class of the lower error behind it, never its text", ownWord, "to find why something failed")
	Duration = declare("duration_ms", "how long it took, in milliseconds", measured, "to find what is slow")
	Site     = declare("site", "the first 12 hex digits of the SHA-256 of what its host names the site by: Connect's client key, Forge's installation; where a call was refused, of the name that it claims", "Connect's install call, or Forge's call", "to find the lines of one site when its people report a fault",
		"without the key or the installation's id it does not tell which site it is")
	RequestID  = declare("request_id", "a random number of the request; it is also in the answer's X-Request-Id and in the errors that people see", "the router in front of this service, or this service", "to find the lines of the request that somebody reports")
	Operation  = declare("operation", "which call it was to Confluence, Atlassian, Redis or AWS, or which step of a backup", ownWord, "to find which call is slow or fails")
	Attempt    = declare("attempt", "of a call: 1, and one more for each redirect that led to this exchange", measured, "to tell the exchanges of one call apart")
	Retries    = declare("retries", "of a call: how many further tries it took", measured, "to find calls that needed more than one try")
	Points     = declare("points", "of a call to Confluence: how many points of its rate limit the call costs, estimated", measured, "to stay within the rate limits of Confluence")
	NearLimit  = declare("near_limit", "of a call: whether Confluence said that its rate limit is near", "the answer of Confluence", "to stay within the rate limits of Confluence")
	Count      = declare("count", "of a backup: how many records it wrote, and how many old backups it deleted, together", measured, "to see how much was done")
	Address    = declare("address", "of start: the address and port that the service listens on", "the settings", "to find which process wrote the line")
	Version    = declare("version", "of start: the version of the program", "the program", "to find with which version a fault began")
	Place      = declare("place", "of panic: the function and line of the program where it happened", "the program", "to find where the program failed")
	Support    = declare("support", "what a support command did", ownWord, "to show what support looked at or changed")
	Reference  = declare("reference", "the number of the ticket of a support command", "the person of support, who types it", "to show why support looked at or changed something")
	fieldsLost = declare("fields_lost", "how many fields the line lost because they are not on this list", measured, "to notice such fields")
)

// declare adds a field to the list. Its protection is only said where it is not
// that of the whole log.
func declare(name, holds, origin, purpose string, protection ...string) string {
	list = append(list, datamap.Field{Name: name, Holds: holds, Origin: origin, Purpose: purpose, Protection: strings.Join(protection, "")})
	return name
}

// Data declares the log: it is the closed list itself, and the data map.
var Data = datamap.Named(namesOf(list), datamap.Store{
	Name:  "Technical log",
	On:    datamap.WithService,
	Place: "standard output of the service, and CloudWatch Logs where that is set up",
	Kept:  datamap.LogDays + " days where the log is kept",
	Protection: "a closed list of fields that take numbers and technical words only: titles, labels, texts, addresses of pages, " +
		"people and secrets are withheld before a line is written",
	Fields: list,
})

// fields are the names that a record may bring. The others are the log's own.
var fields = func() map[string]bool {
	names := map[string]bool{}
	for _, field := range Data.Fields {
		names[field.Name] = true
	}
	for _, own := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey, fieldsLost} {
		delete(names, own)
	}
	return names
}()

func namesOf(list []datamap.Field) []string {
	names := make([]string, len(list))
	for i, field := range list {
		names[i] = field.Name
	}
	return names
}

// Milliseconds gives a duration the log's unit.
func Milliseconds(d time.Duration) slog.Attr {
	return slog.Float64(Duration, float64(d.Microseconds())/1000)
}
