package localconfluence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"labelup/internal/localconfluence/connecthost"
	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/forgehost"
	"labelup/internal/localconfluence/hostpage"
)

// serveControl lets in only who is on this machine and no page of another
// origin: the control interface can sign as anyone. A Host that is no loopback
// name is a page that rebound its own name to this address.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	remote, _, _ := net.SplitHostPort(r.RemoteAddr)
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	switch {
	case !connecthost.IsLoopback(strings.Trim(host, "[]")), !connecthost.IsLoopback(remote),
		origin != "" && origin != s.origin, site != "" && site != "same-origin" && site != "none":
		controlError(w, http.StatusForbidden, "the control interface is for this machine only")
		return
	case r.Method != http.MethodGet && r.Method != http.MethodDelete && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		controlError(w, http.StatusUnsupportedMediaType, "send application/json")
		return
	}
	s.control.ServeHTTP(w, r)
}

func controlError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}

// command runs a control call with a JSON body into In.
func command[In any](f func(*http.Request, In) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		if r.Method != http.MethodGet && r.Method != http.MethodDelete {
			d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody))
			d.DisallowUnknownFields()
			if err := d.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
				controlError(w, http.StatusBadRequest, err.Error())
				return
			}
		}
		out, err := f(r, in)
		if err != nil {
			status, message := statusOf(err)
			if status == http.StatusInternalServerError {
				status, message = http.StatusBadGateway, err.Error() // the app, mostly
			}
			controlError(w, status, message)
			return
		}
		if out == nil {
			out = map[string]bool{"ok": true}
		}
		writeJSON(w, http.StatusOK, out)
	})
}

type nothing struct{}

// set sets a value to what a call gave, if it did.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// on is the part of a control call that names a site.
type on struct {
	Site string `json:"site"`
}

func (s *Server) named(name string) (*site, error) {
	if x, ok := s.site(name); ok {
		return x, nil
	}
	return nil, &statusError{http.StatusNotFound, "no such site"}
}

// who turns a name or an account id into an account id; "" and "anonymous" are
// a visitor.
func who(x *site, name string) (string, error) {
	if name == "" || name == "anonymous" {
		return "", nil
	}
	if u, ok := x.store.User(name); ok {
		return u.AccountID, nil
	}
	return "", &statusError{http.StatusNotFound, "no such user"}
}

// signing is the part of a control call that says what to sign.
type signing struct {
	Site      string                `json:"site"`
	User      string                `json:"user"`
	Module    hostpage.ModuleUse    `json:"module"`
	Method    string                `json:"method"`
	URL       string                `json:"url"`
	Event     string                `json:"event"`
	Body      map[string]any        `json:"body"`
	Send      bool                  `json:"send"`
	Variation connecthost.Variation `json:"variation"`
}

