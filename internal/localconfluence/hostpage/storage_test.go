package hostpage

import (
	"flag"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"labelup/internal/localconfluence/storageformat"
)

var update = flag.Bool("update", false, "write the golden files")

var connectApp = &App{Macros: []Macro{{Key: "m"}}}

func noMacros(MacroInstance) (template.HTML, bool) { return "", false }

// Each testdata/storage/NAME.xml renders to NAME.html.
func TestStorageFormatRendersAsItsGoldenFile(t *testing.T) {
	files, err := filepath.Glob("testdata/storage/*.xml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	app := &App{Macros: []Macro{{Key: "labelup-labels"}, {Key: "labelup-inline", Inline: true}}}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			storage, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := string(render(string(storage), "FIELD", mount(app, "100", 0, "display")))
			golden := strings.TrimSuffix(file, ".xml") + ".html"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("rendered (-want +got):\n%s", diff)
			}
		})
	}
}

// hostile is storage format that wants to run script.
var hostile = []string{
	`<script>alert(1)</script>`,
	`<p onclick="alert(1)" style="background:url(javascript:alert(1))">x</p>`,
	`<img src="x" onerror="alert(1)"/>`,
	`<img src="javascript:alert(1)"/>`,
	`<img src="data:text/html,<script>alert(1)</script>"/>`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a href=" JaVaScRiPt:alert(1)">x</a>`,
	"<a href=\"java\tscript:alert(1)\">x</a>",
	`<a href="&#106;avascript:alert(1)">x</a>`,
	`<a href="vbscript:x">x</a><a href="data:text/html,x">x</a>`,
	`<a href="//evil.example">x</a><a href="/\evil.example">x</a>`,
	`<svg><script>alert(1)</script></svg><math href="javascript:x"/>`,
	`<iframe src="https://evil.example"></iframe><object data="x"/><embed src="x"/>`,
	`<style>*{background:url(x)}</style><link rel="stylesheet" href="x"/>`,
	`<form action="https://evil.example"><input name="x"/></form>`,
	`<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>`,
	`<p><![CDATA[<script>alert(1)</script>]]></p>`,
	`<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[</code></pre><script>alert(1)</script>]]></ac:plain-text-body></ac:structured-macro>`,
	`<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[<script>alert(1)</script>]]></ac:plain-text-body></ac:structured-macro>`,
	`<ac:structured-macro ac:name="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>`,
	`<ac:structured-macro ac:name="labelup-labels" ac:macro-id="&quot; onload=&quot;alert(1)"><ac:parameter ac:name="x">"&gt;&lt;script&gt;</ac:parameter></ac:structured-macro>`,
	`<ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">red" onclick="x</ac:parameter><ac:parameter ac:name="title">&lt;b&gt;</ac:parameter></ac:structured-macro>`,
	`<ac:link><ri:page ri:content-title="../../&quot;&gt;&lt;script&gt;" ri:space-key="javascript:"/></ac:link>`,
	`<ac:image><ri:url ri:value="javascript:alert(1)"/></ac:image>`,
	`<td colspan="1&quot; onclick=&quot;x" rowspan="99999999999">x</td>`,
	`<time datetime="&quot; onclick=&quot;x">x</time>`,
	`</div></div></main><script>alert(1)</script>`,
	`<p>unclosed <b>bold <i>both</p></b> end`,
	`<p`, `<`, `&`, `<![CDATA[`, `<!--`, `<?xml version="1.0" encoding="utf-7"?><p>x</p>`, "\x00", "\xff", `<p>&unknown;</p>`, `<:a/>`, `<a:b:c/>`,
}

func TestHostileStorageFormatIsHarmless(t *testing.T) {
	for _, storage := range hostile {
		checkHarmless(t, storage)
	}
}

