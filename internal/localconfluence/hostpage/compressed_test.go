package hostpage

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
)

// counted counts how often a file is opened.
type counted struct {
	fstest.MapFS
	opened *atomic.Int64
}

func (c counted) Open(name string) (fs.File, error) {
	c.opened.Add(1)
	return c.MapFS.Open(name)
}

func (c counted) ReadFile(name string) ([]byte, error) {
	c.opened.Add(1)
	return c.MapFS.ReadFile(name)
}

func TestFilesAreCompressedOnceForWhoeverTakesIt(t *testing.T) {
	var opened atomic.Int64
	script, picture := bytes.Repeat([]byte("var label = up;\n"), 5000), make([]byte, 10_000)
	_, _ = rand.Read(picture)
	handler := New(newFakeSource(), Options{Libraries: counted{fstest.MapFS{
		"jquery/dist/jquery.js":                       {Data: script},
		"@atlassian/aui/dist/aui/picture.png":         {Data: picture},
		"@atlassian/aui/dist/aui/aui-prototyping.css": {Data: bytes.Repeat([]byte("a{color:red}"), 500)},
	}, &opened}})
	for name, test := range map[string]struct {
		path, accepts, kind string
		compressed          bool
		plain               []byte
	}{
		"a script for a browser":          {"/wiki/host/lib/jquery.js", "gzip, deflate, br, zstd", "text/javascript; charset=utf-8", true, script},
		"for who weighs":                  {"/wiki/host/lib/jquery.js", "br;q=1.0, GZIP;q=0.5", "text/javascript; charset=utf-8", true, script},
		"for who refuses it":              {"/wiki/host/lib/jquery.js", "br, gzip;q=0", "text/javascript; charset=utf-8", false, script},
		"for who takes nothing":           {"/wiki/host/lib/jquery.js", "", "text/javascript; charset=utf-8", false, script},
		"for who takes something else":    {"/wiki/host/lib/jquery.js", "x-gzip-not", "text/javascript; charset=utf-8", false, script},
		"what would be no shorter for it": {"/wiki/host/lib/aui/picture.png", "gzip", "image/png", false, picture},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				r := httptest.NewRequest(http.MethodGet, test.path, nil)
				r.Header.Set("Accept-Encoding", test.accepts)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				body := w.Body.Bytes()
				if sent := len(body); test.compressed && sent*10 > len(test.plain) {
					t.Errorf("%d of %d bytes are sent", sent, len(test.plain))
				}
				if compressed := w.Header().Get("Content-Encoding") == "gzip"; compressed != test.compressed {
					t.Errorf("compressed: %v", compressed)
				} else if compressed {
					body = unzipped(t, body)
				}
				if !bytes.Equal(body, test.plain) || w.Code != http.StatusOK || w.Header().Get("Content-Type") != test.kind || w.Header().Get("Vary") != "Accept-Encoding" {
					t.Errorf("%d, %v, %d bytes", w.Code, w.Header(), len(body))
				}
			}
		})
	}
	if n := opened.Load(); n != 2 {
		t.Errorf("two files were read %d times", n)
	}
}

func unzipped(t *testing.T, compressed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// What a browser loads for a page with a macro: nothing of it crosses the network
// as it lies on the disk.
func TestWhatAPageLoadsIsSmallOnTheWire(t *testing.T) {
	modules := filepath.Join("..", "..", "..", "static", "node_modules")
	if _, err := os.Stat(modules); err != nil {
		t.Fatal("static/node_modules is not there: run `make static` first")
	}
	server := httptest.NewServer(New(newFakeSource(), Options{Libraries: os.DirFS(modules)}))
	defer server.Close()
	asks := &http.Client{Transport: &http.Transport{DisableCompression: true}} // or it would unpack by itself
	sum := func(accepts string) (sent int) {
		for _, path := range []string{
			"/wiki/host/lib/jquery.js", "/wiki/host/lib/aui/aui-prototyping.js", "/wiki/host/lib/aui/aui-prototyping.css",
			"/wiki/host/lib/connect-host.js", "/wiki/host/lib/connect-host.css", bridgeScript, "/wiki/host/assets/host.css", "/wiki/host/assets/view.js",
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", accepts)
			response, err := asks.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil || response.StatusCode != http.StatusOK || strings.Contains(accepts, "gzip") != (response.Header.Get("Content-Encoding") == "gzip") {
				t.Errorf("%s: %d %v %v", path, response.StatusCode, response.Header, err)
			}
			sent += len(body)
		}
		return sent
	}
	plain, compressed := sum("identity"), sum("gzip")
	t.Logf("%d bytes on the wire, %d without compression", compressed, plain)
	if compressed*3 > plain || plain < 1<<20 {
		t.Errorf("%d bytes on the wire, %d without compression", compressed, plain)
	}
}
