package confluence

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneAnswer is a client of a site that answers everything with one answer.
func oneAnswer(t *testing.T, status int, body string) (*Client, *[]string, *[]Call) {
	t.Helper()
	var requests []string
	var calls []Call
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r.Method+" "+r.URL.String())
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	authorize := func(context.Context, *http.Request) error { return nil }
	c, err := New(server.URL+"/wiki", authorize, Options{Observe: func(call Call) { calls = append(calls, call) }})
	if err != nil {
		t.Fatal(err)
	}
	return c, &requests, &calls
}

func TestAdministersBelievesOnlyTheRightOverTheWholeSite(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   bool
		fault  string
	}{
		"an administrator":                 {200, `{"accountId":"a b","operations":[{"operation":"use","targetType":"application"},{"operation":"administer","targetType":"application"}]}`, true, ""},
		"somebody who may use it":          {200, `{"accountId":"a b","operations":[{"operation":"use","targetType":"application"}]}`, false, ""},
		"who administers a space":          {200, `{"accountId":"a b","operations":[{"operation":"administer","targetType":"space"}]}`, false, ""},
		"no operations":                    {200, `{"accountId":"a b"}`, false, ""},
		"operations that are null":         {200, `{"accountId":"a b","operations":null}`, false, ""},
		"the rights of somebody else":      {200, `{"accountId":"other","operations":[{"operation":"administer","targetType":"application"}]}`, false, "upstream: answer_not_understood"},
		"a page to log in":                 {200, `<html>`, false, "upstream: answer_not_understood"},
		"a list":                           {200, `[]`, false, "upstream: answer_not_understood"},
		"somebody who may not even ask":    {403, `{}`, false, "forbidden: not_permitted"},
		"somebody whom Confluence forgot":  {404, `{}`, false, "not_found: no_such_content"},
		"a site that does not answer well": {500, ``, false, "upstream: confluence_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			c, requests, calls := oneAnswer(t, test.status, test.body)
			got, err := c.Administers(t.Context(), "a b")
			if test.fault != "" {
				wantFault(t, err, test.fault)
			} else if err != nil {
				t.Error(err)
			}
			if got != test.want {
				t.Errorf("administers: %v", got)
			}
			if diff := cmp.Diff([]string{"GET /wiki/rest/api/user?accountId=a+b&expand=operations"}, *requests); diff != "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
			if len(*calls) != 1 || (*calls)[0].Operation != "read_rights" || (*calls)[0].Points != 1 {
				t.Errorf("observed %+v", *calls)
			}
		})
	}
}

func TestCanReadAsksForOneSpace(t *testing.T) {
	c, requests, calls := oneAnswer(t, http.StatusOK, `{"results":[]}`)
	if err := c.CanRead(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"GET /wiki/api/v2/spaces?limit=1"}, *requests); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
	if len(*calls) != 1 || (*calls)[0].Operation != "read_spaces" || (*calls)[0].Points != 2 {
		t.Errorf("observed %+v", *calls)
	}
	refused, _, _ := oneAnswer(t, http.StatusForbidden, `{}`)
	wantFault(t, refused.CanRead(t.Context()), "forbidden: not_permitted")
}
