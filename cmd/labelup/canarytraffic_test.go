package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"labelup/connect"
	"labelup/forge/forgetest"
)

// control has Confluence do something with the app on a site.
func (c *canary) control(do, site string) {
	c.t.Helper()
	tell(c.t, c.url, http.MethodPost, do, map[string]any{"site": site})
}

// send sends a request that belongs to a page, and keeps what its answer has of
// another one.
func (c *canary) send(p *plantedPage, want int, what string, r *http.Request) string {
	c.t.Helper()
	status, header, body := c.process().asks(want, r)
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

// throughForge does both through Forge, with the token that Confluence gave the
// person last.
func (c *canary) throughForge(p *plantedPage) {
	host, connect := forgetest.NewHost(), p.as()
	host.Gateway, host.CloudID = strings.TrimSuffix(c.url, "/wiki"), p.site.name
	host.AccountID, host.Content.ID, host.Space.Key = connect.AccountID, p.id, connect.Space.Key
	c.mu.Lock()
	host.UserToken = c.userTokens[len(c.userTokens)-1]
	c.mu.Unlock()
	said := []forgetest.Change{
		forgetest.With("context.extension.config", map[string]any{p.word("macro"): p.word("label")}),
		forgetest.With("context.siteUrl", "https://"+p.word("site")+".atlassian.net"),
	}
	c.send(p, http.StatusOK, "suggestions through Forge", host.Request(http.MethodPost, "/api/suggest", p.suggestion(), said...))
	body := `{"contentId":"` + p.id + `","add":["` + p.word("forge") + `"]}`
	c.send(p, http.StatusOK, "a change through Forge", host.Invoke(http.MethodPost, "/api/labels", body, said...))
	c.send(p, http.StatusForbidden, "a change by a token that has ended", host.Invoke(http.MethodPost, "/api/labels", body, append(said, forgetest.With("exp", 1))...))
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
		if strings.HasSuffix(attack.Name, " 31 seconds ahead") {
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

// busy sends many requests at the same time, of which Confluence takes its time
// for changes, and waits for them after what happens meanwhile.
func (c *canary) busy(want int, slow time.Duration, happens func()) {
	c.mu.Lock()
	c.asked = nil
	c.mu.Unlock()
	tell(c.t, c.url, http.MethodPost, "misbehave", map[string]any{"kind": "slow", "method": "POST", "path": "/*/wiki/rest/**", "delay": slow.Seconds()})
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

// untilChanged waits until a change of labels is on its way to Confluence.
func (c *canary) untilChanged() {
	c.t.Helper()
	for deadline := time.Now().Add(patience); !c.wasAsked(regexp.MustCompile(`/rest/api/content/\d+/label$`)); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatal("no change is made")
		}
	}
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
		"sites list --reason T-1", "sites show " + site + " --reason T-1", "sites block " + site + " --reason T-1", "sites unblock " + site + " --reason T-1",
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

// everything is all that Atlassian, readers, administrators, attackers and
// operators do.
func (c *canary) everything() {
	var slow sync.WaitGroup
	slow.Go(func() { c.dribble(c.pages[0]) })
	for _, p := range c.pages {
		c.look(p)
		c.label(p)
		c.suggest(p)
		c.throughForge(p)
	}
	c.administrate()
	c.attack(c.pages[1])
	c.lifecycle(c.customers[1])
	c.misbehave(c.pages[2], c.pages[4])
	c.busy(http.StatusOK, time.Second, func() {})
	c.operate()
	slow.Wait()
	c.measure()
}
