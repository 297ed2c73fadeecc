package handlers

import (
	"net/http"
	"strings"
)

// Header values that are the same on every answer. The slices are shared:
// setting them costs no allocation, and nobody may append to them.
var (
	strictTransport = []string{"max-age=31536000; includeSubDomains"}
	noSniff         = []string{"nosniff"}
	noReferrer      = []string{"no-referrer"} // the proof is in the iframe's URL
	neverCache      = []string{"no-store, no-cache, private"}
)

// contentPolicy writes the security headers, on 200s and errors alike.
// X-Frame-Options is never sent: the app lives in frames, and
// frame-ancestors says whose.
type contentPolicy struct {
	before   string // the policy up to the frame-ancestors
	fallback []string
	closed   []string
}

// atlassianStyles is where the bridge script takes the site's theme from.
const atlassianStyles = "https://connect-cdn.atl-paas.net"

// newContentPolicy allows scripts and styles of our own and of Atlassian's
// bridge, nothing inline, and calls to ourselves only. framers may frame the
// pages that are answered before the site is proved, which hold no data and no
// controls: without it a person would see an empty frame instead of why.
func newContentPolicy(bridge string, framers []string) contentPolicy {
	styles := atlassianStyles
	if origin(bridge) != styles {
		styles += " " + origin(bridge) // a copy of the bridge still takes its themes from Atlassian
	}
	before := "default-src 'none'; script-src 'self' " + origin(bridge) + "; style-src 'self' " + styles +
		"; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
	return contentPolicy{
		before:   before,
		fallback: []string{before + strings.Join(framers, " ")},
		closed:   []string{"default-src 'none'; frame-ancestors 'none'"},
	}
}

func (p contentPolicy) setCommon(header http.Header, requestID string) {
	header["Strict-Transport-Security"] = strictTransport
	header["X-Content-Type-Options"] = noSniff
	header["Referrer-Policy"] = noReferrer
	header["Cache-Control"] = neverCache
	header["X-Request-Id"] = []string{requestID}
	header["Content-Security-Policy"] = p.closed
}

// setFraming opens a page for framing: by the caller's site once it is proved.
func (p contentPolicy) setFraming(x *exchange) {
	switch {
	case !x.route.html:
	case x.caller == nil:
		x.header()["Content-Security-Policy"] = p.fallback
	default:
		x.header()["Content-Security-Policy"] = []string{p.before + strings.Join(x.caller.Site.Framers, " ")}
	}
}
