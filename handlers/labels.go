package handlers

import (
	"errors"
	"net/http"
	"slices"

	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/label"
)

// maxChangeBytes bounds the body of a change: twice label.MaxPerChange names of
// 255 characters fit, each character escaped.
const maxChangeBytes = 256 << 10

// changeRequest is what the panel sends.
type changeRequest struct {
	ContentID string   `json:"contentId"`
	Add       []string `json:"add"`
	Remove    []string `json:"remove"`
}

// changeAnswer says exactly what came of it; Labels is what Confluence holds.
type changeAnswer struct {
	Labels    []labelAnswer   `json:"labels"`
	Added     []label.Name    `json:"added"`
	Removed   []label.Name    `json:"removed"`
	Lost      []label.Name    `json:"lost,omitempty"` // of Removed, what cannot be added again: Confluence holds it from before its rules
	Failed    []failureAnswer `json:"failed"`
	RequestID string          `json:"requestId"`
}

type labelAnswer struct {
	Name   label.Name   `json:"name"`
	Prefix label.Prefix `json:"prefix"`
	ID     string       `json:"id"`
}

type failureAnswer struct {
	Name       label.Name `json:"name"`
	Operation  string     `json:"operation"` // add or remove
	Kind       fault.Kind `json:"kind"`
	Reason     string     `json:"reason"`
	RetryAfter int        `json:"retryAfter,omitempty"` // seconds
}

// changeLabels adds and removes labels of the content that the caller's proof is
// bound to, as the caller.
func (s *Server) changeLabels(x *exchange) error {
	var body changeRequest
	if err := readJSON(x, maxChangeBytes, &body); err != nil {
		return err
	}
	if err := x.caller.proved(body.ContentID); err != nil {
		return err
	}
	change, err := label.NewChange(body.Add, body.Remove)
	if err != nil {
		x.refusedName = refused(err, body)
		return err
	}
	asUser, err := s.asUser(x, readWrite)
	if err != nil {
		return err
	}
	ctx, cancel := x.whateverHappens()
	defer cancel()
	outcome, err := asUser.Apply(ctx, x.caller.Content, change)
	if err != nil {
		return err
	}
	if len(outcome.Failed) > 0 {
		x.fault = outcome.Failed[0].Fault // a part failed: the person is told, and so is the log
	}
	x.sendJSON(http.StatusOK, answerOf(change, outcome, x.requestID))
	return nil
}

func answerOf(change label.Change, outcome confluence.Outcome, requestID string) changeAnswer {
	answer := changeAnswer{
		Labels: []labelAnswer{}, Added: []label.Name{}, Removed: []label.Name{}, Failed: []failureAnswer{},
		RequestID: requestID,
	}
	for _, l := range outcome.Labels {
		answer.Labels = append(answer.Labels, labelAnswer{Name: l.Name, Prefix: l.Prefix, ID: l.ID})
	}
	answer.Added = append(answer.Added, outcome.Added...)
	answer.Removed = append(answer.Removed, outcome.Removed...)
	for _, name := range outcome.Removed {
		if again, err := label.Parse(string(name)); err != nil || again != name {
			answer.Lost = append(answer.Lost, name)
		}
	}
	for _, f := range outcome.Failed {
		operation := "remove"
		if slices.Contains(change.Add, f.Name) {
			operation = "add"
		}
		answer.Failed = append(answer.Failed, failureAnswer{
			Name: f.Name, Operation: operation, Kind: f.Fault.Kind, Reason: f.Fault.Reason, RetryAfter: retryAfter(f.Fault),
		})
	}
	return answer
}

// refused finds the name that an error of NewChange is about, to show it to the
// person who sent it. It goes nowhere else.
func refused(err error, body changeRequest) *refusedName {
	broken, ok := errors.AsType[*label.Error](err)
	if !ok || broken.List == "" {
		return nil
	}
	names := body.Add
	if broken.List == "remove" {
		names = body.Remove
	}
	if broken.Index >= len(names) {
		return nil
	}
	detail := &refusedName{Name: names[broken.Index]}
	if broken.Reason == label.Forbidden { // of an invisible one there is nothing to show
		detail.Character = string(broken.Character)
	}
	return detail
}
