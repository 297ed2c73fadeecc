package storageformat

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAForgeMacroComesBackAsItWasWritten(t *testing.T) {
	want := Extension{
		Key: "a/e/static/labels", ID: "6c6f-1", Title: `Labels & "more"`, Environment: "DEVELOPMENT",
		Config: map[string]any{
			"prefix": "<team->", "mostLabels": 3.5, "open": true, "closed": false, "parts": []any{"a", "b"}, "none": []any{}, "empty": "",
			"inner": map[string]any{"aB": "c"}, "__bodyContent": "x",
		},
	}
	for _, inline := range []bool{false, true} {
		want.Inline = inline
		root, err := Parse("<p>x</p>" + want.Storage())
		if err != nil {
			t.Fatal(err)
		}
		got, forge := root.Children[1].Extension()
		if diff := cmp.Diff(want, got); !forge || diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestWhatIsNoForgeMacro(t *testing.T) {
	for name, storage := range map[string]string{
		"a panel":              `<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">note</ac:adf-attribute></ac:adf-node></ac:adf-extension>`,
		"a chart of its own":   `<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-type">com.atlassian.chart</ac:adf-attribute></ac:adf-node></ac:adf-extension>`,
		"nothing in it":        `<ac:adf-extension/>`,
		"a macro of Connect":   `<ac:structured-macro ac:name="labels"/>`,
		"a type with children": `<ac:adf-extension><ac:adf-node><ac:adf-attribute key="extension-type"><ac:adf-parameter key="a">b</ac:adf-parameter></ac:adf-attribute></ac:adf-node></ac:adf-extension>`,
	} {
		root, err := Parse(storage)
		if err != nil {
			t.Fatal(err)
		}
		if e, forge := root.Children[0].Extension(); forge {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
