package localconfluence

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
)

// someLabelled makes pages with a label and returns their ids, in their order.
func (w *world) someLabelled(n int, label string) []string {
	w.t.Helper()
	var ids []string
	for i := range n {
		made := w.control("POST", "/control/pages?as=editor", fmt.Sprintf(`{"space":"CAFE","title":"%s %d","storage":"<p>x</p>","labels":[%q]}`, label, i, label), 200)
		ids = append(ids, made["id"].(string))
	}
	return ids
}

func (w *world) labelID(name string) string {
	w.t.Helper()
	return at(w.t, w.call("editor", "GET", "/wiki/rest/api/label?name="+name, "").json(w.t), "label", "id").(string)
}

func TestAListOfLabelledPagesGoesOnWhereItWas(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.someLabelled(9, "tidied")
	at1 := "/wiki/api/v2/labels/" + w.labelID("tidied") + "/pages?limit=3"
	first := w.call("editor", "GET", at1, "").json(t)
	if diff := cmp.Diff(ids[:3], fieldsOf(t, first["results"], "id")); diff != "" {
		t.Fatal(diff)
	}
	// Those that were given lose the label, and one that is still to come does, too.
	for _, id := range []string{ids[0], ids[1], ids[2], ids[4]} {
		w.call("editor", "DELETE", "/wiki/rest/api/content/"+id+"/label?name=tidied", "")
	}
	second := w.call("editor", "GET", at(t, first, "_links", "next").(string), "").json(t)
	if diff := cmp.Diff([]string{ids[3], ids[5], ids[6]}, fieldsOf(t, second["results"], "id")); diff != "" {
		t.Errorf("the second page (-want +got):\n%s", diff)
	}
	third := w.call("editor", "GET", at(t, second, "_links", "next").(string), "").json(t)
	if diff := cmp.Diff([]string{ids[7], ids[8]}, fieldsOf(t, third["results"], "id")); diff != "" {
		t.Errorf("the last page (-want +got):\n%s", diff)
	}
	if _, more := at(t, third, "_links").(map[string]any)["next"]; more {
		t.Error("the last page has a next")
	}
	if got := w.call("editor", "GET", at1+"&cursor=bm9uZQ", ""); got.status != 400 {
		t.Errorf("a cursor that is none: %d", got.status)
	}
}

func TestALargeSpaceIsReadInCursorPages(t *testing.T) {
	w := newWorld(t, nil, func(o *Options) { o.Generate, o.GenerateSeed = 450, 1 })
	x, _ := w.s.site("")
	sp, err := x.store.Space(accountViewer, "GEN")
	if err != nil {
		t.Fatal(err)
	}
	want, bodies := map[string]bool{}, 0
	for _, c := range x.store.All(accountViewer) {
		if c.SpaceID == sp.ID && (c.Type == content.Page || c.Type == content.BlogPost) && c.Status == content.Current {
			want[c.ID] = true
		}
		if c.SpaceID == sp.ID && c.Type == content.Page && c.Status != content.Draft {
			bodies++
		}
	}
	query := url.Values{"cql": {`space = "GEN" and type in (page, blogpost)`}, "limit": {"1000"}, "expand": {"metadata.labels,ancestors,version"}}
	labelled := 0
	for next := "/rest/api/content/search?" + query.Encode(); next != ""; {
		got := w.call("viewer", "GET", "/wiki"+next, "").json(t)
		if got["limit"] != 200.0 || len(want) > 400 && got["totalSize"] != float64(len(want)) {
			t.Fatalf("a limit of %v, %v in all", got["limit"], got["totalSize"])
		}
		for _, one := range got["results"].([]any) {
			id := at(t, one, "id").(string)
			if !want[id] {
				t.Errorf("%s is there twice, or the viewer may not see it", id)
			}
			delete(want, id)
			if at(t, one, "version", "number").(float64) < 1 || at(t, one, "type") == "page" && at(t, one, "title") != sp.Name && len(at(t, one, "ancestors").([]any)) == 0 {
				t.Errorf("%v", one)
			}
			if len(at(t, one, "metadata", "labels", "results").([]any)) > 0 {
				labelled++
			}
		}
		next, _ = at(t, got, "_links").(map[string]any)["next"].(string)
	}
	if len(want) > 0 || labelled < 200 {
		t.Errorf("%d are missing, %d have labels", len(want), labelled)
	}
	for next := "/wiki/api/v2/spaces/" + sp.ID + "/pages?limit=250&body-format=storage"; next != ""; {
		got := w.call("viewer", "GET", next, "").json(t)
		bodies -= len(got["results"].([]any))
		next, _ = at(t, got, "_links").(map[string]any)["next"].(string)
	}
	if bodies != 0 {
		t.Errorf("%d bodies are missing", bodies)
	}
	first := x.store.SpaceKey(sp.ID)
	w.control("POST", "/control/reset", `{}`, 200)
	if again, err := x.store.Space(accountViewer, first); err != nil || again.ID != sp.ID {
		t.Errorf("after a reset: %v, %v", again, err)
	}
}

