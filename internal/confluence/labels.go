package confluence

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"labelup/internal/fault"
	"labelup/internal/label"
)

// Type is a kind of content that has labels.
type Type string

const (
	Page       Type = "page"
	Blogpost   Type = "blogpost"
	Attachment Type = "attachment"
	Custom     Type = "custom" // content of a type that an app defines
)

// Content names something with labels on a site. Only ParseContent makes one, so
// that no path can be built from anything else.
type Content struct {
	id   string
	kind Type
}

// ParseContent checks an id (1 to 20 digits) and a type as Confluence's own
// context has it; "ac:app:key" and "forge:app:key" are Custom. Types without
// labels, and an unknown type, are refused and not looked up: a page is never
// unknown to the host that shows it. An error is a fault of kind BadRequest.
func ParseContent(id, kind string) (Content, error) {
	if id == "" || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
		return Content{}, fault.New(fault.BadRequest, "content_id")
	}
	if strings.HasPrefix(kind, "ac:") || strings.HasPrefix(kind, "forge:") {
		kind = string(Custom)
	}
	switch t := Type(kind); t {
	case Page, Blogpost, Attachment, Custom:
		return Content{id, t}, nil
	}
	return Content{}, fault.New(fault.BadRequest, "content_type")
}

// ID returns the id, which is unique on its site.
func (c Content) ID() string { return c.id }

// errNoContent is for the zero Content, from which no path may be built either.
func errNoContent() error { return fault.New(fault.Internal, "no_content") }

const (
	pageSize = 250 // labels in one answer: the most that Confluence gives
	maxPages = 10  // five times what a page can have
)

// Labels reads what the content holds now, labels of every prefix, from the
// database and not from the search index. An error is a fault: NotFound if the
// caller may not see the content.
func (c *Client) Labels(ctx context.Context, content Content) ([]label.Label, error) {
	return c.labels(ctx, &patience{c.options.MaxWait}, content)
}

// path is where v2 has the content; ok is false for the zero Content.
func (c Content) path() (path string, ok bool) {
	collection, ok := map[Type]string{
		Page: "pages", Blogpost: "blogposts", Attachment: "attachments", Custom: "custom-content",
	}[c.kind]
	return "/api/v2/" + collection + "/" + c.id, ok
}

func (c *Client) labels(ctx context.Context, p *patience, content Content) ([]label.Label, error) {
	path, ok := content.path()
	if !ok {
		return nil, errNoContent()
	}
	r := request{
		operation: readLabels,
		method:    http.MethodGet,
		path:      path + "/labels",
		query:     url.Values{"limit": {strconv.Itoa(pageSize)}},
	}
	var labels []label.Label
	seen := map[string]bool{"": true}
	for range maxPages {
		a, err := c.do(ctx, p, r)
		if err != nil {
			return nil, err
		}
		found, cursor, more, err := decodeLabels(a)
		if err != nil {
			return nil, err
		}
		labels = append(labels, found...)
		if !more {
			return labels, nil
		}
		// A list that does not end must not pass for a whole one.
		if seen[cursor] {
			return nil, fault.New(fault.Upstream, "paging_loop")
		}
		seen[cursor] = true
		r.query.Set("cursor", cursor)
	}
	return nil, fault.New(fault.Upstream, "too_many_pages")
}

// text is a JSON string or number, as a string: ids come as either.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] != '"' {
		if string(raw) != "null" {
			*t = text(raw)
		}
		return nil
	}
	return json.Unmarshal(raw, (*string)(t))
}

