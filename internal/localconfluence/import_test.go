package localconfluence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
)

func TestImportingPages(t *testing.T) {
	lines := `{"id":"one","date":"2014-03-12","title":"Same","labels":["Culture Change","culture change","what?!","?"],"markdown":"# Hi\n\n<script>alert(1)</script>[x](javascript:alert(1)) & *you*\n\n| a | b |\n|---|---|\n| 1 | 2 |"}

{"id":"two","date":"no date","title":"Same","labels":[],"markdown":""}`
	w := newWorld(t, nil, func(o *Options) { o.Pages = strings.NewReader(lines) })
	x, _ := w.s.site("")
	one, err := x.store.Content("", w.pageID("Same"))
	if err != nil {
		t.Fatal(err)
	}
	labels, _ := x.store.Labels("", one.ID)
	var names []string
	for _, l := range labels {
		names = append(names, l.Name)
	}
	if diff := cmp.Diff([]string{"culture-change", "what"}, names); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if one.CreatedAt.Format("2006-01-02") != "2014-03-12" || strings.Contains(one.Body, "script") || !strings.Contains(one.Body, "<td>1</td>") {
		t.Errorf("page %+v", one)
	}
	if macros := content.Macros(one.Body); len(macros) != 1 || macros[0].Name != macroKey || !strings.HasPrefix(one.Body, "<ac:structured-macro") {
		t.Errorf("macros %v", macros)
	}
	w.pageID("Same (two)")
	w.control("POST", "/control/reset", `{}`, 200)
	w.pageID("Same (two)")
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, lines := range map[string]string{
		"what is no JSON":       "{",
		"a page without a name": `{"id":"x","markdown":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := New(Options{BaseURL: "http://127.0.0.1:1/wiki", AppURL: "http://localhost:2", Pages: strings.NewReader(lines)})
			if err == nil {
				s.Close()
				t.Error("imported")
			}
		})
	}
}

func TestImportingEverySharedPage(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "18f-posts", "pages.jsonl"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the shared pages are not next to this repository")
	}
	w := newWorld(t, nil, func(o *Options) { o.Pages = bytes.NewReader(raw) })
	x, _ := w.s.site("")
	sp, err := x.store.Space("", "IMPORT")
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]int{} // labels by date and beginning of the title
	for _, c := range x.store.All("") {
		if c.SpaceID == sp.ID && c.ID != sp.HomepageID {
			labels, _ := x.store.Labels("", c.ID)
			held[c.CreatedAt.Format("2006-01-02")+c.Title] = len(labels)
			if len(content.Macros(c.Body)) != 1 {
				t.Errorf("%s: macros %d", c.Title, len(content.Macros(c.Body)))
			}
		}
	}
	lines, want := bufio.NewScanner(bytes.NewReader(raw)), 0
	lines.Buffer(nil, maxImportLine)
	for lines.Scan() {
		want++
		var page imported
		if err := json.Unmarshal(lines.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		n, ok := held[page.Date+page.Title]
		if !ok {
			n, ok = held[page.Date+page.Title+" ("+page.ID+")"]
		}
		if !ok || n > len(page.Labels) || n == 0 && len(page.Labels) > 0 {
			t.Errorf("%s: held %v with %d labels, has %d", page.ID, ok, n, len(page.Labels))
		}
	}
	if len(held) != want || want < 400 {
		t.Errorf("%d pages held of %d", len(held), want)
	}
}
