package labelup_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var (
	codeBlock = regexp.MustCompile("(?ms)^ {0,3}```.*?^ {0,3}```")
	heading   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	link      = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)
)

// anchors are what links to a page's headings end in, as GitHub makes them: the
// heading in lower case without its punctuation, a hyphen for each space, and a
// number for the second heading of the same name.
func anchors(page string) []string {
	var found []string
	times := map[string]int{}
	for _, match := range heading.FindAllStringSubmatch(codeBlock.ReplaceAllString(page, ""), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N):
				return unicode.ToLower(r)
			}
			return -1
		}, link.ReplaceAllString(match[1], "$1"))
		before := times[anchor]
		times[anchor]++
		if before > 0 {
			anchor += "-" + strconv.Itoa(before)
		}
		found = append(found, anchor)
	}
	return found
}

func TestAnAnchorIsMadeAsGitHubDoes(t *testing.T) {
	page := "# The first: a `kind`, & more\n\n## bad_request\n\n```sh\n# no heading\n```\n\n## 1. Über-Redis?\n## [Linked](#bad_request) ##\n### bad_request\n#none\n"
	want := []string{"the-first-a-kind--more", "bad_request", "1-über-redis", "linked", "bad_request-1"}
	if got := anchors(page); !slices.Equal(got, want) {
		t.Errorf("anchors = %q, want %q", got, want)
	}
}

func TestEveryLinkInTheDocumentationLeadsSomewhere(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var linked []string
	withAnchor := 0
	for _, page := range append(pages, "README.md", "SECURITY.md") {
		for _, match := range link.FindAllStringSubmatch(readFile(t, page), -1) {
			target, anchor, hasAnchor := strings.Cut(match[2], "#")
			if strings.Contains(match[2], "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s has a link to %s, which is not there", page, target)
				continue
			}
			if file != page {
				linked = append(linked, file)
			}
			if !hasAnchor {
				continue
			}
			withAnchor++
			if !strings.HasSuffix(file, ".md") || !slices.Contains(anchors(readFile(t, file)), anchor) {
				t.Errorf("%s has a link to %s, and %s has no such heading", page, match[2], file)
			}
		}
	}
	if withAnchor < 15 {
		t.Errorf("found %d links to a heading only", withAnchor)
	}
	for _, page := range pages {
		if !slices.Contains(linked, page) {
			t.Errorf("nothing links to %s", page)
		}
	}
}

func TestEveryReasonInTheLogIsExplained(t *testing.T) {
	reasons := regexp.MustCompile(`Reason\w+ += "(\w+)"`).FindAllStringSubmatch(readFile(t, "connect/errors.go")+readFile(t, "forge/errors.go"), -1)
	if len(reasons) < 50 {
		t.Fatalf("connect/errors.go and forge/errors.go have %d reasons only", len(reasons))
	}
	explained := readFile(t, "docs/operating.md")
	for _, reason := range reasons {
		if !strings.Contains(explained, "`"+reason[1]+"`") {
			t.Errorf("docs/operating.md does not explain the reason %s", reason[1])
		}
	}
}

func TestTheReadmeNamesEveryProgramThatTheTestsInstall(t *testing.T) {
	_, recipe, found := strings.Cut(readFile(t, "Makefile"), "\nprograms:\n")
	recipe, _, _ = strings.Cut(recipe, "\n\n")
	programs := regexp.MustCompile(`call need,([a-z-]+)`).FindAllStringSubmatch(recipe, -1)
	if !found || len(programs) < 4 {
		t.Fatalf("the Makefile installs %q", programs)
	}
	readme := readFile(t, "README.md")
	for _, program := range programs {
		if !strings.Contains(readme, "`"+program[1]+"`") {
			t.Errorf("README.md leaves out %s", program[1])
		}
	}
}

// It is the one tour of the code.
func TestTheReadmeNamesEveryFolderOfCode(t *testing.T) {
	folders := []string{"connect", "forge", "handlers", "macros", "static"}
	for _, pattern := range []string{"cmd/*", "internal/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: found %q, %v", pattern, found, err)
		}
		folders = append(folders, found...)
	}
	readme := readFile(t, "README.md")
	for _, folder := range folders {
		if !strings.Contains(readme, "]("+filepath.ToSlash(folder)+")") {
			t.Errorf("README.md leaves out %s", folder)
		}
	}
}

