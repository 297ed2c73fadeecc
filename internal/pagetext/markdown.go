package pagetext

import "strings"

// markdown adds the body of a macro that shows Markdown. It knows what changes how
// much a line counts, and drops the signs that a reader does not see. A whole
// CommonMark parser is more than a browser should load for this.
type markdown struct {
	fenced    bool
	begun     bool   // a paragraph, which the next line may go on with
	listed    bool   // in a list: what is indented is an item's
	commented bool   // in a comment
	rest      string // what comes after the line
	endless   bool   // no comment ends there
}

func (m *markdown) add(b *builder, source string, in inside) {
	m.rest, m.endless = source, false
	for more := true; more && !b.full; {
		var line string
		line, m.rest, more = strings.Cut(m.rest, "\n")
		m.line(b, line, in)
		if strings.HasSuffix(strings.TrimSuffix(line, "\r"), "  ") { // a line break
			b.newLine(b.now.in)
		}
	}
}

func (m *markdown) line(b *builder, source string, in inside) {
	line := strings.TrimSpace(source)
	indented := strings.HasPrefix(source, "    ") || strings.HasPrefix(source, "\t")
	if indented && line != "" && !m.fenced && !m.begun && !m.listed && !m.commented {
		b.write(line+" ", in|inCode)
		return
	}
	if !m.fenced {
		line = strings.TrimSpace(m.uncommented(line))
	}
	begun := m.begun
	m.begun = false
	switch {
	case strings.HasPrefix(line, "```"), strings.HasPrefix(line, "~~~"):
		b.end()
		m.fenced = !m.fenced
		return
	case m.fenced:
		b.write(line+" ", in|inCode)
		return
	case strings.Trim(line, "-=*_|: \t") == "": // between paragraphs, under a heading, a rule
		b.end()
		return
	}
	alone, item := true, 0 // whether it is a block of its own; how long an item's sign is
	rest := strings.TrimLeft(line, "#")
	switch level := len(line) - len(rest); {
	case level > 0 && level <= 6 && strings.HasPrefix(rest, " "):
		line = strings.TrimRight(rest, "# ")
		if in |= inHeading; level > 2 {
			in ^= inHeading | inSubheading
		}
	case line[0] == '>':
		line, in, alone = strings.TrimLeft(line, "> "), in|inQuote, false
	case line[0] == '|':
		for more := true; more; {
			var cell string
			cell, line, more = strings.Cut(line, "|")
			b.end()
			inMarkdown(b, cell, in)
		}
	default:
		if item = listItem(line); item > 0 {
			b.end()
		}
		line, alone = line[item:], false
	}
	if item > 0 || !blank(source[0]) && (alone || !begun) {
		m.listed = item > 0
	}
	m.begun = !alone
	if alone {
		b.end()
	}
	inMarkdown(b, line+" ", in)
	if alone {
		b.end()
	}
}

// uncommented is a line without its comments. None begins between ` and none is what
// does not end.
func (m *markdown) uncommented(line string) string {
	const begin, end = "<!--", "-->"
	if !m.commented && !strings.Contains(line, begin) {
		return line
	}
	var kept strings.Builder
	for backticks := 0; ; {
		if m.commented {
			_, after, ends := strings.Cut(line, end)
			if !ends {
				break
			}
			line, m.commented = after, false
		}
		before, after, begins := strings.Cut(line, begin)
		kept.WriteString(before)
		if !begins {
			break
		}
		line = after
		if backticks += strings.Count(before, "`"); backticks%2 == 0 && !m.endless {
			m.commented = strings.Contains(line, end) || strings.Contains(m.rest, end)
			m.endless = !m.commented
		}
		if !m.commented {
			kept.WriteString(begin)
		}
	}
	return kept.String()
}

// listItem is how long the sign is with which a line begins that is an item of a
// list, and 0 if it is none.
func listItem(line string) int {
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	sign := strings.TrimLeft(line[digits:], ".)")
	if digits == 0 {
		sign = strings.TrimLeft(line[:1], "-*+") + line[1:]
	}
	if size := len(line) - len(sign); size == digits+1 && strings.HasPrefix(sign, " ") {
		return size
	}
	return 0
}

// inMarkdown adds a part of a line: what is between “ is code, between ** bold, and
// of a link or an image its text is read.
func inMarkdown(b *builder, text string, in inside) {
	for at := 0; at < len(text); {
		size := strings.IndexAny(text[at:], "`*_~]![<")
		if size < 0 {
			b.write(text[at:], in)
			return
		}
		b.write(text[at:at+size], in)
		at += size
		rest := text[at:]
		switch {
		case rest[0] == '`':
			in, rest = in^isCode, rest[1:]
		case in&isCode != 0, rest[0] == '_' && !strings.HasPrefix(rest, "__"): // snake_case
			b.write(rest[:1], in)
			rest = rest[1:]
		case strings.HasPrefix(rest, "**"), strings.HasPrefix(rest, "__"):
			in, rest = in^isStrong, rest[2:]
		case strings.HasPrefix(rest, "](") && after(rest, ')') > 0:
			rest = rest[after(rest, ')'):]
		case strings.HasPrefix(rest, "!["):
			rest = rest[2:]
		case rest[0] == '!', rest[0] == '~':
			b.write(rest[:1], in)
			rest = rest[1:]
		case rest[0] == '<' && len(rest) > 2 && (letter(rest[1]) || rest[1] == '/') && after(rest, '>') > 0:
			if isLineBreak(rest) {
				b.newLine(in)
			}
			rest = rest[after(rest, '>'):]
		case rest[0] == '<':
			b.write(rest[:1], in)
			rest = rest[1:]
		default: // a bracket, a star
			rest = rest[1:]
		}
		at = len(text) - len(rest)
	}
}

// isLineBreak says whether a tag is one.
func isLineBreak(tag string) bool {
	return len(tag) > 3 && strings.EqualFold(tag[1:3], "br") && !letter(tag[3])
}

// longestTarget is how long the address of a link may be, or a tag, in bytes.
const longestTarget = 1000

// after is where s goes on after an end that it has soon, and 0 if it has none.
func after(s string, end byte) int { return strings.IndexByte(s[:min(len(s), longestTarget)], end) + 1 }

// showsMarkdown tells whether the body of a macro is Markdown: several apps have one.
func showsMarkdown(name string) bool { return strings.Contains(strings.ToLower(name), "markdown") }
