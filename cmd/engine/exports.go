//go:build wasip1

package main

import (
	"runtime"
	"unsafe"
)

// in is the id of the content, the key of its space and the body, one after the
// other; out is the answer.
var in, out []byte

// input makes room for a request of so many bytes.
//
//go:wasmexport input
func input(bytes int32) unsafe.Pointer {
	in = make([]byte, max(1, bytes))
	return unsafe.Pointer(&in[0])
}

// answerTo answers what is in the input, given how many bytes its first two parts
// have.
//
//go:wasmexport answer
func answerTo(contentID, spaceKey int32) unsafe.Pointer {
	body := contentID + spaceKey
	out = respond(string(in[:contentID]), string(in[contentID:body]), in[body:])
	return unsafe.Pointer(&out[0])
}

// learnFrom learns what is known of a space from the input, which is a body alone.
//
//go:wasmexport learn
func learnFrom() unsafe.Pointer {
	out = learn(in)
	return unsafe.Pointer(&out[0])
}

// suggestFor answers the input, which is a body alone, from what was learned.
//
//go:wasmexport suggest
func suggestFor() unsafe.Pointer {
	out = respondLearned(in)
	return unsafe.Pointer(&out[0])
}

// length is how many bytes the answer has.
//
//go:wasmexport length
func length() int32 { return int32(len(out)) } //nolint:gosec // some kilobytes

// rest lets go of the input and the answer. The memory stays with the program, for
// the next one.
//
//go:wasmexport rest
func rest() {
	in, out = nil, nil
	runtime.GC()
}
