package connect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// Leeway is by how much the clocks of host and app may differ.
	Leeway = 30 * time.Second

	// MaxLifetime is the longest accepted time from iat to exp. Atlassian's
	// tokens live 3 to 15 minutes.
	MaxLifetime = time.Hour

	maxHeader = 1 << 10 // bytes of JSON
	maxClaims = 8 << 10
	maxSig    = 1 << 10 // 512 are an RSA key of 4096 bits

	algHS256 = "HS256"
	algRS256 = "RS256"
)

// The two headers that HS256 tokens have in practice, so that the hot path need
// not decode them: {"typ":"JWT","alg":"HS256"} and {"alg":"HS256","typ":"JWT"}.
const (
	atlassianHeader = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9"
	commonHeader    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
)

// token is a parsed token. Nothing in it is proved yet.
type token struct {
	raw       string
	signed    string // the two segments under the signature, as received
	signature []byte
	header    header
	claims    claims
}

type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Critical  json.RawMessage `json:"crit"`
}

// claims are those that this package uses. A claim of a wrong type is as good
// as missing, which every check of a needed one refuses.
type claims struct {
	Issuer    string    `json:"iss"`
	Subject   string    `json:"sub"`
	Audience  audience  `json:"aud"`
	IssuedAt  float64   `json:"iat"` // seconds since 1970
	Expires   float64   `json:"exp"` // seconds since 1970
	NotBefore notBefore `json:"nbf"`
	QSH       string    `json:"qsh"`
	Context   struct {
		License struct {
			Active *bool `json:"active"`
		} `json:"license"`
		URL struct {
			DisplayURL string `json:"displayUrl"`
		} `json:"url"`
		Confluence struct {
			Content struct {
				ID      text `json:"id"`
				Type    text `json:"type"`
				Version text `json:"version"`
			} `json:"content"`
			Space struct {
				ID  text `json:"id"`
				Key text `json:"key"`
			} `json:"space"`
			Macro struct {
				ID         text `json:"id"`
				Hash       text `json:"hash"`
				OutputType text `json:"outputType"`
			} `json:"macro"`
		} `json:"confluence"`
	} `json:"context"`
}

func (c *claims) issuedAt() time.Time { return time.Unix(int64(c.IssuedAt), 0) }
func (c *claims) expires() time.Time  { return time.Unix(int64(c.Expires), 0) }

// text is a JSON string, or a number as it is written. Anything else is "".
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	switch c := data[0]; {
	case c == '"' && !bytes.ContainsRune(data, '\\') && utf8.Valid(data):
		*t = text(data[1 : len(data)-1]) // the usual, an order cheaper than the next
	case c == '"':
		return json.Unmarshal(data, (*string)(t))
	case c == '-' || '0' <= c && c <= '9':
		*t = text(data)
	default:
		*t = ""
	}
	return nil
}

// notBefore is in seconds since 1970, 0 if the token does not say. What is no
// number is a time that never comes, for a limit must not be passed over.
type notBefore float64

func (n *notBefore) UnmarshalJSON(data []byte) error {
	seconds, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		seconds = math.Inf(1)
	}
	*n = notBefore(seconds)
	return nil
}

// audience is a string or an array of strings, and nil only if the token does
// not say. What is neither is left out, so that it names nobody: an error here
// would end the decoding of the claims after it.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	*a = audience{}
	var one string
	if json.Unmarshal(data, &one) == nil && data[0] == '"' {
		*a = audience{one}
		return nil
	}
	var several []text
	if json.Unmarshal(data, &several) == nil {
		for _, name := range several {
			*a = append(*a, string(name))
		}
	}
	return nil
}

