package logreader

import (
	"log/slog"
	"strconv"
	"strings"
)

// The codes of a process that ended, for which Heroku has none of its own.
const (
	exited  = "exited"
	crashed = "crashed"
)

// parseProcess reads what Heroku says of a process, if it says that something
// failed: an error code, an end that is none of success, or a crash.
//
//	Error R14 (Memory quota exceeded)
//	Process exited with status 1
//	State changed from up to crashed
func parseProcess(head header) (record, bool) {
	at, ok := head.at()
	// Of heroku run a command that failed says so to who ran it, and no service
	// is down.
	if !ok || strings.HasPrefix(head.process, "run.") {
		return record{}, false
	}
	r := record{Time: at, Level: slog.LevelError, Message: process, Place: printable(head.process)}
	if text, found := strings.CutPrefix(head.message, "Error "); found {
		r.Code, _, _ = strings.Cut(text, " ")
		return r, len(r.Code) <= len("R99") && strings.HasPrefix(r.Code, "R") && isHerokuCode(r.Code)
	}
	if text, found := strings.CutPrefix(head.message, "Process exited with status "); found {
		status, err := strconv.ParseUint(text, 10, 8)
		r.Code, r.Reason = exited, "status_"+strconv.FormatUint(status, 10)
		return r, err == nil && status != 0
	}
	r.Code = crashed
	return r, strings.HasPrefix(head.message, "State changed from ") && strings.HasSuffix(head.message, " to crashed")
}

// isHerokuCode tells a code of Heroku's, such as H12, or of ours for what it
// says of a process, from a kind of fault.
func isHerokuCode(kind string) bool {
	return kind == exited || kind == crashed ||
		len(kind) > 1 && strings.Trim(kind[1:], "0123456789") == "" && 'A' <= kind[0] && kind[0] <= 'Z'
}
