package pagetext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// para is an ADF paragraph with one text.
func para(text string) string {
	return `{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}`
}

func TestADFNodes(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"headings of the first two levels count as headings": {
			`{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"a"}]},{"type":"heading","attrs":{"level":6},"content":[{"type":"text","text":"b"}]}`,
			[]string{"heading: a", "subheading: b"}},
		"lists and tasks and decisions are a block for each item": {
			`{"type":"orderedList","content":[{"type":"listItem","content":[` + para("a") + `,{"type":"bulletList","content":[{"type":"listItem","content":[` + para("b") + `]}]}]}]},
			{"type":"taskList","attrs":{"localId":"1"},"content":[{"type":"taskItem","attrs":{"state":"DONE"},"content":[{"type":"text","text":"c"}]}]},
			{"type":"decisionList","content":[{"type":"decisionItem","content":[{"type":"text","text":"d"}]}]}`,
			[]string{"body: a", "body: b", "body: c", "body: d"}},
		"an expand has its title": {
			`{"type":"expand","attrs":{"title":"More \"here\""},"content":[` + para("a") + `,{"type":"nestedExpand","attrs":{"title":"t"},"content":[` + para("b") + `]}]},{"type":"expand","attrs":{"title":"alone"}}`,
			[]string{`panel: More "here"`, "panel: a", "panel: t", "panel: b", "panel: alone"}},
		"headings and code in panels stay what they are": {
			`{"type":"panel","content":[` + para("a") + `,{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"b"}]},{"type":"codeBlock","content":[{"type":"text","text":"c"}]}]}`,
			[]string{"panel: a", "heading: b", "code: c"}},
		"a quote holds what is in it": {
			`{"type":"blockquote","content":[` + para("a") + `,{"type":"codeBlock","content":[{"type":"text","text":"b"}]}]}`,
			[]string{"quote: a", "code: b"}},
		"neighbouring bold texts are one": {
			`{"type":"paragraph","content":[{"type":"text","text":"a ","marks":[{"type":"strong"}]},{"type":"text","text":"b","marks":[{"type":"link","attrs":{"href":"x"}},{"type":"strong"}]},{"type":"text","text":", "},{"type":"text","text":"c","marks":[{"type":"strong"},{"type":"code"}]}]}`,
			[]string{"body: *a b*, *`c`*"}},
		"what is not about the page is left out": {
			`{"type":"paragraph","content":[{"type":"text","text":"Ask "},{"type":"mention","attrs":{"id":"1","text":"@Ada"}},{"type":"text","text":" on "},{"type":"date","attrs":{"timestamp":"1"}},{"type":"emoji","attrs":{"shortName":":x:","text":"X"}},{"type":"placeholder","attrs":{"text":"type here"}},{"type":"inlineCard","attrs":{"url":"https://example.com/a"}},{"type":"text","text":"this"}]},{"type":"rule"},{"type":"blockCard","attrs":{"url":"https://example.com/b"}}`,
			[]string{"body: Ask on this"}},
		"a line break parts blocks, and a status is text": {
			`{"type":"paragraph","content":[{"type":"text","text":"State"},{"type":"hardBreak"},{"type":"status","attrs":{"text":"In review","color":"blue"}}]}`,
			[]string{"body: State", "body: In review"}},
		"each line of a cell is a block of the same kind, bold or not": {
			`{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"Kafka","marks":[{"type":"strong"}]},{"type":"hardBreak"},{"type":"hardBreak"},{"type":"text","text":"Redis"},{"type":"hardBreak","attrs":{"text":"\n"}},{"type":"text","text":"Postgres"}]}]}`,
			[]string{"head: *Kafka*", "head: Redis", "head: Postgres"}},
		"a line break in code parts no blocks": {
			`{"type":"codeBlock","content":[{"type":"text","text":"a"},{"type":"hardBreak"},{"type":"text","text":"b"}]}`,
			[]string{"code: a b"}},
		"an image says its text and its caption, and not its file's name": {
			`{"type":"mediaSingle","content":[{"type":"media","attrs":{"alt":"A map"}},{"type":"caption","content":[{"type":"text","text":"Where"}]}]},{"type":"mediaSingle","content":[{"type":"media","attrs":{"alt":"image-2024 01.PNG"}}]}`,
			[]string{"body: A map", "body: Where"}},
		"extensions are read if they have a body, without parameters": {
			`{"type":"extension","attrs":{"extensionKey":"toc","text":"no","parameters":{"title":"no","content":[` + para("no") + `]}}},
			{"type":"bodiedExtension","attrs":{"extensionKey":"excerpt","parameters":{"text":"no"}},"content":[` + para("a") + `]},
			{"type":"bodiedExtension","attrs":{"extensionKey":"panel"},"content":[` + para("b") + `]},
			{"type":"multiBodiedExtension","content":[{"type":"extensionFrame","content":[` + para("c") + `]}]},
			{"type":"paragraph","content":[{"type":"inlineExtension","attrs":{"extensionKey":"x","text":"no"}},{"type":"text","text":"d"}]}`,
			[]string{"body: a", "panel: b", "body: c", "body: d"}},
		"a card of an old page has its title": {
			`{"type":"paragraph","content":[{"type":"text","text":"See "},{"type":"inlineCard","attrs":{"data":{"@type":"Document","url":"https://example.com","name":"The \"plan\""}}},{"type":"text","text":"!"}]},{"type":"blockCard","attrs":{"data":{"name":"a"}}},{"type":"embedCard","attrs":{"data":{"name":"b","more":{"name":"no"}}}}`,
			[]string{`body: See The "plan"!`, "body: a", "body: b"}},
		"the body of a Markdown macro is text, and those of others are not": {
			`{"type":"extension","attrs":{"extensionType":"com.atlassian.confluence.macro.core","extensionKey":"markdown","parameters":{"macroParams":{"title":{"value":"no"},"__bodyContent":{"value":"# a\n\nb **c**"}},"macroMetadata":{"title":"no"}}}},{"type":"extension","attrs":{"extensionKey":"sequence","parameters":{"macroParams":{"__bodyContent":{"value":"no"}}}}}`,
			[]string{"heading: a", "body: b *c*"}},
		"what the editor does not know is read in the storage format": {
			`{"type":"confluenceUnsupportedBlock","attrs":{"cxhtml":"<ac:structured-macro ac:name=\"info\"><ac:parameter ac:name=\"title\">a<\/ac:parameter><ac:rich-text-body><h1>b<\/h1><\/ac:rich-text-body><\/ac:structured-macro><ac:structured-macro ac:name=\"labelup-labels\"><ac:parameter ac:name=\"prefix\">no<\/ac:parameter><\/ac:structured-macro>"}},{"type":"panel","content":[{"type":"paragraph","content":[{"type":"text","text":"c "},{"type":"confluenceUnsupportedInline","attrs":{"cxhtml":"<strong>d<\/strong>"}},{"type":"text","text":" e"}]}]}`,
			[]string{"panel: a", "heading: b", "panel: c *d* e"}},
		"unknown nodes are read": {
			`{"type":"bodiedSyncBlock","attrs":{"resourceId":"1"},"content":[{"type":"layoutSection","content":[{"type":"layoutColumn","content":[` + para("a") + `]}]}]},{"type":"news","content":[{"type":"words","text":"b"}]}`,
			[]string{"body: a", "body: b"}},
		"a header cell counts as such": {
			`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[` + para("a") + `,` + para("b") + `]},{"type":"tableCell","content":[` + para("c") + `]}]}]}`,
			[]string{"head: a", "head: b", "body: c"}},
		"the members of a node come in any order": {
			`{"content":[{"marks":[{"type":"strong"}],"text":"a","type":"text"}],"type":"heading","attrs":{"level":1}},{"attrs":{"title":"t"},"content":[` + para("b") + `],"type":"expand"},{"content":[{"content":[` + para("c") + `],"type":"tableHeader"}],"type":"tableRow"}`,
			[]string{"heading: *a*", "panel: t", "panel: b", "head: c"}},
		"escapes": {
			para(`\u00fc\ud83d\ude00 a\/b \"c\" d\\e\nf\u2003g \ud83d h \udc00\u0041`),
			[]string{`body: ü😀 a/b "c" d\e f g h A`}},
		"values nobody expects": {
			`null, 3.5e-2, true, "text", [[{}]], {"type":7,"content":{},"attrs":[],"marks":"","text":{}}, {}, {"content":null,"attrs":null}, {"marks":[1,{"type":"strong","attrs":{"a":[{}]}}],"text":"a"}`,
			[]string{"body: *a*"}},
	} {
		t.Run(name, func(t *testing.T) {
			reads(t, ADF, ` {"version":1,"type":"doc","content":[`+c.source+`]} `, c.want...)
			reads(t, ADF, "["+c.source+"]", c.want...)
		})
	}
}

