package suggest

// Examined is a label as it was judged, before anything was picked: for the
// command that fits the weights and measures what each feature adds.
type Examined struct {
	Label     string
	Situation Situation
	Features  Features
	Pages     int // neighbours that have it
}

// Examine judges every label that anything speaks for, in no particular order
// but always the same.
func Examine(in Input) []Examined {
	s, parts, page := fitted.around(&in)
	return s.examined(parts, page)
}

// Examine is Examine in a space that was learned.
func (s *Space) Examine(in Input) (all []Examined) {
	s.about(&in, func(s *space, parts []part, page text) { all = s.examined(parts, page) })
	return all
}

func (s *space) examined(parts []part, page text) []Examined {
	x, likeness := s.index(parts, page), s.compare(page)
	found := s.candidates(x, &likeness)
	all := make([]Examined, 0, len(found))
	for i := range found {
		c := &found[i]
		l := &s.labels[c.label]
		all = append(all, Examined{l.name, c.situation, c.features, l.without(s.itself)})
	}
	return all
}
