package seal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"
)

// KeyService keeps the key that wraps data keys, and never gives it away.
// Implementations must be safe for concurrent use and must answer within the
// context's time. Errors must wrap ErrKeyServiceUnavailable or
// ErrKeyServiceDenied and hold nothing about the site, the key or the account.
// The caller owns the slices that are returned.
type KeyService interface {
	// NewDataKey makes 32 random bytes and wraps them, in at most 1 KiB, so
	// that they are only unwrapped for an equal binding.
	NewDataKey(ctx context.Context, binding map[string]string) (plain, wrapped []byte, err error)

	// OpenDataKey unwraps what NewDataKey wrapped. Another binding, or one
	// changed bit, is refused with ErrKeyServiceDenied.
	OpenDataKey(ctx context.Context, wrapped []byte, binding map[string]string) (plain []byte, err error)
}

const (
	// maxCachedKeys bounds the opened data keys in memory. A site has one, two
	// while its secret changes; a key takes about 200 bytes.
	maxCachedKeys = 20_000

	// cachedKeyAge is how long an opened data key is used without asking the
	// key service again, which is also how long one that was disabled there
	// still opens here. An outage is noticed by the sites whose key gets this
	// old during it, or was never opened.
	cachedKeyAge = 12 * time.Hour

	// questionTime bounds one question to the key service. It is longer than
	// those who ask wait, so that a slow answer is there when they ask again.
	questionTime = 5 * time.Second
)

// Envelope seals each text with a data key of its own, which a key service made
// and wrapped for the text's site and field; the wrapped key stands in the
// text. It is safe for concurrent use.
//
// Sealing always asks the key service. Opening asks unless the data key was
// made or opened within the last 12 hours and is among the newest 20,000; those
// are kept in memory, never elsewhere, and nothing is remembered of a failure.
// The key service is asked once at a time for the same key, however many wait.
type Envelope struct {
	id        string
	service   KeyService
	opened    *keyCache
	questions singleflight.Group // by cache key
	patience  time.Duration
}

// NewEnvelope returns an envelope over one key of the service. The id names
// that key in the sealed texts, for as long as they exist: 1 to 32 letters,
// digits, "-" or "_". It panics on another id.
func NewEnvelope(id string, service KeyService) *Envelope {
	if !isID(id) {
		panic(fmt.Sprintf("seal: the id of a key service's key must be 1 to %d letters, digits, - or _", maxID))
	}
	return &Envelope{id: id, service: service, opened: newKeyCache(maxCachedKeys, cachedKeyAge)}
}

// askAgainAfter is how long a patient envelope waits before it asks again.
const askAgainAfter = 500 * time.Millisecond

// Patient lets the envelope ask again for so long while the key service is not
// available, and returns it. It is for commands, which may go over thousands of
// sites and shall not end because one answer was late; a page does not wait.
func (e *Envelope) Patient(patience time.Duration) *Envelope {
	e.patience = patience
	return e
}

// ask puts a question to the key service. Its errors are of the closed set.
func (e *Envelope) ask(ctx context.Context, question func(ctx context.Context) error) error {
	for began := time.Now(); ; {
		once, cancel := context.WithTimeout(ctx, questionTime)
		err := question(once)
		cancel()
		if err == nil {
			return nil
		}
		err = serviceError(err)
		if !errors.Is(err, ErrKeyServiceUnavailable) || time.Since(began)+askAgainAfter > e.patience {
			return err
		}
		select {
		case <-time.After(askAgainAfter):
		case <-ctx.Done():
			return err
		}
	}
}

// Seal encrypts plaintext (at most 4 KiB) for one place. The result is ASCII
// without spaces or quotes, different each time. If the key service fails the
// error wraps ErrKeyServiceUnavailable or ErrKeyServiceDenied.
func (e *Envelope) Seal(ctx context.Context, plaintext []byte, binding Binding) (string, error) {
	if err := checkSealable(plaintext, binding); err != nil {
		return "", err
	}
	var plain, wrapped []byte
	err := e.ask(ctx, func(ctx context.Context) (err error) {
		plain, wrapped, err = e.service.NewDataKey(ctx, encryptionContext(binding))
		return err
	})
	defer clear(plain)
	if err != nil {
		return "", err
	}
	if len(plain) != keySize || len(wrapped) == 0 || len(wrapped) > maxWrapped {
		return "", fmt.Errorf("%w: it made a key of %d bytes, wrapped in %d", ErrKeyServiceUnavailable, len(plain), len(wrapped))
	}
	aead, err := newCipher(plain)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	header := envelopeVersion + "." + e.id + "." + binding.Field + "." + siteTag(binding.Site) + "." + encoding.EncodeToString(wrapped) + "."
	payload := aead.Seal(nil, nil, plaintext, additionalData(header, binding)) //nolint:gosec // the nonce is random and inside
	// What was just sealed is what is opened next.
	e.opened.put(cacheKey(wrapped, binding), dataKey(plain))
	return header + encoding.EncodeToString(payload), nil
}

