package hostpage

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Storage format is XHTML with elements of its own in the ac: and ri:
// namespaces, which it does not declare. It is written by people, apps and
// imports, so nothing in it is trusted: it is parsed into a tree, and only
// elements and attributes named in this file come out again.

const (
	maxStorage = 2 << 20 // bytes of storage format that are looked at
	maxDepth   = 120     // deeper elements are shown at this depth
)

var errStorageTooLarge = errors.New("storage format larger than 2 MiB")

// node is an element of storage format, or text when name is "".
type node struct {
	name       string // lower case, with its prefix: "ac:structured-macro"
	attrs      []xml.Attr
	text       string
	children   []*node
	start, end int // bytes in the source
}

// attr returns the value of an attribute by its name with prefix.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if qualified(a.Name) == name {
			return a.Value
		}
	}
	return ""
}

// child returns the first child element of that name, or nil.
func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// plain returns the text in an element and below.
func (n *node) plain() string {
	if n == nil {
		return ""
	}
	if n.name == "" {
		return n.text
	}
	var b strings.Builder
	for _, c := range n.children {
		b.WriteString(c.plain())
	}
	return b.String()
}

// walk calls visit for every element in document order.
func (n *node) walk(visit func(*node)) {
	if n.name != "" {
		visit(n)
	}
	for _, c := range n.children {
		c.walk(visit)
	}
}

func qualified(name xml.Name) string {
	if name.Space == "" {
		return strings.ToLower(name.Local)
	}
	return strings.ToLower(name.Space + ":" + name.Local)
}

// parseStorage reads storage format as tolerantly as browsers read HTML: what
// is not closed is closed, what was never opened is ignored. The tree it
// returns with an error is what came before the fault.
func parseStorage(storage string) (*node, error) {
	root := &node{name: "#root", end: len(storage)}
	if len(storage) > maxStorage {
		return root, errStorageTooLarge
	}
	d := xml.NewDecoder(strings.NewReader(storage))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	open := []*node{root}
	for {
		start := int(d.InputOffset())
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			for _, n := range open {
				n.end = start
			}
			return root, fmt.Errorf("storage format: %w", err)
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: qualified(t.Name), attrs: append([]xml.Attr(nil), t.Attr...), start: start, end: len(storage)}
			top.children = append(top.children, n)
			if len(open) < maxDepth && !void[n.name] {
				open = append(open, n)
			} else {
				n.end = int(d.InputOffset())
			}
		case xml.EndElement:
			name := qualified(t.Name)
			for i := len(open) - 1; i > 0; i-- {
				if open[i].name == name {
					for _, n := range open[i+1:] {
						n.end = start
					}
					open[i].end = int(d.InputOffset())
					open = open[:i]
					break
				}
			}
		case xml.CharData:
			top.children = append(top.children, &node{text: string(t)})
		}
	}
	return root, nil
}

// void elements have no content; a decoder of XML sees the end tag of <br/>
// but not the missing one of <br>.
var void = map[string]bool{"br": true, "hr": true, "img": true, "col": true}

// MacroInstance is a macro as it stands in a page's storage.
type MacroInstance struct {
	Index  int    // the how-manieth macro of the page, from 0, in document order
	Key    string // ac:name
	ID     string // ac:macro-id; "" before the page was first saved
	Params map[string]string
}

func macroOf(n *node, index int) MacroInstance {
	m := MacroInstance{Index: index, Key: n.attr("ac:name"), ID: n.attr("ac:macro-id"), Params: map[string]string{}}
	for _, c := range n.children {
		if c.name == "ac:parameter" {
			m.Params[c.attr("ac:name")] = strings.TrimSpace(c.plain())
		}
	}
	return m
}

