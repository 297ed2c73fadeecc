// Package content is what the local Confluence holds: people, spaces, pages,
// blog posts, labels, properties and who may see and change them. It is in
// memory, safe for concurrent use, and knows nothing of HTTP or of Connect.
//
// Every method that takes a viewer answers as Confluence would answer that
// account; "" is an anonymous visitor. What a viewer may not see does not
// exist for them (ErrNotFound). Results are copies.
//
// It has its own rules for labels and must not import the app's: it is the
// judge the app is tested against. Source: the REST documentation of
// Confluence Cloud and measurements of live sites.
package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"labelup/internal/localconfluence/cql"
)

var (
	// ErrNotFound: there is no such thing, or this viewer may not see it.
	ErrNotFound = errors.New("content: not found")
	// ErrForbidden: the viewer may see it and not do this to it.
	ErrForbidden = errors.New("content: forbidden")
	// ErrConflict: the version given is not the next one.
	ErrConflict = errors.New("content: version conflict")
)

// InvalidError is a request that Confluence refuses with 400, and why.
type InvalidError struct{ Reason string }

func (e *InvalidError) Error() string { return "content: " + e.Reason }

func invalid(format string, args ...any) error { return &InvalidError{fmt.Sprintf(format, args...)} }

// Role is what an account may do anywhere on the site, restrictions aside.
type Role string

const (
	Admin  Role = "admin"  // everything, including space administration
	Editor Role = "editor" // creates and edits
	Viewer Role = "viewer" // reads
)

// User is an account. Name is what it signs in with locally ("editor").
type User struct {
	AccountID   string `json:"accountId"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Role        Role   `json:"role"`
	App         bool   `json:"app"`      // an app's own account
	Inactive    bool   `json:"inactive"` // deactivated: may not sign in or be impersonated
	Locale      string `json:"locale"`   // such as "en-GB"
	TimeZone    string `json:"timeZone"` // IANA name
}

// Space is a space. Everyone on the site may see it, unless ReadBy names who may,
// and visitors only if Public. What its people may do in it goes by their roles,
// but for administering it where AdminBy names who may.
type Space struct {
	ID          string    `json:"id"` // decimal digits
	Key         string    `json:"key"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	HomepageID  string    `json:"homepageId"`
	AuthorID    string    `json:"authorId"`
	Public      bool      `json:"public"`
	Personal    bool      `json:"personal"` // a person's own
	Archived    bool      `json:"archived"` // search does not find what is in it unless asked to
	ReadBy      []string  `json:"readBy,omitempty"`
	AdminBy     []string  `json:"adminBy,omitempty"` // nil: every administrator of the site
	CreatedAt   time.Time `json:"createdAt"`
}

// Type of a piece of content.
type Type string

const (
	Page       Type = "page"
	BlogPost   Type = "blogpost"
	Attachment Type = "attachment" // of the page that is its parent
)

// Custom reports whether the type is one that an app defines, such as
// "ac:app:key"; its parent is the page it is on.
func (t Type) Custom() bool {
	return strings.HasPrefix(string(t), "ac:") || strings.HasPrefix(string(t), "forge:")
}

// Status of a piece of content.
type Status string

const (
	Current    Status = "current"
	Draft      Status = "draft"      // never published; its author and administrators see it
	Historical Status = "historical" // an older version of a current page
	Archived   Status = "archived"
	Trashed    Status = "trashed"
)

// Version is one saved state of a content.
type Version struct {
	Number    int       `json:"number"`
	At        time.Time `json:"createdAt"`
	AuthorID  string    `json:"authorId"`
	Message   string    `json:"message"`
	MinorEdit bool      `json:"minorEdit"`
	Title     string    `json:"title"`
	Body      string    `json:"-"` // storage format
}

// Content is a page, a blog post or what is on a page, as one viewer gets it.
type Content struct {
	ID        string    `json:"id"` // decimal digits
	Type      Type      `json:"type"`
	Status    Status    `json:"status"`
	Title     string    `json:"title"`
	SpaceID   string    `json:"spaceId"`
	ParentID  string    `json:"parentId"` // "" at the top and for blog posts
	Position  int       `json:"position"` // among its siblings
	AuthorID  string    `json:"authorId"`
	CreatedAt time.Time `json:"createdAt"`
	Version   Version   `json:"version"`
	Body      string    `json:"body"` // storage format
	ReadBy    []string  `json:"readBy,omitempty"`
	UpdateBy  []string  `json:"updateBy,omitempty"`
}

