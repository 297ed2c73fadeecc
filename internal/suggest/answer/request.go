package answer

import (
	"slices"
	"unicode/utf8"

	"labelup/internal/fault"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// Request is what the panel sends: what the person may read of the page and of
// pages like it. All of it is data that anyone may have written, labels included.
// decode.go has the names of the fields.
type Request struct {
	ContentID string // as it was sent: whoever answers has to check that it is the caller's

	in         suggest.Input // without bodies and neighbours
	body       *body
	neighbours []neighbour
	refined    bool  // the neighbours are what the search of an earlier answer found
	certainty  []int // of an earlier answer: the situation, and the weights in parts of perWeight
}

// body is a body as Confluence's REST API gives it. It may end anywhere.
type body struct {
	format string // adf, storage or text
	value  string
}

type neighbour struct {
	suggest.Neighbour
	body *body
}

// MaxBytes is how long a body may be: a long page, and 200 pages like it.
const MaxBytes = 4 << 20

// perWeight is how many parts a weight has in Request.certainty.
const perWeight = 10_000

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
	maxLimit       = 20      // suggestions; 5 if there is none

	// Of the whole body, before it is decoded: what takes few bytes there may
	// take many in memory.
	maxEntries = 5000    // in one array or object: bounds the vocabulary, the labels in use and the words of a page
	maxValues  = 250_000 // over all
	maxDepth   = 8       // the deepest field is in four
)

// neighbourLimits are enough to see what a page is about. 500 of them stay below
// the 4 MiB of a body anyway.
var neighbourLimits = pagetext.Limits{Text: 24 << 10, Blocks: 500, Depth: 100}

// Read reads a body whose shape was checked. An error is a fault: BadRequest with
// "body_not_understood", "body_has_more_than_one_value", "limit_out_of_range" or
// "certainty_not_understood", or TooLarge with the bound.
func Read(raw []byte) (*Request, error) {
	r := &Request{}
	d := decoder{raw: raw}
	d.request(r)
	switch {
	case d.broken:
		return nil, fault.New(fault.BadRequest, "body_not_understood")
	case d.more():
		return nil, fault.New(fault.BadRequest, "body_has_more_than_one_value")
	case r.in.Limit < 0 || r.in.Limit > maxLimit:
		return nil, fault.New(fault.BadRequest, "limit_out_of_range")
	case !r.readCertainty():
		return nil, fault.New(fault.BadRequest, "certainty_not_understood")
	}
	return r, r.checkSizes()
}

// readCertainty reads what an earlier answer had, and reports whether it can be that.
func (r *Request) readCertainty() bool {
	if r.certainty == nil {
		return true
	}
	c := &suggest.Certainty{}
	if len(r.certainty) != 1+len(c.Weights) || r.certainty[0] < 0 || r.certainty[0] >= len(suggest.SituationNames) {
		return false
	}
	c.Situation = suggest.Situation(r.certainty[0])
	for i, parts := range r.certainty[1:] {
		if parts < -suggest.MostWeight*perWeight || parts > suggest.MostWeight*perWeight {
			return false
		}
		c.Weights[i] = float64(parts) / perWeight
	}
	r.in.Certainty = c
	return true
}

// Shape counts what values a body has, before memory is made for them. It does not
// check that the body is JSON: it only makes sure that decoding it is bounded. An
// error is a fault: BadRequest with "body_not_understood" or "body_too_deep",
// TooLarge with "too_many_entries" or "too_many_values".
func Shape(raw []byte) (values int, err error) {
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

// checkSizes refuses more than the panel ever sends.
func (r *Request) checkSizes() error {
	for _, list := range []struct {
		have, most int
		reason     string
	}{
		{len(r.neighbours), maxNeighbours, "too_many_neighbours"},
		{len(r.in.Tree.Siblings), maxSiblings, "too_many_siblings"},
		{len(r.in.Dismissed), maxDismissed, "too_many_dismissed"},
		{len(r.in.Page.Labels), maxLabels, "too_many_labels"},
		{len(r.in.Tree.Parent), maxLabels, "too_many_labels"},
	} {
		if list.have > list.most {
			return fault.New(fault.TooLarge, list.reason)
		}
	}
	long := isLong(r.in.Page.Title) || isLong(r.in.Page.Labels...) || isLong(r.in.Tree.Parent...) || isLong(r.in.Dismissed...)
	names := 0
	for _, n := range r.neighbours {
		if len(n.Labels) > maxLabels {
			return fault.New(fault.TooLarge, "too_many_labels")
		}
		names += len(n.Labels)
		long = long || isLong(n.ID, n.Title) || isLong(n.Labels...)
		for word := range n.Counts {
			long = long || isLong(word)
		}
	}
	for _, term := range r.in.Vocabulary {
		if len(term.Synonyms) > maxSynonyms {
			return fault.New(fault.TooLarge, "too_many_synonyms")
		}
		names += len(term.Synonyms)
		long = long || isLong(term.Label, term.Group) || isLong(term.Synonyms...) || len(term.Description) > maxDescription
	}
	for _, counts := range [][]suggest.Count{r.in.InUse, r.in.Tree.Siblings} {
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
func (r *Request) input() (suggest.Input, error) {
	in := r.in
	in.Page.ID = r.ContentID
	var err error
	if in.Page.Body, err = r.body.read(pagetext.DefaultLimits); err != nil {
		return in, err
	}
	in.Neighbours = make([]suggest.Neighbour, len(r.neighbours))
	for i, n := range r.neighbours {
		if n.Body, err = n.body.read(neighbourLimits); err != nil {
			return in, err
		}
		in.Neighbours[i] = n.Neighbour
	}
	in.Tree.Of = howMany(in.Tree.Of)
	for _, counts := range [][]suggest.Count{in.InUse, in.Tree.Siblings} {
		for i := range counts {
			counts[i].Pages = howMany(counts[i].Pages)
		}
	}
	return in, nil
}

// read reads the text of a body; no body has none.
func (b *body) read(limits pagetext.Limits) (pagetext.Text, error) {
	if b == nil {
		return pagetext.Text{}, nil
	}
	switch b.format {
	case "adf":
		return pagetext.ADF(b.value, limits), nil
	case "storage":
		return pagetext.Storage(b.value, limits), nil
	case "text":
		return pagetext.Plain(b.value, limits), nil
	default:
		return pagetext.Text{}, fault.New(fault.BadRequest, "body_format_unknown")
	}
}

// howMany keeps a number within what can be counted, so that nothing overflows.
func howMany(n int) int { return min(max(n, 0), 1_000_000) }
