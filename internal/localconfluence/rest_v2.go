package localconfluence

import (
	"cmp"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"labelup/internal/localconfluence/adf"
	"labelup/internal/localconfluence/content"
)

// collection is where v2 has content of a type.
func collection(of content.Type) string {
	if of.Custom() {
		return "custom-content"
	}
	return string(of) + "s"
}

// shown finds the content of a v2 path: in this collection, published unless a
// draft is asked for.
func (c *call) shown(in string) (content.Content, error) {
	id, err := c.id()
	if err != nil {
		return content.Content{}, err
	}
	x, err := c.site.store.Content(c.by.account, id)
	if err == nil && (collection(x.Type) != in || x.Status == content.Draft && !c.flag("get-draft") && !slices.Contains(values(c.URL.Query(), "status"), "draft")) {
		err = content.ErrNotFound
	}
	return x, err
}

func single(in string) route {
	return func(c *call) (any, error) {
		x, err := c.shown(in)
		if err != nil {
			return nil, err
		}
		if text := c.URL.Query().Get("version"); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil {
				return nil, badRequest("the version is not a number")
			}
			if x, err = c.site.store.VersionOf(c.by.account, x.ID, number); err != nil {
				return nil, err
			}
		}
		out, err := c.contentV2(x)
		if err != nil {
			return nil, err
		}
		const most = 50 // of what is included
		if c.flag("include-labels") {
			labels, err := c.site.store.Labels(c.by.account, x.ID)
			if err != nil {
				return nil, err
			}
			results := []any{}
			for _, l := range labels[:min(most, len(labels))] {
				results = append(results, labelV2(l))
			}
			out["labels"] = included(c, results, len(labels) > most, "labels")
		}
		if c.flag("include-operations") {
			operations, err := c.operations(x)
			if err != nil {
				return nil, err
			}
			out["operations"] = included(c, operations, false, "operations")
		}
		if c.flag("include-properties") {
			all, err := c.site.store.Properties(c.by.account, content.Owner{ID: x.ID})
			if err != nil {
				return nil, err
			}
			results := []any{}
			for _, p := range all[:min(most, len(all))] {
				results = append(results, propertyJSON(p, false))
			}
			out["properties"] = included(c, results, len(all) > most, "properties")
		}
		if c.flag("include-versions") {
			all, err := c.site.store.Versions(c.by.account, x.ID)
			if err != nil {
				return nil, err
			}
			slices.Reverse(all)
			results := []any{}
			for _, v := range all[:min(most, len(all))] {
				results = append(results, versionJSON(v))
			}
			out["versions"] = included(c, results, len(all) > most, "versions")
		}
		c.objects = 1
		out["_links"] = withBase(c, contentLinks(c, x))
		return out, nil
	}
}

func contentLinks(c *call, x content.Content) map[string]any {
	return map[string]any{"webui": c.site.store.WebUI(x), "editui": "/pages/resumedraft.action?draftId=" + x.ID, "tinyui": "/x/" + x.ID}
}

// withBase adds what links are relative to; answers about one thing say it in
// its links, lists in theirs.
func withBase(c *call, links map[string]any) map[string]any {
	links["base"] = c.site.baseURL
	return links
}

func included(c *call, results []any, more bool, name string) any {
	self := c.site.basePath + strings.TrimPrefix(c.URL.EscapedPath(), "/wiki") + "/" + name
	return map[string]any{"results": results, "meta": map[string]any{"hasMore": more}, "_links": map[string]any{"self": self}}
}

