package pagetext

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var kindNames = [...]string{"body", "title", "heading", "subheading", "panel", "head", "code", "quote"}

// written writes blocks down one a line: kind: text, *what is strong*, `what is
// code`.
func written(t Text) []string {
	var lines []string
	for _, b := range t.Blocks {
		marks := map[uint32]string{}
		for _, s := range b.Strong {
			marks[s.Start] += "*"
			marks[s.End] = "*" + marks[s.End]
		}
		for _, s := range b.Code {
			marks[s.Start] += "`"
			marks[s.End] = "`" + marks[s.End]
		}
		var line strings.Builder
		for i := range len(b.Text) + 1 {
			line.WriteString(marks[uint32(i)])
			if i < len(b.Text) {
				line.WriteByte(b.Text[i])
			}
		}
		lines = append(lines, kindNames[b.Kind]+": "+line.String())
	}
	return lines
}

// reads checks what a reader makes of a whole document.
func reads(t *testing.T, read func(string, Limits) Text, source string, want ...string) {
	t.Helper()
	got := read(source, DefaultLimits)
	if diff := cmp.Diff(want, written(got)); diff != "" {
		t.Errorf("%.1000s\n(-want +got):\n%.1000s", source, diff)
	}
	if got.Broken || got.Truncated {
		t.Errorf("broken %v, truncated %v:\n%.1000s", got.Broken, got.Truncated, source)
	}
	sound(t, got, DefaultLimits)
}

// sound checks what is promised of every text.
func sound(t *testing.T, got Text, limits Limits) {
	t.Helper()
	size := 0
	for _, b := range got.Blocks {
		size += len(b.Text)
		if !utf8.ValidString(b.Text) || strings.Join(strings.Fields(b.Text), " ") != b.Text || b.Text == "" {
			t.Errorf("text %q", b.Text)
		}
		for _, spans := range [][]Span{b.Strong, b.Code} {
			end := uint32(0)
			for i, s := range spans {
				if i > 0 && s.Start <= end || s.Start >= s.End || int(s.End) > len(b.Text) {
					t.Fatalf("spans %v in %q", spans, b.Text)
				}
				if in := b.Text[s.Start:s.End]; !utf8.ValidString(in) || strings.TrimSpace(in) != in {
					t.Errorf("span %q in %q", in, b.Text)
				}
				end = s.End
			}
			if len(spans) > 0 && b.Kind == Code {
				t.Errorf("spans in code %q", b.Text)
			}
		}
	}
	if size > max(limits.Text, 0) || len(got.Blocks) > max(limits.Blocks, 0) {
		t.Errorf("%d bytes in %d blocks", size, len(got.Blocks))
	}
}

// The same page in every format.
const (
	pageADF = `{"type":"doc","version":1,"content":[
{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"Release plan"}]},
{"type":"paragraph","content":[{"type":"text","text":"We ship on "},{"type":"text","text":"Mondays","marks":[{"type":"strong"}]},{"type":"text","text":" – when "},{"type":"text","text":"main","marks":[{"type":"code"}]},{"type":"text","text":" is green, "},{"type":"text","text":"as agreed","marks":[{"type":"link","attrs":{"href":"https://example.com/agreed"}}]},{"type":"text","text":"."}]},
{"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"Steps"}]},
{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"Cut the branch"}]}]},{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"Ask the "},{"type":"text","text":"site ","marks":[{"type":"strong"}]},{"type":"text","text":"team","marks":[{"type":"em"},{"type":"strong"}]}]}]}]},
{"type":"panel","attrs":{"panelType":"info"},"content":[{"type":"paragraph","content":[{"type":"text","text":"Nothing ships on Fridays"}]}]},
{"type":"blockquote","content":[{"type":"paragraph","content":[{"type":"text","text":"Done is done"}]}]},
{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","attrs":{},"content":[{"type":"paragraph","content":[{"type":"text","text":"Step"}]}]},{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"Owner"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"Build"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"Tools & kin"}]}]}]}]},
{"type":"codeBlock","attrs":{"language":"shell"},"content":[{"type":"text","text":"make release\nmake \"sure\""}]},
{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"file","alt":"The stages of a release"}}]}
]}`
	pageStorage = `<h1>Release plan</h1><p>We ship on <strong>Mondays</strong> &ndash; when <code>main</code> is green,
<a href="https://example.com/agreed">as agreed</a>.</p><h3>Steps</h3><ul><li><p>Cut the branch</p></li><li><p>Ask the <strong>site </strong><em><strong>team</strong></em></p></li></ul>
<ac:structured-macro ac:name="info" ac:schema-version="1" ac:macro-id="b5b7"><ac:rich-text-body><p>Nothing ships on Fridays</p></ac:rich-text-body></ac:structured-macro>
<blockquote><p>Done is done</p></blockquote>
<table data-layout="default"><colgroup><col style="width: 340.0px;" /></colgroup><tbody><tr><th><p>Step</p></th><th><p>Owner</p></th></tr><tr><td><p>Build</p></td><td><p>Tools &amp; kin</p></td></tr></tbody></table>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">shell</ac:parameter><ac:plain-text-body><![CDATA[make release
make "sure"]]></ac:plain-text-body></ac:structured-macro><ac:image ac:alt="The stages of a release"><ri:attachment ri:filename="stages.png" /></ac:image>`
	pageHTML = `<!DOCTYPE html><html><head><title>Release plan - Wiki</title><style>p { color: red }</style></head><body>
<nav><ul><li>Home</li></ul></nav><h1>Release plan</h1><p>We ship on <b>Mondays</b> &#8211; when <code>main</code> is green, <a href='https://example.com/agreed'>as agreed</a>.
<h3>Steps</h3><ul><li>Cut the branch<li>Ask the <b>site </b><i><b>team</b></i></ul>
<details><p>Nothing ships on Fridays</p></details><blockquote>Done is done</blockquote>
<table><tr><th>Step<th>Owner<tr><td>Build<td>Tools & kin</table>
<pre><code>make release
make "sure"</code></pre><p><img src="stages.png" alt="The stages of a release"></p><script>alert("<p>no</p>")</script></body></html>`
)

