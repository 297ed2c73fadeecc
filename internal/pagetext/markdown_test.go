package pagetext

import "testing"

func TestMarkdownBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"headings of both kinds": {
			"# a #\n##b\n### c {#anchor}\nd\ne\n===\nf\n---\n#hashtag\n####### g\n\n#\n",
			[]string{"heading: a", "heading: b", "subheading: c", "heading: d e", "heading: f", "body: #hashtag ####### g"}},
		"lists of all kinds": {
			"* a\n  more\n* b\n    - c\n\n      c2\n1. d\n2) e\n+ [ ] f\n+ [x] g\n+ [x]\n-\n\nh\n10. i\n1. j\n",
			[]string{"body: a more", "body: b", "body: c", "body: c2", "body: d", "body: e", "body: f", "body: g", "body: h 10. i", "body: j"}},
		"code that is indented, but not what belongs to a list": {
			"a\n\n    b\n\n    c\n\n- d\n\n    e\n\n          f\n\ng\n    h\n",
			[]string{"body: a", "code: b c", "body: d", "body: e", "code: f", "body: g h"}},
		"code between fences": {
			"a\n```go\n# b\n\n~~~\n``\n```\nc\n~~~~\n```\n~~~\n~~~~\n  ```\n  d\n  ```\n",
			[]string{"body: a", "code: # b ~~~ ``", "body: c", "code: ``` ~~~", "code: d"}},
		"quotes, lazy and in each other": {
			"> a\nb\n\n> > c\n> - d\n> ```\n> e\n> ```\n\nf\n> g\n\n> ```\n> h\ni\n- > j\n",
			[]string{"quote: a b", "quote: c", "quote: d", "code: e", "body: f", "quote: g", "code: h", "body: i", "quote: j"}},
		"alerts are panels": {
			"> [!WARNING]\n> a\n>\n> b\n\n> c\n",
			[]string{"panel: a", "panel: b", "quote: c"}},
		"tables, with a head and without": {
			"text\n| a | b \\| c |\n| :-- | --: |\n| `d` | |\nx | y\n\n| e | f |\n|---|---|\n\ng | h\n-|-\n1 | 2\nend\n",
			[]string{"body: text", "head: a", "head: b | c", "body: `d`", "body: x", "body: y", "head: e", "head: f", "head: g", "head: h", "body: 1", "body: 2", "body: end"}},
		"rows without a head": {
			"| a | b |\n| c | d |\n\na | b\n",
			[]string{"body: a", "body: b", "body: c", "body: d", "body: a | b"}},
		"rules": {
			"a\n\n---\n* * *\n___\nb\n***\nc",
			[]string{"body: a", "body: b", "body: c"}},
		"definitions are left out, footnotes are read": {
			"a[^1] [b][] and [c] and [d][C] and [e]\n\n[b]: https://example.com\n[c]: <x> \"title\"\n[^1]: the *note*\n    goes on\n\n[f]: is no definition\n: defined\n",
			[]string{"body: a b and c and d and [e]", "body: the note goes on", "body: [f]: is no definition", "body: defined"}},
		"front matter": {
			"\ufeff---\r\ntitle: no\r\n---\r\na\r\n\r\n---\r\n",
			[]string{"body: a"}},
		"what only looks like front matter": {
			"---\n\na\n",
			[]string{"body: a"}},
		"Liquid": {
			"{% include a.html\n  b=\"c\" %}\n{% if x %}a {{ site.title }}{% endif %}\n\n{% highlight ruby %}\n# b\n{% endhighlight %}\n{% comment %}\nno\n{% endcomment %} c\n{% raw %}d{% endraw %} { e }\n{: .wide }\n",
			[]string{"body: a", "code: # b", "body: c d { e }"}},
		"HTML": {
			"<div class=\"a\">\n\n    <h2>b</h2>\n\n    <p>c <b>d *e*</b>\n    <img src=\"x\" alt=\"f\"></p>\n</div>\n\n<script>\n# no\n\nno `</scrip`\n</script> g\n<!-- no\n\n# no\n--> h <!-- no --> i\n",
			[]string{"heading: b", "body: c *d e* f", "body: g", "body: h i"}},
		"tags over several lines, even if > begins one": {
			"<iframe\n src=\"x\"\n></iframe>\na <span\n>b</span>\n> c",
			[]string{"body: a b", "quote: c"}},
	} {
		t.Run(name, func(t *testing.T) { reads(t, Markdown, c.source, c.want...) })
	}
}

func TestMarkdownInline(t *testing.T) {
	for source, want := range map[string]string{
		"**a** __b__ *c* _d_ ***e*** **f *g* h**":                       "*a b* c d *e f g h*",
		"a**b**c snake_case_name __init__.py 2*3*4":                     "a*b*c snake_case_name *init*.py 234",
		"2 * 3 and ** 4 ** and **5 and a_ _b":                           "2 * 3 and 4 and 5 and a_ _b",
		"**foo*bar** and *foo**bar*":                                    "*foo*bar* and foo bar",
		"~~gone~~ ~ home ~~~":                                           "gone ~ home ~~~",
		"`a` ``b ` c`` `d &amp; **e**` f` `":                            "`a b ` c d &amp; **e**` f",
		"[a](b) [c](<d e> 'f') [g](h \"i ) j\") [k](l(m)n) [o]()":       "a c g k o",
		"[a *b* **c**](d_e_f) ![g](h) ![i.png](j) [![k](l)](m) ![](n)":  "a b *c* g k",
		"[a] (https://example.com/b) [c](d e f) [g](h":                  "a c [g](h",
		"[a][b] [[c]] \\[d\\](e) !f [":                                  "[a][b] [[c]] [d](e) !f [",
		"<https://example.com> <a@example.com> <b>c</b> <d e> 1 < 2 <3": "*c* 1 < 2 <3",
		"a<br>b<br/>c\\\nd  \ne":                                        "a b c d e",
		"&copy; &#169; &lt;b&gt; &nope; \\&amp;":                        "© © <b> &nope; &",
		"\\*a\\* \\`b\\` \\# \\d":                                       "*a* `b` # \\d",
		"[a](b){:target=\"_blank\"} c{: .d} {e} {{ f":                   "a c {e} {{ f",
		"See https://example.com/a_b_c*d* and www.example.com":          "See and www.example.com",
		"日本**語**、_x_。":                                                  "日本*語*、x。",
	} {
		t.Run(source, func(t *testing.T) { reads(t, Markdown, source, "body: "+want) })
	}
}
