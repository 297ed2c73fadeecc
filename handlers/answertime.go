package handlers

import (
	"context"
	"time"
)

// answerWithin is when the service has answered, counted from the head of the
// request: a slow body is part of what the person waits for. All that a request
// leads to happens in what is left of it: credentials, calls to Confluence with
// their waits and retries, Redis. Who asks waits longer, so that they are told what
// was done, and gives up before whoever passes the call on, who would tell them
// nothing: a test holds these times against one another.
const answerWithin = 20 * time.Second

// rightsShare is what part of the time may go by before it is known that the
// caller may administer the site. The rest is for what they asked: an erasure,
// which the store makes or refuses within two seconds, is never cut short.
const rightsShare = 0.8

// timed gives the request's context the time for the answer. end frees it. A
// frame needs none: it asks the store alone, which takes a second at most.
func (s *Server) timed(ctx context.Context, r *route, started time.Time) (timed context.Context, end context.CancelFunc) {
	if r == nil || r.html {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, started.Add(s.answerWithin))
}

// whateverHappens is the request's context for what does not end with its
// connection: who clicks a label and then a link has left before the answer, and
// still meant the label.
func (x *exchange) whateverHappens() (context.Context, context.CancelFunc) {
	ctx := x.request.Context()
	ends, _ := ctx.Deadline() // what is no frame has one, see timed
	return context.WithDeadline(context.WithoutCancel(ctx), ends)
}
