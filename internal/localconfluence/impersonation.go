package localconfluence

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"labelup/internal/localconfluence/connectjwt"
)

const (
	grantType     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	clientPrefix  = "urn:atlassian:connect:clientid:"
	accountPrefix = "urn:atlassian:connect:useraccountid:"

	tokenLife        = 15 * time.Minute
	maxAssertionLife = 60 * time.Second

	// atlassianAuthorizationServer is the audience apps name in life; the
	// local one is the origin of this server.
	atlassianAuthorizationServer = "https://oauth-2-authorization-server.services.atlassian.com"
)

// serveToken plays Atlassian's authorization server: it turns a JWT signed
// with a site's shared secret into a token to act as one of its people.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, description string) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "invalid_request"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		refuse("invalid_request", "the body is not a form")
		return
	}
	if r.PostForm.Get("grant_type") != grantType {
		refuse("unsupported_grant_type", "grant_type must be "+grantType)
		return
	}
	assertion := r.PostForm.Get("assertion")
	unverified, err := connectjwt.Unverified(assertion)
	if err != nil {
		refuse("invalid_grant", "the assertion is no JWT")
		return
	}
	client, isClient := strings.CutPrefix(connectjwt.Text(unverified, "iss"), clientPrefix)
	x, app, found := s.siteOfClient(client)
	if !isClient || !found {
		refuse("invalid_client", "iss names no installed app")
		return
	}
	now := s.clock.now()
	claims, err := connectjwt.VerifyHS256(assertion, app.secret, now)
	if err != nil {
		refuse("invalid_grant", "the assertion does not verify")
		return
	}
	iat, _ := claims.GetIssuedAt()
	exp, _ := claims.GetExpirationTime()
	aud, _ := claims.GetAudience()
	account, isAccount := strings.CutPrefix(connectjwt.Text(claims, "sub"), accountPrefix)
	person, known := x.store.User(account)
	switch {
	case exp.Sub(iat.Time) > maxAssertionLife:
		refuse("invalid_grant", "the assertion lives longer than 60 seconds")
	case len(aud) != 1 || aud[0] != s.origin && aud[0] != atlassianAuthorizationServer:
		refuse("invalid_grant", "aud is not this authorization server")
	case connectjwt.Text(claims, "tnt") != x.baseURL:
		refuse("invalid_grant", "tnt is not the base URL of the site")
	case !isAccount || !known || person.AccountID != account || person.App:
		refuse("invalid_grant", "sub is not a person of this site")
	case person.Inactive:
		refuse("access_denied", "the account is not active")
	case !slices.ContainsFunc(app.descriptor.Scopes, func(scope string) bool { return strings.EqualFold(scope, "ACT_AS_USER") }):
		refuse("unauthorized_client", "the app does not have the scope ACT_AS_USER")
	default:
		scopes := slices.DeleteFunc(slices.Clone(app.descriptor.Scopes), func(scope string) bool { return scopeRank[strings.ToUpper(scope)] == 0 })
		if asked := strings.Fields(r.PostForm.Get("scope")); len(asked) > 0 {
			for _, scope := range asked {
				if scopeRank[scope] == 0 || !hasScope(scopes, scope) {
					refuse("invalid_scope", "the app does not have a scope that was asked for")
					return
				}
			}
			scopes = asked
		}
		token := s.grants.issue(grant{x, account, scopes, now.Add(tokenLife)}, now)
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})
	}
}

func (s *Server) siteOfClient(client string) (*site, install, bool) {
	for _, x := range s.allSites() {
		x.mu.RLock()
		app := x.app
		x.mu.RUnlock()
		if app.installed && app.oauthClientID == client {
			return x, app, true
		}
	}
	return nil, install{}, false
}
