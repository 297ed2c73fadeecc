package connecthost

import (
	"slices"
	"strings"

	"labelup/internal/localconfluence/hostpage"
)

// Shown describes the app as the web pages show it, or nil where it is not
// installed and enabled.
func (x *Site) Shown() *hostpage.App {
	app, err := x.Working()
	if err != nil {
		return nil
	}
	d := app.Descriptor
	absolute := func(u string) string {
		if u == "" || strings.Contains(u, "://") {
			return u
		}
		return d.BaseURL + u
	}
	origin := d.BaseURL
	if scheme, rest, ok := strings.Cut(d.BaseURL, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		origin = scheme + "://" + host
	}
	out := &hostpage.App{Script: "connect", Key: d.Key, Name: d.Name, Origin: origin, Licensed: app.Licence == "active"}
	for _, m := range d.Modules.DynamicContentMacros {
		shown := hostpage.Macro{
			Key: m.Key, Name: m.Name.Value, Description: m.Description.Value, IconURL: absolute(m.Icon.URL),
			Inline: m.OutputType == "inline", Width: m.Width, Height: m.Height,
		}
		for _, p := range m.Parameters {
			shown.Parameters = append(shown.Parameters, hostpage.MacroParameter{
				Identifier: p.Identifier, Name: p.Name.Value, Description: p.Description.Value, Type: p.Type,
				Values: slices.Clone(p.Values), Default: p.DefaultValue, Required: p.Required,
			})
		}
		if m.Editor != nil {
			shown.Editor = &hostpage.MacroEditor{OnInsert: true, InsertTitle: m.Editor.InsertTitle.Value, EditTitle: m.Editor.EditTitle.Value, Width: m.Editor.Width, Height: m.Editor.Height}
		}
		out.Macros = append(out.Macros, shown)
	}
	for _, m := range d.Modules.ContentBylineItems {
		out.Byline = append(out.Byline, hostpage.BylineItem{
			Key: m.Key, Name: m.Name.Value, Tooltip: m.Tooltip.Value, IconURL: absolute(m.Icon.URL), Target: m.Target.Type, Width: m.Target.Options.Width,
		})
	}
	return out
}

// AdminPages lists the app's pages for administrators, in the order to show.
func (x *Site) AdminPages() []hostpage.AdminPage {
	app, err := x.Working()
	if err != nil {
		return nil
	}
	var out []hostpage.AdminPage
	for _, m := range app.Descriptor.Modules.AdminPages {
		out = append(out, hostpage.AdminPage{App: app.Descriptor.Key, Key: m.Key, Name: m.Name.Value})
	}
	return out
}

// ForAdmins reports whether a module is a page for administrators.
func (x *Site) ForAdmins(module string) bool {
	return slices.ContainsFunc(x.AdminPages(), func(p hostpage.AdminPage) bool { return p.Key == module })
}
