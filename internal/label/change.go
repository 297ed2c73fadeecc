package label

import (
	"errors"
	"slices"
)

const (
	// MaxPerCall is how many labels Confluence takes in one request.
	MaxPerCall = 20

	// MaxPerPage is how many global labels Confluence lets a page have.
	MaxPerPage = 500

	// MaxPerChange bounds the adds of a change, and its removes. A remove
	// costs a request each, and a person waits for the answer: 50 fit well
	// into the 20 seconds that a request may take. Both lists have the same
	// bound, so that what undoes a change is itself a change.
	MaxPerChange = 50
)

// Change is what to do to the labels of a page. Its lists share no name and
// neither has a name twice.
type Change struct {
	Add    []Name
	Remove []Name
}

// NewChange makes a change of what a person asked for: names to add are parsed,
// names to remove are taken as Confluence holds them. A name that is asked for
// twice counts once; both lists keep their order. An error is an *Error and
// says which entry it is about.
func NewChange(add, remove []string) (Change, error) {
	if len(add)+len(remove) == 0 {
		return Change{}, &Error{Reason: NothingAsked}
	}
	adds, err := names("add", add, Parse)
	if err != nil {
		return Change{}, err
	}
	removes, err := names("remove", remove, Held)
	if err != nil {
		return Change{}, err
	}
	added := NewSet(adds...)
	for i, text := range remove {
		// Compared as parsed: who adds and removes "Red" means one label.
		if n, err := Parse(text); err == nil && added.Has(n) {
			return Change{}, &Error{Reason: AddedAndRemoved, List: "remove", Index: i}
		}
	}
	return Change{Add: adds, Remove: removes}, nil
}

// names makes the names of one list, each once.
func names(list string, texts []string, parse func(string) (Name, error)) ([]Name, error) {
	if len(texts) > MaxPerChange {
		return nil, &Error{Reason: TooMany, List: list, Index: len(texts)}
	}
	var found []Name
	for i, text := range texts {
		n, err := parse(text)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); ok {
				e.List, e.Index = list, i
			}
			return nil, err
		}
		if !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	return found, nil
}

// Batches returns the names to add in groups that fit into one request.
func (c Change) Batches() [][]Name {
	return slices.Collect(slices.Chunk(c.Add, MaxPerCall))
}

// Minimal returns the change without what is already so: the part that is still
// to do on a page that holds current.
func (c Change) Minimal(current Set) Change {
	var m Change
	for _, n := range c.Add {
		if !current.Has(n) {
			m.Add = append(m.Add, n)
		}
	}
	for _, n := range c.Remove {
		if current.Has(n) {
			m.Remove = append(m.Remove, n)
		}
	}
	return m
}
