package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"labelup/internal/fault"
	"labelup/macros"
)

// status is the one place where a kind of fault becomes an HTTP status.
func status(kind fault.Kind) int {
	switch kind {
	case fault.BadRequest:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Anonymous, fault.Unlicensed, fault.Blocked, fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.WrongMethod:
		return http.StatusMethodNotAllowed
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Upstream:
		return http.StatusBadGateway
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.CallerLeft:
		return statusCallerLeft
	default:
		return http.StatusInternalServerError
	}
}

// statusCallerLeft is nginx's for the same: it is in the log, and nobody reads it.
const statusCallerLeft = 499

// faultOf is what an error means for this exchange. Whatever was under way, who
// gives up has cancelled the request, and a time limit of our own is not a
// cancellation. (A body that breaks off says the same by itself.) A change does not
// end with its connection, so what fails there is what failed. The reason stays,
// for it says what they did not wait for.
func (x *exchange) faultOf(err error) *fault.Error {
	f := fault.Of(err)
	if errors.Is(err, context.Canceled) && errors.Is(x.request.Context().Err(), context.Canceled) {
		return fault.Wrap(fault.CallerLeft, f.Reason, err)
	}
	return f
}

// unauthorizedJSON is the answer to every call that is not proved, whatever the
// cause, byte for byte: who guesses learns nothing. In a frame it is one page in
// each language. The request id is in the header.
const unauthorizedJSON = `{"error":{"kind":"unauthorized","message":"Unauthorized"}}` + "\n"

// problem is the body of every other fault.
type problem struct {
	Error problemDetail `json:"error"`
}

type problemDetail struct {
	Kind       fault.Kind   `json:"kind"`
	Reason     string       `json:"reason"`
	Message    string       `json:"message"`
	RetryAfter int          `json:"retryAfter,omitempty"` // seconds
	Detail     *refusedName `json:"detail,omitempty"`
	RequestID  string       `json:"requestId"`
}

// refusedName tells the person which name it is that breaks the rule that the
// reason names.
type refusedName struct {
	Name      string `json:"name"`
	Character string `json:"character,omitempty"`
}

// message says in English what happened and what to do. The panel has its own
// sentences in five languages; this is for whoever reads the bare answer.
func message(kind fault.Kind) string {
	switch kind {
	case fault.BadRequest, fault.WrongMethod:
		return "The request is not understood. Nothing was changed."
	case fault.Anonymous:
		return "Log in to Confluence to change labels. Nothing was changed."
	case fault.Unlicensed:
		return "Label UP has no active licence on this site, so labels can be read but not changed. Ask a site admin."
	case fault.Blocked:
		return "Label UP is switched off for this site by whoever operates it. A site admin can ask them why."
	case fault.Forbidden:
		return "Confluence does not let you do this. To change labels ask the page's owner for edit rights; the rest is for administrators."
	case fault.NotFound:
		return "There is no such page, or you may not see it."
	case fault.Conflict:
		return "Confluence refused the change. Reload the page to see the labels it holds."
	case fault.TooLarge:
		return "That is more than can be handled at once. Nothing was changed."
	case fault.RateLimited:
		return "Too much was asked at once. Wait a moment, then try again."
	case fault.Upstream:
		return "Confluence did not answer as expected. Try again; reload the page to see the labels it holds."
	case fault.Unavailable:
		return "Label UP cannot do this right now. Try again in a few seconds."
	case fault.CallerLeft:
		return "The connection was closed before there was an answer."
	default:
		return "Something went wrong in Label UP. Try again, and give support the request id if it stays."
	}
}

// answerFault writes the answer for a fault. It is the only writer of errors.
func (s *Server) answerFault(x *exchange, err error) {
	f := x.faultOf(err)
	x.fault = f
	if x.written() {
		return // too late for another status; the log line has the fault
	}
	code, seconds := status(f.Kind), retryAfter(f)
	if f.Kind == fault.Unauthorized && x.host != nil {
		code = x.host.Unproved()
	}
	if seconds > 0 {
		x.header().Set("Retry-After", strconv.Itoa(seconds))
	}
	switch {
	case x.route != nil && x.route.html:
		shown := macros.Problem{Language: language(x), Kind: f.Kind, Wait: seconds, RequestID: x.requestID}
		if f.Kind == fault.Unauthorized {
			shown.RequestID = ""
		}
		x.send(code, contentHTML, s.Pages.Problem(shown))
	case f.Kind == fault.Unauthorized:
		x.send(code, contentJSON, []byte(unauthorizedJSON))
	default:
		x.sendJSON(code, problem{Error: problemDetail{
			Kind: f.Kind, Reason: f.Reason, Message: message(f.Kind), RetryAfter: seconds, Detail: x.refusedName, RequestID: x.requestID,
		}})
	}
}

// retryAfter is in whole seconds, at least one where waiting is the answer.
func retryAfter(f *fault.Error) int {
	seconds := int(math.Ceil(f.RetryAfter.Seconds()))
	if seconds == 0 && (f.Kind == fault.Unavailable || f.Kind == fault.RateLimited) {
		seconds = int(defaultRetryAfter / time.Second)
	}
	return seconds
}

const defaultRetryAfter = 5 * time.Second

func (x *exchange) sendJSON(code int, value any) {
	body, err := json.Marshal(value)
	if err != nil { // our own types always marshal
		panic(err)
	}
	x.send(code, contentJSON, append(body, '\n'))
}
