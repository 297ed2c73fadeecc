package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"labelup/internal/pagefile"
	"labelup/internal/suggest"
	"labelup/internal/suggest/known"
)

const suggestUsage = `labelup suggest --pages FILE [--labelled FILE] [--know SITUATION] [-k N] [--unlikely] [--vocabulary FILE]

Suggests labels for pages in a file, with the engine of the service, and prints
a JSON object a line in the order of the file:

  {"id": "…", "suggestions": [{"label": "…", "score": 0.9, "ticked": true,
   "new": false, "guess": false, "reasons": ["…"]}]}

Both files have a JSON object a line: id, date, title, excerpt, labels, and the
text as markdown, html or text. One FILE may be -, which is standard input.

  --pages FILE       the pages to suggest labels for; labels in it are not looked
                     at, but lists of labels that a page has, that are in_use in
                     its space, and that a person dismissed
  --labelled FILE    pages people labelled, to learn from; without it, phrases of
                     the page are proposed as new labels
  --know SITUATION   what is known of the labelled pages (default pages)
                       pages       their text
                       titles      their titles, as when the panel first asks
                       search      the text of the 50 that have most of the words
                                   that the first answer searches for, the titles
                                   of the others, as when the panel asks again
                       vocabulary  their labels and none of the pages
  -k N               at most so many for each page, 1 to 100 (default 5)
  --unlikely         the best, whatever their score
  --vocabulary FILE  suggest only these labels: one a line, or objects with
                     label, synonyms, description, group, retired
`

const mostSuggestions = 100

type suggestLine struct {
	ID          string            `json:"id"`
	Suggestions []suggestionOnOne `json:"suggestions"`
}

type suggestionOnOne struct {
	Label   string   `json:"label"`
	Score   float64  `json:"score"`
	Ticked  bool     `json:"ticked"`
	New     bool     `json:"new"`
	Guess   bool     `json:"guess"`
	Reasons []string `json:"reasons"`
}

// runSuggest suggests labels for the pages of a file.
func runSuggest(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup suggest", flag.ContinueOnError)
	var files suggestFiles
	flags.StringVar(&files.pages, "pages", "", "")
	flags.StringVar(&files.labelled, "labelled", "", "")
	flags.StringVar(&files.vocabulary, "vocabulary", "", "")
	in := suggest.Input{}
	flags.IntVar(&in.Limit, "k", 5, "")
	flags.BoolVar(&in.Unlikely, "unlikely", false, "")
	know := flags.String("know", "pages", "")
	positional, err := parseAnywhere(flags, args)
	situation, is := situations[*know]
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, suggestUsage)
		return 0
	case err != nil:
	case len(positional) > 0:
		err = fmt.Errorf("what is %q?", positional[0])
	case in.Limit < 1 || in.Limit > mostSuggestions:
		err = fmt.Errorf("-k goes from 1 to %d", mostSuggestions)
	case !is:
		err = fmt.Errorf("--know is pages, titles, search or vocabulary, not %q", *know)
	case files.labelled == "" && situation != suggest.ByPages && (situation != suggest.ByName || files.vocabulary == ""):
		err = fmt.Errorf("--know %s needs --labelled", *know)
	default:
		err = files.check()
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup suggest: %v\n\n%s", err, suggestUsage)
		return 2
	}
	if err := suggestAll(files, situation, in, stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "labelup suggest: %v\n", err)
		return 1
	}
	return 0
}

// situations are what the command calls them.
var situations = map[string]suggest.Situation{
	"pages": suggest.ByPages, "titles": suggest.ByTitles, "search": suggest.BySearch, "vocabulary": suggest.ByName,
}

