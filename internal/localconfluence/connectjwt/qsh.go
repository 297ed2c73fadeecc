// Package connectjwt is Atlassian's side of Connect's tokens, for the local
// Confluence: it signs what Atlassian signs and checks what an app sends.
//
// It is written from the rules alone and must never import the app's own
// implementation: two readings of one specification that agree are evidence,
// one reading used twice is not. Source: "Understanding JWT for Connect apps"
// and "Create a JWT query string hash" on developer.atlassian.com.
package connectjwt

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf16"
)

// ContextQSH is the qsh of a token that is bound to no URL.
const ContextQSH = "context-qsh"

// QSH returns the query string hash of a request whose receiver lives at
// basePath ("/wiki", or "" at the root of its host). path and query are as on
// the wire, still percent-encoded.
func QSH(method, path, query, basePath string) string {
	sum := sha256.Sum256([]byte(Canonical(method, path, query, basePath)))
	return hex.EncodeToString(sum[:])
}

// Canonical returns the text that QSH hashes.
func Canonical(method, path, query, basePath string) string {
	path = strings.TrimPrefix(path, strings.TrimSuffix(basePath, "/"))
	path = strings.TrimSuffix(path, "/")
	path = strings.ReplaceAll(path, "&", "%26")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}

	values := map[string][]string{}
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = formDecode(name), formDecode(value)
		if name == "jwt" {
			continue
		}
		if _, seen := values[name]; !seen {
			names = append(names, name)
		}
		values[name] = append(values[name], value)
	}
	slices.SortFunc(names, compareUTF16)

	var pairs []string
	for _, name := range names {
		slices.SortFunc(values[name], compareUTF16)
		var encoded []string
		for _, value := range values[name] {
			encoded = append(encoded, encode(value))
		}
		pairs = append(pairs, encode(name)+"="+strings.Join(encoded, ","))
	}
	return strings.ToUpper(method) + "&" + path + "&" + strings.Join(pairs, "&")
}

// compareUTF16 orders as JavaScript and Java do, by UTF-16 code unit: an emoji
// sorts before U+FFxx, unlike in Go's byte order. Broken UTF-8, which they
// cannot tell apart, is ordered by its bytes, so that order never depends on
// the order in the URL.
func compareUTF16(a, b string) int {
	return cmp.Or(slices.CompareFunc(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)), cmp.Compare[uint16]), strings.Compare(a, b))
}

const upperHex = "0123456789ABCDEF"

func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

// formDecode leaves a broken escape as it stands, as both of Atlassian's
// libraries do.
func formDecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
