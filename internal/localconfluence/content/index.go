package content

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"labelup/internal/localconfluence/cql"
)

// entry is what search knows of a content.
type entry = cql.Document

type pendingEntry struct {
	at    time.Time
	id    string
	entry *entry // nil: it left the index
}

// touched queues a content for indexing; search shows it after the lag.
func (s *Store) touched(it *item) {
	s.entitle(it)
	s.settle() // so that what waits is bounded by the lag, not by the writes
	p := pendingEntry{at: s.now().Add(s.searchLag), id: it.ID}
	if it.Status == Current {
		e := s.entryOf(it)
		p.entry = &e
	}
	s.pending = append(s.pending, p)
}

func (s *Store) entryOf(it *item) entry {
	if it.text == nil {
		body := it.Body
		it.text = cql.NewText(it.Title, func() string { return Text(body) })
		it.macros = nil
		if strings.Contains(body, "<ac:") { // most bodies have none, and reading them is dear
			for _, m := range Macros(body) {
				if !slices.Contains(it.macros, m.Name) {
					it.macros = append(it.macros, m.Name)
				}
			}
		}
	}
	e := entry{
		ID: it.ID, Type: string(it.Type), Title: it.Title, Text: it.text, Parent: it.ParentID, Macros: it.macros,
		SpaceKey: s.spaceKey(it.SpaceID), Ancestors: s.ancestors(it), Created: it.CreatedAt, LastModified: it.Version.At, Creator: it.AuthorID,
	}
	for _, a := range it.labels {
		if l := s.labels[a.label]; l.Prefix == "global" {
			e.Labels = append(e.Labels, l.Name)
		}
	}
	for _, p := range it.properties {
		if e.Properties == nil {
			e.Properties = map[string]json.RawMessage{}
		}
		e.Properties[p.Key] = p.Value
	}
	return e
}

// Indexed returns what search finds for a viewer, ordered by id, with what is in
// archived spaces or without. It may be out of date by the search lag; who may
// see what never is. Nobody changes what is returned.
func (s *Store) Indexed(viewer string, archived bool) []*cql.Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	if s.ordered == nil {
		s.ordered = slices.SortedFunc(maps.Values(s.index), func(a, b *entry) int { return CompareIDs(a.ID, b.ID) })
	}
	var out []*cql.Document
	for _, e := range s.ordered {
		it := s.items[e.ID]
		if it == nil || it.Status != Current || !s.sees(viewer, it) {
			continue
		}
		if sp, err := s.space(viewer, it.SpaceID); err == nil && (archived || !sp.Archived) {
			out = append(out, e)
		}
	}
	return out
}

// settle takes into the index what has waited long enough.
func (s *Store) settle() {
	now := s.now()
	later := s.pending[:0]
	for _, p := range s.pending {
		switch {
		case p.at.After(now):
			later = append(later, p)
		case p.entry == nil:
			delete(s.index, p.id)
			s.ordered = nil
		default:
			s.index[p.id] = p.entry
			s.ordered = nil
		}
	}
	s.pending = later
}
