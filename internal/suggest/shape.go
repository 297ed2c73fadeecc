package suggest

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"labelup/internal/label"
	"labelup/internal/words"
)

// longestNew is how long a new label may be, in UTF-16 code units as Confluence
// counts. Longer ones are sentences, and do not fit beside others.
const longestNew = 40

// shaped is a phrase as people would write it as a label, in what Confluence
// takes: csharp, nodejs, r-and-d, ci-cd. Separator stands between its words. It is
// "" if no label can be made of it.
func shaped(phrase, separator string, language words.Language) string {
	text := label.Lower(norm.NFKC.String(phrase))
	names := strings.Fields(text)
	for i, name := range names {
		names[i] = written(name, language)
	}
	text = strings.Join(strings.Fields(strings.Join(names, " ")), separator)
	units := 0
	for _, c := range text {
		units += utf16.RuneLen(c)
	}
	if units > longestNew {
		return ""
	}
	name, err := label.Parse(text)
	if err != nil || separator != " " && string(name) != text {
		return ""
	}
	return text
}

// written is a word as people write it where signs are not taken.
func written(word string, language words.Language) string {
	if name, ok := strings.CutSuffix(word, "#"); ok && name != "" {
		word = name + "sharp"
	}
	if name, ok := strings.CutPrefix(word, "."); ok {
		word = "dot" + name
	}
	var out strings.Builder
	all := []rune(word)
	for i, c := range all {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), unicode.IsMark(c), c == '+', c == '_', c == '-':
			out.WriteRune(c)
		case c == '\'', c == '’', c == 'ʼ':
		case c == '.' && runTogether(all, i):
		case c == '&' && i > 0 && i+1 < len(all):
			out.WriteString(ands[language])
		default:
			out.WriteByte('-')
		}
	}
	name := out.String()
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	return strings.Trim(name, "-")
}

// runTogether says whether people leave out the dot at i and put nothing in its
// place: nodejs, aspnet, us for U.S.; not in v2.1 and cloud.gov.
func runTogether(word []rune, i int) bool {
	if i+1 == len(word) {
		return true
	}
	switch string(word[i+1:]) {
	case "js", "ts", "net", "io", "ai":
		return true
	}
	single := func(at int) bool { return at < 0 || at >= len(word) || word[at] == '.' }
	return i > 0 && unicode.IsLetter(word[i-1]) && single(i-2) && single(i+2)
}

// ands are what people write for an ampersand.
var ands = map[words.Language]string{
	words.Unknown: "-", words.English: "-and-", words.German: "-und-", words.French: "-et-", words.Spanish: "-y-",
	words.Portuguese: "-e-", words.Italian: "-e-", words.Dutch: "-en-", words.Swedish: "-och-", words.CJK: "-and-",
}