type item struct {
	Content
	versions   []Version // oldest first; the last one is Content.Version
	labels     []attached
	properties []Property
	text       *cql.Text // of title and body, for search; nil until it is indexed
	macros     []string  // names of those in the body, each once; with text
	watchers   []string  // accounts that get a mail of each new version
	titled     string    // key in Store.titles; "" for what has no title of its own there
}

type attached struct {
	label int64
	at    time.Time
	owner string // of a personal label; else ""
}

// Event is something that happened and that a webhook tells apps about.
type Event struct {
	Name      string // such as "label_added"
	Actor     string // account id; "" for a visitor
	At        time.Time
	Content   *Content
	Label     *Label
	Labels    []Label  // of Content, after the event
	OldParent string   // page_moved: the parent before
	Mailed    []string // accounts that got a mail about it
}

// Store is one site's content. The zero value is not usable; see New.
type Store struct {
	now    func() time.Time
	notify func(Event)

	mu        sync.RWMutex
	nextID    int64
	users     []User
	spaces    []*space
	items     map[string]*item
	titles    map[string]string // ids of the current pages, see titleKey
	places    map[string]int    // of the next page below each parent, see placeKey
	labels    map[int64]*Label
	byName    map[NewLabel]*Label // the same
	templates []template
	app       map[string]json.RawMessage
	index     map[string]*entry
	ordered   []*entry // of index, by id; nil when that has changed
	pending   []pendingEntry
	searchLag time.Duration
	collected []Event // of the change being made; sent once the lock is released
}

type space struct {
	Space
	labels     []attached
	properties []Property
}

const firstID = 65536

// New returns an empty store. now is its clock; notify hears of every change,
// in order, after it was made and outside any lock.
func New(now func() time.Time, notify func(Event)) *Store {
	return &Store{
		now: now, notify: notify, nextID: firstID,
		items: map[string]*item{}, titles: map[string]string{}, places: map[string]int{}, labels: map[int64]*Label{}, byName: map[NewLabel]*Label{}, app: map[string]json.RawMessage{}, index: map[string]*entry{},
	}
}

// Clear forgets everything but the accounts of apps. Ids begin anew, so that
// the same content made again has the same ids.
func (s *Store) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spaces, s.templates, s.pending, s.searchLag, s.nextID = nil, nil, nil, 0, firstID
	s.users = slices.DeleteFunc(s.users, func(u User) bool { return !u.App })
	clear(s.items)
	clear(s.titles)
	clear(s.places)
	clear(s.labels)
	clear(s.byName)
	clear(s.app)
	clear(s.index)
	s.ordered = nil
}

// change runs f under the write lock, indexes what it touched and sends the
// events it collected.
func (s *Store) change(f func() error) error {
	s.mu.Lock()
	err := f()
	events := s.collected
	s.collected = nil
	s.mu.Unlock()
	for _, e := range events {
		s.notify(e)
	}
	return err
}

func (s *Store) happened(name, actor string, it *item, label *Label) {
	e := Event{Name: name, Actor: actor, At: s.now()}
	if it != nil {
		c := it.copy()
		e.Content = &c
		e.Labels = s.labelsOf(it.labels, actor)
	}
	if label != nil {
		l := *label
		e.Label = &l
	}
	s.collected = append(s.collected, e)
}

func (s *Store) newID() string {
	// Real ids exceed 2^53 in no known site but have many digits and gaps.
	s.nextID += 32
	return strconv.FormatInt(s.nextID, 10)
}

// AddUser adds an account, or replaces the one with the same account id.
func (s *Store) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.users, func(x User) bool { return x.AccountID == u.AccountID }); i >= 0 {
		s.users[i] = u
		return
	}
	s.users = append(s.users, u)
}

// Users returns every account in the order they were added.
func (s *Store) Users() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.users)
}

// User returns an account by account id or by local name.
func (s *Store) User(idOrName string) (User, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.user(idOrName)
}

func (s *Store) user(idOrName string) (User, bool) {
	if idOrName == "" {
		return User{}, false
	}
	for _, u := range s.users {
		if u.AccountID == idOrName || u.Name == idOrName {
			return u, true
		}
	}
	return User{}, false
}

func (s *Store) role(viewer string) Role {
	u, ok := s.user(viewer)
	if !ok || u.Inactive {
		return ""
	}
	return u.Role
}

