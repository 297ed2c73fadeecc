package pagetext

import "strings"

// Markdown reads Markdown as blogs and READMEs write it: CommonMark, GitHub's
// tables, task lists and alerts (which are panels), footnotes, the HTML in it,
// front matter, and the tags of Liquid and kramdown. It is no CommonMark parser:
// where that would look ahead far, this takes the likeliest reading.
func Markdown(source string, limits Limits) Text {
	m := markdown{
		markup:    markup{builder: newBuilder(source, limits)},
		paragraph: paragraph{defined: defined(source, limits.Blocks)},
	}
	for rest := afterFrontMatter(source); rest != "" && !m.full; {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		m.line(line, rest)
	}
	m.flush(0)
	if !m.full && (m.openComment || m.fence != "" || m.liquid != "") {
		m.out.Broken = true
	}
	m.close()
	return m.finish()
}

// markdown reads lines. Paragraphs are gathered and then read by inline.
type markdown struct {
	markup
	paragraph

	first string // line of the paragraph being gathered; "" if there is none
	lines []byte // of that paragraph, if there are more
	inTag bool   // a tag begins in it and has not ended

	quoted bool // the paragraph, or else the line, is in a block quote
	alert  bool // which is one of GitHub's alerts
	blank  bool // the line before is blank
	list   int  // the column at which the text of the list item begins; 0 outside lists
	table  int  // lines of the table so far; 0 outside tables

	fence       string // what the open code block began with
	fenceQuoted bool   // it began in a block quote
	liquid      string // the Liquid tag that ends what is being passed over
	liquidCode  bool   // that is code, and not to be passed over
}

// deepest is how many lists and quotes may begin on one line.
const deepest = 10

// line reads a line. What follows it tells whether it begins a table.
func (m *markdown) line(s, following string) {
	s, ok := m.afterHidden(s)
	if !ok || m.fence != "" && m.fenced(s) {
		return
	}
	quoted := m.quoted
	if !m.inTag { // else > ends a tag
		s, quoted = unquoted(s)
	}
	if strings.TrimSpace(s) == "" {
		m.flush(0)
		m.blank, m.table = true, 0
		m.quoted, m.alert = m.quoted && quoted, m.alert && quoted
		return
	}
	afterBlank := m.blank
	m.blank = false
	switch { // a paragraph in a quote may go on without its mark
	case m.first == "":
		m.quoted, m.alert = quoted, m.alert && quoted
	case quoted && !m.quoted:
		m.begin(quoted)
	}
	column, t := indented(s)
	t = strings.TrimRight(t, " \t\r")

	if underlines(t) && m.first != "" && quoted == m.quoted && column < 4 && column >= m.list {
		m.flush(inHeading)
		return
	}
	width, one := listMarker(t)
	if m.first == "" && m.holding == 0 && column >= m.list+4 && (m.list == 0 || width == 0) { // HTML is indented too
		m.code(t)
		return
	}
	if afterBlank && column == 0 && width == 0 {
		m.list = 0
	}
	for range deepest {
		if rule(t) {
			m.begin(quoted)
			return
		}
		if width == 0 || m.first != "" && !one && m.list == 0 { // a number in a paragraph is no list, but for 1
			break
		}
		m.begin(quoted)
		m.list = column + width
		more, rest := indented(t[width:])
		column += width + more
		t, m.quoted = unquoted(withoutBox(rest))
		m.quoted = m.quoted || quoted
		quoted = m.quoted
		width, one = listMarker(t)
	}
	if t != "" {
		m.block(t, following, quoted)
	}
}

// block reads a line without what says which lists and quotes it is in.
func (m *markdown) block(t, following string, quoted bool) {
	switch {
	case m.heading(t, quoted), m.opensFence(t, quoted), m.hides(t, quoted), m.row(t, following, quoted):
		return
	case strings.HasPrefix(t, "[!") && strings.HasSuffix(t, "]") && quoted && m.first == "" && len(t) < 20:
		m.alert = true
		return
	case strings.HasPrefix(t, "["):
		name, text, ok := definition(t)
		switch {
		case !ok:
		case strings.HasPrefix(name, "^"):
			m.begin(quoted)
			t = text
		case m.first == "":
			return
		}
	case strings.HasPrefix(t, ": "):
		m.begin(quoted)
		t = t[2:]
	}
	if begin, end := strings.LastIndexByte(t, '<'), strings.LastIndexByte(t, '>'); begin > end {
		m.inTag = begin+1 < len(t) && letter(t[begin+1])
	} else if end >= 0 {
		m.inTag = false
	}
	switch {
	case m.first == "":
		m.first = t
	case len(m.lines) == 0:
		m.lines = append(append(append(m.lines, m.first...), '\n'), t...)
	default:
		m.lines = append(append(m.lines, '\n'), t...)
	}
}

