package awstest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"sync"
)

// kms wraps data keys as KMS does: by a key that never leaves it, bound to an
// encryption context.
type kms struct {
	mu   sync.Mutex
	keys map[string]*key // by id
}

type key struct {
	arn      string
	wrapping cipher.AEAD
	disabled bool
}

// AddKey makes a key of KMS with an id, such as "key-1".
func (f *Fake) AddKey(id string) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	wrapping, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // as above
	}
	f.kms.mu.Lock()
	defer f.kms.mu.Unlock()
	f.kms.keys[id] = &key{arn: "arn:aws:kms:" + Region + ":" + Account + ":key/" + id, wrapping: wrapping}
}

// DisableKey makes KMS refuse a key.
func (f *Fake) DisableKey(id string) {
	f.kms.mu.Lock()
	defer f.kms.mu.Unlock()
	if key := f.kms.keys[id]; key != nil {
		key.disabled = true
	}
}

// RemoveKey makes KMS forget a key, as once its deletion is due.
func (f *Fake) RemoveKey(id string) {
	f.kms.mu.Lock()
	defer f.kms.mu.Unlock()
	delete(f.kms.keys, id)
}

// blob is a wrapped data key.
type blob struct {
	KeyID  string
	Sealed []byte
}

func (k *kms) serve(operation string, body []byte) (any, *problem) {
	var in struct {
		KeyID             string `json:"KeyId"`
		KeySpec           string
		CiphertextBlob    []byte
		EncryptionContext map[string]string
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, refused("SerializationException", "")
	}
	context, err := json.Marshal(in.EncryptionContext) // its keys are sorted
	if err != nil {
		return nil, refused("SerializationException", "")
	}
	switch operation {
	case "GenerateDataKey":
		if in.KeySpec != "AES_256" {
			return nil, refused("ValidationException", "KeySpec")
		}
		key, problem := k.usable(in.KeyID)
		if problem != nil {
			return nil, problem
		}
		plain := make([]byte, 32)
		_, _ = rand.Read(plain) // never fails
		wrapped, err := json.Marshal(blob{in.KeyID, key.wrapping.Seal(nil, nil, plain, context)})
		if err != nil {
			panic(err) // our own value
		}
		return map[string]any{"KeyId": key.arn, "Plaintext": plain, "CiphertextBlob": wrapped}, nil
	case "Decrypt":
		var wrapped blob
		if err := json.Unmarshal(bytes.TrimSpace(in.CiphertextBlob), &wrapped); err != nil {
			return nil, refused("InvalidCiphertextException", "")
		}
		key, problem := k.usable(wrapped.KeyID)
		if problem != nil {
			return nil, problem
		}
		if in.KeyID != "" && in.KeyID != wrapped.KeyID && in.KeyID != key.arn {
			return nil, refused("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation: "+key.arn)
		}
		plain, err := key.wrapping.Open(nil, nil, wrapped.Sealed, context)
		if err != nil {
			return nil, refused("InvalidCiphertextException", "")
		}
		return map[string]any{"KeyId": key.arn, "Plaintext": plain}, nil
	default:
		return nil, refused("UnknownOperationException", operation)
	}
}

func (k *kms) usable(id string) (*key, *problem) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := k.keys[id]
	switch {
	case found == nil:
		return nil, refused("NotFoundException", "Key 'arn:aws:kms:"+Region+":"+Account+":key/"+id+"' does not exist")
	case found.disabled:
		return nil, refused("DisabledException", found.arn+" is disabled.")
	default:
		return found, nil
	}
}
