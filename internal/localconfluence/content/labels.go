package content

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// Label is a label of the site. The same label on two pages has one id.
type Label struct {
	ID     int64  `json:"id"`
	Prefix string `json:"prefix"` // global, my or team
	Name   string `json:"name"`
}

const (
	maxLabelsPerCall    = 20
	maxLabelsPerContent = 500
	maxLabelName        = 255 // UTF-16 code units, as Java counts
	favourite           = "favourite"
)

// forbiddenInLabels cannot be part of a label; whitespace cannot either.
const forbiddenInLabels = ":;,.?&[]()#^*@!<>"

// NewLabel is a label as a REST call names it.
type NewLabel struct{ Prefix, Name string }

// parse applies the rules of the REST API to what a call named: split at
// whitespace, take a prefix off the front, lower-case. All or nothing.
func parse(named []NewLabel) ([]NewLabel, error) {
	var out []NewLabel
	for _, n := range named {
		pieces := strings.FieldsFunc(n.Name, unicode.IsSpace)
		if len(pieces) == 0 {
			return nil, invalid("A label cannot be empty")
		}
		for _, piece := range pieces {
			l := NewLabel{Prefix: strings.ToLower(n.Prefix), Name: piece}
			if prefix, rest, found := strings.Cut(piece, ":"); found {
				switch p := strings.ToLower(prefix); {
				case p == "my" || p == "team" || p == "global":
					l = NewLabel{Prefix: p, Name: rest}
				case strings.HasPrefix(p, "~"):
					l = NewLabel{Prefix: "my", Name: rest}
				}
			}
			l.Name = strings.ToLower(l.Name)
			switch {
			case l.Prefix != "global" && l.Prefix != "my" && l.Prefix != "team":
				return nil, invalid("A label has an unknown prefix")
			case l.Name == "":
				return nil, invalid("A label cannot be empty")
			case len(utf16.Encode([]rune(l.Name))) > maxLabelName:
				return nil, invalid("A label has too many characters, the limit is %d", maxLabelName)
			case strings.ContainsAny(l.Name, forbiddenInLabels):
				return nil, invalid("A label contains invalid characters")
			}
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	if len(out) > maxLabelsPerCall {
		return nil, invalid("Too many labels in one request, the limit is %d", maxLabelsPerCall)
	}
	return out, nil
}

// labelKeeper is what labels can be attached to: an item or a space.
type labelKeeper struct {
	attached *[]attached
	item     *item // nil for a space
}

// AddLabels adds labels to a content. Those it has already stay as they are.
// It returns all labels of the content that the actor may see.
func (s *Store) AddLabels(actor, id string, named []NewLabel) ([]Label, error) {
	var all []Label
	err := s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		if it.Status == Draft {
			return ErrNotFound // the v1 endpoint looks up current content only
		}
		err = s.add(actor, labelKeeper{&it.labels, it}, named)
		all = s.labelsOf(it.labels, actor)
		return err
	})
	return all, err
}

// AddSpaceLabels adds labels to a space itself; it takes an administrator.
func (s *Store) AddSpaceLabels(actor, idOrKey string, named []NewLabel) ([]Label, error) {
	var all []Label
	err := s.change(func() error {
		sp, err := s.space(actor, idOrKey)
		if err != nil {
			return err
		}
		if !s.administers(actor, sp) {
			return ErrForbidden
		}
		err = s.add(actor, labelKeeper{&sp.labels, nil}, named)
		all = s.labelsOf(sp.labels, actor)
		return err
	})
	return all, err
}

func (s *Store) add(actor string, to labelKeeper, named []NewLabel) error {
	if len(named) > maxLabelsPerCall {
		return invalid("Too many labels in one request, the limit is %d", maxLabelsPerCall)
	}
	wanted, err := parse(named)
	if err != nil {
		return err
	}
	var missing []NewLabel
	count := 0
	for _, a := range *to.attached {
		if l := s.labels[a.label]; l.Prefix != "my" || l.Name != favourite {
			count++
		}
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(*to.attached, func(a attached) bool { return s.is(a, w, actor) }) {
			missing = append(missing, w)
			if w != (NewLabel{"my", favourite}) {
				count++
			}
		}
	}
	if len(missing) > 0 && count > maxLabelsPerContent {
		return invalid("The content would have more than %d labels", maxLabelsPerContent)
	}
	for _, w := range missing {
		label := s.registered(actor, w)
		a := attached{label: label.ID, at: s.now()}
		if w.Prefix == "my" {
			a.owner = actor
		}
		*to.attached = append(*to.attached, a)
		if to.item != nil {
			s.happened("label_added", actor, to.item, label)
		}
	}
	if to.item != nil && len(missing) > 0 {
		s.touched(to.item)
	}
	return nil
}

// is reports whether an attached label is the one named, to this viewer.
func (s *Store) is(a attached, n NewLabel, viewer string) bool {
	l := s.labels[a.label]
	return l.Prefix == n.Prefix && l.Name == n.Name && (a.owner == "" || a.owner == viewer)
}

