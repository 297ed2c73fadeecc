package backup_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

var (
	morning = time.Date(2026, 11, 22, 6, 35, 53, 0, time.UTC)

	errBucket = errors.New("the bucket is broken")
	errSource = errors.New("the source is broken")
	errTarget = errors.New("the target is broken")
)

// bucket keeps objects in memory and misbehaves when told to.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	gets    int

	cutPut    int // bytes after which an upload breaks; 0 means never
	cutGet    int // bytes after which a download breaks; 0 means never
	cutFrom   int // the first download that does, counted from 1
	onlyOf    string
	slow      time.Duration // for each read of an upload
	lazy      bool          // says that it stored what it did not read
	listErr   error
	getErr    error
	deleteErr map[string]error
	onGet     func(number int) // called before each download, with the lock held
}

func newBucket() *bucket { return &bucket{objects: make(map[string][]byte), cutFrom: 1} }

func (b *bucket) Put(ctx context.Context, name string, body io.Reader) error {
	if b.lazy {
		return nil
	}
	if b.slow > 0 {
		body = slowReader{ctx, body, b.slow}
	}
	if b.cutPut > 0 {
		body = io.MultiReader(io.LimitReader(body, int64(b.cutPut)), brokenReader{})
	}
	object, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("put: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[name] = object
	return nil
}

func (b *bucket) Get(_ context.Context, name string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gets++
	if b.onGet != nil {
		b.onGet(b.gets)
	}
	if b.getErr != nil {
		return nil, b.getErr
	}
	object, ok := b.objects[name]
	if !ok {
		return nil, errBucket
	}
	var body io.Reader = bytes.NewReader(object)
	if b.cutGet > 0 && b.gets >= b.cutFrom && (b.onlyOf == "" || b.onlyOf == name) {
		body = io.MultiReader(io.LimitReader(body, int64(b.cutGet)), brokenReader{})
	}
	return io.NopCloser(body), nil
}

func (b *bucket) List(context.Context) ([]backup.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listErr != nil {
		return nil, b.listErr
	}
	var objects []backup.Object
	for name, object := range b.objects {
		objects = append(objects, backup.Object{Name: name, Size: int64(len(object))})
	}
	return objects, nil
}

func (b *bucket) Delete(_ context.Context, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.deleteErr[name]; err != nil {
		return err
	}
	delete(b.objects, name)
	return nil
}

func (b *bucket) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.objects))
}

// set changes the bucket while others use it.
func (b *bucket) set(change func(*bucket)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// brokenReader is a connection that broke.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBucket }

type slowReader struct {
	ctx   context.Context
	from  io.Reader
	pause time.Duration
}

func (r slowReader) Read(p []byte) (int, error) {
	select {
	case <-time.After(r.pause):
		return r.from.Read(p)
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

// source is a list of entries that ends with an error or not.
type source struct {
	entries []site.Entry
	err     error
}

func (s source) Export(ctx context.Context, each func(site.Entry) error) error {
	for _, entry := range s.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(entry); err != nil {
			return err
		}
	}
	return s.err
}

// siteName is the name of a numbered site.
func siteName(n int) string { return site.Name(fmt.Sprintf("client-%d", n)) }

// record is a site's record as it was written on a day of November 2026.
func record(n, day int) site.Entry {
	return site.Entry{Name: siteName(n), Record: fmt.Appendf(nil,
		`{"clientKey":"client-%d","sharedSecret":"v1.k1.sharedSecret.%s","baseUrl":"https://site-%d.atlassian.net/wiki?a&b","changedAt":"2026-11-%02dT10:00:00Z"}`,
		n, strings.Repeat("A", 100), n, day)}
}

// erasure is that a site was erased on a day of November 2026, at noon.
func erasure(n, day int) site.Entry {
	return site.Entry{Name: siteName(n), ErasedAt: time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC)}
}

// target keeps what is imported by the rules that backup.Target states.
type target struct {
	records map[string]json.RawMessage
	erased  map[string]time.Time
	writes  int
	failAt  int // the call that fails, counted from 1; 0 means none
	calls   int
	short   bool // answers with an outcome too few
}

func newTarget() *target {
	return &target{records: make(map[string]json.RawMessage), erased: make(map[string]time.Time)}
}

func changedAt(record json.RawMessage) time.Time {
	var fields struct {
		ChangedAt time.Time `json:"changedAt"`
	}
	_ = json.Unmarshal(record, &fields)
	return fields.ChangedAt
}

func (t *target) Import(_ context.Context, entries []site.Entry, write bool) ([]site.Outcome, error) {
	if t.calls++; t.calls == t.failAt {
		return nil, errTarget
	}
	if len(entries) > site.MaxImport {
		return nil, errors.New("too many entries")
	}
	var outcomes []site.Outcome
	for _, entry := range entries {
		outcomes = append(outcomes, t.one(entry, write))
	}
	if t.short {
		return outcomes[1:], nil
	}
	return outcomes, nil
}

func (t *target) one(entry site.Entry, write bool) site.Outcome {
	erased := t.erased[entry.Name]
	outcome := site.Same
	if entry.ErasedAt.After(erased) {
		erased, outcome = entry.ErasedAt, site.Marked
	}
	held, exists := t.records[entry.Name]
	if exists && changedAt(held).Before(erased) {
		exists, outcome = false, site.Erased
	}
	if entry.Record != nil {
		switch at := changedAt(entry.Record); {
		case at.Before(erased):
			outcome = site.Erased
		case !exists:
			held, exists, outcome = entry.Record, true, site.Added
		case changedAt(held).Before(at):
			held, outcome = entry.Record, site.Replaced
		case at.Before(changedAt(held)):
			outcome = site.KeptNewer
		default:
			outcome = site.Same
		}
	}
	if !write {
		return outcome
	}
	t.writes++
	if !erased.IsZero() {
		t.erased[entry.Name] = erased
	}
	delete(t.records, entry.Name)
	if exists {
		t.records[entry.Name] = held
	}
	return outcome
}

// sealer is a local one, which fails to open when told to.
type sealer struct {
	backup.Sealer
	openErr func(sealed string) error
	sealErr error
}

func (s sealer) Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error) {
	if s.sealErr != nil {
		return "", s.sealErr
	}
	return s.Sealer.Seal(ctx, plaintext, binding)
}

func (s sealer) Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error) {
	if s.openErr != nil {
		if err := s.openErr(sealed); err != nil {
			return nil, err
		}
	}
	return s.Sealer.Open(ctx, sealed, binding)
}

func localSealer(t testing.TB, key byte) sealer {
	t.Helper()
	local, err := seal.NewLocal(fmt.Sprintf("k%d:%s", key, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{key}, 32))))
	if err != nil {
		t.Fatal(err)
	}
	return sealer{Sealer: local}
}

// written writes a backup of the entries and returns its report.
func written(t testing.TB, b backup.Bucket, s backup.Sealer, at time.Time, entries ...site.Entry) backup.Report {
	t.Helper()
	report, err := backup.Write(t.Context(), source{entries: entries}, b, s, at)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// later is three days after the first backup.
var later = morning.AddDate(0, 0, 3)

// soon is an order of then, to a target that remembers erasures for 31 days.
func soon(order backup.Order) backup.Order {
	order.Now, order.ErasuresKept = later, 31*24*time.Hour
	return order
}

// opensAll is the check of records for tests in which all are well.
func opensAll(context.Context, site.Entry) error { return nil }
