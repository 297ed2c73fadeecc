package labelup_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The service and a browser suggest the same only if both round alike. Go lets a
// processor that can do so, arm64 or s390x, make one operation of a product and a
// sum, which then is rounded once; a browser never does. So each product in what
// the browser runs is rounded by a conversion where it stands, unless it goes
// straight into another product, a quotient or a comparison, which fuse with
// nothing. Nor does any of it use functions of package math that processors have
// in assembly: package elementary has them.
//
// Source: "Floating-point operators" in the Go specification.
func TestWhatABrowserRunsRoundsAsTheServiceDoes(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", "./internal/suggest/answer").Output()
	if err != nil {
		t.Fatal(err)
	}
	exports, seen := map[string]string{}, 0
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[pkg.ImportPath] = pkg.Export
		if !strings.HasPrefix(pkg.ImportPath, "labelup/") {
			continue
		}
		var parsed []*ast.File
		for _, name := range pkg.GoFiles {
			file, err := parser.ParseFile(files, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, file)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		if _, err := (&types.Config{Importer: imports}).Check(pkg.ImportPath, files, parsed, info); err != nil {
			t.Fatal(err)
		}
		for _, file := range parsed {
			seen += checkRounding(t, files, file, info)
		}
	}
	if seen < 30 {
		t.Errorf("found %d products only", seen)
	}
}

// checkRounding reports the products that may be fused, and returns how many there
// are of both kinds.
func checkRounding(t *testing.T, files *token.FileSet, file *ast.File, info *types.Info) (seen int) {
	var above []ast.Node // the nodes that the one which is looked at is in
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			above = above[:len(above)-1]
			return true
		}
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if tv := info.Types[n]; n.Op == token.MUL && isFloat(tv.Type) && tv.Value == nil {
				seen++
				if !staysApart(above, info) {
					t.Errorf("%s: this product is not rounded before it may go into a sum", files.Position(n.OpPos))
				}
			}
		case *ast.AssignStmt:
			if n.Tok == token.MUL_ASSIGN && isFloat(info.TypeOf(n.Lhs[0])) {
				t.Errorf("%s: this product is not rounded before it may go into a sum", files.Position(n.TokPos))
			}
		case *ast.Ident:
			used := info.Uses[n]
			if _, is := used.(*types.Func); is && used.Pkg() != nil && used.Pkg().Path() == "math" && !exact[used.Name()] {
				t.Errorf("%s: math.%s differs from processor to processor", files.Position(n.Pos()), used.Name())
			}
		}
		above = append(above, n)
		return true
	})
	return seen
}

// exact are functions of package math that are right to the last bit everywhere.
var exact = map[string]bool{
	"Abs": true, "Copysign": true, "Float64bits": true, "Float64frombits": true, "Frexp": true, "Inf": true, "IsInf": true, "IsNaN": true,
	"Ldexp": true, "Max": true, "Min": true, "NaN": true, "Round": true, "Sqrt": true,
}

// staysApart reports whether what a product stands in fuses it with nothing.
func staysApart(above []ast.Node, info *types.Info) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch outer := above[i].(type) {
		case *ast.ParenExpr:
		case *ast.UnaryExpr:
		case *ast.CallExpr:
			return info.Types[outer.Fun].IsType()
		case *ast.BinaryExpr:
			return outer.Op != token.ADD && outer.Op != token.SUB
		default:
			return false
		}
	}
	return false
}

func isFloat(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsFloat != 0
}
