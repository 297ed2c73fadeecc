package connect_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// oracle is testdata/qsh.json: what Atlassian's JavaScript library computed.
type oracle struct {
	Secret  string `json:"secret"`
	IAT     int64  `json:"iat"`
	Vectors []struct {
		Name, Method, URL, Base, Canonical, QSH, Token string
	} `json:"vectors"`
}

func loadOracle(t testing.TB) oracle {
	t.Helper()
	data, err := os.ReadFile("testdata/qsh.json")
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Vectors) < 40 {
		t.Fatalf("testdata/qsh.json has only %d vectors", len(o.Vectors))
	}
	return o
}

func TestQSHIsThatOfAtlassiansLibrary(t *testing.T) {
	for _, v := range loadOracle(t).Vectors {
		t.Run(v.Name, func(t *testing.T) {
			checkVector(t, v.Method, v.URL, v.Base, v.Canonical, v.QSH)
		})
	}
}

func checkVector(t *testing.T, method, target, base, canonical, qsh string) {
	t.Helper()
	if diff := cmp.Diff(canonical, connect.CanonicalRequest(method, target, base)); diff != "" {
		t.Errorf("canonical request (-want +got):\n%s", diff)
	}
	if got := connect.QSH(method, target, base); got != qsh {
		t.Errorf("QSH = %s, want %s", got, qsh)
	}
	if !connect.MatchQSH(qsh, method, target, base) {
		t.Error("MatchQSH does not accept the hash")
	}
	if connect.MatchQSH(qsh, method+"X", target, base) {
		t.Error("MatchQSH accepts the hash for another request")
	}
}

