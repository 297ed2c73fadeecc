// Command engine answers POST /api/suggest in a browser: package answer as
// WebAssembly, for a host without a service of ours. It is a library to its page, a
// reactor in WASI's words: static/src/hosts/reactor.ts loads it and calls what it
// exports, one call after the other. It must not end, whatever it is given: a fault
// is an answer, too.
//
// Source: WASI preview 1 (wasi_snapshot_preview1), and go:wasmexport of the Go
// command.
package main

import (
	"labelup/internal/fault"
	"labelup/internal/suggest"
	"labelup/internal/suggest/answer"
)

func main() {} // of a reactor it is not called

// respond answers the body of a request from the page that the host says it is on.
func respond(contentID, spaceKey string, raw []byte) (out []byte) {
	defer func() {
		if recover() != nil { // what it says may be of a page
			out = answer.Problem(fault.New(fault.Internal, "panic"))
		}
	}()
	out, err := suggested(contentID, spaceKey, raw)
	if err != nil {
		return answer.Problem(err)
	}
	return out
}

func suggested(contentID, spaceKey string, raw []byte) ([]byte, error) {
	if len(raw) > answer.MaxBytes {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	if _, err := answer.Shape(raw); err != nil {
		return nil, err
	}
	request, err := answer.Read(raw)
	if err != nil {
		return nil, err
	}
	if contentID == "" || request.ContentID != contentID {
		return nil, fault.New(fault.NotFound, "content_not_proved")
	}
	return request.Answer(suggest.Suggest, spaceKey, "")
}
