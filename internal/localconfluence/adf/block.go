package adf

import (
	"strconv"
	"strings"

	"labelup/internal/localconfluence/storageformat"
)

// blockNode writes the elements that are blocks, and of those it does not know
// the content.
func (f *flow) blockNode(n *storageformat.Node, marks []Mark) {
	switch n.Name {
	case "ul", "ol":
		if b := f.list(n); b != nil {
			f.block(b)
		}
	case "table":
		f.table(n)
	case "blockquote":
		f.block(&Node{Type: "blockquote", Content: orEmpty(fit("blockquote", f.blocks(n.Children)))})
	case "pre":
		f.block(codeBlock(n.Plain(), ""))
	case "hr":
		f.block(&Node{Type: "rule"})
	case "img":
		f.image(n.Attr("src"), n.Attr("alt"))
	case "ac:image":
		f.storedImage(n)
	case "ac:task-list":
		if b := f.taskList(n); b != nil {
			f.block(b)
		}
	case "ac:layout":
		f.flush()
		for _, section := range n.Children {
			if section.Name == "ac:layout-section" {
				f.out = append(f.out, f.layoutSection(section)...)
			}
		}
	case "ac:adf-extension":
		f.extension(n, marks)
	case "div", "section", "dl", "dt", "dd", "figure", "figcaption", "center", "li", "tr", "td", "th":
		f.flush()
		f.all(n.Children, marks)
		f.flush()
	default:
		f.all(n.Children, marks)
	}
}

func codeBlock(code, language string) *Node {
	b := &Node{Type: "codeBlock", Attrs: map[string]any{}}
	if language != "" {
		b.Attrs["language"] = language
	}
	if code = strings.Trim(code, "\r\n"); code != "" {
		b.Content = []*Node{text(code)}
	}
	return b
}

func (c *converter) list(n *storageformat.Node) *Node {
	b := &Node{Type: "bulletList"}
	if n.Name == "ol" {
		order, err := strconv.Atoi(n.Attr("start"))
		if err != nil || order < 0 {
			order = 1
		}
		b.Type, b.Attrs = "orderedList", map[string]any{"order": order}
	}
	for _, child := range n.Children {
		if child.Name == "" && strings.TrimSpace(child.Text) == "" {
			continue
		}
		inside := []*storageformat.Node{child}
		if child.Name == "li" {
			inside = child.Children
		}
		content := fit("listItem", c.blocks(inside))
		if len(content) == 0 || content[0].Type != "paragraph" && content[0].Type != "codeBlock" && content[0].Type != "mediaSingle" {
			content = append([]*Node{paragraph()}, content...)
		}
		b.Content = append(b.Content, &Node{Type: "listItem", Content: content})
	}
	if len(b.Content) == 0 {
		return nil
	}
	return b
}

var tableLayouts = map[string]bool{"default": true, "wide": true, "full-width": true}

func (f *flow) table(n *storageformat.Node) {
	layout := n.Attr("data-layout")
	if !tableLayouts[layout] {
		layout = "default"
	}
	table := &Node{Type: "table", Attrs: map[string]any{"isNumberColumnEnabled": false, "layout": layout, "localId": f.localID(n.Attr("ac:local-id"))}}
	var rows func(*storageformat.Node)
	rows = func(n *storageformat.Node) {
		for _, child := range n.Children {
			switch child.Name {
			case "thead", "tbody", "tfoot":
				rows(child)
			case "tr":
				if row := f.row(child); len(row.Content) > 0 {
					table.Content = append(table.Content, row)
				}
			case "caption":
				f.flush()
				f.all(child.Children, nil)
				f.flush()
			}
		}
	}
	rows(n)
	if len(table.Content) > 0 {
		f.block(table)
	}
}

func (c *converter) row(n *storageformat.Node) *Node {
	row := &Node{Type: "tableRow"}
	for _, child := range n.Children {
		kind, is := map[string]string{"th": "tableHeader", "td": "tableCell"}[child.Name]
		if !is {
			continue
		}
		cell := &Node{Type: kind, Attrs: map[string]any{}, Content: orEmpty(fit("tableCell", c.blocks(child.Children)))}
		for _, name := range []string{"colspan", "rowspan"} {
			if number, err := strconv.Atoi(child.Attr(name)); err == nil && number > 1 && number <= 1000 {
				cell.Attrs[name] = number
			}
		}
		row.Content = append(row.Content, cell)
	}
	return row
}

// image writes a picture that is somewhere else.
func (f *flow) image(source, alt string) {
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") {
		f.text(alt, nil)
		return
	}
	f.block(mediaSingle(map[string]any{"type": "external", "url": source}, alt))
}

func mediaSingle(attrs map[string]any, alt string) *Node {
	if alt != "" {
		attrs["alt"] = alt
	}
	return &Node{Type: "mediaSingle", Attrs: map[string]any{"layout": "center"}, Content: []*Node{{Type: "media", Attrs: attrs}}}
}

