package technicallog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/datamap"
)

func TestEveryNamedFieldIsDeclaredAndTheOtherWayRound(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "fields.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	named := []string{slog.TimeKey, slog.LevelKey, slog.MessageKey}
	for _, declaration := range parsed.Decls {
		constants, ok := declaration.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST || len(constants.Specs) < 10 {
			continue
		}
		for _, spec := range constants.Specs {
			name, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			named = append(named, name)
		}
	}
	var declared []string
	for _, field := range Data.Fields {
		declared = append(declared, field.Name)
	}
	if diff := cmp.Diff(named, declared); diff != "" {
		t.Errorf("the constants and the declaration differ (-constants +declared):\n%s", diff)
	}
	slices.Sort(declared)
	if len(slices.Compact(declared)) != len(Data.Fields) {
		t.Error("a field is declared twice")
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