// Open decrypts what Seal returned for the same binding. Its errors wrap one
// of the package's.
func (e *Envelope) Open(ctx context.Context, sealed string, binding Binding) ([]byte, error) {
	text, err := parse(envelopeVersion, sealed, binding)
	if err != nil {
		return nil, err
	}
	if text.id != e.id {
		return nil, ErrUnknownKey
	}
	key, err := e.openKey(ctx, text.wrapped, binding)
	if err != nil {
		return nil, err
	}
	defer clear(key[:])
	aead, err := newCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	plaintext, err := aead.Open(nil, nil, text.payload, additionalData(text.header, binding))
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

// openKey returns the data key from the cache or asks the key service, once for
// all who want it at the same time.
func (e *Envelope) openKey(ctx context.Context, wrapped []byte, binding Binding) (dataKey, error) {
	name := cacheKey(wrapped, binding)
	if key, ok := e.opened.get(name); ok {
		return key, nil
	}
	answer := e.questions.DoChan(string(name[:]), func() (any, error) {
		if key, ok := e.opened.get(name); ok { // somebody's question ended meanwhile
			return key, nil
		}
		// Not the first caller's context: the others would be cancelled with it.
		var plain []byte
		err := e.ask(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
			plain, err = e.service.OpenDataKey(ctx, wrapped, encryptionContext(binding))
			return err
		})
		defer clear(plain)
		if err != nil {
			return nil, err
		}
		if len(plain) != keySize {
			return nil, fmt.Errorf("%w: it opened a key of %d bytes", ErrKeyServiceUnavailable, len(plain))
		}
		key := dataKey(plain)
		e.opened.put(name, key)
		return key, nil
	})
	select {
	case result := <-answer:
		key, _ := result.Val.(dataKey) // none with an error
		return key, result.Err
	case <-ctx.Done():
		return dataKey{}, fmt.Errorf("%w: %w", ErrKeyServiceUnavailable, ctx.Err())
	}
}

// Opens reports whether a text says that it was sealed with this key.
func (e *Envelope) Opens(sealed string) bool {
	id, ok := keyID(envelopeVersion, sealed)
	return ok && id == e.id
}

// Current reports the same: an envelope opens with the one key it seals with.
// The key service changes what is behind the key by itself.
func (e *Envelope) Current(sealed string) bool { return e.Opens(sealed) }

// CachedKeys is how many opened data keys are in memory now.
func (e *Envelope) CachedKeys() int { return e.opened.len() }

// encryptionContext is what the key service binds a data key to. Its log shows
// it, therefore the site's hash.
func encryptionContext(binding Binding) map[string]string {
	site := sha256.Sum256([]byte(binding.Site))
	return map[string]string{
		"app":    "labelup",
		"tenant": hex.EncodeToString(site[:]),
		"field":  binding.Field,
	}
}

// cacheKey names a data key together with where it belongs: what was opened
// for one place is not found for another, whatever a text says. The lengths
// make it unambiguous.
func cacheKey(wrapped []byte, binding Binding) [sha256.Size]byte {
	named := binary.AppendUvarint(nil, uint64(len(wrapped)))
	named = append(named, wrapped...)
	named = binary.AppendUvarint(named, uint64(len(binding.Field)))
	named = append(named, binding.Field...)
	named = append(named, binding.Site...)
	return sha256.Sum256(named)
}

// serviceError keeps to the closed set: what a key service says beyond it is
// dropped, for it could name an account.
func serviceError(err error) error {
	switch {
	case errors.Is(err, ErrKeyServiceDenied), errors.Is(err, ErrKeyServiceUnavailable):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrKeyServiceUnavailable, context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", ErrKeyServiceUnavailable, context.Canceled)
	default:
		return ErrKeyServiceUnavailable
	}
}
