package seal

import (
	"context"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// maxKeys bounds a key list: rotation needs two.
const maxKeys = 16

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
	if !isID(id) {
		return "", nil, errors.New("its id must be 1 to 32 letters, digits, - or _")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", nil, errors.New("it is not standard base64 with padding")
	}
	if len(key) != keySize {
		return "", nil, fmt.Errorf("it has %d bytes, not %d", len(key), keySize)
	}
	aead, err = newCipher(key)
	return id, aead, err
}

// Seal encrypts plaintext (at most 4 KiB) for one place. The result is ASCII
// without spaces or quotes, different each time.
func (l *Local) Seal(_ context.Context, plaintext []byte, binding Binding) (string, error) {
	if err := checkSealable(plaintext, binding); err != nil {
		return "", err
	}
	header := localVersion + "." + l.active + "." + binding.Field + "." + siteTag(binding.Site) + "."
	payload := l.keys[l.active].Seal(nil, nil, plaintext, additionalData(header, binding)) //nolint:gosec // the nonce is random and inside
	return header + encoding.EncodeToString(payload), nil
}

// Open decrypts what Seal returned for the same binding. Its errors wrap one
// of ErrMalformed, ErrUnknownKey, ErrOtherSite, ErrOtherField, ErrTampered.
func (l *Local) Open(_ context.Context, sealed string, binding Binding) ([]byte, error) {
	text, err := parse(localVersion, sealed, binding)
	if err != nil {
		return nil, err
	}
	aead, known := l.keys[text.id]
	if !known {
		return nil, ErrUnknownKey
	}
	plaintext, err := aead.Open(nil, nil, text.payload, additionalData(text.header, binding))
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

// Opens reports whether a text says that it was sealed with one of the keys.
func (l *Local) Opens(sealed string) bool {
	id, ok := keyID(localVersion, sealed)
	return ok && l.keys[id] != nil
}

// Current reports whether a text says that it was sealed with the key that
// Seal uses now.
func (l *Local) Current(sealed string) bool {
	id, ok := keyID(localVersion, sealed)
	return ok && id == l.active
}