// decodeLabels reads one page of labels and the cursor of the next. The address
// of the next page is never followed: only its cursor is taken.
func decodeLabels(a *answer) (labels []label.Label, cursor string, more bool, err error) {
	var body struct {
		Results *[]struct {
			ID     text `json:"id"`
			Name   text `json:"name"`
			Prefix text `json:"prefix"`
		} `json:"results"`
		Links struct {
			Next text `json:"next"`
		} `json:"_links"`
	}
	// The cause is left out: it would quote the answer.
	if json.Unmarshal(a.body, &body) != nil || body.Results == nil {
		return nil, "", false, fault.New(fault.Upstream, "answer_not_understood")
	}
	for _, r := range *body.Results {
		prefix := label.Prefix(r.Prefix)
		if prefix == "" {
			prefix = label.Global
		}
		labels = append(labels, label.Label{ID: string(r.ID), Prefix: prefix, Name: label.Name(r.Name)})
	}
	next := string(body.Links.Next)
	if next == "" {
		next = nextLink(a.header.Values("Link"))
	}
	if next == "" {
		return labels, "", false, nil
	}
	return labels, cursorOf(next), true, nil
}

// nextLink returns the address with rel="next" of Link headers, or nothing.
func nextLink(headers []string) string {
	for _, h := range headers {
		for {
			_, rest, ok := strings.Cut(h, "<")
			if !ok {
				break
			}
			address, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			parameters, after, _ := strings.Cut(rest, "<")
			for _, p := range strings.FieldsFunc(parameters, func(r rune) bool { return r == ';' || r == ',' }) {
				key, value, _ := strings.Cut(p, "=")
				if strings.EqualFold(strings.TrimSpace(key), "rel") && strings.Trim(value, "\" \t") == "next" {
					return address
				}
			}
			h = "<" + after
		}
	}
	return ""
}

// cursorOf returns the cursor in an address, or nothing. A plus is one, for
// base64 has them.
func cursorOf(address string) string {
	u, err := url.Parse(strings.ReplaceAll(address, "+", "%2B"))
	if err != nil {
		return ""
	}
	if cursor := u.Query().Get("cursor"); len(cursor) <= 4096 {
		return cursor
	}
	return ""
}

// Outcome is what a change came to. Every name of the change is in exactly one
// of Added, Removed and Failed.
type Outcome struct {
	Labels  []label.Label // what the content holds now, of every prefix
	Added   []label.Name  // asked to be there, and there; also if it was before
	Removed []label.Name  // asked to be gone, and gone; also if it was before
	Failed  []Failure     // in the order of the change, adds first
}

// Failure is a name that is not as it was asked to be.
type Failure struct {
	Name  label.Name
	Fault *fault.Error
}

// Apply makes a change to the global labels of the content and reads back what
// it holds then: what Confluence says it holds decides what was done, not what
// it answered to the writes. Changes to one page go one after the other.
//
// It costs one request for each 20 labels to add, one for each to remove and one
// to read back. Removes go first, so that they make room on a full page.
//
// Confluence refusing a name fails all that are added in the same request, up to
// 20, and does not stop the other requests. Labels cannot be removed
// from archived content but added to it, so that refusal stops the removes alone;
// its reason is "archived_content". Anything else stops the rest. If that happens before anything was written, Apply returns that error
// and reads nothing back: nothing was changed. It returns "written_not_verified"
// if the read-back failed: some of the change, or all of it, may have been made,
// and making it again is safe.
func (c *Client) Apply(ctx context.Context, content Content, change label.Change) (Outcome, error) {
	if content.id == "" {
		return Outcome{}, errNoContent()
	}
	// A fifth of the patience and of the time is kept for the read-back,
	// without which nobody knows what the writes did.
	reserve := c.options.MaxWait / 5
	p := &patience{c.options.MaxWait - reserve}
	writing := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		writing, cancel = context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/5))
		defer cancel()
	}
	unlock, err := c.options.Budget.pages.lock(writing, p, page{c.options.Site, content.id})
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()

	failed, err := c.write(writing, p, content, change)
	if err != nil {
		return Outcome{}, err
	}
	p.left = max(p.left, 0) + reserve
	labels, err := c.labels(ctx, p, content)
	if err != nil {
		f := fault.Of(err)
		return Outcome{}, &fault.Error{Kind: f.Kind, Reason: "written_not_verified", RetryAfter: f.RetryAfter, Cause: err}
	}
	return outcome(change, labels, failed), nil
}

