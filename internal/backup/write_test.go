package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

func TestABackupHoldsEveryEntryAndShowsNone(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	entries := []site.Entry{
		record(1, 10), erasure(2, 11), record(3, 12),
		{Name: siteName(4), Record: json.RawMessage(`"no record, <kept> as it is & whole"`)},
		{Name: siteName(5), Record: record(5, 12).Record, ErasedAt: erasure(5, 11).ErasedAt},
	}
	report := written(t, b, s, morning.Add(500*time.Millisecond), entries...)

	name := "sites-20261122T063553Z.backup"
	object := b.objects[name]
	want := backup.Report{
		Backup:  backup.Backup{Name: name, Created: morning, Size: int64(len(object))},
		Records: 4, Erasures: 2, SHA256: report.SHA256,
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	for _, shown := range []string{"client", "atlassian", siteName(1), siteName(2), "sharedSecret", "2026-11-1"} {
		if bytes.Contains(object, []byte(shown)) {
			t.Errorf("the object shows %q", shown)
		}
	}

	var restored []site.Entry
	verification, err := backup.Verify(t.Context(), b, "", s, later, opensAll)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report, verification.Report); diff != "" {
		t.Errorf("verified (-written +verified): %s", diff)
	}
	_, err = backup.Restore(t.Context(), b, s, importFunc(func(batch []site.Entry) { restored = append(restored, batch...) }), soon(backup.Order{}))
	if err != nil {
		t.Fatal(err)
	}
	// The erasures come first, sorted by name, then the records in their order.
	var records []site.Entry
	for _, entry := range restored {
		if entry.Record != nil {
			records = append(records, entry)
		}
	}
	wantRecords := []site.Entry{entries[0], entries[2], entries[3], entries[4]}
	if diff := cmp.Diff(wantRecords, records); diff != "" {
		t.Error(diff)
	}
	if len(restored) != 6 {
		t.Errorf("%d entries were imported, want 2 erasures and 4 records", len(restored))
	}
}

// importFunc is a target that takes everything as new.
type importFunc func([]site.Entry)

func (f importFunc) Import(_ context.Context, entries []site.Entry, _ bool) ([]site.Outcome, error) {
	f(entries)
	outcomes := make([]site.Outcome, len(entries))
	for i := range outcomes {
		outcomes[i] = site.Added
	}
	return outcomes, nil
}

// remembering keeps the slices in which keys were given to it and taken from it.
type remembering struct {
	sealer
	keys [][]byte
}

func (r *remembering) Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error) {
	r.keys = append(r.keys, plaintext)
	return r.sealer.Seal(ctx, plaintext, binding)
}

func (r *remembering) Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error) {
	key, err := r.sealer.Open(ctx, sealed, binding)
	r.keys = append(r.keys, key)
	return key, err
}

func TestTheKeyOfABackupIsOverwrittenOnceItWasUsed(t *testing.T) {
	b, s := newBucket(), &remembering{sealer: localSealer(t, 1)}
	written(t, b, s, morning, record(1, 10))
	if _, err := backup.Verify(t.Context(), b, "", s, later, opensAll); err != nil {
		t.Fatal(err)
	}
	if len(s.keys) < 2 {
		t.Fatalf("%d keys were seen", len(s.keys))
	}
	for i, key := range s.keys {
		if !bytes.Equal(key, make([]byte, 32)) {
			t.Errorf("key %d, of writing and of reading, is still in memory", i)
		}
	}
}

func TestTwoBackupsOfTheSameHaveTheSameChecksumAndNoCommonBytes(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	first := written(t, b, s, morning, record(1, 10))
	second := written(t, b, s, morning.Add(time.Hour), record(1, 10))
	if first.SHA256 != second.SHA256 {
		t.Error("the checksums differ")
	}
	body := func(name string) []byte { return b.objects[name][bytes.IndexByte(b.objects[name], '\n')+1:] }
	if bytes.Equal(body(first.Name)[:16], body(second.Name)[:16]) {
		t.Error("two backups are encrypted with the same key")
	}
}

func TestABackupOfNothingIsABackup(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning)
	verification, err := backup.Verify(t.Context(), b, "", s, later, opensAll)
	if err != nil || verification.Records != 0 || verification.Erasures != 0 {
		t.Errorf("verified %+v, %v", verification, err)
	}
}

