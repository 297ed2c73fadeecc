package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	pagesToSuggestFor = `{"id":"deploy","title":"How we deploy the billing service","labels":["wrong"],"markdown":"# Before a deployment\n\nThe billing service is deployed every Tuesday from the main branch. Whoever deploys watches the dashboard for an hour and writes into the release notes what has changed. A deployment that fails is rolled back at once, and a page about it is written."}

{"id":7,"title":"Invoices for Canada","labels":["wrong"],"html":"<h1>Taxes</h1><p>An invoice for a customer in Canada shows the tax of the province. The billing service works it out from the address, and the customer sees the tax beside each line of the invoice. Refunds of the tax are made by hand.</p>"}
{"title":"Team lunch","labels":["wrong"],"text":"We eat together on the first Thursday of each month, in the kitchen if it rains and in the park if it does not. Bring a dish and a chair, and tell us beforehand what you cannot eat, so that nobody goes hungry."}
`
	labelledPages = `{"id":"a","title":"Deploying the search service","labels":["deployment","search"],"markdown":"The search service is deployed every day. Whoever deploys it watches the dashboard. A deployment that fails is rolled back."}
{"id":"b","title":"Rolling back a deployment","labels":["deployment"],"markdown":"A deployment is rolled back from the main branch, then the dashboard is watched for an hour until the service is well."}
{"id":"c","title":"Invoices and refunds","labels":["billing","invoice"],"markdown":"An invoice shows the tax beside each line. The billing service sends it to the customer. A refund is an invoice too."}
{"id":"d","title":"Taxes on invoices","labels":["invoice","tax"],"markdown":"The tax on an invoice depends on the address of the customer. The billing service works the tax out for each province."}
{"id":"e","title":"Release notes","labels":["writing"],"markdown":"Release notes say what has changed for the customer, in words that the customer uses. They are written before the release."}
`
)

// files writes files and returns their paths.
func files(t *testing.T, contents ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, content := range contents {
		path := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// suggested runs the command, which has to succeed, and returns what it printed.
func suggested(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := runSuggest(args, strings.NewReader(stdin), &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d, standard error %q", code, &stderr)
	}
	return stdout.String()
}

// linesOf reads what was printed.
func linesOf(t *testing.T, printed string) []suggestLine {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(printed))
	decoder.DisallowUnknownFields()
	var lines []suggestLine
	for {
		var line suggestLine
		if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
			return lines
		} else if err != nil {
			t.Fatalf("%v in %s", err, printed)
		}
		lines = append(lines, line)
	}
}

// labelsIn are the labels of each line.
func labelsIn(lines []suggestLine) [][]string {
	var all [][]string
	for _, line := range lines {
		labels := []string{}
		for _, s := range line.Suggestions {
			labels = append(labels, s.Label)
		}
		all = append(all, labels)
	}
	return all
}

