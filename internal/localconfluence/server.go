// Package localconfluence is a Confluence Cloud on this machine: a stateful
// server that plays Atlassian's side of every contract an app has with it. It
// installs the app and signs for it, checks each token the app sends, hands
// out impersonation tokens, answers REST with the real thing's rules and
// quirks, fires webhooks, and misbehaves when it is asked to. People see it
// through the web pages of package hostpage; tests in any language drive it
// through the control interface, see docs/local-confluence.md.
//
// It must not import the app's own packages: it is written from Atlassian's
// documentation and from measurements of live sites, so that agreeing with it
// means something. It is for development only, on the loopback interface: its
// passwords are its users' names.
//
// The ways in:
//
//	/wiki/rest/api, /wiki/api/v2   the REST API (rest_v1.go, rest_v2.go)
//	/wiki/                         the web pages (adapter.go, hostpage)
//	/install-keys/{kid}            public keys of lifecycle tokens (connecthost)
//	/oauth2/token                  impersonation tokens (connecthost)
//	/ex/confluence/{cloudId}/wiki/ the REST API for tokens of Forge (auth.go)
//	/.well-known/jwks.json         public keys of invocation tokens (forgehost)
//	/control/                      the control interface (control.go)
package localconfluence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"labelup/internal/localconfluence/bigspace"
	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/forgehost"
	"labelup/internal/localconfluence/hostpage"
)

// Options say what to run.
type Options struct {
	// BaseURL is where the first site is, such as http://127.0.0.1:8090/wiki.
	// It must end in /wiki and be the address that browsers and the app use.
	BaseURL string

	// AppURL is where the app is, such as http://localhost:8080. Its host
	// name must differ from BaseURL's, so that browsers keep them apart.
	AppURL string

	// Libraries is a node_modules folder: the browser libraries that the web
	// pages load from here.
	Libraries fs.FS

	// Forge are the app's builds for Forge, which people can look at beside it
	// on Connect.
	Forge []ForgeApp

	// Pages is JSON lines to import into a space of their own, or nil.
	Pages io.Reader

	// Generate is how many pages a space of made-up pages has, see
	// [bigspace.Fill]; 0 is none. GenerateSeed decides which.
	Generate     int
	GenerateSeed uint64

	// Seed makes misbehaviour repeatable.
	Seed uint64

	// Misbehave makes it misbehave a little from the beginning: slow and
	// refused calls now and then, and a search that lags and is not tidy.
	Misbehave bool

	// Logger gets what Confluence itself would log; nil discards it.
	Logger *slog.Logger
}

// ForgeApp is a build of the app for Forge.
type ForgeApp struct {
	Name    string // of the control interface and of the cookie, such as native
	Title   string // for people, such as Forge native
	Build   fs.FS  // manifest.yml at its top; nil where there is none
	Missing string // why there is none, and what to do
	Origin  string // scheme://host:port of its pages: serve ForgeHandler there
	Service string // address of the app's service; "" for an app without remotes
}

// forgeApp is one that is there.
type forgeApp struct {
	ForgeApp
	host   *forgehost.Host
	points *points // an app of its own, with a quota of its own
}

// Server is a running local Confluence. Close it when done.
type Server struct {
	options Options
	origin  string
	logger  *slog.Logger
	clock   *clock
	rest    *http.ServeMux
	control *http.ServeMux
	pages   http.Handler

	imports []byte // JSON lines, read again at every reset

	faults   *faults
	unplayed *unplayed
	requests *journal[SeenRequest]
	counts   *counts // of the same, without an end
	second   *secondPerson
	sent     *journal[connecthost.Delivery]
	connect  *connecthost.Host
	forge    []forgeApp // on the first site
	keys     *forgehost.Keys

	mu        sync.RWMutex
	sites     []*site       // the first is the default one
	searchLag time.Duration // of all sites
}

// clock is the time on the site, which tests may move.
type clock struct {
	mu     sync.RWMutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return time.Now().Add(c.offset)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
}

const maxImport = 256 << 20

