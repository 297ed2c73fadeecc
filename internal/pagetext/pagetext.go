// Package pagetext reads the text of a page with the structure that says how
// much each part of it counts: title, headings, panels, tables, bold, code and
// quotes. It reads Atlassian Document Format, Confluence's storage format, HTML
// and plain text. It is pure, reads as a stream, never fails, and is bounded:
// its cost is linear in the input and what it returns is within Limits. It must
// not know what a label is.
//
// People's names (mentions), emoji, dates, web addresses, macro parameters that a
// reader does not see and the app's own macro are left out: a page is not about
// them. So is an image's alternative text that is only a file name.
//
// Source: the ADF schema and the storage format as Atlassian documents them, and
// the HTML standard.
package pagetext

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what a block is on the page. Where several are true, code wins over
// quotes, quotes over headings, headings over header cells, those over panels.
type Kind uint8

const (
	Body       Kind = iota // paragraphs, list items, table cells
	Title                  // of the page; the readers of this package never see it
	Heading                // of the first two levels
	Subheading             // of the other levels
	Panel                  // info, note, warning, expand and the like
	TableHead              // a header cell
	Code                   // a code block
	Quote                  // a block quote, or a quoted mail
)

// Span is a range of a text, in bytes.
type Span struct{ Start, End uint32 }

// Block is a piece of a page's text that stands for itself: no sentence reaches
// from one to the next.
type Block struct {
	Kind   Kind
	Text   string // valid UTF-8, whitespace collapsed to single spaces, trimmed, never empty
	Strong []Span // what is bold, in order, not overlapping, at least a non-space character apart; none in Code
	Code   []Span // what is inline code, likewise
}

// Limits bound what is read. What lies beyond is left out, and Truncated says so.
type Limits struct {
	Text   int // bytes of text in all blocks
	Blocks int // how many blocks
	Depth  int // how deep markup that shapes text is nested; deeper text is still read, as Body
}

// DefaultLimits hold a page of some 40,000 words.
var DefaultLimits = Limits{Text: 256 << 10, Blocks: 5_000, Depth: 100}

// Text is the text of a page.
type Text struct {
	Blocks    []Block
	Truncated bool // there was more than Limits.Text or Limits.Blocks allow
	Broken    bool // the markup ended early or was not what it should be; what was read before that is there
}

// Plain reads plain text: paragraphs lie between blank lines. Lines that begin
// with > are what somebody else wrote, as in a mail.
func Plain(source string, limits Limits) Text {
	b := newBuilder(source, limits)
	for line := range strings.Lines(source) {
		rest := strings.TrimLeft(line, " \t>")
		in := inside(0)
		if strings.Contains(line[:len(line)-len(rest)], ">") {
			in = inQuote
		}
		if strings.TrimSpace(rest) == "" {
			b.end()
		}
		if b.write(rest, in); b.full {
			break
		}
	}
	return b.finish()
}

// inside says what a piece of text lies in.
type inside uint16

const (
	inCode inside = 1 << iota
	inQuote
	inHeading
	inSubheading
	inTableHead
	inPanel
	isStrong
	isCode // inline
)

func (in inside) kind() Kind {
	switch {
	case in&inCode != 0:
		return Code
	case in&inQuote != 0:
		return Quote
	case in&inHeading != 0:
		return Heading
	case in&inSubheading != 0:
		return Subheading
	case in&inTableHead != 0:
		return TableHead
	case in&inPanel != 0:
		return Panel
	}
	return Body
}

// builder makes blocks out of pieces of text. It is the one place that collapses
// whitespace, drops what is not text, and enforces the limits.
type builder struct {
	limits Limits
	out    Text
	full   bool // a limit is reached: nothing more is taken

	buf          []byte // the text of all blocks
	parts        []part // the blocks that have ended
	strong, code []Span // of all blocks, relative to their own block's start

	now     part // the block being written: only its in is set before it has text
	space   bool // whitespace came since the last text
	address bool // within a web address
}

// part is a block within the builder's text and spans.
type part struct {
	in                 inside
	from, strong, code int // where it begins in each
}

// newBuilder expects about a third of the source to be text.
func newBuilder(source string, limits Limits) builder {
	limits.Text = min(limits.Text, math.MaxInt32) // a Span holds 32 bits
	return builder{limits: limits, buf: make([]byte, 0, max(0, min(len(source)/3, limits.Text)))}
}

// write adds text. A change of kind begins a new block.
func (b *builder) write(s string, in inside) {
	if b.full {
		return
	}
	if !b.empty() && in.kind() != b.now.in.kind() {
		b.end()
	}
	run, i := 0, 0 // s[run:i] is to be added as it stands
	if b.address {
		i = addressEnd(s)
		run, b.address = i, i == len(s)
	}
	for i < len(s) {
		c := s[i]
		if asIs[c] {
			i++
			continue
		}
		size := 1
		var space bool
		switch {
		case c == ':':
			scheme, size := addressAt(s[run:i], s[i:])
			if scheme == 0 {
				i++
				continue
			}
			b.put(s[run:i-scheme], in)
			i += size
			run, b.address = i, i == len(s)
			continue
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			space = unicode.IsSpace(r)
			if !space && r != utf8.RuneError && !zeroWidth(r) {
				i += size
				continue
			}
		default:
			space = c == ' ' || '\t' <= c && c <= '\r'
		}
		b.put(s[run:i], in)
		b.space = b.space || space
		i += size
		run = i
	}
	b.put(s[run:], in)
}

