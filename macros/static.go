package macros

import (
	"html"
	"net/url"
	"strings"

	"labelup/internal/label"
)

// Words are the sentences a static rendering may need, in one language.
type Words struct {
	Labels      string // "Labels"
	None        string // "No labels"
	Unavailable string // "Labels are not available right now."
}

// Static is a macro where no script runs: an export, a mail, a feed, a phone.
type Static struct {
	Labels    []label.Label
	Parameter func(name string) string // a parameter of the macro, "" for none
	WikiURL   string                   // address of the site people see, with /wiki; links go below it
	SpaceKey  string
	Words     Words
}

// Storage returns the labels in Confluence's storage format: plain text, each
// name a link to the pages that carry it.
func (s Static) Storage() string {
	var items []string
	for _, l := range shown(s.Labels, s.Parameter(prefix)) {
		items = append(items, s.link(l.Name))
	}
	switch shownAs := s.Parameter(display); {
	case len(items) == 0:
		return "<p>" + html.EscapeString(s.Words.None) + "</p>"
	case shownAs == "list":
		return "<ul><li>" + strings.Join(items, "</li><li>") + "</li></ul>"
	case shownAs == "compact":
		return "<p>" + strings.Join(items, ", ") + "</p>"
	default:
		return "<p><strong>" + html.EscapeString(s.Words.Labels) + ":</strong> " + strings.Join(items, ", ") + "</p>"
	}
}

// Unavailable is what stands in for labels that could not be read. An export
// must not fail because of one macro.
func (s Static) Unavailable() string {
	return "<p><em>" + html.EscapeString(s.Words.Unavailable) + "</em></p>"
}

func (s Static) link(name label.Name) string {
	text := html.EscapeString(strings.Map(xmlOnly, string(name)))
	if s.WikiURL == "" || s.SpaceKey == "" {
		return text
	}
	address := s.WikiURL + "/label/" + url.PathEscape(s.SpaceKey) + "/" + url.PathEscape(string(name))
	return `<a href="` + html.EscapeString(address) + `">` + text + "</a>"
}

// xmlOnly leaves out what XML cannot hold. Confluence may hold such a name from
// long ago, and one such character fails the whole export.
func xmlOnly(r rune) rune {
	if r < 0x20 || r == 0xfffe || r == 0xffff { // half a surrogate is not among the runes of a string
		return -1
	}
	return r
}

// shown is the part of a page's labels that a macro shows: those anyone can
// see (not a person's own favourites), and of them those that begin with
// prefix, compared without regard to case as Confluence does.
func shown(labels []label.Label, prefix string) []label.Label {
	prefix = strings.ToLower(strings.TrimSpace(prefix))
	var list []label.Label
	for _, l := range labels {
		if l.Prefix == label.Global && strings.HasPrefix(string(l.Name), prefix) {
			list = append(list, l)
		}
	}
	return list
}
