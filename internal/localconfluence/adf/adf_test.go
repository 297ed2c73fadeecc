package adf

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var here = Page{ID: "42", SpaceKey: "CAFE", BaseURL: "http://127.0.0.1:8090/wiki", Person: func(string) string { return "Edda" }}

// document converts storage format and checks what comes of it.
func document(t *testing.T, storage string) any {
	t.Helper()
	out := Document(storage, here)
	var doc map[string]any
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := misshapen(doc); err != nil {
		t.Fatalf("%q becomes %s, which is no document: %v", storage, out, err)
	}
	return doc
}

// outline writes a node in few words: type(attributes){content}, and texts with
// their marks. Ids, layouts and what macros say of themselves are left out.
func outline(value any) string {
	n := value.(map[string]any)
	var b strings.Builder
	if n["type"] == "text" {
		fmt.Fprintf(&b, "%q", n["text"])
		marks, _ := n["marks"].([]any)
		for _, m := range marks {
			mark := m.(map[string]any)
			b.WriteString("/" + mark["type"].(string) + attributes(mark))
		}
		return b.String()
	}
	b.WriteString(n["type"].(string) + attributes(n))
	content, _ := n["content"].([]any)
	var parts []string
	for _, c := range content {
		parts = append(parts, outline(c))
	}
	if parts != nil {
		b.WriteString("{" + strings.Join(parts, " ") + "}")
	}
	return b.String()
}

