package localconfluence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/cql"
	"labelup/internal/localconfluence/hostpage"
)

// source shows one site to the web pages.
type source struct {
	s    *Server
	site *site
}

var _ hostpage.Source = (*source)(nil)

// faulted turns an error into one of the kinds that the web pages know.
func faulted(err error) error {
	var kind error
	switch _, bad := errors.AsType[*content.InvalidError](err); {
	case err == nil:
		return nil
	case bad:
		kind = hostpage.ErrBadRequest
	case errors.Is(err, content.ErrNotFound):
		kind = hostpage.ErrNotFound
	case errors.Is(err, content.ErrForbidden):
		kind = hostpage.ErrForbidden
	case errors.Is(err, content.ErrConflict):
		kind = hostpage.ErrConflict
	case errors.Is(err, content.ErrTooLarge):
		kind = hostpage.ErrTooLarge
	default:
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

func shownUser(u content.User) hostpage.User {
	return hostpage.User{AccountID: u.AccountID, Name: u.DisplayName, Role: string(u.Role), TimeZone: u.TimeZone}
}

func (a *source) Users(context.Context) ([]hostpage.User, error) {
	var out []hostpage.User
	for _, u := range a.site.store.Users() {
		if !u.App && !u.Inactive {
			out = append(out, shownUser(u))
		}
	}
	return append(out, hostpage.User{Name: "Anonymous", Role: "anonymous"}), nil
}

func (a *source) Spaces(_ context.Context, viewer string) ([]hostpage.Space, error) {
	role := userOf(a.site, viewer).Role
	var out []hostpage.Space
	for _, sp := range a.site.store.Spaces(viewer) {
		out = append(out, hostpage.Space{
			ID: sp.ID, Key: sp.Key, Name: sp.Name, Description: sp.Description, HomepageID: sp.HomepageID,
			MayCreate: role == content.Admin || role == content.Editor,
		})
	}
	return out, nil
}

// maxTree is what the interface promises the pages.
const maxTree = 2000

func (a *source) Tree(_ context.Context, viewer, spaceKey string) ([]hostpage.TreePage, error) {
	sp, err := a.site.store.Space(viewer, spaceKey)
	if err != nil {
		return nil, faulted(err)
	}
	children := map[string][]content.Content{}
	shown := map[string]bool{}
	all := a.site.store.All(viewer)
	for _, c := range all {
		shown[c.ID] = c.Status == content.Current
	}
	for _, c := range all {
		if c.SpaceID != sp.ID || c.Type != content.Page || c.Status != content.Current {
			continue
		}
		parent := c.ParentID
		if !shown[parent] {
			parent = "" // the parent is not for this viewer, or archived
		}
		children[parent] = append(children[parent], c)
	}
	var out []hostpage.TreePage
	var walk func(parent string)
	walk = func(parent string) {
		slices.SortStableFunc(children[parent], func(x, y content.Content) int { return x.Position - y.Position })
		for _, c := range children[parent] {
			if len(out) == maxTree {
				return
			}
			out = append(out, hostpage.TreePage{PageRef: a.ref(c), ParentID: parent})
			walk(c.ID)
		}
	}
	walk("")
	return out, nil
}

func (a *source) ref(c content.Content) hostpage.PageRef {
	return hostpage.PageRef{ID: c.ID, Type: string(c.Type), SpaceKey: a.site.store.SpaceKey(c.SpaceID), Title: c.Title}
}

func (a *source) hit(c content.Content) hostpage.Hit {
	return hostpage.Hit{PageRef: a.ref(c), Excerpt: excerptOf(content.Text(c.Body), 300), Author: userOf(a.site, c.AuthorID).DisplayName, When: c.Version.At}
}

func (a *source) hits(all []content.Content, offset, limit int) []hostpage.Hit {
	offset = min(max(0, offset), len(all))
	var out []hostpage.Hit
	for _, c := range all[offset:min(offset+max(0, limit), len(all))] {
		out = append(out, a.hit(c))
	}
	return out
}

func (a *source) BlogPosts(_ context.Context, viewer, spaceKey string, offset, limit int) ([]hostpage.Hit, error) {
	sp, err := a.site.store.Space(viewer, spaceKey)
	if err != nil {
		return nil, faulted(err)
	}
	posts := slices.DeleteFunc(a.site.store.All(viewer), func(c content.Content) bool {
		return c.SpaceID != sp.ID || c.Type != content.BlogPost || c.Status != content.Current
	})
	slices.SortStableFunc(posts, func(x, y content.Content) int { return y.CreatedAt.Compare(x.CreatedAt) })
	return a.hits(posts, offset, limit), nil
}

func (a *source) Page(_ context.Context, viewer, id string, version int) (hostpage.Page, error) {
	now, err := a.site.store.Content(viewer, id)
	if err != nil {
		return hostpage.Page{}, faulted(err)
	}
	c := now
	if version > 0 {
		if c, err = a.site.store.VersionOf(viewer, id, version); err != nil {
			return hostpage.Page{}, faulted(err)
		}
	}
	p := hostpage.Page{
		PageRef: a.ref(c), SpaceID: c.SpaceID, Status: string(c.Status), Version: c.Version.Number, CurrentVersion: now.Version.Number,
		Storage: c.Body, Author: shownUser(userOf(a.site, c.Version.AuthorID)), When: c.Version.At,
	}
	if now.Status == content.Draft {
		p.Version, p.CurrentVersion = 0, 0
	}
	above, err := a.site.store.Ancestors(viewer, id)
	if err != nil {
		return hostpage.Page{}, faulted(err)
	}
	for _, one := range append(slices.Clone(above), id) {
		parent, err := a.site.store.Content(viewer, one)
		if err != nil {
			continue
		}
		p.Restricted = p.Restricted || len(parent.ReadBy) > 0
		if one != id {
			p.Ancestors = append(p.Ancestors, a.ref(parent))
		}
	}
	if p.Labels, err = a.labels(viewer, id); err != nil {
		return hostpage.Page{}, faulted(err)
	}
	allowed, err := a.site.store.Allowed(viewer, id)
	if err != nil {
		return hostpage.Page{}, faulted(err)
	}
	p.MayEdit = slices.Contains(allowed, "update")
	return p, nil
}

func (a *source) Versions(_ context.Context, viewer, id string) ([]hostpage.Version, error) {
	all, err := a.site.store.Versions(viewer, id)
	if err != nil {
		return nil, faulted(err)
	}
	if c, err := a.site.store.Content(viewer, id); err == nil && c.Status == content.Draft {
		return nil, nil
	}
	slices.Reverse(all)
	var out []hostpage.Version
	for _, v := range all[:min(200, len(all))] {
		out = append(out, hostpage.Version{Number: v.Number, Author: shownUser(userOf(a.site, v.AuthorID)), When: v.At, Message: v.Message})
	}
	return out, nil
}

func (a *source) labels(viewer, id string) ([]hostpage.Label, error) {
	all, err := a.site.store.Labels(viewer, id)
	var out []hostpage.Label
	for _, l := range all {
		out = append(out, hostpage.Label{Prefix: l.Prefix, Name: l.Name})
	}
	return out, err
}

func (a *source) Labels(_ context.Context, viewer, id string) ([]hostpage.Label, error) {
	out, err := a.labels(viewer, id)
	return out, faulted(err)
}

func (a *source) Labelled(_ context.Context, viewer, label string, offset, limit int) ([]hostpage.Hit, error) {
	l, err := a.site.store.LabelNamed(label)
	if errors.Is(err, content.ErrNotFound) {
		return nil, nil // a label nobody uses is on no page
	}
	if err != nil {
		return nil, faulted(err)
	}
	_, found, err := a.site.store.Labelled(viewer, l.ID)
	return a.hits(found, offset, limit), faulted(err)
}

func (a *source) Search(_ context.Context, viewer, text string, offset, limit int) ([]hostpage.Hit, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if len(words) == 0 {
		return nil, nil
	}
	q, err := cql.Parse(`text ~ "`+strings.Join(words, "* ")+`*" order by lastmodified desc`, a.s.clock.now())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hostpage.ErrBadRequest, err)
	}
	var found []*cql.Document
	indexed := a.site.store.Indexed(viewer, false)
	for _, d := range indexed {
		if q.Match(d) {
			found = append(found, d)
		}
	}
	q.Sort(found, indexed)
	var all []content.Content
	for _, d := range found {
		if c, err := a.site.store.Content(viewer, d.ID); err == nil {
			all = append(all, c)
		}
	}
	return a.hits(all, offset, limit), nil
}

