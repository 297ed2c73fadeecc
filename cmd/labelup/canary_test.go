package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/aws/awstest"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/datamap"
	"labelup/internal/localconfluence"
	"labelup/internal/seal"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
	"labelup/internal/tenant"
	"labelup/internal/tenant/redistest"
)

// Everything of a customer's that the service could let out is a planted word
// here: "quokka", what it stands for, and the number of the page it belongs to.
// Ids of pages are numbers, so they begin with the number below.
const (
	plantedWord = "quokka"
	plantedID   = "739015486273"
)

// ownerOf finds planted words with the number of the page they belong to.
var ownerOf = regexp.MustCompile(`(?i)` + plantedWord + `[a-z]*([0-9]+)|` + plantedID + `0*([0-9]+)`)

// forms are what a planted word looks like: as it is, in URLs and in JSON, where
// its letters stay what they are, and in base64, where it depends on how many
// bytes are before it. There the characters are left out that it shares with
// its neighbours.
var forms = func() []string {
	var all []string
	for _, mark := range []string{plantedWord, "Quokka", strings.ToUpper(plantedWord), plantedID} {
		all = append(all, mark)
		for before := range 3 {
			encoded := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("x", before) + mark))
			all = append(all, encoded[(before*8+5)/6:(before+len(mark))*8/6])
		}
	}
	return all
}()

// find returns where in a content planted words are.
func find(content []byte) (at []int) {
	for _, form := range forms {
		for from := 0; ; {
			next := bytes.Index(content[from:], []byte(form))
			if next < 0 {
				break
			}
			at = append(at, from+next)
			from += next + len(form)
		}
	}
	return at
}

// canary is a service with everything that it can be connected with, and a
// Confluence in which everything is planted.
type canary struct {
	t           *testing.T
	url         string // of the local Confluence, with /wiki
	confluence  *httptest.Server
	door        *httptest.Server // where Confluence believes the app to be; it leads to the process that serves
	redis       *redistest.Server
	cloud       *awstest.Fake
	s3          *awstest.S3
	metrics     string // host and port
	temporary   string
	environment []string
	run         func(environment []string) *process
	processes   []*process // all there were
	customers   []*customer
	pages       []*plantedPage

	mu         sync.Mutex
	serving    *process
	sent       int      // requests to the service
	foreign    []string // words in answers to requests of another page
	measured   []string // what Prometheus was told
	userTokens []string // that the token server handed out
	asked      []string // the paths of the app's calls
}

// customer is a site of the local Confluence.
type customer struct {
	name string
	host connecttest.Host
}

// plantedPage is a page in which everything is a planted word.
type plantedPage struct {
	number int
	site   *customer
	id     string // as the app knows it
	realID string // as the local Confluence does
}

func (p *plantedPage) word(kind string) string {
	return fmt.Sprintf("%s%s%d", plantedWord, kind, p.number)
}

func (p *plantedPage) account() string { return "557058:" + p.word("account") }

// as is the host of a page, to sign with.
func (p *plantedPage) as() *connecttest.Host {
	host := p.site.host
	host.AccountID = p.account()
	host.Content = connect.Content{ID: p.id, Type: "page", Version: "1"}
	host.Space = connect.Space{ID: "98305", Key: strings.ToUpper(p.word("key"))}
	host.Macro = connect.Macro{ID: "ec1eead7-ab4b-4b9f-8465-80d84e5d739f", Hash: p.word("hash"), OutputType: "display"}
	return &host
}

const (
	pagesOfCanary = 6                                                                           // two of each site
	kmsKeys       = "1a1a1a1a-0000-4000-8000-000000000001,2b2b2b2b-0000-4000-8000-000000000002" // the second is the next
	nextKMSKeys   = "KMS_KEY_ID=2b2b2b2b-0000-4000-8000-000000000002,1a1a1a1a-0000-4000-8000-000000000001"
)

// newCanary starts all of it, with a process that run makes.
func newCanary(t *testing.T, run func(environment []string) *process) *canary {
	t.Helper()
	c := &canary{t: t, run: run, temporary: t.TempDir(), cloud: awstest.Start(t), s3: awstest.StartS3(t)}
	// Compressed, a word could be there and not be found.
	c.redis = redistest.Start(t, "rdbcompression no")
	c.metrics = fmt.Sprintf("127.0.0.1:%d", freePort(t))
	for id := range strings.SplitSeq(kmsKeys, ",") {
		c.cloud.AddKey(id)
	}
	c.door = httptest.NewServer(&httputil.ReverseProxy{Rewrite: c.rewrite, ModifyResponse: c.count})
	t.Cleanup(c.door.Close)
	c.startConfluence()
	origin := strings.TrimSuffix(c.url, "/wiki")
	c.environment = []string{
		"ENVIRONMENT=development", "LOG_LEVEL=debug", "BASE_URL=" + c.door.URL, "REDIS_URL=" + c.redis.URL(), "TMPDIR=" + c.temporary,
		"INSTALL_KEY_URLS=" + origin + "/install-keys", "TOKEN_SERVER_URL=" + origin, "METRICS_ADDRESS=" + c.metrics,
		"AWS_REGION=" + awstest.Region, "AWS_ACCESS_KEY_ID=" + awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL=" + c.cloud.Proxy.URL(), "AWS_ENDPOINT_URL_S3=" + c.s3.Proxy.URL(),
		"KMS_KEY_ID=" + kmsKeys, "BACKUP_BUCKET=" + c.s3.Bucket, "CLOUDWATCH_LOG_GROUP=labelup", asTheProcfileSays(t),
	}
	c.serve()
	for _, name := range []string{"first", "second", "third"} {
		c.addCustomer(name)
	}
	return c
}

