package localconfluence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"golang.org/x/text/unicode/norm"

	"labelup/internal/localconfluence/content"
)

// imported is a line of a file of pages.
type imported struct {
	ID, Date, Title, Excerpt, Markdown string
	Labels                             []string
}

const (
	maxImportLine  = 4 << 20
	maxImportPages = 20_000
)

// importPages reads JSON lines into a space of their own, a page a line, each
// with the macro at its top.
func importPages(store *content.Store, lines io.Reader) error {
	sp, err := store.AddSpace(content.Space{
		Key: "IMPORT", Name: "Imported pages", Description: "Pages from a file, with the labels people gave them.", AuthorID: accountAdmin, Public: true,
	}, content.Macro{Name: macroKey, ID: "4d6163726f-0000-4000-8001-000000000000"}.Storage()+"<p>Pages from a file, with the labels people gave them.</p>")
	if err != nil {
		return fmt.Errorf("localconfluence: import: %w", err)
	}
	in := bufio.NewScanner(lines)
	in.Buffer(nil, maxImportLine)
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		if n > maxImportPages {
			return fmt.Errorf("localconfluence: import: more than %d pages", maxImportPages)
		}
		var page imported
		if err := json.Unmarshal(in.Bytes(), &page); err != nil {
			return fmt.Errorf("localconfluence: import: line %d: %w", n, err)
		}
		if err := importPage(store, sp, n, page); err != nil {
			return fmt.Errorf("localconfluence: import: line %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("localconfluence: import: %w", err)
	}
	return nil
}

func importPage(store *content.Store, sp content.Space, n int, page imported) error {
	if strings.TrimSpace(page.Title) == "" {
		return errors.New("a page without a title")
	}
	body, err := markdownToStorage(page.Markdown)
	if err != nil {
		return err
	}
	macro := content.Macro{Name: macroKey, ID: fmt.Sprintf("4d6163726f-0000-4000-8001-%012d", n)}
	c := content.Content{Type: content.Page, Status: content.Current, SpaceID: sp.ID, Title: page.Title, Body: macro.Storage() + body}
	made, err := store.Create(accountEditor, c)
	if _, taken := errors.AsType[*content.InvalidError](err); taken {
		c.Title = fmt.Sprintf("%s (%s)", page.Title, page.ID) // titles are unique in a space
		made, err = store.Create(accountEditor, c)
	}
	if err != nil {
		return err
	}
	var labels []string
	for _, l := range page.Labels {
		if l = labelFromText(l); l != "" && !slices.Contains(labels, l) {
			labels = append(labels, l)
		}
	}
	for at := 0; at < len(labels); at += 20 {
		if _, err := store.AddLabels(accountEditor, made.ID, named(labels[at:min(at+20, len(labels))]...)); err != nil {
			return err
		}
	}
	if date, err := time.Parse(time.DateOnly, page.Date); err == nil {
		return store.SetDates(made.ID, date, date)
	}
	return nil
}

// labelFromText makes a label of what people wrote, as Confluence's own pages
// do: spaces become hyphens, what cannot be in a label is dropped.
func labelFromText(s string) string {
	words := strings.FieldsFunc(norm.NFC.String(strings.ToLower(s)), unicode.IsSpace)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(":;,.?&[]()#^*@!<>", r) {
			return -1
		}
		return r
	}, strings.Join(words, "-"))
}

// markdown leaves raw HTML out: a page is what its author wrote, not what an
// import smuggles in.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough), goldmark.WithRendererOptions(html.WithXHTML()))

func markdownToStorage(source string) (string, error) {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(source), &out); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	body := strings.ReplaceAll(out.String(), "<!-- raw HTML omitted -->", "")
	if err := content.CheckStorage(body); err != nil {
		return "", err
	}
	return body, nil
}
