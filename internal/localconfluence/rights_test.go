package localconfluence

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
)

func (w *world) spaceNamed(key string) content.Space {
	w.t.Helper()
	x, _ := w.s.site("")
	sp, err := x.store.Space(accountEditor, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return sp
}

func TestSpacesHaveRightsOfTheirOwn(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	hidden, personal, archived := w.spaceNamed("BOOKS"), w.spaceNamed("~"+accountEditor), w.spaceNamed("KIOSK")
	property := `{"key":"k","value":1}`
	for _, c := range []struct {
		name, who, method, path, body string
		status                        int
	}{
		{"a hidden space is seen by who may", "editor", "GET", "/wiki/api/v2/spaces/" + hidden.ID, "", 200},
		{"by nobody else", "viewer", "GET", "/wiki/api/v2/spaces/" + hidden.ID, "", 404},
		{"not even by the administrator of the site", "admin", "GET", "/wiki/api/v2/spaces/" + hidden.ID, "", 404},
		{"nor by the app", "app", "GET", "/wiki/api/v2/spaces/" + hidden.ID, "", 404},
		{"nor are its pages", "admin", "GET", "/wiki/api/v2/pages/" + hidden.HomepageID, "", 404},
		{"nor labelled", "admin", "POST", "/wiki/rest/api/content/" + hidden.HomepageID + "/label", post("x"), 404},
		{"who administers it keeps properties in it", "editor", "POST", "/wiki/api/v2/spaces/" + hidden.ID + "/properties", property, 201},
		{"a personal space is seen by all", "viewer", "GET", "/wiki/api/v2/spaces/" + personal.ID, "", 200},
		{"its owner administers it", "editor", "POST", "/wiki/api/v2/spaces/" + personal.ID + "/properties", property, 201},
		{"the administrator of the site does not", "admin", "POST", "/wiki/api/v2/spaces/" + personal.ID + "/properties", property, 403},
		{"nor labels the space", "admin", "POST", "/wiki/rest/api/space/" + url.PathEscape(personal.Key) + "/label", `[{"prefix":"team","name":"x"}]`, 403},
		{"but edits its pages", "admin", "POST", "/wiki/rest/api/content/" + personal.HomepageID + "/label", post("x"), 200},
		{"an editor does not administer the café", "editor", "POST", "/wiki/api/v2/spaces/" + w.spaceID() + "/properties", property, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t, w.s, w.app}
			if got := w.call(c.who, c.method, c.path, c.body); got.status != c.status {
				t.Errorf("status %d, want %d: %s", got.status, c.status, got.body)
			}
		})
	}
	for query, want := range map[string]map[string][]string{
		"":                                  {"editor": {"CAFE", "BOOKS", personal.Key, "KIOSK"}, "admin": {"CAFE", personal.Key, "KIOSK"}, "anonymous": {"CAFE"}},
		"?type=personal":                    {"viewer": {personal.Key}},
		"?status=archived":                  {"viewer": {"KIOSK"}},
		"?status=current&type=global":       {"editor": {"CAFE", "BOOKS"}},
		"?keys=BOOKS&ids=" + hidden.ID + "": {"editor": {"BOOKS"}, "viewer": nil},
	} {
		for who, keys := range want {
			if diff := cmp.Diff(keys, fieldsOf(t, at(t, w.call(who, "GET", "/wiki/api/v2/spaces"+query, "").json(t), "results"), "key")); diff != "" {
				t.Errorf("%s of the spaces%s (-want +got):\n%s", who, query, diff)
			}
		}
	}
	for _, c := range []struct {
		who, space string
		administer bool
	}{{"editor", hidden.ID, true}, {"editor", personal.ID, true}, {"admin", personal.ID, false}, {"admin", archived.ID, true}, {"editor", archived.ID, false}} {
		body := string(w.call(c.who, "GET", "/wiki/api/v2/spaces/"+c.space+"/operations", "").body)
		if strings.Contains(body, "administer") != c.administer {
			t.Errorf("%s in %s: %s", c.who, c.space, body)
		}
	}
}

