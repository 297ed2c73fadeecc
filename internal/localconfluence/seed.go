package localconfluence

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"labelup/internal/localconfluence/content"
)

// The people of every site. A person signs in with their name as password.
const (
	accountAdmin  = "5f0000000000000000000a01"
	accountEditor = "5f0000000000000000000a02"
	accountViewer = "5f0000000000000000000a03"
)

func people() []content.User {
	return []content.User{
		{AccountID: accountEditor, Name: "editor", DisplayName: "Edda Torres", Role: content.Editor, Locale: "en-GB", TimeZone: "Europe/Madrid"},
		{AccountID: accountAdmin, Name: "admin", DisplayName: "Adil Rahman", Role: content.Admin, Locale: "en-US", TimeZone: "America/New_York"},
		{AccountID: accountViewer, Name: "viewer", DisplayName: "Vera Lindqvist", Role: content.Viewer, Locale: "de-DE", TimeZone: "Europe/Berlin"},
	}
}

const macroKey = "labelup-labels"

// seeded is a page of the space that every site begins with.
type seeded struct {
	title, parent, body string

	labels  []string
	macro   map[string]string // parameters; nil: no macro on the page
	kind    content.Type      // "" is a page
	draft   bool
	private bool // the editor's alone
	edits   int  // versions after the first
}

// seed fills a store with people and the space "Harbour Café": a page for every
// situation a label can be in, and a handbook to get suggestions from.
func seed(store *content.Store) {
	for _, u := range people() {
		store.AddUser(u)
	}
	must := func(err error) {
		if err != nil {
			panic("localconfluence: seed: " + err.Error()) // the seed is part of the program
		}
	}
	sp, err := store.AddSpace(content.Space{
		Key: "CAFE", Name: "Harbour Café", Description: "How we run the café by the old pier.", AuthorID: accountAdmin, Public: true,
	}, linked(homeBody))
	must(err)
	ids := map[string]string{"": sp.HomepageID}
	_, err = store.AddLabels(accountAdmin, sp.HomepageID, named("start-here", "handbook"))
	must(err)
	more, err := handbookPages()
	must(err)
	first := situations()
	for n, p := range append(first, more...) {
		age := 90 - 7*n // days since it was made; the handbook is older
		if n >= len(first) {
			age = 97 + 7*(n-len(first))
		}
		parent, known := ids[p.parent]
		if !known {
			must(fmt.Errorf("no page %q to be above %q", p.parent, p.title))
		}
		c := content.Content{Type: p.kind, Status: content.Current, SpaceID: sp.ID, ParentID: parent, Title: p.title}
		if p.kind == "" {
			c.Type = content.Page
		} else {
			c.ParentID = ""
		}
		if p.draft {
			c.Status = content.Draft
		}
		if p.macro != nil {
			c.Body = content.Macro{Name: macroKey, ID: fmt.Sprintf("4d6163726f-0000-4000-8000-%012d", n+1), Parameters: p.macro}.Storage()
		}
		c.Body += p.body
		made, err := store.Create(accountEditor, c)
		must(err)
		ids[p.title] = made.ID
		for at := 0; at < len(p.labels); at += 20 {
			_, err := store.AddLabels(accountEditor, made.ID, named(p.labels[at:min(at+20, len(p.labels))]...))
			must(err)
		}
		for edit := range p.edits {
			_, err := store.Update(accountEditor, made.ID, edit+2, content.Current, p.title, c.Body+fmt.Sprintf("<p>Checked for the %s time.</p>", ordinals[edit]), "Season check")
			must(err)
		}
		if p.private {
			must(store.Restrict(made.ID, []string{accountEditor}, []string{accountEditor}))
		}
		if !p.draft {
			at := time.Now().AddDate(0, 0, -age)
			must(store.SetDates(made.ID, at, at))
		}
	}
	_, err = store.SetProperty(accountAdmin, content.Owner{Space: true, ID: sp.ID}, content.Property{Key: vocabularyKey, Value: vocabulary})
	must(err)
	for _, on := range []struct {
		content.Content
		label string
	}{
		{content.Content{Type: content.Attachment, Title: "grinder.pdf", Body: "not a file"}, "scan"},
		{content.Content{Type: "ac:whiteboards:board", Title: "Where the grinder stands", Body: "<p>By the window.</p>"}, "drawing"},
	} {
		on.Status, on.SpaceID, on.ParentID = content.Current, sp.ID, ids["Grinder settings"]
		made, err := store.Create(accountEditor, on.Content)
		must(err)
		_, err = store.AddLabels(accountEditor, made.ID, named(on.label))
		must(err)
	}
	must(seedSpaces(store))
}

