package bigspace

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// macro is a macro in storage format: its schema, then names and values of its
// parameters. Quotes in a value stand as they are, as Confluence writes them.
func (w *writer) macro(name, schema string, parameters ...string) string {
	for i := 1; i < len(parameters); i += 2 {
		parameters[i] = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(parameters[i])
	}
	return w.written(name, schema, parameters...)
}

// written is macro with values that are XML already.
func (w *writer) written(name, schema string, parameters ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<ac:structured-macro ac:name="%s" ac:schema-version="%s" ac:macro-id="%08x-0000-4000-8000-%012x">`, name, schema, w.random.Uint32(), w.random.Uint64()>>16)
	for i := 0; i+1 < len(parameters); i += 2 {
		fmt.Fprintf(&b, `<ac:parameter ac:name="%s">%s</ac:parameter>`, parameters[i], parameters[i+1])
	}
	b.WriteString(`</ac:structured-macro>`)
	return b.String()
}

// list puts macros that list pages by their labels on some pages, in every form
// that they have been seen in.
func (w *writer) list() {
	var on []int
	for i := range w.pages {
		if p := &w.pages[i]; p.parent >= 0 && !p.draft && !p.archived {
			on = append(on, i)
		}
	}
	if len(on) == 0 {
		return
	}
	often := w.often()
	for n := range max(len(forms), w.Pages/400) {
		a, b, c := often[n%len(often)], often[(n+1)%len(often)], often[(n+2)%len(often)]
		p := &w.pages[pick(w, on)]
		p.lists = append(p.lists, forms[n%len(forms)](w, a, b, c))
	}
}

// often are labels that lists are made for, the most used first, with twins and
// retired ones among them.
func (w *writer) often() []string {
	uses := w.uses(slices.Collect(func(yield func(int) bool) {
		for i := range w.pages {
			if !yield(i) {
				return
			}
		}
	}))
	labels := slices.Sorted(maps.Keys(uses))
	slices.SortStableFunc(labels, func(a, b string) int { return uses[b] - uses[a] })
	labels = labels[:min(len(labels), 40)]
	at := 2
	for _, one := range slices.Concat(slices.Collect(maps.Keys(retired)), slices.Concat(slices.Collect(maps.Values(spelled))...)) {
		if uses[one] > 0 && !slices.Contains(labels, one) {
			labels = append(labels, one)
		}
	}
	twins := labels[min(len(labels), 40):]
	slices.Sort(twins)
	var out []string
	for i, label := range labels[:min(len(labels), 40)] {
		if out = append(out, label); i%at == 0 && i/at < len(twins) {
			out = append(out, twins[i/at])
		}
	}
	return out
}

// forms are the ways that a macro names labels.
var forms = []func(w *writer, a, b, c string) string{
	func(w *writer, a, _, _ string) string {
		return w.macro("contentbylabel", "4", "max", "20", "cql", `label = "`+a+`"`)
	},
	func(w *writer, a, _, _ string) string {
		return w.macro("contentbylabel", "4", "cql", `label = "`+a+`" and space = currentSpace()`)
	},
	func(w *writer, a, b, _ string) string {
		return w.macro("contentbylabel", "4", "cql", `label in ("`+a+`","`+b+`") and space = "`+Key+`" and type = page`)
	},
	func(w *writer, a, b, _ string) string {
		return w.macro("contentbylabel", "4", "cql", `label in ( '`+a+`' , `+b+` ) order by title`)
	},
	func(w *writer, a, _, _ string) string {
		return w.macro("contentbylabel", "4", "cql", `type = page AND Label = '`+a+`'`)
	},
	func(w *writer, a, _, _ string) string {
		return w.written("contentbylabel", "4", "cql", `label = &quot;`+html.EscapeString(a)+`&quot; and type = &quot;page&quot;`)
	},
	func(w *writer, a, b, _ string) string {
		return w.written("contentbylabel", "4", "cql", `label = &#39;`+html.EscapeString(a)+`&#39; or label=&#x22;`+html.EscapeString(b)+`&#x22;`)
	},
	func(w *writer, a, b, _ string) string {
		return w.macro("contentbylabel", "4", "cql", `label = `+a+` and label != "`+b+`"`)
	},
	func(w *writer, a, b, c string) string {
		return w.macro("contentbylabel", "4", "cql", `space = "`+Key+`" and label not in ("`+a+`", '`+b+`') and not label = `+c)
	},
	func(w *writer, a, b, c string) string {
		return w.macro("contentbylabel", "1", "labels", a+","+b+", "+c, "spaces", Key)
	},
	func(w *writer, a, b, c string) string {
		return w.macro("contentbylabel", "1", "labels", "+"+a+",-"+b+",+"+c, "operator", "AND")
	},
	func(w *writer, a, b, _ string) string { return w.macro("contentbylabel", "1", "label", a+" "+b) },
	func(w *writer, a, _, _ string) string {
		return w.macro("detailssummary", "3", "firstcolumn", "Title", "cql", `label = "`+a+`" and space = currentSpace()`)
	},
	func(w *writer, a, b, _ string) string { return w.macro("detailssummary", "2", "label", a+","+b) },
	func(w *writer, a, b, _ string) string {
		return w.macro("tasks-report-macro", "1", "spaces", Key, "labels", a+","+b, "isMissingRequiredParameters", "false")
	},
	func(w *writer, a, _, _ string) string {
		return w.macro("content-report-table", "1", "spaces", Key, "labels", a, "blueprintModuleCompleteKey", "")
	},
	func(w *writer, a, b, _ string) string {
		return w.macro("recently-updated", "1", "types", "page", "labels", a+", -"+b)
	},
	func(w *writer, a, _, _ string) string { return w.macro("blog-posts", "1", "max", "5", "labels", a) },
	func(w *writer, a, _, _ string) string { return w.macro("blog-posts", "1", "labels", "-"+a) },
	func(w *writer, a, _, _ string) string { return w.macro("attachments", "1", "labels", a) },
	func(w *writer, a, b, _ string) string { // another app's
		return w.macro("team-board", "1", "tags", a+","+b, "colour", "blue")
	},
	func(w *writer, _, _, _ string) string { // what no page has any more
		return w.macro("contentbylabel", "4", "cql", `label = "board-minutes-2016"`)
	},
}

// vocabulary is what the space has agreed on: little, and it retires some labels.
func vocabulary() json.RawMessage {
	type entry struct {
		Label       string   `json:"label"`
		Description string   `json:"description,omitempty"`
		Group       string   `json:"group,omitempty"`
		Synonyms    []string `json:"synonyms,omitempty"`
		Retired     bool     `json:"retired,omitempty"`
		Replacement string   `json:"replacement,omitempty"`
	}
	out := []entry{}
	for _, k := range kinds {
		out = append(out, entry{Label: k.label, Description: k.plural, Group: "type"})
	}
	for old, now := range sorted(retired) {
		out = append(out, entry{Label: old, Retired: true, Replacement: now})
	}
	raw, _ := json.Marshal(map[string]any{"labels": out, "mode": "advise"}) // texts always marshal
	return raw
}