// The runbook says that the panel tells a person what is wrong with a name or a
// change: of just the rules that the panel has a text for.
func TestTheRunbookSendsNobodyToAPanelThatSaysNothing(t *testing.T) {
	var explained []string
	for line := range strings.Lines(readFile(t, "docs/runbook.md")) {
		if strings.Contains(line, "the panel says what is wrong") {
			for _, reason := range regexp.MustCompile("`label_([a-z_]+)`").FindAllStringSubmatch(line, -1) {
				explained = append(explained, reason[1])
			}
		}
	}
	var texts []string
	for _, rule := range regexp.MustCompile(`"wrong\.([a-z_]+)"`).FindAllStringSubmatch(readFile(t, "static/src/strings/en.json"), -1) {
		texts = append(texts, rule[1])
	}
	slices.Sort(explained)
	slices.Sort(texts)
	if len(explained) == 0 || !slices.Equal(explained, texts) {
		t.Errorf("the runbook names %q, and the panel has texts for %q", explained, texts)
	}
}

// Words that tell somebody to install the app, in the languages of its texts.
// What says that this cannot be done is taken out before.
var (
	installAdvice = regexp.MustCompile(`(?i)\breinstall|\binstall (it|this|the app|label up|again)|\binstall(ing|ed) again|\b(and|or|then) install\b|` +
		`\binstallieren sie|(neu|erneut|wieder|zu) (zu )?installier|neuinstallation|` +
		`réinstall|\binstallez|\bd[’e] ?(l[’e] ?)?installer|installer (à|de) nouveau|` +
		`reinstal|\binst[aá]l[ae](lo|la)\b|(volver|vuelva|vuelve) a instalar|(instal\pL+ de nuevo)|nueva instalación|` +
		`再インストール|(を|または)インストールして|インストールし直`)
	cannotInstall = regexp.MustCompile(`(?i)can[’']t be installed again|lässt sich nicht wieder installieren|ne peut pas être réinstallé|no se puede volver a instalar|再インストール(することは)?できません`)
)

func TestNoTextAdvisesToInstallTheAppAgain(t *testing.T) {
	advice := map[string]string{
		"Uninstall it and install it again.":                           "English",
		"Ask a site admin to update or reinstall Label UP.":            "English",
		"It stops until it is updated or installed again.":             "English",
		"To go on using it, update or install it.":                     "English",
		"Kept, so that installing again finds it.":                     "English",
		"Deinstallieren Sie es und installieren Sie es neu.":           "German",
		"Bitten Sie darum, Label UP neu zu installieren.":              "German",
		"Bis es aktualisiert oder neu installiert wird.":               "German",
		"Damit eine Neuinstallation ihn findet.":                       "German",
		"Désinstallez-le puis réinstallez-le.":                         "French",
		"Mettez-le à jour ou installez-le.":                            "French",
		"Jusqu’à sa mise à jour ou sa réinstallation.":                 "French",
		"Desinstálalo y vuelve a instalarlo.":                          "Spanish",
		"Actualízalo o instálalo.":                                     "Spanish",
		"Pide que actualice o vuelva a instalar Label UP.":             "Spanish",
		"Hasta que se actualice o se instale de nuevo.":                "Spanish",
		"Para que una nueva instalación lo encuentre.":                 "Spanish",
		"アンインストールしてから再インストールしてください。":                                   "Japanese",
		"更新またはインストールしてください。":                                           "Japanese",
		"It can’t be installed again. Then install it under “Manage”.": "English, beside the truth",
	}
	for text, language := range advice {
		if !installAdvice.MatchString(cannotInstall.ReplaceAllString(text, "")) {
			t.Errorf("%s: %q is not seen as advice", language, text)
		}
	}
	texts := []string{"macros/problem.go"}
	err := filepath.WalkDir("static/src", func(name string, _ fs.DirEntry, err error) error {
		if filepath.Ext(name) == ".json" {
			texts = append(texts, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 1+9*5 || len(texts)%5 != 1 { // five languages of each catalogue
		t.Errorf("%d files of texts: %q", len(texts), texts)
	}
	for _, name := range texts {
		for line := range strings.Lines(readFile(t, name)) {
			if found := installAdvice.FindString(cannotInstall.ReplaceAllString(line, "")); found != "" {
				t.Errorf("%s says %q: %s", name, found, line)
			}
		}
	}
}

// No site can install a Connect app any more: docs/deploy.md says since when.
func TestNoDocumentAdvisesToInstallTheAppAgain(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	advice := regexp.MustCompile(`(?i)reinstall|upload app|installs? (the app|it) (on|again on) a site|have (the|a) site installed|updates? the app, `)
	for _, page := range append(pages, "README.md", "internal/runbook/runbook.go") {
		for line := range strings.Lines(readFile(t, page)) {
			if found := advice.FindString(line); found != "" {
				t.Errorf("%s says %q: %s", page, found, line)
			}
		}
	}
	if !slices.Contains(anchors(readFile(t, "docs/deploy.md")), "which-sites-can-have-it") {
		t.Error("docs/deploy.md does not say which sites can have the app")
	}
}
