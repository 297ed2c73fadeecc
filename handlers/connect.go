package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"labelup/connect"
	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// Connect is the FramingHost for sites that have the app installed through Atlassian
// Connect.
type Connect struct {
	App       *connect.App
	AppKey    string
	Tokens    *connect.UserTokens
	Budget    *confluence.Budget
	Transport http.RoundTripper `optional:""` // nil for the default
	Log       *slog.Logger
}

// Site implements FramingHost.
func (c *Connect) Site(r *http.Request) (*Caller, error) {
	proved, err := c.App.FromHost(r)
	if err != nil {
		return nil, connectFault(err)
	}
	return c.caller(proved), nil
}

// Viewer implements Host.
func (c *Connect) Viewer(r *http.Request) (*Caller, error) {
	proved, err := c.App.FromBrowser(r)
	if err != nil {
		return nil, connectFault(err)
	}
	return c.caller(proved), nil
}

// Lifecycle implements FramingHost.
func (c *Connect) Lifecycle(r *http.Request, event string) error {
	if err := c.App.Lifecycle(r, connect.Event(event)); err != nil {
		return connectFault(err)
	}
	return nil
}

// ClaimedSite implements Host.
func (c *Connect) ClaimedSite(r *http.Request) string {
	return technicallog.SiteHash(connect.ClaimedSite(r))
}

// Unproved implements Host.
func (c *Connect) Unproved() int { return http.StatusUnauthorized }

// site is what the record of an install says of a site. custom is its own
// domain, "" if it has none.
func (c *Connect) site(record *connect.Installation, custom string) Site {
	site := Site{
		ID:          record.ClientKey,
		Hash:        technicallog.SiteHash(record.ClientKey),
		WikiURL:     record.BaseURL,
		Framers:     []string{origin(record.BaseURL)},
		Enabled:     record.Enabled,
		InstalledAt: record.InstalledAt,
		LastCall:    record.ChangedAt,
	}
	if custom != "" && custom != site.Framers[0] {
		// The domain is another one; the path is the same.
		site.WikiURL = custom + strings.TrimPrefix(record.BaseURL, site.Framers[0])
		site.Framers = append(site.Framers, custom)
	}
	return site
}

func (c *Connect) caller(proved *connect.Caller) *Caller {
	caller := &Caller{
		Site:      c.site(proved.Installation, origin(proved.DisplayURL)),
		AccountID: proved.AccountID,
		Licensed:  proved.Licensed,
		SpaceKey:  proved.Space.Key,
		Query:     proved.Parameter,
	}
	// A token that is bound to no content, or to a kind without labels, leaves
	// the zero Content, which no change can name.
	caller.Content, _ = confluence.ParseContent(proved.Content.ID, proved.Content.Type)
	caller.Shown = caller.Content
	if proved.Content.ID == "" {
		// A call of the host itself, such as for an export, may be bound to its URL alone.
		caller.Shown, _ = confluence.ParseContent(proved.Parameter("contentId"), proved.Parameter("contentType"))
	}
	caller.AsUser = func(requestID string, needs access) (Confluence, error) {
		return c.asUser(proved, caller.Site.Hash, requestID, needs)
	}
	caller.AsApp = func(requestID string) (Confluence, error) {
		return c.asApp(proved.Installation, caller.Site.Hash, requestID)
	}
	return caller
}

// asUser calls with a token of the person, who must hold every right that the
// call needs: Confluence checks them, and records the person. The token is good for
// no more than is needed.
func (c *Connect) asUser(proved *connect.Caller, siteHash, requestID string, needs access) (Confluence, error) {
	site, account := proved.Installation, proved.AccountID
	scopes := []string{"READ"}
	if needs == readWrite {
		scopes = append(scopes, "WRITE")
	}
	authorize := func(ctx context.Context, request *http.Request) error {
		token, err := c.Tokens.Token(technicallog.WithRequest(ctx, requestID, siteHash), site, account, scopes...)
		if err != nil {
			return connectFault(err)
		}
		request.Header.Set("Authorization", "Bearer "+string(token.Bytes()))
		return nil
	}
	options := c.options(site, siteHash, requestID)
	options.OnUnauthorized = func() { c.Tokens.Forget(site.ClientKey, account) }
	return confluence.New(site.BaseURL, authorize, options)
}

// asApp calls with the rights of the app's own user.
func (c *Connect) asApp(site *connect.Installation, siteHash, requestID string) (Confluence, error) {
	authorize := func(_ context.Context, request *http.Request) error {
		if err := connect.SignRequest(request, site, c.AppKey, time.Now()); err != nil {
			return connectFault(err)
		}
		return nil
	}
	return confluence.New(site.BaseURL, authorize, c.options(site, siteHash, requestID))
}

func (c *Connect) options(site *connect.Installation, siteHash, requestID string) confluence.Options {
	return confluence.Options{
		Site: site.ClientKey, Budget: c.Budget, Transport: c.Transport, Observe: observeCalls(c.Log, siteHash, requestID),
	}
}

// connectFault is the fault of an error of package connect.
func connectFault(err error) error {
	failed, ok := err.(*connect.Error) //nolint:errorlint // connect returns nothing else, and what it wraps is not ours to unwrap
	if !ok {
		return err
	}
	kind := fault.Internal
	switch failed.Kind {
	case connect.BadRequest:
		kind = fault.BadRequest
	case connect.Unauthorized:
		kind = fault.Unauthorized
	case connect.Forbidden:
		kind = fault.Forbidden
		switch failed.Reason {
		case connect.ReasonAnonymous:
			kind = fault.Anonymous
		case connect.ReasonBlocked:
			kind = fault.Blocked
		}
	case connect.TooLarge:
		kind = fault.TooLarge
	case connect.Unavailable:
		kind = fault.Unavailable
	}
	return &fault.Error{Kind: kind, Reason: failed.Reason, RetryAfter: failed.RetryAfter, Cause: failed.Cause}
}
