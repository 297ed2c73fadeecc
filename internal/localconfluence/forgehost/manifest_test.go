package forgehost

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/cql"
)

func TestTheManifestOfTheTestsIsRead(t *testing.T) {
	m, err := ReadManifest(os.DirFS("testdata/app"))
	if err != nil {
		t.Fatal(err)
	}
	want := []cql.PropertyField{{Property: "labelup_page", Path: "v", Type: "number", Alias: "labelupPageF"}}
	if diff := cmp.Diff(want, m.PropertyFields()); diff != "" {
		t.Errorf("a property with a dot in its key is not indexed (-want +got):\n%s", diff)
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	raw, err := os.ReadFile("testdata/app/manifest.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ old, new, says string }{
		"a module that is not played":    {"modules:\n", "modules:\n  confluence:homepageFeed: []\n", "homepageFeed"},
		"a word that is not known":       {"layout: block", "layout: block\n      colour: red", "colour"},
		"an i18n with more to it":        {"{i18n: macro.edit}", "{i18n: macro.edit, l10n: x}", "l10n"},
		"an id that is none":             {"app/7e57a000", "app/x", "app.id"},
		"a key twice":                    {"key: asks-first", "key: labelup-labels", "unique"},
		"a resource that is not there":   {"{resource: main, viewportSize: small}", "{resource: other, viewportSize: small}", `"other"`},
		"a size that is none":            {"viewportSize: medium\n", "viewportSize: huge\n", "huge"},
		"a layout that is not played":    {"layout: block", "layout: bodied", "bodied"},
		"a container that is not played": {"viewportContainer: modal", "viewportContainer: sheet", "sheet"},
		"a language that is none":        {"key: de-DE", "key: de-AT", "de-AT"},
		"a path out of the app":          {"path: static}", "path: ../static}", "no path below"},
		"a scope that is not played":     {"read:label:confluence,", "read:jira-work,", "read:jira-work"},
		"an alias twice":                 {"searchAlias: dotted", "searchAlias: labelupPageF", ""}, // it is not indexed
		"a route that is none":           {"route: labels", "route: Labels/all", "route"},
		"an endpoint without a remote":   {"  function:", "  endpoint: [{key: ui, remote: service}]\n  function:", `no remote "service"`},
		"a resolver that is not there":   {"openOnInsert: false", "openOnInsert: false\n      resolver: {endpoint: ui}", "openOnInsert"},
		"a remote without https":         {"resources:", "remotes: [{key: service, baseUrl: 'http://x.example'}]\nresources:", "https"},
		"no YAML":                        {"app:", "app", "manifest"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(string(raw), test.old) {
				t.Fatalf("the manifest has no %q", test.old)
			}
			_, err := ReadManifest(fstest.MapFS{"manifest.yml": {Data: []byte(strings.Replace(string(raw), test.old, test.new, 1))}})
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("it says %v, want %q", err, test.says)
			}
		})
	}
}

func FuzzReadManifest(f *testing.F) {
	raw, err := os.ReadFile("testdata/app/manifest.yml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	f.Add("modules: {macro: [{title: {i18n: [}]}")
	f.Fuzz(func(t *testing.T, manifest string) {
		m, err := ReadManifest(fstest.MapFS{"manifest.yml": {Data: []byte(manifest)}})
		if err == nil && !appID.MatchString(m.App.ID) {
			t.Errorf("the id %q was taken", m.App.ID)
		}
	})
}

func TestACallTakesAllScopesOfOneOfItsSets(t *testing.T) {
	const add, search, alien = "POST /wiki/rest/api/content/{id}/label", "GET /wiki/rest/api/search", "GET /wiki/api/v2/footer-comments"
	for name, test := range map[string]struct {
		scopes string
		call   string
		may    bool
	}{
		"both granular ones":           {"read:label:confluence write:label:confluence", add, true},
		"one of the two":               {"write:label:confluence", add, false},
		"the classic one":              {"write:confluence-content", add, true},
		"another":                      {"read:page:confluence", search, false},
		"any, for a call of no table":  {"read:page:confluence write:page:confluence", alien, false},
		"none":                         {"", search, false},
		"a part of the name of one":    {"read:content-details", search, false},
		"the granular one of a search": {"read:content-details:confluence", search, true},
	} {
		if got := Permits(strings.Fields(test.scopes), test.call); got != test.may {
			t.Errorf("%s: %v", name, got)
		}
	}
}
