package connect

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Inspection is what a token says, for people who look for a fault. Nothing in
// it is proved, and it lacks on purpose what would let anyone use the token.
type Inspection struct {
	Algorithm string
	KeyID     string // lifecycle tokens
	Issuer    string // the site's client key
	HasPerson bool   // whether sub names somebody
	Audience  []string
	IssuedAt  time.Time // zero if missing
	NotBefore time.Time // zero if missing, and if it is not a time
	Expires   time.Time // zero if missing
	QSH       string
	Licence   *bool // nil if the token does not say
	Content   Content
	Space     Space
	Macro     Macro

	// Problems are Reason constants: why no route would accept the token.
	Problems []string

	signed    string
	signature []byte
}

// Inspect reads a token of any kind. Its error says which part is unreadable.
func Inspect(raw string, now time.Time) (*Inspection, error) {
	head, body, sig, ok := splitToken(raw)
	if !ok {
		return nil, errors.New("it is not three segments with dots between them")
	}
	var header header
	if !decodeJSON(head, maxHeader, &header) {
		return nil, fmt.Errorf("its first segment, the header, is not a JSON object in base64url without padding, of at most %d bytes, with each name once", maxHeader)
	}
	var claims claims
	if !decodeJSON(body, maxClaims, &claims) {
		return nil, fmt.Errorf("its second segment, the claims, is not a JSON object in base64url without padding, of at most %d bytes, with each name once", maxClaims)
	}
	told := &claims.Context.Confluence
	i := &Inspection{
		Algorithm: header.Algorithm,
		KeyID:     header.KeyID,
		Issuer:    claims.Issuer,
		HasPerson: claims.Subject != "" && claims.Subject != unknownAccount,
		Audience:  claims.Audience,
		QSH:       claims.QSH,
		Licence:   claims.Context.License.Active,
		Content:   Content{ID: string(told.Content.ID), Type: string(told.Content.Type), Version: string(told.Content.Version)},
		Space:     Space{ID: string(told.Space.ID), Key: string(told.Space.Key)},
		Macro:     Macro{ID: string(told.Macro.ID), Hash: string(told.Macro.Hash), OutputType: string(told.Macro.OutputType)},
		signed:    raw[:len(head)+1+len(body)],
	}
	if isTime(claims.IssuedAt) {
		i.IssuedAt = claims.issuedAt()
	}
	if isTime(float64(claims.NotBefore)) {
		i.NotBefore = time.Unix(int64(claims.NotBefore), 0)
	}
	if isTime(claims.Expires) {
		i.Expires = claims.expires()
	}
	complain := func(wrong bool, reason string) {
		if wrong {
			i.Problems = append(i.Problems, reason)
		}
	}
	i.signature, ok = decodeSegment(sig, maxSig)
	complain(header.Algorithm != algHS256 && header.Algorithm != algRS256, ReasonAlgorithm)
	complain(!ok || header.Critical != nil, ReasonTokenMalformed)
	complain(header.Algorithm == algRS256 && !isKeyID(header.KeyID), ReasonKeyID)
	complain(!IsClientKey(claims.Issuer), ReasonIssuer)
	complain(len(claims.Audience) == 0 && (claims.Audience != nil || header.Algorithm == algRS256), ReasonAudience)
	if err, wrong := errors.AsType[*Error](claims.checkTimes(now)); wrong {
		complain(true, err.Reason)
	}
	complain(claims.QSH == "", ReasonNoQSH)
	complain(claims.QSH != "" && claims.QSH != ContextQSH && !isHash(claims.QSH), ReasonQSHMismatch)
	complain(header.Algorithm == algRS256 && claims.QSH == ContextQSH, ReasonContextToken)
	return i, nil
}

// isHash reports whether qsh has the form of a query string hash.
func isHash(qsh string) bool {
	return len(qsh) == 2*sha256.Size && strings.Trim(qsh, "0123456789abcdef") == ""
}

// SignedWith reports whether a site's secret signed the token.
func (i *Inspection) SignedWith(secret Secret) bool {
	return i.Algorithm == algHS256 && jwt.SigningMethodHS256.Verify(i.signed, i.signature, secret.Bytes()) == nil
}

// ClaimedSite returns the client key of the site that a request says it comes
// from, "" if its token cannot be read. Nothing of it is proved: it is for the
// log, where a site that is refused should be found.
func ClaimedSite(r *http.Request) string {
	raw, _, err := readRequest(r).token()
	if err != nil {
		return ""
	}
	_, body, _, ok := splitToken(raw)
	var said struct {
		Issuer string `json:"iss"`
	}
	if !ok || !decodeJSON(body, maxClaims, &said) || !IsClientKey(said.Issuer) {
		return ""
	}
	return said.Issuer
}
