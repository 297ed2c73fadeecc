package hostpage

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

// The editor works on storage format in the browser and asks this file to
// place, replace and remove macros in it, so that there is one reader of
// storage format. Nothing is saved before Publish or Save draft.

func (v *visit) edit() error {
	page, err := v.source.Page(v.r.Context(), v.viewer.AccountID, v.r.PathValue("id"), 0)
	if err != nil {
		return err
	}
	if !page.MayEdit {
		return ErrForbidden
	}
	app, err := v.app()
	if err != nil {
		return err
	}
	f, err := v.inSpace(frame{Title: "Edit " + page.Title, Current: page.ID}, page.SpaceKey)
	if err != nil {
		return err
	}
	data := v.bridge(page, app, 0)
	data.Editing = true
	f.Content = struct {
		Page
		App *App
	}{page, app}
	return v.show("edit", f.with(app, data))
}

func (v *visit) createDraft() error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	draft, err := v.source.CreateDraft(v.r.Context(), v.viewer.AccountID, v.r.PostForm.Get("space"), v.r.PostForm.Get("parent"))
	if err != nil {
		return err
	}
	return v.redirect("/wiki/pages/" + draft.ID + "/edit")
}

func (v *visit) copy() error {
	made, err := v.source.Copy(v.r.Context(), v.viewer.AccountID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.redirect(link(made))
}

func (v *visit) save() (any, error) {
	var body struct {
		Title, Storage, Message string
		BaseVersion             int
		Publish                 bool
	}
	if err := v.readJSON(&body); err != nil {
		return nil, err
	}
	if title := strings.TrimSpace(body.Title); title == "" || len(title) > 255 {
		return nil, ErrBadRequest
	}
	if len(body.Storage) > maxStorage {
		return nil, ErrTooLarge
	}
	saved, err := v.source.Save(v.r.Context(), v.viewer.AccountID, Edit{
		ID: v.r.PathValue("id"), Title: strings.TrimSpace(body.Title), Storage: body.Storage, Message: body.Message,
		BaseVersion: body.BaseVersion, Publish: body.Publish,
	})
	if err != nil {
		return nil, err
	}
	return map[string]string{"location": link(saved)}, nil
}

// draft is a page in the editor, as the browser sends it.
type draft struct {
	PageID   string            `json:"pageId"`
	SpaceKey string            `json:"spaceKey"`
	Storage  string            `json:"storage"`
	Output   string            `json:"output"` // edit: macros as cards; preview: as iframes
	Index    int               `json:"index"`  // of the macro; -1 inserts
	At       int               `json:"at"`     // byte offset to insert at
	Key      string            `json:"key"`
	Params   map[string]string `json:"params"`
	Config   json.RawMessage   `json:"config"` // of a macro of Forge
}

func (v *visit) renderDraft() (any, error) {
	var d draft
	if err := v.readJSON(&d); err != nil {
		return nil, err
	}
	app, err := v.hosted.Host.App(v.r.Context())
	if err != nil {
		return nil, err
	}
	macros := []MacroInstance{}
	as := mount(app, d.PageID, 0, "preview")
	if d.Output == "edit" {
		as = func(m MacroInstance) (template.HTML, bool) {
			macro := app.of(m)
			if macro == nil {
				return "", false
			}
			macros = append(macros, m)
			return card(macro, m), true
		}
	}
	return map[string]any{"html": render(d.Storage, d.SpaceKey, as), "macros": macros}, nil
}

var cardTemplate = template.Must(template.New("card").Parse(
	`<div class="macro-card" data-index="{{.M.Index}}" data-macro-id="{{.M.ID}}">{{if .Macro.IconURL}}<img src="{{.Macro.IconURL}}" alt="" width="24" height="24">{{end}}` +
		`<span class="macro-card-text"><strong>{{.Macro.Name}}</strong><span class="macro-card-params">{{range $name, $value := .M.Params}}{{$name}} = {{$value}} {{end}}{{range $name, $value := .M.Config}}{{$name}} = {{$value}} {{end}}</span></span>` +
		`<button type="button" class="button" data-do="edit" aria-label="Edit macro {{.Macro.Name}}">Edit</button>` +
		`<button type="button" class="button" data-do="remove" aria-label="Remove macro {{.Macro.Name}}">Remove</button></div>`))

// card shows a macro in the editor.
func card(macro *Macro, m MacroInstance) template.HTML {
	var out strings.Builder
	if err := cardTemplate.Execute(&out, struct {
		Macro *Macro
		M     MacroInstance
	}{macro, m}); err != nil {
		return `<div class="macro-unknown">Macro</div>`
	}
	return template.HTML(out.String()) // a template's output
}

func (v *visit) placeMacro() (any, error) {
	var d draft
	if err := v.readJSON(&d); err != nil {
		return nil, err
	}
	app, err := v.hosted.Host.App(v.r.Context())
	if err != nil {
		return nil, err
	}
	if app.macro(d.Key) == nil {
		return nil, ErrNotFound
	}
	m := MacroInstance{Key: d.Key, Params: d.Params}
	if app.Extension != "" {
		m.Params = nil
		if m.Config, err = readConfig(d.Config); err != nil {
			return nil, err
		}
	}
	storage, macro, err := placeMacro(d.Storage, d.Index, d.At, app, m)
	if err != nil {
		return nil, err
	}
	return map[string]any{"storage": storage, "macro": macro}, nil
}

func (v *visit) removeMacro() (any, error) {
	var d draft
	if err := v.readJSON(&d); err != nil {
		return nil, err
	}
	storage, err := removeMacro(d.Storage, d.Index)
	if err != nil {
		return nil, err
	}
	return map[string]string{"storage": storage}, nil
}

// readConfig reads what a Forge app saves in a macro, an object, within the
// limits that Forge documents: no null, and no list in a list or of mixed types.
// Nothing is an empty one.
func readConfig(raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 {
		return map[string]any{}, nil
	}
	var config map[string]any
	if err := json.Unmarshal(raw, &config); err != nil || config == nil || !storable(config, false) {
		return nil, ErrBadRequest
	}
	return config, nil
}

func storable(value any, inList bool) bool {
	switch v := value.(type) {
	case string, float64, bool:
		return true
	case []any:
		for _, one := range v {
			if inList || !storable(one, true) || fmt.Sprintf("%T", one) != fmt.Sprintf("%T", v[0]) {
				return false
			}
		}
		return !inList
	case map[string]any:
		for _, one := range v {
			if !storable(one, false) {
				return false
			}
		}
		return true
	}
	return false // null
}
