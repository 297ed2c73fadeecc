package content

import (
	"slices"
	"strconv"
)

// Template is what a page can be begun with, in one space or on the whole site.
type Template struct {
	ID, Name, Description string

	SpaceID string // "" for one of the whole site
	Body    string // storage format
	Labels  []Label
}

type template struct {
	Template

	labels []attached
}

// AddTemplate makes a template with labels; its id and labels are made here.
func (s *Store) AddTemplate(t Template, named []NewLabel) (Template, error) {
	err := s.change(func() error {
		if t.SpaceID != "" && s.spaceKey(t.SpaceID) == "" {
			return ErrNotFound
		}
		if t.Name == "" {
			return invalid("a template needs a name")
		}
		s.nextID++
		t.ID = strconv.FormatInt(s.nextID, 10)
		made := template{Template: t}
		if err := s.add("", labelKeeper{&made.labels, nil}, named); err != nil {
			return err
		}
		s.templates = append(s.templates, made)
		t.Labels = s.labelsOf(made.labels, "")
		return nil
	})
	return t, err
}

// Templates returns the templates of a space, or with spaceKey "" those of the
// whole site.
func (s *Store) Templates(viewer, spaceKey string) ([]Template, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := ""
	if spaceKey != "" {
		sp, err := s.space(viewer, spaceKey)
		if err != nil {
			return nil, err
		}
		id = sp.ID
	}
	return s.templatesWhere(func(t template) bool { return t.SpaceID == id }), nil
}

// TemplatesLabelled returns the templates that carry a label and that the viewer
// may see.
func (s *Store) TemplatesLabelled(viewer string, label int64) []Template {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.templatesWhere(func(t template) bool {
		if t.SpaceID != "" {
			if _, err := s.space(viewer, t.SpaceID); err != nil {
				return false
			}
		}
		return slices.ContainsFunc(t.labels, func(a attached) bool { return a.label == label })
	})
}

func (s *Store) templatesWhere(wanted func(template) bool) []Template {
	out := []Template{}
	for _, t := range s.templates {
		if wanted(t) {
			one := t.Template
			one.Labels = s.labelsOf(t.labels, "")
			out = append(out, one)
		}
	}
	return out
}