// contentV2 is a page or blog post with the body that is asked for.
func (c *call) contentV2(x content.Content) (map[string]any, error) {
	out := map[string]any{
		"id": x.ID, "status": x.Status, "title": x.Title, "spaceId": x.SpaceID, "authorId": x.AuthorID, "createdAt": stamp(x.CreatedAt),
		"body":   map[string]any{},
		"_links": contentLinks(c, x),
	}
	if c.URL.Query().Get("include-version") != "false" {
		out["version"] = versionJSON(x.Version)
	}
	switch {
	case x.Type == content.Attachment:
		delete(out, "body")
		out["id"], out["pageId"], out["comment"] = publicID(x), x.ParentID, ""
		out["mediaType"], out["mediaTypeDescription"] = mime.TypeByExtension(path.Ext(x.Title)), "File"
		out["fileId"], out["fileSize"] = "file-"+x.ID, len(x.Body)
		out["webuiLink"], out["downloadLink"] = c.site.store.WebUI(x), "/download/attachments/"+x.ParentID+"/"+url.PathEscape(x.Title)
	case x.Type.Custom():
		out["type"], out["pageId"] = x.Type, x.ParentID
	case x.Type == content.Page:
		out["parentId"], out["parentType"] = any(nil), any(nil)
		if x.ParentID != "" {
			out["parentId"], out["parentType"] = x.ParentID, "page"
		}
		out["position"], out["ownerId"], out["lastOwnerId"] = x.Position, x.AuthorID, any(nil)
	}
	if format := c.URL.Query().Get("body-format"); format != "" {
		value, err := c.body(x, format)
		if err != nil {
			return nil, err
		}
		out["body"] = map[string]any{format: map[string]any{"representation": format, "value": value}}
	}
	return out, nil
}

// publicID is the id as the REST API writes it.
func publicID(x content.Content) string {
	if x.Type == content.Attachment {
		return "att" + x.ID
	}
	return x.ID
}

// body is a body in one of its formats.
func (c *call) body(x content.Content, format string) (string, error) {
	switch format {
	case "storage", "editor":
		return x.Body, nil
	case "atlas_doc_format":
		return adf.Document(x.Body, adf.Page{
			ID: x.ID, SpaceKey: c.site.store.SpaceKey(x.SpaceID), BaseURL: c.site.baseURL,
			Person: func(id string) string { return userOf(c.site, id).DisplayName },
		}), nil
	case "view", "export_view", "styled_view", "anonymous_export_view":
		// What macros show is not rendered into views here.
		return content.ReplaceMacros(x.Body, func(content.Macro) (string, bool) { return "", true }), nil
	}
	return "", badRequest("unknown body-format")
}

func versionJSON(v content.Version) any {
	return map[string]any{"number": v.Number, "message": v.Message, "minorEdit": v.MinorEdit, "authorId": v.AuthorID, "createdAt": stamp(v.At)}
}

func labelV2(l content.Label) any {
	return map[string]any{"id": strconv.FormatInt(l.ID, 10), "name": l.Name, "prefix": l.Prefix}
}

// labelList answers a list of labels, filtered and sorted as asked.
func labelList(c *call, labels []content.Label, added bool) (any, error) {
	if prefixes := values(c.URL.Query(), "prefix"); len(prefixes) > 0 {
		for _, p := range prefixes {
			if !slices.Contains([]string{"my", "team", "global", "system"}, p) {
				return nil, badRequest("unknown prefix")
			}
		}
		labels = withPrefix(labels, prefixes...)
	}
	switch order, down := strings.CutPrefix(c.URL.Query().Get("sort"), "-"); {
	case order == "name":
		slices.SortStableFunc(labels, func(a, b content.Label) int { return flip(down, cmp.Compare(a.Name, b.Name)) })
	case order == "id" || order == "created-date" && !added:
		slices.SortStableFunc(labels, func(a, b content.Label) int { return flip(down, cmp.Compare(a.ID, b.ID)) })
	case order == "created-date":
		if down {
			slices.Reverse(labels)
		}
	case order != "":
		return nil, badRequest("unknown sort")
	}
	return list(c, labels, labelV2)
}

func flip(down bool, c int) int {
	if down {
		return -c
	}
	return c
}

func contentLabels(in string) route {
	return func(c *call) (any, error) {
		x, err := c.shown(in)
		if err != nil {
			return nil, err
		}
		labels, err := c.site.store.Labels(c.by.account, x.ID)
		if err != nil {
			return nil, err
		}
		return labelList(c, labels, true)
	}
}

func (c *call) operations(x content.Content) ([]any, error) {
	allowed, err := c.site.store.Allowed(c.by.account, x.ID)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, operation := range allowed {
		out = append(out, map[string]any{"operation": operation, "targetType": x.Type})
	}
	return out, nil
}

func contentOperations(in string) route {
	return func(c *call) (any, error) {
		x, err := c.shown(in)
		if err != nil {
			return nil, err
		}
		operations, err := c.operations(x)
		return map[string]any{"operations": operations}, err
	}
}