func TestADFThatIsBroken(t *testing.T) {
	a := para("a")
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"no JSON":                   {"a", nil},
		"no document":               {"3", nil},
		"a text that does not end":  {`[` + a + `,{"type":"text","text":"b`, []string{"body: a"}},
		"a node that does not end":  {`[` + a + `,{"type":"text","text":"b"`, []string{"body: a", "body: b"}},
		"a missing comma":           {`[` + a + a, []string{"body: a"}},
		"a missing colon":           {`[` + a + `,{"type" "text"}]`, []string{"body: a"}},
		"the wrong bracket":         {`[` + a + `}`, []string{"body: a"}},
		"something after the end":   {a + `,`, []string{"body: a"}},
		"a literal that is none":    {`[` + a + `,@]`, []string{"body: a"}},
		"attributes that are wrong": {`[` + a + `,{"attrs":{"a" 1}}]`, []string{"body: a"}},
		"attributes without commas": {`[` + a + `,{"attrs":{"a":1"b":2}}]`, []string{"body: a"}},
		"marks that are wrong":      {`[` + a + `,{"marks":[1 2]}]`, []string{"body: a"}},
		"a value that is missing":   {`[` + a + `,{"x":}]`, []string{"body: a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := ADF(c.source, DefaultLimits)
			if diff := cmp.Diff(c.want, written(got)); diff != "" || !got.Broken {
				t.Errorf("broken %v (-want +got):\n%s", got.Broken, diff)
			}
		})
	}
}

func TestAPageWithoutABodyIsNotBroken(t *testing.T) {
	for _, r := range readers {
		for _, source := range []string{"", " \n"} {
			if got := r.read(source, DefaultLimits); got.Broken || got.Truncated || got.Blocks != nil {
				t.Errorf("%s: %+v", r.name, got)
			}
		}
	}
}

func TestADFBelowTheDepth(t *testing.T) {
	source := `{"type":"panel","content":[{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"a","marks":[{"type":"strong"}]},{"type":"status","attrs":{"text":"b"}}]},` + para("c") + `]}`
	for depth, want := range map[int]string{
		3: "heading: *a*b\npanel: c",
		2: "body: *a*b\nbody: c",
		0: "body: *a*b\nbody: c",
	} {
		got := ADF(source, Limits{Text: 100, Blocks: 10, Depth: depth})
		if diff := cmp.Diff(want, strings.Join(written(got), "\n")); diff != "" || got.Broken {
			t.Errorf("depth %d: broken %v (-want +got):\n%s", depth, got.Broken, diff)
		}
	}
}