// render turns storage format into HTML that is safe to show. app renders the
// macros of the app; it returns false for a macro it does not know, which is
// then shown as unknown. Links to pages by title alone mean pages of spaceKey.
func render(storage, spaceKey string, app func(MacroInstance) (template.HTML, bool)) template.HTML {
	root, err := parseStorage(storage)
	r := &renderer{spaceKey: spaceKey, app: app, index: map[*node]int{}, headingID: map[*node]string{}}
	root.walk(func(n *node) {
		if n.name == "ac:structured-macro" {
			r.index[n] = len(r.index)
		}
		if heading[n.name] {
			r.headings = append(r.headings, n)
			r.headingID[n] = "h-" + strconv.Itoa(len(r.headings))
		}
	})
	r.all(root.children)
	if err != nil {
		r.out.WriteString(`<p class="notice" role="note">The rest of this page is not valid storage format and is not shown.</p>`)
	}
	return template.HTML(r.out.String()) // every byte was escaped or chosen here
}

type renderer struct {
	out       strings.Builder
	spaceKey  string
	app       func(MacroInstance) (template.HTML, bool)
	index     map[*node]int
	headings  []*node
	headingID map[*node]string
	tocShown  bool
}

var heading = map[string]bool{"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// same lists elements that are shown as themselves, with the attributes kept.
var same = map[string][]string{
	"p": nil, "h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"ul": nil, "ol": {"start"}, "li": nil, "dl": nil, "dt": nil, "dd": nil,
	"thead": nil, "tbody": nil, "tfoot": nil, "tr": nil, "caption": nil,
	"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
	"strong": nil, "b": nil, "em": nil, "i": nil, "u": nil, "s": nil, "del": nil, "ins": nil,
	"sub": nil, "sup": nil, "small": nil, "code": nil, "pre": nil, "kbd": nil, "blockquote": nil,
	"span": nil, "div": nil, "time": {"datetime"}, "br": nil, "hr": nil,
}

// hidden lists elements whose content is not shown either.
var hidden = map[string]bool{
	"script": true, "style": true, "iframe": true, "object": true, "embed": true, "form": true, "svg": true, "math": true,
	"template": true, "noscript": true, "title": true, "head": true, "ac:parameter": true, "ac:placeholder": true,
	"ac:adf-node": true, "ac:adf-attribute": true, "ac:task-id": true, "ac:task-uuid": true, "colgroup": true,
}

func (r *renderer) all(nodes []*node) {
	for _, n := range nodes {
		r.node(n)
	}
}

func (r *renderer) text(s string) { r.out.WriteString(html.EscapeString(printable(s))) }

// printable drops the control characters that HTML does not allow.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
}

func (r *renderer) open(tag string, attrs ...string) {
	r.out.WriteString("<" + tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		r.out.WriteString(" " + attrs[i] + `="` + html.EscapeString(printable(attrs[i+1])) + `"`)
	}
	r.out.WriteString(">")
}

func (r *renderer) wrap(tag string, inside []*node, attrs ...string) {
	r.open(tag, attrs...)
	r.all(inside)
	r.out.WriteString("</" + tag + ">")
}