// begin ends the paragraph and what else was going on, for something new that is
// quoted or not.
func (m *markdown) begin(quoted bool) {
	m.flush(0)
	m.quoted, m.alert = quoted, m.alert && quoted
	m.table = 0
}

// flush reads the paragraph that was gathered.
func (m *markdown) flush(in inside) {
	if m.first == "" {
		return
	}
	s := m.first
	if len(m.lines) > 0 {
		s = string(m.lines)
	}
	m.first, m.lines, m.inTag = "", m.lines[:0], false
	m.piece(s, in)
}

// piece reads a text that stands for itself.
func (m *markdown) piece(s string, in inside) {
	m.inline(s, in|m.around())
	m.end()
}

// around is what the quote around a line makes of it.
func (m *markdown) around() inside {
	switch {
	case m.quoted && m.alert:
		return inPanel
	case m.quoted:
		return inQuote
	}
	return 0
}

// code reads a line of a code block.
func (m *markdown) code(s string) {
	m.also = inCode
	m.text(s)
	m.text("\n")
	m.also = 0
}

// afterHidden returns what is left of a line after a comment, a script or a
// Liquid block that began before it, and whether anything is.
func (m *markdown) afterHidden(s string) (string, bool) {
	if m.openComment {
		size := through(s, 0, "-->")
		if size < 0 {
			return "", false
		}
		m.openComment = false
		s = s[size:]
	}
	if m.skip != nil && m.skip.raw {
		at := endTag(s, m.skipTag)
		if at < 0 {
			return "", false
		}
		m.ends(m.skip)
		s = s[at+max(tagSize(s[at:]), 0):]
	}
	if m.liquid != "" {
		at := strings.Index(s, m.liquid)
		if at < 0 {
			if m.liquidCode {
				m.code(s)
			}
			return "", false
		}
		m.end()
		_, s, _ = strings.Cut(s[at:], "%}")
		m.liquid = ""
	}
	return s, true
}

// hides begins a comment or a Liquid block of more than one line.
func (m *markdown) hides(t string, quoted bool) bool {
	if strings.HasPrefix(t, "<!--") && !strings.Contains(t, "-->") {
		m.begin(quoted)
		m.openComment = true
		return true
	}
	if !strings.HasPrefix(t, "{%") {
		return false
	}
	for _, tag := range []string{"highlight", "comment"} {
		if strings.HasPrefix(strings.TrimLeft(t[2:], "- "), tag) && !strings.Contains(t, "end"+tag) {
			m.begin(quoted)
			m.liquid, m.liquidCode = "end"+tag, tag == "highlight"
			return true
		}
	}
	return false
}

// heading reads a line that begins with # signs. Two and more are taken for a
// heading without a space after them too; one is a hashtag then.
func (m *markdown) heading(t string, quoted bool) bool {
	level := sameBytes(t, '#')
	if level == 0 || level > 6 || level == 1 && len(t) > 1 && !blank(t[1]) {
		return false
	}
	m.begin(quoted)
	m.holding = 0 // whatever HTML was not ended, the page goes on
	t = t[level:]
	if end := strings.TrimRight(t, "#"); end == "" || blank(end[len(end)-1]) {
		t = end
	}
	in := inSubheading
	if level <= 2 {
		in = inHeading
	}
	m.piece(t, in)
	return true
}

// opensFence begins a code block between fences.
func (m *markdown) opensFence(t string, quoted bool) bool {
	size := max(sameBytes(t, '`'), sameBytes(t, '~'))
	if size < 3 || t[0] == '`' && strings.Contains(t[size:], "`") {
		return false
	}
	m.begin(quoted)
	m.end()
	m.fence, m.fenceQuoted = t[:size], quoted
	return true
}

// fenced reads a line while a code block between fences is open, and reports
// whether it belongs to that.
func (m *markdown) fenced(s string) bool {
	if m.fenceQuoted {
		rest, quoted := unquoted(s)
		if !quoted {
			m.fence = ""
			m.end()
			return false
		}
		s = rest
	}
	_, t := indented(s)
	if size := sameBytes(t, m.fence[0]); size >= len(m.fence) && strings.TrimSpace(t[size:]) == "" {
		m.fence = ""
		m.end()
		return true
	}
	m.code(s)
	return true
}

// row reads a line of a table.
func (m *markdown) row(t, following string, quoted bool) bool {
	if !strings.Contains(t, "|") {
		m.table = 0
		return false
	}
	if m.table == 0 {
		next, _, _ := strings.Cut(following, "\n")
		next, _ = unquoted(next)
		next = strings.TrimSpace(next)
		headed := tableRule(next) && countCells(next) == countCells(t)
		if !headed && (m.first != "" || t[0] != '|' || countCells(t) < 2) { // kramdown has tables without a head
			return false
		}
		m.begin(quoted)
		if headed {
			m.cells(t, inTableHead)
		} else {
			m.cells(t, 0)
		}
	} else if !tableRule(t) {
		m.cells(t, 0)
	}
	m.table++
	return true
}

