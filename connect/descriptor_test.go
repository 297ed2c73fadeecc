package connect_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup"
	"labelup/connect"
)

func TestTheDescriptorIsFilledInAndOtherwiseKept(t *testing.T) {
	const document = `{
  "zulu": [1, 2.50, "ü\u0026"],
  "key": "labelup",
  "baseUrl": "https://committed.example.com",
  "links": {"documentation": "https://docs.example.com", "self": "https://committed.example.com/x"},
  "regionBaseUrls": {"EU": "https://committed.example.com"},
  "alpha": null
}`
	for name, test := range map[string]struct {
		regions map[string]string
		want    string
	}{
		"without regions": {nil, `{
  "zulu": [
    1,
    2.50,
    "ü\u0026"
  ],
  "key": "labelup",
  "baseUrl": "https://app.example.com/connect",
  "links": {
    "documentation": "https://docs.example.com",
    "self": "https://app.example.com/connect/atlassian-connect.json"
  },
  "alpha": null
}
`},
		"with regions": {map[string]string{"US": "https://us.example.com", "EU": "https://eu.example.com"}, `{
  "zulu": [
    1,
    2.50,
    "ü\u0026"
  ],
  "key": "labelup",
  "baseUrl": "https://app.example.com/connect",
  "links": {
    "documentation": "https://docs.example.com",
    "self": "https://app.example.com/connect/atlassian-connect.json"
  },
  "regionBaseUrls": {
    "EU": "https://eu.example.com",
    "US": "https://us.example.com"
  },
  "alpha": null
}
`},
	} {
		t.Run(name, func(t *testing.T) {
			for range 5 {
				got, err := connect.FillDescriptor([]byte(document), "https://app.example.com/connect/", test.regions)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, string(got)); diff != "" {
					t.Fatalf("descriptor (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestADescriptorWithoutLinksGetsThem(t *testing.T) {
	got, err := connect.FillDescriptor([]byte(`{"key":"k"}`), "https://a.example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, got); err != nil {
		t.Fatal(err)
	}
	const want = `{"key":"k","baseUrl":"https://a.example.com","links":{"self":"https://a.example.com/atlassian-connect.json"}}`
	if diff := cmp.Diff(want, compact.String()); diff != "" {
		t.Errorf("descriptor (-want +got):\n%s", diff)
	}
}

func TestADescriptorThatIsNoneIsAnError(t *testing.T) {
	for _, document := range []string{"", "[]", "null", "{", `{"key":"k"} {}`, `{"key":"k","links":[]}`} {
		if got, err := connect.FillDescriptor([]byte(document), "https://a.example.com", nil); err == nil {
			t.Errorf("FillDescriptor(%s) = %s", document, got)
		}
	}
	for _, document := range []string{"", "[]", "null", "{", "{}", `{"key":7}`, `{"key":"k","modules":[]}`, `{"key":"k","modules":{"webhooks":[7]}}`, `{"key":"k","modules":{"webhooks":[{"key":7}]}}`} {
		if got, err := connect.ParseDescriptor([]byte(document)); err == nil {
			t.Errorf("ParseDescriptor(%s) = %+v", document, got)
		}
	}
}

func TestEveryURLOfADescriptorIsFound(t *testing.T) {
	got, err := connect.ParseDescriptor([]byte(`{
  "key": "labelup", "enableLicensing": true, "lifecycle": {"installed": "/installed"},
  "modules": {
    "configurePage": {"key": "config", "url": "/config"},
    "dynamicContentMacros": [
      {"key": "m", "url": "/m?x={x}", "icon": {"url": "/i.svg"}, "editor": {"url": "/e"},
       "renderModes": {"pdf": {"url": "/pdf"}}, "parameters": [{"identifier": "url"}], "documentation": {"url": "https://docs.example.com"}}
    ],
    "webhooks": [{"event": "page_created", "url": "/hook"}]
  }}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &connect.Descriptor{
		Key: "labelup", EnableLicensing: true, Lifecycle: map[connect.Event]string{connect.Installed: "/installed"},
		Modules: []connect.Module{
			{Type: "configurePage", Key: "config", Field: "url", URL: "/config"},
			{Type: "dynamicContentMacros", Key: "m", Field: "url", URL: "/m?x={x}"},
			{Type: "dynamicContentMacros", Key: "m", Field: "icon.url", URL: "/i.svg"},
			{Type: "dynamicContentMacros", Key: "m", Field: "editor.url", URL: "/e"},
			{Type: "dynamicContentMacros", Key: "m", Field: "renderModes.pdf.url", URL: "/pdf"},
			{Type: "webhooks", Field: "url", URL: "/hook"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("descriptor (-want +got):\n%s", diff)
	}
}

func TestTheAppsOwnDescriptor(t *testing.T) {
	filled, err := connect.FillDescriptor(labelup.Descriptor, appURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := connect.ParseDescriptor(filled)
	if err != nil {
		t.Fatal(err)
	}
	urls := 0
	for _, m := range got.Modules {
		if !strings.HasSuffix(m.Field, "icon.url") {
			urls++
		}
		if m.Key == "" {
			t.Errorf("%s %s has no key", m.Type, m.Field)
		}
	}
	if got.Key != "labelup" || !got.EnableLicensing || len(got.Lifecycle) != 4 || urls < 5 {
		t.Errorf("descriptor = %+v", got)
	}
}
