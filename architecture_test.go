package labelup_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each of these may be imported only below the folders named. The folders are
// the architecture; this keeps the arrows between them.
var onlyIn = map[string][]string{
	"github.com/labstack/echo/v4":         {"handlers"},
	"github.com/redis/go-redis/v9":        {"internal/site"},
	"github.com/alicebob/miniredis/v2":    {"internal/childredis"},
	"github.com/golang-jwt/jwt/v5":        {"connect", "forge", "internal/localconfluence"},
	"labelup/connect/connecttest":         {}, // tests only
	"labelup/forge/forgetest":             {}, // tests only
	"labelup/internal/site/redistest":     {}, // tests only
	"labelup/internal/costtest":           {}, // tests only
	"labelup/internal/tabletest":          {}, // tests only
	"labelup/connect":                     {"connect", "handlers", "internal/site", "internal/service", "cmd/labelup"},
	"labelup/forge":                       {"forge", "handlers", "internal/service"},
	"labelup/handlers":                    {"internal/service"},
	"labelup/internal/service":            {"cmd/labelup", "cmd/labelup-dev"},
	"labelup/internal/localconfluence":    {"internal/localconfluence", "cmd/labelup-dev"},
	"labelup/internal/childredis":         {"cmd/labelup-dev"},
	"labelup/internal/seal":               {"internal/site", "internal/backup", "internal/aws", "internal/doctor", "internal/service"},
	"labelup/internal/site":               {"internal/backup", "internal/doctor", "internal/service", "cmd/labelup"},
	"labelup/internal/config":             {"internal/service", "cmd/labelup"},
	"labelup/internal/connlimit":          {"internal/service"},
	"github.com/getkin/kin-openapi":       {}, // tests only
	"github.com/goccy/go-yaml":            {"internal/localconfluence/forgehost"},
	"github.com/yuin/goldmark":            {"internal/localconfluence", "internal/pagefile"}, // the service reads no Markdown
	"github.com/blevesearch/snowballstem": {"internal/words"},
	"labelup/internal/pagefile":           {"cmd"}, // the service reads no files of pages
	"labelup/internal/suggest/known":      {"cmd"}, // the browser knows them
	"net/http": {
		"connect", "forge", "handlers", "static", "internal/service", "cmd/labelup", "cmd/labelup-dev",
		"internal/confluence", "internal/localconfluence", "internal/aws", "internal/outbound", "internal/metrics", "internal/doctor",
		"internal/connlimit",
	},
	"github.com/aws":               {"internal/aws"},
	"github.com/prometheus":        {"internal/metrics"},
	"labelup/internal/aws":         {"internal/aws", "internal/service", "cmd/labelup"},
	"labelup/internal/aws/awstest": {}, // tests only
	"labelup/internal/backup":      {"internal/aws", "internal/doctor", "internal/service", "cmd/labelup"},
	"labelup/internal/doctor":      {"cmd/labelup"},
	"labelup/internal/logreader":   {"cmd/labelup"},
	"labelup/internal/metrics":     {"internal/service"},
	"os/exec":                      {"internal/childredis"},
	"github.com/santhosh-tekuri":   {}, // tests only
}

// Below these folders, only these of our own packages may be imported.
//
//   - connect and forge make sense as libraries on their own.
//   - internal/label is pure, and so is what suggestions are made of.
//   - The local Confluence is the other side of every contract. If it shared
//     code with the app, both could be wrong in the same way and agree.
var ownImports = map[string][]string{
	"connect":                  {"labelup/connect"},
	"forge":                    {"labelup/forge"},
	"internal/label":           {"labelup/internal/fault"},
	"internal/datamap":         {},
	"internal/runbook":         {"labelup/internal/fault"},
	"internal/seal":            {},
	"internal/terminal":        {},
	"internal/words":           {},
	"internal/twin":            {"labelup/internal/words"},
	"internal/pagetext":        {},
	"internal/elementary":      {},
	"internal/order":           {},
	"internal/keyphrase":       {"labelup/internal/elementary", "labelup/internal/order", "labelup/internal/label", "labelup/internal/words"},
	"internal/suggest":         {"labelup/internal/elementary", "labelup/internal/order", "labelup/internal/label", "labelup/internal/words", "labelup/internal/pagetext", "labelup/internal/keyphrase", "labelup/internal/twin", "labelup/internal/fault", "labelup/internal/suggest"},
	"cmd/engine":               {"labelup/internal/fault", "labelup/internal/suggest"},
	"internal/localconfluence": {"labelup/internal/localconfluence"},
}

func TestImportsKeepTheirDirections(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || file != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "tools") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.HasSuffix(path.Dir(filepath.ToSlash(file)), "test") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		seen++
		folder := path.Dir(filepath.ToSlash(file))
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			for limited, folders := range onlyIn {
				if within(imported, limited) && !slices.ContainsFunc(folders, func(f string) bool { return within(folder, f) }) {
					t.Errorf("%s imports %s, which is only for %v", file, imported, folders)
				}
			}
			for parent, allowed := range ownImports {
				if within(folder, parent) && within(imported, "labelup") && !slices.ContainsFunc(allowed, func(p string) bool { return within(imported, p) }) {
					t.Errorf("%s imports %s, which nothing in %s may", file, imported, parent)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("looked at %d files only", seen)
	}
}