func (a *source) Save(_ context.Context, viewer string, edit hostpage.Edit) (hostpage.PageRef, error) {
	c, err := a.site.store.Content(viewer, edit.ID)
	if err != nil {
		return hostpage.PageRef{}, faulted(err)
	}
	if err := content.CheckStorage(edit.Storage); err != nil {
		return hostpage.PageRef{}, fmt.Errorf("%w: %w", hostpage.ErrBadRequest, err)
	}
	status := content.Current
	if !edit.Publish {
		if c.Status != content.Draft {
			return hostpage.PageRef{}, hostpage.ErrBadRequest
		}
		status = content.Draft
	}
	saved, err := a.site.store.Update(viewer, edit.ID, edit.BaseVersion+1, status, edit.Title, edit.Storage, edit.Message)
	if err != nil {
		return hostpage.PageRef{}, faulted(err)
	}
	return a.ref(saved), nil
}

func (a *source) CreateDraft(_ context.Context, viewer, spaceKey, parentID string) (hostpage.PageRef, error) {
	made, err := a.site.store.Create(viewer, content.Content{Type: content.Page, Status: content.Draft, SpaceID: spaceKey, ParentID: parentID})
	return a.ref(made), faulted(err)
}

func (a *source) Copy(_ context.Context, viewer, id string) (hostpage.PageRef, error) {
	c, err := a.site.store.Content(viewer, id)
	if err != nil {
		return hostpage.PageRef{}, faulted(err)
	}
	title := "Copy of " + c.Title
	for n := 2; ; n++ {
		made, err := a.site.store.Copy(viewer, id, title)
		if _, taken := errors.AsType[*content.InvalidError](err); taken && n < 100 {
			title = fmt.Sprintf("Copy (%d) of %s", n, c.Title)
			continue
		}
		if err != nil {
			return hostpage.PageRef{}, faulted(err)
		}
		return a.ref(made), nil
	}
}

