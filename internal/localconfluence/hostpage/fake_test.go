package hostpage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// fakeSource is a Confluence with one space in memory. It keeps the
// obligations of Source that the pages rely on.
type fakeSource struct {
	mu          sync.Mutex
	origin      string // of the app
	base        string // of the host, for xdm_e
	pages       map[string]*Page
	labels      map[string][]Label
	tree        []TreePage
	drafts      int
	uninstalled bool
	export      func(ModuleUse) (string, error)
	usersErr    error
	used        []ModuleUse // every iframe that was signed
	tokens      []string    // viewers tokens were made for
}

const (
	adminID  = "5b10ac8d82e05b22cc7d4ef5"
	editorID = "712020:6a1f9d0e-editor"
	viewerID = "712020:0c55c5f1-viewer"
)

var fakeUsers = []User{
	{AccountID: adminID, Name: "Ada Admin", Role: "admin", TimeZone: "Europe/Berlin"},
	{AccountID: editorID, Name: "Edda Editor", Role: "editor", TimeZone: "Australia/Sydney"},
	{AccountID: viewerID, Name: "Vik Viewer", Role: "viewer"},
	{Name: "Anonymous", Role: "anonymous"},
}

func newFakeSource() *fakeSource {
	f := &fakeSource{pages: map[string]*Page{}, labels: map[string][]Label{}, origin: "http://localhost:1"}
	f.add("100", "", "Field notes", welcome)
	f.add("101", "100", "How we plan a release", "<p>Plan</p>")
	f.add("102", "101", "Checklist <b> & more", "<p>Check</p>")
	f.add("103", "100", "Payroll", "<p>Secret</p>")
	f.pages["103"].Restricted = true
	f.labels["100"] = []Label{{"global", "field-notes"}, {"global", "onboarding"}, {"team", "north"}}
	return f
}

const welcome = `<p>Notes that the field team keeps while it is out, so that nobody has to ask twice. The macro below shows this page’s labels.</p>
<ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="7f3c1c1e-1111-4b6e-9f0a-000000000001"><ac:parameter ac:name="display">chips</ac:parameter></ac:structured-macro>
<h2>Before you leave</h2>
<ul><li>Charge the radio</li><li>Take the <strong>paper</strong> map</li><li>Tell <em>somebody</em> where you go</li></ul>
<ac:structured-macro ac:name="info"><ac:parameter ac:name="title">Weather</ac:parameter><ac:rich-text-body><p>The station reports every hour. See <ac:link><ri:page ri:content-title="How we plan a release"/></ac:link>.</p></ac:rich-text-body></ac:structured-macro>
<h2>Numbers</h2>
<table><tbody><tr><th>Place</th><th>Height</th><th>Hours</th></tr><tr><td>North ridge</td><td>1,240 m</td><td>4</td></tr><tr><td>Old mill</td><td>310 m</td><td>1</td></tr></tbody></table>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="title">Read the logger</ac:parameter><ac:plain-text-body><![CDATA[for f in *.log; do
  grep -c "<ok>" "$f"
done]]></ac:plain-text-body></ac:structured-macro>
<blockquote><p>The map is not the territory, but it is what you have.</p></blockquote>`

