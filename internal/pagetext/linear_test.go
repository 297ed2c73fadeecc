//go:build !race

// What the race detector adds says nothing of what reading costs.

package pagetext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"labelup/internal/costtest"
)

// pieces are what documents of a kind are made of, for those that are made of one
// or two again and again; within are what such a document may begin with.
var pieces = map[string][]string{
	"ADF": {
		`{`, `}`, `[`, `]`, `"`, `\`, `\"`, `\u`, `\ud83d`, `,`, `:`, `1`, `null,`, `"a":`, `"text":"a",`, `{"type":"text","text":"a"},`, `"type":"heading",`,
		`{"content":[`, `]}`, `],"type":"heading"}`, `"attrs":{`, `"attrs":{"data":{`, `"data":{`, `"parameters":{`, `{"macroParams":`, `{"__bodyContent":`, `"marks":[`, `{"type":"strong"},`, `x://`, `<b>`,
	},
	"Storage": {
		`<`, `>`, `</`, `<!--`, `-->`, `<![CDATA[`, `]]>`, `<?`, `"`, `'`, `=`, `a`, ` `, ` a="`, ` a='b'`, `&`, `&amp;`, `&#1`, `<b>`, `</b>`, `<h1>`, `</i>`, `<table>`, `<th>`, `<script>`, `</script`, `<svg>`, `<pre>`,
		`<ac:structured-macro ac:name="info">`, `<ac:structured-macro ac:name="markdown"><ac:plain-text-body>`, `</ac:structured-macro>`, `<ac:parameter ac:name="title">`, `<ac:link>`, `<ri:page ri:content-title="a"/>`, `</ac:link>`,
		`<ac:adf-node type="panel">`, `<ac:adf-fallback>`, `x://`, `http://`,
	},
	"HTML":     {`<`, `>`, `</`, `<!--`, `-->`, `<!`, `"`, `'`, `=`, `a`, ` `, ` a="`, `&`, `&amp`, `&#x`, `<b>`, `</b>`, `<h1>`, `<h4>`, `</i>`, `<table>`, `<th>`, `<td>`, `<script>`, `</script`, `<style>`, `</`, `<svg>`, `</svg>`, `<img alt="a">`, `<textarea>`, `x://`, `http://`},
	"Plain":    {"a", " ", "\n", "\n\n", ">", ":", "//", "://", "x://", "http", "http://", "https://a", "HTTP://", "s://", "<", "(", ")", "\u00ad", "\xff", "é", "界", "😀", "\u2028", "@"},
	"Markdown": {"a", " ", "\n", "\n    ", "<!--", "-->", "# ", "`", "```\n", "*", "**", "__", "~~~", "!", "![", "[", "](", "(", ")", "<", "<a", ">", "|", "|a\n", "- ", "1", "1.", "x://", "http://a", "é", "\xff"},
}

var within = map[string][]string{
	"ADF":     {"", `[`, `[{`, `{"attrs":{`, `{"attrs":{"data":`, `{"attrs":{"parameters":{"macroParams":{"__bodyContent":`, `{"marks":[`, `{"text":"`, `[{"type":"extension","attrs":{"extensionKey":"markdown","parameters":{"macroParams":{"__bodyContent":{"value":"`, `[{"type":"confluenceUnsupportedBlock","attrs":{"cxhtml":"`},
	"Storage": {"", `<a b="`, `<ac:image ac:alt="`, `<script>`, `<ac:structured-macro ac:name="markdown"><ac:plain-text-body><![CDATA[`},
	"HTML":    {"", `<a b="`, `<img alt="`, `<script>`, `<svg>`},
}

func TestTheCostIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads some thousands of documents")
	}
	for _, r := range append(readers, inMacro) {
		t.Run(r.name, func(t *testing.T) {
			var all []string // pieces that hostile has, too
			for _, piece := range hostile {
				all = append(all, piece)
			}
			begins := within[r.name]
			if begins == nil {
				begins = []string{""}
			}
			for _, begin := range begins {
				for _, piece := range append(all, pieces[r.name]...) {
					r.isLinear(t, begin, piece, "", 1<<14)
				}
			}
			for _, first := range pieces[r.name] {
				for _, second := range pieces[r.name] {
					r.isLinear(t, "", first+second, "", 1<<11)
					for _, begin := range begins {
						r.isLinear(t, begin, first, second, 1<<11)
					}
				}
			}
		})
	}
}

// isLinear reads documents in which the one is there again and again and then the
// other as often.
func (r reader) isLinear(t *testing.T, begin, one, other string, size int) {
	t.Helper()
	costtest.Linear(t, fmt.Sprintf("%q, then %q and %q again and again", begin, one, other), size, func(size int) time.Duration {
		count := size / len(one+other)
		source := begin + strings.Repeat(one, count) + strings.Repeat(other, count)
		before := costtest.ProcessorTime(t)
		r.read(source, Limits{1 << 30, 1 << 30, 100})
		return costtest.ProcessorTime(t) - before
	})
}
