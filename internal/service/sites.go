package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"labelup/handlers"
	"labelup/internal/aws"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/datamap"
	"labelup/internal/fault"
	"labelup/internal/seal"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

const day = 24 * time.Hour

// longestWait is for an answer of Redis: a person who gave a command waits as well.
const longestWait = 5 * time.Second

// Sealer seals and opens the sites' secrets.
type Sealer struct {
	*seal.Keyring
	envelopes []*seal.Envelope // of KMS
}

// newSealer puts the configured keys together, which ask KMS again for so long. It
// asks nobody.
func newSealer(settings config.Config, log *slog.Logger, patience time.Duration) (*Sealer, error) {
	s := &Sealer{}
	var sealers []seal.Sealer
	for _, id := range settings.AWS.KMSKeyIDs {
		envelope := seal.NewEnvelope(keyTag(id), aws.NewKeys(awsSettings(settings, observeAWS(log)), id)).Patient(patience)
		s.envelopes = append(s.envelopes, envelope)
		sealers = append(sealers, envelope)
	}
	if settings.SealKeys != "" {
		local, err := seal.NewLocal(settings.SealKeys)
		if err != nil {
			return nil, fmt.Errorf("SEAL_KEYS: %w", err)
		}
		if sealers = append(sealers, local); settings.AWS.SealWithLocal {
			sealers[0], sealers[len(sealers)-1] = sealers[len(sealers)-1], sealers[0]
		}
	}
	if len(sealers) == 0 {
		return nil, errors.New("neither SEAL_KEYS nor KMS_KEY_ID is set")
	}
	s.Keyring = seal.NewKeyring(sealers[0], sealers[1:]...)
	return s, nil
}

// keyTag names a KMS key in what it sealed, without its account, and the same
// for its id and its ARN.
func keyTag(id string) string {
	sum := sha256.Sum256([]byte(config.KMSKey(id)))
	return "kms-" + hex.EncodeToString(sum[:4])
}

func (s *Sealer) cachedKeys() int {
	n := 0
	for _, envelope := range s.envelopes {
		n += envelope.CachedKeys()
	}
	return n
}

// OpenStore returns the sites in Redis, and what seals their secrets. It dials
// nothing. observe, which may be nil, is told of each command. KMS is asked again for
// as long as patience while it is not available, and an answer of Redis may take as
// long, 5 s at most; 0 is for what pages wait for. The caller closes the store.
func OpenStore(settings config.Config, log *slog.Logger, observe func(site.Call), patience time.Duration) (*site.Store, *Sealer, error) {
	sealer, err := newSealer(settings, log, patience)
	if err != nil {
		return nil, nil, err
	}
	client, err := site.NewClient(settings.RedisURL, site.Options{InsecureTLS: settings.RedisTLSInsecure, Wait: min(patience, longestWait)})
	if err != nil {
		return nil, nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return site.New(client, sealer, site.Settings{
		Keep: site.Keep{
			AfterUninstall: time.Duration(settings.RetentionDays) * day,
			Erasures:       ErasuresKept(settings),
		},
		Observe: observe,
	}), sealer, nil
}

func days(settings config.Config) datamap.Days {
	return datamap.Days{Uninstalled: settings.RetentionDays, Logs: settings.LogRetentionDays, Backups: settings.AWS.BackupKeepDays}
}

// heldStores is everything that the service keeps anywhere.
func heldStores(settings config.Config) []datamap.Store {
	stores := slices.Clone(site.Stores)
	if settings.AWS.BackupBucket != "" {
		stores = append(stores, backup.Stores...)
	}
	return append(stores, technicallog.Data)
}

// records is what the admin page shows of the sites, and erases.
type records struct {
	store *site.Store
	days  datamap.Days
}

var _ handlers.Records = records{}

// Held implements handlers.Records.
func (r records) Held(ctx context.Context, siteID string) ([]handlers.HeldField, error) {
	held, err := r.store.Held(ctx, siteID)
	if err != nil {
		return nil, storeFault(err)
	}
	declared := map[string]datamap.Field{}
	for _, field := range site.Stores[0].Filled(r.days).Fields {
		declared[field.Name] = field
	}
	fields := make([]handlers.HeldField, len(held))
	for i, h := range held {
		d := declared[h.Name] // a field of a newer version of the app has none
		fields[i] = handlers.HeldField{Name: h.Name, Value: h.Value, Origin: d.Origin, Purpose: d.Purpose, Kept: d.Kept, Protection: d.Protection}
	}
	return fields, nil
}

// Erase implements handlers.Records.
func (r records) Erase(ctx context.Context, siteID string) error {
	if _, err := r.store.Erase(ctx, site.Name(siteID)); err != nil {
		return storeFault(err)
	}
	return nil
}

func storeFault(err error) error {
	if errors.Is(err, site.ErrUnknown) {
		return fault.Wrap(fault.NotFound, "nothing_held", err)
	}
	return fault.Wrap(fault.Unavailable, "store", err)
}
