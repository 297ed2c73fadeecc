package cql

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func documents() []*Document {
	text := func(title, body string) *Text { return NewText(title, func() string { return body }) }
	day := func(d int) time.Time { return time.Date(2026, 3, d, 12, 0, 0, 0, time.UTC) }
	return []*Document{
		{ID: "10", Type: "page", SpaceKey: "DS", Title: "Tea in the office", Text: text("Tea in the office", "Green tea is in the kitchen."), Labels: []string{"tea", "office"}, Created: day(1), LastModified: day(9)},
		{ID: "9", Type: "page", SpaceKey: "DS", Title: "Travel", Text: text("Travel", "Book trains."), Parent: "10", Ancestors: []string{"10"}, Labels: []string{"travel"}, Macros: []string{"toc", "contentbylabel"}, Created: day(2), LastModified: day(8)},
		{ID: "11", Type: "page", SpaceKey: "~ana", Title: `The "quiet" room`, Text: text(`The "quiet" room`, ""), Parent: "9", Ancestors: []string{"10", "9"}, Created: day(3), LastModified: day(7)},
		{ID: "12", Type: "blogpost", SpaceKey: "DS", Title: "Travelling by train", Text: text("Travelling by train", "Tea on board."), Labels: []string{"travel", "tea"}, Macros: []string{"detailssummary"}, Created: day(4), LastModified: day(6)},
	}
}

