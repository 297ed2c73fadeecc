package forgehost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"labelup/internal/localconfluence/cql"
)

// Manifest is what is played of an app's manifest.yml. A word in a manifest that
// is not here is an error.
type Manifest struct {
	App struct {
		ID      string `yaml:"id"`
		Runtime struct {
			Name     string `yaml:"name"`
			MemoryMB int    `yaml:"memoryMB"`
		} `yaml:"runtime"`
		Licensing struct {
			Enabled bool `yaml:"enabled"`
		} `yaml:"licensing"`
	} `yaml:"app"`
	Modules struct {
		Macro           []macroModule    `yaml:"macro"`
		Byline          []bylineModule   `yaml:"confluence:contentBylineItem"`
		GlobalSettings  []settingsModule `yaml:"confluence:globalSettings"`
		SpacePage       []spaceModule    `yaml:"confluence:spacePage"`
		ContentProperty []propertyModule `yaml:"confluence:contentProperty"`
		Endpoint        []endpointModule `yaml:"endpoint"`
		Function        []functionModule `yaml:"function"` // not run
	} `yaml:"modules"`
	Resources []struct {
		Key  string `yaml:"key"`
		Path string `yaml:"path"`
	} `yaml:"resources"`
	Remotes []struct {
		Key        string   `yaml:"key"`
		BaseURL    string   `yaml:"baseUrl"`
		Operations []string `yaml:"operations"`
	} `yaml:"remotes"`
	Translations struct {
		Resources []struct {
			Key  string `yaml:"key"`
			Path string `yaml:"path"`
		} `yaml:"resources"`
		Fallback map[string]any `yaml:"fallback"`
	} `yaml:"translations"`
	Permissions Permissions `yaml:"permissions"`
}

// Permissions say what an app may do, and what its pages may load.
type Permissions struct {
	Scopes  []string `yaml:"scopes"`
	Content struct {
		Scripts []string `yaml:"scripts"`
		Styles  []string `yaml:"styles"`
	} `yaml:"content"`
	External struct {
		Images  []egress `yaml:"images"`
		Media   []egress `yaml:"media"`
		Scripts []egress `yaml:"scripts"`
		Styles  []egress `yaml:"styles"`
		Fonts   []egress `yaml:"fonts"`
		Frames  []egress `yaml:"frames"`
		Fetch   struct {
			Client []string `yaml:"client"`
		} `yaml:"fetch"`
	} `yaml:"external"`
}

// Module is what every module that is shown has.
type Module struct {
	Key              string   `yaml:"key"`
	Resource         string   `yaml:"resource"`
	Title            text     `yaml:"title"`
	Icon             string   `yaml:"icon"`
	ViewportSize     string   `yaml:"viewportSize"`
	UnlicensedAccess []string `yaml:"unlicensedAccess"`
	Resolver         struct {
		Endpoint string `yaml:"endpoint"`
	} `yaml:"resolver"`
}

type macroModule struct {
	Module `yaml:",inline"`

	Description text     `yaml:"description"`
	Categories  []string `yaml:"categories"`
	Layout      string   `yaml:"layout"`
	Config      *struct {
		Resource     string `yaml:"resource"`
		ViewportSize string `yaml:"viewportSize"`
		Title        text   `yaml:"title"`
		OpenOnInsert *bool  `yaml:"openOnInsert"`
		Parameters   []struct {
			Identifier string `yaml:"identifier"`
			Type       string `yaml:"type"`
		} `yaml:"parameters"`
	} `yaml:"config"`
	ADFExport struct {
		Function string `yaml:"function"`
	} `yaml:"adfExport"`
}

type bylineModule struct {
	Module `yaml:",inline"`

	Tooltip           text   `yaml:"tooltip"`
	ViewportContainer string `yaml:"viewportContainer"`
}

type settingsModule struct {
	Module `yaml:",inline"`

	UseAsConfig     bool `yaml:"useAsConfig"`
	UseAsGetStarted bool `yaml:"useAsGetStarted"`
}

type spaceModule struct {
	Module `yaml:",inline"`

	Route string `yaml:"route"` // the end of the address that its page has
}

type propertyModule struct {
	Key         string `yaml:"key"`
	PropertyKey string `yaml:"propertyKey"`
	Values      []struct {
		Path        string `yaml:"path"`
		Type        string `yaml:"type"`
		SearchAlias string `yaml:"searchAlias"`
	} `yaml:"values"`
}

type endpointModule struct {
	Key    string `yaml:"key"`
	Remote string `yaml:"remote"`
	Auth   struct {
		AppUserToken   tokenAuth `yaml:"appUserToken"`
		AppSystemToken tokenAuth `yaml:"appSystemToken"`
	} `yaml:"auth"`
}

type tokenAuth struct {
	Enabled bool `yaml:"enabled"`
}

