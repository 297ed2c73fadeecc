package datamap_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/datamap"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

var update = flag.Bool("update", false, "rewrite docs/data.md, docs/subprocessors.md and edition.txt")

// everyStore is all that the program keeps.
var everyStore = slices.Concat(site.Stores, backup.Stores, []datamap.Store{technicallog.Data})

// facts are those of a service that uses everything, with the defaults.
func facts() datamap.Facts {
	return datamap.Facts{
		Stores: everyStore, Recipients: datamap.Recipients,
		Days: datamap.Days{Uninstalled: 30, Logs: 14, Backups: 30}, Contact: "mailto:security@example.com",
	}
}

func TestTheDocumentsAreMadeFromTheDeclarations(t *testing.T) {
	for name, want := range map[string]string{"data.md": datamap.Markdown(everyStore), "subprocessors.md": datamap.SubprocessorsMarkdown()} {
		path := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("docs/%s is out of date; go test ./internal/datamap -update writes it (-want +got):\n%s", name, diff)
		}
	}
}

// saidIn are the hashes of what a privacy page says, line by line.
func saidIn(page []byte) map[string]bool {
	said := map[string]bool{}
	for line := range bytes.Lines(page) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			sum := sha256.Sum256(line)
			said[hex.EncodeToString(sum[:6])] = true
		}
	}
	return said
}

const gone = " gone"

// nextEdition is the edition of a page that says this today, after another one.
// What went is remembered for good: two branches may remove lines on two days, and
// neither may ask for work when they are merged.
func nextEdition(before string, said map[string]bool, today string) string {
	since := map[string]string{}
	for line := range strings.Lines(before) {
		if hash, day, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			since[hash] = day
		}
	}
	for hash := range said {
		if day, known := since[hash]; !known || strings.HasSuffix(day, gone) {
			since[hash] = today
		}
	}
	var after strings.Builder
	for _, hash := range slices.Sorted(maps.Keys(since)) {
		if !said[hash] && !strings.HasSuffix(since[hash], gone) {
			since[hash] = today + gone
		}
		after.WriteString(hash + " " + since[hash] + "\n")
	}
	return after.String()
}

