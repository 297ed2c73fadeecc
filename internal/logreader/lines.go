package logreader

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine bounds a line, in bytes. The log's own have a few hundred.
const maxLine = 64 << 10

// lineReader cuts a stream into lines. A stream of syslog frames with their
// octet counts is cut by these, for frames need not end with a line end.
type lineReader struct {
	buffer  *bufio.Reader
	tooLong func() // called for each line above maxLine, which is left out
}

// maxCount is how long an octet count may be, with the space behind it.
const maxCount = len("65536 ")

func newLineReader(r io.Reader, tooLong func()) *lineReader {
	return &lineReader{bufio.NewReaderSize(&failing{stream: r}, maxLine+maxCount), tooLong}
}

// failing repeats the error of a stream, which bufio tells only once: also to
// who only looked ahead.
type failing struct {
	stream io.Reader
	err    error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.stream.Read(p)
	f.err = err
	return n, err
}

// next returns the next line without its end, valid until the next call, and
// io.EOF after the last one.
func (l *lineReader) next() ([]byte, error) {
	if frame := l.frame(); frame != nil {
		return frame, nil
	}
	line, err := l.buffer.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		if line, err = l.buffer.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			l.tooLong()
			line = nil
		}
	}
	if len(line) == 0 && err != nil {
		return nil, err
	}
	// What stands before the end of the stream is a line too.
	return bytes.TrimRight(line, "\r\n"), nil
}

// frame returns a syslog frame if one is next, nil otherwise. A count that is
// not true, because it runs over the end of a line, is not believed.
func (l *lineReader) frame() []byte {
	size, at := 0, 0
	for ; ; at++ {
		// One byte more each time, so that nothing is waited for that a short
		// line does not have.
		head, err := l.buffer.Peek(at + 1)
		if err != nil || at > maxCount {
			return nil
		}
		if digit := head[at]; digit < '0' || digit > '9' {
			break
		}
		size = size*10 + int(head[at]-'0')
	}
	if at == 0 || size > maxLine || !l.has(at, ' ') || !l.has(at+1, '<') {
		return nil
	}
	at++
	whole, err := l.buffer.Peek(at + size)
	if err != nil {
		return nil
	}
	frame := bytes.TrimRight(whole[at:], "\r\n")
	if bytes.ContainsRune(frame, '\n') {
		return nil
	}
	_, _ = l.buffer.Discard(len(whole)) // it is all there
	return frame
}

func (l *lineReader) has(at int, c byte) bool {
	head, err := l.buffer.Peek(at + 1)
	return err == nil && head[at] == c
}