type functionModule struct {
	Key            string `yaml:"key"`
	Handler        string `yaml:"handler"`
	TimeoutSeconds int    `yaml:"timeoutSeconds"`
}

// text is a text, or the key of one in the translations.
type text struct{ Plain, Key string }

func (t *text) UnmarshalYAML(raw []byte) error {
	if yaml.Unmarshal(raw, &t.Plain) == nil {
		return nil
	}
	var of struct {
		I18n string `yaml:"i18n"`
	}
	err := yaml.UnmarshalWithOptions(raw, &of, yaml.Strict())
	t.Key = of.I18n
	return err
}

// egress is an address outside.
type egress string

func (e *egress) UnmarshalYAML(raw []byte) error {
	if yaml.Unmarshal(raw, (*string)(e)) == nil {
		return nil
	}
	var of struct {
		Address string `yaml:"address"`
	}
	err := yaml.UnmarshalWithOptions(raw, &of, yaml.Strict())
	*e = egress(of.Address)
	return err
}

const maxManifest = 1 << 20

// ReadManifest reads the manifest at the top of a built app, and says everything
// in it that Forge would refuse or that is not played.
func ReadManifest(app fs.FS) (*Manifest, error) {
	raw, err := fs.ReadFile(app, "manifest.yml")
	if err != nil {
		return nil, fmt.Errorf("forgehost: manifest: %w", err)
	}
	if len(raw) > maxManifest {
		return nil, errors.New("forgehost: manifest: larger than 1 MiB")
	}
	m := &Manifest{}
	if err := yaml.UnmarshalWithOptions(raw, m, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("forgehost: manifest: %w", err)
	}
	return m, m.check()
}

