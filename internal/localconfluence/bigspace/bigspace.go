// Package bigspace fills a store with a space such as a company has after some
// years: thousands of pages in a tree, with the labels that people gave them. It
// makes the same space for the same seed, and shares nothing with the app: what it
// takes for a twin or a typo is its own.
//
// How labels are spread is taken from public collections and a large wiki, which
// were counted once: labelledShare, onceShare.
package bigspace

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"labelup/internal/localconfluence/content"
)

// Options say what to make.
type Options struct {
	Pages int    // and posts, the home page among them; 1 to mostPages
	Seed  uint64 // the same one makes the same space
	Now   time.Time

	// Admin and Editor are accounts: one administers the space, both write in it.
	Admin, Editor string
}

// mostPages is how many pages a space can have here.
const mostPages = 50_000

// The keys of the space, and of a small one beside it whose pages carry labels of
// the first and list by them.
const (
	Key      = "GEN"
	Neighbor = "GENB"
)

const (
	labelledShare = 0.61 // of the pages
	onceShare     = 0.53 // of the labels
)

// Fill makes the space.
func Fill(store *content.Store, o Options) error {
	if o.Pages < 1 || o.Pages > mostPages {
		return fmt.Errorf("bigspace: %d pages: there can be 1 to %d", o.Pages, mostPages)
	}
	w := &writer{
		Options: o, random: rand.New(rand.NewPCG(o.Seed, uint64(o.Pages))), store: store,
		departments: departments(), titles: map[string]bool{}, structure: map[string]int{},
	}
	w.plan()
	w.label()
	if err := w.write(); err != nil {
		return fmt.Errorf("bigspace: %w", err)
	}
	return nil
}

// planned is a page to be made.
type planned struct {
	title  string
	parent int // -1 for the home page and for posts
	kind   *kind
	topic  *topic
	dept   *department
	filled map[string]string // what stands in the place of the words in braces

	children []int
	draft    bool
	archived bool
	hidden   bool // the editor's alone
	locked   bool // the editor alone may edit it
	lists    []string
	labels   []string
	id       string
}

type writer struct {
	Options

	random      *rand.Rand
	store       *content.Store
	departments []department
	projects    []string
	customers   []string
	pages       []planned
	titles      map[string]bool
	structure   map[string]int // pages of departments, topics and kinds, by their place
}

func pick[T any](w *writer, from []T) T { return from[w.random.IntN(len(from))] }

// favoured picks the first ones more often: the n-th n times more seldom.
func favoured[T any](w *writer, from []T) T {
	return from[min(len(from)-1, int(math.Exp(w.random.Float64()*math.Log(float64(len(from)+1))))-1)]
}

func (w *writer) chance(p float64) bool { return w.random.Float64() < p }

// --- Pages

