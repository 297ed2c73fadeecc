package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"labelup"
	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/forge/forgetest"
	"labelup/internal/localconfluence"
	"labelup/internal/localconfluence/controltest"
	"labelup/internal/site"
	"labelup/internal/site/redistest"
)

var tell = controltest.Tell

// customers are sites of a local Confluence whose people look at pages and label
// them, and other sites that come and go. They send what a load needs, judge the
// answers, and afterwards compare what was said with what Confluence and Redis hold.
type customers struct {
	t      testing.TB
	url    string // of the local Confluence, with /wiki
	appURL string
	redis  site.Options // how Redis is reached, besides its address
	sites  []*liveSite
	pages  []*page
	turn   atomic.Int64 // which page is next

	// A change that is not answered must not have been made, as if it had been refused.
	unansweredIsRefused bool

	earlier *process // of an earlier version; nil if there is none

	mu        sync.Mutex
	installed chan map[string]any // the body of an install that Confluence sends
	garbling  map[string]bool     // sites whose answers are nonsense, every other time
	comers    []*comer
}

// liveSite is a site of the local Confluence that has the app.
type liveSite struct {
	name string
	mu   sync.Mutex
	host connecttest.Host // its secret may change
}

// page is a page of a site. Every label on it begins with its mark, and no other
// page's does.
type page struct {
	site *liveSite
	id   string
	mark string

	mu        sync.Mutex
	number    int
	labels    map[string]holding
	removable []string // those that are surely there
}

// holding is what is known of a label.
type holding string

const (
	held      holding = "there"
	missing   holding = "not there"
	uncertain holding = "there or not"
)

const editorAccount = "5f0000000000000000000a02"

// newCustomers starts a local Confluence with some sites, each of four pages. It
// believes the app to be where nothing answers but installs.
func newCustomers(t testing.TB, names ...string) *customers {
	t.Helper()
	c := &customers{t: t, installed: make(chan map[string]any, 1), garbling: map[string]bool{}}
	app := httptest.NewServer(http.HandlerFunc(c.noteInstall))
	t.Cleanup(app.Close)
	c.appURL = app.URL
	server := httptest.NewUnstartedServer(nil)
	c.url = "http://" + server.Listener.Addr().String() + "/wiki"
	confluence, err := localconfluence.New(localconfluence.Options{BaseURL: c.url, AppURL: c.appURL, Libraries: os.DirFS(t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(confluence.Close)
	keys := http.StripPrefix("/install-keys", connecttest.NewHost("labelup", c.appURL).Keys())
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Or the server does not notice who leaves.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case r.URL.Path == "/install-keys/"+connecttest.KeyID:
			keys.ServeHTTP(w, r)
		case r.URL.Path == "/forge-keys":
			forgetest.NewHost().Keys().ServeHTTP(w, r)
		case c.garbles(name):
			confluence.Handler().ServeHTTP(httptest.NewRecorder(), r)
			_, _ = io.WriteString(w, `{"results":[{"id":{},"name":7}],"_links":`)
		default:
			confluence.Handler().ServeHTTP(w, r)
		}
	})
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(func() { controltest.EverythingIsPlayed(t, c.url) })
	for _, name := range names {
		c.addSite(name)
	}
	return c
}

func (c *customers) noteInstall(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/atlassian-connect.json":
		served, err := connect.FillDescriptor(labelup.Descriptor, c.appURL, nil)
		if err != nil {
			c.t.Error(err)
		}
		_, _ = w.Write(served)
	case "/installed":
		body := map[string]any{}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			c.t.Error(err)
		}
		c.installed <- body
	}
}

func (c *customers) garbles(site string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.garbling[site] && rand.N(2) == 0
}

func (c *customers) garble(site string, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.garbling[site] = on
}

func (c *customers) addSite(name string) {
	c.t.Helper()
	tell(c.t, c.url, http.MethodPost, "sites", map[string]any{"name": name})
	s := &liveSite{name: name, host: *connecttest.NewHost("labelup", c.appURL)}
	s.host.AccountID, s.host.Space = editorAccount, connect.Space{ID: "98305", Key: "CAFE"}
	c.sites = append(c.sites, s)
	c.renew(s)
	for i := range 4 {
		p := &page{site: s, mark: fmt.Sprintf("%s-p%d-", name, i), labels: map[string]holding{}}
		first := p.mark + "0"
		made := tell(c.t, c.url, http.MethodPost, "pages?site="+name, map[string]any{"space": "CAFE", "title": p.mark, "labels": []string{first}})
		p.id, p.labels[first] = made["id"].(string), held
		c.pages = append(c.pages, p)
	}
}