func TestSuggestionsComeInTheOrderOfThePagesWithReasons(t *testing.T) {
	paths := files(t, pagesToSuggestFor, labelledPages)
	lines := linesOf(t, suggested(t, "", "--pages", paths[0], "--labelled", paths[1]))
	var ids []string
	for _, line := range lines {
		ids = append(ids, line.ID)
		for i, s := range line.Suggestions {
			if s.Score <= 0 || s.Score > 1 || len(s.Reasons) == 0 || s.Label == "wrong" {
				t.Errorf("%s: %+v", line.ID, s)
			}
			if i > 0 && !s.New && s.Score > line.Suggestions[i-1].Score {
				t.Errorf("%s: %s is likelier than the one before it", line.ID, s.Label)
			}
		}
	}
	if diff := cmp.Diff([]string{"deploy", "7", ""}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	want := `deploy
  deployment: in the title: deploy; in the heading: Before a deployment; deployed: 5 times on the page; 2 of the 5 most similar pages have it
  billing: in the title: billing; billing: 2 times on the page; 1 of the 5 most similar pages has it
7
  invoice: in the title: Invoices; 2 of the 5 most similar pages have it; invoice: 3 times on the page

`
	var got strings.Builder
	for _, line := range lines {
		got.WriteString(line.ID + "\n")
		for _, s := range line.Suggestions {
			got.WriteString("  " + s.Label + ": " + strings.Join(s.Reasons, "; ") + "\n")
		}
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("suggested (-want +got):\n%s", diff)
	}
	// Five pages are too few to be sure of anything.
	for _, line := range lines {
		for _, s := range line.Suggestions {
			if s.Ticked {
				t.Errorf("%s: ticked is %+v", line.ID, s)
			}
		}
	}
}

func TestTheOutputIsALineOfJSONForEachPage(t *testing.T) {
	paths := files(t, "{\"id\":\"a <b>\",\"title\":\"x\"}\n", "Deployment\n")
	got := suggested(t, "", "--pages", paths[0], "--vocabulary", paths[1])
	if want := "{\"id\":\"a <b>\",\"suggestions\":[]}\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestTheSamePagesGiveTheSameBytes(t *testing.T) {
	paths := files(t, pagesToSuggestFor, labelledPages)
	want := suggested(t, "", "--pages", paths[0], "--labelled", paths[1])
	for name, same := range map[string]string{
		"once more":                 pagesToSuggestFor,
		"without labels":            strings.ReplaceAll(pagesToSuggestFor, `"labels":["wrong"],`, ""),
		"with the labels of others": strings.ReplaceAll(pagesToSuggestFor, `"labels":["wrong"],`, `"labels":["billing","deployment","tax","invoice","search"],`),
		"with a byte order mark":    "\ufeff" + pagesToSuggestFor,
		"with ends as on Windows":   strings.ReplaceAll(pagesToSuggestFor, "\n", "\r\n"),
		"with empty lines":          "\n\n" + strings.ReplaceAll(pagesToSuggestFor, "\n", "\n\n"),
		"without the last end":      strings.TrimSuffix(pagesToSuggestFor, "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			path := files(t, same)[0]
			if diff := cmp.Diff(want, suggested(t, "", "--pages", path, "--labelled", paths[1])); diff != "" {
				t.Errorf("from a file (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, suggested(t, same, "--labelled", paths[1], "--pages", "-")); diff != "" {
				t.Errorf("from standard input (-want +got):\n%s", diff)
			}
		})
	}
	if got := suggested(t, labelledPages, "--labelled", "-", "--pages", paths[0]); got != want {
		t.Errorf("labelled pages from standard input: %s", got)
	}
}

func TestAPageIsNotLearnedFromForItself(t *testing.T) {
	own := `{"id":"deploy","title":"How we deploy the billing service","labels":["mine-alone"]}` + "\n"
	paths := files(t, pagesToSuggestFor, own+labelledPages)
	for _, label := range labelsIn(linesOf(t, suggested(t, "", "--pages", paths[0], "--labelled", paths[1])))[0] {
		if label == "mine-alone" {
			t.Error("the page got its own label")
		}
	}
}

func TestAsManyAsWereAskedFor(t *testing.T) {
	paths := files(t, pagesToSuggestFor, labelledPages)
	longest := func(k string) int {
		most := 0
		for _, labels := range labelsIn(linesOf(t, suggested(t, "", "--pages", paths[0], "-k", k))) {
			most = max(most, len(labels))
		}
		return most
	}
	if one, ten := longest("1"), longest("10"); one != 1 || ten <= 5 || ten > 10 {
		t.Errorf("-k 1 gives %d, -k 10 gives %d", one, ten)
	}
	if five := linesOf(t, suggested(t, "", "--pages", paths[0])); len(five[0].Suggestions) != 5 {
		t.Errorf("without -k: %v", labelsIn(five))
	}
	all := labelsIn(linesOf(t, suggested(t, "", "--pages", paths[0], "--labelled", paths[1], "-k", "5")))
	few := labelsIn(linesOf(t, suggested(t, "", "--pages", paths[0], "--labelled", paths[1], "-k", "1")))
	for i := range few {
		if diff := cmp.Diff(all[i][:min(1, len(all[i]))], few[i]); diff != "" {
			t.Errorf("-k 1 is not the first of -k 5 (-5 +1):\n%s", diff)
		}
	}
}

func TestWithoutLabelledPagesPhrasesAreProposed(t *testing.T) {
	path := files(t, pagesToSuggestFor)[0]
	lines := linesOf(t, suggested(t, "", "--pages", path))
	for _, line := range lines {
		for _, s := range line.Suggestions {
			if !s.New || s.Ticked || !strings.HasPrefix(s.Reasons[0], "stands out: ") {
				t.Errorf("%q: %+v", line.ID, s)
			}
		}
	}
	if got := labelsIn(lines)[0]; !slices.Contains(got, "billing-service") {
		t.Errorf("phrases %q", got)
	}
}

func TestAVocabularyLimitsWhatIsSuggested(t *testing.T) {
	for name, vocabulary := range map[string]string{
		"names":                  "deployment\ntax\nholidays\n",
		"names as on Windows":    "\ufeffdeployment\r\n\r\n  tax \r\nholidays\r\n",
		"objects":                `{"label":"deployment"}` + "\n" + `{"label":"tax","description":"what the state takes"}` + "\n" + `{"label":"holidays"}`,
		"both":                   "deployment\n" + `{"label":"tax"}` + "\nholidays",
		"objects, some retired":  `{"label":"deployment"}` + "\n" + `{"label":"tax"}` + "\n" + `{"label":"invoice","retired":true}`,
		"objects that know more": `{"label":"deployment","owner":"ops"}` + "\n" + `{"label":"tax"}`,
	} {
		t.Run(name, func(t *testing.T) {
			paths := files(t, pagesToSuggestFor, labelledPages, vocabulary)
			lines := linesOf(t, suggested(t, "", "--pages", paths[0], "--labelled", paths[1], "--vocabulary", paths[2]))
			if got := labelsIn(lines); !slices.Contains(got[0], "deployment") || !slices.Contains(got[1], "tax") {
				t.Errorf("suggested %q", got)
			}
			for _, line := range lines {
				for _, s := range line.Suggestions {
					if s.New || s.Label != "deployment" && s.Label != "tax" {
						t.Errorf("%q got %+v", line.ID, s)
					}
				}
			}
		})
	}
}

func TestASynonymIsSuggestedAsItsLabel(t *testing.T) {
	paths := files(t, pagesToSuggestFor, `{"label":"accounting","synonyms":["invoice"]}`)
	lines := linesOf(t, suggested(t, "", "--pages", paths[0], "--vocabulary", paths[1]))
	if diff := cmp.Diff([]string{"accounting"}, labelsIn(lines)[1]); diff != "" {
		t.Fatalf("suggested (-want +got):\n%s", diff)
	}
	reasons := strings.Join(lines[1].Suggestions[0].Reasons, "; ")
	if !strings.Contains(reasons, "Invoices") && !strings.Contains(reasons, "invoice") {
		t.Errorf("reasons %q", reasons)
	}
}

func TestEachSituationKnowsWhatTheProductKnowsInIt(t *testing.T) {
	// The first twenty say with their text what the page is about, and nobody
	// says it with the title.
	var labelled strings.Builder
	for i := range 80 {
		label, text := "kitchen", "The cook prepares soup, bread and cake for lunch on every Monday. "
		if i < 20 {
			label, text = "rollout", "A deployment that fails is rolled back while the dashboard is watched. "
		}
		fmt.Fprintf(&labelled, `{"id":"%d","title":"Notes","labels":["%s"],"text":"%s"}`+"\n", i, label, strings.Repeat(text, 5))
	}
	page := `{"id":"a","title":"Watching","text":"` + strings.Repeat("Whoever watches the dashboard sees that a deployment fails and is rolled back. ", 4) + `"}`
	paths := files(t, page, labelled.String(), "dashboard\nkitchen\n")
	const neighbours = "most similar pages have it"
	for name, test := range map[string]struct {
		args      []string
		says, not string // is in the line, and is not
	}{
		"their text":                 {nil, neighbours, `"kitchen"`},
		"their text, asked for":      {[]string{"--know", "pages"}, neighbours, `"kitchen"`},
		"the text that a search has": {[]string{"--know", "search"}, neighbours, `"kitchen"`},
		"titles":                     {[]string{"--know", "titles"}, `"new":true`, `"rollout"`},
		"labels":                     {[]string{"--know", "vocabulary"}, `"new":true`, neighbours},
		"labels of a list":           {[]string{"--know", "vocabulary", "--vocabulary", paths[2]}, `"dashboard"`, `"new":true`},
	} {
		t.Run(name, func(t *testing.T) {
			got := suggested(t, "", append([]string{"--pages", paths[0], "--labelled", paths[1]}, test.args...)...)
			if !strings.Contains(got, test.says) || strings.Contains(got, test.not) {
				t.Errorf("no %s in it, or %s:\n%s", test.says, test.not, got)
			}
		})
	}
}

func TestWhatIsUnlikelyIsListedIfAskedFor(t *testing.T) {
	paths := files(t, pagesToSuggestFor, labelledPages)
	inUse := func(args ...string) (n int) {
		for _, line := range linesOf(t, suggested(t, "", append([]string{"--pages", paths[0], "--labelled", paths[1]}, args...)...)) {
			for _, s := range line.Suggestions {
				if !s.New {
					n++
				}
			}
		}
		return n
	}
	if likely, all := inUse("-k", "50"), inUse("-k", "50", "--unlikely"); all <= likely {
		t.Errorf("%d of what is likely, %d of all", likely, all)
	}
}

func TestWhatIsKnownOfThePageItself(t *testing.T) {
	labelled := files(t, labelledPages)[0]
	const page = `{"title":"How we deploy the dashboard","text":"The dashboard is deployed every Tuesday. Whoever deploys the dashboard watches it. A deployment that fails is rolled back."%s}`
	for name, test := range map[string]struct{ more, label, not string }{
		"nothing":                     {``, "deployment", "dashboard"},
		"labels that are to be found": {`,"labels":["deployment"]`, "deployment", "dashboard"},
		"a label it has":              {`,"has":["deployment"]`, "", "deployment"},
		"a label somebody dismissed":  {`,"dismissed":["deployment"]`, "", "deployment"},
		"a label in use elsewhere":    {`,"in_use":["dashboard"]`, "dashboard", ""},
	} {
		t.Run(name, func(t *testing.T) {
			line := linesOf(t, suggested(t, fmt.Sprintf(page, test.more), "--pages", "-", "--labelled", labelled))[0]
			got := map[string]bool{}
			for _, s := range line.Suggestions {
				got[s.Label] = !s.New
			}
			if test.label != "" && !got[test.label] || got[test.not] {
				t.Errorf("suggested %+v", line.Suggestions)
			}
		})
	}
}

func TestMarkdownHTMLAndTextOfOnePageSayTheSame(t *testing.T) {
	page := `{"id":"a","title":"Deploying",%s}`
	labelled := files(t, labelledPages)[0]
	var want string
	for i, body := range []string{
		`"markdown":"The dashboard is watched *after* a deployment.\n\nTaxes & refunds wait."`,
		`"html":"<p>The dashboard is watched <em>after</em> a deployment.</p><p>Taxes &amp; refunds wait.</p>"`,
		`"text":"The dashboard is watched after a deployment.\n\nTaxes & refunds wait."`,
	} {
		got := suggested(t, strings.Replace(page, "%s", body, 1), "--pages", "-", "--labelled", labelled)
		if i == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-markdown +this):\n%s", body, diff)
		}
	}
	if got := labelsIn(linesOf(t, want)); !slices.Contains(got[0], "deployment") {
		t.Errorf("suggested %q", got)
	}
}

