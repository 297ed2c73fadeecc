package hostpage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// frame is what every page shows around its content.
type frame struct {
	Title   string
	Viewer  User
	Users   []User
	Locale  string
	Locales []string
	Theme   string
	Here    string // path and query of this page, to come back to
	Space   *Space
	Tree    []*branch
	Current string // id of the page that is shown
	Query   string // what was searched for
	Admin   []AdminPage
	Apps    []SpacePage // of the space
	Hosts   []Hosted
	Host    string // name of the one that is chosen
	Notice  string // see App
	Script  string // see App
	Data    any    // for the scripts
	Content any
}

// branch is a page of the tree with those below it.
type branch struct {
	PageRef
	Open     bool // on the way to the page that is shown
	Children []*branch
}

// bridgeData is what the host side of the bridge needs to know.
type bridgeData struct {
	Page    *bridgePage `json:"page"`
	App     *App        `json:"app"`
	Viewer  bridgeUser  `json:"viewer"`
	Locale  string      `json:"locale"`
	Editing bool        `json:"editing"`
}

type bridgePage struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   string `json:"status"`
	Version  int    `json:"version"`
	Shown    int    `json:"shown"` // the version asked for; 0 is the current one
	SpaceID  string `json:"spaceId"`
	SpaceKey string `json:"spaceKey"`
}

type bridgeUser struct {
	AccountID string `json:"accountId,omitempty"`
	TimeZone  string `json:"timeZone"`
}

