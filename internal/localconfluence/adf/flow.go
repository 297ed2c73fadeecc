package adf

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"labelup/internal/localconfluence/storageformat"
)

// flow makes blocks of storage format that mixes blocks with text: text
// between two blocks becomes a paragraph of its own.
type flow struct {
	*converter
	out  []*Node
	line []*Node             // of the paragraph that is open
	as   func([]*Node) *Node // what the line becomes; nil is a paragraph
	in   *storageformat.Node // the p or heading that is open, or nil
}

func (c *converter) blocks(nodes []*storageformat.Node) []*Node {
	f := &flow{converter: c}
	f.all(nodes, nil)
	f.flush()
	return f.out
}

func (f *flow) all(nodes []*storageformat.Node, marks []Mark) {
	for _, n := range nodes {
		f.node(n, marks)
	}
}

func (f *flow) block(b *Node) {
	f.flush()
	f.out = append(f.out, b)
}

// flush ends the line.
func (f *flow) flush() {
	line := f.line
	f.line = nil
	for len(line) > 0 {
		last := line[len(line)-1]
		if last.Type == "text" {
			if last.Text = strings.TrimRight(last.Text, " "); last.Text != "" {
				break
			}
		} else if last.Type != "hardBreak" {
			break
		}
		line = line[:len(line)-1]
	}
	switch {
	case len(line) == 0:
	case f.as != nil:
		f.out = append(f.out, f.as(line))
	default:
		f.out = append(f.out, paragraph(line...))
	}
}

// add puts a node that is not text into the line.
func (f *flow) add(n *Node) { f.line = append(f.line, n) }

var blanks = regexp.MustCompile("[ \t\r\n\f]+")

// text puts text into the line, its whitespace collapsed as browsers do.
func (f *flow) text(s string, marks []Mark) {
	s = blanks.ReplaceAllString(s, " ")
	var last *Node
	if len(f.line) > 0 {
		last = f.line[len(f.line)-1]
	}
	if last == nil || last.Type == "hardBreak" || last.Type == "text" && strings.HasSuffix(last.Text, " ") {
		s = strings.TrimLeft(s, " ")
	}
	if s == "" {
		return
	}
	if slices.ContainsFunc(marks, func(m Mark) bool { return m.Type == "code" }) {
		marks = slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool {
			return m.Type != "code" && m.Type != "link" && m.Type != "annotation" // code goes with nothing else
		})
	}
	if last != nil && last.Type == "text" && reflect.DeepEqual(last.Marks, marks) {
		last.Text += s
		return
	}
	f.add(text(s, marks...))
}

// marked adds a mark; a later one of its kind takes the place of the earlier.
func marked(marks []Mark, m Mark) []Mark {
	out := slices.DeleteFunc(slices.Clone(marks), func(x Mark) bool { return x.Type == m.Type })
	return append(out, m)
}

var markOf = map[string]Mark{
	"strong": {Type: "strong"}, "b": {Type: "strong"},
	"em": {Type: "em"}, "i": {Type: "em"}, "cite": {Type: "em"},
	"u": {Type: "underline"}, "ins": {Type: "underline"},
	"s": {Type: "strike"}, "del": {Type: "strike"}, "strike": {Type: "strike"},
	"code": {Type: "code"}, "kbd": {Type: "code"}, "samp": {Type: "code"}, "tt": {Type: "code"},
	"sub": {Type: "subsup", Attrs: map[string]any{"type": "sub"}},
	"sup": {Type: "subsup", Attrs: map[string]any{"type": "sup"}},
}

// unread lists elements whose content no reader sees.
var unread = map[string]bool{
	"script": true, "style": true, "colgroup": true, "ac:parameter": true, "ac:task-id": true, "ac:task-uuid": true, "ac:task-status": true,
}

func (f *flow) node(n *storageformat.Node, marks []Mark) {
	if n.Name == "" {
		f.text(n.Text, marks)
		return
	}
	if unread[n.Name] {
		return
	}
	if m, ok := markOf[n.Name]; ok {
		f.all(n.Children, marked(marks, m))
		return
	}
	switch n.Name {
	case "p":
		f.paragraph(n, marks)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		f.heading(n, marks)
	case "br":
		if len(f.line) > 0 {
			f.add(&Node{Type: "hardBreak"})
		}
	case "a":
		f.anchor(n, marks)
	case "span":
		if color, ok := colour(n.Attr("style")); ok {
			marks = marked(marks, Mark{Type: "textColor", Attrs: map[string]any{"color": color}})
		}
		f.all(n.Children, marks)
	case "time":
		if day, err := time.Parse(time.DateOnly, n.Attr("datetime")); err == nil {
			f.add(&Node{Type: "date", Attrs: map[string]any{"timestamp": strconv.FormatInt(day.UnixMilli(), 10)}})
		} else {
			f.all(n.Children, marks)
		}
	case "ac:inline-comment-marker":
		if id := n.Attr("ac:ref"); id != "" {
			marks = marked(marks, Mark{Type: "annotation", Attrs: map[string]any{"id": id, "annotationType": "inlineComment"}})
		}
		f.all(n.Children, marks)
	case "ac:emoticon":
		f.emoji(n)
	case "ac:placeholder":
		f.add(&Node{Type: "placeholder", Attrs: map[string]any{"text": n.Plain()}})
	case "ac:link":
		f.link(n, marks)
	case "ac:structured-macro":
		f.macro(n, marks)
	default:
		f.blockNode(n, marks)
	}
}

