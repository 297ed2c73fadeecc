package content

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site is a store with a clock that tests move, and what it told.
type site struct {
	*Store
	now    time.Time
	events []string
	space  Space
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}
	s.Store = New(func() time.Time { return s.now }, func(e Event) { s.events = append(s.events, e.Name) })
	for name, role := range map[string]Role{"ada": Admin, "ed": Editor, "eve": Editor, "vic": Viewer} {
		s.AddUser(User{AccountID: name, Name: name, Role: role})
	}
	var err error
	if s.space, err = s.AddSpace(Space{Key: "S", Name: "Space", AuthorID: "ada", Public: true}, ""); err != nil {
		t.Fatal(err)
	}
	s.events = nil
	return s
}

func (s *site) page(t *testing.T, title, parent string) string {
	t.Helper()
	c, err := s.Create("ed", Content{Type: Page, Status: Current, SpaceID: s.space.ID, ParentID: parent, Title: title})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func TestLabelNames(t *testing.T) {
	for _, c := range []struct {
		name string
		in   NewLabel
		want []NewLabel // nil: refused
	}{
		{"upper case is lowered", NewLabel{"global", "ÄRGER"}, []NewLabel{{"global", "ärger"}}},
		{"a prefix in the name counts", NewLabel{"global", "My:Todo"}, []NewLabel{{"my", "todo"}}},
		{"also team", NewLabel{"global", "team:red"}, []NewLabel{{"team", "red"}}},
		{"a user's name is a personal label", NewLabel{"global", "~ana:todo"}, []NewLabel{{"my", "todo"}}},
		{"another colon is refused", NewLabel{"global", "a:b"}, nil},
		{"a wide space splits", NewLabel{"global", "a\u3000b"}, []NewLabel{{"global", "a"}, {"global", "b"}}},
		{"allowed punctuation", NewLabel{"global", `/\_-+=%~$"'|{}`}, []NewLabel{{"global", `/\_-+=%~$"'|{}`}}},
		{"128 emoji have 256 UTF-16 units and are refused", NewLabel{"global", strings.Repeat("☕\U0001F600", 86)}, nil},
		{"only a prefix is refused", NewLabel{"global", "my:"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]NewLabel{c.in})
			if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.want != nil) {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
	for _, bad := range forbiddenInLabels {
		if _, err := parse([]NewLabel{{"global", "x" + string(bad) + "x"}}); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzLabelNames(f *testing.F) {
	f.Add("global", "Team: a b")
	f.Fuzz(func(t *testing.T, prefix, name string) {
		got, err := parse([]NewLabel{{prefix, name}})
		if err != nil {
			return
		}
		for _, l := range got {
			again, err := parse([]NewLabel{l})
			if err != nil || len(again) != 1 || again[0] != l {
				t.Fatalf("%q is stored as %q, which is not stored as it is: %v, %v", name, l, again, err)
			}
		}
	})
}

func TestRestrictionsAreInheritedAndBindAdministrators(t *testing.T) {
	s := newSite(t)
	top := s.page(t, "top", "")
	below := s.page(t, "below", top)
	if err := s.Restrict(top, []string{"ed", "vic"}, []string{"ed"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		viewer, id string
		want       error
	}{
		{"ed", top, nil},
		{"vic", top, ErrForbidden},
		{"ada", top, ErrNotFound},
		{"eve", below, ErrNotFound},
		{"vic", below, ErrForbidden},
		{"ed", below, nil},
		{"", below, ErrNotFound},
	} {
		if _, err := s.AddLabels(c.viewer, c.id, []NewLabel{{"global", "x"}}); !errors.Is(err, c.want) {
			t.Errorf("%q on %s: %v, want %v", c.viewer, c.id, err, c.want)
		}
	}
}

func TestCopiesShareNothingButWhatConfluenceCopies(t *testing.T) {
	s := newSite(t)
	id := s.page(t, "original", "")
	body := Macro{Name: "labelup-labels", ID: "m"}.Storage()
	if _, err := s.Update("ed", id, 2, Current, "original", body, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddLabels("ed", id, []NewLabel{{"global", "a"}, {"my", "mine"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetProperty("ed", Owner{ID: id}, Property{Key: "k", Value: json.RawMessage(`1`)}); err != nil {
		t.Fatal(err)
	}
	c, err := s.Copy("eve", id, "copy")
	if err != nil {
		t.Fatal(err)
	}
	labels, _ := s.Labels("ed", c.ID)
	properties, _ := s.Properties("ed", Owner{ID: c.ID})
	if c.ID == id || c.Version.Number != 1 || c.AuthorID != "eve" || c.Body != body || len(labels) != 1 || labels[0].Name != "a" || len(properties) != 0 {
		t.Errorf("copy %+v, labels %v, properties %v", c, labels, properties)
	}
	if _, err := s.Copy("eve", id, "original"); err == nil {
		t.Error("two pages with one title")
	}
}

func TestMoving(t *testing.T) {
	s := newSite(t)
	top := s.page(t, "top", "")
	below := s.page(t, "below", top)
	other, err := s.AddSpace(Space{Key: "O", Name: "Other", AuthorID: "ada"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ id, to string }{"below itself": {top, top}, "below its child": {top, below}} {
		if _, err := s.Move("ed", c.id, c.to); err == nil {
			t.Errorf("moved %s", name)
		}
	}
	s.events = nil
	if _, err := s.Move("ed", top, other.HomepageID); err != nil {
		t.Fatal(err)
	}
	child, _ := s.Content("ed", below)
	if child.SpaceID != other.ID || child.ParentID != top {
		t.Errorf("the child stayed behind: %+v", child)
	}
	if diff := cmp.Diff([]string{"page_moved"}, s.events); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Content("", below); !errors.Is(err, ErrNotFound) {
		t.Errorf("visitors see a page of a space that is not public: %v", err)
	}
}

func TestDrafts(t *testing.T) {
	s := newSite(t)
	d, err := s.Create("ed", Content{Type: Page, Status: Draft, SpaceID: s.space.ID})
	if err != nil || len(s.events) != 0 {
		t.Fatalf("%v, events %v", err, s.events)
	}
	if _, err := s.Content("eve", d.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("another editor sees the draft: %v", err)
	}
	if _, err := s.Update("ed", d.ID, 1, Current, "", "", ""); err == nil {
		t.Error("published without a title")
	}
	if _, err := s.Update("ed", d.ID, 1, Draft, "thinking", "<p>1</p>", ""); err != nil {
		t.Fatal(err)
	}
	p, err := s.Update("ed", d.ID, 1, Current, "done", "<p>2</p>", "")
	if err != nil || p.Status != Current || p.Version.Number != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if diff := cmp.Diff([]string{"page_created"}, s.events); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Content("vic", d.ID); err != nil {
		t.Error(err)
	}
}

func TestALabelIsDeletedWithItsLastUse(t *testing.T) {
	s := newSite(t)
	one, two := s.page(t, "one", ""), s.page(t, "two", "")
	for _, id := range []string{one, two} {
		if _, err := s.AddLabels("ed", id, []NewLabel{{"global", "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	first, _ := s.LabelNamed("X")
	s.events = nil
	for _, id := range []string{one, two} {
		if err := s.RemoveLabel("ed", id, "X"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"label_removed", "label_removed", "label_deleted"}, s.events); diff != "" {
		t.Error(diff)
	}
	if _, err := s.LabelNamed("x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.AddLabels("ed", one, []NewLabel{{"global", "x"}}); err != nil {
		t.Fatal(err)
	}
	if again, _ := s.LabelNamed("x"); again.ID == first.ID {
		t.Error("an id was used twice")
	}
}

func TestPropertyLimits(t *testing.T) {
	s := newSite(t)
	o := Owner{ID: s.page(t, "p", "")}
	big := func(n int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", n-2) + `"`) }
	for _, c := range []struct {
		name  string
		key   string
		value json.RawMessage
		ok    bool
	}{
		{"32,768 characters fit", "a", big(32768), true},
		{"32,769 do not", "b", big(32769), false},
		{"a key of 255 fits", strings.Repeat("k", 255), json.RawMessage(`1`), true},
		{"a key of 256 does not", strings.Repeat("k", 256), json.RawMessage(`1`), false},
		{"no key", "", json.RawMessage(`1`), false},
		{"no value", "c", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := s.SetProperty("ed", o, Property{Key: c.key, Value: c.value}); (err == nil) != c.ok {
				t.Errorf("%v, want ok=%v", err, c.ok)
			}
		})
	}
}

func TestStorageFormat(t *testing.T) {
	inner := Macro{Name: "inner", ID: "2", Parameters: map[string]string{"q": `<a> & "b"`}}
	body := `<p>One &nbsp;<em>two</em></p><ac:structured-macro ac:name="panel" ac:macro-id="1"><ac:parameter ac:name="title">T</ac:parameter><ac:rich-text-body><p>in</p>` +
		inner.Storage() + `</ac:rich-text-body></ac:structured-macro><p>end</p>`
	if err := CheckStorage(body); err != nil {
		t.Fatal(err)
	}
	type shape struct {
		Name, ID   string
		Parameters map[string]string
	}
	var got []shape
	for _, m := range Macros(body) {
		got = append(got, shape{m.Name, m.ID, m.Parameters})
	}
	want := []shape{{"panel", "1", map[string]string{"title": "T"}}, {"inner", "2", inner.Parameters}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("macros (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("One two\nin\nend", Text(body)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	replaced := ReplaceMacros(body, func(m Macro) (string, bool) { return "<b/>", m.Name == "inner" })
	if strings.Contains(replaced, "inner") || !strings.Contains(replaced, "<p>in</p><b/></ac:rich-text-body>") {
		t.Errorf("replaced %s", replaced)
	}
	for _, bad := range []string{"<p>", "</p>", "<p></x><y>", "<p></i></p>", "&unknown;", "</x><x>", "<p a=1></p>"} {
		if CheckStorage(bad) == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func FuzzStorageFormat(f *testing.F) {
	f.Add(`<p>a</p><ac:structured-macro ac:name="x"><ac:parameter ac:name="p">v</ac:parameter></ac:structured-macro>`)
	f.Add(`<ac:structured-macro><ac:structured-macro></p>`)
	f.Fuzz(func(t *testing.T, body string) {
		Text(body)
		if same := ReplaceMacros(body, func(Macro) (string, bool) { return "", false }); same != body {
			t.Fatalf("replacing nothing changed %q to %q", body, same)
		}
		gone := ReplaceMacros(body, func(Macro) (string, bool) { return "", true })
		if len(gone) > len(body) {
			t.Fatalf("removing macros made %q longer", body)
		}
		if CheckStorage(body) == nil && len(Macros(body)) > 0 && CheckStorage(gone) != nil {
			t.Fatalf("removing macros broke %q", body)
		}
	})
}
