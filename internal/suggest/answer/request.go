package handlers

import (
	"slices"
	"unicode/utf8"

	"labelup/internal/fault"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// suggestRequest is what the panel sends: what the person may read of the page
// and of pages like it. All of it is data that anyone may have written, labels
// included.
type suggestRequest struct {
	ContentID  string             `json:"contentId"`
	Page       pageRequest        `json:"page"`
	Neighbours []neighbourRequest `json:"neighbours"`
	Tree       treeRequest        `json:"tree"`
	Vocabulary []termRequest      `json:"vocabulary"`
	InUse      []countRequest     `json:"inUse"`
	OnlyListed bool               `json:"onlyListed"`
	Dismissed  []string           `json:"dismissed"`
	Refined    bool               `json:"refined"` // the neighbours are what the search of an earlier answer found
	Limit      int                `json:"limit"`   // 1 to 20; 5 if there is none
}

type pageRequest struct {
	Title  string       `json:"title"`
	Body   *bodyRequest `json:"body"`
	Labels []string     `json:"labels"`
}

// bodyRequest is a body as Confluence's REST API gives it. It may end anywhere.
type bodyRequest struct {
	Format string `json:"format"` // adf, storage or text
	Value  string `json:"value"`
}

type neighbourRequest struct {
	ID     string         `json:"id"`
	Title  string         `json:"title"`
	Labels []string       `json:"labels"`
	Body   *bodyRequest   `json:"body"`
	Terms  map[string]int `json:"terms"` // in place of a body
}

type treeRequest struct {
	Parent   []string       `json:"parent"`
	Siblings []countRequest `json:"siblings"`
	Of       int            `json:"of"`
}

type termRequest struct {
	Label       string   `json:"label"`
	Synonyms    []string `json:"synonyms"`
	Description string   `json:"description"`
	Retired     bool     `json:"retired"`
}

type countRequest struct {
	Label string `json:"label"`
	Pages int    `json:"pages"`
}

// Bounds of a request besides its bytes. The panel keeps to them.
const (
	maxNeighbours  = 500
	maxLabels      = 1000 // of one page: twice what Confluence allows
	maxSiblings    = 1000
	maxDismissed   = 1000
	maxSynonyms    = 50      // of one label
	maxNames       = 20_000  // synonyms and labels of neighbours over all: the engine remembers each
	maxName        = 1 << 10 // bytes of a title, label, word or id: 255 characters of any script fit
	maxDescription = 4 << 10 // bytes
	maxLimit       = 20

	// Of the whole body, before it is decoded: what takes few bytes there may
	// take many in memory.
	maxEntries = 5000    // in one array or object: bounds the vocabulary, the labels in use and the words of a page
	maxValues  = 250_000 // over all
	maxDepth   = 8       // the deepest field is in four
)

// neighbourLimits are enough to see what a page is about. 500 of them stay below
// the 4 MiB of a body anyway.
var neighbourLimits = pagetext.Limits{Text: 24 << 10, Blocks: 500, Depth: 100}

// readSuggestRequest decodes a body whose shape was checked.
func readSuggestRequest(raw []byte) (*suggestRequest, error) {
	request := &suggestRequest{}
	if err := decodeJSON(raw, request); err != nil {
		return nil, err
	}
	if request.Limit < 0 || request.Limit > maxLimit {
		return nil, fault.New(fault.BadRequest, "limit_out_of_range")
	}
	return request, request.checkSizes()
}

// checkShape counts what values a body has, before memory is made for them. It
// does not check that the body is JSON: it only makes sure that decoding it is
// bounded.
func checkShape(raw []byte) (values int, err error) {
	if !utf8.Valid(raw) {
		return 0, fault.New(fault.BadRequest, "body_not_understood") // the decoder would make three bytes of each that is broken
	}
	open := make([]int, 0, maxDepth) // of each array and object that is not closed: its commas so far
	for at := 0; at < len(raw); at++ {
		switch raw[at] {
		case '"':
			for at++; at < len(raw) && raw[at] != '"'; at++ {
				if raw[at] == '\\' {
					at++
				}
			}
		case '[', '{':
			if len(open) == maxDepth {
				return 0, fault.New(fault.BadRequest, "body_too_deep")
			}
			open = append(open, 0)
			values++
		case ']', '}':
			open = open[:max(len(open)-1, 0)]
		case ',':
			values++
			if last := len(open) - 1; last >= 0 {
				if open[last]++; open[last] >= maxEntries {
					return 0, fault.New(fault.TooLarge, "too_many_entries")
				}
			}
		}
		if values > maxValues {
			return 0, fault.New(fault.TooLarge, "too_many_values")
		}
	}
	return values, nil
}

// weight is how many bytes of memory a request takes at most while it is worked
// on, by its shape: what is decoded of it, and what the engine makes of its words,
// until those are as many as it reads.
func weight(bytes, values int) int {
	const ofByte, ofValue, ofWords, mostOfWords = 2, 40, 64, 40 << 20
	return 1<<20 + ofByte*bytes + ofValue*values + min(ofWords*bytes, mostOfWords)
}

// checkSizes refuses more than the panel ever sends.
func (r *suggestRequest) checkSizes() error {
	for _, list := range []struct {
		have, most int
		reason     string
	}{
		{len(r.Neighbours), maxNeighbours, "too_many_neighbours"},
		{len(r.Tree.Siblings), maxSiblings, "too_many_siblings"},
		{len(r.Dismissed), maxDismissed, "too_many_dismissed"},
		{len(r.Page.Labels), maxLabels, "too_many_labels"},
		{len(r.Tree.Parent), maxLabels, "too_many_labels"},
	} {
		if list.have > list.most {
			return fault.New(fault.TooLarge, list.reason)
		}
	}
	long := isLong(r.Page.Title) || isLong(r.Page.Labels...) || isLong(r.Tree.Parent...) || isLong(r.Dismissed...)
	names := 0
	for _, n := range r.Neighbours {
		if len(n.Labels) > maxLabels {
			return fault.New(fault.TooLarge, "too_many_labels")
		}
		names += len(n.Labels)
		long = long || isLong(n.ID, n.Title) || isLong(n.Labels...)
		for word := range n.Terms {
			long = long || isLong(word)
		}
	}
	for _, term := range r.Vocabulary {
		if len(term.Synonyms) > maxSynonyms {
			return fault.New(fault.TooLarge, "too_many_synonyms")
		}
		names += len(term.Synonyms)
		long = long || isLong(term.Label) || isLong(term.Synonyms...) || len(term.Description) > maxDescription
	}
	for _, counts := range [][]countRequest{r.InUse, r.Tree.Siblings} {
		for _, c := range counts {
			long = long || isLong(c.Label)
		}
	}
	if names > maxNames {
		return fault.New(fault.TooLarge, "too_many_names")
	}
	if long {
		return fault.New(fault.TooLarge, "text_too_long")
	}
	return nil
}

func isLong(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return len(name) > maxName })
}

