package suggest

import (
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"

	"labelup/internal/pagetext"
)

// markdown reads Markdown, in which a page with headings and bold is quick to write.
func markdown(source string) pagetext.Text {
	var page strings.Builder
	if err := goldmark.Convert([]byte(source), &page); err != nil {
		panic(err)
	}
	return pagetext.HTML(page.String(), pagetext.DefaultLimits)
}

// chat is English that is about nothing in particular. It makes a page long
// enough to be looked at.
const chat = "They met in the morning and talked about what was to be done with it. " +
	"It was agreed that somebody should tell her whether that could be so before the weekend, because it had come up twice. "

func listed(labels ...string) []Term {
	terms := make([]Term, len(labels))
	for i, label := range labels {
		terms[i].Label = label
	}
	return terms
}

// topics are what the pages of a small made-up space are about: the label, and
// sentences in which the words of the topic come back.
var topics = []struct {
	label     string
	sentences []string
}{
	{"gardening", []string{
		"The gardener prunes the hedge in autumn and waters the tomatoes beside the greenhouse.",
		"Compost feeds the lettuce, and a mulch of straw keeps the greenhouse soil moist.",
		"Seedlings of tomatoes and lettuce leave the greenhouse when the frost is over.",
		"A hedge shelters the compost heap and the seedlings from the wind.",
	}},
	{"accounting", []string{
		"The accountant settles every invoice and books it in the ledger before the audit.",
		"An auditor compares the ledger with the receipts and the bank statement of the quarter.",
		"Unpaid invoices are listed with their receipts on the balance sheet of the quarter.",
		"The balance sheet and the bank statement are what the auditor asks for.",
	}},
	{"kitchen", []string{
		"The cook roasts the chicken with garlic and simmers the sauce on the stove.",
		"A sharp knife chops the onions, the garlic and the parsley for the soup.",
		"The oven bakes the bread while the soup simmers with parsley on the stove.",
		"Onions and garlic are fried before the sauce is poured over the chicken.",
	}},
}

// garden is a page about the first of the topics that none of the sentences is
// on.
func garden() Page {
	return Page{ID: "page", Title: "Spring work", Body: markdown("## Outside\n\nThe seedlings need compost. The greenhouse was cleaned, the hedge is pruned and the tomatoes wait for the lettuce.\n\n" + chat)}
}

// spaceOf is a space with so many pages on each of the topics.
func spaceOf(each int) []Neighbour {
	var pages []Neighbour
	for i := range each {
		for _, topic := range topics {
			n := len(topic.sentences)
			pages = append(pages, Neighbour{Page: Page{
				ID: topic.label + string(rune('a'+i)), Title: strings.ToUpper(topic.label[:1]) + " " + string(rune('a'+i)),
				Body:   markdown(topic.sentences[i%n] + " " + topic.sentences[(i+1)%n] + " " + topic.sentences[(i+2+i/n)%n]),
				Labels: []string{topic.label},
			}})
		}
	}
	return pages
}

// relabelled is spaceOf with other labels for a topic.
func relabelled(each int, topic string, labels func(i int) []string) []Neighbour {
	pages := spaceOf(each)
	i := 0
	for at := range pages {
		if pages[at].Labels[0] == topic {
			pages[at].Labels = labels(i)
			i++
		}
	}
	return pages
}

func labelsOf(answer Answer) []string {
	labels := make([]string, len(answer.Suggestions))
	for i, s := range answer.Suggestions {
		labels[i] = s.Label
	}
	return labels
}

func suggestionOf(t *testing.T, answer Answer, label string) Suggestion {
	t.Helper()
	at := slices.IndexFunc(answer.Suggestions, func(s Suggestion) bool { return s.Label == label })
	if at < 0 {
		t.Fatalf("%q is not among the suggestions %q", label, labelsOf(answer))
	}
	return answer.Suggestions[at]
}

func reasonOf(t *testing.T, s Suggestion, kind Kind) Reason {
	t.Helper()
	at := slices.IndexFunc(s.Reasons, func(r Reason) bool { return r.Kind == kind })
	if at < 0 {
		t.Fatalf("no reason for %q is of kind %q: %+v", s.Label, kind, s.Reasons)
	}
	return s.Reasons[at]
}
