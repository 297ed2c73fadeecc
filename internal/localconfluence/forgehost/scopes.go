package forgehost

import (
	"slices"
	"strings"
)

// need is what a call takes: all the scopes of one of the sets.
type need struct {
	anyOf  []string // sets, their scopes by spaces
	unsure bool     // no document of 2026 says so: settle it on a live site
}

// Scopes are long, and few: short for read:page:confluence and its like.
func granular(short string) string {
	var out []string
	for scope := range strings.FieldsSeq(short) {
		out = append(out, scope+":confluence")
	}
	return strings.Join(out, " ")
}

func sure(short string, classic ...string) need {
	return need{anyOf: append([]string{granular(short)}, classic...)}
}

func unsure(short string, classic ...string) need {
	n := sure(short, classic...)
	n.unsure = true
	return n
}

// Classic scopes, of which one stands for many calls.
const (
	readContent  = "read:confluence-content.all"
	readSummary  = "read:confluence-content.summary"
	readSpaces   = "read:confluence-space.summary"
	writeContent = "write:confluence-content"
	writeSpaces  = "write:confluence-space"
	searching    = "search:confluence"
	readUsers    = "read:confluence-user"
)

// needs says what each call of the REST API takes of an app on Forge, by the
// pattern of the local Confluence's table of calls. A call that is not here is
// none that an app may make. Sources: the page of v1's content labels (2026); v2's
// OpenAPI of February 2025; the rest by their likeness, and marked so.
var needs = withProperties(map[string]need{
	"POST /wiki/rest/api/content/{id}/label":                             sure("read:label write:label", writeContent),
	"DELETE /wiki/rest/api/content/{id}/label":                           unsure("write:label", writeContent),
	"DELETE /wiki/rest/api/content/{id}/label/{label}":                   unsure("write:label", writeContent),
	"GET /wiki/rest/api/label":                                           unsure("read:label", readSummary),
	"GET /wiki/rest/api/template/page":                                   unsure("read:template", readSummary),
	"GET /wiki/rest/api/space/{key}/label":                               unsure("read:label read:space", readSpaces),
	"POST /wiki/rest/api/space/{key}/label":                              unsure("read:label write:label", writeSpaces),
	"DELETE /wiki/rest/api/space/{key}/label":                            unsure("write:label", writeSpaces),
	"GET /wiki/rest/api/search":                                          unsure("read:content-details", searching),
	"GET /wiki/rest/api/content/search":                                  unsure("read:content-details", searching),
	"POST /wiki/rest/api/content/{id}/permission/check":                  unsure("read:content.permission", "read:confluence-content.permission"),
	"GET /wiki/rest/api/content/{id}/history/{version}/macro/id/{macro}": unsure("read:page", readContent),
	"GET /wiki/rest/api/user/current":                                    unsure("read:content-details", readUsers),
	"GET /wiki/rest/api/user":                                            unsure("read:content-details", readUsers),

	// Removed calls answer that they are, to whom may ask.
	"GET /wiki/rest/api/content/{id}":                unsure("read:content-details", readContent),
	"GET /wiki/rest/api/content/{id}/label":          unsure("read:label", readSummary),
	"GET /wiki/rest/api/content":                     unsure("read:content-details", readContent),
	"POST /wiki/rest/api/content":                    unsure("write:page", writeContent),
	"PUT /wiki/rest/api/content/{id}":                unsure("write:page", writeContent),
	"DELETE /wiki/rest/api/content/{id}":             unsure("delete:page", writeContent),
	"GET /wiki/rest/api/content/{id}/property":       unsure("read:page", readContent),
	"POST /wiki/rest/api/content/{id}/property":      unsure("write:page", writeContent),
	"GET /wiki/rest/api/content/{id}/property/{key}": unsure("read:page", readContent),
	"PUT /wiki/rest/api/content/{id}/property/{key}": unsure("write:page", writeContent),
	"GET /wiki/rest/api/space":                       unsure("read:space", readSpaces),
	"GET /wiki/rest/api/space/{key}":                 unsure("read:space", readSpaces),
	"GET /wiki/rest/api/space/{key}/property":        unsure("read:space", readSpaces),

	"GET /wiki/api/v2/pages":                          sure("read:page"),
	"POST /wiki/api/v2/pages":                         sure("write:page"),
	"GET /wiki/api/v2/pages/{id}":                     sure("read:page"),
	"PUT /wiki/api/v2/pages/{id}":                     sure("write:page"),
	"DELETE /wiki/api/v2/pages/{id}":                  sure("delete:page"),
	"GET /wiki/api/v2/blogposts/{id}":                 sure("read:page"),
	"PUT /wiki/api/v2/blogposts/{id}":                 sure("write:page"),
	"GET /wiki/api/v2/attachments/{id}":               sure("read:attachment"),
	"GET /wiki/api/v2/custom-content/{id}":            sure("read:custom-content"),
	"GET /wiki/api/v2/pages/{id}/attachments":         sure("read:attachment"),
	"GET /wiki/api/v2/pages/{id}/direct-children":     unsure("read:hierarchical-content"),
	"GET /wiki/api/v2/pages/{id}/ancestors":           unsure("read:content.metadata"),
	"GET /wiki/api/v2/pages/{id}/descendants":         unsure("read:hierarchical-content"),
	"GET /wiki/api/v2/labels":                         sure("read:label"),
	"GET /wiki/api/v2/labels/{id}/pages":              sure("read:page"),
	"GET /wiki/api/v2/labels/{id}/blogposts":          sure("read:page"),
	"GET /wiki/api/v2/labels/{id}/attachments":        sure("read:attachment"),
	"POST /wiki/api/v2/content/convert-ids-to-types":  unsure("read:content.metadata"),
	"POST /wiki/api/v2/users-bulk":                    unsure("read:user"),
	"GET /wiki/api/v2/spaces":                         sure("read:space"),
	"GET /wiki/api/v2/spaces/{id}":                    sure("read:space"),
	"GET /wiki/api/v2/spaces/{id}/labels":             sure("read:space"),
	"GET /wiki/api/v2/spaces/{id}/content/labels":     sure("read:space"),
	"GET /wiki/api/v2/spaces/{id}/operations":         sure("read:space"),
	"GET /wiki/api/v2/spaces/{id}/pages":              sure("read:page"),
	"GET /wiki/api/v2/spaces/{id}/blogposts":          sure("read:page"),
	"GET /wiki/api/v2/pages/{id}/labels":              sure("read:page"),
	"GET /wiki/api/v2/blogposts/{id}/labels":          sure("read:page"),
	"GET /wiki/api/v2/attachments/{id}/labels":        sure("read:attachment"),
	"GET /wiki/api/v2/custom-content/{id}/labels":     sure("read:custom-content"),
	"GET /wiki/api/v2/pages/{id}/operations":          sure("read:page"),
	"GET /wiki/api/v2/blogposts/{id}/operations":      sure("read:page"),
	"GET /wiki/api/v2/attachments/{id}/operations":    sure("read:attachment"),
	"GET /wiki/api/v2/custom-content/{id}/operations": sure("read:custom-content"),
})

