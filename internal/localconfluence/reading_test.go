package localconfluence

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a browser reads of a page to find labels for it, its neighbours and what
// was kept beside it.

func TestReadingAPageAsADocument(t *testing.T) {
	w := newWorld(t, nil)
	const about = "?body-format=atlas_doc_format&include-labels=true&include-operations=true&include-version=true"
	type node struct {
		Type    string
		Content []node
		Text    string
	}
	document := func(t *testing.T, page map[string]any) (types []string, text string) {
		t.Helper()
		var doc node
		if err := json.Unmarshal([]byte(at(t, page, "body", "atlas_doc_format", "value").(string)), &doc); err != nil {
			t.Fatal(err)
		}
		var walk func(node)
		walk = func(n node) {
			text += n.Text
			for _, c := range n.Content {
				walk(c)
			}
		}
		walk(doc)
		for _, n := range doc.Content {
			types = append(types, n.Type)
		}
		return types, text
	}
	t.Run("a page", func(t *testing.T) {
		page := w.call("viewer", "GET", "/wiki/api/v2/pages/"+w.pageID("Power cut on the quay")+about, "").json(t)
		types, text := document(t, page)
		if diff := cmp.Diff([]string{"extension", "paragraph", "heading", "paragraph", "heading", "table", "heading", "paragraph"}, types); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !strings.Contains(text, "Fridges stay shut") {
			t.Error("the text of the table is lost")
		}
		if page["parentId"] != w.pageID("When something went wrong") || page["parentType"] != "page" || page["spaceId"] != w.spaceID() || page["createdAt"] == "" || page["title"] != "Power cut on the quay" {
			t.Errorf("%v", page)
		}
		if diff := cmp.Diff([]string{"incident", "retrospective"}, fieldsOf(t, at(t, page, "labels", "results"), "name")); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"read"}, fieldsOf(t, at(t, page, "operations", "results"), "operation")); diff != "" {
			t.Errorf("operations (-want +got):\n%s", diff)
		}
	})
	t.Run("a blog post", func(t *testing.T) {
		post := w.call("viewer", "GET", "/wiki/api/v2/blogposts/"+w.pageID("A new oat milk")+about, "").json(t)
		if types, _ := document(t, post); types[0] != "extension" || post["title"] != "A new oat milk" || post["createdAt"] == "" {
			t.Errorf("%v %v", types, post)
		}
	})
	t.Run("a page that is not theirs", func(t *testing.T) {
		if got := w.call("viewer", "GET", "/wiki/api/v2/pages/"+w.pageID("Wages and rota")+about, ""); got.status != 404 {
			t.Errorf("status %d", got.status)
		}
	})
}

