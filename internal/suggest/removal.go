package suggest

import (
	"cmp"

	"labelup/internal/order"
)

// A label of the page is offered for removal only if much would speak for it
// were it right, and nothing does. Wrong advice here costs more than none.
const (
	removalPages     = 15   // neighbours with text there must be
	removalUses      = 4    // neighbours with the label
	removalWords     = 60   // on the page
	removalProfile   = 0.35 // of the likeness that the best label has
	removalVotes     = 0.07 // one weak vote of the most similar pages may be chance
	removalCertainty = 0.04 // a label that likely is wrong
	mostRemovals     = 3
)

// removals finds the labels of the page that nothing supports: not a word of
// them on the page, the similar pages have others, and the pages that have them
// are about other things.
func (s *space) removals(found []candidate, page text) []Removal {
	removals := []Removal{}
	if s.withText < removalPages || page.words < removalWords {
		return removals
	}
	own := make(map[string]bool, len(s.in.Page.Labels))
	for _, name := range s.in.Page.Labels {
		own[name] = true
	}
	best := 0.0
	for i := range found {
		best = max(best, found[i].features[profileFeature])
	}
	for i := range found {
		c := &found[i]
		l := &s.labels[c.label]
		switch f := &c.features; {
		case !own[l.name], c.situation > BySearch, len(l.pages) < removalUses,
			c.naming.count > 0, f[textFeature] > 0, f[similarFeature] > removalVotes, c.place != (treePlace{}),
			f[profileFeature] > removalProfile*best, c.score > removalCertainty:
			continue
		}
		removals = append(removals, Removal{Label: l.name, Score: rounded(1 - c.score)})
	}
	order.By(removals, func(a, b *Removal) int { return cmp.Compare(b.Score, a.Score) })
	return removals[:min(len(removals), mostRemovals)]
}
