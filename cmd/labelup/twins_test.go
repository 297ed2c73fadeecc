package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