func (m *markdown) cells(t string, in inside) {
	for t != "" {
		var cell string
		cell, t = nextCell(t)
		m.piece(cell, in)
	}
}

// nextCell cuts the first cell from a row. The row's own edges are no cells.
func nextCell(t string) (cell, rest string) {
	t = strings.TrimPrefix(t, "|")
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '\\':
			i++
		case '|':
			if i == len(t)-1 {
				return t[:i], ""
			}
			return t[:i], t[i:]
		}
	}
	return t, ""
}

func countCells(t string) int {
	n := 0
	for ; t != ""; n++ {
		_, t = nextCell(t)
	}
	return n
}

// tableRule tells whether t is the line between a table's head and its rows.
func tableRule(t string) bool {
	return strings.Contains(t, "-") && strings.Trim(t, "|:- \t\r") == "" && (strings.ContainsAny(t, "|:"))
}

// underlines tells whether t makes the paragraph before it a heading.
func underlines(t string) bool {
	return t[0] == '=' && sameBytes(t, '=') == len(t) || len(t) > 1 && sameBytes(t, '-') == len(t)
}

// rule tells whether t is a line across the page.
func rule(t string) bool {
	if t == "" || !strings.Contains("-*_", t[:1]) {
		return false
	}
	return strings.Trim(t, t[:1]+" \t") == "" && strings.Count(t, t[:1]) >= 3
}

// listMarker is how wide the mark of a list item is that t begins with, the
// space after it included, or 0; and whether the mark may begin a list within a
// paragraph.
func listMarker(t string) (width int, begins bool) {
	digits := 0
	for digits < len(t) && digits < 10 && '0' <= t[digits] && t[digits] <= '9' {
		digits++
	}
	width = digits + 1
	switch {
	case digits == len(t) || digits == 10:
		return 0, false
	case digits > 0 && t[digits] != '.' && t[digits] != ')':
		return 0, false
	case digits == 0 && t[0] != '-' && t[0] != '*' && t[0] != '+':
		return 0, false
	case width < len(t) && !blank(t[width]):
		return 0, false
	}
	return min(width+1, len(t)), digits == 0 || t[:digits] == "1"
}

// withoutBox drops the box of a task.
func withoutBox(t string) string {
	if len(t) < 3 || t[0] != '[' || t[2] != ']' || strings.IndexByte(" xX", t[1]) < 0 || len(t) > 3 && !blank(t[3]) {
		return t
	}
	return strings.TrimLeft(t[3:], " \t")
}

// unquoted drops the marks of block quotes.
func unquoted(s string) (rest string, quoted bool) {
	for range deepest {
		column, t := indented(s)
		if column > 3 || t == "" || t[0] != '>' {
			break
		}
		s, quoted = t[1:], true
		if s != "" && s[0] == ' ' {
			s = s[1:]
		}
	}
	return s, quoted
}

// indented is the column at which a line's text begins, and the text.
func indented(s string) (column int, text string) {
	for i := range len(s) {
		switch s[i] {
		case ' ':
			column++
		case '\t':
			column += 4 - column%4
		default:
			return column, s[i:]
		}
	}
	return column, ""
}

// sameBytes is how many of that byte s begins with.
func sameBytes(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// definition reads the line that says where a link leads, or a footnote.
func definition(t string) (name, text string, ok bool) {
	name, text, ok = strings.Cut(t[1:], "]:")
	if !ok || name == "" || len(name) > longestName || strings.ContainsAny(name, "[]") {
		return "", "", false
	}
	if name[0] == '^' {
		return name, text, true
	}
	_, title, _ := strings.Cut(strings.TrimSpace(text), " ")
	title = strings.TrimSpace(title)
	return name, text, title == "" || strings.IndexByte("\"'(", title[0]) >= 0
}

// defined collects the names that are defined anywhere, at most so many.
func defined(source string, most int) map[string]bool {
	var names map[string]bool
	if !strings.Contains(source, "]:") {
		return nil
	}
	for line := range strings.Lines(source) {
		t := strings.TrimLeft(line, " >\t")
		if t == "" || t[0] != '[' || len(names) >= most {
			continue
		}
		if name, _, ok := definition(t); ok {
			if names == nil {
				names = map[string]bool{}
			}
			names[folded(name)] = true
		}
	}
	return names
}

// longestName is how long CommonMark lets a name be, in bytes here.
const longestName = 999

// folded makes names that CommonMark holds equal the same.
func folded(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// afterFrontMatter is source without what a site generator reads before it.
func afterFrontMatter(source string) string {
	source = strings.TrimPrefix(source, "\ufeff")
	line, rest, _ := strings.Cut(source, "\n")
	if strings.TrimRight(line, " \t\r") != "---" {
		return source
	}
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\n")
		if line = strings.TrimRight(line, " \t\r"); line == "---" || line == "..." {
			return rest
		}
	}
	return source
}