var page = []string{
	"heading: Release plan",
	"body: We ship on *Mondays* – when `main` is green, as agreed.",
	"subheading: Steps",
	"body: Cut the branch",
	"body: Ask the *site team*",
	"panel: Nothing ships on Fridays",
	"quote: Done is done",
	"head: Step",
	"head: Owner",
	"body: Build",
	"body: Tools & kin",
	`code: make release make "sure"`,
	"body: The stages of a release",
}

type reader struct {
	name   string
	read   func(string, Limits) Text
	sample string
}

var readers = []reader{
	{"ADF", ADF, pageADF},
	{"Storage", Storage, pageStorage},
	{"HTML", HTML, pageHTML},
	{"Plain", Plain, "We ship on Mondays.\nWhen it is green.\n\n> Done is done\n> they said\n\nAsk the site team.\n"},
}

var inMacro = reader{"Markdown", readMarkdown, "# Release plan\n\nWe ship on **Mondays**, when `main` is green, [as agreed](https://example.com/agreed).\n\n- Cut the branch\n- Ask the __site__ team\n\n> Done is done\n\n| Step | Owner |\n|---|---|\n| Build | Tools |\n\n```\nmake release\n```\n![The stages](stages.png)\n"}

// readMarkdown is the body of a macro alone.
func readMarkdown(source string, limits Limits) Text {
	b := newBuilder(source, limits)
	(&markdown{}).add(&b, source, 0)
	return b.finish()
}

func TestTheSamePageIsTheSameInEveryFormat(t *testing.T) {
	for _, r := range readers[:3] {
		t.Run(r.name, func(t *testing.T) { reads(t, r.read, r.sample, page...) })
	}
}

func TestPlainText(t *testing.T) {
	reads(t, Plain, "One line\r\nand another\u00a0one,\n \t \nA co\u00adop\u200beration\xff with \x00nul\n> quoted\n>\n> > twice\nhome again",
		"body: One line and another one,", "body: A cooperation with nul", "quote: quoted", "quote: twice", "body: home again")
}

func TestWebAddressesAreLeftOut(t *testing.T) {
	for source, want := range map[string]string{
		"See https://example.com/a?b=c#d for more":                                 "See for more",
		"(HTTPS://EXAMPLE.COM/a) there":                                            "() there",
		"it begins with http:// or not":                                            "it begins with http:// or not",
		"at 10:30, a::b, see://x":                                                  "at 10:30, a::b, see://x",
		"这里https://example.com/a这里":                                                "这里这里",
		"ends in https://example.com":                                              "ends in",
		"https://wiki.firma.de/display/Qualität/Prüfplan ab":                       "ab",
		"siehe https://ru.wikipedia.org/wiki/Тестирование.":                        "siehe",
		"https://de.example.com/Qualita\u0308t, https://ar.example.com/اختبار٣ مع": "مع",
		"https://vi.example.com/kiểm_thử “a”":                                      "“a”",
		"“https://example.com/ä”, https://example.com/ü… b":                        "“”, … b",
		"https://example.com/aの件、https://example.com/bです":                          "の件、です",
		"https://example.com/aㅎ한국어 https://example.com/b에서":                        "ㅎ한국어 에서",
		"https://example.com/aｶﾅ https://example.com/bＡ":                           "ｶﾅ Ａ",
		"https://example.com/aไทย":                                                 "ไทย",
		"https://example.com/a\nhttps://example.com/b, yes":                        "yes",
	} {
		reads(t, Plain, source, "body: "+want)
	}
	reads(t, HTML, `a <a href="x">https://example.com/<b>a</b>b</a> c`, "body: a c")
}

