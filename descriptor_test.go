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
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"labelup"
	"labelup/connect"
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