func TestWhatIsWrongWithAFileIsSaidWithoutItsContent(t *testing.T) {
	good := files(t, labelledPages)[0]
	bad := files(t, "{}\n\n{\"title\":\"quokka\",\"labels\":[7219]}\n", "deployment\n{\"label\":\"quokka\",\"synonyms\":\"x\"}\n", "{\"title\":\"quokka\"\n",
		`{"text":"`+strings.Repeat("quokka ", 5<<20)+`"}`, `{"label":" "}`,
		`{"has":["x",["quokka"]]}`, `{"in_use":"quokka"}`)
	none := filepath.Join(t.TempDir(), "none")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a page with a wrong label":           {[]string{"--pages", bad[0]}, bad[0] + ": line 3 has a labels of the wrong type"},
		"labels it has that are none":         {[]string{"--pages", bad[5]}, bad[5] + ": line 1 has a has of the wrong type"},
		"labels in use that are none":         {[]string{"--pages", bad[6]}, bad[6] + ": line 1 has a in_use of the wrong type"},
		"a labelled page with a wrong label":  {[]string{"--pages", good, "--labelled", bad[0]}, bad[0] + ": line 3 has a labels of the wrong type"},
		"a line of standard input":            {[]string{"--pages", "-"}, "standard input: line 1 is not a JSON object"},
		"half an object":                      {[]string{"--pages", bad[2]}, bad[2] + ": line 1 is not a JSON object"},
		"a line that is far too big":          {[]string{"--pages", bad[3]}, bad[3] + ": line 1 is longer than 32 MiB"},
		"a label of the vocabulary":           {[]string{"--pages", good, "--vocabulary", bad[1]}, bad[1] + ": line 2 is neither a label nor an object with one"},
		"a label of the vocabulary, of space": {[]string{"--pages", good, "--vocabulary", bad[4]}, bad[4] + ": line 1 is neither a label nor an object with one"},
		"a vocabulary from standard input":    {[]string{"--pages", good, "--vocabulary", "-"}, "standard input: line 1 is neither a label nor an object with one"},
		"pages that are not there":            {[]string{"--pages", none}, "open " + none + ": no such file or directory"},
		"labelled pages that are not there":   {[]string{"--pages", good, "--labelled", none}, "open " + none + ": no such file or directory"},
		"a vocabulary that is not there":      {[]string{"--pages", good, "--vocabulary", none}, "open " + none + ": no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := runSuggest(test.args, strings.NewReader(`{quokka}`), &stdout, &stderr)
			if want := "labelup suggest: " + test.want + "\n"; code != 1 || stderr.String() != want {
				t.Errorf("exit code %d, standard error %q, want %q", code, &stderr, want)
			}
			if strings.Contains(stdout.String(), "quokka") {
				t.Errorf("standard output %q", &stdout)
			}
		})
	}
}