func (w *writer) plan() {
	scale := math.Sqrt(float64(w.Pages)) / 100 // 1 for 10,000
	for range max(4, int(260*scale)) {
		w.projects = append(w.projects, w.unused(w.projects, func() string { return pick(w, adjective) + " " + pick(w, animals) }))
	}
	for range max(3, int(160*scale)) {
		w.customers = append(w.customers, w.unused(w.customers, func() string { return pick(w, names) + " " + pick(w, trades) }))
	}
	w.pages = []planned{{title: "Halden Instruments", parent: -1}}
	w.titles[strings.ToLower(w.pages[0].title)] = true
	for len(w.pages) < w.Pages {
		w.one()
	}
	leaves := []int{}
	for i := range w.pages {
		if p := &w.pages[i]; p.kind != nil && !p.kind.blog && len(p.children) == 0 {
			leaves = append(leaves, i)
		}
	}
	w.random.Shuffle(len(leaves), func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
	some := func(share float64, mark func(*planned)) {
		n := min(len(leaves), int(math.Ceil(share*float64(w.Pages))))
		for _, i := range leaves[:n] {
			mark(&w.pages[i])
		}
		leaves = leaves[n:]
	}
	if w.Pages < 30 {
		return // too few for one of each
	}
	some(0.015, func(p *planned) { p.archived = true })
	some(0.01, func(p *planned) { p.hidden = true })
	some(0.01, func(p *planned) { p.locked = true })
	some(0.005, func(p *planned) { p.draft = true })
}

func (w *writer) unused(used []string, make func() string) string {
	for try := 1; ; try++ {
		if one := make(); !slices.Contains(used, one) {
			return one
		} else if try > 20 { // they are nearly all in use
			if one = fmt.Sprintf("%s %d", one, len(used)); !slices.Contains(used, one) {
				return one
			}
		}
	}
}

// one plans a page, and before it those above it that are not there yet.
func (w *writer) one() {
	d := favoured(w, w.departments)
	t := pick(w, d.topics)
	k := w.kind()
	p := planned{kind: k, topic: &t, dept: &d, parent: -1, filled: w.fill(t)}
	if !k.blog {
		above := w.above(0, d.name, d.name, planned{dept: &d})
		above = w.above(above, d.name+"/"+t.name, t.name, planned{dept: &d, topic: &t})
		if w.Pages >= 1000 {
			above = w.above(above, d.name+"/"+t.name+"/"+k.plural, t.name+": "+strings.ToLower(k.plural), planned{dept: &d, topic: &t})
		}
		if len(w.pages) >= w.Pages {
			return
		}
		for len(w.pages[above].children) > 3 && w.chance(0.25) { // further down, but not below what is about something else
			child := pick(w, w.pages[above].children)
			if w.pages[child].kind == nil {
				break
			}
			above = child
		}
		p.parent = above
	}
	title := pick(w, k.titles)
	if w.chance(0.03) {
		title = "{topic}"
	}
	p.title = w.title(fillIn(title, p.filled))
	w.add(p)
}

func (w *writer) add(p planned) int {
	if p.parent >= 0 {
		above := &w.pages[p.parent]
		above.children = append(above.children, len(w.pages))
	}
	w.pages = append(w.pages, p)
	return len(w.pages) - 1
}

// above returns the page of a place, which it makes if there is still room.
func (w *writer) above(parent int, place, title string, p planned) int {
	if at, made := w.structure[place]; made {
		return at
	}
	if len(w.pages) >= w.Pages {
		return parent
	}
	p.title, p.parent = w.title(title), parent
	if p.topic != nil {
		p.filled = w.fill(*p.topic)
	} else {
		p.filled = w.fill(pick(w, p.dept.topics))
	}
	w.structure[place] = w.add(p)
	return w.structure[place]
}

func (w *writer) kind() *kind {
	n := w.random.IntN(1000)
	for i := range kinds {
		if n -= kinds[i].often; n < 0 {
			return &kinds[i]
		}
	}
	return &kinds[0]
}

// title makes a title that no page has.
func (w *writer) title(wanted string) string {
	title := wanted
	for n := 2; w.titles[strings.ToLower(title)]; n++ {
		title = fmt.Sprintf("%s (%d)", wanted, n)
		if n > 50 {
			title = fmt.Sprintf("%s (%d)", wanted, len(w.pages))
		}
	}
	w.titles[strings.ToLower(title)] = true
	return title
}

// fill decides what stands in the place of words in braces on one page.
func (w *writer) fill(t topic) map[string]string {
	day := w.Now.AddDate(0, 0, -w.random.IntN(6*365))
	thing, other := pick(w, t.things), pick(w, t.things)
	verb := pick(w, verbs)
	return map[string]string{
		"thing": thing, "other": other, "topic": t.name, "verb": verb, "Verb": strings.ToUpper(verb[:1]) + verb[1:], "failed": pick(w, failures),
		"team": "Team " + pick(w, teams), "project": favoured(w, w.projects), "customer": favoured(w, w.customers), "system": favoured(w, system),
		"product": pick(w, products), "place": pick(w, places), "date": day.Format(time.DateOnly),
		"quarter": fmt.Sprintf("Q%d %d", (day.Month()+2)/3, day.Year()), "n": fmt.Sprint(1 + w.random.IntN(90)),
	}
}

func fillIn(text string, with map[string]string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			break
		}
		word, after, _ := strings.Cut(rest, "}")
		b.WriteString(with[word])
		text = after
	}
	out := b.String()
	return strings.ToUpper(out[:1]) + out[1:]
}

