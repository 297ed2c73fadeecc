package pagetext

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ADF reads a page in Atlassian Document Format: the JSON document as it stands
// in a page's body value. A list of nodes is read too. The members of a node may
// come in any order, and what a node of an unknown type holds is read. A smart
// link is left out, unless it is one of an old page that holds the title it shows.
func ADF(source string, limits Limits) Text {
	a := adf{builder: newBuilder(source, limits), scanner: scanner{source: source}}
	a.read()
	return a.finish()
}

// adf goes down only into the content of nodes. Whatever has content is a block.
type adf struct {
	builder
	scanner

	nodes   []node // that have begun and not ended, the innermost is the last
	deeper  int    // how many more there are than Limits.Depth
	below   node   // what is known of the innermost of these
	in      inside // of the text that comes next, unless deeper
	listed  bool   // reading a list of nodes, not the members of one
	pending bool   // a value has ended: a comma or the end of what holds it comes next
}

// node is what is known so far of a node. Its strings are as they stand in the
// JSON.
type node struct {
	kind                    string
	text                    string
	level, key              string // attributes: level, extensionKey
	label, title, alt       string // attributes: text, title, alt
	name, body, storage     string // attributes: of an old card, of a macro's body, of what the editor does not know
	marks                   inside
	outer                   inside // what the node itself lies in
	known                   inside // what it said of its content when that began
	first                   int    // block of its content
	contentBegan, titleIsIn bool
}

// inside is what a node says of its content.
func (n *node) inside() inside {
	switch n.kind {
	case "heading":
		if n.level == "1" || n.level == "2" {
			return inHeading
		}
		return inSubheading
	case "panel", "expand", "nestedExpand":
		return inPanel
	case "blockquote":
		return inQuote
	case "codeBlock":
		return inCode
	case "tableHeader":
		return inTableHead
	case "bodiedExtension":
		if panelMacro(n.key) {
			return inPanel
		}
	}
	return 0
}

// own tells whether the node is the app's macro. Its key may come after the ids of
// the app and its environment.
func (n *node) own() bool {
	return n.key == ownMacro || strings.HasSuffix(n.key, "/"+ownMacro)
}

func (a *adf) read() {
	switch a.next() {
	case '{':
		a.begin()
	case '[':
		a.at++
		a.listed = true
	default:
		a.out.Broken = a.at < len(a.source)
		return
	}
	list := a.listed
	for !a.full {
		if !a.step() {
			a.out.Broken = true
			break
		}
		if len(a.nodes)+a.deeper == 0 && a.listed != list {
			a.out.Broken = a.next() != 0
			break
		}
	}
	if a.deeper > 0 { // what was cut off
		a.deeper = 1
		a.endNode()
	}
	for len(a.nodes) > 0 {
		a.endNode()
	}
}

// step reads on within a list of nodes or a node. It reports whether it could.
func (a *adf) step() bool {
	c := a.next()
	switch {
	case a.pending && c == ',':
		a.at++
		a.pending = false
		return true
	case a.listed && c == ']':
		a.at++
		a.endContent()
		return true
	case !a.listed && c == '}':
		a.at++
		a.endNode()
		a.listed, a.pending = true, true
		return true
	case a.pending:
		return false
	case !a.listed:
		return a.member()
	case c == '{':
		a.begin()
		return true
	}
	a.pending = true
	return a.skip()
}

// begin begins a node.
func (a *adf) begin() {
	a.at++
	a.listed, a.pending = false, false
	if len(a.nodes) >= a.limits.Depth {
		a.deeper++
		a.below = node{}
		return
	}
	a.nodes = append(a.nodes, node{outer: a.in})
}

// member reads a member of a node.
func (a *adf) member() bool {
	key, ok := a.name()
	if !ok {
		return false
	}
	n := &a.below
	if a.deeper == 0 {
		n = &a.nodes[len(a.nodes)-1]
	}
	a.pending = true
	c := a.next()
	switch {
	case key == "content" && c == '[' && !n.own():
		a.at++
		a.beginContent(n)
		return true
	case key == "text" && c == '"':
		n.text, ok = a.text()
		return ok
	case key == "type" && c == '"':
		n.kind, ok = a.text()
		return ok
	case key == "attrs" && c == '{':
		return a.members(n.attribute, deepestAttribute)
	case key == "marks" && c == '[':
		return a.marks(n)
	}
	return a.skip()
}