// contentList answers a list of pages or blog posts.
func contentList(c *call, all []content.Content) (any, error) {
	var idOf func(content.Content) string
	switch order, down := strings.CutPrefix(c.URL.Query().Get("sort"), "-"); order {
	case "", "id":
		if down {
			slices.Reverse(all)
		} else {
			idOf = func(x content.Content) string { return x.ID }
		}
	case "created-date":
		slices.SortStableFunc(all, func(a, b content.Content) int { return flip(down, a.CreatedAt.Compare(b.CreatedAt)) })
	case "modified-date":
		slices.SortStableFunc(all, func(a, b content.Content) int { return flip(down, a.Version.At.Compare(b.Version.At)) })
	case "title":
		slices.SortStableFunc(all, func(a, b content.Content) int {
			return flip(down, cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)))
		})
	default:
		return nil, badRequest("unknown sort")
	}
	if format := c.URL.Query().Get("body-format"); format != "" && format != "storage" && format != "atlas_doc_format" {
		return nil, badRequest("unknown body-format for a list")
	}
	return listBy(c, all, idOf, func(x content.Content) any {
		c.objects++
		item, _ := c.contentV2(x) // the format was checked
		return item
	})
}

// filtered lists the content of a type that the query asks for.
func (c *call) filtered(kind content.Type, keep func(content.Content) bool) []content.Content {
	query := c.URL.Query()
	statuses := values(query, "status")
	if len(statuses) == 0 {
		statuses = []string{"current", "archived"}
	}
	ids, inSpaces := values(query, "id"), values(query, "space-id")
	return slices.DeleteFunc(c.site.store.All(c.by.account), func(x content.Content) bool {
		return x.Type != kind || !slices.Contains(statuses, string(x.Status)) ||
			len(ids) > 0 && !slices.Contains(ids, x.ID) ||
			len(inSpaces) > 0 && !slices.Contains(inSpaces, x.SpaceID) ||
			query.Has("title") && query.Get("title") != x.Title || !keep(x)
	})
}

func pageAttachments(c *call) (any, error) {
	x, err := c.shown("pages")
	if err != nil {
		return nil, err
	}
	return contentList(c, c.filtered(content.Attachment, func(a content.Content) bool { return a.ParentID == x.ID }))
}

func pages(c *call) (any, error) {
	if len(values(c.URL.Query(), "id")) > 250 || len(values(c.URL.Query(), "space-id")) > 100 {
		return nil, badRequest("too many ids")
	}
	return contentList(c, c.filtered(content.Page, func(content.Content) bool { return true }))
}

func spaceBlogPosts(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	return contentList(c, c.filtered(content.BlogPost, func(x content.Content) bool { return x.SpaceID == sp.ID }))
}

func spacePages(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	rootOnly := c.URL.Query().Get("depth") == "root"
	return contentList(c, c.filtered(content.Page, func(x content.Content) bool {
		return x.SpaceID == sp.ID && (!rootOnly || x.ParentID == "" || x.ParentID == sp.HomepageID)
	}))
}

func labelled(in string) route {
	return func(c *call) (any, error) {
		id, err := c.id()
		if err != nil {
			return nil, err
		}
		number, _ := strconv.ParseInt(id, 10, 64)
		_, found, err := c.site.store.Labelled(c.by.account, number)
		if err != nil {
			return nil, err
		}
		inSpaces := values(c.URL.Query(), "space-id")
		return contentList(c, slices.DeleteFunc(found, func(x content.Content) bool {
			return collection(x.Type) != in || len(inSpaces) > 0 && !slices.Contains(inSpaces, x.SpaceID)
		}))
	}
}

// pageBody reads the body of a page to be written, in either of its shapes.
// Only storage format is understood here.
func pageBody(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	var body struct {
		Representation, Value string
		Storage               *struct{ Representation, Value string }
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return "", badRequest("the body is not understood")
	}
	if body.Storage != nil {
		body.Representation, body.Value = "storage", body.Storage.Value
	}
	if body.Representation != "storage" {
		return "", badRequest("only the storage representation can be written here")
	}
	if err := content.CheckStorage(body.Value); err != nil {
		return "", badRequest("Error parsing xhtml")
	}
	return body.Value, nil
}

type pageWrite struct {
	ID, SpaceID, Status, Title, ParentID string

	Body    json.RawMessage
	Version struct {
		Number  int
		Message string
	}
}