// body is what a page says, in storage format.
func (w *writer) body(p *planned) string {
	var b strings.Builder
	say := func(n int) {
		b.WriteString("<p>")
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(html.EscapeString(fillIn(pick(w, sentences), p.filled)))
		}
		b.WriteString("</p>")
	}
	if p.kind == nil { // an overview
		if w.chance(0.5) {
			b.WriteString(w.macro("children", "2"))
		}
		say(2)
		return b.String() + strings.Join(p.lists, "")
	}
	if w.chance(0.15) {
		b.WriteString(w.macro("toc", "1"))
	}
	say(2 + w.random.IntN(2))
	for _, heading := range [][]string{{"What it is", "Background", "Summary"}, {"Steps", "Details", "Who does what"}, {"Open points", "Links", "Next"}} {
		if w.chance(0.3) {
			continue
		}
		b.WriteString("<h2>" + pick(w, heading) + "</h2>")
		if w.chance(0.4) {
			b.WriteString("<ul>")
			for range 2 + w.random.IntN(3) {
				b.WriteString("<li>" + html.EscapeString(fillIn(pick(w, sentences), p.filled)) + "</li>")
			}
			b.WriteString("</ul>")
		} else {
			say(2 + w.random.IntN(3))
		}
	}
	if w.chance(0.1) {
		b.WriteString("<table><tbody><tr><th>" + html.EscapeString(p.filled["thing"]) + "</th><th>" + html.EscapeString(p.filled["quarter"]) + "</th></tr><tr><td>" + p.filled["n"] + "</td><td>" + html.EscapeString(p.filled["other"]) + "</td></tr></tbody></table>")
	}
	return b.String() + strings.Join(p.lists, "")
}

// --- Labels

// label decides the labels of all pages.
func (w *writer) label() {
	order := w.random.Perm(len(w.pages))
	order = slices.DeleteFunc(order, func(i int) bool { return w.pages[i].draft })
	chosen := order[:min(len(order), int(math.Round(labelledShare*float64(w.Pages))))]
	for _, i := range chosen {
		w.pages[i].labels = w.labelsOf(&w.pages[i])
	}
	w.misspell(chosen)
	w.tail(chosen)
}

func (w *writer) labelsOf(p *planned) []string {
	var out []string
	add := func(chance float64, label string) {
		if label = labelOf(label); w.chance(chance) && !slices.Contains(out, label) {
			out = append(out, label)
		}
	}
	if p.dept == nil { // the home page
		return []string{"home"}
	}
	if p.kind != nil {
		add(0.7, p.kind.label)
		for _, word := range []struct {
			word   string
			chance float64
		}{{"project", 0.9}, {"customer", 0.9}, {"team", 0.6}, {"quarter", 0.3}} {
			if slices.ContainsFunc(p.kind.titles, func(t string) bool { return strings.Contains(t, "{"+word.word+"}") }) && strings.Contains(p.title, p.filled[word.word]) {
				add(word.chance, p.filled[word.word])
			}
		}
		add(0.12, p.filled["system"])
		add(0.08, p.filled["product"])
		add(0.06, p.filled["place"])
		add(0.12, p.filled["thing"])
	}
	add(0.3, p.dept.label)
	if p.topic != nil {
		add(0.45, p.topic.label)
	}
	for old, now := range sorted(retired) {
		if slices.Contains(out, now) {
			add(0.08, old)
		} else if now == "" {
			add(0.004, old)
		}
	}
	if len(out) == 0 {
		out = append(out, p.dept.label)
	}
	return out
}

