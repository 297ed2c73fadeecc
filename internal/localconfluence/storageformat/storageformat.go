// Package storageformat reads Confluence's storage format into a tree, for the
// pages that show it and for the documents made of it. Storage format is XHTML
// with elements of its own in the ac: and ri: namespaces, which it does not
// declare. It is written by people, apps and imports, so nothing in it is
// trusted: this package only reads; what may come out again is for its users
// to say. It is pure. Source: "Confluence Storage Format" on
// confluence.atlassian.com.
package storageformat

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const maxDepth = 120 // deeper elements are kept at this depth

// Node is an element of storage format, or text when Name is "".
type Node struct {
	Name       string // lower case, with its prefix: "ac:structured-macro"
	Attrs      []xml.Attr
	Text       string
	Children   []*Node
	Start, End int // bytes in the source
}

// Attr returns the value of an attribute by its name with prefix.
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if qualified(a.Name) == name {
			return a.Value
		}
	}
	return ""
}

// Child returns the first child element of that name, or nil.
func (n *Node) Child(name string) *Node {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Plain returns the text in an element and below; nothing of nil.
func (n *Node) Plain() string {
	if n == nil {
		return ""
	}
	if n.Name == "" {
		return n.Text
	}
	var b strings.Builder
	for _, c := range n.Children {
		b.WriteString(c.Plain())
	}
	return b.String()
}

// Walk calls visit for every element in document order.
func (n *Node) Walk(visit func(*Node)) {
	if n.Name != "" {
		visit(n)
	}
	for _, c := range n.Children {
		c.Walk(visit)
	}
}

// Parameters returns the parameters of a macro, by name.
func (n *Node) Parameters() map[string]string {
	out := map[string]string{}
	for _, c := range n.Children {
		if c.Name == "ac:parameter" {
			out[c.Attr("ac:name")] = strings.TrimSpace(c.Plain())
		}
	}
	return out
}

func qualified(name xml.Name) string {
	if name.Space == "" {
		return strings.ToLower(name.Local)
	}
	return strings.ToLower(name.Space + ":" + name.Local)
}

// Parse reads storage format as tolerantly as browsers read HTML: what is not
// closed is closed, what was never opened is ignored. The tree it returns with
// an error is what came before the fault.
func Parse(storage string) (*Node, error) {
	root := &Node{Name: "#root", End: len(storage)}
	d := xml.NewDecoder(strings.NewReader(storage))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	open := []*Node{root}
	for {
		start := int(d.InputOffset())
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			for _, n := range open {
				n.End = start
			}
			return root, fmt.Errorf("storage format: %w", err)
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &Node{Name: qualified(t.Name), Attrs: append([]xml.Attr(nil), t.Attr...), Start: start, End: len(storage)}
			top.Children = append(top.Children, n)
			if len(open) < maxDepth && !Void[n.Name] {
				open = append(open, n)
			} else {
				n.End = int(d.InputOffset())
			}
		case xml.EndElement:
			name := qualified(t.Name)
			for i := len(open) - 1; i > 0; i-- {
				if open[i].Name == name {
					for _, n := range open[i+1:] {
						n.End = start
					}
					open[i].End = int(d.InputOffset())
					open = open[:i]
					break
				}
			}
		case xml.CharData:
			top.Children = append(top.Children, &Node{Text: string(t)})
		}
	}
	return root, nil
}

// Void elements have no content; a decoder of XML sees the end tag of <br/>
// but not the missing one of <br>.
var Void = map[string]bool{"br": true, "hr": true, "img": true, "col": true}
