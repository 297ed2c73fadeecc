package connect

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"net/netip"
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

// KeySource finds Atlassian's public keys. The keys are RSA keys, and the ids have
// the form of one already. An error is an *Error: Unauthorized if there is no
// such key, Unavailable if nobody could be asked or ctx ended first.
// It is called by many goroutines at once.
type KeySource interface {
	// KnownKey returns the key with this id, or that there is none, if nobody has
	// to be asked for it. Else both results are nil.
	KnownKey(kid string) (*rsa.PublicKey, error)

	// InstallKey returns the key with this id, and may take seconds to ask for
	// it. from is the caller, in whose name anything may be asked for: it is there
	// to share fairly between callers. ctx ends when the caller leaves.
	InstallKey(ctx context.Context, kid string, from netip.Prefix) (*rsa.PublicKey, error)

	// KeyProved says that the key with this id has proved a call, which an id that
	// somebody made up cannot.
	KeyProved(kid string)
}

// Lifecycle verifies a lifecycle call and applies it to the store. The answer
// to nil is 204; after any error nothing was changed. It reads r.Body.
//
// The same call again changes nothing and is no error. A call that was
// overtaken by a newer one is dropped without error. An uninstall that is proved
// is applied although its caller leaves; the others are not.
func (a *App) Lifecycle(r *http.Request, event Event) error {
	call, err := a.proveLifecycle(r, event)
	if err != nil {
		return err
	}
	claims := &call.token.claims
	used := &UsedToken{
		TokenHash: sha256.Sum256([]byte(call.token.raw)),
		BodyHash:  call.bodyHash,
		Expires:   claims.expires().Add(Leeway),
	}
	issuedAt, now := claims.issuedAt(), a.now()
	ctx := r.Context()
	if event == Uninstalled {
		// It is sent once, so it does not end with its connection. An install does:
		// Atlassian gives up the secret of one that it got no answer to.
		ctx = context.WithoutCancel(ctx)
	}
	err = a.store.Change(ctx, claims.Issuer, used, func(current *Installation) (*Installation, error) {
		return transition(current, event, call.said, issuedAt, now)
	})
	if err != nil {
		return asError(err, ReasonStore)
	}
	return nil
}

// lifecycleCall is a lifecycle call with a body that fits its token.
type lifecycleCall struct {
	token    *token
	said     *lifecycleBody
	bodyHash [sha256.Size]byte
}

// proveLifecycle verifies everything about a lifecycle call.
func (a *App) proveLifecycle(r *http.Request, event Event) (*lifecycleCall, error) {
	in := readRequest(r)
	raw, err := in.headerToken()
	if err != nil {
		return nil, err
	}
	switch event {
	case Installed, Uninstalled:
		t, err := a.parseInstallToken(r, in, raw)
		if err != nil {
			return nil, err
		}
		return a.proveInstall(r, t, event)
	case Enabled, Disabled:
		t, _, err := a.verifyHS256(r.Context(), raw)
		if err != nil {
			return nil, err
		}
		if err := a.checkComputed(r, in, &t.claims); err != nil {
			return nil, err
		}
		return a.readCall(r, t, event)
	default:
		return nil, &Error{Kind: BadRequest, Reason: ReasonEventType}
	}
}

// parseInstallToken checks all of Atlassian's own token that needs no key.
func (a *App) parseInstallToken(r *http.Request, in *incoming, raw string) (*token, error) {
	t, err := parseToken(raw, algRS256)
	if err != nil {
		return nil, err
	}
	switch {
	case !isKeyID(t.header.KeyID):
		return nil, unauthorized(ReasonKeyID)
	case !IsClientKey(t.claims.Issuer):
		return nil, unauthorized(ReasonIssuer)
	case !slices.ContainsFunc(t.claims.Audience, a.isOwnURL):
		return nil, unauthorized(ReasonAudience)
	}
	if err := a.checkComputed(r, in, &t.claims); err != nil {
		return nil, err
	}
	return t, nil
}