func TestPagesAreFoundByTheMacrosOnThem(t *testing.T) {
	w := newWorld(t, nil)
	list := `<ac:structured-macro ac:name=\"contentbylabel\" ac:schema-version=\"4\" ac:macro-id=\"m\"><ac:parameter ac:name=\"cql\">label = &quot;a&quot;</ac:parameter></ac:structured-macro>`
	made := w.control("POST", "/control/pages?as=editor", `{"space":"CAFE","title":"A list","storage":"`+list+`"}`, 200)
	if got := fieldsOf(t, w.search("editor", `macro = "contentbylabel"`, "")["results"], "title"); !cmp.Equal(got, []string{"A list"}) {
		t.Errorf("found %v", got)
	}
	w.control("POST", "/control/pages/"+made["id"].(string), `{"do":"edit","storage":"<p>gone</p>"}`, 200)
	if got := w.search("editor", `macro in ("contentbylabel","detailssummary") and space = "CAFE"`, "")["results"].([]any); len(got) != 0 {
		t.Errorf("found %v after the macro was gone", got)
	}
}

func TestTemplatesAreListedWithTheirLabels(t *testing.T) {
	w := newWorld(t, nil)
	w.control("POST", "/control/templates", `{"space":"CAFE","name":"Recipe","storage":"<p>Mix.</p>","labels":["recipe","kitchen"]}`, 200)
	w.control("POST", "/control/templates", `{"name":"Minutes","storage":"<p>Who?</p>","labels":["minutes"]}`, 200)
	w.control("POST", "/control/templates", `{"space":"BOOKS","name":"Takings","storage":"","labels":["kitchen"]}`, 200)
	got := w.call("viewer", "GET", "/wiki/rest/api/template/page?spaceKey=CAFE&expand=body", "").json(t)
	if at(t, got, "results", 0, "name") != "Recipe" || at(t, got, "results", 0, "body", "storage", "value") != "<p>Mix.</p>" || got["size"] != 1.0 {
		t.Errorf("%v", got)
	}
	if diff := cmp.Diff([]string{"recipe", "kitchen"}, fieldsOf(t, at(t, got, "results", 0, "labels"), "name")); diff != "" {
		t.Error(diff)
	}
	if got := fieldsOf(t, w.call("viewer", "GET", "/wiki/rest/api/template/page", "").json(t)["results"], "name"); !cmp.Equal(got, []string{"Minutes"}) {
		t.Errorf("of the whole site: %v", got)
	}
	if got := w.call("viewer", "GET", "/wiki/rest/api/template/page?spaceKey=BOOKS", ""); got.status != 404 {
		t.Errorf("of a space that the viewer does not see: %d", got.status)
	}
	carrying := func(who string) []string {
		info := w.call(who, "GET", "/wiki/rest/api/label?name=kitchen&type=page_template", "").json(t)
		return fieldsOf(t, at(t, info, "associatedContents", "results"), "title")
	}
	if of, all := carrying("viewer"), carrying("editor"); !cmp.Equal(of, []string{"Recipe"}) || !cmp.Equal(all, []string{"Recipe", "Takings"}) {
		t.Errorf("the label is on %v for the viewer and on %v for the editor", of, all)
	}
}

func TestTheWritesOfABrowserAreLimited(t *testing.T) {
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	b := &browsing{now: func() time.Time { return now }}
	if err := b.setLimit(usualBrowserLimit); err != nil {
		t.Fatal(err)
	}
	allowed := func() (n int) {
		for b.write("ana") == 0 {
			n++
		}
		return n
	}
	if got := allowed(); got != 20 {
		t.Errorf("%d writes at once, want 20", got)
	}
	if wait := b.write("ana"); wait != 100*time.Millisecond {
		t.Errorf("the next one is in %v, want 100ms", wait)
	}
	if b.write("ben") != 0 {
		t.Error("one person uses up what is another's")
	}
	now = now.Add(300 * time.Millisecond)
	if got := allowed(); got != 3 {
		t.Errorf("%d writes after 300 ms, want 3", got)
	}
	now = now.Add(time.Hour)
	if got := allowed(); got != 20 {
		t.Errorf("%d writes after an hour, want 20", got)
	}
	if err := b.setLimit(BrowserLimit{WritesPerSecond: 400, Burst: 400}); err != nil {
		t.Fatal(err)
	}
	total := allowed()
	for range 10 {
		now = now.Add(100 * time.Millisecond)
		total += allowed()
	}
	if total != 800 {
		t.Errorf("%d writes in the first second at 400 a second, want 800", total)
	}
	if err := b.setLimit(BrowserLimit{}); err != nil || slices.ContainsFunc(make([]int, 1000), func(int) bool { return b.write("ana") != 0 }) {
		t.Errorf("a limit that is none refuses, or %v", err)
	}
}