// -update is the only way to a new edition, and it sets the date too.
func TestThePrivacyPageDoesNotChangeWithoutItsDate(t *testing.T) {
	page, err := datamap.PageOf(facts(), "")
	if err != nil {
		t.Fatal(err)
	}
	next := nextEdition(datamap.Edition, saidIn(page), time.Now().UTC().Format(time.DateOnly))
	if *update {
		if err := os.WriteFile("edition.txt", []byte(next), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if next != datamap.Edition {
		t.Errorf("edition.txt is not that of the privacy page; go test ./internal/datamap -update writes it, with today as the date of what changed")
	}
	if _, err := time.Parse(time.DateOnly, datamap.Date); err != nil {
		t.Errorf("its date is none: %v", err)
	}
}

func TestTheDateOfThePageIsThatOfItsNewestChange(t *testing.T) {
	page := func(lines ...string) map[string]bool { return saidIn([]byte(strings.Join(lines, "\n"))) }
	first := nextEdition("", page("kept", "sealed"), "2026-01-01")
	added := nextEdition(first, page("kept", "sealed", "logged"), "2026-02-02")
	removed := nextEdition(first, page("kept"), "2026-03-03")
	merged := mergedLines(first, added, removed)
	for name, test := range map[string]struct{ edition, date string }{
		"the first":                         {first, "2026-01-01"},
		"nothing is new a month later":      {nextEdition(first, page("sealed", "kept"), "2026-02-01"), "2026-01-01"},
		"a line more":                       {added, "2026-02-02"},
		"a line less":                       {removed, "2026-03-03"},
		"a line less, and later none":       {nextEdition(removed, page("kept"), "2026-04-04"), "2026-03-03"},
		"the line is back":                  {nextEdition(removed, page("kept", "sealed"), "2026-05-05"), "2026-05-05"},
		"two branches, one added, one left": {merged, "2026-03-03"},
	} {
		if got := datamap.Newest(test.edition); got != test.date {
			t.Errorf("%s: the date is %s, want %s:\n%s", name, got, test.date, test.edition)
		}
	}
}

func TestMergingTwoBranchesThatChangedThePageNeedsNoWork(t *testing.T) {
	page := func(lines ...string) map[string]bool { return saidIn([]byte(strings.Join(lines, "\n"))) }
	first := nextEdition("", page("kept", "sealed", "logged"), "2026-01-01")
	for name, test := range map[string]struct {
		ours, theirs, both map[string]bool
		day                string // of theirs; ours is of 2026-02-02
	}{
		"each changed a line, on two days":    {page("kept", "sealed well", "logged"), page("kept", "sealed", "not logged"), page("kept", "sealed well", "not logged"), "2026-03-03"},
		"each changed a line, on one day":     {page("kept", "sealed well", "logged"), page("kept", "sealed", "not logged"), page("kept", "sealed well", "not logged"), "2026-02-02"},
		"one changed a line, later one added": {page("kept", "sealed well", "logged"), page("kept", "sealed", "logged", "new"), page("kept", "sealed well", "logged", "new"), "2026-03-03"},
		"each left a line out":                {page("kept", "logged"), page("kept", "sealed"), page("kept"), "2026-03-03"},
	} {
		merged := mergedLines(first, nextEdition(first, test.ours, "2026-02-02"), nextEdition(first, test.theirs, test.day))
		if diff := cmp.Diff(merged, nextEdition(merged, test.both, "2026-06-06")); diff != "" {
			t.Errorf("%s: the edition is not that of the page (-merged +wanted):\n%s", name, diff)
		}
		if got := datamap.Newest(merged); got != test.day {
			t.Errorf("%s: the date is %s, want %s", name, got, test.day)
		}
	}
}

// mergedLines is what a merge makes of two files with sorted lines: what both
// left as it was, and what one of them wrote.
func mergedLines(base, ours, theirs string) string {
	was, a, b := slices.Collect(strings.Lines(base)), slices.Collect(strings.Lines(ours)), slices.Collect(strings.Lines(theirs))
	merged := slices.DeleteFunc(slices.Concat(a, b), func(line string) bool {
		return slices.Contains(was, line) && (!slices.Contains(a, line) || !slices.Contains(b, line))
	})
	slices.Sort(merged)
	return strings.Join(slices.Compact(merged), "")
}

func TestThePrivacyPageSaysAllAndNamesTheContact(t *testing.T) {
	page := string(datamap.Page(facts()))
	for _, want := range []string{
		`<meta name="color-scheme" content="light dark">`, `<time datetime="` + datamap.Date + `">`, `id="security"`,
		`<a href="mailto:security@example.com">`, "; kept until the site uninstalls the app; sealed with AES-256-GCM", "labelup_page", "labelup_vocabulary", "30 days later",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, store := range slices.Concat(everyStore, datamap.InConfluence) {
		for _, field := range store.Fields {
			if !strings.Contains(page, `<th scope="row">`+field.Name+`</th>`) {
				t.Errorf("the page lacks %s of %s", field.Name, store.Name)
			}
		}
	}
	for _, r := range datamap.Recipients {
		if !strings.Contains(page, "<h3>"+r.Name+"</h3>") {
			t.Errorf("the page lacks %s", r.Name)
		}
	}
	// What our Content-Security-Policy would not let through, and what was not filled in.
	for _, unwanted := range []string{"<style", "style=", "<script", "<link", "<img", "<form", "_days}", "ZgotmplZ"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("the page has %q in it", unwanted)
		}
	}
	for _, link := range regexp.MustCompile(`href="#(\w+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `<section id="`+link[1]+`">`) {
			t.Errorf("a link leads to #%s, which is not there", link[1])
		}
	}
}

func TestThePageOfASmallServiceNamesOnlyWhatItUses(t *testing.T) {
	small := facts()
	small.Recipients = datamap.Used(func(string) bool { return false })
	small.Contact = ""
	page := datamap.Page(small)
	for _, unwanted := range []string{"<h3>AWS", "mailto:", `href=""`} {
		if bytes.Contains(page, []byte(unwanted)) {
			t.Errorf("the page has %q in it", unwanted)
		}
	}
}

func TestAContactThatIsNoAddressDoesNotGetIntoThePage(t *testing.T) {
	hostile := facts()
	hostile.Contact = `javascript:alert(1)"><script>`
	if page := datamap.Page(hostile); bytes.Contains(page, []byte("<script>")) || bytes.Contains(page, []byte(`href="javascript`)) {
		t.Error("the page has the script in it")
	}
}

// TestTheRecipientsAreWhatTheSettingsSay compares the published hosts with the
// defaults of the settings that name them.
func TestTheRecipientsAreWhatTheSettingsSay(t *testing.T) {
	settings := map[string]config.Variable{}
	for _, v := range config.Variables {
		settings[v.Name] = v
	}
	for _, r := range datamap.Recipients {
		v, known := settings[r.Setting]
		if r.Setting != "" && !known {
			t.Errorf("%s is set by %s, which is no setting", r.Name, r.Setting)
		}
		if !strings.HasPrefix(v.Default, "https://") {
			continue
		}
		var hosts []string
		for address := range strings.SplitSeq(v.Default, ",") {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			hosts = append(hosts, u.Host)
		}
		if diff := cmp.Diff(hosts, r.Hosts); diff != "" {
			t.Errorf("%s: %s has other hosts (-setting +published):\n%s", r.Name, r.Setting, diff)
		}
	}
	// Each setting that names somebody outside has its recipient.
	for _, name := range []string{"REDIS_URL", "INSTALL_KEY_URLS", "FORGE_APP_ID", "TOKEN_SERVER_URL", "BRIDGE_URL", "KMS_KEY_ID", "BACKUP_BUCKET", "CLOUDWATCH_LOG_GROUP"} {
		if !slices.ContainsFunc(datamap.Recipients, func(r datamap.Recipient) bool { return r.Setting == name }) {
			t.Errorf("nobody is published for %s", name)
		}
	}
}

func TestTheSecurityPolicyPromisesTheSameTimes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range datamap.FixTimes {
		if row := fmt.Sprintf("| %s | %s | %d |", f.Severity, f.Score, f.Weeks); !strings.Contains(string(raw), row) {
			t.Errorf("SECURITY.md lacks this row:\n%s", row)
		}
	}
}