// AddSpace makes a space with the key, name, description, author and openness
// of what is given, and its home page with the body given.
func (s *Store) AddSpace(given Space, body string) (Space, error) {
	var made Space
	err := s.change(func() error {
		if slices.ContainsFunc(s.spaces, func(sp *space) bool { return strings.EqualFold(sp.Key, given.Key) }) {
			return invalid("there is a space with this key already")
		}
		given.ID, given.CreatedAt = s.newID(), s.now()
		sp := &space{Space: given}
		s.spaces = append(s.spaces, sp)
		home := s.create(given.AuthorID, Content{Type: Page, Status: Current, SpaceID: sp.ID, Title: given.Name, AuthorID: given.AuthorID, Body: body})
		sp.HomepageID = home.ID
		made = sp.Space
		return nil
	})
	return made, err
}

// Spaces returns the spaces the viewer may see.
func (s *Store) Spaces(viewer string) []Space {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Space
	for _, sp := range s.spaces {
		if s.seesSpace(viewer, sp) {
			out = append(out, sp.Space)
		}
	}
	return out
}

// Space returns a space by id or key.
func (s *Store) Space(viewer, idOrKey string) (Space, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sp, err := s.space(viewer, idOrKey)
	if err != nil {
		return Space{}, err
	}
	return sp.Space, nil
}

// SpaceKey returns the key of a space, for URLs; "" if there is none.
func (s *Store) SpaceKey(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spaceKey(id)
}

func (s *Store) spaceKey(id string) string {
	for _, sp := range s.spaces {
		if sp.ID == id {
			return sp.Key
		}
	}
	return ""
}

func (s *Store) space(viewer, idOrKey string) (*space, error) {
	for _, sp := range s.spaces {
		if (sp.ID == idOrKey || sp.Key == idOrKey) && s.seesSpace(viewer, sp) {
			return sp, nil
		}
	}
	return nil, ErrNotFound
}

func (s *Store) seesSpace(viewer string, sp *space) bool {
	if s.role(viewer) == "" {
		return viewer == "" && sp.Public
	}
	return len(sp.ReadBy) == 0 || slices.Contains(sp.ReadBy, viewer)
}

// Administers reports whether the viewer is an administrator of the space.
func (s *Store) Administers(viewer, idOrKey string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sp, err := s.space(viewer, idOrKey)
	return err == nil && s.administers(viewer, sp)
}

func (s *Store) administers(viewer string, sp *space) bool {
	if len(sp.AdminBy) > 0 {
		return slices.Contains(sp.AdminBy, viewer)
	}
	return s.role(viewer) == Admin
}

// sees applies the view restrictions of the content and of every page above
// it: they are inherited, and administrators are not exempt.
func (s *Store) sees(viewer string, it *item) bool {
	if _, err := s.space(viewer, it.SpaceID); err != nil {
		return false
	}
	if it.Status == Draft && it.AuthorID != viewer && s.role(viewer) != Admin {
		return false
	}
	for at := it; at != nil; at = s.items[at.ParentID] {
		if len(at.ReadBy) > 0 && !slices.Contains(at.ReadBy, viewer) {
			return false
		}
	}
	return true
}

func (s *Store) edits(viewer string, it *item) bool {
	if r := s.role(viewer); r != Admin && r != Editor || !s.sees(viewer, it) {
		return false
	}
	// Who may not edit a page may not change what is on it either.
	if on := s.items[it.ParentID]; on != nil && (it.Type == Attachment || it.Type.Custom()) && !s.edits(viewer, on) {
		return false
	}
	return len(it.UpdateBy) == 0 || slices.Contains(it.UpdateBy, viewer)
}

// find returns a content the viewer may see, in any status but trashed.
func (s *Store) find(viewer, id string) (*item, error) {
	it := s.items[id]
	if it == nil || it.Status == Trashed || !s.sees(viewer, it) {
		return nil, ErrNotFound
	}
	return it, nil
}

func (s *Store) findEditable(viewer, id string) (*item, error) {
	it, err := s.find(viewer, id)
	if err == nil && !s.edits(viewer, it) {
		return nil, ErrForbidden
	}
	return it, err
}

// Content returns a page or a blog post in its present version, drafts of the
// viewer's own included.
func (s *Store) Content(viewer, id string) (Content, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return Content{}, err
	}
	return it.copy(), nil
}

// VersionOf returns a content as it was in one version.
func (s *Store) VersionOf(viewer, id string, number int) (Content, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return Content{}, err
	}
	for _, v := range it.versions {
		if v.Number == number {
			c := it.copy()
			if number != it.Version.Number {
				c.Status = Historical
			}
			c.Version, c.Title, c.Body = v, v.Title, v.Body
			return c, nil
		}
	}
	return Content{}, ErrNotFound
}