// New returns a local Confluence with its content in place and no app
// installed. It listens to nothing itself; see Handler.
func New(o Options) (*Server, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || base.Path != "/wiki" {
		return nil, errors.New("localconfluence: BaseURL must be an absolute URL that ends in /wiki")
	}
	if app, err := url.Parse(o.AppURL); err != nil || app.Host == "" {
		return nil, errors.New("localconfluence: AppURL must be an absolute URL")
	}
	s := &Server{
		options: o, origin: base.Scheme + "://" + base.Host, logger: o.Logger, clock: &clock{},
		requests: newJournal[SeenRequest](), counts: &counts{n: map[string]int{}}, second: &secondPerson{}, sent: newJournal[connecthost.Delivery](), keys: forgehost.NewKeys(),
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	s.faults = newFaults(o.Seed, s.clock.now)
	s.unplayed = &unplayed{counts: map[string]int{}}

	if o.Pages != nil {
		if s.imports, err = io.ReadAll(io.LimitReader(o.Pages, maxImport+1)); err != nil {
			return nil, fmt.Errorf("localconfluence: import: %w", err)
		}
		if len(s.imports) > maxImport {
			return nil, fmt.Errorf("localconfluence: import: larger than %d bytes", maxImport)
		}
	}
	s.connect = connecthost.New(connecthost.Options{
		Origin: s.origin, Now: s.clock.now, Logger: s.logger, Sent: s.sent.add, Skew: s.faults.skew, WebhookFault: s.faults.ofWebhook,
	})
	first, err := s.newSite("")
	if err != nil {
		s.connect.Close()
		return nil, err
	}
	s.sites = []*site{first}
	for _, one := range o.Forge {
		if one.Build == nil {
			continue
		}
		host, err := forgehost.New(forgehost.Options{
			Build: one.Build, Origin: one.Origin, Service: one.Service, Libraries: o.Libraries, Now: s.clock.now, Logger: s.logger, Unplayed: s.unplayed.add,
			Keys: s.keys, Skew: s.faults.skew,
			Site: forgehost.Site{Origin: s.origin, BaseURL: first.baseURL, CloudID: first.connect.CloudID, Store: first.store},
		})
		if err != nil {
			s.connect.Close()
			return nil, fmt.Errorf("localconfluence: %s: %w", one.Title, err)
		}
		s.forge = append(s.forge, forgeApp{one, host, &points{now: s.clock.now}})
	}
	s.behave()
	s.rest = played()
	s.control = s.controlRoutes()
	s.pages = hostpage.New(&source{s, first}, hostpage.Options{Libraries: o.Libraries, Log: s.logger})
	return s, nil
}

// Misbehaves reports whether it misbehaves a little from the beginning, and by
// which seed.
func (s *Server) Misbehaves() (seed uint64, does bool) { return s.options.Seed, s.options.Misbehave }

// Install installs the app at appBaseURL on the first site, or installs it again,
// see [connecthost.Host.Install].
func (s *Server) Install(ctx context.Context, appBaseURL string) error {
	x, _ := s.site("")
	return s.connect.Install(ctx, x.connect, appBaseURL)
}

// KeysURL is where lifecycle keys are served; a key is at KeysURL + "/" + kid.
func (s *Server) KeysURL() string { return s.connect.KeysURL() }

// AuthorizationServer is the audience of impersonation assertions; tokens are
// at AuthorizationServer + "/oauth2/token".
func (s *Server) AuthorizationServer() string { return s.origin }

const forgeKeys = "/.well-known/jwks.json"

// ForgeHandler answers everything under the Origin of a ForgeApp that is there.
func (s *Server) ForgeHandler(name string) http.Handler {
	for _, one := range s.forge {
		if one.Name == name {
			return one.host.Handler()
		}
	}
	return http.NotFoundHandler()
}

// Close stops sending webhooks. What is in the queue is lost, as in life.
func (s *Server) Close() {
	s.second.stop()
	s.connect.Close()
}

// Handler answers everything under the server's origin.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// seeing is a ResponseWriter that remembers the status.
type seeing struct {
	http.ResponseWriter
	status int
}

func (w *seeing) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *seeing) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

func (w *seeing) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	seen := SeenRequest{At: s.clock.now(), Method: r.Method, Path: r.URL.Path}
	r = s.throughGateway(r)
	path := r.URL.Path
	if strings.HasPrefix(path, "/control/") {
		s.serveControl(w, r)
		return
	}
	site, rest := s.siteOf(path)
	watched := &seeing{ResponseWriter: w}
	handler := http.NotFoundHandler()
	switch {
	case path == "/oauth2/token":
		handler = s.misbehaving(&seen, http.HandlerFunc(s.connect.ServeToken))
	case path == forgeKeys:
		handler = s.misbehaving(&seen, s.keys)
	case strings.HasPrefix(path, "/install-keys/"):
		handler = s.misbehaving(&seen, http.HandlerFunc(s.connect.ServeKey))
	case site != nil && isREST.MatchString(rest):
		handler = s.misbehaving(&seen, s.restHandler(site, rest, &seen))
	case isElsewhere.MatchString(path):
		s.unplayed.add(r.Method + " " + path)
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, false, http.StatusNotImplemented, "The local Confluence does not play this call")
		})
	case site == nil || site.name == "":
		s.pages.ServeHTTP(w, r) // people looking at pages are not the app's traffic
		return
	}
	defer func() {
		seen.Status = watched.status
		s.requests.add(seen)
		s.counts.add(seen)
	}()
	handler.ServeHTTP(watched, r)
}

