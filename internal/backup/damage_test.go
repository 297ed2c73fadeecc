package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

const sealedChunk = 64<<10 + 16

// manySites is enough for several chunks.
func manySites() []site.Entry {
	var entries []site.Entry
	for n := range 1000 {
		entries = append(entries, record(n, 10))
	}
	return append(entries, erasure(7, 11))
}

// refused holds that an object is refused by Verify and by Restore, which
// imports nothing of it.
func refused(t *testing.T, name string, object []byte, s sealer, want ...error) {
	t.Helper()
	b := newBucket()
	b.objects[name] = object
	_, verifyErr := backup.Verify(t.Context(), b, name, s, later, opensAll)
	into := newTarget()
	_, restoreErr := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: name}))
	for _, err := range []error{verifyErr, restoreErr} {
		if !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }) {
			t.Errorf("got %v, want one of %v", err, want)
		}
	}
	if into.calls != 0 {
		t.Errorf("%d imports were made of it", into.calls)
	}
}

// anyDamage is what a changed header can be taken for.
var anyDamage = []error{
	backup.ErrDamaged, backup.ErrVersion,
	seal.ErrMalformed, seal.ErrUnknownKey, seal.ErrOtherSite, seal.ErrOtherField, seal.ErrTampered,
}

func TestABackupWithAnyChangedByteIsRefused(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	small := written(t, b, s, morning, record(1, 10), erasure(2, 11)).Name
	object := b.objects[small]
	for position := range object {
		for _, change := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(object)
			changed[position] ^= change
			refused(t, small, changed, s, anyDamage...)
			if t.Failed() {
				t.Fatalf("byte %d of %d, changed by %#x", position, len(object), change)
			}
		}
	}

	large := written(t, b, s, morning, manySites()...).Name
	object = b.objects[large]
	start := bytes.IndexByte(object, '\n') + 1
	for position := start; position < len(object); position += 30_011 {
		changed := bytes.Clone(object)
		changed[position] ^= 1
		refused(t, large, changed, s, backup.ErrDamaged)
	}
}

func TestABackupThatIsCutOffIsRefused(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	name := written(t, b, s, morning, manySites()...).Name
	object := b.objects[name]
	start := bytes.IndexByte(object, '\n') + 1
	if (len(object)-start)/sealedChunk < 3 {
		t.Fatal("the backup has too few chunks for this test")
	}
	lengths := []int{0, 1, start - 1, start, start + 1, len(object) - 1, len(object) - 16, len(object) - 17}
	for border := start + sealedChunk; border < len(object); border += sealedChunk {
		lengths = append(lengths, border-17, border-16, border-1, border, border+1, border+16, border+17)
	}
	for _, length := range lengths {
		t.Run(fmt.Sprintf("to %d bytes", length), func(t *testing.T) {
			refused(t, name, object[:length], s, backup.ErrDamaged)
		})
	}
}

func TestABackupWhosePartsAreMovedIsRefused(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	name := written(t, b, s, morning, manySites()...).Name
	object := b.objects[name]
	newer := written(t, b, s, morning.Add(time.Hour), manySites()...).Name
	other := b.objects[newer]
	split := func(object []byte) [][]byte {
		start := bytes.IndexByte(object, '\n') + 1
		return slices.Insert(slices.Collect(slices.Chunk(object[start:], sealedChunk)), 0, object[:start])
	}
	part, otherPart := split(object), split(other)
	last := len(part) - 1
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	with := func(i int, chunk []byte) []byte {
		changed := slices.Clone(part)
		changed[i] = chunk
		return join(changed...)
	}
	swapped := slices.Clone(part)
	swapped[1], swapped[2] = swapped[2], swapped[1]

	tests := []struct {
		name   string
		stored string
		object []byte
	}{
		{"two chunks change places", name, join(swapped...)},
		{"a chunk is missing", name, join(slices.Delete(slices.Clone(part), 2, 3)...)},
		{"the first chunk is missing", name, join(slices.Delete(slices.Clone(part), 1, 2)...)},
		{"the last chunk is missing", name, join(part[:last]...)},
		{"a chunk comes twice", name, join(slices.Insert(slices.Clone(part), 2, part[1])...)},
		{"the last chunk comes twice", name, join(append(slices.Clone(part), part[last])...)},
		{"only the last chunk is left", name, join(part[0], part[last])},
		{"a byte follows", name, append(bytes.Clone(object), 0)},
		{"a whole chunk follows", name, append(bytes.Clone(object), make([]byte, sealedChunk)...)},
		{"another backup follows", name, join(object, other)},
		{"a chunk is that of another backup", name, with(2, otherPart[2])},
		{"the last chunk is that of another backup", name, with(last, otherPart[last])},
		{"the header is that of another backup", newer, with(0, otherPart[0])},
		{"it lies under a newer name", newer, object},
		{"the header comes twice", name, join(part[0], object)},
		{"the header has another line break", name, with(0, append(bytes.TrimSuffix(bytes.Clone(part[0]), []byte("\n")), "\r\n"...))},
		{"the header has a field more", name, with(0, append(bytes.TrimSuffix(bytes.Clone(part[0]), []byte("}\n")), ",\"more\":1}\n"...))},
		{"the header is huge", name, with(0, append(bytes.Repeat([]byte(" "), 16<<10), part[0]...))},
		{"it has no line break", name, bytes.Repeat([]byte("x"), 1<<20)},
		{"it is empty", name, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { refused(t, test.stored, test.object, s, backup.ErrDamaged) })
	}
}