// Versions returns the versions of a content, oldest first.
func (s *Store) Versions(viewer, id string) ([]Version, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(it.versions), nil
}

// All returns every content the viewer may see and that is not in the trash,
// ordered by id.
func (s *Store) All(viewer string) []Content {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.visible(viewer, func(it *item) bool { return it.Status != Trashed })
}

// visible returns the content that the viewer may see, ordered by id.
func (s *Store) visible(viewer string, wanted func(*item) bool) []Content {
	var found []*item
	for _, it := range s.items {
		if wanted(it) && s.sees(viewer, it) {
			found = append(found, it)
		}
	}
	slices.SortFunc(found, func(a, b *item) int { return CompareIDs(a.ID, b.ID) })
	out := make([]Content, 0, len(found))
	for _, it := range found {
		out = append(out, it.copy())
	}
	return out
}

// Children returns the current pages directly below a page, in their order.
func (s *Store) Children(viewer, id string) ([]Content, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.find(viewer, id); err != nil {
		return nil, err
	}
	return s.children(viewer, id), nil
}

func (s *Store) children(viewer, id string) []Content {
	var out []Content
	for _, it := range s.items {
		if it.ParentID == id && it.Type == Page && it.Status == Current && s.sees(viewer, it) {
			out = append(out, it.copy())
		}
	}
	slices.SortFunc(out, func(a, b Content) int { return a.Position - b.Position })
	return out
}

// Ancestors returns the ids of the pages above a content, topmost first.
func (s *Store) Ancestors(viewer, id string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return nil, err
	}
	return s.ancestors(it), nil
}

func (s *Store) ancestors(it *item) []string {
	var out []string
	for at := s.items[it.ParentID]; at != nil; at = s.items[at.ParentID] {
		out = append(out, at.ID)
	}
	slices.Reverse(out)
	return out
}

// Descendant is a page below another, with its distance from it.
type Descendant struct {
	Content
	Depth int
}

// Descendants returns the current pages below a page, depth first, at most
// depth levels down.
func (s *Store) Descendants(viewer, id string, depth int) ([]Descendant, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.find(viewer, id); err != nil {
		return nil, err
	}
	var out []Descendant
	var walk func(id string, at int)
	walk = func(id string, at int) {
		if at > depth {
			return
		}
		for _, c := range s.children(viewer, id) {
			out = append(out, Descendant{c, at})
			walk(c.ID, at+1)
		}
	}
	walk(id, 1)
	return out, nil
}

// Allowed lists the operations the viewer may perform on a content: read,
// update and delete, in this order.
func (s *Store) Allowed(viewer, id string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, err := s.find(viewer, id)
	if err != nil {
		return nil, err
	}
	if s.edits(viewer, it) {
		return []string{"read", "update", "delete"}, nil
	}
	return []string{"read"}, nil
}

// Create makes a content. c gives its type, status (current or
// draft), space, parent, title and body. A current page without a parent goes
// below the space's home page.
func (s *Store) Create(actor string, c Content) (Content, error) {
	var made Content
	err := s.change(func() error {
		sp, err := s.space(actor, c.SpaceID)
		if err != nil {
			return err
		}
		if r := s.role(actor); r != Admin && r != Editor {
			return ErrForbidden
		}
		if c.ParentID == "" && c.Type == Page {
			c.ParentID = sp.HomepageID
		}
		if c.ParentID != "" {
			parent, err := s.find(actor, c.ParentID)
			if err != nil {
				return err
			}
			if parent.SpaceID != sp.ID {
				return invalid("the parent is in another space")
			}
		}
		if err := s.checkTitle("", sp.ID, c); err != nil {
			return err
		}
		if err := checkBody(c.Body); err != nil {
			return err
		}
		c.SpaceID, c.AuthorID = sp.ID, actor
		made = s.create(actor, c).copy()
		return nil
	})
	return made, err
}

// maxBody is the size of a body that Confluence refuses with 413.
const maxBody = 5 << 20

// ErrTooLarge: a body or a property above its limit.
var ErrTooLarge = errors.New("content: too large")

func checkBody(body string) error {
	if len(body) > maxBody {
		return ErrTooLarge
	}
	return nil
}

