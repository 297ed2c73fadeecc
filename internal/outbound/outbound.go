// Package outbound notes the HTTP exchanges of a client in the technical log:
// one "call" line each. It is for the servers that are asked by plain HTTP
// clients, those of Atlassian that give keys and credentials; the clients of
// Confluence and AWS observe their calls themselves.
//
// It must change neither request nor answer, and must not log an address, a
// header or a body: what is asked of these servers names sites and people.
package outbound

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"labelup/internal/technicallog"
)

// Transport returns a transport that sends by next and writes a line for each
// exchange. next may be nil for the default transport. operation is a fixed
// word that says what is asked, such as "key_server". The line has
//
//   - operation, and status if there was an answer,
//   - duration_ms, until the answer's header arrived: its body is the caller's
//     to read,
//   - cause, if there was none, see technicallog.CauseOf,
//   - attempt: 1, and one more for each redirect that led to this exchange,
//   - request_id and site, if the request's context has them, see
//     technicallog.WithRequest.
//
// Its level is info, or warn if there was no answer for another cause than that
// the caller gave up, or one of 429 or 500 and above.
func Transport(next http.RoundTripper, log *slog.Logger, operation string) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return transport{next, log, operation}
}

type transport struct {
	next      http.RoundTripper
	log       *slog.Logger
	operation string
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	started := time.Now()
	response, err := t.next.RoundTrip(request)

	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 6)
	attrs = append(attrs,
		slog.String(technicallog.Operation, t.operation),
		technicallog.Milliseconds(time.Since(started)),
		slog.Int(technicallog.Attempt, attempt(request)))
	if err != nil {
		cause := causeOf(request.Context(), err)
		level = technicallog.LevelOf(cause)
		attrs = append(attrs, slog.String(technicallog.Cause, cause))
	} else {
		if response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests {
			level = slog.LevelWarn
		}
		attrs = append(attrs, slog.Int(technicallog.Status, response.StatusCode))
	}
	ctx := request.Context()
	requestID, site := technicallog.RequestOf(ctx)
	if requestID != "" {
		attrs = append(attrs, slog.String(technicallog.RequestID, requestID))
	}
	if site != "" {
		attrs = append(attrs, slog.String(technicallog.Site, site))
	}
	t.log.LogAttrs(ctx, level, "call", attrs...)
	return response, err
}

// causeOf is technicallog.CauseOf, which cannot tell a client's timeout: that
// cancels the request in a way that looks like any other.
func causeOf(ctx context.Context, err error) string {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		err = context.DeadlineExceeded
	}
	return technicallog.CauseOf(err)
}

// attempt counts the exchange and those whose redirects led to it, which
// net/http remembers in the request.
func attempt(request *http.Request) int {
	n := 1
	for request.Response != nil && request.Response.Request != nil {
		request = request.Response.Request
		n++
	}
	return n
}
