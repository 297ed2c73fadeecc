package static

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newAssets(t *testing.T) *Assets {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(a *Assets, method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result()
}

const forever, ask = "public, max-age=31536000, immutable", "no-cache"

func TestServe(t *testing.T) {
	a := newAssets(t)
	tests := []struct {
		name, method, path   string
		headers              []string
		status               int
		contentType, caching string
		encoding             string
	}{
		{"the script may be kept for ever", "GET", a.URL("labelup.js"), nil, 200, "text/javascript; charset=utf-8", forever, ""},
		{"so may the style sheet", "GET", a.URL("labelup.css"), nil, 200, "text/css; charset=utf-8", forever, ""},
		{"and a language", "GET", a.URL("strings/de.json"), nil, 200, "application/json; charset=utf-8", forever, ""},
		{"so may a part that is loaded later", "GET", a.URL("suggest.js"), nil, 200, "text/javascript; charset=utf-8", forever, ""},
		{"and its language", "GET", a.URL("suggest/strings/de.json"), nil, 200, "application/json; charset=utf-8", forever, ""},
		{"a part asked for once more, by another address", "GET", a.URL("suggest.js") + "?2", nil, 200, "text/javascript; charset=utf-8", forever, ""},
		{"the icon's address never changes, so its content is asked for again", "GET", "/static/icon.svg", nil, 200, "image/svg+xml", ask, ""},
		{"another build's address gets this build's file, not to keep", "GET", "/static/0123456789abcdef/labelup.js", nil, 200, "text/javascript; charset=utf-8", ask, ""},
		{"who accepts gzip gets it", "GET", a.URL("labelup.js"), []string{"Accept-Encoding", "br, GZip;q=0.5"}, 200, "text/javascript; charset=utf-8", forever, "gzip"},
		{"who accepts anything gets gzip", "GET", a.URL("labelup.js"), []string{"Accept-Encoding", "*"}, 200, "text/javascript; charset=utf-8", forever, "gzip"},
		{"who refuses gzip does not", "GET", a.URL("labelup.js"), []string{"Accept-Encoding", "gzip;q=0, *"}, 200, "text/javascript; charset=utf-8", forever, ""},
		{"a weight that is no number is no yes", "GET", a.URL("labelup.js"), []string{"Accept-Encoding", "gzip;q=x"}, 200, "text/javascript; charset=utf-8", forever, ""},
		{"two header lines count as one", "GET", a.URL("labelup.js"), []string{"Accept-Encoding", "br", "Accept-Encoding", "gzip"}, 200, "text/javascript; charset=utf-8", forever, "gzip"},
		{"HEAD gets the headers", "HEAD", a.URL("labelup.js"), nil, 200, "text/javascript; charset=utf-8", forever, ""},
		{"what is not there is not found", "GET", "/static/passwd", nil, 404, "text/plain; charset=utf-8", "", ""},
		{"a folder is not there", "GET", "/static/strings/", nil, 404, "text/plain; charset=utf-8", "", ""},
		{"there is no way out", "GET", "/static/../static.go", nil, 404, "text/plain; charset=utf-8", "", ""},
		{"nothing can be put", "PUT", a.URL("labelup.js"), nil, 405, "text/plain; charset=utf-8", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := get(a, tt.method, tt.path, tt.headers...)
			got := []any{r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"), r.Header.Get("Content-Encoding")}
			if diff := cmp.Diff([]any{tt.status, tt.contentType, tt.caching, tt.encoding}, got); diff != "" {
				t.Error(diff)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if tt.method == "HEAD" {
				if len(body) > 0 || r.ContentLength == 0 {
					t.Errorf("HEAD: %d bytes of body, Content-Length %d", len(body), r.ContentLength)
				}
			} else if r.StatusCode == 200 && r.ContentLength != int64(len(body)) {
				t.Errorf("Content-Length %d, body %d bytes", r.ContentLength, len(body))
			}
		})
	}
}

func TestGzipHoldsTheSameBytes(t *testing.T) {
	a := newAssets(t)
	for name := range a.files {
		plain, err := io.ReadAll(get(a, "GET", a.URL(name)).Body)
		if err != nil {
			t.Fatal(err)
		}
		zipped, err := gzip.NewReader(get(a, "GET", a.URL(name), "Accept-Encoding", "gzip").Body)
		if err != nil {
			t.Fatal(err)
		}
		unzipped, err := io.ReadAll(zipped)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) == 0 || !bytes.Equal(plain, unzipped) {
			t.Errorf("%s: %d bytes plain, %d unzipped, or different", name, len(plain), len(unzipped))
		}
	}
}

func TestNotModified(t *testing.T) {
	a := newAssets(t)
	plain := get(a, "GET", "/static/icon.svg").Header.Get("ETag")
	zipped := get(a, "GET", "/static/icon.svg", "Accept-Encoding", "gzip").Header.Get("ETag")
	if plain == "" || plain == zipped {
		t.Fatalf("ETags %s and %s are of different bytes", plain, zipped)
	}
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"the tag it has", []string{"If-None-Match", plain}, 304},
		{"a weak one of several", []string{"If-None-Match", `"x", W/` + plain}, 304},
		{"any", []string{"If-None-Match", "*"}, 304},
		{"another", []string{"If-None-Match", `"x"`}, 200},
		{"the tag of the other encoding", []string{"If-None-Match", zipped}, 200},
		{"the tag of its own encoding", []string{"If-None-Match", zipped, "Accept-Encoding", "gzip"}, 304},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := get(a, "GET", "/static/icon.svg", tt.headers...)
			if r.StatusCode != tt.status {
				t.Errorf("status %d, want %d", r.StatusCode, tt.status)
			}
		})
	}
}

func TestStrings(t *testing.T) {
	a := newAssets(t)
	tests := []struct{ name, locale, want string }{
		{"a language and a country", "de-DE", "Stichwörter"},
		{"with an underscore", "fr_FR", "Étiquettes"},
		{"a language alone, in capitals", "ES", "Etiquetas"},
		{"Japanese", "ja", "ラベル"},
		{"English", "en-US", "Labels"},
		{"a language we do not speak", "pt-BR", "Labels"},
		{"none", "", "Labels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := a.Strings(tt.locale)["labels"]; got != tt.want {
				t.Errorf("Strings(%q) says %q, want %q", tt.locale, got, tt.want)
			}
		})
	}
}

func TestIconIsXMLWithoutScript(t *testing.T) {
	icon, err := dist.ReadFile("dist/icon.svg")
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(bytes.NewReader(icon))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && strings.EqualFold(start.Name.Local, "script") {
			t.Error("the icon has a script")
		}
	}
}
