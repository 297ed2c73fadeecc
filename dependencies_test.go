package labelup_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/dependencies.md")

// permissive are the licences that a dependency may have: none of them asks
// anything of the app's own source.
var permissive = []string{"Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "0BSD"}

// tolerated are further ones, each of a package that builds or tests and that
// is not shipped.
var tolerated = map[string]string{
	"axe-core":                       "MPL-2.0",
	"dompurify":                      "(MPL-2.0 OR Apache-2.0)",
	"@atlassian/adg-server-iconfont": "SEE LICENSE IN LICENSE.md", // Atlassian's own, for its icons
	"skatejs-template-html":          "none found",
	"argparse":                       "Python-2.0",
	"case":                           "(MIT OR GPL-3.0-or-later)",
	"expand-template":                "(MIT OR WTFPL)",
	"rc":                             "(BSD-2-Clause OR MIT OR Apache-2.0)",
	"type-fest":                      "(MIT OR CC0-1.0)",
}

// ofForge is the licence of Atlassian's own packages: its Developer Terms. An app
// that runs at Atlassian is made with them; they are in no commit of ours.
const ofForge = "SEE LICENSE IN LICENSE.txt"

func TestEveryDependencyAndItsLicenceIsListed(t *testing.T) {
	var page strings.Builder
	page.WriteString("# Dependencies and their licences\n\nMade by `go test . -run Licence -update`; a test keeps it true.\n\n")
	page.WriteString("\"Shipped\" is what is in the program or in the bundle that browsers load; the rest builds and tests.\n\n")
	page.WriteString("| Go module | version | licence | shipped |\n|---|---|---|---|\n")
	row := func(name, version, licence string, shipped bool) {
		allowed(t, name, licence, shipped)
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", name, version, licence, map[bool]string{true: "yes", false: "no"}[shipped])
	}
	linked := modules(t, "./cmd/labelup")
	for _, m := range modules(t, "-test", "./...") {
		row(m.Path, m.Version, licenceOf(t, m.Dir), slices.Contains(linked, m))
	}
	page.WriteString("\nThe stop words of eight languages are spaCy's (MIT) and Snowball's (BSD-3-Clause), copied and shipped: " +
		"[stopwords_kept.go](../internal/words/stopwords_kept.go) and the [licences](../internal/words/stopwords_kept.LICENSE).\n")
	page.WriteString("\ngolangci-lint (GPL-3.0) checks the code. [tools/go.mod](../tools/go.mod) pins it, apart from what is linked. " +
		"versitygw (Apache-2.0) is the S3 server of the tests; [tools/s3server/go.mod](../tools/s3server/go.mod) pins it.\n")
	page.WriteString("\n| npm package | version | licence | shipped |\n|---|---|---|---|\n")
	for _, p := range npmPackages(t, "static") {
		row(p.Name, p.Version, p.Licence, p.Shipped)
	}
	page.WriteString("\nOf the Forge app: what its function is built with, and what [forge/package.json](../forge/package.json) asks for to check it. " +
		"The packages of @forge have Atlassian's Developer Terms for a licence; they are fetched and never committed.\n")
	page.WriteString("\n| npm package | version | licence | shipped |\n|---|---|---|---|\n")
	asked, rest := readFile(t, "forge/package.json"), map[string]int{}
	for _, p := range npmPackages(t, "forge") {
		if p.Shipped || strings.Contains(asked, `"`+p.Name+`"`) {
			row(p.Name, p.Version, p.Licence, p.Shipped)
		} else {
			allowed(t, p.Name, p.Licence, false)
			rest[p.Licence]++
		}
	}
	page.WriteString("\nThe latter bring along, by their licences:")
	for i, licence := range slices.Sorted(maps.Keys(rest)) {
		fmt.Fprintf(&page, "%s %s (%d)", map[bool]string{true: "", false: ","}[i == 0], licence, rest[licence])
	}
	page.WriteString(".\n")
	path := filepath.Join("docs", "dependencies.md")
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(listed), page.String()); diff != "" {
		t.Errorf("docs/dependencies.md is out of date (-listed +found):\n%s", diff)
	}
}

func allowed(t *testing.T, name, licence string, shipped bool) {
	t.Helper()
	atlassians := strings.HasPrefix(name, "@forge/") && licence == ofForge
	if !slices.Contains(permissive, licence) && !atlassians && (shipped || tolerated[name] != licence) {
		t.Errorf("%s has licence %q, which is not on the list", name, licence)
	}
}

type module struct{ Path, Version, Dir string }

// modules are those that packages, as go list names them, are made of.
func modules(t *testing.T, packages ...string) []module {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps", "-json=Module"}, packages...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]module{}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var pkg struct{ Module *module }
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if pkg.Module != nil && pkg.Module.Path != "labelup" {
			found[pkg.Module.Path] = *pkg.Module
		}
	}
	var list []module
	for _, m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// licenceOf recognises a licence by sentences that only its text has.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "LICEN[SC]E*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		files = []string{filepath.Join(dir, "COPYING")}
		if _, err := os.Stat(files[0]); err != nil {
			return "none found"
		}
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(raw)), " ")
	switch {
	case strings.Contains(text, "Apache License") && strings.Contains(text, "Version 2.0"):
		return "Apache-2.0"
	case strings.Contains(text, "Redistribution and use in source and binary forms") && strings.Contains(text, "Neither the name"):
		return "BSD-3-Clause"
	case strings.Contains(text, "Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case strings.Contains(text, "Permission is hereby granted, free of charge"):
		return "MIT"
	default:
		return "unknown"
	}
}

type npmPackage struct {
	Name, Version, Licence string
	Shipped                bool
}

// npmPackages are the packages that a folder's package-lock.json names: those of
// package.json and all that they bring along, on any platform.
func npmPackages(t *testing.T, folder string) []npmPackage {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev              bool
		}
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		t.Fatal(err)
	}
	var list []npmPackage
	for path, p := range lock.Packages {
		if path == "" { // the project itself
			continue
		}
		if p.License == "" {
			p.License = licenceOf(t, filepath.Join(folder, path))
		}
		name := path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):]
		list = append(list, npmPackage{name, p.Version, p.License, !p.Dev})
	}
	slices.SortFunc(list, func(a, b npmPackage) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version))
	})
	return slices.Compact(list)
}
