package adf

import (
	"strings"

	"labelup/internal/localconfluence/storageformat"
)

// macroPanels are the panels that the macros of the older editor become.
var macroPanels = map[string]string{"info": "info", "tip": "success", "note": "warning", "warning": "error", "panel": "custom"}

// panelTypes are those of the newer editor.
var panelTypes = map[string]string{"info": "info", "note": "note", "tip": "tip", "success": "success", "warning": "warning", "error": "error", "custom": "custom"}

var statusColours = map[string]string{"purple": "purple", "blue": "blue", "red": "red", "yellow": "yellow", "green": "green"}

func (f *flow) macro(n *storageformat.Node, marks []Mark) {
	name, parameters := n.Attr("ac:name"), n.Parameters()
	var body []*storageformat.Node
	rich := n.Child("ac:rich-text-body")
	if rich != nil {
		body = rich.Children
	}
	plain := n.Child("ac:plain-text-body")
	switch kind := macroPanels[name]; {
	case name == "":
		f.all(body, marks)
	case kind != "":
		f.panel(kind, parameters["title"], body)
	case name == "code" || name == "noformat":
		f.block(codeBlock(plain.Plain(), parameters["language"]))
	case name == "expand":
		f.block(&Node{Type: "expand", Attrs: map[string]any{"title": parameters["title"]}, Content: orEmpty(fit("expand", f.blocks(body)))})
	case name == "status":
		f.status(parameters)
	case rich != nil:
		attrs := f.extensionAttrs(n, name, parameters)
		attrs["layout"] = "default"
		f.block(&Node{Type: "bodiedExtension", Attrs: attrs, Content: orEmpty(fit("bodiedExtension", f.blocks(body)))})
	case plain == nil && (f.in != nil || len(f.line) > 0):
		f.add(&Node{Type: "inlineExtension", Attrs: f.extensionAttrs(n, name, parameters)})
	default:
		if plain != nil {
			parameters["__bodyContent"] = plain.Plain()
		}
		attrs := f.extensionAttrs(n, name, parameters)
		attrs["layout"] = "default"
		f.block(&Node{Type: "extension", Attrs: attrs})
	}
}

// panel writes a panel. Its title, which the format has no place for, is its
// first line.
func (f *flow) panel(kind, title string, body []*storageformat.Node) {
	if kind == "" {
		kind = "info"
	}
	content := fit("panel", f.blocks(body))
	if title != "" {
		content = append([]*Node{paragraph(text(title, Mark{Type: "strong"}))}, content...)
	}
	f.block(&Node{Type: "panel", Attrs: map[string]any{"panelType": kind}, Content: orEmpty(content)})
}

func (f *flow) status(parameters map[string]string) {
	if parameters["title"] == "" {
		return
	}
	color := statusColours[strings.ToLower(parameters["colour"])]
	if color == "" {
		color = "neutral"
	}
	f.add(&Node{Type: "status", Attrs: map[string]any{"text": parameters["title"], "color": color, "localId": f.localID(""), "style": ""}})
}

// forge writes a macro of a Forge app.
func (f *flow) forge(n *storageformat.Node, e storageformat.Extension) {
	var parameters any
	for _, child := range n.Children {
		if child.Name == "ac:adf-attribute" && child.Attr("key") == "parameters" {
			parameters = child.Value()
		}
	}
	attrs := map[string]any{
		"extensionType": storageformat.ForgeType, "extensionKey": e.Key, "parameters": parameters, "text": e.Title, "localId": f.localID(e.ID),
	}
	if e.Inline {
		f.add(&Node{Type: "inlineExtension", Attrs: attrs})
		return
	}
	attrs["layout"] = "default"
	f.block(&Node{Type: "extension", Attrs: attrs})
}

// extensionAttrs describe a macro as Confluence does: a macro's id is the
// extension's local id.
func (c *converter) extensionAttrs(n *storageformat.Node, name string, parameters map[string]string) map[string]any {
	values := map[string]any{}
	for key, value := range parameters {
		values[key] = map[string]any{"value": value}
	}
	id := c.localID(n.Attr("ac:macro-id"))
	return map[string]any{
		"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": name, "localId": id,
		"parameters": map[string]any{
			"macroParams": values,
			"macroMetadata": map[string]any{
				"macroId": map[string]any{"value": id}, "schemaVersion": map[string]any{"value": "1"}, "title": name,
			},
		},
	}
}
