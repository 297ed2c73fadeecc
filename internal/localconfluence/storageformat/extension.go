package storageformat

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ForgeType is the extension-type of the macros of Forge apps.
const ForgeType = "com.atlassian.ecosystem"

// Extension is a macro of a Forge app. Source: pages of live sites whose storage
// format is published.
type Extension struct {
	Inline      bool
	Key         string         // APP/ENVIRONMENT/static/MODULE, the first two as UUIDs
	ID          string         // the macro's: the parameter local-id
	Title       string         // of the module
	Environment string         // DEVELOPMENT, STAGING or PRODUCTION
	Config      map[string]any // guest-params: what the app has saved; never nil
}

// Extension reads an ac:adf-extension. It reports false of what is no macro of a
// Forge app.
func (n *Node) Extension() (Extension, bool) {
	node := n.Child("ac:adf-node")
	if n.Name != "ac:adf-extension" || node == nil {
		return Extension{}, false
	}
	attributes := map[string]any{}
	for _, child := range node.Children {
		if child.Name == "ac:adf-attribute" {
			attributes[child.Attr("key")] = child.Value()
		}
	}
	parameters, _ := attributes["parameters"].(map[string]any)
	text := func(of map[string]any, name string) string { value, _ := of[name].(string); return value }
	e := Extension{
		Inline: node.Attr("type") == "inline-extension", Key: text(attributes, "extension-key"),
		ID: text(parameters, "localId"), Title: text(parameters, "extensionTitle"), Environment: text(parameters, "forgeEnvironment"),
	}
	if e.Config, _ = parameters["guestParams"].(map[string]any); e.Config == nil {
		e.Config = map[string]any{}
	}
	return e, text(attributes, "extension-type") == ForgeType
}

// Value reads what stands in an ac:adf-attribute, ac:adf-parameter or
// ac:adf-parameter-value: an object, a list, a boolean, a number or a text. Names
// are written with hyphens there and become what they were: guest-params is
// guestParams. A name with a hyphen or a capital at its beginning does not
// survive that, as in life.
func (n *Node) Value() any {
	object, list := map[string]any{}, []any(nil)
	for _, child := range n.Children {
		switch child.Name {
		case "ac:adf-parameter":
			object[camel(child.Attr("key"))] = child.Value()
		case "ac:adf-parameter-value":
			if list == nil {
				list = []any{}
			}
			if len(child.Children) > 0 {
				list = append(list, child.Value())
			}
		}
	}
	switch text := strings.TrimSpace(n.Plain()); {
	case len(object) > 0:
		return object
	case list != nil:
		return list
	case n.Attr("type") == "boolean":
		return text == "true"
	case n.Attr("type") == "integer" || n.Attr("type") == "number":
		number, _ := strconv.ParseFloat(text, 64)
		return number
	default:
		return text
	}
}

// Storage is the macro in storage format.
func (e Extension) Storage() string {
	kind, layout := "extension", "extension"
	if e.Inline {
		kind, layout = "inline-extension", "inlineExtension"
	}
	attribute := func(key, value string) string {
		return `<ac:adf-attribute key="` + key + `">` + value + `</ac:adf-attribute>`
	}
	text := html.EscapeString
	node := `<ac:adf-node type="` + kind + `">` +
		attribute("extension-key", text(e.Key)) + attribute("extension-type", ForgeType) +
		attribute("parameters", parameter("layout", layout)+parameter("guest-params", e.Config)+parameter("forge-environment", e.Environment)+
			parameter("render", "native")+parameter("local-id", e.ID)+parameter("extension-id", "ari:cloud:ecosystem::extension/"+e.Key)+parameter("extension-title", e.Title)) +
		attribute("text", text(e.Title)) + attribute("layout", "default") + attribute("local-id", text(e.ID)) +
		`</ac:adf-node>`
	return `<ac:adf-extension>` + node + `<ac:adf-fallback>` + node + `</ac:adf-fallback></ac:adf-extension>`
}

func parameter(key string, value any) string {
	kind := ""
	switch value.(type) {
	case bool:
		kind = ` type="boolean"`
	case float64, json.Number, int:
		kind = ` type="number"`
	}
	return `<ac:adf-parameter key="` + html.EscapeString(key) + `"` + kind + `>` + inner(value) + `</ac:adf-parameter>`
}

func inner(value any) string {
	var b strings.Builder
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(parameter(kebab(key), v[key]))
		}
	case []any:
		if len(v) == 0 {
			b.WriteString(`<ac:adf-parameter-value />`)
		}
		for _, one := range v {
			b.WriteString(`<ac:adf-parameter-value>` + inner(one) + `</ac:adf-parameter-value>`)
		}
	default:
		b.WriteString(html.EscapeString(fmt.Sprint(v)))
	}
	return b.String()
}

func kebab(name string) string {
	var b strings.Builder
	for _, c := range name {
		if unicode.IsUpper(c) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func camel(name string) string {
	var b strings.Builder
	up := false
	for _, c := range name {
		if up {
			c = unicode.ToUpper(c)
		}
		if up = c == '-'; !up {
			b.WriteRune(c)
		}
	}
	return b.String()
}