// checkHarmless parses what was rendered with a browser's rules and looks for
// anything that can act or load.
func checkHarmless(t *testing.T, storage string) {
	t.Helper()
	app := &App{Macros: []Macro{{Key: "labelup-labels"}}}
	// In a page the body stands in an element; whatever the storage is, it
	// must stay in it.
	out := `<article id="inside">` + string(render(storage, "FIELD", mount(app, "100", 0, "display"))) + `</article><footer id="outside"></footer>`
	nodes, err := html.ParseFragment(strings.NewReader(out), &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main})
	if err != nil {
		t.Fatalf("%q: %v", storage, err)
	}
	if len(nodes) != 2 || nodes[0].Data != "article" || nodes[1].Data != "footer" || nodes[1].FirstChild != nil {
		t.Errorf("%q breaks out of its element: %s", storage, out)
	}
	allowed := map[string]bool{"href": true, "rel": true, "src": true, "alt": true, "loading": true, "referrerpolicy": true, "class": true, "id": true,
		"colspan": true, "rowspan": true, "start": true, "datetime": true, "tabindex": true, "role": true, "aria-label": true, "aria-hidden": true,
		"data-use": true, "data-macro-id": true}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "style", "iframe", "object", "embed", "form", "input", "link", "meta", "base", "svg", "math", "button":
				t.Errorf("%q renders <%s>", storage, n.Data)
			}
			for _, a := range n.Attr {
				if !allowed[a.Key] {
					t.Errorf("%q renders the attribute %s", storage, a.Key)
				}
				if a.Key == "href" || a.Key == "src" {
					value := strings.ToLower(strings.TrimSpace(a.Val))
					ok := strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "mailto:") ||
						strings.HasPrefix(value, "#") || strings.HasPrefix(value, "?") || (strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") && !strings.HasPrefix(value, `/\`))
					if !ok {
						t.Errorf("%q links to %q", storage, a.Val)
					}
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
}

func FuzzRender(f *testing.F) {
	for _, storage := range hostile {
		f.Add(storage)
	}
	f.Add(welcome)
	f.Fuzz(func(t *testing.T, storage string) { checkHarmless(t, storage) })
}

func TestHugeAndDeepStorageFormatIsBounded(t *testing.T) {
	if out := render(strings.Repeat("<p>x</p>", maxStorage/8+1), "FIELD", noMacros); !strings.Contains(string(out), "not shown") || len(out) > 1000 {
		t.Errorf("a huge page renders %d bytes", len(out))
	}
	if out := render(strings.Repeat("<div>", 100_000)+"deep", "FIELD", noMacros); !strings.Contains(string(out), "deep") {
		t.Error("the text of a deep page is lost")
	}
	toc := strings.Repeat(`<ac:structured-macro ac:name="toc"/><h2>x</h2>`, 20_000)
	if out := render(toc, "FIELD", noMacros); len(out) > 4*len(toc) {
		t.Errorf("tables of contents grow to %d bytes", len(out))
	}
}

func TestPlacingMacros(t *testing.T) {
	const macro = `<ac:structured-macro ac:name="m" ac:macro-id="one"><ac:parameter ac:name="a">1</ac:parameter></ac:structured-macro>`
	for _, test := range []struct {
		name, storage string
		index, at     int
		params        map[string]string
		want          string // NEW stands for the id of a new macro
	}{
		{"into an empty page", "", -1, 0, nil, `<ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"></ac:structured-macro>`},
		{"behind the block the cursor is in", "<p>ä&nbsp;b</p><p>c</p>", -1, 5, nil, `<p>ä&nbsp;b</p><ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"></ac:structured-macro><p>c</p>`},
		{"beyond the end", "<p>a</p>", -1, 99, nil, `<p>a</p><ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"></ac:structured-macro>`},
		{"before the start", "<p>a</p>", -1, -5, nil, `<ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"></ac:structured-macro><p>a</p>`},
		{"parameters are sorted, escaped and empty ones left out", "", -1, 0, map[string]string{"b": `<"&`, "a": "1", "c": ""},
			`<ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"><ac:parameter ac:name="a">1</ac:parameter><ac:parameter ac:name="b">&lt;&#34;&amp;</ac:parameter></ac:structured-macro>`},
		{"replacing keeps the id and all around it", "<p>&nbsp;x</p>" + macro + "<p>y<br></p>", 0, 0, map[string]string{"a": "2"},
			`<p>&nbsp;x</p><ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="one"><ac:parameter ac:name="a">2</ac:parameter></ac:structured-macro><p>y<br></p>`},
		{"replacing one that was never saved gives it an id", `<ac:structured-macro ac:name="m"/>`, 0, 0, nil, `<ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="NEW"></ac:structured-macro>`},
		{"the second of two with the same id", macro + macro, 1, 0, nil, macro + `<ac:structured-macro ac:name="m" ac:schema-version="1" ac:macro-id="one"></ac:structured-macro>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, m, err := placeMacro(test.storage, test.index, test.at, connectApp, MacroInstance{Key: "m", Params: test.params})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.ReplaceAll(test.want, "NEW", m.ID), got); diff != "" {
				t.Errorf("storage (-want +got):\n%s", diff)
			}
			if strings.Contains(test.want, "NEW") && len(m.ID) != 36 {
				t.Errorf("id %q", m.ID)
			}
		})
	}
}

func TestAMacroThatMovedIsNotReplaced(t *testing.T) {
	for name, storage := range map[string]string{
		"gone":                 "<p>a</p>",
		"another in its place": `<ac:structured-macro ac:name="other"/>`,
		"not to be read":       `<ac:structured-macro ac:name="m"/><p a="`,
	} {
		if got, _, err := placeMacro(storage, 0, 0, connectApp, MacroInstance{Key: "m"}); err == nil {
			t.Errorf("%s: %q became %q", name, storage, got)
		}
	}
	if _, err := removeMacro("<p>a</p>", 0); err == nil {
		t.Error("removed a macro that is not there")
	}
}

// Whatever the storage and the place, inserting a macro and taking it out
// again gives the storage back.
func FuzzPlaceMacro(f *testing.F) {
	for i, storage := range hostile {
		f.Add(storage, i*3)
	}
	f.Add(welcome, 400)
	f.Fuzz(func(t *testing.T, storage string, at int) {
		placed, macro, err := placeMacro(storage, -1, at, connectApp, MacroInstance{Key: "m", Params: map[string]string{"a": "<&\">"}})
		if err != nil {
			return
		}
		whole := macro.storage(connectApp)
		i := strings.Index(placed, whole)
		if i < 0 || placed[:i]+placed[i+len(whole):] != storage {
			t.Fatalf("placing changed the rest: %q -> %q", storage, placed)
		}
		root, err := parseStorage(placed)
		if err != nil {
			t.Fatalf("placing broke the storage: %v", err)
		}
		found := false
		root.Walk(func(n *storageformat.Node) {
			found = found || (n.Name == "ac:structured-macro" && n.Attr("ac:macro-id") == macro.ID && macroOf(n, 0).Params["a"] == "<&\">")
		})
		if !found {
			t.Fatalf("the macro is not found again in %q", placed)
		}
	})
}
