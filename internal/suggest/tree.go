package suggest

// treePlace is where around the page a label is.
type treePlace struct {
	parent   bool // on the page above
	siblings int  // on so many of the pages beside
}

// readTree notes where each label is. What the tree has, is in use.
func (s *space) readTree(tree *Tree) {
	s.places = map[string]treePlace{}
	for _, name := range tree.Parent {
		if name != "" {
			l := s.label(name)
			place := s.places[l.name]
			place.parent = true
			s.places[l.name] = place
		}
	}
	for _, c := range tree.Siblings {
		if c.Label != "" && c.Pages > 0 {
			l := s.label(c.Label)
			place := s.places[l.name]
			place.siblings = max(place.siblings, c.Pages)
			s.places[l.name] = place
		}
	}
}

// fewestSiblings is how many pages beside this one say something of it: what one
// page is about, the page beside it need not be.
const fewestSiblings = 2

// The log-odds that a place in the tree adds. They are set by hand: no public
// set of pages has both a tree and labels to fit them on. A label that the page
// above and most pages beside have is likely, alone it is never sure.
const (
	parentAdds     = 0.7
	siblingsAdd    = 2.5 // times the share of siblings that have it
	siblingsAsMore = 2   // as if so many more siblings without it were there
)

// logOdds is what a place adds where there are so many pages beside.
func (p treePlace) logOdds(of int) float64 {
	sum := 0.0
	if p.siblings >= fewestSiblings {
		sum = siblingsAdd * float64(p.siblings) / float64(max(of, p.siblings)+siblingsAsMore)
	}
	if p.parent {
		sum += parentAdds
	}
	return sum
}
