package backup_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
)

// committed is a backup that the first version wrote, sealed with key 1.
// Backups like it lie in operators' buckets, so it must restore for ever.
func committed(t testing.TB) (name string, object []byte) {
	t.Helper()
	name = "sites-20261122T063553Z.backup"
	object, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return name, object
}

func TestABackupOfTheFirstVersionRestores(t *testing.T) {
	name, object := committed(t)
	b, s := newBucket(), localSealer(t, 1)
	b.objects[name] = object
	verification, err := backup.Verify(t.Context(), b, name, s, later, opensAll)
	if err != nil {
		t.Fatal(err)
	}
	want := backup.Verification{Report: backup.Report{
		Backup:  backup.Backup{Name: name, Created: morning, Size: int64(len(object))},
		Records: 1, Erasures: 1, SHA256: "410a64aec3b674307003c26bd6f6a2192ef780c1a4b9a7e1181e6d3d2a18e9f0",
	}}
	if diff := cmp.Diff(want, verification); diff != "" {
		t.Error(diff)
	}
	into := newTarget()
	if _, err := backup.Restore(t.Context(), b, s, into, soon(backup.Order{Name: name})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(record(1, 10).Record), string(into.records[siteName(1)])); diff != "" {
		t.Error(diff)
	}
	if !into.erased[siteName(2)].Equal(erasure(2, 11).ErasedAt) {
		t.Errorf("the erasure is of %v", into.erased[siteName(2)])
	}
}

func TestTheDataMapNamesEveryFieldOfABackup(t *testing.T) {
	var fields []string
	for _, store := range backup.Stores {
		for _, field := range store.Fields {
			fields = append(fields, field.Name)
		}
	}
	if diff := cmp.Diff([]string{"format", "version", "created", "key", "entry", "end"}, fields); diff != "" {
		t.Error(diff)
	}
}
