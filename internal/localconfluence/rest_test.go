package localconfluence

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/connectjwt"
)

func TestEveryEndpointFitsTheOpenAPIDocument(t *testing.T) {
	needContract(t)
	w := newWorld(t, nil)
	w.install()
	page, blog, child, space := w.pageID("Opening the café"), w.pageID("A new roof over the pier"), w.pageID("Grinder settings"), w.spaceID()
	labels := w.call("editor", "GET", "/wiki/api/v2/pages/"+page+"/labels", "").json(t)
	label := at(t, labels, "results", 0, "id").(string)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/wiki/api/v2/pages/" + page + "?include-labels=true&include-operations=true&include-version=true&include-versions=true&include-properties=true&body-format=storage", "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "?body-format=atlas_doc_format&version=1", "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "?body-format=view", "", 200},
		{"GET", "/wiki/api/v2/blogposts/" + blog + "?include-labels=true&include-operations=true&body-format=storage", "", 200},
		{"GET", "/wiki/api/v2/pages?space-id=" + space + "&sort=title&limit=3&body-format=storage", "", 200},
		{"GET", "/wiki/api/v2/pages?id=" + page + "&id=" + child, "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "/labels?sort=-name&prefix=global&limit=2", "", 200},
		{"GET", "/wiki/api/v2/blogposts/" + blog + "/labels", "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "/operations", "", 200},
		{"GET", "/wiki/api/v2/blogposts/" + blog + "/operations", "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "/direct-children", "", 200},
		{"GET", "/wiki/api/v2/pages/" + child + "/ancestors", "", 200},
		{"GET", "/wiki/api/v2/pages/" + page + "/descendants?depth=2", "", 200},
		{"GET", "/wiki/api/v2/labels?limit=10&sort=name", "", 200},
		{"GET", "/wiki/api/v2/labels?label-id=" + label, "", 200},
		{"GET", "/wiki/api/v2/labels/" + label + "/pages?space-id=" + space, "", 200},
		{"GET", "/wiki/api/v2/labels/" + label + "/blogposts", "", 200},
		{"GET", "/wiki/api/v2/spaces?keys=CAFE", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "?include-labels=true&include-operations=true", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "/labels", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "/content/labels?limit=5", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "/operations", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "/pages?depth=root", "", 200},
		{"GET", "/wiki/api/v2/spaces/" + space + "/blogposts?body-format=storage&status=current&limit=2", "", 200},
		{"POST", "/wiki/api/v2/content/convert-ids-to-types", `{"contentIds":["` + page + `"]}`, 200},
		{"POST", "/wiki/api/v2/users-bulk", `{"accountIds":["` + accountViewer + `"]}`, 200},
		{"GET", "/wiki/rest/api/user/current?expand=operations", "", 200},
		{"GET", "/wiki/rest/api/label?name=equipment&type=page", "", 200},
		{"GET", "/wiki/rest/api/space/CAFE/label?prefix=global&limit=7", "", 200},
		{"POST", "/wiki/rest/api/space/CAFE/label", `[{"prefix":"team","name":"cafes"}]`, 200},
		{"DELETE", "/wiki/rest/api/space/CAFE/label?name=cafes&prefix=team", "", 204},
		{"GET", "/wiki/rest/api/search?cql=" + url.QueryEscape(`label = "equipment" and type = page`) + "&limit=1&expand=content.metadata.labels", "", 200},
		{"GET", "/wiki/rest/api/content/search?cql=" + url.QueryEscape(`space = CAFE order by title`) + "&expand=metadata.labels,version,space,body.storage", "", 200},
		{"POST", "/wiki/rest/api/content/" + page + "/permission/check", `{"subject":{"type":"user","identifier":"` + accountViewer + `"},"operation":"update"}`, 200},
		{"GET", "/wiki/rest/api/content/" + page + "/history/0/macro/id/4d6163726f-0000-4000-8000-000000000001", "", 200},
		{"POST", "/wiki/rest/api/content/" + page + "/label", `[{"prefix":"global","name":"fresh"}]`, 200},
		{"POST", "/wiki/rest/api/content/" + page + "/label", `{"prefix":"global","name":"single"}`, 200},
		{"DELETE", "/wiki/rest/api/content/" + page + "/label?name=fresh", "", 204},
		{"DELETE", "/wiki/rest/api/content/" + page + "/label/single", "", 204},
		{"POST", "/wiki/api/v2/pages", `{"spaceId":"` + space + `","status":"current","title":"Made","body":{"representation":"storage","value":"<p>x</p>"}}`, 200},
		{"PUT", "/wiki/api/v2/pages/" + child, `{"id":"` + child + `","status":"current","title":"Grinder settings","body":{"representation":"storage","value":"<p>x</p>"},"version":{"number":2}}`, 200},
		{"PUT", "/wiki/api/v2/blogposts/" + blog, `{"id":"` + blog + `","status":"current","title":"A new roof over the pier","body":{"representation":"storage","value":"<p>x</p>"},"version":{"number":2,"message":"m"}}`, 200},
		{"POST", "/wiki/api/v2/pages/" + page + "/properties", `{"key":"k","value":{"a":[1]}}`, 200},
		{"GET", "/wiki/api/v2/pages/" + page + "/properties?key=k", "", 200},
		{"POST", "/wiki/api/v2/blogposts/" + blog + "/properties", `{"key":"k","value":1}`, 200},
		{"POST", "/wiki/api/v2/spaces/" + space + "/properties", `{"key":"k","value":"v"}`, 201},
		{"GET", "/wiki/api/v2/spaces/" + space + "/properties", "", 200},
		{"GET", "/wiki/api/v2/pages/999", "", 404},
		{"GET", "/wiki/api/v2/pages/nonsense", "", 400},
		{"GET", "/wiki/api/v2/pages/" + page + "/labels?limit=0", "", 400},
		{"GET", "/wiki/api/v2/pages/" + page + "/labels?cursor=nonsense", "", 400},
		{"GET", "/wiki/rest/api/search?cql=label+%3D", "", 400},
		{"GET", "/wiki/rest/api/content/search", "", 400},
	} {
		for _, who := range []string{"admin", "app"} {
			if c.method != "GET" && who == "app" {
				continue
			}
			t.Run(who+" "+c.method+" "+c.path, func(t *testing.T) {
				w := &world{t, w.s, w.app}
				if got := w.call(who, c.method, c.path, c.body); got.status != c.status {
					t.Errorf("status %d, want %d: %s", got.status, c.status, got.body)
				}
			})
		}
	}
}

func TestPropertiesAreDeletedAndFoundBySearch(t *testing.T) {
	needContract(t)
	w := newWorld(t, nil)
	w.install()
	page, blog, space := w.pageID("Opening the café"), w.pageID("A new roof over the pier"), w.spaceID()
	search := func(who, query string) []string {
		t.Helper()
		answer := w.call(who, "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(query), "").json(t)
		return fieldsOf(t, at(t, answer, "results"), "id")
	}
	made := map[string]string{}
	for _, owner := range []string{"pages/" + page, "blogposts/" + blog, "spaces/" + space} {
		answer := w.call("admin", "POST", "/wiki/api/v2/"+owner+"/properties", `{"key":"labelup_page","value":{"v":1,"dismissed":["a"]}}`).json(t)
		made[owner] = at(t, answer, "id").(string)
	}
	both := []string{page, blog}
	for _, query := range []string{`labelupPage = 1 order by id`, `content.property[labelup_page].v >= 1 order by id`} {
		if diff := cmp.Diff(both, search("admin", query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if got := w.call("viewer", "DELETE", "/wiki/api/v2/pages/"+page+"/properties/"+made["pages/"+page], ""); got.status != 403 {
		t.Errorf("a viewer deletes: %d", got.status)
	}
	if got := w.call("editor", "DELETE", "/wiki/api/v2/spaces/"+space+"/properties/"+made["spaces/"+space], ""); got.status != 403 {
		t.Errorf("an editor deletes a space's: %d", got.status)
	}
	x, _ := w.s.site("")
	x.store.SetSearchLag(time.Minute)
	for owner, id := range made {
		for _, status := range []int{204, 404} {
			if got := w.call("admin", "DELETE", "/wiki/api/v2/"+owner+"/properties/"+id, ""); got.status != status {
				t.Errorf("%s: %d, want %d", owner, got.status, status)
			}
		}
	}
	if diff := cmp.Diff(both, search("admin", `labelupPage = 1 order by id`)); diff != "" {
		t.Errorf("before the index follows (-want +got):\n%s", diff)
	}
	w.s.clock.advance(2 * time.Minute)
	if got := search("admin", `labelupPage = 1`); got != nil {
		t.Errorf("after the index has followed: %v", got)
	}
	if _, err := w.s.connect.Uninstall(t.Context(), x.connect); err != nil {
		t.Fatal(err)
	}
	if got := w.call("admin", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`labelupPage = 1`), ""); got.status != 400 {
		t.Errorf("without the app its field is still known: %d", got.status)
	}
}

func TestWhoAdministersTheSite(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	for _, c := range []struct {
		who, path  string
		administer bool
	}{
		{"admin", "/wiki/rest/api/user/current?expand=operations", true},
		{"token:admin", "/wiki/rest/api/user?accountId=" + accountAdmin + "&expand=operations", true},
		{"app", "/wiki/rest/api/user?accountId=" + accountAdmin + "&expand=operations", true},
		{"editor", "/wiki/rest/api/user/current?expand=operations", false},
		{"token:editor", "/wiki/rest/api/user?accountId=" + accountEditor + "&expand=personalSpace,operations", false},
		{"token:admin", "/wiki/rest/api/user?accountId=" + accountAdmin, false},
		{"anonymous", "/wiki/rest/api/user/current?expand=operations", false},
	} {
		answer := w.call(c.who, "GET", c.path, "")
		if got := strings.Contains(string(answer.body), `{"operation":"administer","targetType":"application"}`); answer.status != 200 || got != c.administer {
			t.Errorf("%s %s: %d, administers %v, want %v", c.who, c.path, answer.status, got, c.administer)
		}
	}
}

func post(names ...string) string {
	var labels []map[string]string
	for _, n := range names {
		labels = append(labels, map[string]string{"prefix": "global", "name": n})
	}
	raw, _ := json.Marshal(labels)
	return string(raw)
}

func TestAddingLabels(t *testing.T) {
	many := func(n int) []string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("many-%d", i))
		}
		return out
	}
	for _, c := range []struct {
		name, body string
		status     int
		want       []string
	}{
		{"a label is lower-cased", post("NewS"), 200, []string{"news"}},
		{"whitespace splits a name into several labels", post("new abc\twhatever"), 200, []string{"new", "abc", "whatever"}},
		{"the same label twice is one", post("a", "A", "a a"), 200, []string{"a"}},
		{"a slash, an emoji and umlauts are fine", post("a/b", "ö", "☕"), 200, []string{"a/b", "ö", "☕"}},
		{"one bad label refuses all of them", post("good", "b?d"), 400, nil},
		{"a comma is refused", post("a,b"), 400, nil},
		{"an empty name is refused", post(""), 400, nil},
		{"only spaces are refused", post("  "), 400, nil},
		{"255 characters are fine", post(strings.Repeat("x", 255)), 200, []string{strings.Repeat("x", 255)}},
		{"256 characters are refused", post(strings.Repeat("x", 256)), 400, nil},
		{"20 labels are fine", post(many(20)...), 200, many(20)},
		{"21 labels are refused", post(many(21)...), 400, nil},
		{"20 names that split into 21 are refused", post(append(many(19), "x y")...), 400, nil},
		{"a label without a prefix is refused", `[{"name":"a"}]`, 400, nil},
		{"an unknown prefix is refused", `[{"prefix":"other","name":"a"}]`, 400, nil},
		{"an empty list is refused", `[]`, 400, nil},
		{"what is no JSON is refused", `[{`, 400, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.pageID("Ideas for the winter menu")
			got, err := w.raw("POST", "/wiki/rest/api/content/"+id+"/label", w.credential("editor", "", ""), c.body)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != c.status {
				t.Fatalf("status %d, want %d: %s", got.status, c.status, got.body)
			}
			held := fieldsOf(t, at(t, w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"/labels", "").json(t), "results"), "name")
			if diff := cmp.Diff(c.want, held); diff != "" {
				t.Errorf("labels on the page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabelQuirks(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Opening the café")
	path := "/wiki/rest/api/content/" + id + "/label"

	t.Run("adding is idempotent and answers all labels", func(t *testing.T) {
		for range 2 {
			got := fieldsOf(t, at(t, w.call("editor", "POST", path, post("opening", "zz")).json(t), "results"), "name")
			if diff := cmp.Diff([]string{"opening", "checklist", "team-bar", "daily", "zz"}, got); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("no version is made of it", func(t *testing.T) {
		if n := at(t, w.call("editor", "GET", "/wiki/api/v2/pages/"+id, "").json(t), "version", "number"); n != 3.0 {
			t.Errorf("version %v, want 3", n)
		}
	})
	t.Run("removing what is not there, or could not be, is 204", func(t *testing.T) {
		for _, name := range []string{"nowhere", "a,b", "a b"} {
			if got := w.call("editor", "DELETE", path+"?name="+url.QueryEscape(name), ""); got.status != 204 {
				t.Errorf("%q: status %d", name, got.status)
			}
		}
	})
	t.Run("a slash cannot be in the path", func(t *testing.T) {
		w.call("editor", "POST", path, post("a/b"))
		if got, err := w.raw("DELETE", path+"/a%2Fb", w.credential("editor", "", ""), ""); err != nil || got.status != 400 {
			t.Errorf("path: %d, %v", got.status, err)
		}
		if got := w.call("editor", "DELETE", path+"?name=a%2Fb", ""); got.status != 204 {
			t.Errorf("query: %d", got.status)
		}
		if strings.Contains(string(w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"/labels", "").body), "a/b") {
			t.Error("still there")
		}
	})
	t.Run("a viewer gets 403, and 404 for what they cannot see", func(t *testing.T) {
		if got := w.call("viewer", "POST", path, post("x")); got.status != 403 {
			t.Errorf("visible: %d", got.status)
		}
		hidden := "/wiki/rest/api/content/" + w.pageID("Wages and rota") + "/label"
		if got := w.call("viewer", "POST", hidden, post("x")); got.status != 404 {
			t.Errorf("hidden: %d", got.status)
		}
		if got := w.call("anonymous", "DELETE", path+"?name=opening", ""); got.status != 403 {
			t.Errorf("anonymous: %d", got.status)
		}
	})
	t.Run("a draft has no labels over REST yet", func(t *testing.T) {
		if got := w.call("editor", "POST", "/wiki/rest/api/content/"+w.pageID("Bread we might bake ourselves")+"/label", post("x")); got.status != 404 {
			t.Errorf("status %d", got.status)
		}
	})
	t.Run("500 labels are the limit, whatever is added", func(t *testing.T) {
		full := w.pageID("Stockroom plan")
		at := "/wiki/rest/api/content/" + full + "/label"
		for i := range 10 {
			var names []string
			for j := range 20 {
				names = append(names, fmt.Sprintf("extra-%d-%d", i, j))
			}
			if got := w.call("editor", "POST", at, post(names...)); got.status != 200 {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
		}
		if got := w.call("editor", "POST", at, post("one-too-many")); got.status != 400 {
			t.Errorf("the 501st: %d", got.status)
		}
		got := w.call("editor", "POST", at, post("extra-0-0"))
		if size := got.json(t)["size"]; got.status != 200 || size != 200.0 {
			t.Errorf("one it has: %d, %v listed, want 200 and the first 200 of 500", got.status, size)
		}
	})
	t.Run("a personal label is its owner's alone", func(t *testing.T) {
		w.call("editor", "POST", path, `[{"prefix":"my","name":"favourite"}]`)
		for who, want := range map[string]bool{"editor": true, "admin": false} {
			body := string(w.call(who, "GET", "/wiki/api/v2/pages/"+id+"/labels", "").body)
			if strings.Contains(body, "favourite") != want {
				t.Errorf("%s sees it: %v, want %v", who, !want, want)
			}
		}
	})
	t.Run("labels cannot be removed from an archived page, but added", func(t *testing.T) {
		x, _ := w.s.site("")
		archived := w.pageID("The terrace in summer")
		if err := x.store.Archive(accountAdmin, archived); err != nil {
			t.Fatal(err)
		}
		if got := w.call("editor", "DELETE", "/wiki/rest/api/content/"+archived+"/label?name=terrace", ""); got.status != 403 {
			t.Errorf("removed with %d", got.status)
		}
		if got := w.call("editor", "POST", "/wiki/rest/api/content/"+archived+"/label", `[{"prefix":"global","name":"late"}]`); got.status != 200 {
			t.Errorf("added with %d", got.status)
		}
		if got := w.call("editor", "GET", "/wiki/api/v2/pages/"+archived, "").json(t)["status"]; got != "archived" {
			t.Errorf("its status is %v", got)
		}
	})
}

func TestPagesOfLists(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Stockroom plan")
	path, seen := "/wiki/api/v2/pages/"+id+"/labels?limit=130", map[string]bool{}
	for pages := 1; ; pages++ {
		got := w.call("editor", "GET", path, "")
		for _, name := range fieldsOf(t, at(t, got.json(t), "results"), "name") {
			seen[name] = true
		}
		next, _ := at(t, got.json(t), "_links", "next").(string)
		if link := got.header.Get("Link"); next != "" && !strings.Contains(link, "<"+next+`>; rel="next"`) || next == "" && link != "" {
			t.Errorf("Link %q does not fit next %q", link, next)
		}
		if next == "" {
			if pages != 3 || len(seen) != 300 {
				t.Errorf("%d labels on %d pages, want 300 on 3", len(seen), pages)
			}
			return
		}
		path = next
	}
}

func TestSearchPages(t *testing.T) {
	w := newWorld(t, nil)
	query := "cql=" + url.QueryEscape(`space = "CAFE" and type = page`) + "&limit=4"
	path, seen := "/wiki/rest/api/content/search?"+query, map[string]bool{}
	var total any
	for {
		got := w.call("viewer", "GET", path, "").json(t)
		for _, title := range fieldsOf(t, got["results"], "title") {
			seen[title] = true
		}
		total = got["totalSize"]
		next, ok := at(t, got, "_links", "next").(string)
		if !ok {
			break
		}
		path = "/wiki" + next // relative to base, unlike in v2
	}
	if seen["Wages and rota"] || seen["Bread we might bake ourselves"] || !seen["Grinder settings"] || total != float64(len(seen)) {
		t.Errorf("found %v, total %v", seen, total)
	}
	if got := w.call("viewer", "GET", "/wiki/rest/api/content/search?"+query+"&start=1000", "").json(t); got["size"] != 4.0 {
		t.Errorf("start is not ignored: size %v", got["size"])
	}
}

func TestSearchLags(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Ideas for the winter menu")
	if _, err := w.s.misbehave(Misbehaviour{Kind: "search-lag", Delay: 30}); err != nil {
		t.Fatal(err)
	}
	w.call("editor", "POST", "/wiki/rest/api/content/"+id+"/label", post("soup"))
	find := func() any {
		return w.call("editor", "GET", "/wiki/rest/api/search?cql=label%3Dsoup", "").json(t)["totalSize"]
	}
	if n := find(); n != 0.0 {
		t.Errorf("found at once: %v", n)
	}
	if names := string(w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"/labels", "").body); !strings.Contains(names, "soup") {
		t.Error("the page itself must have it at once")
	}
	w.s.clock.advance(31 * time.Second)
	if n := find(); n != 1.0 {
		t.Errorf("after the lag: %v", n)
	}
}

func TestWhoSeesWhat(t *testing.T) {
	w := newWorld(t, nil)
	hidden, draft, open := w.pageID("Wages and rota"), w.pageID("Bread we might bake ourselves"), w.pageID("Opening the café")
	for _, c := range []struct {
		who, path string
		status    int
	}{
		{"editor", "/wiki/api/v2/pages/" + hidden, 200},
		{"admin", "/wiki/api/v2/pages/" + hidden, 404},
		{"viewer", "/wiki/api/v2/pages/" + hidden, 404},
		{"viewer", "/wiki/api/v2/pages/" + hidden + "/labels", 404},
		{"viewer", "/wiki/api/v2/pages/" + hidden + "/operations", 404},
		{"anonymous", "/wiki/api/v2/pages/" + hidden, 404},
		{"anonymous", "/wiki/api/v2/pages/" + open, 200},
		{"editor", "/wiki/api/v2/pages/" + draft, 404},
		{"editor", "/wiki/api/v2/pages/" + draft + "?get-draft=true", 200},
		{"viewer", "/wiki/api/v2/pages/" + draft + "?get-draft=true", 404},
		{"viewer", "/wiki/api/v2/blogposts/" + open, 404},
		{"viewer", "/wiki/api/v2/pages/" + open + "?version=9", 404},
	} {
		if got := w.call(c.who, "GET", c.path, ""); got.status != c.status {
			t.Errorf("%s GET %s: %d, want %d", c.who, c.path, got.status, c.status)
		}
	}
	for who, want := range map[string][]string{"editor": {"read", "update", "delete"}, "viewer": {"read"}, "anonymous": {"read"}} {
		got := fieldsOf(t, w.call(who, "GET", "/wiki/api/v2/pages/"+open+"/operations", "").json(t)["operations"], "operation")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", who, diff)
		}
	}
	check := func(who, about, operation string) answer {
		return w.call(who, "POST", "/wiki/rest/api/content/"+open+"/permission/check", `{"subject":{"type":"user","identifier":"`+about+`"},"operation":"`+operation+`"}`)
	}
	if got := check("viewer", accountViewer, "update"); got.json(t)["hasPermission"] != false {
		t.Errorf("the viewer may update: %s", got.body)
	}
	if got := check("viewer", accountEditor, "update"); got.status != 403 {
		t.Errorf("the viewer may ask about others: %d", got.status)
	}
	if got := check("admin", accountEditor, "update"); got.json(t)["hasPermission"] != true {
		t.Errorf("the admin may not ask about others: %s", got.body)
	}
}

func TestVersionsConflict(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Suppliers and orders")
	update := func(number int) answer {
		return w.call("editor", "PUT", "/wiki/api/v2/pages/"+id, fmt.Sprintf(`{"id":"%s","status":"current","title":"Suppliers and orders","body":{"representation":"storage","value":"<p>new</p>"},"version":{"number":%d}}`, id, number))
	}
	if got := update(2); got.status != 409 || !strings.Contains(string(got.body), "Version must be incremented on update. Current version is: 2") {
		t.Errorf("stale: %d %s", got.status, got.body)
	}
	if got := update(3); got.status != 200 {
		t.Errorf("next: %d %s", got.status, got.body)
	}
	if got := w.call("editor", "PUT", "/wiki/api/v2/blogposts/"+id, fmt.Sprintf(`{"id":"%s","status":"current","title":"Suppliers and orders","body":{"representation":"storage","value":"<p>new</p>"},"version":{"number":4}}`, id)); got.status != 404 {
		t.Errorf("a page among blog posts: %d", got.status)
	}
	old := w.call("viewer", "GET", "/wiki/api/v2/pages/"+id+"?version=1&body-format=storage", "").json(t)
	if old["status"] != "historical" || !strings.Contains(at(t, old, "body", "storage", "value").(string), "Milk comes") {
		t.Errorf("old version: %v", old)
	}
	props := "/wiki/api/v2/pages/" + id + "/properties"
	made := w.call("editor", "POST", props, `{"key":"labelup","value":1}`).json(t)
	if got := w.call("editor", "POST", props, `{"key":"labelup","value":2}`); got.status != 409 {
		t.Errorf("a key that exists: %d", got.status)
	}
	put := func(number int) int {
		return w.call("editor", "PUT", props+"/"+made["id"].(string), fmt.Sprintf(`{"key":"labelup","value":2,"version":{"number":%d}}`, number)).status
	}
	if one, two, three := put(1), put(2), put(2); one != 409 || two != 200 || three != 409 {
		t.Errorf("property versions 1, 2, 2: %d %d %d", one, two, three)
	}
	if got := w.call("viewer", "POST", props, `{"key":"v","value":2}`); got.status != 403 {
		t.Errorf("a viewer writes properties: %d", got.status)
	}
	if got := w.call("editor", "POST", "/wiki/api/v2/spaces/"+w.spaceID()+"/properties", `{"key":"v","value":2}`); got.status != 403 {
		t.Errorf("an editor writes space properties: %d", got.status)
	}
}

func TestRemovedEndpoints(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	path := "/wiki/rest/api/content/" + w.pageID("Opening the café")
	for who, want := range map[string]int{"token:editor": 410, "app": 410, "editor": 200} {
		for _, p := range []string{path, path + "/label"} {
			got := w.call(who, "GET", p, "")
			if got.status != want {
				t.Errorf("%s GET %s: %d, want %d", who, p, got.status, want)
			}
			if want == 410 && got.json(t)["message"] != "com.atlassian.confluence.api.service.exceptions.api.GoneException: This deprecated endpoint has been removed." {
				t.Errorf("message %s", got.body)
			}
		}
	}
}

func TestWhatTheAppMustSign(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	path, query := "/wiki/rest/api/user/current", "expand=b&expand=a"
	now := time.Now().Unix()
	good := func() connectjwt.Claims {
		return connectjwt.Claims{"iss": "labelup", "iat": now, "exp": now + 180, "qsh": connectjwt.QSH("GET", path, query, "/wiki")}
	}
	for _, c := range []struct {
		name   string
		claims func(connectjwt.Claims)
		secret string
		status int
	}{
		{"the right token", func(connectjwt.Claims) {}, w.secret(), 200},
		{"another secret", func(connectjwt.Claims) {}, "wrong", 401},
		{"another issuer", func(c connectjwt.Claims) { c["iss"] = "local-confluence" }, w.secret(), 401},
		{"no qsh", func(c connectjwt.Claims) { delete(c, "qsh") }, w.secret(), 401},
		{"the context-qsh", func(c connectjwt.Claims) { c["qsh"] = "context-qsh" }, w.secret(), 401},
		{"a qsh with /wiki", func(c connectjwt.Claims) { c["qsh"] = connectjwt.QSH("GET", path, query, "") }, w.secret(), 401},
		{"a qsh of another method", func(c connectjwt.Claims) { c["qsh"] = connectjwt.QSH("POST", path, query, "/wiki") }, w.secret(), 401},
		{"no exp", func(c connectjwt.Claims) { delete(c, "exp") }, w.secret(), 401},
		{"expired", func(c connectjwt.Claims) { c["iat"], c["exp"] = now-300, now-120 }, w.secret(), 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims := good()
			c.claims(claims)
			token, err := connectjwt.SignHS256(c.secret, claims)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.raw("GET", path+"?"+query, "JWT "+token, ""); err != nil || got.status != c.status {
				t.Errorf("status %d, %v, want %d", got.status, err, c.status)
			}
		})
	}
	token, _ := connectjwt.SignHS256(w.secret(), good())
	if got, err := w.raw("GET", path+"?"+query+"&jwt="+token, "", ""); err != nil || got.status != 401 {
		t.Errorf("a token in the query: %d, %v", got.status, err)
	}
	for name, header := range map[string]string{"unknown password": "Basic dmlld2VyOng=", "unknown bearer": "Bearer x", "unknown scheme": "Digest x", "unreadable basic": "Basic !"} {
		if got, err := w.raw("GET", path, header, ""); err != nil || got.status != 401 && got.status != 403 {
			t.Errorf("%s: %d, %v", name, got.status, err)
		}
	}
}

// As Atlassian's documentation of impersonation has them.
const (
	grantType     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	clientPrefix  = "urn:atlassian:connect:clientid:"
	accountPrefix = "urn:atlassian:connect:useraccountid:"
)

func TestImpersonation(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	x, _ := w.s.site("")
	client := x.connect.App().OAuthClientID
	now := time.Now().Unix()
	good := func() connectjwt.Claims {
		return connectjwt.Claims{
			"iss": clientPrefix + client, "sub": accountPrefix + accountViewer, "tnt": x.baseURL, "aud": w.s.AuthorizationServer(), "iat": now, "exp": now + 60,
		}
	}
	ask := func(t *testing.T, claims connectjwt.Claims, secret string, form url.Values) answer {
		t.Helper()
		assertion, err := connectjwt.SignHS256(secret, claims)
		if err != nil {
			t.Fatal(err)
		}
		if form == nil {
			form = url.Values{}
		}
		if !form.Has("grant_type") {
			form.Set("grant_type", grantType)
		}
		form.Set("assertion", assertion)
		got, err := w.raw("POST", "/oauth2/token", "", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct {
		name   string
		claims func(connectjwt.Claims)
		secret string
		form   url.Values
		want   string
	}{
		{"another secret", nil, "wrong", nil, "invalid_grant"},
		{"another client", func(c connectjwt.Claims) { c["iss"] = clientPrefix + "x" }, "", nil, "invalid_client"},
		{"a bare client id", func(c connectjwt.Claims) { c["iss"] = client }, "", nil, "invalid_client"},
		{"an unknown person", func(c connectjwt.Claims) { c["sub"] = accountPrefix + "nobody" }, "", nil, "invalid_grant"},
		{"a bare account id", func(c connectjwt.Claims) { c["sub"] = accountViewer }, "", nil, "invalid_grant"},
		{"another site", func(c connectjwt.Claims) { c["tnt"] = "https://other.atlassian.net/wiki" }, "", nil, "invalid_grant"},
		{"another audience", func(c connectjwt.Claims) { c["aud"] = "https://example.com" }, "", nil, "invalid_grant"},
		{"a life of 61 seconds", func(c connectjwt.Claims) { c["exp"] = now + 61 }, "", nil, "invalid_grant"},
		{"an old one", func(c connectjwt.Claims) { c["iat"], c["exp"] = now-120, now-60 }, "", nil, "invalid_grant"},
		{"another grant type", nil, "", url.Values{"grant_type": {"client_credentials"}}, "unsupported_grant_type"},
		{"a scope the app does not have", nil, "", url.Values{"scope": {"READ ADMIN"}}, "invalid_scope"},
		{"a scope in lower case", nil, "", url.Values{"scope": {"read"}}, "invalid_scope"},
	} {
		t.Run(c.name+" is refused", func(t *testing.T) {
			claims := good()
			if c.claims != nil {
				c.claims(claims)
			}
			if c.secret == "" {
				c.secret = w.secret()
			}
			got := ask(t, claims, c.secret, c.form)
			if got.status != 400 || got.json(t)["error"] != c.want {
				t.Errorf("%d %s, want 400 %s", got.status, got.body, c.want)
			}
		})
	}

	path := "/wiki/rest/api/content/" + w.pageID("Opening the café") + "/label"
	token := func(t *testing.T, account, scope string) string {
		t.Helper()
		claims := good()
		claims["sub"] = accountPrefix + account
		got := ask(t, claims, w.secret(), url.Values{"scope": {scope}})
		if got.status != 200 || got.json(t)["expires_in"] != 900.0 || got.json(t)["token_type"] != "Bearer" {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return "Bearer " + got.json(t)["access_token"].(string)
	}
	for _, c := range []struct {
		name, account, scope string
		status               int
	}{
		{"the editor with WRITE may add a label", accountEditor, "READ WRITE", 200},
		{"the editor with READ may not", accountEditor, "READ", 403},
		{"the viewer with WRITE may not either", accountViewer, "READ WRITE", 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := w.raw("POST", path, token(t, c.account, c.scope), post("as-user")); err != nil || got.status != c.status {
				t.Errorf("status %d, %v, want %d", got.status, err, c.status)
			}
		})
	}
	t.Run("a token ends after 15 minutes, and when the app is uninstalled", func(t *testing.T) {
		bearer := token(t, accountEditor, "READ")
		w.s.clock.advance(16 * time.Minute)
		if got, err := w.raw("GET", "/wiki/rest/api/user/current", bearer, ""); err != nil || got.status != 401 {
			t.Errorf("after 16 minutes: %d, %v", got.status, err)
		}
		w.s.clock.advance(-16 * time.Minute)
		if _, err := w.s.connect.Uninstall(t.Context(), x.connect); err != nil {
			t.Fatal(err)
		}
		if got, err := w.raw("GET", "/wiki/rest/api/user/current", bearer, ""); err != nil || got.status != 401 {
			t.Errorf("uninstalled: %d, %v", got.status, err)
		}
		if got := ask(t, good(), x.connect.App().Secret, nil); got.status != 400 {
			t.Errorf("a new one: %d", got.status)
		}
	})
}

func TestPoints(t *testing.T) {
	w := newWorld(t, nil)
	w.install()
	x, _ := w.s.site("")
	left := func() int { n, _ := x.points.spend(0); return n }
	before := left()
	got := w.call("token:editor", "GET", "/wiki/api/v2/pages/"+w.pageID("Opening the café"), "")
	if spent := before - left(); spent != 2 {
		t.Errorf("a page costs %d, want 2", spent)
	}
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy"} {
		if got.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if got.header.Get("X-RateLimit-NearLimit") != "" {
		t.Error("near the limit already")
	}
	before = left()
	w.call("editor", "GET", "/wiki/api/v2/pages/"+w.pageID("Opening the café"), "")
	if left() != before {
		t.Error("a password costs points")
	}
	x.points.spend(left() - 10)
	if got := w.call("app", "GET", "/wiki/rest/api/user/current", ""); got.header.Get("X-RateLimit-NearLimit") != "true" || !strings.Contains(got.header.Get("RateLimit"), "r=9;") {
		t.Errorf("near the limit: %v", got.header)
	}
	x.points.spend(9)
	got = w.call("app", "GET", "/wiki/rest/api/user/current", "")
	if got.status != 429 || got.header.Get("Retry-After") == "" || got.header.Get("RateLimit-Reason") != "confluence-quota-global-based" {
		t.Errorf("nothing left: %d %v", got.status, got.header)
	}
	w.s.clock.advance(time.Hour)
	if got := w.call("app", "GET", "/wiki/rest/api/user/current", ""); got.status != 200 {
		t.Errorf("the next hour: %d", got.status)
	}
}

func TestTheBrowserIsItsUser(t *testing.T) {
	w := newWorld(t, nil)
	path := "/wiki/rest/api/user/current"
	for _, c := range []struct {
		name    string
		headers []string
		want    any
	}{
		{"the cookie names the person", []string{"Cookie", "local-user=" + accountViewer, "Sec-Fetch-Site", "same-origin"}, accountViewer},
		{"another site cannot use it", []string{"Cookie", "local-user=" + accountViewer, "Sec-Fetch-Site", "cross-site"}, nil},
		{"an unknown person is a visitor", []string{"Cookie", "local-user=nobody"}, nil},
		{"no cookie is a visitor", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.raw(http.MethodGet, path, "", "", c.headers...)
			if err != nil {
				t.Fatal(err)
			}
			if account := got.json(t)["accountId"]; account != c.want {
				t.Errorf("account %v, want %v", account, c.want)
			}
		})
	}
}