// input reads the request as the engine takes it. An error is a fault.
func (r *suggestRequest) input() (suggest.Input, error) {
	body, err := r.Page.Body.read(pagetext.DefaultLimits)
	if err != nil {
		return suggest.Input{}, err
	}
	in := suggest.Input{
		Page: suggest.Page{
			ID: r.ContentID, Title: r.Page.Title, Body: body, Labels: r.Page.Labels,
		},
		Neighbours: make([]suggest.Neighbour, 0, len(r.Neighbours)),
		Tree:       suggest.Tree{Parent: r.Tree.Parent, Siblings: counts(r.Tree.Siblings), Of: howMany(r.Tree.Of)},
		Vocabulary: make([]suggest.Term, 0, len(r.Vocabulary)),
		InUse:      counts(r.InUse),
		Dismissed:  r.Dismissed,
		OnlyListed: r.OnlyListed,
		Limit:      r.Limit,
	}
	for _, n := range r.Neighbours {
		body, err := n.Body.read(neighbourLimits)
		if err != nil {
			return suggest.Input{}, err
		}
		in.Neighbours = append(in.Neighbours, suggest.Neighbour{
			Page:   suggest.Page{ID: n.ID, Title: n.Title, Body: body, Labels: n.Labels},
			Counts: n.Terms,
		})
	}
	for _, term := range r.Vocabulary {
		in.Vocabulary = append(in.Vocabulary, suggest.Term(term))
	}
	return in, nil
}

// read reads the text of a body; no body has none.
func (b *bodyRequest) read(limits pagetext.Limits) (pagetext.Text, error) {
	if b == nil {
		return pagetext.Text{}, nil
	}
	switch b.Format {
	case "adf":
		return pagetext.ADF(b.Value, limits), nil
	case "storage":
		return pagetext.Storage(b.Value, limits), nil
	case "text":
		return pagetext.Plain(b.Value, limits), nil
	default:
		return pagetext.Text{}, fault.New(fault.BadRequest, "body_format_unknown")
	}
}

func counts(list []countRequest) []suggest.Count {
	read := make([]suggest.Count, 0, len(list))
	for _, c := range list {
		read = append(read, suggest.Count{Label: c.Label, Pages: howMany(c.Pages)})
	}
	return read
}

// howMany keeps a number within what can be counted, so that nothing overflows.
func howMany(n int) int { return min(max(n, 0), 1_000_000) }
