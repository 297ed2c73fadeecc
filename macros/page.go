// Package macros writes what a macro shows: the page inside the iframe, and
// storage format for exports, mail and mobile. It gets everything as values
// and writes bytes; it reads no request and calls nobody.
//
// The iframe page is nearly empty: the browser reads the labels as the viewer
// and draws them. It is put together by appending to a buffer because it is
// the app's hottest answer; html/template costs 78 µs for such a page, more
// than all the rest of the request.
package macros

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

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
	head        []byte              // from the doctype up to what the script is told
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
			`<script type="application/json" id="shell">{"view":`),
		problemHead: []byte(head("problem", "margin:false") + `<main class="ac-content">`),
		tails:       map[Language][]byte{},
	}
	// The style sheet shows it late, and the script takes it away.
	for language, words := range problemIn {
		pages.tails[language] = []byte(`}}</script><main id="labelup" class="ac-content"><p class="late" lang="` + string(language) + `">` +
			words.Late + `</p></main></body></html>` + "\n")
	}
	return pages
}

// Append adds the page for f to buffer. What its script is told is in a block of
// JSON, which no browser runs.
func (p *Pages) Append(buffer []byte, f Frame) []byte {
	buffer = append(buffer, p.head...)
	buffer = appendJSON(buffer, string(f.View))
	for _, field := range [...]struct{ name, value string }{
		{"contentId", f.ContentID},
		{"contentType", f.ContentType},
		{"contentVersion", f.ContentVersion},
		{"spaceId", f.SpaceID},
		{"spaceKey", f.SpaceKey},
	} {
		buffer = append(buffer, `,"`...)
		buffer = append(buffer, field.name...)
		buffer = append(buffer, `":`...)
		buffer = appendJSON(buffer, field.value)
	}
	for _, field := range [...]struct {
		name  string
		value bool
	}{
		{"preview", f.Output == "preview"},
		{"licensed", f.Licensed},
		{"signedIn", f.SignedIn},
	} {
		buffer = append(buffer, `,"`...)
		buffer = append(buffer, field.name...)
		buffer = append(buffer, `":`...)
		buffer = strconv.AppendBool(buffer, field.value)
	}
	buffer = append(buffer, `,"parameters":{`...)
	for i, name := range Parameters {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		buffer = append(buffer, '"')
		buffer = append(buffer, name...)
		buffer = append(buffer, `":`...)
		buffer = appendJSON(buffer, f.Parameter(name))
	}
	return append(buffer, p.tails[f.Language.orEnglish()]...)
}

// appendJSON adds a string as JSON that no HTML can be in: package encoding/json
// does the same and makes memory for it.
func appendJSON(buffer []byte, s string) []byte {
	const hex = "0123456789abcdef"
	buffer = append(buffer, '"')
	for _, r := range s { // what is no UTF-8 becomes U+FFFD
		switch {
		case r < ' ' || strings.ContainsRune(`"\<>&`, r) || r == '\u2028' || r == '\u2029':
			buffer = append(buffer, '\\', 'u', hex[r>>12&0xf], hex[r>>8&0xf], hex[r>>4&0xf], hex[r&0xf])
		default:
			buffer = utf8.AppendRune(buffer, r)
		}
	}
	return append(buffer, '"')
}
