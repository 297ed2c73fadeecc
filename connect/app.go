package connect

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Config is what an app says about itself. Key, BaseURLs, Store and Keys are
// required.
type Config struct {
	// Key is the key of the descriptor.
	Key string

	// BaseURLs are the URLs the app is reached under: the one of the
	// descriptor first, then the regional ones. Atlassian may name any of them
	// as the audience of a lifecycle call.
	BaseURLs []string

	// EnableLicensing is that of the descriptor. An app without it is free and
	// every site is licensed.
	EnableLicensing bool

	Store Store
	Keys  KeySource

	// AllowedHosts are hosts of sites besides *.atlassian.net and *.jira.com:
	// "confluence.example.com", or "*.example.com" for all below it.
	AllowedHosts []string

	// AllowInsecureLoopback also allows sites and own URLs at http and on this
	// machine's loopback, for development.
	AllowInsecureLoopback bool

	// BehindRouter is whether a router in front puts the address of who calls
	// last into X-Forwarded-For, as Heroku's does. Without one the header is
	// whatever the caller wants, and the address is that of the connection.
	BehindRouter bool

	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// App verifies what Atlassian sends to one app. It is safe for concurrent use.
type App struct {
	key       string
	bases     []ownURL
	licensing bool
	store     Store
	keys      KeySource
	hosts     hostRules
	now       func() time.Time
	nobody    []byte // keys the HMAC of tokens that no site can have signed

	lastServed atomic.Pointer[string] // the site's address that was checked last: of its record nothing, for that has a secret

	behindRouter bool
	unproved     *admission // of lifecycle calls whose key is not known
}

// ownURL is one of the app's base URLs, without a slash at its end.
type ownURL struct{ text, host, path string }

// New checks a configuration. Its error lists everything that is wrong.
func New(c Config) (*App, error) {
	var faults []error
	a := &App{
		key: c.Key, licensing: c.EnableLicensing, store: c.Store, keys: c.Keys, now: c.Now,
		hosts:        hostRules{allowed: c.AllowedHosts, loopback: c.AllowInsecureLoopback},
		behindRouter: c.BehindRouter, unproved: newAdmission(maxUnproved),
		nobody: []byte(rand.Text()),
	}
	if c.Key == "" {
		faults = append(faults, errors.New("the key is missing"))
	}
	if len(c.BaseURLs) == 0 {
		faults = append(faults, errors.New("there is no base URL"))
	}
	for _, base := range c.BaseURLs {
		u, ok := a.hosts.parse(base)
		if !ok {
			faults = append(faults, fmt.Errorf("base URL %q is not an https URL of scheme, host and path", base))
			continue
		}
		a.bases = append(a.bases, ownURL{text: strings.TrimSuffix(base, "/"), host: u.Host, path: u.Path})
	}
	for _, host := range c.AllowedHosts {
		if !IsHostPattern(host) {
			faults = append(faults, fmt.Errorf("allowed host %q is neither a host name nor one after an asterisk and a dot", host))
		}
	}
	if c.Store == nil {
		faults = append(faults, errors.New("the store is missing"))
	}
	if c.Keys == nil {
		faults = append(faults, errors.New("the key source is missing"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("connect: %w", errors.Join(faults...))
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a, nil
}

// Caller is who sent a request, as the host signed it.
type Caller struct {
	// Installation is the site. It is shared and must not be changed.
	Installation *Installation

	// AccountID is the person's Atlassian account, "" if nobody is signed in
	// or the host itself calls.
	AccountID string

	// Licensed is whether the site may make changes. Reading needs no licence.
	Licensed bool

	// Content, Space and Macro are what the token is bound to; empty where the
	// host did not say. They are proved, unlike the URL of an API call.
	Content Content
	Space   Space
	Macro   Macro

	// DisplayURL is the site's custom domain, "" if it has none.
	DisplayURL string

	query []param // of the signed URL, sorted
}

// Parameter returns a parameter of the URL that the host signed, "" if it is
// not there, and the least of its values if it is there more than once. It is
// "" for a caller of FromBrowser, whose token signs no URL. What an editor
// writes into a macro's parameters comes through here: it is signed, and still
// anyone's text.
func (c *Caller) Parameter(name string) string {
	for _, p := range c.query {
		if p.key == name {
			return p.value
		}
	}
	return ""
}

// Content is a page or blog post.
type Content struct{ ID, Type, Version string }

// Space is a space.
type Space struct{ ID, Key string }

// Macro is one use of a macro in a page. OutputType is "display", "preview",
// "pdf", "word", "html_export", "feed" or "email".
type Macro struct{ ID, Hash, OutputType string }

// FromHost verifies a request whose URL the host signed: a page in an iframe, a
// static macro, a webhook. The token is in the query or in the header.
func (a *App) FromHost(r *http.Request) (*Caller, error) {
	in := readRequest(r)
	raw, _, err := in.token()
	if err != nil {
		return nil, err
	}
	t, site, err := a.served(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	lic, count := in.parameter("lic")
	if err := a.checkComputed(r, in, &t.claims); err != nil {
		return nil, err
	}
	caller := a.caller(&t.claims, site, count == 1 && lic == "active")
	caller.query = in.query
	return caller, nil
}

// FromBrowser verifies a call of the app's own page to the app's own API: a
// context token in the header. The token is not bound to the URL, so that
// nothing of the URL is proved, and not its lic parameter either.
func (a *App) FromBrowser(r *http.Request) (*Caller, error) {
	raw, err := readRequest(r).headerToken()
	if err != nil {
		return nil, err
	}
	t, site, err := a.served(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	if err := t.claims.checkTimes(a.now()); err != nil {
		return nil, err
	}
	switch t.claims.QSH {
	case ContextQSH:
		return a.caller(&t.claims, site, false), nil
	case "":
		return nil, unauthorized(ReasonNoQSH)
	default:
		return nil, unauthorized(ReasonNotContextToken)
	}
}

// served is verifyHS256 for everything but lifecycle calls: it refuses a site
// that is blocked, and one that the app may not call. Only the site itself
// learns of that, for its signature is checked first.
//
// An address that was allowed when the site installed may not be any more, and
// only the secrets of a record are sealed: whoever writes to the store could
// have the app send tokens to a server of theirs.
func (a *App) served(ctx context.Context, raw string) (*token, *Installation, error) {
	t, site, err := a.verifyHS256(ctx, raw)
	if err != nil {
		return nil, nil, err
	}
	if !site.BlockedAt.IsZero() {
		return nil, nil, &Error{Kind: Forbidden, Reason: ReasonBlocked}
	}
	if last := a.lastServed.Load(); last == nil || *last != site.BaseURL {
		if !a.hosts.isSiteURL(site.BaseURL) {
			return nil, nil, unauthorized(ReasonBaseURL)
		}
		checked := strings.Clone(site.BaseURL)
		a.lastServed.Store(&checked)
	}
	return t, site, nil
}

// verifyHS256 proves that the site which the token names as its issuer signed
// it. A token of an unknown or uninstalled site costs one HMAC as well, or the
// time of the answer would tell who has installed the app.
func (a *App) verifyHS256(ctx context.Context, raw string) (*token, *Installation, error) {
	t, err := parseToken(raw, algHS256)
	if err != nil {
		return nil, nil, err
	}
	site, err := a.installation(ctx, t.claims.Issuer)
	if err != nil || !site.Installed() || site.SharedSecret == "" {
		_ = jwt.SigningMethodHS256.Verify(t.signed, t.signature, a.nobody)
		if err == nil {
			err = unauthorized(ReasonUninstalled)
		}
		return nil, nil, err
	}
	if !a.signedBySite(t, site) {
		return nil, nil, unauthorized(ReasonSignature)
	}
	// Confluence leaves it out. Who says it must mean us.
	if t.claims.Audience != nil && !slices.ContainsFunc(t.claims.Audience, func(name string) bool {
		return name == site.ClientKey || name == a.key || a.isOwnURL(name)
	}) {
		return nil, nil, unauthorized(ReasonAudience)
	}
	return t, site, nil
}

func (a *App) signedBySite(t *token, site *Installation) bool {
	if jwt.SigningMethodHS256.Verify(t.signed, t.signature, site.SharedSecret.Bytes()) == nil {
		return true
	}
	return site.PreviousSecret != "" && a.now().Before(site.PreviousSecretUntil) &&
		jwt.SigningMethodHS256.Verify(t.signed, t.signature, site.PreviousSecret.Bytes()) == nil
}

// LongestClientKey is how many bytes a client key has at most.
const LongestClientKey = 255

// IsClientKey reports whether a client key, which is opaque, may name a site.
func IsClientKey(key string) bool { return key != "" && len(key) <= LongestClientKey }

func (a *App) installation(ctx context.Context, clientKey string) (*Installation, error) {
	if !IsClientKey(clientKey) {
		return nil, unauthorized(ReasonIssuer)
	}
	site, err := a.store.Installation(ctx, clientKey)
	if err != nil {
		return nil, asError(err, ReasonStore)
	}
	return site, nil
}

// checkComputed checks the times and the query string hash of a token that is
// bound to its URL. It changes the order of in.query.
func (a *App) checkComputed(r *http.Request, in *incoming, c *claims) error {
	if err := c.checkTimes(a.now()); err != nil {
		return err
	}
	switch c.QSH {
	case "":
		return unauthorized(ReasonNoQSH)
	case ContextQSH:
		return unauthorized(ReasonContextToken)
	}
	if !matchQSH(c.QSH, r.Method, canonicalPath(in.path, a.basePath(r.Host)), in.query) {
		return unauthorized(ReasonQSHMismatch)
	}
	return nil
}

// basePath returns the path that the signer left out: that of the app's base
// URL at the host the request was sent to, or of the first base URL if a proxy
// replaced the host.
func (a *App) basePath(host string) string {
	for _, base := range a.bases {
		if strings.EqualFold(base.host, host) {
			return base.path
		}
	}
	return a.bases[0].path
}

// isOwnURL reports whether an audience is this app. One slash at the end is
// neither here nor there; the rest is compared as it is.
func (a *App) isOwnURL(audience string) bool {
	for _, base := range a.bases {
		if strings.TrimSuffix(audience, "/") == base.text {
			return true
		}
	}
	return false
}

// unknownAccount is what the host calls a person it does not know.
const unknownAccount = "unknown"

func (a *App) caller(c *claims, site *Installation, licInURL bool) *Caller {
	told := &c.Context.Confluence
	caller := &Caller{
		Installation: site,
		AccountID:    c.Subject,
		Licensed:     licInURL,
		Content:      Content{ID: string(told.Content.ID), Type: string(told.Content.Type), Version: string(told.Content.Version)},
		Space:        Space{ID: string(told.Space.ID), Key: string(told.Space.Key)},
		Macro:        Macro{ID: string(told.Macro.ID), Hash: string(told.Macro.Hash), OutputType: string(told.Macro.OutputType)},
	}
	// The token's is as good as the site's signature, the record's as the store.
	for _, raw := range []string{c.Context.URL.DisplayURL, site.DisplayURL} {
		if display, ok := a.hosts.displayURL(raw); ok {
			caller.DisplayURL = display
			break
		}
	}
	if c.Subject == unknownAccount {
		caller.AccountID = ""
	}
	if active := c.Context.License.Active; active != nil {
		caller.Licensed = *active
	}
	if !a.licensing {
		caller.Licensed = true
	}
	return caller
}
