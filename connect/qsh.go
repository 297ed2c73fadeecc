package connect

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// ContextQSH is the qsh of a context token: the literal that takes the place of
// a hash when a token is bound to a page view and not to a URL.
const ContextQSH = "context-qsh"

// CanonicalRequest returns what the query string hash is taken of:
// METHOD&PATH&QUERY.
//
// requestURI is the request target as it was on the wire, still escaped;
// scheme, host and fragment are dropped if there. basePath is the path of the
// receiver's base URL ("/connect", "/wiki" or ""), which the signer leaves out.
// It is removed as a plain prefix, so it must not be the beginning of another
// route's name.
//
// A form's parameters are not hashed. Old hosts that moved the query of a POST
// into its form body are matched by passing path + "?" + body.
func CanonicalRequest(method, requestURI, basePath string) string {
	path, query := splitTarget(requestURI)
	return string(appendCanonical(nil, method, canonicalPath(path, basePath), parseQuery(nil, query), byRawKey))
}

// QSH returns the query string hash: the SHA-256 of CanonicalRequest in lower
// case hexadecimal.
func QSH(method, requestURI, basePath string) string {
	sum := sha256.Sum256([]byte(CanonicalRequest(method, requestURI, basePath)))
	return hex.EncodeToString(sum[:])
}

// MatchQSH reports whether qsh is the query string hash of the request. Unlike
// comparing with QSH it also accepts a signer that sorts parameters by their
// escaped names, as Atlassian's Java library does; its JavaScript library sorts
// them by their plain names, and the two differ for names such as "a[".
func MatchQSH(qsh, method, requestURI, basePath string) bool {
	path, query := splitTarget(requestURI)
	var params [paramsOnStack]param
	return matchQSH(qsh, method, canonicalPath(path, basePath), parseQuery(params[:0], query))
}

// What a macro's URL needs, so that matching one allocates nothing.
const (
	paramsOnStack = 24
	bytesOnStack  = 1024
)

// matchQSH takes the query as parsed, so that a request is parsed once. It
// changes the order of params.
func matchQSH(qsh, method, path string, params []param) bool {
	var buffer [bytesOnStack]byte
	canonical := appendCanonical(buffer[:0], method, path, params, byRawKey)
	if hashIs(qsh, canonical) {
		return true
	}
	unusual := func(p param) bool { return !isPlain(p.key) }
	return slices.ContainsFunc(params, unusual) &&
		hashIs(qsh, appendCanonical(canonical[:0], method, path, params, byEscapedKey))
}

func hashIs(qsh string, canonical []byte) bool {
	sum := sha256.Sum256(canonical)
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], sum[:])
	return qsh == string(digits[:])
}

// splitTarget cuts a request target, or a whole URL, into its path and query.
func splitTarget(target string) (path, query string) {
	target, _, _ = strings.Cut(target, "#")
	target, query, _ = strings.Cut(target, "?")
	if scheme, rest, ok := strings.Cut(target, "://"); ok && !strings.Contains(scheme, "/") {
		_, path, _ = strings.Cut(rest, "/")
		return "/" + path, query
	}
	return target, query
}

func canonicalPath(path, basePath string) string {
	path = strings.TrimPrefix(path, strings.TrimSuffix(basePath, "/"))
	path = strings.TrimSuffix(path, "/")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	// Without this /a&b=c and /a?b=c would have the same hash.
	return strings.ReplaceAll(path, "&", "%26")
}

// param is one parameter of a query, decoded.
type param struct{ key, value string }

// parseQuery appends the parameters of a query to params. net/url is of no use
// here: it drops pairs with a semicolon or a broken escape, which the signer
// keeps.
func parseQuery(params []param, query string) []param {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		params = append(params, param{formDecode(key), formDecode(value)})
	}
	return params
}

// formDecode decodes + and %XX. A broken escape stays as it is.
func formDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// appendCanonical appends the canonical request to dst. It sorts params in
// place and leaves out every jwt parameter.
func appendCanonical(dst []byte, method, path string, params []param, order func(a, b param) int) []byte {
	slices.SortFunc(params, order)
	dst = append(dst, strings.ToUpper(method)...)
	dst = append(dst, '&')
	dst = append(dst, path...)
	dst = append(dst, '&')
	start := len(dst)
	for i, p := range params {
		if p.key == "jwt" {
			continue
		}
		if i > 0 && p.key == params[i-1].key {
			dst = append(dst, ',')
		} else {
			if len(dst) > start {
				dst = append(dst, '&')
			}
			dst = appendEscaped(dst, p.key)
			dst = append(dst, '=')
		}
		dst = appendEscaped(dst, p.value)
	}
	return dst
}

func byRawKey(a, b param) int {
	if byKey := compareUTF16(a.key, b.key); byKey != 0 {
		return byKey
	}
	return compareUTF16(a.value, b.value)
}

func byEscapedKey(a, b param) int {
	if byKey := bytes.Compare(appendEscaped(nil, a.key), appendEscaped(nil, b.key)); byKey != 0 {
		return byKey
	}
	return compareUTF16(a.value, b.value)
}

// compareUTF16 orders strings as JavaScript and Java do, by UTF-16 code unit.
// That is the order of the UTF-8 bytes, except that what needs a surrogate pair
// (first byte from 0xF0) comes before U+E000 to U+FFFF (first byte 0xEE, 0xEF).
func compareUTF16(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			x, y = y, x
		}
		return cmp.Compare(x, y)
	}
	return cmp.Compare(len(a), len(b))
}

// appendEscaped escapes everything but the unreserved characters of RFC 3986.
func appendEscaped(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; isUnreserved(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func isPlain(s string) bool {
	for i := range len(s) {
		if !isUnreserved(s[i]) {
			return false
		}
	}
	return true
}