// storedImage writes an ac:image, with its caption.
func (f *flow) storedImage(n *storageformat.Node) {
	alt := n.Attr("ac:alt")
	before := len(f.out)
	if at := n.Child("ri:url"); at != nil {
		f.image(at.Attr("ri:value"), alt)
	} else if file := n.Child("ri:attachment"); file != nil && file.Attr("ri:filename") != "" {
		f.block(mediaSingle(map[string]any{"type": "file", "id": file.Attr("ri:filename"), "collection": "contentId-" + f.page.ID}, alt))
	}
	caption := strings.Join(strings.Fields(n.Child("ac:caption").Plain()), " ")
	if caption == "" {
		return
	}
	if len(f.out) > before && f.out[len(f.out)-1].Type == "mediaSingle" {
		single := f.out[len(f.out)-1]
		single.Content = append(single.Content, &Node{Type: "caption", Content: []*Node{text(caption)}})
		return
	}
	f.block(paragraph(text(caption)))
}

func (c *converter) taskList(n *storageformat.Node) *Node {
	list := &Node{Type: "taskList", Attrs: map[string]any{"localId": c.localID(n.Attr("ac:task-list-id"))}}
	for _, child := range n.Children {
		switch child.Name {
		case "ac:task-list":
			nested := c.taskList(child)
			switch {
			case nested == nil:
			case len(list.Content) == 0:
				list.Content = nested.Content // a list cannot begin with a list
			default:
				list.Content = append(list.Content, nested)
			}
		case "ac:task":
			list.Content = append(list.Content, c.task(child)...)
		}
	}
	if len(list.Content) == 0 {
		return nil
	}
	return list
}

// task is an item, and the lists in it behind it.
func (c *converter) task(n *storageformat.Node) []*Node {
	state := "TODO"
	if strings.TrimSpace(n.Child("ac:task-status").Plain()) == "complete" {
		state = "DONE"
	}
	id := strings.TrimSpace(n.Child("ac:task-uuid").Plain())
	if id == "" {
		id = strings.TrimSpace(n.Child("ac:task-id").Plain())
	}
	item := &Node{Type: "taskItem", Attrs: map[string]any{"localId": c.localID(id), "state": state}}
	out := []*Node{item}
	if body := n.Child("ac:task-body"); body != nil {
		var own []*Node
		for _, b := range c.blocks(body.Children) {
			if b.Type == "taskList" {
				out = append(out, b)
			} else {
				own = append(own, b)
			}
		}
		item.Content = inlineOf(own)
	}
	return out
}

var columnWidths = map[string][]float64{
	"two_left_sidebar": {33.33, 66.66}, "two_right_sidebar": {66.66, 33.33}, "three_with_sidebars": {25, 50, 25},
}

// layoutSection is a section of columns. One column, or more than the format
// knows, is its content without columns.
func (c *converter) layoutSection(n *storageformat.Node) []*Node {
	section := &Node{Type: "layoutSection"}
	for _, cell := range n.Children {
		if cell.Name == "ac:layout-cell" {
			section.Content = append(section.Content, &Node{Type: "layoutColumn", Attrs: map[string]any{}, Content: orEmpty(fit("layoutColumn", c.blocks(cell.Children)))})
		}
	}
	if len(section.Content) < 2 || len(section.Content) > 3 {
		var out []*Node
		for _, column := range section.Content {
			out = append(out, column.Content...)
		}
		return out
	}
	widths := columnWidths[n.Attr("ac:type")]
	for i, column := range section.Content {
		column.Attrs["width"] = 100 / float64(len(section.Content))
		if len(widths) == len(section.Content) {
			column.Attrs["width"] = widths[i]
		}
	}
	return []*Node{section}
}

// extension writes what only the newer editor has, and of what is not known
// here the fallback that it brings along.
func (f *flow) extension(n *storageformat.Node, marks []Mark) {
	if e, forge := n.Extension(); forge {
		f.forge(n.Child("ac:adf-node"), e)
		return
	}
	if node := n.Child("ac:adf-node"); node != nil {
		attrs := map[string]string{}
		for _, child := range node.Children {
			if child.Name == "ac:adf-attribute" {
				attrs[child.Attr("key")] = strings.TrimSpace(child.Plain())
			}
		}
		body := node.Child("ac:adf-content")
		switch kind := node.Attr("type"); {
		case kind == "panel" && body != nil:
			f.panel(panelTypes[attrs["panel-type"]], "", body.Children)
			return
		case kind == "decision-list":
			if b := f.decisionList(node); b != nil {
				f.block(b)
				return
			}
		}
	}
	if fallback := n.Child("ac:adf-fallback"); fallback != nil {
		f.all(fallback.Children, marks)
	}
}

func (c *converter) decisionList(n *storageformat.Node) *Node {
	list := &Node{Type: "decisionList", Attrs: map[string]any{"localId": c.localID(n.Attr("local-id"))}}
	for _, item := range n.Children {
		if item.Name != "ac:adf-node" || item.Attr("type") != "decision-item" {
			continue
		}
		decided := &Node{Type: "decisionItem", Attrs: map[string]any{"localId": c.localID(item.Attr("local-id")), "state": "DECIDED"}}
		if body := item.Child("ac:adf-content"); body != nil {
			decided.Content = inlineOf(c.blocks(body.Children))
		}
		list.Content = append(list.Content, decided)
	}
	if len(list.Content) == 0 {
		return nil
	}
	return list
}
