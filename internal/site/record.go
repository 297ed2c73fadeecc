package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"labelup/connect"
	"labelup/internal/datamap"
	"labelup/internal/seal"
)

// Sealer protects the secrets that are stored. Implementations must be safe
// for concurrent use; must fail to Open a text for any other binding than it
// was sealed with, with one of package seal's errors; must still open what an
// earlier key sealed for as long as records with it exist; and must answer
// within the context's time. Seal is called on every change, Open when a record
// is read from Redis. Current reports whether a text says that it was sealed
// with the key that Seal uses now; it asks nobody.
type Sealer interface {
	Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error)
	Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error)
	Current(sealed string) bool
}

// ErrCorrupt: there is a record and it cannot be read: it is no JSON, is of a
// newer version, or its secrets do not open. It concerns this site only, and is
// wrapped together with connect.ErrStoreUnavailable. No lifecycle call
// overwrites such a record; after the cause is understood, importing a backup
// repairs it, or an install call that comes after the site was erased.
var ErrCorrupt = errors.New("site: corrupt record")

// errNewer is the ErrCorrupt of a record that a newer program can read.
var errNewer = fmt.Errorf("%w: of a newer version than this program knows", ErrCorrupt)

const (
	recordVersion = 1

	// maxRecord bounds a record in bytes, written or read. Real ones are
	// below 2 KiB.
	maxRecord = 64 << 10
)

// record is what one site's key holds, as JSON. What each field is for is
// declared in siteStore; nothing is stored without a purpose, and nothing about
// people or pages is stored at all.
//
// A field may be added without a new version, for during a deploy two versions
// of the program run side by side and both keep what they do not know. Its name
// must differ from the others by more than case. Changing what a field means, or
// removing one that may not be missing, needs a new version; the name of another
// that is removed goes to formerFields.
type record struct {
	Version   int    `json:"version"`
	ClientKey string `json:"clientKey"`

	SharedSecret        string    `json:"sharedSecret,omitempty"`
	PreviousSecret      string    `json:"previousSecret,omitempty"`
	PreviousSecretUntil time.Time `json:"previousSecretUntil,omitzero"`

	BaseURL       string `json:"baseUrl"`
	DisplayURL    string `json:"displayUrl,omitempty"`
	OAuthClientID string `json:"oauthClientId,omitempty"`

	Enabled       bool      `json:"enabled"`
	InstalledAt   time.Time `json:"installedAt"`
	ChangedAt     time.Time `json:"changedAt"`
	SignedAt      time.Time `json:"signedAt,omitzero"`
	UninstalledAt time.Time `json:"uninstalledAt,omitzero"`
	BlockedAt     time.Time `json:"blockedAt,omitzero"`

	// unknown are the fields of another version of the program, as they were read.
	unknown map[string]json.RawMessage `json:"-"`
}

// formerFields are what an earlier version kept and no code reads. A record that
// has them loses them when it is written next, by Reseal at the latest.
var formerFields = []string{"cloudId", "installationId", "entitlementId", "entitlementNumber"}

const (
	fromInstall   = "Atlassian's install call"
	fromLifecycle = "Atlassian's lifecycle calls"
	ownClock      = "the app's clock"

	whereSealed    = "sealed with AES-256-GCM, bound to its site and field; the key is not in Redis"
	untilUninstall = "until the site uninstalls the app"
)