func (f *fakeSource) add(id, parent, title, storage string) {
	p := &Page{PageRef: PageRef{ID: id, Type: "page", SpaceKey: "FIELD", Title: title}, SpaceID: "9", Status: "current", Version: 3, CurrentVersion: 3,
		Storage: storage, Author: fakeUsers[1], When: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	f.pages[id] = p
	f.tree = append(f.tree, TreePage{p.PageRef, parent})
}

func (f *fakeSource) Users(context.Context) ([]User, error) { return fakeUsers, f.usersErr }

func (f *fakeSource) Spaces(context.Context, string) ([]Space, error) {
	return []Space{{ID: "9", Key: "FIELD", Name: "Field team", Description: "What we know out there", HomepageID: "100", MayCreate: true}}, nil
}

func (f *fakeSource) Tree(_ context.Context, viewer, key string) ([]TreePage, error) {
	if key != "FIELD" {
		return nil, ErrNotFound
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []TreePage
	for _, p := range f.tree {
		if f.sees(viewer, p.ID) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (f *fakeSource) sees(viewer, id string) bool {
	p := f.pages[id]
	return p != nil && (!p.Restricted || viewer == adminID)
}

func (f *fakeSource) BlogPosts(_ context.Context, _, _ string, offset, limit int) ([]Hit, error) {
	var hits []Hit
	for i := offset; i < min(60, offset+limit); i++ {
		hits = append(hits, Hit{PageRef: PageRef{ID: fmt.Sprint(500 + i), Type: "blogpost", SpaceKey: "FIELD", Title: fmt.Sprintf("Post %d", i)}, Author: "Edda Editor"})
	}
	return hits, nil
}

func (f *fakeSource) Page(_ context.Context, viewer, id string, version int) (Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sees(viewer, id) {
		return Page{}, ErrNotFound
	}
	p := *f.pages[id]
	p.Labels = slices.Clone(f.labels[id])
	p.MayEdit = viewer == adminID || viewer == editorID
	if version > p.CurrentVersion {
		return Page{}, ErrNotFound
	}
	if version != 0 && version != p.CurrentVersion {
		p.Version, p.Status = version, "historical"
	}
	return p, nil
}

func (f *fakeSource) Versions(context.Context, string, string) ([]Version, error) {
	return []Version{{3, fakeUsers[1], time.Unix(3, 0), "third"}, {2, fakeUsers[0], time.Unix(2, 0), ""}, {1, fakeUsers[0], time.Unix(1, 0), "first"}}, nil
}

func (f *fakeSource) Labels(_ context.Context, viewer, id string) ([]Label, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sees(viewer, id) {
		return nil, ErrNotFound
	}
	return slices.Clone(f.labels[id]), nil
}

func (f *fakeSource) setLabels(id string, labels ...Label) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.labels[id] = labels
}

func (f *fakeSource) Labelled(ctx context.Context, viewer, label string, offset, limit int) ([]Hit, error) {
	if label != "onboarding" || offset > 0 {
		return nil, nil
	}
	p, err := f.Page(ctx, viewer, "100", 0)
	return []Hit{{PageRef: p.PageRef, Excerpt: "Notes that the field team keeps", Author: "Edda Editor", When: p.When}}, err
}

func (f *fakeSource) Search(ctx context.Context, viewer, text string, offset, limit int) ([]Hit, error) {
	return f.Labelled(ctx, viewer, text, offset, limit)
}

func (f *fakeSource) Save(ctx context.Context, viewer string, e Edit) (PageRef, error) {
	p, err := f.Page(ctx, viewer, e.ID, 0)
	if err != nil {
		return PageRef{}, err
	}
	if !p.MayEdit {
		return PageRef{}, ErrForbidden
	}
	if p.Version != e.BaseVersion {
		return PageRef{}, ErrConflict
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	stored := f.pages[e.ID]
	stored.Title, stored.Storage = e.Title, e.Storage
	if e.Publish {
		stored.Version++
		stored.CurrentVersion++
		stored.Status = "current"
	}
	return stored.PageRef, nil
}

func (f *fakeSource) CreateDraft(_ context.Context, viewer, space, parent string) (PageRef, error) {
	if viewer != adminID && viewer != editorID {
		return PageRef{}, ErrForbidden
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drafts++
	id := fmt.Sprint(900 + f.drafts)
	f.pages[id] = &Page{PageRef: PageRef{ID: id, Type: "page", SpaceKey: space, Title: "Untitled"}, SpaceID: "9", Status: "draft", Author: fakeUsers[1]}
	return f.pages[id].PageRef, nil
}

func (f *fakeSource) Copy(ctx context.Context, viewer, id string) (PageRef, error) {
	p, err := f.Page(ctx, viewer, id, 0)
	if err != nil {
		return PageRef{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add("200", "100", "Copy of "+p.Title, p.Storage)
	return f.pages["200"].PageRef, nil
}

func (f *fakeSource) Hosts(context.Context) []Hosted {
	return []Hosted{{Name: "connect", Title: "Connect", Host: f}}
}

func (f *fakeSource) App(context.Context) (*App, error) {
	if f.uninstalled {
		return nil, nil
	}
	return &App{Script: "connect", Key: "labelup", Name: "Label UP", Origin: f.origin, Licensed: true,
		Macros: []Macro{
			{Key: "labelup-labels", Name: "Label UP: page labels", Description: "Shows this page’s labels.", Width: "100%", Height: "72px",
				Editor: &MacroEditor{OnInsert: true, InsertTitle: "Insert the page's labels", EditTitle: "Change how labels are shown", Width: "520px", Height: "320px"}},
			{Key: "plain-macro", Name: "Plain", Parameters: []MacroParameter{{Identifier: "size", Name: "Size", Type: "enum", Values: []string{"s", "m"}, Default: "m"}}},
		},
		Byline: []BylineItem{{Key: "labelup-byline", Name: "Labels", Tooltip: "See and change labels", Target: "inlinedialog", Width: "480px"}}}, nil
}

func (f *fakeSource) AdminPages(_ context.Context, viewer string) ([]AdminPage, error) {
	if f.uninstalled || viewer != adminID {
		return nil, nil
	}
	return []AdminPage{{App: "labelup", Key: "labelup-admin", Name: "Label UP settings"}}, nil
}

func (f *fakeSource) Answer(_ context.Context, viewer string, ask Ask) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	use := ask.Use
	if use.PageID != "" && !f.sees(viewer, use.PageID) {
		return nil, ErrNotFound
	}
	if ask.What == "token" {
		f.tokens = append(f.tokens, viewer)
		return map[string]string{"token": "token." + use.Module + "." + use.PageID}, nil
	}
	f.used = append(f.used, use)
	at := "/panel"
	switch {
	case use.Part == PartEditor:
		at = "/editor"
	case use.Module == "labelup-byline":
		at = "/byline"
	case use.Module == "labelup-admin":
		at = "/admin"
	}
	return map[string]string{"url": f.origin + at + "?output=" + use.Output + "&page=" + use.PageID + "&xdm_e=" + f.base + "&cp=/wiki&lic=active"}, nil
}

func (f *fakeSource) ExportMacro(_ context.Context, _ string, use ModuleUse) (string, error) {
	if f.export != nil {
		return f.export(use)
	}
	return `<p>Labels: <a href="/wiki/label/onboarding">onboarding</a> (` + use.Output + `)</p>`, nil
}

func (f *fakeSource) macroUses() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, u := range f.used {
		out = append(out, u.Module+"/"+string(u.Part)+"/"+u.Output)
	}
	return strings.Join(out, " ")
}
