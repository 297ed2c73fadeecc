package connect

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Event is a lifecycle call of the descriptor.
type Event string

// The lifecycle calls. Atlassian signs the first two with its own key, and the
// others with the site's secret.
const (
	Installed   Event = "installed"
	Uninstalled Event = "uninstalled"
	Enabled     Event = "enabled"
	Disabled    Event = "disabled"
)

// MaxLifecycleBody is the largest lifecycle body, in bytes.
const MaxLifecycleBody = 64 << 10

// SecretGrace is how long a replaced secret still verifies tokens that were on
// their way when it was replaced.
const SecretGrace = 15 * time.Minute

// KeySource finds Atlassian's public keys. InstallKey returns the RSA key with
// this id, which has the form of a key id already. Its error is an *Error:
// Unauthorized if there is no such key, Unavailable if nobody could be asked.
// It is called by many goroutines at once.
type KeySource interface {
	InstallKey(ctx context.Context, kid string) (*rsa.PublicKey, error)
}

// Lifecycle verifies a lifecycle call and applies it to the store. The answer
// to nil is 204; after any error nothing was changed. It reads r.Body.
//
// The same call again changes nothing and is no error. A call that was
// overtaken by a newer one is dropped without error.
func (a *App) Lifecycle(r *http.Request, event Event) error {
	proof, err := a.proveLifecycle(r, event)
	if err != nil {
		return err
	}
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	said, err := parseLifecycleBody(body)
	if err != nil {
		return err
	}
	if err := a.checkLifecycleBody(said, proof.claims.Issuer, event); err != nil {
		return err
	}
	used := &UsedToken{
		TokenHash: sha256.Sum256([]byte(proof.raw)),
		BodyHash:  sha256.Sum256(body),
		Expires:   proof.claims.expires().Add(Leeway),
	}
	issuedAt, now := proof.claims.issuedAt(), a.now()
	err = a.store.Change(r.Context(), proof.claims.Issuer, used, func(current *Installation) (*Installation, error) {
		return transition(current, event, said, issuedAt, now)
	})
	if err != nil {
		return asError(err, ReasonStore)
	}
	return nil
}

// proveLifecycle verifies everything about the token of a lifecycle call. The
// body is not covered by it.
func (a *App) proveLifecycle(r *http.Request, event Event) (*token, error) {
	in := readRequest(r)
	raw, err := in.headerToken()
	if err != nil {
		return nil, err
	}
	switch event {
	case Installed, Uninstalled:
		t, err := parseToken(raw, algRS256)
		if err != nil {
			return nil, err
		}
		if !isKeyID(t.header.KeyID) {
			return nil, unauthorized(ReasonKeyID)
		}
		if !isClientKey(t.claims.Issuer) {
			return nil, unauthorized(ReasonIssuer)
		}
		hold(r)
		key, err := a.keys.InstallKey(r.Context(), t.header.KeyID)
		if err != nil {
			return nil, asError(err, ReasonKeyServer)
		}
		if jwt.SigningMethodRS256.Verify(t.signed, t.signature, key) != nil {
			return nil, unauthorized(ReasonSignature)
		}
		if !slices.ContainsFunc(t.claims.Audience, a.isOwnURL) {
			return nil, unauthorized(ReasonAudience)
		}
		return t, a.checkComputed(r, in, &t.claims)
	case Enabled, Disabled:
		t, _, err := a.verifyHS256(r.Context(), raw)
		if err != nil {
			return nil, err
		}
		return t, a.checkComputed(r, in, &t.claims)
	default:
		return nil, &Error{Kind: BadRequest, Reason: ReasonEventType}
	}
}

// hold reads the body of a call and puts it back: not before does net/http
// notice that the caller leaves while a key is fetched. What is wrong with the
// body is told to who reads it.
func hold(r *http.Request) {
	if r.Body == nil {
		return
	}
	read, _ := io.ReadAll(io.LimitReader(r.Body, MaxLifecycleBody+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), r.Body), r.Body}
}

func readBody(body io.Reader) ([]byte, error) {
	if body == nil {
		return nil, &Error{Kind: BadRequest, Reason: ReasonBody}
	}
	data, err := io.ReadAll(io.LimitReader(body, MaxLifecycleBody+1))
	if err != nil {
		return nil, &Error{Kind: BadRequest, Reason: ReasonBodyUnread, Cause: err}
	}
	if len(data) > MaxLifecycleBody {
		return nil, &Error{Kind: TooLarge, Reason: ReasonBodyTooLarge}
	}
	return data, nil
}

// lifecycleBody is what a lifecycle call says. Every field may be missing,
// null, or a number where a string is expected; other fields are ignored.
type lifecycleBody struct {
	Key               text `json:"key"`
	ClientKey         text `json:"clientKey"`
	SharedSecret      text `json:"sharedSecret"`
	BaseURL           text `json:"baseUrl"`
	DisplayURL        text `json:"displayUrl"`
	OAuthClientID     text `json:"oauthClientId"`
	CloudID           text `json:"cloudId"`
	InstallationID    text `json:"installationId"`
	EntitlementID     text `json:"entitlementId"`
	EntitlementNumber text `json:"entitlementNumber"`
	EventType         text `json:"eventType"`
}