func (s *Server) controlRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	var calls []string
	handle := func(pattern string, h http.Handler) {
		calls = append(calls, pattern)
		mux.Handle(pattern, h)
	}
	handle("GET /control/{$}", command(func(*http.Request, nothing) (any, error) {
		return map[string]any{"calls": calls, "see": "docs/local-confluence.md"}, nil
	}))

	handle("GET /control/state", command(s.state))
	handle("POST /control/reset", command(s.reset))
	handle("POST /control/clock", command(func(_ *http.Request, in struct {
		Advance string `json:"advance"`
	}) (any, error) {
		d, err := time.ParseDuration(in.Advance)
		if err != nil {
			return nil, badRequest("advance: %v", err)
		}
		s.clock.advance(d)
		return map[string]any{"now": s.clock.now()}, nil
	}))

	handle("POST /control/users", command(func(_ *http.Request, in struct {
		on
		content.User
	}) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		if in.AccountID == "" || in.Name == "" {
			return nil, badRequest("accountId and name are needed")
		}
		x.store.AddUser(in.User)
		return nil, nil
	}))
	handle("POST /control/switch-user", http.HandlerFunc(s.switchUser))
	handle("GET /control/pages", command(s.heldPages))
	handle("GET /control/pages/{id}", command(s.heldPage))
	handle("POST /control/pages", command(s.makePage))
	handle("POST /control/pages/{id}", command(s.changePage))

	handle("GET /control/requests", command(func(*http.Request, nothing) (any, error) { return s.requests.all(), nil }))
	handle("DELETE /control/requests", command(func(*http.Request, nothing) (any, error) {
		s.requests.clear()
		s.counts.clear()
		return nil, nil
	}))
	handle("GET /control/requests/counts", command(func(*http.Request, nothing) (any, error) { return s.counts.all(), nil }))
	handle("GET /control/deliveries", command(func(*http.Request, nothing) (any, error) { return s.sent.all(), nil }))
	handle("DELETE /control/deliveries", command(func(*http.Request, nothing) (any, error) { s.sent.clear(); return nil, nil }))

	handle("GET /control/misbehave", command(func(*http.Request, nothing) (any, error) { return s.faults.all(), nil }))
	handle("POST /control/misbehave", command(func(_ *http.Request, in Misbehaviour) (any, error) {
		m, err := s.misbehave(in)
		if err != nil {
			return nil, badRequest("%v", err)
		}
		return m, nil
	}))
	handle("DELETE /control/misbehave", command(func(*http.Request, nothing) (any, error) { s.stopMisbehaving(); return nil, nil }))
	handle("POST /control/browser-limit", command(func(_ *http.Request, in struct {
		on
		Points          *int     `json:"points"`
		WritesPerSecond *float64 `json:"writesPerSecond"`
		Burst           *int     `json:"burst"`
		RetryAfter      *bool    `json:"retryAfter"`
	}) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		limit := x.browsing.limits() // what is left out stays
		set(&limit.Points, in.Points)
		set(&limit.WritesPerSecond, in.WritesPerSecond)
		set(&limit.Burst, in.Burst)
		set(&limit.RetryAfter, in.RetryAfter)
		return limit, x.browsing.setLimit(limit)
	}))
	handle("GET /control/changes", command(s.seenChanges))
	handle("DELETE /control/changes", command(func(r *http.Request, _ nothing) (any, error) {
		x, err := s.named(r.URL.Query().Get("site"))
		if err == nil {
			x.changes.clear()
		}
		return nil, err
	}))
	handle("GET /control/second-person", command(func(*http.Request, nothing) (any, error) { return s.second.state(), nil }))
	handle("POST /control/second-person", command(s.secondPerson))
	handle("DELETE /control/second-person", command(func(*http.Request, nothing) (any, error) {
		s.second.stop()
		return s.second.state(), nil
	}))
	handle("POST /control/templates", command(s.makeTemplate))

	handle("POST /control/forge", command(func(_ *http.Request, in struct {
		App string `json:"app"`
		forgehost.Behaviour
	}) (any, error) {
		host, err := s.forgeHost(in.App)
		if err == nil {
			host.Behave(in.Behaviour)
		}
		return nil, err
	}))
	handle("POST /control/forge/invoke", command(func(r *http.Request, in forgeSigning[forgehost.Call]) (any, error) {
		host, viewer, ask, err := s.forgeFrame(in.forgeFrame)
		if err != nil {
			return nil, err
		}
		answer, err := host.Invoke(r.Context(), viewer, ask, in.Call, in.Variation)
		return answer, controlFault(err)
	}))
	handle("POST /control/forge/remote", command(func(_ *http.Request, in forgeSigning[forgehost.RemoteCall]) (any, error) {
		host, viewer, ask, err := s.forgeFrame(in.forgeFrame)
		if err != nil {
			return nil, err
		}
		signed, err := host.Remote(viewer, ask, in.Call, in.Variation)
		return signed, controlFault(err)
	}))

	handle("POST /control/sign/url", command(func(_ *http.Request, in signing) (any, error) {
		x, account, err := s.signer(in)
		if err != nil {
			return nil, err
		}
		at, err := s.connect.SignURL(x.connect, account, in.Module, in.Variation)
		return map[string]string{"url": at}, err
	}))
	handle("POST /control/sign/context", command(func(_ *http.Request, in signing) (any, error) {
		x, account, err := s.signer(in)
		if err != nil {
			return nil, err
		}
		token, err := s.connect.ContextToken(x.connect, account, in.Module, in.Variation)
		return map[string]string{"token": token}, err
	}))
	handle("POST /control/sign/request", command(s.signRequest))
	handle("POST /control/sign/lifecycle", command(s.signLifecycleCall))

	handle("POST /control/sites", command(func(_ *http.Request, in struct {
		Name string `json:"name"`
	}) (any, error) {
		return s.addSite(in.Name)
	}))
	handle("POST /control/install", command(func(r *http.Request, in on) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		return nil, s.connect.Install(r.Context(), x.connect, s.options.AppURL)
	}))
	for _, verb := range []string{"uninstall", "enable", "disable"} {
		handle("POST /control/"+verb, command(func(r *http.Request, in on) (any, error) {
			x, err := s.named(in.Site)
			if err != nil {
				return nil, err
			}
			var status int
			if verb == "uninstall" {
				status, err = s.connect.Uninstall(r.Context(), x.connect)
			} else {
				status, err = s.connect.SetEnabled(r.Context(), x.connect, verb == "enable")
			}
			return map[string]int{"status": status}, err
		}))
	}
	handle("POST /control/import-site", command(func(r *http.Request, in on) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		return nil, s.connect.Import(r.Context(), x.connect, s.options.AppURL)
	}))
	handle("POST /control/licence", command(func(_ *http.Request, in struct {
		on
		Licence string `json:"licence"`
	}) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		if in.Licence != "active" && in.Licence != "none" {
			return nil, badRequest("licence must be active or none")
		}
		x.connect.SetLicence(in.Licence)
		return nil, nil
	}))
	handle("POST /control/webhooks", command(s.fireWebhook))
	handle("POST /control/export", command(func(r *http.Request, in struct {
		on
		User   string `json:"user"`
		Page   string `json:"page"`
		Output string `json:"output"`
	}) (any, error) {
		x, err := s.named(in.Site)
		if err != nil {
			return nil, err
		}
		account, err := who(x, in.User)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(hostpage.ExportOutputs, in.Output) {
			return nil, badRequest("output must be one of %s", strings.Join(hostpage.ExportOutputs, ", "))
		}
		storage, err := s.connect.Export(r.Context(), x.connect, account, in.Page, in.Output)
		return map[string]string{"storage": storage}, err
	}))
	return mux
}

