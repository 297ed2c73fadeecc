package confluence

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"labelup/internal/label"
)

// contractFile is Atlassian's description of the endpoints. It lies next to the
// repository, because it is not ours to publish.
const contractFile = "../../../shared/openapi/confluence-cloud-subset.json"

// contract holds what passes through it to Atlassian's description.
type contract struct {
	t      *testing.T
	router routers.Router
	next   http.RoundTripper
	seen   map[string]int // by operation id
}

func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	route, parameters, err := c.router.FindRoute(r)
	if err != nil {
		c.t.Errorf("%s %s is no operation: %v", r.Method, r.URL, err)
		return c.next.RoundTrip(r)
	}
	c.seen[route.Operation.OperationID]++
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		c.t.Errorf("request %s: %v", route.Operation.OperationID, err)
	}
	for name := range r.URL.Query() { // kin-openapi lets unknown ones pass
		if route.Operation.Parameters.GetByInAndName("query", name) == nil {
			c.t.Errorf("%s has no query parameter %s", route.Operation.OperationID, name)
		}
	}
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: response.StatusCode, Header: response.Header, Options: options}
	if err := openapi3filter.ValidateResponse(r.Context(), out.SetBodyBytes(body)); err != nil {
		c.t.Errorf("answer of %s: %v", route.Operation.OperationID, err)
	}
	return response, nil
}

// The requests follow the description, and so do the fake's answers, without
// which the other tests would prove little.
func TestRequestsAndAnswersFollowAtlassiansDescription(t *testing.T) {
	raw, err := os.ReadFile(contractFile)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("Atlassian's description is not next to the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: "/"}}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	f.pageSize = 3
	checked := &contract{t: t, router: router, next: bubble{f}, seen: map[string]int{}}
	client := newClient(t, "https://site.example/wiki", Options{Transport: checked})
	for id, kind := range map[string]string{"1": "page", "2": "blogpost", "3": "attachment", "12345678901": "ac:app:thing"} {
		f.hold(id, "old/slash", "old+plus", "старый", "kept")
		content, err := ParseContent(id, kind)
		if err != nil {
			t.Fatal(err)
		}
		change, err := label.NewChange([]string{"Für später", "日本語", "🐛", "a/b\\c%d"}, []string{"old/slash", "old+plus", "старый"})
		if err != nil {
			t.Fatal(err)
		}
		o, err := client.Apply(context.Background(), content, change)
		if err != nil || len(o.Failed) > 0 {
			t.Errorf("%s: %v, %v", kind, err, o.Failed)
		}
		if got := len(o.Labels); got != 5 {
			t.Errorf("%s holds %d labels", kind, got)
		}
	}
	f.archived = true
	page, err := ParseContent("1", "page")
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Apply(context.Background(), page, label.Change{Remove: []label.Name{"kept"}})
	wantFault(t, err, "forbidden: archived_content")
	for _, operation := range []string{"getPageById", "addLabelsToContent", "removeLabelFromContentUsingQueryParameter", "getPageLabels", "getBlogPostLabels", "getAttachmentLabels", "getCustomContentLabels"} {
		if checked.seen[operation] == 0 {
			t.Errorf("%s was not called; called were %v", operation, checked.seen)
		}
	}
}
