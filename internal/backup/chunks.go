package backup

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	chunkSize = 64 << 10 // bytes of plain text
	tagSize   = 16       // bytes, of GCM
	keySize   = 32       // bytes: AES-256
)

func newCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("backup: cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("backup: gcm: %w", err)
	}
	return aead, nil
}

// nonce never repeats under one key: a key is for one backup, whose chunks are
// numbered.
func nonce(number uint64, last bool) []byte {
	n := make([]byte, 3, 12)
	n = binary.BigEndian.AppendUint64(n, number)
	if last {
		return append(n, 1)
	}
	return append(n, 0)
}

// chunkWriter encrypts what is written. Close writes the last chunk; without it
// what was written does not open.
type chunkWriter struct {
	to     io.Writer
	aead   cipher.AEAD
	header []byte // the additional data
	number uint64
	plain  []byte
	sealed []byte
}

func newChunkWriter(to io.Writer, aead cipher.AEAD, header []byte) *chunkWriter {
	return &chunkWriter{to: to, aead: aead, header: header, plain: make([]byte, 0, chunkSize), sealed: make([]byte, 0, chunkSize+tagSize)}
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		// Only when more follows: the last chunk is never empty.
		if len(w.plain) == chunkSize {
			if err := w.flush(false); err != nil {
				return 0, err
			}
		}
		n := min(len(p), chunkSize-len(w.plain))
		w.plain, p = append(w.plain, p[:n]...), p[n:]
	}
	return written, nil
}

func (w *chunkWriter) Close() error { return w.flush(true) }

func (w *chunkWriter) flush(last bool) error {
	w.sealed = w.aead.Seal(w.sealed[:0], nonce(w.number, last), w.plain, w.header)
	w.number++
	w.plain = w.plain[:0]
	_, err := w.to.Write(w.sealed)
	return err
}

// chunkReader is the other way round. It returns nothing that is not proved to
// be that part of the backup, and io.EOF only after the last chunk. Its errors
// wrap ErrDamaged, or are those of the bucket.
type chunkReader struct {
	from   *bufio.Reader
	body   *body // what is below from
	aead   cipher.AEAD
	header []byte
	number uint64
	last   bool
	sealed []byte
	plain  []byte // not yet read
}

func newChunkReader(from *bufio.Reader, body *body, aead cipher.AEAD, header []byte) *chunkReader {
	return &chunkReader{from: from, body: body, aead: aead, header: header, sealed: make([]byte, chunkSize+tagSize)}
}

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(r.plain) == 0 {
		if r.last {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

func (r *chunkReader) next() error {
	n, err := io.ReadFull(r.from, r.sealed)
	if err == nil {
		_, err = r.from.Peek(1)
	}
	if r.body.broken != nil {
		return fmt.Errorf("backup: read: %w", r.body.broken)
	}
	r.last = err != nil
	if n <= tagSize {
		return fmt.Errorf("%w: it ends within chunk %d", ErrDamaged, r.number)
	}
	r.plain, err = r.aead.Open(r.sealed[:0], nonce(r.number, r.last), r.sealed[:n], r.header)
	if err != nil {
		return fmt.Errorf("%w: chunk %d", ErrDamaged, r.number)
	}
	r.number++
	return nil
}

// body is what a bucket streams. It tells a connection that broke from an
// object that ends, stops with the context, and counts.
type body struct {
	ctx    context.Context
	from   io.ReadCloser
	size   int64
	broken error
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		b.broken = err
		return 0, err
	}
	n, err := b.from.Read(p)
	b.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken = err
	}
	return n, err
}
