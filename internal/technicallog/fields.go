package technicallog

import (
	"log/slog"
	"strings"
	"time"

	"labelup/internal/datamap"
)

const (
	ownWords   = "a fixed word of this service"
	ownMeasure = "measured by this service"
)

// list is the closed list of fields, in the order of their declarations below.
var list []datamap.Field

// The fields of the log. Each is declared here and nowhere else: the list, the
// data map and the tables in docs are made from this.
var (
	_ = declare(slog.TimeKey, "the clock of this service", "to find what happened at a moment that somebody reports")
	_ = declare(slog.LevelKey, ownWords, "to tell failures from the rest")
	_ = declare(slog.MessageKey, ownWords+": request, call, panic, start, …", "to tell what kind of line it is")

	Route    = declare("route", "the pattern of the address that was called, such as /macro/labels; never the address with its query", "to find which part of the app is slow or fails")
	Method   = declare("method", "the HTTP method of the request", "to tell reading from changing")
	Status   = declare("status", "the HTTP status that this service answered with, or in a call was answered with", "to find failures")
	Kind     = declare("kind", ownWords+": the kind of fault", "to find why something failed")
	Reason   = declare("reason", ownWords+": the reason of the fault", "to find why something failed")
	Cause    = declare("cause", ownWords+": the class of a lower error, never its text", "to find why something failed")
	Duration = declare("duration_ms", ownMeasure+", in milliseconds", "to find what is slow")
	Site     = declare("site", "made from the client key that Confluence gave the site; where a call was refused, from the one it claims", "to find the lines of one site when its people report a fault",
		"the first 12 hex digits of the key's SHA-256, which without the client key does not tell which site it is")
	RequestID  = declare("request_id", "a random number, from the router in front of this service or made by it", "to find the lines of one request; it is also shown to the person whose request failed")
	Operation  = declare("operation", ownWords+": what was asked of Confluence, Atlassian, Redis or AWS", "to find which call is slow or fails")
	Attempt    = declare("attempt", "counted by this service, from 1", "to tell the exchanges of one call apart")
	Retries    = declare("retries", "counted by this service", "to find calls that needed more than one try")
	Points     = declare("points", "estimated by this service", "to stay within the rate limits of Confluence")
	NearLimit  = declare("near_limit", "the answer of Confluence: its rate limit is near, or not", "to stay within the rate limits of Confluence")
	Count      = declare("count", "counted by this service", "to say how many of something the line names")
	Address    = declare("address", "the settings: an address of this service itself, without path and query", "to find which process wrote the line")
	Version    = declare("version", "the version of the program", "to find with which version a fault began")
	Setting    = declare("setting", "the name of a setting, never its value", "to find a wrong setting")
	Place      = declare("place", "a function and line of this program", "to find where the program failed")
	Support    = declare("support", ownWords+": what a support command did", "to show what support looked at or changed")
	Reference  = declare("reference", "the number of a ticket, typed by the person of support", "to show why support looked at or changed something")
	fieldsLost = declare("fields_lost", "counted by this service", "to notice fields that were left out because they are not on this list")
)

// declare adds a field to the list. Its protection is only said where it is not
// that of the whole log.
func declare(name, origin, purpose string, protection ...string) string {
	list = append(list, datamap.Field{Name: name, Origin: origin, Purpose: purpose, Protection: strings.Join(protection, "")})
	return name
}

// Data declares the log: it is the closed list itself, and the data map.
var Data = datamap.Named(namesOf(list), datamap.Store{
	Name:  "Technical log",
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
