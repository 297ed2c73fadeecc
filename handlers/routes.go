package handlers

import (
	"net/http"
)

// proof is how a caller has to prove who they are. The zero value is no valid
// proof, so that a route without one cannot be served.
type proof int

const (
	_          proof = iota
	nobody           // anyone may call; the route shows nothing of any site
	atlassian        // Atlassian itself: a lifecycle call, verified by the handler with its body
	site             // a page or call signed by the site for exactly this URL
	siteViewer       // a script on one of our own pages, with the proof the site gave its viewer
)

// hosts are the kinds of hosts that a route serves. The zero value is none: a
// route that asks for no proof needs none.
type hosts int

const (
	framing hosts = 1 << iota // that show our pages in frames
	remote                    // that serve our pages themselves and pass on what they call
)

// route is one line of the table below: the only place where a path is served.
type route struct {
	method string
	path   string
	proof  proof
	hosts  hosts
	change bool // writes to Confluence: needs an active licence and a person
	admin  bool // only for who administers the site: Confluence is asked
	html   bool // people see the answer, errors too, in a frame of their site
	direct bool // browsers of remote hosts call it directly, from another origin: see cors.go
	serve  func(*Server, *exchange) error
}

// routes is who may call what. A path that is not here does not exist.
var routes = []route{
	{method: http.MethodGet, path: "/atlassian-connect.json", proof: nobody, serve: (*Server).descriptor},
	{method: http.MethodHead, path: "/atlassian-connect.json", proof: nobody, serve: (*Server).descriptor},
	{method: http.MethodGet, path: "/static/*", proof: nobody, serve: (*Server).asset},
	{method: http.MethodHead, path: "/static/*", proof: nobody, serve: (*Server).asset},
	{method: http.MethodGet, path: "/health", proof: nobody, serve: (*Server).health},
	{method: http.MethodGet, path: "/ready", proof: nobody, serve: (*Server).ready},
	{method: http.MethodGet, path: privacyPath, proof: nobody, serve: (*Server).privacy},
	{method: http.MethodHead, path: privacyPath, proof: nobody, serve: (*Server).privacy},
	{method: http.MethodGet, path: securityTextPath, proof: nobody, serve: (*Server).securityText},
	{method: http.MethodHead, path: securityTextPath, proof: nobody, serve: (*Server).securityText},

	{method: http.MethodPost, path: "/installed", proof: atlassian, hosts: framing, serve: (*Server).installed},
	{method: http.MethodPost, path: "/uninstalled", proof: atlassian, hosts: framing, serve: (*Server).uninstalled},
	{method: http.MethodPost, path: "/enabled", proof: atlassian, hosts: framing, serve: (*Server).enabled},
	{method: http.MethodPost, path: "/disabled", proof: atlassian, hosts: framing, serve: (*Server).disabled},

	{method: http.MethodGet, path: "/macro/labels", proof: site, hosts: framing, html: true, serve: (*Server).macro},
	{method: http.MethodGet, path: "/macro/labels/static", proof: site, hosts: framing, serve: (*Server).macroStatic},
	{method: http.MethodGet, path: "/macro/labels/editor", proof: site, hosts: framing, html: true, serve: (*Server).macroEditor},
	{method: http.MethodGet, path: "/byline", proof: site, hosts: framing, html: true, serve: (*Server).byline},

	{method: http.MethodGet, path: "/admin", proof: site, hosts: framing, html: true, serve: (*Server).adminPage},

	{method: http.MethodGet, path: "/api/site", proof: siteViewer, hosts: framing, admin: true, serve: (*Server).site},
	{method: http.MethodPost, path: "/api/site/erase", proof: siteViewer, hosts: framing, admin: true, serve: (*Server).eraseSite},
	{method: http.MethodPost, path: "/api/labels", proof: siteViewer, hosts: framing | remote, change: true, serve: (*Server).changeLabels},
	{method: http.MethodPost, path: "/api/suggest", proof: siteViewer, hosts: framing | remote, direct: true, serve: (*Server).suggestLabels},
	{method: http.MethodOptions, path: "/api/suggest", proof: nobody, hosts: remote, direct: true, serve: (*Server).preflight},
}
