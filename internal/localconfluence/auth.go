package localconfluence

import (
	"context"
	"net/http"
	"strings"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/hostpage"
)

// caller is who a REST call is from.
type caller struct {
	account string // "" is an anonymous visitor
	app     bool   // the app itself
	token   bool   // came with a token of an app: scopes apply, removed endpoints are gone
	session bool   // a browser that has the web pages open
	frame   bool   // that browser, for a frame of the app: scopes apply
	forge   bool   // the app is one of Forge: so are its scopes
	scopes  []string
	points  *points // of the app whose token it is
	who     string  // for the record of requests
}

// authentication failures, as measured
type refusal struct {
	status  int
	html    bool
	gateway bool
	reason  string
}

// authenticate finds out who is calling from the Authorization header or, for
// a browser on the web pages, from their cookie.
func (s *Server) authenticate(x *site, r *http.Request) (caller, *refusal) {
	header := r.Header.Get("Authorization")
	scheme, credential, _ := strings.Cut(header, " ")
	switch {
	case r.Context().Value(gatewayKey{}) != nil:
		return s.forgeCaller(x, credential)
	case header == "":
		if r.URL.Query().Has("jwt") {
			return caller{who: "refused"}, &refusal{status: http.StatusUnauthorized, reason: "A token in the query is no longer accepted; use the Authorization header"}
		}
		return s.visitor(x, r)
	case scheme == "JWT":
		return s.appCaller(x, r, credential)
	case scheme == "Bearer":
		return s.bearer(x, credential)
	case scheme == "Basic":
		name, password, ok := r.BasicAuth()
		if !ok {
			return caller{who: "refused"}, &refusal{status: http.StatusUnauthorized, html: true, reason: "Basic Authentication Failure"}
		}
		name, _, _ = strings.Cut(name, "@") // clients that insist on an e-mail address
		u, known := x.store.User(name)
		if !known || u.Inactive || u.Name != name || password != name {
			return caller{who: "refused"}, denied
		}
		return caller{account: u.AccountID, who: u.Name}, nil
	}
	return caller{who: "refused"}, denied
}

// denied is what Confluence answers to a credential it does not know.
var denied = &refusal{status: http.StatusForbidden, reason: "Request rejected because caller cannot access Confluence"}

// visitor takes the person from the cookie of the web pages. A page of another
// origin cannot use it: the cookie is SameSite=Strict, and browsers say where
// a request comes from. A request that the bridge makes names the app whose
// frame asked for it; it gets what the person may do and the app has scopes for.
func (s *Server) visitor(x *site, r *http.Request) (caller, *refusal) {
	by := caller{who: "anonymous"}
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		return by, nil
	}
	if cookie, err := r.Cookie(hostpage.UserCookie); err == nil {
		by = caller{session: true, who: "anonymous in a browser"}
		if u, ok := x.store.User(cookie.Value); ok && !u.Inactive {
			by.account, by.who = u.AccountID, u.Name+" in a browser"
		}
	}
	if id := r.Header.Get("Forge-App"); id != "" {
		for _, one := range s.forge {
			if app, err := one.host.App(r.Context()); err == nil && app.Key == id && one.Name == chosenHost(r) {
				by.frame, by.forge, by.scopes = true, true, one.host.Scopes()
				by.who += " for the app"
				return by, nil
			}
		}
		return caller{who: "refused"}, denied
	}
	if key := r.Header.Get("AP-Client-Key"); key != "" {
		app, err := x.connect.Working()
		if err != nil || app.Descriptor.Key != key {
			return caller{who: "refused"}, denied
		}
		by.frame, by.scopes = true, app.Descriptor.Scopes
		by.who += " for the app"
	}
	return by, nil
}

// chosenHost is the platform that the person chose on the web pages.
func chosenHost(r *http.Request) string {
	cookie, err := r.Cookie(hostpage.HostCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Server) appCaller(x *site, r *http.Request, token string) (caller, *refusal) {
	app, err := s.connect.Verify(x.connect, r, token)
	if err != nil {
		return caller{who: "refused"}, &refusal{status: http.StatusUnauthorized, reason: err.Error()}
	}
	u, _ := x.store.User(connecthost.AppUser)
	return caller{account: u.AccountID, app: true, token: true, scopes: app.Descriptor.Scopes, points: x.points, who: "app"}, nil
}

type gatewayKey struct{}

// throughGateway turns a call of Atlassian's gateway for a site into the call of
// the site that it passes on.
func (s *Server) throughGateway(r *http.Request) *http.Request {
	for _, x := range s.allSites() {
		at := "/ex/confluence/" + x.connect.CloudID
		rest, ok := strings.CutPrefix(r.URL.Path, at)
		if !ok || !isREST.MatchString(rest) {
			continue
		}
		on := func(path string) string { return x.basePath + strings.TrimPrefix(path, "/wiki") }
		inside := r.Clone(context.WithValue(r.Context(), gatewayKey{}, true))
		if inside.URL.Path = on(rest); r.URL.RawPath != "" {
			inside.URL.RawPath = on(strings.TrimPrefix(r.URL.RawPath, at))
		}
		return inside
	}
	return r
}

// forgeCaller accepts what Forge gave an app to call with: the token of a person,
// or its own. It is good behind the gateway only, and nothing else is good there.
func (s *Server) forgeCaller(x *site, token string) (caller, *refusal) {
	for _, one := range s.forge {
		account, granted := one.host.Granted(token)
		u, known := x.store.User(account)
		if !granted || !known || u.Inactive {
			continue
		}
		by := caller{account: account, app: u.App, token: true, forge: true, scopes: one.host.Scopes(), points: one.points, who: one.Title}
		if !u.App {
			by.who += " as " + u.Name
		}
		return by, nil
	}
	return caller{who: "refused"}, &refusal{status: http.StatusUnauthorized, gateway: true, reason: "Unauthorized"}
}

// bearer accepts an impersonation token, or user:NAME for tests that want to
// be a person with a token.
func (s *Server) bearer(x *site, token string) (caller, *refusal) {
	if name, ok := strings.CutPrefix(token, "user:"); ok {
		if u, known := x.store.User(name); known && !u.Inactive {
			return caller{account: u.AccountID, token: true, scopes: []string{"ADMIN"}, points: x.points, who: u.Name + " with a token"}, nil
		}
	}
	account, scopes, ok := s.connect.Granted(x.connect, token)
	if !ok {
		return caller{who: "refused"}, &refusal{status: http.StatusUnauthorized, reason: "Unauthorized; the token is unknown or expired"}
	}
	u, known := x.store.User(account)
	if !known || u.Inactive {
		return caller{who: "refused"}, denied
	}
	return caller{account: u.AccountID, token: true, scopes: scopes, points: x.points, who: "app as " + u.Name}, nil
}

// userOf returns the account of an id, also of one that is gone.
func userOf(x *site, accountID string) content.User {
	if u, ok := x.store.User(accountID); ok {
		return u
	}
	return content.User{AccountID: accountID, DisplayName: "Former user", Inactive: true}
}