// attribute takes an attribute of the node.
func (n *node) attribute(key, value string) {
	switch key {
	case "level":
		n.level = value
	case "extensionKey":
		n.key = value
	case "text":
		n.label = value
	case "title":
		n.title = value
	case "alt":
		n.alt = value
	case "data.name":
		n.name = value
	case "parameters.macroParams.__bodyContent.value":
		n.body = value
	case "cxhtml":
		n.storage = value
	}
}

// marks reads the marks of a text.
func (a *adf) marks(n *node) bool {
	a.at++
	for comma := false; ; comma = true {
		c := a.next()
		if c == ']' {
			a.at++
			return true
		}
		if comma {
			if c != ',' {
				return false
			}
			a.at++
			c = a.next()
		}
		if c != '{' {
			if !a.skip() {
				return false
			}
			continue
		}
		if !a.members(n.mark, 0) {
			return false
		}
	}
}

// mark takes a member of a mark.
func (n *node) mark(key, value string) {
	if key == "type" {
		switch value {
		case "strong":
			n.marks |= isStrong
		case "code":
			n.marks |= isCode
		}
	}
}

// beginContent begins the list of nodes in a node.
func (a *adf) beginContent(n *node) {
	a.end()
	a.listed, a.pending = true, false
	if a.deeper > 0 {
		return
	}
	if !n.contentBegan {
		n.contentBegan, n.first, n.known = true, len(a.parts), n.inside()
	}
	a.in = n.outer | n.known
	if n.kind == "" || n.kind == "expand" || n.kind == "nestedExpand" {
		a.heading(n)
	}
}

// heading writes the title of an expand.
func (a *adf) heading(n *node) {
	if !n.titleIsIn && n.title != "" {
		a.write(decoded(n.title), n.outer|n.inside())
		a.end()
		n.titleIsIn = true
	}
}

// endContent ends the list of nodes in a node.
func (a *adf) endContent() {
	a.end()
	a.listed, a.pending = false, true
	if a.deeper == 0 && len(a.nodes) > 0 {
		a.in = a.nodes[len(a.nodes)-1].outer
	}
}

// endNode ends a node. Only now is all known of it.
func (a *adf) endNode() {
	if a.deeper > 0 {
		a.leaf(&a.below, 0)
		a.below = node{}
		a.deeper--
		return
	}
	n := &a.nodes[len(a.nodes)-1]
	a.nodes = a.nodes[:len(a.nodes)-1]
	a.in = n.outer
	if in := n.inside(); n.contentBegan && in != n.known {
		a.end()
		for i := n.first; i < len(a.parts); i++ {
			a.parts[i].in |= in
		}
	}
	if n.kind == "expand" || n.kind == "nestedExpand" {
		a.heading(n)
	}
	a.leaf(n, a.in)
}

// leaf writes the text of a node that has no content.
func (a *adf) leaf(n *node, in inside) {
	switch n.kind {
	case "hardBreak":
		a.newLine(in)
	case "status":
		a.write(decoded(n.label), in)
	case "media", "mediaInline":
		a.write(imageText(decoded(n.alt)), in)
	case "inlineCard":
		a.write(decoded(n.name), in)
	case "blockCard", "embedCard":
		a.end()
		a.write(decoded(n.name), in)
		a.end()
	case "extension":
		if showsMarkdown(n.key) {
			a.end()
			(&markdown{}).add(&a.builder, decoded(n.body), in)
			a.end()
		}
	case "confluenceUnsupportedBlock":
		a.end()
		a.storage(decoded(n.storage), in)
		a.end()
	case "confluenceUnsupportedInline":
		a.storage(decoded(n.storage), in)
	}
	a.write(decoded(n.text), in|n.marks)
}

// storage adds what the editor keeps as it was in the storage format.
func (a *adf) storage(source string, in inside) {
	m := markup{builder: a.builder, storage: true, in: in}
	m.read(source)
	a.builder = m.builder
}