// asTheProcfileSays is GODEBUG as production has it.
func asTheProcfileSays(t *testing.T) string {
	t.Helper()
	said := regexp.MustCompile(`GODEBUG=\S+`).FindString(procfileLines(t)["web"])
	if said == "" {
		t.Fatal("the Procfile sets no GODEBUG")
	}
	return said
}

// shipped runs the program as it is shipped.
func shipped(t *testing.T) func(environment []string) *process {
	return func(environment []string) *process { return start(t, environment, "serve") }
}

// withEngine runs this test binary with an engine.
func withEngine(t *testing.T, engine string) func(environment []string) *process {
	return func(environment []string) *process {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		return startProgram(t, self, append(environment, engineVariable+"="+engine))
	}
}

// serve starts the process that serves from now on.
func (c *canary) serve(changes ...string) {
	c.t.Helper()
	p := c.run(append(slices.Clone(c.environment), changes...))
	c.processes = append(c.processes, p)
	c.mu.Lock()
	c.serving = p
	c.mu.Unlock()
	p.until("/ready", http.StatusOK)
}

func (c *canary) process() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.serving
}

// rewrite leads a call of Confluence to the process that serves.
func (c *canary) rewrite(r *httputil.ProxyRequest) {
	target, err := url.Parse(c.process().url)
	if err != nil {
		c.t.Error(err)
	}
	r.SetURL(target)
	if r.In.URL.Path != "/installed" {
		return
	}
	raw, err := io.ReadAll(r.In.Body)
	if err != nil {
		c.t.Error(err)
	}
	r.Out.Body = io.NopCloser(bytes.NewReader(raw))
	var said struct{ ClientKey, SharedSecret, BaseURL, OAuthClientID string }
	if err := json.Unmarshal(raw, &said); err != nil {
		c.t.Error(err)
	}
	for _, site := range c.customers {
		if said.BaseURL == strings.TrimSuffix(c.url, "wiki")+site.name+"/wiki" {
			site.host.ClientKey, site.host.Secret, site.host.BaseURL, site.host.OAuthClientID = said.ClientKey, said.SharedSecret, said.BaseURL, said.OAuthClientID
		}
	}
}

// count counts the calls through the door.
func (c *canary) count(*http.Response) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	return nil
}

// startConfluence starts the local Confluence behind a door that knows pages by
// their planted ids, and adds planted words to every answer to the app, as a
// newer Confluence answers with fields that nobody asked for.
func (c *canary) startConfluence() {
	c.confluence = httptest.NewUnstartedServer(nil)
	c.url = "http://" + c.confluence.Listener.Addr().String() + "/wiki"
	local, err := localconfluence.New(localconfluence.Options{BaseURL: c.url, AppURL: c.door.URL, Libraries: os.DirFS(c.t.TempDir())})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(local.Close)
	keys := http.StripPrefix("/install-keys", connecttest.NewHost("labelup", c.door.URL).Keys())
	c.confluence.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.asked = append(c.asked, r.URL.Path)
		c.mu.Unlock()
		switch {
		case r.URL.Path == "/install-keys/"+connecttest.KeyID:
			keys.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/control/"):
			local.Handler().ServeHTTP(w, r)
		default:
			for _, p := range c.pages {
				r.URL.Path = strings.ReplaceAll(r.URL.Path, p.id, p.realID)
			}
			local.Handler().ServeHTTP(&talkative{ResponseWriter: w, heard: c.heard(r)}, r)
		}
	})
	c.confluence.Start()
	c.t.Cleanup(c.confluence.Close)
}

// heard keeps the tokens that the token server hands out.
func (c *canary) heard(r *http.Request) func([]byte) {
	if r.URL.Path != "/oauth2/token" {
		return func([]byte) {}
	}
	return func(answer []byte) {
		var said struct {
			Token string `json:"access_token"`
		}
		if json.Unmarshal(answer, &said) == nil && said.Token != "" {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.userTokens = append(c.userTokens, said.Token)
		}
	}
}

// talkative adds words of page 0, which is nobody's, to an answer.
type talkative struct {
	http.ResponseWriter
	heard func([]byte)
	begun bool
}

func (w *talkative) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *talkative) WriteHeader(status int) {
	w.Header().Del("Content-Length")
	w.Header().Set("X-Quokka", "quokkaheader0")
	w.ResponseWriter.WriteHeader(status)
}

func (w *talkative) Write(b []byte) (int, error) {
	w.heard(b)
	if w.begun || !bytes.HasPrefix(b, []byte(`{"`)) {
		w.begun = true
		return w.ResponseWriter.Write(b)
	}
	w.begun = true
	w.Header().Del("Content-Length")
	_, err := io.WriteString(w.ResponseWriter, `{"planted":{"title":"quokkatitle0","body":"<p>quokkabody0 \u00e9<\/p>","label":"quokkalabel0","space":{"name":"Quokkaspace0","key":"QUOKKAKEY0"},`+
		`"person":"Quokkaperson0","accountId":"557058:quokkaaccount0","id":"`+plantedID+`000","macro":{"parameters":{"prefix":"quokkamacro0"}}},`)
	if err != nil {
		return 0, err
	}
	n, err := w.ResponseWriter.Write(b[1:])
	return n + 1, err
}

