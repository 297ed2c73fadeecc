package forgehost

import (
	"context"
	"slices"
	"strings"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/hostpage"
)

var _ hostpage.Host = (*Host)(nil)

const notice = "An emulator plays Forge on this page. It is not Atlassian's, and what it leaves open only a live site can say: docs/local-confluence.md."

// App describes the app as the site's pages show it.
func (h *Host) App(context.Context) (*hostpage.App, error) {
	out := &hostpage.App{
		Script: "forge", Key: h.manifest.App.ID, Name: "Label UP", Origin: h.Origin, Licensed: true,
		Extension: h.ExtensionOf(), Environment: environmentType, Successor: !h.Behaviour().ConnectMacrosUnknown, Notice: notice,
	}
	if len(h.manifest.Remotes) > 0 {
		out.Reach = []string{h.Service}
	}
	for _, m := range h.manifest.Modules.Macro {
		shown := hostpage.Macro{Key: m.Key, Name: h.text(m.Title), Description: h.text(m.Description), IconURL: h.icon(m.Icon), Inline: m.Layout == "inline", Height: viewport[m.ViewportSize].height}
		if c := m.Config; c != nil {
			size := viewport[c.ViewportSize]
			shown.Editor = &hostpage.MacroEditor{
				OnInsert: c.OpenOnInsert == nil || *c.OpenOnInsert, InsertTitle: h.text(c.Title), EditTitle: h.text(c.Title), Width: size.width, Height: size.height,
			}
		}
		out.Macros = append(out.Macros, shown)
	}
	for _, m := range h.manifest.Modules.Byline {
		size, target := viewport[m.ViewportSize], "dialog"
		if m.ViewportContainer == "popup" {
			target = "inlinedialog"
		}
		out.Byline = append(out.Byline, hostpage.BylineItem{
			Key: m.Key, Name: h.text(m.Title), Tooltip: h.text(m.Tooltip), IconURL: h.icon(m.Icon), Target: target, Width: size.width, Height: size.height,
		})
	}
	for _, m := range h.manifest.Modules.SpacePage {
		out.SpacePages = append(out.SpacePages, hostpage.SpacePage{
			Key: m.Key, Name: h.text(m.Title), Path: h.spacePath(m), ForAnonymous: slices.Contains(m.UnlicensedAccess, "anonymous"),
		})
	}
	return out, nil
}

// spacePath is where a page in a space is, below the space.
func (h *Host) spacePath(m spaceModule) string { return "apps/" + h.ExtensionOf() + "/" + m.Route }

// viewport is how large the sizes of the documentation are. Without one, the
// width is the place's and the height that of the content.
var viewport = map[string]struct{ width, height string }{
	"small": {"400px", "320px"}, "medium": {"600px", "520px"}, "large": {"800px", "720px"}, "xlarge": {"968px", "90vh"},
}

// AdminPages lists the app's pages among the settings of the site.
func (h *Host) AdminPages(_ context.Context, viewer string) ([]hostpage.AdminPage, error) {
	if !h.administers(viewer) {
		return nil, nil
	}
	var out []hostpage.AdminPage
	for _, m := range h.manifest.Modules.GlobalSettings {
		out = append(out, hostpage.AdminPage{App: h.appUUID(), Key: m.Key, Name: h.text(m.Title)})
	}
	return out, nil
}

func (h *Host) administers(viewer string) bool {
	u, known := h.Site.Store.User(viewer)
	return known && u.Role == content.Admin
}

// ExportMacro says that a function of the app's would be run here: none is.
func (h *Host) ExportMacro(context.Context, string, hostpage.ModuleUse) (string, error) {
	return "<p><em>In an export, a function of the app says what stands here. The local Confluence does not run it.</em></p>", nil
}

// text is a text in the language that others fall back to.
func (h *Host) text(t text) string {
	if t.Key == "" {
		return t.Plain
	}
	language, _ := h.manifest.Translations.Fallback["default"].(string)
	if found := translated(h.texts[language], t.Key); found != "" {
		return found
	}
	return t.Key
}

// icon is the address of an icon, which the manifest names by resource and file,
// or in full.
func (h *Host) icon(name string) string {
	of, isResource := strings.CutPrefix(name, "resource:")
	if !isResource {
		return name
	}
	resource, file, _ := strings.Cut(of, ";")
	return h.resourceURL(resource) + strings.TrimPrefix(file, "/")
}
