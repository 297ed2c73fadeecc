package bigspace

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
)

const (
	admin  = "a1"
	editor = "e1"
)

var now = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)

func filled(t *testing.T, pages int, seed uint64) *content.Store {
	t.Helper()
	store := content.New(func() time.Time { return now }, func(content.Event) {})
	store.AddUser(content.User{AccountID: admin, Name: "admin", Role: content.Admin})
	store.AddUser(content.User{AccountID: editor, Name: "editor", Role: content.Editor})
	if err := Fill(store, Options{Pages: pages, Seed: seed, Now: now, Admin: admin, Editor: editor}); err != nil {
		t.Fatal(err)
	}
	return store
}

// space is what the editor, who sees all of it, finds in the large space.
type space struct {
	pages  []content.Content // and posts
	files  []content.Content
	labels map[string][]string // by id of the page
	uses   map[string]int

	prefixes string // of other labels than those for everybody
}

func read(t *testing.T, store *content.Store) space {
	t.Helper()
	sp, err := store.Space(editor, Key)
	if err != nil {
		t.Fatal(err)
	}
	s := space{labels: map[string][]string{}, uses: map[string]int{}}
	for _, c := range store.All(editor) {
		switch {
		case c.SpaceID != sp.ID:
			continue
		case c.Type == content.Attachment:
			s.files = append(s.files, c)
			continue
		}
		s.pages = append(s.pages, c)
		labels, err := store.Labels(editor, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range labels {
			if l.Prefix != "global" {
				s.prefixes += l.Prefix + " "
				continue
			}
			s.labels[c.ID] = append(s.labels[c.ID], l.Name)
			s.uses[l.Name]++
		}
	}
	return s
}

func TestASpaceHasAsManyPagesAndLabelsAsRealOnes(t *testing.T) {
	for _, n := range []int{1, 2, 13, 60, 300, 2000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := read(t, filled(t, n, 1))
			if len(s.pages) != n {
				t.Errorf("%d pages", len(s.pages))
			}
			if got := float64(len(s.labels)) / float64(n); math.Abs(got-labelledShare) > 0.005 && math.Abs(got-labelledShare)*float64(n) > 1 {
				t.Errorf("%.3f of the pages have labels", got)
			}
			once, most := 0, 0
			for _, uses := range s.uses {
				if most = max(most, uses); uses == 1 {
					once++
				}
			}
			if got := float64(once) / float64(len(s.uses)); n >= 60 && math.Abs(got-onceShare) > 0.02 {
				t.Errorf("%.3f of the %d labels are on one page", got, len(s.uses))
			}
			if n >= 300 && (float64(most) > 0.2*float64(n) || float64(len(s.uses)) < 8*math.Sqrt(float64(n))) {
				t.Errorf("%d labels, one of them on %d pages", len(s.uses), most)
			}
		})
	}
}

func TestTheSameSeedMakesTheSameSpace(t *testing.T) {
	one, again, other := read(t, filled(t, 400, 7)), read(t, filled(t, 400, 7)), read(t, filled(t, 400, 8))
	if diff := cmp.Diff(one.pages, again.pages); diff != "" {
		t.Errorf("the pages differ:\n%s", diff)
	}
	if diff := cmp.Diff(one.labels, again.labels); diff != "" {
		t.Errorf("the labels differ:\n%s", diff)
	}
	if cmp.Equal(one.labels, other.labels) || one.pages[5].Body == other.pages[5].Body {
		t.Error("another seed makes the same")
	}
}

