// Command bare is what the speed of labelup is compared with: the least that a
// verified macro page can cost with net/http. It knows one secret, checks the
// same HMAC, expiry and query string hash, and writes the same bytes. It
// routes, logs, and looks up nothing, and is no example of how to verify.
//
// The answer to give is read from standard input, as an HTTP response; PORT
// and SECRET are environment variables.
package main

import (
	"bufio"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	response, err := http.ReadResponse(bufio.NewReader(os.Stdin), nil)
	if err != nil {
		log.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	response.Header.Del("Date")
	secret := []byte(os.Getenv("SECRET"))
	b := &bare{header: response.Header, body: body}
	b.macs.New = func() any { return hmac.New(sha256.New, secret) }
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: b, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

type bare struct {
	header http.Header
	body   []byte
	macs   sync.Pool // of hash.Hash, keyed
}

func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !b.verified(r) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	header := w.Header()
	for name, values := range b.header {
		header[name] = values
	}
	_, _ = w.Write(b.body)
}

type param struct{ key, value string }

func (b *bare) verified(r *http.Request) bool {
	var room [24]param
	params, token := room[:0], ""
	for query := r.URL.RawQuery; query != ""; {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		if key == "jwt" {
			token = value
			continue
		}
		value, err := url.QueryUnescape(value)
		if err != nil {
			return false
		}
		params = append(params, param{key, value})
	}
	qsh, ok := b.hashSigned(token)
	return ok && qsh == hashOf(r, params)
}

// hashSigned returns the query string hash that a token claims, if the secret
// signed it and it has not expired.
func (b *bare) hashSigned(token string) (string, bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return "", false
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		return "", false
	}
	mac := b.macs.Get().(hash.Hash)
	defer b.macs.Put(mac)
	mac.Reset()
	_, _ = io.WriteString(mac, token[:dot])
	var sum [sha256.Size]byte
	if !hmac.Equal(signature, mac.Sum(sum[:0])) {
		return "", false
	}
	_, payload, _ := strings.Cut(token[:dot], ".")
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", false
	}
	var claims struct {
		QSH     string `json:"qsh"`
		Expires int64  `json:"exp"`
	}
	if err := json.Unmarshal(decoded, &claims); err != nil || claims.Expires < time.Now().Unix() {
		return "", false
	}
	return claims.QSH, true
}

func hashOf(r *http.Request, params []param) string {
	slices.SortFunc(params, func(a, b param) int { return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.value, b.value)) })
	var room [1024]byte
	canonical := append(room[:0], r.Method...)
	canonical = append(canonical, '&')
	canonical = append(canonical, r.URL.EscapedPath()...)
	canonical = append(canonical, '&')
	for i, p := range params {
		if i > 0 && p.key == params[i-1].key {
			canonical = append(canonical, ',')
		} else {
			if i > 0 {
				canonical = append(canonical, '&')
			}
			canonical = append(canonical, escape(p.key)...)
			canonical = append(canonical, '=')
		}
		canonical = append(canonical, escape(p.value)...)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
