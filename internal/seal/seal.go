// Package seal encrypts the secrets that are stored, so that a copy of the
// store is worth nothing without the keys, which live elsewhere.
//
// A sealed text says which key opens it and which tenant and field it belongs
// to, and all of that is authenticated: it opens nowhere else. The package must
// not store, log or return a key, and no error of it holds any part of a key,
// of a plaintext or of a tenant's name.
//
// Local keeps its keys in memory. A key management service would be a second
// type with the same two methods; the interface lives with the caller.
//
// Source: AES-GCM with random nonces, NIST SP 800-38D §8.2.2.
package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Binding is where a sealed text belongs. Opening it anywhere else fails.
type Binding struct {
	Tenant string // the client key: any bytes
	Field  string // the name of the record's field: letters, digits, "-", "_"
}

// Why a sealed text does not open.
var (
	ErrMalformed   = errors.New("seal: not a sealed text")
	ErrUnknownKey  = errors.New("seal: sealed with a key that is not configured")
	ErrOtherTenant = errors.New("seal: sealed for another tenant")
	ErrOtherField  = errors.New("seal: sealed for another field")
	ErrTampered    = errors.New("seal: changed since it was sealed, or the key of this id is another one now")
)

const (
	version = "v1"
	keySize = 32 // bytes: AES-256

	// maxPlaintext bounds what is sealed and maxSealed what is tried to open;
	// both in bytes. A shared secret is about a hundred.
	maxPlaintext = 4 << 10
	maxSealed    = 8 << 10

	// maxKeys bounds a key list: rotation needs two.
	maxKeys = 16
)

// Local seals with keys that are given to the process.
type Local struct {
	active string
	keys   map[string]cipher.AEAD
}

// NewLocal parses "id:key[,id:key…]". A key is 32 random bytes in standard
// base64; an id is 1 to 32 letters, digits, "-" or "_". The first key seals,
// the others only open: rotate by putting a new key in front, and drop an old
// one when every record has been written since. The error lists every fault,
// by position; it shows nothing of the input.
//
// Nonces are random, so one key must not seal more than 2^32 texts.
func NewLocal(keys string) (*Local, error) {
	l := &Local{keys: make(map[string]cipher.AEAD)}
	list := strings.Split(keys, ",")
	if len(list) > maxKeys {
		return nil, fmt.Errorf("seal: %d keys, at most %d are allowed", len(list), maxKeys)
	}
	var faults []error
	for i, item := range list {
		id, aead, err := parseKey(strings.TrimSpace(item))
		if err == nil && l.keys[id] != nil {
			err = errors.New("its id is already used")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("seal: key %d: %w", i+1, err))
			continue
		}
		l.keys[id] = aead
		if i == 0 {
			l.active = id
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return l, nil
}

func parseKey(item string) (id string, aead cipher.AEAD, err error) {
	if item == "" {
		return "", nil, errors.New("it is empty; expected id:base64")
	}
	id, encoded, found := strings.Cut(item, ":")
	if !found {
		return "", nil, errors.New("it has no colon; expected id:base64")
	}
	if len(id) > 32 || !isWord(id) {
		return "", nil, errors.New("its id must be 1 to 32 letters, digits, - or _")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", nil, errors.New("it is not standard base64 with padding")
	}
	if len(key) != keySize {
		return "", nil, fmt.Errorf("it has %d bytes, not %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", nil, fmt.Errorf("cipher: %w", err)
	}
	aead, err = cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return "", nil, fmt.Errorf("gcm: %w", err)
	}
	return id, aead, nil
}

// Seal encrypts plaintext (at most 4 KiB) for one place. The result is ASCII
// without spaces or quotes, different each time.
func (l *Local) Seal(_ context.Context, plaintext []byte, binding Binding) (string, error) {
	if len(plaintext) > maxPlaintext {
		return "", fmt.Errorf("seal: plaintext of %d bytes, at most %d are allowed", len(plaintext), maxPlaintext)
	}
	if !isWord(binding.Field) {
		return "", errors.New("seal: the field's name must be letters, digits, - or _")
	}
	header := version + "." + l.active + "." + binding.Field + "." + tenantTag(binding.Tenant) + "."
	payload := l.keys[l.active].Seal(nil, nil, plaintext, additionalData(header, binding)) //nolint:gosec // the nonce is random and inside
	return header + encoding.EncodeToString(payload), nil
}

// Open decrypts what Seal returned for the same binding. Its errors wrap one
// of ErrMalformed, ErrUnknownKey, ErrOtherTenant, ErrOtherField, ErrTampered.
func (l *Local) Open(_ context.Context, sealed string, binding Binding) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrMalformed, len(sealed), maxSealed)
	}
	parts := strings.Split(sealed, ".")
	if len(parts) != 5 || parts[0] != version {
		return nil, ErrMalformed
	}
	id, field, tag, encoded := parts[1], parts[2], parts[3], parts[4]
	payload, err := encoding.DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") { // which the decoder skips
		return nil, fmt.Errorf("%w: its payload is not base64url", ErrMalformed)
	}
	// The header only explains a failure; the additional data decides.
	if field != binding.Field {
		return nil, ErrOtherField
	}
	if tag != tenantTag(binding.Tenant) {
		return nil, ErrOtherTenant
	}
	aead, known := l.keys[id]
	if !known {
		return nil, ErrUnknownKey
	}
	header := strings.TrimSuffix(sealed, encoded)
	plaintext, err := aead.Open(nil, nil, payload, additionalData(header, binding))
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

// encoding is strict so that one sealed value has one text.
var encoding = base64.RawURLEncoding.Strict()

// additionalData is unambiguous: the header holds exactly four dots, and the
// tenant is all that follows.
func additionalData(header string, binding Binding) []byte {
	return []byte(header + binding.Tenant)
}

// tenantTag lets a text moved between tenants be told from a damaged one
// without naming the tenant. 64 bits: it identifies, it does not protect.
func tenantTag(tenant string) string {
	sum := sha256.Sum256([]byte(tenant))
	return encoding.EncodeToString(sum[:8])
}

func isWord(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return s != ""
}
