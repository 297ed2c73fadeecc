package logreader

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Source is where lines come from. Lines calls line for each, one at a time and
// roughly in the order of time, until there are no more, line returns an error
// (which Lines returns), or ctx ends. It may leave out what is before since or
// not before until; with follow it goes on with what is written from then on. A
// line is in any form that parse knows. "" stands for one that was too long.
type Source interface {
	Lines(ctx context.Context, since, until time.Time, follow bool, line func(string) error) error
}

// FromReader reads a stream to its end, which may come late: a drain. It does
// not wait for the stream when ctx ends, though it may still read a little of it.
func FromReader(r io.Reader) Source { return streamSource{r} }

type streamSource struct{ stream io.Reader }

func (s streamSource) Lines(ctx context.Context, _, _ time.Time, _ bool, line func(string) error) error {
	lines := make(chan string, 64)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		err := eachLine(s.stream, func(text string) error {
			select {
			case lines <- text:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		ended <- err
		close(lines)
	}()
	for {
		select {
		case text, more := <-lines:
			if !more {
				return <-ended
			}
			if err := line(text); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func eachLine(r io.Reader, line func(string) error) error {
	long := 0
	lines := newLineReader(r, func() { long++ })
	for {
		raw, err := lines.next()
		for ; long > 0; long-- {
			if err := line(""); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(raw) == 0 {
			continue
		}
		if err := line(string(raw)); err != nil {
			return err
		}
	}
}

// FromFile reads a file from its beginning. With follow it waits for more at its
// end, also after the file was cut off or replaced by another of its name.
func FromFile(path string) Source { return fileSource{path, 250 * time.Millisecond} }

type fileSource struct {
	path string
	poll time.Duration // between two looks at a file that has ended
}

func (s fileSource) Lines(ctx context.Context, _, _ time.Time, follow bool, line func(string) error) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	t := &tail{ctx: ctx, source: s, follow: follow, file: file}
	defer func() { _ = t.file.Close() }() // it was only read
	if err := eachLine(t, line); err != nil {
		return err
	}
	return ctx.Err()
}

// tail is a file that does not end while it is followed.
type tail struct {
	ctx    context.Context // an io.Reader has no other way to be stopped
	source fileSource
	follow bool
	file   *os.File
	at     int64 // how much of the file was read
	inLine bool  // the last byte was no line end
}

func (t *tail) Read(p []byte) (int, error) {
	for t.ctx.Err() == nil {
		n, err := t.file.Read(p)
		if n > 0 {
			t.at += int64(n)
			t.inLine = p[n-1] != '\n'
			return n, nil
		}
		if !errors.Is(err, io.EOF) || !t.follow {
			return 0, err
		}
		replaced, err := t.moved()
		if err != nil {
			return 0, err
		}
		if replaced && t.inLine && len(p) > 0 { // what was begun in the old file does not go on in the new one
			p[0], t.inLine = '\n', false
			return 1, nil
		}
		if !replaced {
			select {
			case <-time.After(t.source.poll):
			case <-t.ctx.Done():
			}
		}
	}
	return 0, io.EOF
}

// moved goes to the beginning of what the name stands for now, if that is
// another file or the file has become shorter than what was read of it.
func (t *tail) moved() (bool, error) {
	named, err := os.Stat(t.source.path)
	if err != nil {
		return false, nil //nolint:nilerr // between being moved away and made anew a file is missing for a moment
	}
	open, err := t.file.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(named, open) {
		if open.Size() >= t.at {
			return false, nil
		}
		_, err := t.file.Seek(0, io.SeekStart)
		t.at = 0
		return true, err
	}
	if open.Size() > t.at {
		return false, nil // something was written just before it was moved: read that first
	}
	next, err := os.Open(t.source.path)
	if err != nil {
		return false, nil //nolint:nilerr // as above
	}
	_ = t.file.Close() // it was only read
	t.file, t.at = next, 0
	return true, nil
}
