package forgehost

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/hostpage"
)

// unidentified is the account id of who is not signed in.
const unidentified = "unidentified"

// Answer answers the script of the site's pages: frame is what it needs to show a
// module, invoke and remote are calls of the app's service, unplayed an operation
// of the bridge that it does not know.
func (h *Host) Answer(ctx context.Context, viewer string, ask hostpage.Ask) (any, error) {
	switch ask.What {
	case "frame":
		return h.frame(viewer, ask)
	case "invoke":
		var call Call
		if err := json.Unmarshal(ask.Payload, &call); err != nil {
			return nil, fmt.Errorf("%w: %w", hostpage.ErrBadRequest, err)
		}
		return h.Invoke(ctx, viewer, ask, call, Variation{})
	case "remote":
		var call RemoteCall
		if err := json.Unmarshal(ask.Payload, &call); err != nil {
			return nil, fmt.Errorf("%w: %w", hostpage.ErrBadRequest, err)
		}
		return h.Remote(viewer, ask, call, Variation{})
	case "unplayed":
		var what string
		if err := json.Unmarshal(ask.Payload, &what); err != nil || len(what) > 200 {
			return nil, hostpage.ErrBadRequest
		}
		h.Unplayed("the bridge's " + what)
		return map[string]bool{"ok": true}, nil
	}
	return nil, hostpage.ErrNotFound
}

// frame says where a module's page is and what getContext answers in it.
func (h *Host) frame(viewer string, ask hostpage.Ask) (any, error) {
	m, place, err := h.target(viewer, ask.Use)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"url":     h.resourceURL(m.Resource),
		"context": h.context(viewer, ask, m, place),
		"height":  viewport[m.ViewportSize].height,
		// What the bridge's calls of Confluence say they are for.
		"app": h.manifest.App.ID, "anonymousFails": viewer == "" && h.Behaviour().AnonymousFails,
	}, nil
}

// place is what an iframe is about: a content, a space, or nothing.
type place struct {
	content *content.Content
	space   *content.Space
}

// target finds the module and what an iframe of it is about, as far as the viewer
// may see it.
func (h *Host) target(viewer string, use hostpage.ModuleUse) (m found, about place, err error) {
	m, known := h.manifest.find(use.Module, use.Part == hostpage.PartEditor)
	switch {
	case !known:
		return m, place{}, hostpage.ErrNotFound
	case m.kind == "confluence:globalSettings" && !h.administers(viewer):
		return m, place{}, hostpage.ErrForbidden
	case viewer == "" && !slices.Contains(m.UnlicensedAccess, "anonymous"):
		return m, place{}, hostpage.ErrForbidden
	case m.kind == spacePage:
		sp, err := h.Site.Store.Space(viewer, use.SpaceKey)
		if err != nil {
			return m, place{}, fmt.Errorf("%w: %w", hostpage.ErrNotFound, err)
		}
		return m, place{space: &sp}, nil
	case use.PageID == "":
		return m, place{}, nil
	}
	c, err := h.Site.Store.Content(viewer, use.PageID)
	if err != nil {
		return m, place{}, fmt.Errorf("%w: %w", hostpage.ErrNotFound, err)
	}
	return m, place{content: &c}, nil
}

// context is what getContext answers. The browser can change it, so it proves
// nothing to anybody.
func (h *Host) context(viewer string, ask hostpage.Ask, m found, about place) map[string]any {
	zone := "UTC"
	if u, known := h.Site.Store.User(viewer); known && u.TimeZone != "" {
		zone = u.TimeZone
	}
	if viewer == "" {
		viewer = unidentified
	}
	out := map[string]any{
		"accountId": viewer, "cloudId": h.Site.CloudID, "localId": h.localID(ask.Use), "moduleKey": m.Key, "siteUrl": h.Site.Origin,
		"locale": ask.Locale, "timezone": zone, "environmentId": environmentID, "environmentType": environmentType, "appVersion": appVersion,
		"extension": h.extension(ask.Use, m, about),
	}
	return out
}

func (h *Host) localID(use hostpage.ModuleUse) string {
	if use.MacroID != "" {
		return use.MacroID
	}
	return "ari:cloud:ecosystem::extension/" + h.ExtensionOf() + "/static/" + use.Module
}

// extension is the part of the context about the place of the module. Forge signs
// it for the app's own service.
func (h *Host) extension(use hostpage.ModuleUse, m found, about place) map[string]any {
	out := map[string]any{"type": m.kind}
	if c := about.content; c != nil {
		out["content"] = map[string]any{"id": c.ID, "type": c.Type, "subtype": nil}
		out["space"] = map[string]any{"id": c.SpaceID, "key": h.Site.Store.SpaceKey(c.SpaceID)}
		out["location"] = h.Site.BaseURL + h.Site.Store.WebUI(*c)
	}
	if sp := about.space; sp != nil {
		out["space"] = map[string]any{"id": sp.ID, "key": sp.Key}
		at := slices.IndexFunc(h.manifest.Modules.SpacePage, func(one spaceModule) bool { return one.Key == m.Key })
		out["location"] = h.Site.BaseURL + "/spaces/" + sp.Key + "/" + h.spacePath(h.manifest.Modules.SpacePage[at])
	}
	if m.kind != "macro" {
		return out
	}
	out["isEditing"] = m.config || use.Output == "preview"
	out["references"] = []any{}
	out["macro"] = map[string]any{"isConfiguring": m.config, "isInserting": m.config && use.MacroID == ""}
	config := use.Config
	if config == nil {
		// A macro that a Connect app put in: its parameters are texts, and its id
		// stands beside those of Forge's.
		config = map[string]any{}
		for name, value := range use.Params {
			config[name] = value
		}
		if use.MacroID != "" {
			out["connectMetadata"] = map[string]any{"macroId": use.MacroID}
		}
	}
	out["config"] = config
	return out
}
