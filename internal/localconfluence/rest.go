package localconfluence

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/cql"
)

// call is one REST call. A route returns what to answer or an error; the rest
// of the answer, headers and points, is the same for all of them.
type call struct {
	*http.Request
	s    *Server
	site *site
	by   caller
	v2   bool

	status  int         // of success; 0 is 200
	objects int         // returned: each costs the app a point
	header  http.Header // of the answer
}

type route func(*call) (any, error)

// statusError is an error with the status that Confluence answers it with.
type statusError struct {
	status  int
	message string
}

func (e *statusError) Error() string { return e.message }

func badRequest(format string, args ...any) error {
	return &statusError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// gone is the answer of an endpoint that Atlassian removed.
var gone = &statusError{http.StatusGone, "This deprecated endpoint has been removed."}

// errXSRF is answered as a web page.
var errXSRF = &statusError{http.StatusForbidden, "XSRF check failed"}

// errScope is answered by the gateway before Confluence, in its own shape.
var errScope = &statusError{http.StatusUnauthorized, "Unauthorized; scope does not match"}

const maxRequestBody = 6 << 20

// restHandler answers a REST call to a site. path is the call's path as on the
// first site.
func (s *Server) restHandler(x *site, path string, seen *SeenRequest) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Site = x.name
		by, refused := s.authenticate(x, r)
		seen.Who = by.who
		v2 := strings.HasPrefix(path, "/wiki/api/v2/")
		if refused != nil {
			switch {
			case refused.html:
				writeHTML(w, refused.status, "<h1>HTTP Status "+strconv.Itoa(refused.status)+"</h1>")
			case refused.gateway:
				writeGateway(w, refused.status, refused.reason)
			default:
				writeError(w, v2, refused.status, refused.reason)
			}
			return
		}
		if by.token {
			left, reset := by.points.spend(0)
			if left == 0 {
				by.points.refuse(w.Header(), "quota", 0)
				writeError(w, v2, http.StatusTooManyRequests, "Rate limit exceeded")
				return
			}
			by.points.headers(w.Header(), left, reset)
		}
		if by.session {
			allowed, wait := x.browsing.spend(by.account, 0), time.Duration(0)
			if allowed && r.Method != http.MethodGet && r.Method != http.MethodHead {
				wait = x.browsing.write(by.account)
			}
			if !allowed || wait > 0 {
				x.browsing.refuse(w.Header(), wait)
				writeError(w, v2, http.StatusTooManyRequests, "Rate limit exceeded")
				return
			}
		}
		if r.Method == http.MethodGet && r.ContentLength > 0 {
			writeError(w, v2, http.StatusForbidden, "A GET request cannot have a body")
			return
		}
		// The routes are those of the first site, whatever the site's path.
		// An escaped slash must stay one segment, so the raw path goes along.
		c := &call{s: s, site: x, by: by, v2: v2, header: w.Header()}
		at := r.Clone(context.WithValue(r.Context(), callKey{}, c))
		at.URL.Path = path
		if r.URL.RawPath != "" {
			at.URL.RawPath = "/wiki" + strings.TrimPrefix(r.URL.RawPath, x.basePath)
		}
		at.Body = http.MaxBytesReader(w, r.Body, maxRequestBody)
		s.rest.ServeHTTP(w, at)
	})
}

type callKey struct{}

// ServeHTTP runs a route with the call that restHandler made.
func (f route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		http.NotFound(w, r)
		return
	}
	c.Request = r // with the values of the path
	body, err := f(c)
	if c.by.token {
		left, reset := c.by.points.spend(1 + c.objects)
		c.by.points.headers(w.Header(), left, reset)
	}
	if c.by.session {
		c.site.browsing.spend(c.by.account, 1+c.objects)
	}
	if errors.Is(err, errXSRF) {
		writeHTML(w, errXSRF.status, errXSRF.message)
		return
	}
	if errors.Is(err, errScope) {
		writeGateway(w, errScope.status, errScope.message)
		return
	}
	if err != nil {
		status, message := statusOf(err)
		if status == http.StatusInternalServerError {
			c.s.logger.Error("local Confluence failed", "path", r.URL.Path, "error", err)
		}
		writeError(w, c.v2, status, message)
		return
	}
	if c.status == 0 {
		c.status = http.StatusOK
	}
	if body == nil {
		w.WriteHeader(c.status)
		return
	}
	writeJSON(w, c.status, body)
}

func statusOf(err error) (int, string) {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status, e.message
	}
	if e, ok := errors.AsType[*content.InvalidError](err); ok {
		return http.StatusBadRequest, e.Reason
	}
	switch {
	case errors.Is(err, content.ErrNotFound):
		return http.StatusNotFound, "No content found, or the caller does not have permission to view it"
	case errors.Is(err, content.ErrForbidden):
		return http.StatusForbidden, "The calling user does not have permission to do this"
	case errors.Is(err, content.ErrConflict):
		return http.StatusConflict, strings.TrimPrefix(err.Error(), content.ErrConflict.Error()+": ")
	case errors.Is(err, content.ErrTooLarge):
		return http.StatusRequestEntityTooLarge, "The body is too large"
	case errors.Is(err, cql.ErrSyntax):
		return http.StatusBadRequest, "Could not parse cql"
	}
	return http.StatusInternalServerError, "Internal server error"
}

