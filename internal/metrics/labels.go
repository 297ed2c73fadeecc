package metrics

import (
	"log/slog"
	"net/http"
	"strings"

	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// other is the value of every label whose own value is not one of ours.
const other = "other"

var kinds = set(
	string(fault.BadRequest), string(fault.Unauthorized), string(fault.Anonymous), string(fault.Unlicensed), string(fault.Blocked),
	string(fault.Forbidden), string(fault.NotFound), string(fault.WrongMethod), string(fault.Conflict), string(fault.TooLarge),
	string(fault.RateLimited), string(fault.Upstream), string(fault.Unavailable), string(fault.CallerLeft),
	string(fault.Internal))

// causes are those of technicallog.CauseOf and the classes of calls to AWS.
var causes = set(
	technicallog.Canceled, "timeout", "connection_refused", "connection_lost", "dns", "certificate", other,
	"throttled", "denied", "not_found", "exists", "unavailable")

// statuses are those that we answer with or act upon; of the others the class
// is enough.
var statuses = map[int]string{
	0:   "none", // no answer
	200: "200", 204: "204", 304: "304",
	400: "400", 401: "401", 403: "403", 404: "404", 405: "405", 409: "409", 413: "413", 429: "429", 499: "499",
	500: "500", 502: "502", 503: "503", 504: "504",
}

var classes = [...]string{1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}

// peers are whom a call goes to, by the first word of its operation. Every
// other operation is one of Confluence's.
var peers = map[string]string{
	"redis": "redis",
	"kms":   "kms",
	"s3":    "s3",
	"logs":  "logs",
	"aws":   "aws",
	"key":   "atlassian", // key_server
	"token": "atlassian", // token_server
	other:   other,
}

func set(values ...string) map[string]bool {
	all := map[string]bool{"": true}
	for _, value := range values {
		all[value] = true
	}
	return all
}

func kindLabel(kind string) string {
	if !kinds[kind] {
		return other
	}
	return kind
}

// routeLabel admits a route's template, and "none" for a path without a route.
func routeLabel(route string) string {
	if route != "none" && !strings.HasPrefix(route, "/") || len(route) > 60 {
		return other
	}
	return route
}

// wordLabel admits a fixed word: an operation or a reason in snake_case.
func wordLabel(text string) string {
	if len(text) > 40 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return other
	}
	return text
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return "read"
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return "write"
	default:
		return other
	}
}

// statusLabel is the status or its class, "none" without an answer.
func statusLabel(status int) string {
	if text, ok := statuses[status]; ok {
		return text
	}
	if status < 100 || status > 599 {
		return other
	}
	return classes[status/100]
}

func peerLabel(operation string) string {
	first, _, _ := strings.Cut(operation, "_")
	if peer, ok := peers[first]; ok {
		return peer
	}
	return "confluence"
}

// failureLabel says how a call failed: that its caller gave up, else the kind of
// fault, else the class of its cause, else what its status means.
func failureLabel(line technicallog.Line) string {
	switch {
	case line.Cause == technicallog.Canceled:
		return technicallog.Canceled
	case line.Kind != "":
		return kindLabel(line.Kind)
	case line.Cause != "":
		if !causes[line.Cause] {
			return other
		}
		return line.Cause
	case line.Status == http.StatusTooManyRequests:
		return string(fault.RateLimited)
	case line.Status >= http.StatusInternalServerError:
		return string(fault.Upstream)
	default:
		return ""
	}
}

func levelLabel(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "error"
	case level >= slog.LevelWarn:
		return "warn"
	default:
		return "info"
	}
}