// forgeFrame is the part of a control call that names a frame of an app on Forge.
type forgeFrame struct {
	App    string             `json:"app"`
	User   string             `json:"user"`
	Module hostpage.ModuleUse `json:"module"`
}

// forgeSigning is a call that the page in such a frame makes.
type forgeSigning[Call any] struct {
	forgeFrame

	Call      Call                `json:"call"`
	Variation forgehost.Variation `json:"variation"`
}

func (s *Server) forgeHost(name string) (*forgehost.Host, error) {
	for _, one := range s.forge {
		if one.Name == name {
			return one.host, nil
		}
	}
	return nil, &statusError{http.StatusNotFound, "no such build for Forge"}
}

func (s *Server) forgeFrame(in forgeFrame) (host *forgehost.Host, viewer string, ask hostpage.Ask, err error) {
	if host, err = s.forgeHost(in.App); err != nil {
		return nil, "", ask, err
	}
	x, _ := s.site("")
	viewer, err = who(x, in.User)
	return host, viewer, hostpage.Ask{Use: in.Module}, err
}

// controlFault is a kind of error of the web pages as the control interface
// answers it.
func controlFault(err error) error {
	for kind, status := range map[error]int{
		hostpage.ErrBadRequest: http.StatusBadRequest, hostpage.ErrForbidden: http.StatusForbidden, hostpage.ErrNotFound: http.StatusNotFound,
	} {
		if errors.Is(err, kind) {
			return &statusError{status, err.Error()}
		}
	}
	return err
}

func (s *Server) signer(in signing) (*site, string, error) {
	x, err := s.named(in.Site)
	if err != nil {
		return nil, "", err
	}
	account, err := who(x, in.User)
	return x, account, err
}

