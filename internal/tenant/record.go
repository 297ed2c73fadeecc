package tenant

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"labelup/connect"
	"labelup/internal/seal"
)

// Sealer protects the secrets that are stored. Implementations must be safe
// for concurrent use; must fail to Open a text for any other binding than it
// was sealed with; must still open what an earlier key sealed for as long as
// records with it exist; and must answer within the context's time. Seal is
// called on every change, Open when a record is read from Redis.
type Sealer interface {
	Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error)
	Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error)
}

// ErrCorrupt: there is a record and it cannot be read: it is no JSON, is of a
// newer version, or its secrets do not open. It concerns this site only, and is
// wrapped together with connect.ErrStoreUnavailable. Nothing overwrites such a
// record; after the cause is understood, deleting its key and installing the
// app again on the site repairs it.
var ErrCorrupt = errors.New("tenant: corrupt record")

const (
	recordVersion = 1

	// maxRecord bounds a record in bytes, written or read. Real ones are
	// below 2 KiB.
	maxRecord = 64 << 10
)

// record is what one site's key holds, as JSON. Adding, removing or changing
// a field needs a new version: an older process would drop what it does not
// know. Each comment says what the field is for, and docs/tenants.md says the
// same; nothing is stored without a purpose, and nothing about people or pages
// is stored at all.
type record struct {
	Version   int    `json:"version"`   // of this list of fields
	ClientKey string `json:"clientKey"` // names the site; must match the key the record is stored under

	SharedSecret        string    `json:"sharedSecret,omitempty"`       // sealed; verifies and signs calls
	PreviousSecret      string    `json:"previousSecret,omitempty"`     // sealed; verifies calls under way during a rotation
	PreviousSecretUntil time.Time `json:"previousSecretUntil,omitzero"` // ends that

	BaseURL           string `json:"baseUrl"`                     // where the site's REST API is called
	DisplayURL        string `json:"displayUrl,omitempty"`        // the site's custom domain, for links and frame-ancestors
	OAuthClientID     string `json:"oauthClientId,omitempty"`     // to act as the user who clicked
	CloudID           string `json:"cloudId,omitempty"`           // recognises the site after a move to Forge
	InstallationID    string `json:"installationId,omitempty"`    // the same, for installs made through Forge
	EntitlementID     string `json:"entitlementId,omitempty"`     // the licence, for support
	EntitlementNumber string `json:"entitlementNumber,omitempty"` // the licence, for support

	Enabled       bool      `json:"enabled"`                // whether the site's administrator switched the app on
	InstalledAt   time.Time `json:"installedAt"`            // support, and how long data has been held
	ChangedAt     time.Time `json:"changedAt"`              // orders lifecycle calls that arrive out of order
	UninstalledAt time.Time `json:"uninstalledAt,omitzero"` // refuses calls; Redis deletes the record 30 days later
}

// The names the secrets are bound to; part of what is stored.
const (
	fieldSharedSecret   = "sharedSecret"
	fieldPreviousSecret = "previousSecret"
)

// encode seals both secrets anew, which is how a rotated key takes over.
func encode(ctx context.Context, sealer Sealer, i *connect.Installation) ([]byte, error) {
	secret := func(s connect.Secret, field string) (string, error) {
		if s == "" {
			return "", nil
		}
		sealed, err := sealer.Seal(ctx, s.Bytes(), seal.Binding{Tenant: i.ClientKey, Field: field})
		if err != nil {
			return "", fmt.Errorf("tenant: %s: %w", field, err)
		}
		return sealed, nil
	}
	shared, err := secret(i.SharedSecret, fieldSharedSecret)
	if err != nil {
		return nil, err
	}
	previous, err := secret(i.PreviousSecret, fieldPreviousSecret)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(record{ //nolint:gosec // the secrets are sealed
		Version:             recordVersion,
		ClientKey:           i.ClientKey,
		SharedSecret:        shared,
		PreviousSecret:      previous,
		PreviousSecretUntil: i.PreviousSecretUntil.UTC(),
		BaseURL:             i.BaseURL,
		DisplayURL:          i.DisplayURL,
		OAuthClientID:       i.OAuthClientID,
		CloudID:             i.CloudID,
		InstallationID:      i.InstallationID,
		EntitlementID:       i.EntitlementID,
		EntitlementNumber:   i.EntitlementNumber,
		Enabled:             i.Enabled,
		InstalledAt:         i.InstalledAt.UTC(),
		ChangedAt:           i.ChangedAt.UTC(),
		UninstalledAt:       i.UninstalledAt.UTC(),
	})
	if err != nil {
		return nil, fmt.Errorf("tenant: encode: %w", err)
	}
	if len(encoded) > maxRecord {
		return nil, fmt.Errorf("tenant: a record of %d bytes, at most %d are allowed", len(encoded), maxRecord)
	}
	return encoded, nil
}

// decode returns errors that wrap ErrCorrupt and never quote the record.
func decode(ctx context.Context, sealer Sealer, clientKey, stored string) (*connect.Installation, error) {
	if len(stored) > maxRecord {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrCorrupt, len(stored), maxRecord)
	}
	var r record
	if err := json.Unmarshal([]byte(stored), &r); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of a record", ErrCorrupt)
	}
	if r.Version != recordVersion {
		return nil, fmt.Errorf("%w: version %d, this program knows %d", ErrCorrupt, r.Version, recordVersion)
	}
	if r.ClientKey != clientKey {
		return nil, fmt.Errorf("%w: the record of another site", ErrCorrupt)
	}
	secret := func(sealed, field string) (connect.Secret, error) {
		if sealed == "" {
			return "", nil
		}
		plaintext, err := sealer.Open(ctx, sealed, seal.Binding{Tenant: clientKey, Field: field})
		if err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrCorrupt, field, err)
		}
		return connect.Secret(plaintext), nil
	}
	shared, err := secret(r.SharedSecret, fieldSharedSecret)
	if err != nil {
		return nil, err
	}
	previous, err := secret(r.PreviousSecret, fieldPreviousSecret)
	if err != nil {
		return nil, err
	}
	return &connect.Installation{
		ClientKey:           r.ClientKey,
		SharedSecret:        shared,
		PreviousSecret:      previous,
		PreviousSecretUntil: r.PreviousSecretUntil,
		BaseURL:             r.BaseURL,
		DisplayURL:          r.DisplayURL,
		OAuthClientID:       r.OAuthClientID,
		CloudID:             r.CloudID,
		InstallationID:      r.InstallationID,
		EntitlementID:       r.EntitlementID,
		EntitlementNumber:   r.EntitlementNumber,
		Enabled:             r.Enabled,
		InstalledAt:         r.InstalledAt,
		ChangedAt:           r.ChangedAt,
		UninstalledAt:       r.UninstalledAt,
	}, nil
}

// siteName is what a site is called in Redis. A hash, because a client key may
// hold any byte, braces included, and so that neither a key listing nor an
// invalidation message names a customer.
func siteName(clientKey string) string {
	sum := sha256.Sum256([]byte(clientKey))
	return hex.EncodeToString(sum[:])
}

// siteKey holds the record. The braces put all keys of a site into one slot of
// a Redis Cluster, so that one transaction can write them.
func siteKey(name string) string { return "labelup:{" + name + "}:site" }

// tokenKey holds the hash of the body a lifecycle token came with, as hex,
// until the token expires.
func tokenKey(name string, token [32]byte) string {
	return "labelup:{" + name + "}:token:" + hex.EncodeToString(token[:])
}
