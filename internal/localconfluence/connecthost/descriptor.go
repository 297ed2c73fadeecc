package connecthost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"labelup/internal/localconfluence/cql"
)

// Descriptor is what Atlassian reads of an app's atlassian-connect.json.
type Descriptor struct {
	Key, Name, BaseURL string

	Authentication  struct{ Type string }
	EnableLicensing bool
	Scopes          []string
	Lifecycle       struct{ Installed, Uninstalled, Enabled, Disabled string }
	APIMigrations   map[string]bool
	Modules         struct {
		DynamicContentMacros []macroModule
		ContentBylineItems   []bylineModule
		AdminPages           []adminPageModule
		Webhooks             []WebhookModule

		ConfluenceContentProperties []propertiesModule
	}
}

type text struct{ Value string }

type macroModule struct {
	Key, URL      string
	Name          text
	Description   text
	Icon          struct{ URL string }
	OutputType    string
	Width, Height string
	Parameters    []struct {
		Identifier        string
		Name, Description text
		Type              string
		Values            []string
		DefaultValue      string
		Required          bool
	}
	Editor *struct {
		URL                    string
		InsertTitle, EditTitle text
		Width, Height          string
	}
	RenderModes map[string]struct{ URL string }
}

type bylineModule struct {
	Key, URL      string
	Name, Tooltip text
	Icon          struct{ URL string }
	Target        struct {
		Type    string
		Options struct{ Width string }
	}
}

// adminPageModule is a page for the site's administrators, linked in its settings.
type adminPageModule struct {
	Key, URL string
	Name     text
}

// propertiesModule says what search finds content properties by.
type propertiesModule struct {
	Key               string
	Name              text
	KeyConfigurations []struct {
		PropertyKey string
		Extractions []struct{ ObjectName, Type, Alias string }
	}
}

// WebhookModule is an event the app wants to hear of, and where.
type WebhookModule struct{ Event, URL string }

const maxDescriptor = 1 << 20

// FetchDescriptor reads and checks the descriptor of the app at appURL.
func (h *Host) FetchDescriptor(ctx context.Context, appURL string) (Descriptor, error) {
	var d Descriptor
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(appURL, "/")+"/atlassian-connect.json", nil)
	if err != nil {
		return d, fmt.Errorf("descriptor: %w", err)
	}
	answer, err := h.client.Do(r)
	if err != nil {
		return d, fmt.Errorf("descriptor: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxDescriptor+1))
	switch {
	case err != nil:
		return d, fmt.Errorf("descriptor: %w", err)
	case answer.StatusCode != http.StatusOK:
		return d, fmt.Errorf("descriptor: the app answered %d", answer.StatusCode)
	case len(raw) > maxDescriptor:
		return d, errors.New("descriptor: larger than 1 MiB")
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, fmt.Errorf("descriptor: %w", err)
	}
	return d, d.check()
}

var (
	appKeyPattern     = regexp.MustCompile(`^[a-zA-Z0-9-._]{1,64}$`)
	moduleKeyPattern  = regexp.MustCompile(`^[a-zA-Z0-9-]{1,100}$`)
	parameterPattern  = regexp.MustCompile(`^[-_a-z0-9.]+$`)
	knownScopes       = []string{"NONE", "READ", "WRITE", "DELETE", "SPACE_ADMIN", "ADMIN", "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"}
	knownRenderModes  = []string{"default", "pdf", "word", "email"}
	hostsOwnParameter = []string{"xdm_e", "xdm_c", "cp", "lic", "cv", "jwt", "loc", "tz"}
)

// check lists everything that Atlassian would refuse the app for.
func (d Descriptor) check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("descriptor: "+format, args...))
	}
	if !appKeyPattern.MatchString(d.Key) {
		fault("key must match %s", appKeyPattern)
	}
	base, err := url.Parse(d.BaseURL)
	if err != nil || base.Host == "" || len(d.BaseURL) > 200 {
		fault("baseUrl must be an absolute URL of at most 200 characters")
	} else if loopback := IsLoopback(base.Hostname()); base.Scheme != "https" && !loopback {
		fault("baseUrl must be https")
	}
	if d.Authentication.Type != "jwt" {
		fault("authentication.type must be jwt")
	}
	if d.Lifecycle.Installed == "" {
		fault("lifecycle.Installed is missing")
	}
	for _, migration := range []string{"gdpr", "signed-install", "context-qsh"} {
		if !d.APIMigrations[migration] {
			fault("apiMigrations.%s must be true", migration)
		}
	}
	for _, scope := range d.Scopes {
		if !slices.Contains(knownScopes, strings.ToUpper(scope)) {
			fault("unknown scope %q", scope)
		}
	}
	seen := map[string]bool{}
	module := func(key, name string, urls ...string) {
		if !moduleKeyPattern.MatchString(key) || seen[key] {
			fault("module key %q must match %s and be unique", key, moduleKeyPattern)
		}
		seen[key] = true
		if name == "" {
			fault("module %q has no name", key)
		}
		for _, u := range urls {
			at, query, _ := strings.Cut(u, "?")
			if !strings.HasPrefix(u, "/") || strings.ContainsAny(at, "{}%") {
				fault("module %q: the url must be relative to baseUrl and have variables in its query only", key)
			}
			for pair := range strings.SplitSeq(query, "&") {
				if name, _, _ := strings.Cut(pair, "="); slices.Contains(hostsOwnParameter, name) {
					fault("module %q: the parameter %s is the host's", key, name)
				}
			}
		}
	}
	for _, m := range d.Modules.DynamicContentMacros {
		urls := []string{m.URL}
		if m.Editor != nil {
			urls = append(urls, m.Editor.URL)
		}
		for mode, r := range m.RenderModes {
			if !slices.Contains(knownRenderModes, mode) {
				fault("macro %q: unknown render mode %q", m.Key, mode)
			}
			urls = append(urls, r.URL)
		}
		module(m.Key, m.Name.Value, urls...)
		for _, p := range m.Parameters {
			if !parameterPattern.MatchString(p.Identifier) {
				fault("macro %q: parameter %q must match %s", m.Key, p.Identifier, parameterPattern)
			}
		}
	}
	for _, m := range d.Modules.ContentBylineItems {
		module(m.Key, m.Name.Value, m.URL)
	}
	for _, m := range d.Modules.AdminPages {
		module(m.Key, m.Name.Value, m.URL)
	}
	for _, m := range d.Modules.ConfluenceContentProperties {
		module(m.Key, m.Name.Value)
	}
	if err := cql.CheckFields(d.PropertyFields()); err != nil {
		fault("%w", err)
	}
	for _, m := range d.Modules.Webhooks {
		if m.Event == "" || !strings.HasPrefix(m.URL, "/") {
			fault("a webhook needs an event and a url relative to baseUrl")
		}
	}
	return errors.Join(faults...)
}

// PropertyFields is what the app's content properties add to the query language.
func (d Descriptor) PropertyFields() []cql.PropertyField {
	var out []cql.PropertyField
	for _, m := range d.Modules.ConfluenceContentProperties {
		for _, of := range m.KeyConfigurations {
			for _, e := range of.Extractions {
				out = append(out, cql.PropertyField{Property: of.PropertyKey, Path: e.ObjectName, Type: e.Type, Alias: e.Alias})
			}
		}
	}
	return out
}