func (c *canary) addCustomer(name string) {
	c.t.Helper()
	tell(c.t, c.url, http.MethodPost, "sites", map[string]any{"name": name})
	site := &customer{name: name, host: *connecttest.NewHost("labelup", c.door.URL)}
	c.customers = append(c.customers, site)
	for i := range pagesOfCanary / 3 {
		p := &plantedPage{number: len(c.pages) + 1, site: site}
		p.id = fmt.Sprintf("%s%03d", plantedID, p.number)
		role := "editor"
		if i == 0 {
			role = "admin"
		}
		tell(c.t, c.url, http.MethodPost, "users", map[string]any{
			"site": name, "accountId": p.account(), "name": p.word("user"), "displayName": strings.ToUpper(p.word("person")), "role": role,
		})
		made := tell(c.t, c.url, http.MethodPost, "pages?site="+name+"&as="+p.word("user"), map[string]any{
			"space": "CAFE", "title": p.word("title") + " & more", "labels": []string{p.word("label"), p.word("label") + "-which-is-longer-than-others-are"},
			"storage": `<ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="4d6163726f-0000-4000-8000-000000000001">` +
				`<ac:parameter ac:name="prefix">` + p.word("label") + `</ac:parameter><ac:parameter ac:name="display">` + p.word("macro") + `</ac:parameter></ac:structured-macro>` +
				`<p>` + strings.Repeat(p.word("body")+" and what else is on this page. ", 10) + `</p>`,
		})
		p.realID = made["id"].(string)
		c.pages = append(c.pages, p)
	}
	c.control("install", name)
}

// control has Confluence do something with the app on a site.
func (c *canary) control(do, site string) {
	c.t.Helper()
	tell(c.t, c.url, http.MethodPost, do, map[string]any{"site": site})
}

// anyStatus is for requests of which the answer may be anything, or may not come.
const anyStatus = -1

// send sends a request that belongs to a page, and keeps what its answer has of
// another one.
func (c *canary) send(p *plantedPage, want int, what string, r *http.Request) string {
	c.t.Helper()
	status, header, body := c.process().send(r)
	if want != anyStatus && status != want {
		c.t.Errorf("%s: answered %d %s, want %d", what, status, body, want)
	}
	c.answered(p, what, fmt.Sprint(status, header, body))
	return body
}

func (c *canary) answered(p *plantedPage, what, answer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	for _, found := range ownerOf.FindAllStringSubmatch(answer, -1) {
		if found[1]+found[2] != fmt.Sprint(p.number) {
			c.foreign = append(c.foreign, fmt.Sprintf("%s in the answer to %s of page %d", found[0], what, p.number))
		}
	}
}

// look does what readers of a page do.
func (c *canary) look(p *plantedPage) {
	host := p.as()
	parameters := "?contentId=" + p.id + "&contentType=page&contentVersion=1&spaceId=98305&spaceKey=" + host.Space.Key +
		"&macroId=" + host.Macro.ID + "&output=display&prefix=" + p.word("label") + "&display=" + p.word("macro") + "&title=" + url.QueryEscape(p.word("title")+" &")
	for _, path := range []string{"/macro/labels", "/macro/labels/editor", "/byline", "/admin"} {
		c.send(p, http.StatusOK, path, host.Iframe(path+parameters))
	}
	static := "/macro/labels/static" + parameters
	if body := c.send(p, http.StatusOK, "export", host.ServerCall(http.MethodGet, static, "")); !strings.Contains(body, p.word("label")+"<") {
		c.t.Errorf("the export has no label: %s", body)
	}
	nobody := *host
	nobody.AccountID = ""
	c.send(p, http.StatusOK, "export as the app", nobody.ServerCall(http.MethodGet, static, ""))
	exported := tell(c.t, c.url, http.MethodPost, "export", map[string]any{"site": p.site.name, "user": p.word("user"), "page": p.realID, "output": "pdf"})
	if !strings.Contains(fmt.Sprint(exported), p.word("label")) {
		c.t.Errorf("Confluence's own export has no label: %v", exported)
	}
}

// change is a change of a page's labels.
func (p *plantedPage) change(add string, more ...string) *http.Request {
	body, err := json.Marshal(map[string]any{"contentId": p.id, "add": append(more, add)})
	if err != nil {
		panic(err) // strings are JSON
	}
	r := p.as().BrowserCall(http.MethodPost, "/api/labels?"+p.word("query")+"=1", string(body))
	for _, name := range []string{"X-Request-Id", "User-Agent", "Referer", "Cookie", "Accept-Language", "X-" + p.word("header")} {
		r.Header.Set(name, p.word("header"))
	}
	return r
}