func TestQueries(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"a label", `label = "tea"`, []string{"10", "12"}},
		{"labels are compared without case", `label = TEA and type = page`, []string{"10"}},
		{"every label of two", `label = "tea" and label = "travel"`, []string{"12"}},
		{"any label of two", `label in ("office", 'travel')`, []string{"9", "10", "12"}},
		{"a macro in the body", `macro = "contentbylabel"`, []string{"9"}},
		{"any of two macros", `macro in (detailssummary, "ContentByLabel") and space = "DS"`, []string{"9", "12"}},
		{"no macro", `type = page and macro != contentbylabel`, []string{"10", "11"}},
		{"none of the labels", `type in (page, blogpost) and label not in (tea, travel)`, []string{"11"}},
		{"not this label", `type in (page, blogpost) and label != tea`, []string{"9", "11"}},
		{"and binds before or", `type = blogpost or type = page and label = travel`, []string{"9", "12"}},
		{"parentheses bind first", `(type = blogpost or type = page) and label = travel`, []string{"9", "12"}},
		{"not", `type in (page, blogpost) and not label = tea and not (type = blogpost)`, []string{"9", "11"}},
		{"a personal space", `space = "~ana"`, []string{"11"}},
		{"space.key is the same", `space.key = "DS" and type = blogpost`, []string{"12"}},
		{"an exact title with quotes in it", `title = "The \"quiet\" room"`, []string{"11"}},
		{"a word of a title", `title ~ "tea"`, []string{"10"}},
		{"the start of a word", `title ~ "travel*"`, []string{"9", "12"}},
		{"a part of a word is not found", `title ~ "rave"`, nil},
		{"all words of a text, wherever", `text ~ "tea kitchen"`, []string{"10"}},
		{"text includes the title", `text ~ "quiet"`, []string{"11"}},
		{"a page and those below it", `id = 10 or parent = 10`, []string{"9", "10"}},
		{"other pages of a space", `space = "DS" and type in (page, blogpost) and id != 10 and (title ~ "train" or text ~ "tea")`, []string{"12"}},
		{"below a page", `ancestor = 10`, []string{"9", "11"}},
		{"directly below a page", `parent in (10)`, []string{"9"}},
		{"by id, newest first", `id in (9,10,11) order by lastmodified desc`, []string{"10", "9", "11"}},
		{"by title", `type = page ORDER BY title ASC, id`, []string{"10", "11", "9"}},
		{"ids are ordered as numbers", `type = page order by id`, []string{"9", "10", "11"}},
		{"changed in the last three days", `lastmodified > now("-3d")`, []string{"9", "10"}},
		{"changed on a day", `lastmodified = "2026-03-08"`, []string{"9"}},
		{"created before", `created < "2026/03/02 13:00"`, []string{"9", "10"}},
		{"everything in order", `order by created desc`, []string{"12", "11", "9", "10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, find(t, documents(), c.query, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAppsContentPropertiesAreFields(t *testing.T) {
	property := func(id, value string) *Document {
		return &Document{ID: id, Properties: map[string]json.RawMessage{"my.app": json.RawMessage(value)}}
	}
	all := []*Document{
		{ID: "1"}, property("2", `{"n":1,"deep":{"name":"Red"}}`), property("3", `{"n":2.5,"deep":{"name":"blue"}}`),
		property("4", `{"n":null,"deep":"flat"}`), property("5", `[1]`), property("6", `{"n":"1"}`),
	}
	extra := []PropertyField{
		{Property: "my.app", Path: "n", Type: "number", Alias: "myNumber"},
		{Property: "my.app", Path: "deep.name", Type: "string"},
	}
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"by alias", `myNumber = 1`, []string{"2"}},
		{"an alias has no case", `MYNUMBER = 1 or id = 1`, []string{"1", "2"}},
		{"by property and path", `content.property[my.app].n >= 1`, []string{"2", "3"}},
		{"less", `myNumber < 2`, []string{"2"}},
		{"at most", `myNumber <= 2.5`, []string{"2", "3"}},
		{"more", `myNumber > "1"`, []string{"3"}},
		{"one of several", `myNumber in (2.5, 7)`, []string{"3"}},
		{"none of several", `id in (1, 2, 3, 4, 5, 6) and myNumber not in (2.5, 7)`, []string{"2"}},
		{"another number; what has none is not found", `id in (1, 2, 3, 4, 5, 6) and myNumber != 1`, []string{"3"}},
		{"a string without case", `content.property[my.app].deep.name = "RED"`, []string{"2"}},
		{"another string", `id in (1, 2, 3, 4, 5, 6) and content.property[my.app].deep.name != red`, []string{"3"}},
		{"strings not among these", `id in (1, 2, 3, 4, 5, 6) and content.property[my.app].deep.name not in (blue)`, []string{"2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, find(t, all, c.query, time.Time{}, extra...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, query := range map[string]string{
		"a field nobody added":            `otherNumber = 1`,
		"a path nobody added":             `content.property[my.app].m = 1`,
		"a property's key has case":       `content.property[My.App].n = 1`,
		"a word is no number":             `myNumber = one`,
		"numbers hold no words":           `myNumber ~ 1`,
		"there are no numbers in strings": `content.property[my.app].deep.name > a`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(query, time.Time{}, extra...); !errors.Is(err, ErrSyntax) {
				t.Errorf("%v, want ErrSyntax", err)
			}
		})
	}
	if err := CheckFields(extra); err != nil {
		t.Error(err)
	}
	for name, wrong := range map[string]PropertyField{
		"no property":            {Path: "n", Type: "number"},
		"no path":                {Property: "my.app", Type: "number"},
		"an unknown type":        {Property: "my.app", Path: "n", Type: "bool"},
		"an alias that is taken": {Property: "my.app", Path: "n", Type: "number", Alias: "MyNumber"},
		"an alias that is ours":  {Property: "my.app", Path: "n", Type: "number", Alias: "Label"},
		"an alias of two words":  {Property: "my.app", Path: "n", Type: "number", Alias: "my number"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := CheckFields(append([]PropertyField{wrong}, extra...)); err == nil {
				t.Error("it passes")
			}
		})
	}
}

// find answers a query with ids, in order.
func find(t *testing.T, all []*Document, query string, now time.Time, extra ...PropertyField) []string {
	t.Helper()
	q, err := Parse(query, now, extra...)
	if err != nil {
		t.Fatal(err)
	}
	var found []*Document
	for _, d := range all {
		if q.Match(d) {
			found = append(found, d)
		}
	}
	q.Sort(found, all)
	var got []string
	for _, d := range found {
		got = append(got, d.ID)
	}
	return got
}

