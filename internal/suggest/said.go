package suggest

import (
	"slices"

	"labelup/internal/words"
)

// saidScore is what a label needs to be suggested beside one that has its words.
const saidScore = 0.5

// isSaid reports whether a label that was picked says what this one does: its words
// are those of this one in other forms (strategic-plan, strategic-planning). What the
// page says of both, it says of the better one. A label that has further words is
// another: webserver-parameters beside webserver is as often right as others are.
func (s *space) isSaid(picked []candidate, c *candidate) bool {
	if c.score >= saidScore || len(picked) == 0 {
		return false
	}
	own := s.contentOf(c.label)
	return len(own) > 0 && slices.ContainsFunc(picked, func(better candidate) bool {
		other := s.contentOf(better.label)
		return isWithin(own, other) && isWithin(other, own)
	})
}

// contentOf is the stems of a label's name that mean something.
func (s *space) contentOf(label int32) []words.ID {
	l := &s.labels[label]
	if len(l.names) == 0 {
		return nil
	}
	own := &l.names[0]
	content := make([]words.ID, 0, len(own.stems))
	for i, id := range own.stems {
		if !own.stops[i] {
			content = append(content, id)
		}
	}
	return content
}

func isWithin(a, b []words.ID) bool {
	return !slices.ContainsFunc(a, func(id words.ID) bool { return !slices.Contains(b, id) })
}
