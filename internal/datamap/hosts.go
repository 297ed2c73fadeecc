package datamap

import (
	"slices"
	"strings"
)

// Host is a way in which a site has the app.
type Host string

const (
	Native  Host = "Forge native" // all of it at Atlassian and in the browser: there is no service
	Remote  Host = "Forge Remote" // the service behind Atlassian's proxy
	Connect Host = "Connect"      // the service itself
)

// Hosts are all of them.
var Hosts = []Host{Native, Remote, Connect}

// On is the hosts that something is true of; empty = all of them.
type On []Host

// WithService are the hosts that have the service.
var WithService = On{Remote, Connect}

// Includes reports whether it is true of a host.
func (o On) Includes(host Host) bool { return len(o) == 0 || slices.Contains(o, host) }

func (o On) String() string {
	if len(o) == 0 {
		o = Hosts
	}
	names := make([]string, len(o))
	for at, host := range o {
		names[at] = string(host)
	}
	return strings.Join(names, ", ")
}

// Summary is what one host comes to.
type Summary struct {
	Host     Host
	Kept     string // what is kept outside Confluence
	Passes   string // what passes through the service
	Involved string // who gets to see something, besides Atlassian
}

// Summaries says for each host what the lists come to.
func Summaries(stores []Store, recipients []Recipient) []Summary {
	var all []Summary
	for _, host := range Hosts {
		var kept, involved []string
		for _, store := range stores {
			if store.On.Includes(host) {
				kept = append(kept, store.Name)
			}
		}
		for _, r := range recipients {
			if r.On.Includes(host) && !strings.HasPrefix(r.Company, "Atlassian") && !slices.Contains(involved, r.Company) {
				involved = append(involved, r.Company)
			}
		}
		summary := Summary{host, "nothing", "nothing: there is no service", "nobody"}
		if len(kept) > 0 {
			summary.Kept = strings.Join(kept, ", ")
		}
		if slices.ContainsFunc(InMemory, func(p Passing) bool { return p.On.Includes(host) }) {
			summary.Passes = "what is listed below"
		}
		if len(involved) > 0 {
			summary.Involved = strings.Join(involved, ", ")
		}
		all = append(all, summary)
	}
	return all
}

// WithoutService is what there is to say of a host that has no service.
const WithoutService = "With Forge native there is no service. The reader's browser reads pages, works out suggestions and changes labels, with the reader's own rights, " +
	"and talks to nobody but Atlassian. In exports one function at Atlassian reads the page's labels, with the rights of the app; it keeps and logs nothing. " +
	"For support the panel keeps the last 50 technical events of its tab in memory: no names, no text. They are gone when the tab is closed, and nobody " +
	"gets them unless the person copies them. Atlassian shows the vendor which sites have installed the app, in which version, and how often its function ran: nothing of pages or people."
