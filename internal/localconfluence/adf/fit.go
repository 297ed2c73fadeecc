package adf

import "slices"

// everywhere may be in whatever holds blocks.
var everywhere = []string{"paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle"}

// holds says which blocks each node may hold.
var holds = map[string][]string{
	"doc":             with("heading", "table", "panel", "blockquote", "rule", "decisionList", "taskList", "blockCard", "extension", "bodiedExtension", "expand", "layoutSection"),
	"layoutColumn":    with("heading", "table", "panel", "blockquote", "rule", "decisionList", "taskList", "blockCard", "extension", "bodiedExtension", "expand"),
	"bodiedExtension": with("heading", "table", "panel", "blockquote", "rule", "decisionList", "taskList", "blockCard", "extension"),
	"expand":          with("heading", "table", "panel", "blockquote", "rule", "decisionList", "taskList", "blockCard", "extension", "nestedExpand"),
	"tableCell":       with("heading", "panel", "blockquote", "rule", "decisionList", "taskList", "blockCard", "extension", "nestedExpand"),
	"nestedExpand":    with("heading", "panel", "blockquote", "rule", "decisionList", "taskList"),
	"panel":           with("heading", "rule", "decisionList", "taskList", "blockCard", "extension"),
	"blockquote":      with("extension"),
	"listItem":        with("taskList", "extension"),
}

func with(more ...string) []string { return append(slices.Clone(everywhere), more...) }

// fit returns blocks as they may stand in a parent: those that may not become
// what comes nearest and keeps their text.
func fit(parent string, blocks []*Node) []*Node {
	out := make([]*Node, 0, len(blocks))
	for _, b := range blocks {
		if slices.Contains(holds[parent], b.Type) {
			out = append(out, b)
		} else {
			out = append(out, instead(parent, b)...)
		}
	}
	return out
}

func instead(parent string, b *Node) []*Node {
	switch b.Type {
	case "heading":
		return []*Node{paragraph(b.Content...)}
	case "blockCard":
		return []*Node{paragraph(&Node{Type: "inlineCard", Attrs: b.Attrs})}
	case "extension":
		attrs := b.Attrs
		delete(attrs, "layout")
		return []*Node{paragraph(&Node{Type: "inlineExtension", Attrs: attrs})}
	case "taskItem", "decisionItem":
		return []*Node{paragraph(b.Content...)}
	case "expand", "nestedExpand":
		if slices.Contains(holds[parent], "nestedExpand") {
			return []*Node{{Type: "nestedExpand", Attrs: b.Attrs, Content: orEmpty(fit("nestedExpand", b.Content))}}
		}
		title, _ := b.Attrs["title"].(string)
		if title == "" {
			return fit(parent, b.Content)
		}
		return append([]*Node{paragraph(text(title))}, fit(parent, b.Content)...)
	}
	return fit(parent, b.Content) // of a rule that is nothing, of a table its cells' blocks
}

// inlineOf is the inline content of blocks, a line each, for what holds only
// that.
func inlineOf(blocks []*Node) []*Node {
	var out []*Node
	for _, b := range blocks {
		var line []*Node
		switch b.Type {
		case "paragraph", "heading", "taskItem", "decisionItem":
			line = b.Content
		case "codeBlock":
			for _, t := range b.Content {
				line = append(line, text(t.Text, Mark{Type: "code"}))
			}
		case "blockCard":
			line = []*Node{{Type: "inlineCard", Attrs: b.Attrs}}
		case "extension":
			line = instead("", b)[0].Content
		case "mediaSingle": // has no text
		default:
			line = inlineOf(b.Content)
		}
		if len(out) > 0 && len(line) > 0 {
			out = append(out, &Node{Type: "hardBreak"})
		}
		out = append(out, line...)
	}
	return out
}
