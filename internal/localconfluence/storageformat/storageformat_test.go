package storageformat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline writes a tree as name[start,end](children), texts quoted.
func outline(n *Node) string {
	if n.Name == "" {
		return fmt.Sprintf("%q", n.Text)
	}
	var inside []string
	for _, c := range n.Children {
		inside = append(inside, outline(c))
	}
	return fmt.Sprintf("%s[%d,%d](%s)", n.Name, n.Start, n.End, strings.Join(inside, " "))
}

func TestParsing(t *testing.T) {
	for _, c := range []struct {
		name, storage, want string
		fault               bool
	}{
		{"nothing", "", `#root[0,0]()`, false},
		{"elements, entities and CDATA", "<p>a&nbsp;&amp;<![CDATA[<b>]]></p>", "#root[0,34](p[0,34](\"a\\u00a0&\" \"<b>\"))", false},
		{"prefixes stay and case does not", "<AC:Link><ri:Page/></AC:Link>", `#root[0,29](ac:link[0,29](ri:page[9,19]()))`, false},
		{"elements without an end tag", "a<br>b<hr/>", `#root[0,11]("a" br[1,5]() "b" hr[6,11]())`, false},
		{"what is not closed is closed", "<ul><li>a</ul>b", `#root[0,15](ul[0,14](li[4,9]("a")) "b")`, false},
		{"what was never opened is ignored", "a</p>b", `#root[0,6]("a" "b")`, false},
		{"what comes before a fault", `<p>a</p><p b="`, `#root[0,8](p[0,8]("a"))`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := Parse(c.storage)
			if (err != nil) != c.fault {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(c.want, outline(root)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadingAMacro(t *testing.T) {
	root, err := Parse(`<p/><ac:structured-macro ac:name="info"><ac:parameter ac:name="title"> Mind &amp; see </ac:parameter><ac:rich-text-body>x<b>y</b></ac:rich-text-body></ac:structured-macro>`)
	if err != nil {
		t.Fatal(err)
	}
	macro := root.Child("ac:structured-macro")
	if macro == nil || macro.Attr("ac:name") != "info" || macro.Attr("name") != "" || macro.Child("ac:plain-text-body").Plain() != "" {
		t.Fatalf("%+v", macro)
	}
	if diff := cmp.Diff(map[string]string{"title": "Mind & see"}, macro.Parameters()); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got := macro.Child("ac:rich-text-body").Plain(); got != "xy" {
		t.Errorf("body %q", got)
	}
	var names []string
	root.Walk(func(n *Node) { names = append(names, n.Name) })
	if diff := cmp.Diff([]string{"#root", "p", "ac:structured-macro", "ac:parameter", "ac:rich-text-body", "b"}, names); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestDeepTreesAreBounded(t *testing.T) {
	root, err := Parse(strings.Repeat("<div>", 50_000) + "deep")
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for n := root; len(n.Children) > 0; n = n.Children[0] {
		depth++
	}
	if depth > maxDepth || root.Plain() != "deep" {
		t.Errorf("depth %d, text %q", depth, root.Plain())
	}
}
