package pagefile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// read reads a file with this content.
func read(t *testing.T, content string) ([]Page, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pages.jsonl")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(file)
}

func TestAPageIsReadWithAllItHas(t *testing.T) {
	got, err := read(t, `{"id":"a","date":"2019-04-08","title":"Release notes","excerpt":"What <b>changed</b>","labels":["product","writing"],"has":["draft"],"in_use":["team","draft"],"dismissed":["notes"],"markdown":"# Why\n\nBecause."}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Page{{
		Page: suggest.Page{
			ID: "a", Title: "Release notes", Labels: []string{"draft"},
			Body: pagetext.Text{Blocks: []pagetext.Block{
				{Kind: pagetext.Panel, Text: "What changed", Strong: []pagetext.Span{{Start: 5, End: 12}}},
				{Kind: pagetext.Heading, Text: "Why"},
				{Text: "Because."},
			}},
		},
		Date:  time.Date(2019, 4, 8, 0, 0, 0, 0, time.UTC),
		Given: []string{"product", "writing"}, InUse: []string{"team", "draft"}, Dismissed: []string{"notes"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestLinesThatAreRead(t *testing.T) {
	texts := func(p Page) (blocks string) {
		for _, b := range p.Body.Blocks {
			blocks += b.Text + "|"
		}
		return blocks
	}
	for name, test := range map[string]struct{ content, ids, title, body string }{
		"a page in HTML":                           {`{"id":"a","title":"T","html":"<p>one &amp; <i>two</i></p>"}`, "a", "T", "one & two|"},
		"a page in plain text":                     {`{"id":"a","title":"T","text":"a <b> c"}`, "a", "T", "a <b> c|"},
		"a page with a number for an id":           {`{"id":12,"title":"T"}`, "12", "T", ""},
		"a page with an id of null":                {`{"id":null,"title":"T"}`, "", "T", ""},
		"a page with a title alone":                {`{"title":"T"}`, "", "T", ""},
		"a page with nothing":                      {`{}`, "", "", ""},
		"what is not known is passed over":         {`{"id":"a","title":"T","author":{"name":"x"}}`, "a", "T", ""},
		"a date that is none":                      {`{"id":"a","title":"T","date":"yesterday"}`, "a", "T", ""},
		"lines end as on Windows":                  {"{\"id\":\"a\",\"title\":\"T\"}\r\n{\"id\":\"b\"}\r\n", "a b", "T", ""},
		"a byte order mark begins the file":        {"\ufeff{\"id\":\"a\",\"title\":\"T\"}\n", "a", "T", ""},
		"empty lines are passed over":              {"\n  \n{\"id\":\"a\",\"title\":\"T\"}\n\n{\"id\":\"b\"}\n\n", "a b", "T", ""},
		"the last line has no end":                 {"{\"id\":\"a\",\"title\":\"T\"}\n{\"id\":\"b\"}", "a b", "T", ""},
		"bytes that are no characters are read on": {"{\"id\":\"a\",\"title\":\"T\xff\"}", "a", "T\ufffd", ""},
	} {
		t.Run(name, func(t *testing.T) {
			pages, err := read(t, test.content)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, p := range pages {
				ids = append(ids, p.ID)
				if !p.Date.IsZero() || len(p.Labels) > 0 {
					t.Errorf("page %+v", p)
				}
			}
			if got := strings.Join(ids, " "); got != test.ids || pages[0].Title != test.title || texts(pages[0]) != test.body {
				t.Errorf("ids %q, title %q, body %q", got, pages[0].Title, texts(pages[0]))
			}
		})
	}
	if pages, err := read(t, "\n"); err != nil || len(pages) > 0 {
		t.Errorf("an empty file: %v, %v", pages, err)
	}
}

func TestAnErrorNamesTheLineAndNothingOfIt(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"no JSON":                    {"{}\n\nquokka", "line 3 is not a JSON object"},
		"a list":                     {`["quokka"]`, "line 1 is not a JSON object"},
		"null":                       {`null`, "line 1 is not a JSON object"},
		"half an object":             {`{"title":"quokka"`, "line 1 is not a JSON object"},
		"two objects":                {`{"title":"quokka"}{}`, "line 1 is not a JSON object"},
		"a character that is wrong":  {`{"quokka": q}`, "line 1 is not a JSON object"},
		"a title that is a number":   {`{"title":7219}`, "line 1 has a title of the wrong type"},
		"labels that are no list":    {`{"labels":"quokka"}`, "line 1 has a labels of the wrong type"},
		"labels it has, as a text":   {`{"has":"quokka"}`, "line 1 has a has of the wrong type"},
		"labels in use as numbers":   {`{"in_use":[7219]}`, "line 1 has a in_use of the wrong type"},
		"dismissed labels as a map":  {`{"dismissed":{"quokka":1}}`, "line 1 has a dismissed of the wrong type"},
		"a label that is a list":     {`{"labels":[["quokka"]]}`, "line 1 has a labels of the wrong type"},
		"a key in other letters":     {`{"TITLE":{"quokka":1}}`, "line 1 has a title of the wrong type"},
		"a line that is far too big": {"{}\n{\"text\":\"" + strings.Repeat("quokka ", maxLine/7) + "\"}", "line 2 is longer than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, test.content)
			if err == nil {
				t.Fatal("read")
			}
			file, what, _ := strings.Cut(err.Error(), ": ")
			if what != test.want || filepath.Base(file) != "pages.jsonl" {
				t.Errorf("error %q", err)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestReadingStopsWhereItsUserDoes(t *testing.T) {
	stop := errors.New("enough")
	seen := 0
	err := Each(strings.NewReader("{}\n{}\n{}\n"), func(Page) error {
		seen++
		if seen == 2 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || seen != 2 {
		t.Errorf("%d pages, %v", seen, err)
	}
}

// broken reads a line and fails.
type broken struct{ r *strings.Reader }

func (b broken) Read(p []byte) (int, error) {
	if b.r.Len() == 0 {
		return 0, errors.New("the disk is gone")
	}
	return b.r.Read(p)
}

func TestAFileThatCannotBeReadToItsEndIsAnError(t *testing.T) {
	seen := 0
	err := Each(broken{strings.NewReader("{}\n{}\n")}, func(Page) error { seen++; return nil })
	if err == nil || err.Error() != "after line 2: the disk is gone" || seen != 2 {
		t.Errorf("%d pages, %v", seen, err)
	}
}

func FuzzEach(f *testing.F) {
	f.Add([]byte(`{"id":"a","date":"2019-04-08","title":"T","excerpt":"<b>e","labels":["l"],"has":["h"],"in_use":["u"],"dismissed":["d"],"markdown":"# h\n\n*x*"}`))
	f.Add([]byte("\ufeff{\"id\":1,\"html\":\"<p>x\"}\r\n\r\n{\"text\":\"\\ud800\"}"))
	f.Add([]byte("{}\nnull"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var pages []Page
		err := Each(strings.NewReader(string(content)), func(p Page) error {
			pages = append(pages, p)
			return nil
		})
		if most := strings.Count(string(content), "\n") + 1; len(pages) > most {
			t.Errorf("%d pages of %d lines", len(pages), most)
		}
		if err != nil && len(err.Error()) > 60 {
			t.Errorf("error %q", err)
		}
	})
}