var (
	appID       = regexp.MustCompile(`^ari:cloud:ecosystem::app/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	moduleKey   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)
	route       = regexp.MustCompile(`^[a-z0-9-]{1,255}$`)
	indexed     = regexp.MustCompile(`^[a-zA-Z0-9_]+$`)
	viewports   = []string{"", "small", "medium", "large", "xlarge"}
	localeCodes = strings.Fields("zh-CN zh-TW cs-CZ da-DK nl-NL en-US en-GB et-EE fi-FI fr-FR de-DE hu-HU is-IS it-IT ja-JP ko-KR no-NO pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK tr-TR es-ES sv-SE")
)

func (m *Manifest) check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("forgehost: manifest: "+format, args...))
	}
	if !appID.MatchString(m.App.ID) {
		fault("app.id must match %s", appID)
	}
	if m.App.Runtime.Name == "" {
		fault("app.runtime.name is missing")
	}
	seen := map[string]bool{}
	unique := func(key string) {
		if !moduleKey.MatchString(key) || seen[key] {
			fault("module key %q must match %s and be unique", key, moduleKey)
		}
		seen[key] = true
	}
	resource := func(of, key string) {
		if m.resourcePath(key) == "" {
			fault("%s: there is no resource %q", of, key)
		}
	}
	shown := func(of Module) {
		unique(of.Key)
		resource(of.Key, of.Resource)
		if of.Title == (text{}) {
			fault("module %q has no title", of.Key)
		}
		if !slices.Contains(viewports, of.ViewportSize) {
			fault("module %q: the viewportSize %q is not played", of.Key, of.ViewportSize)
		}
		for _, who := range of.UnlicensedAccess {
			if who != "unlicensed" && who != "anonymous" {
				fault("module %q: the unlicensedAccess %q is not played", of.Key, who)
			}
		}
		if to := of.Resolver.Endpoint; to != "" && m.endpoint(to) == nil {
			fault("module %q: there is no endpoint %q", of.Key, to)
		}
	}
	for _, one := range m.Modules.Macro {
		shown(one.Module)
		if one.Layout != "" && one.Layout != "block" && one.Layout != "inline" {
			fault("macro %q: the layout %q is not played", one.Key, one.Layout)
		}
		if c := one.Config; c != nil {
			resource(one.Key, c.Resource)
			if !slices.Contains(viewports, c.ViewportSize) {
				fault("macro %q: the viewportSize %q is not played", one.Key, c.ViewportSize)
			}
		}
	}
	for _, one := range m.Modules.Byline {
		shown(one.Module)
		if one.ViewportContainer != "popup" && one.ViewportContainer != "modal" && one.ViewportContainer != "" {
			fault("module %q: the viewportContainer %q is not played", one.Key, one.ViewportContainer)
		}
	}
	for _, one := range m.Modules.GlobalSettings {
		shown(one.Module)
	}
	routes := map[string]bool{}
	for _, one := range m.Modules.SpacePage {
		shown(one.Module)
		if !route.MatchString(one.Route) || routes[one.Route] {
			fault("module %q: the route %q must match %s and be unique", one.Key, one.Route, route)
		}
		routes[one.Route] = true
	}
	for _, one := range m.Modules.ContentProperty {
		unique(one.Key)
	}
	if err := cql.CheckFields(m.PropertyFields()); err != nil {
		fault("%w", err)
	}
	for _, one := range m.Modules.Function {
		unique(one.Key)
	}
	for _, one := range m.Modules.Endpoint {
		unique(one.Key)
		if m.remote(one.Remote) == "" {
			fault("endpoint %q: there is no remote %q", one.Key, one.Remote)
		}
	}
	for _, one := range m.Remotes {
		if at, err := url.Parse(one.BaseURL); err != nil || at.Scheme != "https" || at.Host == "" || len(one.Key) > 23 {
			fault("remote %q: needs a key of at most 23 characters and an https baseUrl", one.Key)
		}
	}
	for _, one := range m.Resources {
		if !fs.ValidPath(one.Path) {
			fault("resource %q: no path below the app", one.Key)
		}
	}
	for _, one := range m.Translations.Resources {
		if !slices.Contains(localeCodes, one.Key) || !fs.ValidPath(one.Path) {
			fault("translations: %q is none of Forge's languages, or its path is not below the app", one.Key)
		}
	}
	for _, scope := range m.Permissions.Scopes {
		if !knownScopes[scope] {
			fault("the scope %q is not played", scope)
		}
	}
	return errors.Join(faults...)
}

func (m *Manifest) resourcePath(key string) string {
	for _, one := range m.Resources {
		if one.Key == key {
			return one.Path
		}
	}
	return ""
}

func (m *Manifest) endpoint(key string) *endpointModule {
	for i := range m.Modules.Endpoint {
		if m.Modules.Endpoint[i].Key == key {
			return &m.Modules.Endpoint[i]
		}
	}
	return nil
}

// remote is the address of a remote.
func (m *Manifest) remote(key string) string {
	for _, one := range m.Remotes {
		if one.Key == key {
			return one.BaseURL
		}
	}
	return ""
}

// found is a module that is shown, and what the context calls its type.
type found struct {
	Module
	kind   string // of extension.type in the context
	config bool   // the resource is that of a macro's config
}

// signedType is what an invocation token calls its type.
func (f found) signedType() string {
	if f.kind == "macro" {
		return "xen:macro"
	}
	return f.kind
}

// find returns the module of a key; config asks for a macro's config.
func (m *Manifest) find(key string, config bool) (found, bool) {
	for _, one := range m.Modules.Macro {
		switch {
		case one.Key != key:
		case !config:
			return found{one.Module, "macro", false}, true
		case one.Config != nil:
			of := one.Module
			of.Resource, of.ViewportSize = one.Config.Resource, one.Config.ViewportSize
			return found{of, "macro", true}, true
		}
	}
	for _, one := range m.Modules.Byline {
		if one.Key == key && !config {
			return found{one.Module, "confluence:contentBylineItem", false}, true
		}
	}
	for _, one := range m.Modules.GlobalSettings {
		if one.Key == key && !config {
			return found{one.Module, "confluence:globalSettings", false}, true
		}
	}
	for _, one := range m.Modules.SpacePage {
		if one.Key == key && !config {
			return found{one.Module, spacePage, false}, true
		}
	}
	return found{}, false
}

// spacePage is what the context calls a page that an app has in each space.
const spacePage = "confluence:spacePage"

// PropertyFields is what the app's content properties add to the query
// language. A property whose key has another character than a letter, a digit or
// _ is not indexed, and nothing says so.
func (m *Manifest) PropertyFields() []cql.PropertyField {
	var out []cql.PropertyField
	for _, one := range m.Modules.ContentProperty {
		if !indexed.MatchString(one.PropertyKey) {
			continue
		}
		for _, v := range one.Values {
			out = append(out, cql.PropertyField{Property: one.PropertyKey, Path: v.Path, Type: v.Type, Alias: v.SearchAlias})
		}
	}
	return out
}

// translations reads the files of texts, by language. Their keys are flat, or
// objects in objects.
func (m *Manifest) translations(app fs.FS) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, one := range m.Translations.Resources {
		raw, err := fs.ReadFile(app, path.Clean(one.Path))
		if err != nil || !json.Valid(raw) {
			return nil, fmt.Errorf("forgehost: translations: %s is missing or no JSON: %w", one.Path, err)
		}
		out[one.Key] = raw
	}
	return out, nil
}

// translated looks a key up in a file of texts.
func translated(file json.RawMessage, key string) string {
	var texts map[string]json.RawMessage
	if json.Unmarshal(file, &texts) != nil {
		return ""
	}
	if raw, ok := texts[key]; ok {
		var plain string
		_ = json.Unmarshal(raw, &plain) // an object is no text
		return plain
	}
	first, rest, more := strings.Cut(key, ".")
	if !more {
		return ""
	}
	return translated(texts[first], rest)
}