// v1Exceptions are the Java names that stand in front of a v1 message.
var v1Exceptions = map[int]string{
	http.StatusBadRequest: "BadRequestException", http.StatusForbidden: "PermissionException",
	http.StatusNotFound: "NotFoundException", http.StatusConflict: "ConflictException", http.StatusGone: "GoneException",
}

func writeError(w http.ResponseWriter, v2 bool, status int, message string) {
	if v2 {
		code := strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_"))
		writeJSON(w, status, map[string]any{"errors": []any{map[string]any{
			"status": status, "code": code, "title": message, "detail": nil,
		}}})
		return
	}
	if name := v1Exceptions[status]; name != "" {
		message = "com.atlassian.confluence.api.service.exceptions.api." + name + ": " + message
	}
	writeJSON(w, status, map[string]any{
		"statusCode": status, "message": message,
		"data": map[string]any{"authorized": status != http.StatusForbidden, "valid": true, "errors": []any{}, "successful": status != http.StatusForbidden},
	})
}

// writeGateway is an error of the gateway before Confluence.
func writeGateway(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"code": status, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // the caller may be gone
}

func writeHTML(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><title>Confluence</title>"+body)
}

// decode reads a JSON body.
func (c *call) decode(into any) error {
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind != "application/json" {
		return &statusError{http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type"}
	}
	d := json.NewDecoder(c.Body)
	if err := d.Decode(into); err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return &statusError{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", tooLarge.Limit)}
		}
		return badRequest("The request body is not the JSON that was expected")
	}
	return nil
}

// limit reads the page size.
func (c *call) limit(otherwise, most int) (int, error) {
	text := c.URL.Query().Get("limit")
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badRequest("limit cannot be less than one")
	}
	return min(n, most), nil
}

// page cuts one page out of a list. The cursor in next is opaque to callers,
// bound to the path it came from, and another one for each page. It counts what
// was given; with idOf, which all is ordered by, it goes on behind the last id
// that was given, whatever has left the list or come to it meanwhile.
func page[T any](c *call, all []T, otherwise, most int, idOf func(T) string) (some []T, next string, err error) {
	limit, err := c.limit(otherwise, most)
	if err != nil {
		return nil, "", err
	}
	at, err := c.cursor()
	if err != nil {
		return nil, "", err
	}
	from := min(at.offset, len(all))
	if idOf != nil && at.after != "" {
		from = slices.IndexFunc(all, func(x T) bool { return content.CompareIDs(idOf(x), at.after) > 0 })
		if from < 0 {
			from = len(all)
		}
	}
	to := min(from+limit, len(all))
	if to < len(all) {
		on := cursor{offset: to, page: at.page + 1, path: at.path}
		if idOf != nil {
			on.after = idOf(all[to-1])
		}
		next = on.text()
	}
	some = slices.Clone(all[from:to])
	if some == nil {
		some = []T{}
	}
	return some, next, nil
}

// cursor is where in a list a page begins.
type cursor struct {
	offset, page int    // page counts them from 0
	path         string // without blanks
	after        string // id of the last that was given, in a list that is ordered by id; else ""
}

func (c cursor) text() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s %s", c.offset, c.page, c.path, c.after))
}

func (c *call) cursor() (cursor, error) {
	at, text := cursor{path: c.URL.Path}, c.URL.Query().Get("cursor")
	if text == "" {
		return at, nil
	}
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	of := ""
	_, err := fmt.Sscanf(string(raw), "%d %d %s", &at.offset, &at.page, &of)
	var ended bool
	at.after, ended = strings.CutPrefix(string(raw), fmt.Sprintf("%d %d %s ", at.offset, at.page, at.path))
	if err != nil || at.offset < 0 || of != at.path || !ended {
		return at, badRequest("the cursor is not valid")
	}
	return at, nil
}

// list is the answer of a v2 list: one page, with the way to the next in body
// and Link header.
func list[T any](c *call, all []T, toJSON func(T) any) (map[string]any, error) {
	return listBy(c, all, nil, toJSON)
}

// listBy is list, with cursors as [page] makes them.
func listBy[T any](c *call, all []T, idOf func(T) string, toJSON func(T) any) (map[string]any, error) {
	some, next, err := page(c, all, 25, 250, idOf)
	if err != nil {
		return nil, err
	}
	results := make([]any, 0, len(some))
	for _, x := range some {
		results = append(results, toJSON(x))
	}
	links := map[string]any{"base": c.site.baseURL}
	if next != "" {
		query := c.URL.Query()
		query.Set("cursor", next)
		// Relative to the host, unlike in v1, where it is relative to base.
		at := c.site.basePath + strings.TrimPrefix(c.URL.EscapedPath(), "/wiki") + "?" + query.Encode()
		links["next"] = at
		c.header.Set("Link", fmt.Sprintf(`<%s>; rel="next", <%s>; rel="base"`, at, c.site.baseURL))
	}
	return map[string]any{"results": results, "_links": links}, nil
}

func (c *call) flag(name string) bool { return c.URL.Query().Get(name) == "true" }

// id reads the numeric id of the path. Confluence writes "att" before that of an
// attachment.
func (c *call) id() (string, error) {
	id := strings.TrimPrefix(c.PathValue("id"), "att")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return "", badRequest("the id is not a number")
	}
	return id, nil
}

// values reads a parameter that may be repeated or be separated by commas.
func values(q url.Values, name string) []string {
	var out []string
	for _, v := range q[name] {
		out = append(out, strings.Split(v, ",")...)
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
