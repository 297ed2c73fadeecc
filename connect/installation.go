package connect

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Secret is a shared secret. It never prints itself: every formatting verb,
// slog and encoding/json show "[secret]". Use Bytes where it must be read.
type Secret string

// Bytes returns the secret as the UTF-8 bytes that key HMAC-SHA256; Atlassian
// uses the string as it is, without base64 decoding.
func (s Secret) Bytes() []byte { return []byte(s) }

func (Secret) String() string               { return "[secret]" }
func (Secret) GoString() string             { return "[secret]" }
func (Secret) LogValue() slog.Value         { return slog.StringValue("[secret]") }
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Installation is one site's install of the app: what the lifecycle calls said
// last. It holds nothing about people or pages.
type Installation struct {
	// ClientKey names the site for ever. It is opaque, at most 255 bytes.
	ClientKey string

	// SharedSecret keys every HS256 token between the site and the app.
	// It is empty once the app is uninstalled.
	SharedSecret Secret

	// PreviousSecret was replaced by SharedSecret and still verifies tokens
	// that were on their way, until PreviousSecretUntil.
	PreviousSecret      Secret
	PreviousSecretUntil time.Time

	// BaseURL is where the site's REST API is, with its /wiki. It changes when
	// a site is renamed and is no identity.
	BaseURL string

	// DisplayURL is the site's custom domain, if it has one. Only for links
	// that people see and for frame-ancestors; never called.
	DisplayURL string

	OAuthClientID string // names the install to Atlassian's token server; changes on site import

	Enabled     bool      // between the enabled and disabled calls
	InstalledAt time.Time // first install

	// ChangedAt tells which of two records of a site is newer. It is the iat of
	// the newest lifecycle token that was applied, or a nanosecond and more after
	// that: the record of an uninstall is newer than all before it.
	ChangedAt time.Time

	// SignedAt is the iat of the newest installed or uninstalled token that was
	// applied. It is zero in a record of a version before it: see ChangedAt then.
	SignedAt time.Time

	// UninstalledAt is zero while the app is installed.
	UninstalledAt time.Time

	// BlockedAt is when an operator blocked the site, zero while it is not.
	// Nobody of a blocked site is served. Its lifecycle calls are, and none of
	// them ends the block.
	BlockedAt time.Time
}

// Installed reports whether the site may call and be called.
func (i *Installation) Installed() bool { return i != nil && i.UninstalledAt.IsZero() }

// UsedToken identifies a lifecycle token that was presented, so that a captured
// one cannot be replayed with another body. It holds hashes only.
type UsedToken struct {
	TokenHash [32]byte  // SHA-256 of the token as received
	BodyHash  [32]byte  // SHA-256 of the body it came with
	Expires   time.Time // when the token itself can no longer be accepted
}

var (
	// ErrUnknownSite: the store has no record for this client key.
	ErrUnknownSite = errors.New("connect: unknown site")

	// ErrStoreUnavailable: the store could not be asked or could not write.
	// Nothing was changed, or the whole change was.
	ErrStoreUnavailable = errors.New("connect: store unavailable")

	// ErrTokenReused: this lifecycle token came before with another body.
	ErrTokenReused = errors.New("connect: lifecycle token reused with another body")
)

// Store keeps installations. It is written by the app's lifecycle calls and
// read on every request, by many goroutines and processes at once.
type Store interface {
	// Installation returns the record of a site, including an uninstalled
	// one, or ErrUnknownSite, or an error that wraps ErrStoreUnavailable.
	// The result is shared: it must not be modified. It may be up to one
	// second old, except in the process that changed it, where it is never.
	Installation(ctx context.Context, clientKey string) (*Installation, error)

	// Change replaces the record of a site in one atomic step together with
	// remembering used (unless used is nil): either both happen or neither.
	// It calls decide with a copy of the current record (nil if there is
	// none), possibly several times when others write at the same moment.
	// decide returns the whole new record; nil means leave it as it is.
	//
	// If used was seen before with the same body, Change returns nil without
	// calling decide; with another body, ErrTokenReused. An error of decide
	// is returned as it is and nothing is written. Any failure to reach the
	// store wraps ErrStoreUnavailable.
	//
	// A store that cannot read the secrets just now may call decide with others
	// in their place. It then writes only the record of an uninstall, without
	// secrets, and else fails with ErrStoreUnavailable. Change ends in a few
	// seconds whether or not ctx ends.
	Change(ctx context.Context, clientKey string, used *UsedToken, decide func(current *Installation) (*Installation, error)) error
}
