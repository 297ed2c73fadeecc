package suggest

// Examined is a label as it was judged, before anything was picked: for the
// command that fits the weights and measures what each feature adds.
type Examined struct {
	Label     string
	Situation Situation
	Features  Features
}

// Examine judges every label that anything speaks for, in no particular order
// but always the same.
func Examine(in Input) []Examined {
	s, x, likeness, _ := fitted.understand(&in)
	found := s.candidates(x, &likeness)
	all := make([]Examined, 0, len(found))
	for i := range found {
		c := &found[i]
		all = append(all, Examined{s.labels[c.label].name, c.situation, c.features})
	}
	return all
}