func parseTemplates() map[string]*template.Template {
	functions := template.FuncMap{
		"link": link, "date": func(t time.Time) string { return t.Format("2 Jan 2006") },
		"initials": initials, "hue": hue, "labelLink": labelLink, "isBlog": func(p PageRef) bool { return p.Type == "blogpost" },
		"at": func(b *branch, current string) any {
			return struct {
				Branch  *branch
				Current string
			}{b, current}
		},
	}
	base := template.Must(template.New("frame.html").Funcs(functions).ParseFS(templateFiles, "templates/frame.html", "templates/parts.html"))
	parsed := map[string]*template.Template{}
	for _, name := range []string{"dashboard", "space", "view", "list", "history", "edit", "admin", "error"} {
		parsed[name] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	parsed["export"] = template.Must(template.New("export.html").Funcs(functions).ParseFS(templateFiles, "templates/export.html"))
	return parsed
}

// link is the path a page is viewed at.
func link(p PageRef) string {
	kind := "pages"
	if p.Type == "blogpost" {
		kind = "blog"
	}
	to := "/wiki/spaces/" + url.PathEscape(p.SpaceKey) + "/" + kind + "/" + url.PathEscape(p.ID)
	if s := slug(p.Title); s != "" {
		to += "/" + s
	}
	return to
}

func labelLink(name string) string { return "/wiki/label/" + url.PathEscape(name) }

// slug makes the readable end of a page's path; nothing depends on it.
func slug(title string) string {
	words := strings.FieldsFunc(title, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	joined := []rune(strings.Join(words, "+"))
	return url.PathEscape(strings.TrimRight(string(joined[:min(len(joined), 80)]), "+"))
}

func initials(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		if i == 2 {
			break
		}
		b.WriteString(strings.ToUpper(string([]rune(word)[:1])))
	}
	return cmp.Or(b.String(), "?")
}

// hue gives each name one of the avatar colours of the style sheet.
func hue(name string) int {
	sum := 0
	for _, c := range name {
		sum += int(c)
	}
	return sum % 6
}

// show writes a page of the named template.
func (v *visit) show(name string, f frame) error {
	f.Viewer, f.Users, f.Locale, f.Locales, f.Theme = v.viewer, v.users, v.locale, locales, v.theme
	f.Hosts, f.Host = v.hosts, v.hosted.Name
	if pages, err := v.hosted.Host.AdminPages(v.r.Context(), v.viewer.AccountID); err == nil {
		f.Admin = pages // without them the menu is only shorter
	}
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		f.Here = v.r.URL.RequestURI()
	} else {
		f.Here = "/wiki/"
	}
	var out bytes.Buffer
	if err := v.templates[name].Execute(&out, f); err != nil {
		return fmt.Errorf("template %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.WriteHeader(cmp.Or(v.status, http.StatusOK))
	_, _ = v.w.Write(out.Bytes()) // the reader may have gone
	return nil
}

// inSpace puts the page into its space: name and tree at the side.
func (v *visit) inSpace(f frame, key string) (frame, error) {
	space, err := v.findSpace(key)
	if err != nil {
		return f, err
	}
	f.Space = space
	pages, err := v.source.Tree(v.r.Context(), v.viewer.AccountID, key)
	if err != nil {
		return f, err
	}
	f.Tree = grow(pages, f.Current)
	app, err := v.hosted.Host.App(v.r.Context())
	if err != nil || app == nil {
		return f, err
	}
	for _, p := range app.SpacePages {
		if v.viewer.AccountID != "" || p.ForAnonymous {
			f.Apps = append(f.Apps, p)
		}
	}
	return f, nil
}

// grow makes a tree of a list in which parents come before their children. A
// page whose parent the viewer may not see stands at the top.
func grow(pages []TreePage, current string) []*branch {
	var top []*branch
	known := make(map[string]*branch, len(pages))
	parent := make(map[string]string, len(pages))
	for _, p := range pages {
		b := &branch{PageRef: p.PageRef}
		known[p.ID] = b
		if above := known[p.ParentID]; above != nil && above != b {
			above.Children = append(above.Children, b)
			parent[p.ID] = p.ParentID
		} else {
			top = append(top, b)
		}
	}
	for id, steps := current, 0; known[id] != nil && steps < len(pages); id, steps = parent[id], steps+1 {
		known[id].Open = true
	}
	if len(top) == 1 {
		top[0].Open = true
	}
	return top
}

func (v *visit) findSpace(key string) (*Space, error) {
	spaces, err := v.source.Spaces(v.r.Context(), v.viewer.AccountID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(spaces, func(s Space) bool { return s.Key == key })
	if i < 0 {
		return nil, ErrNotFound
	}
	return &spaces[i], nil
}

func (v *visit) dashboard() error {
	spaces, err := v.source.Spaces(v.r.Context(), v.viewer.AccountID)
	if err != nil {
		return err
	}
	if len(spaces) == 1 && v.r.URL.Path == "/wiki/" {
		return v.redirect("/wiki/spaces/" + url.PathEscape(spaces[0].Key))
	}
	return v.show("dashboard", frame{Title: "Spaces", Content: spaces})
}

// space shows a space's home page where it has one.
func (v *visit) space() error {
	space, err := v.findSpace(v.r.PathValue("space"))
	if err != nil {
		return err
	}
	if space.HomepageID != "" {
		return v.redirect("/wiki/pages/" + url.PathEscape(space.HomepageID))
	}
	return v.spacePages()
}

func (v *visit) spacePages() error {
	f, err := v.inSpace(frame{}, v.r.PathValue("space"))
	if err != nil {
		return err
	}
	posts, err := v.source.BlogPosts(v.r.Context(), v.viewer.AccountID, f.Space.Key, 0, 5)
	if err != nil {
		return err
	}
	f.Title, f.Content = f.Space.Name, posts
	return v.show("space", f)
}

// list is a page of a list of hits.
type list struct {
	Heading, Empty string
	Hits           []Hit
	Newer, Older   string // links to the neighbouring parts of the list
}

// showList shows perPage hits from the offset in the query.
func (v *visit) showList(f frame, heading, empty string, hits func(offset, limit int) ([]Hit, error)) error {
	offset, err := strconv.Atoi(cmp.Or(v.r.URL.Query().Get("start"), "0"))
	if err != nil || offset < 0 || offset > 100_000 {
		return ErrBadRequest
	}
	found, err := hits(offset, perPage+1)
	if err != nil {
		return err
	}
	content := list{Heading: heading, Empty: empty, Hits: found[:min(len(found), perPage)]}
	at := func(start int) string {
		query := v.r.URL.Query()
		query.Set("start", strconv.Itoa(start))
		return v.r.URL.EscapedPath() + "?" + query.Encode()
	}
	if offset > 0 {
		content.Newer = at(max(0, offset-perPage))
	}
	if len(found) > perPage {
		content.Older = at(offset + perPage)
	}
	f.Title, f.Content = heading, content
	return v.show("list", f)
}

func (v *visit) blog() error {
	f, err := v.inSpace(frame{}, v.r.PathValue("space"))
	if err != nil {
		return err
	}
	return v.showList(f, "Blog", "No blog posts yet.", func(offset, limit int) ([]Hit, error) {
		return v.source.BlogPosts(v.r.Context(), v.viewer.AccountID, f.Space.Key, offset, limit)
	})
}

func (v *visit) labelled() error {
	name := v.r.PathValue("name")
	return v.showList(frame{}, "Labelled ‘"+name+"’", "No page you may see has this label.", func(offset, limit int) ([]Hit, error) {
		return v.source.Labelled(v.r.Context(), v.viewer.AccountID, name, offset, limit)
	})
}

func (v *visit) search() error {
	query := v.r.URL.Query()
	text := strings.TrimSpace(cmp.Or(query.Get("text"), query.Get("q")))
	if len(text) > 500 {
		return ErrBadRequest
	}
	return v.showList(frame{Query: text}, "Search", "Nothing found.", func(offset, limit int) ([]Hit, error) {
		if text == "" {
			return nil, nil
		}
		return v.source.Search(v.r.Context(), v.viewer.AccountID, text, offset, limit)
	})
}

// byTitle finds the page that a link in storage format names by title.
func (v *visit) byTitle() error {
	pages, err := v.source.Tree(v.r.Context(), v.viewer.AccountID, v.r.PathValue("space"))
	if err != nil {
		return err
	}
	for _, p := range pages {
		if strings.EqualFold(p.Title, v.r.PathValue("title")) {
			return v.redirect(link(p.PageRef))
		}
	}
	return ErrNotFound
}

func (v *visit) toPage() error {
	page, err := v.source.Page(v.r.Context(), v.viewer.AccountID, cmp.Or(v.r.PathValue("id"), v.r.URL.Query().Get("pageId")), 0)
	if err != nil {
		return err
	}
	to := link(page.PageRef)
	if v.r.URL.RawQuery != "" && v.r.PathValue("id") != "" {
		to += "?" + v.r.URL.RawQuery
	}
	return v.redirect(to)
}

func (v *visit) toEditor() error {
	return v.redirect("/wiki/pages/" + url.PathEscape(v.r.PathValue("id")) + "/edit")
}

// contentID is the id in the path: of a page it is a segment of its own, of a
// blog post the path may hold the date before it.
func contentID(r *http.Request) string {
	if id := r.PathValue("id"); id != "" {
		return id
	}
	parts := strings.Split(r.PathValue("rest"), "/")
	if len(parts) >= 4 && len(parts[0]) == 4 && len(parts[1]) == 2 && len(parts[2]) == 2 {
		return parts[3]
	}
	return parts[0]
}

// viewed is a page as view.html shows it.
type viewed struct {
	Page
	Body   template.HTML
	Byline []BylineItem
	Old    bool
}

func (v *visit) view() error {
	version := 0
	if text := v.r.URL.Query().Get("version"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return ErrBadRequest
		}
		version = n
	}
	page, err := v.source.Page(v.r.Context(), v.viewer.AccountID, contentID(v.r), version)
	if err != nil {
		return err
	}
	if page.SpaceKey != v.r.PathValue("space") {
		return v.redirect(link(page.PageRef))
	}
	app, err := v.app()
	if err != nil {
		return err
	}
	f, err := v.inSpace(frame{Title: page.Title, Current: page.ID}, page.SpaceKey)
	if err != nil {
		return err
	}
	if version == page.CurrentVersion {
		version = 0
	}
	content := viewed{Page: page, Old: version != 0, Body: render(page.Storage, page.SpaceKey, mount(app, page.ID, version, "display"))}
	if app != nil {
		content.Byline = app.Byline
	}
	f.Content = content
	f = f.with(app, v.bridge(page, app, version))
	return v.show("view", f)
}

// with gives a page what the platform's script needs.
func (f frame) with(app *App, data *bridgeData) frame {
	f.Data = data
	if app != nil {
		f.Script, f.Notice = app.Script, app.Notice
	}
	return f
}

func (v *visit) bridge(page Page, app *App, version int) *bridgeData {
	return &bridgeData{
		Page:   &bridgePage{ID: page.ID, Type: page.Type, Title: page.Title, Status: page.Status, Version: page.Version, Shown: version, SpaceID: page.SpaceID, SpaceKey: page.SpaceKey},
		App:    app,
		Viewer: bridgeUser{AccountID: v.viewer.AccountID, TimeZone: cmp.Or(v.viewer.TimeZone, "UTC")},
		Locale: v.locale,
	}
}

// app returns the installed app and lets the page frame it.
func (v *visit) app() (*App, error) {
	app, err := v.hosted.Host.App(v.r.Context())
	if err != nil || app == nil {
		return nil, err
	}
	v.w.Header().Set("Content-Security-Policy", contentPolicy(app))
	return app, nil
}

// mount renders the app's macros as places that the script fills with iframes.
func mount(app *App, pageID string, version int, output string) func(MacroInstance) (template.HTML, bool) {
	return func(m MacroInstance) (template.HTML, bool) {
		macro := app.of(m)
		if macro == nil {
			return "", false
		}
		use, err := json.Marshal(ModuleUse{Module: m.Key, Part: PartView, PageID: pageID, Version: version, MacroID: m.ID, Output: output, Params: m.Params, Config: m.Config})
		if err != nil {
			return "", false
		}
		tag := "div"
		if macro.Inline {
			tag = "span"
		}
		// data-macro-id is for tests and for the app's support: it is how a
		// person finds this macro in the page's storage.
		return template.HTML(`<` + tag + ` class="app-module" data-macro-id="` + template.HTMLEscapeString(m.ID) + // escaped
			`" data-use="` + template.HTMLEscapeString(string(use)) + `"></` + tag + `>`), true
	}
}

// of returns the module that a macro on a page is of, or nil. A macro of a Forge
// app is one of the environment it was put in under, and dead in any other.
func (a *App) of(m MacroInstance) *Macro {
	if a != nil && (m.Extension == a.Extension || m.Extension == "" && a.Successor) {
		return a.macro(m.Key)
	}
	return nil
}

// macro returns the module of that key, or nil.
func (a *App) macro(key string) *Macro {
	if a == nil {
		return nil
	}
	for i := range a.Macros {
		if a.Macros[i].Key == key {
			return &a.Macros[i]
		}
	}
	return nil
}

// adminPage is a page of the app among the site's settings.
func (v *visit) adminPage() error {
	pages, err := v.hosted.Host.AdminPages(v.r.Context(), v.viewer.AccountID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(pages, func(p AdminPage) bool { return p.App == v.r.PathValue("app") && p.Key == v.r.PathValue("module") })
	if at < 0 {
		return ErrNotFound // also for who does not administer the site
	}
	app, err := v.app()
	if err != nil || app == nil {
		return cmp.Or(err, ErrNotFound)
	}
	use, err := json.Marshal(ModuleUse{Module: pages[at].Key, Part: PartView})
	if err != nil {
		return err
	}
	f := frame{Title: pages[at].Name, Content: string(use)}
	return v.show("admin", f.with(app, v.bridge(Page{}, app, 0)))
}

// spaceAppPage is a page of the app in a space. What comes in the path after the
// route is the app's own.
func (v *visit) spaceAppPage() error {
	f, err := v.inSpace(frame{}, v.r.PathValue("space"))
	if err != nil {
		return err
	}
	here := "apps/" + v.r.PathValue("rest")
	at := slices.IndexFunc(f.Apps, func(p SpacePage) bool { return here == p.Path || strings.HasPrefix(here, p.Path+"/") })
	if at < 0 {
		return ErrNotFound
	}
	app, err := v.app()
	if err != nil || app == nil {
		return cmp.Or(err, ErrNotFound)
	}
	use, err := json.Marshal(ModuleUse{Module: f.Apps[at].Key, Part: PartView, SpaceKey: f.Space.Key})
	if err != nil {
		return err
	}
	f.Current = f.Apps[at].Key
	f.Title, f.Content = f.Apps[at].Name, string(use)
	data := v.bridge(Page{}, app, 0)
	data.Page.SpaceID, data.Page.SpaceKey = f.Space.ID, f.Space.Key
	return v.show("admin", f.with(app, data))
}

func (v *visit) history() error {
	page, err := v.source.Page(v.r.Context(), v.viewer.AccountID, v.r.PathValue("id"), 0)
	if err != nil {
		return err
	}
	versions, err := v.source.Versions(v.r.Context(), v.viewer.AccountID, page.ID)
	if err != nil {
		return err
	}
	f, err := v.inSpace(frame{Title: "Versions of " + page.Title, Current: page.ID}, page.SpaceKey)
	if err != nil {
		return err
	}
	f.Content = struct {
		Page
		Versions []Version
	}{page, versions}
	return v.show("history", f)
}

// export shows what the page looks like where no iframe can be. The app's
// macros are asked for their static form one after the other, as Confluence's
// exporter does.
func (v *visit) export() error {
	output := map[string]string{"": "pdf", "pdf": "pdf", "word": "word", "email": "email", "html": "html_export"}[v.r.URL.Query().Get("mode")]
	if output == "" {
		return ErrBadRequest
	}
	page, err := v.source.Page(v.r.Context(), v.viewer.AccountID, v.r.PathValue("id"), 0)
	if err != nil {
		return err
	}
	app, err := v.hosted.Host.App(v.r.Context())
	if err != nil {
		return err
	}
	body := render(page.Storage, page.SpaceKey, func(m MacroInstance) (template.HTML, bool) {
		if app.of(m) == nil {
			return "", false
		}
		static, err := v.hosted.Host.ExportMacro(v.r.Context(), v.viewer.AccountID, ModuleUse{Module: m.Key, Part: PartExport, PageID: page.ID, MacroID: m.ID, Output: output, Params: m.Params, Config: m.Config})
		if err != nil {
			v.statusOf(err)
			return `<div class="macro-unknown" role="note">Error rendering macro</div>`, true
		}
		// The app's answer is storage format, with no macros of the app in it.
		return render(static, page.SpaceKey, func(MacroInstance) (template.HTML, bool) { return "", false }), true
	})
	return v.show("export", frame{Title: page.Title, Content: struct {
		Page
		Body template.HTML
		Mode string
	}{page, body, output}})
}

func (v *visit) labels() (any, error) {
	labels, err := v.source.Labels(v.r.Context(), v.viewer.AccountID, v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if labels == nil {
		labels = []Label{}
	}
	return labels, nil
}

// check refuses what no page's script wants. Whether the viewer may see the page
// is for the platform to say.
func (use ModuleUse) check() error {
	if use.Part != PartView && use.Part != PartEditor {
		return ErrBadRequest
	}
	if len(use.Params) > maxMacroParams {
		return ErrTooLarge
	}
	return nil
}

// ask hands a question of the platform's script to the platform.
func (v *visit) ask() (any, error) {
	var body struct {
		Use     ModuleUse
		Payload json.RawMessage
	}
	if err := v.readJSON(&body); err != nil {
		return nil, err
	}
	if err := body.Use.check(); err != nil {
		return nil, err
	}
	return v.hosted.Host.Answer(v.r.Context(), v.viewer.AccountID, Ask{What: v.r.PathValue("what"), Locale: v.locale, Use: body.Use, Payload: body.Payload})
}

// changeSession is the switcher of user, platform, locale and theme.
func (v *visit) changeSession() error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	form := v.r.PostForm
	if form.Has("user") {
		i := slices.IndexFunc(v.users, func(u User) bool { return u.AccountID == form.Get("user") })
		if i < 0 {
			return ErrBadRequest
		}
		setCookie(v.w, UserCookie, v.users[i].cookie())
	}
	var hosts []string
	for _, one := range v.hosts {
		if one.Host != nil {
			hosts = append(hosts, one.Name)
		}
	}
	for _, choice := range []struct {
		field, cookie string
		from          []string
	}{{"host", HostCookie, hosts}, {"locale", LocaleCookie, locales}, {"theme", ThemeCookie, themes}} {
		if form.Has(choice.field) {
			if !slices.Contains(choice.from, form.Get(choice.field)) {
				return ErrBadRequest
			}
			setCookie(v.w, choice.cookie, form.Get(choice.field))
		}
	}
	back := form.Get("back")
	if !strings.HasPrefix(back, "/wiki/") || strings.ContainsAny(back, "\\\r\n") {
		back = "/wiki/"
	}
	return v.redirect(back)
}

func (v *visit) showError(err error) {
	v.status, _ = v.statusOf(err)
	message := map[int][2]string{
		http.StatusNotFound:   {"Page not found", "It does not exist, or it is restricted and you may not see it."},
		http.StatusForbidden:  {"You may not do this", "You can see this page, but your account has no permission for this."},
		http.StatusConflict:   {"Somebody else was faster", "The page has changed since you opened it. Open it again and repeat your change."},
		http.StatusBadRequest: {"That address makes no sense", "A part of it is not what this page expects."},
	}[v.status]
	if message[0] == "" {
		message = [2]string{"Something went wrong", "The log of the local Confluence says more."}
	}
	if err := v.show("error", frame{Title: message[0], Content: message[1]}); err != nil {
		http.Error(v.w, message[0], v.status)
	}
}
