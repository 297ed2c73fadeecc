package hostpage

import (
	"errors"
	"html"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"labelup/internal/localconfluence/storageformat"
)

// Nothing in storage format is trusted: only elements and attributes named in
// this file come out again.

const maxStorage = 2 << 20 // bytes of storage format that are looked at

var errStorageTooLarge = errors.New("storage format larger than 2 MiB")

func parseStorage(storage string) (*storageformat.Node, error) {
	if len(storage) > maxStorage {
		return &storageformat.Node{}, errStorageTooLarge
	}
	return storageformat.Parse(storage)
}

// MacroInstance is a macro as it stands in a page's storage.
type MacroInstance struct {
	Index     int               `json:"index"` // the how-manieth macro of the page, from 0, in document order
	Key       string            `json:"key"`   // ac:name, or the key of a Forge app's module
	Extension string            `json:"-"`     // as App.Extension; "" of a macro that is none of a Forge app
	ID        string            `json:"id"`    // "" before the page was first saved
	Params    map[string]string `json:"params"`
	Config    map[string]any    `json:"config,omitzero"` // of a Forge app's; nil of another
}

// isMacro reports whether an element is a macro.
func isMacro(n *storageformat.Node) bool {
	_, forge := n.Extension()
	return forge || n.Name == "ac:structured-macro"
}

func macroOf(n *storageformat.Node, index int) MacroInstance {
	if e, forge := n.Extension(); forge {
		of, key, _ := strings.Cut(e.Key, "/static/")
		return MacroInstance{Index: index, Key: key, Extension: of, ID: e.ID, Config: e.Config}
	}
	return MacroInstance{Index: index, Key: n.Attr("ac:name"), ID: n.Attr("ac:macro-id"), Params: n.Parameters()}
}

// render turns storage format into HTML that is safe to show. app renders the
// macros of the app; it returns false for a macro it does not know, which is
// then shown as unknown. Links to pages by title alone mean pages of spaceKey.
func render(storage, spaceKey string, app func(MacroInstance) (template.HTML, bool)) template.HTML {
	root, err := parseStorage(storage)
	r := &renderer{spaceKey: spaceKey, app: app, index: map[*storageformat.Node]int{}, headingID: map[*storageformat.Node]string{}}
	root.Walk(func(n *storageformat.Node) {
		if isMacro(n) {
			r.index[n] = len(r.index)
		}
		if heading[n.Name] {
			r.headings = append(r.headings, n)
			r.headingID[n] = "h-" + strconv.Itoa(len(r.headings))
		}
	})
	r.all(root.Children)
	if err != nil {
		r.out.WriteString(`<p class="notice" role="note">The rest of this page is not valid storage format and is not shown.</p>`)
	}
	return template.HTML(r.out.String()) // every byte was escaped or chosen here
}

