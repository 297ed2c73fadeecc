package answer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"labelup/internal/label"
)

const (
	maxSearchWords = 8    // more words find more pages and not better ones
	maxSearchWord  = 40   // characters; what is longer is an address or a key, and on no other page
	maxSearchNames = 5    // labels
	maxSearchBytes = 1000 // of the query before it is escaped for a URL, so that it fits into every URL
)

// similarPages returns the query, in Confluence's query language, that finds the
// pages and blog posts of a space that have one of these words or one of these
// labels, the content itself left out. The labels are those that the content
// has: only pages with them can tell whether it has them rightly. Whoever sends it sees what they may see, the best match first
// if no other order is asked for. The query cannot ask for pages that have
// labels, for the language has no such condition; who reads the answer passes
// over the others.
//
// It takes the first eight words, all letters and digits: what stands between
// two of them makes two words, for a search reads signs such as + - * ~ : and
// the words AND, OR, NOT in capitals as its own, and nothing says whether it
// looks for all or for any of the words in one value. Each word is in lower case
// and a condition of its own. Of the labels it takes five. It returns "" if there is no word, or no space or
// content to search around. A query has at most 1,000 bytes.
//
// Source: "Advanced searching using CQL" and "Performing text searches using
// CQL" on developer.atlassian.com.
func similarPages(spaceKey, contentID string, words, labels []string) string {
	if spaceKey == "" || contentID == "" || strings.Trim(contentID, "0123456789") != "" {
		return ""
	}
	var query strings.Builder
	query.WriteString("space = " + quoted(spaceKey) + " and type in (page, blogpost) and id != " + contentID + " and (")
	found := 0
	for _, word := range SearchWords(words) {
		// The text includes the title; asking for the title as well puts pages
		// first that are about the word.
		condition := "title ~ " + quoted(word) + " or text ~ " + quoted(word)
		if found > 0 {
			condition = " or " + condition
		}
		if query.Len()+len(condition)+len(")") > maxSearchBytes {
			break
		}
		query.WriteString(condition)
		found++
	}
	if found == 0 {
		return ""
	}
	for _, name := range labels[:min(len(labels), maxSearchNames)] {
		condition := " or label = " + quoted(name)
		if _, err := label.Held(name); err == nil && query.Len()+len(condition)+len(")") <= maxSearchBytes {
			query.WriteString(condition)
		}
	}
	query.WriteString(")")
	return query.String()
}

// SearchWords are the words that a query asks for, in lower case, each once: of
// the words that the engine names, the first eight that can be searched for.
func SearchWords(texts []string) []string {
	var words []string
	seen := map[string]bool{}
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), isNoWord) {
			if seen[word] || utf8.RuneCountInString(word) > maxSearchWord || !searchable(word) {
				continue
			}
			seen[word] = true
			if words = append(words, word); len(words) == maxSearchWords {
				return words
			}
		}
	}
	return words
}

func isNoWord(r rune) bool {
	return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// searchable leaves out marks without a letter, and single letters of ASCII,
// which nearly every page has.
func searchable(word string) bool {
	return len(word) > 1 && strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// quoted is a value as the query language has it.
func quoted(value string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(value, `\`, `\\`), `"`, `\"`) + `"`
}
