// Package terminal keeps what came from outside from steering the terminal it
// is printed to: a pasted text, a record in Redis, a line of a log may hold escape
// sequences that recolour, overwrite or rearrange what stands beside it.
//
// Control characters go out as \u and four hexadecimal digits: those of Unicode's
// category Cc, the line separators, and those that turn the direction of
// writing. So do bytes that are no UTF-8, as \ufffd. In JSON it means the same.
//
// Sources: ECMA-48 for what a terminal obeys, UAX #9 for direction.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Visible returns a text for one line: without any control character, not even
// a line end, which could begin a line that nobody of us wrote.
func Visible(text string) string { return escape(text, "") }

// Writer passes on what is written to it without control characters, but for
// line ends and tabs. It is safe for concurrent use. The first bytes of a
// character wait for the others; Flush gives up on them.
type Writer struct {
	to      io.Writer
	mu      sync.Mutex
	waiting []byte
}

// NewWriter returns a Writer to another.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Raw returns the writer beneath a Writer, for whoever has made sure that what
// it writes from outside is Visible and has escapes of its own to write. Any
// other writer is returned as it is.
func Raw(w io.Writer) io.Writer {
	if w, ok := w.(*Writer); ok {
		return w.to
	}
	return w
}

func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 && isPlain(p) {
		return w.to.Write(p) // nearly all of the technical log, which a service writes for each request
	}
	text := append(w.waiting, p...)
	whole := len(text) - unfinished(text)
	w.waiting = append([]byte(nil), text[whole:]...)
	if _, err := io.WriteString(w.to, escape(string(text[:whole]), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what waits.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting := string(w.waiting)
	w.waiting = nil
	_, err := io.WriteString(w.to, escape(waiting, "\n\t"))
	return err
}

// isPlain reports whether a text is what ASCII prints, line ends and tabs.
func isPlain(text []byte) bool {
	for _, c := range text {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// unfinished is how many bytes at the end may begin a character.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if end := text[len(text)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// escape replaces all control characters but these.
func escape(text, but string) string {
	steers := func(c rune) bool { return isControl(c) && !strings.ContainsRune(but, c) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	for at, c := range text {
		if c == utf8.RuneError && !strings.HasPrefix(text[at:], string(utf8.RuneError)) || steers(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func isControl(c rune) bool {
	return unicode.Is(unicode.Cc, c) || unicode.In(c, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
