package runbook

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

func document(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// sections are the page's headings in order, each with its first paragraph.
func sections(page string) []Entry {
	var found []Entry
	for _, section := range strings.Split(page, "\n## ")[1:] {
		heading, rest, _ := strings.Cut(section, "\n")
		first, _, _ := strings.Cut(strings.TrimSpace(rest), "\n\n")
		found = append(found, Entry{heading, strings.Join(strings.Fields(first), " ")})
	}
	return found
}

func TestEachSectionOfThePageBeginsWithItsHint(t *testing.T) {
	found := sections(document(t, "runbook.md"))
	if len(found) == 0 || found[0].Anchor != "How to look" {
		t.Fatal("the page does not begin with how to look")
	}
	if diff := cmp.Diff(Entries(), found[1:]); diff != "" {
		t.Errorf("table and page differ (-table +page):\n%s", diff)
	}
}

func TestEverySectionSaysWhatPeopleSeeAndWhenToWakeSomebody(t *testing.T) {
	for _, section := range strings.Split(document(t, "runbook.md"), "\n## ")[2:] {
		heading, text, _ := strings.Cut(section, "\n")
		for _, part := range []string{"**People see**", "**Wake somebody**"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %s", heading, part)
			}
		}
	}
}

func TestAHintIsOneSentence(t *testing.T) {
	for _, entry := range Entries() {
		if !strings.HasSuffix(entry.Hint, ".") || strings.Contains(strings.TrimSuffix(entry.Hint, "."), ". ") || len(entry.Hint) > 200 {
			t.Errorf("%s: %q is not one short sentence", entry.Anchor, entry.Hint)
		}
	}
}

func TestEveryLinkWithinThePageLeadsToASection(t *testing.T) {
	page := document(t, "runbook.md")
	links := regexp.MustCompile(`\(#([a-z_-]+)\)`).FindAllStringSubmatch(page, -1)
	if len(links) < 10 {
		t.Fatalf("found %d links only", len(links))
	}
	for _, link := range links {
		if !slices.ContainsFunc(Entries(), func(e Entry) bool { return e.Anchor == link[1] }) {
			t.Errorf("the page links to #%s, which it does not have", link[1])
		}
	}
}

func TestAFaultLeadsToItsSection(t *testing.T) {
	tests := map[string]struct{ kind, reason, want string }{
		"by its kind":                      {"upstream", "timeout", "upstream"},
		"by its reason where it has one":   {"unavailable", "store", "redis-unreachable"},
		"an install for another address":   {"unauthorized", "audience", "installs-fail"},
		"without a reason":                 {"internal", "", "internal"},
		"nowhere if it is none of ours":    {"meltdown", "timeout", ""},
		"nowhere without a kind or reason": {"", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := For(test.kind, test.reason)
			if got.Anchor != test.want || ok != (test.want != "") {
				t.Errorf("For = %q, %v, want %q", got.Anchor, ok, test.want)
			}
		})
	}
	for reason, anchor := range narrower {
		if got, ok := For("unavailable", reason); !ok || got.Anchor != anchor {
			t.Errorf("the reason %s leads to %q, which is no section", reason, anchor)
		}
	}
}

func TestEveryKindOfFaultHasASection(t *testing.T) {
	kinds := constantsOf(t, "internal/fault", func(typeName, _ string) bool { return typeName == "Kind" })
	if len(kinds) < 14 {
		t.Fatalf("found %d kinds only", len(kinds))
	}
	for _, kind := range kinds {
		if entry, ok := For(kind, ""); !ok || entry.Anchor != kind {
			t.Errorf("the kind %s has no section", kind)
		}
	}
}

func TestEveryReasonInTheCodeIsExplained(t *testing.T) {
	pages := document(t, "runbook.md") + document(t, "operating.md")
	reasons := reasonsInCode(t)
	for _, known := range []string{ // one of each way in which the code names a reason
		"body_cut_off", "too_many_sites", "timeout", "site_share", "too_many_neighbours", "label_too_many", "page_busy", "qsh_mismatch", "token_server",
	} {
		if !slices.Contains(reasons, known) {
			t.Errorf("the search does not find %s", known)
		}
	}
	for _, reason := range reasons {
		if !strings.Contains(pages, "`"+reason+"`") {
			t.Errorf("neither runbook.md nor operating.md explains the reason %s", reason)
		}
	}
}

// constantsOf are the values of a folder's string constants that are wanted.
func constantsOf(t *testing.T, folder string, wanted func(typeName, name string) bool) []string {
	t.Helper()
	var values []string
	for _, file := range parsed(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			typeName := ""
			if ident, ok := spec.Type.(*ast.Ident); ok {
				typeName = ident.Name
			}
			for i, name := range spec.Names {
				if i < len(spec.Values) && wanted(typeName, name.Name) {
					values = append(values, literals(spec.Values[i])...)
				}
			}
			return true
		})
	}
	return values
}

// parsed are the Go files of a folder, without its tests.
func parsed(t *testing.T, folder string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// literals is the text of an expression that is a string literal.
func literals(e ast.Expr) []string {
	if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
		if text, err := strconv.Unquote(literal.Value); err == nil {
			return []string{text}
		}
	}
	return nil
}