// paragraph writes a p. An empty one stays, as an empty line; one that only
// held blocks does not.
func (f *flow) paragraph(n *storageformat.Node, marks []Mark) {
	f.flush()
	before, outer := len(f.out), f.in
	f.in = n
	f.all(n.Children, marks)
	f.flush()
	f.in = outer
	if len(f.out) == before {
		f.out = append(f.out, paragraph())
	}
}

func (f *flow) heading(n *storageformat.Node, marks []Mark) {
	f.flush()
	before, outer := f.as, f.in
	level := int(n.Name[1] - '0')
	f.in, f.as = n, func(line []*Node) *Node {
		return &Node{Type: "heading", Attrs: map[string]any{"level": level}, Content: line}
	}
	f.all(n.Children, marks)
	f.flush()
	f.in, f.as = outer, before
}

// anchor writes a link that is shown as its text, or as a card.
func (f *flow) anchor(n *storageformat.Node, marks []Mark) {
	href := strings.TrimSpace(n.Attr("href"))
	if !leads(href) {
		f.all(n.Children, marks)
		return
	}
	switch n.Attr("data-card-appearance") {
	case "inline":
		f.add(&Node{Type: "inlineCard", Attrs: map[string]any{"url": href}})
	case "block", "embed":
		f.block(&Node{Type: "blockCard", Attrs: map[string]any{"url": href}})
	default:
		f.all(n.Children, marked(marks, linkTo(href)))
	}
}

func linkTo(href string) Mark { return Mark{Type: "link", Attrs: map[string]any{"href": href}} }

// leads reports whether a link leads to a page, a place on this page or a
// person, and does not run anything.
func leads(href string) bool {
	u, err := url.Parse(href)
	return err == nil && href != "" && slices.Contains([]string{"", "http", "https", "mailto", "tel"}, strings.ToLower(u.Scheme))
}

func (f *flow) emoji(n *storageformat.Node) {
	name := n.Attr("ac:emoji-shortname")
	if name == "" {
		name = ":" + n.Attr("ac:name") + ":"
	}
	attrs := map[string]any{"shortName": name}
	if id := n.Attr("ac:emoji-id"); id != "" {
		attrs["id"] = id
	}
	if fallback := n.Attr("ac:emoji-fallback"); fallback != "" {
		attrs["text"] = fallback
	}
	f.add(&Node{Type: "emoji", Attrs: attrs})
}

// link writes an ac:link: to a page by its title, a person, a file or a place
// on a page.
func (f *flow) link(n *storageformat.Node, marks []Mark) {
	if person := n.Child("ri:user"); person != nil {
		id := person.Attr("ri:account-id")
		attrs := map[string]any{"id": id}
		if f.page.Person != nil {
			attrs["text"] = "@" + f.page.Person(id)
		}
		f.add(&Node{Type: "mention", Attrs: attrs})
		return
	}
	href, name := "", ""
	if page := n.Child("ri:page"); page != nil {
		name = page.Attr("ri:content-title")
		key := page.Attr("ri:space-key")
		if key == "" {
			key = f.page.SpaceKey
		}
		href = f.page.BaseURL + "/display/" + url.PathEscape(key) + "/" + url.PathEscape(name)
	} else if file := n.Child("ri:attachment"); file != nil {
		name = file.Attr("ri:filename")
		href = f.page.BaseURL + "/download/attachments/" + f.page.ID + "/" + url.PathEscape(name)
	}
	if anchor := n.Attr("ac:anchor"); anchor != "" {
		href += "#" + url.PathEscape(anchor)
		if name == "" {
			name = anchor
		}
	}
	if href != "" {
		marks = marked(marks, linkTo(href))
	}
	for _, body := range []string{"ac:link-body", "ac:plain-text-link-body"} {
		if b := n.Child(body); strings.TrimSpace(b.Plain()) != "" {
			f.all(b.Children, marks)
			return
		}
	}
	f.text(name, marks)
}

var (
	styledColour = regexp.MustCompile(`(?:^|;)\s*color:\s*([^;]+)`)
	hexColour    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	rgbColour    = regexp.MustCompile(`^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$`)
)

// colour is the text colour of a style, in the one form that documents know.
func colour(style string) (string, bool) {
	found := styledColour.FindStringSubmatch(style)
	if found == nil {
		return "", false
	}
	value := strings.TrimSpace(found[1])
	if hexColour.MatchString(value) {
		return value, true
	}
	part := rgbColour.FindStringSubmatch(value)
	if part == nil {
		return "", false
	}
	hex := "#"
	for _, p := range part[1:] {
		n, err := strconv.Atoi(p)
		if err != nil || n > 255 {
			return "", false
		}
		hex += fmt.Sprintf("%02x", n)
	}
	return hex, true
}
