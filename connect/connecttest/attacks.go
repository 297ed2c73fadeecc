package connecttest

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"labelup/connect"
)

// Attack is a request that is wrong in one way and must be refused.
type Attack struct {
	Name    string
	Request *http.Request
}

// Arrange fills a store for the attacks: the site itself, OtherSite, and a
// site that has uninstalled the app.
func (h *Host) Arrange(store *Store) {
	store.Put(h.Installation())
	store.Put(h.OtherSite().Installation())
	gone := h.goneSite().Installation()
	gone.SharedSecret, gone.Enabled, gone.UninstalledAt = "", false, h.Now().Add(-time.Second)
	store.Put(gone)
}

func (h *Host) goneSite() *Host {
	gone := *h
	gone.ClientKey, gone.Secret = "site-gone", "secret-of-site-gone-0123456789abcd"
	return &gone
}

// HostAttacks returns every attack on a route that only the host may call. path
// begins with a slash, is below AppURL, and may have a query.
func (h *Host) HostAttacks(method, path string) []Attack {
	plain := func(path string) *http.Request { return httptest.NewRequest(method, h.AppURL+path, nil) }
	attacks := h.requestAttacks(method, path, "", func(h *Host, changes ...Change) string {
		return h.TokenFor(method, path, changes...)
	})
	return append(attacks,
		Attack{"a context token", withToken(plain(path), h.ContextToken())},
		Attack{"signed for another path", withToken(plain(path), h.TokenFor(method, "/elsewhere"))},
		Attack{"signed for another method", withToken(plain(path), h.TokenFor(http.MethodPatch, path))},
		Attack{"a parameter added after signing", withToken(plain(addParameter(path, "added=1")), h.TokenFor(method, path))},
		Attack{"a licence added after signing", withToken(plain(addParameter(path, "lic=active")), h.TokenFor(method, path))},
		Attack{"two jwt parameters", plain(addParameter(path, "jwt="+h.TokenFor(method, path)+"&jwt="+h.TokenFor(method, path)))},
	)
}

// BrowserAttacks returns every attack on a route of the app's own API. The same
// body goes with each.
func (h *Host) BrowserAttacks(method, path, body string) []Attack {
	request := func(path string) *http.Request {
		return httptest.NewRequest(method, h.AppURL+path, strings.NewReader(body))
	}
	attacks := h.requestAttacks(method, path, body, func(h *Host, changes ...Change) string {
		return h.ContextToken(changes...)
	})
	return append(attacks,
		Attack{"a token bound to this very URL", withToken(request(path), h.TokenFor(method, path))},
		Attack{"a good token in the query", request(addParameter(path, "jwt="+h.ContextToken()))},
	)
}

// LifecycleAttacks returns every attack on a lifecycle route. The body is right
// where nothing else is said.
func (h *Host) LifecycleAttacks(event connect.Event) []Attack {
	path := "/" + string(event)
	call := func(token string) *http.Request { return h.LifecycleCall(event, token, h.LifecycleBody(event)) }
	withBody := func(field string, value any) *http.Request {
		body := h.LifecycleBody(event)
		body[field] = value
		return h.LifecycleCall(event, h.LifecycleToken(event, path), body)
	}
	token := func(changes ...Change) string { return h.LifecycleToken(event, path, changes...) }

	nameless := h.LifecycleBody(event)
	nameless["clientKey"] = ""
	inQuery := httptest.NewRequest(http.MethodPost, h.AppURL+path+"?jwt="+token(), call("").Body)
	attacks := []Attack{
		{"a good token in the query", inQuery},
		{"a context token", call(h.ContextToken())},
		{"signed for another path", call(h.LifecycleToken(event, "/elsewhere"))},
		{"neither token nor body name a site", h.LifecycleCall(event, token(Without("iss")), nameless)},
		{"the body names another site", withBody("clientKey", h.OtherSite().ClientKey)},
		{"the body names another app", withBody("key", "another-app")},
		{"the body names another event", withBody("eventType", "dare-migration")},
	}
	if event == connect.Installed || event == connect.Uninstalled {
		public := PublicPEM(&installKey().PublicKey)
		attacks = append(attacks, Attack{"HS256 with the public key as its secret", call(token(SignedWith(jwt.SigningMethodHS256, public)))})
		attacks = append(attacks, Attack{"HS256 with the stored secret", call(token(SignedWith(jwt.SigningMethodHS256, []byte(h.Secret))))})
		attacks = append(attacks, Attack{"another RSA key under Atlassian's key id", call(token(SignedWith(jwt.SigningMethodRS256, otherKey())))})
		attacks = append(attacks, Attack{"PS256", call(token(SignedWith(jwt.SigningMethodPS256, installKey())))})
		attacks = append(attacks, Attack{"the audience is another app", call(token(With("aud", []string{"https://another.example.com"})))})
		attacks = append(attacks, Attack{"no audience", call(token(Without("aud")))})
		if event == connect.Installed {
			attacks = append(attacks, Attack{"the site is at a host of the attacker", withBody("baseUrl", "https://atlassian.net.example.com/wiki")})
		}
		for _, kid := range []any{"../../x", "x?y", "x#y", "x%2fy", "https://example.com/key", "", strings.Repeat("a", 65), 7} {
			attacks = append(attacks, Attack{"a key id that is none", call(token(WithKeyID(kid)))})
		}
		attacks = append(attacks, Attack{"a key id nobody knows", call(token(WithKeyID("staging-key")))})
	}
	return append(attacks, h.tokenAttacks(func(token string) *http.Request { return call(token) },
		func(h *Host, changes ...Change) string { return h.LifecycleToken(event, path, changes...) })...)
}