func sorted(of map[string]string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, key := range slices.Sorted(maps.Keys(of)) {
			if !yield(key, of[key]) {
				return
			}
		}
	}
}

// uses counts the pages of each label.
func (w *writer) uses(chosen []int) map[string]int {
	out := map[string]int{}
	for _, i := range chosen {
		for _, label := range w.pages[i].labels {
			out[label]++
		}
	}
	return out
}

// misspell writes some labels in another way on some of their pages: twins on a few,
// typos on one.
func (w *writer) misspell(chosen []int) {
	uses := w.uses(chosen)
	var often []string
	for _, label := range slices.Sorted(maps.Keys(uses)) {
		if uses[label] >= 4 && len(label) >= 4 {
			often = append(often, label)
		}
	}
	w.random.Shuffle(len(often), func(i, j int) { often[i], often[j] = often[j], often[i] })
	slices.SortStableFunc(often, func(a, b string) int { return cmp.Compare(min(1, len(spelled[b])), min(1, len(spelled[a]))) })
	changes := map[string][]string{}
	for n, label := range often[:min(len(often), 3+len(uses)/20)] {
		other := spelled[label]
		if other == nil {
			other = []string{twin(label, n)}
		}
		changes[label] = slices.DeleteFunc(slices.Clone(other), func(o string) bool { return uses[o] > 0 })
	}
	typos := map[string]bool{}
	for range min(len(often), 2+len(uses)/60) {
		if label := pick(w, often); len(label) >= 6 {
			typos[label] = true
		}
	}
	for _, i := range chosen {
		p := &w.pages[i]
		for at, label := range p.labels {
			with := ""
			switch other := changes[label]; {
			case typos[label]:
				delete(typos, label) // once
				with = w.typo(label)
			case len(other) > 0 && w.chance(min(0.5, 0.08+2/float64(uses[label]))):
				with = pick(w, other)
			}
			if with != "" && !slices.Contains(p.labels, with) {
				p.labels[at] = with
			}
		}
	}
}

// twin is the other spelling of a label that a rule makes.
func twin(label string, n int) string {
	switch {
	case strings.Contains(label, "-") && n%2 == 0:
		return strings.ReplaceAll(label, "-", "")
	case strings.Contains(label, "-"):
		return strings.ReplaceAll(label, "-", "_")
	case strings.HasSuffix(label, "y"):
		return label[:len(label)-1] + "ies"
	case strings.HasSuffix(label, "s"):
		return label[:len(label)-1]
	}
	return label + "s"
}

func (w *writer) typo(label string) string {
	runes := []rune(label)
	at := 1 + w.random.IntN(len(runes)-3)
	switch w.random.IntN(3) {
	case 0:
		return string(slices.Delete(runes, at, at+1))
	case 1:
		return string(slices.Insert(runes, at, runes[at]))
	}
	if runes[at] == runes[at+1] {
		return string(slices.Delete(runes, at, at+1))
	}
	runes[at], runes[at+1] = runes[at+1], runes[at]
	return string(runes)
}

// tail brings the share of labels that are on one page to what is real: it adds
// such labels, or puts some that there are on a second page.
func (w *writer) tail(chosen []int) {
	uses := w.uses(chosen)
	var once []string
	for _, label := range slices.Sorted(maps.Keys(uses)) {
		if uses[label] == 1 {
			once = append(once, label)
		}
	}
	w.random.Shuffle(len(once), func(i, j int) { once[i], once[j] = once[j], once[i] })
	more := int(math.Round((onceShare*float64(len(uses)) - float64(len(once))) / (1 - onceShare)))
	for ; more > 0; more-- {
		p := &w.pages[pick(w, chosen)]
		if p.filled == nil || len(p.labels) > 8 {
			more++
			continue
		}
		label := w.rare(p)
		for uses[label] > 0 {
			label = fmt.Sprintf("%s-%d", w.rare(p), 1+w.random.IntN(9999))
		}
		uses[label]++
		p.labels = append(p.labels, label)
	}
	for excess := int(math.Round(float64(len(once)) - onceShare*float64(len(uses)))); excess > 0 && len(once) > 0; excess-- {
		for tries := range 100 {
			if p := &w.pages[pick(w, chosen)]; !slices.Contains(p.labels, once[0]) && (len(p.labels) < 9 || tries > 90) {
				p.labels = append(p.labels, once[0])
				break
			}
		}
		once = once[1:]
	}
}