func (s *Store) checkTitle(id, spaceID string, c Content) error {
	if c.Status == Draft {
		return nil
	}
	if strings.TrimSpace(c.Title) == "" {
		return invalid("a title is needed to publish")
	}
	if len([]rune(c.Title)) > 255 {
		return invalid("title cannot be longer than 255 characters")
	}
	if has, taken := s.titles[titleKey(spaceID, c.Title)]; taken && has != id && c.Type == Page {
		return invalid("A page with this title already exists: A page already exists with the same TITLE in this space")
	}
	return nil
}

func titleKey(spaceID, title string) string { return spaceID + " " + strings.ToLower(title) }

func placeKey(spaceID, parentID string) string { return spaceID + " " + parentID }

// entitle keeps titles and places as an item now has them.
func (s *Store) entitle(it *item) {
	if s.titles[it.titled] == it.ID {
		delete(s.titles, it.titled)
	}
	it.titled = ""
	if it.Type == Page && it.Status == Current {
		it.titled = titleKey(it.SpaceID, it.Title)
		s.titles[it.titled] = it.ID
	}
	at := placeKey(it.SpaceID, it.ParentID)
	s.places[at] = max(s.places[at], it.Position+1)
}

// watch has who made or edited something get mails of it, as Confluence does
// unless a person says otherwise.
func (s *Store) watch(it *item, account string) {
	if u, known := s.user(account); known && !u.App && !slices.Contains(it.watchers, account) {
		it.watchers = append(it.watchers, account)
	}
}

// create adds an item that was checked.
func (s *Store) create(actor string, c Content) *item {
	c.ID, c.CreatedAt = s.newID(), s.now()
	c.Position = max(c.Position, s.places[placeKey(c.SpaceID, c.ParentID)])
	c.Version = Version{Number: 1, At: c.CreatedAt, AuthorID: actor, Title: c.Title, Body: c.Body}
	it := &item{Content: c, versions: []Version{c.Version}}
	s.items[c.ID] = it
	s.watch(it, actor)
	s.touched(it)
	if c.Status == Current {
		s.happened(eventName(c.Type, "created"), actor, it, nil)
	}
	return it
}

// Update saves a new version of a content. number must be the version after
// the present one, or 1 for a draft; status may turn a draft current, which
// publishes it.
func (s *Store) Update(actor, id string, number int, status Status, title, body, message string) (Content, error) {
	var saved Content
	err := s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		want := it.Version.Number + 1
		if it.Status == Draft {
			want = 1
		}
		if number != want {
			return fmt.Errorf("%w: Version must be incremented on update. Current version is: %d", ErrConflict, it.Version.Number)
		}
		if it.Status == Current && status == Draft {
			return invalid("a published page cannot become a draft")
		}
		if err := s.checkTitle(id, it.SpaceID, Content{Type: it.Type, Status: status, Title: title}); err != nil {
			return err
		}
		if err := checkBody(body); err != nil {
			return err
		}
		wasDraft := it.Status == Draft
		v := Version{Number: number, At: s.now(), AuthorID: actor, Message: message, Title: title, Body: body}
		it.Status, it.Title, it.Body, it.Version, it.text = status, title, body, v, nil
		if wasDraft {
			it.versions = []Version{v}
		} else {
			it.versions = append(it.versions, v)
		}
		s.touched(it)
		switch {
		case wasDraft && status == Current:
			s.happened(eventName(it.Type, "created"), actor, it, nil)
		case status == Current:
			s.happened(eventName(it.Type, "updated"), actor, it, nil)
			mailed := slices.DeleteFunc(slices.Clone(it.watchers), func(account string) bool { return account == actor || !s.sees(account, it) })
			s.collected[len(s.collected)-1].Mailed = mailed
		}
		s.watch(it, actor)
		saved = it.copy()
		return nil
	})
	return saved, err
}

// Move puts a page below another one, in its space or in another.
func (s *Store) Move(actor, id, parentID string) (Content, error) {
	var moved Content
	err := s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		parent, err := s.find(actor, parentID)
		if err != nil {
			return err
		}
		if it.Type != Page || parent.Type != Page || id == parentID || slices.Contains(s.ancestors(parent), id) {
			return invalid("a page cannot be moved there")
		}
		old := it.ParentID
		it.ParentID = parentID
		if it.SpaceID != parent.SpaceID {
			s.moveSpace(it, parent.SpaceID)
		}
		s.touched(it)
		s.happened(eventName(it.Type, "moved"), actor, it, nil)
		s.collected[len(s.collected)-1].OldParent = old
		moved = it.copy()
		return nil
	})
	return moved, err
}

