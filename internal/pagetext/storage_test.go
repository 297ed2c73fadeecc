package pagetext

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// markdownMacro is a macro that shows Markdown.
func markdownMacro(body string) string {
	return `<ac:structured-macro ac:name="markdown"><ac:plain-text-body><![CDATA[` + body + `]]></ac:plain-text-body></ac:structured-macro>`
}

func TestStorageElements(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"macros that set their body off are panels, with their titles": {
			`<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">More &amp; more</ac:parameter><ac:parameter ac:name="breakoutWidth">760</ac:parameter><ac:rich-text-body><p>a</p><h2>b</h2><ac:structured-macro ac:name="code"><ac:parameter ac:name="title">Set up</ac:parameter><ac:parameter ac:name="language">no</ac:parameter><ac:plain-text-body><![CDATA[x < y && "&amp;"]]></ac:plain-text-body></ac:structured-macro></ac:rich-text-body></ac:structured-macro><p>c</p>`,
			[]string{"panel: More & more", "panel: a", "heading: b", "panel: Set up", `code: x < y && "&amp;"`, "body: c"}},
		"other macros are their bodies": {
			`<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="title">no</ac:parameter><ac:rich-text-body><p>a</p></ac:rich-text-body></ac:structured-macro><p>b <ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">no</ac:parameter></ac:structured-macro>c</p><ac:structured-macro ac:name="toc" />`,
			[]string{"body: a", "body: b c"}},
		"a status is its title": {
			`<p>State: <ac:structured-macro ac:name="status"><ac:parameter ac:name="title">In review</ac:parameter><ac:parameter ac:name="colour">Blue</ac:parameter></ac:structured-macro></p>`,
			[]string{"body: State: In review"}},
		"the body of a Markdown macro is text": {
			"<p>a</p><ac:structured-macro ac:name=\"markdown\"><ac:parameter ac:name=\"title\">no</ac:parameter><ac:plain-text-body><![CDATA[# b #\n\n#### c & d\n\nsome **bold words** of __it__, ~a~\nand [a link](/docs/no.md), ![an image](no.png) with `code_of *it`.\n\n- e_f\n1. g\n* * *\n> h\n> i\n\n| j | k |\n|---|:-:|\n| l | m! |\n\n```go\nn := 1\n```\no <br/> p < q <https://example.com>]]></ac:plain-text-body></ac:structured-macro><p>r</p>",
			[]string{"body: a", "heading: b", "subheading: c & d", "body: some *bold words* of *it*, ~a~ and a link, an image with `code_of *it`.", "body: e_f", "body: g", "quote: h i", "body: j", "body: k", "body: l", "body: m!", "code: n := 1", "body: o", "body: p < q", "body: r"}},
		"a line break in a Markdown macro parts blocks": {
			markdownMacro("a  \r\nb\nc\n\n| d<BR>e | f<br/>**g** |\n\n```\nh  \ni\n```\n<break>j"),
			[]string{"body: a", "body: b c", "body: d", "body: e", "body: f", "body: *g*", "code: h i", "body: j"}},
		"what is indented in a Markdown macro is code, but for what goes on with a paragraph or an item": {
			markdownMacro("# Deploy\n\n    terraform plan\n\tterraform apply\n\n    exit\n\nSome text\n    goes on  \n    and on\n- an item\n\n    of two paragraphs\n\n      - in it\n\nNo list\n\n    code\nText\n## H\n    code too"),
			[]string{"heading: Deploy", "code: terraform plan terraform apply", "code: exit", "body: Some text goes on", "body: and on", "body: an item", "body: of two paragraphs", "body: in it", "body: No list", "code: code", "body: Text", "heading: H", "code: code too"}},
		"comments in a Markdown macro are not read, over lines and between words": {
			markdownMacro("<!-- markdownlint-disable MD013 -->\n# a\n<!-- no\n\n    no\n```\n# no --> b <!-- no --> c <!---->d\n\n`<!-- e -->` f\n\n```\n<!-- g -->\n```\n\n    <!-- h -->\n\n| i <!-- no | no --> | j |\n"),
			[]string{"heading: a", "body: b c d", "body: `<!-- e -->` f", "code: <!-- g -->", "code: <!-- h -->", "body: i", "body: j"}},
		"what does not end is no comment": {
			markdownMacro("a --> b <!-- c\n\nd"),
			[]string{"body: a --> b <!-- c", "body: d"}},
		"noformat is code": {
			`<ac:structured-macro ac:name="noformat"><ac:plain-text-body><![CDATA[a]] > b]]></ac:plain-text-body></ac:structured-macro>`,
			[]string{"code: a]] > b"}},
		"a link is its text, or else its page's title": {
			`<p><ac:link><ri:page ri:content-title="No" /><ac:link-body>the <strong>plan</strong></ac:link-body></ac:link>, <ac:link><ri:page ri:content-title="A &amp; B" /></ac:link>, <ac:link><ri:page ri:content-title="No"/><ac:plain-text-link-body><![CDATA[the list]]></ac:plain-text-link-body></ac:link>, <ac:link><ri:blog-post ri:content-title="News"/><ac:link-body></ac:link-body></ac:link>, <ac:link><ri:user ri:account-id="1" /></ac:link>, <ac:link ac:anchor="x" /></p>`,
			[]string{"body: the *plan*, A & B, the list, News, ,"}},
		"tasks without their state": {
			`<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-uuid>u</ac:task-uuid><ac:task-status>complete</ac:task-status><ac:task-body><span class="placeholder-inline-tasks">a <time datetime="2024-01-01" /></span></ac:task-body></ac:task><ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>b</ac:task-body></ac:task></ac:task-list>`,
			[]string{"body: a", "body: b"}},
		"images, emoticons, placeholders": {
			`<p>a<ac:image ac:alt="the map"><ri:attachment ri:filename="m.png" /><ac:caption><p>Where</p></ac:caption></ac:image></p><ac:image ac:alt="m.png"><ri:url ri:value="x" /></ac:image><p>b <ac:emoticon ac:name="tick" /><ac:emoticon ac:name="x">no</ac:emoticon><ac:placeholder>no</ac:placeholder> c<br />d</p>`,
			[]string{"body: a the map", "body: Where", "body: b c", "body: d"}},
		"a table with header cells": {
			`<table><tbody><tr><th><p>a</p><p><strong>b</strong></p></th><td>c<table><tbody><tr><th>d</th></tr></tbody></table></td></tr></tbody></table>`,
			[]string{"head: a", "head: *b*", "body: c", "head: d"}},
		"layouts and marks": {
			`<ac:layout><ac:layout-section ac:type="two_equal"><ac:layout-cell><p>a<ac:inline-comment-marker ac:ref="1">b</ac:inline-comment-marker>c</p></ac:layout-cell><ac:layout-cell>d</ac:layout-cell></ac:layout-section></ac:layout>`,
			[]string{"body: abc", "body: d"}},
		"an ADF extension says it once": {
			`<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">note</ac:adf-attribute><ac:adf-content><p>a</p></ac:adf-content></ac:adf-node><ac:adf-fallback><div class="panel"><p>a</p></div></ac:adf-fallback></ac:adf-extension><p>b</p>
			<ac:adf-extension><ac:adf-node type="decision-list"><ac:adf-attribute key="local-id">1</ac:adf-attribute><ac:adf-node type="decision-item"><ac:adf-attribute key="state">DECIDED</ac:adf-attribute><ac:adf-content>c</ac:adf-content></ac:adf-node></ac:adf-node><ac:adf-fallback><ul><li>c</li></ul></ac:adf-fallback></ac:adf-extension>`,
			[]string{"panel: a", "body: b", "body: c"}},
		"an ADF extension without content says its fallback": {
			`<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="text">no</ac:adf-attribute></ac:adf-node><ac:adf-fallback><p>a</p></ac:adf-fallback></ac:adf-extension>`,
			[]string{"body: a"}},
		"an ADF extension in another": {
			`<ac:adf-extension><ac:adf-node type="panel"><ac:adf-content><p>a</p><ac:adf-extension><ac:adf-node type="x"></ac:adf-node></ac:adf-extension></ac:adf-content></ac:adf-node><ac:adf-fallback>no</ac:adf-fallback></ac:adf-extension>`,
			[]string{"panel: a"}},
		"the marks of a fragment": {
			`<table><ac:adf-fragment-mark><ac:adf-fragment-mark-detail name="Table 1" local-id="1" /></ac:adf-fragment-mark><tbody><tr><td>a</td></tr></tbody></table>`,
			[]string{"body: a"}},
		"entities": {
			`<p>a&nbsp;b &uuml;&ndash;&#8217;&#x2019; &lt;c&gt; &amp;amp; &nope; d & e</p>`,
			[]string{"body: a b ü–’’ <c> &amp; &nope; d & e"}},
		"attributes may hold brackets and any quotes": {
			`<p data-a="<b>" data-b='"/>' >a</p ><!-- <h1>no</h1> --><?no?><p/>b`,
			[]string{"body: a", "body: b"}},
	} {
		t.Run(name, func(t *testing.T) { reads(t, Storage, c.source, c.want...) })
	}
}