// parseToken takes a token apart. It refuses any algorithm but alg before there
// is a key to misuse.
//
// It does what jwt.Parser does, within bounds, without maps, and once per
// request; the signatures themselves are checked by package jwt.
func parseToken(raw, alg string) (*token, error) {
	head, body, sig, ok := splitToken(raw)
	if !ok {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	t := &token{raw: raw, signed: raw[:len(head)+1+len(body)]}
	if head == atlassianHeader || head == commonHeader {
		t.header.Algorithm = algHS256
	} else if !decodeJSON(head, maxHeader, &t.header) {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	if t.header.Algorithm != alg {
		return nil, unauthorized(ReasonAlgorithm)
	}
	if t.header.Critical != nil { // extensions that must be understood: there are none
		return nil, unauthorized(ReasonTokenMalformed)
	}
	if !t.claims.decode(body) {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	if t.signature, ok = decodeSegment(sig, maxSig); !ok {
		return nil, unauthorized(ReasonTokenMalformed)
	}
	return t, nil
}

// splitToken cuts a token into its three segments.
func splitToken(raw string) (head, body, sig string, ok bool) {
	head, rest, _ := strings.Cut(raw, ".")
	body, sig, ok = strings.Cut(rest, ".")
	return head, body, sig, ok && !strings.Contains(sig, ".")
}

// strictBase64 has one spelling for each value, so that a used token cannot
// come back in another one.
var strictBase64 = base64.RawURLEncoding.Strict()

func decodeSegment(segment string, limit int) ([]byte, bool) {
	if segment == "" || strictBase64.DecodedLen(len(segment)) > limit || strings.Contains(segment, "\r") || strings.Contains(segment, "\n") {
		return nil, false
	}
	data, err := strictBase64.DecodeString(segment)
	return data, err == nil
}

func decodeJSON(segment string, limit int, into any) bool {
	data, ok := decodeSegment(segment, limit)
	return ok && decodeObject(data, into)
}

func (c *claims) decode(segment string) bool {
	data, ok := decodeSegment(segment, maxClaims)
	if !ok {
		return false
	}
	if c.scan(string(data)) {
		return true
	}
	*c = claims{}
	return decodeObject(data, c)
}

// checkTimes holds a token's times against now.
func (c *claims) checkTimes(now time.Time) error {
	seconds := float64(now.Unix())
	switch {
	case !isTime(c.Expires):
		return unauthorized(ReasonNoExpiry)
	case !isTime(c.IssuedAt):
		return unauthorized(ReasonNoIssuedAt)
	case c.Expires <= seconds-Leeway.Seconds():
		return unauthorized(ReasonExpired)
	case c.IssuedAt > seconds+Leeway.Seconds(), float64(c.NotBefore) > seconds+Leeway.Seconds():
		return unauthorized(ReasonNotYet)
	case c.Expires <= c.IssuedAt || c.Expires-c.IssuedAt > MaxLifetime.Seconds():
		return unauthorized(ReasonLifetime)
	}
	return nil
}

// isTime keeps far-away numbers from overflowing a time.
func isTime(seconds float64) bool { return seconds > 0 && seconds < math.MaxInt32*4.0 }

// incoming is what verification reads of a request, parsed once.
type incoming struct {
	path   string
	query  []param
	header http.Header
}

func readRequest(r *http.Request) *incoming {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	path, query := splitTarget(target)
	return &incoming{path: path, query: parseQuery(make([]param, 0, paramsOnStack), query), header: r.Header}
}

// parameter returns the first value of a parameter and how often it occurs.
func (in *incoming) parameter(name string) (value string, count int) {
	for _, p := range in.query {
		if p.key == name {
			if count == 0 {
				value = p.value
			}
			count++
		}
	}
	return value, count
}

// headerToken returns the token of the Authorization header. It refuses a
// request that has another one in its query.
func (in *incoming) headerToken() (string, error) {
	raw, inQuery, err := in.token()
	if err == nil && inQuery {
		return "", unauthorized(ReasonNoToken)
	}
	return raw, err
}

// token returns the only token of a request, from its query or its header.
func (in *incoming) token() (raw string, inQuery bool, err error) {
	fromQuery, count := in.parameter("jwt")
	authorization := in.header["Authorization"]
	switch {
	case count+len(authorization) > 1:
		return "", false, unauthorized(ReasonTwoTokens)
	case count == 1 && fromQuery != "":
		return fromQuery, true, nil
	case len(authorization) == 1:
		raw, ok := strings.CutPrefix(authorization[0], "JWT ")
		if !ok {
			return "", false, unauthorized(ReasonNotJWTScheme)
		}
		return raw, false, nil
	default:
		return "", false, unauthorized(ReasonNoToken)
	}
}