// search asks for content by CQL.
func (w *world) search(who, cql, more string) map[string]any {
	w.t.Helper()
	return w.call(who, "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(cql)+more, "").json(w.t)
}

func TestSearchingForNeighbours(t *testing.T) {
	w := newWorld(t, nil)
	page := w.pageID("Backflushing with the blue powder")
	query := `space = "CAFE" and type in (page, blogpost) and id != ` + page + ` and (title ~ "portafilter" or text ~ "portafilter" or text ~ "screens" or text ~ "rinsed" or text ~ "\"blind basket\"")`

	t.Run("the most relevant come first, and with what is asked for", func(t *testing.T) {
		got := w.search("viewer", query, "&expand=metadata.labels,body.storage,history&limit=25")
		titles := fieldsOf(t, got["results"], "title")
		if len(titles) < 4 || slices.Contains(titles, "Backflushing with the blue powder") || !slices.Contains(titles[:3], "Group head gaskets") {
			t.Errorf("found %v", titles)
		}
		first := at(t, got, "results", slices.Index(titles, "Group head gaskets"))
		if diff := cmp.Diff([]string{"maintenance", "coffee-machine"}, fieldsOf(t, at(t, first, "metadata", "labels", "results"), "name")); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
		if !strings.Contains(at(t, first, "body", "storage", "value").(string), "portafilter") || at(t, first, "history", "createdDate") == "" {
			t.Errorf("%v", first)
		}
	})
	t.Run("page by page they are the same", func(t *testing.T) {
		all := fieldsOf(t, w.search("viewer", query, "&limit=25")["results"], "title")
		var titles []string
		path := "/wiki/rest/api/content/search?cql=" + url.QueryEscape(query) + "&limit=2"
		for path != "/wiki" {
			got := w.call("viewer", "GET", path, "").json(t)
			titles = append(titles, fieldsOf(t, got["results"], "title")...)
			next, _ := at(t, got, "_links", "next").(string)
			path = "/wiki" + next
		}
		if diff := cmp.Diff(all, titles); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("with bodies there are 50 at once, with rendered ones 25", func(t *testing.T) {
		for expand, want := range map[string]float64{"metadata.labels": 200, "metadata.labels,body.storage": 50, "body.atlas_doc_format": 50, "body.export_view": 25} {
			got := w.search("viewer", `space = CAFE`, "&limit=250&expand="+expand)
			if got["limit"] != want || got["size"].(float64) > want {
				t.Errorf("%s: %v of %v", expand, got["size"], got["limit"])
			}
		}
	})
	t.Run("a page and what is below it", func(t *testing.T) {
		parent := w.pageID("The coffee machine")
		titles := fieldsOf(t, w.search("viewer", "id = "+parent+" or parent = "+parent, "&expand=metadata.labels")["results"], "title")
		want := []string{
			"The coffee machine", "Descaling the boiler", "Changing the water filter", "Group head gaskets", "Steam wands that drip",
			"When to change the burrs", "Backflushing with the blue powder",
		}
		if diff := cmp.Diff(want, titles); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("what is not theirs to read is neither found nor counted", func(t *testing.T) {
		for who, want := range map[string]float64{"editor": 1, "admin": 0, "viewer": 0, "anonymous": 0} {
			if got := w.search(who, `title ~ "rota" and text ~ "share"`, ""); got["totalSize"] != want {
				t.Errorf("%s: %v, want %v", who, got["totalSize"], want)
			}
		}
	})
	t.Run("a changed text is found by its new words", func(t *testing.T) {
		id := w.pageID("Lost property")
		w.control("POST", "/control/pages/"+id+"?as=editor", `{"do":"edit","storage":"<p>Sextants only.</p>"}`, 200)
		if got := w.search("viewer", `text ~ "sextant"`, ""); got["size"] != 1.0 {
			t.Errorf("new word: %v", got["size"])
		}
		if got := w.search("viewer", `text ~ "umbrella" and id = `+id, ""); got["size"] != 0.0 {
			t.Errorf("old word: %v", got["size"])
		}
	})
}

func TestPropertiesOfPagesAndPosts(t *testing.T) {
	w := newWorld(t, nil)
	hidden := w.pageID("Wages and rota")
	for kind, title := range map[string]string{"pages": "Lost property", "blogposts": "A new oat milk"} {
		t.Run(kind, func(t *testing.T) {
			w := &world{t, w.s, w.app}
			all := "/wiki/api/v2/" + kind + "/" + w.pageID(title) + "/properties"
			made := w.call("editor", "POST", all, `{"key":"labelup_page","value":{"dismissed":["a"]}}`).json(t)
			one := all + "/" + made["id"].(string)
			if at(t, made, "version", "number") != 1.0 {
				t.Errorf("made %v", made)
			}
			for key, want := range map[string]int{"labelup_page": 1, "Labelup_page": 0, "labelup": 0} {
				if got := w.call("viewer", "GET", all+"?key="+key, "").json(t); len(got["results"].([]any)) != want {
					t.Errorf("with the key %s: %v, want %d", key, got["results"], want)
				}
			}
			for _, c := range []struct {
				name, who, method, path, body string
				status                        int
			}{
				{"a viewer reads", "viewer", "GET", one, "", 200},
				{"the same number again", "editor", "PUT", one, `{"key":"labelup_page","value":1,"version":{"number":1}}`, 409},
				{"a number too far", "editor", "PUT", one, `{"key":"labelup_page","value":1,"version":{"number":3}}`, 409},
				{"the next number", "editor", "PUT", one, `{"key":"labelup_page","value":1,"version":{"number":2}}`, 200},
				{"another key", "editor", "PUT", one, `{"key":"other","value":1,"version":{"number":3}}`, 400},
				{"a key that exists", "editor", "POST", all, `{"key":"labelup_page","value":1}`, 409},
				{"32 KB", "editor", "POST", all, `{"key":"big","value":"` + strings.Repeat("x", 32<<10-2) + `"}`, 200},
				{"a byte more", "editor", "POST", all, `{"key":"bigger","value":"` + strings.Repeat("x", 32<<10-1) + `"}`, 400},
				{"a key of 255", "editor", "POST", all, `{"key":"` + strings.Repeat("k", 255) + `","value":1}`, 200},
				{"a key of 256", "editor", "POST", all, `{"key":"` + strings.Repeat("k", 256) + `","value":1}`, 400},
				{"a viewer makes one", "viewer", "POST", all, `{"key":"v","value":1}`, 403},
				{"a viewer changes one", "viewer", "PUT", one, `{"key":"labelup_page","value":1,"version":{"number":3}}`, 403},
				{"a viewer deletes one", "viewer", "DELETE", one, "", 403},
				{"somebody who may not see the page", "viewer", "GET", "/wiki/api/v2/pages/" + hidden + "/properties", "", 404},
				{"writes to it", "viewer", "POST", "/wiki/api/v2/pages/" + hidden + "/properties", `{"key":"v","value":1}`, 404},
				{"a page that is not", "editor", "POST", "/wiki/api/v2/" + kind + "/999/properties", `{"key":"v","value":1}`, 404},
				{"deleted", "editor", "DELETE", one, "", 204},
				{"gone", "editor", "GET", one, "", 404},
				{"and again", "editor", "DELETE", one, "", 404},
			} {
				if got := w.call(c.who, c.method, c.path, c.body); got.status != c.status {
					t.Errorf("%s: %d %s, want %d", c.name, got.status, got.body, c.status)
				}
			}
		})
	}
	t.Run("a blog post is no page", func(t *testing.T) {
		if got := w.call("editor", "GET", "/wiki/api/v2/pages/"+w.pageID("A new oat milk")+"/properties", ""); got.status != 404 {
			t.Errorf("status %d", got.status)
		}
	})
}

func TestPropertiesOfSpaces(t *testing.T) {
	w := newWorld(t, nil)
	all := "/wiki/api/v2/spaces/" + w.spaceID() + "/properties"
	made := at(t, w.call("viewer", "GET", all+"?key="+vocabularyKey, "").json(t), "results", 0)
	one := all + "/" + at(t, made, "id").(string)
	write := func(number int) string {
		return fmt.Sprintf(`{"key":%q,"value":{"labels":[],"mode":"listed"},"version":{"number":%d}}`, vocabularyKey, number)
	}
	for _, c := range []struct {
		name, who, method, path, body string
		status                        int
	}{
		{"an editor is no administrator of the space", "editor", "PUT", one, write(2), 403},
		{"nor a viewer", "viewer", "POST", all, `{"key":"v","value":1}`, 403},
		{"nor somebody who is not signed in", "anonymous", "DELETE", one, "", 403},
		{"who reads all the same, as the space is open", "anonymous", "GET", one, "", 200},
		{"a stale number", "admin", "PUT", one, write(1), 409},
		{"the next number", "admin", "PUT", one, write(2), 200},
		{"another one", "admin", "POST", all, `{"key":"labelup_vocabulary_1","value":{}}`, 201},
		{"made again, by who did not see it", "admin", "POST", all, `{"key":"labelup_vocabulary_1","value":{}}`, 409},
		{"a space that is not", "admin", "GET", "/wiki/api/v2/spaces/999/properties", "", 404},
		{"deleted", "admin", "DELETE", one, "", 204},
		{"gone", "viewer", "GET", one, "", 404},
	} {
		if got := w.call(c.who, c.method, c.path, c.body); got.status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, got.status, got.body, c.status)
		}
	}
}

func TestReadsMisbehaveToo(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Lost property")
	for name, c := range map[string]struct{ method, path, body string }{
		"a page":           {"GET", "/wiki/api/v2/pages/" + id + "?body-format=atlas_doc_format", ""},
		"a search":         {"GET", "/wiki/rest/api/content/search?cql=space%3DCAFE", ""},
		"properties":       {"GET", "/wiki/api/v2/pages/" + id + "/properties?key=x", ""},
		"a property":       {"POST", "/wiki/api/v2/pages/" + id + "/properties", `{"key":"x","value":1}`},
		"space properties": {"GET", "/wiki/api/v2/spaces/" + w.spaceID() + "/properties", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.s, w.app}
			path, _, _ := strings.Cut(c.path, "?")
			for _, kind := range []struct {
				kind   string
				status int
			}{{"429-burst", 429}, {"503", 503}, {"slow", 200}} {
				w.control("POST", "/control/misbehave", `{"kind":"`+kind.kind+`","path":"`+path+`","count":1,"retryAfter":2,"delay":0.01}`, 200)
				got := w.call("editor", c.method, c.path, c.body)
				if got.status != kind.status || kind.status != 200 && got.header.Get("Retry-After") != "2" {
					t.Errorf("%s: %d, Retry-After %q", kind.kind, got.status, got.header.Get("Retry-After"))
				}
			}
		})
	}
}
