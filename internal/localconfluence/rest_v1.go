package localconfluence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/cql"
)

// removed answers 410, but calls f, if there is one, for a caller with a
// password: that is what live sites do, and how it escapes a developer's notice.
func removed(f route) route {
	return func(c *call) (any, error) {
		if f == nil || c.by.token || c.by.session || c.by.account == "" {
			return nil, gone
		}
		return f(c)
	}
}

func labelV1(l content.Label) any {
	label := l.Name
	if l.Prefix != "global" {
		label = l.Prefix + ":" + l.Name
	}
	return map[string]any{"prefix": l.Prefix, "name": l.Name, "id": strconv.FormatInt(l.ID, 10), "label": label}
}

// labelArray is the first 200 labels, as v1 answers: a page with more is not
// fully listed.
func labelArray(c *call, labels []content.Label) any {
	const limit = 200
	results := []any{}
	for _, l := range labels[:min(limit, len(labels))] {
		results = append(results, labelV1(l))
	}
	return map[string]any{
		"results": results, "start": 0, "limit": limit, "size": len(results),
		"_links": map[string]any{"base": c.site.baseURL, "context": c.site.basePath, "self": c.site.baseURL + strings.TrimPrefix(c.URL.EscapedPath(), "/wiki")},
	}
}

// newLabels reads one label or several.
func newLabels(c *call) ([]content.NewLabel, error) {
	var raw json.RawMessage
	if err := c.decode(&raw); err != nil {
		return nil, err
	}
	type item struct{ Prefix, Name *string }
	var items []item
	if bytes.HasPrefix(raw, []byte("{")) {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	if err := json.Unmarshal(raw, &items); err != nil || len(items) == 0 {
		return nil, badRequest("The request body is not a label or a list of labels")
	}
	var out []content.NewLabel
	for _, i := range items {
		if i.Prefix == nil || i.Name == nil {
			return nil, badRequest("A label needs a prefix and a name")
		}
		out = append(out, content.NewLabel{Prefix: *i.Prefix, Name: *i.Name})
	}
	return out, nil
}

func addLabels(c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	named, err := newLabels(c)
	if err != nil {
		return nil, err
	}
	all, err := c.site.store.AddLabels(c.by.account, id, named)
	if err != nil {
		return nil, err
	}
	return labelArray(c, all), nil
}

func removeLabelByQuery(c *call) (any, error) {
	if !c.URL.Query().Has("name") {
		return nil, badRequest("name is required")
	}
	return removeLabel(c, c.URL.Query().Get("name"))
}

func removeLabelByPath(c *call) (any, error) {
	name := c.PathValue("label")
	if strings.Contains(name, "/") {
		return nil, badRequest("A label with a slash can only be removed with the name parameter")
	}
	return removeLabel(c, name)
}

func removeLabel(c *call, name string) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	c.status = http.StatusNoContent
	return nil, c.site.store.RemoveLabel(c.by.account, id, name)
}

func labelInfo(c *call) (any, error) {
	query := c.URL.Query()
	if query.Get("name") == "" {
		return nil, badRequest("name is required")
	}
	label, err := c.site.store.LabelNamed(query.Get("name"))
	if err != nil {
		return nil, err
	}
	_, found, err := c.site.store.Labelled(c.by.account, label.ID)
	if err != nil {
		return nil, err
	}
	if kind := query.Get("type"); kind != "" {
		found = slices.DeleteFunc(found, func(x content.Content) bool { return string(x.Type) != kind })
	}
	if kind := query.Get("type"); kind == "" || kind == "page_template" {
		for _, t := range c.site.store.TemplatesLabelled(c.by.account, label.ID) {
			found = append(found, content.Content{ID: t.ID, Type: "page_template", Title: t.Name})
		}
	}
	start, limit, err := c.startLimit()
	if err != nil {
		return nil, err
	}
	results := []any{}
	for _, x := range found[min(start, len(found)):min(start+limit, len(found))] {
		id, _ := strconv.ParseInt(x.ID, 10, 64)
		results = append(results, map[string]any{"contentType": x.Type, "contentId": id, "title": x.Title})
	}
	c.objects = len(results)
	return map[string]any{
		"label":              labelV1(label),
		"associatedContents": map[string]any{"results": results, "start": start, "limit": limit, "size": len(results)},
	}, nil
}

