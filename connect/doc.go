// Package connect is the Atlassian Connect protocol for an app's backend: the
// descriptor, the lifecycle calls, the proof of who is calling, the query
// string hash, and signed calls back to the site.
//
//	app.Lifecycle(r, connect.Installed)  installed, uninstalled, enabled, disabled
//	app.FromHost(r)                      pages and other URLs of the descriptor
//	app.FromBrowser(r)                   the app's own pages calling its API
//	SignRequest, UserTokens              calls to the site, as the app and as a person
//
// Each entry point pins the algorithm, for Lifecycle that of the event, and the
// kind of query string hash, and takes no other kind of token. No switch turns
// off a check of a token; Config.AllowInsecureLoopback, for development, only
// lets sites be on this machine.
//
// Of Atlassian's products it knows Confluence: the hosts of its sites, and what
// a token says of a page, a space and a macro. It knows nothing of the routes
// and answers of an app, nor of Redis: it reads and writes sites through Store.
// It keeps in memory public keys and tokens to act as a person, both bounded in
// number and time.
//
// Sources: developer.atlassian.com/cloud/confluence, "Understanding JWT for
// Connect apps", "Security for Connect apps", "User impersonation for Connect
// apps"; RFC 7515, 7519, 7523.
package connect