// renew has Confluence install the app again, with another secret, without
// telling the app.
func (c *customers) renew(s *liveSite) {
	c.t.Helper()
	tell(c.t, c.url, http.MethodPost, "install", map[string]any{"site": s.name})
	said := <-c.installed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host.ClientKey, s.host.Secret = said["clientKey"].(string), said["sharedSecret"].(string)
	s.host.BaseURL, s.host.OAuthClientID = said["baseUrl"].(string), said["oauthClientId"].(string)
}

// environment are the settings of a process for these customers, besides where
// Redis is.
func (c *customers) environment() []string {
	origin := strings.TrimSuffix(c.url, "/wiki")
	return []string{
		"ENVIRONMENT=development", "BASE_URL=" + c.appURL, "SEAL_KEYS=" + sealKey("k1"),
		"INSTALL_KEY_URLS=" + origin + "/install-keys", "TOKEN_SERVER_URL=" + origin,
		"FORGE_APP_ID=" + forgetest.NewHost().AppID, "FORGE_KEY_SET_URL=" + origin + "/forge-keys",
		"REDIS_TLS_INSECURE=" + strconv.FormatBool(c.redis.InsecureTLS),
	}
}

// serve starts a process for them.
func (c *customers) serve(redisURL string) *process {
	c.t.Helper()
	p := start(c.t, append(c.environment(), "REDIS_URL="+redisURL), "serve")
	p.until("/ready", http.StatusOK)
	return p
}

// install installs the app on all sites.
func (c *customers) install(p *process) {
	c.t.Helper()
	for _, s := range c.sites {
		p.answers(http.StatusNoContent, s.host.Lifecycle(connect.Installed), "install")
	}
}

// kinds is everything that customers do, some 45 requests a second.
func (c *customers) kinds(l *load) []kind {
	attacks := c.attacks()
	return append(c.reading(l),
		kind{"change", 150 * time.Millisecond, func() verdict { return c.change(l, c.nextPage()) }},
		kind{"lifecycle", 300 * time.Millisecond, func() verdict { return c.lifecycle(l) }},
		kind{"unproved", 100 * time.Millisecond, func() verdict { return c.attack(l, attacks) }},
	)
}

// reading is what needs no write of Redis or Confluence.
func (c *customers) reading(l *load) []kind {
	return []kind{
		{"macro", 60 * time.Millisecond, func() verdict { return c.macro(l, c.nextPage()) }},
		{"export", 250 * time.Millisecond, func() verdict { return c.export(l, c.nextPage()) }},
		{"suggest", 250 * time.Millisecond, func() verdict { return c.suggest(l, c.nextPage()) }},
		{"visit", 250 * time.Millisecond, func() verdict { return c.visit(l) }},
	}
}

func (c *customers) nextPage() *page { return c.pages[int(c.turn.Add(1))%len(c.pages)] }

// as is the host of a page, to sign with.
func (p *page) as() *connecttest.Host {
	p.site.mu.Lock()
	defer p.site.mu.Unlock()
	host := p.site.host
	host.Content = connect.Content{ID: p.id, Type: "page", Version: "1"}
	return &host
}

// judge is what there is to say of any answer to a good request.
func (p *page) judge(a answer, want int) verdict { return judged(p.site.name, a, want) }

func judged(site string, a answer, want int) verdict {
	v := verdict{site: site, status: a.status, failed: a.status != want}
	if a.status == http.StatusInternalServerError || a.status != want && a.status/100 == 2 {
		v.wrong = fmt.Sprintf("answered %d %s", a.status, a.body)
	}
	return v
}

// marks finds the labels of all pages of all customers.
var marks = regexp.MustCompile(`[a-z0-9]+-p[0-9]-[0-9]+`)

// foreign is a label of another page in a text, or "".
func (p *page) foreign(text string) string {
	for _, found := range marks.FindAllString(text, -1) {
		if !strings.HasPrefix(found, p.mark) {
			return found
		}
	}
	return ""
}

