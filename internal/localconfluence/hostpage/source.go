package hostpage

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// What a Source may fail with. The texts are names that the pages' scripts know.
var (
	ErrBadRequest = errors.New("bad_request") // the content is not acceptable
	ErrForbidden  = errors.New("forbidden")   // the viewer sees it but may not do this
	ErrNotFound   = errors.New("not_found")   // there is no such thing, or the viewer may not see it
	ErrConflict   = errors.New("conflict")    // a stale version
	ErrTooLarge   = errors.New("too_large")   // the content is not acceptable for its size
)

// Source is the Confluence behind the pages: its content, its people and the
// platforms that bring the app to it. It is called by many goroutines at once.
//
// viewer is the Atlassian account id of the person looking, as in the cookie
// [UserCookie], or "" for someone who is not signed in. Source decides what a
// viewer may see and do; the pages only show it.
//
// An error wraps one of those above. ErrNotFound stands for what is not there
// and for what the viewer may not see: the two must not be told apart.
// Everything else is shown as "something went wrong".
//
// Every returned slice is bounded by Source and is the caller's to keep;
// nothing in it is modified afterwards.
type Source interface {
	// Users lists who a person can switch to. The first is the one a browser
	// that comes for the first time is signed in as. Someone who is not
	// signed in is an entry with an empty AccountID.
	Users(ctx context.Context) ([]User, error)

	// Spaces lists the spaces the viewer may see, in the order to show.
	Spaces(ctx context.Context, viewer string) ([]Space, error)

	// Tree lists the current pages (no blog posts) of a space that the viewer
	// may see, each parent before its children, siblings in order. At most
	// 2,000.
	Tree(ctx context.Context, viewer, spaceKey string) ([]TreePage, error)

	// BlogPosts lists the current blog posts of a space, newest first, from
	// the offset, at most limit of them.
	BlogPosts(ctx context.Context, viewer, spaceKey string, offset, limit int) ([]Hit, error)

	// Page returns a page or blog post. version 0 is what is there now: the
	// published version, or the draft of a page that was never published
	// (which only its author and administrators see). Another version is one
	// of Versions, with Status "historical" unless it is the current one.
	Page(ctx context.Context, viewer, id string, version int) (Page, error)

	// Versions lists a page's published versions, newest first, at most 200.
	Versions(ctx context.Context, viewer, id string) ([]Version, error)

	// Labels returns the labels the page has at this moment, in the order the
	// REST API lists them. It is asked about once a second by each open page,
	// so it must be cheap, and must not count against the app's rate limits.
	Labels(ctx context.Context, viewer, id string) ([]Label, error)

	// Labelled lists the pages and blog posts that carry a global label.
	Labelled(ctx context.Context, viewer, label string, offset, limit int) ([]Hit, error)

	// Search lists what matches all words of the text in title or body. It
	// may lag behind writes as Confluence's search does.
	Search(ctx context.Context, viewer, text string, offset, limit int) ([]Hit, error)

	// Save writes a page. With Publish it becomes version BaseVersion+1 (the
	// first version of a draft is 1) and webhooks fire; without it, it
	// replaces the body of a page that was never published. Conflict if the
	// page is at another version than BaseVersion; nothing is changed then.
	Save(ctx context.Context, viewer string, edit Edit) (PageRef, error)

	// CreateDraft starts an unpublished page under a parent ("" is the top of
	// the space).
	CreateDraft(ctx context.Context, viewer, spaceKey, parentID string) (PageRef, error)

	// Copy makes a published copy beside the original, "Copy of …", with its
	// body as it is (macro ids included, as Confluence does) and its labels.
	Copy(ctx context.Context, viewer, id string) (PageRef, error)

	// Hosts lists the platforms that bring the app to this site. The first is
	// the one a browser begins with.
	Hosts(ctx context.Context) []Hosted
}