func TestAnEntryThatIsTooLongIsLeftOutAndCounted(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	long := site.Entry{Name: siteName(2), Record: json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`)}
	report := written(t, b, s, morning, record(1, 10), long, record(4, 10))
	if report.TooLong != 1 || report.Records != 2 {
		t.Errorf("left out %d, wrote %d", report.TooLong, report.Records)
	}
	// The longest line is a MiB with its line break.
	for _, spare := range []int{0, 1} {
		entry := site.Entry{Name: siteName(3)}
		entry.Record = json.RawMessage(`"` + strings.Repeat("x", 1<<20-len(fmt.Sprintf(`{"entry":{"name":"%s","record":""}}`, entry.Name)+"\n")+spare) + `"`)
		report := written(t, b, s, morning, entry)
		if report.TooLong != spare {
			t.Errorf("with a line of a MiB and %d bytes, left out %d", spare, report.TooLong)
		}
		if _, err := backup.Verify(t.Context(), b, "", s, later, opensAll); err != nil {
			t.Errorf("with a line of a MiB and %d bytes: %v", spare, err)
		}
	}
}

func TestWhatFailsLeavesNoBackup(t *testing.T) {
	many := make([]site.Entry, 1000)
	for i := range many {
		many[i] = record(i, 10)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		source backup.Source
		bucket *bucket
		sealer sealer
		want   error
	}{
		{"the source fails at once", t.Context(), source{err: errSource}, newBucket(), localSealer(t, 1), errSource},
		{"the source fails after 1,000 entries", t.Context(), source{entries: many, err: errSource}, newBucket(), localSealer(t, 1), errSource},
		{"the upload breaks at once", t.Context(), source{entries: many}, &bucket{objects: map[string][]byte{}, cutPut: 1}, localSealer(t, 1), errBucket},
		{"the upload breaks within a chunk", t.Context(), source{entries: many}, &bucket{objects: map[string][]byte{}, cutPut: 100_000}, localSealer(t, 1), errBucket},
		{"the upload breaks after the last byte", t.Context(), source{}, &bucket{objects: map[string][]byte{}, cutPut: 1 << 20}, localSealer(t, 1), errBucket},
		{"the key service is down", t.Context(), source{entries: many}, newBucket(), sealer{sealErr: seal.ErrKeyServiceUnavailable}, seal.ErrKeyServiceUnavailable},
		{"the program ends", cancelled, source{entries: many}, newBucket(), localSealer(t, 1), context.Canceled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			report, err := backup.Write(test.ctx, test.source, test.bucket, test.sealer, morning)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if len(test.bucket.objects) != 0 || report.Name != "" {
				t.Errorf("there is a backup: %v, %+v", test.bucket.names(), report)
			}
		})
	}
}

func TestABucketThatDoesNotReadIsNotBelieved(t *testing.T) {
	b := newBucket()
	b.lazy = true
	if _, err := backup.Write(t.Context(), source{entries: []site.Entry{record(1, 10)}}, b, localSealer(t, 1), morning); err == nil {
		t.Error("the backup is said to be written")
	}
}

func TestARecordThatIsNoJSONStopsTheBackupWithoutShowingIt(t *testing.T) {
	b := newBucket()
	_, err := backup.Write(t.Context(), source{entries: []site.Entry{{Name: siteName(1), Record: json.RawMessage("s3cr3t")}}}, b, localSealer(t, 1), morning)
	if err == nil || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "'s'") {
		t.Errorf("got %v", err)
	}
	if len(b.objects) != 0 {
		t.Error("there is a backup")
	}
}

func TestBackupsAreListedTheNewestFirstWithAgeAndSize(t *testing.T) {
	b := newBucket()
	for _, name := range []string{
		"sites-20261121T000000Z.backup", "sites-20261122T063553Z.backup", "sites-20261120T235959Z.backup",
		"sites-20261122T063553Z.backup.tmp", "x-sites-20261122T063553Z.backup", "sites-20261322T063553Z.backup", "sites-20261122T063553.5Z.backup",
		"sites-.backup", "notes.txt",
	} {
		b.objects[name] = []byte(name)
	}
	backups, err := backup.List(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	want := []backup.Backup{
		{Name: "sites-20261122T063553Z.backup", Created: morning, Size: 29},
		{Name: "sites-20261121T000000Z.backup", Created: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Size: 29},
		{Name: "sites-20261120T235959Z.backup", Created: time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC), Size: 29},
	}
	if diff := cmp.Diff(want, backups); diff != "" {
		t.Error(diff)
	}
	if age := backups[0].Age(morning.Add(90 * time.Minute)); age != 90*time.Minute {
		t.Errorf("its age is %v", age)
	}
	b.listErr = errBucket
	if _, err := backup.List(t.Context(), b); !errors.Is(err, errBucket) {
		t.Errorf("got %v", err)
	}
}
