package connectjwt

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestQSHOfKnownRequests pins the rules with values computed by npm
// @atlassian/atlassian-jwt 2.2.0.
func TestQSHOfKnownRequests(t *testing.T) {
	for _, c := range []struct{ name, method, url, base, canonical, qsh string }{
		{
			"a REST call strips /wiki and sorts its parameters", "GET",
			"/wiki/rest/api/content?type=page&spaceKey=DS&expand=body.storage,version", "/wiki",
			"GET&/rest/api/content&expand=body.storage%2Cversion&spaceKey=DS&type=page",
			"b6cfa2aea08288bcb82669b859c3fce05b1eb7b69429b37e8780348252a2ab83",
		},
		{
			"an empty query keeps its ampersand", "get", "/path", "",
			"GET&/path&", "799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2",
		},
		{
			"repeated names are joined by a bare comma after sorting", "GET",
			"/test?ids=.1&ids=.2&ids=%3A1&ids=%3A2&jwt=x", "",
			"GET&/test&ids=.1,.2,%3A1,%3A2", "f0524d42e0f8661862e1f1e9add8757972a0043bb7136d641735d21874c5a056",
		},
		{
			"an ampersand in the path is escaped", "post", "/rest/api/2/project&a=b?x=y", "",
			"POST&/rest/api/2/project%26a=b&x=y", "fa48f57a98d3995f12c96664dae66fccc41a5b5dd8305ff6838d04b4b469cb17",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, query, _ := strings.Cut(c.url, "?")
			if got := Canonical(c.method, path, query, c.base); got != c.canonical {
				t.Errorf("Canonical = %q, want %q", got, c.canonical)
			}
			if got := QSH(c.method, path, query, c.base); got != c.qsh {
				t.Errorf("QSH = %s, want %s", got, c.qsh)
			}
		})
	}
}

func TestQSHOfEverySharedVector(t *testing.T) {
	file := filepath.Join("..", "..", "..", "..", "shared", "vectors", "qsh.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the shared qsh vectors are not next to this repository")
	}
	var document struct {
		Vectors []struct {
			ID, Method, URL, BaseURL, Canonical, QSH string
			Body, CheckBody                          any
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Vectors) < 130 {
		t.Fatalf("%d vectors, want at least 130", len(document.Vectors))
	}
	for _, v := range document.Vectors {
		if v.CheckBody != nil || v.Body != nil {
			continue // a form body in place of the query: Atlassian itself never sends one to Confluence
		}
		t.Run(v.ID, func(t *testing.T) {
			path, query := wire(v.URL)
			base := v.BaseURL
			if strings.Contains(base, "://") {
				base, _ = wire(base)
				base = strings.TrimSuffix(base, "/")
			}
			if got := Canonical(v.Method, path, query, base); got != v.Canonical {
				t.Errorf("Canonical = %q, want %q", got, v.Canonical)
			}
		})
	}
}

// wire cuts an absolute or relative URL into path and query as they are
// written.
func wire(raw string) (path, query string) {
	raw, _, _ = strings.Cut(raw, "#")
	if _, rest, absolute := strings.Cut(raw, "://"); absolute {
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			raw = rest[i:]
		} else {
			raw = ""
		}
	}
	path, query, _ = strings.Cut(raw, "?")
	return path, query
}

func FuzzCanonicalIsStable(f *testing.F) {
	f.Add("/a%2fb/", "b=2&a=1&a=%20+&jwt=x&=&%zz")
	f.Add("/", "%A6=&%FF=&0=")
	f.Fuzz(func(t *testing.T, path, query string) {
		one := Canonical("get", path, query, "")
		pairs := strings.Split(query, "&")
		for i, j := 0, len(pairs)-1; i < j; i, j = i+1, j-1 {
			pairs[i], pairs[j] = pairs[j], pairs[i]
		}
		if two := Canonical("GET", path, strings.Join(pairs, "&"), ""); one != two {
			t.Fatalf("order of parameters matters: %q, %q", one, two)
		}
		if _, rest, _ := strings.Cut(one, "&"); !strings.HasPrefix(rest, "/") {
			t.Fatalf("path without a slash: %q", one)
		}
	})
}

func TestVerifyHS256(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	good := Claims{"iss": "app", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hs := func(secret string, claims Claims) string {
		signed, err := SignHS256(secret, claims)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	rs, err := SignRS256(key, "kid", good)
	if err != nil {
		t.Fatal(err)
	}
	none, err := SignNone(good)
	if err != nil {
		t.Fatal(err)
	}
	hs384, err := jwt.NewWithClaims(jwt.SigningMethodHS384, good).SignedString([]byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, token, secret string
		ok                  bool
	}{
		{"a fresh token of the right secret passes", hs("s", good), "s", true},
		{"another secret fails", hs("other", good), "s", false},
		{"an empty secret verifies nothing", hs("", good), "", false},
		{"an unsigned token fails", none, "s", false},
		{"an RS256 token fails", rs, "s", false},
		{"an HS384 token fails", hs384, "s", false},
		{"no exp fails", hs("s", Claims{"iat": now.Unix()}), "s", false},
		{"no iat fails", hs("s", Claims{"exp": now.Add(time.Minute).Unix()}), "s", false},
		{"an old token fails", hs("s", Claims{"iat": now.Unix() - 900, "exp": now.Unix() - 31}), "s", false},
		{"a token from the future fails", hs("s", Claims{"iat": now.Unix() + 60, "exp": now.Unix() + 900}), "s", false},
		{"no token fails", "", "s", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := VerifyHS256(c.token, c.secret, now)
			if (err == nil) != c.ok {
				t.Errorf("VerifyHS256: %v, want ok=%v", err, c.ok)
			}
		})
	}
}

func TestEncodeAgreesWithNetURL(t *testing.T) {
	for c := range 256 {
		s := string([]byte{byte(c)})
		want := strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		if got := encode(s); got != want {
			t.Errorf("encode(%q) = %s, want %s", s, got, want)
		}
	}
}
