package localconfluence

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/forgehost"
)

// endpoint is a REST call that is played.
type endpoint struct {
	pattern string
	scope   string // that the app needs for it, with a token or in a frame
	query   string // the parameters that are played, by spaces; * is any
	route   route
}

// What several endpoints take.
const (
	pagedQuery   = "cursor limit"
	labelsQuery  = "prefix sort " + pagedQuery
	contentQuery = "sort body-format " + pagedQuery
	searchQuery  = "cql cqlcontext expand limit cursor next start includeArchivedSpaces"
	singleQuery  = "version include-labels include-operations include-properties include-versions include-version"
)

// endpoints lists every REST call there is. What it does not list is answered
// 501, and a parameter that it does not list 400: both are counted, see unplayed.
//
// Scopes are those of Connect; those of Forge are forgehost's to say. Source: the REST documentation of Confluence
// Cloud, which says for each call which one it takes.
var endpoints = slices.Concat([]endpoint{
	{"POST /wiki/rest/api/content/{id}/label", "WRITE", "", addLabels},
	{"DELETE /wiki/rest/api/content/{id}/label", "WRITE", "name", removeLabelByQuery},
	{"DELETE /wiki/rest/api/content/{id}/label/{label}", "WRITE", "", removeLabelByPath},
	{"GET /wiki/rest/api/label", "READ", "name type start limit", labelInfo},
	{"GET /wiki/rest/api/template/page", "READ", "spaceKey start limit expand", templates},
	{"GET /wiki/rest/api/space/{key}/label", "READ", "prefix start limit", spaceLabelsV1},
	{"POST /wiki/rest/api/space/{key}/label", "WRITE", "", addSpaceLabels},
	{"DELETE /wiki/rest/api/space/{key}/label", "WRITE", "name prefix", removeSpaceLabel},
	{"GET /wiki/rest/api/search", "READ", searchQuery + " excerpt", search},
	{"GET /wiki/rest/api/content/search", "READ", searchQuery, contentSearch},
	{"POST /wiki/rest/api/content/{id}/permission/check", "READ", "", permissionCheck},
	{"GET /wiki/rest/api/content/{id}/history/{version}/macro/id/{macro}", "READ", "", macroBody},
	{"GET /wiki/rest/api/user/current", "READ", "expand", currentUser},
	{"GET /wiki/rest/api/user", "READ", "accountId expand", userByID},
	{"GET /wiki/rest/atlassian-connect/1/addons/{app}", "READ", "", appInfo},
	{"GET /wiki/rest/atlassian-connect/1/addons/{app}/properties", "READ", "", appProperties},
	{"GET /wiki/rest/atlassian-connect/1/addons/{app}/properties/{key}", "READ", "", appProperty},
	{"PUT /wiki/rest/atlassian-connect/1/addons/{app}/properties/{key}", "WRITE", "", setAppProperty},
	{"DELETE /wiki/rest/atlassian-connect/1/addons/{app}/properties/{key}", "WRITE", "", deleteAppProperty},

	// Removed: gone for tokens, still there for passwords.
	{"GET /wiki/rest/api/content/{id}", "READ", "*", removed(contentV1)},
	{"GET /wiki/rest/api/content/{id}/label", "READ", "*", removed(labelsV1)},
	{"GET /wiki/rest/api/content", "READ", "*", removed(nil)},
	{"POST /wiki/rest/api/content", "WRITE", "*", removed(nil)},
	{"PUT /wiki/rest/api/content/{id}", "WRITE", "*", removed(nil)},
	{"DELETE /wiki/rest/api/content/{id}", "WRITE", "*", removed(nil)},
	{"GET /wiki/rest/api/content/{id}/property", "READ", "*", removed(nil)},
	{"POST /wiki/rest/api/content/{id}/property", "WRITE", "*", removed(nil)},
	{"GET /wiki/rest/api/content/{id}/property/{key}", "READ", "*", removed(nil)},
	{"PUT /wiki/rest/api/content/{id}/property/{key}", "WRITE", "*", removed(nil)},
	{"GET /wiki/rest/api/space", "READ", "*", removed(nil)},
	{"GET /wiki/rest/api/space/{key}", "READ", "*", removed(nil)},
	{"GET /wiki/rest/api/space/{key}/property", "READ", "*", removed(nil)},

	{"GET /wiki/api/v2/pages", "READ", "id space-id status title " + contentQuery, pages},
	{"POST /wiki/api/v2/pages", "WRITE", "private", createPage},
	{"GET /wiki/api/v2/pages/{id}", "READ", singleQuery + " body-format get-draft status", single("pages")},
	{"PUT /wiki/api/v2/pages/{id}", "WRITE", "", update("pages")},
	{"DELETE /wiki/api/v2/pages/{id}", "DELETE", "", trashPage},
	{"GET /wiki/api/v2/blogposts/{id}", "READ", singleQuery + " body-format get-draft status", single("blogposts")},
	{"PUT /wiki/api/v2/blogposts/{id}", "WRITE", "", update("blogposts")},
	{"GET /wiki/api/v2/attachments/{id}", "READ", singleQuery, single("attachments")},
	{"GET /wiki/api/v2/custom-content/{id}", "READ", singleQuery + " body-format", single("custom-content")},
	{"GET /wiki/api/v2/pages/{id}/attachments", "READ", pagedQuery + " sort", pageAttachments},
	{"GET /wiki/api/v2/pages/{id}/direct-children", "READ", pagedQuery, directChildren},
	{"GET /wiki/api/v2/pages/{id}/ancestors", "READ", pagedQuery, ancestors},
	{"GET /wiki/api/v2/pages/{id}/descendants", "READ", "depth " + pagedQuery, descendants},
	{"GET /wiki/api/v2/labels", "READ", "label-id " + labelsQuery, allLabels},
	{"GET /wiki/api/v2/labels/{id}/pages", "READ", "space-id " + contentQuery, labelled("pages")},
	{"GET /wiki/api/v2/labels/{id}/blogposts", "READ", "space-id " + contentQuery, labelled("blogposts")},
	{"GET /wiki/api/v2/labels/{id}/attachments", "READ", "sort " + pagedQuery, labelled("attachments")},
	{"POST /wiki/api/v2/content/convert-ids-to-types", "READ", "", convertIDs},
	{"POST /wiki/api/v2/users-bulk", "READ", "", usersBulk},
	{"GET /wiki/api/v2/spaces", "READ", "ids keys type status " + pagedQuery, spaces},
	{"GET /wiki/api/v2/spaces/{id}", "READ", "include-labels include-operations", oneSpace},
	{"GET /wiki/api/v2/spaces/{id}/labels", "READ", labelsQuery, spaceLabels},
	{"GET /wiki/api/v2/spaces/{id}/content/labels", "READ", labelsQuery, spaceContentLabels},
	{"GET /wiki/api/v2/spaces/{id}/operations", "READ", "", spaceOperations},
	{"GET /wiki/api/v2/spaces/{id}/pages", "READ", "depth status title " + contentQuery, spacePages},
	{"GET /wiki/api/v2/spaces/{id}/blogposts", "READ", "status title " + contentQuery, spaceBlogPosts},
},
	labelEndpoints("pages"), labelEndpoints("blogposts"), labelEndpoints("attachments"), labelEndpoints("custom-content"),
	propertyEndpoints("pages"), propertyEndpoints("blogposts"), propertyEndpoints("attachments"), propertyEndpoints("custom-content"), propertyEndpoints("spaces"))