func attributes(n map[string]any) string {
	attrs, _ := n["attrs"].(map[string]any)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		switch name {
		case "localId", "layout", "isNumberColumnEnabled", "extensionType", "style", "annotationType":
		case "parameters":
			raw, _ := json.Marshal(attrs[name].(map[string]any)["macroParams"])
			parts = append(parts, string(raw))
		default:
			parts = append(parts, fmt.Sprint(attrs[name]))
		}
	}
	if parts == nil {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func TestWhatStorageFormatBecomes(t *testing.T) {
	macro := func(name, inside string) string {
		return `<ac:structured-macro ac:name="` + name + `" ac:macro-id="m-` + name + `">` + inside + `</ac:structured-macro>`
	}
	rich := func(inside string) string { return "<ac:rich-text-body>" + inside + "</ac:rich-text-body>" }
	parameter := func(name, value string) string {
		return `<ac:parameter ac:name="` + name + `">` + value + `</ac:parameter>`
	}
	for _, c := range []struct{ name, storage, want string }{
		{"nothing", "", `doc`},
		{"a paragraph with collapsed whitespace", "<p>  a \n b&nbsp;c  </p>", `doc{paragraph{"a b\u00a0c"}}`},
		{"an empty paragraph stays", "<p>a</p><p></p><p>b</p>", `doc{paragraph{"a"} paragraph paragraph{"b"}}`},
		{"text outside a paragraph becomes one", "a<p>b</p> c", `doc{paragraph{"a"} paragraph{"b"} paragraph{"c"}}`},
		{"headings of six levels", "<h1>a</h1><h6>b</h6>", `doc{heading(1){"a"} heading(6){"b"}}`},
		{"marks", "<p><strong>a<em>b</em></strong><u>c</u><del>d</del><sub>e</sub><sup>f</sup></p>",
			`doc{paragraph{"a"/strong "b"/strong/em "c"/underline "d"/strike "e"/subsup(sub) "f"/subsup(sup)}}`},
		{"code goes with links only", `<p><strong><a href="/x"><code>a</code></a></strong></p>`, `doc{paragraph{"a"/link(/x)/code}}`},
		{"a colour", `<p><span style="color: rgb(255,86,48);">a</span><span style="background-color: red">b</span></p>`, `doc{paragraph{"a"/textColor(#ff5630) "b"}}`},
		{"line breaks, not at the ends", "<p><br/>a<br/> b<br/></p>", `doc{paragraph{"a" hardBreak "b"}}`},
		{"lists in lists", "<ul><li>a<ol start=\"3\"><li><p>b</p></li></ol></li></ul>",
			`doc{bulletList{listItem{paragraph{"a"} orderedList(3){listItem{paragraph{"b"}}}}}}`},
		{"a list item begins with a paragraph", "<ul><li><ul><li>a</li></ul></li></ul>",
			`doc{bulletList{listItem{paragraph bulletList{listItem{paragraph{"a"}}}}}}`},
		{"a list without items is nothing", "<ul> </ul>", `doc`},
		{"a table", `<table><tbody><tr><th>A</th></tr><tr><td colspan="2"><p>b</p><ul><li>c</li></ul></td></tr></tbody></table>`,
			`doc{table{tableRow{tableHeader{paragraph{"A"}}} tableRow{tableCell(2){paragraph{"b"} bulletList{listItem{paragraph{"c"}}}}}}}`},
		{"a table in a table is its cells", "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
			`doc{table{tableRow{tableCell{paragraph{"a"} paragraph{"b"}}}}}`},
		{"quotes, rules and preformatted text", "<blockquote><h2>a</h2></blockquote><hr/><pre>b\n c</pre>", `doc{blockquote{paragraph{"a"}} rule codeBlock{"b\n c"}}`},
		{"panels take the kinds of the newer editor", macro("info", rich("<p>a</p>")) + macro("tip", rich("b")) + macro("note", rich("c")) + macro("warning", rich("d")) + macro("panel", rich("")),
			`doc{panel(info){paragraph{"a"}} panel(success){paragraph{"b"}} panel(warning){paragraph{"c"}} panel(error){paragraph{"d"}} panel(custom){paragraph}}`},
		{"the title of a panel is its first line", macro("info", parameter("title", "T")+rich("<p>a</p>")), `doc{panel(info){paragraph{"T"/strong} paragraph{"a"}}}`},
		{"a table in a panel is its cells", macro("info", rich("<table><tr><td>a</td></tr></table>")), `doc{panel(info){paragraph{"a"}}}`},
		{"a panel of the newer editor", `<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">note</ac:adf-attribute><ac:adf-content><p>a</p></ac:adf-content></ac:adf-node><ac:adf-fallback><p>no</p></ac:adf-fallback></ac:adf-extension>`,
			`doc{panel(note){paragraph{"a"}}}`},
		{"decisions", `<ac:adf-extension><ac:adf-node type="decision-list"><ac:adf-node type="decision-item"><ac:adf-content>a</ac:adf-content></ac:adf-node></ac:adf-node></ac:adf-extension>`,
			`doc{decisionList{decisionItem(DECIDED){"a"}}}`},
		{"what else the newer editor has is its fallback", `<ac:adf-extension><ac:adf-node type="other"/><ac:adf-fallback><p>a</p></ac:adf-fallback></ac:adf-extension>`, `doc{paragraph{"a"}}`},
		{"code with its language", macro("code", parameter("language", "go")+"<ac:plain-text-body><![CDATA[if a < b {\n}]]></ac:plain-text-body>"), `doc{codeBlock(go){"if a < b {\n}"}}`},
		{"an expand, and one in a table", macro("expand", parameter("title", "T")+rich("<p>a</p>")) + "<table><tr><td>" + macro("expand", parameter("title", "U")+rich("b")) + "</td></tr></table>",
			`doc{expand(T){paragraph{"a"}} table{tableRow{tableCell{nestedExpand(U){paragraph{"b"}}}}}}`},
		{"an expand in a list is its title and its content", "<ul><li>" + macro("expand", parameter("title", "T")+rich("<p>a</p>")) + "</li></ul>",
			`doc{bulletList{listItem{paragraph{"T"} paragraph{"a"}}}}`},
		{"a status in its line", "<p>a " + macro("status", parameter("colour", "Green")+parameter("title", "DONE")) + "</p>", `doc{paragraph{"a " status(green,DONE)}}`},
		{"a macro without a body is an extension", macro("labelup-labels", parameter("display", "chips")),
			`doc{extension(labelup-labels,{"display":{"value":"chips"}})}`},
		{"in a line it is an inline extension", "<p>a " + macro("labelup-inline", "") + " b</p>", `doc{paragraph{"a " inlineExtension(labelup-inline,{}) " b"}}`},
		{"a macro with text keeps the text", macro("excerpt", rich("<h2>a</h2>")), `doc{bodiedExtension(excerpt,{}){heading(2){"a"}}}`},
		{"within another one only its text stays", macro("excerpt", rich(macro("details", rich("<p>a</p>")))), `doc{bodiedExtension(excerpt,{}){paragraph{"a"}}}`},
		{"a plain body is a parameter", macro("html", "<ac:plain-text-body>x</ac:plain-text-body>"), `doc{extension(html,{"__bodyContent":{"value":"x"}})}`},
		{"a block in a paragraph splits it", "<p>a" + macro("code", "<ac:plain-text-body>x</ac:plain-text-body>") + "b</p>", `doc{paragraph{"a"} codeBlock{"x"} paragraph{"b"}}`},
		{"tasks", "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>a <strong>b</strong></ac:task-body></ac:task>" +
			"<ac:task-list><ac:task><ac:task-body><p>c</p><p>d</p></ac:task-body></ac:task></ac:task-list></ac:task-list>",
			`doc{taskList{taskItem(DONE){"a " "b"/strong} taskList{taskItem(TODO){"c" hardBreak "d"}}}}`},
		{"tasks that begin one level down", "<ac:task-list><ac:task-list><ac:task><ac:task-body>a</ac:task-body></ac:task></ac:task-list><ac:task><ac:task-body>b</ac:task-body></ac:task></ac:task-list>",
			`doc{taskList{taskItem(TODO){"a"} taskItem(TODO){"b"}}}`},
		{"links", `<p><a href="https://example.com/?a=1&amp;b=2">x</a> <a href="javascript:y">y</a> <ac:link><ri:page ri:content-title="Other page"/><ac:link-body>see <em>there</em></ac:link-body></ac:link> <ac:link ac:anchor="z"/></p>`,
			`doc{paragraph{"x"/link(https://example.com/?a=1&b=2) " y " "see "/link(http://127.0.0.1:8090/wiki/display/CAFE/Other%20page) "there"/link(http://127.0.0.1:8090/wiki/display/CAFE/Other%20page)/em " " "z"/link(#z)}}`},
		{"cards", `<p><a href="https://example.com" data-card-appearance="inline">x</a></p><a href="https://example.com" data-card-appearance="block">x</a>`,
			`doc{paragraph{inlineCard(https://example.com)} blockCard(https://example.com)}`},
		{"people, days, emoji and placeholders", `<p><ac:link><ri:user ri:account-id="7:b"/></ac:link><time datetime="2026-03-04"/><ac:emoticon ac:name="smile" ac:emoji-fallback="🙂"/><ac:placeholder>Write</ac:placeholder></p>`,
			`doc{paragraph{mention(7:b,@Edda) date(1772582400000) emoji(:smile:,🙂) placeholder(Write)}}`},
		{"a comment's place", `<p>a<ac:inline-comment-marker ac:ref="r">b</ac:inline-comment-marker></p>`, `doc{paragraph{"a" "b"/annotation(r)}}`},
		{"pictures", `<ac:image ac:alt="A map"><ri:url ri:value="https://example.com/map.png"/></ac:image><ac:image><ri:attachment ri:filename="plan.png"/><ac:caption>The <em>plan</em></ac:caption></ac:image>`,
			`doc{mediaSingle{media(A map,external,https://example.com/map.png)} mediaSingle{media(contentId-42,plan.png,file) caption{"The plan"}}}`},
		{"columns", `<ac:layout><ac:layout-section ac:type="two_equal"><ac:layout-cell><p>a</p></ac:layout-cell><ac:layout-cell></ac:layout-cell></ac:layout-section><ac:layout-section ac:type="single"><ac:layout-cell><p>b</p></ac:layout-cell></ac:layout-section></ac:layout>`,
			`doc{layoutSection{layoutColumn(50){paragraph{"a"}} layoutColumn(50){paragraph}} paragraph{"b"}}`},
		{"unknown elements are their content, scripts nothing", "<x><p>a</p></x><script>b</script><div>c</div>", `doc{paragraph{"a"} paragraph{"c"}}`},
		{"what comes before a fault", `<p>a</p><p b="`, `doc{paragraph{"a"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(document(t, c.storage))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAMacroIsDescribedInFull(t *testing.T) {
	got := Document(`<ac:structured-macro ac:name="labelup-labels" ac:macro-id="m-1"><ac:parameter ac:name="prefix">team-</ac:parameter></ac:structured-macro>`, here)
	want := `{"type":"doc","version":1,"content":[{"type":"extension","attrs":{"extensionKey":"labelup-labels","extensionType":"com.atlassian.confluence.macro.core","layout":"default","localId":"m-1",` +
		`"parameters":{"macroMetadata":{"macroId":{"value":"m-1"},"schemaVersion":{"value":"1"},"title":"labelup-labels"},"macroParams":{"prefix":{"value":"team-"}}}}}]}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheSameBodyIsTheSameDocument(t *testing.T) {
	const body = `<table><tr><td>a</td></tr></table><ac:structured-macro ac:name="x"/><ac:task-list><ac:task><ac:task-body>b</ac:task-body></ac:task></ac:task-list>`
	if one, two := Document(body, here), Document(body, here); one != two {
		t.Errorf("%s\n%s", one, two)
	}
}

// The local Confluence's own example pages, and whatever is made of them, are
// documents.
func FuzzDocument(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "hostpage", "testdata", "storage", "*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatal("no example pages", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Add(`<ul><li><table><tr><td><ac:structured-macro ac:name="panel"><ac:rich-text-body><blockquote><h1>x<hr/></h1></blockquote></ac:rich-text-body></ac:structured-macro></td></tr></table></li></ul>`)
	f.Add(`<p><ac:layout><ac:layout-section><ac:layout-cell>a</ac:layout-cell><ac:layout-cell><ac:layout/></ac:layout-cell></ac:layout-section></ac:layout><ac:task-list><ac:task-list/></ac:task-list></p>`)
	f.Fuzz(func(t *testing.T, storage string) { document(t, storage) })
}