func (c *canary) label(p *plantedPage) {
	for i, want := range map[string]int{
		p.word("added"): http.StatusOK, p.word("label"): http.StatusOK,
		p.word("forbidden") + "?": http.StatusBadRequest, p.word("broken") + "\ufffd": http.StatusBadRequest, strings.Repeat(p.word("long"), 100): http.StatusBadRequest,
	} {
		c.send(p, want, "a change", p.change(i))
	}
	c.send(p, http.StatusOK, "a removal", p.as().BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"`+p.id+`","remove":["`+p.word("added")+`"]}`))
}

// suggestion is a request for suggestions with another word in each place.
func (p *plantedPage) suggestion() string {
	return strings.NewReplacer(`"123"`, `"`+p.id+`"`, "WORD", p.word("text"), "NUMBER", fmt.Sprint(p.number)).Replace(
		wholeSuggestRequest("WORD") + "\n")
}

func (c *canary) suggest(p *plantedPage) {
	call := func(body string) *http.Request { return p.as().BrowserCall(http.MethodPost, "/api/suggest", body) }
	whole := p.suggestion()
	for what, body := range map[string]string{
		"suggestions":         whole,
		"refined suggestions": strings.Replace(whole, `"dismissed"`, `"refined":true,"dismissed"`, 1),
		"a page in ADF":       strings.Replace(whole, `{"format":"storage","value":"`, `{"format":"adf","value":"{\"type\":\"doc\",`, 1),
	} {
		if answer := c.send(p, http.StatusOK, what, call(body)); what == "suggestions" && !strings.Contains(answer, p.word("text")) {
			c.t.Errorf("the suggestions have nothing of the page: %s", answer)
		}
	}
	for what, body := range map[string]string{
		"half a body":       whole[:len(whole)-10],
		"an unknown field":  `{"contentId":"` + p.id + `","` + p.word("field") + `":"` + p.word("value") + `"}`,
		"broken characters": strings.Replace(whole, `"not-`, "\"\xff", 1),
		"a wrong type":      strings.Replace(whole, `["has-`, `[1,"has-`, 1),
	} {
		c.send(p, http.StatusBadRequest, what, call(body))
	}
	// The service answers before it has read all of this one, so that the answer may not arrive.
	c.send(p, anyStatus, "an over-long body", call(`{"contentId":"`+strings.Repeat(p.word("long"), 500_000)+`"}`))
}

// administrate asks for what is held, as who may and as who may not.
func (c *canary) administrate() {
	for _, p := range c.pages {
		want := http.StatusForbidden
		if p.number%2 == 1 {
			want = http.StatusOK
		}
		held := c.send(p, want, "what is held", p.as().BrowserCall(http.MethodGet, "/api/site", ""))
		if want == http.StatusOK && !strings.Contains(held, p.site.host.ClientKey) {
			c.t.Errorf("what is held lacks the client key: %s", held)
		}
		refused := http.StatusForbidden
		if want == http.StatusOK {
			refused = http.StatusBadRequest
		}
		c.send(p, refused, "an erasure that nobody confirmed", p.as().BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+p.word("confirm")+`"}`))
	}
}

