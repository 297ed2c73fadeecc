package pagetext

import "strings"

// HTML reads HTML, a whole page or a piece of one. Navigation and footers are
// left out, because they are the site's and not the page's; asides are read.
// What a details element holds is a panel, as an expand macro is.
func HTML(source string, limits Limits) Text {
	m := markup{builder: newBuilder(source, limits)}
	m.read(source)
	return m.finish()
}

// element is what an element does to the text in it.
type element struct {
	in     inside // what its text becomes
	block  bool   // its text stands for itself
	skip   bool   // its text is not the page's
	raw    bool   // what is in it is no markup
	scope  bool   // tags in it close nothing outside of it
	closes inside // what cannot go on in it, for end tags that HTML lets writers leave out
	role   role   // what else it does
}

type role uint8

const (
	noRole role = iota
	lineBreak
	image
	// The others are of the storage format only.
	macro
	parameter
	plainBody
	link
	linkTarget
	extension
	extensionNode
	extensionContent
	extensionFallback
)

// elements is a table of elements by their names.
type elements map[string]*element

// It is called often and once: inlined it would be what a browser loads in vain.
//
//go:noinline
func (all elements) add(e element, names string) elements {
	for _, name := range strings.Fields(names) {
		one := e // a tag is told from another by its element's address
		all[name] = &one
	}
	return all
}

// htmlElements are those that matter for text. Of others only the content does.
var htmlElements = elements{}.
	add(element{in: isStrong}, "b strong").
	add(element{in: isCode}, "code kbd samp tt").
	add(element{in: inHeading, block: true, closes: inHeading | inSubheading}, "h1 h2").
	add(element{in: inSubheading, block: true, closes: inHeading | inSubheading}, "h3 h4 h5 h6").
	add(element{in: inCode, block: true}, "listing pre xmp").
	add(element{in: inQuote, block: true}, "blockquote").
	add(element{in: inPanel, block: true}, "details").
	add(element{block: true, scope: true}, "table").
	add(element{block: true, closes: inTableHead}, "caption tbody td tfoot thead tr").
	add(element{in: inTableHead, block: true, closes: inTableHead}, "th").
	add(element{block: true}, `address article aside body center dd dialog dir div dl dt fieldset figcaption figure
		form head header hgroup hr html legend li main menu ol p search section summary ul`).
	add(element{role: lineBreak}, "br").
	add(element{role: image}, "img").
	add(element{skip: true, raw: true}, "iframe noembed noframes noscript script style textarea title").
	add(element{skip: true, block: true}, "audio canvas datalist footer nav object select template video").
	add(element{skip: true}, "button math svg")