func TestLimits(t *testing.T) {
	source := "One two\n\nthree fünf\n\nsix"
	for name, c := range map[string]struct {
		limits Limits
		want   []string
		cut    bool
	}{
		"all of it fits to the byte":         {Limits{Text: 21, Blocks: 3}, []string{"body: One two", "body: three fünf", "body: six"}, false},
		"a block is cut":                     {Limits{Text: 20, Blocks: 3}, []string{"body: One two", "body: three fünf", "body: si"}, true},
		"no character is cut":                {Limits{Text: 15, Blocks: 3}, []string{"body: One two", "body: three f"}, true},
		"a space that ends the text is left": {Limits{Text: 4, Blocks: 3}, []string{"body: One"}, true},
		"a cut at a block's end":             {Limits{Text: 7, Blocks: 3}, []string{"body: One two"}, true},
		"a block too many":                   {Limits{Text: 99, Blocks: 2}, []string{"body: One two", "body: three fünf"}, true},
		"nothing allowed":                    {Limits{}, nil, true},
		"less than nothing allowed":          {Limits{Text: -1, Blocks: -1, Depth: -1}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := Plain(source, c.limits)
			if diff := cmp.Diff(c.want, written(got)); diff != "" || got.Truncated != c.cut || got.Broken {
				t.Errorf("%v (-want +got):\n%s", got, diff)
			}
		})
	}
}

func TestEveryReaderKeepsTheLimits(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			all := r.read(r.sample, DefaultLimits)
			for _, limits := range []Limits{{}, {Text: -5, Blocks: -5, Depth: -5}, {40, 100, 100}, {1000, 2, 100}, {1, 1, 1}} {
				got := r.read(r.sample, limits)
				sound(t, got, limits)
				if !got.Truncated {
					t.Errorf("%+v: not truncated", limits)
				}
				if got.Broken {
					t.Errorf("%+v: what is not read is not broken", limits)
				}
				if bad := notBeginning(got, all, true); bad != "" && limits.Depth > 1 {
					t.Errorf("%+v: %s", limits, bad)
				}
			}
			flat := r.read(r.sample, Limits{Text: 1000, Blocks: 100})
			if flat.Truncated || len(flat.Blocks) == 0 || words(flat) != words(all) {
				t.Errorf("without depth: %q", written(flat))
			}
		})
	}
}

// words is all that is said, without its structure.
func words(t Text) string {
	var all []string
	for _, b := range t.Blocks {
		all = append(all, b.Text)
	}
	return strings.Join(all, " ")
}

// partOfEntity is the end of a text that was cut within an entity.
var partOfEntity = regexp.MustCompile(`&[#\w]*$`)

// notBeginning says where got is not what all begins with. The last block of got
// may have less text, and nothing is asked of it if it is not strict.
func notBeginning(got, all Text, strict bool) string {
	for i, b := range got.Blocks {
		if i >= len(all.Blocks) {
			return fmt.Sprintf("block %d: %q", i, b.Text)
		}
		whole, last := all.Blocks[i].Text, i == len(got.Blocks)-1
		switch {
		case !last && whole != b.Text,
			last && strict && !strings.HasPrefix(whole, b.Text),
			strict && !last && all.Blocks[i].Kind != b.Kind:
			return fmt.Sprintf("block %d: %q for %q", i, b.Text, whole)
		}
	}
	return ""
}

func TestADocumentCutAnywhereReadsAsItsBeginning(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			all := r.read(r.sample, DefaultLimits)
			for cut := range len(r.sample) {
				got := r.read(r.sample[:cut], DefaultLimits)
				sound(t, got, DefaultLimits)
				if bad := notBeginning(got, all, !partOfEntity.MatchString(r.sample[:cut])); bad != "" {
					t.Errorf("cut at %d: %s", cut, bad)
				}
				if r.name == "ADF" && cut > 0 && !got.Broken {
					t.Errorf("cut at %d: not broken", cut)
				}
			}
		})
	}
}

