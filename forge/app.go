package forge

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// gateway is where Confluence's REST API is, before the id of a site.
const gateway = "https://api.atlassian.com"

// Config is what an app says about itself. AppID and KeySetURL are required.
type Config struct {
	// AppID is the app's whole ARI: "ari:cloud:ecosystem::app/" and an id.
	AppID string

	// KeySetURL is where the keys are published. That of Atlassian's commercial
	// cloud is https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json. Its
	// twin of staging must never be used: with it, anyone with a staging site can
	// sign.
	KeySetURL string

	// Transport fetches the keys; nil is the default one.
	Transport http.RoundTripper

	// AllowInsecureLoopback also allows the key set and Confluence's REST API at
	// http and on this machine's loopback, for development.
	AllowInsecureLoopback bool

	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// App verifies what Forge sends to one app. It is safe for concurrent use.
type App struct {
	id       string
	keys     *keySet
	loopback bool
	now      func() time.Time
}

// IsAppID reports whether s is the ARI of an app.
func IsAppID(s string) bool { return appID.MatchString(s) }

var (
	appID          = regexp.MustCompile(`^ari:cloud:ecosystem::app/[0-9A-Za-z-]{1,64}$`)
	installationID = regexp.MustCompile(`^ari:cloud:ecosystem::installation/[0-9A-Za-z-]{1,64}$`)
	cloudID        = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
)

// New checks a configuration. It fetches nothing. Its error lists everything that
// is wrong.
func New(c Config) (*App, error) {
	var faults []error
	if !IsAppID(c.AppID) {
		faults = append(faults, errors.New("the app's id is not an ARI of the form ari:cloud:ecosystem::app/…"))
	}
	if u, err := url.Parse(c.KeySetURL); err != nil || u.Host == "" || u.User != nil || u.Fragment != "" ||
		u.Scheme != "https" && (!c.AllowInsecureLoopback || !isLoopback(u)) {
		faults = append(faults, errors.New("the key set's URL is not an https URL"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("forge: %w", errors.Join(faults...))
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &App{id: c.AppID, keys: newKeySet(c.KeySetURL, c.Transport, c.Now), loopback: c.AllowInsecureLoopback, now: c.Now}, nil
}

// isLoopback reports whether a URL leads to this machine by http or https.
func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	address, err := netip.ParseAddr(host)
	return (u.Scheme == "http" || u.Scheme == "https") &&
		(host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && address.IsLoopback())
}

// Caller is who sent a request, as Forge signed it.
type Caller struct {
	// InstallationID is the ARI of this install of the app. It survives updates
	// and not a new install.
	InstallationID string

	// CloudID names the site for ever. APIBaseURL is where its REST API is,
	// without a slash at its end; Confluence's paths begin with /wiki there.
	CloudID    string
	APIBaseURL string

	// AccountID is the person's Atlassian account, "" if nobody is signed in.
	AccountID string

	// Licensed is whether the site may make changes. Where Forge says nothing of
	// a licence, the app is free there.
	Licensed bool

	// Content and Space are where the app was opened; empty where Forge did not
	// say. They are proved, unlike what the browser sent.
	Content Content
	Space   Space

	// UserToken acts as the person. It is not covered by the signature: a wrong
	// one can do no more than Confluence lets it. "" if none came.
	UserToken UserToken
}

// Content is a page or blog post.
type Content struct{ ID, Type string }

// Space is a space.
type Space struct{ ID, Key string }

// UserToken is a person's token for Confluence. It never prints itself: every
// formatting verb for text, slog and encoding/json show "[secret]". Authorize is
// its only use.
type UserToken string

func (UserToken) String() string               { return "[secret]" }
func (UserToken) GoString() string             { return "[secret]" }
func (UserToken) LogValue() slog.Value         { return slog.StringValue("[secret]") }
func (UserToken) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Caller verifies a request that came through Forge Remote: by invokeRemote, with
// a token of the person, or by requestRemote, without one. It reads two headers
// and nothing else, for Forge signs neither path nor body.
//
// The error is Unauthorized if the request is not proved, and Unavailable if that
// cannot be said now.
func (a *App) Caller(r *http.Request) (*Caller, error) {
	raw, err := bearer(r.Header)
	if err != nil {
		return nil, err
	}
	user, err := userToken(r.Header)
	if err != nil {
		return nil, err
	}
	t, err := parse(raw)
	if err != nil {
		return nil, err
	}
	// Before the signature, which costs more than all of it: a token of another app
	// or of yesterday needs no key.
	caller, err := a.caller(t.claims)
	if err != nil {
		return nil, err
	}
	key, err := a.keys.get(r.Context(), t.keyID)
	if err != nil {
		return nil, err
	}
	if jwt.SigningMethodRS256.Verify(t.signed, t.signature, key) != nil {
		return nil, unauthorized(ReasonSignature)
	}
	caller.UserToken = user
	return caller, nil
}

// caller checks what a token says, and reads who calls.
func (a *App) caller(claims object) (*Caller, error) {
	app, told := claims.in("app"), claims.in("context")
	switch {
	case claims.text("iss") != Issuer:
		return nil, unauthorized(ReasonIssuer)
	case !isOnly(claims["aud"], a.id), app.text("id") != a.id:
		return nil, unauthorized(ReasonAudience)
	case claims.has("icLabel") && claims["icLabel"] != "":
		return nil, unauthorized(ReasonIsolatedCloud)
	}
	if err := checkTimes(claims, a.now()); err != nil {
		return nil, err
	}
	c := &Caller{InstallationID: app.text("installationId"), APIBaseURL: app.text("apiBaseUrl"), AccountID: claims.text("principal")}
	if !installationID.MatchString(c.InstallationID) {
		return nil, unauthorized(ReasonInstallation)
	}
	if again := app.in("installation"); again.has("id") && again["id"] != c.InstallationID {
		return nil, unauthorized(ReasonInstallation)
	}
	var ok bool
	if c.CloudID, ok = a.siteOf(c.APIBaseURL); !ok || told.has("cloudId") && told["cloudId"] != c.CloudID {
		return nil, unauthorized(ReasonAPIBaseURL)
	}
	if c.AccountID == nobody {
		c.AccountID = ""
	}
	c.Licensed = !app.has("license") || app.in("license")["active"] == true
	content, space := told.in("extension").in("content"), told.in("extension").in("space")
	c.Content = Content{ID: content.id("id"), Type: content.text("type")}
	c.Space = Space{ID: space.id("id"), Key: space.text("key")}
	return c, nil
}

// nobody is what Forge calls a person who is not signed in.
const nobody = "unidentified"

// isOnly reports whether an audience is this one and no other.
func isOnly(audience any, one string) bool {
	if all, ok := audience.([]any); ok && len(all) == 1 {
		audience = all[0]
	}
	return audience == one
}

// siteOf returns the id of the site that a REST API belongs to, if it is one of
// Confluence's at Atlassian.
func (a *App) siteOf(apiBaseURL string) (cloud string, ok bool) {
	base, cloud, _ := strings.Cut(apiBaseURL, "/ex/confluence/")
	if !cloudID.MatchString(cloud) {
		return "", false
	}
	if base == gateway {
		return cloud, true
	}
	u, err := url.Parse(base)
	return cloud, a.loopback && err == nil && isLoopback(u) && u.Scheme+"://"+u.Host == base
}

// userToken is the token of the person that came with a request, "" if none did.
func userToken(header http.Header) (UserToken, error) {
	switch values := header["X-Forge-Oauth-User"]; {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return "", nil
	case len(values) > 1:
		return "", unauthorized(ReasonTwoTokens)
	case len(values[0]) > maxUserToken || !isVisible(values[0]):
		return "", unauthorized(ReasonUserToken)
	default:
		return UserToken(values[0]), nil
	}
}

// Authorize lets a request to the site's REST API act as the person, by setting
// its Authorization header. It refuses a request to anywhere but below the
// caller's APIBaseURL, and one for a caller who has no token.
func (c *Caller) Authorize(request *http.Request) error {
	if c.UserToken == "" {
		return &Error{Kind: Forbidden, Reason: ReasonAnonymous}
	}
	base, err := url.Parse(c.APIBaseURL)
	if err != nil || request.URL.Scheme != base.Scheme || request.URL.Host != base.Host ||
		!strings.HasPrefix(request.URL.EscapedPath(), base.EscapedPath()+"/") {
		return &Error{Kind: BadRequest, Reason: ReasonForeignURL, Cause: err}
	}
	request.Header.Set("Authorization", "Bearer "+string(c.UserToken))
	return nil
}

// ClaimedInstallation returns the ARI of the installation that a request says it
// comes from, "" if its token cannot be read. Nothing of it is proved: it is for
// the log, where a site that is refused should be found.
func ClaimedInstallation(r *http.Request) string {
	raw, err := bearer(r.Header)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(raw, ".")
	body, _, _ := strings.Cut(rest, ".")
	claims, _ := decodeObject(body, maxClaims)
	if id := claims.in("app").text("installationId"); installationID.MatchString(id) {
		return id
	}
	return ""
}
