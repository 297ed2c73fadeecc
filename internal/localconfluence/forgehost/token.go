package forgehost

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"labelup/internal/localconfluence/connectjwt"
	"labelup/internal/localconfluence/hostpage"
)

// Keys are what Forge signs invocation tokens with, for all apps.
type Keys struct {
	id    string
	key   func() *rsa.PrivateKey
	stray func() *rsa.PrivateKey // is published nowhere: for attacks
}

// NewKeys makes the keys when they are first needed.
func NewKeys() *Keys {
	return &Keys{"forge/invocation-token/" + rand.Text(), sync.OnceValue(newKey), sync.OnceValue(newKey)}
}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("forgehost: " + err.Error()) // cannot be: the size is fine and the randomness never fails
	}
	return key
}

// ServeHTTP publishes the key set.
func (k *Keys) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	public, encode := k.key().PublicKey, base64.RawURLEncoding.EncodeToString
	body, _ := json.Marshal(map[string]any{"keys": []any{map[string]string{ // texts always marshal
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": k.id,
		"n": encode(public.N.Bytes()), "e": encode(big.NewInt(int64(public.E)).Bytes()),
	}}})
	send(w, "application/json", body)
}

// Variation says how a call differs from what Forge would send.
type Variation struct {
	// Algorithm is RS256, HS256 or none; "" is the right one.
	Algorithm string `json:"algorithm"`

	// Key is "" for the right one, and stray for one that is published nowhere.
	// HS256 is always keyed with the text of the public key.
	Key string `json:"key"`

	// KeyID replaces the kid.
	KeyID string `json:"kid"`

	// Claims replace those of the token, by paths such as app.id; null removes
	// one.
	Claims map[string]any `json:"claims"`

	// Headers replace those of the call as the service gets it, after the proxy
	// has dropped what it drops; null removes one.
	Headers map[string]*string `json:"headers"`
}

// tokenLife is that of the documented example.
const tokenLife = 25 * time.Second

// invocationToken signs who calls from where.
func (h *Host) invocationToken(viewer string, ask hostpage.Ask, m found, about place, v Variation) (string, error) {
	api := h.apiBaseURL()
	at := h.Now().Add(h.Skew()).Unix()
	seen := h.context(viewer, ask, m, about)
	claims := connectjwt.Claims{
		"iss": "forge/invocation-token", "aud": h.manifest.App.ID, "iat": at, "nbf": at, "exp": at + int64(tokenLife.Seconds()), "jti": randomHex(20),
		"app": map[string]any{
			"id": h.manifest.App.ID, "appVersion": appVersion, "installationId": installationID, "apiBaseUrl": api,
			"installation": map[string]any{
				"id": installationID, "contexts": []any{map[string]any{"name": "confluence", "apiBaseUrl": api, "cloudId": h.Site.CloudID}},
			},
			"environment": map[string]any{"type": environmentType, "id": "ari:cloud:ecosystem::environment/" + h.ExtensionOf()},
			"module":      map[string]any{"type": m.signedType(), "key": m.Key},
		},
		"context": map[string]any{
			"cloudId": h.Site.CloudID, "siteUrl": h.Site.Origin, "localId": seen["localId"], "moduleKey": m.Key, "extension": seen["extension"],
		},
	}
	if viewer != "" {
		claims["principal"] = viewer
	}
	for path, value := range v.Claims {
		if err := put(claims, path, value); err != nil {
			return "", err
		}
	}
	switch v.Algorithm {
	case "none":
		return signed(connectjwt.SignNone(claims))
	case "HS256":
		der, err := x509.MarshalPKIXPublicKey(&h.Keys.key().PublicKey)
		if err != nil {
			return "", fmt.Errorf("forgehost: %w", err)
		}
		return signed(connectjwt.SignHS256(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), claims))
	case "", "RS256":
		key, kid := h.Keys.key, h.Keys.id
		if v.Key == "stray" {
			key = h.Keys.stray
		}
		if v.KeyID != "" {
			kid = v.KeyID
		}
		return signed(connectjwt.SignRS256(key(), kid, claims))
	}
	return "", fmt.Errorf("%w: unknown algorithm %q", hostpage.ErrBadRequest, v.Algorithm)
}

func signed(token string, err error) (string, error) {
	if err != nil {
		return "", fmt.Errorf("forgehost: %w", err)
	}
	return token, nil
}

// put replaces what is at a path, and removes it for nil.
func put(claims map[string]any, path string, value any) error {
	first, rest, deeper := strings.Cut(path, ".")
	if inner, ok := claims[first].(map[string]any); deeper && ok {
		return put(inner, rest, value)
	}
	if deeper {
		return fmt.Errorf("%w: there is no object %q in the claims", hostpage.ErrBadRequest, first)
	}
	if claims[first] = value; value == nil {
		delete(claims, first)
	}
	return nil
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// apiBaseURL is where the app calls Confluence with a token of Forge's.
func (h *Host) apiBaseURL() string { return h.Site.Origin + "/ex/confluence/" + h.Site.CloudID }

// grants are the tokens to call Confluence with that are out.
type grants struct {
	mu      sync.Mutex
	byToken map[string]grant
}

type grant struct {
	account string
	expires time.Time
}

// A token holds for four hours at most, and is given out for two.
const (
	grantLife = 4 * time.Hour
	grantRest = 2 * time.Hour
)

// of returns a token of an account.
func (g *grants) of(account string, now time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, one := range g.byToken {
		switch left := one.expires.Sub(now); {
		case left <= 0:
			delete(g.byToken, token)
		case one.account == account && left > grantRest:
			return token
		}
	}
	token := rand.Text()
	g.byToken[token] = grant{account, now.Add(grantLife)}
	return token
}

// Granted returns the account that a token of this app acts as.
func (h *Host) Granted(token string) (account string, ok bool) {
	h.grants.mu.Lock()
	defer h.grants.mu.Unlock()
	one, known := h.grants.byToken[token]
	return one.account, known && h.Now().Before(one.expires)
}

// appAccount is the app's own.
const appAccount = "5f0000000000000000000a98"

// tokens are the headers with tokens for Confluence that an endpoint gets.
func (h *Host) tokens(e *endpointModule, viewer string) map[string]string {
	out, permitted := map[string]string{}, func(scope string) bool { return slices.Contains(h.Scopes(), scope) }
	if e.Auth.AppUserToken.Enabled && viewer != "" && permitted("read:app-user-token") {
		out["X-Forge-Oauth-User"] = h.grants.of(viewer, h.Now())
	}
	if e.Auth.AppSystemToken.Enabled && permitted("read:app-system-token") {
		out["X-Forge-Oauth-System"] = h.grants.of(appAccount, h.Now())
	}
	return out
}
