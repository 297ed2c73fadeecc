package answer

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/cql"
)

func TestTheQueryForsimilarPages(t *testing.T) {
	const before = `space = "CAFE" and type in (page, blogpost) and id != 123 and (`
	tests := map[string]struct {
		space, content string
		words          []string
		want           string
	}{
		"asks for each word in title and text": {
			"CAFE", "123", []string{"keyboard", "contrast"},
			before + `title ~ "keyboard" or text ~ "keyboard" or title ~ "contrast" or text ~ "contrast")`,
		},
		"takes words in any script": {
			"CAFE", "123", []string{"Übergröße", "日本語", "हिन्दी"},
			before + `title ~ "übergröße" or text ~ "übergröße" or title ~ "日本語" or text ~ "日本語" or title ~ "हिन्दी" or text ~ "हिन्दी")`,
		},
		"makes plain words of what a search would read as its own": {
			"CAFE", "123", []string{`c++ -minus "quote" back\slash tea:cup f(x) [a1] {b2} c3^2 d4~ e5* f6? g7/h8 i9&&j1`},
			before + `title ~ "minus" or text ~ "minus" or title ~ "quote" or text ~ "quote" or title ~ "back" or text ~ "back"` +
				` or title ~ "slash" or text ~ "slash" or title ~ "tea" or text ~ "tea" or title ~ "cup" or text ~ "cup"` +
				` or title ~ "a1" or text ~ "a1" or title ~ "b2" or text ~ "b2")`,
		},
		"leaves no operator in capitals": {
			"CAFE", "123", []string{"AND", "OR", "NOT", "TO"},
			before + `title ~ "and" or text ~ "and" or title ~ "or" or text ~ "or" or title ~ "not" or text ~ "not" or title ~ "to" or text ~ "to")`,
		},
		"asks for a word once":             {"CAFE", "123", []string{"Tea", "tea", "TEA"}, before + `title ~ "tea" or text ~ "tea")`},
		"passes over a text without end":   {"CAFE", "123", []string{strings.Repeat("a", 41), "tea"}, before + `title ~ "tea" or text ~ "tea")`},
		"passes over broken characters":    {"CAFE", "123", []string{"te\xffa", "\ufffd"}, before + `title ~ "te" or text ~ "te")`},
		"passes over marks on their own":   {"CAFE", "123", []string{"\u0301\u0302", "tea"}, before + `title ~ "tea" or text ~ "tea")`},
		"quotes the key of a space":        {`a"b\c`, "123", []string{"tea"}, `space = "a\"b\\c"` + strings.TrimPrefix(before, `space = "CAFE"`) + `title ~ "tea" or text ~ "tea")`},
		"is empty without a word":          {"CAFE", "123", nil, ""},
		"is empty with signs only":         {"CAFE", "123", []string{"+", `"`, "()", " "}, ""},
		"is empty without a space":         {"", "123", []string{"tea"}, ""},
		"is empty without content":         {"CAFE", "", []string{"tea"}, ""},
		"is empty with an id that is none": {"CAFE", "1 or 1=1", []string{"tea"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := similarPages(test.space, test.content, test.words, nil)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("query differs (-want +got):\n%s", diff)
			}
			if got != "" {
				if _, err := cql.Parse(got, time.Now()); err != nil {
					t.Errorf("Confluence cannot read %s: %v", got, err)
				}
			}
		})
	}
}

