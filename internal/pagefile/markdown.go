package pagefile

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"labelup/internal/pagetext"
)

// asHTML makes HTML of CommonMark with GitHub's additions. It leaves the HTML
// in it as it is: nobody sees the result, it is only read.
var asHTML = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

// notText is what site generators read themselves: the front matter, Liquid's
// tags and values, and kramdown's attributes.
var notText = regexp.MustCompile(`(?s)\A(?:\x{feff})?---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\z)` +
	`|\{%.*?%\}|\{\{.*?\}\}|\{:[^\n}]*\}`)

// markdown reads the text of Markdown as blogs and READMEs write it.
func markdown(source string, limits pagetext.Limits) pagetext.Text {
	var page bytes.Buffer
	// A buffer takes everything, so that there is no error.
	_ = asHTML.Convert(notText.ReplaceAll([]byte(source), nil), &page)
	return pagetext.HTML(page.String(), limits)
}
