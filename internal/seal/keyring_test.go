package seal_test

import (
	"errors"
	"strings"
	"testing"

	"labelup/internal/seal"
)

func TestServicesMoveFromLocalKeysToAKeyServiceAndBack(t *testing.T) {
	service := &keyService{}
	localKeys, envelope := local(t, "k1:"+key(1)), seal.NewEnvelope("a1", service)
	var (
		onlyLocal   = seal.NewKeyring(localKeys)
		opensBoth   = seal.NewKeyring(localKeys, envelope)
		sealsNew    = seal.NewKeyring(envelope, localKeys)
		onlyService = seal.NewKeyring(envelope)
	)
	// Processes of neighbouring steps run side by side: each must read what the
	// other writes. The last step comes after every record was sealed anew.
	tests := []struct {
		name           string
		writer, reader *seal.Keyring
	}{
		{"written before, read by what opens both", onlyLocal, opensBoth},
		{"written by what opens both, read before", opensBoth, onlyLocal},
		{"written by what opens both, read by what seals with the key service", opensBoth, sealsNew},
		{"written by what seals with the key service, read by what opens both", sealsNew, opensBoth},
		{"written by what seals with the key service, read after", sealsNew, onlyService},
		{"written after, read by what seals with the key service", onlyService, sealsNew},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			opens(t, test.reader, sealed(t, test.writer, "s3cr3t", binding), binding, "s3cr3t")
		})
	}
}

func TestAKeyringSaysWhichTextsAreToBeSealedAnew(t *testing.T) {
	service := &keyService{}
	oldKeys, newKeys := local(t, "k1:"+key(1)), local(t, "k2:"+key(2)+",k1:"+key(1))
	first, second := seal.NewEnvelope("a1", service), seal.NewEnvelope("a2", service)
	texts := map[string]string{
		"k1": sealed(t, oldKeys, "x", binding), "k2": sealed(t, newKeys, "x", binding),
		"a1": sealed(t, first, "x", binding), "a2": sealed(t, second, "x", binding),
	}
	tests := []struct {
		name    string
		ring    *seal.Keyring
		opens   string
		current string
	}{
		{"one local key", seal.NewKeyring(oldKeys), "k1", "k1"},
		{"two local keys", seal.NewKeyring(newKeys), "k1 k2", "k2"},
		{"a key service and local keys", seal.NewKeyring(first, newKeys), "k1 k2 a1", "a1"},
		{"local keys and a key service", seal.NewKeyring(newKeys, first), "k1 k2 a1", "k2"},
		{"two keys of a key service", seal.NewKeyring(second, first), "a1 a2", "a2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for id, text := range texts {
				_, err := test.ring.Open(t.Context(), text, binding)
				if want := strings.Contains(test.opens, id); want != (err == nil) || want != test.ring.Opens(text) {
					t.Errorf("%s: opens %v, %v", id, test.ring.Opens(text), err)
				}
				if err != nil && !errors.Is(err, seal.ErrUnknownKey) {
					t.Errorf("%s: %v", id, err)
				}
				if test.ring.Current(text) != (id == test.current) {
					t.Errorf("%s: current %v", id, test.ring.Current(text))
				}
			}
			if text := sealed(t, test.ring, "x", binding); !test.ring.Current(text) {
				t.Errorf("it seals as %q and does not call that current", text)
			}
		})
	}
}

func TestAKeyringTellsAnUnknownKeyFromNoSealedText(t *testing.T) {
	ring := seal.NewKeyring(local(t, "k1:"+key(1)), seal.NewEnvelope("a1", &keyService{}))
	for text, want := range map[string]error{
		"":                      seal.ErrMalformed,
		"s3cr3t":                seal.ErrMalformed,
		"v1":                    seal.ErrMalformed,
		"v1.k2":                 seal.ErrMalformed,
		"v1.k2.f.t.p.q":         seal.ErrMalformed,
		"v1.k 2.f.t.p":          seal.ErrMalformed,
		"v2.a2.f.t.p":           seal.ErrMalformed,
		"v3.a1.f.t.w.p":         seal.ErrMalformed,
		"v1.k2.f.t.p":           seal.ErrUnknownKey,
		"v2.a2.f.t.w.p":         seal.ErrUnknownKey,
		"v1.k1.other.tag.AA":    seal.ErrOtherField,
		"v2.a1.other.tag.AA.AA": seal.ErrOtherField,
	} {
		if got, err := ring.Open(t.Context(), text, binding); got != nil || !errors.Is(err, want) {
			t.Errorf("%q: %q, %v; want %v", text, got, err, want)
		}
	}
}

func TestLocalTextsOpenWhileTheKeyServiceIsDown(t *testing.T) {
	service := &keyService{err: seal.ErrKeyServiceUnavailable}
	localKeys := local(t, "k1:"+key(1))
	ring := seal.NewKeyring(seal.NewEnvelope("a1", service), localKeys)
	opens(t, ring, sealed(t, localKeys, "s3cr3t", binding), binding, "s3cr3t")
	if text, err := ring.Seal(t.Context(), nil, binding); text != "" || !errors.Is(err, seal.ErrKeyServiceUnavailable) {
		t.Errorf("sealing: %q, %v; it must not fall back to a key that was replaced", text, err)
	}
}