// seedSpaces adds a space for every way that rights of spaces differ from those
// of the café's. They come last, so that ids stay.
func seedSpaces(store *content.Store) error {
	for _, s := range []struct {
		content.Space
		title, label string // of a page in it
	}{
		{content.Space{Key: "BOOKS", Name: "The books", Description: "The editor alone sees it; no administrator does.", AuthorID: accountEditor, ReadBy: []string{accountEditor}, AdminBy: []string{accountEditor}}, "Takings in March", "takings"},
		{content.Space{Key: "~" + accountEditor, Name: "Edda Torres", Description: "The editor's own: everybody reads it, and the administrator of the site does not administer it.", AuthorID: accountEditor, Personal: true, AdminBy: []string{accountEditor}}, "Notes from the bar", "notes"},
		{content.Space{Key: "KIOSK", Name: "The old kiosk", Description: "Archived: search leaves it out.", AuthorID: accountAdmin, Archived: true}, "Prices on the board", "prices"},
	} {
		sp, err := store.AddSpace(s.Space, "<p>"+s.Description+"</p>")
		if err != nil {
			return fmt.Errorf("localconfluence: %w", err)
		}
		page, err := store.Create(accountEditor, content.Content{Type: content.Page, Status: content.Current, SpaceID: sp.ID, Title: s.title, Body: "<p>What is kept here is for one space to differ in.</p>"})
		if err == nil {
			_, err = store.AddLabels(accountEditor, page.ID, named(s.label))
		}
		if err != nil {
			return fmt.Errorf("localconfluence: %w", err)
		}
	}
	return nil
}

var ordinals = []string{"second", "third", "fourth", "fifth"}

func named(names ...string) []content.NewLabel {
	var out []content.NewLabel
	for _, n := range names {
		out = append(out, content.NewLabel{Prefix: "global", Name: n})
	}
	return out
}

const homeBody = `<ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="4d6163726f-0000-4000-8000-000000000000"></ac:structured-macro>` +
	`<p>Welcome aboard. Everything the crew needs to open, run and close the café is in here, written by whoever did it last.</p>` +
	`<ac:structured-macro ac:name="tip"><ac:parameter ac:name="title">Try the labels above</ac:parameter><ac:rich-text-body>` +
	`<p>Click the cross of one, then <em>Undo</em>. Press <code>/</code> and type <code>team</code>. The labels at the foot of the page follow.</p></ac:rich-text-body></ac:structured-macro>` +
	`<h2>Every page is a different case</h2><ul>` +
	`<li>[Opening the café] has four labels and three versions; an old one is in the menu •••, and so are the exports.</li>` +
	`<li>[Grinder settings] lists its team- labels only, and [When the machine is down] is compact.</li>` +
	`<li>[Ideas for the winter menu] has no label, [Coffee we have tasted] has 50, [Stockroom plan] has 300.</li>` +
	`<li>[The terrace in summer] has no label macro: click <em>Labels</em> under its title.</li>` +
	`<li>[Wages and rota] is the editor’s alone. Become somebody else at the top right, and it is gone.</li></ul>` +
	`<h2>Suggestions</h2><p>The rest of the handbook has suggestions to look at. The space has a list of its labels, with synonyms, kinds of page and some that are retired: press <code>/</code> and type <code>haccp</code>, <code>retro</code>, or nothing.</p><ul>` +
	`<li>[Allergens in the Christmas cakes] says in its title what it is about; [Backflushing with the blue powder] never does, but pages like it do.</li>` +
	`<li>[HACCP plan for the sandwich bench] uses synonyms of a label, [Putzplan für das Wochenende] uses German ones.</li>` +
	`<li>[Live music on Thursdays] has a label that does not belong there, [Seeded rye loaf] has all it needs, and [Lost property] is too short to say.</li>` +
	`<li>[The whole handbook on one page] has more than 20,000 words.</li></ul>` +
	`<p>The menu at the top right also switches language and theme. How to make this Confluence slow, busy or broken is in docs/local-confluence.md.</p>`

// linked makes links of the page titles in brackets.
func linked(body string) string {
	return regexp.MustCompile(`\[([^]]+)\]`).ReplaceAllString(body, `<ac:link><ri:page ri:content-title="$1" /></ac:link>`)
}

