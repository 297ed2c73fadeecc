// Package hostpage is the web face of the local Confluence: the pages people
// see, and the host's side of the bridges that the app's iframes talk to.
// Connect's is npm atlassian-connect-js as it is, Forge's is assets/forge.js.
//
// It shows what its [Source] says of the content and its [Host] of the app, and
// decides nothing itself: who may see or change what, and what a label is, are the
// Source's; what the app may show and how its pages are reached are the Host's. It
// must not answer REST, and must not help the app beyond what Confluence does: a
// bridge offers the calls that Confluence's offers, no more.
//
// Source: Atlassian's bridges (npm atlassian-connect-js and @forge/bridge),
// Confluence's storage format, and the documented AP interface.
package hostpage

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

//go:embed assets/channel.js
var channel string

// Channel is the script that both ends of Forge's bridge have, a module.
func Channel() string { return channel }

//go:embed templates
var templateFiles embed.FS

// Options are what the pages need besides a Source.
type Options struct {
	// Libraries is a node_modules folder with atlassian-connect-js,
	// @atlassian/aui and jquery. Pages work without it, macros do not.
	Libraries fs.FS

	// Log receives errors that are nobody's fault but ours. nil: slog.Default.
	Log *slog.Logger
}

// Locales a person can choose; the pages stay English, the app is told.
var locales = []string{"en-US", "de-DE", "fr-FR", "es-ES", "ja-JP"}

var themes = []string{"light", "dark", "auto"}

const (
	maxForm = 16 << 10       // bytes of a form
	maxBody = maxStorage * 2 // bytes of JSON, a page's storage in it
	perPage = 25             // entries of a list
)

type host struct {
	source    Source
	log       *slog.Logger
	templates map[string]*template.Template
}

// New returns the handler of the pages. It answers /wiki/ except for the REST
// paths /wiki/rest/ and /wiki/api/, and at the root all.js and its style
// sheets, as Atlassian's content network has them.
func New(source Source, options Options) http.Handler {
	h := &host{source: source, log: options.Log, templates: parseTemplates()}
	if h.log == nil {
		h.log = slog.Default()
	}
	mux := http.NewServeMux()
	page := func(pattern string, f func(*visit) error) { mux.Handle(pattern, h.page(f)) }
	data := func(pattern string, f func(*visit) (any, error)) { mux.Handle(pattern, h.data(f)) }

	page("GET /{$}", func(v *visit) error { return v.redirect("/wiki/") })
	page("GET /wiki/{$}", (*visit).dashboard)
	page("GET /wiki/home", (*visit).dashboard)
	page("GET /wiki/search", (*visit).search)
	page("GET /wiki/label/{name}", (*visit).labelled)
	page("GET /wiki/label/{space}/{name}", (*visit).labelled)
	page("GET /wiki/display/{space}/{title}", (*visit).byTitle)
	page("GET /wiki/spaces/{space}", (*visit).space)
	page("GET /wiki/spaces/{space}/overview", (*visit).space)
	page("GET /wiki/spaces/{space}/pages", (*visit).spacePages)
	page("GET /wiki/spaces/{space}/pages/{id}", (*visit).view)
	page("GET /wiki/spaces/{space}/pages/{id}/{slug}", (*visit).view)
	page("GET /wiki/spaces/{space}/pages/edit-v2/{id}", (*visit).toEditor)
	page("GET /wiki/spaces/{space}/apps/{rest...}", (*visit).spaceAppPage)
	page("GET /wiki/spaces/{space}/blog", (*visit).blog)
	page("GET /wiki/spaces/{space}/blog/{rest...}", (*visit).view)
	page("GET /wiki/pages/viewpage.action", (*visit).toPage)
	page("GET /wiki/pages/{id}", (*visit).toPage)
	page("GET /wiki/pages/{id}/edit", (*visit).edit)
	page("GET /wiki/pages/{id}/history", (*visit).history)
	page("GET /wiki/pages/{id}/export", (*visit).export)
	page("GET /wiki/plugins/servlet/ac/{app}/{module}", (*visit).adminPage)
	page("GET /wiki/", func(*visit) error { return ErrNotFound })

	page("POST /wiki/host/session", (*visit).changeSession)
	page("POST /wiki/host/drafts", (*visit).createDraft)
	page("POST /wiki/host/pages/{id}/copy", (*visit).copy)
	data("POST /wiki/host/pages/{id}/save", (*visit).save)
	data("GET /wiki/host/pages/{id}/labels", (*visit).labels)
	data("POST /wiki/host/ask/{what}", (*visit).ask)
	data("POST /wiki/host/editor/render", (*visit).renderDraft)
	data("POST /wiki/host/editor/macro", (*visit).placeMacro)
	data("POST /wiki/host/editor/remove", (*visit).removeMacro)

	mux.Handle("GET /wiki/host/assets/{file}", secure(newFiles(assets, nil).handler("assets/", "no-cache")))
	unmodified, edited := newFiles(options.Libraries, nil), newFiles(options.Libraries, ownStylesFor)
	library := func(at string, from *files, name string) {
		mux.Handle("GET "+at, secure(from.handler(name, "public, max-age=3600")))
	}
	for at, name := range libraries {
		library(at, unmodified, name)
	}
	library(bridgeScript, edited, bridgeFile)
	// AUI's style sheets name their fonts and images beside them.
	library("/wiki/host/lib/aui/{file...}", unmodified, "@atlassian/aui/dist/aui/")
	library("/themes/{file}", unmodified, "atlassian-connect-js/dist/themes/")

	// Writes come from these pages alone; the cookies are SameSite=Strict too.
	return http.NewCrossOriginProtection().Handler(mux)
}

