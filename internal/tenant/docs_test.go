package tenant

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePageAboutRedisSaysWhatTheCodeDoes holds docs/tenants.md against the
// record, its comments, the names of the keys and the times.
func TestThePageAboutRedisSaysWhatTheCodeDoes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "tenants.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)

	parsed, err := parser.ParseFile(gotoken.NewFileSet(), "record.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		declared, ok := n.(*ast.TypeSpec)
		if !ok || declared.Name.Name != "record" {
			return true
		}
		for _, field := range declared.Type.(*ast.StructType).Fields.List {
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			want = append(want, "| `"+name+"` | "+strings.TrimSpace(field.Comment.Text())+" |")
		}
		return false
	})
	if len(want) != reflect.TypeFor[record]().NumField() {
		t.Fatalf("found %d fields of the record only", len(want))
	}
	_, table, _ := strings.Cut(page, "## The record")
	table, _, _ = strings.Cut(table, "## ")
	if diff := cmp.Diff(want, regexp.MustCompile("(?m)^\\| `.*$").FindAllString(table, -1)); diff != "" {
		t.Errorf("the fields differ (-code +page):\n%s", diff)
	}

	keys := []string{siteKey("<site>"), strings.ReplaceAll(tokenKey("<site>", [32]byte{}), strings.Repeat("0", 64), "<token>")}
	var found []string
	for _, match := range regexp.MustCompile("(?m)^\\| `(labelup:[^`]*)` \\|").FindAllStringSubmatch(page, -1) {
		found = append(found, match[1])
	}
	if diff := cmp.Diff(keys, found); diff != "" {
		t.Errorf("the keys differ (-code +page):\n%s", diff)
	}
	for _, said := range []string{"`" + channel + "`", strconv.Itoa(int(keptAfterUninstall.Hours()/24)) + " days after"} {
		if !strings.Contains(page, said) {
			t.Errorf("the page does not say %s", said)
		}
	}
}
