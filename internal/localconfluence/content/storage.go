package content

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strings"

	"labelup/internal/localconfluence/storageformat"
)

// Macro is a macro without a body in a page.
type Macro struct {
	Name       string
	ID         string
	Parameters map[string]string

	start, end int // where it is in the storage format, in bytes
}

// Storage returns the macro in storage format.
func (m Macro) Storage() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<ac:structured-macro ac:name="%s" ac:schema-version="1" ac:macro-id="%s">`, html.EscapeString(m.Name), html.EscapeString(m.ID))
	for _, name := range slices.Sorted(maps.Keys(m.Parameters)) {
		fmt.Fprintf(&b, `<ac:parameter ac:name="%s">%s</ac:parameter>`, html.EscapeString(name), html.EscapeString(m.Parameters[name]))
	}
	b.WriteString(`</ac:structured-macro>`)
	return b.String()
}

// decoder reads storage format: XHTML with undeclared prefixes and HTML's
// entities.
func decoder(body string) *xml.Decoder {
	d := xml.NewDecoder(strings.NewReader(body))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	return d
}

// Macros returns the macros in a body, in their order, nested ones included. A
// body that is not well-formed yields those before the fault.
func Macros(body string) []Macro {
	var out []Macro
	var open []int // indexes into out
	var parameter string
	d := decoder(body)
	for {
		at := int(d.InputOffset())
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case isAC(t.Name, "structured-macro"):
				out = append(out, Macro{Name: attribute(t, "name"), ID: attribute(t, "macro-id"), Parameters: map[string]string{}, start: at})
				open = append(open, len(out)-1)
			case isAC(t.Name, "parameter"):
				parameter = attribute(t, "name")
				if len(open) > 0 {
					out[open[len(open)-1]].Parameters[parameter] = ""
				}
			}
		case xml.CharData:
			if parameter != "" && len(open) > 0 {
				out[open[len(open)-1]].Parameters[parameter] += string(t)
			}
		case xml.EndElement:
			switch {
			case isAC(t.Name, "parameter"):
				parameter = ""
			case isAC(t.Name, "structured-macro") && len(open) > 0:
				out[open[len(open)-1]].end = int(d.InputOffset())
				open = open[:len(open)-1]
			}
		}
	}
	for i := range out {
		if out[i].end == 0 {
			return out[:i]
		}
	}
	return withForge(out, body)
}

// withForge puts the macros of Forge apps among those of others.
func withForge(others []Macro, body string) []Macro {
	if !strings.Contains(body, storageformat.ForgeType) {
		return others
	}
	root, _ := storageformat.Parse(body) // see above
	root.Walk(func(n *storageformat.Node) {
		e, forge := n.Extension()
		if !forge {
			return
		}
		m := Macro{Name: e.Key, ID: e.ID, Parameters: map[string]string{}, start: n.Start, end: n.End}
		for name, value := range e.Config {
			m.Parameters[name] = fmt.Sprint(value)
		}
		others = append(others, m)
	})
	slices.SortStableFunc(others, func(a, b Macro) int { return a.start - b.start })
	return others
}

func isAC(n xml.Name, local string) bool { return n.Space == "ac" && n.Local == local }

func attribute(t xml.StartElement, local string) string {
	for _, a := range t.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// ReplaceMacros returns body with every outermost macro for which replace
// answers true put in place of. What replace returns is storage format.
func ReplaceMacros(body string, replace func(Macro) (string, bool)) string {
	var b strings.Builder
	at := 0
	for _, m := range Macros(body) {
		if m.start < at {
			continue // inside one that was replaced
		}
		if with, ok := replace(m); ok {
			b.WriteString(body[at:m.start])
			b.WriteString(with)
			at = m.end
		}
	}
	b.WriteString(body[at:])
	return b.String()
}

// CheckStorage reports whether body is well-formed storage format: XML but for
// undeclared prefixes and HTML's entities.
func CheckStorage(body string) error {
	d := xml.NewDecoder(strings.NewReader("<x>" + body + "</x>"))
	d.Entity = xml.HTMLEntity
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("content: storage format: %w", err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth == 0 && int(d.InputOffset()) != len("<x>")+len(body)+len("</x>") {
				return invalid("storage format ends before its end")
			}
		}
	}
}

// Text returns what a reader reads of a body: its text, one line a block,
// without macros' parameters.
func Text(body string) string {
	var b strings.Builder
	d := decoder(body)
	inParameter := false
	for {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			if isAC(t.Name, "parameter") || isAC(t.Name, "adf-attribute") {
				inParameter = true
			}
		case xml.EndElement:
			if isAC(t.Name, "parameter") || isAC(t.Name, "adf-attribute") {
				inParameter = false
			} else if t.Name.Space == "" && !inline[t.Name.Local] {
				b.WriteByte('\n')
			}
		case xml.CharData:
			if !inParameter {
				b.Write(t)
			}
		}
	}
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "code": true, "em": true, "i": true, "img": true, "s": true,
	"small": true, "span": true, "strong": true, "sub": true, "sup": true, "u": true,
}