// templates lists the templates of a space, or those of the whole site.
func templates(c *call) (any, error) {
	found, err := c.site.store.Templates(c.by.account, c.URL.Query().Get("spaceKey"))
	if err != nil {
		return nil, err
	}
	start, limit, err := c.startLimit()
	if err != nil {
		return nil, err
	}
	self := func(path string) string { return c.site.baseURL + "/rest/api/" + path }
	withBody := slices.ContainsFunc(values(c.URL.Query(), "expand"), func(e string) bool { return e == "body" || e == "body.storage" })
	results := []any{}
	for _, t := range found[min(start, len(found)):min(start+limit, len(found))] {
		one := map[string]any{
			"templateId": t.ID, "name": t.Name, "description": t.Description, "templateType": "page", "editorVersion": "v2",
			"_expandable": map[string]any{"body": "/rest/api/template/" + t.ID + "?expand=body"}, "_links": map[string]any{"self": self("template/" + t.ID)},
		}
		labels := []any{}
		for _, l := range t.Labels {
			labels = append(labels, labelV1(l))
		}
		one["labels"] = labels
		if sp, err := c.site.store.Space(c.by.account, t.SpaceID); err == nil {
			one["space"] = c.spaceV1(sp)
		}
		if withBody {
			one["body"] = map[string]any{"storage": map[string]any{"value": t.Body, "representation": "storage", "embeddedContent": []any{}}}
		}
		results = append(results, one)
	}
	c.objects = len(results)
	return map[string]any{
		"results": results, "start": start, "limit": limit, "size": len(results),
		"_links": map[string]any{"base": c.site.baseURL, "context": c.site.basePath, "self": self("template/page")},
	}, nil
}

// spaceV1 is a space as v1 names it in what is in it.
func (c *call) spaceV1(sp content.Space) map[string]any {
	id, _ := strconv.ParseInt(sp.ID, 10, 64)
	return map[string]any{
		"id": id, "key": sp.Key, "name": sp.Name, "type": "global", "status": "current",
		"_expandable": map[string]any{}, "_links": map[string]any{"webui": "/spaces/" + sp.Key, "self": c.site.baseURL + "/rest/api/space/" + sp.Key},
	}
}

// startLimit reads the old kind of paging.
func (c *call) startLimit() (start, limit int, err error) {
	if text := c.URL.Query().Get("start"); text != "" {
		if start, err = strconv.Atoi(text); err != nil || start < 0 {
			return 0, 0, badRequest("start cannot be less than zero")
		}
	}
	limit, err = c.limit(200, 200)
	return start, limit, err
}

