package labelup_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"labelup"
	"labelup/connect"
	"labelup/internal/datamap"
	"labelup/macros"
	"labelup/static"
)

// A descriptor that Atlassian refuses cannot be installed anywhere, and only
// Atlassian would say so.
func TestTheServedDescriptorFitsAtlassiansSchema(t *testing.T) {
	path := filepath.Join("..", "shared", "schema", "confluence-descriptor.schema.json")
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("the schema is not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("descriptor.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("descriptor.json")
	if err != nil {
		t.Fatal(err)
	}
	served, err := connect.FillDescriptor(labelup.Descriptor, "https://labelup.example.com", map[string]string{"EU": "https://eu.labelup.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		descriptor []byte
		fits       bool
	}{
		"ours":                          {served, true},
		"ours with a module of no host": {bytes.Replace(served, []byte(`"dynamicContentMacros"`), []byte(`"dynamicMacros"`), 1), false},
		"ours without a base URL":       {bytes.Replace(served, []byte(`"baseUrl"`), []byte(`"base"`), 1), false},
	} {
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(test.descriptor))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != test.fits {
			t.Errorf("%s: fits = %v, want %v: %v", name, err == nil, test.fits, err)
		}
	}
}

// Each text of the descriptor that people see has its key, and each key its
// text in every language, the English one being that of the descriptor.
func TestTheDescriptorIsTranslated(t *testing.T) {
	var document struct {
		Translations struct{ Paths map[string]string }
		Modules      any
	}
	if err := json.Unmarshal(labelup.Descriptor, &document); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	collectTexts(t, document.Modules, texts)
	if len(texts) < 8 || len(document.Translations.Paths) < 5 {
		t.Fatalf("%d texts in %d languages cannot be all", len(texts), len(document.Translations.Paths))
	}
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	for locale, path := range document.Translations.Paths {
		w := httptest.NewRecorder()
		assets.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		catalogue := map[string]string{}
		if err := json.Unmarshal(w.Body.Bytes(), &catalogue); err != nil {
			t.Errorf("%s: %s answers %d: %v", locale, path, w.Code, err)
		}
		for key, english := range texts {
			if catalogue[key] == "" || locale == "en-US" && catalogue[key] != english {
				t.Errorf("%s says %q for %s, whose English is %q", locale, catalogue[key], key, english)
			}
		}
		if len(catalogue) != len(texts) {
			t.Errorf("%s has %d texts, the descriptor %d", locale, len(catalogue), len(texts))
		}
	}
}

// What an author sets of the macro has to get through every URL: the frame
// shows one, exports and mail each have another.
func TestEveryPlaceHasEveryParameterOfTheMacro(t *testing.T) {
	type address struct{ URL string }
	var document struct {
		Modules struct {
			DynamicContentMacros []struct {
				URL         string
				Parameters  []struct{ Identifier string }
				RenderModes map[string]address
			}
		}
	}
	if err := json.Unmarshal(labelup.Descriptor, &document); err != nil {
		t.Fatal(err)
	}
	want := macros.Parameters[:]
	if len(document.Modules.DynamicContentMacros) != 1 {
		t.Fatal("there is not one macro")
	}
	macro := document.Modules.DynamicContentMacros[0]
	var told []string
	for _, parameter := range macro.Parameters {
		told = append(told, parameter.Identifier)
	}
	same(t, "the parameters of atlassian-connect.json", told, want)

	urls := map[string]string{"its url": macro.URL}
	for mode, rendered := range macro.RenderModes {
		urls["its render mode "+mode] = rendered.URL
	}
	if len(urls) < 5 {
		t.Errorf("the macro has %d URLs only", len(urls))
	}
	for place, url := range urls {
		var passed []string
		for _, name := range want {
			if strings.Contains(url, "&"+name+"={"+name+"}") {
				passed = append(passed, name)
			}
		}
		same(t, place+" in atlassian-connect.json", passed, want)
	}

	page := macros.NewPages(func(name string) string { return name }, "all.js").
		Append(nil, macros.Frame{Parameter: func(name string) string { return "given-" + name }})
	var framed []string
	for _, name := range want {
		if bytes.Contains(page, []byte(`"`+name+`":"given-`+name+`"`)) {
			framed = append(framed, name)
		}
	}
	same(t, "the frame (macros/page.go)", framed, want)

	var exported []string
	_ = macros.Static{Parameter: func(name string) string {
		exported = append(exported, name)
		return ""
	}}.Storage()
	same(t, "the export (macros/static.go)", slices.Sorted(slices.Values(exported)), slices.Sorted(slices.Values(want)))

	var mapped []string
	for _, store := range datamap.InConfluence {
		if store.Name == "Settings of a macro" {
			for _, field := range store.Fields {
				mapped = append(mapped, field.Name)
			}
		}
	}
	same(t, "the data map (internal/datamap/confluence.go)", mapped, want)

	// static/test/strings.test.ts holds the panel and the editor to the descriptor.
}

func same(t *testing.T, place string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs from macros/parameters.go (-list +there):\n%s", place, diff)
	}
}

// collectTexts finds each {"value": …, "i18n": …} below value.
func collectTexts(t *testing.T, value any, texts map[string]string) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			collectTexts(t, item, texts)
		}
	case map[string]any:
		if text, ok := value["value"].(string); ok {
			key, ok := value["i18n"].(string)
			if !ok {
				t.Errorf("%q has no translation key", text)
			}
			texts[key] = text
		}
		for _, item := range value {
			collectTexts(t, item, texts)
		}
	}
}
