package site

import (
	"context"
	"encoding/json"
	"time"
)

// Entry is what a backup holds of one site: its record, or its mark, which says
// that it was erased or uninstalled. An entry with both is read as the mark
// first, then the record.
type Entry struct {
	Name     string          `json:"name"`              // see Name
	Record   json.RawMessage `json:"record,omitempty"`  // as stored; what is no JSON is a JSON string here
	ErasedAt time.Time       `json:"erasedAt,omitzero"` // when the site was erased or uninstalled
}

// Export calls visit with all that a backup needs, one entry at a time: every
// mark, every record as it is stored, secrets sealed, and the marks made
// meanwhile. So a record that is erased during the export is followed by its
// mark. Records that the setting of now keeps no longer are left out.
//
// A record that cannot be read is exported all the same, for whoever looks into
// its cause. What is no JSON, or above the limit of 64 KiB, becomes a JSON
// string of its first 64 KiB, in which bytes that are no UTF-8 are replaced.
//
// It misses what Each may miss, and its errors are those of Each.
func (s *Store) Export(ctx context.Context, visit func(Entry) error) error {
	exported := map[string]string{} // marks, by Name
	marks := func() error {
		return s.each(ctx, erasedKey, func(name, stored string) error {
			if exported[name] == stored {
				return nil
			}
			exported[name] = stored
			return visit(Entry{Name: name, ErasedAt: erasedAt(value{stored, true}, s.settings.Now())})
		})
	}
	if err := marks(); err != nil {
		return err
	}
	if err := s.each(ctx, siteKey, func(name, stored string) error {
		if r, err := parse(name, stored); err == nil && s.isOver(r.expires(s.settings.Keep)) {
			return nil
		}
		raw, err := rawRecord(stored)
		if err != nil {
			return err
		}
		return visit(Entry{Name: name, Record: raw})
	}); err != nil {
		return err
	}
	return marks()
}

// isOver reports whether what expires then has expired; zero never does.
func (s *Store) isOver(expires time.Time) bool {
	return !expires.IsZero() && !s.settings.Now().Before(expires)
}

func rawRecord(stored string) (json.RawMessage, error) {
	if len(stored) <= maxRecord && json.Valid([]byte(stored)) {
		return json.RawMessage(stored), nil
	}
	return json.Marshal(stored[:min(len(stored), maxRecord)])
}

// Check is an error unless an entry of Export is a record of this program whose
// secrets open with the store's keys, or no record at all. Redis is not asked.
// If the key service does not answer the error wraps
// seal.ErrKeyServiceUnavailable, and says nothing about the record.
func (s *Store) Check(ctx context.Context, entry Entry) error {
	if entry.Record == nil {
		return nil
	}
	r, err := parse(entry.Name, string(entry.Record))
	if err != nil {
		return err
	}
	_, err = r.open(ctx, s.sealer)
	return err
}
