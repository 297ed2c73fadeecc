// Package answer answers POST /api/suggest: the bytes of a body in, the bytes of an
// answer out. The service and the browser's WebAssembly both run it, so that both
// answer alike. It is pure, and must not know HTTP, turns or how a caller is proved;
// nothing that it is given or gives may be logged, because all of it is customer
// data.
//
// Nothing here imports encoding/json, nor what the engine stands on: it would be a
// quarter of what the browser loads.
//
// Source: the contract that static/src/suggest/request.ts has the other side of.
package answer

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"labelup/internal/fault"
	"labelup/internal/label"
	"labelup/internal/suggest"
)

// Answer asks the engine, which is suggest.Suggest, and returns what it found as
// JSON with a newline. spaceKey is the space that the search for similar pages is
// to stay in; "" has none. requestID is repeated in the answer, unless it is "". An
// error is a fault: BadRequest with "body_format_unknown".
//
// r is not to be used again: its bodies are let go before the engine works.
func (r *Request) Answer(engine func(suggest.Input) suggest.Answer, spaceKey, requestID string) ([]byte, error) {
	in, err := r.input()
	if err != nil {
		return nil, err
	}
	refined := r.refined
	*r = Request{}
	found := engine(in)
	out := make([]byte, 0, 4<<10)
	out, none := appendSuggestions(append(out, `{"suggestions":`...), in.Page.Labels, found.Suggestions)
	out = append(out, `,"removals":[`...)
	for i, removal := range found.Removals {
		out = appendString(append(separated(out, i), `{"label":`...), removal.Label)
		out = append(out, '}')
	}
	out = append(out, ']')
	if none && found.Nothing == "" {
		found.Nothing = suggest.NoneFits // what fitted is no name that Confluence takes
	}
	out = appendText(out, "nothing", string(found.Nothing))
	out = append(out, `,"truncated":`...) // more was sent than what was read
	out = strconv.AppendBool(out, found.Truncated || anyTruncated(&in))
	if !refined {
		out = appendText(out, "search", similarPages(spaceKey, in.Page.ID, found.Search, in.Page.Labels))
	}
	if found.Certainty != nil {
		out = appendCertainty(out, found.Certainty)
	}
	out = appendText(out, "requestId", requestID)
	return append(out, "}\n"...), nil
}

// Learn learns what the request tells of a space: its neighbours, its vocabulary and
// its labels in use. An error is a fault: BadRequest with "body_format_unknown".
func (r *Request) Learn() (*suggest.Space, error) {
	in, err := r.input()
	if err != nil {
		return nil, err
	}
	return suggest.Learn(in), nil
}

// Problem is the answer in place of one, where no service adds what only it knows.
func Problem(err error) []byte {
	f := fault.Of(err)
	out := appendString([]byte(`{"error":{"kind":`), string(f.Kind))
	out = appendString(append(out, `,"reason":`...), f.Reason)
	return append(out, "}}\n"...)
}

// appendCertainty writes the situation and the weights, which Request.certainty reads.
func appendCertainty(out []byte, c *suggest.Certainty) []byte {
	out = strconv.AppendInt(append(out, `,"certainty":[`...), int64(c.Situation), 10)
	for _, weight := range c.Weights {
		out = strconv.AppendInt(append(out, ','), int64(math.Round(float64(weight*perWeight))), 10)
	}
	return append(out, ']')
}

// anyTruncated reports whether a text is longer than what was read of it.
func anyTruncated(in *suggest.Input) bool {
	return in.Page.Body.Truncated || slices.ContainsFunc(in.Neighbours, func(n suggest.Neighbour) bool { return n.Body.Truncated })
}

// appendSuggestions writes those that can be shown, and reports whether there are none.
func appendSuggestions(out []byte, held []string, suggestions []suggest.Suggestion) ([]byte, bool) {
	shown := map[string]bool{}
	for _, name := range held {
		shown[name] = true
	}
	out = append(out, '[')
	written := 0
	for _, suggested := range suggestions {
		name, ok := nameOf(suggested)
		if !ok || shown[name] {
			continue
		}
		shown[name] = true
		out = appendString(append(separated(out, written), `{"label":`...), name)
		out = strconv.AppendBool(append(out, `,"ticked":`...), suggested.Ticked)
		out = strconv.AppendBool(append(out, `,"new":`...), suggested.New)
		out = strconv.AppendBool(append(out, `,"guess":`...), suggested.Guess)
		out = append(out, `,"reasons":[`...)
		for i := range suggested.Reasons {
			out = appendReason(separated(out, i), &suggested.Reasons[i])
		}
		out = append(out, "]}"...)
		written++
	}
	return append(out, ']'), written == 0
}

// nameOf is the name to show, false if Confluence could not hold it: a label in use
// as it is spelled, a new one as it would be written.
func nameOf(suggested suggest.Suggestion) (string, bool) {
	parse := label.Held
	if suggested.New {
		parse = label.Parse
	}
	name, err := parse(suggested.Label)
	return string(name), err == nil
}

// appendReason writes the fields that its kind uses, see package suggest.
func appendReason(out []byte, r *suggest.Reason) []byte {
	out = appendString(append(out, `{"kind":`...), string(r.Kind))
	out = appendText(out, "text", r.Text)
	out = appendText(out, "where", r.Where)
	out = appendCount(out, "count", r.Count)
	out = appendCount(out, "of", r.Of)
	if len(r.Words) > 0 {
		out = append(out, `,"words":[`...)
		for i, word := range r.Words {
			out = appendString(separated(out, i), word)
		}
		out = append(out, ']')
	}
	if len(r.Pages) > 0 {
		out = append(out, `,"pages":[`...)
		for i, page := range r.Pages {
			out = appendString(append(separated(out, i), `{"id":`...), page.ID)
			out = appendString(append(out, `,"title":`...), page.Title)
			out = append(out, '}')
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// separated is out with what stands before the element at i.
func separated(out []byte, i int) []byte {
	if i > 0 {
		return append(out, ',')
	}
	return out
}

// appendText writes a field that is left out where it is empty.
func appendText(out []byte, field, text string) []byte {
	if text == "" {
		return out
	}
	return appendString(append(append(append(out, `,"`...), field...), `":`...), text)
}

// appendCount writes a field that is left out where it is 0.
func appendCount(out []byte, field string, n int) []byte {
	if n == 0 {
		return out
	}
	return strconv.AppendInt(append(append(append(out, `,"`...), field...), `":`...), int64(n), 10)
}

// appendString writes a string as encoding/json does: nothing in it could end a
// script or a line of one.
func appendString(out []byte, text string) []byte {
	const escaped, letters, digits = "\\\"\b\f\n\r\t", `\"bfnrt`, "0123456789abcdef"
	out = append(out, '"')
	for at, r := range text {
		if i := strings.IndexRune(escaped, r); i >= 0 {
			out = append(out, '\\', letters[i])
			continue
		}
		broken := r == utf8.RuneError && !strings.HasPrefix(text[at:], "\ufffd")
		if r >= ' ' && !broken && !strings.ContainsRune("<>&\u2028\u2029", r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, `\u`...)
		for shift := 12; shift >= 0; shift -= 4 {
			out = append(out, digits[r>>shift&0xf])
		}
	}
	return append(out, '"')
}
