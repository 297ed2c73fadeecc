// Package macros writes what a macro shows: the page inside the iframe, and
// storage format for exports, mail and mobile. It gets everything as values
// and writes bytes; it reads no request and calls nobody.
//
// The iframe page is nearly empty: the browser reads the labels as the viewer
// and draws them. It is put together by appending to a buffer because it is
// the app's hottest answer; html/template costs 78 µs for such a page, more
// than all the rest of the request.
package macros

import "html"

// View is which of the app's pages an iframe shows.
type View string

const (
	Panel  View = "panel"  // the macro on the page
	Byline View = "byline" // the dialog under the page's title
	Editor View = "editor" // the macro's settings
	Admin  View = "admin"  // the page for the site's administrators
)

// Frame is what the page in an iframe tells its script. All of it may be
// hostile text, though signed: a page's editor controls macro parameters.
type Frame struct {
	View           View
	ContentID      string
	ContentType    string
	ContentVersion string
	SpaceID        string
	SpaceKey       string
	MacroID        string
	Output         string // "display", "preview", …
	Prefix         string // macro parameter: only labels that begin with it
	Display        string // macro parameter: chips, list or compact
	Licensed       bool
	SignedIn       bool
	RequestID      string
}

// Pages writes iframe pages. The parts that never change are prepared once.
type Pages struct {
	head []byte // from the doctype up to the attributes of main
	tail []byte
}

// NewPages prepares pages that load these URLs: the app's key, its script, its
// style sheet and Atlassian's bridge script.
func NewPages(appKey, script, style, bridge string) *Pages {
	escape := html.EscapeString
	return &Pages{
		head: []byte(`<!doctype html><html lang="en"><head><meta charset="utf-8">` +
			`<meta name="viewport" content="width=device-width"><title>Label UP</title>` +
			`<link rel="stylesheet" href="` + escape(style) + `">` +
			`<script src="` + escape(bridge) + `" data-options="resize:false;margin:false"></script>` +
			`<script type="module" src="` + escape(script) + `"></script></head><body>` +
			`<main id="labelup" class="ac-content" data-app-key="` + escape(appKey) + `"`),
		tail: []byte(`></main></body></html>` + "\n"),
	}
}

// Append adds the page for f to buffer.
func (p *Pages) Append(buffer []byte, f Frame) []byte {
	buffer = append(buffer, p.head...)
	for _, attribute := range [...]struct{ name, value string }{
		{"view", string(f.View)},
		{"content-id", f.ContentID},
		{"content-type", f.ContentType},
		{"content-version", f.ContentVersion},
		{"space-id", f.SpaceID},
		{"space-key", f.SpaceKey},
		{"macro-id", f.MacroID},
		{"output", f.Output},
		{"prefix", f.Prefix},
		{"display", f.Display},
		{"licensed", yes(f.Licensed)},
		{"signed-in", yes(f.SignedIn)},
		{"request-id", f.RequestID},
	} {
		buffer = append(buffer, ` data-`...)
		buffer = append(buffer, attribute.name...)
		buffer = append(buffer, `="`...)
		buffer = append(buffer, html.EscapeString(attribute.value)...)
		buffer = append(buffer, '"')
	}
	return append(buffer, p.tail...)
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
