// Package connect is the Atlassian Connect protocol for an app's backend: the
// descriptor, the lifecycle calls, the proof of who is calling, the query
// string hash, and signed calls back to the site.
//
//	app.Lifecycle(r, connect.Installed)  installed, uninstalled, enabled, disabled
//	app.FromHost(r)                      pages and other URLs of the descriptor
//	app.FromBrowser(r)                   the app's own pages calling its API
//	SignRequest, UserTokens              calls to the site, as the app and as a person
//
// Each entry point pins the algorithm, the place of the token and the kind of
// its query string hash. There is no switch that turns a check off, and no
// entry point that accepts two kinds of token.
//
// The package knows nothing of HTTP routes and answers, of Redis, or of any
// product: it keeps nothing itself but keys and tokens until they expire, and
// it reads and writes sites through Store.
//
// Sources: developer.atlassian.com/cloud/confluence, "Understanding JWT for
// Connect apps", "Security for Connect apps", "User impersonation for Connect
// apps"; RFC 7515, 7519, 7523.
package connect
