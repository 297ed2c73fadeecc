package connect

import (
	"errors"
	"time"
)

// Kind says what a caller of this package can do about an error. The set is
// closed.
type Kind string

const (
	BadRequest   Kind = "bad_request"  // the body makes no sense, or nobody waits for the answer; nothing was changed
	Unauthorized Kind = "unauthorized" // no proof of who is calling
	Forbidden    Kind = "forbidden"    // Atlassian does not let the app act as this person, or we do not serve this site
	TooLarge     Kind = "too_large"    // body above its limit
	Unavailable  Kind = "unavailable"  // the store, the key server or the token server is down
)

// Reasons are the fixed words for the log. They never leave the service: every
// unauthorized request gets the same answer, or the answer would help to forge.
const (
	ReasonNoToken         = "no_token"          // no token where this kind of request carries one
	ReasonTwoTokens       = "two_tokens"        // more than one token in the request
	ReasonNotJWTScheme    = "not_jwt_scheme"    // an Authorization header with another scheme, such as Bearer
	ReasonTokenMalformed  = "token_malformed"   // not three base64url segments of JSON with each name once, or above the size limits
	ReasonAlgorithm       = "algorithm"         // alg is not the one this route is pinned to
	ReasonIssuer          = "issuer"            // no iss, or one no site has installed under
	ReasonUninstalled     = "uninstalled"       // the site has uninstalled the app
	ReasonBlocked         = "blocked"           // an operator blocked the site
	ReasonSignature       = "signature"         // the signature does not verify
	ReasonNoExpiry        = "no_expiry"         // no exp
	ReasonNoIssuedAt      = "no_issued_at"      // no iat
	ReasonExpired         = "expired"           // exp has passed by more than Leeway
	ReasonNotYet          = "not_yet"           // iat or nbf is ahead by more than Leeway
	ReasonLifetime        = "lifetime"          // exp is not after iat, or by more than MaxLifetime
	ReasonNoQSH           = "no_qsh"            // no qsh
	ReasonQSHMismatch     = "qsh_mismatch"      // signed for another method, path or query
	ReasonContextToken    = "context_token"     // a context token where a token bound to the URL is needed
	ReasonNotContextToken = "not_context_token" // a token bound to a URL where a context token is needed
	ReasonKeyID           = "key_id"            // kid is missing or not of the form of one
	ReasonUnknownKey      = "unknown_key"       // no key server knows kid, or what it has is no RSA key
	ReasonAudience        = "audience"          // says that it is for somebody else
	ReasonBody            = "body"              // not a JSON object with each name once, or without a field the event needs
	ReasonBodyTooLarge    = "body_too_large"    // above MaxLifecycleBody
	ReasonBodyUnread      = "body_unread"       // the connection broke or timed out before the end of the body
	ReasonClientKey       = "client_key"        // the body names another site than the token
	ReasonAppKey          = "app_key"           // the body names another app
	ReasonEventType       = "event_type"        // the body names another event than the route
	ReasonBaseURL         = "base_url"          // the site's URL is not one of Atlassian's
	ReasonTokenReused     = "token_reused"      // the lifecycle token came before with another body
	ReasonStore           = "store"             // the store is down
	ReasonKeyServer       = "key_server"        // the key servers are down
	ReasonKeyQueue        = "key_queue"         // too many calls wait for keys that may be nobody's
	ReasonAnonymous       = "anonymous"         // nobody is signed in, so there is nobody to act as
	ReasonRefused         = "refused"           // the token server says no: person, site or scope
	ReasonTokenServer     = "token_server"      // the token server is down, slow, or answers nonsense
	ReasonTokenServerBusy = "token_server_busy" // the token server says to come back later
	ReasonForeignURL      = "foreign_url"       // a request to be signed does not go to the site
)

// Error is the error of App, CDNKeys, UserTokens and SignRequest; any other
// kind of error from them is a mistake in this package. Its text carries
// no data: no name, URL, token or id.
type Error struct {
	Kind       Kind
	Reason     string        // one of the Reason constants
	RetryAfter time.Duration // when to try again; 0 if unknown
	Cause      error         // for errors.Is; may hold data and must not be logged
}

func (e *Error) Error() string { return "connect: " + string(e.Kind) + ": " + e.Reason }
func (e *Error) Unwrap() error { return e.Cause }

func unauthorized(reason string) *Error { return &Error{Kind: Unauthorized, Reason: reason} }

// unavailableRetry is a guess at how long a neighbour's hiccup lasts.
const unavailableRetry = 5 * time.Second

func unavailable(reason string, cause error) *Error {
	return &Error{Kind: Unavailable, Reason: reason, RetryAfter: unavailableRetry, Cause: cause}
}

// asError gives an error of a Store or KeySource its kind. One that says
// nothing of itself is taken for an outage, with this reason.
func asError(err error, outage string) *Error {
	known, ok := errors.AsType[*Error](err)
	switch {
	case ok:
		return known
	case errors.Is(err, ErrTokenReused):
		return &Error{Kind: Unauthorized, Reason: ReasonTokenReused, Cause: err}
	case errors.Is(err, ErrUnknownSite):
		return &Error{Kind: Unauthorized, Reason: ReasonIssuer, Cause: err}
	default:
		return unavailable(outage, err)
	}
}
