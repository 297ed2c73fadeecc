package hostpage

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// files serves files from memory, compressed for whoever takes that. Each is read
// and compressed once, when it is asked for first: they do not change while the
// server runs.
type files struct {
	from fs.FS                       // nil has no files
	edit func(content []byte) []byte // nil leaves them as they are

	mu    sync.Mutex
	known map[string]file // by name
}

type file struct {
	contentType string
	plain       []byte // nil: there is no such file
	gzip        []byte // nil: it would be no shorter
}

func newFiles(from fs.FS, edit func([]byte) []byte) *files {
	return &files{from: from, edit: edit, known: map[string]file{}}
}

func (f *files) get(name string) file {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.known[name]
	if !ok {
		found = f.read(name)
	}
	if found.plain != nil { // what is asked for in vain fills no memory
		f.known[name] = found
	}
	return found
}

func (f *files) read(name string) file {
	if f.from == nil || !fs.ValidPath(name) {
		return file{}
	}
	content, err := fs.ReadFile(f.from, name)
	if err != nil {
		return file{}
	}
	if f.edit != nil {
		content = f.edit(content)
	}
	// Not left to http.ServeContent, which would look at compressed bytes. Scripts
	// are the same on every machine, whatever its MIME table says.
	read := file{plain: content, contentType: "text/javascript; charset=utf-8"}
	if path.Ext(name) != ".js" {
		read.contentType = cmp.Or(mime.TypeByExtension(path.Ext(name)), http.DetectContentType(content))
	}
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	if compressed.Len() < len(content) {
		read.gzip = compressed.Bytes()
	}
	return read
}

// handler serves a file to pages of any site, or of a folder (a name that ends in
// a slash) the file that the request names. keep is its Cache-Control.
func (f *files) handler(name, keep string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := name
		if strings.HasSuffix(name, "/") {
			name += r.PathValue("file")
		}
		found := f.get(name)
		if found.plain == nil {
			http.Error(w, "not installed", http.StatusNotFound)
			return
		}
		header := w.Header()
		header.Set("Content-Type", found.contentType)
		header.Set("Cache-Control", keep)
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Vary", "Accept-Encoding")
		content := found.plain
		if found.gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			header.Set("Content-Encoding", "gzip")
			content = found.gzip
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// acceptsGzip reports whether gzip is named, and not with weight 0.
func acceptsGzip(accepted string) bool {
	for item := range strings.SplitSeq(strings.ToLower(accepted), ",") {
		coding, weight, _ := strings.Cut(item, ";")
		if strings.TrimSpace(coding) != "gzip" {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return err != nil || q > 0
	}
	return false
}
