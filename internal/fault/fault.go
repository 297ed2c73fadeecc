// Package fault is the closed set of ways in which a request can fail. Every
// package that serves a request returns one of these kinds, handlers maps the
// kind to an HTTP status in one place, the browser to a sentence in the
// reader's language, and the technical log counts it.
//
// A fault carries no customer data: Reason is a word chosen by us, never text
// from a page, a label, a person or another server's answer.
package fault

import (
	"errors"
	"time"
)

// Kind says what went wrong, for the status, the sentence and the log.
type Kind string

const (
	BadRequest   Kind = "bad_request"  // the request is malformed; nothing was changed
	Unauthorized Kind = "unauthorized" // no proof of who is calling
	Anonymous    Kind = "anonymous"    // proved, but nobody is signed in and this needs a person
	Unlicensed   Kind = "unlicensed"   // the site has no active licence and this is a change
	Blocked      Kind = "blocked"      // the operator has blocked this site
	Forbidden    Kind = "forbidden"    // Confluence does not let this person do it
	NotFound     Kind = "not_found"    // no such page, or this person may not see it
	WrongMethod  Kind = "wrong_method" // the path exists and not with this method; no browser of ours does that
	Conflict     Kind = "conflict"     // Confluence holds something else than was asked for
	TooLarge     Kind = "too_large"    // body or label set above its limit
	RateLimited  Kind = "rate_limited" // Confluence or our own budget says wait
	Upstream     Kind = "upstream"     // Confluence failed or answered nonsense
	Unavailable  Kind = "unavailable"  // a part of this service is down for now
	CallerLeft   Kind = "caller_left"  // nobody waits for the answer any more: no outage of anybody's
	Internal     Kind = "internal"     // our fault; anything unclassified is this
)

// Error is a fault with its kind.
type Error struct {
	Kind       Kind
	Reason     string        // a fixed word such as "qsh_mismatch": for the log, never shown
	RetryAfter time.Duration // how long to wait before trying again; 0 if unknown
	Cause      error         // for errors.Is; its text is not logged or shown
}

// New returns a fault. reason is a fixed word in snake_case.
func New(kind Kind, reason string) *Error { return &Error{Kind: kind, Reason: reason} }

// Wrap returns a fault that remembers its cause.
func Wrap(kind Kind, reason string, cause error) *Error {
	return &Error{Kind: kind, Reason: reason, Cause: cause}
}

func (e *Error) Error() string { return string(e.Kind) + ": " + e.Reason }
func (e *Error) Unwrap() error { return e.Cause }

// Of returns the fault in err's chain. An error that is none is Internal with
// reason "unclassified", so that an unforeseen error can never show its text.
func Of(err error) *Error {
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	return &Error{Kind: Internal, Reason: "unclassified", Cause: err}
}
