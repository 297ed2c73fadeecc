// Package static serves the browser side of Label UP: the bundle that
// build.mjs makes of src and that is committed in dist. It also gives the
// service the same words the browser says, for what is rendered without one.
//
// It must not know who is asking: what it serves is the same for everybody and
// holds no customer data.
package static

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed dist
var dist embed.FS

// root is where the files are served; all their URLs begin with it.
const root = "/static/"

// hashLength is in hexadecimal digits.
const hashLength = 16

var contentTypes = map[string]string{
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".svg":  "image/svg+xml",
}

// Assets is the built bundle. It is immutable and safe for concurrent use.
type Assets struct {
	hash    string // of all files, so that a file finds its neighbours under one path
	files   map[string]file
	strings map[string]map[string]string // by language
}

type file struct {
	contentType string
	plain, gzip body
}

type body struct {
	bytes []byte
	etag  string
}

// New reads and compresses the embedded files. It fails only if the build is
// broken: a file of a type that is not known here, or strings that are not JSON.
func New() (*Assets, error) {
	a := &Assets{files: map[string]file{}, strings: map[string]map[string]string{}}
	all := sha256.New()
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "dist/")
		fmt.Fprintf(all, "%s %d\n", name, len(content))
		all.Write(content)
		return a.add(name, content)
	})
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	a.hash = hex.EncodeToString(all.Sum(nil))[:hashLength]
	return a, nil
}

func (a *Assets) add(name string, content []byte) error {
	contentType, ok := contentTypes[path.Ext(name)]
	if !ok {
		return fmt.Errorf("%s: no content type for files of this kind", name)
	}
	if language, ok := strings.CutPrefix(name, "strings/"); ok {
		var catalogue map[string]string
		if err := json.Unmarshal(content, &catalogue); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		a.strings[strings.TrimSuffix(language, ".json")] = catalogue
	}
	compressed, err := compress(content)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(content)
	etag := hex.EncodeToString(sum[:])[:hashLength]
	a.files[name] = file{
		contentType: contentType,
		plain:       body{content, `"` + etag + `"`},
		gzip:        body{compressed, `"` + etag + `-gzip"`},
	}
	return nil
}

func compress(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// URL is the path under which the file may be cached for ever: it changes with
// the build. name is relative to dist, such as "labelup.js".
func (a *Assets) URL(name string) string { return root + a.hash + "/" + name }

// Strings is the catalogue for a locale such as "de-DE" or "de_DE", English if
// there is none for it. The caller must not change it.
func (a *Assets) Strings(locale string) map[string]string {
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	if catalogue, ok := a.strings[strings.ToLower(language)]; ok {
		return catalogue
	}
	return a.strings["en"]
}

// ServeHTTP answers GET and HEAD below root: with or without a hash in the
// path, 404 for what is not there.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name, immutable := a.named(r.URL.Path)
	f, ok := a.files[name]
	if !ok {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache")
	if immutable {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.plain
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		body = f.gzip
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("ETag", body.etag)
	if matches(r.Header.Values("If-None-Match"), body.etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body.bytes)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body.bytes) // the client has gone: nobody to tell
	}
}

// named returns the name of the file a path asks for, and whether the path is
// the one of this build. While a release rolls out, pages of one build ask
// servers of another: they get what is there, but not to keep.
func (a *Assets) named(urlPath string) (name string, immutable bool) {
	name = strings.TrimPrefix(urlPath, root)
	if hash, rest, ok := strings.Cut(name, "/"); ok && len(hash) == hashLength {
		if _, err := hex.DecodeString(hash); err == nil {
			return rest, hash == a.hash
		}
	}
	return name, false
}

// acceptsGzip reports whether gzip, or else anything, is accepted and not with weight 0.
func acceptsGzip(values []string) bool {
	weights := map[string]string{}
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		coding, weight, _ := strings.Cut(strings.ToLower(item), ";")
		_, weight, _ = strings.Cut(weight, "q=")
		weights[strings.TrimSpace(coding)] = cmp.Or(strings.TrimSpace(weight), "1")
	}
	q, err := strconv.ParseFloat(cmp.Or(weights["gzip"], weights["*"], "0"), 64)
	return err == nil && q > 0
}

// matches reports whether one of the tags in If-None-Match is etag.
func matches(values []string, etag string) bool {
	for tag := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
