package handlers

import (
	"context"
	"net/http"
	"time"

	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/label"
)

// Host is a way in which sites have the app, seen through its protocol. Its
// errors are faults; whatever is not proved is fault.Unauthorized, and
// fault.Unavailable says that the proof could not be checked now.
type Host interface {
	// Viewer proves a call of a script on one of our own pages.
	Viewer(r *http.Request) (*Caller, error)

	// ClaimedSite is the hash, as the log shows it, of the site that the
	// request says it comes from, proved or not; "" if it does not say.
	ClaimedSite(r *http.Request) string

	// Unproved is the status of the answer to a call that is not proved.
	Unproved() int
}

// FramingHost shows our pages in frames of its sites, and says when a site
// installs the app.
type FramingHost interface {
	Host

	// Site proves a request that the site signed for exactly this URL.
	Site(r *http.Request) (*Caller, error)

	// Lifecycle proves and applies an install, uninstall, enable or disable
	// call. It reads the body, and changes nothing unless all is proved.
	Lifecycle(r *http.Request, event string) error
}

// RemoteHost serves our pages itself, and passes on what they call.
type RemoteHost interface {
	Host

	// Recognises reports whether a request has this host's kind of proof, good
	// or bad.
	Recognises(r *http.Request) bool
}

// Site is a site that has the app, as the product knows it.
type Site struct {
	ID   string // as its host names it. Never logged.
	Hash string // as the log shows it

	// What is known of a site whose frames show our pages.
	WikiURL     string    // as people see it, with /wiki
	Framers     []string  // origins that may frame our pages
	Enabled     bool      // an admin has not switched the app off
	InstalledAt time.Time // when the site was first seen
	LastCall    time.Time // of the newest lifecycle call that was applied
}

// Caller is who is calling, however it was proved. It is valid for the length
// of the request.
type Caller struct {
	Site      Site
	AccountID string // the person; "" if nobody is logged in. Never logged, never stored.
	Licensed  bool   // the licence is active, or the app is free

	// Content is what the proof is bound to; the zero value if it is bound to
	// none. A caller may change this and nothing else.
	Content  confluence.Content
	SpaceKey string

	// Shown is the content to read for the caller: Content, or that of the signed
	// URL if the proof is bound to none. No change may name it.
	Shown confluence.Content

	// Query is a parameter of the signed URL. It is what a page's editor
	// wrote: hostile text, though signed.
	Query func(name string) string

	// AsUser calls Confluence with the rights of the person, AsApp with those
	// of the app. requestID goes into the log lines of the calls. On a remote host
	// there is neither Query nor AsApp.
	AsUser func(requestID string, needs access) (Confluence, error)
	AsApp  func(requestID string) (Confluence, error)
}

// access is what somebody needs who calls Confluence as a person.
type access int

const (
	readOnly access = iota
	readWrite
)

// proved refuses content that the proof is not bound to: a proof for page A is
// good for page A, whatever a body says.
func (c *Caller) proved(contentID string) error {
	if contentID == "" || contentID != c.Content.ID() {
		return fault.New(fault.NotFound, "content_not_proved")
	}
	return nil
}

// Confluence is what the handlers ask of it.
type Confluence interface {
	// Labels returns the labels that the content has now.
	Labels(ctx context.Context, content confluence.Content) ([]label.Label, error)

	// Apply makes a change and reads back what Confluence then holds. The
	// outcome is exact also when only a part succeeded. An error means that
	// nothing was changed, or that nobody can know.
	Apply(ctx context.Context, content confluence.Content, change label.Change) (confluence.Outcome, error)

	// Administers reports whether the person administers the whole site.
	Administers(ctx context.Context, accountID string) (bool, error)

	// CanRead is an error if the site does not let this caller read.
	CanRead(ctx context.Context) error
}