func (r *renderer) node(n *node) {
	if n.name == "" {
		r.text(n.text)
		return
	}
	if hidden[n.name] {
		return
	}
	if keep, ok := same[n.name]; ok {
		r.same(n, keep)
		return
	}
	switch n.name {
	case "a":
		r.link(n.attr("href"), n.children)
	case "img":
		r.image(n.attr("src"), n.attr("alt"))
	case "table":
		// The box scrolls on narrow screens; it takes the focus so that the
		// keyboard can scroll it.
		r.open("div", "class", "table-box", "tabindex", "0", "role", "region", "aria-label", "Table")
		r.wrap("table", n.children)
		r.out.WriteString("</div>")
	case "ac:structured-macro":
		r.macro(n)
	case "ac:link":
		r.contentLink(n)
	case "ac:image":
		if u := n.child("ri:url"); u != nil {
			r.image(u.attr("ri:value"), n.attr("ac:alt"))
		} else if a := n.child("ri:attachment"); a != nil {
			r.open("span", "class", "attachment")
			r.text(a.attr("ri:filename"))
			r.out.WriteString("</span>")
		}
	case "ac:emoticon":
		if fallback := n.attr("ac:emoji-fallback"); fallback != "" {
			r.text(fallback)
		} else {
			r.text("(" + n.attr("ac:name") + ")")
		}
	case "ac:layout":
		r.wrap("div", n.children, "class", "layout")
	case "ac:layout-section":
		r.wrap("div", n.children, "class", "layout-section")
	case "ac:layout-cell":
		r.wrap("div", n.children, "class", "layout-cell")
	case "ac:task-list":
		r.wrap("ul", n.children, "class", "tasks")
	case "ac:task":
		mark, state := "☐", "Not done: "
		if strings.TrimSpace(n.child("ac:task-status").plain()) == "complete" {
			mark, state = "☑", "Done: "
		}
		r.open("li")
		r.out.WriteString(`<span aria-hidden="true">` + mark + ` </span><span class="visually-hidden">` + state + `</span>`)
		if body := n.child("ac:task-body"); body != nil {
			r.all(body.children)
		}
		r.out.WriteString("</li>")
	case "ac:adf-extension":
		if fallback := n.child("ac:adf-fallback"); fallback != nil {
			r.all(fallback.children)
		}
	default:
		r.all(n.children)
	}
}

// same writes an element that HTML has too. A paragraph that holds a block is
// a div, because a browser would close the paragraph before it.
func (r *renderer) same(n *node, keep []string) {
	tag, attrs := n.name, []string(nil)
	for _, name := range keep {
		value := n.attr(name)
		if name == "datetime" {
			if len(value) <= 32 && value != "" {
				attrs = append(attrs, name, value)
			}
		} else if number, err := strconv.Atoi(value); err == nil && number > 0 && number <= 1000 {
			attrs = append(attrs, name, strconv.Itoa(number))
		}
	}
	switch {
	case tag == "p" && r.holdsBlock(n):
		tag, attrs = "div", append(attrs, "class", "p")
	case heading[tag]:
		attrs = append(attrs, "id", r.headingID[n])
	case tag == "time":
		r.open(tag, attrs...)
		if len(n.children) == 0 {
			r.text(n.attr("datetime"))
		}
		r.all(n.children)
		r.out.WriteString("</time>")
		return
	}
	if void[tag] {
		r.open(tag, attrs...)
		return
	}
	r.wrap(tag, n.children, attrs...)
}

func (r *renderer) holdsBlock(n *node) bool {
	found := false
	n.walk(func(c *node) {
		switch c.name {
		case "ac:structured-macro", "table", "ul", "ol", "div", "blockquote", "pre", "ac:task-list", "ac:layout", "hr", "dl":
			found = true
		case "p", "h1", "h2", "h3", "h4", "h5", "h6":
			found = found || c != n
		}
	})
	return found
}

// link writes a link if its target is one a reader can be sent to.
func (r *renderer) link(target string, inside []*node) {
	href, ok := safeURL(target, "http", "https", "mailto")
	if !ok {
		r.wrap("span", inside)
		return
	}
	r.wrap("a", inside, "href", href, "rel", "noopener noreferrer")
}

func (r *renderer) image(source, alt string) {
	if src, ok := safeURL(source, "http", "https"); ok {
		r.open("img", "src", src, "alt", alt, "loading", "lazy", "referrerpolicy", "no-referrer")
		return
	}
	r.open("span", "class", "attachment")
	r.text(alt)
	r.out.WriteString("</span>")
}

