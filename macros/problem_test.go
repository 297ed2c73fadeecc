package macros

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"labelup/internal/fault"
)

func TestAProblemSaysWhatHappenedAndWhatHelps(t *testing.T) {
	pages := NewPages(asset, "https://connect-cdn.atl-paas.net/all.js")
	tests := map[string]struct {
		problem Problem
		says    []string
		never   []string // what would not help
	}{
		"not proved: it may be out of date, or the site does not have the app": {
			Problem{Kind: fault.Unauthorized}, []string{"Reload the page", "ask a site admin to update Label UP."}, []string{"install", "ry again", "Wait", "Reference"},
		},
		"switched off: nothing that the reader can do helps": {
			Problem{Kind: fault.Blocked, RequestID: "r1"}, []string{"switched off", "ask its vendor", "r1"}, []string{"eload", "ry again", "Wait"},
		},
		"a part is down: wait": {
			Problem{Kind: fault.Unavailable, Wait: 5, RequestID: "r1"}, []string{"Wait 5 seconds, then reload", "r1"}, []string{"admin"},
		},
		"a part is down for a moment": {
			Problem{Kind: fault.Unavailable, Wait: 1}, []string{"Wait 1 second, then reload"}, []string{"seconds", "admin"},
		},
		"our own fault": {
			Problem{Kind: fault.Internal, RequestID: "r1"}, []string{"went wrong", "give support the reference", "Reference for support: r1"}, []string{"Wait", "admin"},
		},
		"a request id that is no word": {
			Problem{Kind: fault.Internal, RequestID: "<script>"}, []string{"Reference for support: <script>"}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page, text := parsedProblem(t, pages.Problem(test.problem))
			for _, said := range test.says {
				if !strings.Contains(text, said) {
					t.Errorf("says %q, want %q in it", text, said)
				}
			}
			for _, said := range test.never {
				if strings.Contains(text, said) {
					t.Errorf("says %q, and %q does not help", text, said)
				}
			}
			if page["html"] != 1 || page["title"] != 1 || page["main"] != 1 || page["script"] != 2 || page["link"] != 1 {
				t.Errorf("it is not whole: %v", page)
			}
		})
	}
}

// parsedProblem is how many there are of each element, and what main says.
func parsedProblem(t *testing.T, raw []byte) (elements map[string]int, text string) {
	t.Helper()
	if !strings.HasPrefix(string(raw), "<!doctype html>") {
		t.Errorf("it begins with %.20q", raw)
	}
	page, err := html.Parse(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	elements = map[string]int{}
	for node := range page.Descendants() {
		if node.Type == html.ElementNode {
			elements[node.Data]++
		}
		if node.Type == html.TextNode && node.Parent.Data == "p" {
			text += node.Data + "\n"
		}
	}
	return elements, text
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	pages := NewPages(asset, "https://connect-cdn.atl-paas.net/all.js")
	english := reflect.ValueOf(problemIn[English])
	for _, language := range languages {
		words := reflect.ValueOf(problemIn[language])
		for i := range words.NumField() {
			said, original := words.Field(i).String(), english.Field(i).String()
			name := words.Type().Field(i).Name
			if said == "" || language != English && said == original {
				t.Errorf("%s: %s is %q", language, name, said)
			}
			for _, placeholder := range []string{"{count}", "{id}"} {
				if strings.Contains(said, placeholder) != strings.Contains(original, placeholder) {
					t.Errorf("%s: %s is %q, and the English has another placeholder", language, name, said)
				}
			}
			if strings.ContainsAny(said, `<>&"'`) {
				t.Errorf("%s: %s is %q, which is no plain text", language, name, said)
			}
		}
		for _, problem := range []Problem{{Kind: fault.Unauthorized}, {Kind: fault.Blocked}, {Wait: 1}, {Wait: 7}, {Kind: fault.Internal, RequestID: "r1"}} {
			problem.Language = language
			if raw := string(pages.Problem(problem)); !strings.Contains(raw, `<html lang="`+string(language)+`">`) || strings.Contains(raw, "{") {
				t.Errorf("%s: %s", language, raw)
			}
		}
		f := frame()
		f.Language = language
		if raw := string(pages.Append(nil, f)); !strings.Contains(raw, `<p class="late" lang="`+string(language)+`">`+problemIn[language].Late+`</p>`) {
			t.Errorf("%s: a page whose script does not come says nothing: %s", language, raw)
		}
	}
}

func TestTheLanguageOfAReader(t *testing.T) {
	tests := map[string]struct {
		locale, accepted string
		want             Language
	}{
		"the host says it":                      {"de-DE", "fr", German},
		"the host writes it with a low line":    {"pt_BR", "es", Spanish},
		"the host says one that we speak so":    {"ja_JP", "", Japanese},
		"in capitals":                           {"FR", "", French},
		"the browser's first":                   {"", "fr-FR,en;q=0.5", French},
		"the browser's first that we speak":     {"", "nl, pt-BR;q=0.9, es;q=0.8, en;q=0.7", Spanish},
		"with a weight":                         {"", "ja;q=0.8", Japanese},
		"none that we speak":                    {"xx", "nl,*;q=0.1", English},
		"nobody says anything":                  {"", "", English},
		"a word that only begins like one":      {"deutsch", "french", English},
		"what is no language at all":            {`"><script>`, ",,,;;--__", English},
		"one after more than a browser sends":   {"", strings.Repeat("nl,", 30) + "de", English},
		"a list that is longer than any header": {"", strings.Repeat(",", 1<<20) + "de", English},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := LanguageOf(test.locale, test.accepted); got != test.want {
				t.Errorf("LanguageOf = %q, want %q", got, test.want)
			}
		})
	}
}