// scanner reads JSON. It finds out that the JSON is broken where that matters
// for what is read.
type scanner struct {
	source string
	at     int
}

// next is the byte after whitespace, which it skips; 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.source); s.at++ {
		if c := s.source[s.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return max(c, 1)
		}
	}
	return 0
}

// text reads a string and returns what is between its quotes.
func (s *scanner) text() (string, bool) {
	if s.next() != '"' {
		return "", false
	}
	from := s.at + 1
	for at := from; at < len(s.source); at++ {
		switch s.source[at] {
		case '"':
			s.at = at + 1
			return s.source[from:at], true
		case '\\':
			at++
		}
	}
	s.at = len(s.source)
	return "", false
}

// name reads the name of a member and the colon.
func (s *scanner) name() (string, bool) {
	name, ok := s.text()
	if !ok || s.next() != ':' {
		return "", false
	}
	s.at++
	return decoded(name), true
}

// nested are the attributes that are objects with something of the page in them.
func nested(key string) bool {
	switch key {
	case "data", "parameters", "macroParams", "__bodyContent":
		return true
	}
	return false
}

// deepestAttribute is in how many nested objects an attribute is at most:
// parameters.macroParams.__bodyContent.value.
const deepestAttribute = 3

// members reads an object and hands out those of its members whose values are
// strings, as they stand, or numbers, those of nested objects with the way to them,
// so many levels down: each level is read once more.
func (s *scanner) members(visit func(key, value string), levels int) bool {
	s.at++
	for comma := false; ; comma = true {
		c := s.next()
		if c == '}' {
			s.at++
			return true
		}
		if comma {
			if c != ',' {
				return false
			}
			s.at++
		}
		key, ok := s.name()
		if !ok {
			return false
		}
		c = s.next()
		from := s.at
		if !s.skip() {
			return false
		}
		switch value := s.source[from:s.at]; {
		case c == '"':
			visit(key, value[1:len(value)-1])
		case '0' <= c && c <= '9':
			visit(key, value)
		case c == '{' && levels > 0 && nested(key):
			in := scanner{source: value}
			in.members(func(inner, value string) { visit(key+"."+inner, value) }, levels-1)
		}
	}
}

// skip skips a value, however deep it is.
func (s *scanner) skip() bool {
	for depth := 0; ; {
		switch c := s.next(); c {
		case 0:
			return false
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			s.at++
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return false
			}
			s.at++
			depth--
		case ',', ':':
			if depth == 0 {
				return false
			}
			s.at++
			continue
		default:
			for s.at < len(s.source) && literal[s.source[s.at]] {
				s.at++
			}
			if !literal[c] {
				return false
			}
		}
		if depth == 0 {
			return true
		}
	}
}

// literal holds the bytes of numbers, true, false and null.
var literal = func() (table [256]bool) {
	for _, c := range []byte("+-.0123456789abcdefghijklmnopqrstuvwxyzE") {
		table[c] = true
	}
	return table
}()

// decoded is what a JSON string stands for, given what is between its quotes.
func decoded(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i >= 0 && i+1 < len(s) {
		out = append(out, s[:i]...)
		escape := s[i+1]
		s = s[i+2:]
		switch escape {
		case 'n':
			out = append(out, '\n') // Markdown is read by lines
		case 'b', 'f', 'r', 't':
			out = append(out, ' ')
		case 'u':
			r, size := hex(s)
			s = s[size:]
			if utf16.IsSurrogate(r) && strings.HasPrefix(s, `\u`) {
				second, more := hex(s[2:])
				if both := utf16.DecodeRune(r, second); both != utf8.RuneError {
					r, s = both, s[2+more:]
				}
			}
			out = utf8.AppendRune(out, r) // half a pair becomes the character for errors, and write drops that
		default:
			out = append(out, escape)
		}
		i = strings.IndexByte(s, '\\')
	}
	return string(append(out, s...))
}

// hex reads the four digits of an escaped character.
func hex(s string) (r rune, size int) {
	if len(s) < 4 {
		return utf8.RuneError, 0
	}
	n, err := strconv.ParseUint(s[:4], 16, 16)
	if err != nil {
		return utf8.RuneError, 0
	}
	return rune(n), 4
}