func TestASpaceHasWhatGoesWrongInSpaces(t *testing.T) {
	store := filled(t, 1500, 3)
	s := read(t, store)
	above := map[string]string{}
	for _, c := range s.pages {
		above[c.ID] = c.ParentID
	}
	count := map[string]int{}
	for _, c := range s.pages {
		depth := 0
		for at := c.ParentID; at != ""; at = above[at] {
			depth++
		}
		count[fmt.Sprint("depth ", min(depth, 5))]++
		count[string(c.Type)]++
		count[string(c.Status)]++
		if len(c.ReadBy) > 0 {
			count["hidden"]++
		}
		if len(c.UpdateBy) > 0 && len(c.ReadBy) == 0 {
			count["locked"]++
		}
		if c.Version.Number > 1 {
			count["edited"]++
		}
		if c.CreatedAt.After(now) || c.Version.At.After(now.AddDate(0, 0, 1)) || c.Version.At.Before(c.CreatedAt) {
			t.Errorf("%q was made %v and changed %v", c.Title, c.CreatedAt, c.Version.At)
		}
		if err := content.CheckStorage(c.Body); err != nil || strings.ContainsAny(c.Title+c.Body, "{}") {
			t.Errorf("%q: %v: %s", c.Title, err, c.Body)
		}
		for _, label := range s.labels[c.ID] {
			if strings.ContainsAny(label, " :;,.?&[]()#^*@!<>") || label != strings.ToLower(label) {
				t.Errorf("%q is no label", label)
			}
		}
	}
	for what, least := range map[string]int{
		"depth 1": 8, "depth 2": 20, "depth 3": 100, "depth 4": 300, "depth 5": 20, "blogpost": 15, "draft": 5, "archived": 20, "hidden": 10, "locked": 10, "edited": 200,
	} {
		if count[what] < least {
			t.Errorf("%d are %s, want %d", count[what], what, least)
		}
	}
	for old := range retired {
		if s.uses[old] == 0 {
			t.Errorf("no page has the retired label %s", old)
		}
	}
	twins := 0
	for label := range s.uses {
		others := append([]string{twin(label, 0), twin(label, 1)}, spelled[label]...)
		if slices.ContainsFunc(others, func(other string) bool { return s.uses[other] > 0 }) {
			twins++
		}
	}
	if twins < 15 || s.uses["howto"] == 0 || s.uses["zürich"]*s.uses["zurich"] == 0 {
		t.Errorf("%d labels are spelled in two ways", twins)
	}
	if !strings.Contains(s.prefixes, "my") || !strings.Contains(s.prefixes, "team") {
		t.Errorf("other labels: %q", s.prefixes)
	}
	if len(s.files) < 4 {
		t.Errorf("%d files", len(s.files))
	}
	for _, key := range []string{Key, ""} {
		templates, err := store.Templates(editor, key)
		if err != nil || len(templates) < 2 || !slices.ContainsFunc(templates, func(x content.Template) bool { return len(x.Labels) > 0 }) {
			t.Errorf("templates of %q: %v, %v", key, templates, err)
		}
	}
	sp, err := store.Space(editor, Key)
	if err != nil {
		t.Fatal(err)
	}
	properties, err := store.Properties(editor, content.Owner{Space: true, ID: sp.ID})
	if err != nil || len(properties) != 1 || !json.Valid(properties[0].Value) {
		t.Errorf("%v, %v", properties, err)
	}
}

func TestListsNameLabelsInEveryForm(t *testing.T) {
	s := read(t, filled(t, 1000, 1))
	macros, all := map[string]int{}, ""
	for _, c := range s.pages {
		for _, m := range content.Macros(c.Body) {
			macros[m.Name]++
		}
		all += c.Body
	}
	for _, name := range strings.Fields("contentbylabel detailssummary tasks-report-macro content-report-table recently-updated blog-posts attachments team-board toc children") {
		if macros[name] == 0 {
			t.Errorf("no page has the macro %s", name)
		}
	}
	for _, form := range []string{`label = "`, `label in ("`, `label in ( '`, `Label = '`, `label = &quot;`, `&#39;`, `&#x22;`, `label != "`, `label not in ("`, `>+`, `,-`, `currentSpace()`, "board-minutes-2016"} {
		if !strings.Contains(all, form) {
			t.Errorf("no list says %s", form)
		}
	}
	if s.uses["board-minutes-2016"] != 0 {
		t.Error("a page has the label that none should have")
	}
	if err := Fill(content.New(func() time.Time { return now }, func(content.Event) {}), Options{Pages: mostPages + 1}); err == nil {
		t.Error("too many pages were made")
	}
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		store := content.New(func() time.Time { return now }, func(content.Event) {})
		store.AddUser(content.User{AccountID: admin, Name: "admin", Role: content.Admin})
		store.AddUser(content.User{AccountID: editor, Name: "editor", Role: content.Editor})
		if err := Fill(store, Options{Pages: 10_000, Seed: 1, Now: now, Admin: admin, Editor: editor}); err != nil {
			b.Fatal(err)
		}
	}
}
