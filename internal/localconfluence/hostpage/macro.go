package hostpage

import (
	"crypto/rand"
	"fmt"
	"html"
	"sort"
	"strings"

	"labelup/internal/localconfluence/storageformat"
)

const maxMacroParams = 50

// placeMacro writes a macro of the app into storage format and returns the
// result with the macro as it now stands there. index says which macro to
// replace; -1 inserts a new one behind the top-level block that the byte offset
// at is in. Everything else in the storage stays byte for byte as it was. A macro
// of Connect that is saved in a Forge app's editor becomes one of that.
func placeMacro(storage string, index, at int, app *App, m MacroInstance) (string, MacroInstance, error) {
	root, err := parseStorage(storage)
	if err != nil {
		return "", MacroInstance{}, fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	if len(m.Params) > maxMacroParams {
		return "", MacroInstance{}, ErrTooLarge
	}
	m.Extension = app.Extension
	from := blockEnd(root, at)
	to := from
	if index >= 0 {
		n := macroAt(root, index)
		if n == nil || app.of(macroOf(n, index)) == nil || macroOf(n, index).Key != m.Key {
			return "", MacroInstance{}, ErrConflict
		}
		m.ID, from, to = macroOf(n, index).ID, n.Start, n.End
	}
	if m.Index = index; index < 0 {
		m.Index = 0
		root.Walk(func(n *storageformat.Node) {
			if isMacro(n) && n.Start < from {
				m.Index++
			}
		})
	}
	if m.ID == "" {
		m.ID = newMacroID()
	}
	return storage[:from] + m.storage(app) + storage[to:], m, nil
}

// removeMacro takes a macro out of storage format.
func removeMacro(storage string, index int) (string, error) {
	root, err := parseStorage(storage)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	n := macroAt(root, index)
	if n == nil {
		return "", ErrConflict
	}
	return storage[:n.Start] + storage[n.End:], nil
}

func macroAt(root *storageformat.Node, index int) *storageformat.Node {
	var found *storageformat.Node
	root.Walk(func(n *storageformat.Node) {
		if isMacro(n) {
			if index == 0 {
				found = n
			}
			index--
		}
	})
	return found
}

// blockEnd is the end of the top-level element that contains the offset, or
// the offset's own place between two of them.
func blockEnd(root *storageformat.Node, at int) int {
	at = max(0, min(at, root.End))
	for _, n := range root.Children {
		if n.Name != "" && n.Start < at && at < n.End {
			return n.End
		}
	}
	// Between elements there may be text; behind the last element that ends
	// before the offset is a place where no text or tag is cut.
	end := 0
	for _, n := range root.Children {
		if n.Name != "" && n.End <= at {
			end = n.End
		}
	}
	return end
}

func (m MacroInstance) storage(app *App) string {
	if macro := app.macro(m.Key); m.Extension != "" && macro != nil {
		return storageformat.Extension{
			Inline: macro.Inline, Key: m.Extension + "/static/" + m.Key, ID: m.ID, Title: macro.Name, Environment: app.Environment, Config: m.Config,
		}.Storage()
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<ac:structured-macro ac:name="%s" ac:schema-version="1" ac:macro-id="%s">`, html.EscapeString(m.Key), html.EscapeString(m.ID))
	names := make([]string, 0, len(m.Params))
	for name := range m.Params {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if m.Params[name] != "" {
			fmt.Fprintf(&b, `<ac:parameter ac:name="%s">%s</ac:parameter>`, html.EscapeString(name), html.EscapeString(m.Params[name]))
		}
	}
	b.WriteString("</ac:structured-macro>")
	return b.String()
}

// newMacroID makes a UUID of version 4, which is what Confluence gives macros.
func newMacroID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
