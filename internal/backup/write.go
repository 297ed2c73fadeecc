package backup

import (
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"labelup/internal/site"
)

// Report says what is in a backup.
type Report struct {
	Backup
	Records  int
	Erasures int
	SHA256   string // of the plain lines, hex; equal for equal contents in equal order

	// TooLong is how many entries were left out because their line would be
	// over 1 MiB, which no record of the app is. Only Write tells.
	TooLong int
}

var errNotRead = errors.New("backup: the bucket did not take the whole backup")

// Write makes a backup of everything the source has. It streams: its memory
// does not grow with the number of sites. After an error there is no new
// backup, unless only the bucket's answer was lost.
func Write(ctx context.Context, source Source, bucket Bucket, sealer Sealer, now time.Time) (Report, error) {
	created := now.UTC().Truncate(time.Second)
	encodedHeader, aead, err := newHeader(ctx, sealer, created)
	if err != nil {
		return Report{}, err
	}
	report := Report{Backup: Backup{Name: nameOf(created), Created: created}}
	body, pipe := io.Pipe()
	exported := make(chan error, 1)
	go func() {
		err := report.write(ctx, pipe, source, encodedHeader, aead)
		exported <- err
		_ = pipe.CloseWithError(err) // the bucket reads the error, or the end
	}()
	stored := bucket.Put(ctx, report.Name, body)
	_ = body.CloseWithError(errNotRead) // if the bucket stopped reading, so does the export
	err = <-exported
	switch {
	case err != nil && !errors.Is(err, errNotRead):
		return Report{}, fmt.Errorf("backup: export: %w", err)
	case stored != nil:
		return Report{}, fmt.Errorf("backup: store: %w", stored)
	case err != nil:
		return Report{}, err
	}
	return report, nil
}

// write writes the whole backup and counts what it writes.
func (r *Report) write(ctx context.Context, to io.Writer, source Source, encodedHeader []byte, aead cipher.AEAD) error {
	counted := &counter{to: to}
	if _, err := counted.Write(encodedHeader); err != nil {
		return err
	}
	chunks := newChunkWriter(counted, aead, encodedHeader)
	digest := sha256.New()
	err := source.Export(ctx, func(entry site.Entry) error {
		encoded, err := encode(line{Entry: &entry})
		if err != nil {
			return errors.New("backup: an entry's record is no JSON") // the cause would quote it
		}
		if len(encoded) > maxLine {
			r.TooLong++
			return nil
		}
		r.count(entry)
		digest.Write(encoded)
		_, err = chunks.Write(encoded)
		return err
	})
	if err != nil {
		return err
	}
	r.SHA256 = hex.EncodeToString(digest.Sum(nil))
	encoded, err := encode(line{End: &end{Records: r.Records, Erasures: r.Erasures, SHA256: r.SHA256}})
	if err != nil {
		return err
	}
	if _, err := chunks.Write(encoded); err != nil {
		return err
	}
	err = chunks.Close()
	r.Size = counted.size
	return err
}

func (r *Report) count(entry site.Entry) {
	if entry.Record != nil {
		r.Records++
	}
	if !entry.ErasedAt.IsZero() {
		r.Erasures++
	}
}

type counter struct {
	to   io.Writer
	size int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.size += int64(n)
	return n, err
}
