package suggest

// understand reads a page and what is around it, as Suggest does.
func understand(in *Input) (*space, *pageIndex, likeness, text) {
	s, parts, page := fitted.around(in)
	return s, s.index(parts, page), s.compare(page), page
}
