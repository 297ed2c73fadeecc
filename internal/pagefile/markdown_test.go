package pagefile

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/pagetext"
)

var kinds = map[pagetext.Kind]string{
	pagetext.Body: "body", pagetext.Heading: "heading", pagetext.Subheading: "subheading", pagetext.Panel: "panel",
	pagetext.TableHead: "head", pagetext.Code: "code", pagetext.Quote: "quote",
}

// written writes blocks down one a line: kind: text, *what is strong*.
func written(text pagetext.Text) (lines []string) {
	for _, b := range text.Blocks {
		line := b.Text
		for _, s := range slices.Backward(b.Strong) {
			line = line[:s.Start] + "*" + line[s.Start:s.End] + "*" + line[s.End:]
		}
		lines = append(lines, kinds[b.Kind]+": "+line)
	}
	return lines
}

func TestWhatIsReadOfMarkdown(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		want   []string
	}{
		"headings of both kinds": {
			"# a #\n### b\n\nc\n===\n#hashtag\n",
			[]string{"heading: a", "subheading: b", "heading: c", "body: #hashtag"}},
		"paragraphs, bold and links": {
			"a **b** __c *d*__\ne [f](https://example.com \"no\") <https://example.com> https://example.com\\\ng\n\nh [i] ~~j~~\n\n[i]: https://example.com \"no\"\n",
			[]string{"body: a *b c d* e f", "body: g", "body: h i j"}},
		"lists and tasks": {
			"* a\n  more\n* b\n  - c\n\n1. [x] d\n2. e\n",
			[]string{"body: a more", "body: b", "body: c", "body: d", "body: e"}},
		"code of both kinds": {
			"a `b *c*`\n\n    d\n\n```go\n# e &amp;\n```\n",
			[]string{"body: a b *c*", "code: d", "code: # e &amp;"}},
		"quotes": {
			"> a\nb\n> > c\n\nd\n",
			[]string{"quote: a b", "quote: c", "body: d"}},
		"a table": {
			"| a | b \\| c |\n|---|--:|\n| d | |\n\ne\n",
			[]string{"head: a", "head: b | c", "body: d", "body: e"}},
		"images, and those that only have their file's name": {
			"![a](b.png) ![c.png](c.png)\n",
			[]string{"body: a"}},
		"the HTML in it": {
			"<div class=\"a\">\n<h2>b</h2>\n<p>c <b>d *e*</b></p>\n</div>\n\nf <strong>g</strong> <!-- no --> &ndash; h\n\n<!-- no\n\nno -->\n<script>\nno\n</script>\n",
			[]string{"heading: b", "body: c *d *e**", "body: f *g* – h"}},
		"front matter": {
			"\ufeff---\r\ntitle: no\r\n---\r\na\r\n\r\n---\r\n",
			[]string{"body: a"}},
		"what only looks like front matter": {
			"---\n\na\n",
			[]string{"body: a"}},
		"Liquid and kramdown": {
			"{% include a.html\n  b=\"c\" %}\n{% if x %}a {{ site.title }}{% endif %} {e}\n{: .wide }\n",
			[]string{"body: a {e}"}},
		"nothing": {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := markdown(test.source, limits)
			if diff := cmp.Diff(test.want, written(got)); diff != "" || got.Broken || got.Truncated {
				t.Errorf("broken %v, truncated %v (-want +got):\n%s", got.Broken, got.Truncated, diff)
			}
		})
	}
}

func TestMarkdownIsReadWithinTheLimits(t *testing.T) {
	got := markdown("# one\n\ntwo\n\nthree\n", pagetext.Limits{Text: 100, Blocks: 2, Depth: 10})
	if diff := cmp.Diff([]string{"heading: one", "body: two"}, written(got)); diff != "" || !got.Truncated {
		t.Errorf("truncated %v (-want +got):\n%s", got.Truncated, diff)
	}
}
