package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"labelup/internal/site"
)

// ended is lines with the end that fits them, or with the counts given.
func ended(lines string, records, erasures int) string {
	sum := sha256.Sum256([]byte(lines))
	return lines + fmt.Sprintf(`{"end":{"records":%d,"erasures":%d,"sha256":"%s"}}`+"\n", records, erasures, hex.EncodeToString(sum[:]))
}

const (
	aRecord   = `{"entry":{"name":"a","record":{"x":1}}}` + "\n"
	anErasure = `{"entry":{"name":"b","erasedAt":"2026-11-20T10:00:00Z"}}` + "\n"
)

func TestOnlyLinesThatAreCompleteAreABackup(t *testing.T) {
	tests := []struct {
		name, lines string
		ok          bool
	}{
		{"none but the end", ended("", 0, 0), true},
		{"a record and an erasure", ended(aRecord+anErasure, 1, 1), true},
		{"the same record twice", ended(aRecord+aRecord, 2, 0), true},
		{"nothing", "", false},
		{"no end", aRecord, false},
		{"an end without a line break", strings.TrimSuffix(ended(aRecord, 1, 0), "\n"), false},
		{"an end of other counts", ended(aRecord, 2, 0), false},
		{"an end of other kinds", ended(aRecord, 0, 1), false},
		{"an end of other lines", aRecord + ended(anErasure, 1, 1), false},
		{"a line after the end", ended(aRecord, 1, 0) + aRecord, false},
		{"two ends", ended(aRecord, 1, 0) + ended("", 0, 0), false},
		{"an empty line", ended("\n"+aRecord, 1, 0), false},
		{"two values in a line", ended(strings.TrimSpace(aRecord)+aRecord, 2, 0), false},
		{"an entry and an end in one", `{"entry":{"name":"a"},"end":{"records":0,"erasures":0,"sha256":""}}` + "\n", false},
		{"neither", ended("{}\n", 0, 0), false},
		{"a field of a newer program", ended(`{"entry":{"name":"a","record":{},"more":1}}`+"\n", 1, 0), false},
		{"no JSON", ended("s3cr3t\n", 0, 0), false},
		{"a line of a MiB and a byte", ended(`{"entry":{"name":"`+strings.Repeat("a", maxLine)+`"}}`+"\n", 0, 0), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r Report
			err := r.read(strings.NewReader(test.lines), func(site.Entry) error { return nil })
			if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrDamaged) {
				t.Fatalf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error %q quotes the line", err)
			}
		})
	}
}

func TestChunksHoldAnyLengthAndOnlyTheLastMayBeShort(t *testing.T) {
	aead, err := newCipher(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ length, chunks int }{{1, 1}, {chunkSize - 1, 1}, {chunkSize, 1}, {chunkSize + 1, 2}, {2 * chunkSize, 2}, {3*chunkSize + 7, 4}} {
		t.Run(fmt.Sprintf("%d bytes", test.length), func(t *testing.T) {
			plain := bytes.Repeat([]byte("0123456789abcdef!"), test.length/17+1)[:test.length]
			var sealed bytes.Buffer
			w := newChunkWriter(&sealed, aead, []byte("header\n"))
			for rest := plain; len(rest) > 0; { // in pieces that fit nothing
				n := min(len(rest), 1009)
				if _, err := w.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if want := test.length + test.chunks*tagSize; sealed.Len() != want {
				t.Errorf("%d bytes sealed, want %d", sealed.Len(), want)
			}
			b := &body{ctx: t.Context(), from: io.NopCloser(iotest.HalfReader(bytes.NewReader(sealed.Bytes())))}
			got, err := io.ReadAll(newChunkReader(bufio.NewReader(b), b, aead, []byte("header\n")))
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opened %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestAnEmptyChunkIsNoBackup(t *testing.T) {
	aead, err := newCipher(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	sealed := aead.Seal(nil, nonce(0, true), nil, nil)
	b := &body{ctx: t.Context(), from: io.NopCloser(bytes.NewReader(sealed))}
	if _, err := newChunkReader(bufio.NewReader(b), b, aead, nil).Read(make([]byte, 1)); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// FuzzLines holds that what is read is what the end says, and that every
// refusal is ErrDamaged.
func FuzzLines(f *testing.F) {
	f.Add(ended(aRecord+anErasure, 1, 1))
	f.Add(ended("", 0, 0))
	f.Add(aRecord)
	f.Add(`{"end":null}` + "\n")
	f.Fuzz(func(t *testing.T, lines string) {
		var r Report
		entries := 0
		err := r.read(strings.NewReader(lines), func(site.Entry) error { entries++; return nil })
		switch {
		case err == nil && (r.Records+r.Erasures > 2*entries || strings.Count(lines, "\n") != entries+1):
			t.Fatalf("%d entries, %+v, of %q", entries, r, lines)
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Fatalf("undocumented error %v", err)
		}
	})
}
