package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"labelup/internal/site"
)

// read reads a backup to its end and hands out each entry, which is proved to
// be part of the backup; that it is all of the backup is only proved when read
// returns without an error. If expected is not nil the backup must have that
// header: it is the one that was read before. It returns the header line.
//
// Errors wrap ErrDamaged, ErrVersion, one of package seal or one of the bucket,
// or are those of the function.
func read(ctx context.Context, bucket Bucket, b Backup, sealer Sealer, expected []byte, each func(site.Entry) error) (Report, []byte, error) {
	stream, err := bucket.Get(ctx, b.Name)
	if err != nil {
		return Report{}, nil, fmt.Errorf("backup: get: %w", err)
	}
	defer stream.Close() //nolint:errcheck // it was only read
	body := &body{ctx: ctx, from: stream}
	buffered := bufio.NewReaderSize(body, chunkSize)
	encodedHeader, err := readHeader(buffered, body)
	if err != nil {
		return Report{}, nil, err
	}
	if expected != nil && !bytes.Equal(encodedHeader, expected) {
		return Report{}, nil, fmt.Errorf("%w: it was replaced while it was read", ErrDamaged)
	}
	header, err := parseHeader(encodedHeader, b.Created)
	if err != nil {
		return Report{}, nil, err
	}
	aead, err := openKey(ctx, sealer, header.Key)
	if err != nil {
		return Report{}, nil, err
	}
	report := Report{Backup: b}
	err = report.read(newChunkReader(buffered, body, aead, encodedHeader), each)
	report.Size = body.size
	return report, encodedHeader, err
}

// readHeader returns the header line with its line break.
func readHeader(from *bufio.Reader, body *body) ([]byte, error) {
	peeked, err := from.ReadSlice('\n')
	if body.broken != nil {
		return nil, fmt.Errorf("backup: read: %w", body.broken)
	}
	if err != nil || len(peeked) > maxHeader {
		return nil, fmt.Errorf("%w: it has no header", ErrDamaged)
	}
	return bytes.Clone(peeked), nil
}

// read reads the lines and compares what they are with what the last one says.
func (r *Report) read(from io.Reader, each func(site.Entry) error) error {
	lines := bufio.NewReaderSize(from, maxLine)
	digest := sha256.New()
	for number := 1; ; number++ {
		encoded, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%w: its lines have no end", ErrDamaged)
		case errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("%w: line %d is too long", ErrDamaged, number)
		case err != nil:
			return err
		}
		var l line
		if decode(encoded, &l) != nil || (l.Entry == nil) == (l.End == nil) { // the cause would quote the line
			return fmt.Errorf("%w: line %d is not one of version %d", ErrDamaged, number, version)
		}
		if l.End != nil {
			r.SHA256 = hex.EncodeToString(digest.Sum(nil))
			if *l.End != (end{Records: r.Records, Erasures: r.Erasures, SHA256: r.SHA256}) {
				return fmt.Errorf("%w: its end counts other lines", ErrDamaged)
			}
			if _, err := lines.ReadByte(); !errors.Is(err, io.EOF) {
				return fmt.Errorf("%w: something follows its end", ErrDamaged)
			}
			return nil
		}
		r.count(*l.Entry)
		digest.Write(encoded)
		if err := each(*l.Entry); err != nil {
			return err
		}
	}
}
