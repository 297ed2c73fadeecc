// Package backup writes all installed sites into one encrypted object, proves
// that such an object restores, and restores it. It knows no Redis and no AWS:
// where sites come from and go to, where objects lie and who seals are
// interfaces here. It must write nothing in the clear, and import nothing of a
// backup that is damaged anywhere.
//
// # The format, version 1
//
// A backup is called sites-20261122T063553Z.backup, after the second in which
// it was begun, in UTC; the names sort by time. It is a header line, then
// encrypted chunks.
//
//	{"format":"labelup-backup","version":1,"created":"2026-11-22T06:35:53Z","key":"<sealed>"}\n
//
// The key is 32 random bytes of this backup only, sealed (package seal) for
// site "backup" and field "backup". The header is at most 16 KiB with its
// line break. Its time must be that of the name, so that an old backup under a
// new name is refused.
//
// The chunks are the STREAM construction with AES-256-GCM: each holds 64 KiB of
// the plain text, the last one 1 byte to 64 KiB, followed by a tag of 16 bytes.
// The nonce is 3 zero bytes, the chunk's number from 0 as 8 bytes big endian,
// and 1 for the last chunk, 0 for the others. The additional data is the header
// line with its line break. So nothing can be changed, cut off, added or put in
// another order, nor moved between backups.
//
// The plain text is lines of JSON, each at most 1 MiB with its line break: one
// for each entry, and one that ends it, with how many records and erasures there
// are and the SHA-256, as hex, of all lines before it with their line breaks.
//
//	{"entry":{"name":"<hash of the client key>","record":{…}}}
//	{"entry":{"name":"<hash of the client key>","erasedAt":"2026-11-20T10:00:00Z"}}
//	{"end":{"records":1,"erasures":1,"sha256":"<hex>"}}
//
// It is not compressed: half of a record is ciphertext already.
//
// # Why a restore reads twice
//
// A chunk proves itself, but that nothing is cut off is only known at the end.
// A restore that wrote as it read could stop in the middle of a site's records
// and, worse, miss the erasures that stand behind them, and so bring a site
// back that was erased. It therefore reads the whole backup once, importing
// nothing, and only then reads it again to import.
//
// Sources: V. T. Hoang, R. Reyhanitabar, P. Rogaway, D. Vizár, Online
// Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance (CRYPTO 2015);
// NIST SP 800-38D.
package backup

import (
	"context"
	"errors"
	"io"

	"labelup/internal/seal"
	"labelup/internal/site"
)

// Source is what is backed up: site.Store. Export hands out every record and
// every erasure that is known, one after the other, and stops with the error
// that the function returns. A site that changes meanwhile may be handed out as
// it was before or after, or twice.
type Source interface {
	Export(ctx context.Context, entry func(site.Entry) error) error
}

// Target is where a backup is restored into: site.Store. Import takes at most
// site.MaxImport entries and answers with an outcome for each, in their
// order. It must not replace a newer record, nor bring back a site that was
// erased after the record was written, whether the target knows of the erasure
// or the entry says so. With write false it must change nothing and answer the
// same.
type Target interface {
	Import(ctx context.Context, entries []site.Entry, write bool) ([]site.Outcome, error)
}

// Bucket is where backups lie. Implementations must be safe for concurrent use,
// and their errors must hold neither account nor place.
type Bucket interface {
	// Put makes the object visible whole, or not at all if body or the upload
	// fails. It reads body as it sends, and never holds all of it.
	Put(ctx context.Context, name string, body io.Reader) error

	// Get streams an object. A connection that breaks is an error of Read other
	// than io.EOF.
	Get(ctx context.Context, name string) (io.ReadCloser, error)

	List(ctx context.Context) ([]Object, error)

	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// Object is one object in a bucket.
type Object struct {
	Name string
	Size int64 // bytes
}

// Sealer seals the key of a backup: any of package seal.
type Sealer interface {
	Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error)
	Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error)
}

// Why a backup cannot be used. An error of the bucket or of package seal is
// wrapped instead where one of those is the cause.
var (
	// ErrNone: there is no backup, or none of that name, or each is Ahead and none
	// was named.
	ErrNone = errors.New("backup: there is no such backup")

	// ErrDamaged: it was changed, cut off, moved or never was a backup.
	ErrDamaged = errors.New("backup: damaged")

	// ErrVersion: a newer program wrote it.
	ErrVersion = errors.New("backup: written by a newer version of this program")

	// ErrUnopened: the backup is whole and some records in it cannot be used.
	ErrUnopened = errors.New("backup: there are records whose secrets do not open")

	// ErrEmpty: it is whole and holds no sites, and an older one does. That is
	// how the backup of a Redis looks that lost everything.
	ErrEmpty = errors.New("backup: it holds no sites, and an older one does")

	// ErrTooOld: it is older than erasures are remembered, or Ahead and so may be,
	// so that a site that was erased since may come back.
	ErrTooOld = errors.New("backup: older than erasures are remembered, so sites that were erased after it may come back")

	// ErrNewerUnread: newer backups cannot be read, so that a site may come
	// back whose erasure only they know of.
	ErrNewerUnread = errors.New("backup: newer backups cannot be read, so sites whose erasure only they know of may come back")
)

// maxNames bounds each list of sites in a result.
const maxNames = 20
