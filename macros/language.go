package macros

import "strings"

// Language is one that the app speaks.
type Language string

const (
	English  Language = "en"
	German   Language = "de"
	French   Language = "fr"
	Spanish  Language = "es"
	Japanese Language = "ja"
)

var languages = [...]Language{English, German, French, Spanish, Japanese}

// orEnglish is the language itself, and English for none.
func (l Language) orEnglish() Language {
	if l == "" {
		return English
	}
	return l
}

// maxTags is how many languages of a list are looked at. Browsers send a few.
const maxTags = 20

// LanguageOf is the reader's language: that of the host's locale, such as
// "de-DE" or "de_DE", or else the first one in an Accept-Language header that
// the app speaks, or else English. Weights are left alone: browsers list what
// their people prefer first. Neither text need be proved, for all that comes of
// it is a choice among five.
func LanguageOf(locale, accepted string) Language {
	if spoken := spoken(locale); spoken != "" {
		return spoken
	}
	for range maxTags {
		tag, rest, more := strings.Cut(accepted, ",")
		if spoken := spoken(tag); spoken != "" {
			return spoken
		}
		if !more {
			break
		}
		accepted = rest
	}
	return English
}

// spoken is the language of a tag, with a weight or not, "" if it is none of ours.
func spoken(tag string) Language {
	if end := strings.IndexAny(tag, "-_;"); end >= 0 {
		tag = tag[:end]
	}
	tag = strings.TrimSpace(tag)
	for _, language := range languages {
		if strings.EqualFold(tag, string(language)) {
			return language
		}
	}
	return ""
}
