package forgehost

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"labelup/internal/localconfluence/hostpage"
)

//go:embed assets/global-bridge.js
var globalBridge string

//go:embed assets/iframe-resizer.js
var iframeResizer []byte

// resourceURL is where the page of a resource is: below the root, as on Forge's
// network, so that only relative addresses work in it.
func (h *Host) resourceURL(resource string) string {
	return h.Origin + "/" + environmentID + "/" + resource + "/"
}

// Handler answers everything under the origin of the app's pages.
func (h *Host) Handler() http.Handler {
	mux := http.NewServeMux()
	ours := func(name, kind string, body []byte) {
		mux.HandleFunc("GET /forge/"+name, func(w http.ResponseWriter, _ *http.Request) { send(w, kind, body) })
	}
	ours("global-bridge.js", "text/javascript", h.bridge())
	ours("iframe-resizer.js", "text/javascript", iframeResizer)
	mux.HandleFunc("GET /forge/themes/{file}", func(w http.ResponseWriter, r *http.Request) {
		h.file(w, r, h.Libraries, path.Join("atlassian-connect-js/dist/themes", r.PathValue("file")))
	})
	for _, resource := range h.manifest.Resources {
		at := "GET /" + environmentID + "/" + resource.Key + "/"
		index := func(w http.ResponseWriter, _ *http.Request) {
			page, err := h.page(resource.Key)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Security-Policy", h.policies[resource.Key])
			send(w, "text/html; charset=utf-8", page)
		}
		mux.HandleFunc(at+"{$}", index)
		mux.HandleFunc(at+"index.html", index)
		mux.HandleFunc(at+"__LOCALES__/{file}", h.locales)
		mux.HandleFunc(at+"{file...}", func(w http.ResponseWriter, r *http.Request) {
			if h.Behaviour().CSPEverywhere {
				w.Header().Set("Content-Security-Policy", h.policies[resource.Key])
			}
			h.file(w, r, h.Build, path.Join(resource.Path, r.PathValue("file")))
		})
	}
	return mux
}

// bridge is the script that gives the app's page __bridge. It talks to the page
// of the site alone, over the channel whose code both sides have.
func (h *Host) bridge() []byte {
	site, _ := json.Marshal(h.Site.Origin) // a string always marshals
	return []byte("(() => {\nconst site = " + string(site) + ";\n" + strings.ReplaceAll(hostpage.Channel(), "export ", "") + globalBridge + "})();\n")
}

// beginning is what stands before the content of a page's head, whose tag, as
// others, may be left out.
var beginning = regexp.MustCompile(`(?i)^\s*(<!doctype[^>]*>)?\s*(<html(\s[^>]*)?>)?\s*(<head(\s[^>]*)?>)?`)

// page is the index.html of a resource with the two scripts at the beginning of
// its head, which `forge deploy` writes there.
func (h *Host) page(resource string) ([]byte, error) {
	raw, err := fs.ReadFile(h.Build, path.Join(h.manifest.resourcePath(resource), "index.html"))
	if err != nil {
		return nil, fmt.Errorf("forgehost: resource %q: %w", resource, err)
	}
	at := beginning.FindIndex(raw)[1]
	return bytes.Join([][]byte{
		raw[:at],
		[]byte(`<script src="/forge/global-bridge.js"></script><script src="/forge/iframe-resizer.js"></script>`),
		raw[at:],
	}, nil), nil
}

// locales serves the texts as i18n of the bridge looks for them.
func (h *Host) locales(w http.ResponseWriter, r *http.Request) {
	name, isJSON := strings.CutSuffix(r.PathValue("file"), ".json")
	texts, known := h.texts[name]
	switch {
	case isJSON && name == "i18n-info":
		codes := []string{}
		for _, one := range h.manifest.Translations.Resources {
			codes = append(codes, one.Key)
		}
		info, _ := json.Marshal(map[string]any{"config": map[string]any{"locales": codes, "fallback": h.manifest.Translations.Fallback}}) // from YAML, with string keys
		send(w, "application/json", info)
	case isJSON && known:
		send(w, "application/json", texts)
	default:
		http.NotFound(w, r)
	}
}

// file serves a static file.
func (h *Host) file(w http.ResponseWriter, r *http.Request, from fs.FS, name string) {
	if from == nil || !fs.ValidPath(name) {
		http.NotFound(w, r)
		return
	}
	body, err := fs.ReadFile(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil { // a folder
		http.Error(w, "not a file", http.StatusNotFound)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".wasm" {
		kind = "application/wasm" // whatever this machine's table of types says
	}
	send(w, kind, body)
}

func send(w http.ResponseWriter, kind string, body []byte) {
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // the reader may have gone
}
