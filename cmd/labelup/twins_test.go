package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/twin"
)

const pagesWithTwins = `{"title":"Café menu","labels":["café","menu","accessibility"],"markdown":"The café has a new menu for everybody who comes, with what is in season and what is not; the kitchen opens at nine and closes at six, and on Thursdays the whole team eats together at the long table by the window, whatever the weather is, all year."}
{"title":"Another menu","labels":["cafe","menu","cafe"],"text":"Soup."}
{"title":"Tables","labels":["cafe","acessibility","openai"],"text":"The tables are high enough for wheelchairs. Accessibility is what we look at first when we buy furniture, then what it costs and how long it lasts; and whoever finds something that could be better writes it on the board beside the door, so that everybody reads it in the morning before the guests arrive."}
{"title":"OpenAPI","labels":["openapi"],"html":"<p>We describe the service in OpenAPI, and a program makes the client of it. Whoever changes the description says so in the notes, because two other teams make their clients of it as well and want to know before it breaks something, at best a week before.</p>"}

{"labels":["https","accessibility","stand-up"]}
{"labels":["http","standups","accessibility","",""]}
{"title":"long ago","labels":["retrospective"]}
{"labels":["retrospective"]}
{"labels":["retrospective"]}
{"labels":["retrospective","openai","menu"]}
{"labels":["retrospektive"," Cafe "]}
{"labels":["team-events-annual"],"text":"What we do together."}
{"labels":["team-events-annual"],"text":"The plan of the year."}
{"labels":["tea"],"text":"The team events (annual) are in May."}
{"labels":["customer-acceptance-test"],"text":"The category of each test."}
{"labels":["customer-acceptance-test","cafes"],"text":"The category of each test."}
{"labels":["cat"],"text":"It sleeps."}
`

func TestTwinsOfAFile(t *testing.T) {
	const want = `{"label":"accessibility","other":"acessibility","sure":true}
{"label":"cafe","other":"cafes","sure":true}
{"label":"cafe","other":"café","sure":true}
{"label":"café","other":"cafes","sure":true}
{"label":"retrospective","other":"retrospektive","sure":false}
{"label":"stand-up","other":"standups","sure":true}
{"label":"team-events-annual","other":"tea","sure":true}
`
	for name, args := range map[string][]string{"named": files(t, pagesWithTwins), "from standard input": {"-"}} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := runTwins(args, strings.NewReader(pagesWithTwins), &stdout, &stderr); code != 0 || stderr.Len() > 0 {
				t.Fatalf("exit code %d, standard error %q", code, &stderr)
			}
			if diff := cmp.Diff(want, stdout.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwinsIsCalledRightOrSaysHow(t *testing.T) {
	broken := files(t, `{"labels":["a"]}`+"\n"+`{"labels":"a"}`)
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		output string
	}{
		{"no file", nil, 2, "labelup twins: it takes one FILE\n\nlabelup twins FILE"},
		{"two files", []string{"a", "b"}, 2, "labelup twins: it takes one FILE\n\nlabelup twins FILE"},
		{"help", []string{"--help"}, 0, "labelup twins FILE"},
		{"a file that there is not", []string{"nowhere.jsonl"}, 1, "labelup twins: open nowhere.jsonl: no such file or directory\n"},
		{"a line that is no page", broken, 1, "labelup twins: " + broken[0] + ": line 2 has a labels of the wrong type\n"},
		{"a file without pages", files(t, ""), 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			code := runTwins(test.args, strings.NewReader(""), &out, &out)
			if code != test.code || !strings.HasPrefix(out.String(), test.output) || test.output == "" && out.Len() > 0 {
				t.Errorf("exit code %d, want %d; it says:\n%s", code, test.code, out.String())
			}
		})
	}
}

const (
	sharedPages = "../../../shared/data/"
	sharedPairs = "../../../shared/cases/label-pairs.tsv"
)

// pairsToMerge are the pairs of labels, by collection, that somebody who read
// them would merge.
func pairsToMerge(t *testing.T) map[string][]namePair {
	t.Helper()
	if testing.Short() {
		t.Skip("it reads the text of four collections")
	}
	file, err := os.ReadFile(sharedPairs)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("the shared pairs are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	merge := map[string][]namePair{"efcl": {inOrder("node.js", "node")}} // which the file lacks
	for line := range strings.Lines(string(file)) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) != 7 {
			t.Fatalf("%s: %q", sharedPairs, line)
		}
		if f[6] == "yes" {
			merge[f[0]] = append(merge[f[0]], inOrder(f[1], f[3]))
		}
	}
	return merge
}

type namePair [2]string

func inOrder(a, b string) namePair { return namePair{min(a, b), max(a, b)} }

// twinScore counts pairs of labels.
type twinScore struct{ labels, toMerge, byName, rightByName, offered, right int }

func (s *twinScore) add(o twinScore) {
	s.labels += o.labels
	s.toMerge += o.toMerge
	s.byName += o.byName
	s.rightByName += o.rightByName
	s.offered += o.offered
	s.right += o.right
}

func (s twinScore) String() string {
	return fmt.Sprintf("%d labels, %d pairs to merge; by names alone %d of %d right, offered with text %d of %d right",
		s.labels, s.toMerge, s.rightByName, s.byName, s.right, s.offered)
}

// The rule was made on these labels, so that the floors say nothing of others.
// They notice when it loses something. It prints the table of docs/suggestions.md.
func TestTwinsAmongRealLabels(t *testing.T) {
	merge := pairsToMerge(t)
	var together twinScore
	for _, collection := range []struct{ name, directory string }{
		{"18f", "18f-posts"}, {"carpentries", "carpentries"}, {"efcl", "efcl"}, {"tw5-en", "tw5-en"},
	} {
		var all labelled
		if err := eachPage(sharedPages+collection.directory+"/pages.jsonl", nil, all.add); err != nil {
			t.Fatal(err)
		}
		toMerge := map[namePair]bool{}
		for _, pair := range merge[collection.name] {
			_, has := all.number[pair[0]]
			_, hasOther := all.number[pair[1]]
			if has && hasOther { // usgs is not on these pages
				toMerge[pair] = true
			}
		}
		score := twinScore{labels: len(all.labels), toMerge: len(toMerge)}
		for _, pair := range twin.Pairs(all.labels) {
			score.byName++
			if toMerge[inOrder(pair.Stays.Name, pair.Goes.Name)] {
				score.rightByName++
			}
		}
		for _, pair := range all.offered() {
			score.offered++
			if toMerge[inOrder(pair.Stays.Name, pair.Goes.Name)] {
				score.right++
			} else {
				t.Errorf("%s: %q and %q are offered, and are two labels", collection.name, pair.Stays.Name, pair.Goes.Name)
			}
		}
		t.Logf("%s: %s", collection.name, score)
		together.add(score)
	}
	t.Logf("together: %s", together)
	if together.toMerge != 33 || together.right < 31 {
		t.Errorf("%d of %d pairs are found, want 31 of 33", together.right, together.toMerge)
	}
}