func within(name, parent string) bool { return name == parent || strings.HasPrefix(name, parent+"/") }

// What has no place in what is deployed, however it would come in.
func TestTheProgramThatIsDeployedCarriesNoStandIn(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/labelup").Output()
	if err != nil {
		t.Fatal(err)
	}
	deployed := strings.Fields(string(out))
	if !slices.Contains(deployed, "labelup/internal/service") {
		t.Fatalf("the service is not in what is deployed: %q", deployed)
	}
	for _, standIn := range []string{
		"labelup/internal/localconfluence", "labelup/internal/childredis", "labelup/cmd/labelup-dev",
		"github.com/alicebob/miniredis", "github.com/yuin/gopher-lua", "testing",
	} {
		for _, pkg := range deployed {
			if within(pkg, standIn) {
				t.Errorf("%s is in what is deployed", pkg)
			}
		}
	}
}

// The bundle is committed, so that who only builds needs no npm. What is slow the
// first time is announced.
func TestWhatIsDeployedIsBuiltByGoAloneAndMakeRunSaysWhatItDoes(t *testing.T) {
	recipe := func(target string) string {
		out, err := exec.CommandContext(t.Context(), "make", "-n", "-W", "static/package-lock.json", target).CombinedOutput()
		if err != nil {
			t.Fatalf("make: %v\n%s", err, out)
		}
		return string(out)
	}
	if build := recipe("build"); strings.Contains(build, "npm") || !strings.Contains(build, "go build") {
		t.Errorf("make build does\n%s", build)
	}
	run := strings.ReplaceAll(recipe("run"), "env DEBIAN_FRONTEND=noninteractive ", "")
	for slow, announced := range map[string]string{"npm ci": "Installing the npm packages", "go build": "Building bin/", "forge/build.mjs": "Building the app for Forge", "apt-get install": "Installing redis-server"} {
		if before, _, found := strings.Cut(run, slow); !found || !strings.Contains(before, announced) {
			t.Errorf("make run does not say %q before %s:\n%s", announced, slow, run)
		}
	}
}

// The race detector would find nothing in them that it does not find in those who
// have them run at once.
func TestPackagesThatAreTestedWithoutTheRaceDetectorStartNothing(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	pure := regexp.MustCompile(`(?m)^PURE := (.*)\$\$$`).FindSubmatch(makefile)
	if pure == nil {
		t.Fatal("the Makefile does not say which they are")
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{range .GoFiles}}{{$.Dir}}/{{.}} {{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen, isPure := 0, regexp.MustCompile(string(pure[1])+"$")
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if !isPure.MatchString(fields[0]) {
			continue
		}
		for _, name := range fields[1:] {
			seen++
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if _, starts := node.(*ast.GoStmt); starts {
					t.Errorf("%s starts a goroutine", name)
				}
				return true
			})
		}
	}
	if seen < 40 {
		t.Errorf("looked at %d files only", seen)
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	err := filepath.WalkDir(".", func(folder string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == "node_modules" || folder != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "tools" {
			return fs.SkipDir
		}
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return err
		}
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
		if len(files) == 0 {
			return nil
		}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				return err
			}
			if parsed.Doc != nil && len(parsed.Doc.Text()) > 60 {
				return nil
			}
		}
		t.Errorf("package %s has no comment that says what it is for", folder)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What a package's comment says of its files: they are there.
func TestEveryFileThatAPackageNamesIsThere(t *testing.T) {
	named := regexp.MustCompile(`\b[a-z_0-9]+\.go\b`)
	seen := 0
	eachSource(t, func(file string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Doc == nil {
			return
		}
		for _, name := range named.FindAllString(parsed.Doc.Text(), -1) {
			seen++
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), name)); err != nil {
				t.Errorf("%s names %s, which is not there", file, name)
			}
		}
	})
	if seen < 10 {
		t.Errorf("found %d names only", seen)
	}
}

// The next protocol comes as another file beside them.
func TestOneFileOfHandlersKnowsEachProtocol(t *testing.T) {
	known := map[string][]string{}
	eachSource(t, func(file string) {
		if path.Dir(file) != "handlers" {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			switch spec.Path.Value {
			case `"labelup/connect"`, `"labelup/forge"`:
				known[spec.Path.Value] = append(known[spec.Path.Value], file)
			}
		}
	})
	want := map[string][]string{`"labelup/connect"`: {"handlers/connect.go"}, `"labelup/forge"`: {"handlers/forge.go"}}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Errorf("who knows them differs (-want +got):\n%s", diff)
	}
}

