package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/seal"
)

// key returns a base64 key of 32 equal bytes.
func key(b byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func local(t testing.TB, keys string) *seal.Local {
	t.Helper()
	l, err := seal.NewLocal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var binding = seal.Binding{Site: "site-1", Field: "sharedSecret"}

func TestWhatIsSealedOpensInItsPlace(t *testing.T) {
	for name, plaintext := range map[string][]byte{
		"a secret":         []byte("s3cr3t"),
		"nothing":          {},
		"every byte":       []byte("\x00\xff.,:\n"),
		"the longest text": bytes.Repeat([]byte("x"), 4<<10),
	} {
		t.Run(name, func(t *testing.T) {
			l := local(t, "k1:"+key(1))
			sealed, err := l.Seal(t.Context(), plaintext, binding)
			if err != nil {
				t.Fatal(err)
			}
			got, err := l.Open(t.Context(), sealed, binding)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, plaintext) {
				t.Errorf("opened %q", got)
			}
		})
	}
}

func TestSealingTwiceGivesTwoTextsThatDoNotShowTheSecret(t *testing.T) {
	l := local(t, "k1:"+key(1))
	first, err1 := l.Seal(t.Context(), []byte("s3cr3t"), binding)
	second, err2 := l.Seal(t.Context(), []byte("s3cr3t"), binding)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("two seals of one secret are equal: the nonce is not random")
	}
	for _, shown := range []string{"s3cr3t", binding.Site, base64.RawURLEncoding.EncodeToString([]byte("s3cr3t"))} {
		if strings.Contains(first, shown) {
			t.Errorf("%q shows %q", first, shown)
		}
	}
}

func TestWhyASealedTextDoesNotOpen(t *testing.T) {
	l := local(t, "k1:"+key(1))
	sealed, err := l.Seal(t.Context(), []byte("s3cr3t"), binding)
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Split(sealed, ".")
	with := func(i int, value string) string {
		changed := append([]string(nil), part...)
		changed[i] = value
		return strings.Join(changed, ".")
	}
	other := local(t, "k1:"+key(2))

	tests := []struct {
		name    string
		opener  *seal.Local
		sealed  string
		binding seal.Binding
		want    error
	}{
		{"another site asks", l, sealed, seal.Binding{Site: "site-2", Field: "sharedSecret"}, seal.ErrOtherSite},
		{"another field asks", l, sealed, seal.Binding{Site: "site-1", Field: "previousSecret"}, seal.ErrOtherField},
		{"the header is rewritten to another field", l, with(2, "previousSecret"), seal.Binding{Site: "site-1", Field: "previousSecret"}, seal.ErrTampered},
		{"the header is rewritten to another site", l, with(3, tagOf(t, l, "site-2")), seal.Binding{Site: "site-2", Field: "sharedSecret"}, seal.ErrTampered},
		{"the key is not configured", local(t, "k2:"+key(1)), sealed, binding, seal.ErrUnknownKey},
		{"the key has the same id and other bytes", other, sealed, binding, seal.ErrTampered},
		{"the key id is rewritten", local(t, "k2:"+key(1)), with(1, "k2"), binding, seal.ErrTampered},
		{"a bit is flipped", l, with(4, flipped(part[4])), binding, seal.ErrTampered},
		{"it is cut off", l, with(4, part[4][:4]), binding, seal.ErrTampered},
		{"the payload is missing", l, with(4, ""), binding, seal.ErrTampered},
		{"it is empty", l, "", binding, seal.ErrMalformed},
		{"it is plain text", l, "s3cr3t", binding, seal.ErrMalformed},
		{"it has a part too many", l, sealed + ".x", binding, seal.ErrMalformed},
		{"it has another version", l, with(0, "v2"), binding, seal.ErrMalformed},
		{"it is not base64url", l, with(4, "+++"), binding, seal.ErrMalformed},
		{"it is huge", l, sealed + strings.Repeat("A", 8<<10), binding, seal.ErrMalformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.opener.Open(t.Context(), test.sealed, test.binding)
			if !errors.Is(err, test.want) || got != nil {
				t.Fatalf("got %q, error %v; want %v", got, err, test.want)
			}
			for _, private := range []string{"s3cr3t", "site-1", "site-2", key(1)} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("the error %q shows %q", err, private)
				}
			}
		})
	}
}

// flipped is base64url with one character changed for another of its alphabet.
func flipped(encoded string) string {
	changed := []byte(encoded)
	middle := &changed[len(changed)/2]
	if *middle == 'A' {
		*middle = 'B'
	} else {
		*middle = 'A'
	}
	return string(changed)
}

// tagOf is the site part of a text sealed for that site.
func tagOf(t *testing.T, l *seal.Local, site string) string {
	t.Helper()
	sealed, err := l.Seal(t.Context(), nil, seal.Binding{Site: site, Field: "f"})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(sealed, ".")[3]
}