// rare is a label that somebody gave one page and nobody another.
func (w *writer) rare(p *planned) string {
	thing, other := labelOf(p.filled["thing"]), labelOf(p.filled["other"])
	switch w.random.IntN(7) {
	case 0:
		return fmt.Sprintf("hal-%d", 100+w.random.IntN(9000)) // a ticket
	case 1:
		return p.filled["verb"] + "-" + thing
	case 2:
		return labelOf(p.filled["project"]) + "-" + thing
	case 3:
		return thing + "-" + labelOf(p.filled["place"])
	case 4:
		return p.filled["product"] + "-" + other
	case 5:
		return labelOf(p.filled["customer"]) + "-" + p.filled["date"][:4]
	}
	return thing + "-" + p.filled["verb"]
}

// --- Writing

func (w *writer) write() error {
	sp, err := w.store.AddSpace(content.Space{
		Key: Key, Name: w.pages[0].title, Description: fmt.Sprintf("A space of %d pages, made up by the seed %d.", w.Pages, w.Seed), AuthorID: w.Admin, Public: true,
	}, "<p>Everything we know, as far as somebody wrote it down.</p>"+w.macro("children", "2"))
	if err != nil {
		return err
	}
	w.pages[0].id = sp.HomepageID
	w.list()
	for i := range w.pages {
		if err := w.page(sp, &w.pages[i]); err != nil {
			return err
		}
	}
	for i := range w.pages { // what cannot be labelled any more, or not by all
		p := &w.pages[i]
		switch {
		case p.archived:
			err = w.store.Archive(w.Editor, p.id)
		case p.hidden:
			err = w.store.Restrict(p.id, []string{w.Editor}, []string{w.Editor})
		case p.locked:
			err = w.store.Restrict(p.id, nil, []string{w.Editor})
		}
		if err != nil {
			return err
		}
	}
	return w.beside(sp)
}

func (w *writer) page(sp content.Space, p *planned) error {
	author, other := w.Editor, w.Admin
	if w.chance(0.3) {
		author, other = other, author
	}
	if p.id == "" {
		c := content.Content{Type: content.Page, Status: content.Current, SpaceID: sp.ID, Title: p.title, Body: w.body(p)}
		switch {
		case p.parent >= 0:
			c.ParentID = w.pages[p.parent].id
		case p.kind != nil && p.kind.blog:
			c.Type = content.BlogPost
		}
		if p.draft {
			c.Status, author = content.Draft, w.Editor
		}
		made, err := w.store.Create(author, c)
		if err != nil {
			return fmt.Errorf("%q: %w", p.title, err)
		}
		p.id = made.ID
		if !p.draft {
			for number := 2; w.chance(0.25) && number < 5; number++ {
				if _, err := w.store.Update(other, made.ID, number, content.Current, p.title, c.Body, ""); err != nil {
					return err
				}
			}
			created := w.Now.AddDate(0, 0, -7*365)
			if p.filled != nil {
				created, _ = time.Parse(time.DateOnly, p.filled["date"])
			}
			created = created.Add(time.Duration(w.random.IntN(600)) * time.Minute)
			changed := created
			if days := int(w.Now.Sub(created).Hours() / 24); days > 0 && w.chance(0.5) {
				changed = created.AddDate(0, 0, w.random.IntN(days))
			}
			if err := w.store.SetDates(made.ID, created, changed); err != nil {
				return err
			}
		}
	}
	named := global(p.labels...)
	if w.chance(0.01) && !p.draft { // labels that are nobody else's, or a team's
		named = append(named, content.NewLabel{Prefix: "my", Name: pick(w, []string{"favourite", "later"})})
	}
	if w.chance(0.005) && !p.draft {
		named = append(named, content.NewLabel{Prefix: "team", Name: labelOf(pick(w, teams))})
	}
	if len(named) == 0 {
		return nil
	}
	_, err := w.store.AddLabels(author, p.id, named)
	return err
}