// pageWrite reads what is to be written, and in which status.
func (c *call) pageWrite() (w pageWrite, status content.Status, err error) {
	if err := c.decode(&w); err != nil {
		return w, "", err
	}
	switch w.Status {
	case "", "current":
		return w, content.Current, nil
	case "draft":
		return w, content.Draft, nil
	}
	return w, "", badRequest("unknown status")
}

func createPage(c *call) (any, error) {
	w, status, err := c.pageWrite()
	if err != nil {
		return nil, err
	}
	if w.SpaceID == "" {
		return nil, badRequest("spaceId is required")
	}
	body, err := pageBody(w.Body)
	if err != nil {
		return nil, err
	}
	made, err := c.site.store.Create(c.by.account, content.Content{Type: content.Page, Status: status, SpaceID: w.SpaceID, ParentID: w.ParentID, Title: w.Title, Body: body})
	if err != nil {
		return nil, err
	}
	if c.flag("private") {
		if err := c.site.store.Restrict(made.ID, []string{c.by.account}, []string{c.by.account}); err != nil {
			return nil, err
		}
	}
	return c.written(made)
}

// update makes the next version of what is in a collection, pages or blogposts.
func update(in string) route {
	return func(c *call) (any, error) {
		w, status, err := c.pageWrite()
		if err != nil {
			return nil, err
		}
		if w.ID != c.PathValue("id") || w.Title == "" || w.Version.Number == 0 || len(w.Body) == 0 {
			return nil, badRequest("id, status, title, body and version are required, and the id must be that of the path")
		}
		body, err := pageBody(w.Body)
		if err != nil {
			return nil, err
		}
		if x, err := c.site.store.Content(c.by.account, w.ID); err != nil {
			return nil, err
		} else if collection(x.Type) != in {
			return nil, content.ErrNotFound
		}
		saved, err := c.site.store.Update(c.by.account, w.ID, w.Version.Number, status, w.Title, body, w.Version.Message)
		if err != nil {
			return nil, err
		}
		return c.written(saved)
	}
}

func (c *call) written(x content.Content) (any, error) {
	out, err := c.contentV2(x)
	if err != nil {
		return nil, err
	}
	out["body"] = map[string]any{"storage": map[string]any{"representation": "storage", "value": x.Body}}
	out["_links"] = withBase(c, contentLinks(c, x))
	return out, nil
}

func trashPage(c *call) (any, error) {
	x, err := c.shown("pages")
	if err != nil {
		return nil, err
	}
	c.status = http.StatusNoContent
	return nil, c.site.store.Trash(c.by.account, x.ID)
}

func directChildren(c *call) (any, error) {
	x, err := c.shown("pages")
	if err != nil {
		return nil, err
	}
	children, err := c.site.store.Children(c.by.account, x.ID)
	if err != nil {
		return nil, err
	}
	return list(c, children, func(x content.Content) any {
		c.objects++
		return map[string]any{"id": x.ID, "status": x.Status, "title": x.Title, "type": x.Type, "spaceId": x.SpaceID, "childPosition": x.Position}
	})
}

func ancestors(c *call) (any, error) {
	x, err := c.shown("pages")
	if err != nil {
		return nil, err
	}
	ids, err := c.site.store.Ancestors(c.by.account, x.ID)
	if err != nil {
		return nil, err
	}
	return list(c, ids, func(id string) any { return map[string]any{"id": id, "type": "page"} })
}

func descendants(c *call) (any, error) {
	x, err := c.shown("pages")
	if err != nil {
		return nil, err
	}
	depth := 2
	if text := c.URL.Query().Get("depth"); text != "" {
		if depth, err = strconv.Atoi(text); err != nil || depth < 1 || depth > 5 {
			return nil, badRequest("depth must be between 1 and 5")
		}
	}
	all, err := c.site.store.Descendants(c.by.account, x.ID, depth)
	if err != nil {
		return nil, err
	}
	return list(c, all, func(d content.Descendant) any {
		c.objects++
		return map[string]any{"id": d.ID, "status": d.Status, "title": d.Title, "type": d.Type, "parentId": d.ParentID, "depth": d.Depth, "childPosition": d.Position}
	})
}

func allLabels(c *call) (any, error) {
	labels := c.site.store.LabelsIn(c.by.account, "")
	if ids := values(c.URL.Query(), "label-id"); len(ids) > 0 {
		labels = slices.DeleteFunc(labels, func(l content.Label) bool { return !slices.Contains(ids, strconv.FormatInt(l.ID, 10)) })
	}
	return labelList(c, labels, false)
}

