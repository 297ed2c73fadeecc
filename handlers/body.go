package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"os"
	"time"

	"labelup/internal/fault"
)

// bodyReading is how long a body may take. With what comes before it, the wait
// for a turn and the work, a suggestion is answered well before the 30 s of
// Heroku's router.
const bodyReading = 8 * time.Second

// firstBuffer is what a body is read into at first, in bytes: most changes fit.
const firstBuffer = 512

// incoming is the body of a request. However it is read, what has come of it is
// in hand until it is released.
type incoming struct {
	io.ReadCloser // as net/http gives it

	inHand    *inHand
	whose     func() string // who is to hold it, asked when the first byte is waited for
	interrupt func()        // ends the wait for the next byte

	owner string // as whose said
	read  int64
	ended bool // all has been read

	bytes   int64 // in hand; of inHand, as is the next
	refused error // why it may not be in hand
}

// Read waits for more of the body. An error may be a fault of inHand.
func (b *incoming) Read(into []byte) (int, error) {
	if err := b.hold(b.read); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(into)
	b.read += int64(n)
	if err == nil {
		return n, nil
	}
	if refused := b.inHand.arrived(b); refused != nil {
		return 0, refused
	}
	b.ended = errors.Is(err, io.EOF)
	return n, err
}

func (b *incoming) hold(bytes int64) error {
	if b.owner == "" {
		b.owner = b.whose()
	}
	return b.inHand.hold(b, max(bytes, leastInHand))
}

// all reads the whole body, limit bytes at most. The memory for it grows with
// what has come and not with what was announced, and is in hand before it is
// made.
func (b *incoming) all(announced, limit int64) ([]byte, error) {
	most := limit + 1 // one more, to see that it goes on
	if announced >= 0 {
		most = min(most, announced+1) // one more, to see that it ends
	}
	var raw []byte
	for {
		if len(raw) == cap(raw) {
			size := min(max(firstBuffer, 2*int64(cap(raw))), most)
			if err := b.hold(size); err != nil {
				return nil, err
			}
			raw = append(make([]byte, 0, size), raw...)
		}
		n, err := b.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case int64(len(raw)) > limit:
			return nil, fault.New(fault.TooLarge, "body_too_large")
		case errors.Is(err, io.EOF):
			return raw, nil
		case err != nil:
			return nil, err
		}
	}
}

// readJSON reads one JSON value of the right shape and nothing else. What a
// body may do wrong ends here, before anything is changed.
func readJSON(x *exchange, limit int64, value any) error {
	raw, err := readBody(x, limit)
	if err != nil {
		return err
	}
	return decodeJSON(raw, value)
}

// readBody reads a body that is declared as JSON, limit bytes at most, which
// stay in hand until the request has been answered.
func readBody(x *exchange, limit int64) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, fault.New(fault.BadRequest, "content_type_not_json")
	}
	if x.request.ContentLength > limit {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	if x.body == nil {
		return nil, nil
	}
	x.readUntil(time.Now().Add(bodyReading))
	raw, err := x.body.all(x.request.ContentLength, limit)
	if err == nil {
		return raw, nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return nil, err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fault.Wrap(fault.BadRequest, "body_too_slow", err)
	}
	return nil, fault.Wrap(fault.CallerLeft, "body_cut_off", err)
}

// decodeJSON reads one value. A field that value does not have is refused, for a
// body that means something else must not be half understood.
func decodeJSON(raw []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return fault.Wrap(fault.BadRequest, "body_not_understood", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.BadRequest, "body_has_more_than_one_value")
	}
	return nil
}
