package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"labelup/internal/label"
	"labelup/internal/pagefile"
	"labelup/internal/twin"
)

const twinsUsage = `labelup twins FILE

Finds labels that are most likely two spellings of one among those of the pages
in a file, and prints a JSON object a line, in the order of the names:

  {"label": "release-notes", "other": "release-note", "sure": true}

label is the spelling that more pages have, other the one to merge into it; of
three spellings of one label each two are a pair. Case does not matter, nor space
around a label. What may be a misspelling is looked for in the text of its pages:
what people write there, they mean; so it is with initials that are a word. sure is
false where there is too little text to tell.

FILE has a JSON object a line: id, title, excerpt, labels, and the text as
markdown, html or text. It may be -, which is standard input.
`

type twinLine struct {
	Label string `json:"label"`
	Other string `json:"other"`
	Sure  bool   `json:"sure"`
}

// runTwins finds the twins among the labels of a file of pages.
func runTwins(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup twins", flag.ContinueOnError)
	files, err := parseAnywhere(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, twinsUsage)
		return 0
	case err == nil && len(files) != 1:
		err = errors.New("it takes one FILE")
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup twins: %v\n\n%s", err, twinsUsage)
		return 2
	}
	if err := printTwins(files[0], stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "labelup twins: %v\n", err)
		return 1
	}
	return 0
}

func printTwins(file string, stdin io.Reader, stdout io.Writer) error {
	var all labelled
	if err := eachPage(file, stdin, all.add); err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, pair := range all.offered() {
		if err := encoder.Encode(twinLine{pair.Stays.Name, pair.Goes.Name, pair.Verdict == twin.Sure}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// labelled is the labels of a file and what is needed of its pages.
type labelled struct {
	labels []twin.Label
	number map[string]int // of a label
	pages  [][]int        // of each label, in order
	texts  []string       // of each page, bare
}

func (l *labelled) add(p pagefile.Page) error {
	if l.number == nil {
		l.number = map[string]int{}
	}
	page := len(l.texts)
	var text strings.Builder
	text.WriteString(twin.Bare(p.Title))
	for _, block := range p.Body.Blocks {
		text.WriteString("\n")
		text.WriteString(twin.Bare(block.Text))
	}
	l.texts = append(l.texts, text.String())
	for _, typed := range p.Given {
		name := label.Lower(strings.TrimSpace(typed)) // as Confluence keeps it
		if name == "" {
			continue
		}
		n, ok := l.number[name]
		if !ok {
			n = len(l.labels)
			l.number[name] = n
			l.labels = append(l.labels, twin.Label{Name: name})
			l.pages = append(l.pages, nil)
		}
		if had := l.pages[n]; len(had) == 0 || had[len(had)-1] != page {
			l.pages[n] = append(had, page)
			l.labels[n].Pages++
		}
	}
	return nil
}

// offered are the pairs that are worth a person's look.
func (l *labelled) offered() []twin.Pair {
	var offered []twin.Pair
	for _, pair := range twin.Pairs(l.labels) {
		if pair = pair.Settle(l.together(pair.Stays.Name, pair.Goes.Name), l.has); pair.Offered() {
			offered = append(offered, pair)
		}
	}
	return offered
}

// together reports whether a page has both labels.
func (l *labelled) together(a, b string) bool {
	other := l.pages[l.number[b]]
	return slices.ContainsFunc(l.pages[l.number[a]], func(page int) bool {
		_, both := slices.BinarySearch(other, page)
		return both
	})
}

// leastText is how many bytes a page has, without spaces, of which the text is
// known.
const leastText = 200

// has says whether the text of the pages with a label has a spelling.
func (l *labelled) has(pagesWith, spelling string) twin.Answer {
	answer := twin.Unknown
	for _, page := range l.pages[l.number[pagesWith]] {
		text := l.texts[page]
		if twin.Writes(text, spelling) {
			return twin.Yes
		}
		if len(text) >= leastText {
			answer = twin.Not
		}
	}
	return answer
}