func convertIDs(c *call) (any, error) {
	var body struct{ ContentIDs []any }
	d := json.NewDecoder(c.Body)
	d.UseNumber() // ids come as numbers or as strings, and exceed what a float holds
	if err := d.Decode(&body); err != nil || len(body.ContentIDs) == 0 {
		return nil, badRequest("contentIds is required")
	}
	results := map[string]any{}
	for _, raw := range body.ContentIDs {
		var id string
		switch x := raw.(type) {
		case string:
			id = x
		case json.Number:
			id = x.String()
		}
		results[id] = nil
		if x, err := c.site.store.Content(c.by.account, id); err == nil {
			results[id] = x.Type
		}
	}
	return map[string]any{"results": results}, nil
}

func usersBulk(c *call) (any, error) {
	var body struct{ AccountIDs []string }
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.AccountIDs) == 0 || len(body.AccountIDs) > 250 {
		return nil, badRequest("accountIds must hold 1 to 250 ids")
	}
	results := []any{}
	for _, id := range body.AccountIDs {
		u := userOf(c.site, id)
		status, kind := "active", "atlassian"
		if u.Inactive {
			status = "inactive"
		}
		if u.App {
			kind = "app"
		}
		results = append(results, map[string]any{
			"accountId": u.AccountID, "displayName": u.DisplayName, "publicName": u.DisplayName, "email": "", "timeZone": u.TimeZone,
			"accountStatus": status, "accountType": kind, "isExternalCollaborator": false,
			"profilePicture": map[string]any{"path": "/wiki/aa-avatar/" + u.AccountID, "isDefault": false},
		})
	}
	return map[string]any{"results": results}, nil
}

func spaceLinks(sp content.Space) map[string]any { return map[string]any{"webui": "/spaces/" + sp.Key} }

// spaceKind is what v2 calls the type and the status of a space.
func spaceKind(sp content.Space) (kind, status string) {
	kind, status = "global", "current"
	if sp.Personal {
		kind = "personal"
	}
	if sp.Archived {
		status = "archived"
	}
	return kind, status
}

func spaceJSON(sp content.Space) map[string]any {
	kind, status := spaceKind(sp)
	return map[string]any{
		"id": sp.ID, "key": sp.Key, "name": sp.Name, "type": kind, "status": status, "authorId": sp.AuthorID, "createdAt": stamp(sp.CreatedAt),
		"homepageId": sp.HomepageID, "currentActiveAlias": sp.Key, "_links": spaceLinks(sp),
	}
}

func spaces(c *call) (any, error) {
	ids, keys := values(c.URL.Query(), "ids"), values(c.URL.Query(), "keys")
	kinds, statuses := values(c.URL.Query(), "type"), values(c.URL.Query(), "status")
	found := slices.DeleteFunc(c.site.store.Spaces(c.by.account), func(sp content.Space) bool {
		kind, status := spaceKind(sp)
		return len(kinds) > 0 && !slices.Contains(kinds, kind) || len(statuses) > 0 && !slices.Contains(statuses, status) ||
			len(ids) > 0 && !slices.Contains(ids, sp.ID) || len(keys) > 0 && !slices.Contains(keys, sp.Key)
	})
	return list(c, found, func(sp content.Space) any {
		c.objects++
		return spaceJSON(sp)
	})
}

func (c *call) space() (content.Space, error) {
	id, err := c.id()
	if err != nil {
		return content.Space{}, err
	}
	return c.site.store.Space(c.by.account, id)
}

func oneSpace(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	c.objects = 1
	out := spaceJSON(sp)
	if c.flag("include-labels") {
		labels, err := c.site.store.SpaceLabels(c.by.account, sp.ID)
		if err != nil {
			return nil, err
		}
		results := []any{}
		for _, l := range labels {
			results = append(results, labelV2(l))
		}
		out["labels"] = included(c, results, false, "labels")
	}
	if c.flag("include-operations") {
		out["operations"] = included(c, spaceAllowed(c, sp), false, "operations")
	}
	out["_links"] = withBase(c, spaceLinks(sp))
	return out, nil
}

