// Package pagefile reads files of pages, a JSON object a line: what the
// commands `labelup suggest`, `labelup twins` and `quality` work on. The service never reads one.
// It must not judge what it reads.
//
// A line is
//
//	{"id": …, "date": "2019-04-08", "title": …, "excerpt": …, "labels": […], "markdown": …}
//
// with "html" or "text" in place of "markdown". A page that labels are to be
// found for may also come with labels it "has", labels that are "in_use" and
// labels that a person "dismissed"; its "labels" are those to be found. Anything
// may be missing.
//
// Markdown is CommonMark with GitHub's additions, by way of goldmark.
package pagefile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// maxLine is how long a line may be, in bytes.
const maxLine = 32 << 20

// limits are far above those of the service: a file may hold whole books.
var limits = pagetext.Limits{Text: 8 << 20, Blocks: 200_000, Depth: pagetext.DefaultLimits.Depth}

// Page is a line. The labels that people gave it stand apart from the page,
// because a page whose labels are to be found must not come with them.
type Page struct {
	suggest.Page           // with the labels it "has" and no others
	Date         time.Time // zero if the line has none
	Given        []string  // its "labels"
	InUse        []string
	Dismissed    []string
}

type line struct {
	ID       json.RawMessage `json:"id"`
	Date     string          `json:"date"`
	Title    string          `json:"title"`
	Excerpt  string          `json:"excerpt"`
	Labels   []string        `json:"labels"`
	Markdown string          `json:"markdown"`
	HTML     string          `json:"html"`
	Text     string          `json:"text"`

	Has       []string `json:"has"`
	InUse     []string `json:"in_use"`
	Dismissed []string `json:"dismissed"`
}

// Read reads all pages of a file, in order. An error names the file and the
// line, and quotes nothing of it.
func Read(file string) ([]Page, error) {
	f, err := os.Open(file) //nolint:gosec // whoever runs the command named it
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	var pages []Page
	err = Each(f, func(p Page) error {
		pages = append(pages, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return pages, nil
}

// Each calls use with every page that r holds, in order, and keeps none. It
// stops at the first error: one of use as it is, any other with the line's
// number and nothing of its content. Empty lines are passed over.
func Each(r io.Reader, use func(Page) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	number := 0
	for lines.Scan() {
		number++
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		l, err := parse(text)
		if err != nil {
			return fmt.Errorf("line %d %w", number, err)
		}
		if err := use(l.page()); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d MiB", number+1, maxLine>>20)
	} else if err != nil {
		return fmt.Errorf("after line %d: %w", number, err)
	}
	return nil
}

// parse says what is wrong in words of its own, because those of encoding/json
// quote what they stumble over.
func parse(text []byte) (l line, err error) {
	if text[0] != '{' {
		return l, errors.New("is not a JSON object")
	}
	var wrongType *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, &l); {
	case errors.As(err, &wrongType):
		return l, fmt.Errorf("has a %s of the wrong type", wrongType.Field)
	case err != nil:
		return l, errors.New("is not a JSON object")
	}
	return l, nil
}

func (l *line) page() Page {
	p := Page{
		Page:  suggest.Page{ID: l.id(), Title: l.Title, Labels: l.Has},
		Given: l.Labels, InUse: l.InUse, Dismissed: l.Dismissed,
	}
	p.Date, _ = time.Parse(time.DateOnly, l.Date) // a page without a date is as good
	switch {
	case l.Markdown != "":
		p.Body = markdown(l.Markdown, limits)
	case l.HTML != "":
		p.Body = pagetext.HTML(l.HTML, limits)
	default:
		p.Body = pagetext.Plain(l.Text, limits)
	}
	if l.Excerpt != "" {
		// What somebody wrote to say what the page is about stands out like a panel.
		lead := pagetext.HTML(l.Excerpt, limits).Blocks
		for i := range lead {
			lead[i].Kind = pagetext.Panel
		}
		p.Body.Blocks = append(lead, p.Body.Blocks...)
	}
	return p
}

// id is the id as it stands, quoted or a number.
func (l *line) id() string {
	var text string
	if json.Unmarshal(l.ID, &text) == nil {
		return text
	}
	return string(l.ID)
}
