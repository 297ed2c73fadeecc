package forge

import "time"

// Kind says what a caller of this package can do about an error. The set is
// closed.
type Kind string

const (
	BadRequest   Kind = "bad_request"  // the app's own mistake; nothing was sent
	Unauthorized Kind = "unauthorized" // no proof of who is calling
	Forbidden    Kind = "forbidden"    // proved, and there is nobody to act as
	Unavailable  Kind = "unavailable"  // the keys cannot be had now
)

// Reasons are the fixed words for the log. They must not leave the service:
// every unauthorized request should get the same answer, or the answer would help
// to forge.
const (
	ReasonNoToken         = "no_token"          // no Authorization header
	ReasonTwoTokens       = "two_tokens"        // more than one Authorization header, or token of the person
	ReasonNotBearerScheme = "not_bearer_scheme" //nolint:gosec // no credential: an Authorization header with another scheme, or Bearer in another case
	ReasonTokenMalformed  = "token_malformed"   // not three base64url segments of JSON with each name once, or above the size limits
	ReasonUserToken       = "user_token"        // the token of the person cannot be part of a header, or is above its limit
	ReasonAlgorithm       = "algorithm"         // alg is not RS256
	ReasonKeyID           = "key_id"            // kid is missing or not of the form of one
	ReasonUnknownKey      = "unknown_key"       // the key set does not have kid
	ReasonSignature       = "signature"         // the signature does not verify
	ReasonIssuer          = "issuer"            // iss is not Issuer
	ReasonAudience        = "audience"          // for another app, for several, or for nobody
	ReasonNoExpiry        = "no_expiry"         // no exp
	ReasonNoIssuedAt      = "no_issued_at"      // no iat
	ReasonExpired         = "expired"           // exp has passed by more than Leeway
	ReasonNotYet          = "not_yet"           // iat or nbf is ahead by more than Leeway
	ReasonLifetime        = "lifetime"          // exp is not after iat, or by more than MaxLifetime
	ReasonIsolatedCloud   = "isolated_cloud"    // of a cloud with keys of its own
	ReasonInstallation    = "installation"      // names no installation, or two
	ReasonAPIBaseURL      = "api_base_url"      // Confluence's REST API would not be at Atlassian, or of another site
	ReasonKeyServer       = "key_server"        // the key set cannot be had, or is nonsense
	ReasonKeyQueue        = "key_queue"         // too many calls wait for the key set
	ReasonAnonymous       = "anonymous"         // no token of a person came with the call
	ReasonForeignURL      = "foreign_url"       // a request to be authorized does not go to the site
)

// Error is the error of App and Caller. Its text carries no data: no name, URL,
// token or id.
type Error struct {
	Kind       Kind
	Reason     string        // one of the Reason constants
	RetryAfter time.Duration // when to try again; 0 if unknown
	Cause      error         // for errors.Is; may hold data and must not be logged
}

func (e *Error) Error() string { return "forge: " + string(e.Kind) + ": " + e.Reason }
func (e *Error) Unwrap() error { return e.Cause }

func unauthorized(reason string) *Error { return &Error{Kind: Unauthorized, Reason: reason} }
