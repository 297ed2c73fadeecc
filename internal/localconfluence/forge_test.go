package localconfluence

import (
	"os"
	"strings"
	"testing"

	"labelup/internal/localconfluence/forgehost"
)

// newForgeWorld starts a world with the test's Forge app beside the one of Connect.
func newForgeWorld(t *testing.T) *world {
	t.Helper()
	return newWorld(t, nil, func(o *Options) {
		o.Forge = []ForgeApp{{Name: "native", Title: "Forge native", Build: os.DirFS("forgehost/testdata/app"), Origin: "http://localhost:1"}}
	})
}

func TestEveryCallThatIsPlayedHasItsScopesOfForge(t *testing.T) {
	for _, e := range endpoints {
		if !strings.Contains(e.pattern, "/rest/atlassian-connect/") && !forgehost.Played(e.pattern) {
			t.Errorf("%s has none", e.pattern)
		}
	}
}

func TestAPropertyIsFoundByTheAliasOfForge(t *testing.T) {
	w := newForgeWorld(t)
	w.install()
	id := w.pageID("Grinder settings")
	if got := w.call("editor", "POST", "/wiki/api/v2/pages/"+id+"/properties", `{"key":"labelup_page","value":{"v":1}}`); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if found := fieldsOf(t, w.search("editor", "labelupPageF = 1", "")["results"], "title"); len(found) != 1 || found[0] != "Grinder settings" {
		t.Errorf("found %v", found)
	}
	if got, err := w.raw("GET", "/wiki/rest/api/search?cql=dotted+%3D+1", w.credential("editor", "", ""), ""); err != nil || got.status != 400 {
		t.Errorf("a property with a dot in its key is indexed: %d, %v", got.status, err)
	}
}

func TestOneAliasOnConnectAndOnForgeBreaksTheSearch(t *testing.T) {
	same := func(d map[string]any) {
		properties := d["modules"].(map[string]any)["confluenceContentProperties"].([]any)[0].(map[string]any)
		properties["keyConfigurations"].([]any)[0].(map[string]any)["extractions"].([]any)[0].(map[string]any)["alias"] = "labelupPageF"
	}
	w := newWorld(t, same, func(o *Options) {
		o.Forge = []ForgeApp{{Name: "native", Title: "Forge native", Build: os.DirFS("forgehost/testdata/app"), Origin: "http://localhost:1"}}
	})
	w.install()
	if got, err := w.raw("GET", "/wiki/rest/api/search?cql=type+%3D+page", w.credential("editor", "", ""), ""); err != nil || got.status != 500 {
		t.Errorf("%d, %v", got.status, err)
	}
}

func TestAForgeMacroIsNoTextAndItsDocumentSaysWhatItIs(t *testing.T) {
	w := newForgeWorld(t)
	macro := `<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">a/e/static/labels</ac:adf-attribute><ac:adf-attribute key="extension-type">com.atlassian.ecosystem</ac:adf-attribute>` +
		`<ac:adf-attribute key="parameters"><ac:adf-parameter key="local-id">m-1</ac:adf-parameter><ac:adf-parameter key="guest-params"><ac:adf-parameter key="prefix">zebra</ac:adf-parameter></ac:adf-parameter></ac:adf-attribute></ac:adf-node></ac:adf-extension>`
	made := w.control("POST", "/control/pages", `{"space":"CAFE","title":"With a macro","storage":"`+strings.ReplaceAll(macro, `"`, `\"`)+`<p>Words</p>"}`, 200)
	id := made["id"].(string)
	if found := w.search("editor", `text ~ "zebra"`, "")["results"].([]any); len(found) != 0 {
		t.Errorf("a parameter is found as text: %v", found)
	}
	document := at(t, w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"?body-format=atlas_doc_format", "").json(t), "body", "atlas_doc_format", "value").(string)
	for _, part := range []string{`"type":"extension"`, `"extensionType":"com.atlassian.ecosystem"`, `"extensionKey":"a/e/static/labels"`, `"guestParams":{"prefix":"zebra"}`, `"localId":"m-1"`} {
		if !strings.Contains(document, part) {
			t.Errorf("no %s in %s", part, document)
		}
	}
	view := at(t, w.call("editor", "GET", "/wiki/api/v2/pages/"+id+"?body-format=view", "").json(t), "body", "view", "value").(string)
	if strings.Contains(view, "zebra") || !strings.Contains(view, "Words") {
		t.Errorf("view %s", view)
	}
	if macros := w.control("GET", "/control/pages/"+id, "", 200)["macros"].([]any); len(macros) != 1 || at(t, macros[0], "ID") != "m-1" {
		t.Errorf("macros %v", macros)
	}
}

func TestAnExportSaysThatTheFunctionOfAForgeMacroIsNotRun(t *testing.T) {
	w, _ := newRemoteWorld(t, remoteManifest)
	id := w.control("POST", "/control/pages", `{"space":"CAFE","title":"With a macro","storage":"<ac:structured-macro ac:name=\"labels\" ac:macro-id=\"m-1\"/>"}`, 200)["id"].(string)
	got, err := w.raw("GET", "/wiki/pages/"+id+"/export", "", "", "Cookie", "local-host=remote; local-user="+accountEditor)
	if err != nil || got.status != 200 || !strings.Contains(string(got.body), "The local Confluence does not run it.") {
		t.Errorf("%d, %v: %s", got.status, err, got.body)
	}
	if unplayed := w.s.unplayed.all(); len(unplayed) > 0 {
		t.Errorf("counted as unplayed: %v", unplayed)
	}
}