// labelEndpoints are what each collection of content has for its labels.
func labelEndpoints(in string) []endpoint {
	at := "GET /wiki/api/v2/" + in + "/{id}/"
	return []endpoint{
		{at + "labels", "READ", labelsQuery, contentLabels(in)},
		{at + "operations", "READ", "", contentOperations(in)},
	}
}

func propertyEndpoints(kind string) []endpoint {
	at := " /wiki/api/v2/" + kind + "/{id}/properties"
	return []endpoint{
		{"GET" + at, "READ", "key " + pagedQuery, properties(kind)},
		{"POST" + at, "WRITE", "", createProperty(kind)},
		{"GET" + at + "/{property}", "READ", "", property(kind)},
		{"PUT" + at + "/{property}", "WRITE", "", updateProperty(kind)},
		{"DELETE" + at + "/{property}", "WRITE", "", deleteProperty(kind)},
	}
}

// played is a mux of the endpoints; everything else is not played.
func played() *http.ServeMux {
	mux := http.NewServeMux()
	for _, e := range endpoints {
		mux.Handle(e.pattern, e.guarded())
	}
	mux.Handle("/", route(func(c *call) (any, error) {
		c.s.unplayed.add(c.Method + " " + c.URL.Path)
		return nil, &statusError{http.StatusNotImplemented, "The local Confluence does not play this call"}
	}))
	return mux
}

// guarded is the route for who has the scope and asks for nothing that is not
// played. What comes with a browser's own rights, or could, must say that no form
// of another page made it; v2 takes JSON only and does not ask.
func (e endpoint) guarded() route {
	known := strings.Fields(e.query)
	return func(c *call) (any, error) {
		writes := c.Method != http.MethodGet && c.Method != http.MethodHead
		if token := c.Header.Get("X-Atlassian-Token"); writes && !c.v2 && !c.by.token && token != "no-check" && token != "nocheck" {
			return nil, errXSRF
		}
		switch {
		case c.by.forge && !forgehost.Permits(c.by.scopes, e.pattern):
			return nil, errScope
		case !c.by.forge && (c.by.token || c.by.frame) && !connecthost.HasScope(c.by.scopes, e.scope):
			return nil, &statusError{http.StatusForbidden, "Request not in an authorized API scope"}
		}
		for name := range c.URL.Query() {
			if e.query != "*" && !slices.Contains(known, name) {
				c.s.unplayed.add(c.Method + " " + c.URL.Path + "?" + name)
				return nil, badRequest("The local Confluence does not play the parameter %s of this call", name)
			}
		}
		return e.route(c)
	}
}

// unplayed counts what was asked for and is not played, so that a test can
// assert that there was nothing: an answer that is no more than 4xx or 5xx can
// pass for one that Confluence would give.
type unplayed struct {
	mu     sync.Mutex
	counts map[string]int // by method and path, with ?name for a parameter
}

const mostUnplayed = 500

func (u *unplayed) add(what string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, known := u.counts[what]; known || len(u.counts) < mostUnplayed {
		u.counts[what]++
	}
}

func (u *unplayed) all() map[string]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.counts)
}