// situations has a page for every situation a label can be in.
func situations() []seeded {
	var fifty, threeHundred []string
	for _, country := range []string{"ethiopia", "kenya", "colombia", "brazil", "guatemala", "rwanda", "peru", "honduras", "panama", "yemen"} {
		for _, note := range []string{"floral", "citrus", "cocoa", "berry", "caramel"} {
			fifty = append(fifty, country+"-"+note)
		}
	}
	for shelf := range 30 {
		for place := range 10 {
			threeHundred = append(threeHundred, fmt.Sprintf("shelf-%02d-%c", shelf+1, 'a'+place))
		}
	}
	p := func(paragraphs ...string) string { return "<p>" + strings.Join(paragraphs, "</p><p>") + "</p>" }
	return []seeded{
		{
			title: "Opening the café", labels: []string{"opening", "checklist", "team-bar", "daily"}, macro: shownAsChips, edits: 2,
			body: p("The first one in switches on the machine before taking off their coat: it needs twenty-five minutes to come up to pressure, and everything else fits into that time.") +
				"<ol><li>Lights, music, heating in winter.</li><li>Pastry out of the proofer and into the oven, 180 degrees, fourteen minutes.</li>" +
				"<li>Grind, weigh and taste the first two shots. Eighteen grams in, thirty-six out, in half a minute. Write the setting on the board.</li>" +
				"<li>Chairs down, terrace swept, sign out at seven.</li></ol>" +
				p("If the sea is coming over the wall, leave the terrace closed and put a note on the door. Nobody will blame you."),
		},
		{
			title: "Grinder settings", parent: "Opening the café", labels: []string{"espresso", "team-bar", "team-training", "equipment"},
			macro: map[string]string{"display": "list", "prefix": "team-"},
			body: p("Beans change with the weather. When it rains, go one step coarser before touching the dose.") +
				"<table><tbody><tr><th>Beans</th><th>Step</th><th>Time</th></tr><tr><td>House blend</td><td>11</td><td>29 s</td></tr><tr><td>Decaf</td><td>9</td><td>26 s</td></tr></tbody></table>",
		},
		{
			title: "When the machine is down", parent: "Opening the café", labels: []string{"equipment"}, macro: map[string]string{"display": "compact"},
			body: p("Filter coffee still works without it: the big kettle, the two glass cones and the scale are in the left cupboard.", "Then look at the pressure gauge. Below half a bar it is the heating element, and that is a job for the engineer. Above, descale the group and try again."),
		},
		{
			title: "Suppliers and orders", labels: []string{"suppliers", "weekly", "team-kitchen"}, macro: shownAsChips, edits: 1,
			body: p("Milk comes on Monday and Thursday before six. Orders close at noon the day before, by telephone; they do not read mail.", "Flour and sugar come from the mill across the bay every second Wednesday. Check the sacks for damp before you sign."),
		},
		{
			title: "Coffee we have tasted", parent: "Suppliers and orders", labels: fifty, macro: shownAsChips,
			body: p("One line for every sample that went through the grinder, labelled by where it came from and what we found in the cup."),
		},
		{
			title: "Stockroom plan", parent: "Suppliers and orders", labels: threeHundred, macro: shownAsChips,
			body: p("Thirty shelves with ten places each. The label on the page is the label on the shelf, so search finds the place."),
		},
		{
			title: "Ideas for the winter menu", macro: shownAsChips,
			body: p("Nothing is decided and nothing has a label yet. Write down what you would cross the harbour for on a wet Tuesday.", "Pumpkin soup with brown butter. Cardamom buns. A hot drink without milk and without coffee that is not tea."),
		},
		{
			title: "Wages and rota", labels: []string{"confidential", "monthly"}, macro: shownAsChips, private: true,
			body: p("Only the one who does the rota sees this page. Ask before you share it."),
		},
		{
			title: "The terrace in summer", labels: []string{"terrace", "season-summer"},
			body: p("Eight tables, four parasols, one permit that has to be renewed in March. This page has no label macro: use the labels above or below the page."),
		},
		{
			title: "A new roof over the pier", kind: content.BlogPost, labels: []string{"news", "terrace"}, macro: shownAsChips,
			body: p("The town finished the roof on Friday. We can now serve outside in the rain, and the gulls have found a new place to sit."),
		},
		{
			title: "Bread we might bake ourselves", draft: true, macro: shownAsChips,
			body: p("Half an idea. Sourdough would need the oven from four in the morning, and somebody who likes that hour."),
		},
	}
}