func (s *Server) state(*http.Request, nothing) (any, error) {
	type siteState struct {
		Name          string         `json:"name"`
		BaseURL       string         `json:"baseUrl"`
		ClientKey     string         `json:"clientKey"`
		OAuthClientID string         `json:"oauthClientId"`
		Installed     bool           `json:"installed"`
		Enabled       bool           `json:"enabled"`
		Licence       string         `json:"licence"`
		PointsLeft    int            `json:"pointsLeft"`
		BrowserPoints map[string]int `json:"browserPoints"`
		BrowserLimit  BrowserLimit   `json:"browserLimit"`
		Users         []content.User `json:"users"`
		Spaces        []string       `json:"spaces"`
	}
	var sites []siteState
	for _, x := range s.allSites() {
		app := x.connect.App()
		left, _ := x.points.spend(0)
		var keys []string
		for _, sp := range x.store.Spaces(accountEditor) {
			keys = append(keys, sp.Key)
		}
		sites = append(sites, siteState{x.name, x.baseURL, app.ClientKey, app.OAuthClientID, app.Installed, app.Enabled, app.Licence, left, x.browsing.all(), x.browsing.limits(), x.store.Users(), keys})
	}
	type forgeState struct {
		Name          string              `json:"name"`
		Origin        string              `json:"origin"`
		AppID         string              `json:"appId"`
		EnvironmentID string              `json:"environmentId"`
		PointsLeft    int                 `json:"pointsLeft"`
		Behaviour     forgehost.Behaviour `json:"behaviour"`
	}
	forge := []forgeState{}
	for _, one := range s.forge {
		app, environment, _ := strings.Cut(one.host.ExtensionOf(), "/")
		left, _ := one.points.spend(0)
		forge = append(forge, forgeState{one.Name, one.Origin, app, environment, left, one.host.Behaviour()})
	}
	return map[string]any{
		"forge": forge, "now": s.clock.now(), "appUrl": s.options.AppURL, "keysUrl": s.KeysURL(), "authorizationServer": s.AuthorizationServer(),
		"sites": sites, "misbehaviours": s.faults.all(), "unplayed": s.unplayed.all(),
	}, nil
}

// misbehave sets a misbehaviour, or for the kind light all of those of light;
// stopMisbehaving clears all of them.
func (s *Server) misbehave(m Misbehaviour) (Misbehaviour, error) {
	if m.Kind == "light" {
		for _, one := range light {
			if _, err := s.misbehave(one); err != nil {
				return m, err
			}
		}
		return m, nil
	}
	m, err := s.faults.add(m)
	if err == nil && m.Kind == "search-lag" {
		s.setSearchLag(time.Duration(m.Delay * float64(time.Second)))
	}
	return m, err
}

func (s *Server) stopMisbehaving() {
	s.faults.clear(s.options.Seed)
	s.setSearchLag(0)
}

// setSearchLag sets the lag of the sites there are and of those to come.
func (s *Server) setSearchLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.searchLag = d
	for _, x := range s.sites {
		x.store.SetSearchLag(d)
	}
}

// behave goes back to how it behaves from the beginning.
func (s *Server) behave() {
	s.stopMisbehaving()
	if s.options.Misbehave {
		_, _ = s.misbehave(Misbehaviour{Kind: "light"}) // they are all known
	}
}

// reset puts content, people, licence and clock back to the beginning and
// forgets misbehaviour and records. Sites and installs stay.
func (s *Server) reset(*http.Request, nothing) (any, error) {
	s.second.stop()
	s.clock.reset()
	s.requests.clear()
	s.counts.clear()
	s.sent.clear()
	for _, one := range s.forge {
		one.host.Behave(forgehost.Behaviour{})
	}
	return nil, errors.Join(func() (faults []error) {
		for _, x := range s.allSites() {
			x.connect.SetLicence("active")
			faults = append(faults, x.browsing.setLimit(usualBrowserLimit), s.fill(x))
			x.changes.clear()
		}
		s.behave() // after the content, which search is to know at once
		return faults
	}()...)
}

