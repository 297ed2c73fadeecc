// Command quality measures how good suggestions are and fits the weights that
// make them so. It is not part of the product; `make quality` and `make fit` run
// it. What it must not do: let a page that is judged, or a later one, have any
// part in what it is judged by.
//
//	quality [-pages FILE] table [DOCUMENT]   print the tables; put them into the document, too
//	quality [-pages FILE] fit [WEIGHTS.GO]   fit the weights on all pages; print them, or write them
//	quality [-pages FILE] show [N]           print N answers to be looked at, 10 if not said
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
	pages := flag.String("pages", "../shared/data/18f-posts/pages.jsonl", "labelled pages, a JSON object a line")
	flag.Parse()
	started := time.Now()
	if err := run(os.Stdout, *pages, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "It took %.0f s.\n", time.Since(started).Seconds())
}

// fewestPosts is how many pages it takes to fit weights on three fifths of them.
const fewestPosts = 150

func run(out io.Writer, pages string, args []string) error {
	do := map[string]func(out io.Writer, pages string, posts []post, argument string) error{
		"table": table, "fit": fitTo, "show": showSome,
	}
	if len(args) == 0 || len(args) > 2 || do[args[0]] == nil {
		return errors.New("say what to do: table, fit or show")
	}
	posts, err := readPosts(pages)
	if err != nil {
		return err
	}
	if len(posts) < fewestPosts {
		return fmt.Errorf("%d pages are too few: it takes %d", len(posts), fewestPosts)
	}
	return do[args[0]](out, pages, posts, strings.Join(args[1:], ""))
}

// The tables stand between these lines of a document.
const (
	begin = "<!-- made by `make quality` -->\n"
	end   = "<!-- until here -->\n"
)

func table(out io.Writer, _ string, posts []post, document string) error {
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
	var made bytes.Buffer
	newTables(posts).write(&made)
	if _, err := out.Write(made.Bytes()); err != nil || document == "" {
		return err
	}
	whole := slices.Concat(before, []byte(begin), made.Bytes(), []byte(end), after)
	return os.WriteFile(document, whole, 0o600) //nolint:gosec // the developer named it; it is there, and keeps its permissions
}

func fitTo(out io.Writer, pages string, posts []post, file string) error {
	stamp, err := stamp(pages, len(posts))
	if err != nil {
		return err
	}
	all := allExamples(posts)
	var source bytes.Buffer
	if err := writeWeights(&source, stamp, all.fit(len(posts))); err != nil {
		return err
	}
	if file == "" {
		_, err := out.Write(source.Bytes())
		return err
	}
	return os.WriteFile(file, source.Bytes(), 0o600) // as above
}

func showSome(out io.Writer, _ string, posts []post, count string) error {
	number := 10
	if count != "" {
		var err error
		if number, err = strconv.Atoi(count); err != nil || number < 1 {
			return fmt.Errorf("%q is no number of answers", count)
		}
	}
	show(out, posts, number)
	return nil
}