// withProperties adds the calls for properties, whose scopes are those of what
// they are on: v2 names no finer ones, though there are such by name.
func withProperties(needs map[string]need) map[string]need {
	for kind, scope := range map[string]string{"pages": "page", "blogposts": "page", "attachments": "attachment", "custom-content": "custom-content", "spaces": "space"} {
		at := " /wiki/api/v2/" + kind + "/{id}/properties"
		needs["GET"+at], needs["GET"+at+"/{property}"] = sure("read:"+scope), sure("read:"+scope)
		for _, call := range []string{"POST" + at, "PUT" + at + "/{property}", "DELETE" + at + "/{property}"} {
			needs[call] = sure("read:" + scope + " write:" + scope)
		}
	}
	return needs
}

// knownScopes are those that a call takes, and those for tokens for Confluence.
var knownScopes = func() map[string]bool {
	out := map[string]bool{"read:app-user-token": true, "read:app-system-token": true}
	for _, n := range needs {
		for _, set := range n.anyOf {
			for scope := range strings.FieldsSeq(set) {
				out[scope] = true
			}
		}
	}
	return out
}()

// Played reports whether the table says what a call takes.
func Played(call string) bool { _, known := needs[call]; return known }

// Permits reports whether scopes are enough for a call.
func Permits(scopes []string, call string) bool {
	return slices.ContainsFunc(needs[call].anyOf, func(set string) bool {
		for scope := range strings.FieldsSeq(set) {
			if !slices.Contains(scopes, scope) {
				return false
			}
		}
		return true
	})
}
