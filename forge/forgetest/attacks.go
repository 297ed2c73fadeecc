package forgetest

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"labelup/forge"
)

// Attack is a request that is wrong in one way and must be refused as not proved.
type Attack struct {
	Name    string
	Request *http.Request
	Reason  string // why, for the log
}

// otherKey is a key of somebody who is not Atlassian.
var otherKey = sync.OnceValue(func() any { return NewKey(2048) })

// Attacks returns every attack on a call. request makes a good one, with a good
// token, anew each time.
func (h *Host) Attacks(request func() *http.Request) []Attack {
	good := h.Token()
	var attacks []Attack
	with := func(name, reason string, change func(*http.Request)) {
		r := request()
		change(r)
		attacks = append(attacks, Attack{name, r, reason})
	}
	authorization := func(name, reason string, values ...string) {
		with(name, reason, func(r *http.Request) { r.Header["Authorization"] = values })
	}
	authorization("no token", forge.ReasonNoToken)
	authorization("an empty header", forge.ReasonNotBearerScheme, "")
	authorization("scheme in lower case", forge.ReasonNotBearerScheme, "bearer "+good)
	authorization("scheme in upper case", forge.ReasonNotBearerScheme, "BEARER "+good)
	authorization("scheme JWT", forge.ReasonNotBearerScheme, "JWT "+good)
	authorization("no scheme", forge.ReasonNotBearerScheme, good)
	authorization("two good tokens", forge.ReasonTwoTokens, "Bearer "+good, "Bearer "+good)
	authorization("two tokens in one header", forge.ReasonTokenMalformed, "Bearer "+good+", Bearer "+good)
	authorization("a space before the token", forge.ReasonTokenMalformed, "Bearer  "+good)
	authorization("a space after the token", forge.ReasonTokenMalformed, "Bearer "+good+" ")
	with("a good token in the query", forge.ReasonNoToken, func(r *http.Request) {
		delete(r.Header, "Authorization")
		r.URL.RawQuery = "jwt=" + good + "&access_token=" + good
		r.RequestURI = r.URL.RequestURI()
	})
	with("two tokens of persons", forge.ReasonTwoTokens, func(r *http.Request) { r.Header["X-Forge-Oauth-User"] = []string{"one", "two"} })
	with("a token of a person that ends a header", forge.ReasonUserToken, func(r *http.Request) { r.Header["X-Forge-Oauth-User"] = []string{"a\r\nHost: b"} })
	with("a token of a person above its limit", forge.ReasonUserToken, func(r *http.Request) {
		r.Header["X-Forge-Oauth-User"] = []string{strings.Repeat("x", 8<<10+1)}
	})
	for _, a := range h.tokenAttacks(good) {
		authorization(a.name, a.reason, "Bearer "+a.token)
	}
	return attacks
}

type tokenAttack struct{ name, reason, token string }