// hostile are documents that cost too much if anything is read again and again.
var hostile = map[string]string{
	"nested bold":            "<b>",
	"bold that ends again":   "<b>x</b></b>",
	"headings in headings":   "<h1><table>",
	"end tags of nothing":    "</i></b>",
	"less than":              "<",
	"tags that do not end":   "<a b='",
	"attributes":             `<img a="b" c=d `,
	"comments":               "<!--",
	"comments in code":       "`<!-- -->",
	"CDATA":                  "<![CDATA[",
	"scripts":                "<script></scrip",
	"macros":                 `<ac:structured-macro ac:name="info">`,
	"entities":               "&amp",
	"square brackets":        "[",
	"closing brackets":       "[]]",
	"links that do not end":  "[a](",
	"links in links":         "[a](b ",
	"links with titles":      `[a](b "`,
	"images":                 "![a](<",
	"references":             "[a][",
	"footnotes":              "[^a",
	"asterisks":              "*",
	"asterisks and words":    "*a ",
	"asterisks between":      "a*a**",
	"underscores":            "_a _",
	"tildes":                 "~~a ",
	"backticks":              "`",
	"backticks of all sizes": "` `` ``` ```` ",
	"braces":                 "{",
	"Liquid":                 "{{ } {% } ",
	"kramdown":               "{: ",
	"backslashes":            `\`,
	"quotes":                 ">",
	"lists in lists":         "- ",
	"numbers":                "1",
	"pipes":                  "|",
	"rows":                   "|a|b\n",
	"definitions":            "[a]: b\n",
	"underlines":             "a\n=\n",
	"rules":                  "- - a\n",
	"quoted lines":           "> a\n",
	"lists in JSON":          "[",
	"objects in JSON":        `{"content":[`,
	"deep nodes":             `{"type":"panel","content":[`,
	"attributes in JSON":     `{"attrs":{"a":[[`,
	"marks in JSON":          `{"marks":[{"type":`,
	"strings in JSON":        `{"text":"\u`,
	"soft hyphens":           "\u00ad",
	"invalid bytes":          "\xff",
	"spaces":                 " ",
	"lines":                  "\n",
	"addresses":              "http://http://",
	"no addresses":           "x://",
	"data in data in JSON":   `{"attrs":{"data":{"data":`,
}

func TestHostileDocumentsCostMemoryInProportion(t *testing.T) {
	for name, piece := range hostile {
		t.Run(name, func(t *testing.T) {
			source := strings.Repeat(piece, 30_000/len(piece))
			for _, r := range append(readers, inMacro) {
				var got Text
				allocations := testing.AllocsPerRun(1, func() { got = r.read(source, DefaultLimits) })
				sound(t, got, DefaultLimits)
				if most := float64(200 + len(source)/4); allocations > most {
					t.Errorf("%s: %.0f allocations for %d bytes", r.name, allocations, len(source))
				}
			}
		})
	}
}

func TestARichPageTakesFewAllocations(t *testing.T) {
	for _, r := range append(readers, inMacro) {
		source := strings.Repeat(r.sample, 10)
		if r.name == "ADF" {
			source = "[" + strings.Repeat(r.sample+",", 9) + r.sample + "]"
		}
		blocks := len(r.read(source, DefaultLimits).Blocks)
		allocations := testing.AllocsPerRun(10, func() { r.read(source, DefaultLimits) })
		if perBlock := allocations / float64(blocks); perBlock > 3 {
			t.Errorf("%s: %.1f allocations for each of %d blocks", r.name, perBlock, blocks)
		}
	}
}

func TestDeepTextIsReadAsBody(t *testing.T) {
	const depth = 100_000
	for name, c := range map[string]struct {
		read                 func(string, Limits) Text
		before, text, behind string
	}{
		"HTML":    {HTML, "<details>", "x", "</details>"},
		"bold":    {HTML, "<b>", "x", "</b>"},
		"Storage": {Storage, "<blockquote>", "x", "</blockquote>"},
		"ADF":     {ADF, `{"type":"panel","content":[`, `{"text":"x","type":"text"}`, `]}`},
	} {
		t.Run(name, func(t *testing.T) {
			reads(t, c.read, strings.Repeat(c.before, depth)+c.text+strings.Repeat(c.behind, depth), "body: x")
		})
	}
}

func TestTheOwnMacroIsNotRead(t *testing.T) {
	reads(t, Storage, `<p>a</p><ac:structured-macro ac:name="labelup-labels"><ac:parameter ac:name="title">no</ac:parameter><ac:rich-text-body><p>no</p><ac:structured-macro ac:name="info"><ac:rich-text-body><p>no</p></ac:rich-text-body></ac:structured-macro></ac:rich-text-body></ac:structured-macro><p>b</p>`,
		"body: a", "body: b")
	for _, key := range []string{"labelup-labels", "0f0e/1a1b/static/labelup-labels"} {
		reads(t, ADF, `[{"type":"bodiedExtension","attrs":{"extensionKey":"`+key+`"},"content":[{"type":"paragraph","content":[{"type":"text","text":"no"}]}]},{"type":"text","text":"b"}]`,
			"body: b")
	}
}