// otherKey is a key of somebody who is not Atlassian.
var otherKey = sync.OnceValue(NewKey)

// requestAttacks are the attacks on any route that the site's secret guards.
func (h *Host) requestAttacks(method, path, body string, sign func(*Host, ...Change) string) []Attack {
	request := func() *http.Request {
		return httptest.NewRequest(method, h.AppURL+path, strings.NewReader(body))
	}
	twice := withToken(request(), sign(h))
	twice.Header.Add("Authorization", "JWT "+sign(h))
	both := withToken(httptest.NewRequest(method, h.AppURL+addParameter(path, "jwt="+sign(h)), strings.NewReader(body)), sign(h))
	attacks := []Attack{
		{"a token in the query and one in the header", both},
		{"two Authorization headers", twice},
	}
	return append(attacks, h.tokenAttacks(func(token string) *http.Request { return withToken(request(), token) }, sign)...)
}

// tokenAttacks are the attacks with a token that is wrong by itself.
func (h *Host) tokenAttacks(request func(token string) *http.Request, sign func(*Host, ...Change) string) []Attack {
	good := sign(h)
	segments := strings.Split(good, ".")
	now := h.Now().Unix()
	encode := base64.RawURLEncoding.EncodeToString

	withScheme := func(value string) *http.Request {
		r := request(good)
		r.Header.Set("Authorization", value)
		return r
	}
	noToken := request(good)
	noToken.Header.Del("Authorization")

	attacks := []Attack{
		{"no token", noToken},
		{"scheme Bearer", withScheme("Bearer " + good)},
		{"scheme in lower case", withScheme("jwt " + good)},
		{"no scheme", withScheme(good)},
	}
	for _, a := range []struct{ name, token string }{
		{"an empty token", ""},
		{"a token that is none", "token"},
		{"alg none", sign(h, SignedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType))},
		{"alg none over a good signature", encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + segments[1] + "." + segments[2]},
		{"alg None", encode([]byte(`{"alg":"None","typ":"JWT"}`)) + "." + segments[1] + "."},
		{"no alg", encode([]byte(`{"typ":"JWT"}`)) + "." + segments[1] + "." + segments[2]},
		{"HS384 with the right secret", sign(h, SignedWith(jwt.SigningMethodHS384, []byte(h.Secret)))},
		{"HS512 with the right secret", sign(h, SignedWith(jwt.SigningMethodHS512, []byte(h.Secret)))},
		{"HS256 with another secret", sign(h, SignedWith(jwt.SigningMethodHS256, []byte("another secret")))},
		{"HS256 with an empty secret", sign(h, SignedWith(jwt.SigningMethodHS256, []byte{}))},
		{"HS256 with another site's secret", sign(h, SignedWith(jwt.SigningMethodHS256, []byte(h.OtherSite().Secret)))},
		{"HS256 with the public key as its secret, on any route", sign(h, SignedWith(jwt.SigningMethodHS256, PublicPEM(&installKey().PublicKey)))},
		{"RS256 with a key of the attacker", sign(h, SignedWith(jwt.SigningMethodRS256, otherKey()))},
		{"a site that never installed", sign(h, With("iss", "nobody"))},
		{"a site that has uninstalled", sign(h.goneSite(), SignedWith(jwt.SigningMethodHS256, []byte(h.goneSite().Secret)))},
		{"a site that has uninstalled, with an empty secret", sign(h.goneSite(), SignedWith(jwt.SigningMethodHS256, []byte{}))},
		{"no issuer", sign(h, Without("iss"))},
		{"an issuer that is a number", sign(h, With("iss", 7))},
		{"a client key longer than any", sign(h, With("iss", strings.Repeat("k", 256)))},
		{"no qsh", sign(h, Without("qsh"))},
		{"an empty qsh", sign(h, With("qsh", ""))},
		{"a wrong qsh", sign(h, With("qsh", strings.Repeat("0", 64)))},
		{"expired by 31 seconds", sign(h, With("iat", now-600), With("exp", now-31))},
		{"no exp", sign(h, Without("exp"))},
		{"exp as a string", sign(h, With("exp", "9999999999"))},
		{"no iat", sign(h, Without("iat"))},
		{"iat 31 seconds ahead", sign(h, With("iat", now+31), With("exp", now+600))},
		{"nbf 31 seconds ahead", sign(h, With("nbf", now+31))},
		{"nbf as a string", sign(h, With("nbf", "0"))},
		{"an audience that is somebody else", sign(h, With("aud", "https://another.example.com"))},
		{"an audience of others", sign(h, With("aud", []string{h.OtherSite().ClientKey, "another-app"}))},
		{"an audience of nobody", sign(h, With("aud", []string{}))},
		{"an audience that is a number", sign(h, With("aud", 7))},
		{"an audience of numbers", sign(h, With("aud", []any{7, nil, map[string]any{}}))},
		{"a claim twice", sign(h, func(t *Token) { t.ClaimsFirst = `"iss":"site-b",` })},
		{"a claim twice, in two cases", sign(h, func(t *Token) { t.ClaimsFirst = `"Iss":"site-b",` })},
		{"a claim twice, in letters that fold", sign(h, func(t *Token) { t.ClaimsFirst = `"i\u017fs":"site-b",` })},
		{"a claim twice that nobody uses", sign(h, func(t *Token) { t.ClaimsFirst = `"x":{"y":1,"z":[{"a":0,"A":0}]},` })},
		{"a header with alg twice", sign(h, func(t *Token) { t.HeaderFirst = `"alg":"none",` })},
		{"a header with typ twice, in two cases", sign(h, func(t *Token) { t.HeaderFirst = `"TYP":"JWT",` })},
		{"a lifetime of a year", sign(h, With("exp", now+365*24*3600))},
		{"exp before iat", sign(h, With("iat", now+20), With("exp", now+10))},
		{"two segments", segments[0] + "." + segments[1]},
		{"four segments", good + "." + segments[2]},
		{"no signature", segments[0] + "." + segments[1] + "."},
		{"half a signature", segments[0] + "." + segments[1] + "." + segments[2][:len(segments[2])/8*4]},
		{"a padded signature", good + "="},
		{"a signature that is no base64url", segments[0] + "." + segments[1] + ".!!!!"},
		{"claims that are no JSON", segments[0] + "." + encode([]byte("claims")) + "." + segments[2]},
		{"claims that are an array", segments[0] + "." + encode([]byte("[]")) + "." + segments[2]},
		{"a header above 1 KiB", sign(h, func(t *Token) { t.Header["x"] = strings.Repeat("x", 1024) })},
		{"claims above 8 KiB", sign(h, With("x", strings.Repeat("x", 8192)))},
		{"a header with an extension that must be understood", sign(h, func(t *Token) { t.Header["crit"] = []string{"exp"} })},
	} {
		attacks = append(attacks, Attack{a.name, request(a.token)})
	}
	return attacks
}

func withToken(r *http.Request, token string) *http.Request {
	r.Header.Set("Authorization", "JWT "+token)
	return r
}

func addParameter(path, pair string) string {
	if strings.Contains(path, "?") {
		return path + "&" + pair
	}
	return path + "?" + pair
}
