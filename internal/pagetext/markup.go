package pagetext

import (
	"html"
	"strings"
)

// markup turns tags and the text between them into blocks, for HTML and for the
// storage format. It remembers only open elements that change what the text in
// them is.
//
// The scanner is its own and not golang.org/x/net's, which allocates for every
// attribute and decodes entities in CDATA sections. A test holds one against the
// other.
type markup struct {
	builder
	storage bool // XML with Confluence's own elements

	in      inside   // what the open elements say of the text that comes next
	open    []opened // the innermost is the last
	deeper  int      // how many more are open than Limits.Depth
	skip    *element // nothing is text until it ends
	skipTag string   // its name as written
	skipped int      // how many of it are open in each other
	unended int      // how many more elements began than ended

	confluence confluence
}

// opened is an element that has begun and not ended.
type opened struct {
	*element
	in     inside // what the element's text becomes
	before inside // what text was before it
	title  title

	markdown bool // a macro that shows its body as Markdown
}

// read reads all of source.
func (m *markup) read(source string) {
	for at := 0; at < len(source) && !m.full; {
		if m.skip != nil && m.skip.raw {
			end := endTag(source[at:], m.skipTag)
			if end < 0 {
				break
			}
			at += end
		}
		size := strings.IndexByte(source[at:], '<')
		if size < 0 {
			m.words(source[at:])
			break
		}
		m.words(source[at : at+size])
		at += size
		if size = m.angle(source[at:]); size < 0 {
			m.out.Broken = true
			break
		}
		at += size
	}
	m.close()
}

// close looks for what did not end.
func (m *markup) close() {
	if !m.full && (len(m.open) > 0 || m.deeper > 0 || m.skip != nil || m.storage && m.unended != 0) {
		m.out.Broken = true
	}
}

// angle reads what begins with < and returns its size, or -1 if it does not end.
func (m *markup) angle(s string) int {
	const cdata = "<![CDATA["
	switch {
	case strings.HasPrefix(s, "<!--"):
		return through(s, len("<!--"), "-->")
	case m.storage && strings.HasPrefix(s, cdata):
		size := through(s, len(cdata), "]]>")
		if size < 0 {
			m.text(strings.TrimRight(s[len(cdata):], "]")) // which may be half an end
		} else {
			m.text(s[len(cdata) : size-len("]]>")])
		}
		return size
	case len(s) == 1 || s == "</":
		return -1
	case s[1] == '!' || s[1] == '?' || s[1] == '/' && !letter(s[2]):
		return through(s, 2, ">")
	case s[1] != '/' && !letter(s[1]):
		m.text("<")
		return 1
	}
	size := tagSize(s)
	if size > 0 {
		m.tag(s[:size])
	}
	return size
}

// tag reads one start or end tag.
func (m *markup) tag(s string) {
	begin := 1
	if s[1] == '/' {
		begin = 2
	}
	end := nameEnd(s, begin)
	name, attributes := s[begin:end], s[end:len(s)-1]
	e := m.element(name)
	if begin == 2 {
		m.unended--
		m.out.Broken = m.out.Broken || m.storage && m.unended < 0
		m.ends(e)
		return
	}
	empty := strings.HasSuffix(attributes, "/")
	if !empty {
		m.unended++
	}
	m.starts(e, name, attributes, empty)
}

// element is what is known of the element with that name, or nil.
func (m *markup) element(name string) *element {
	all := htmlElements
	if m.storage && strings.IndexByte(name, ':') >= 0 {
		all = storageElements
	}
	if e := all[name]; e != nil {
		return e
	}
	return all[strings.ToLower(name)] // allocates only if there are capitals
}

// starts begins an element. An empty one has its end in its start tag; HTML
// knows that only of elements it has from XML, and these are all skipped.
func (m *markup) starts(e *element, name, attributes string, empty bool) {
	switch {
	case e == nil:
		return
	case m.skip != nil:
		if e == m.skip && !empty {
			m.skipped++
		}
		return
	case e.block:
		m.end()
	}
	m.closeOpen(e.closes)
	o := opened{element: e, in: e.in, before: m.in}
	skip := e.skip
	switch e.role {
	case noRole:
	case lineBreak:
		m.newLine(m.inside())
	case image:
		alt := attribute(attributes, "alt")
		if m.storage {
			alt = attribute(attributes, "ac:alt")
		}
		m.text(imageText(alt))
	default:
		skip = m.startsConfluence(&o, attributes)
	}
	switch {
	case empty && (m.storage || skip && !e.raw):
	case skip:
		m.skip, m.skipTag, m.skipped = e, name, 1
	case !e.remembered():
	case len(m.open) >= m.limits.Depth:
		m.deeper++
	default:
		m.open = append(m.open, o)
		m.in |= o.in
	}
}