func spaceAllowed(c *call, sp content.Space) []any {
	operations := []any{map[string]any{"operation": "read", "targetType": "space"}}
	if c.site.store.Administers(c.by.account, sp.ID) {
		operations = append(operations, map[string]any{"operation": "administer", "targetType": "space"})
	}
	if role := userOf(c.site, c.by.account).Role; role == content.Admin || role == content.Editor {
		operations = append(operations, map[string]any{"operation": "create", "targetType": "page"})
	}
	return operations
}

func spaceOperations(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	return map[string]any{"operations": spaceAllowed(c, sp)}, nil
}

func spaceLabels(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	labels, err := c.site.store.SpaceLabels(c.by.account, sp.ID)
	if err != nil {
		return nil, err
	}
	return labelList(c, labels, true)
}

func spaceContentLabels(c *call) (any, error) {
	sp, err := c.space()
	if err != nil {
		return nil, err
	}
	return labelList(c, c.site.store.LabelsIn(c.by.account, sp.ID), false)
}

func propertyJSON(p content.Property, ofSpace bool) any {
	if ofSpace {
		return map[string]any{
			"id": p.ID, "key": p.Key, "value": p.Value, "createdAt": stamp(p.CreatedAt), "createdBy": p.AuthorID,
			"version": map[string]any{"number": p.Number, "message": p.Message, "createdAt": stamp(p.CreatedAt), "createdBy": p.AuthorID},
		}
	}
	return map[string]any{
		"id": p.ID, "key": p.Key, "value": p.Value,
		"version": map[string]any{"number": p.Number, "message": p.Message, "minorEdit": false, "authorId": p.AuthorID, "createdAt": stamp(p.CreatedAt)},
	}
}

// owner finds what the properties of a path belong to.
func (c *call) owner(kind string) (content.Owner, error) {
	id, err := c.id()
	if err != nil || kind == "spaces" {
		return content.Owner{Space: true, ID: id}, err
	}
	x, err := c.site.store.Content(c.by.account, id)
	if err == nil && collection(x.Type) != kind {
		err = content.ErrNotFound
	}
	return content.Owner{ID: id}, err
}

// ownedProperties are the properties of what the path names.
func (c *call) ownedProperties(kind string) (content.Owner, []content.Property, error) {
	o, err := c.owner(kind)
	if err != nil {
		return o, nil, err
	}
	all, err := c.site.store.Properties(c.by.account, o)
	return o, all, err
}

func properties(kind string) route {
	return func(c *call) (any, error) {
		o, all, err := c.ownedProperties(kind)
		if err != nil {
			return nil, err
		}
		if key := c.URL.Query().Get("key"); key != "" {
			all = slices.DeleteFunc(all, func(p content.Property) bool { return p.Key != key })
		}
		return list(c, all, func(p content.Property) any { return propertyJSON(p, o.Space) })
	}
}

func property(kind string) route {
	return func(c *call) (any, error) {
		o, all, err := c.ownedProperties(kind)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(all, func(p content.Property) bool { return p.ID == c.PathValue("property") })
		if at < 0 {
			return nil, content.ErrNotFound
		}
		return propertyJSON(all[at], o.Space), nil
	}
}

type propertyWrite struct {
	Key     string
	Value   json.RawMessage
	Version struct {
		Number  int
		Message string
	}
}

func createProperty(kind string) route {
	return func(c *call) (any, error) { return writeProperty(c, kind, "") }
}

func updateProperty(kind string) route {
	return func(c *call) (any, error) { return writeProperty(c, kind, c.PathValue("property")) }
}

func writeProperty(c *call, kind, id string) (any, error) {
	o, err := c.owner(kind)
	if err != nil {
		return nil, err
	}
	var w propertyWrite
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	p, err := c.site.store.SetProperty(c.by.account, o, content.Property{ID: id, Key: w.Key, Value: w.Value, Number: w.Version.Number, Message: w.Version.Message})
	if errors.Is(err, content.ErrConflict) {
		if _, asked := c.s.faults.of("stale-400"); asked {
			err = badRequest("The version is not the next one")
		}
	}
	if err != nil {
		return nil, err
	}
	if o.Space && id == "" {
		c.status = http.StatusCreated
	}
	return propertyJSON(p, o.Space), nil
}

func deleteProperty(kind string) route {
	return func(c *call) (any, error) {
		o, err := c.owner(kind)
		if err != nil {
			return nil, err
		}
		c.status = http.StatusNoContent
		return nil, c.site.store.DeleteProperty(c.by.account, o, c.PathValue("property"))
	}
}