// Hosted is a platform that brings the app to the site, as a person chooses it.
type Hosted struct {
	Name    string // as in [HostCookie]
	Title   string
	Missing string // why it cannot be chosen, and what to do; "" if it can
	Host    Host   // nil if it cannot
}

// Host is a platform whose app the pages show: Connect, or Forge. What viewer
// and errors mean is as for a [Source].
type Host interface {
	// App describes the app as the platform reads it, or nil when it is not
	// installed and enabled: its macros are then shown as unknown.
	App(ctx context.Context) (*App, error)

	// AdminPages lists the app's pages for administrators, in the order to
	// show: none to a viewer who does not administer the site.
	AdminPages(ctx context.Context, viewer string) ([]AdminPage, error)

	// Answer answers what the platform's script in the pages asks for, to be
	// sent to it as JSON. What can be asked is between the two.
	Answer(ctx context.Context, viewer string, ask Ask) (any, error)

	// ExportMacro asks the app for a macro's static form in storage format.
	// use.Output is one of ExportOutputs.
	ExportMacro(ctx context.Context, viewer string, use ModuleUse) (string, error)
}

// Ask is a question of a platform's script, for one iframe of the app.
type Ask struct {
	What    string // the end of the path it was sent to
	Locale  string // of the viewer, such as de-DE
	Use     ModuleUse
	Payload json.RawMessage // what else there is to it
}

// User is a person one can be on this site.
type User struct {
	AccountID string // "" is someone not signed in
	Name      string
	Role      string // admin, editor, viewer, anonymous: for the switcher
	TimeZone  string // IANA name; "" is UTC
}

// Space is a space the viewer may see.
type Space struct {
	ID, Key, Name, Description string

	HomepageID string // "" if it has none
	MayCreate  bool   // the viewer may create pages in it
}

// PageRef names a page or blog post and where to find it.
type PageRef struct {
	ID       string
	Type     string // page or blogpost
	SpaceKey string
	Title    string
}

// TreePage is a page in its space's tree.
type TreePage struct {
	PageRef
	ParentID string // "" at the top
}

// Hit is an entry of a list: a search result, a labelled page, a blog post.
type Hit struct {
	PageRef
	Excerpt string // plain text, at most 300 characters
	Author  string
	When    time.Time
}

// Page is a page or blog post at one version, as its viewer may see it.
type Page struct {
	PageRef
	SpaceID        string
	Status         string // current, draft, historical, archived
	Version        int    // of this body; 0 for a draft never published
	CurrentVersion int
	Storage        string // the body in storage format
	Ancestors      []PageRef
	Author         User // of this version
	When           time.Time
	Labels         []Label // those the page has now, whatever the version
	Restricted     bool    // not everybody who sees the space may see it
	MayEdit        bool    // the viewer may edit it and change its labels
}

// Version is an entry of a page's history.
type Version struct {
	Number  int
	Author  User
	When    time.Time
	Message string
}

// Label is a label with its prefix (global, my, team, system).
type Label struct {
	Prefix string `json:"prefix"`
	Name   string `json:"name"`
}

// Edit is what the editor saves.
type Edit struct {
	ID, Title, Storage, Message string

	BaseVersion int  // the version the editor started from; 0 for a draft
	Publish     bool // false keeps a page that was never published a draft
}

// App is the installed app, as its descriptor or manifest describes it. Names
// are already resolved to text; URLs are absolute.
type App struct {
	// Script is the platform's side of the bridge, a file of assets: connect or
	// forge.
	Script string `json:"script"`

	// Extension is, of a Forge app, its id and that of the environment it was
	// installed from, with a slash between: macros carry them. "" on Connect.
	Extension string `json:"extension"`

	// Environment is what kind of an environment that is, such as DEVELOPMENT.
	Environment string `json:"-"`

	// Successor says of a Forge app that the macros of a Connect app with its
	// keys are its.
	Successor bool `json:"-"`

	// Reach lists the origins that the platform's script calls for the app.
	Reach []string `json:"-"`

	// Notice is what people are told about who plays the platform.
	Notice string `json:"-"`

	Key      string       `json:"key"`
	Name     string       `json:"name"`
	Origin   string       `json:"origin"` // scheme://host[:port] its iframes come from
	Licensed bool         `json:"licensed"`
	Macros   []Macro      `json:"macros"`
	Byline   []BylineItem `json:"byline"`

	SpacePages []SpacePage `json:"spacePages"`
}

