// Command quality measures how good suggestions are and fits the weights that
// make them so. It is not part of the product; `make quality` and `make fit` run
// it. What it must not do: let a page that is judged, a later one of its
// collection, or weights that saw its collection have any part in what it is
// judged by.
//
//	quality [-pages FILES] table [DOCUMENT]   print the tables; put them into the document, too
//	quality [-pages FILES] fit [WEIGHTS.GO]   fit the weights on all collections; print them, or write them
//	quality [-pages FILES] show [N]           print N answers to be looked at, 10 if not said
//
// Source: docs/suggestions.md.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	pages := flag.String("pages", "../shared/data/*/pages.jsonl", "labelled pages, a JSON object a line: a pattern of files, each a collection named by its folder")
	flag.Parse()
	started := time.Now()
	if err := run(os.Stdout, *pages, usual, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "It took %.0f s.\n", time.Since(started).Seconds())
}

// effort is how many pages of each collection are looked at, so that each counts
// alike, however large it is.
type effort struct {
	fitted  int // weights are fitted on
	leveled int // show how sure weights may be that were fitted on the others
	judged  int
}

// usual takes some minutes of one processor.
var usual = effort{fitted: 150, leveled: 50, judged: 120}

func run(out io.Writer, pattern string, e effort, args []string) error {
	do := map[string]func(out io.Writer, collections []collection, e effort, argument string) error{
		"table": table, "fit": fitTo, "show": showSome,
	}
	if len(args) == 0 || len(args) > 2 || do[args[0]] == nil {
		return errors.New("say what to do: table, fit or show")
	}
	collections, err := readCollections(pattern)
	if err != nil {
		return err
	}
	for i := range collections {
		if err := collections[i].suffices(e); err != nil {
			return err
		}
	}
	return do[args[0]](out, collections, e, strings.Join(args[1:], ""))
}

// The tables stand between these lines of a document.
const (
	begin = "<!-- made by `make quality` -->\n"
	end   = "<!-- until here -->\n"
)

func table(out io.Writer, collections []collection, e effort, document string) error {
	var before, after []byte
	if document != "" {
		old, err := os.ReadFile(document) //nolint:gosec // the developer named it
		if err != nil {
			return err
		}
		var rest []byte
		var opened, closed bool
		before, rest, opened = bytes.Cut(old, []byte(begin))
		_, after, closed = bytes.Cut(rest, []byte(end))
		if !opened || !closed {
			return fmt.Errorf("%s has no place for the tables", document)
		}
	}
	if len(collections) < 2 {
		return errors.New("it takes two collections: one is judged with what was fitted on the others")
	}
	var made bytes.Buffer
	judgeAll(collections, e).write(&made)
	if _, err := out.Write(made.Bytes()); err != nil || document == "" {
		return err
	}
	whole := slices.Concat(before, []byte(begin), made.Bytes(), []byte(end), after)
	return os.WriteFile(document, whole, 0o600) //nolint:gosec // the developer named it; it is there, and keeps its permissions
}

func fitTo(out io.Writer, collections []collection, e effort, file string) error {
	var files []string
	for i := range collections {
		files = append(files, collections[i].file)
	}
	stamp, err := stamp(files, &collections[0])
	if err != nil {
		return err
	}
	all := newFitter(collections, e)
	var source bytes.Buffer
	if err := writeWeights(&source, stamp, all.on(all.everything())); err != nil {
		return err
	}
	if file == "" {
		_, err := out.Write(source.Bytes())
		return err
	}
	return os.WriteFile(file, source.Bytes(), 0o600) // as above
}

func showSome(out io.Writer, collections []collection, e effort, count string) error {
	number := 10
	if count != "" {
		var err error
		if number, err = strconv.Atoi(count); err != nil || number < 1 {
			return fmt.Errorf("%q is no number of answers", count)
		}
	}
	show(out, collections, e, number)
	return nil
}