var (
	// isREST is what a program calls below a site's base.
	isREST = regexp.MustCompile(`^/wiki/(rest|api|download)/`)
	// isElsewhere is what programs call of Atlassian beside a site.
	isElsewhere = regexp.MustCompile(`^/(ex|gateway|graphql|rest|api|oauth|oauth2|app)(/|$)`)
)

// siteOf finds the site a path belongs to, and the path as if the site were
// the first one.
func (s *Server) siteOf(path string) (*site, string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, site := range s.sites {
		if path == site.basePath || strings.HasPrefix(path, site.basePath+"/") {
			return site, "/wiki" + strings.TrimPrefix(path, site.basePath)
		}
	}
	return nil, ""
}

// site returns a site by name; "" is the default one.
func (s *Server) site(name string) (*site, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, site := range s.sites {
		if site.name == name {
			return site, true
		}
	}
	return nil, false
}

func (s *Server) allSites() []*site {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.sites)
}

// site is one site: content of its own and an install of its own.
type site struct {
	name     string
	basePath string // "/wiki", or "/name/wiki"
	baseURL  string
	store    *content.Store
	points   *points
	browsing *browsing
	changes  *changes
	connect  *connecthost.Site
	filling  atomic.Bool // the content is being put in place: no webhooks
}

func (s *Server) newSite(name string) (*site, error) {
	x := &site{name: name, basePath: "/wiki", points: &points{now: s.clock.now}, browsing: &browsing{now: s.clock.now}, changes: &changes{}}
	if err := x.browsing.setLimit(usualBrowserLimit); err != nil {
		return nil, err
	}
	if name != "" {
		x.basePath = "/" + name + "/wiki"
	}
	x.baseURL = s.origin + x.basePath
	x.store = content.New(s.clock.now, func(e content.Event) {
		if !x.filling.Load() {
			x.changes.add(x.store, e)
			s.connect.Webhook(x.connect, e)
		}
	})
	x.connect = &connecthost.Site{Name: name, BasePath: x.basePath, BaseURL: x.baseURL, CloudID: connecthost.NewUUID(), Store: x.store}
	s.connect.AddSite(x.connect)
	return x, s.fill(x)
}

// fill puts the content of a site back to the beginning.
func (s *Server) fill(x *site) error {
	x.filling.Store(true)
	defer x.filling.Store(false)
	x.store.Clear()
	seed(x.store)
	if x.name != "" {
		return nil
	}
	if s.options.Generate > 0 {
		made := bigspace.Options{Pages: s.options.Generate, Seed: s.options.GenerateSeed, Now: time.Now().UTC().Truncate(24 * time.Hour), Admin: accountAdmin, Editor: accountEditor}
		if err := bigspace.Fill(x.store, made); err != nil {
			return fmt.Errorf("localconfluence: %w", err)
		}
	}
	if s.imports != nil {
		return importPages(x.store, bytes.NewReader(s.imports))
	}
	return nil
}

// journal remembers the last things that happened.
type journal[T any] struct {
	mu      sync.Mutex
	entries []T
}

const journalSize = 5000

func newJournal[T any]() *journal[T] { return &journal[T]{} }

func (j *journal[T]) add(entry T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) >= journalSize {
		j.entries = slices.Delete(j.entries, 0, journalSize/10)
	}
	j.entries = append(j.entries, entry)
}

func (j *journal[T]) all() []T {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

func (j *journal[T]) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = nil
}

// SeenRequest is a request that was answered. It holds no query, no body and
// no token.
type SeenRequest struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Status int       `json:"status"` // 0: the connection was dropped
	Who    string    `json:"who"`    // such as "app", "app as editor", "editor", "anonymous"
	Site   string    `json:"site"`
	Fault  string    `json:"fault,omitempty"` // the misbehaviour that was applied
}

// counts counts requests by method, path without ids, and status: a long run has
// more of them than the journal keeps.
type counts struct {
	mu sync.Mutex
	n  map[string]int
}

const mostCounts = 1000

var ids = regexp.MustCompile(`/(att)?[0-9]+(/|$)`)

func (c *counts) add(seen SeenRequest) {
	key := seen.Method + " " + ids.ReplaceAllString(seen.Path, "/{id}$2") + " " + strconv.Itoa(seen.Status)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.n[key]; known || len(c.n) < mostCounts {
		c.n[key]++
	}
}

func (c *counts) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

func (c *counts) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.n)
}
