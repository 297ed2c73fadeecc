package seal_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"labelup/internal/seal"
)

// keyService is a key service that does what it is told. Its wrapping key is
// fixed, so that a text which was sealed once can be committed.
type keyService struct {
	mu        sync.Mutex
	questions int
	bindings  []map[string]string
	err       error           // answered instead of a key
	until     <-chan struct{} // answers only after this is closed, or when the context ends
	change    func(plain, wrapped []byte) ([]byte, []byte)
}

func (s *keyService) aead() cipher.AEAD {
	block, err := aes.NewCipher([]byte("the wrapping key of the tests 32"))
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func bytesOf(binding map[string]string) []byte {
	var text []byte
	for _, name := range slices.Sorted(maps.Keys(binding)) {
		text = fmt.Appendf(text, "%q=%q,", name, binding[name])
	}
	return text
}

func (s *keyService) question(ctx context.Context, binding map[string]string) error {
	s.mu.Lock()
	s.questions++
	s.bindings = append(s.bindings, maps.Clone(binding))
	err, until := s.err, s.until
	s.mu.Unlock()
	if until != nil {
		select {
		case <-until:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (s *keyService) NewDataKey(ctx context.Context, binding map[string]string) (plain, wrapped []byte, err error) {
	if err := s.question(ctx, binding); err != nil {
		return nil, nil, err
	}
	plain = make([]byte, 32)
	_, _ = rand.Read(plain)
	wrapped = s.aead().Seal(nil, nil, plain, bytesOf(binding))
	if s.change != nil {
		plain, wrapped = s.change(plain, wrapped)
	}
	return plain, wrapped, nil
}

func (s *keyService) OpenDataKey(ctx context.Context, wrapped []byte, binding map[string]string) ([]byte, error) {
	if err := s.question(ctx, binding); err != nil {
		return nil, err
	}
	plain, err := s.aead().Open(nil, nil, wrapped, bytesOf(binding))
	if err != nil {
		return nil, seal.ErrKeyServiceDenied
	}
	if s.change != nil {
		plain, _ = s.change(plain, nil)
	}
	return plain, nil
}

// fails makes every following question fail; nil makes them work again.
func (s *keyService) fails(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *keyService) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.questions
}

func sealed(t testing.TB, sealer seal.Sealer, plaintext string, binding seal.Binding) string {
	t.Helper()
	text, err := sealer.Seal(t.Context(), []byte(plaintext), binding)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func opens(t testing.TB, sealer seal.Sealer, text string, binding seal.Binding, want string) {
	t.Helper()
	got, err := sealer.Open(t.Context(), text, binding)
	if err != nil || string(got) != want {
		t.Errorf("opened %q, %v; want %q", got, err, want)
	}
}
