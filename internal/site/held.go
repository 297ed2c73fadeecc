package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"
)

// HeldField is one field of a site's record as people may see it.
type HeldField struct {
	Name  string // as it is stored, and as Stores has it
	Value string // as text; a secret is only described
}

// Held returns the record of a site as it is stored at this moment, the fields
// that it has in the order of Stores, then those of another version of the
// program. No secret is in it. It returns ErrUnknown if there is no
// record, and an error that wraps connect.ErrStoreUnavailable, and ErrCorrupt
// too if it cannot be read.
func (s *Store) Held(ctx context.Context, clientKey string) ([]HeldField, error) {
	return s.HeldByName(ctx, Name(clientKey))
}

// HeldByName is Held for who knows the Name of the site only.
func (s *Store) HeldByName(ctx context.Context, name string) ([]HeldField, error) {
	if !isName(name) {
		return nil, errNoName
	}
	stored, err := s.client.Get(ctx, siteKey(name)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, unavailable(err)
	}
	r, err := parseWhole(name, stored)
	if err != nil {
		return nil, unavailable(err)
	}
	fields, err := shown(r, stored)
	if err != nil {
		return nil, unavailable(err)
	}
	return fields, nil
}

func shown(r *record, stored string) ([]HeldField, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(stored), &all); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of a record", ErrCorrupt)
	}
	var fields []HeldField
	for _, field := range siteStore.Fields {
		value, ok := all[field.Name]
		if !ok {
			continue
		}
		text := string(value)
		if len(value) > 0 && value[0] == '"' {
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, fmt.Errorf("%w: not the JSON of a record", ErrCorrupt)
			}
		}
		if field.Name == fieldSharedSecret || field.Name == fieldPreviousSecret {
			text = fmt.Sprintf("sealed, %d characters", len(text))
		}
		fields = append(fields, HeldField{Name: field.Name, Value: text})
	}
	for _, name := range slices.Sorted(maps.Keys(r.unknown)) {
		// It may be a secret, and only the other program knows.
		text := fmt.Sprintf("of another version of the app, %d characters", len(r.unknown[name]))
		if slices.Contains(formerFields, name) {
			text = "no longer kept: it goes when the record is written next"
		}
		fields = append(fields, HeldField{Name: name, Value: text})
	}
	return fields, nil
}
