package site

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/datamap"
)

// TestThePageAboutRedisSaysWhatTheCodeDoes holds docs/sites.md against what
// is declared beside the code that writes it.
func TestThePageAboutRedisSaysWhatTheCodeDoes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "sites.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	inWords := strings.NewReplacer(datamap.UninstalledDays, "`RETENTION_DAYS`", datamap.BackupDays, "`BACKUP_KEEP_DAYS`")

	var want []string
	for _, field := range Stores[0].Fields {
		purpose := field.Purpose
		if field.Protection != "" {
			purpose = "sealed; " + purpose
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", field.Name, purpose, field.Origin))
	}
	_, table, _ := strings.Cut(page, "## The record")
	table, _, _ = strings.Cut(table, "## ")
	if diff := cmp.Diff(want, regexp.MustCompile("(?m)^\\| `.*$").FindAllString(table, -1)); diff != "" {
		t.Errorf("the fields differ (-code +page):\n%s", diff)
	}

	var declared [][2]string
	for _, store := range Stores {
		_, key, _ := strings.Cut(store.Place, "Redis, ")
		declared = append(declared, [2]string{key, inWords.Replace(store.Kept)})
	}
	var found [][2]string
	for _, match := range regexp.MustCompile("(?m)^\\| `(labelup:[^`]*)` \\| [^|]* \\| (.*) \\|$").FindAllStringSubmatch(page, -1) {
		found = append(found, [2]string{match[1], match[2]})
	}
	if diff := cmp.Diff(declared, found); diff != "" {
		t.Errorf("the keys differ (-code +page):\n%s", diff)
	}
	keys := []string{siteKey("<site>"), strings.ReplaceAll(tokenKey("<site>", [32]byte{}), strings.Repeat("0", 64), "<token>"), erasedKey("<site>")}
	for i, key := range keys {
		if i >= len(declared) || declared[i][0] != key {
			t.Errorf("the code writes %s, which is not declared in its place", key)
		}
	}
	if !strings.Contains(page, "`"+channel+"`") {
		t.Errorf("the page does not name the channel %s", channel)
	}
}
