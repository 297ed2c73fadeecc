package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/forge/forgetest"
	"labelup/internal/aws/awstest"
	"labelup/internal/localconfluence"
	"labelup/internal/localconfluence/controltest"
	"labelup/internal/site/redistest"
)

// Everything of a customer's that the service could let out is a planted word
// here: "quokka", what it stands for, and the number of the page it belongs to.
// Ids of pages are numbers, so they begin with the number below.
const (
	plantedWord = "quokka"
	plantedID   = "739015486273"
)

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
		"FORGE_APP_ID=" + forgetest.NewHost().AppID, "FORGE_KEY_SET_URL=" + origin + "/forge-keys",
		"AWS_REGION=" + awstest.Region, "AWS_ACCESS_KEY_ID=" + awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL=" + c.cloud.Proxy.URL(), "AWS_ENDPOINT_URL_S3=" + c.s3.Proxy.URL(),
		"KMS_KEY_ID=" + kmsKeys, "BACKUP_BUCKET=" + c.s3.Bucket, "CLOUDWATCH_LOG_GROUP=labelup",
	}
	c.serve()
	for _, name := range []string{"first", "second", "third"} {
		c.addCustomer(name)
	}
	return c
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
		case r.URL.Path == "/forge-keys":
			forgetest.NewHost().Keys().ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/control/"):
			local.Handler().ServeHTTP(w, r)
		default:
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/ex/confluence") // through Atlassian's gateway; the rest is the same
			for _, p := range c.pages {
				r.URL.Path = strings.ReplaceAll(r.URL.Path, p.id, p.realID)
			}
			local.Handler().ServeHTTP(&talkative{ResponseWriter: w, heard: c.heard(r)}, r)
		}
	})
	c.confluence.Start()
	c.t.Cleanup(c.confluence.Close)
	c.t.Cleanup(func() { controltest.EverythingIsPlayed(c.t, c.url) })
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