func TestMarkupThatIsBroken(t *testing.T) {
	for name, c := range map[string]struct {
		read   func(string, Limits) Text
		source string
		want   []string
	}{
		"an element that does not end": {Storage, "<p>a</p><p>b", []string{"body: a", "body: b"}},
		"an end without a beginning":   {Storage, "<p>a</p></p><p>b</p>", []string{"body: a", "body: b"}},
		"elements that cross":          {Storage, "<p><strong><code>a</strong>b</code></p>", []string{"body: *`a`*b"}},
		"a section that does not end":  {Storage, "<p><![CDATA[a</p>", []string{"body: a</p>"}},
		"a comment that does not end":  {Storage, "<p>a</p><!-- b", []string{"body: a"}},
		"a tag that does not end":      {HTML, "<p>a</p><p class='b>c</p>", []string{"body: a"}},
		"the beginning of a tag":       {HTML, "<p>a</p><", []string{"body: a"}},
		"the beginning of an end tag":  {HTML, "<p>a</", []string{"body: a"}},
		"a script that does not end":   {HTML, "<p>a</p><script>b</scrip>", []string{"body: a"}},
		"bold that does not end":       {HTML, "<p>a <b>b</p><p>c", []string{"body: a *b*", "body: *c*"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.read(c.source, DefaultLimits)
			if diff := cmp.Diff(c.want, written(got)); diff != "" || !got.Broken {
				t.Errorf("broken %v (-want +got):\n%s", got.Broken, diff)
			}
		})
	}
}

