package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"labelup/internal/fault"
)

// readJSON reads one JSON value of the right shape and nothing else. What a
// body may do wrong ends here, before anything is changed.
func readJSON(x *exchange, limit int64, value any) error {
	raw, err := readBody(x, limit)
	if err != nil {
		return err
	}
	return decodeJSON(raw, value)
}

// readBody reads a body that is declared as JSON, limit bytes at most.
func readBody(x *exchange, limit int64) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, fault.New(fault.BadRequest, "content_type_not_json")
	}
	if x.request.ContentLength > limit {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(x.response, x.request.Body, limit))
	if err == nil {
		return raw, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.TooLarge, "body_too_large")
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