var siteStore = datamap.Of(record{}, datamap.Store{
	Name:       "Installed sites",
	On:         datamap.On{datamap.Connect},
	Place:      "Redis, labelup:{<site>}:site",
	Kept:       "while the app is installed, and " + datamap.UninstalledDays + " days after the site uninstalled it",
	Protection: "in a Redis that only the app reaches; in backups encrypted",
	Fields: []datamap.Field{
		{Name: "version", Origin: "the app", Purpose: "of this list of fields"},
		{Name: "clientKey", Origin: fromInstall, Purpose: "names the site; must match the key the record is stored under"},
		{Name: fieldSharedSecret, Origin: fromInstall, Purpose: "verifies and signs calls", Kept: untilUninstall, Protection: whereSealed},
		{Name: fieldPreviousSecret, Origin: "an earlier install call of Atlassian's", Purpose: "verifies calls under way during a rotation", Kept: untilUninstall, Protection: whereSealed},
		{Name: "previousSecretUntil", Origin: ownClock, Purpose: "ends that", Kept: untilUninstall},
		{Name: "baseUrl", Origin: fromInstall, Purpose: "where the site's REST API is called"},
		{Name: "displayUrl", Origin: fromInstall, Purpose: "the site's custom domain, for links and frame-ancestors"},
		{Name: "oauthClientId", Origin: fromInstall, Purpose: "to act as the user who clicked"},
		{Name: "enabled", Origin: fromLifecycle, Purpose: "whether the site's administrator switched the app on"},
		{Name: "installedAt", Origin: ownClock, Purpose: "support, and how long data has been held"},
		{Name: "changedAt", Origin: fromLifecycle, Purpose: "tells which of two records is newer; orders enabling and disabling calls that arrive out of order"},
		{Name: "signedAt", Origin: fromInstall + ", or the uninstall call", Purpose: "orders install and uninstall calls that arrive out of order"},
		{Name: "uninstalledAt", Origin: ownClock, Purpose: "refuses calls, and when Redis deletes the record"},
		{Name: "blockedAt", Origin: "the operator", Purpose: "refuses calls of a site that the operator blocked"},
	},
})

// The names the secrets are bound to; part of what is stored.
const (
	fieldSharedSecret   = "sharedSecret"
	fieldPreviousSecret = "previousSecret"
)

// secretField is one of the record's secrets.
type secretField struct {
	name   string
	sealed *string // in the record
}

func (r *record) secrets() [2]secretField {
	return [2]secretField{{fieldSharedSecret, &r.SharedSecret}, {fieldPreviousSecret, &r.PreviousSecret}}
}

// current reports whether a record that parseWhole read needs no writing: every
// secret is sealed with the key that seals now, and none of formerFields is there.
func (r *record) current(sealer Sealer) bool {
	if slices.ContainsFunc(formerFields, func(name string) bool { return r.unknown[name] != nil }) {
		return false
	}
	for _, secret := range r.secrets() {
		if *secret.sealed != "" && !sealer.Current(*secret.sealed) {
			return false
		}
	}
	return true
}

// expires is when the record shall be deleted, zero for never.
func (r *record) expires(keep Keep) time.Time {
	if r.UninstalledAt.IsZero() {
		return time.Time{}
	}
	return r.UninstalledAt.Add(keep.AfterUninstall)
}

// parse reads what is stored under a name. Its errors wrap ErrCorrupt and never
// quote the record. The secrets stay sealed.
func parse(name, stored string) (*record, error) {
	if len(stored) > maxRecord {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrCorrupt, len(stored), maxRecord)
	}
	var r record
	if err := json.Unmarshal([]byte(stored), &r); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of a record", ErrCorrupt)
	}
	if r.Version > recordVersion {
		return nil, errNewer
	}
	if r.Version != recordVersion {
		return nil, fmt.Errorf("%w: version %d, this program knows %d", ErrCorrupt, r.Version, recordVersion)
	}
	if Name(r.ClientKey) != name {
		return nil, fmt.Errorf("%w: the record of another site", ErrCorrupt)
	}
	return &r, nil
}

// parseWhole is parse for a record that will be written again: it also keeps
// the fields that this program does not know.
func parseWhole(name, stored string) (*record, error) {
	r, err := parse(name, stored)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(stored), &all); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of a record", ErrCorrupt)
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool {
		// As encoding/json finds them.
		return slices.ContainsFunc(siteStore.Fields, func(f datamap.Field) bool { return strings.EqualFold(f.Name, name) })
	})
	r.unknown = all
	return r, nil
}

// encode is the opposite of parseWhole, but for formerFields.
func (r *record) encode() ([]byte, error) {
	encoded, err := json.Marshal(r) //nolint:gosec // the secrets are sealed
	if err != nil {
		return nil, fmt.Errorf("site: encode: %w", err)
	}
	maps.DeleteFunc(r.unknown, func(name string, _ json.RawMessage) bool { return slices.Contains(formerFields, name) })
	if len(r.unknown) > 0 {
		unknown, err := json.Marshal(r.unknown)
		if err != nil {
			return nil, fmt.Errorf("site: encode: %w", err)
		}
		encoded = slices.Concat(bytes.TrimSuffix(encoded, []byte("}")), []byte(","), bytes.TrimPrefix(unknown, []byte("{")))
	}
	if len(encoded) > maxRecord {
		return nil, fmt.Errorf("site: a record of %d bytes, at most %d are allowed", len(encoded), maxRecord)
	}
	return encoded, nil
}