// The names of the platforms, as in [hostpage.HostCookie].
const connectHost = "connect"

func (a *source) Hosts(context.Context) []hostpage.Hosted {
	out := []hostpage.Hosted{{Name: connectHost, Title: "Connect", Host: &throughConnect{a.s, a.site}}}
	for _, one := range a.s.forge {
		out = append(out, hostpage.Hosted{Name: one.Name, Title: one.Title, Host: one.host})
	}
	for _, one := range a.s.options.Forge {
		if one.Build == nil {
			out = append(out, hostpage.Hosted{Name: one.Name, Title: one.Title, Missing: one.Missing})
		}
	}
	return out
}

// throughConnect shows the app that Connect brings to one site.
type throughConnect struct {
	s    *Server
	site *site
}

var _ hostpage.Host = (*throughConnect)(nil)

func (a *throughConnect) App(context.Context) (*hostpage.App, error) {
	return a.site.connect.Shown(), nil
}

func (a *throughConnect) AdminPages(_ context.Context, viewer string) ([]hostpage.AdminPage, error) {
	if userOf(a.site, viewer).Role != content.Admin {
		return nil, nil
	}
	return a.site.connect.AdminPages(), nil
}

// Answer gives an iframe's signed URL, and what AP.context.getToken answers in it.
func (a *throughConnect) Answer(_ context.Context, viewer string, ask hostpage.Ask) (any, error) {
	switch ask.What {
	case "iframe":
		if a.site.connect.ForAdmins(ask.Use.Module) && userOf(a.site, viewer).Role != content.Admin {
			return nil, hostpage.ErrForbidden
		}
		at, err := a.s.connect.SignURL(a.site.connect, viewer, ask.Use, connecthost.Variation{})
		return map[string]string{"url": at}, faulted(err)
	case "token":
		token, err := a.s.connect.ContextToken(a.site.connect, viewer, ask.Use, connecthost.Variation{})
		return map[string]string{"token": token}, faulted(err)
	}
	return nil, hostpage.ErrNotFound
}

func (a *throughConnect) ExportMacro(ctx context.Context, viewer string, use hostpage.ModuleUse) (string, error) {
	static, err := a.s.connect.RenderStatic(ctx, a.site.connect, viewer, use)
	return static, faulted(err)
}