// suggestAll reads and answers a page at a time. What the answers learn from is
// read once for all of them.
func suggestAll(files suggestFiles, situation suggest.Situation, in suggest.Input, stdin io.Reader, stdout io.Writer) error {
	labelled := known.Read(nil)
	if files.labelled != "" {
		var err error
		if labelled, err = readLabelled(files.labelled, stdin); err != nil {
			return err
		}
	}
	if files.vocabulary != "" {
		var err error
		if in.Vocabulary, err = readVocabulary(files.vocabulary, stdin); err != nil {
			return err
		}
		in.OnlyListed = true
	}
	out := bufio.NewWriter(stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	var space *suggest.Space
	err := eachPage(files.pages, stdin, func(p pagefile.Page) error {
		one := in
		one.Page, one.Dismissed = p.Page, p.Dismissed
		for _, label := range p.InUse {
			one.InUse = append(one.InUse, suggest.Count{Label: label, Pages: 1}) // on how many pages, nobody said
		}
		one = labelled.Around(one, situation)
		if situation == suggest.BySearch || len(p.InUse) > 0 { // what is known is this page's own
			return encoder.Encode(lineOf(p.ID, suggest.Suggest(one)))
		}
		if space == nil {
			space = suggest.Learn(one)
		}
		return encoder.Encode(lineOf(p.ID, space.Suggest(one)))
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

func readLabelled(name string, stdin io.Reader) (*known.Pages, error) {
	var pages []suggest.Page
	err := eachPage(name, stdin, func(p pagefile.Page) error {
		p.Labels = p.Given
		pages = append(pages, p.Page)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return known.Read(pages), nil
}

func lineOf(id string, answer suggest.Answer) suggestLine {
	line := suggestLine{ID: id, Suggestions: []suggestionOnOne{}}
	for _, s := range answer.Suggestions {
		one := suggestionOnOne{Label: s.Label, Score: s.Score, Ticked: s.Ticked, New: s.New, Guess: s.Guess, Reasons: []string{}}
		for _, r := range s.Reasons {
			one.Reasons = append(one.Reasons, inWords(r))
		}
		line.Suggestions = append(line.Suggestions, one)
	}
	return line
}

// suggestFiles are the files named on the command line; "-" is standard input.
type suggestFiles struct{ pages, labelled, vocabulary string }

// check finds files that are missing, or wanted twice of what can be read once.
func (f suggestFiles) check() error {
	if f.pages == "" {
		return errors.New("--pages is missing")
	}
	named := 0
	for _, name := range []string{f.pages, f.labelled, f.vocabulary} {
		if name == standardInput {
			named++
		}
	}
	if named > 1 {
		return errors.New("only one FILE can be standard input")
	}
	return nil
}

// readVocabulary reads a list of labels: objects, or one name a line.
func readVocabulary(name string, stdin io.Reader) ([]suggest.Term, error) {
	file, err := openNamed(name, stdin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	source, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	var terms []suggest.Term
	for number, line := range strings.Split(string(source), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		switch {
		case line == "":
		case line[0] != '{':
			terms = append(terms, suggest.Term{Label: line})
		default:
			var t struct {
				Label       string   `json:"label"`
				Synonyms    []string `json:"synonyms"`
				Description string   `json:"description"`
				Group       string   `json:"group"`
				Retired     bool     `json:"retired"`
			}
			if err := json.Unmarshal([]byte(line), &t); err != nil || strings.TrimSpace(t.Label) == "" {
				return nil, fmt.Errorf("%s: line %d is neither a label nor an object with one", inErrors(name), number+1)
			}
			terms = append(terms, suggest.Term(t))
		}
	}
	return terms, nil
}

// inWords is a reason as the panel says it in English.
func inWords(r suggest.Reason) string {
	switch r.Kind {
	case suggest.InTitle:
		return fmt.Sprintf("in the title: %s", r.Text)
	case suggest.InHeading:
		return fmt.Sprintf("in the heading: %s", r.Where)
	case suggest.InText:
		return fmt.Sprintf("%s: %s on the page", r.Text, times(r.Count))
	case suggest.Synonym:
		return fmt.Sprintf("synonym on the page: %s, %s", r.Text, times(r.Count))
	case suggest.Similar:
		return fmt.Sprintf("%d of the %d most similar pages %s it", r.Count, r.Of, have(r.Count))
	case suggest.Profile:
		return fmt.Sprintf("pages with it are also about %s", strings.Join(r.Words, ", "))
	case suggest.Description:
		return fmt.Sprintf("its description also has words like %s", strings.Join(r.Words, ", "))
	case suggest.Parent:
		return "the page above has it"
	case suggest.Siblings:
		return fmt.Sprintf("%d of %d pages next to this one in the tree %s it", r.Count, r.Of, have(r.Count))
	case suggest.Phrase:
		return fmt.Sprintf("stands out: %s, %s", r.Text, times(r.Count))
	default:
		return string(r.Kind)
	}
}

func have(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