// put adds a run of text without whitespace.
func (b *builder) put(run string, in inside) {
	if run == "" || b.full {
		return
	}
	room := b.limits.Text - len(b.buf)
	if b.empty() {
		if len(b.parts) >= b.limits.Blocks {
			b.stop()
			return
		}
		b.now.in = in
	} else if b.space {
		room--
	}
	if room < len(run) {
		run = whole(run, room)
		b.stop()
		if run == "" {
			return
		}
	}
	if b.space && !b.empty() {
		b.buf = append(b.buf, ' ')
	}
	b.space = false
	start := len(b.buf)
	b.buf = append(b.buf, run...)
	if in&isStrong != 0 {
		b.strong = b.span(b.strong, b.now.strong, start)
	}
	if in&isCode != 0 {
		b.code = b.span(b.code, b.now.code, start)
	}
}

// span adds what is text from start on to spans, of which those from first on
// belong to the block being written. What only a space parts becomes one.
func (b *builder) span(spans []Span, first, start int) []Span {
	s := Span{uint32(start - b.now.from), uint32(len(b.buf) - b.now.from)} //nolint:gosec // newBuilder bounds both
	if len(spans) > first {
		last := &spans[len(spans)-1]
		if last.End == s.Start || last.End+1 == s.Start && b.buf[start-1] == ' ' {
			last.End = s.End
			return spans
		}
	}
	return append(spans, s)
}

// stop ends reading because a limit is reached.
func (b *builder) stop() { b.full, b.out.Truncated = true, true }

// empty tells whether the block being written has no text yet.
func (b *builder) empty() bool { return len(b.buf) == b.now.from }

// end ends the block being written, if there is one.
func (b *builder) end() {
	if !b.empty() {
		b.parts = append(b.parts, b.now)
		b.now = part{from: len(b.buf), strong: len(b.strong), code: len(b.code)}
	}
	b.space, b.address = false, false
}

// newLine begins a new line where the writer broke one: what stands in two lines of a
// cell are two things, and no phrase is made of both. Code is one whatever its lines.
func (b *builder) newLine(in inside) {
	if in.kind() == Code {
		b.write(" ", in)
	} else {
		b.end()
	}
}

// finish returns what was read. The blocks share one string and their spans two
// arrays, so that a page costs few allocations.
func (b *builder) finish() Text {
	b.end()
	if len(b.parts) == 0 {
		return b.out
	}
	text := string(b.buf)
	b.out.Blocks = make([]Block, len(b.parts))
	after := b.now
	for i := len(b.parts) - 1; i >= 0; i-- {
		p := b.parts[i]
		block := &b.out.Blocks[i]
		block.Kind = p.in.kind()
		block.Text = text[p.from:after.from]
		if block.Kind != Code {
			block.Strong = between(b.strong, p.strong, after.strong)
			block.Code = between(b.code, p.code, after.code)
		}
		after = p
	}
	return b.out
}

func between(spans []Span, from, to int) []Span {
	if from == to {
		return nil
	}
	return spans[from:to:to]
}

// whole is the longest beginning of s of at most n bytes that cuts no character.
func whole(s string, n int) string {
	if n >= len(s) {
		return s
	}
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// asIs holds the bytes that are text whatever follows: ASCII without whitespace,
// control characters, and the colon that a web address has.
var asIs = func() (table [256]bool) {
	for c := byte('!'); c <= '~'; c++ {
		table[c] = c != ':'
	}
	return table
}()

// zeroWidth tells whether a character shows nothing: joiners, direction marks,
// soft hyphens, variation selectors, and the second half of the control
// characters.
func zeroWidth(r rune) bool {
	switch {
	case r < 0xa0, r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r == 0xfeff,
		0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2060 <= r && r <= 0x206f, 0xfe00 <= r && r <= 0xfe0f:
		return true
	}
	return false
}

// addressAt is how much of a web address is at the end of before, its scheme, and
// how much of it follows in after; 0 if there is none. Where it ends is looked for
// only after a scheme: else the rest would be read for every colon.
func addressAt(before, after string) (scheme, rest int) {
	const slashes = "://"
	if !strings.HasPrefix(after, slashes) {
		return 0, 0
	}
	for _, name := range []string{"https", "http"} {
		n := len(before) - len(name)
		if n < 0 || !strings.EqualFold(before[n:], name) {
			continue
		}
		if end := addressEnd(after[len(slashes):]); end > 0 {
			return len(name), len(slashes) + end
		}
		return 0, 0 // what is only the scheme is the word for it
	}
	return 0, 0
}

// addressEnd is how much of s belongs to the web address before it.
func addressEnd(s string) int {
	for i, c := range s {
		if c <= ' ' || c < utf8.RuneSelf && strings.IndexByte("<>\"`()[]|", byte(c)) >= 0 || c >= utf8.RuneSelf && !spaced(c) {
			return i
		}
	}
	return len(s)
}

// spaced tells whether a character is of the alphabets whose words have spaces between
// them. Where there are none, as in Thai and Chinese, a word may follow an address at once.
func spaced(c rune) bool {
	const thai, latinAgain, signs = 0x0e00, 0x1e00, 0x2000 // from where on in Unicode
	return (c < thai || latinAgain <= c && c < signs) && (unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsDigit(c))
}

// fileEndings are what the names of images end in.
var fileEndings = []string{".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".tiff", ".heic"}

// imageText is what an image's alternative text adds to the text around it.
// Confluence fills in the file's name where nobody wrote one; that is left out.
func imageText(alt string) string {
	alt = strings.TrimSpace(alt)
	for _, ending := range fileEndings {
		if n := len(alt) - len(ending); n >= 0 && strings.EqualFold(alt[n:], ending) {
			return ""
		}
	}
	return " " + alt + " "
}
