package seal

import (
	"context"
	"strings"
)

// Sealer is what a Keyring is made of: Local and Envelope. Opens and Current
// only read what a text says of itself; whether it opens is for Open to say.
type Sealer interface {
	Seal(ctx context.Context, plaintext []byte, binding Binding) (string, error)
	Open(ctx context.Context, sealed string, binding Binding) ([]byte, error)
	Opens(sealed string) bool   // sealed with a key that Open has
	Current(sealed string) bool // sealed with the key that Seal uses
}

// Keyring seals with one sealer and opens with whichever of several made the
// text. It is safe for concurrent use, as they are.
//
// To move from local keys to a key service: first open with both everywhere,
// then seal with the key service and open with both, seal every record anew,
// and then drop the local keys. The way back is the same.
type Keyring struct {
	sealing Sealer
	all     []Sealer
}

// NewKeyring returns a keyring that seals with the first sealer and opens with
// any of them, the first one that says it can.
func NewKeyring(sealing Sealer, opening ...Sealer) *Keyring {
	return &Keyring{sealing: sealing, all: append([]Sealer{sealing}, opening...)}
}

// Seal seals with the first sealer.
func (k *Keyring) Seal(ctx context.Context, plaintext []byte, binding Binding) (string, error) {
	return k.sealing.Seal(ctx, plaintext, binding)
}

// Open opens with the sealer that made the text. Its errors wrap one of the
// package's.
func (k *Keyring) Open(ctx context.Context, sealed string, binding Binding) ([]byte, error) {
	for _, sealer := range k.all {
		if sealer.Opens(sealed) {
			return sealer.Open(ctx, sealed, binding)
		}
	}
	for _, version := range []string{localVersion, envelopeVersion} {
		if id, ok := keyID(version, sealed); ok && isID(id) && strings.Count(sealed, ".") == partsOf(version)-1 {
			return nil, ErrUnknownKey
		}
	}
	return nil, ErrMalformed
}

// Opens reports whether any of the sealers has the text's key.
func (k *Keyring) Opens(sealed string) bool {
	for _, sealer := range k.all {
		if sealer.Opens(sealed) {
			return true
		}
	}
	return false
}

// Current reports whether a text was sealed with what Seal uses now.
func (k *Keyring) Current(sealed string) bool { return k.sealing.Current(sealed) }
