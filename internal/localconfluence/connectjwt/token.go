package connectjwt

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are the claims of a token. A map, so that a test can also sign what
// Atlassian never would.
type Claims = jwt.MapClaims

// SignHS256 signs claims with a shared secret, used as the bytes it is written
// in.
func SignHS256(secret string, claims Claims) (string, error) {
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		return "", fmt.Errorf("connectjwt: signing with HS256: %w", err)
	}
	return signed, nil
}

// SignRS256 signs claims with a private key whose public half is served under
// kid.
func SignRS256(key *rsa.PrivateKey, kid string, claims Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = kid
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("connectjwt: signing with RS256: %w", err)
	}
	return signed, nil
}

// SignNone makes a token without a signature, to attack an app with.
func SignNone(claims Claims) (string, error) {
	signed, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		return "", fmt.Errorf("connectjwt: making an unsigned token: %w", err)
	}
	return signed, nil
}

// leeway is how far the clocks of an app and of Atlassian may differ.
const leeway = 30 * time.Second

// VerifyHS256 checks algorithm, signature and times of a token and returns its
// claims. exp and iat must be there.
func VerifyHS256(token, secret string, now time.Time) (Claims, error) {
	if secret == "" {
		return nil, errors.New("connectjwt: no secret to verify with")
	}
	claims := Claims{}
	_, err := jwt.ParseWithClaims(token, claims,
		func(*jwt.Token) (any, error) { return []byte(secret), nil },
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return nil, fmt.Errorf("connectjwt: %w", err)
	}
	if iat, err := claims.GetIssuedAt(); err != nil || iat == nil {
		return nil, errors.New("connectjwt: token has no iat")
	}
	return claims, nil
}

// Unverified returns the claims of a token without checking anything. Only to
// find out whose secret to check it with.
func Unverified(token string) (Claims, error) {
	claims := Claims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		return nil, fmt.Errorf("connectjwt: %w", err)
	}
	return claims, nil
}

// Text returns a claim that is a string, or "".
func Text(claims Claims, name string) string {
	s, _ := claims[name].(string)
	return s
}