// safeURL returns a URL with one of the schemes, or a path or fragment of this
// site. Browsers drop control characters and blanks around a scheme, so they
// are dropped before it is looked at.
func safeURL(raw string, schemes ...string) (string, bool) {
	raw = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, strings.TrimSpace(raw))
	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return "", false
	}
	if u.Scheme == "" {
		return u.String(), u.Host == "" && (u.Path == "" || u.Path[0] == '/') && !strings.HasPrefix(raw, `/\`)
	}
	for _, s := range schemes {
		if strings.EqualFold(u.Scheme, s) && (u.Host != "" || s == "mailto") {
			return u.String(), true
		}
	}
	return "", false
}

// contentLink writes an ac:link: to a page by its title, to a person, or to a
// place on this page.
func (r *renderer) contentLink(n *node) {
	body := n.child("ac:link-body")
	if body == nil {
		body = n.child("ac:plain-text-link-body")
	}
	inside := func(fallback string) []*node {
		if body != nil && strings.TrimSpace(body.plain()) != "" {
			return body.children
		}
		return []*node{{text: fallback}}
	}
	if page := n.child("ri:page"); page != nil {
		title := page.attr("ri:content-title")
		key := page.attr("ri:space-key")
		if key == "" {
			key = r.spaceKey
		}
		r.link("/wiki/display/"+url.PathEscape(key)+"/"+url.PathEscape(title), inside(title))
		return
	}
	if n.child("ri:user") != nil {
		r.wrap("span", inside("@user"), "class", "mention")
		return
	}
	if a := n.child("ri:attachment"); a != nil {
		r.wrap("span", inside(a.attr("ri:filename")), "class", "attachment")
		return
	}
	r.wrap("span", inside(n.attr("ac:anchor")))
}

// panels are the macros that put their body into a coloured box.
var panels = map[string]string{"info": "Info", "note": "Note", "tip": "Tip", "warning": "Warning", "panel": "", "quote": "", "excerpt": ""}

func (r *renderer) macro(n *node) {
	m := macroOf(n, r.index[n])
	if shown, ok := r.app(m); ok {
		r.out.WriteString(string(shown))
		return
	}
	body := n.child("ac:rich-text-body")
	if body == nil {
		body = &node{name: "ac:rich-text-body"}
	}
	if kind, ok := panels[m.Key]; ok {
		r.open("div", "class", "panel panel-"+m.Key)
		if kind != "" {
			r.out.WriteString(`<p class="visually-hidden">` + kind + `:</p>`)
		}
		if title := m.Params["title"]; title != "" {
			r.wrap("p", []*node{{text: title}}, "class", "panel-title")
		}
		r.all(body.children)
		r.out.WriteString("</div>")
		return
	}
	switch m.Key {
	case "code", "noformat":
		r.open("figure", "class", "code")
		if title := m.Params["title"]; title != "" {
			r.wrap("figcaption", []*node{{text: title}})
		}
		r.out.WriteString(`<pre tabindex="0"><code>`)
		r.text(n.child("ac:plain-text-body").plain())
		r.out.WriteString("</code></pre></figure>")
	case "status":
		r.wrap("span", []*node{{text: m.Params["title"]}}, "class", "status status-"+statusColour(m.Params["colour"]))
	case "expand":
		title := m.Params["title"]
		if title == "" {
			title = "Click here to expand"
		}
		r.out.WriteString("<details>")
		r.wrap("summary", []*node{{text: title}})
		r.all(body.children)
		r.out.WriteString("</details>")
	case "toc":
		// Once: a page of nothing but tables of contents would be quadratic.
		if r.tocShown {
			return
		}
		r.tocShown = true
		r.open("nav", "class", "toc", "aria-label", "Table of contents")
		r.out.WriteString("<ul>")
		for _, h := range r.headings {
			r.open("li", "class", "toc-"+h.name)
			r.wrap("a", []*node{{text: h.plain()}}, "href", "#"+r.headingID[h])
			r.out.WriteString("</li>")
		}
		r.out.WriteString("</ul></nav>")
	default:
		r.open("div", "class", "macro-unknown", "role", "note")
		r.text("Unknown macro: ‘" + m.Key + "’")
		r.out.WriteString("</div>")
	}
}

func statusColour(name string) string {
	switch c := strings.ToLower(name); c {
	case "red", "yellow", "green", "blue", "purple":
		return c
	}
	return "grey"
}
