package adf

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// shape is what the document format allows of a node, after its description on
// developer.atlassian.com, as far as this package makes such nodes.
type shape struct {
	content  []string // types of the nodes in it; nil is none
	first    []string // types of the first one, where they differ
	least    int      // how many there are
	most     int      // 0: any number
	attrs    map[string]func(any) bool
	optional []string // attributes that may be missing
}

func words(s string) []string { return strings.Fields(s) }

var (
	inline  = words("text hardBreak mention emoji date placeholder status inlineCard inlineExtension")
	simple  = words("paragraph bulletList orderedList codeBlock mediaSingle")
	inPanel = append(words("heading rule decisionList taskList blockCard extension"), simple...)
	inBody  = append(words("table blockquote panel"), inPanel...)
	inWide  = append(words("bodiedExtension expand"), inBody...)
	inCell  = append(words("panel blockquote nestedExpand"), inPanel...)
	inNest  = append(words("heading taskList decisionList rule panel blockquote"), simple...)
)

func isText(v any) bool { _, ok := v.(string); return ok }

func isName(v any) bool { s, ok := v.(string); return ok && s != "" }

func isBool(v any) bool { _, ok := v.(bool); return ok }

func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

func between(least, most float64) func(any) bool {
	return func(v any) bool { n, ok := v.(float64); return ok && n >= least && n <= most }
}

func oneOf(values ...string) func(any) bool {
	return func(v any) bool { s, ok := v.(string); return ok && slices.Contains(values, s) }
}

func matching(expression string) func(any) bool {
	e := regexp.MustCompile(expression)
	return func(v any) bool { s, ok := v.(string); return ok && e.MatchString(s) }
}

type attrs = map[string]func(any) bool

var (
	macroAttrs = attrs{"extensionKey": isName, "extensionType": isName, "layout": oneOf("default"), "localId": isName, "parameters": isObject}
	cellAttrs  = attrs{"colspan": between(2, 1000), "rowspan": between(2, 1000)}
	cardAttrs  = attrs{"url": isName}
)

var shapes = map[string]shape{
	"doc":             {content: append(words("layoutSection"), inWide...)},
	"paragraph":       {content: inline},
	"heading":         {content: inline, attrs: attrs{"level": between(1, 6)}},
	"bulletList":      {content: words("listItem"), least: 1},
	"orderedList":     {content: words("listItem"), least: 1, attrs: attrs{"order": between(0, 1e18)}},
	"listItem":        {content: append(words("taskList extension"), simple...), first: words("paragraph codeBlock mediaSingle"), least: 1},
	"codeBlock":       {content: words("text"), attrs: attrs{"language": isName}, optional: words("language")},
	"blockquote":      {content: append(words("extension"), simple...), least: 1},
	"panel":           {content: inPanel, least: 1, attrs: attrs{"panelType": oneOf("info", "note", "tip", "warning", "error", "success", "custom")}},
	"rule":            {},
	"table":           {content: words("tableRow"), least: 1, attrs: attrs{"isNumberColumnEnabled": isBool, "layout": oneOf("default", "wide", "full-width"), "localId": isName}},
	"tableRow":        {content: words("tableCell tableHeader"), least: 1},
	"tableCell":       {content: inCell, least: 1, attrs: cellAttrs, optional: words("colspan rowspan")},
	"tableHeader":     {content: inCell, least: 1, attrs: cellAttrs, optional: words("colspan rowspan")},
	"expand":          {content: append(words("nestedExpand"), inBody...), least: 1, attrs: attrs{"title": isText}},
	"nestedExpand":    {content: inNest, least: 1, attrs: attrs{"title": isText}},
	"bodiedExtension": {content: inBody, least: 1, attrs: macroAttrs},
	"extension":       {attrs: macroAttrs},
	"inlineExtension": {attrs: attrs{"extensionKey": isName, "extensionType": isName, "localId": isName, "parameters": isObject}},
	"layoutSection":   {content: words("layoutColumn"), least: 2, most: 3},
	"layoutColumn":    {content: inWide, least: 1, attrs: attrs{"width": between(0, 100)}},
	"taskList":        {content: words("taskItem taskList"), first: words("taskItem"), least: 1, attrs: attrs{"localId": isName}},
	"taskItem":        {content: inline, attrs: attrs{"localId": isName, "state": oneOf("TODO", "DONE")}},
	"decisionList":    {content: words("decisionItem"), least: 1, attrs: attrs{"localId": isName}},
	"decisionItem":    {content: inline, attrs: attrs{"localId": isName, "state": oneOf("DECIDED")}},
	"blockCard":       {attrs: cardAttrs},
	"inlineCard":      {attrs: cardAttrs},
	"mediaSingle":     {content: words("caption"), first: words("media"), least: 1, most: 2, attrs: attrs{"layout": oneOf("center")}},
	"media":           {attrs: attrs{"type": oneOf("file", "external"), "id": isName, "collection": isName, "url": isName, "alt": isText}, optional: words("id collection url alt")},
	"caption":         {content: words("text"), least: 1},
	"hardBreak":       {},
	"mention":         {attrs: attrs{"id": isText, "text": isText}, optional: words("text")},
	"emoji":           {attrs: attrs{"shortName": isText, "id": isText, "text": isText}, optional: words("id text")},
	"date":            {attrs: attrs{"timestamp": matching("^-?[0-9]+$")}},
	"placeholder":     {attrs: attrs{"text": isText}},
	"status":          {attrs: attrs{"text": isName, "color": oneOf("neutral", "purple", "blue", "red", "yellow", "green"), "localId": isName, "style": isText}},
	"text":            {},
}

