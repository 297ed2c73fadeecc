// Package forge proves who calls the backend of an Atlassian Forge app through
// Forge Remote: it verifies the invocation token that comes with every call.
//
//	app.Caller(r)           who calls, from which installation, page and space
//	caller.Authorize(q)     a call to Confluence as the person
//
// There is one kind of token and one way to verify it, and no switch turns off a
// check. Config.AllowInsecureLoopback, for development, only lets the key set and
// Confluence be on this machine.
//
// It keeps nothing but the public keys: the token says all there is to know of an
// installation, its licence included. It knows nothing of the routes and answers
// of an app. It must not take anything from a token before that is verified, the
// address of the keys above all, and must not let a token into an error or a log.
//
// Of Atlassian's products it knows Confluence, and of Forge what answers a call
// of a page. Events, schedules and the app's own token are none of it: a token
// for them would have to be held to more, because the browser chooses the path
// of a call.
//
// Sources: developer.atlassian.com/platform/forge/remote/essentials and
// forge-remote-invocation-contract; RFC 7515, 7517, 7519.
package forge
