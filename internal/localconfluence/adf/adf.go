// Package adf makes an Atlassian document of storage format, as Confluence
// does when a body is read as atlas_doc_format. It is pure, keeps all text that
// a reader of the page sees, and what it makes fits the document format however
// broken the storage format is: a block where the format allows none becomes
// the nearest thing that it does allow. Layout that readers do not read
// (alignment, column widths, image sizes) is left out. It must not be used to
// show a page: links are kept as they were written.
//
// Source: "Atlassian Document Format" on developer.atlassian.com, and for
// macros what Confluence answers for pages of its older editor.
package adf

import (
	"encoding/json"
	"fmt"

	"labelup/internal/localconfluence/storageformat"
)

// Node is a node of a document.
type Node struct {
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []*Node        `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []Mark         `json:"marks,omitempty"`
}

// Mark says how text is set, or where it leads.
type Mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// Page says where the storage format is from, for what it refers to.
type Page struct {
	ID       string
	SpaceKey string
	BaseURL  string // of the site, such as http://127.0.0.1:8090/wiki

	// Person returns the name of an account.
	Person func(accountID string) string
}

// Document returns the document of a body in storage format, as JSON. Of a body
// that is not well-formed it holds what comes before the fault.
func Document(storage string, page Page) string {
	root, _ := storageformat.Parse(storage) // see above
	c := &converter{page: page}
	raw, _ := json.Marshal(struct { // strings, numbers and maps of them always marshal
		Type    string  `json:"type"`
		Version int     `json:"version"`
		Content []*Node `json:"content"`
	}{"doc", 1, append([]*Node{}, fit("doc", c.blocks(root.Children))...)})
	return string(raw)
}

// converter knows the page and gives out local ids: they count, so that the
// same body is the same document each time.
type converter struct {
	page Page
	ids  int
}

// localID is the id that the storage format has, or a new one.
func (c *converter) localID(has string) string {
	if has != "" {
		return has
	}
	c.ids++
	return fmt.Sprintf("6c6f6361-6c69-4000-8000-%012d", c.ids)
}

func paragraph(inline ...*Node) *Node { return &Node{Type: "paragraph", Content: inline} }

func text(s string, marks ...Mark) *Node { return &Node{Type: "text", Text: s, Marks: marks} }

// orEmpty gives what must hold something an empty paragraph.
func orEmpty(blocks []*Node) []*Node {
	if len(blocks) == 0 {
		return []*Node{paragraph()}
	}
	return blocks
}
