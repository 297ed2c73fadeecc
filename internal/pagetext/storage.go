package pagetext

// Storage reads Confluence's storage format: XHTML with Confluence's own
// elements for macros, links, images and tasks.
func Storage(source string, limits Limits) Text {
	m := markup{builder: newBuilder(source, limits), storage: true}
	m.read(source)
	return m.finish()
}

// ownMacro is the key of the app's macro. It shows labels; text in it would make
// a page's labels their own reason.
const ownMacro = "labelup-labels"

// panelMacro tells whether a macro shows its body set off from the page.
func panelMacro(name string) bool {
	switch name {
	case "info", "note", "warning", "tip", "panel", "expand":
		return true
	}
	return false
}

// storageElements are those whose names have a prefix.
var storageElements = elements{}.
	add(element{scope: true, role: macro}, "ac:structured-macro ac:macro").
	add(element{role: parameter}, "ac:parameter").
	add(element{block: true}, `ac:rich-text-body ac:caption ac:layout ac:layout-section ac:layout-cell
		ac:task-list ac:task ac:task-body`).
	add(element{in: inCode, block: true, role: plainBody}, "ac:plain-text-body").
	add(element{role: link}, "ac:link").
	add(element{role: linkTarget}, "ri:page ri:blog-post").
	add(element{role: image}, "ac:image").
	add(element{role: extension}, "ac:adf-extension").
	add(element{scope: true, role: extensionNode}, "ac:adf-node").
	add(element{block: true, role: extensionContent}, "ac:adf-content").
	add(element{block: true, role: extensionFallback}, "ac:adf-fallback").
	add(element{skip: true}, `ac:adf-attribute ac:adf-mark ac:adf-parameter ac:default-parameter ac:emoticon
		ac:placeholder ac:task-id ac:task-status ac:task-uuid`)

// confluence is what has to be remembered of the storage format's elements.
type confluence struct {
	inLink      bool
	linkTitle   string    // of the page that the link leads to
	linkFrom    int       // how much text there was before the link
	blockTitle  bool      // the parameter being read is a title that stands for itself
	contentRead bool      // of the ADF extension being read
	markdown    *markdown // in the body of a macro that shows Markdown
}

// title says what becomes of a macro's parameter "title".
type title uint8

const (
	titleHidden title = iota
	titleBlock        // a panel's stands above it, and so does that of code
	titleInline       // a status is nothing else
)

// startsConfluence begins an element with a role of the storage format. It fills
// in what differs from the element and says whether to skip it.
func (m *markup) startsConfluence(o *opened, attributes string) (skip bool) {
	c := &m.confluence
	switch o.role {
	case macro:
		switch name := attribute(attributes, "ac:name"); {
		case name == ownMacro:
			return true
		case name == "status":
			o.title = titleInline
		case name == "code":
			o.title = titleBlock
		case showsMarkdown(name):
			o.markdown = true
		case panelMacro(name):
			o.in, o.title = inPanel, titleBlock
		}
	case parameter:
		if m.deeper > 0 || len(m.open) == 0 || attribute(attributes, "ac:name") != "title" {
			return true
		}
		switch m.open[len(m.open)-1].title {
		case titleBlock:
			m.end()
			c.blockTitle = true
		case titleHidden:
			return true
		}
	case plainBody:
		if m.deeper == 0 && len(m.open) > 0 && m.open[len(m.open)-1].markdown {
			o.in, c.markdown = 0, &markdown{}
		}
	case link:
		c.inLink, c.linkTitle, c.linkFrom = true, "", len(m.buf)
	case linkTarget:
		if c.inLink {
			c.linkTitle = attribute(attributes, "ri:content-title")
		}
	case extension:
		c.contentRead = false
	case extensionNode:
		switch attribute(attributes, "type") {
		case "panel", "expand", "nested-expand":
			o.in = inPanel
		}
	case extensionContent:
		c.contentRead = true
	case extensionFallback: // says the same again, for what does not know ADF
		return c.contentRead
	}
	return false
}

// endsConfluence ends an element with a role of the storage format.
func (m *markup) endsConfluence(e *element) {
	c := &m.confluence
	switch e.role {
	case parameter:
		if c.blockTitle {
			m.end()
			c.blockTitle = false
		}
	case plainBody:
		c.markdown = nil
	case link:
		if c.inLink && len(m.buf) == c.linkFrom {
			m.text(c.linkTitle)
		}
		c.inLink = false
	case extension:
		c.contentRead = true // if this one was in the content of another
	}
}