var markShapes = map[string]attrs{
	"strong": nil, "em": nil, "underline": nil, "strike": nil, "code": nil,
	"subsup": {"type": oneOf("sub", "sup")}, "textColor": {"color": matching("^#[0-9a-fA-F]{6}$")},
	"link": {"href": isName}, "annotation": {"id": isName, "annotationType": oneOf("inlineComment")},
}

// misshapen says what is wrong with a node or a node in it, or nil.
func misshapen(n map[string]any) error {
	kind, _ := n["type"].(string)
	s, known := shapes[kind]
	if !known {
		return fmt.Errorf("unknown node %q", kind)
	}
	fields := map[string][]string{"doc": {"type", "version", "content"}, "text": {"type", "text", "marks"}}[kind]
	if fields == nil {
		fields = []string{"type", "attrs", "content"}
	}
	for name := range n {
		if !slices.Contains(fields, name) {
			return fmt.Errorf("%s has %s", kind, name)
		}
	}
	if kind == "text" {
		return misshapenText(n)
	}
	if err := misshapenAttrs(n, s.attrs, s.optional); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	content, has := n["content"].([]any)
	if kind == "doc" && (!has || n["version"] != 1.0) {
		return errors.New("doc has no content or not version 1")
	}
	if len(content) < s.least || s.most > 0 && len(content) > s.most {
		return fmt.Errorf("%s holds %d nodes", kind, len(content))
	}
	for i, c := range content {
		child, _ := c.(map[string]any)
		allowed := s.content
		if i == 0 && s.first != nil {
			allowed = s.first
		}
		if t, _ := child["type"].(string); !slices.Contains(allowed, t) {
			return fmt.Errorf("%s in %s at %d", t, kind, i)
		}
		if child["marks"] != nil && (kind == "codeBlock" || kind == "caption") {
			return fmt.Errorf("marks in %s", kind)
		}
		if err := misshapen(child); err != nil {
			return err
		}
	}
	return nil
}

func misshapenText(n map[string]any) error {
	if !isName(n["text"]) {
		return errors.New("text without text")
	}
	marks, _ := n["marks"].([]any)
	var kinds []string
	for _, m := range marks {
		mark, _ := m.(map[string]any)
		kind, _ := mark["type"].(string)
		attrs, known := markShapes[kind]
		if !known || slices.Contains(kinds, kind) {
			return fmt.Errorf("mark %q is unknown or twice there", kind)
		}
		if err := misshapenAttrs(mark, attrs, nil); err != nil {
			return fmt.Errorf("mark %s: %w", kind, err)
		}
		kinds = append(kinds, kind)
	}
	if slices.Contains(kinds, "code") {
		for _, kind := range kinds {
			if kind != "code" && kind != "link" && kind != "annotation" {
				return fmt.Errorf("code and %s", kind)
			}
		}
	}
	return nil
}

func misshapenAttrs(n map[string]any, allowed attrs, optional []string) error {
	has, _ := n["attrs"].(map[string]any)
	for name, value := range has {
		if check := allowed[name]; check == nil || !check(value) {
			return fmt.Errorf("attribute %s is %v", name, value)
		}
	}
	for name := range allowed {
		if _, there := has[name]; !there && !slices.Contains(optional, name) {
			return fmt.Errorf("no attribute %s", name)
		}
	}
	if n["type"] == "media" && (has["type"] == "file") != (has["id"] != nil && has["collection"] != nil && has["url"] == nil) {
		return fmt.Errorf("media %v", has)
	}
	return nil
}
