package connecthost

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
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

// ServeToken plays Atlassian's authorization server: it turns a JWT signed
// with a site's shared secret into a token to act as one of its people.
func (h *Host) ServeToken(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, description string) {
		answerJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answerJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "invalid_request"})
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
	x, app, found := h.siteOfClient(client)
	if !isClient || !found {
		refuse("invalid_client", "iss names no installed app")
		return
	}
	now := h.now()
	claims, err := connectjwt.VerifyHS256(assertion, app.Secret, now)
	if err != nil {
		refuse("invalid_grant", "the assertion does not verify")
		return
	}
	iat, _ := claims.GetIssuedAt()
	exp, _ := claims.GetExpirationTime()
	aud, _ := claims.GetAudience()
	account, isAccount := strings.CutPrefix(connectjwt.Text(claims, "sub"), accountPrefix)
	person, known := x.Store.User(account)
	switch {
	case exp.Sub(iat.Time) > maxAssertionLife:
		refuse("invalid_grant", "the assertion lives longer than 60 seconds")
	case len(aud) != 1 || aud[0] != h.origin && aud[0] != atlassianAuthorizationServer:
		refuse("invalid_grant", "aud is not this authorization server")
	case connectjwt.Text(claims, "tnt") != x.BaseURL:
		refuse("invalid_grant", "tnt is not the base URL of the site")
	case !isAccount || !known || person.AccountID != account || person.App:
		refuse("invalid_grant", "sub is not a person of this site")
	case person.Inactive:
		refuse("access_denied", "the account is not active")
	case !slices.ContainsFunc(app.Descriptor.Scopes, func(scope string) bool { return strings.EqualFold(scope, "ACT_AS_USER") }):
		refuse("unauthorized_client", "the app does not have the scope ACT_AS_USER")
	default:
		scopes := slices.DeleteFunc(slices.Clone(app.Descriptor.Scopes), func(scope string) bool { return scopeRank[strings.ToUpper(scope)] == 0 })
		if asked := strings.Fields(r.PostForm.Get("scope")); len(asked) > 0 {
			for _, scope := range asked {
				if scopeRank[scope] == 0 || !HasScope(scopes, scope) {
					refuse("invalid_scope", "the app does not have a scope that was asked for")
					return
				}
			}
			scopes = asked
		}
		token := h.grants.issue(grant{x, account, scopes, now.Add(tokenLife)}, now)
		w.Header().Set("Cache-Control", "no-store")
		answerJSON(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})
	}
}

func (h *Host) siteOfClient(client string) (*Site, App, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, x := range h.sites {
		if app := x.App(); app.Installed && app.OAuthClientID == client {
			return x, app, true
		}
	}
	return nil, App{}, false
}

// grants are the impersonation tokens that are out.
type grants struct {
	mu      sync.Mutex
	byToken map[string]grant
}

type grant struct {
	site    *Site
	account string
	scopes  []string
	expires time.Time
}

func (g *grants) issue(to grant, now time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, old := range g.byToken {
		if now.After(old.expires) {
			delete(g.byToken, token)
		}
	}
	token := rand.Text()
	g.byToken[token] = to
	return token
}

func (g *grants) get(token string, now time.Time) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.byToken[token]
	return found, ok && now.Before(found.expires)
}

// revoke ends the grants of a site, as uninstalling does.
func (g *grants) revoke(x *Site) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, one := range g.byToken {
		if one.site == x {
			delete(g.byToken, token)
		}
	}
}

// scopeRank orders the scopes of which each includes those before it.
var scopeRank = map[string]int{"READ": 1, "WRITE": 2, "DELETE": 3, "SPACE_ADMIN": 4, "ADMIN": 5}

// HasScope reports whether scopes include one, by themselves or by a higher one.
func HasScope(have []string, needed string) bool {
	for _, scope := range have {
		if scopeRank[strings.ToUpper(scope)] >= scopeRank[needed] {
			return true
		}
	}
	return false
}
