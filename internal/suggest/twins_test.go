package suggest

import "labelup/internal/twin"

// compared judges two names by how they are written.
func compared(a, b string) twin.Verdict {
	x, y := twin.FormOf(a), twin.FormOf(b)
	return twin.Compare(&x, &y)
}