func TestHTMLElements(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"what is not the page's is left out": {
			`<head><meta charset=utf-8><title>no</title><style>no</style></head><body><header>a</header><nav>no<nav>no</nav>no</nav><noscript>no</noscript><template><p>no</p></template><svg><title>no</title></svg><main>b<button>no</button></main><aside>c</aside><textarea><p>no</textarea><select><option>no</select><iframe>no</iframe><SCRIPT>if (a</script x>d<footer>no</footer>`,
			[]string{"body: a", "body: b", "body: c", "body: d"}},
		"end tags that are left out": {
			`<ul><li>a<li><b>b</b></ul><dl><dt>c<dd>d</dl><table><tr><th>e<td>f<tr><th>g</table>h<h2>i<h3>j</h3><p>k<p>l`,
			[]string{"body: a", "body: *b*", "body: c", "body: d", "head: e", "body: f", "head: g", "body: h", "heading: i", "subheading: j", "body: k", "body: l"}},
		"a table closes nothing outside of it": {
			`<th>a<table><tr><td>b</th></td></tr></table>c</th>`,
			[]string{"head: a", "head: b", "head: c"}},
		"inline elements do not part words": {
			`H<sub>2</sub>O<a href=x> i<em>s</em></a> w<wbr>et and <kbd>F1</kbd>`,
			[]string{"body: H2O is wet and `F1`"}},
		"a line break parts blocks, and ends nothing but them": {
			`<td><p>Kafka<br />Redis<br>Postgres</p></td><blockquote><b>Owner: Jane<br>Reviewer: Tom</b></blockquote><h1>a<br></h1>`,
			[]string{"body: Kafka", "body: Redis", "body: Postgres", "quote: *Owner: Jane*", "quote: *Reviewer: Tom*", "heading: a"}},
		"a line break in code parts no blocks": {
			`<pre>a<br>b</pre>`,
			[]string{"code: a b"}},
		"details are a panel": {
			`<details><summary>a</summary>b</details>c`,
			[]string{"panel: a", "panel: b", "body: c"}},
		"quotes, and code in them": {
			`<blockquote><h1>a</h1><pre>b <b>c</b></pre></blockquote>`,
			[]string{"quote: a", "code: b c"}},
		"images": {
			`a<img src=x alt='b &amp; c'>d<img alt="e.jpeg">`,
			[]string{"body: a b & c d"}},
		"capitals, and signs that begin no tag": {
			`<P>a < b <3 c</P><H2>d</h2>`,
			[]string{"body: a < b <3 c", "heading: d"}},
	} {
		t.Run(name, func(t *testing.T) { reads(t, HTML, c.source, c.want...) })
	}
}
