package localconfluence

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/hostpage"
)

func TestWhatTheWebPagesGet(t *testing.T) {
	w := newWorld(t, nil)
	x, _ := w.s.site("")
	a, ctx := &source{w.s, x}, t.Context()

	t.Run("users, the editor first and nobody last", func(t *testing.T) {
		w.install() // whose account is no person
		var roles []string
		users, _ := a.Users(ctx)
		for _, u := range users {
			roles = append(roles, u.Role)
		}
		if diff := cmp.Diff([]string{"editor", "admin", "viewer", "anonymous"}, roles); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a tree with parents before children and nothing hidden", func(t *testing.T) {
		tree, err := a.Tree(ctx, accountViewer, "CAFE")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{"": true}
		var titles []string
		for _, p := range tree {
			if !seen[p.ParentID] {
				t.Errorf("%s comes before its parent", p.Title)
			}
			seen[p.ID] = true
			titles = append(titles, p.Title)
		}
		want := []string{
			"Harbour Café", "Opening the café", "Grinder settings", "When the machine is down", "Suppliers and orders",
			"Coffee we have tasted", "Stockroom plan", "Ideas for the winter menu", "The terrace in summer",
		}
		if diff := cmp.Diff(want, titles[:min(len(want), len(titles))]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("a page, an old version of it, and who may edit it", func(t *testing.T) {
		id := w.pageID("Opening the café")
		now, err := a.Page(ctx, accountViewer, id, 0)
		if err != nil || now.Version != 3 || now.MayEdit || len(now.Labels) != 4 || len(now.Ancestors) != 1 {
			t.Errorf("%+v, %v", now, err)
		}
		old, err := a.Page(ctx, accountEditor, id, 1)
		if err != nil || old.Status != "historical" || old.CurrentVersion != 3 || !old.MayEdit || old.Storage == now.Storage {
			t.Errorf("%+v, %v", old, err)
		}
		if _, err := a.Page(ctx, "", w.pageID("Wages and rota"), 0); !errors.Is(err, hostpage.ErrNotFound) {
			t.Errorf("hidden: %v", err)
		}
		versions, err := a.Versions(ctx, accountViewer, id)
		if err != nil || len(versions) != 3 || versions[0].Number != 3 {
			t.Errorf("%v, %v", versions, err)
		}
	})
	t.Run("a draft is written, saved, published and copied", func(t *testing.T) {
		draft, err := a.CreateDraft(ctx, accountEditor, "CAFE", "")
		if err != nil {
			t.Fatal(err)
		}
		save := func(base int, publish bool, storage string) error {
			_, err := a.Save(ctx, accountEditor, hostpage.Edit{ID: draft.ID, Title: "Soup", Storage: storage, BaseVersion: base, Publish: publish})
			return err
		}
		if err := save(0, false, "<p>1</p>"); err != nil {
			t.Error(err)
		}
		if p, _ := a.Page(ctx, accountEditor, draft.ID, 0); p.Status != "draft" || p.Version != 0 || p.Storage != "<p>1</p>" {
			t.Errorf("draft %+v", p)
		}
		if err := save(0, true, "<p>2</p>"); err != nil {
			t.Error(err)
		}
		if err := save(0, true, "<p>3</p>"); !errors.Is(err, hostpage.ErrConflict) {
			t.Errorf("stale: %v", err)
		}
		if err := save(1, true, "<p>3"); !errors.Is(err, hostpage.ErrBadRequest) {
			t.Errorf("not well-formed: %v", err)
		}
		if err := save(1, true, "<p>3</p>"); err != nil {
			t.Error(err)
		}
		for _, title := range []string{"Copy of Soup", "Copy (2) of Soup"} {
			if copied, err := a.Copy(ctx, accountEditor, draft.ID); err != nil || copied.Title != title {
				t.Errorf("%+v, %v", copied, err)
			}
		}
		if _, err := a.Copy(ctx, accountViewer, draft.ID); !errors.Is(err, hostpage.ErrForbidden) {
			t.Errorf("by a viewer: %v", err)
		}
	})
	t.Run("search, labels and blog posts", func(t *testing.T) {
		for text, want := range map[string]int{"kettle": 1, "KETT scale": 1, `"); drop`: 0, "?!": 0, "nobodywrotethis": 0} {
			if hits, err := a.Search(ctx, accountViewer, text, 0, 10); err != nil || len(hits) != want {
				t.Errorf("%q: %v, %v, want %d", text, hits, err, want)
			}
		}
		if hits, err := a.Labelled(ctx, accountViewer, "terrace", 1, 10); err != nil || len(hits) != 1 {
			t.Errorf("%v, %v", hits, err)
		}
		if hits, err := a.Labelled(ctx, accountViewer, "unheard-of", 0, 10); err != nil || len(hits) != 0 {
			t.Errorf("%v, %v", hits, err)
		}
		if posts, err := a.BlogPosts(ctx, "", "CAFE", 0, 10); err != nil || len(posts) != 3 || posts[0].Title != "A new roof over the pier" || posts[0].Type != "blogpost" {
			t.Errorf("%v, %v", posts, err)
		}
	})
	connect := a.Hosts(ctx)[0].Host
	t.Run("the app, when it is enabled", func(t *testing.T) {
		app, err := connect.App(ctx)
		if err != nil || app.Key != "labelup" || app.Origin != w.app.URL || len(app.Macros) != 1 || len(app.Byline) != 1 ||
			app.Macros[0].Editor == nil || app.Macros[0].IconURL != w.app.URL+"/static/icon.svg" || !app.Licensed {
			t.Errorf("%+v, %v", app, err)
		}
		w.control("POST", "/control/disable", `{}`, 200)
		if app, err := connect.App(ctx); err != nil || app != nil {
			t.Errorf("disabled: %+v, %v", app, err)
		}
		w.control("POST", "/control/enable", `{}`, 200)
	})
	t.Run("a macro's static form", func(t *testing.T) {
		w.app.answers("/macro/labels/static", func(rw http.ResponseWriter) { _, _ = rw.Write([]byte("<p>Labels</p>")) })
		got, err := connect.ExportMacro(ctx, accountViewer, hostpage.ModuleUse{Module: macroKey, PageID: w.pageID("Opening the café"), MacroID: "m", Output: "email"})
		if err != nil || got != "<p>Labels</p>" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestTheWebPagesAreMounted(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	for _, path := range []string{"/wiki/spaces/CAFE/pages", "/wiki/spaces/CAFE/pages/" + w.pageID("Opening the café")} {
		got, err := w.raw("GET", path, "", "")
		if err != nil || got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(string(got.body), "Harbour Café") {
			t.Errorf("%s: %d %v", path, got.status, err)
		}
	}
	if got, err := w.raw("GET", "/wiki/rest/nothing", "", ""); err != nil || got.status != 501 {
		t.Errorf("an unknown REST path: %d %v", got.status, err)
	}
}