func (s *Server) switchUser(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User string `json:"user"`
	}
	x, _ := s.site("")
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&in); err != nil {
		controlError(w, http.StatusBadRequest, err.Error())
		return
	}
	account, err := who(x, in.User)
	if err != nil {
		controlError(w, http.StatusNotFound, err.Error())
		return
	}
	if account == "" {
		account = "anonymous"
	}
	// Not Secure, because the local Confluence is plain HTTP on the loopback interface
	http.SetCookie(w, &http.Cookie{Name: hostpage.UserCookie, Value: account, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	writeJSON(w, http.StatusOK, map[string]string{"cookie": hostpage.UserCookie + "=" + account})
}

// held is a content with what the REST API spreads over many calls.
type held struct {
	content.Content
	SpaceKey string          `json:"spaceKey"`
	Labels   []content.Label `json:"labels"`
	Macros   []content.Macro `json:"macros"`
}

// viewerOf reads ?site= and ?as=.
func (s *Server) viewerOf(r *http.Request) (*site, string, error) {
	x, err := s.named(r.URL.Query().Get("site"))
	if err != nil {
		return nil, "", err
	}
	name := r.URL.Query().Get("as")
	if name == "" {
		name = "editor"
	}
	account, err := who(x, name)
	return x, account, err
}

func hold(x *site, viewer string, c content.Content) held {
	labels, _ := x.store.Labels(viewer, c.ID)
	return held{c, x.store.SpaceKey(c.SpaceID), labels, content.Macros(c.Body)}
}

func (s *Server) heldPages(r *http.Request, _ nothing) (any, error) {
	x, viewer, err := s.viewerOf(r)
	if err != nil {
		return nil, err
	}
	out := []held{}
	for _, c := range x.store.All(viewer) {
		h := hold(x, viewer, c)
		h.Body = ""
		out = append(out, h)
	}
	return out, nil
}

func (s *Server) heldPage(r *http.Request, _ nothing) (any, error) {
	x, viewer, err := s.viewerOf(r)
	if err != nil {
		return nil, err
	}
	c, err := x.store.Content(viewer, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return hold(x, viewer, c), nil
}

func (s *Server) makePage(r *http.Request, in struct {
	Space    string         `json:"space"`
	Parent   string         `json:"parent"`
	Type     content.Type   `json:"type"`
	Status   content.Status `json:"status"`
	Title    string         `json:"title"`
	Storage  string         `json:"storage"`
	Markdown string         `json:"markdown"`
	Labels   []string       `json:"labels"`
},
) (any, error) {
	x, viewer, err := s.viewerOf(r)
	if err != nil {
		return nil, err
	}
	if in.Type == "" {
		in.Type = content.Page
	}
	if in.Status == "" {
		in.Status = content.Current
	}
	if in.Type != content.Page && in.Type != content.BlogPost && in.Type != content.Attachment && !in.Type.Custom() || in.Status != content.Current && in.Status != content.Draft {
		return nil, badRequest("type must be page, blogpost, attachment or that of an app, status current or draft")
	}
	rendered, err := markdownToStorage(in.Markdown)
	if err == nil {
		err = content.CheckStorage(in.Storage)
	}
	if err != nil {
		return nil, badRequest("%v", err)
	}
	c, err := x.store.Create(viewer, content.Content{Type: in.Type, Status: in.Status, SpaceID: in.Space, ParentID: in.Parent, Title: in.Title, Body: in.Storage + rendered})
	if err != nil {
		return nil, err
	}
	if len(in.Labels) > 0 {
		if _, err := x.store.AddLabels(viewer, c.ID, named(in.Labels...)); err != nil {
			return nil, err
		}
	}
	return hold(x, viewer, c), nil
}

// changePage does one thing to a page.
func (s *Server) changePage(r *http.Request, in struct {
	Do       string   `json:"do"` // edit, move, copy, trash, restore, archive, restrict, label, unlabel
	Title    string   `json:"title"`
	Storage  *string  `json:"storage"`
	Parent   string   `json:"parent"`
	ReadBy   []string `json:"readBy"`
	UpdateBy []string `json:"updateBy"`
	Labels   []string `json:"labels"`
},
) (any, error) {
	x, viewer, err := s.viewerOf(r)
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	var c content.Content
	switch in.Do {
	case "edit":
		if c, err = x.store.Content(viewer, id); err != nil {
			return nil, err
		}
		if in.Title == "" {
			in.Title = c.Title
		}
		if in.Storage == nil {
			in.Storage = &c.Body
		}
		number := c.Version.Number + 1
		if c.Status == content.Draft {
			number = 1
		}
		c, err = x.store.Update(viewer, id, number, content.Current, in.Title, *in.Storage, "")
	case "move":
		c, err = x.store.Move(viewer, id, in.Parent)
	case "copy":
		c, err = x.store.Copy(viewer, id, in.Title)
	case "trash":
		return nil, x.store.Trash(viewer, id)
	case "restore":
		return nil, x.store.Restore(viewer, id)
	case "archive":
		return nil, x.store.Archive(viewer, id)
	case "restrict":
		var readBy, updateBy []string
		for _, list := range []struct {
			names []string
			into  *[]string
		}{{in.ReadBy, &readBy}, {in.UpdateBy, &updateBy}} {
			for _, name := range list.names {
				account, err := who(x, name)
				if err != nil {
					return nil, err
				}
				*list.into = append(*list.into, account)
			}
		}
		return nil, x.store.Restrict(id, readBy, updateBy)
	case "label":
		_, err = x.store.AddLabels(viewer, id, named(in.Labels...))
	case "unlabel":
		for _, l := range in.Labels {
			err = errors.Join(err, x.store.RemoveLabel(viewer, id, l))
		}
	default:
		return nil, badRequest("do must be edit, move, copy, trash, restore, archive, restrict, label or unlabel")
	}
	if err != nil {
		return nil, err
	}
	if c.ID == "" {
		if c, err = x.store.Content(viewer, id); err != nil {
			return nil, err
		}
	}
	return hold(x, viewer, c), nil
}

func (s *Server) makeTemplate(r *http.Request, in struct {
	Space   string   `json:"space"` // key; "" for the whole site
	Name    string   `json:"name"`
	Storage string   `json:"storage"`
	Labels  []string `json:"labels"`
},
) (any, error) {
	x, viewer, err := s.viewerOf(r)
	if err != nil {
		return nil, err
	}
	t := content.Template{Name: in.Name, Body: in.Storage}
	if in.Space != "" {
		sp, err := x.store.Space(viewer, in.Space)
		if err != nil {
			return nil, err
		}
		t.SpaceID = sp.ID
	}
	if err := content.CheckStorage(in.Storage); err != nil {
		return nil, badRequest("%v", err)
	}
	made, err := x.store.AddTemplate(t, named(in.Labels...))
	return map[string]string{"id": made.ID}, err
}

// signRequest signs any request to the app with a site's shared secret.
func (s *Server) signRequest(r *http.Request, in signing) (any, error) {
	x, account, err := s.signer(in)
	if err != nil {
		return nil, err
	}
	if in.Method == "" {
		in.Method = http.MethodGet
	}
	app := x.connect.App()
	if app.Descriptor.Key == "" {
		return nil, &statusError{http.StatusConflict, "the app was never installed here"}
	}
	if u, err := url.Parse(in.URL); err != nil || u.Host == "" && !strings.HasPrefix(in.URL, "/") {
		return nil, badRequest("url must be absolute or begin with a slash")
	} else if u.Host == "" {
		in.URL = app.Descriptor.BaseURL + in.URL
	}
	out, err := s.connect.Request(app, in.Method, in.URL, account, false, in.Variation)
	if err != nil {
		return nil, badRequest("%v", err)
	}
	if len(in.Body) > 0 {
		if out.Body, err = json.Marshal(in.Body); err != nil {
			return nil, badRequest("%v", err)
		}
	}
	return s.maybeSend(r, in, out)
}

// signLifecycleCall makes a lifecycle call, right or with variations, without
// changing what the site thinks of the app.
func (s *Server) signLifecycleCall(r *http.Request, in signing) (any, error) {
	x, _, err := s.signer(in)
	if err != nil {
		return nil, err
	}
	app := x.connect.App()
	if app.Descriptor.Key == "" {
		if app.Descriptor, err = s.connect.FetchDescriptor(r.Context(), s.options.AppURL); err != nil {
			return nil, err
		}
	}
	out, err := s.connect.SignLifecycle(x.connect, app, in.Event, in.Variation, in.Body)
	if err != nil {
		return nil, badRequest("%v", err)
	}
	return s.maybeSend(r, in, out)
}

func (s *Server) maybeSend(r *http.Request, in signing, out connecthost.Signed) (any, error) {
	if !in.Send {
		return out, nil
	}
	if !s.isApp(out.URL) {
		return nil, badRequest("only the app is called")
	}
	status, body, err := s.connect.Send(r.Context(), out)
	if err != nil {
		return nil, err
	}
	return map[string]any{"status": status, "answer": string(body)}, nil
}

func (s *Server) isApp(at string) bool {
	app, err := url.Parse(s.options.AppURL)
	u, err2 := url.Parse(at)
	return errors.Join(err, err2) == nil && u.Host == app.Host
}

var siteName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// addSite makes another site, with content of its own.
func (s *Server) addSite(name string) (any, error) {
	if !siteName.MatchString(name) || slices.Contains([]string{"wiki", "control", "oauth2", "install-keys", "themes"}, name) {
		return nil, badRequest("a name has 1 to 31 lower-case letters, digits and hyphens and is not taken by a path")
	}
	x, err := s.newSite(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.sites, func(x *site) bool { return x.name == name }) {
		return nil, &statusError{http.StatusConflict, "there is a site with this name"}
	}
	x.store.SetSearchLag(s.searchLag) // after the content, which search is to know at once
	s.sites = append(s.sites, x)
	return map[string]string{"baseUrl": x.baseURL, "clientKey": x.connect.App().ClientKey}, nil
}

// fireWebhook tells the app of an event that did not happen, in the shape of
// one that did, or with a body of the caller's own.
func (s *Server) fireWebhook(r *http.Request, in struct {
	on
	Event string         `json:"event"`
	User  string         `json:"user"`
	Page  string         `json:"page"`
	Label string         `json:"label"`
	URL   string         `json:"url"` // of the app; "" is the one its descriptor names
	Body  map[string]any `json:"body"`
},
) (any, error) {
	x, err := s.named(in.Site)
	if err != nil {
		return nil, err
	}
	account, err := who(x, in.User)
	if err != nil {
		return nil, err
	}
	app := x.connect.App()
	if !app.Installed {
		return nil, &statusError{http.StatusConflict, "the app is not installed"}
	}
	if in.URL == "" {
		at := slices.IndexFunc(app.Descriptor.Modules.Webhooks, func(h connecthost.WebhookModule) bool { return h.Event == in.Event })
		if at < 0 {
			return nil, badRequest("the app does not listen to %q", in.Event)
		}
		in.URL = app.Descriptor.Modules.Webhooks[at].URL
	}
	e := content.Event{Name: in.Event, Actor: account, At: s.clock.now()}
	if in.Page != "" {
		c, err := x.store.Content(account, in.Page)
		if err != nil {
			return nil, err
		}
		e.Content = &c
		if e.Labels, err = x.store.Labels(account, in.Page); err != nil {
			return nil, err
		}
	}
	if in.Label != "" {
		e.Label = &content.Label{Prefix: "global", Name: in.Label}
	}
	body := in.Body
	if body == nil {
		body = connecthost.WebhookBody(x.connect, e)
	}
	out, err := s.connect.Request(app, http.MethodPost, app.Descriptor.BaseURL+in.URL, account, false, connecthost.Variation{})
	if err != nil {
		return nil, err
	}
	if out.Body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("localconfluence: %w", err)
	}
	status, _, err := s.connect.Send(r.Context(), out)
	if err != nil {
		return nil, err
	}
	return map[string]int{"status": status}, nil
}
