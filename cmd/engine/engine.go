// Command engine answers POST /api/suggest in a browser: package answer as
// WebAssembly, for a host that suggests in the tab. It is a library to its page, a
// reactor in WASI's words: static/src/hosts/reactor.ts loads it and calls what it
// exports, one call after the other. For who labels page after page it learns a
// space once and then answers from that; the answers are the same. It must not end,
// whatever it is given: a fault is an answer, too.
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

// learned is the space that was learned last; nil if none was, or if it broke.
var learned *suggest.Space

// respond answers the body of a request from the page that the host says it is on.
func respond(contentID, spaceKey string, raw []byte) []byte {
	return answered(raw, func(request *answer.Request) ([]byte, error) {
		if contentID == "" || request.ContentID != contentID {
			return nil, fault.New(fault.NotFound, "content_not_proved")
		}
		return request.Answer(suggest.Suggest, spaceKey, "")
	})
}

// learn keeps what a request tells of a space, in place of what was learned before.
// Its answer is an empty object.
func learn(raw []byte) []byte {
	learned = nil
	return answered(raw, func(request *answer.Request) ([]byte, error) {
		space, err := request.Learn()
		learned = space
		return []byte("{}\n"), err
	})
}

// respondLearned answers the body of a request from what was learned. Any page may
// be asked about: the person has read them all.
func respondLearned(raw []byte) []byte {
	return answered(raw, func(request *answer.Request) ([]byte, error) {
		if learned == nil {
			return nil, fault.New(fault.NotFound, "nothing_learned")
		}
		return request.Answer(learned.Suggest, "", "")
	})
}

// answered has a body answered, or says why it is not.
func answered(raw []byte, by func(*answer.Request) ([]byte, error)) (out []byte) {
	defer func() {
		if recover() != nil { // what it says may be of a page
			learned = nil // it may be in pieces
			out = answer.Problem(fault.New(fault.Internal, "panic"))
		}
	}()
	request, err := read(raw)
	if err == nil {
		out, err = by(request)
	}
	if err != nil {
		return answer.Problem(err)
	}
	return out
}

func read(raw []byte) (*answer.Request, error) {
	if len(raw) > answer.MaxBytes {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	if _, err := answer.Shape(raw); err != nil {
		return nil, err
	}
	return answer.Read(raw)
}