// open returns what connect knows of the record. Its errors never quote the
// record, and wrap ErrCorrupt if it is the record's fault.
func (r *record) open(ctx context.Context, sealer Sealer) (*connect.Installation, error) {
	shared, err := openSecret(ctx, sealer, r, fieldSharedSecret, r.SharedSecret)
	if err != nil {
		return nil, err
	}
	previous, err := openSecret(ctx, sealer, r, fieldPreviousSecret, r.PreviousSecret)
	if err != nil {
		return nil, err
	}
	return r.with(shared, previous), nil
}

// with is open for who has the secrets.
func (r *record) with(shared, previous connect.Secret) *connect.Installation {
	return &connect.Installation{
		ClientKey:           r.ClientKey,
		SharedSecret:        shared,
		PreviousSecret:      previous,
		PreviousSecretUntil: r.PreviousSecretUntil,
		BaseURL:             r.BaseURL,
		DisplayURL:          r.DisplayURL,
		OAuthClientID:       r.OAuthClientID,
		Enabled:             r.Enabled,
		InstalledAt:         r.InstalledAt,
		ChangedAt:           r.ChangedAt,
		SignedAt:            r.SignedAt,
		UninstalledAt:       r.UninstalledAt,
		BlockedAt:           r.BlockedAt,
	}
}

// sealed is the opposite of open. It seals both secrets anew, which is how a
// rotated key takes over.
func sealed(ctx context.Context, sealer Sealer, i *connect.Installation) (*record, error) {
	r := &record{
		Version:             recordVersion,
		ClientKey:           i.ClientKey,
		PreviousSecretUntil: i.PreviousSecretUntil.UTC(),
		BaseURL:             i.BaseURL,
		DisplayURL:          i.DisplayURL,
		OAuthClientID:       i.OAuthClientID,
		Enabled:             i.Enabled,
		InstalledAt:         i.InstalledAt.UTC(),
		ChangedAt:           i.ChangedAt.UTC(),
		SignedAt:            i.SignedAt.UTC(),
		UninstalledAt:       i.UninstalledAt.UTC(),
		BlockedAt:           i.BlockedAt.UTC(),
	}
	var err error
	if r.SharedSecret, err = sealSecret(ctx, sealer, r, fieldSharedSecret, i.SharedSecret); err != nil {
		return nil, err
	}
	if r.PreviousSecret, err = sealSecret(ctx, sealer, r, fieldPreviousSecret, i.PreviousSecret); err != nil {
		return nil, err
	}
	return r, nil
}

func sealSecret(ctx context.Context, sealer Sealer, r *record, field string, secret connect.Secret) (string, error) {
	if secret == "" {
		return "", nil
	}
	sealed, err := sealer.Seal(ctx, secret.Bytes(), seal.Binding{Site: r.ClientKey, Field: field})
	if err != nil {
		return "", fmt.Errorf("site: %s: %w", field, err)
	}
	return sealed, nil
}

func openSecret(ctx context.Context, sealer Sealer, r *record, field, sealed string) (connect.Secret, error) {
	if sealed == "" {
		return "", nil
	}
	plaintext, err := sealer.Open(ctx, sealed, seal.Binding{Site: r.ClientKey, Field: field})
	if err != nil {
		if isFaultOfText(err) {
			return "", fmt.Errorf("%w: %s: %w", ErrCorrupt, field, err)
		}
		return "", fmt.Errorf("site: %s: %w", field, err)
	}
	return connect.Secret(plaintext), nil
}

// isFaultOfText tells a sealed text that will not open from a key service that
// does not answer just now.
func isFaultOfText(err error) bool {
	for _, fault := range []error{seal.ErrMalformed, seal.ErrUnknownKey, seal.ErrOtherSite, seal.ErrOtherField, seal.ErrTampered} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}