type renderer struct {
	out       strings.Builder
	spaceKey  string
	app       func(MacroInstance) (template.HTML, bool)
	index     map[*storageformat.Node]int
	headings  []*storageformat.Node
	headingID map[*storageformat.Node]string
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

func (r *renderer) all(nodes []*storageformat.Node) {
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

func (r *renderer) wrap(tag string, inside []*storageformat.Node, attrs ...string) {
	r.open(tag, attrs...)
	r.all(inside)
	r.out.WriteString("</" + tag + ">")
}

func (r *renderer) node(n *storageformat.Node) {
	if n.Name == "" {
		r.text(n.Text)
		return
	}
	if hidden[n.Name] {
		return
	}
	if keep, ok := same[n.Name]; ok {
		r.same(n, keep)
		return
	}
	switch n.Name {
	case "a":
		r.link(n.Attr("href"), n.Children)
	case "img":
		r.image(n.Attr("src"), n.Attr("alt"))
	case "table":
		// The box scrolls on narrow screens; it takes the focus so that the
		// keyboard can scroll it.
		r.open("div", "class", "table-box", "tabindex", "0", "role", "region", "aria-label", "Table")
		r.wrap("table", n.Children)
		r.out.WriteString("</div>")
	case "ac:structured-macro":
		r.macro(n)
	case "ac:link":
		r.contentLink(n)
	case "ac:image":
		if u := n.Child("ri:url"); u != nil {
			r.image(u.Attr("ri:value"), n.Attr("ac:alt"))
		} else if a := n.Child("ri:attachment"); a != nil {
			r.open("span", "class", "attachment")
			r.text(a.Attr("ri:filename"))
			r.out.WriteString("</span>")
		}
	case "ac:emoticon":
		if fallback := n.Attr("ac:emoji-fallback"); fallback != "" {
			r.text(fallback)
		} else {
			r.text("(" + n.Attr("ac:name") + ")")
		}
	case "ac:layout":
		r.wrap("div", n.Children, "class", "layout")
	case "ac:layout-section":
		r.wrap("div", n.Children, "class", "layout-section")
	case "ac:layout-cell":
		r.wrap("div", n.Children, "class", "layout-cell")
	case "ac:task-list":
		r.wrap("ul", n.Children, "class", "tasks")
	case "ac:task":
		mark, state := "☐", "Not done: "
		if strings.TrimSpace(n.Child("ac:task-status").Plain()) == "complete" {
			mark, state = "☑", "Done: "
		}
		r.open("li")
		r.out.WriteString(`<span aria-hidden="true">` + mark + ` </span><span class="visually-hidden">` + state + `</span>`)
		if body := n.Child("ac:task-body"); body != nil {
			r.all(body.Children)
		}
		r.out.WriteString("</li>")
	case "ac:adf-extension":
		if isMacro(n) {
			r.macro(n)
		} else if fallback := n.Child("ac:adf-fallback"); fallback != nil {
			r.all(fallback.Children)
		}
	default:
		r.all(n.Children)
	}
}

// same writes an element that HTML has too. A paragraph that holds a block is
// a div, because a browser would close the paragraph before it.
func (r *renderer) same(n *storageformat.Node, keep []string) {
	tag, attrs := n.Name, []string(nil)
	for _, name := range keep {
		value := n.Attr(name)
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
		if len(n.Children) == 0 {
			r.text(n.Attr("datetime"))
		}
		r.all(n.Children)
		r.out.WriteString("</time>")
		return
	}
	if storageformat.Void[tag] {
		r.open(tag, attrs...)
		return
	}
	r.wrap(tag, n.Children, attrs...)
}

func (r *renderer) holdsBlock(n *storageformat.Node) bool {
	found := false
	n.Walk(func(c *storageformat.Node) {
		switch c.Name {
		case "ac:structured-macro", "ac:adf-extension", "table", "ul", "ol", "div", "blockquote", "pre", "ac:task-list", "ac:layout", "hr", "dl":
			found = true
		case "p", "h1", "h2", "h3", "h4", "h5", "h6":
			found = found || c != n
		}
	})
	return found
}

// link writes a link if its target is one a reader can be sent to.
func (r *renderer) link(target string, inside []*storageformat.Node) {
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
func (r *renderer) contentLink(n *storageformat.Node) {
	body := n.Child("ac:link-body")
	if body == nil {
		body = n.Child("ac:plain-text-link-body")
	}
	inside := func(fallback string) []*storageformat.Node {
		if body != nil && strings.TrimSpace(body.Plain()) != "" {
			return body.Children
		}
		return []*storageformat.Node{{Text: fallback}}
	}
	if page := n.Child("ri:page"); page != nil {
		title := page.Attr("ri:content-title")
		key := page.Attr("ri:space-key")
		if key == "" {
			key = r.spaceKey
		}
		r.link("/wiki/display/"+url.PathEscape(key)+"/"+url.PathEscape(title), inside(title))
		return
	}
	if n.Child("ri:user") != nil {
		r.wrap("span", inside("@user"), "class", "mention")
		return
	}
	if a := n.Child("ri:attachment"); a != nil {
		r.wrap("span", inside(a.Attr("ri:filename")), "class", "attachment")
		return
	}
	r.wrap("span", inside(n.Attr("ac:anchor")))
}

// panels are the macros that put their body into a coloured box.
var panels = map[string]string{"info": "Info", "note": "Note", "tip": "Tip", "warning": "Warning", "panel": "", "quote": "", "excerpt": ""}

func (r *renderer) macro(n *storageformat.Node) {
	m := macroOf(n, r.index[n])
	if shown, ok := r.app(m); ok {
		r.out.WriteString(string(shown))
		return
	}
	if m.Extension != "" { // of no app on this site, or of another environment of one
		r.wrap("div", []*storageformat.Node{{Text: "Error loading the extension!"}}, "class", "macro-unknown", "role", "note")
		return
	}
	body := n.Child("ac:rich-text-body")
	if body == nil {
		body = &storageformat.Node{Name: "ac:rich-text-body"}
	}
	if kind, ok := panels[m.Key]; ok {
		r.open("div", "class", "panel panel-"+m.Key)
		if kind != "" {
			r.out.WriteString(`<p class="visually-hidden">` + kind + `:</p>`)
		}
		if title := m.Params["title"]; title != "" {
			r.wrap("p", []*storageformat.Node{{Text: title}}, "class", "panel-title")
		}
		r.all(body.Children)
		r.out.WriteString("</div>")
		return
	}
	switch m.Key {
	case "code", "noformat":
		r.open("figure", "class", "code")
		if title := m.Params["title"]; title != "" {
			r.wrap("figcaption", []*storageformat.Node{{Text: title}})
		}
		r.out.WriteString(`<pre tabindex="0"><code>`)
		r.text(n.Child("ac:plain-text-body").Plain())
		r.out.WriteString("</code></pre></figure>")
	case "status":
		r.wrap("span", []*storageformat.Node{{Text: m.Params["title"]}}, "class", "status status-"+statusColour(m.Params["colour"]))
	case "expand":
		title := m.Params["title"]
		if title == "" {
			title = "Click here to expand"
		}
		r.out.WriteString("<details>")
		r.wrap("summary", []*storageformat.Node{{Text: title}})
		r.all(body.Children)
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
			r.open("li", "class", "toc-"+h.Name)
			r.wrap("a", []*storageformat.Node{{Text: h.Plain()}}, "href", "#"+r.headingID[h])
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
