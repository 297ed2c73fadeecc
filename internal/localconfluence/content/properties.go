package content

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// Property is a value an app or a person stored on a content or a space.
type Property struct {
	ID        string // decimal digits
	Key       string
	Value     json.RawMessage
	Number    int // of the version, from 1
	Message   string
	CreatedAt time.Time
	AuthorID  string
}

const (
	maxPropertyKey   = 255
	maxPropertyValue = 32768 // bytes of JSON
)

// Owner names what a property belongs to.
type Owner struct {
	Space bool
	ID    string
}

// keeper returns the properties of an owner, if the viewer may see it and, to
// write, change it: whoever edits a page may write its properties, a space's
// take an administrator.
func (s *Store) keeper(viewer string, o Owner, write bool) (*[]Property, error) {
	if o.Space {
		sp, err := s.space(viewer, o.ID)
		if err != nil {
			return nil, err
		}
		if write && !s.administers(viewer, sp) {
			return nil, ErrForbidden
		}
		return &sp.properties, nil
	}
	find := s.find
	if write {
		find = s.findEditable
	}
	it, err := find(viewer, o.ID)
	if err != nil {
		return nil, err
	}
	return &it.properties, nil
}

// Properties returns the properties of an owner, ordered by id.
func (s *Store) Properties(viewer string, o Owner) ([]Property, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ps, err := s.keeper(viewer, o, false)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(*ps)
	slices.SortFunc(out, func(a, b Property) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// SetProperty creates a property (p.ID empty) or saves its next version.
// p.Number must then be the present number plus one, else ErrConflict, which
// is also the answer to a key that exists.
func (s *Store) SetProperty(actor string, o Owner, p Property) (Property, error) {
	err := s.change(func() error {
		ps, err := s.keeper(actor, o, true)
		if err != nil {
			return err
		}
		if p.Key == "" || len(p.Key) > maxPropertyKey {
			return invalid("a property key has 1 to %d characters", maxPropertyKey)
		}
		if len(p.Value) > maxPropertyValue {
			return invalid("a property value has at most %d characters", maxPropertyValue)
		}
		if !json.Valid(p.Value) {
			return invalid("a property value is JSON")
		}
		p.CreatedAt, p.AuthorID, p.Value = s.now(), actor, slices.Clone(p.Value)
		defer s.propertiesTouched(o)
		if p.ID == "" {
			if slices.ContainsFunc(*ps, func(x Property) bool { return x.Key == p.Key }) {
				return ErrConflict
			}
			s.nextID++
			p.ID, p.Number = strconv.FormatInt(s.nextID, 10), 1
			*ps = append(*ps, p)
			return nil
		}
		at := slices.IndexFunc(*ps, func(x Property) bool { return x.ID == p.ID })
		switch {
		case at < 0:
			return ErrNotFound
		case (*ps)[at].Key != p.Key:
			return invalid("the key of a property cannot change")
		case p.Number != (*ps)[at].Number+1:
			return ErrConflict
		}
		(*ps)[at] = p
		return nil
	})
	return p, err
}

// DeleteProperty deletes a property by id.
func (s *Store) DeleteProperty(actor string, o Owner, id string) error {
	return s.change(func() error {
		ps, err := s.keeper(actor, o, true)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(*ps, func(x Property) bool { return x.ID == id })
		if at < 0 {
			return ErrNotFound
		}
		*ps = slices.Delete(*ps, at, at+1)
		s.propertiesTouched(o)
		return nil
	})
}

// propertiesTouched queues the owner for indexing; of a space search knows no
// properties.
func (s *Store) propertiesTouched(o Owner) {
	if it := s.items[o.ID]; it != nil && !o.Space {
		s.touched(it)
	}
}
