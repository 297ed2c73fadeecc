package localconfluence

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"labelup/internal/localconfluence/content"
)

// Change is something that other apps, automation rules and people notice of a
// write: an event of one label on one content, a version, or a mail.
type Change struct {
	N       int       `json:"n"` // from 1
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // label_added, label_removed, version or mail
	Content string    `json:"content"`
	Who     string    `json:"who"`               // made it
	Label   string    `json:"label,omitempty"`   // with its prefix, unless that is global
	Version int       `json:"version,omitempty"` // of a version, or that a mail is about
	To      string    `json:"to,omitempty"`      // of a mail
}

// mostChanges is what a run over 10,000 pages makes, and its undo, and then some.
const mostChanges = 200_000

// changes are those of a site, the oldest left out when there are too many.
type changes struct {
	mu   sync.Mutex
	last int
	all  []Change
}

func (l *changes) add(store *content.Store, e content.Event) {
	if e.Content == nil {
		return
	}
	name := func(account string) string {
		if u, known := store.User(account); known {
			return u.Name
		}
		return "anonymous"
	}
	one := Change{At: e.At, Kind: e.Name, Content: e.Content.ID, Who: name(e.Actor)}
	switch e.Name {
	case "label_added", "label_removed":
		if one.Label = e.Label.Name; e.Label.Prefix != "global" {
			one.Label = e.Label.Prefix + ":" + one.Label
		}
	case "page_created", "page_updated", "blog_created", "blog_updated":
		one.Kind, one.Version = "version", e.Content.Version.Number
	default:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.append(one)
	for _, account := range e.Mailed {
		one.Kind, one.To = "mail", name(account)
		l.append(one)
	}
}

func (l *changes) append(one Change) {
	if len(l.all) >= mostChanges {
		l.all = slices.Delete(l.all, 0, mostChanges/10)
	}
	l.last++
	one.N = l.last
	l.all = append(l.all, one)
}

func (l *changes) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all, l.last = nil, 0
}

// seenChanges lists the changes behind number ?after=, of ?kind=, ?content=,
// ?label= and ?who=, and counts all of them by kind.
func (s *Server) seenChanges(r *http.Request, _ nothing) (any, error) {
	query := r.URL.Query()
	x, err := s.named(query.Get("site"))
	if err != nil {
		return nil, err
	}
	after := 0
	if text := query.Get("after"); text != "" {
		if after, err = strconv.Atoi(text); err != nil {
			return nil, badRequest("after is not a number")
		}
	}
	wants := func(name, has string) bool { return !query.Has(name) || query.Get(name) == has }
	x.changes.mu.Lock()
	defer x.changes.mu.Unlock()
	found, counts := []Change{}, map[string]int{"label_added": 0, "label_removed": 0, "version": 0, "mail": 0}
	for _, one := range x.changes.all {
		if one.N > after && wants("kind", one.Kind) && wants("content", one.Content) && wants("label", one.Label) && wants("who", one.Who) {
			found = append(found, one)
			counts[one.Kind]++
		}
	}
	forgotten := x.changes.last - len(x.changes.all)
	if query.Get("list") == "false" {
		found = nil
	}
	return map[string]any{"last": x.changes.last, "forgotten": forgotten, "counts": counts, "changes": found}, nil
}