// write sends the change and returns why it did not get through, by name. It
// returns an error if nothing can have been changed and going on is useless.
func (c *Client) write(ctx context.Context, p *patience, content Content, change label.Change) (map[label.Name]*fault.Error, error) {
	type step struct {
		request request
		names   []label.Name
	}
	path := "/rest/api/content/" + content.id + "/label"
	var steps []step
	for _, n := range change.Remove {
		// The name goes into the query: a slash cannot be in the path.
		steps = append(steps, step{request{
			operation: removeLabel, method: http.MethodDelete, path: path, query: url.Values{"name": {string(n)}},
		}, []label.Name{n}})
	}
	removes := len(steps)
	for _, batch := range change.Batches() {
		steps = append(steps, step{request{
			operation: addLabels, method: http.MethodPost, path: path, body: addBody(batch),
		}, batch})
	}

	failed := map[label.Name]*fault.Error{}
	fail := func(steps []step, f *fault.Error) {
		for _, s := range steps {
			for _, n := range s.names {
				failed[n] = f
			}
		}
	}
	changed := false // or may have been
	for i := 0; i < len(steps); i++ {
		s := steps[i]
		_, err := c.do(ctx, p, s.request)
		if err == nil {
			changed = true
			continue
		}
		_, maybe := errors.AsType[*maybeDoneError](err)
		changed = changed || maybe
		f := fault.Of(err)
		switch {
		case slices.Contains([]fault.Kind{fault.BadRequest, fault.Conflict, fault.TooLarge}, f.Kind):
			fail(steps[i:i+1], f) // it is about these names; others may get through
			continue
		case f.Kind == fault.Forbidden && i < removes && c.archived(ctx, p, content):
			f = fault.Wrap(fault.Forbidden, "archived_content", err)
			if removes < len(steps) {
				fail(steps[i:removes], f)
				i = removes - 1 // adds may get through
				continue
			}
			err = f
		}
		if !changed {
			return nil, err
		}
		fail(steps[i:], f)
		break
	}
	return failed, nil
}

// archived reports whether the content is in the archive. It is asked only after
// a refusal, which does not say so; without an answer it is not.
//
// Source: removing a label in the REST API v1, "labels can't be deleted from
// archived content".
func (c *Client) archived(ctx context.Context, p *patience, content Content) bool {
	path, _ := content.path()
	a, err := c.do(ctx, p, request{operation: readStatus, method: http.MethodGet, path: path})
	if err != nil {
		return false
	}
	var body struct {
		Status string `json:"status"`
	}
	return json.Unmarshal(a.body, &body) == nil && body.Status == "archived"
}

// addBody is what v1 takes to add labels.
func addBody(names []label.Name) []byte {
	type entry struct {
		Prefix label.Prefix `json:"prefix"`
		Name   label.Name   `json:"name"`
	}
	entries := make([]entry, len(names))
	for i, n := range names {
		entries[i] = entry{label.Global, n}
	}
	body, _ := json.Marshal(entries) // strings always encode
	return body
}

// outcome compares what was asked with what is there.
func outcome(change label.Change, labels []label.Label, failed map[label.Name]*fault.Error) Outcome {
	held := label.GlobalOf(labels)
	left := change.Minimal(held)
	open := label.NewSet(append(left.Add, left.Remove...)...)
	o := Outcome{Labels: labels}
	for _, n := range change.Add {
		f := failed[n]
		switch {
		case !open.Has(n):
			o.Added = append(o.Added, n)
			continue
		case f == nil:
			// Answered with 200, and split or spelled otherwise.
			f = fault.New(fault.Conflict, "name_not_kept")
		case f.Kind == fault.BadRequest && len(held)+min(len(left.Add), label.MaxPerCall) > label.MaxPerPage:
			// Confluence says 400 for this as for all else.
			f = fault.New(fault.TooLarge, "page_full")
		}
		o.Failed = append(o.Failed, Failure{n, f})
	}
	for _, n := range change.Remove {
		f := failed[n]
		switch {
		case !open.Has(n):
			o.Removed = append(o.Removed, n)
			continue
		case f == nil:
			f = fault.New(fault.Conflict, "name_still_held")
		}
		o.Failed = append(o.Failed, Failure{n, f})
	}
	return o
}