// A whole request, signed by the library, passes the whole verification.
func TestTokensOfAtlassiansLibraryAreAccepted(t *testing.T) {
	o := loadOracle(t)
	store := connecttest.NewStore()
	store.Put(connect.Installation{ClientKey: "oracle", SharedSecret: connect.Secret(o.Secret), BaseURL: "https://oracle.atlassian.net/wiki"})
	for _, v := range o.Vectors {
		if strings.Contains(v.URL, "jwt=") || strings.Contains(v.URL, "%6Awt=") {
			continue // these carry something else than a token in the query
		}
		t.Run(v.Name, func(t *testing.T) {
			app, err := connect.New(connect.Config{
				Key: "labelup", BaseURLs: []string{"https://app.example.com" + strings.TrimSuffix(v.Base, "/")},
				Store: store, Keys: connecttest.NewHost("labelup", "https://app.example.com"),
				Now: func() time.Time { return time.Unix(o.IAT+60, 0) },
			})
			if err != nil {
				t.Fatal(err)
			}
			target, _, _ := strings.Cut(v.URL, "#") // a browser does not send a fragment
			r := httptest.NewRequest(strings.ToUpper(v.Method), "https://app.example.com/", nil)
			r.RequestURI = target
			r.Header.Set("Authorization", "JWT "+v.Token)
			if _, err := app.FromHost(r); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSharedQSHVectors(t *testing.T) {
	data, err := os.ReadFile("../../shared/vectors/qsh.json")
	if errors.Is(err, fs.ErrNotExist) {
		if os.Getenv("CI") == "true" {
			t.Fatal("the shared vectors must be there in CI")
		}
		t.Skip("the shared vectors are not next to this repository")
	} else if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Count   int `json:"count"`
		Vectors []struct {
			ID        string `json:"id"`
			Name      string `json:"name"`
			Method    string `json:"method"`
			URL       string `json:"url"`
			BaseURL   string `json:"baseUrl"`
			Body      string `json:"body"`
			CheckBody bool   `json:"checkBody"`
			Canonical string `json:"canonical"`
			QSH       string `json:"qsh"`
			Java      string `json:"canonical_java_order"`
			HS256     *struct {
				Secret, Token, Iss, Sub string
				Iat, Exp                int64
			} `json:"hs256"`
		} `json:"vectors"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 130 || file.Count != 130 {
		t.Fatalf("%d vectors, want 130", len(file.Vectors))
	}
	signed := 0
	for _, v := range file.Vectors {
		t.Run(v.ID+" "+v.Name, func(t *testing.T) {
			base, err := url.Parse(v.BaseURL)
			if err != nil {
				t.Fatal(err)
			}
			target := v.URL
			if v.CheckBody {
				target += "?" + v.Body
			}
			checkVector(t, v.Method, target, base.Path, v.Canonical, v.QSH)
			if v.Java != "" && !connect.MatchQSH(slowHash(v.Java), v.Method, target, base.Path) {
				t.Error("MatchQSH does not accept the order of the Java library")
			}
			if v.HS256 == nil {
				return
			}
			signed++
			store := connecttest.NewStore()
			store.Put(connect.Installation{ClientKey: v.HS256.Iss, SharedSecret: connect.Secret(v.HS256.Secret), BaseURL: "https://vector.atlassian.net/wiki"})
			whole, err := url.Parse(v.URL)
			if err != nil {
				t.Fatal(err)
			}
			app, err := connect.New(connect.Config{
				Key: "labelup", BaseURLs: []string{"https://" + "example.com" + base.Path},
				Store: store, Keys: connecttest.NewHost("labelup", "https://example.com"),
				Now: func() time.Time { return time.Unix(v.HS256.Iat+1, 0) },
			})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(v.Method, "https://example.com/", nil)
			r.RequestURI = strings.TrimPrefix(v.URL, whole.Scheme+"://"+whole.Host)
			caller, err := app.FromHost(r)
			if err != nil {
				t.Fatalf("FromHost: %v", err)
			}
			if caller.AccountID != v.HS256.Sub {
				t.Errorf("account = %q, want %q", caller.AccountID, v.HS256.Sub)
			}
		})
	}
	if signed != 79 {
		t.Errorf("%d signed vectors were verified, want 79", signed)
	}
}

func slowHash(canonical string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(canonical))) }

func TestASignerMayUseEitherOrderOfUnusualNames(t *testing.T) {
	for name, test := range map[string]struct{ target, raw, escaped string }{
		"a bracket beside a letter": {"/r?aZ=1&a%5B=2", "GET&/r&aZ=1&a%5B=2", "GET&/r&a%5B=2&aZ=1"},
		"a brace beside a letter":   {"/r?a%7B=1&ab=2", "GET&/r&ab=2&a%7B=1", "GET&/r&a%7B=1&ab=2"},
		"a letter beyond ASCII":     {"/r?z=1&%C3%A9=2", "GET&/r&z=1&%C3%A9=2", "GET&/r&%C3%A9=2&z=1"},
		"values keep their order":   {"/r?a%5B=%7B&a%5B=a&aZ=1", "GET&/r&aZ=1&a%5B=a,%7B", "GET&/r&a%5B=a,%7B&aZ=1"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, canonical := range []string{test.raw, test.escaped} {
				if !connect.MatchQSH(slowHash(canonical), "GET", test.target, "") {
					t.Errorf("the hash of %s is refused", canonical)
				}
			}
			if connect.MatchQSH(slowHash(test.raw+"x"), "GET", test.target, "") {
				t.Error("a hash of something else is accepted")
			}
		})
	}
}

// slowCanonical is the canonical request again, straight from the rules, sharing
// nothing with the package: maps, UTF-16, one regular step after another.
func slowCanonical(method, target, basePath string, byEscaped bool) string {
	if i := strings.Index(target, "#"); i >= 0 {
		target = target[:i]
	}
	path, query := target, ""
	if i := strings.Index(target, "?"); i >= 0 {
		path, query = target[:i], target[i+1:]
	}
	if i := strings.Index(path, "://"); i >= 0 && strings.Index(path, "/") == i+1 {
		rest := path[i+3:]
		if j := strings.Index(rest, "/"); j >= 0 {
			path = rest[j:]
		} else {
			path = "/"
		}
	}
	basePath = strings.TrimSuffix(basePath, "/")
	if basePath != "" && strings.HasPrefix(path, basePath) {
		path = path[len(basePath):]
	}
	path = regexp.MustCompile("/$").ReplaceAllString(path, "")
	path = strings.Join(strings.Split(path, "&"), "%26")
	if path == "" || path[0] != '/' {
		path = "/" + path
	}
	values := map[string][]string{}
	for _, pair := range strings.Split(query, "&") {
		if pair == "" {
			continue
		}
		parts := strings.SplitN(pair, "=", 2)
		key, value := slowDecode(parts[0]), ""
		if len(parts) == 2 {
			value = slowDecode(parts[1])
		}
		if key != "jwt" {
			values[key] = append(values[key], value)
		}
	}
	var keys []string
	for key := range values {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool {
		if byEscaped {
			return slowEncode(keys[i]) < slowEncode(keys[j])
		}
		return slowLess(keys[i], keys[j])
	})
	var parameters []string
	for _, key := range keys {
		sort.SliceStable(values[key], func(i, j int) bool { return slowLess(values[key][i], values[key][j]) })
		var encoded []string
		for _, value := range values[key] {
			encoded = append(encoded, slowEncode(value))
		}
		parameters = append(parameters, slowEncode(key)+"="+strings.Join(encoded, ","))
	}
	return strings.ToUpper(method) + "&" + path + "&" + strings.Join(parameters, "&")
}

func slowDecode(s string) string {
	var out []byte
	for s != "" {
		if s[0] == '%' && len(s) >= 3 {
			if n, err := strconv.ParseUint(s[1:3], 16, 8); err == nil && !strings.ContainsAny(s[1:3], "+-_") {
				out, s = append(out, byte(n)), s[3:]
				continue
			}
		}
		if s[0] == '+' {
			out = append(out, ' ')
		} else {
			out = append(out, s[0])
		}
		s = s[1:]
	}
	return string(out)
}

func slowEncode(s string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

func slowLess(a, b string) bool {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) < 0
}

func FuzzQSH(f *testing.F) {
	for _, v := range loadOracle(f).Vectors {
		f.Add(v.Method, v.URL, v.Base)
	}
	f.Add("GET", "https://example.com", "")
	f.Add("GET", "x:///y?%ff=1&%fe=2", "/y")
	f.Fuzz(func(t *testing.T, method, target, base string) {
		got := connect.CanonicalRequest(method, target, base)
		// The order of text that is no UTF-8 has no meaning in UTF-16.
		if valid := strings.ToValidUTF8(slowDecode(target), "") == slowDecode(target); valid {
			if want := slowCanonical(method, target, base, false); got != want {
				t.Errorf("CanonicalRequest(%q, %q, %q)\n got %q\nwant %q", method, target, base, got, want)
			}
			if !connect.MatchQSH(slowHash(slowCanonical(method, target, base, true)), method, target, base) {
				t.Errorf("MatchQSH(%q, %q, %q) refuses the order of escaped names", method, target, base)
			}
		}
		if !connect.MatchQSH(slowHash(got), method, target, base) {
			t.Errorf("MatchQSH(%q, %q, %q) refuses QSH", method, target, base)
		}
	})
}

const macroURL = "/macro/labels?contentId=98437&contentType=page&contentVersion=3&spaceId=65&spaceKey=DS&macroId=ec1eead7-ab4b-4b9f-8465-80d84e5d739f" +
	"&output=display&prefix=team-&display=chips&xdm_e=https%3A%2F%2Facme.atlassian.net&xdm_c=channel-labelup__labelup-labels" +
	"&cp=%2Fwiki&xdm_deprecated_addon_key_do_not_use=labelup&lic=active&cv=1001.0.0"

func BenchmarkQSH(b *testing.B) {
	qsh := connect.QSH("GET", macroURL, "")
	b.ReportAllocs()
	for b.Loop() {
		if !connect.MatchQSH(qsh, "GET", macroURL, "") {
			b.Fatal("no match")
		}
	}
}