// macro looks at a page with the macro.
func (c *customers) macro(l *load, p *page) verdict {
	host := p.as()
	a := l.send(host.Iframe("/macro/labels?contentId=" + p.id))
	v := p.judge(a, http.StatusOK)
	// The second is how versions up to 29 November 2026 say it: one may serve beside this one.
	ofPage := strings.Contains(a.body, `"contentId":"`+p.id+`"`) || strings.Contains(a.body, ` data-content-id="`+p.id+`"`)
	if !v.failed && (!ofPage || !framedOnlyBy(a, host.BaseURL)) {
		v.wrong = "a macro page of another page or site: " + a.header.Get("Content-Security-Policy") + a.body
	}
	return v
}

// framedOnlyBy reports whether a page may be shown by this site, and by no other.
func framedOnlyBy(a answer, baseURL string) bool {
	u, err := url.Parse(baseURL)
	return err == nil && strings.HasSuffix(a.header.Get("Content-Security-Policy"), "frame-ancestors "+u.Scheme+"://"+u.Host)
}

// export renders the macro without a browser, which reads the labels as the person.
func (c *customers) export(l *load, p *page) verdict {
	a := l.send(p.as().ServerCall(http.MethodGet, "/macro/labels/static?contentId="+p.id, ""))
	v := p.judge(a, http.StatusOK)
	if v.failed {
		return v
	}
	v.failed = strings.Contains(a.body, "not available right now")
	if other := p.foreign(a.body); other != "" {
		v.wrong = p.mark + ": exported with " + other
	} else if !v.failed && !strings.Contains(a.body, p.mark+"0<") {
		v.wrong = p.mark + ": exported without its label: " + a.body
	}
	return v
}

// suggest asks for suggestions, of a word that nobody else asks of.
func (c *customers) suggest(l *load, p *page) verdict {
	word := fmt.Sprintf("quokka%d", c.turn.Add(1))
	body := strings.Replace(wholeSuggestRequest(word), `"123"`, `"`+p.id+`"`, 1)
	a := l.send(p.as().BrowserCall(http.MethodPost, "/api/suggest", body))
	v := p.judge(a, http.StatusOK)
	if v.failed {
		return v
	}
	if !strings.Contains(a.body, word) || !strings.Contains(a.body, "id != "+p.id) {
		v.wrong = "suggested for another page: " + a.body
	}
	for _, found := range planted.FindAllString(a.body, -1) {
		if found != word {
			v.wrong = "suggested for another request: " + a.body
		}
	}
	return v
}