// Macro is a dynamicContentMacros module of Connect or a macro module of Forge.
type Macro struct {
	Key         string           `json:"key"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	IconURL     string           `json:"iconUrl"` // "" if it has none
	Inline      bool             `json:"inline"`  // outputType inline
	Width       string           `json:"width"`   // as in the descriptor, such as 100%
	Height      string           `json:"height"`  // such as 72px
	Parameters  []MacroParameter `json:"parameters"`
	Editor      *MacroEditor     `json:"editor"` // nil: parameters are edited in a plain form
}

// MacroParameter is a parameter of a macro.
type MacroParameter struct {
	Identifier  string   `json:"identifier"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Type        string   `json:"type"`   // string, enum, boolean, int, label, spacekey, url, …
	Values      []string `json:"values"` // of an enum
	Default     string   `json:"default"`
	Required    bool     `json:"required"`
}

// MacroEditor is a macro's own editor page.
type MacroEditor struct {
	OnInsert    bool   `json:"onInsert"` // it opens before a macro is inserted
	InsertTitle string `json:"insertTitle"`
	EditTitle   string `json:"editTitle"`
	Width       string `json:"width"` // "" lets the pages choose
	Height      string `json:"height"`
}

// BylineItem is a contentBylineItems module.
type BylineItem struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Tooltip string `json:"tooltip"`
	IconURL string `json:"iconUrl"`
	Target  string `json:"target"` // inlinedialog, dialog or page
	Width   string `json:"width"`  // of the dialog, such as 480px; "" lets the pages choose
	Height  string `json:"height"` // "" follows the content
}

// AdminPage is an adminPages module, or globalSettings of Forge.
type AdminPage struct {
	App  string // key of the app
	Key  string
	Name string
}

// SpacePage is a page that a Forge app has in each space.
type SpacePage struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Path string `json:"path"` // below that of the space

	ForAnonymous bool `json:"-"` // also who is not signed in gets it
}

// ModuleUse is one iframe (or one static rendering) of a module on a page.
// MacroID and Params come from the page's storage, or from the editor for a
// macro that is not saved yet, so they are input like any other.
type ModuleUse struct {
	Module   string            `json:"module"` // module key
	Part     Part              `json:"part"`
	PageID   string            `json:"pageId"`
	Version  int               `json:"version"`            // shown to the viewer; 0 is the current one
	SpaceKey string            `json:"spaceKey,omitempty"` // of a page in a space
	MacroID  string            `json:"macroId,omitempty"`  // "" for other modules
	Output   string            `json:"output,omitempty"`   // output.type of a macro: display, preview, pdf, …
	Params   map[string]string `json:"params,omitempty"`   // of a macro of Connect, as strings
	Config   map[string]any    `json:"config,omitzero"`    // of a macro of Forge; nil is none of Forge's
}

// Part says which URL of a module is meant.
type Part string

const (
	PartView   Part = "view"   // the module's url
	PartEditor Part = "editor" // a macro's editor.url
	PartExport Part = "export" // a macro's renderModes
)

// ExportOutputs are the output types of a macro's static form.
var ExportOutputs = []string{"pdf", "word", "email", "html_export"}

// Cookies of the pages. The REST API takes the viewer of a browser's request
// from UserCookie; a value that is no account id of Source.Users, or none, is
// not signed in.
const (
	UserCookie   = "local-user"   // an account id, or "anonymous"
	LocaleCookie = "local-locale" // such as de-DE
	ThemeCookie  = "local-theme"  // light, dark or auto
	HostCookie   = "local-host"   // a Name of Source.Hosts
)
