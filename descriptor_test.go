package labelup_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"labelup"
	"labelup/connect"
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
