package technicallog

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/datamap"
)

func TestNoFieldIsDeclaredTwice(t *testing.T) {
	names := namesOf(list)
	slices.Sort(names)
	if len(slices.Compact(names)) != len(list) || len(list) < 20 {
		t.Errorf("%d fields, and not all of them of another name: %q", len(list), names)
	}
}

func TestAFieldWithoutAPurposeStopsTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a field that says nothing of itself is accepted")
		}
	}()
	fields := append(slices.Clone(list), datamap.Field{Name: "title"})
	datamap.Named(namesOf(fields), datamap.Store{Name: Data.Name, Place: Data.Place, Kept: Data.Kept, Protection: Data.Protection, Fields: fields})
}

func TestARecordCannotBringTheFieldsThatTheLogWritesItself(t *testing.T) {
	got := logged(t, func(l *slog.Logger) { l.Info("request", "msg", "other", "level", "none", fieldsLost, 0) })
	if diff := cmp.Diff(map[string]any{"level": "INFO", "msg": "request", "fields_lost": 3.0}, got); diff != "" {
		t.Errorf("logged line differs (-want +got):\n%s", diff)
	}
}
