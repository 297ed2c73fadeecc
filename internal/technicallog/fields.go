package technicallog

import (
	"log/slog"
	"time"

	"labelup/internal/datamap"
)

// The fields of the log. What each may hold is declared in Data.
const (
	Route      = "route"
	Method     = "method"
	Status     = "status"
	Kind       = "kind"
	Reason     = "reason"
	Cause      = "cause"
	Duration   = "duration_ms"
	Site       = "site"
	RequestID  = "request_id"
	Operation  = "operation"
	Attempt    = "attempt"
	Retries    = "retries"
	Points     = "points"
	NearLimit  = "near_limit"
	Count      = "count"
	Address    = "address"
	Version    = "version"
	Setting    = "setting"
	Place      = "place"
	Support    = "support"
	Reference  = "reference"
	fieldsLost = "fields_lost"
)

// Data declares the log: it is the closed list itself, and the data map.
var Data = datamap.Named(namesOf(list), datamap.Store{
	Name:  "Technical log",
	Place: "standard output of the service, and CloudWatch Logs where that is set up",
	Kept:  datamap.LogDays + " days where the log is kept",
	Protection: "a closed list of fields that take numbers and technical words only: titles, labels, texts, addresses of pages, " +
		"people and secrets are withheld before a line is written",
	Fields: list,
})

const (
	ownWords   = "a fixed word of this service"
	ownMeasure = "measured by this service"
)

var list = []datamap.Field{
	{Name: slog.TimeKey, Origin: "the clock of this service", Purpose: "to find what happened at a moment that somebody reports"},
	{Name: slog.LevelKey, Origin: ownWords, Purpose: "to tell failures from the rest"},
	{Name: slog.MessageKey, Origin: ownWords + ": request, call, panic, start, …", Purpose: "to tell what kind of line it is"},
	{Name: Route, Origin: "the pattern of the address that was called, such as /macro/labels; never the address with its query",
		Purpose: "to find which part of the app is slow or fails"},
	{Name: Method, Origin: "the HTTP method of the request", Purpose: "to tell reading from changing"},
	{Name: Status, Origin: "the HTTP status that this service answered with, or in a call was answered with", Purpose: "to find failures"},
	{Name: Kind, Origin: ownWords + ": the kind of fault", Purpose: "to find why something failed"},
	{Name: Reason, Origin: ownWords + ": the reason of the fault", Purpose: "to find why something failed"},
	{Name: Cause, Origin: ownWords + ": the class of a lower error, never its text", Purpose: "to find why something failed"},
	{Name: Duration, Origin: ownMeasure + ", in milliseconds", Purpose: "to find what is slow"},
	{Name: Site, Origin: "made from the client key that Confluence gave the site; where a call was refused, from the one it claims",
		Purpose:    "to find the lines of one site when its people report a fault",
		Protection: "the first 12 hex digits of the key's SHA-256, which without the client key does not tell which site it is"},
	{Name: RequestID, Origin: "a random number, from the router in front of this service or made by it",
		Purpose: "to find the lines of one request; it is also shown to the person whose request failed"},
	{Name: Operation, Origin: ownWords + ": what was asked of Confluence, Atlassian, Redis or AWS", Purpose: "to find which call is slow or fails"},
	{Name: Attempt, Origin: "counted by this service, from 1", Purpose: "to tell the exchanges of one call apart"},
	{Name: Retries, Origin: "counted by this service", Purpose: "to find calls that needed more than one try"},
	{Name: Points, Origin: "estimated by this service", Purpose: "to stay within the rate limits of Confluence"},
	{Name: NearLimit, Origin: "the answer of Confluence: its rate limit is near, or not", Purpose: "to stay within the rate limits of Confluence"},
	{Name: Count, Origin: "counted by this service", Purpose: "to say how many of something the line names"},
	{Name: Address, Origin: "the settings: an address of this service itself, without path and query", Purpose: "to find which process wrote the line"},
	{Name: Version, Origin: "the version of the program", Purpose: "to find with which version a fault began"},
	{Name: Setting, Origin: "the name of a setting, never its value", Purpose: "to find a wrong setting"},
	{Name: Place, Origin: "a function and line of this program", Purpose: "to find where the program failed"},
	{Name: Support, Origin: ownWords + ": what a support command did", Purpose: "to show what support looked at or changed"},
	{Name: Reference, Origin: "the number of a ticket, typed by the person of support", Purpose: "to show why support looked at or changed something"},
	{Name: fieldsLost, Origin: "counted by this service", Purpose: "to notice fields that were left out because they are not on this list"},
}

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
