package datamap

import (
	"fmt"
	"strings"
)

// Markdown is docs/data.md: everything that is kept and everything that passes.
func Markdown(stores []Store) string {
	var page strings.Builder
	page.WriteString(`# What is kept, where and why

Made by ` + "`go test ./internal/datamap -update`" + ` from what stands beside the code that writes each field; a test keeps it true. The
running service publishes the same at ` + "`/privacy`" + `. Who else gets to see data: [subprocessors.md](subprocessors.md).

The service stores no page, title, text or label, and nothing about a person: no account id, name or e-mail address.

## By host

How a site can have the app: [install.md](install.md).

`)
	writeHosts(&page, stores, Recipients)
	page.WriteString(`
` + WithoutService + `

## Outside Confluence
`)
	for _, store := range stores {
		writeStore(&page, store)
	}
	page.WriteString(`
## Inside the customer's Confluence

Written by the person who clicks, with their rights.
`)
	for _, store := range InConfluence {
		writeStore(&page, store)
	}
	page.WriteString(`
## In memory only

` + PassingEnds + `

| What | What for | How long | Host |
|---|---|---|---|
`)
	for _, p := range InMemory {
		writeRow(&page, p.Data, p.Purpose, p.Kept, p.On.String())
	}
	page.WriteString("\n" + Counts + "\n")
	return page.String()
}

func writeHosts(page *strings.Builder, stores []Store, recipients []Recipient) {
	rows := [][]string{{""}, {"---"}, {"Kept outside Confluence"}, {"Passes through the service"}, {"Who is involved besides Atlassian"}}
	for _, s := range Summaries(stores, recipients) {
		for at, cell := range []string{string(s.Host), "---", s.Kept, s.Passes, s.Involved} {
			rows[at] = append(rows[at], cell)
		}
	}
	for _, row := range rows {
		writeRow(page, row...)
	}
}

// defaultDays name the settings that say how many, with their defaults.
var defaultDays = strings.NewReplacer(UninstalledDays, "`RETENTION_DAYS` (30)", LogDays, "`LOG_RETENTION_DAYS` (14)", BackupDays, "`BACKUP_KEEP_DAYS` (30)")

func writeStore(page *strings.Builder, store Store) {
	store = store.filled(defaultDays.Replace)
	fmt.Fprintf(page, "\n### %s\n\n", store.Name)
	fmt.Fprintf(page, "- Host: %s\n- Where: %s\n- How long: %s\n- Protection: %s\n\n", store.On, code(store.Place), store.Kept, store.Protection)
	page.WriteString("| Field | Where from | What for |\n|---|---|---|\n")
	for _, field := range store.Fields {
		purpose := field.Purpose
		if field.Holds != "" {
			purpose = field.Holds + "; " + purpose
		}
		if field.Kept != store.Kept {
			purpose += "; kept " + field.Kept
		}
		if field.Protection != store.Protection {
			purpose += "; " + field.Protection
		}
		writeRow(page, "`"+field.Name+"`", field.Origin, purpose)
	}
}

// code keeps Markdown and HTML from reading a key such as labelup:{<site>}:site.
func code(place string) string {
	words := strings.Fields(place)
	for at, word := range words {
		if strings.ContainsAny(word, "<{") {
			bare := strings.TrimRight(word, ",;.")
			words[at] = "`" + bare + "`" + word[len(bare):]
		}
	}
	return strings.Join(words, " ")
}

func writeRow(page *strings.Builder, cells ...string) {
	for at := range cells {
		cells[at] = strings.ReplaceAll(cells[at], "|", `\|`)
	}
	page.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// SubprocessorsMarkdown is docs/subprocessors.md.
func SubprocessorsMarkdown() string {
	var page strings.Builder
	page.WriteString(`# Who else is involved

Made by ` + "`go test ./internal/datamap -update`" + `; a test keeps it true. These are all who get data from the app or through whom it
passes, and the service connects to no other host. With Forge native there is no service, and nobody is involved but Atlassian. A host in braces is what the site's record or the settings say. What is "only
with" a setting is not used without it, and a running service leaves it out of its list at ` + "`/privacy`" + `. A proxy that you set
(` + "`HTTPS_PROXY`" + `) is yours: add whoever runs it to what you publish.

`)
	for _, r := range Recipients {
		fmt.Fprintf(&page, "## %s\n\n- Host: %s\n- Run by: %s\n- What for: %s\n- Gets: %s\n- Where: %s\n", r.Name, r.On, r.Company, r.Purpose, r.Data, r.Where)
		switch {
		case r.Setting != "" && r.Always:
			fmt.Fprintf(&page, "- Set by: `%s`\n", r.Setting)
		case r.Setting != "":
			fmt.Fprintf(&page, "- Used: only with `%s`\n", r.Setting)
		}
		if len(r.Hosts) > 0 {
			who := "the service"
			if r.Browser {
				who = "the reader's browser, not the service,"
			}
			fmt.Fprintf(&page, "- Hosts that %s connects to: `%s`\n", who, strings.Join(r.Hosts, "`, `"))
		}
		page.WriteString("\n")
	}
	return strings.TrimSuffix(page.String(), "\n")
}