func TestSearchingInTexts(t *testing.T) {
	var all []*Document
	for id, text := range []struct{ title, body string }{
		{"Cleaning the oven", "Twice a week, when it is cold."},
		{"Ovens", "A cold oven is cleaned with soda."},
		{"Soda", "We bake with it, too. The bread rises."},
		{"Baked apples", "Oven, low shelf, forty minutes."},
		{"パンの焼き方", "オーブンを温めます。衛生管理も大切です。"},
	} {
		all = append(all, &Document{ID: strconv.Itoa(id), Title: text.title, Text: NewText(text.title, func() string { return text.body })})
	}
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"words are found in their other forms", `text ~ "cleans"`, []string{"0", "1"}},
		{"and verbs with a silent e", `text ~ "baking"`, []string{"3", "2"}},
		{"in the title only", `title ~ "oven"`, []string{"0", "1"}},
		{"every word must be there", `text ~ "oven soda"`, []string{"1"}},
		{"the beginning of a word", `text ~ "so*"`, []string{"2", "1"}},
		{"a phrase", `text ~ "\"cold oven\""`, []string{"1"}},
		{"no phrase in another order", `text ~ "\"oven cold\""`, nil},
		{"no phrase from the title into the body", `text ~ "\"ovens a cold\""`, nil},
		{"a phrase and a word", `text ~ "\"low shelf\" apples"`, []string{"3"}},
		{"what belongs together is found together where words have no spaces", `text ~ "衛生管理"`, []string{"4"}},
		{"and in its order", `text ~ "生衛"`, nil},
		{"a title counts three times", `text ~ "soda"`, []string{"2", "1"}},
		{"of two words the rare one counts more", `text ~ "oven" or text ~ "bread"`, []string{"0", "1", "2", "3"}},
		{"two words count more than one", `text ~ "cold" or text ~ "soda" or text ~ "week"`, []string{"2", "0", "1"}},
		{"one word asked for twice counts once", `title ~ "oven" or text ~ "ovens" or text ~ "bread"`, []string{"0", "1", "2", "3"}},
		{"what must not be there does not count", `text ~ "oven" or not text ~ "apples"`, []string{"0", "1", "3", "2", "4"}},
		{"what must not be missing does", `text ~ "oven" or not (text !~ "apples")`, []string{"3", "0", "1"}},
		{"an order by has the last word", `text ~ "soda" order by id`, []string{"1", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, find(t, all, c.query, time.Unix(0, 0))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadQueriesAreSyntaxErrors(t *testing.T) {
	for _, query := range []string{
		"", "label", "label =", "label = (", `label = "open`, "label ~ tea", "label = tea and", "(label = tea",
		"label = tea)", "label in tea", "label in (tea", "label in (tea travel)", "label not tea", "user = x", "colour = red",
		"title = a order", "title = a order by", "title = a order by colour", "created = tomorrow", `created > now("-3q")`,
		`created > now("`, "created ~ 2026-01-01", `title ~ "!!"`, "title = later()", "= tea", "label == tea", "order by",
		"label != tea", "label not in (tea)", "title !~ tea", "not label = tea", "(not label = tea) and type = page", "(label != tea)",
	} {
		if _, err := Parse(query, time.Now()); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q): %v, want ErrSyntax", query, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`label = "a\"b" and (type in (page, blogpost) or not title ~ 'x*') order by lastmodified desc`)
	f.Add(`created >= now("-1M") and ancestor != 12`)
	f.Add(`((((((`)
	f.Fuzz(func(t *testing.T, query string) {
		q, err := Parse(query, time.Unix(0, 0))
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("not a syntax error: %v", err)
			}
			return
		}
		found := documents()
		for _, d := range found {
			q.Match(d)
		}
		q.Sort(found, documents())
	})
}