func TestSealRefusesWhatItCouldNotOpen(t *testing.T) {
	l := local(t, "k1:"+key(1))
	if _, err := l.Seal(t.Context(), bytes.Repeat([]byte("x"), 4<<10+1), binding); err == nil {
		t.Error("4 KiB and a byte was sealed")
	}
	for _, field := range []string{"", "a.b", "a b", "é", strings.Repeat("f", 65)} {
		if _, err := l.Seal(t.Context(), nil, seal.Binding{Site: "x", Field: field}); err == nil {
			t.Errorf("field %q was accepted", field)
		}
	}
}

func TestKeysRotateWithoutDowntime(t *testing.T) {
	before := local(t, "old:"+key(1))
	during := local(t, "new:"+key(2)+", old:"+key(1))
	after := local(t, "new:"+key(2))

	old, err := before.Seal(t.Context(), []byte("s3cr3t"), binding)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := during.Open(t.Context(), old, binding); err != nil || string(got) != "s3cr3t" {
		t.Fatalf("the old text opens as %q, %v", got, err)
	}
	again, err := during.Seal(t.Context(), []byte("s3cr3t"), binding)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open(t.Context(), again, binding); err != nil || string(got) != "s3cr3t" {
		t.Errorf("sealed again, without the old key, it opens as %q, %v", got, err)
	}
	if _, err := after.Open(t.Context(), old, binding); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("the old text without the old key: %v", err)
	}
}

func TestFaultsOfAKeyListAreNamedByPosition(t *testing.T) {
	good := "k1:" + key(1)
	short := base64.StdEncoding.EncodeToString([]byte("short"))
	tests := []struct{ name, keys, want string }{
		{"nothing", "", "seal: key 1: it is empty; expected id:base64"},
		{"a trailing comma", good + ",", "seal: key 2: it is empty; expected id:base64"},
		{"no id", key(1), "seal: key 1: it has no colon; expected id:base64"},
		{"an empty id", ":" + key(1), "seal: key 1: its id must be 1 to 32 letters, digits, - or _"},
		{"an id with a dot", "k.1:" + key(1), "seal: key 1: its id must be 1 to 32 letters, digits, - or _"},
		{"an id of 33 letters", strings.Repeat("k", 33) + ":" + key(1), "seal: key 1: its id must be 1 to 32 letters, digits, - or _"},
		{"no base64", "k1:hunter2!", "seal: key 1: it is not standard base64 with padding"},
		{"a short key", "k1:" + short, "seal: key 1: it has 5 bytes, not 32"},
		{"an id twice", good + "," + "k1:" + key(2), "seal: key 2: its id is already used"},
		{"two faults at once", "x," + good + ",k2:" + short, "seal: key 1: it has no colon; expected id:base64\nseal: key 3: it has 5 bytes, not 32"},
		{"17 keys", strings.Repeat(",", 16), "seal: 17 keys, at most 16 are allowed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := seal.NewLocal(test.keys)
			if err == nil || l != nil {
				t.Fatal("the list was accepted")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// committed was sealed once with key(1) as k1 for binding: records in
// customers' stores look like this, so it must open for ever.
const committed = "v1.k1.sharedSecret.9QXczR2QlNs.B7BwXX6UwcgYMWp45X1lB5FVH60O1aNDMLhO_WoDZBrAZA"

func TestATextSealedByTheFirstVersionOpens(t *testing.T) {
	got, err := local(t, "k2:"+key(2)+",k1:"+key(1)).Open(t.Context(), committed, binding)
	if err != nil || string(got) != "s3cr3t" {
		t.Errorf("opened %q, %v", got, err)
	}
}

// FuzzOpen holds that nothing but the very text that was sealed opens, and
// that a failure is always one of the documented ones.
func FuzzOpen(f *testing.F) {
	l := local(f, "k1:"+key(1)+",k2:"+key(2))
	f.Add(committed)
	f.Add(strings.Replace(committed, "k1", "k2", 1))
	f.Add(committed + "=")
	f.Add(committed + "\n")
	f.Add("v1.k1.sharedSecret..")
	f.Add("....")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := l.Open(t.Context(), text, binding)
		if err == nil && (text != committed || string(got) != "s3cr3t") {
			t.Fatalf("%q opened as %q", text, got)
		}
		if err != nil && !errors.Is(err, seal.ErrMalformed) && !errors.Is(err, seal.ErrUnknownKey) &&
			!errors.Is(err, seal.ErrOtherSite) && !errors.Is(err, seal.ErrOtherField) && !errors.Is(err, seal.ErrTampered) {
			t.Fatalf("undocumented error %v", err)
		}
	})
}
