package labelup_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
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
var permissive = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "0BSD"}

// tolerated are further ones, each of a package that builds or tests and that
// is not shipped.
var tolerated = map[string]string{
	"axe-core":                       "MPL-2.0",
	"dompurify":                      "(MPL-2.0 OR Apache-2.0)",
	"@atlassian/adg-server-iconfont": "SEE LICENSE IN LICENSE.md", // Atlassian's own, for its icons
	"skatejs-template-html":          "none found",
}

func TestEveryDependencyAndItsLicenceIsListed(t *testing.T) {
	var page strings.Builder
	page.WriteString("# Dependencies and their licences\n\nMade by `go test . -run Licence -update`; a test keeps it true.\n\n")
	page.WriteString("\"Shipped\" is what is in the program or in the bundle that browsers load; the rest builds and tests.\n\n")
	page.WriteString("| Go module | version | licence | shipped |\n|---|---|---|---|\n")
	row := func(name, version, licence string, shipped bool) {
		if !slices.Contains(permissive, licence) && (shipped || tolerated[name] != licence) {
			t.Errorf("%s has licence %q, which is not on the list", name, licence)
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", name, version, licence, map[bool]string{true: "yes", false: "no"}[shipped])
	}
	linked := modules(t, "./cmd/labelup")
	for _, m := range modules(t, "-test", "./...") {
		row(m.Path, m.Version, licenceOf(t, m.Dir), slices.Contains(linked, m))
	}
	page.WriteString("\ngolangci-lint (GPL-3.0) checks the code. [tools/go.mod](../tools/go.mod) pins it, apart from what is linked. " +
		"versitygw (Apache-2.0) is the S3 server of the tests; [tools/s3server/go.mod](../tools/s3server/go.mod) pins it.\n")
	page.WriteString("\n| npm package | version | licence | shipped |\n|---|---|---|---|\n")
	for _, p := range npmPackages(t) {
		row(p.Name, p.Version, p.Licence, p.Shipped)
	}
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

// npmPackages are the packages that static/package-lock.json names: those of
// package.json and all that they bring along, on any platform.
func npmPackages(t *testing.T) []npmPackage {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("static", "package-lock.json"))
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
			p.License = licenceOf(t, filepath.Join("static", path))
		}
		name := path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):]
		list = append(list, npmPackage{name, p.Version, p.License, !p.Dev})
	}
	slices.SortFunc(list, func(a, b npmPackage) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version))
	})
	return slices.Compact(list)
}
