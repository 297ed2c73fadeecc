package backup_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"labelup/internal/backup"
	"labelup/internal/site"
)

// directory is a bucket on disk, which streams as a real one does.
type directory string

func (d directory) Put(_ context.Context, name string, body io.Reader) error {
	file, err := os.Create(filepath.Join(string(d), name))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, body)
	return err
}

func (d directory) Get(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), name))
}

func (d directory) List(context.Context) ([]backup.Object, error) {
	entries, err := os.ReadDir(string(d))
	var objects []backup.Object
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		objects = append(objects, backup.Object{Name: entry.Name(), Size: info.Size()})
	}
	return objects, err
}

func (d directory) Delete(_ context.Context, name string) error {
	return os.Remove(filepath.Join(string(d), name))
}

// generated is a source of n sites, made as they are handed out, each with a
// record of about a KiB.
type generated struct {
	n    int
	each func(n int)
}

func (g generated) Export(_ context.Context, each func(site.Entry) error) error {
	filler := make([]byte, 800)
	for i := range filler {
		filler[i] = 'a' + byte(i%26)
	}
	for n := range g.n {
		g.each(n)
		entry := record(n, 10)
		entry.Record = append(entry.Record[:len(entry.Record)-1], `,"filler":"`+string(filler)+`"}`...)
		if err := each(entry); err != nil {
			return err
		}
	}
	return nil
}

func TestMemoryDoesNotGrowWithTheNumberOfSites(t *testing.T) {
	const sites = 50_000
	const allowed = 16 << 20 // bytes, for more than 50 MiB of records

	// What is in use after a collection is what is held: garbage is not counted.
	var peak uint64
	sample := func() {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		peak = max(peak, stats.HeapAlloc)
	}
	sampled := func(n int) {
		if n%5000 == 0 {
			sample()
		}
	}
	bucket, s := directory(t.TempDir()), localSealer(t, 1)
	sample()
	before := peak

	began := time.Now()
	report, err := backup.Write(t.Context(), generated{n: sites, each: sampled}, bucket, s, morning)
	if err != nil || report.Records != sites {
		t.Fatalf("%+v, %v", report, err)
	}
	wrote := time.Since(began)

	began = time.Now()
	imported := 0
	_, err = backup.Restore(t.Context(), bucket, s, importFunc(func(batch []site.Entry) {
		imported += len(batch)
		sampled(imported)
	}), soon(backup.Order{}))
	if err != nil || imported != sites {
		t.Fatalf("%d imported, %v", imported, err)
	}
	restored := time.Since(began)
	if report.Size < 50<<20 {
		t.Fatalf("the backup has %d bytes only", report.Size)
	}
	if peak > before+allowed {
		t.Errorf("%d MiB were held beyond the %d of the start", (peak-before)>>20, before>>20)
	}
	t.Logf("%d MiB; written in %v, restored in %v; %d KiB held at most", report.Size>>20, wrote.Round(time.Millisecond), restored.Round(time.Millisecond), (peak-before)>>10)
}