func (s *Store) moveSpace(it *item, spaceID string) {
	it.SpaceID = spaceID
	for _, child := range s.items {
		if child.ParentID == it.ID {
			s.moveSpace(child, spaceID)
			s.touched(child)
		}
	}
}

// Copy makes a copy of a page beside it under a new title. Body, labels and
// restrictions go with it, and so do the ids of its macros: a macro id is
// unique within one page only.
func (s *Store) Copy(actor, id, title string) (Content, error) {
	var made Content
	err := s.change(func() error {
		from, err := s.find(actor, id)
		if err != nil {
			return err
		}
		if r := s.role(actor); r != Admin && r != Editor {
			return ErrForbidden
		}
		c := from.copy()
		c.Status, c.Title, c.AuthorID = Current, title, actor
		if err := s.checkTitle("", c.SpaceID, c); err != nil {
			return err
		}
		it := s.create(actor, c)
		for _, a := range from.labels {
			if a.owner == "" {
				it.labels = append(it.labels, attached{label: a.label, at: s.now()})
			}
		}
		s.touched(it)
		s.happened(eventName(it.Type, "copied"), actor, it, nil)
		made = it.copy()
		return nil
	})
	return made, err
}

// Trash puts a content in the trash, where it is not found any more.
func (s *Store) Trash(actor, id string) error {
	return s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		it.Status = Trashed
		s.touched(it)
		s.happened(eventName(it.Type, "trashed"), actor, it, nil)
		return nil
	})
}

// Restore takes a content out of the trash.
func (s *Store) Restore(actor, id string) error {
	return s.change(func() error {
		it := s.items[id]
		if it == nil || it.Status != Trashed || !s.sees(actor, it) {
			return ErrNotFound
		}
		it.Status = Current
		s.touched(it)
		s.happened(eventName(it.Type, "restored"), actor, it, nil)
		return nil
	})
}

// Archive archives a page: it can be read and its labels not be removed.
func (s *Store) Archive(actor, id string) error {
	return s.change(func() error {
		it, err := s.findEditable(actor, id)
		if err != nil {
			return err
		}
		it.Status = Archived
		s.touched(it)
		s.happened(eventName(it.Type, "archived"), actor, it, nil)
		return nil
	})
}

// Restrict says who alone may read and edit a content; nil lifts it.
func (s *Store) Restrict(id string, readBy, updateBy []string) error {
	return s.change(func() error {
		it := s.items[id]
		if it == nil {
			return ErrNotFound
		}
		it.ReadBy, it.UpdateBy = slices.Clone(readBy), slices.Clone(updateBy)
		return nil
	})
}

// SetDates backdates a content and its last version, for an import.
func (s *Store) SetDates(id string, created, changed time.Time) error {
	return s.change(func() error {
		it := s.items[id]
		if it == nil {
			return ErrNotFound
		}
		it.versions[0].At = created
		it.versions[len(it.versions)-1].At = changed
		it.CreatedAt, it.Version.At = created, changed
		s.touched(it)
		return nil
	})
}

func (it *item) copy() Content {
	c := it.Content
	c.ReadBy, c.UpdateBy = slices.Clone(c.ReadBy), slices.Clone(c.UpdateBy)
	return c
}

func eventName(t Type, verb string) string {
	switch t {
	case Page:
		return "page_" + verb
	case BlogPost:
		return "blog_" + verb
	}
	return string(t) + "_" + verb
}

// WebUI is where people see a content, relative to the site's base URL.
func (s *Store) WebUI(c Content) string {
	kind := "pages"
	switch c.Type {
	case BlogPost:
		kind = "blog"
	case Attachment:
		return "/pages/viewpageattachments.action?pageId=" + c.ParentID
	}
	return fmt.Sprintf("/spaces/%s/%s/%s/%s", s.SpaceKey(c.SpaceID), kind, c.ID, url.PathEscape(strings.ReplaceAll(c.Title, " ", "+")))
}

// CompareIDs orders ids as the numbers that they are.
func CompareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// AppProperty returns a value the app stored on the site, by key.
func (s *Store) AppProperty(key string) (json.RawMessage, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.app[key]
	return v, ok
}

// AppProperties returns the keys of the values the app stored, sorted.
func (s *Store) AppProperties() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.app))
}

// SetAppProperty stores a value for the app and reports whether it is new; nil
// deletes it and reports whether it was there.
func (s *Store) SetAppProperty(key string, value json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, had := s.app[key]
	if value == nil {
		delete(s.app, key)
		return had
	}
	s.app[key] = slices.Clone(value)
	return !had
}