// visit is one request of one viewer.
type visit struct {
	*host
	w http.ResponseWriter
	r *http.Request

	users  []User
	viewer User
	hosts  []Hosted
	hosted Hosted // the one that was chosen
	locale string
	theme  string
	status int // of the page to be written; 0 is 200
}

// newVisit finds out who is looking. A browser that comes for the first time
// is given the cookie of the first user, so that the REST API, which reads the
// same cookie, sees the same person.
func (h *host) newVisit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v := &visit{host: h, w: w, r: r, locale: chosen(r, LocaleCookie, locales, "en-US"), theme: chosen(r, ThemeCookie, themes, "auto")}
	v.hosts = h.source.Hosts(r.Context())
	v.hosted = v.hosts[0]
	for _, one := range v.hosts {
		if c, err := r.Cookie(HostCookie); err == nil && one.Name == c.Value && one.Host != nil {
			v.hosted = one
		}
	}
	users, err := h.source.Users(r.Context())
	if err != nil {
		return v, err
	}
	if len(users) == 0 {
		users = []User{{Name: "Anonymous", Role: "anonymous"}}
	}
	v.users = users
	if c, err := r.Cookie(UserCookie); err == nil {
		if i := slices.IndexFunc(users, func(u User) bool { return u.cookie() == c.Value }); i >= 0 {
			v.viewer = users[i]
			return v, nil
		}
	}
	v.viewer = users[0]
	setCookie(w, UserCookie, v.viewer.cookie())
	return v, nil
}

// cookie is the value of UserCookie for a user.
func (u User) cookie() string {
	if u.AccountID == "" {
		return "anonymous"
	}
	return url.QueryEscape(u.AccountID)
}

func chosen(r *http.Request, cookie string, from []string, otherwise string) string {
	if c, err := r.Cookie(cookie); err == nil && slices.Contains(from, c.Value) {
		return c.Value
	}
	return otherwise
}

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/wiki", MaxAge: int((30 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// page serves a page for people; an error becomes a page too.
func (h *host) page(f func(*visit) error) http.Handler {
	return secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := h.newVisit(w, r)
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			err = f(v)
		}
		if err != nil {
			v.showError(err)
		}
	}))
}

// data serves JSON for the scripts of the pages.
func (h *host) data(f func(*visit) (any, error)) http.Handler {
	return secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := h.newVisit(w, r)
		var answer any
		if err == nil {
			answer, err = f(v)
		}
		status := http.StatusOK
		if err != nil {
			var name string
			status, name = v.statusOf(err)
			answer = map[string]string{"error": name}
		}
		body, err := json.Marshal(answer)
		if err != nil {
			v.showError(err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write(body) // the reader may have gone
	}))
}

// readJSON reads a request body of at most maxBody bytes.
func (v *visit) readJSON(into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%w: %w", ErrBadRequest, err)
	}
	return nil
}

func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// statusOf is the status of an error and its name for scripts. It logs those
// that are nobody's fault but ours.
func (v *visit) statusOf(err error) (status int, name string) {
	for _, known := range []struct {
		err    error
		status int
	}{
		{ErrBadRequest, http.StatusBadRequest},
		{ErrForbidden, http.StatusForbidden},
		{ErrNotFound, http.StatusNotFound},
		{ErrConflict, http.StatusConflict},
		{ErrTooLarge, http.StatusRequestEntityTooLarge},
	} {
		if errors.Is(err, known.err) {
			return known.status, known.err.Error()
		}
	}
	v.log.ErrorContext(v.r.Context(), "local confluence page failed", "error", err)
	return http.StatusInternalServerError, "internal"
}

// secure sets the headers of every answer. frame-src is widened to the app's
// origin by the pages that show it.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Content-Security-Policy", contentPolicy(nil))
		next.ServeHTTP(w, r)
	})
}

// contentPolicy is what a page may load that shows the app, or shows none (nil).
// Images come from anywhere because pages do; AUI's icons are data: URLs. Where
// the app is framed, AUI and jQuery are loaded, and they write style attributes;
// nothing in a page's storage can.
func contentPolicy(app *App) string {
	frames, images, styles, reach := "'none'", "'self' data: https:", "'self'", "'self'"
	if app != nil {
		frames, images, styles = app.Origin, images+" "+app.Origin, "'self' 'unsafe-inline'"
		reach = strings.Join(append([]string{reach}, app.Reach...), " ")
	}
	return "default-src 'none'; script-src 'self'; style-src " + styles + "; font-src 'self' data:; connect-src " + reach + "; img-src " + images +
		"; frame-src " + frames + "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// libraries are the files of others by the path they are served at, unmodified.
var libraries = map[string]string{
	"/wiki/host/lib/jquery.js":        "jquery/dist/jquery.js",
	"/wiki/host/lib/connect-host.js":  "atlassian-connect-js/dist/connect-host.js",
	"/wiki/host/lib/connect-host.css": "atlassian-connect-js/dist/connect-host.css",
	"/all.js":                         bridgeFile,
	"/surfaces.css":                   "atlassian-connect-js/dist/surfaces.css",
	"/legacy-text-colors.css":         "atlassian-connect-js/dist/legacy-text-colors.css",
}

// bridgeScript is the bridge for the app's iframes, at a path under which it
// reads its data-options. Atlassian's build writes into it where its style
// sheets are; in this copy they are beside it, so that themes work offline.
const (
	bridgeScript = "/atlassian-connect/all.js"
	bridgeFile   = "atlassian-connect-js/dist/iframe.js"
)

var (
	atlassianStyles = []byte(`"https://" + CDN_DOMAIN`)
	ownStyles       = []byte(`new URL(document.currentScript.src).origin`)
)

func ownStylesFor(bridge []byte) []byte { return bytes.Replace(bridge, atlassianStyles, ownStyles, 1) }