func (s *Store) registered(actor string, n NewLabel) *Label {
	if l := s.byName[n]; l != nil {
		return l
	}
	s.nextID++
	l := &Label{ID: s.nextID, Prefix: n.Prefix, Name: n.Name}
	s.labels[l.ID], s.byName[n] = l, l
	s.happened("label_created", actor, nil, l)
	return l
}

// RemoveLabel takes a label off a content. A label that is not on it, or that
// could not be a label, is no error: nothing happens.
func (s *Store) RemoveLabel(actor, id, name string) error {
	return s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		if it.Status == Draft {
			return ErrNotFound
		}
		if it.Status == Archived {
			return ErrForbidden
		}
		s.remove(actor, labelKeeper{&it.labels, it}, "global", name)
		return nil
	})
}

// RemoveSpaceLabel takes a label off a space itself.
func (s *Store) RemoveSpaceLabel(actor, idOrKey, prefix, name string) error {
	return s.change(func() error {
		sp, err := s.space(actor, idOrKey)
		if err != nil {
			return err
		}
		if !s.administers(actor, sp) {
			return ErrForbidden
		}
		s.remove(actor, labelKeeper{&sp.labels, nil}, prefix, name)
		return nil
	})
}

func (s *Store) remove(actor string, from labelKeeper, prefix, name string) {
	named, err := parse([]NewLabel{{prefix, name}})
	if err != nil || len(named) != 1 {
		return
	}
	at := slices.IndexFunc(*from.attached, func(a attached) bool { return s.is(a, named[0], actor) })
	if at < 0 {
		return
	}
	label := s.labels[(*from.attached)[at].label]
	*from.attached = slices.Delete(*from.attached, at, at+1)
	if from.item != nil {
		s.touched(from.item)
		s.happened("label_removed", actor, from.item, label)
	}
	if !s.used(label.ID) {
		delete(s.labels, label.ID)
		delete(s.byName, NewLabel{label.Prefix, label.Name})
		s.happened("label_deleted", actor, nil, label)
	}
}

func (s *Store) used(id int64) bool {
	has := func(as []attached) bool {
		return slices.ContainsFunc(as, func(a attached) bool { return a.label == id })
	}
	for _, it := range s.items {
		if has(it.labels) {
			return true
		}
	}
	return slices.ContainsFunc(s.spaces, func(sp *space) bool { return has(sp.labels) }) ||
		slices.ContainsFunc(s.templates, func(t template) bool { return has(t.labels) })
}

func (s *Store) labelsOf(as []attached, viewer string) []Label {
	out := []Label{}
	for _, a := range as {
		if a.owner == "" || a.owner == viewer {
			out = append(out, *s.labels[a.label])
		}
	}
	return out
}

// Labels returns the labels of a content that the viewer may see, in the order
// they were added.
func (s *Store) Labels(viewer, id string) ([]Label, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return nil, err
	}
	return s.labelsOf(it.labels, viewer), nil
}

// SpaceLabels returns the labels of a space itself.
func (s *Store) SpaceLabels(viewer, idOrKey string) ([]Label, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sp, err := s.space(viewer, idOrKey)
	if err != nil {
		return nil, err
	}
	return s.labelsOf(sp.labels, viewer), nil
}

// LabelsIn returns the labels used on content of a space that the viewer may
// see; spaceID "" means the whole site. Ordered by when they were first made.
func (s *Store) LabelsIn(viewer, spaceID string) []Label {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[int64]bool{}
	out := []Label{}
	for _, it := range s.items {
		if spaceID != "" && it.SpaceID != spaceID || it.Status == Trashed || !s.sees(viewer, it) {
			continue
		}
		for _, l := range s.labelsOf(it.labels, viewer) {
			if !seen[l.ID] {
				seen[l.ID] = true
				out = append(out, l)
			}
		}
	}
	slices.SortFunc(out, func(a, b Label) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Labelled returns the label with this id and the current content that carries
// it and that the viewer may see, ordered by id.
func (s *Store) Labelled(viewer string, id int64) (Label, []Content, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	label := s.labels[id]
	if label == nil {
		return Label{}, nil, ErrNotFound
	}
	return *label, s.visible(viewer, func(it *item) bool {
		return it.Status == Current && slices.ContainsFunc(it.labels, func(a attached) bool { return a.label == id && (a.owner == "" || a.owner == viewer) })
	}), nil
}

// LabelNamed returns the global label with this name.
func (s *Store) LabelNamed(name string) (Label, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if l := s.byName[NewLabel{"global", strings.ToLower(name)}]; l != nil {
		return *l, nil
	}
	return Label{}, ErrNotFound
}

// SetSearchLag says how long search goes on showing what a content was before
// a change.
func (s *Store) SetSearchLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.searchLag = d
}
