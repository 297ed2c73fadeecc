package localconfluence

import (
	"embed"
	"errors"
	"fmt"
	"html"
	"path"
	"strings"

	"labelup/internal/localconfluence/content"
)

// The folder seed holds the handbook of the café, a page a file, in the order of
// the file names: what is added goes behind the last, so that ids stay. A file
// begins with lines between two --- that say title, parent (the title of an
// earlier page), labels (with commas), kind (blogpost, else a page) and language
// (if not English). Behind them stands the body: Markdown in .md, storage format
// in .xml.
//
//go:embed seed/*.md seed/*.xml
var handbook embed.FS

// vocabulary is that of the space, as the app keeps it.
//
//go:embed seed/vocabulary.json
var vocabulary []byte

// vocabularyKey is the space property that the vocabulary is in.
const vocabularyKey = "labelup_vocabulary"

// handbookPages reads the handbook, and behind it the page that has all of it.
func handbookPages() ([]seeded, error) {
	files, err := handbook.ReadDir("seed")
	if err != nil {
		return nil, fmt.Errorf("localconfluence: handbook: %w", err)
	}
	var pages []seeded
	var long manual
	for _, file := range files {
		raw, err := handbook.ReadFile("seed/" + file.Name())
		if err != nil {
			return nil, fmt.Errorf("localconfluence: handbook: %w", err)
		}
		page, language, err := handbookPage(string(raw))
		if err != nil {
			return nil, fmt.Errorf("localconfluence: handbook: %s: %w", file.Name(), err)
		}
		if path.Ext(file.Name()) == ".md" {
			if language == "" {
				long.add(page.title, page.body)
			}
			if page.body, err = markdownToStorage(page.body); err != nil {
				return nil, fmt.Errorf("localconfluence: handbook: %s: %w", file.Name(), err)
			}
		}
		pages = append(pages, page)
	}
	return append(pages, seeded{title: "The whole handbook on one page", macro: shownAsChips, body: long.storage()}), nil
}

var shownAsChips = map[string]string{"display": "chips"}

func handbookPage(file string) (page seeded, language string, err error) {
	_, file, _ = strings.Cut(file, "---\n")
	head, body, found := strings.Cut(file, "\n---\n")
	if !found {
		return page, "", errors.New("no lines between two ---")
	}
	page.macro, page.body = shownAsChips, body
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "title":
			page.title = value
		case "parent":
			page.parent = value
		case "labels":
			page.labels = strings.Split(value, ", ")
		case "kind":
			page.kind = content.Type(value)
		case "language":
			language = value
		default:
			return page, "", fmt.Errorf("unknown line %q", line)
		}
	}
	return page, language, nil
}

// manual makes one very long page of the sentences of many.
type manual struct {
	titles, sentences []string
}

const (
	manualSections = 130
	sectionWords   = 155 // at least; all sections together have more than 20,000
)

// add takes the running text of a page in Markdown.
func (m *manual) add(title, markdown string) {
	m.titles = append(m.titles, title)
	for line := range strings.Lines(markdown) {
		if line = strings.TrimSpace(line); line == "" || strings.ContainsAny(line[:1], "#-|*0123456789") {
			continue
		}
		for sentence := range strings.SplitAfterSeq(strings.ReplaceAll(line, "*", ""), ". ") {
			m.sentences = append(m.sentences, strings.TrimSpace(sentence))
		}
	}
}

// storage writes the sections. Each takes every 31st sentence from a place of its
// own on, which is the same in every run.
func (m *manual) storage() string {
	var b strings.Builder
	for section := range manualSections {
		level := "h3"
		if section%5 == 0 {
			level = "h2"
		}
		fmt.Fprintf(&b, "<%s>%d. %s</%s><p>", level, section+1, html.EscapeString(m.titles[section*7%len(m.titles)]), level)
		for at, words := section*17, 0; words < sectionWords; at += 31 {
			sentence := m.sentences[at%len(m.sentences)]
			words += strings.Count(sentence, " ") + 1
			b.WriteString(html.EscapeString(sentence) + " ")
		}
		b.WriteString("</p>")
	}
	return b.String()
}