func TestABackupOfAnotherKeyOrVersionSaysSo(t *testing.T) {
	b := newBucket()
	name := written(t, b, localSealer(t, 1), morning, record(1, 10)).Name
	object := b.objects[name]
	down := localSealer(t, 1)
	down.openErr = func(string) error { return seal.ErrKeyServiceUnavailable }
	denied := localSealer(t, 1)
	denied.openErr = func(string) error { return seal.ErrKeyServiceDenied }

	refused(t, name, object, localSealer(t, 2), seal.ErrUnknownKey)
	refused(t, name, object, down, seal.ErrKeyServiceUnavailable)
	refused(t, name, object, denied, seal.ErrKeyServiceDenied)
	refused(t, name, bytes.Replace(object, []byte(`"version":1`), []byte(`"version":2,"new":true`), 1), localSealer(t, 1), backup.ErrVersion)
	refused(t, name, bytes.Replace(object, []byte(`"version":1`), []byte(`"version":0`), 1), localSealer(t, 1), backup.ErrDamaged)
}

func TestAKeyOfASiteIsNotTakenForThatOfABackup(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	name := written(t, b, s, morning, record(1, 10)).Name
	other, err := s.Seal(t.Context(), make([]byte, 32), seal.Binding{Site: "backup", Field: "sharedSecret"})
	if err != nil {
		t.Fatal(err)
	}
	object := b.objects[name]
	from := bytes.Index(object, []byte(`"key":"`)) + len(`"key":"`)
	to := from + bytes.IndexByte(object[from:], '"')
	refused(t, name, slices.Concat(object[:from], []byte(other), object[to:]), s, seal.ErrOtherField)
}

func TestADownloadThatBreaksIsNotCalledDamage(t *testing.T) {
	whole, s := newBucket(), localSealer(t, 1)
	name := written(t, whole, s, morning, manySites()...).Name
	size := len(whole.objects[name])
	for _, length := range []int{1, 100, 300, sealedChunk, 2*sealedChunk + 300, size - 1, size} {
		t.Run(fmt.Sprintf("after %d bytes", length), func(t *testing.T) {
			b := newBucket()
			b.objects, b.cutGet = maps.Clone(whole.objects), length
			into := newTarget()
			_, verifyErr := backup.Verify(t.Context(), b, "", s, later, opensAll)
			_, restoreErr := backup.Restore(t.Context(), b, s, into, soon(backup.Order{}))
			for _, err := range []error{verifyErr, restoreErr} {
				if !errors.Is(err, errBucket) || errors.Is(err, backup.ErrDamaged) {
					t.Errorf("got %v", err)
				}
			}
			if into.calls != 0 {
				t.Error("something was imported")
			}
		})
	}
}

func TestReadingEndsWithTheContext(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, manySites()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	into := newTarget()
	if _, err := backup.Restore(ctx, b, s, into, soon(backup.Order{})); !errors.Is(err, context.Canceled) || into.calls != 0 {
		t.Errorf("got %v after %d imports", err, into.calls)
	}
}

// FuzzABackupOfBytes holds that only the very backup that was written is
// restored, and that a refusal is always one of the documented ones.
func FuzzABackupOfBytes(f *testing.F) {
	// The committed one: each process of a fuzzing would write another.
	name, genuine := committed(f)
	s := localSealer(f, 1)
	f.Add(genuine)
	f.Add(genuine[:len(genuine)-1])
	f.Add(append(bytes.Clone(genuine), '\n'))
	f.Add([]byte(`{"format":"labelup-backup","version":1,"created":"2026-11-22T06:35:53Z","key":""}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, object []byte) {
		b := newBucket()
		b.objects[name] = object
		into := newTarget()
		_, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: name}))
		if same := bytes.Equal(object, genuine); same != (err == nil) || same != (into.calls > 0) {
			t.Fatalf("restored with %v and %d imports", err, into.calls)
		}
		if err != nil && !slices.ContainsFunc(anyDamage, func(known error) bool { return errors.Is(err, known) }) {
			t.Fatalf("undocumented error %v", err)
		}
	})
}