// proveInstall verifies the signature of Atlassian's own token and reads the
// body. Anybody can make a token of which only the key servers can say that its
// key is nobody's. So a call that has to wait for them takes a place and is
// checked to its end before, and what it keeps while it waits is small. Its body
// has to be read also because net/http notices only then when a caller leaves.
func (a *App) proveInstall(r *http.Request, t *token, event Event) (*lifecycleCall, error) {
	kid := t.header.KeyID
	key, err := a.keys.KnownKey(kid)
	if err != nil {
		return nil, asError(err, ReasonKeyServer)
	}
	if key != nil {
		if err := a.verifyRS256(t, key); err != nil {
			return nil, err
		}
		return a.readCall(r, t, event)
	}
	from := a.callerAddress(r)
	leave, ok := a.unproved.enter(from)
	if !ok {
		return nil, unavailable(ReasonKeyQueue, nil)
	}
	defer leave()
	call, err := a.readCall(r, t, event)
	if err != nil {
		return nil, err
	}
	if key, err = a.keys.InstallKey(r.Context(), kid, from); err != nil {
		return nil, asError(err, ReasonKeyServer)
	}
	return call, a.verifyRS256(t, key)
}

func (a *App) verifyRS256(t *token, key *rsa.PublicKey) error {
	if jwt.SigningMethodRS256.Verify(t.signed, t.signature, key) != nil {
		return unauthorized(ReasonSignature)
	}
	a.keys.KeyProved(t.header.KeyID)
	return nil
}

// readCall reads the body of a lifecycle call, of which it keeps what is used
// and a hash.
func (a *App) readCall(r *http.Request, t *token, event Event) (*lifecycleCall, error) {
	body, err := readBody(r.Body)
	if err != nil {
		return nil, err
	}
	said, err := parseLifecycleBody(body)
	if err != nil {
		return nil, err
	}
	if err := a.checkLifecycleBody(said, t.claims.Issuer, event); err != nil {
		return nil, err
	}
	return &lifecycleCall{token: t, said: said, bodyHash: sha256.Sum256(body)}, nil
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
	Key           text `json:"key"`
	ClientKey     text `json:"clientKey"`
	SharedSecret  text `json:"sharedSecret"`
	BaseURL       text `json:"baseUrl"`
	DisplayURL    text `json:"displayUrl"`
	OAuthClientID text `json:"oauthClientId"`
	EventType     text `json:"eventType"`
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
	if body.SharedSecret == "" || len(body.SharedSecret) > maxKept || len(body.OAuthClientID) > maxKept {
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
//
// Installed and uninstalled are compared with each other only. Another signer
// sends disabled together with uninstalled: where that is dated a second later,
// and arrives first, the uninstall is not older. It is sent once, so dropping it
// would leave the secret for ever.
func transition(current *Installation, event Event, said *lifecycleBody, issuedAt, now time.Time) (*Installation, error) {
	// iat has whole seconds, so that a call of this very second is not after it.
	if arrived := now.Truncate(time.Second); issuedAt.After(arrived) {
		issuedAt = arrived
	}
	switch event {
	case Installed:
		if current != nil && issuedAt.Before(current.signedAt()) {
			return nil, nil
		}
		return install(current, said, issuedAt, now), nil

	case Uninstalled:
		if current == nil || issuedAt.Before(current.signedAt()) {
			return nil, nil
		}
		next := *current
		next.SharedSecret, next.PreviousSecret, next.PreviousSecretUntil = "", "", time.Time{}
		next.Enabled = false
		earliest := current.ChangedAt
		if current.Installed() {
			// A backup from before must be older, even one of the same second.
			earliest = earliest.Add(time.Nanosecond)
			next.UninstalledAt = now
		}
		next.ChangedAt, next.SignedAt = later(issuedAt, earliest), issuedAt
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
		next.ChangedAt, next.SignedAt = later(issuedAt, current.ChangedAt), current.signedAt()
		return &next, nil
	}
}

// signedAt is SignedAt, also of a record of a version before it.
func (i *Installation) signedAt() time.Time {
	if i.SignedAt.IsZero() {
		return i.ChangedAt
	}
	return i.SignedAt
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func install(current *Installation, said *lifecycleBody, issuedAt, now time.Time) *Installation {
	next := &Installation{
		ClientKey:     string(said.ClientKey),
		SharedSecret:  Secret(said.SharedSecret),
		BaseURL:       string(said.BaseURL),
		DisplayURL:    string(said.DisplayURL),
		OAuthClientID: string(said.OAuthClientID),
		InstalledAt:   now,
		ChangedAt:     issuedAt,
		SignedAt:      issuedAt,
	}
	if current == nil {
		return next
	}
	next.InstalledAt, next.BlockedAt = current.InstalledAt, current.BlockedAt
	next.ChangedAt = later(issuedAt, current.ChangedAt)
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
