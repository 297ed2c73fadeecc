package handlers

import (
	"net/http"
	"slices"

	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/label"
	"labelup/internal/suggest"
)

// A suggestion is worked out from what the request holds, and nothing of it is
// left when it is answered. The body is read before the request waits for its
// turn, so that who sends slowly keeps nobody from it, and it is decoded, read
// and compared within the turn, because that is the work.
//
// What works takes memory by what it weighs (weight). Small requests and large
// ones have turns of their own, so that many large ones of many sites hold up no
// small one. Together they weigh 96 MiB at most, on top of the bodies, which are
// among those of maxInHand. The dearest request found is in docs/faults.md.
const (
	// maxSuggestBytes bounds the body: a long page, and 200 pages like it.
	maxSuggestBytes = 4 << 20

	maxSmallBytes = 256 << 10
	smallPlaces   = 32
	smallRoom     = 32 << 20
	largePlaces   = 12
	largeRoom     = 64 << 20
)

type suggestAnswer struct {
	Suggestions []suggestionAnswer `json:"suggestions"`
	Removals    []removalAnswer    `json:"removals"`
	Nothing     suggest.Nothing    `json:"nothing,omitempty"`
	Truncated   bool               `json:"truncated"` // more was sent than what was read
	Search      string             `json:"search,omitempty"`
	RequestID   string             `json:"requestId"`
}

type suggestionAnswer struct {
	Label   string         `json:"label"`
	Ticked  bool           `json:"ticked"`
	New     bool           `json:"new"`
	Reasons []reasonAnswer `json:"reasons"`
}

// reasonAnswer has the fields that its kind uses, see package suggest.
type reasonAnswer struct {
	Kind  suggest.Kind      `json:"kind"`
	Text  string            `json:"text,omitempty"`
	Where string            `json:"where,omitempty"`
	Count int               `json:"count,omitempty"`
	Of    int               `json:"of,omitempty"`
	Words []string          `json:"words,omitempty"`
	Pages []referenceAnswer `json:"pages,omitempty"`
}

type referenceAnswer struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type removalAnswer struct {
	Label string `json:"label"`
}

// suggestLabels answers which labels fit the page that the caller's token is
// bound to. It reads nothing but the request.
func (s *Server) suggestLabels(x *exchange) error {
	if x.caller.AccountID == "" {
		return fault.New(fault.Anonymous, "no_account") // there is nothing they could apply
	}
	answer, err := s.suggestion(x)
	if err != nil {
		return err
	}
	// After the turn: who reads slowly keeps nobody from the processor either.
	x.sendJSON(http.StatusOK, answer)
	return nil
}

func (s *Server) suggestion(x *exchange) (*suggestAnswer, error) {
	raw, err := readBody(x, maxSuggestBytes)
	if err != nil {
		return nil, err
	}
	values, err := checkShape(raw)
	if err != nil {
		return nil, err
	}
	turns := s.large
	if len(raw) <= maxSmallBytes {
		turns = s.small
	}
	place, err := turns.take(x.request.Context(), x.caller.Site.Hash, weight(len(raw), values))
	if err != nil {
		return nil, err
	}
	defer place.leave()
	request, err := readSuggestRequest(raw)
	if err != nil {
		return nil, err
	}
	if err := x.caller.proved(request.ContentID); err != nil {
		return nil, err
	}
	in, err := request.input()
	if err != nil {
		return nil, err
	}
	refined := request.Refined // and not the request, so that its bodies are not held while the engine works
	found := s.Suggest(in)
	answer := suggestAnswerOf(in, found)
	answer.RequestID = x.requestID
	if !refined {
		// Where to search is what the token says, not the body.
		answer.Search = confluence.SimilarPages(x.caller.SpaceKey, x.caller.Content.ID(), found.Search, in.Page.Labels)
	}
	return answer, nil
}

func suggestAnswerOf(in suggest.Input, found suggest.Answer) *suggestAnswer {
	answer := &suggestAnswer{
		Nothing: found.Nothing, Truncated: found.Truncated || anyTruncated(in),
		Suggestions: []suggestionAnswer{}, Removals: []removalAnswer{},
	}
	shown := map[string]bool{}
	for _, name := range in.Page.Labels {
		shown[name] = true
	}
	for _, suggested := range found.Suggestions {
		name, ok := suggestedName(suggested)
		if !ok || shown[name] {
			continue
		}
		shown[name] = true
		answer.Suggestions = append(answer.Suggestions, suggestionAnswer{
			Label: name, Ticked: suggested.Ticked, New: suggested.New, Reasons: reasonsOf(suggested.Reasons),
		})
	}
	if len(answer.Suggestions) == 0 && answer.Nothing == "" {
		answer.Nothing = suggest.NoneFits // what fitted is no name that Confluence takes
	}
	for _, removal := range found.Removals {
		answer.Removals = append(answer.Removals, removalAnswer{Label: removal.Label})
	}
	return answer
}

// anyTruncated reports whether a text is longer than what was read of it.
func anyTruncated(in suggest.Input) bool {
	return in.Page.Body.Truncated || slices.ContainsFunc(in.Neighbours, func(n suggest.Neighbour) bool { return n.Body.Truncated })
}

// suggestedName is the name to show, false if Confluence could not hold it: a
// label in use as it is spelled, a new one as it would be written.
func suggestedName(suggested suggest.Suggestion) (string, bool) {
	parse := label.Held
	if suggested.New {
		parse = label.Parse
	}
	name, err := parse(suggested.Label)
	return string(name), err == nil
}

func reasonsOf(reasons []suggest.Reason) []reasonAnswer {
	answers := []reasonAnswer{}
	for _, r := range reasons {
		answer := reasonAnswer{Kind: r.Kind, Text: r.Text, Where: r.Where, Count: r.Count, Of: r.Of, Words: r.Words}
		for _, page := range r.Pages {
			answer.Pages = append(answer.Pages, referenceAnswer(page))
		}
		answers = append(answers, answer)
	}
	return answers
}
