// Package seal encrypts the secrets that are stored, so that a copy of the
// store is worth nothing without the keys, which live elsewhere.
//
// A sealed text says which key opens it and which site and field it belongs
// to, and all of that is authenticated: it opens nowhere else. The package must
// not store, log or return a key, and no error of it holds any part of a key,
// of a plaintext or of a site's name.
//
// Local keeps its keys in memory. Envelope has a key service (AWS KMS) make a
// data key for each text and keeps the opened ones in memory for some hours.
// Keyring seals with one of them and opens with all, which is how a service
// moves from one to the other.
//
//	v1.<id>.<field>.<site tag>.<payload>                 Local
//	v2.<id>.<field>.<site tag>.<wrapped key>.<payload>   Envelope
//
// The tag, the wrapped key and the payload are base64url without padding; a
// payload is nonce, ciphertext and tag of AES-256-GCM, whose additional data is
// all that stands before it, and then the site.
//
// Source: AES-GCM with random nonces, NIST SP 800-38D §8.2.2; envelope
// encryption and encryption context, AWS KMS Developer Guide.
package seal

import (
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
	Site  string // the client key: any bytes
	Field string // the name of the record's field: 1 to 64 letters, digits, "-", "_"
}

// Why a sealed text does not open. The last two also say why sealing fails.
var (
	ErrMalformed  = errors.New("seal: not a sealed text")
	ErrUnknownKey = errors.New("seal: sealed with a key that is not configured")
	ErrOtherSite  = errors.New("seal: sealed for another site")
	ErrOtherField = errors.New("seal: sealed for another field")
	ErrTampered   = errors.New("seal: changed since it was sealed, or the key of this id is another one now")

	// ErrKeyServiceUnavailable: the key service throttles, is down or does not
	// answer in time. It may answer later; nothing is known about the text.
	ErrKeyServiceUnavailable = errors.New("seal: the key service is not available")

	// ErrKeyServiceDenied: the key service refuses. The key is disabled or
	// unknown, the service may not use it, or the wrapped key was changed or
	// belongs to another site or field.
	ErrKeyServiceDenied = errors.New("seal: the key service refuses")
)

const (
	localVersion    = "v1"
	envelopeVersion = "v2"

	keySize = 32 // bytes: AES-256

	// maxPlaintext bounds what is sealed, maxWrapped a data key as the key
	// service wraps it, and maxSealed what is tried to open; all in bytes. A
	// shared secret is about a hundred, a wrapped key about two hundred. What
	// is sealed within the other bounds is always within maxSealed.
	maxPlaintext = 4 << 10
	maxWrapped   = 1 << 10
	maxSealed    = 8 << 10

	maxID    = 32 // bytes
	maxField = 64 // bytes
)

// checkSealable refuses what could not be opened again.
func checkSealable(plaintext []byte, binding Binding) error {
	if len(plaintext) > maxPlaintext {
		return fmt.Errorf("seal: plaintext of %d bytes, at most %d are allowed", len(plaintext), maxPlaintext)
	}
	if len(binding.Field) > maxField || !isWord(binding.Field) {
		return fmt.Errorf("seal: the field's name must be 1 to %d letters, digits, - or _", maxField)
	}
	return nil
}

// sealedText is a sealed text taken apart.
type sealedText struct {
	header  string // all before the payload, last dot included
	id      string
	wrapped []byte // of v2 only
	payload []byte
}

// parse takes apart a text of one version for the binding that it is to be
// opened for. Its errors wrap ErrMalformed, ErrOtherField or ErrOtherSite.
// They only explain a failure: the additional data decides.
func parse(version, sealed string, binding Binding) (sealedText, error) {
	if len(sealed) > maxSealed {
		return sealedText{}, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrMalformed, len(sealed), maxSealed)
	}
	parts := strings.Split(sealed, ".")
	if len(parts) != partsOf(version) || parts[0] != version {
		return sealedText{}, ErrMalformed
	}
	last := len(parts) - 1
	text := sealedText{header: strings.TrimSuffix(sealed, parts[last]), id: parts[1]}
	var err error
	if text.payload, err = decode(parts[last]); err != nil {
		return sealedText{}, fmt.Errorf("%w: its payload is not base64url", ErrMalformed)
	}
	if version == envelopeVersion {
		if text.wrapped, err = decode(parts[4]); err != nil {
			return sealedText{}, fmt.Errorf("%w: its key is not base64url", ErrMalformed)
		}
		if len(text.wrapped) == 0 || len(text.wrapped) > maxWrapped {
			return sealedText{}, fmt.Errorf("%w: its key has %d bytes, not 1 to %d", ErrMalformed, len(text.wrapped), maxWrapped)
		}
	}
	if parts[2] != binding.Field {
		return sealedText{}, ErrOtherField
	}
	if parts[3] != siteTag(binding.Site) {
		return sealedText{}, ErrOtherSite
	}
	return text, nil
}

func partsOf(version string) int {
	if version == envelopeVersion {
		return 6
	}
	return 5
}

// keyID is which key a text says it was sealed with; false if the text is not
// of this version.
func keyID(version, sealed string) (string, bool) {
	rest, found := strings.CutPrefix(sealed, version+".")
	id, _, complete := strings.Cut(rest, ".")
	return id, found && complete
}

// encoding is strict so that one sealed value has one text.
var encoding = base64.RawURLEncoding.Strict()

func decode(encoded string) ([]byte, error) {
	if strings.ContainsAny(encoded, "\r\n") { // which the decoder skips
		return nil, ErrMalformed
	}
	return encoding.DecodeString(encoded)
}

// additionalData is unambiguous: a version has a fixed number of dots in its
// header, and the site is all that follows.
func additionalData(header string, binding Binding) []byte {
	return []byte(header + binding.Site)
}

// siteTag lets a text moved between sites be told from a damaged one
// without naming the site. 64 bits: it identifies, it does not protect.
func siteTag(site string) string {
	sum := sha256.Sum256([]byte(site))
	return encoding.EncodeToString(sum[:8])
}

func newCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("gcm: %w", err)
	}
	return aead, nil
}

func isID(s string) bool { return len(s) <= maxID && isWord(s) }

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