// reasonsInCode are the fixed words that our code puts into a fault's Reason:
// given to fault.New or fault.Wrap, to a parameter or a field that is called
// reason, or returned to a variable that is.
func reasonsInCode(t *testing.T) []string {
	t.Helper()
	var reasons []string
	reasons = append(reasons, constantsOf(t, "connect", func(_, name string) bool { return strings.HasPrefix(name, "Reason") })...)
	reasons = append(reasons, constantsOf(t, "internal/label", func(typeName, _ string) bool { return typeName == "Reason" })...)
	for _, folder := range foldersWithFaults(t) {
		files := parsed(t, folder)
		p := pkg{takes: map[string]int{}, returns: map[string][]*ast.ReturnStmt{}}
		for _, file := range files {
			p.declare(file)
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool { reasons = append(reasons, p.reasonsOf(t, n)...); return true })
		}
	}
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

func foldersWithFaults(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{"internal/fault": true}
	for _, pattern := range []string{"*/*.go", "*/*/*.go", "*/*/*/*.go"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(path, "_test.go") && strings.Contains(string(raw), `"labelup/internal/fault"`) {
				folder, err := filepath.Rel(root, filepath.Dir(path))
				if err != nil {
					t.Fatal(err)
				}
				found[folder] = true
			}
		}
	}
	if len(found) < 4 {
		t.Fatalf("found %d folders that make faults only", len(found))
	}
	var folders []string
	for folder := range found {
		folders = append(folders, folder)
	}
	return folders
}

// pkg is what has to be known of a package to follow a reason in it.
type pkg struct {
	takes   map[string]int               // function name -> place of its parameter reason
	returns map[string][]*ast.ReturnStmt // function name -> what it returns
}

func (p pkg) declare(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			p.takesReason(n.Name.Name, n.Type)
			if n.Body != nil {
				ast.Inspect(n.Body, func(inner ast.Node) bool {
					if r, ok := inner.(*ast.ReturnStmt); ok {
						p.returns[n.Name.Name] = append(p.returns[n.Name.Name], r)
					}
					return true
				})
			}
		case *ast.AssignStmt:
			for i, right := range n.Rhs {
				name, named := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident)
				if function, ok := right.(*ast.FuncLit); ok && named {
					p.takesReason(name.Name, function.Type)
				}
			}
		}
		return true
	})
}

func (p pkg) takesReason(function string, signature *ast.FuncType) {
	at := 0
	for _, field := range signature.Params.List {
		for _, name := range field.Names {
			if name.Name == "reason" {
				p.takes[function] = at
			}
			at++
		}
	}
}

func (p pkg) reasonsOf(t *testing.T, n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		return p.inCall(t, n)
	case *ast.AssignStmt:
		return p.inAssignment(n)
	case *ast.CompositeLit:
		return inComposite(n)
	}
	return nil
}

func (p pkg) inCall(t *testing.T, call *ast.CallExpr) []string {
	name := calledName(call)
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok && (name == "New" || name == "Wrap") {
		if from, ok := selector.X.(*ast.Ident); ok && from.Name == "fault" {
			found := literals(call.Args[1])
			if found == nil && !namesAReason(call.Args[1]) {
				t.Errorf("fault.%s gets a reason that this test cannot follow", name)
			}
			return found
		}
	}
	if at, ok := p.takes[name]; ok && at < len(call.Args) {
		return literals(call.Args[at])
	}
	return nil
}

// namesAReason is true of x, f.reason, string(e.Reason), where x is reason.
func namesAReason(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "reason"
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "reason")
	case *ast.CallExpr:
		return len(e.Args) == 1 && namesAReason(e.Args[0])
	}
	return false
}

func calledName(call *ast.CallExpr) string {
	switch called := call.Fun.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}

// inAssignment follows delay, reason := f().
func (p pkg) inAssignment(assigned *ast.AssignStmt) []string {
	var found []string
	for i, left := range assigned.Lhs {
		if name, ok := left.(*ast.Ident); !ok || name.Name != "reason" {
			continue
		}
		if len(assigned.Rhs) == len(assigned.Lhs) {
			found = append(found, literals(assigned.Rhs[i])...)
		}
		if call, ok := assigned.Rhs[0].(*ast.CallExpr); ok && len(assigned.Rhs) == 1 {
			found = append(found, p.returned(calledName(call), i, 0)...)
		}
	}
	return found
}

func (p pkg) returned(function string, at, depth int) []string {
	var found []string
	for _, r := range p.returns[function] {
		if at < len(r.Results) {
			for _, text := range literals(r.Results[at]) {
				if text != "" {
					found = append(found, text)
				}
			}
		}
		if len(r.Results) == 1 && depth < 3 {
			if call, ok := r.Results[0].(*ast.CallExpr); ok {
				found = append(found, p.returned(calledName(call), at, depth+1)...)
			}
		}
	}
	return found
}

// inComposite finds Reason: "…", and lists of structs with a field reason.
func inComposite(n *ast.CompositeLit) []string {
	var found []string
	for _, element := range n.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && strings.EqualFold(key.Name, "reason") {
				found = append(found, literals(pair.Value)...)
			}
		}
	}
	array, ok := n.Type.(*ast.ArrayType)
	if !ok {
		return found
	}
	row, ok := array.Elt.(*ast.StructType)
	if !ok {
		return found
	}
	at := 0
	for _, field := range row.Fields.List {
		for _, name := range field.Names {
			for _, element := range n.Elts {
				if values, ok := element.(*ast.CompositeLit); ok && name.Name == "reason" && at < len(values.Elts) {
					found = append(found, literals(values.Elts[at])...)
				}
			}
			at++
		}
	}
	return found
}
