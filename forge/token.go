package forge

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

const (
	// Issuer is what iss has to be.
	Issuer = "forge/invocation-token"

	// Leeway is by how much the clocks of Forge and the app may differ. The
	// documented token lives 25 s.
	Leeway = 5 * time.Second

	// MaxLifetime is the longest accepted time from iat to exp.
	MaxLifetime = time.Hour

	maxHeader    = 1 << 10 // bytes of JSON
	maxClaims    = 8 << 10
	maxSignature = 1 << 10 // 512 are a key of 4096 bits
	maxUserToken = 8 << 10
	maxKeyID     = 200
)

// token is a parsed token. Nothing in it is proved yet.
type token struct {
	signed    string // the two segments under the signature, as received
	signature []byte
	keyID     string
	claims    object
}

// bearer is the only token of a request.
func bearer(header http.Header) (string, error) {
	switch values := header["Authorization"]; len(values) {
	case 0:
		return "", unauthorized(ReasonNoToken)
	case 1:
		raw, ok := strings.CutPrefix(values[0], "Bearer ")
		if !ok {
			return "", unauthorized(ReasonNotBearerScheme)
		}
		return raw, nil
	default:
		return "", unauthorized(ReasonTwoTokens)
	}
}

// parse takes a token apart. It refuses any algorithm but RS256 before there is a
// key to misuse.
func parse(raw string) (*token, error) {
	head, rest, _ := strings.Cut(raw, ".")
	body, signature, _ := strings.Cut(rest, ".")
	header, ok := decodeObject(head, maxHeader)
	if !ok {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	if header.text("alg") != "RS256" {
		return nil, unauthorized(ReasonAlgorithm)
	}
	if header.has("crit") { // extensions that must be understood: there are none
		return nil, unauthorized(ReasonTokenMalformed)
	}
	t := &token{signed: raw[:max(len(raw)-len(signature)-1, 0)], keyID: header.text("kid")}
	if !isKeyID(t.keyID) {
		return nil, unauthorized(ReasonKeyID)
	}
	if t.signature, ok = decodeSegment(signature, maxSignature); !ok { // a fourth segment is none of base64url
		return nil, unauthorized(ReasonTokenMalformed)
	}
	if t.claims, ok = decodeObject(body, maxClaims); !ok {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	return t, nil
}

// isKeyID reports whether kid may be one. It is looked up and goes nowhere.
func isKeyID(kid string) bool { return len(kid) <= maxKeyID && isVisible(kid) }

// isVisible reports whether a text is of visible ASCII, and has any.
func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// strictBase64 has one spelling for each value, so that there is one for each
// token too.
var strictBase64 = base64.RawURLEncoding.Strict()

func decodeSegment(segment string, limit int) ([]byte, bool) {
	if segment == "" || strictBase64.DecodedLen(len(segment)) > limit || strings.ContainsAny(segment, "\r\n") {
		return nil, false
	}
	data, err := strictBase64.DecodeString(segment)
	return data, err == nil
}

func decodeObject(segment string, limit int) (object, bool) {
	data, ok := decodeSegment(segment, limit)
	if !ok {
		return nil, false
	}
	return readObject(data)
}

// checkTimes holds a token's times against now.
func checkTimes(claims object, now time.Time) error {
	const leeway = float64(Leeway / time.Second)
	seconds := float64(now.Unix())
	issued, expires := claims.seconds("iat"), claims.seconds("exp")
	switch {
	case expires == 0:
		return unauthorized(ReasonNoExpiry)
	case issued == 0:
		return unauthorized(ReasonNoIssuedAt)
	case expires <= seconds-leeway:
		return unauthorized(ReasonExpired)
	case issued > seconds+leeway, claims.seconds("nbf") > seconds+leeway:
		return unauthorized(ReasonNotYet)
	case claims.has("nbf") && claims.seconds("nbf") == 0: // a limit that cannot be read must not be passed over
		return unauthorized(ReasonNotYet)
	case expires <= issued || expires-issued > MaxLifetime.Seconds():
		return unauthorized(ReasonLifetime)
	}
	return nil
}
