package connecttest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"labelup/connect"
)

// KeyID names the key that a Host signs lifecycle calls with.
const KeyID = "29bc9865-05e5-4b3f-a6f4-26d2b7b2aac9"

// installKey is one key for all hosts of a test binary: making one is slow.
var installKey = sync.OnceValue(NewKey)

// NewKey returns a fresh RSA key of 2048 bits.
func NewKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no entropy: nothing can be tested
	}
	return key
}

// Host plays one Confluence site, and Atlassian's key server, towards one app.
// Its fields may be changed between calls.
type Host struct {
	AppKey string // the app it has installed
	AppURL string // the base URL it calls the app under

	ClientKey     string
	Secret        string
	BaseURL       string
	DisplayURL    string
	OAuthClientID string

	// AccountID is the person who looks at the page; "" for nobody.
	AccountID string

	// Licence is put into the context claim and the lic parameter; nil leaves
	// both out.
	Licence *bool

	// Content, Space and Macro are put into the context claim.
	Content connect.Content
	Space   connect.Space
	Macro   connect.Macro

	// Now is the clock of Atlassian's servers.
	Now func() time.Time
}

// NewHost returns a licensed site "site-a" where a signed-in person looks at
// page 123 in space DS.
func NewHost(appKey, appURL string) *Host {
	licensed := true
	return &Host{
		AppKey: appKey, AppURL: strings.TrimSuffix(appURL, "/"),
		ClientKey: "site-a", Secret: "secret-of-site-a-0123456789abcdef", BaseURL: "https://site-a.atlassian.net/wiki",
		OAuthClientID: "oauth-client-of-site-a", AccountID: "5b10ac8d82e05b22cc7d4ef5", Licence: &licensed,
		Content: connect.Content{ID: "123", Type: "page", Version: "3"},
		Space:   connect.Space{ID: "98", Key: "DS"},
		Macro:   connect.Macro{ID: "ec1eead7-ab4b-4b9f-8465-80d84e5d739f", Hash: "ec1eead7-ab4b-4b9f-8465-80d84e5d739f", OutputType: "display"},
		Now:     time.Now,
	}
}

// OtherSite returns another installed site of the same app.
func (h *Host) OtherSite() *Host {
	other := *h
	other.ClientKey, other.Secret = "site-b", "secret-of-site-b-0123456789abcdef"
	other.BaseURL, other.OAuthClientID = "https://site-b.atlassian.net/wiki", "oauth-client-of-site-b"
	return &other
}

// Installation is the record of the site in the app's store after its
// installed and enabled calls a minute ago.
func (h *Host) Installation() connect.Installation {
	at := h.Now().Add(-time.Minute).Truncate(time.Second)
	return connect.Installation{
		ClientKey: h.ClientKey, SharedSecret: connect.Secret(h.Secret), BaseURL: h.BaseURL, DisplayURL: h.DisplayURL,
		OAuthClientID: h.OAuthClientID, Enabled: true, InstalledAt: at, ChangedAt: at, SignedAt: at,
	}
}

// KnownKey implements connect.KeySource: it knows KeyID and nothing else.
func (h *Host) KnownKey(kid string) (*rsa.PublicKey, error) {
	if kid != KeyID {
		return nil, &connect.Error{Kind: connect.Unauthorized, Reason: connect.ReasonUnknownKey}
	}
	return &installKey().PublicKey, nil
}

// InstallKey implements connect.KeySource.
func (h *Host) InstallKey(_ context.Context, kid string, _ netip.Prefix) (*rsa.PublicKey, error) {
	return h.KnownKey(kid)
}

// KeyProved implements connect.KeySource.
func (h *Host) KeyProved(string) {}

// Keys is the key server: GET /{kid} answers a PEM file, or 404.
func (h *Host) Keys() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/"+KeyID {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(PublicPEM(&installKey().PublicKey))
	})
}