func TestPagesBeforeABadLineAreAnswered(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := runSuggest([]string{"--pages", "-"}, strings.NewReader(pagesToSuggestFor+"{"), &stdout, &stderr)
	if lines := linesOf(t, stdout.String()); code != 1 || len(lines) != 3 || !strings.Contains(stderr.String(), "line 5 ") {
		t.Errorf("exit code %d, %d answers, standard error %q", code, len(lines), &stderr)
	}
}

// pipe is broken after so many bytes.
type pipe struct {
	left   int
	writes int // after it was
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.left < len(b) {
		p.writes++
		return 0, errors.New("broken pipe")
	}
	p.left -= len(b)
	return len(b), nil
}

func TestABrokenPipeEndsTheWork(t *testing.T) {
	for _, left := range []int{0, 10_000} {
		out := &pipe{left: left}
		var stderr bytes.Buffer
		code := runSuggest([]string{"--pages", "-"}, strings.NewReader(strings.Repeat(pagesToSuggestFor, 50)), out, &stderr)
		if code != 1 || stderr.String() != "labelup suggest: broken pipe\n" || out.writes != 1 {
			t.Errorf("after %d bytes: exit code %d, standard error %q, %d more writes", left, code, &stderr, out.writes)
		}
	}
}

func TestSuggestCalledInAWrongWay(t *testing.T) {
	for name, args := range map[string][]string{
		"nothing":                     {},
		"no pages":                    {"--labelled", "x"},
		"an argument too many":        {"--pages", "x", "y"},
		"none at all asked for":       {"--pages", "x", "-k", "0"},
		"too many asked for":          {"--pages", "x", "-k", "101"},
		"a number that is none":       {"--pages", "x", "-k", "five"},
		"an unknown flag":             {"--pages", "x", "--page", "y"},
		"an unknown situation":        {"--pages", "x", "--labelled", "y", "--know", "everything"},
		"titles of nothing":           {"--pages", "x", "--know", "titles"},
		"a search in nothing":         {"--pages", "x", "--know", "search", "--vocabulary", "y"},
		"a vocabulary of nothing":     {"--pages", "x", "--know", "vocabulary"},
		"standard input, twice":       {"--pages", "-", "--labelled", "-"},
		"standard input, twice again": {"--pages", "x", "--labelled", "-", "--vocabulary", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := runSuggest(args, strings.NewReader(""), &stdout, &stderr); code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), suggestUsage) {
				t.Errorf("exit code %d, standard output %q, standard error %q", code, &stdout, &stderr)
			}
		})
	}
	if got := suggested(t, "", "--help"); got != suggestUsage {
		t.Errorf("--help prints %q", got)
	}
}
