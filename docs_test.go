package labelup_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestEveryLinkInTheDocumentationLeadsSomewhere(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	var linked []string
	for _, page := range append(pages, "README.md") {
		for _, match := range link.FindAllStringSubmatch(readFile(t, page), -1) {
			target, _, _ := strings.Cut(match[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			file := filepath.Join(filepath.Dir(page), target)
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s has a link to %s, which is not there", page, target)
			}
			linked = append(linked, file)
		}
	}
	for _, page := range pages {
		if !slices.Contains(linked, page) {
			t.Errorf("nothing links to %s", page)
		}
	}
}

func TestEveryReasonInTheLogIsExplained(t *testing.T) {
	reasons := regexp.MustCompile(`Reason\w+ += "(\w+)"`).FindAllStringSubmatch(readFile(t, "connect/errors.go"), -1)
	if len(reasons) < 30 {
		t.Fatalf("connect/errors.go has %d reasons only", len(reasons))
	}
	explained := readFile(t, "docs/operating.md")
	for _, reason := range reasons {
		if !strings.Contains(explained, "`"+reason[1]+"`") {
			t.Errorf("docs/operating.md does not explain the reason %s", reason[1])
		}
	}
}