// tokenAttacks are the attacks with a token that is wrong by itself.
func (h *Host) tokenAttacks(good string) []tokenAttack {
	segments := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	now := h.Now().Unix()
	public := &hostKey().PublicKey
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})
	with := func(path string, value any) string { return h.Token(With(path, value)) }
	otherApp := strings.Replace(h.AppID, "8db33809", "00000000", 1)
	api := h.Gateway + "/ex/confluence/" + h.CloudID
	// another spelling of the same signature: the bits that its last letter has to spare
	respelled := []byte(good)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	respelled[len(respelled)-1] = alphabet[strings.IndexByte(alphabet, respelled[len(respelled)-1])|1]

	attacks := []tokenAttack{
		{"an empty token", forge.ReasonTokenMalformed, ""},
		{"a token that is none", forge.ReasonTokenMalformed, "token"},
		{"two segments", forge.ReasonTokenMalformed, segments[0] + "." + segments[1]},
		{"four segments", forge.ReasonTokenMalformed, good + "." + segments[2]},
		{"no signature", forge.ReasonTokenMalformed, segments[0] + "." + segments[1] + "."},
		{"half a signature", forge.ReasonSignature, segments[0] + "." + segments[1] + "." + segments[2][:len(segments[2])/8*4]},
		{"a padded signature", forge.ReasonTokenMalformed, good + "=="},
		{"another spelling of the signature", forge.ReasonTokenMalformed, string(respelled)},
		{"a signature with a line in it", forge.ReasonTokenMalformed, good[:len(good)-8] + "\n" + good[len(good)-8:]},
		{"a signature that is no base64url", forge.ReasonTokenMalformed, segments[0] + "." + segments[1] + ".!!!!"},
		{"a signature above its limit", forge.ReasonTokenMalformed, segments[0] + "." + segments[1] + "." + strings.Repeat("AAAA", 400)},
		{"the signature of another token", forge.ReasonSignature, segments[0] + "." + strings.Split(with("principal", "somebody-else"), ".")[1] + "." + segments[2]},
		{"claims that are no JSON", forge.ReasonTokenMalformed, segments[0] + "." + encode([]byte("claims")) + "." + segments[2]},
		{"claims that are an array", forge.ReasonTokenMalformed, segments[0] + "." + encode([]byte("[]")) + "." + segments[2]},
		{"claims that are null", forge.ReasonTokenMalformed, segments[0] + "." + encode([]byte("null")) + "." + segments[2]},
		{"claims that go on", forge.ReasonTokenMalformed, segments[0] + "." + encode([]byte("{}{}")) + "." + segments[2]},
		{"claims above 8 KiB", forge.ReasonTokenMalformed, with("x", strings.Repeat("x", 8<<10))},
		{"a header above 1 KiB", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.Header["x"] = strings.Repeat("x", 1<<10) })},
		{"a header with an extension that must be understood", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.Header["crit"] = []string{"exp"} })},
		{"a header with alg twice", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.HeaderFirst = `"alg":"none",` })},
		{"a claim twice", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.ClaimsFirst = `"principal":"somebody-else",` })},
		{"a claim twice, by an escape", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.ClaimsFirst = `"\u0061ud":"x",` })},
		{"a claim twice that nobody uses", forge.ReasonTokenMalformed, h.Token(func(t *Token) { t.ClaimsFirst = `"x":[{"a":{"b":0,"b":1}}],` })},

		{"alg none", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType))},
		{"alg none over a good signature", forge.ReasonAlgorithm, encode([]byte(`{"alg":"none","kid":"`+KeyID+`"}`)) + "." + segments[1] + "." + segments[2]},
		{"alg None", forge.ReasonAlgorithm, encode([]byte(`{"alg":"None","kid":"`+KeyID+`"}`)) + "." + segments[1] + "."},
		{"no alg", forge.ReasonAlgorithm, encode([]byte(`{"kid":"`+KeyID+`"}`)) + "." + segments[1] + "." + segments[2]},
		{"alg in another case, as a name", forge.ReasonAlgorithm, encode([]byte(`{"ALG":"RS256","kid":"`+KeyID+`"}`)) + "." + segments[1] + "." + segments[2]},
		{"HS256 with the public key as PEM", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodHS256, publicPEM))},
		{"HS256 with the public key as DER", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodHS256, publicDER))},
		{"HS256 with the modulus", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodHS256, public.N.Bytes()))},
		{"RS384", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodRS384, hostKey()))},
		{"PS256", forge.ReasonAlgorithm, h.Token(SignedWith(jwt.SigningMethodPS256, hostKey()))},
		{"another key under Atlassian's key id", forge.ReasonSignature, h.Token(SignedWith(jwt.SigningMethodRS256, otherKey()))},
		{"another key that the header brings along", forge.ReasonSignature, h.Token(SignedWith(jwt.SigningMethodRS256, otherKey()), func(t *Token) {
			t.Header["jku"], t.Header["jwk"] = "https://example.com/keys", JWK(KeyID, public)
		})},
		{"a key id nobody knows", forge.ReasonUnknownKey, h.Token(WithKeyID("staging-key"))},
		{"no key id", forge.ReasonKeyID, h.Token(func(t *Token) { delete(t.Header, "kid") })},
		{"an empty key id", forge.ReasonKeyID, h.Token(WithKeyID(""))},
		{"a key id that is a number", forge.ReasonKeyID, h.Token(WithKeyID(7))},
		{"a key id above its limit", forge.ReasonKeyID, h.Token(WithKeyID(strings.Repeat("k", 201)))},
		{"a key id of no visible letters", forge.ReasonKeyID, h.Token(WithKeyID("a\nb"))},

		{"no issuer", forge.ReasonIssuer, h.Token(Without("iss"))},
		{"the issuer of staging", forge.ReasonIssuer, with("iss", "forge/invocation-token/stg")},
		{"an issuer that is an array", forge.ReasonIssuer, with("iss", []string{forge.Issuer})},
		{"no audience", forge.ReasonAudience, h.Token(Without("aud"))},
		{"an audience of two", forge.ReasonAudience, with("aud", []string{h.AppID, otherApp})},
		{"an audience of nobody", forge.ReasonAudience, with("aud", []string{})},
		{"an audience that is another app", forge.ReasonAudience, with("aud", otherApp)},
		{"an audience that begins with the app", forge.ReasonAudience, with("aud", h.AppID+"0")},
		{"an audience that is the app in upper case", forge.ReasonAudience, with("aud", strings.ToUpper(h.AppID))},
		{"an audience that is a number", forge.ReasonAudience, with("aud", 7)},
		{"a token for another app", forge.ReasonAudience, h.Token(With("aud", otherApp), With("app.id", otherApp))},
		{"an app that is not the audience", forge.ReasonAudience, with("app.id", otherApp)},
		{"no app", forge.ReasonAudience, h.Token(Without("app"))},
		{"an app that is a text", forge.ReasonAudience, with("app", h.AppID)},

		{"expired by 5 seconds", forge.ReasonExpired, h.Token(With("iat", now-30), With("nbf", now-30), With("exp", now-5))},
		{"no exp", forge.ReasonNoExpiry, h.Token(Without("exp"))},
		{"exp as a string", forge.ReasonNoExpiry, with("exp", "9999999999")},
		{"exp that no clock shows", forge.ReasonNoExpiry, with("exp", 1e300)},
		{"no iat", forge.ReasonNoIssuedAt, h.Token(Without("iat"))},
		{"iat before 1970", forge.ReasonNoIssuedAt, with("iat", -1)},
		{"iat 6 seconds ahead", forge.ReasonNotYet, h.Token(With("iat", now+6), With("exp", now+31))},
		{"nbf 6 seconds ahead", forge.ReasonNotYet, with("nbf", now+6)},
		{"nbf as a string", forge.ReasonNotYet, with("nbf", "0")},
		{"a lifetime of a day", forge.ReasonLifetime, with("exp", now+24*3600)},
		{"exp before iat", forge.ReasonLifetime, h.Token(With("iat", now+4), With("exp", now+3))},

		{"another cloud", forge.ReasonIsolatedCloud, with("icLabel", "orange")},
		{"another cloud by a number", forge.ReasonIsolatedCloud, with("icLabel", 7)},
		{"no installation", forge.ReasonInstallation, h.Token(Without("app.installationId"))},
		{"an empty installation", forge.ReasonInstallation, with("app.installationId", "")},
		{"an installation that is an app", forge.ReasonInstallation, with("app.installationId", h.AppID)},
		{"an installation with a path", forge.ReasonInstallation, with("app.installationId", h.InstallationID+"/x")},
		{"an installation with a line", forge.ReasonInstallation, with("app.installationId", h.InstallationID+"\n")},
		{"an installation that is a number", forge.ReasonInstallation, with("app.installationId", 7)},
		{"two installations", forge.ReasonInstallation, with("app.installation.id", h.InstallationID+"0")},
	}
	for _, url := range []any{
		"", 7, "https://api.atlassian.com/ex/jira/" + h.CloudID, "https://api.atlassian.com.example.com/ex/confluence/" + h.CloudID,
		"http://api.atlassian.com/ex/confluence/" + h.CloudID, "https://example.com/ex/confluence/" + h.CloudID,
		"https://api.atlassian.com@example.com/ex/confluence/" + h.CloudID, "https://api.atlassian.com:444/ex/confluence/" + h.CloudID,
		"https://api.stg.atlassian.com/ex/confluence/" + h.CloudID, "//api.atlassian.com/ex/confluence/" + h.CloudID,
		api + "/", api + "/../other", api + "?x", api + "#x", api + "%2f..", h.Gateway + "/ex/confluence/", h.Gateway + "/ex/confluence/..",
		h.Gateway + "/ex/confluence/another-site", h.Gateway + "/x/ex/confluence/" + h.CloudID,
	} {
		attacks = append(attacks, tokenAttack{"Confluence is elsewhere", forge.ReasonAPIBaseURL, with("app.apiBaseUrl", url)})
	}
	return append(attacks, tokenAttack{"the context of another site", forge.ReasonAPIBaseURL, with("context.cloudId", "another-site")})
}

// Junk returns a token with a key id that nobody has, as cheap to make as to
// throw away: its signature is none.
func (h *Host) Junk(kid string) string {
	token := h.Token(WithKeyID(kid), func(t *Token) { t.Method, t.Key = unsigned{}, nil })
	return token
}

// unsigned claims to be RS256 and signs nothing.
type unsigned struct{}

func (unsigned) Alg() string                      { return "RS256" }
func (unsigned) Verify(string, []byte, any) error { return nil }
func (unsigned) Sign(string, any) ([]byte, error) { return bytes.Repeat([]byte{1}, 256), nil }
