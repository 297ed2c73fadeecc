// Package forgehost plays Forge for the local Confluence: it reads the manifest of
// a built app, serves the app's pages from an origin of their own under the
// policy that Forge computes, says what the bridge tells them, and stands as
// Forge's proxy between them and the app's own service. It keeps nothing of a
// site's content, which it asks the store for.
//
// It must not import the app's own packages, nor package localconfluence: what it
// needs of that it is given. Source: Atlassian's documentation of Forge, npm
// @forge/bridge 7.2.0 and @forge/csp 6.3.2. What no document says, and only a live
// site can, is an option, or stands in docs/local-confluence.md.
//
// manifest.go reads the manifest, csp.go is the policy, pages.go the app's origin,
// modules.go and context.go are what the site's pages get, proxy.go takes calls to
// the app's service, token.go signs them, scopes.go says which calls an app may
// make of Confluence.
package forgehost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/cql"
)

// Options are what a Host is given. All of it is needed, but Service and
// Transport.
type Options struct {
	Build   fs.FS  // the built app: manifest.yml at its top
	Origin  string // scheme://host:port that the app's pages are served at
	Service string // address of the service, in the place of each remote's; "" where there is none

	Site      Site
	Libraries fs.FS            // a node_modules folder with atlassian-connect-js, whose style sheets of themes are taken
	Now       func() time.Time // on the site
	Logger    *slog.Logger
	Unplayed  func(what string) // hears of what was asked for and is not played
	Keys      *Keys
	Skew      func() time.Duration // added to the times of each invocation token
	Transport http.RoundTripper    // to the service; nil is the default one
}

// Site is the site the app is installed on.
type Site struct {
	Origin  string // scheme://host:port
	BaseURL string // with /wiki
	CloudID string
	Store   *content.Store
}

// The installation. The environment stays the same, because macros on pages carry
// it, and so does a site over its life.
const (
	environmentID   = "5e0a1a1e-0000-4000-8000-0000000000de"
	environmentType = "DEVELOPMENT"
	installationID  = "ari:cloud:ecosystem::installation/5e0a1a1e-0000-4000-8000-00000000001a"
	appVersion      = "2.0.0"
)

// Host plays Forge for one app on one site.
type Host struct {
	Options
	manifest *Manifest
	texts    map[string]json.RawMessage // by language
	policies map[string]string          // by resource
	client   *http.Client               // of the service
	grants   grants

	mu        sync.Mutex
	behaviour Behaviour
}

// Behaviour is what no document settles, or documents contradict each other in.
type Behaviour struct {
	// CSPEverywhere sends the policy with every file. Else it comes with the page
	// alone, and a Worker of the page's own origin has none.
	CSPEverywhere bool `json:"cspEverywhere"`

	// AnonymousFails makes each call of Confluence from a page that nobody signed
	// in looks at fail. Else it is made without a person.
	AnonymousFails bool `json:"anonymousFails"`

	// ConnectMacrosUnknown makes the macros of a Connect app with the same keys
	// unknown. Else Confluence takes the Forge app for its successor.
	ConnectMacrosUnknown bool `json:"connectMacrosUnknown"`
}

// New reads the app and returns a Host, or says what Forge would refuse in it, or
// what is not played.
func New(o Options) (*Host, error) {
	if at, err := url.Parse(o.Origin); err != nil || at.Host == "" || at.Path != "" || o.Origin == o.Site.Origin {
		return nil, errors.New("forgehost: Origin must be scheme://host:port, and another than the site's")
	}
	m, err := ReadManifest(o.Build)
	if err != nil {
		return nil, err
	}
	h := &Host{
		Options: o, manifest: m, policies: map[string]string{}, grants: grants{byToken: map[string]grant{}},
		client: &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if h.texts, err = m.translations(o.Build); err != nil {
		return nil, err
	}
	for _, one := range m.Modules.ContentProperty {
		if !indexed.MatchString(one.PropertyKey) {
			o.Logger.Warn("Forge does not index this property: its key has more than letters, digits and _", "propertyKey", one.PropertyKey)
		}
	}
	for _, resource := range m.Resources {
		page, err := h.page(resource.Key)
		if err != nil {
			return nil, err
		}
		if h.policies[resource.Key], err = CSP(m.Permissions, page, o.Site.Origin); err != nil {
			return nil, err
		}
	}
	if h.Service == "" && len(m.Remotes) > 0 {
		return nil, fmt.Errorf("forgehost: the app has the remote %q, and there is no service to stand for it", m.Remotes[0].Key)
	}
	if slices.ContainsFunc(m.Modules.Endpoint, func(e endpointModule) bool { return e.Auth.AppSystemToken.Enabled }) {
		o.Site.Store.AddUser(content.User{AccountID: appAccount, Name: "forge-app", DisplayName: "Label UP", Role: content.Editor, App: true})
	}
	return h, nil
}

// Behaviour is how the host behaves where nothing settles it.
func (h *Host) Behaviour() Behaviour {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.behaviour
}

// Behave sets it.
func (h *Host) Behave(b Behaviour) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behaviour = b
}

// Scopes are those of the manifest.
func (h *Host) Scopes() []string { return h.manifest.Permissions.Scopes }

// PropertyFields is what the app adds to the query language.
func (h *Host) PropertyFields() []cql.PropertyField { return h.manifest.PropertyFields() }

// ExtensionOf is the id of the app and that of its environment, as macros on
// pages carry them.
func (h *Host) ExtensionOf() string { return h.appUUID() + "/" + environmentID }

func (h *Host) appUUID() string { return h.manifest.App.ID[len("ari:cloud:ecosystem::app/"):] }
