// Package forgetest plays Forge towards the backend of an app: it signs
// invocation tokens, publishes the keys, and knows every way in which a token can
// be wrong. It is for tests only.
package forgetest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"labelup/forge"
)

// KeyID names the key that a Host signs with.
const KeyID = "forge/invocation-token/d8f7a1c2"

// hostKey is one key for all hosts of a test binary: making one is slow.
var hostKey = sync.OnceValue(func() *rsa.PrivateKey { return NewKey(2048) })

// NewKey returns a fresh RSA key of so many bits.
func NewKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err) // no entropy: nothing can be tested
	}
	return key
}

// Host plays one site that has the app installed through Forge. Its fields may
// be changed between calls.
type Host struct {
	AppID          string
	InstallationID string
	CloudID        string
	Gateway        string // the scheme and host of Confluence's REST API

	// AccountID is the person who looks at the page; "" leaves it out.
	AccountID string

	// License is app.license; nil leaves it out.
	License map[string]any

	Content forge.Content
	Space   forge.Space

	// UserToken comes with invokeRemote; "" leaves it out.
	UserToken string

	// Now is the clock of Forge's servers.
	Now func() time.Time
}

// NewHost returns a site where a signed-in person looks at page 123 in space DS.
func NewHost() *Host {
	return &Host{
		AppID:          "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107",
		InstallationID: "ari:cloud:ecosystem::installation/0a3a7799-c3c1-4e7c-8f3e-a5a4b0a1c1c1",
		CloudID:        "d0d52620-3203-4cfa-8db5-f2587155f0dd", Gateway: "https://api.atlassian.com",
		AccountID: "5b10ac8d82e05b22cc7d4ef5", UserToken: "token-of-the-person", Now: time.Now,
		Content: forge.Content{ID: "123", Type: "page"}, Space: forge.Space{ID: "98", Key: "DS"},
	}
}

// Keys is the key server: whatever is asked, it answers the key set.
func (h *Host) Keys() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(KeySet(JWK(KeyID, &hostKey().PublicKey)))
	})
}

// JWK is a public key as a key set has it.
func JWK(kid string, key *rsa.PublicKey) map[string]any {
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
}

// KeySet is a set of keys as it is published.
func KeySet(keys ...map[string]any) []byte { return marshal(map[string]any{"keys": keys}) }

func marshal(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // the test made something that is no JSON
	}
	return data
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

// With sets a claim by its path, such as "app.id".
func With(path string, value any) Change {
	return func(t *Token) { object, name := t.at(path); object[name] = value }
}

// Without removes a claim.
func Without(path string) Change {
	return func(t *Token) { object, name := t.at(path); delete(object, name) }
}

func (t *Token) at(path string) (object map[string]any, name string) {
	names := strings.Split(path, ".")
	object = t.Claims
	for _, name := range names[:len(names)-1] {
		object = object[name].(map[string]any)
	}
	return object, names[len(names)-1]
}

// SignedWith replaces algorithm and key.
func SignedWith(method jwt.SigningMethod, key any) Change {
	return func(t *Token) { t.Method, t.Key = method, key }
}

// WithKeyID replaces the kid of the header.
func WithKeyID(kid any) Change {
	return func(t *Token) { t.Header["kid"] = kid }
}

// SignedBy signs with a key under an id.
func SignedBy(kid string, key *rsa.PrivateKey) Change {
	return func(t *Token) { t.Header["kid"], t.Key = kid, key }
}

// Claims are those of a call, ready to be changed.
func (h *Host) Claims() map[string]any {
	now, api := h.Now().Unix(), h.Gateway+"/ex/confluence/"+h.CloudID
	app := map[string]any{
		"id": h.AppID, "version": "16", "appVersion": "16.0.1", "installationId": h.InstallationID, "apiBaseUrl": api,
		"installation": map[string]any{
			"id": h.InstallationID, "contexts": []any{map[string]any{"name": "confluence", "cloudId": h.CloudID, "apiBaseUrl": api}},
		},
		"environment": map[string]any{"type": "PRODUCTION", "id": "ari:cloud:ecosystem::environment/8db33809/c1"},
		"module":      map[string]any{"type": "xen:macro", "key": "labelup-labels"},
	}
	if h.License != nil {
		app["license"] = h.License
	}
	claims := map[string]any{
		"iss": forge.Issuer, "aud": h.AppID, "iat": now, "nbf": now, "exp": now + 25, "jti": "9d2c5680d1", "app": app,
		"context": map[string]any{
			"cloudId": h.CloudID, "siteUrl": "https://site-a.atlassian.net", "localId": "c0ffee", "moduleKey": "labelup-labels",
			"extension": map[string]any{
				"type": "macro", "isEditing": false, "config": map[string]any{"show": "all", "Show": "also"}, "references": []any{},
				"content": map[string]any{"id": h.Content.ID, "type": h.Content.Type},
				"space":   map[string]any{"id": h.Space.ID, "key": h.Space.Key},
			},
		},
	}
	if h.AccountID != "" {
		claims["principal"] = h.AccountID
	}
	return claims
}

// Token returns a signed token.
func (h *Host) Token(changes ...Change) string {
	t := &Token{Method: jwt.SigningMethodRS256, Key: hostKey(), Header: map[string]any{"kid": KeyID}, Claims: h.Claims()}
	for _, change := range changes {
		change(t)
	}
	return t.Sign()
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
	return base64.RawURLEncoding.EncodeToString(slices.Concat([]byte("{"+first), marshal(members)[1:]))
}

// Invoke returns a call by invokeRemote as the app receives it.
func (h *Host) Invoke(method, url, body string, changes ...Change) *http.Request {
	r := h.Request(method, url, body, changes...)
	if h.UserToken != "" {
		r.Header.Set("X-Forge-Oauth-User", h.UserToken)
	}
	r.Header.Set("X-Forge-Oauth-System", "token-of-the-app")
	r.Header.Set("X-B3-Traceid", "463ac35c9f6413ad48485a3953bb6124")
	return r
}

// Request returns a call by requestRemote: from the browser, without a token of
// the person.
func (h *Host) Request(method, url, body string, changes ...Change) *http.Request {
	r := httptest.NewRequest(method, url, bytes.NewReader([]byte(body)))
	r.Header.Set("Authorization", "Bearer "+h.Token(changes...))
	r.Header.Set("Content-Type", "application/json")
	return r
}
