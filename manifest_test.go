package labelup_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"labelup"
)

// manifest is what both manifests of the Forge app are held to.
type manifest struct {
	App     struct{ ID string }
	Modules struct {
		Macro []struct {
			Key                string
			Title, Description translated
			Categories         []string
			UnlicensedAccess   []string `yaml:"unlicensedAccess"`
			Config             struct {
				Title      translated
				Parameters []struct{ Identifier string }
			}
		}
		Byline []struct {
			Key              string
			Title, Tooltip   translated
			UnlicensedAccess []string `yaml:"unlicensedAccess"`
		} `yaml:"confluence:contentBylineItem"`
		Settings []struct {
			Key   string
			Title translated
		} `yaml:"confluence:globalSettings"`
		Property []struct {
			Key         string
			PropertyKey string `yaml:"propertyKey"`
			Values      []struct {
				Path, Type  string
				SearchAlias string `yaml:"searchAlias"`
			}
		} `yaml:"confluence:contentProperty"`
	}
	Translations struct{ Resources []struct{ Key string } }
	Permissions  struct{ Scopes []string }
}

// translated is a text by the key of its translations: Connect gives the English
// beside it, Forge does not.
type translated struct {
	I18n string `json:"i18n" yaml:"i18n"`
}

func readManifest(t *testing.T, host string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readFile(t, "forge/"+host+"/manifest.yml")), into); err != nil {
		t.Fatal(err)
	}
}

// Macro keys and parameters are written into customers' pages.
func TestTheForgeManifestsSayWhatTheDescriptorSays(t *testing.T) {
	var descriptor struct {
		Translations struct{ Paths map[string]string }
		Modules      struct {
			DynamicContentMacros []struct {
				Key               string
				Name, Description translated
				Categories        []string
				Parameters        []struct{ Identifier string }
				Editor            struct{ EditTitle translated }
			}
			ContentBylineItems []struct {
				Key           string
				Name, Tooltip translated
			}
			AdminPages []struct {
				Key  string
				Name translated
			}
			ConfluenceContentProperties []struct {
				Key               string
				KeyConfigurations []struct {
					PropertyKey string
					Extractions []struct{ ObjectName, Type, Alias string }
				}
			}
		}
	}
	if err := json.Unmarshal(labelup.Descriptor, &descriptor); err != nil {
		t.Fatal(err)
	}
	macro, byline := descriptor.Modules.DynamicContentMacros[0], descriptor.Modules.ContentBylineItems[0]
	admin, property := descriptor.Modules.AdminPages[0], descriptor.Modules.ConfluenceContentProperties[0]
	stored := property.KeyConfigurations[0]
	want := []any{
		macro.Key, macro.Name, macro.Description, macro.Categories, macro.Parameters, macro.Editor.EditTitle,
		byline.Key, byline.Name, byline.Tooltip, admin.Key, admin.Name,
		property.Key, stored.PropertyKey, stored.Extractions[0].ObjectName, stored.Extractions[0].Type,
		slices.Sorted(maps.Keys(descriptor.Translations.Paths)),
	}
	for _, host := range []string{"native", "remote"} {
		var m manifest
		readManifest(t, host, &m)
		if len(m.Modules.Macro) != 1 || len(m.Modules.Byline) != 1 || len(m.Modules.Settings) != 1 || len(m.Modules.Property) != 1 {
			t.Fatalf("%s has not one module of each kind", host)
		}
		macro, byline := m.Modules.Macro[0], m.Modules.Byline[0]
		admin, property := m.Modules.Settings[0], m.Modules.Property[0]
		var locales []string
		for _, resource := range m.Translations.Resources {
			locales = append(locales, resource.Key)
		}
		got := []any{
			macro.Key, macro.Title, macro.Description, macro.Categories, macro.Config.Parameters, macro.Config.Title,
			byline.Key, byline.Title, byline.Tooltip, admin.Key, admin.Title,
			property.Key, property.PropertyKey, property.Values[0].Path, property.Values[0].Type,
			locales,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs from atlassian-connect.json (-descriptor +manifest):\n%s", host, diff)
		}
		// One alias on both breaks the search of every site that has both.
		if alias := property.Values[0].SearchAlias; alias == stored.Extractions[0].Alias || alias != "labelupPageF" {
			t.Errorf("%s has the search alias %s", host, alias)
		}
		everybody := []string{"unlicensed", "anonymous"}
		if diff := cmp.Diff([][]string{everybody, everybody}, [][]string{macro.UnlicensedAccess, byline.UnlicensedAccess}); diff != "" {
			t.Errorf("%s leaves readers out (-want +got):\n%s", host, diff)
		}
	}
}

// There is one app, and remote is a later version of it: they differ only in
// where the core runs.
func TestTheForgeManifestsAreOfOneApp(t *testing.T) {
	var native, remote map[string]any
	readManifest(t, "native", &native)
	readManifest(t, "remote", &remote)

	calls := 0
	modules := remote["modules"].(map[string]any)
	for _, list := range modules {
		for _, module := range list.([]any) {
			if fields, ok := module.(map[string]any); ok && cmp.Equal(fields["resolver"], map[string]any{"endpoint": "service"}) {
				calls++
				delete(fields, "resolver")
			}
		}
	}
	if calls != 3 {
		t.Errorf("%d modules of remote can call the service, want macro, byline and settings", calls)
	}
	delete(modules, "endpoint")
	delete(remote, "remotes")
	permissions := remote["permissions"].(map[string]any)
	permissions["scopes"] = slices.DeleteFunc(permissions["scopes"].([]any), func(scope any) bool { return scope == "read:app-user-token" })
	if diff := cmp.Diff(native, remote); diff != "" {
		t.Errorf("they differ in more (-native +remote):\n%s", diff)
	}
}

// An admin reads the scopes once, before anything else of the app.
func TestEachScopeOfTheForgeAppIsExplained(t *testing.T) {
	var sentences map[string]string
	if err := json.Unmarshal([]byte(readFile(t, "static/src/hosts/scopes/en.json")), &sentences); err != nil {
		t.Fatal(err)
	}
	var remote manifest
	readManifest(t, "remote", &remote)
	var table strings.Builder
	for _, scope := range remote.Permissions.Scopes {
		fmt.Fprintf(&table, "| `%s` | %s |\n", scope, sentences[scope])
		delete(sentences, scope)
	}
	if len(sentences) > 0 {
		t.Errorf("nobody asks for %q", slices.Collect(maps.Keys(sentences)))
	}
	if !strings.Contains(readFile(t, "docs/install.md"), table.String()) {
		t.Errorf("docs/install.md has not this table:\n%s", table.String())
	}
}