func global(names ...string) []content.NewLabel {
	var out []content.NewLabel
	for _, name := range names {
		out = append(out, content.NewLabel{Prefix: "global", Name: name})
	}
	return out
}

// beside makes what a space has besides pages: attachments and templates with
// labels, a vocabulary, and another space that uses the labels of this one.
func (w *writer) beside(sp content.Space) error {
	for n := range 1 + w.Pages/250 {
		on := &w.pages[w.random.IntN(len(w.pages))]
		if on.parent < 0 || on.draft || on.archived || on.hidden || on.locked || on.topic == nil {
			continue
		}
		made, err := w.store.Create(w.Editor, content.Content{Type: content.Attachment, Status: content.Current, SpaceID: sp.ID, ParentID: on.id, Title: fmt.Sprintf("%s-%d.pdf", labelOf(on.filled["thing"]), n), Body: "not a file"})
		if err == nil {
			_, err = w.store.AddLabels(w.Editor, made.ID, global(on.topic.label, "scan"))
		}
		if err != nil {
			return err
		}
	}
	for _, t := range []struct {
		name   string
		inAll  bool
		labels []string
	}{
		{"Meeting", false, []string{"meeting-notes"}}, {"Incident", false, []string{"incident", "postmortem"}}, {"Runbook", false, []string{"runbooks"}},
		{"Decision", false, []string{"decision"}}, {"Retrospective", true, []string{"retrospective"}}, {"Blank", true, nil},
	} {
		made := content.Template{Name: t.name, Description: "How we begin a page of this kind", SpaceID: sp.ID, Body: "<p>Write here.</p>" + w.macro("contentbylabel", "4", "cql", `label = "`+labelOf(t.name)+`"`)}
		if t.inAll {
			made.SpaceID = ""
		}
		if _, err := w.store.AddTemplate(made, global(t.labels...)); err != nil {
			return err
		}
	}
	if _, err := w.store.SetProperty(w.Admin, content.Owner{Space: true, ID: sp.ID}, content.Property{Key: "labelup_vocabulary", Value: vocabulary()}); err != nil {
		return err
	}
	return w.neighbor()
}

// neighbor is a space whose labels are those of this one, because labels are the
// site's: renamed here, they stay there.
func (w *writer) neighbor() error {
	sp, err := w.store.AddSpace(content.Space{Key: Neighbor, Name: "Halden front desk", Description: "Its pages carry labels of the large space, and one lists by them.", AuthorID: w.Admin, Public: true},
		"<p>What concerns visitors.</p>"+w.macro("contentbylabel", "4", "cql", `label in ("decision","incident") and space = "`+Key+`"`))
	if err != nil {
		return err
	}
	for n, labels := range [][]string{{"how-to"}, {"howto", "canteen"}, {"incident"}, {"incident", "buildings"}, {"decision"}, {"meeting-notes"}} {
		made, err := w.store.Create(w.Editor, content.Content{Type: content.Page, Status: content.Current, SpaceID: sp.ID, Title: fmt.Sprintf("Visitors, part %d", n+1), Body: "<p>Where they wait, and for whom.</p>"})
		if err == nil {
			_, err = w.store.AddLabels(w.Editor, made.ID, global(labels...))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
