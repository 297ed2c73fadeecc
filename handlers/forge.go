package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"labelup/forge"
	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// Forge is the RemoteHost for sites that have the app installed through Forge
// Remote. It keeps no record of a site: each call says all there is to know.
type Forge struct {
	App       *forge.App
	Budget    *confluence.Budget // its own, for its app has a quota of its own
	Transport http.RoundTripper  `optional:""` // nil for the default
	Log       *slog.Logger
}

// Recognises implements RemoteHost.
func (f *Forge) Recognises(r *http.Request) bool {
	const scheme = "bearer"
	for _, value := range r.Header["Authorization"] {
		if len(value) >= len(scheme) && strings.EqualFold(value[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// Unproved implements Host. Forge keeps 401 for itself, and 403 is what it passes
// on.
func (f *Forge) Unproved() int { return http.StatusForbidden }

// ClaimedSite implements Host.
func (f *Forge) ClaimedSite(r *http.Request) string {
	return technicallog.SiteHash(forge.ClaimedInstallation(r))
}

// Viewer implements Host.
func (f *Forge) Viewer(r *http.Request) (*Caller, error) {
	proved, err := f.App.Caller(r)
	if err != nil {
		return nil, forgeFault(err)
	}
	caller := &Caller{
		Site:      Site{ID: proved.InstallationID, Hash: technicallog.SiteHash(proved.InstallationID)},
		AccountID: proved.AccountID,
		Licensed:  proved.Licensed,
		SpaceKey:  proved.Space.Key,
	}
	// A call from elsewhere than a page, or from a kind of content without labels,
	// leaves the zero Content, which no change can name.
	caller.Content, _ = confluence.ParseContent(proved.Content.ID, proved.Content.Type)
	// Whatever the call needs: there is the one token that came with it.
	caller.AsUser = func(requestID string, _ access) (Confluence, error) { return f.asUser(proved, caller.Site, requestID) }
	return caller, nil
}

// asUser calls with the token of the person that came with their call.
func (f *Forge) asUser(proved *forge.Caller, site Site, requestID string) (Confluence, error) {
	if proved.UserToken == "" {
		return nil, fault.New(fault.Anonymous, "no_user_token")
	}
	authorize := func(_ context.Context, request *http.Request) error {
		if err := proved.Authorize(request); err != nil {
			return forgeFault(err)
		}
		return nil
	}
	return confluence.New(proved.APIBaseURL+"/wiki", authorize, confluence.Options{
		Site: site.ID, Budget: f.Budget, Transport: f.Transport, Observe: observeCalls(f.Log, site.Hash, requestID),
	})
}

// forgeFault is the fault of an error of package forge.
func forgeFault(err error) error {
	failed, ok := err.(*forge.Error) //nolint:errorlint // forge returns nothing else, and what it wraps is not ours to unwrap
	if !ok {
		return err
	}
	kind := fault.Internal
	switch failed.Kind {
	case forge.Unauthorized:
		kind = fault.Unauthorized
	case forge.Forbidden:
		kind = fault.Anonymous
	case forge.Unavailable:
		kind = fault.Unavailable
	}
	return &fault.Error{Kind: kind, Reason: failed.Reason, RetryAfter: failed.RetryAfter, Cause: failed.Cause}
}