// Where a line may name a host or its protocol. Everything else is the product,
// which knows none of them.
var namesHosts = map[string]string{
	"connect":                         "the protocol",
	"forge":                           "the protocol",
	"handlers/connect.go":             "makes it a host",
	"handlers/forge.go":               "makes it a host",
	"internal/site":                   "keeps the records of Connect's installs",
	"internal/service":                "puts the hosts into the service",
	"internal/config":                 "the settings of each",
	"internal/backup/format.go":       "declares whose records are in a backup",
	"internal/datamap":                "publishes which servers of theirs are asked",
	"internal/runbook":                "tells an operator about each",
	"internal/localconfluence":        "the other side of them",
	"cmd/labelup-dev":                 "runs that",
	"cmd/labelup/main.go":             "lists the commands",
	"cmd/labelup/jwt.go":              "explains a token of Connect",
	"cmd/labelup/qsh.go":              "explains a token of Connect",
	"cmd/labelup/doctor.go":           "asks the servers of each",
	"cmd/labelup/testdata":            "the least that verifies a request, to measure against",
	"internal/metrics/labels.go":      "names the servers that are called",
	"internal/technicallog/fields.go": "publishes by what it names a site of each",
}

// Where a token is something else: a word of a text, or one of AWS's.
var otherTokens = []string{"internal/keyphrase", "internal/aws"}

// hostWords are names of hosts, of their protocols and of what those call things.
var hostWords = regexp.MustCompile(`\b(Connect|Forge|JWT|FIT|QSH|AP|Bearer|[cC]lientKey|[sS]haredSecret|[iI]nstallationID|[uU]serToken|invocation token|invokeRemote|requestRemote)\b` +
	`|\b(connect|forge)\.[A-Z]|"labelup/(connect|forge)"|[xX]-[fF]orge-`)

// tokenWord is how hosts prove who calls, in whatever name. Confluence has a header
// of that name that is none, and so has the reader of JSON a method.
var (
	tokenWord  = regexp.MustCompile(`(?i)token`)
	noSuchWord = regexp.MustCompile(`"X-Atlassian-Token"|decoder\.Token\(`)
)

// hostWord is the first word of a line that the product does not know, or "".
func hostWord(file, line string) string {
	if word := hostWords.FindString(line); word != "" || slices.ContainsFunc(otherTokens, func(f string) bool { return within(file, f) }) {
		return word
	}
	return tokenWord.FindString(noSuchWord.ReplaceAllString(line, ""))
}

func TestTheProductNamesNoHost(t *testing.T) {
	for line, names := range map[string]bool{
		`import "labelup/connect"`: true, `app *forge.App`: true, `// as Connect has it`: true, `"Bearer "+token`: true, `site.ClientKey`: true,
		`// connect them`: false, `reconnect.Do()`: false, `"atlassian-connect.json"`: false, `// a connection`: false, `// APIs`: false, `// in connect.go`: false,
		`// the caller's token`: true, `renewToken()`: true, `"content_not_in_token"`: true, `header.Set("X-Atlassian-Token", "no-check")`: false, `decoder.Token()`: false,
	} {
		if (hostWord("handlers/labels.go", line) != "") != names {
			t.Errorf("%q names a host = %v", line, !names)
		}
	}
	used := map[string]bool{}
	eachSource(t, func(file string) {
		for number, line := range strings.Split(readFile(t, file), "\n") {
			word := hostWord(file, line)
			if word == "" {
				continue
			}
			place := ""
			for folder := range namesHosts {
				if within(file, folder) {
					place = folder
				}
			}
			if used[place] = true; place == "" {
				t.Errorf("%s:%d names %q, which only %v may", file, number+1, word, slices.Sorted(maps.Keys(namesHosts)))
			}
		}
	})
	if hostWord("internal/keyphrase/chunk.go", "type token struct") != "" {
		t.Error("a word of a text is taken for a proof")
	}
	for _, place := range []string{"connect", "forge", "handlers/connect.go", "handlers/forge.go", "internal/site", "internal/service"} {
		if !used[place] {
			t.Errorf("nothing in %s names a host", place)
		}
	}
}

// eachSource calls do with every file that is no test.
func eachSource(t *testing.T, do func(file string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || file != "." && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go"):
			do(filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hostsOwn is how a host, or its way to prove who calls, is named.
var hostsOwn = regexp.MustCompile(`\bAP\b|\bConnect\b|atlassian-connect|\bconnect[-H]|\b[Ff]orge(Host)?\b|\b[Tt]okens?\b|\bJWT\b|__bridge|callBridge|invokeRemote|requestRemote|requestConfluence`)

// The browser side knows its hosts in static/src/hosts and nowhere else, not even
// in a comment.
func TestTheBrowserNamesAHostOnlyWhereHostsAre(t *testing.T) {
	named := 0
	err := filepath.WalkDir("static/src", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		within := strings.HasPrefix(filepath.ToSlash(file), "static/src/hosts/")
		for n, line := range strings.Split(string(source), "\n") {
			switch found := hostsOwn.FindString(line); {
			case found == "":
			case within:
				named++
			default:
				t.Errorf("%s:%d names %s: %s", file, n+1, found, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if named == 0 {
		t.Error("no host is named where hosts are: this looks for the wrong words")
	}
}
