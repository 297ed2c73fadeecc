// Package tabletest holds a table of a document to what the code says, for
// tests: a test that uses it writes the table when it is run with -update.
//
// It must not know what the tables are about.
package tabletest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the tables that are made from the code")

// Check compares the rows of a table in a file of docs with these, or writes
// them there. head is the table's first line. The test has to run in a package
// that is two folders below the root.
func Check(t testing.TB, document, head string, rows [][]string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", document)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), "\n"+head+"\n")
	line, rest, whole := strings.Cut(rest, "\n") // the one of dashes
	table, after, ended := strings.Cut(rest, "\n\n")
	if !found || !whole || !ended {
		t.Fatalf("docs/%s has no table that begins with %s and ends before an empty line", document, head)
	}
	var made []string
	for _, row := range rows {
		made = append(made, "| "+strings.ReplaceAll(strings.Join(row, "\x00"), "|", `\|`)+" |")
	}
	want := strings.ReplaceAll(strings.Join(made, "\n"), "\x00", " | ")
	if *update {
		if err := os.WriteFile(path, []byte(before+"\n"+head+"\n"+line+"\n"+want+"\n\n"+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("docs/%s is out of date; this test, run with -update, writes it (-want +got):\n%s", document, diff)
	}
}
