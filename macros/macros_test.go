package macros

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"labelup/internal/label"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test ./macros -update rewrites it:\n%s", name, diff)
	}
}

func asset(name string) string { return "/static/h/" + name }

var english = Words{Labels: "Labels", None: "No labels", Unavailable: "Labels are not available right now."}

func labels(names ...string) []label.Label {
	var list []label.Label
	for _, name := range names {
		list = append(list, label.Label{Prefix: label.Global, Name: label.Name(name)})
	}
	return list
}

// given is what a macro has that an author has set these parameters of.
func given(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestStorageFormat(t *testing.T) {
	site := Static{Parameter: given(), WikiURL: "https://acme.atlassian.net/wiki", SpaceKey: "DS", Words: english}
	tests := map[string]struct {
		file string
		edit func(*Static)
	}{
		"chips become one linked line": {"chips.xml", func(s *Static) { s.Labels = labels("accessibility", "team-red") }},
		"a list becomes a list": {"list.xml", func(s *Static) {
			s.Labels = labels("accessibility", "team-red")
			s.Parameter = given("display", "list")
		}},
		"compact has no heading": {"compact.xml", func(s *Static) {
			s.Labels = labels("accessibility", "team-red")
			s.Parameter = given("display", "compact")
		}},
		"a prefix leaves the others out": {"prefix.xml", func(s *Static) {
			s.Labels = labels("accessibility", "team-red", "team-blue")
			s.Parameter = given("prefix", " Team- ")
		}},
		"no labels are said to be none": {"none.xml", func(*Static) {}},
		"names with special characters stay names": {"special.xml", func(s *Static) {
			s.Labels = labels(`r/d"<b>&co`, "予算", "50%")
			s.SpaceKey = "~me/x"
		}},
		"without a site there are no links": {"plain.xml", func(s *Static) {
			s.Labels = labels("accessibility")
			s.WikiURL = ""
		}},
		"other people's favourites and space categories are left out": {"global.xml", func(s *Static) {
			s.Labels = append(labels("accessibility"), label.Label{Prefix: "my", Name: "favourite"}, label.Label{Prefix: "team", Name: "sales"})
		}},
		"another language": {"german.xml", func(s *Static) {
			s.Labels = labels("barrierefreiheit")
			s.Words.Labels = "Stichwörter"
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := site
			test.edit(&s)
			got := s.Storage()
			wellFormed(t, got)
			golden(t, test.file, got)
		})
	}
	t.Run("labels that cannot be read leave a sentence", func(t *testing.T) {
		got := site.Unavailable()
		wellFormed(t, got)
		golden(t, "unavailable.xml", got)
	})
}

// encoding/xml refuses what XML cannot hold.
func TestANameThatXMLCannotHoldDoesNotFailTheExport(t *testing.T) {
	for name, want := range map[label.Name]string{
		"a\x00b\x1fc": "abc", "a\tb\nc": "abc", "a\ufffeb\uffffc": "abc", "a\xed\xa0\x80b": "a\ufffd\ufffd\ufffdb",
		"a b\u007f\u0080\ufffd\U0001fffe": "a b\u007f\u0080\ufffd\U0001fffe",
	} {
		got := Static{Labels: labels(string(name)), Parameter: given("display", "compact")}.Storage()
		wellFormed(t, got)
		if got != "<p>"+want+"</p>" {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
}

// Storage format is XML: one open tag fails the whole export.
func wellFormed(t *testing.T, storage string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(storage))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, storage)
		}
	}
}

func frame() Frame {
	return Frame{
		View: Panel, ContentID: "637370746", ContentType: "page", ContentVersion: "7", SpaceID: "98305", SpaceKey: "DS",
		Output: "display", Parameter: given("prefix", "team-", "display", "chips"), Licensed: true, SignedIn: true,
	}
}

func TestFramePage(t *testing.T) {
	pages := NewPages(asset, "https://connect-cdn.atl-paas.net/all.js")
	golden(t, "panel.html", string(pages.Append(nil, frame())))
	golden(t, "admin.html", string(pages.Append(nil, Frame{View: Admin, Parameter: given(), Licensed: true, SignedIn: true})))
}

// The script reads what the block has, and no browser what is in it.
func FuzzFramePageKeepsHostileValuesInItsBlock(f *testing.F) {
	f.Add(`"><script>alert(1)</script>`, "DS")
	f.Add("' onload='x", "\x00")
	f.Add("&quot;", "日本")
	pages := NewPages(asset, "https://example.com/all.js")
	f.Fuzz(func(t *testing.T, prefix, space string) {
		hostile := frame()
		hostile.Parameter, hostile.SpaceKey = given("prefix", prefix), space
		page, err := html.Parse(strings.NewReader(string(pages.Append(nil, hostile))))
		if err != nil {
			t.Fatal(err)
		}
		scripts, mains, told := 0, 0, ""
		for node := range page.Descendants() {
			switch node.Data {
			case "script":
				scripts++
				if node.FirstChild != nil {
					told = node.FirstChild.Data
				}
			case "main":
				mains++
			}
		}
		if scripts != 3 || mains != 1 {
			t.Errorf("page has %d scripts and %d mains, want 3 and 1", scripts, mains)
		}
		var shell struct {
			SpaceKey   string
			Parameters map[string]string
		}
		if err := json.Unmarshal([]byte(told), &shell); err != nil {
			t.Fatalf("%v\n%s", err, told)
		}
		valid := func(s string) string { return string([]rune(s)) }
		if shell.SpaceKey != valid(space) || shell.Parameters["prefix"] != valid(prefix) || len(shell.Parameters) != len(Parameters) {
			t.Errorf("the script is told %s of %q and %q", told, prefix, space)
		}
	})
}

func FuzzStorageIsWellFormed(f *testing.F) {
	f.Add("accessibility", "DS", "chips")
	f.Add("</a><script>", `"`, "list")
	f.Fuzz(func(t *testing.T, name, space, display string) {
		parsed, err := label.Parse(name)
		if err != nil {
			return
		}
		wellFormed(t, Static{
			Labels: []label.Label{{Prefix: label.Global, Name: parsed}}, Parameter: given("display", display),
			WikiURL: "https://acme.atlassian.net/wiki", SpaceKey: space, Words: english,
		}.Storage())
	})
}

func BenchmarkFramePage(b *testing.B) {
	pages := NewPages(asset, "https://connect-cdn.atl-paas.net/all.js")
	buffer := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buffer = pages.Append(buffer[:0], frame())
	}
}
