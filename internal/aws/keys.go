package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"labelup/internal/seal"
)

// keyTime is the longest time that one question to KMS takes: a reader waits
// for it. A try that hangs leaves time for another one.
const keyTime = 2 * time.Second

var keyPatience = patience{
	attempts: 3, backoff: 200 * time.Millisecond,
	connect: 900 * time.Millisecond, firstByte: 900 * time.Millisecond, silence: 20 * time.Second,
}

// dataKeySize is in bytes: AES-256.
const dataKeySize = 32

// Keys makes and opens data keys with one key of KMS.
type Keys struct {
	client *kms.Client
	keyID  string
}

var _ seal.KeyService = (*Keys)(nil)

// NewKeys is for the key with an id, ARN or alias. It calls nobody.
func NewKeys(settings Settings, keyID string) *Keys {
	return &Keys{kms.NewFromConfig(settings.config(settings.KMSEndpoint, keyPatience)), keyID}
}

// NewDataKey asks for a new data key of 32 bytes, and the same wrapped: only
// this key of KMS opens it, and only with the same binding (KMS calls that an
// encryption context; it is not secret, and CloudTrail shows it). It takes at
// most 2 s. Its errors wrap seal.ErrKeyServiceUnavailable or
// seal.ErrKeyServiceDenied, and *Error.
func (k *Keys) NewDataKey(ctx context.Context, binding map[string]string) (plain, wrapped []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	out, err := k.client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: &k.keyID, KeySpec: types.DataKeySpecAes256, EncryptionContext: binding,
	})
	if err != nil {
		return nil, nil, keyError("kms_new_data_key", err)
	}
	if len(out.Plaintext) != dataKeySize || len(out.CiphertextBlob) == 0 {
		return nil, nil, keyError("kms_new_data_key", &Error{"kms_new_data_key", Unavailable})
	}
	return out.Plaintext, out.CiphertextBlob, nil
}

// OpenDataKey is the way back; time and errors are those of NewDataKey.
func (k *Keys) OpenDataKey(ctx context.Context, wrapped []byte, binding map[string]string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	out, err := k.client.Decrypt(ctx, &kms.DecryptInput{
		KeyId: &k.keyID, CiphertextBlob: wrapped, EncryptionContext: binding,
	})
	if err != nil {
		return nil, keyError("kms_decrypt", err)
	}
	if len(out.Plaintext) != dataKeySize {
		return nil, keyError("kms_decrypt", &Error{"kms_decrypt", Unavailable})
	}
	return out.Plaintext, nil
}

// keyError says whether asking again may help.
func keyError(operation string, err error) error {
	err = leave(operation, err)
	for _, passing := range []string{Throttled, Unavailable, Timeout, Canceled} {
		if classIs(err, passing) {
			return fmt.Errorf("%w: %w", seal.ErrKeyServiceUnavailable, err)
		}
	}
	return fmt.Errorf("%w: %w", seal.ErrKeyServiceDenied, err)
}