func TestSearchLeavesOutArchivedSpacesAndWhatIsHidden(t *testing.T) {
	w := newWorld(t, nil)
	found := func(who, parameters string) []string {
		t.Helper()
		path := "/wiki/rest/api/content/search?cql=" + url.QueryEscape(`label in (takings, notes, prices) order by title`) + parameters
		return fieldsOf(t, at(t, w.call(who, "GET", path, "").json(t), "results"), "title")
	}
	for _, c := range []struct {
		who, parameters string
		want            []string
	}{
		{"editor", "", []string{"Notes from the bar", "Takings in March"}},
		{"admin", "", []string{"Notes from the bar"}},
		{"admin", "&includeArchivedSpaces=true", []string{"Notes from the bar", "Prices on the board"}},
		{"anonymous", "&includeArchivedSpaces=true", nil},
	} {
		if diff := cmp.Diff(c.want, found(c.who, c.parameters)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.who, c.parameters, diff)
		}
	}
}

func TestAttachmentsAndCustomContentHaveLabelsAndProperties(t *testing.T) {
	needContract(t)
	w := newWorld(t, nil)
	w.install()
	page := w.pageID("Grinder settings")
	for _, c := range []struct{ title, collection, id, label string }{
		{"grinder.pdf", "attachments", "att" + w.pageID("grinder.pdf"), "scan"},
		{"Where the grinder stands", "custom-content", w.pageID("Where the grinder stands"), "drawing"},
	} {
		t.Run(c.collection, func(t *testing.T) {
			w := &world{t, w.s, w.app}
			path, labels := "/wiki/api/v2/"+c.collection+"/"+c.id, "/wiki/rest/api/content/"+c.id+"/label"
			read := w.call("editor", "GET", path+"?include-labels=true&include-operations=true&include-version=true", "").json(t)
			if read["id"] != c.id || read["title"] != c.title || read["pageId"] != page || at(t, read, "labels", "results", 0, "name") != c.label {
				t.Errorf("read: %v", read)
			}
			w.call("editor", "POST", labels, post("new"))
			got := fieldsOf(t, at(t, w.call("app", "GET", strings.Replace(path, "/att"+w.pageID(c.title), "/"+w.pageID(c.title), 1)+"/labels?limit=250", "").json(t), "results"), "name")
			if diff := cmp.Diff([]string{c.label, "new"}, got); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			if got := w.call("editor", "DELETE", labels+"?name=new", ""); got.status != 204 {
				t.Errorf("removing a label: %d", got.status)
			}
			if got := w.call("viewer", "POST", labels, post("x")); got.status != 403 {
				t.Errorf("a viewer labels: %d", got.status)
			}
			made := w.call("editor", "POST", path+"/properties", `{"key":"labelup_page","value":{"v":1}}`).json(t)
			if got := w.call("editor", "DELETE", path+"/properties/"+made["id"].(string), ""); got.status != 204 {
				t.Errorf("deleting a property: %d %s", got.status, got.body)
			}
			if got := w.call("editor", "GET", "/wiki/api/v2/pages/"+strings.TrimPrefix(c.id, "att"), ""); got.status != 404 {
				t.Errorf("as a page: %d", got.status)
			}
			found := w.call("editor", "GET", "/wiki/rest/api/content/search?expand=metadata.labels&cql="+url.QueryEscape("label = "+c.label), "").json(t)
			if ids := fieldsOf(t, found["results"], "id"); !slices.Equal(ids, []string{c.id}) {
				t.Errorf("search finds %v", ids)
			}
		})
	}
	listed := w.call("editor", "GET", "/wiki/api/v2/pages/"+page+"/attachments", "").json(t)
	if titles := fieldsOf(t, listed["results"], "title"); !slices.Equal(titles, []string{"grinder.pdf"}) {
		t.Errorf("attachments of the page: %v", titles)
	}
	label := at(t, w.call("editor", "GET", "/wiki/api/v2/attachments/"+w.pageID("grinder.pdf")+"/labels", "").json(t), "results", 0, "id").(string)
	if ids := fieldsOf(t, w.call("editor", "GET", "/wiki/api/v2/labels/"+label+"/attachments", "").json(t)["results"], "title"); !slices.Equal(ids, []string{"grinder.pdf"}) {
		t.Errorf("attachments of the label: %v", ids)
	}
	if got := fieldsOf(t, w.call("editor", "GET", "/wiki/api/v2/pages/"+page+"/direct-children", "").json(t)["results"], "title"); slices.Contains(got, "grinder.pdf") {
		t.Errorf("an attachment is among the pages below: %v", got)
	}
	x, _ := w.s.site("")
	if err := x.store.Restrict(page, nil, []string{accountAdmin}); err != nil {
		t.Fatal(err)
	}
	if got := w.call("editor", "POST", "/wiki/rest/api/content/att"+w.pageID("grinder.pdf")+"/label", post("x")); got.status != 403 {
		t.Errorf("who may not edit the page labels what is on it: %d", got.status)
	}
}