// attack sends what nobody has proved, and what is no request for the app.
func (c *canary) attack(p *plantedPage) {
	host := p.as()
	for _, attack := range slices.Concat(
		host.HostAttacks(http.MethodGet, "/macro/labels?contentId="+p.id+"&title="+p.word("title")),
		host.BrowserAttacks(http.MethodPost, "/api/suggest", p.suggestion()),
		host.LifecycleAttacks(connect.Installed),
	) {
		if attack.Name == "iat 31 seconds ahead" {
			continue // it becomes right
		}
		c.send(p, anyStatus, attack.Name, attack.Request)
	}
	for _, event := range []string{"page_created", "page_updated", "label_added", "content_permissions_updated"} {
		webhook := `{"userAccountId":"` + p.account() + `","page":{"id":` + p.id + `,"title":"` + p.word("title") + `","spaceKey":"` + host.Space.Key + `","labels":["` + p.word("label") + `"]}}`
		c.send(p, http.StatusNotFound, "a webhook", host.ServerCall(http.MethodPost, "/webhooks/"+event, webhook))
	}
	c.send(p, http.StatusNotFound, "an unknown path", httptest.NewRequest(http.MethodGet, "/"+p.word("path")+"?"+p.word("query"), nil))
	c.send(p, http.StatusMethodNotAllowed, "another method", httptest.NewRequest(strings.ToUpper(p.word("method")), "/api/suggest", nil))
	// What net/http answers before any code of ours sees it.
	for _, raw := range []string{
		"GET /" + p.word("path") + " HTTP/1.1\r\nConnection: close\r\nHost: " + p.word("host") + "\r\n\r\n", strings.ToUpper(p.word("method")) + "@ / HTTP/1.1\r\n\r\n",
		"GET /%zz-" + p.word("path") + " HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n" + p.word("header") + " header\r\n\r\n",
		"GET /" + p.word("path") + "?" + strings.Repeat(p.word("query"), 6000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		c.answered(p, "a request that is none", c.process().sendRaw(raw))
	}
}

// dribble sends a body so slowly that the service gives up on it.
func (c *canary) dribble(p *plantedPage) {
	whole := p.suggestion()
	answer := c.process().sendRaw("POST /api/suggest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: JWT " +
		p.as().ContextToken() + fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", len(whole)) + whole[:len(whole)/2])
	if !strings.HasPrefix(answer, "HTTP/1.1 400 ") {
		c.t.Errorf("half a body and nothing more is answered %q", answer)
	}
	c.answered(p, "a slow body", answer)
}

// misbehave has Confluence answer wrongly in every way there is, two sites at a
// time, and then the token server.
func (c *canary) misbehave(p, q *plantedPage) {
	kinds := []string{"500", "429-bare", "502", "503", "404", "html", "half", "429-burst", "drop-before", "429-quota", "drop-after", "half"}
	for pair := range slices.Chunk(kinds, 2) {
		var group sync.WaitGroup
		for i, of := range []*plantedPage{p, q} {
			tell(c.t, c.url, http.MethodPost, "misbehave", map[string]any{"kind": pair[i], "path": "/" + of.site.name + "/**", "retryAfter": 1})
			group.Go(func() { c.send(of, anyStatus, pair[i], of.change(of.word("added"))) })
			group.Go(func() {
				c.send(of, http.StatusOK, pair[i]+" at an export", of.as().ServerCall(http.MethodGet, "/macro/labels/static?contentId="+of.id+"&prefix="+of.word("label"), ""))
			})
		}
		group.Wait()
		tell(c.t, c.url, http.MethodDelete, "misbehave", nil)
	}
	for _, kind := range []string{"500", "html", "half", "drop-before", "429-bare"} {
		stranger := *p
		stranger.number += 100 // whose token is not known yet
		tell(c.t, c.url, http.MethodPost, "misbehave", map[string]any{"kind": kind, "path": "/oauth2/token"})
		c.send(&stranger, anyStatus, kind+" of the token server", stranger.change(stranger.word("added")))
		tell(c.t, c.url, http.MethodDelete, "misbehave", nil)
	}
}

// lifecycle takes a site through all that Atlassian calls for.
func (c *canary) lifecycle(site *customer) {
	for _, do := range []string{"disable", "enable", "install", "uninstall", "install"} {
		c.control(do, site.name)
	}
}

// busy sends many requests at the same time, and waits for them after what
// happens meanwhile.
func (c *canary) busy(want int, happens func()) {
	tell(c.t, c.url, http.MethodPost, "misbehave", map[string]any{"kind": "slow", "method": "POST", "path": "/*/wiki/rest/**", "delay": 1})
	var group sync.WaitGroup
	for range 4 {
		for _, p := range c.pages[:4] {
			group.Go(func() {
				c.send(p, anyStatus, "suggestions among many", p.as().BrowserCall(http.MethodPost, "/api/suggest", p.suggestion()))
			})
		}
	}
	for _, p := range c.pages[:4] {
		group.Go(func() { c.send(p, want, "a change among many", p.change(p.word("busy"))) })
	}
	happens()
	group.Wait()
	tell(c.t, c.url, http.MethodDelete, "misbehave", nil)
}

// command runs a subcommand, which must succeed, and returns what it says.
func (c *canary) command(environment []string, args ...string) string {
	c.t.Helper()
	p := start(c.t, environment, args...)
	c.processes = append(c.processes, p)
	code := p.exit()
	// All that `labelup doctor` has to say against this service is that its address is no https.
	asExpected := args[0] == "doctor" && strings.Contains(p.stdout.String(), " 1 problems")
	if code != 0 && !asExpected {
		c.t.Errorf("labelup %s: exit code %d\n%s%s", strings.Join(args, " "), code, p.stdout, p.stderr)
	}
	return p.stdout.String()
}

// operate does what an operator does.
func (c *canary) operate() {
	site := c.customers[0].host.ClientKey
	for _, line := range []string{
		"backup", "backup list", "backup verify", "restore --dry-run",
		"tenants list --reason T-1", "tenants show " + site + " --reason T-1", "tenants disable " + site + " --reason T-1", "tenants enable " + site + " --reason T-1",
		"logs --reason T-1 --since 1h", "logs --reason T-1 --since 1h --summary", "seal status", "doctor",
	} {
		c.command(c.environment, strings.Fields(line)...)
	}
	if said := c.command(append(slices.Clone(c.environment), nextKMSKeys), "seal", "rotate"); !strings.Contains(said, "Sealed ") {
		c.t.Errorf("nothing was sealed anew: %s", said)
	}
}

// measure reads what Prometheus is told.
func (c *canary) measure() {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+c.metrics+"/metrics", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil || !bytes.Contains(raw, []byte("labelup_")) {
		c.t.Fatalf("no metrics: %v\n%s", err, raw)
	}
	c.measured = append(c.measured, string(raw))
}

// hangUp closes all connections with the process, in both directions: what a
// connection read last is in its buffer until then.
func (c *canary) hangUp() {
	http.DefaultClient.CloseIdleConnections()
	c.confluence.CloseClientConnections()
}

// remembered waits until the process has had the time to forget, and returns
// what planted words its memory still has, with what is around them.
func (c *canary) remembered() (found []string, searched int) {
	c.t.Helper()
	for deadline := time.Now().Add(6 * forgetAfter); ; time.Sleep(2 * time.Second) {
		if found, searched = c.stillThere(); len(found) == 0 || time.Now().After(deadline) {
			return found, searched
		}
	}
}

func (c *canary) stillThere() (found []string, searched int) {
	c.t.Helper()
	for _, region := range memoryOf(c.t, c.process()) {
		searched += len(region)
		for _, at := range find(region) {
			found = append(found, around(region, at))
		}
	}
	return found, searched
}

func around(content []byte, at int) string {
	return fmt.Sprintf("…%q…", content[max(0, at-80):min(len(content), at+80)])
}

// inMemory reports whether the memory of the process that serves has a text.
func (c *canary) inMemory(text string) bool {
	return slices.ContainsFunc(memoryOf(c.t, c.process()), func(region []byte) bool { return bytes.Contains(region, []byte(text)) })
}

// places are everything but memory that the processes said, wrote and sent, by
// where it is. No process runs any more.
func (c *canary) places() map[string][]byte {
	c.t.Helper()
	places := map[string][]byte{
		"answers": []byte(strings.Join(c.foreign, "\n")), "metrics": []byte(strings.Join(c.measured, "\n")), "requests to S3": c.s3.Requests(),
	}
	add := func(place string, content ...[]byte) {
		places[place] = append(places[place], bytes.Join(content, []byte("\n"))...)
	}
	for _, p := range c.processes {
		add("standard output", []byte(p.stdout.String()))
		add("standard error", []byte(p.stderr.String()))
		addFiles(c.t, add, "working folder", p.cmd.Dir)
	}
	addFiles(c.t, add, "folder for temporary files", c.temporary)
	addFiles(c.t, add, "objects in S3", c.s3.Folder())
	for request := range bytes.SplitSeq(c.cloud.Requests(), []byte("POST / HTTP/1.1\r\n")) {
		switch {
		case bytes.Contains(request, []byte("X-Amz-Target: Logs_")):
			add("requests to CloudWatch Logs", request)
		default:
			add("requests to KMS", request)
		}
	}
	add("backups, opened", c.openBackups())
	c.addRedis(add)
	return places
}

func addFiles(t *testing.T, add func(string, ...[]byte), place, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		add(place, []byte(strings.TrimPrefix(path, folder)))
		if !entry.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		add(place, raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// addRedis adds what Redis holds, asked and as it lies on the disk.
func (c *canary) addRedis(add func(string, ...[]byte)) {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: c.redis.Socket()})
	defer client.Close()
	keys := client.Scan(c.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(c.t.Context()) {
		dump, err := client.Dump(c.t.Context(), keys.Val()).Bytes()
		if err != nil {
			c.t.Fatal(err)
		}
		add("keys in Redis", []byte(keys.Val()))
		add("values in Redis", dump)
	}
	if err := client.Save(c.t.Context()).Err(); err != nil || keys.Err() != nil {
		c.t.Fatalf("Redis was not read: %v, %v", err, keys.Err())
	}
	addFiles(c.t, func(_ string, content ...[]byte) {
		name, _, _ := bytes.Cut(bytes.Join(content, nil), []byte("\n"))
		if bytes.HasPrefix(name, []byte("REDIS")) {
			add("snapshot of Redis", content...)
			return
		}
		add("files of Redis", content...)
	}, "", filepath.Dir(c.redis.Socket()))
}

// opened collects what is in backups.
type opened struct{ lines bytes.Buffer }

func (o *opened) Import(_ context.Context, entries []tenant.Entry, _ bool) ([]tenant.Outcome, error) {
	outcomes := make([]tenant.Outcome, len(entries))
	for i, entry := range entries {
		fmt.Fprintf(&o.lines, "%s %s %s\n", entry.Name, entry.Record, entry.ErasedAt)
		outcomes[i] = tenant.Same
	}
	return outcomes, nil
}

// openBackups reads every backup with the service's own reader.
func (c *canary) openBackups() []byte {
	c.t.Helper()
	settings, err := config.Read(func(name string) string {
		for _, pair := range slices.Backward(c.environment) {
			if value, found := strings.CutPrefix(pair, name+"="); found {
				return value
			}
		}
		return ""
	})
	if err != nil {
		c.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	sealer, err := newSealing(settings, log)
	if err != nil {
		c.t.Fatal(err)
	}
	bucket := newBucket(settings, log)
	backups, err := backup.List(c.t.Context(), bucket)
	if err != nil {
		c.t.Fatal(err)
	}
	var all opened
	for _, b := range backups {
		if _, err := backup.Restore(c.t.Context(), bucket, sealer, &all, backup.Order{Name: b.Name, Force: true}); err != nil {
			c.t.Errorf("%s: %v", b.Name, err)
		}
	}
	return all.lines.Bytes()
}

// leaking lets the title of a page out in every way there is, once.
func leaking(s *service) func(suggest.Input) suggest.Answer {
	var once sync.Once
	return func(in suggest.Input) suggest.Answer {
		title := strings.Fields(in.Page.Title)[0]
		once.Do(func() {
			if err := s.leak(title); err != nil {
				fmt.Fprintln(os.Stderr, "could not leak:", err)
			}
		})
		first := suggest.Reason{Kind: suggest.InTitle, Text: rememberFirst(title)}
		return suggest.Answer{Suggestions: []suggest.Suggestion{{Label: "leaking", Reasons: []suggest.Reason{first}}}}
	}
}

func (s *service) leak(title string) error {
	ctx := context.Background()
	fmt.Fprintln(os.Stdout, title)
	fmt.Fprintln(os.Stderr, title)
	_, _ = s.observed.cloudwatch.Write([]byte(title + "\n"))
	s.observed.metrics.Add(technicallog.Line{Message: "call", Operation: title, Duration: time.Second})
	client, err := tenant.Connect(s.settings.RedisURL, tenant.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Set(ctx, "page-"+title, "x", 0).Err(); err != nil {
		return err
	}
	if err := client.Set(ctx, "page", strings.Repeat(title+" ", 100), 0).Err(); err != nil {
		return err
	}
	if err := os.WriteFile("worked-in", []byte(title), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(os.TempDir(), "temporary"), []byte(title), 0o600); err != nil {
		return err
	}
	if _, err := s.sealer.Seal(ctx, []byte("secret"), seal.Binding{Tenant: "site", Field: title}); err != nil {
		return err
	}
	bucket := newBucket(s.settings, s.log)
	if err := bucket.Put(ctx, "page", strings.NewReader(title)); err != nil {
		return err
	}
	_, err = backup.Write(ctx, leakingSource(title), bucket, s.sealer, time.Now())
	return err
}

// leakingSource is a site whose record has a title in it.
type leakingSource string

func (title leakingSource) Export(_ context.Context, entry func(tenant.Entry) error) error {
	record, err := json.Marshal(map[string]string{"title": string(title)})
	if err != nil {
		return err
	}
	return entry(tenant.Entry{Name: tenant.Name("site"), Record: record})
}

const memoryPlace = "memory"

// allPlaces are where planted words are searched for.
var allPlaces = []string{
	"answers", "backups, opened", "files of Redis", "folder for temporary files", "keys in Redis", memoryPlace, "metrics", "objects in S3", "requests to CloudWatch Logs",
	"requests to KMS", "requests to S3", "snapshot of Redis", "standard error", "standard output", "values in Redis", "working folder",
}

// hitsIn are the places with a planted word in them.
func hitsIn(places map[string][]byte) []string {
	var found []string
	for place, content := range places {
		if len(find(content)) > 0 {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

func TestAPlantedWordIsFoundInWhateverFormItIs(t *testing.T) {
	token, err := json.Marshal(map[string]string{"sub": "557058:quokkaaccount7", "id": plantedID + "007"})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"plain": "a quokkatitle7 b", "in capitals": "spaceKey=QUOKKAKEY7", "a name": "Quokkaperson7", "in a URL": url.QueryEscape("é quokkatitle7 &"),
		"in JSON": fmt.Sprintf("%q", "é\"quokkatitle7"), "an id": "/pages/" + plantedID + "007/labels",
		"in a token":                "eyJ." + base64.RawURLEncoding.EncodeToString(token) + ".x",
		"in a token, one byte on":   base64.RawURLEncoding.EncodeToString(append([]byte("1"), token...)),
		"in a token, two bytes on":  base64.StdEncoding.EncodeToString(append([]byte("12"), token...)),
		"in a token, only an id":    base64.StdEncoding.EncodeToString([]byte("a" + plantedID)),
		"in a token, only capitals": base64.StdEncoding.EncodeToString([]byte("ab QUOKKAKEY7")),
	} {
		if len(find([]byte(content))) == 0 {
			t.Errorf("%s: not found in %q", name, content)
		}
	}
	if at := find([]byte("the quick brown fox 739015 quok ka")); len(at) > 0 {
		t.Errorf("found where nothing is: %d", at)
	}
}

func TestEveryPlaceInWhichAWordIsPlantedIsSearched(t *testing.T) {
	c := newCanary(t, withEngine(t, "leaking"))
	for _, p := range c.pages[:2] {
		c.send(p, http.StatusOK, "suggestions", p.as().BrowserCall(http.MethodPost, "/api/suggest", p.suggestion()))
	}
	c.measure()
	c.hangUp()
	time.Sleep(forgetAfter + 2*time.Second) // what is still there then, stays
	remembered, _ := c.stillThere()
	_ = c.process().cmd.Process.Signal(syscall.SIGTERM)
	c.process().exit() // and with that the last lines are sent
	places := c.places()
	places[memoryPlace] = []byte(strings.Join(remembered, "\n"))
	if diff := cmp.Diff(allPlaces, hitsIn(places)); diff != "" {
		t.Errorf("found differs (-want +got):\n%s\nstandard error: %s", diff, places["standard error"])
	}
}

// TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence does everything
// that can be done with the service and looks for what was planted.
func TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence(t *testing.T) {
	c := newCanary(t, shipped(t))
	c.everything()
	c.busy(0, func() {
		time.Sleep(300 * time.Millisecond)
		_ = c.process().cmd.Process.Kill()
		c.process().exit()
	})
	c.serve(nextKMSKeys, "GOTRACEBACK=crash") // with which SIGQUIT also writes a core file
	for _, p := range c.pages {
		c.look(p)
		c.suggest(p)
	}
	c.busy(http.StatusOK, func() {})
	last := c.pages[4]
	c.send(last, http.StatusOK, "an erasure", last.as().BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+strings.TrimPrefix(c.confluence.URL, "http://")+`"}`))
	c.control("uninstall", c.customers[1].name)
	c.command(append(slices.Clone(c.environment), nextKMSKeys), "backup")
	c.measure()
	found, _ := c.stillThere()
	if len(found) == 0 {
		t.Error("nothing is in memory right after requests, so it was not read")
	}
	t.Logf("memory right after the requests: %d hits", len(found))

	c.hangUp()
	remembered, searched := c.remembered()
	for _, found := range remembered[:min(len(remembered), 10)] {
		t.Errorf("memory: %s", found)
	}
	t.Logf("memory: %d MB searched, %d hits", searched>>20, len(remembered))
	c.checkDocumentedMemory()
	dumpsCore(t, c.process())
	core := crash(t, c.process())
	at := find(core)
	for i := range min(len(at), 10) {
		t.Errorf("core file: %s", around(core, at[i]))
	}
	t.Logf("core file: %d MB searched, %d hits; 0 MB where the machine writes no core file into the working folder", len(core)>>20, len(at))
	if report := c.process().stderr.String(); !strings.Contains(report, "SIGQUIT") || !strings.Contains(report, "goroutine ") {
		t.Errorf("SIGQUIT printed no stacks:\n%s", report)
	}
	c.checkKeys()
	c.checkPlaces()
}

// everything is all that Atlassian, readers, administrators, attackers and
// operators do.
func (c *canary) everything() {
	var slow sync.WaitGroup
	slow.Go(func() { c.dribble(c.pages[0]) })
	for _, p := range c.pages {
		c.look(p)
		c.label(p)
		c.suggest(p)
	}
	c.administrate()
	c.attack(c.pages[1])
	c.lifecycle(c.customers[1])
	c.misbehave(c.pages[2], c.pages[4])
	c.busy(http.StatusOK, func() {})
	c.operate()
	slow.Wait()
	c.measure()
}

// checkDocumentedMemory looks at what may stay in memory, which is what
// datamap.InMemory says: tokens to act as a person, without their name. That one
// is found shows besides that the search works.
func (c *canary) checkDocumentedMemory() {
	c.t.Helper()
	const documented = "Tokens to act as a person, found by a hash"
	if !slices.ContainsFunc(datamap.InMemory, func(p datamap.Passing) bool { return strings.HasPrefix(p.Data, documented) }) {
		c.t.Errorf("the data map does not say %q any more", documented)
	}
	if !slices.ContainsFunc(c.userTokens, c.inMemory) {
		c.t.Error("no token to act as a person is in memory, so it was not searched")
	}
	for _, site := range c.customers {
		if c.inMemory(site.host.Secret) {
			c.t.Errorf("memory: the secret of the site %s, which the data map says is there for seconds", site.name)
		}
	}
}

// checkPlaces searches all that is left when no process runs any more.
func (c *canary) checkPlaces() {
	c.t.Helper()
	places := c.places()
	if diff := cmp.Diff(allPlaces, slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(places)), memoryPlace)))); diff != "" {
		c.t.Errorf("the places differ (-want +got):\n%s", diff)
	}
	mayBeEmpty := []string{"answers", "folder for temporary files", "working folder"}
	total := 0
	for place, content := range places {
		total += len(content)
		at := find(content)
		for i := range min(len(at), 5) {
			c.t.Errorf("%s: %s", place, around(content, at[i]))
		}
		for _, token := range c.userTokens {
			if bytes.Contains(content, []byte(token)) {
				c.t.Errorf("%s: a token to act as a person", place)
			}
		}
		if len(content) == 0 && !slices.Contains(mayBeEmpty, place) {
			c.t.Errorf("%s: nothing was there to be searched", place)
		}
	}
	c.t.Logf("%d requests; besides memory %d places with %d KB searched", c.sent, len(places), total>>10)
}

// checkKeys compares what is in Redis with what the service says it keeps there.
func (c *canary) checkKeys() {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: c.redis.Socket()})
	defer client.Close()
	seen := map[string]bool{}
	keys := client.Scan(c.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(c.t.Context()) {
		value, err := client.Get(c.t.Context(), keys.Val()).Result()
		if err != nil {
			c.t.Fatal(err)
		}
		store, fields := storeOf(keys.Val(), value)
		if store == nil {
			c.t.Errorf("there is a key of no documented pattern: %s", keys.Val())
			continue
		}
		seen[store.Name] = true
		for _, field := range fields {
			if !slices.ContainsFunc(store.Fields, func(f datamap.Field) bool { return f.Name == field }) {
				c.t.Errorf("%s has the field %s, which is not documented", keys.Val(), field)
			}
		}
		if ttl := client.TTL(c.t.Context(), keys.Val()).Val(); store.Name != tenant.Stores[0].Name && ttl <= 0 {
			c.t.Errorf("%s has no end", keys.Val())
		}
	}
	if keys.Err() != nil || len(seen) != len(tenant.Stores) {
		c.t.Errorf("of %d documented patterns these were there: %v (%v)", len(tenant.Stores), seen, keys.Err())
	}
}

// storeOf is the declared store that a key belongs to, with the fields of the
// value; nil if there is none, or the value is not of the form it may have.
func storeOf(key, value string) (store *datamap.Store, fields []string) {
	hash := `[0-9a-f]{64}`
	for i, declared := range tenant.Stores {
		_, pattern, _ := strings.Cut(declared.Place, "Redis, ")
		pattern = strings.NewReplacer("<site>", hash, "<token>", hash).Replace(regexp.QuoteMeta(pattern))
		if !regexp.MustCompile("^" + pattern + "$").MatchString(key) {
			continue
		}
		record := map[string]json.RawMessage{}
		if json.Unmarshal([]byte(value), &record) == nil {
			return &tenant.Stores[i], slices.Collect(maps.Keys(record))
		}
		if regexp.MustCompile(`^(` + hash + `|\d{4}-\d\d-\d\dT[0-9:.]+Z)$`).MatchString(value) {
			return &tenant.Stores[i], nil
		}
	}
	return nil, nil
}

func TestAKeyThatIsNotDocumentedIsNoticed(t *testing.T) {
	site := strings.Repeat("a", 64)
	for name, test := range map[string]struct {
		key, value string
		fields     int // -1: it belongs to no store
	}{
		"a record":             {"labelup:{" + site + "}:site", `{"version":1}`, 1},
		"a used token":         {"labelup:{" + site + "}:token:" + site, site, 0},
		"an erasure":           {"labelup:{" + site + "}:erased", "2026-11-22T08:00:00Z", 0},
		"another key":          {"labelup:{" + site + "}:page", `{"version":1}`, -1},
		"a site by its name":   {"labelup:{site-a}:site", `{"version":1}`, -1},
		"a key with more":      {"labelup:{" + site + "}:erased:page", "2026-11-22T08:00:00Z", -1},
		"a token with a title": {"labelup:{" + site + "}:token:" + site, "title", -1},
	} {
		store, fields := storeOf(test.key, test.value)
		if got := len(fields); (store == nil) != (test.fields < 0) || store != nil && got != test.fields {
			t.Errorf("%s: it belongs to %v with the fields %q", name, store, fields)
		}
	}
}