// change adds a label to a page or, every third time, removes one that it added,
// and remembers what the answer says about it.
func (c *customers) change(l *load, p *page) verdict {
	p.mu.Lock()
	p.number++
	name, before, after := fmt.Sprint(p.mark, p.number), missing, held
	asked := map[string]any{"contentId": p.id, "add": []string{name}}
	if p.number%3 == 0 && len(p.removable) > 0 {
		name, before, after = p.removable[0], held, missing
		p.removable = p.removable[1:]
		asked = map[string]any{"contentId": p.id, "remove": []string{name}}
	}
	p.labels[name] = uncertain
	p.mu.Unlock()
	body, _ := json.Marshal(asked)
	a := l.send(p.as().BrowserCall(http.MethodPost, "/api/labels", string(body)))
	v := p.judge(a, http.StatusOK)
	now := uncertain
	switch {
	case !v.failed:
		now, v = p.changed(v, a, name, before, after)
	case a.status == 0 && c.unansweredIsRefused, a.status != 0 && refusedWhole(a.body):
		now = before
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.labels[name] = now
	if now == held {
		p.removable = append(p.removable, name)
	}
	return v
}

// changed reads the answer to a change that was not refused as a whole.
func (p *page) changed(v verdict, a answer, name string, before, after holding) (holding, verdict) {
	var said struct {
		Labels         []struct{ Name string }
		Added, Removed []string
		Failed         []struct{ Name, Reason string }
	}
	if err := json.Unmarshal([]byte(a.body), &said); err != nil {
		v.wrong = "the answer is no JSON: " + a.body
		return uncertain, v
	}
	listed := missing
	for _, l := range said.Labels {
		if l.Name == name {
			listed = held
		}
		if !strings.HasPrefix(l.Name, p.mark) {
			v.wrong = p.mark + ": changed and shown with " + l.Name
		}
	}
	done := said.Added
	if after == missing {
		done = said.Removed
	}
	switch {
	case slices.Equal(done, []string{name}) && len(said.Failed) == 0 && listed == after:
		return after, v
	case len(done) == 0 && len(said.Failed) == 1 && said.Failed[0].Name == name && listed == before:
		v.failed = true
		if reason := said.Failed[0].Reason; reason == "timeout" || reason == "deadline" {
			return uncertain, v // Confluence may still do it
		}
		return before, v
	}
	v.wrong = fmt.Sprintf("%s: asked for %s to be %s and told %s", p.mark, name, after, a.body)
	return uncertain, v
}

// refusedWhole reports whether a refusal means that nothing was changed: all do
// but the one that says that it does not know.
func refusedWhole(body string) bool {
	var refused struct{ Error struct{ Reason string } }
	return json.Unmarshal([]byte(body), &refused) == nil && refused.Error.Reason != "written_not_verified"
}

// prepared is a request that is sent more than once.
type prepared struct {
	name, method, uri string
	header            http.Header
	body              []byte
}

// attacks are requests that nobody has proved. Left out are those that become
// right a second after they were made, and what an earlier version took, if one
// is used too.
func (c *customers) attacks() []prepared {
	host := c.pages[0].as()
	var all []prepared
	for _, attack := range slices.Concat(
		host.HostAttacks(http.MethodGet, "/macro/labels?contentId="+c.pages[0].id),
		host.BrowserAttacks(http.MethodPost, "/api/labels", `{"contentId":"`+c.pages[0].id+`","add":["by-an-attacker"]}`),
		host.LifecycleAttacks(connect.Installed),
	) {
		if strings.HasSuffix(attack.Name, " 31 seconds ahead") {
			continue
		}
		r := attack.Request
		body, err := io.ReadAll(r.Body)
		if err != nil {
			c.t.Fatal(err)
		}
		one := prepared{attack.Name, r.Method, r.URL.RequestURI(), r.Header, body}
		if c.earlier != nil {
			if status, _, _ := c.earlier.send(one.request()); status/100 != 4 {
				continue
			}
		}
		all = append(all, one)
	}
	return all
}

func (p prepared) request() *http.Request {
	r := httptest.NewRequest(p.method, p.uri, bytes.NewReader(p.body))
	r.Header = p.header.Clone()
	return r
}

// attack sends a request that nobody has proved. To be refused is what it is for.
func (c *customers) attack(l *load, attacks []prepared) verdict {
	one := attacks[int(c.turn.Add(1))%len(attacks)]
	a := l.send(one.request())
	v := verdict{status: a.status, failed: a.status/100 != 4 || a.status == http.StatusTooManyRequests}
	if a.status/100 == 2 || a.status == http.StatusInternalServerError {
		v.wrong = fmt.Sprintf("%s is answered %d", one.name, a.status)
	}
	return v
}

// comer is a site that comes and goes: it installs the app, changes its secret,
// switches the app off and on, and uninstalls it.
type comer struct {
	host  connecttest.Host
	step  int
	busy  bool
	left  bool       // a call or a visit was refused: what is left of it is looked at in the end
	may   []standing // what the record may be; one if all calls were answered
	calls int
}

// standing is what a record says.
type standing struct {
	installed, enabled bool
	secret             string
}

const comers = 12

// comer returns one that nothing is under way for, for the time until release.
// installed asks for one that is surely installed; there may be none.
func (c *customers) comer(installed bool) *comer {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range c.comers {
		x := c.comers[0]
		c.comers = append(c.comers[1:], x)
		if !x.busy && !x.left && (!installed || len(x.may) == 1 && x.may[0].installed) && (installed || len(c.comers) >= comers) {
			x.busy = true
			return x
		}
	}
	if installed {
		return nil
	}
	x := &comer{host: *connecttest.NewHost("labelup", c.appURL), busy: true, may: []standing{{}}}
	x.host.ClientKey = fmt.Sprintf("comer-%d", len(c.comers))
	x.host.BaseURL = "https://" + x.host.ClientKey + ".atlassian.net/wiki"
	c.comers = append(c.comers, x)
	return x
}

func (c *customers) release(x *comer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x.busy = false
}

// lifecycle makes the next call of a site that comes and goes. After a call of
// which nobody knows whether it was made, the site installs again.
func (c *customers) lifecycle(l *load) verdict {
	x := c.comer(false)
	defer c.release(x)
	event := connect.Installed
	if len(x.may) == 1 && x.may[0].installed {
		x.step++
		event = []connect.Event{connect.Enabled, connect.Installed, connect.Disabled, connect.Enabled, connect.Uninstalled}[x.step%5]
	}
	if event == connect.Installed {
		x.calls++
		x.host.Secret = fmt.Sprintf("secret-%s-%d-0123456789abcdef", x.host.ClientKey, x.calls)
	}
	var next []standing
	for _, s := range x.may {
		switch event {
		case connect.Installed:
			s = standing{installed: true, enabled: s.installed && s.enabled, secret: x.host.Secret}
		case connect.Uninstalled:
			s = standing{}
		default:
			s.enabled = event == connect.Enabled
		}
		if !slices.Contains(next, s) {
			next = append(next, s)
		}
	}
	// Two calls of one second must not have one token.
	x.calls++
	a := l.send(x.host.Lifecycle(event, connecttest.With("jti", x.calls)))
	v := judged(x.host.ClientKey, a, http.StatusNoContent)
	switch {
	case !v.failed:
		x.may = next
	case a.status == http.StatusUnauthorized:
		x.left = true
	default:
		for _, s := range next {
			if !slices.Contains(x.may, s) {
				x.may = append(x.may, s)
			}
		}
	}
	return v
}

// visit looks at a macro page of a site that comes and goes.
func (c *customers) visit(l *load) verdict {
	x := c.comer(true)
	if x == nil {
		return c.macro(l, c.nextPage())
	}
	defer c.release(x)
	a := l.send(x.host.Iframe("/macro/labels?contentId=123"))
	v := judged(x.host.ClientKey, a, http.StatusOK)
	if !v.failed && !framedOnlyBy(a, x.host.BaseURL) {
		v.wrong = "framed by another site: " + a.header.Get("Content-Security-Policy")
	}
	x.left = a.status == http.StatusUnauthorized
	return v
}

// compare holds what was said against what there is: each label in Confluence
// and each record in Redis, which the processes of the load must all know of. A
// failover may lose what was acknowledged in its last moments: that is counted.
func (c *customers) compare(l *load, redisURL string, mayLose bool) {
	c.t.Helper()
	for _, p := range c.pages {
		has := map[string]bool{}
		for _, l := range tell(c.t, c.url, http.MethodGet, "pages/"+p.id+"?site="+p.site.name, nil)["labels"].([]any) {
			has[l.(map[string]any)["name"].(string)] = true
		}
		for name, known := range p.labels {
			if known == held && !has[name] || known == missing && has[name] {
				l.wrong(p.site.name, "%s should be %s, and Confluence has it: %v", name, known, has[name])
			}
			delete(has, name)
		}
		for name := range has {
			l.wrong(p.site.name, "%s has %s, which nobody asked for", p.mark, name)
		}
	}
	if len(c.comers) == 0 {
		return
	}
	time.Sleep(time.Second) // for as long a process may believe what Redis said
	client, err := site.NewClient(redisURL, c.redis)
	if err != nil {
		c.t.Fatal(err)
	}
	defer client.Close()
	for _, x := range c.comers {
		found, saw := c.find(l, client, x)
		switch {
		case found:
		case mayLose:
			l.lost++
		default:
			l.wrong(x.host.ClientKey, "%s was told to be %+v and %s", x.host.ClientKey, x.may, saw)
		}
	}
	if came := len(c.comers); came < comers {
		c.t.Errorf("only %d sites came", came)
	}
}

// find reports whether a site's record is one that it may be.
func (c *customers) find(l *load, client redis.UniversalClient, x *comer) (bool, string) {
	var record struct {
		Enabled       bool
		UninstalledAt time.Time
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	key := fmt.Sprintf("labelup:{%x}:site", sha256.Sum256([]byte(x.host.ClientKey)))
	raw, err := client.Get(ctx, key).Bytes()
	for err != nil && !errors.Is(err, redis.Nil) && ctx.Err() == nil { // the service's client gives up sooner than a test may
		time.Sleep(100 * time.Millisecond)
		raw, err = client.Get(ctx, key).Bytes()
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		c.t.Fatal(err)
	}
	if err == nil {
		if err := json.Unmarshal(raw, &record); err != nil {
			return false, "its record is " + string(raw)
		}
	}
	installed := err == nil && record.UninstalledAt.IsZero()
	saw := fmt.Sprintf("its record is installed %v, enabled %v", installed, record.Enabled)
	for _, s := range x.may {
		if s.installed != installed || installed && s.enabled != record.Enabled {
			continue
		}
		want := http.StatusUnauthorized
		host := x.host
		if s.installed {
			want, host.Secret = http.StatusOK, s.secret
		}
		agreed := true
		for _, p := range *l.processes.Load() {
			if got := l.patientlyTo(p, host.Iframe("/macro/labels?contentId=123")).status; got != want {
				agreed = false
				saw += fmt.Sprintf(", and with its secret it is answered %d", got)
			}
		}
		if agreed {
			return true, ""
		}
	}
	return false, saw
}

// TestCustomersNoticeWhatIsWrong has them use apps that do what must never be.
func TestCustomersNoticeWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	c := newCustomers(t, "ada", "bo")
	app := func(status int, body func(asked map[string][]string) string) *load {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var asked struct{ Add, Remove []string }
			_ = json.NewDecoder(r.Body).Decode(&asked)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body(map[string][]string{"add": asked.Add, "remove": asked.Remove}))
		}))
		t.Cleanup(server.Close)
		return newLoad(t, &process{t: t, url: server.URL})
	}
	always := func(body string) func(map[string][]string) string {
		return func(map[string][]string) string { return body }
	}
	changed := func(labels string) func(map[string][]string) string {
		return func(asked map[string][]string) string {
			return fmt.Sprintf(`{"labels":[{"name":%q}%s],"added":[%[1]q],"removed":[],"failed":[]}`, asked["add"][0], labels)
		}
	}
	of, other := c.pages[0], c.pages[4]
	label := func(names ...string) {
		tell(t, c.url, http.MethodPost, "pages/"+other.id+"?site=bo", map[string]any{"do": "label", "labels": names})
	}
	tests := map[string]struct {
		says  string
		wrong func() string
	}{
		"an error of the app":                 {"answered 500", func() string { return c.macro(app(500, always("")), of).wrong }},
		"a macro page of another page":        {"another page", func() string { return c.macro(app(200, always(`"contentId":"1"`)), of).wrong }},
		"an export of another site":           {"exported with", func() string { return c.export(app(200, always(of.mark+"0<"+other.mark+"0<")), of).wrong }},
		"an export without the labels":        {"without its label", func() string { return c.export(app(200, always("No labels")), of).wrong }},
		"a suggestion for another request":    {"another request", func() string { return c.suggest(app(200, always("quokka0")), of).wrong }},
		"a suggestion for another page":       {"another page", func() string { return c.suggest(app(200, always("none")), of).wrong }},
		"a change shown with another's":       {"shown with", func() string { return c.change(app(200, changed(`,{"name":"`+other.mark+`0"}`)), of).wrong }},
		"a change that is not what was asked": {"asked for", func() string { return c.change(app(200, always(`{"labels":[],"added":["x"]}`)), of).wrong }},
		"an answer with another status":       {"answered 204", func() string { return c.change(app(204, always("")), of).wrong }},
		"an unproved request that is let in":  {"is answered 200", func() string { return c.attack(app(200, always("")), c.attacks()).wrong }},
		"a change that Confluence did not get": {"should be there, and Confluence has it: false", func() string {
			return afterwards(c, app(200, changed("")), r.URL(), func(l *load) { c.change(l, other) })
		}},
		"a change that was refused and made": {"should be not there, and Confluence has it: true", func() string {
			l := app(403, func(asked map[string][]string) string {
				label(asked["add"]...)
				return `{"error":{"kind":"forbidden","reason":"not_permitted"}}`
			})
			return afterwards(c, l, r.URL(), func(l *load) { c.change(l, other) })
		}},
		"a label that nobody asked for": {"by-an-attacker, which nobody asked for", func() string {
			label("by-an-attacker")
			return afterwards(c, app(200, always("")), r.URL(), func(*load) {})
		}},
		"an install that is not kept": {"was told to be", func() string {
			return afterwards(c, app(204, always("")), r.URL(), func(l *load) {
				for range comers {
					c.lifecycle(l)
				}
			})
		}},
	}
	for name, test := range tests {
		if wrong := test.wrong(); !strings.Contains(wrong, test.says) {
			t.Errorf("%s is not noticed: %q", name, wrong)
		}
	}
}

// afterwards is what the comparison finds wrong after a load did something.
func afterwards(c *customers, l *load, redisURL string, do func(*load)) string {
	for _, p := range c.pages {
		p.labels, p.removable = map[string]holding{p.mark + "0": held}, nil
	}
	do(l)
	c.compare(l, redisURL, false)
	var all []string
	for _, r := range l.results {
		all = append(all, r.wrong)
	}
	return strings.Join(all, "\n")
}