func TestABrowserIsToldOfTheLimitAsTheControlSays(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Grinder settings")
	add := func() answer {
		got, err := w.raw("POST", "/wiki/rest/api/content/"+id+"/label", "", `[{"prefix":"global","name":"x"}]`, "Cookie", "local-user="+accountEditor, "Sec-Fetch-Site", "same-origin")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w.control("POST", "/control/browser-limit", `{"writesPerSecond":0.01,"burst":1}`, 200)
	if first, second := add(), add(); first.status != 200 || second.status != 429 || second.header.Get("Retry-After") != "" {
		t.Errorf("%d, then %d with Retry-After %q", first.status, second.status, second.header.Get("Retry-After"))
	}
	limit := w.control("POST", "/control/browser-limit", `{"retryAfter":true}`, 200)
	if limit["burst"] != 1.0 || limit["writesPerSecond"] != 0.01 {
		t.Errorf("what was left out has changed: %v", limit)
	}
	first, second := add(), add()
	if first.status != 200 || second.status != 429 || second.header.Get("Retry-After") != "100" {
		t.Errorf("%d, then %d with Retry-After %q", first.status, second.status, second.header.Get("Retry-After"))
	}
	if got := w.call("editor", "POST", "/wiki/rest/api/content/"+id+"/label", `[{"prefix":"global","name":"y"}]`); got.status != 200 {
		t.Errorf("with a password: %d", got.status)
	}
	if got, err := w.raw("GET", "/wiki/api/v2/pages/"+id, "", "", "Cookie", "local-user="+accountEditor); err != nil || got.status != 200 {
		t.Errorf("reading: %d, %v", got.status, err)
	}
	w.control("POST", "/control/browser-limit", `{"burst":0}`, 400)
	w.control("POST", "/control/reset", `{}`, 200)
	if limit := at(t, w.control("GET", "/control/state", "", 200), "sites", 0, "browserLimit", "writesPerSecond"); limit != 10.0 {
		t.Errorf("after a reset %v writes a second", limit)
	}
}

func TestChangesAreCounted(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pageID("Grinder settings")
	if counts := w.control("GET", "/control/changes", "", 200)["counts"]; !cmp.Equal(counts, map[string]any{"label_added": 0.0, "label_removed": 0.0, "version": 0.0, "mail": 0.0}) {
		t.Fatalf("the beginning counts: %v", counts)
	}
	label := "/wiki/rest/api/content/" + id + "/label"
	w.call("editor", "POST", label, `[{"prefix":"global","name":"one"},{"prefix":"global","name":"espresso"},{"prefix":"my","name":"two"}]`)
	w.call("editor", "DELETE", label+"?name=espresso", "")
	w.call("editor", "DELETE", label+"?name=never-there", "")
	page := w.call("admin", "GET", "/wiki/api/v2/pages/"+id+"?body-format=storage", "").json(t)
	put := func(who string, number int) answer {
		return w.call(who, "PUT", "/wiki/api/v2/pages/"+id, fmt.Sprintf(`{"id":%q,"status":"current","title":"Grinder settings","body":{"representation":"storage","value":"<p>new</p>"},"version":{"number":%d,"message":"mended"}}`, id, number))
	}
	number := int(at(t, page, "version", "number").(float64))
	if first, stale := put("admin", number+1), put("admin", number+1); first.status != 200 || stale.status != 409 {
		t.Fatalf("%d, then %d for a stale version", first.status, stale.status)
	}
	put("editor", number+2)
	got := w.control("GET", "/control/changes?content="+id, "", 200)
	if want := map[string]any{"label_added": 2.0, "label_removed": 1.0, "version": 2.0, "mail": 2.0}; !cmp.Equal(got["counts"], want) {
		t.Errorf("counts %v, want %v", got["counts"], want)
	}
	var said []string
	for _, one := range got["changes"].([]any) {
		c := one.(map[string]any)
		said = append(said, strings.Join(strings.Fields(strings.ReplaceAll(fmt.Sprintln(c["who"], c["kind"], c["label"], c["to"], c["version"]), "<nil>", "")), " "))
	}
	want := []string{
		"editor label_added one", "editor label_added my:two", "editor label_removed espresso",
		"admin version 2", "admin mail editor 2", "editor version 3", "editor mail admin 3",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	last := int(got["last"].(float64))
	if rest := w.control("GET", fmt.Sprintf("/control/changes?after=%d&kind=mail&who=editor", last-1), "", 200)["changes"].([]any); len(rest) != 1 {
		t.Errorf("behind the last but one: %v", rest)
	}
	if counts := w.control("GET", "/control/requests/counts", "", 200); counts["DELETE /wiki/rest/api/content/{id}/label 204"] != 2.0 || counts["PUT /wiki/api/v2/pages/{id} 409"] != 1.0 {
		t.Errorf("requests: %v", counts)
	}
}

func TestASecondPersonChangesLabelsMeanwhile(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.someLabelled(10, "old")
	w.control("DELETE", "/control/changes", "", 200)
	errand := `{"pages":["` + strings.Join(ids, `","`) + `"],"add":["new"],"remove":["old"],"count":40,"seed":%d%s}`
	if state := w.control("POST", "/control/second-person", fmt.Sprintf(errand, 7, ""), 200); state["done"] != 40.0 || state["running"] != false || state["refused"] != 0.0 {
		t.Fatalf("%v", state)
	}
	labels := func() (out []string) {
		x, _ := w.s.site("")
		for _, id := range ids {
			has, err := x.store.Labels(accountAdmin, id)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, l := range has {
				names = append(names, l.Name)
			}
			out = append(out, strings.Join(names, " "))
		}
		return out
	}
	first := labels()
	if !slices.Contains(first, "new") || !slices.Contains(first, "old new") {
		t.Errorf("the pages are %q", first)
	}
	changes := w.control("GET", "/control/changes?who=admin", "", 200)
	if counts := changes["counts"].(map[string]any); counts["label_added"].(float64) < 5 || counts["label_removed"].(float64) < 5 {
		t.Errorf("%v", counts)
	}

	w.control("POST", "/control/reset", `{}`, 200)
	again := w.someLabelled(10, "old")
	if !slices.Equal(ids, again) {
		t.Fatalf("other ids: %v", again)
	}
	w.control("POST", "/control/second-person", fmt.Sprintf(errand, 7, ""), 200)
	if diff := cmp.Diff(first, labels()); diff != "" {
		t.Errorf("the same seed does something else:\n%s", diff)
	}

	w.control("POST", "/control/second-person", `{"space":"CAFE","add":["passing"],"perSecond":1000}`, 200)
	for w.control("GET", "/control/second-person", "", 200)["done"].(float64) < 3 {
		time.Sleep(time.Millisecond)
	}
	if state := w.control("DELETE", "/control/second-person", "", 200); state["running"] != false {
		t.Errorf("still there: %v", state)
	}
	w.control("POST", "/control/second-person", `{"pages":["1"],"add":["x"],"count":2}`, 200)
	for _, bad := range []string{`{"add":["x"],"count":1,"space":"NONE"}`, `{"space":"CAFE","count":1}`, `{"space":"CAFE","add":["x"]}`, `{"space":"CAFE","add":["x"],"count":1,"perSecond":-1}`} {
		status := 400
		if strings.Contains(bad, "NONE") {
			status = 404
		}
		w.control("POST", "/control/second-person", bad, status)
	}
}

func TestAStaleVersionOfAPropertyIsRefusedInEitherWay(t *testing.T) {
	w := newWorld(t, nil)
	at1 := "/wiki/api/v2/spaces/" + w.spaceID() + "/properties"
	made := w.call("admin", "POST", at1, `{"key":"labelup_run","value":{"a":1}}`).json(t)
	put := func(number int) int {
		return w.call("admin", "PUT", at1+"/"+made["id"].(string), fmt.Sprintf(`{"key":"labelup_run","value":{"a":2},"version":{"number":%d}}`, number)).status
	}
	if first, stale := put(2), put(2); first != http.StatusOK || stale != http.StatusConflict {
		t.Errorf("%d, then %d", first, stale)
	}
	w.control("POST", "/control/misbehave", `{"kind":"stale-400"}`, 200)
	if stale := put(2); stale != http.StatusBadRequest {
		t.Errorf("%d where it is to be 400", stale)
	}
}

func TestTitlesAreOnceInASpace(t *testing.T) {
	w := newWorld(t, nil)
	x, _ := w.s.site("")
	make1 := func(title string) (content.Content, error) {
		return x.store.Create(accountEditor, content.Content{Type: content.Page, Status: content.Current, SpaceID: w.spaceID(), Title: title})
	}
	one, err := make1("A title")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := make1("a TITLE"); err == nil {
		t.Error("a title that is taken was taken again")
	}
	if _, err := x.store.Update(accountEditor, one.ID, 2, content.Current, "Another", "", ""); err != nil {
		t.Fatal(err)
	}
	two, err := make1("A title")
	if err != nil {
		t.Errorf("a title that is free again: %v", err)
	}
	if err := x.store.Trash(accountEditor, two.ID); err != nil {
		t.Fatal(err)
	}
	if three, err := make1("A title"); err != nil || three.Position != two.Position+1 {
		t.Errorf("after it went to the trash: %v, at %d", err, three.Position)
	}
}
