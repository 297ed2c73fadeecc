package confluence

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"labelup/internal/fault"
)

// Administers reports whether the person administers the whole site. To be
// asked with that person's rights: an error is a fault, Forbidden or NotFound
// for who may not even ask.
//
// Source: the operations of a user in the REST API v1, "administer" of the
// target "application".
func (c *Client) Administers(ctx context.Context, accountID string) (bool, error) {
	a, err := c.do(ctx, &patience{c.options.MaxWait}, request{
		operation: readRights, method: http.MethodGet, path: "/rest/api/user",
		query: url.Values{"accountId": {accountID}, "expand": {"operations"}},
	})
	if err != nil {
		return false, err
	}
	var user struct {
		AccountID  string `json:"accountId"`
		Operations []struct {
			Operation  string `json:"operation"`
			TargetType string `json:"targetType"`
		} `json:"operations"`
	}
	if json.Unmarshal(a.body, &user) != nil || user.AccountID != accountID {
		return false, fault.New(fault.Upstream, "answer_not_understood")
	}
	for _, may := range user.Operations {
		if may.Operation == "administer" && may.TargetType == "application" {
			return true, nil
		}
	}
	return false, nil
}

// CanRead finds out whether the site lets the caller read at all.
func (c *Client) CanRead(ctx context.Context) error {
	_, err := c.do(ctx, &patience{c.options.MaxWait}, request{
		operation: readSpaces, method: http.MethodGet, path: "/api/v2/spaces", query: url.Values{"limit": {"1"}},
	})
	return err
}