func spaceLabelsV1(c *call) (any, error) {
	x, err := c.site.store.Space(c.by.account, c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	// Here "global" means the labels of the content in the space, and "team"
	// those of the space itself.
	var labels []content.Label
	switch prefix := c.URL.Query().Get("prefix"); prefix {
	case "global":
		labels = withPrefix(c.site.store.LabelsIn(c.by.account, x.ID), "global")
	case "", "my", "team":
		if labels, err = c.site.store.SpaceLabels(c.by.account, x.ID); err != nil {
			return nil, err
		}
		labels = withPrefix(labels, prefix)
	default:
		return nil, badRequest("unknown prefix")
	}
	start, limit, err := c.startLimit()
	if err != nil {
		return nil, err
	}
	results := []any{}
	for _, l := range labels[min(start, len(labels)):min(start+limit, len(labels))] {
		results = append(results, labelV1(l))
	}
	return map[string]any{"results": results, "start": start, "limit": limit, "size": len(results), "_links": map[string]any{"base": c.site.baseURL}}, nil
}

func addSpaceLabels(c *call) (any, error) {
	named, err := newLabels(c)
	if err != nil {
		return nil, err
	}
	all, err := c.site.store.AddSpaceLabels(c.by.account, c.PathValue("key"), named)
	if err != nil {
		return nil, err
	}
	return labelArray(c, all), nil
}

func removeSpaceLabel(c *call) (any, error) {
	query := c.URL.Query()
	if query.Get("name") == "" {
		return nil, badRequest("name is required")
	}
	prefix := query.Get("prefix")
	if prefix == "" {
		prefix = "global"
	}
	c.status = http.StatusNoContent
	return nil, c.site.store.RemoveSpaceLabel(c.by.account, c.PathValue("key"), prefix, query.Get("name"))
}

// matches runs the cql parameter over what search has indexed.
func matches(c *call) ([]*cql.Document, error) {
	query := c.URL.Query().Get("cql")
	if strings.TrimSpace(query) == "" {
		return nil, badRequest("cql query parameter is required")
	}
	if raw := c.URL.Query().Get("cqlcontext"); raw != "" && !json.Valid([]byte(raw)) {
		return nil, badRequest("Could not parse cqlcontext")
	}
	fields, err := c.s.propertyFields(c.site)
	if err != nil {
		return nil, err
	}
	q, err := cql.Parse(query, c.s.clock.now(), fields...)
	if err != nil {
		return nil, err
	}
	var found []*cql.Document
	indexed := c.site.store.Indexed(c.by.account, c.flag("includeArchivedSpaces"))
	for _, d := range indexed {
		if q.Match(d) {
			found = append(found, d)
		}
	}
	q.Sort(found, indexed)
	return found, nil
}

// propertyFields is what the apps of a site add to the query language. One alias
// that an app gives on Connect and on Forge breaks every query, as in life.
func (s *Server) propertyFields(x *site) ([]cql.PropertyField, error) {
	var fields []cql.PropertyField
	if app := x.connect.App(); app.Installed {
		fields = app.Descriptor.PropertyFields()
	}
	if x.name != "" { // Forge is on the first site
		return fields, nil
	}
	var forge []cql.PropertyField
	for _, one := range s.forge {
		for _, f := range one.host.PropertyFields() {
			if !slices.Contains(forge, f) { // of two builds of one app
				forge = append(forge, f)
			}
		}
	}
	fields = append(fields, forge...)
	if err := cql.CheckFields(fields); err != nil {
		return nil, fmt.Errorf("localconfluence: the search is broken: %w", err)
	}
	return fields, nil
}

// searchPage is one page of results in the shape of v1. start is ignored, as
// live sites do; paging is by cursor, relative to base.
func searchPage(c *call, most int, toJSON func(*cql.Document, content.Content) any) (map[string]any, error) {
	found, err := matches(c)
	if err != nil {
		return nil, err
	}
	some, next, err := untidyPage(c, found, most)
	if err != nil {
		return nil, err
	}
	limit, _ := c.limit(25, most)
	results := []any{}
	for _, d := range some {
		x, err := c.site.store.Content(c.by.account, d.ID)
		if err != nil {
			continue // gone since it was indexed
		}
		results = append(results, toJSON(d, x))
	}
	c.objects = len(results)
	links := map[string]any{"base": c.site.baseURL, "context": c.site.basePath, "self": c.site.baseURL + strings.TrimPrefix(c.URL.EscapedPath(), "/wiki")}
	if next != "" {
		query := c.URL.Query()
		query.Set("cursor", next)
		query.Set("next", "true")
		query.Set("limit", strconv.Itoa(limit))
		links["next"] = strings.TrimPrefix(c.URL.EscapedPath(), "/wiki") + "?" + query.Encode()
	}
	return map[string]any{
		"results": results, "start": 0, "limit": limit, "size": len(results), "totalSize": len(found),
		"cqlQuery": c.URL.Query().Get("cql"), "searchDuration": 3, "_links": links,
	}, nil
}

// untidyPage is a page of results with what search is asked to do wrong.
func untidyPage(c *call, found []*cql.Document, most int) ([]*cql.Document, string, error) {
	some, next, err := page(c, found, 25, most, nil)
	if err != nil {
		return nil, "", err
	}
	at, _ := c.cursor()
	ordered := func(kind string) bool { _, ok := c.s.faults.of(kind); return ok }
	switch {
	case ordered("search-empty"):
		some, next = nil, cursor{offset: at.offset, page: at.page + 1, path: at.path}.text()
	case len(some) > 1 && ordered("search-short"):
		some = some[:len(some)/2]
		next = cursor{offset: at.offset + len(some), page: at.page + 1, path: at.path}.text()
	case ordered("search-loop"):
		next = cursor{offset: at.offset, page: max(1, at.page), path: at.path}.text()
	}
	if at.offset > 0 && at.offset <= len(found) && ordered("search-duplicate") {
		some = slices.Concat(found[at.offset-1:at.offset], some)
	}
	return some, next, nil
}

func search(c *call) (any, error) {
	return searchPage(c, 250, func(d *cql.Document, x content.Content) any {
		excerpt := excerptOf(content.Text(x.Body), 300)
		if c.URL.Query().Get("excerpt") == "none" {
			excerpt = ""
		}
		entry := map[string]any{
			"content": contentJSON(c, x), "title": d.Title, "excerpt": excerpt, "url": c.site.store.WebUI(x),
			"breadcrumbs": []any{}, "entityType": "content", "iconCssClass": "aui-icon content-type-" + string(x.Type),
			"lastModified": stamp(x.Version.At), "friendlyLastModified": x.Version.At.UTC().Format("Jan 02, 2006"), "score": 0.0,
		}
		if sp, err := c.site.store.Space(c.by.account, x.SpaceID); err == nil {
			entry["resultGlobalContainer"] = map[string]any{"title": sp.Name, "displayUrl": "/spaces/" + sp.Key}
		}
		return entry
	})
}

// contentSearch gives fewer results at once the dearer they are. Only the limit
// of the rendered bodies is documented; callers read it back from the answer.
func contentSearch(c *call) (any, error) {
	most := 200
	switch expand := c.URL.Query().Get("expand"); {
	case strings.Contains(expand, "body.export_view"), strings.Contains(expand, "body.styled_view"):
		most = 25
	case strings.Contains(expand, "body."):
		most = 50
	}
	return searchPage(c, most, func(_ *cql.Document, x content.Content) any { return contentJSON(c, x) })
}

// excerptOf is the beginning of a text, on one line.
func excerptOf(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}

// contentJSON is a v1 content with what the expand parameter asks for.
func contentJSON(c *call, x content.Content) any {
	var expand []string
	for _, e := range values(c.URL.Query(), "expand") {
		expand = append(expand, strings.TrimPrefix(e, "content."))
	}
	wants := func(name string) bool {
		return slices.ContainsFunc(expand, func(e string) bool { return e == name || strings.HasPrefix(e, name+".") })
	}
	self := c.site.baseURL + "/rest/api/content/" + x.ID
	out := map[string]any{
		"id": publicID(x), "type": x.Type, "status": x.Status, "title": x.Title,
		"macroRenderedOutput": map[string]any{}, "extensions": map[string]any{"position": x.Position},
		"_expandable": map[string]any{"container": "/rest/api/space/" + x.SpaceID},
		"_links":      map[string]any{"webui": c.site.store.WebUI(x), "self": self, "tinyui": "/x/" + x.ID},
	}
	if sp, err := c.site.store.Space(c.by.account, x.SpaceID); wants("space") && err == nil {
		out["space"] = c.spaceV1(sp)
	}
	version := map[string]any{
		"by": userV1(userOf(c.site, x.Version.AuthorID)), "when": stamp(x.Version.At), "friendlyWhen": x.Version.At.UTC().Format("Jan 02, 2006"),
		"message": x.Version.Message, "number": x.Version.Number, "minorEdit": x.Version.MinorEdit,
	}
	if wants("version") {
		out["version"] = version
	}
	if wants("metadata.labels") || wants("metadata") {
		labels, _ := c.site.store.Labels(c.by.account, x.ID)
		out["metadata"] = map[string]any{"labels": labelArray(c, labels)}
	}
	bodies := map[string]any{}
	for _, format := range []string{"storage", "atlas_doc_format", "view", "export_view", "styled_view"} {
		if wants("body." + format) {
			value, _ := c.body(x, format) // a format that there is
			bodies[format] = map[string]any{"value": value, "representation": format, "embeddedContent": []any{}}
		}
	}
	if len(bodies) > 0 {
		out["body"] = bodies
	}
	if wants("history") {
		history := map[string]any{
			"latest": true, "createdBy": userV1(userOf(c.site, x.AuthorID)), "createdDate": stamp(x.CreatedAt),
			"_links": map[string]any{"self": self + "/history"},
		}
		if wants("history.lastUpdated") {
			history["lastUpdated"] = version
		}
		out["history"] = history
	}
	if wants("ancestors") {
		above := []any{}
		ids, _ := c.site.store.Ancestors(c.by.account, x.ID)
		for _, id := range ids {
			if a, err := c.site.store.Content(c.by.account, id); err == nil {
				above = append(above, map[string]any{"id": a.ID, "type": a.Type, "status": a.Status, "title": a.Title})
			}
		}
		out["ancestors"] = above
	}
	return out
}

func contentV1(c *call) (any, error) {
	x, err := c.site.store.Content(c.by.account, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return contentJSON(c, x), nil
}

func labelsV1(c *call) (any, error) {
	labels, err := c.site.store.Labels(c.by.account, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return labelArray(c, labels), nil
}

func userV1(u content.User) map[string]any {
	kind := "atlassian"
	if u.App {
		kind = "app"
	}
	return map[string]any{
		"type": "known", "accountId": u.AccountID, "accountType": kind, "email": "", "publicName": u.DisplayName, "displayName": u.DisplayName,
		"isExternalCollaborator": false, "timeZone": u.TimeZone,
		"profilePicture": map[string]any{"path": "/wiki/aa-avatar/" + u.AccountID, "width": 48, "height": 48, "isDefault": false},
	}
}

func currentUser(c *call) (any, error) {
	if c.by.account == "" {
		return map[string]any{
			"type": "anonymous", "displayName": "Anonymous",
			"profilePicture": map[string]any{"path": "/wiki/images/icons/profilepics/anonymous.svg", "width": 48, "height": 48, "isDefault": true},
		}, nil
	}
	return withOperations(c, userOf(c.site, c.by.account)), nil
}

func userByID(c *call) (any, error) {
	u, ok := c.site.store.User(c.URL.Query().Get("accountId"))
	if !ok {
		return nil, content.ErrNotFound
	}
	return withOperations(c, u), nil
}

// withOperations is a person with, where it is asked for, what they may do on
// the whole site.
func withOperations(c *call, u content.User) map[string]any {
	out := userV1(u)
	if slices.Contains(values(c.URL.Query(), "expand"), "operations") {
		operations := []any{map[string]any{"operation": "use", "targetType": "application"}}
		if u.Role == content.Admin {
			operations = append(operations, map[string]any{"operation": "administer", "targetType": "application"})
		}
		out["operations"] = operations
	}
	return out
}

// permissionCheck lets callers ask about themselves, and administrators and
// apps about anyone.
func permissionCheck(c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	var body struct {
		Subject   struct{ Type, Identifier string }
		Operation string
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Subject.Type != "user" || body.Subject.Identifier == "" || !slices.Contains([]string{"read", "update", "delete"}, body.Operation) {
		return nil, badRequest("a subject of type user and an operation are needed")
	}
	if _, err := c.site.store.Content(c.by.account, id); err != nil {
		return nil, err
	}
	if caller := userOf(c.site, c.by.account); body.Subject.Identifier != c.by.account && !c.by.app && caller.Role != content.Admin {
		return nil, content.ErrForbidden
	}
	if _, known := c.site.store.User(body.Subject.Identifier); !known {
		return nil, content.ErrNotFound
	}
	allowed, _ := c.site.store.Allowed(body.Subject.Identifier, id) // not visible: nothing is allowed
	if slices.Contains(allowed, body.Operation) {
		return map[string]any{"hasPermission": true, "errors": []any{}}, nil
	}
	return map[string]any{"hasPermission": false, "errors": []any{map[string]any{
		"translation": "The user does not have permission to " + body.Operation + " this content", "args": []any{},
	}}}, nil
}

func macroBody(c *call) (any, error) {
	number, err := strconv.Atoi(c.PathValue("version"))
	if err != nil || number < 0 {
		return nil, badRequest("the version is not a number")
	}
	x, err := c.site.store.Content(c.by.account, c.PathValue("id"))
	if err == nil && number > 0 && number != x.Version.Number {
		x, err = c.site.store.VersionOf(c.by.account, c.PathValue("id"), number)
	}
	if err != nil {
		return nil, err
	}
	for _, m := range content.Macros(x.Body) {
		if m.ID == c.PathValue("macro") {
			parameters := map[string]any{}
			for name, value := range m.Parameters {
				parameters[name] = map[string]any{"value": value}
			}
			return map[string]any{"name": m.Name, "body": "", "parameters": parameters, "_links": map[string]any{"base": c.site.baseURL, "context": c.site.basePath}}, nil
		}
	}
	return nil, content.ErrNotFound
}

// theApp is for endpoints that only the app itself may call.
func theApp(c *call) error {
	switch {
	case !c.by.app:
		return &statusError{http.StatusUnauthorized, "Only the app may do this"}
	case c.PathValue("app") != c.site.connect.App().Descriptor.Key:
		return &statusError{http.StatusNotFound, "Add-on with this key does not exist"}
	}
	return nil
}

func appInfo(c *call) (any, error) {
	if err := theApp(c); err != nil {
		return nil, err
	}
	app := c.site.connect.App()
	state := "DISABLED"
	if app.Enabled {
		state = "ENABLED"
	}
	out := map[string]any{
		"key": app.Descriptor.Key, "version": "1.0.0-AC", "state": state,
		"host":  map[string]any{"product": "Confluence", "contacts": []any{}},
		"links": map[string]any{"self": []any{map[string]any{"href": c.site.baseURL + "/rest/atlassian-connect/1/addons/" + app.Descriptor.Key}}},
	}
	if app.Descriptor.EnableLicensing {
		out["license"] = map[string]any{
			"active": app.Licence == "active", "type": "DEVELOPER", "evaluation": false,
			"entitlementId": "local-entitlement", "entitlementNumber": "E-000-000",
		}
	}
	return out, nil
}

func appProperties(c *call) (any, error) {
	if err := theApp(c); err != nil {
		return nil, err
	}
	keys := []any{}
	for _, key := range c.site.store.AppProperties() {
		keys = append(keys, map[string]any{"key": key, "self": c.appPropertyURL(key)})
	}
	return map[string]any{"keys": keys}, nil
}

func (c *call) appPropertyURL(key string) string {
	return c.site.baseURL + "/rest/atlassian-connect/1/addons/" + c.PathValue("app") + "/properties/" + url.PathEscape(key)
}

func appProperty(c *call) (any, error) {
	if err := theApp(c); err != nil {
		return nil, err
	}
	value, ok := c.site.store.AppProperty(c.PathValue("key"))
	if !ok {
		return nil, &statusError{http.StatusNotFound, "Property with this key not found"}
	}
	return map[string]any{"key": c.PathValue("key"), "value": value, "self": c.appPropertyURL(c.PathValue("key"))}, nil
}

const (
	maxAppPropertyKey   = 127
	maxAppPropertyValue = 32 << 10
	maxAppProperties    = 100
)

func setAppProperty(c *call) (any, error) {
	if err := theApp(c); err != nil {
		return nil, err
	}
	key := c.PathValue("key")
	value, err := io.ReadAll(c.Body)
	switch {
	case err != nil || !json.Valid(value):
		return nil, badRequest("The value is not JSON")
	case len(key) > maxAppPropertyKey:
		return nil, badRequest("The key has more than %d characters", maxAppPropertyKey)
	case len(value) > maxAppPropertyValue:
		return nil, badRequest("The value has more than %d bytes", maxAppPropertyValue)
	}
	if keys := c.site.store.AppProperties(); len(keys) >= maxAppProperties && !slices.Contains(keys, key) {
		return nil, badRequest("There are %d properties already", maxAppProperties)
	}
	message := "Property updated"
	if c.site.store.SetAppProperty(key, value) {
		c.status, message = http.StatusCreated, "Property created"
	}
	return map[string]any{"message": message, "status-code": max(c.status, http.StatusOK)}, nil
}

func deleteAppProperty(c *call) (any, error) {
	if err := theApp(c); err != nil {
		return nil, err
	}
	if !c.site.store.SetAppProperty(c.PathValue("key"), nil) {
		return nil, &statusError{http.StatusNotFound, "Property with this key not found"}
	}
	c.status = http.StatusNoContent
	return nil, nil
}

func withPrefix(labels []content.Label, prefixes ...string) []content.Label {
	return slices.DeleteFunc(slices.Clone(labels), func(l content.Label) bool {
		return prefixes[0] != "" && !slices.Contains(prefixes, l.Prefix)
	})
}
