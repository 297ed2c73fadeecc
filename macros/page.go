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
	Output         string                   // "display", "preview", …
	Parameter      func(name string) string // a parameter of the macro, "" for none
	Licensed       bool
	SignedIn       bool
	Language       Language // of what is said before the script has found out
}

// Pages writes iframe pages. The parts that never change are prepared once.
type Pages struct {
	head        []byte              // from the doctype up to the attributes of main
	tails       map[Language][]byte // from there to the end
	problemHead []byte              // from the head up to what the page says
}

// NewPages prepares pages. asset is the URL of one of the app's own files, such
// as "labelup.js"; bridge is that of Atlassian's script.
func NewPages(asset func(name string) string, bridge string) *Pages {
	escape := html.EscapeString
	// What the bridge is told is up to the page: ours gives its frame a height
	// by its script, and a page that has none to count on leaves it to the bridge.
	head := func(name, options string) string {
		return `<head><meta charset="utf-8">` +
			`<meta name="viewport" content="width=device-width"><title>Label UP</title>` +
			`<link rel="stylesheet" href="` + escape(asset(name+".css")) + `">` +
			`<script src="` + escape(bridge) + `" data-options="` + options + `"></script>` +
			`<script type="module" src="` + escape(asset(name+".js")) + `"></script></head><body>`
	}
	pages := &Pages{
		head: []byte(`<!doctype html><html lang="en">` + head("labelup", "resize:false;margin:false") +
			`<main id="labelup" class="ac-content"`),
		problemHead: []byte(head("problem", "margin:false") + `<main class="ac-content">`),
		tails:       map[Language][]byte{},
	}
	// The style sheet shows it late, and the script takes it away.
	for language, words := range problemIn {
		pages.tails[language] = []byte(`><p class="late" lang="` + string(language) + `">` + words.Late + `</p></main></body></html>` + "\n")
	}
	return pages
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
		{"output", f.Output},
		{"licensed", yes(f.Licensed)},
		{"signed-in", yes(f.SignedIn)},
	} {
		buffer = appendData(buffer, attribute.name, attribute.value)
	}
	for _, name := range Parameters {
		buffer = appendData(buffer, name, f.Parameter(name))
	}
	return append(buffer, p.tails[f.Language.orEnglish()]...)
}

func appendData(buffer []byte, name, value string) []byte {
	buffer = append(buffer, ` data-`...)
	buffer = append(buffer, name...)
	buffer = append(buffer, `="`...)
	buffer = append(buffer, html.EscapeString(value)...)
	return append(buffer, '"')
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
