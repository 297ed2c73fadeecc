package backup

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"labelup/internal/datamap"
	"labelup/internal/seal"
	"labelup/internal/site"
)

const (
	format  = "labelup-backup"
	version = 1

	maxHeader = 16 << 10 // bytes, with the line break
	maxLine   = 1 << 20  // bytes, with the line break; a record is at most 64 KiB
)

// keyBinding is where the key of a backup belongs. No site has this name: the
// field of its records is another.
var keyBinding = seal.Binding{Site: "backup", Field: "backup"}

// Stores is everything that a backup holds besides what it was made of, see
// site.Stores.
var Stores = []datamap.Store{headerStore, lineStore}

const (
	place = "the bucket for backups, sites-<time>.backup"
	kept  = datamap.BackupDays + " days at most; the newest backup until there is a newer one, and after a loss of Redis all until sites are back"
)

var headerStore = datamap.Of(header{}, datamap.Store{
	Name:       "Backups: the header",
	On:         datamap.On{datamap.Connect},
	Place:      place,
	Kept:       kept,
	Protection: "readable for whoever can read the bucket; authenticated together with the rest",
	Fields: []datamap.Field{
		{Name: "format", Origin: "the app", Purpose: "tells a backup from another file"},
		{Name: "version", Origin: "the app", Purpose: "of the format"},
		{Name: "created", Origin: "the app's clock", Purpose: "when the backup was begun"},
		{Name: "key", Origin: "made at random for this backup", Purpose: "opens the backup", Protection: "sealed with AES-256-GCM under a key that is not in the bucket"},
	},
})

var lineStore = datamap.Of(line{}, datamap.Store{
	Name:       "Backups: the contents",
	On:         datamap.On{datamap.Connect},
	Place:      place,
	Kept:       kept,
	Protection: "encrypted with AES-256-GCM under the backup's key; the secrets in the records are sealed besides",
	Fields: []datamap.Field{
		{Name: "entry", Origin: "the installed sites and the erased sites, as Redis has them", Purpose: "to be restored after a loss of Redis, and not to bring back a site that was erased"},
		{Name: "end", Origin: "the app, from the lines before it", Purpose: "shows that nothing is missing: how many records and marks of sites that are gone there are, and their SHA-256"},
	},
})

// header is the first line.
type header struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	Key     string    `json:"key"` // sealed
}

// line is each line of the plain text: one of the two.
type line struct {
	Entry *site.Entry `json:"entry,omitempty"`
	End   *end        `json:"end,omitempty"`
}

// end is what the last line says of those before it.
type end struct {
	Records  int    `json:"records"`
	Erasures int    `json:"erasures"`
	SHA256   string `json:"sha256"`
}

// encode returns a value as a line. Characters of HTML stay as they are, or a
// record could take six times its room.
func encode(value any) ([]byte, error) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return encoded.Bytes(), err
}

// decode is strict, because a field that this program does not know would be
// lost in a restore.
func decode(encoded []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.InputOffset() != int64(len(encoded)-1) || encoded[len(encoded)-1] != '\n' {
		return errors.New("not one value and a line break")
	}
	return nil
}

// newHeader makes the key of a backup and the header line that has it, sealed.
func newHeader(ctx context.Context, sealer Sealer, created time.Time) ([]byte, cipher.AEAD, error) {
	key := make([]byte, keySize)
	defer clear(key)
	_, _ = rand.Read(key) // it cannot fail
	sealed, err := sealer.Seal(ctx, key, keyBinding)
	if err != nil {
		return nil, nil, fmt.Errorf("backup: key: %w", err)
	}
	encoded, err := encode(header{Format: format, Version: version, Created: created, Key: sealed})
	if err != nil {
		return nil, nil, fmt.Errorf("backup: header: %w", err)
	}
	aead, err := newCipher(key)
	return encoded, aead, err
}

// parseHeader takes the header line of the backup of that time. Its errors
// wrap ErrDamaged or ErrVersion.
func parseHeader(encoded []byte, created time.Time) (header, error) {
	// The version first, leniently: a newer header may have other fields.
	var known struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(encoded, &known); err != nil || known.Format != format || known.Version < 1 {
		return header{}, fmt.Errorf("%w: it has no header", ErrDamaged)
	}
	if known.Version > version {
		return header{}, ErrVersion
	}
	var h header
	if err := decode(encoded, &h); err != nil {
		return header{}, fmt.Errorf("%w: its header is not one of version %d", ErrDamaged, version)
	}
	if !h.Created.Equal(created) {
		return header{}, fmt.Errorf("%w: it is a backup of another time than its name says", ErrDamaged)
	}
	return h, nil
}

// openKey returns the cipher of a backup. Its errors are those of package seal,
// or wrap ErrDamaged.
func openKey(ctx context.Context, sealer Sealer, sealed string) (cipher.AEAD, error) {
	key, err := sealer.Open(ctx, sealed, keyBinding)
	defer clear(key)
	if err != nil {
		return nil, fmt.Errorf("backup: key: %w", err)
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("%w: its key has %d bytes", ErrDamaged, len(key))
	}
	return newCipher(key)
}
