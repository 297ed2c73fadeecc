package pagetext

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	xhtml "golang.org/x/net/html"
)

func fuzz(f *testing.F, r reader) {
	f.Add(r.sample, 1<<16, 1000, 100)
	for _, piece := range hostile {
		f.Add(strings.Repeat(piece, 20), 1000, 50, 5)
	}
	f.Fuzz(func(t *testing.T, source string, text, blocks, depth int) {
		limits := Limits{text, blocks, depth}
		got := r.read(source, limits)
		sound(t, got, limits)
		if diff := cmp.Diff(got, r.read(source, limits)); diff != "" {
			t.Errorf("the second time: %s", diff)
		}
		all := r.read(source, Limits{1 << 30, 1 << 30, depth})
		if all.Truncated {
			t.Error("truncated without limits")
		}
		if bad := notBeginning(got, all, true); bad != "" && r.name != "ADF" && r.name != "Markdown" { // a node's type may come after its content, and a sign's end
			t.Error(bad)
		}
		if !got.Truncated && len(got.Blocks) != len(all.Blocks) {
			t.Errorf("%d of %d blocks and not truncated", len(got.Blocks), len(all.Blocks))
		}
	})
}

func FuzzADF(f *testing.F)      { fuzz(f, readers[0]) }
func FuzzStorage(f *testing.F)  { fuzz(f, readers[1]) }
func FuzzHTML(f *testing.F)     { fuzz(f, readers[2]) }
func FuzzPlain(f *testing.F)    { fuzz(f, readers[3]) }
func FuzzMarkdown(f *testing.F) { fuzz(f, inMacro) }

// unlike are what the scanner means to read in another way: elements whose
// content it skips or that say alt text, and addresses.
var unlike = []string{"<!", "<?", "script", "style", "title", "textarea", "noscript", "iframe", "noembed", "noframes",
	"nav", "footer", "template", "select", "datalist", "object", "audio", "video", "canvas", "svg", "math", "button",
	"img", "xmp", "plaintext", "://", "\x00"}

// FuzzTags holds the scanner against the tokenizer of golang.org/x/net.
func FuzzTags(f *testing.F) {
	for _, source := range []string{
		`<h1>a</h1><p class="b">c <b>d</b>&ndash;<code>e</code><table><tr><th>f<td>g</table></ h>i</>j</3>k`, `<a b="<c>" d='>' e=f>g</a >h`, `<p/>x<b / c=/>y`, `a < b <3 & &amp; &nope; &copy`, `<a =b==c>d`,
		`<P CLASS=x>Y</P>`, "<a\nb\t=\r'c'>d", `<a b="c`, `<a b>c</`, `<a`, `x<`, `<a"b>c`, `<é>x`, "<a b=c/>d", `<a b=">`, `<a:b-c>d`,
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		lower := strings.ToLower(source)
		if !utf8.ValidString(source) || slices.ContainsFunc(unlike, func(s string) bool { return strings.Contains(lower, s) }) {
			t.Skip()
		}
		var want strings.Builder
		for tokens := xhtml.NewTokenizer(strings.NewReader(source)); tokens.Next() != xhtml.ErrorToken; {
			if token := tokens.Token(); token.Type == xhtml.TextToken {
				want.WriteString(token.Data)
			}
		}
		unspaced := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) || r == unicode.ReplacementChar || unicode.IsControl(r) || zeroWidth(r) {
					return -1
				}
				return r
			}, s)
		}
		got := HTML(source, Limits{1 << 30, 1 << 30, 100})
		wanted := unspaced(strings.TrimSuffix(want.String(), "<")) // an end that is cut off
		if strings.Contains(wanted, "://") {
			t.Skip()
		}
		if diff := cmp.Diff(wanted, unspaced(words(got))); diff != "" {
			t.Errorf("%q: %s", source, diff)
		}
	})
}
