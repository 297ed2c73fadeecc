package handlers

import (
	"net/http"

	"labelup/internal/fault"
	"labelup/internal/suggest/answer"
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
	maxSuggestBytes = answer.MaxBytes

	maxSmallBytes = 256 << 10
	smallPlaces   = 32
	smallRoom     = 32 << 20
	largePlaces   = 12
	largeRoom     = 64 << 20
)

// suggestLabels answers which labels fit the page that the caller's proof is
// bound to. It reads nothing but the request.
func (s *Server) suggestLabels(x *exchange) error {
	if x.caller.AccountID == "" {
		return fault.New(fault.Anonymous, "no_account") // there is nothing they could apply
	}
	body, err := s.suggestion(x)
	if err != nil {
		return err
	}
	// After the turn: who reads slowly keeps nobody from the processor either.
	x.send(http.StatusOK, contentJSON, body)
	return nil
}

func (s *Server) suggestion(x *exchange) ([]byte, error) {
	raw, err := readBody(x, maxSuggestBytes)
	if err != nil {
		return nil, err
	}
	values, err := answer.Shape(raw)
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
	request, err := answer.Read(raw)
	if err != nil {
		return nil, err
	}
	if err := x.caller.proved(request.ContentID); err != nil {
		return nil, err
	}
	// Where to search is what the proof says, not the body.
	return request.Answer(s.Suggest, x.caller.SpaceKey, x.requestID)
}

// weight is how many bytes of memory a request takes at most while it is worked
// on, by its shape: what is decoded of it, and what the engine makes of its words,
// until those are as many as it reads.
func weight(bytes, values int) int {
	const ofByte, ofValue, ofWords, mostOfWords = 2, 40, 64, 40 << 20
	return 1<<20 + ofByte*bytes + ofValue*values + min(ofWords*bytes, mostOfWords)
}