// PublicPEM returns a key as a key server would.
func PublicPEM(key *rsa.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// Token is a token about to be signed. A Change may make it wrong.
type Token struct {
	Method jwt.SigningMethod
	Key    any
	Header map[string]any // besides alg and typ
	Claims map[string]any

	// Members of JSON that come before the others, each with a comma after it,
	// such as `"alg":"none",`.
	HeaderFirst, ClaimsFirst string
}

// Change changes a token before it is signed.
type Change func(*Token)

// With sets a claim.
func With(claim string, value any) Change {
	return func(t *Token) { t.Claims[claim] = value }
}

// Without removes a claim.
func Without(claim string) Change {
	return func(t *Token) { delete(t.Claims, claim) }
}

// SignedWith replaces algorithm and key.
func SignedWith(method jwt.SigningMethod, key any) Change {
	return func(t *Token) { t.Method, t.Key = method, key }
}

// WithKeyID replaces the kid of the header.
func WithKeyID(kid any) Change {
	return func(t *Token) { t.Header["kid"] = kid }
}

// Sign signs a token.
func (t *Token) Sign() string {
	header := map[string]any{"alg": t.Method.Alg(), "typ": "JWT"}
	maps.Copy(header, t.Header)
	signed := segment(t.HeaderFirst, header) + "." + segment(t.ClaimsFirst, t.Claims)
	signature, err := t.Method.Sign(signed, t.Key)
	if err != nil {
		panic(err) // the test made a token that cannot be signed
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func segment(first string, members map[string]any) string {
	data, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(slices.Concat([]byte("{"+first), data[1:]))
}

func (h *Host) sign(t *Token, changes []Change) string {
	for _, change := range changes {
		change(t)
	}
	return t.Sign()
}

func (h *Host) claims(lifetime time.Duration) map[string]any {
	now := h.Now().Unix()
	claims := map[string]any{
		"iss": h.ClientKey, "iat": now, "exp": now + int64(lifetime.Seconds()), "context": h.context(),
	}
	if h.AccountID != "" {
		claims["sub"] = h.AccountID
	}
	return claims
}

func (h *Host) context() map[string]any {
	context := map[string]any{
		"confluence": map[string]any{
			"content": map[string]any{"id": h.Content.ID, "type": h.Content.Type, "version": h.Content.Version},
			"space":   map[string]any{"id": h.Space.ID, "key": h.Space.Key},
			"macro":   map[string]any{"id": h.Macro.ID, "hash": h.Macro.Hash, "outputType": h.Macro.OutputType},
		},
	}
	if h.Licence != nil {
		context["license"] = map[string]any{"active": *h.Licence}
	}
	if h.DisplayURL != "" {
		context["url"] = map[string]any{"displayUrl": h.DisplayURL}
	}
	return context
}

// basePath is the path of AppURL, which the query string hash leaves out.
func (h *Host) basePath() string {
	u, err := url.Parse(h.AppURL)
	if err != nil {
		panic(err)
	}
	return u.Path
}

// TokenFor returns a token for a request of the host to path, which begins
// with a slash, may have a query, and is below AppURL.
func (h *Host) TokenFor(method, path string, changes ...Change) string {
	claims := h.claims(15 * time.Minute)
	claims["qsh"] = connect.QSH(method, h.basePath()+path, h.basePath())
	return h.sign(&Token{Method: jwt.SigningMethodHS256, Key: []byte(h.Secret), Header: map[string]any{}, Claims: claims}, changes)
}

// ContextToken returns what AP.context.getToken gives the app's page.
func (h *Host) ContextToken(changes ...Change) string {
	claims := h.claims(15 * time.Minute)
	claims["qsh"] = connect.ContextQSH
	return h.sign(&Token{Method: jwt.SigningMethodHS256, Key: []byte(h.Secret), Header: map[string]any{}, Claims: claims}, changes)
}

// IframeURL returns the whole signed URL of a page of the app, with the
// parameters that the host appends to path.
func (h *Host) IframeURL(path string, changes ...Change) string {
	path = h.withHostParameters(path)
	return h.AppURL + path + "&jwt=" + h.TokenFor(http.MethodGet, path, changes...)
}

func (h *Host) withHostParameters(path string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	site, err := url.Parse(h.BaseURL)
	if err != nil {
		panic(err)
	}
	path += separator + "xdm_e=" + url.QueryEscape(site.Scheme+"://"+site.Host) +
		"&xdm_c=channel-" + h.AppKey + "&cp=" + url.QueryEscape(site.Path) + "&xdm_deprecated_addon_key_do_not_use=" + h.AppKey
	if h.Licence != nil && *h.Licence {
		path += "&lic=active"
	} else if h.Licence != nil {
		path += "&lic=none"
	}
	return path + "&cv=1001.0.0"
}

// Iframe returns the request of IframeURL as the app receives it.
func (h *Host) Iframe(path string, changes ...Change) *http.Request {
	return httptest.NewRequest(http.MethodGet, h.IframeURL(path, changes...), nil)
}

// ServerCall returns a request of the host itself, with its token in the
// header: a static macro or a webhook.
func (h *Host) ServerCall(method, path, body string, changes ...Change) *http.Request {
	r := httptest.NewRequest(method, h.AppURL+path, strings.NewReader(body))
	r.Header.Set("Authorization", "JWT "+h.TokenFor(method, path, changes...))
	return r
}

// BrowserCall returns a request of the app's page to its own API.
func (h *Host) BrowserCall(method, path, body string, changes ...Change) *http.Request {
	r := httptest.NewRequest(method, h.AppURL+path, strings.NewReader(body))
	r.Header.Set("Authorization", "JWT "+h.ContextToken(changes...))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// LifecycleBody is the body of a lifecycle call, ready to be changed.
func (h *Host) LifecycleBody(event connect.Event) map[string]any {
	body := map[string]any{
		"key": h.AppKey, "clientKey": h.ClientKey, "oauthClientId": h.OAuthClientID, "baseUrl": h.BaseURL,
		"serverVersion": "6452", "pluginsVersion": "1.801.0", "productType": "confluence",
		"description": "Confluence", "eventType": string(event),
	}
	if h.DisplayURL != "" {
		body["displayUrl"] = h.DisplayURL
	}
	if event == connect.Installed {
		body["sharedSecret"] = h.Secret
	}
	return body
}

// LifecycleToken returns the token of a lifecycle call to path: RS256 for
// installed and uninstalled, HS256 for the others.
func (h *Host) LifecycleToken(event connect.Event, path string, changes ...Change) string {
	claims := h.claims(3 * time.Minute)
	delete(claims, "sub")
	claims["context"] = map[string]any{}
	claims["qsh"] = connect.QSH(http.MethodPost, h.basePath()+path, h.basePath())
	t := &Token{Method: jwt.SigningMethodHS256, Key: []byte(h.Secret), Header: map[string]any{}, Claims: claims}
	if event == connect.Installed || event == connect.Uninstalled {
		t.Method, t.Key = jwt.SigningMethodRS256, installKey()
		t.Header["kid"] = KeyID
		t.Claims["aud"] = []string{h.AppURL}
	}
	return h.sign(t, changes)
}

// Lifecycle returns a lifecycle call to the path that is the event's name.
func (h *Host) Lifecycle(event connect.Event, changes ...Change) *http.Request {
	return h.LifecycleCall(event, h.LifecycleToken(event, "/"+string(event), changes...), h.LifecycleBody(event))
}

// LifecycleCall returns a lifecycle call with any token and any body.
func (h *Host) LifecycleCall(event connect.Event, token string, body map[string]any) *http.Request {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, h.AppURL+"/"+string(event), strings.NewReader(string(data)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "JWT "+token)
	return r
}