// remembered tells whether open elements of the kind have to be known.
func (e *element) remembered() bool { return e.in != 0 || e.scope }

// ends ends an element, and those in it that did not end.
func (m *markup) ends(e *element) {
	switch {
	case e == nil:
		return
	case m.skip != nil:
		if e == m.skip {
			if m.skipped--; m.skipped == 0 {
				m.skip = nil
			}
		}
		return
	case e.block:
		m.end()
	}
	m.endsConfluence(e)
	switch {
	case !e.remembered():
		m.closeOpen(e.closes)
		return
	case m.deeper > 0:
		m.deeper--
		return
	}
	for i := len(m.open) - 1; i >= 0; i-- {
		if m.open[i].element == e {
			m.closeFrom(i)
			return
		}
		if m.open[i].scope {
			break
		}
	}
	m.closeOpen(e.closes)
	m.out.Broken = m.out.Broken || m.storage
}

// closeOpen ends the element that is one of these, if one is open.
func (m *markup) closeOpen(these inside) {
	if these == 0 || m.deeper > 0 {
		return
	}
	for i := len(m.open) - 1; i >= 0 && !m.open[i].scope; i-- {
		if m.open[i].in&these != 0 {
			m.closeFrom(i)
			return
		}
	}
}

func (m *markup) closeFrom(i int) {
	if m.storage && i < len(m.open)-1 {
		m.out.Broken = true
	}
	m.in = m.open[i].before
	m.open = m.open[:i]
}

// inside is what the text that comes next lies in.
func (m *markup) inside() inside {
	if m.deeper > 0 {
		return 0
	}
	return m.in
}

// text adds text that has no entities.
func (m *markup) text(s string) {
	switch {
	case m.skip != nil:
	case m.confluence.markdown != nil:
		m.confluence.markdown.add(&m.builder, s, m.inside())
	default:
		m.write(s, m.inside())
	}
}

// words adds text that may have entities.
func (m *markup) words(s string) {
	if m.skip == nil && s != "" {
		m.text(html.UnescapeString(s))
	}
}

// through is where s stops after the next end, or -1 if it has none.
func through(s string, from int, end string) int {
	i := strings.Index(s[from:], end)
	if i < 0 {
		return -1
	}
	return from + i + len(end)
}

// endTag is where the end tag with that name begins in s, or -1.
func endTag(s, name string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			return -1
		}
		at += i
		begin := at + len("</")
		if end := begin + len(name); end <= len(s) && strings.EqualFold(s[begin:end], name) && (end == len(s) || nameEnd(s, end) == end) {
			return at
		}
		at = begin
	}
}

// tagSize is how long the tag is that s begins with, or -1 if it does not end.
func tagSize(s string) int {
	at := nameEnd(s, 1+strings.Count(s[1:2], "/"))
	for at >= 0 && at < len(s) {
		if s[at] == '>' {
			return at + 1
		}
		_, _, at = nextAttribute(s, at)
	}
	return -1
}

// attribute is the value of an attribute, or "". The attributes are what is in a
// start tag after its name.
func attribute(attributes, name string) string {
	for at := 0; at < len(attributes); {
		key, value, end := nextAttribute(attributes, at)
		switch {
		case strings.EqualFold(key, name):
			return html.UnescapeString(value)
		case end <= at: // a quote that does not end
			return ""
		}
		at = end
	}
	return ""
}

// nextAttribute reads the attribute at s[at:] and returns where it ends: at the
// next one, at the tag's end, at the end of s, or -1 if a quote does not end. It
// may be empty.
func nextAttribute(s string, at int) (key, value string, end int) {
	for at < len(s) && (blank(s[at]) || s[at] == '/') {
		at++
	}
	from := at
	for at < len(s) && !blank(s[at]) && s[at] != '/' && s[at] != '>' && (s[at] != '=' || at == from) {
		at++
	}
	key = s[from:at]
	for at < len(s) && blank(s[at]) {
		at++
	}
	if key == "" || at == len(s) || s[at] != '=' {
		return key, "", at
	}
	for at++; at < len(s) && blank(s[at]); {
		at++
	}
	if at == len(s) {
		return key, "", at
	}
	if quote := s[at]; quote == '"' || quote == '\'' {
		from = at + 1
		size := strings.IndexByte(s[from:], quote)
		if size < 0 {
			return key, s[from:], -1
		}
		return key, s[from : from+size], from + size + 1
	}
	from = at
	for at < len(s) && !blank(s[at]) && s[at] != '>' {
		at++
	}
	return key, s[from:at], at
}

// nameEnd is where the tag name that holds s[at] ends.
func nameEnd(s string, at int) int {
	for at < len(s) && !blank(s[at]) && s[at] != '/' && s[at] != '>' {
		at++
	}
	return at
}

// blank tells whether c is whitespace to HTML.
func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
