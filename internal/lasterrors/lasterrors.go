// Package lasterrors remembers, in memory and for each site, how its last
// requests failed, for the page on which a site's administrator looks
// for the reason. It learns from the lines of the technical log and so knows no
// more than they say.
//
// It must not grow without bounds, must not be read for another site than the
// one that asks, and keeps nothing on disk: a restart empties it. Each process
// knows of its own requests only.
package lasterrors

import (
	"container/list"
	"slices"
	"sync"
	"time"

	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

const (
	maxSites   = 2000 // the site that has not failed for longest goes first
	maxEntries = 20   // of a site; so does the entry
)

// Log remembers. It is a watcher for technicallog.New, and safe for concurrent
// use.
type Log struct {
	technicallog.Watcher
	now   func() time.Time
	since time.Time

	mu sync.Mutex

	// A line about a caller who is not proved has the site that the caller
	// claims. So that nobody can push out what sites need by claiming many,
	// those lines are remembered apart, within bounds of their own.
	proved, claimed sites
}

// New returns an empty log. now may be nil for time.Now.
func New(now func() time.Time) *Log {
	if now == nil {
		now = time.Now
	}
	l := &Log{now: now, since: now().UTC(), proved: newSites(), claimed: newSites()}
	l.Watcher = technicallog.NewWatcher(l.see)
	return l
}

// Report is what is remembered about a site.
type Report struct {
	Since  time.Time `json:"since"`   // when this process began to remember; times are UTC
	Errors []Entry   `json:"entries"` // the newest first, at most 40; never nil
}

// Entry is all failures with the same kind and reason.
type Entry struct {
	Kind      string    `json:"kind"`   // of fault
	Reason    string    `json:"reason"` // may be empty
	Count     int       `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	RequestID string    `json:"requestId"` // of the last
	Route     string    `json:"route"`     // of the last: its template
}

// Of returns what is remembered about a site, see technicallog.SiteHash.
func (l *Log) Of(siteHash string) Report {
	report := Report{Since: l.since, Errors: []Entry{}}
	l.mu.Lock()
	report.Errors = append(report.Errors, l.proved.of(siteHash)...)
	report.Errors = append(report.Errors, l.claimed.of(siteHash)...)
	l.mu.Unlock()
	slices.SortStableFunc(report.Errors, func(a, b Entry) int { return b.Last.Compare(a.Last) })
	return report
}

func (l *Log) see(line technicallog.Line) {
	// A call that failed is in the line of its request, if it mattered, and who
	// left missed nothing.
	if line.Message != "request" || line.Kind == "" || line.Kind == string(fault.CallerLeft) || line.Site == "" {
		return
	}
	failed := Entry{Kind: line.Kind, Reason: line.Reason, RequestID: line.RequestID, Route: line.Route}
	l.mu.Lock()
	defer l.mu.Unlock()
	failed.Last = l.now().UTC()
	if mayBeClaimed(line) {
		l.claimed.remember(line.Site, failed)
	} else {
		l.proved.remember(line.Site, failed)
	}
}

// mayBeClaimed reports whether a failure can happen before the site is proved: the
// proof fails, or what it needs is down. An install or uninstall can fail in any way
// before, for its body is read first where nobody knows its key yet.
func mayBeClaimed(line technicallog.Line) bool {
	return line.Kind == string(fault.Unauthorized) || line.Kind == string(fault.Unavailable) ||
		line.Route == "/installed" || line.Route == "/uninstalled"
}

// sites are the entries of a bounded number of sites.
type sites struct {
	places map[string]*list.Element // by site
	order  *list.List               // of *site, the one that failed last in front
}

type site struct {
	hash    string
	entries []Entry
}

func newSites() sites { return sites{map[string]*list.Element{}, list.New()} }

func (s sites) of(hash string) []Entry {
	if place, ok := s.places[hash]; ok {
		return siteAt(place).entries
	}
	return nil
}

func (s sites) remember(hash string, failed Entry) {
	place, known := s.places[hash]
	if !known {
		if s.order.Len() == maxSites {
			oldest := s.order.Back()
			delete(s.places, siteAt(oldest).hash)
			s.order.Remove(oldest)
		}
		place = s.order.PushFront(&site{hash: hash})
		s.places[hash] = place
	}
	s.order.MoveToFront(place)
	siteAt(place).remember(failed)
}

func (s *site) remember(failed Entry) {
	same := func(e Entry) bool { return e.Kind == failed.Kind && e.Reason == failed.Reason }
	failed.Count, failed.First = 1, failed.Last
	at := slices.IndexFunc(s.entries, same)
	switch {
	case at >= 0:
		failed.Count, failed.First = s.entries[at].Count+1, s.entries[at].First
	case len(s.entries) < maxEntries:
		at = len(s.entries)
		s.entries = append(s.entries, Entry{})
	default:
		at = s.longestAgo()
	}
	s.entries[at] = failed
}

func (s *site) longestAgo() int {
	oldest := 0
	for at, entry := range s.entries {
		if entry.Last.Before(s.entries[oldest].Last) {
			oldest = at
		}
	}
	return oldest
}

func siteAt(place *list.Element) *site {
	return place.Value.(*site) //nolint:forcetypeassert // only remember puts something into the list
}