func TestTheQueryAsksForPagesWithTheContentsOwnLabels(t *testing.T) {
	for name, test := range map[string]struct {
		labels []string
		want   string
	}{
		"each as a condition":           {[]string{"a11y", "team-bar"}, ` or label = "a11y" or label = "team-bar")`},
		"five at most":                  {[]string{"a", "b", "c", "d", "e", "f"}, ` or label = "a" or label = "b" or label = "c" or label = "d" or label = "e")`},
		"not what cannot be a label":    {[]string{`x" or space = "HR`, "two words", "", "fine"}, ` or label = "fine")`},
		"not what makes it too long":    {[]string{strings.Repeat("a", 255), strings.Repeat("b", 255), strings.Repeat("c", 255), strings.Repeat("d", 255)}, ` or label = "` + strings.Repeat("a", 255) + `" or label = "` + strings.Repeat("b", 255) + `" or label = "` + strings.Repeat("c", 255) + `")`},
		"none where the content has no": {nil, ")"},
	} {
		t.Run(name, func(t *testing.T) {
			got := similarPages("CAFE", "123", []string{"tea"}, test.labels)
			if want := similarPages("CAFE", "123", []string{"tea"}, nil); got != strings.TrimSuffix(want, ")")+test.want {
				t.Errorf("got %s", got)
			}
			if _, err := cql.Parse(got, time.Now()); err != nil {
				t.Errorf("Confluence cannot read %s: %v", got, err)
			}
		})
	}
}

func TestTheQueryFindsOtherPagesOfTheSpaceWithAnyOfTheWords(t *testing.T) {
	query, err := cql.Parse(similarPages("CAFE", "123", []string{"keyboard", "contrast"}, []string{"a11y"}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	page := func(id, space, kind, title, text string) cql.Document {
		return cql.Document{ID: id, SpaceKey: space, Type: kind, Title: title, Text: cql.NewText(title, func() string { return text })}
	}
	tests := map[string]struct {
		document cql.Document
		found    bool
	}{
		"a word in the title":      {page("1", "CAFE", "page", "Keyboard traps", ""), true},
		"another word in the text": {page("2", "CAFE", "blogpost", "News", "Enough contrast."), true},
		"no word":                  {page("3", "CAFE", "page", "Tea", "Green tea."), false},
		"another space":            {page("4", "DS", "page", "Keyboard", ""), false},
		"a file":                   {page("5", "CAFE", "attachment", "Keyboard", ""), false},
		"the page itself":          {page("123", "CAFE", "page", "Keyboard", ""), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := query.Match(&test.document); got != test.found {
				t.Errorf("found: %v, want %v", got, test.found)
			}
		})
	}
}

func TestTheQueryFitsIntoAURL(t *testing.T) {
	for name, letter := range map[string]string{"letters of one byte": "a", "letters of three bytes": "日", "letters of four bytes": "𐌰"} {
		t.Run(name, func(t *testing.T) {
			var words []string
			for n := range 20 {
				words = append(words, strings.Repeat(letter, 20+n))
			}
			got := similarPages(strings.Repeat("S", 255), "12345678901234567890", words, words)
			if got == "" || len(got) > maxSearchBytes {
				t.Errorf("it has %d bytes: %s", len(got), got)
			}
			if _, err := cql.Parse(got, time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzSimilarPages(f *testing.F) {
	f.Add("CAFE", "keyboard trap", `x" or space = "OTHER`)
	f.Add(`~a"b\`, `AND "OR" \" ) or (`, "\xff\u0301")
	other := cql.Document{ID: "1", SpaceKey: "another space", Type: "page", Title: "keyboard", Text: cql.NewText("keyboard", func() string { return "" })}
	f.Fuzz(func(t *testing.T, space, one, two string) {
		query := similarPages(space, "123", []string{one, two}, []string{two})
		if query == "" {
			return
		}
		if strings.ContainsRune(space, utf8.RuneError) || strings.EqualFold(space, other.SpaceKey) {
			return // no key of a space
		}
		if len(space) < 100 && len(query) > maxSearchBytes {
			t.Errorf("%d bytes", len(query))
		}
		parsed, err := cql.Parse(query, time.Unix(0, 0))
		if err != nil {
			t.Fatalf("Confluence cannot read %s: %v", query, err)
		}
		if parsed.Match(&other) {
			t.Errorf("it finds pages of another space: %s", query)
		}
	})
}