func parseLifecycleBody(data []byte) (*lifecycleBody, error) {
	var body lifecycleBody
	if !decodeObject(bytes.TrimLeft(data, " \t\r\n"), &body) {
		return nil, &Error{Kind: BadRequest, Reason: ReasonBody}
	}
	return &body, nil
}

// maxKept bounds each field that is kept of a body, in bytes.
const maxKept = 1024

// checkLifecycleBody holds the body against the token, the route and the rules
// for sites, and normalises its URLs.
func (a *App) checkLifecycleBody(body *lifecycleBody, issuer string, event Event) error {
	switch {
	case string(body.ClientKey) != issuer:
		return unauthorized(ReasonClientKey)
	case string(body.Key) != a.key:
		return unauthorized(ReasonAppKey)
	case string(body.EventType) != string(event):
		return unauthorized(ReasonEventType)
	}
	if event != Installed {
		// Nothing more of the body is used. So an uninstall is good whatever else it
		// says: the secret of a site that has gone must not stay.
		*body = lifecycleBody{}
		return nil
	}
	base, ok := a.hosts.siteURL(string(body.BaseURL))
	if !ok {
		return unauthorized(ReasonBaseURL)
	}
	body.BaseURL = text(base)
	// A custom domain is only shown: one that is none is left out.
	display, _ := a.hosts.displayURL(string(body.DisplayURL))
	body.DisplayURL = text(display)
	for _, kept := range []text{
		body.SharedSecret, body.OAuthClientID, body.CloudID, body.InstallationID, body.EntitlementID, body.EntitlementNumber,
	} {
		if len(kept) > maxKept {
			return &Error{Kind: BadRequest, Reason: ReasonBody}
		}
	}
	if body.SharedSecret == "" {
		return &Error{Kind: BadRequest, Reason: ReasonBody}
	}
	return nil
}

// transition is the state machine of one site: what its record becomes when a
// verified call arrives. It returns nil, nil to leave the record as it is, and
// does not change current.
//
// Calls may arrive in any order; issuedAt tells which was meant to be last. One
// from ahead of our clock counts as issued when it arrived: the clock of the
// next signer may be right, and its call must not be taken for an older one.
func transition(current *Installation, event Event, said *lifecycleBody, issuedAt, now time.Time) (*Installation, error) {
	// iat has whole seconds, so that a call of this very second is not after it.
	if arrived := now.Truncate(time.Second); issuedAt.After(arrived) {
		issuedAt = arrived
	}
	switch event {
	case Installed:
		if current != nil && issuedAt.Before(current.ChangedAt) {
			return nil, nil
		}
		return install(current, said, issuedAt, now), nil

	case Uninstalled:
		if current == nil || issuedAt.Before(current.ChangedAt) {
			return nil, nil
		}
		next := *current
		next.SharedSecret, next.PreviousSecret, next.PreviousSecretUntil = "", "", time.Time{}
		next.Enabled = false
		next.ChangedAt = issuedAt
		if current.Installed() {
			next.UninstalledAt = now
		}
		return &next, nil

	default: // Enabled, Disabled
		if !current.Installed() {
			return nil, unauthorized(ReasonUninstalled)
		}
		// Another signer than that of installed sends these, just after it, and
		// its clock may be a little behind.
		if issuedAt.Add(Leeway).Before(current.ChangedAt) {
			return nil, nil
		}
		next := *current
		next.Enabled = event == Enabled
		if issuedAt.After(next.ChangedAt) {
			next.ChangedAt = issuedAt
		}
		return &next, nil
	}
}

func install(current *Installation, said *lifecycleBody, issuedAt, now time.Time) *Installation {
	next := &Installation{
		ClientKey:         string(said.ClientKey),
		SharedSecret:      Secret(said.SharedSecret),
		BaseURL:           string(said.BaseURL),
		DisplayURL:        string(said.DisplayURL),
		OAuthClientID:     string(said.OAuthClientID),
		CloudID:           string(said.CloudID),
		InstallationID:    string(said.InstallationID),
		EntitlementID:     string(said.EntitlementID),
		EntitlementNumber: string(said.EntitlementNumber),
		InstalledAt:       now,
		ChangedAt:         issuedAt,
	}
	if current == nil {
		return next
	}
	next.InstalledAt, next.BlockedAt = current.InstalledAt, current.BlockedAt
	if !current.Installed() {
		return next
	}
	next.Enabled = current.Enabled
	if current.SharedSecret == next.SharedSecret {
		next.PreviousSecret, next.PreviousSecretUntil = current.PreviousSecret, current.PreviousSecretUntil
	} else {
		next.PreviousSecret, next.PreviousSecretUntil = current.SharedSecret, now.Add(SecretGrace)
	}
	return next
}

// isKeyID reports whether kid may become part of a key server's URL.
func isKeyID(kid string) bool {
	return 1 <= len(kid) && len(kid) <= 64 && isPlainName(kid)
}
