// Package runbook says, for each way in which the service can fail, what to
// look at first. docs/runbook.md has a section for each entry, which begins
// with the same sentence; tests hold the two together, and both against the
// kinds and reasons in the code.
//
// It is for whoever supports the app. It must not know how anything works: it
// only knows names.
package runbook

import "labelup/internal/fault"

// Entry is one section of docs/runbook.md.
type Entry struct {
	Anchor string // the section's heading: a fault.Kind, or the name of an alert
	Hint   string // one sentence: what to look at first
}

// entries are in the order of the page.
var entries = []Entry{
	{string(fault.BadRequest), "Look at the reason: content_id, content_type, confluence_refuses, erase_not_confirmed and what begins with label_ are about what was asked for, any other about how the request came to us."},
	{string(fault.Unauthorized), "Look at the reason: if it is issuer or signature on many requests of one site, our record of the site is missing or old; if it is uninstalled, the site has left."},
	{string(fault.Anonymous), "Nothing is wrong: the person is not signed in to Confluence, and a change needs a person."},
	{string(fault.Unlicensed), "Look at the app's licence in the site's administration: Confluence told us that there is no active one."},
	{string(fault.Blocked), "We have blocked this site ourselves: labelup sites show says since when, and the ticket of that day says why."},
	{string(fault.Forbidden), "Look at the reason: not_permitted is a right that the person lacks in Confluence, refused means that Atlassian does not let the app act for them."},
	{string(fault.NotFound), "Look at the route: none is somebody probing our address, any other is a page that was deleted or that the person may not see."},
	{string(fault.WrongMethod), "Ignore it unless it is one of our own pages that asks: nothing of ours calls a path with the wrong method."},
	{string(fault.Conflict), "Reload the page and look at its labels: Confluence holds something else than was asked for, and the page shows what it holds."},
	{string(fault.TooLarge), "Look at the reason: page_full is Confluence's limit of a page, label_too_many is ours of one change, the others are bounds on what one request may bring."},
	{string(fault.RateLimited), "Look at which reason is most frequent: app_quota stops every site, any other stops one site or one page for a moment."},
	{string(fault.Upstream), "Look at whether one site has it or all: one site is that site's Confluence, all sites is Atlassian or our network."},
	{string(fault.Unavailable), "Look at the reason: store is Redis, key_server and token_server are Atlassian's, too_much_in_hand is our own load."},
	{string(fault.CallerLeft), "Ignore it: the person or the program that asked closed the connection before there was an answer, and reason says what they did not wait for."},
	{string(fault.Internal), "This is our fault: find the line panic with the same request id, it names the function and the line of code."},

	{"service-down", "Look at whether a process runs and what it said last: heroku ps, then the end of heroku logs."},
	{"redis-unreachable", "Run labelup doctor: it says whether Redis answers, whether it may evict sites and whether it persists them."},
	{"backup-old", "Run labelup backup by hand and read what it says: the reason of the failure is in its last line."},
	{"sealing-fails", "Run labelup doctor: it seals and opens a text, and says whether the key service is down or refuses us."},
	{"log-lines-dropped", "Run labelup doctor: it says whether CloudWatch can be read and has lines of the last hour; on standard output none is missing."},
	{"installs-fail", "Look at the reason on the route /installed: audience and base_url are our settings, key_server and unknown_key are Atlassian's keys."},
}

// Entries returns every entry, in the order of the page.
func Entries() []Entry { return append([]Entry(nil), entries...) }

// narrower are reasons that have a section of their own, whatever their kind.
var narrower = map[string]string{
	"store":             "redis-unreachable",
	"store_unreachable": "redis-unreachable",
	"audience":          "installs-fail",
	"base_url":          "installs-fail",
	"unknown_key":       "installs-fail",
	"key_server":        "installs-fail",
	"key_queue":         "installs-fail",
}

// For returns the entry for a fault as the log shows it, false if the kind is
// none of ours. A reason that has its own section goes before the kind.
func For(kind, reason string) (Entry, bool) {
	anchor, ok := narrower[reason]
	if !ok {
		anchor = kind
	}
	for _, entry := range entries {
		if entry.Anchor == anchor {
			return entry, true
		}
	}
	return Entry{}, false
}
