package localconfluence

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/localconfluence/content"
)

func TestTheHandbookIsWellFormed(t *testing.T) {
	pages, err := handbookPages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if err := content.CheckStorage(p.body); err != nil {
			t.Errorf("%s: %v", p.title, err)
		}
		if p.title == "" || strings.Contains(p.body, "raw HTML") || slices.Contains(p.labels, "") {
			t.Errorf("%+v", p)
		}
	}
	for _, file := range []string{"", "title: x\n", "---\ntitle: x\n", "---\ncolour: red\n---\nx"} {
		if _, _, err := handbookPage(file); err == nil {
			t.Errorf("%q is taken for a page", file)
		}
	}
}

// What the home page promises to try is there.
func TestTheExamplesForSuggestions(t *testing.T) {
	w := newWorld(t, nil)
	read := func(title string) (page map[string]any, text string, labels []string) {
		t.Helper()
		page = w.call("viewer", "GET", "/wiki/api/v2/pages/"+w.pageID(title)+"?body-format=storage&include-labels=true", "").json(t)
		body := at(t, page, "body", "storage", "value").(string)
		if !strings.HasPrefix(body, `<ac:structured-macro ac:name="labelup-labels"`) {
			t.Errorf("%s: no macro at its top", title)
		}
		return page, strings.ToLower(title + "\n" + content.Text(body)), fieldsOf(t, at(t, page, "labels", "results"), "name")
	}
	for _, c := range []struct {
		title  string
		labels []string
		has    []string
		hasNot []string
	}{
		{"Allergens in the Christmas cakes", nil, []string{"allergens"}, nil},
		{"Backflushing with the blue powder", nil, []string{"screen"}, []string{"machine", "maintenance", "clean"}},
		{"HACCP plan for the sandwich bench", nil, []string{"haccp", "hygiene"}, []string{"food safety", "food-safety"}},
		{"Lost property", nil, []string{"umbrellas"}, nil},
		{"Seeded rye loaf", []string{"recipes", "baking", "allergens"}, nil, nil},
		{"Putzplan für das Wochenende", nil, []string{"putzplan", "reinigung"}, []string{"cleaning"}},
		{"Live music on Thursdays", []string{"events", "guests", "allergens"}, nil, []string{"allerg"}},
		{"The whole handbook on one page", nil, []string{"the oven is ours alone"}, []string{"kaffeesatz"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, text, labels := read(c.title)
			if diff := cmp.Diff(c.labels, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			for _, word := range c.has {
				if !strings.Contains(text, word) {
					t.Errorf("does not say %q", word)
				}
			}
			for _, word := range c.hasNot {
				if strings.Contains(text, word) {
					t.Errorf("says %q", word)
				}
			}
		})
	}
	_, short, _ := read("Lost property")
	if n := len(strings.Fields(short)); n >= 40 {
		t.Errorf("the short page has %d words", n)
	}
	page, long, _ := read("The whole handbook on one page")
	body := at(t, page, "body", "storage", "value").(string)
	if words, headings := len(strings.Fields(long)), strings.Count(body, "</h2>")+strings.Count(body, "</h3>"); words < 20_000 || headings < 100 {
		t.Errorf("the long page has %d words under %d headings", words, headings)
	}
	home := string(w.call("viewer", "GET", "/wiki/api/v2/pages/"+w.pageID("Harbour Café")+"?body-format=storage", "").body)
	for _, title := range []string{"Putzplan für das Wochenende", "The whole handbook on one page"} {
		if !strings.Contains(home, title) {
			t.Errorf("the home page does not mention %q", title)
		}
	}
}

func TestTheLabelsInUse(t *testing.T) {
	w := newWorld(t, nil)
	found := w.call("viewer", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`space = "CAFE" and ancestor != 0`)+"&expand=metadata.labels&limit=200", "").json(t)
	uses := map[string]int{}
	for _, page := range found["results"].([]any) {
		labels := fieldsOf(t, at(t, page, "metadata", "labels", "results"), "name")
		if len(labels) > 20 {
			continue // the pages with 50 and 300
		}
		for _, l := range labels {
			uses[l]++
		}
	}
	if len(uses) < 30 || uses["food-safety"] < 5 || uses["maintenance"] < 5 {
		t.Errorf("%d labels: %v", len(uses), uses)
	}
	for _, twin := range []string{"allergen", "on-boarding", "incidents", "retro"} {
		if uses[twin] != 1 {
			t.Errorf("%s is on %d pages", twin, uses[twin])
		}
	}

	properties := w.call("viewer", "GET", "/wiki/api/v2/spaces/"+w.spaceID()+"/properties?key=labelup_vocabulary", "").json(t)
	raw, err := json.Marshal(at(t, properties, "results", 0, "value"))
	if err != nil {
		t.Fatal(err)
	}
	var vocabulary struct {
		Labels []struct {
			Label, Description string
			Synonyms           []string
			Retired            bool
		}
		Mode string
	}
	if err := json.Unmarshal(raw, &vocabulary); err != nil {
		t.Fatal(err)
	}
	retired, seen := 0, map[string]bool{}
	for _, l := range vocabulary.Labels {
		if uses[l.Label] == 0 || seen[l.Label] || l.Description == "" {
			t.Errorf("%+v is on no page, there twice or not described", l)
		}
		seen[l.Label] = true
		if l.Retired {
			retired++
		}
	}
	if vocabulary.Mode != "free" || retired != 3 || len(vocabulary.Labels) < 20 {
		t.Errorf("%d labels, %d retired, mode %q", len(vocabulary.Labels), retired, vocabulary.Mode)
	}
}
