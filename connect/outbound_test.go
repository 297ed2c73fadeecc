package connect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"labelup/connect"
	"labelup/connect/connecttest"
)

// claimsOf verifies an HS256 token with the parser of package jwt.
func claimsOf(t *testing.T, token, secret string, now time.Time) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithJSONNumber(), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now })).
		ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	if err != nil {
		t.Fatalf("the token does not verify: %v", err)
	}
	return claims
}

func TestARequestToTheSiteIsSignedForItsMethodPathAndQuery(t *testing.T) {
	host := connecttest.NewHost("labelup", appURL)
	site := host.Installation()
	now := time.Unix(1_800_000_000, 0)
	for target, canonical := range map[string]string{
		"https://site-a.atlassian.net/wiki/rest/api/content/123/label?prefix=global&limit=200": "GET&/rest/api/content/123/label&limit=200&prefix=global",
		"https://site-a.atlassian.net/wiki/api/v2/pages/123/labels":                            "GET&/api/v2/pages/123/labels&",
		"https://site-a.atlassian.net/wiki/rest/api/search?cql=label%20%3D%20%22a+b%22":        "GET&/rest/api/search&cql=label%20%3D%20%22a%20b%22",
		"https://site-a.atlassian.net/wiki":                                                    "GET&/&",
	} {
		t.Run(target, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodGet, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := connect.SignRequest(request, &site, "labelup", now); err != nil {
				t.Fatal(err)
			}
			token, ok := strings.CutPrefix(request.Header.Get("Authorization"), "JWT ")
			if !ok {
				t.Fatal("the scheme is not JWT")
			}
			want := jwt.MapClaims{
				"iss": "labelup", "aud": []any{"site-a"}, "qsh": slowHash(canonical),
				"iat": json.Number("1800000000"), "exp": json.Number("1800000180"),
			}
			if diff := cmp.Diff(want, claimsOf(t, token, host.Secret, now)); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

// Atlassian's own library plays Confluence.
func TestASignedRequestIsRightForAtlassiansLibrary(t *testing.T) {
	if _, err := os.Stat("../static/node_modules/@atlassian/atlassian-jwt"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the npm packages must be installed in CI")
		}
		t.Skip("the npm packages are not installed")
	}
	host := connecttest.NewHost("labelup", appURL)
	site := host.Installation()
	for method, target := range map[string]string{
		http.MethodGet:    "https://site-a.atlassian.net/wiki/rest/api/search?cql=" + url.QueryEscape(`label = "é (a*b)" and space = ~me`) + "&limit=25",
		http.MethodPost:   "https://site-a.atlassian.net/wiki/rest/api/content/123/label",
		http.MethodDelete: "https://site-a.atlassian.net/wiki/rest/api/content/123/label?name=b%C3%BCcher",
	} {
		request, err := http.NewRequest(method, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := connect.SignRequest(request, &site, "labelup", time.Now()); err != nil {
			t.Fatal(err)
		}
		input, err := json.Marshal(map[string]string{
			"method": method, "url": target, "base": site.BaseURL, "secret": host.Secret,
			"token": strings.TrimPrefix(request.Header.Get("Authorization"), "JWT "),
		})
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "node", "testdata/verify.mjs")
		command.Stdin = bytes.NewReader(input)
		if output, err := command.CombinedOutput(); err != nil || string(output) != "ok\n" {
			t.Errorf("%s: %v\n%s", method, err, output)
		}
	}
}

func TestARequestToAnywhereElseIsNotSigned(t *testing.T) {
	site := connecttest.NewHost("labelup", appURL).Installation()
	for _, target := range []string{
		"https://site-b.atlassian.net/wiki/rest/api/content",
		"http://site-a.atlassian.net/wiki/rest/api/content",
		"https://site-a.atlassian.net:444/wiki/rest/api/content",
		"https://site-a.atlassian.net/rest/api/content",
		"https://site-a.atlassian.net/wikipedia",
	} {
		request, err := http.NewRequest(http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, connect.SignRequest(request, &site, "labelup", time.Now()), connect.BadRequest, connect.ReasonForeignURL)
		if request.Header.Get("Authorization") != "" {
			t.Errorf("%s is signed", target)
		}
	}
}

func TestNothingIsSignedForASiteThatIsNotInstalled(t *testing.T) {
	gone := connecttest.NewHost("labelup", appURL).Installation()
	gone.UninstalledAt = time.Now()
	noSecret := connecttest.NewHost("labelup", appURL).Installation()
	noSecret.SharedSecret = ""
	for _, site := range []*connect.Installation{nil, &gone, &noSecret} {
		request := httptest.NewRequest(http.MethodGet, "https://site-a.atlassian.net/wiki/rest/api/content", nil)
		wantReason(t, connect.SignRequest(request, site, "labelup", time.Now()), connect.Unauthorized, connect.ReasonUninstalled)
		_, err := connect.NewUserTokens("http://127.0.0.1:1", nil, nil).Token(t.Context(), site, "account")
		wantReason(t, err, connect.Unauthorized, connect.ReasonUninstalled)
	}
}

// tokenServer hands out numbered tokens and records the grants.
type tokenServer struct {
	*httptest.Server
	mu     sync.Mutex
	forms  []url.Values
	answer http.HandlerFunc // nil: a numbered token for an hour
	asked  atomic.Int64
}

func newTokenServer(t *testing.T) *tokenServer {
	s := &tokenServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.asked.Add(1)
		if r.Method != http.MethodPost || r.URL.Path != "/oauth2/token" || r.ParseForm() != nil {
			http.Error(w, "not a grant", http.StatusTeapot)
			return
		}
		s.mu.Lock()
		s.forms = append(s.forms, r.PostForm)
		answer := s.answer
		s.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":900,"token_type":"Bearer"}`, n)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestATokenToActAsAPersonIsGrantedForASignedAssertion(t *testing.T) {
	server := newTokenServer(t)
	now := time.Unix(1_800_000_000, 0)
	host := connecttest.NewHost("labelup", appURL)
	site := host.Installation()
	tokens := connect.NewUserTokens(server.URL+"/", nil, func() time.Time { return now })

	token, err := tokens.Token(t.Context(), &site, "account-1", "write", "READ", "READ")
	if err != nil {
		t.Fatal(err)
	}
	if string(token.Bytes()) != "token-1" || strings.Contains(fmt.Sprintf("%v %+v %#v", token, token, token), "token-1") {
		t.Errorf("token = %q, printed as %v", token.Bytes(), token)
	}
	form := server.forms[0]
	assertion := form.Get("assertion")
	form.Del("assertion")
	if diff := cmp.Diff(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "scope": {"READ WRITE"}}, form); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	want := jwt.MapClaims{
		"iss": "urn:atlassian:connect:clientid:" + host.OAuthClientID, "sub": "urn:atlassian:connect:useraccountid:account-1",
		"tnt": host.BaseURL, "aud": server.URL, "iat": json.Number("1800000000"), "exp": json.Number("1800000060"),
	}
	if diff := cmp.Diff(want, claimsOf(t, assertion, host.Secret, now)); diff != "" {
		t.Errorf("assertion (-want +got):\n%s", diff)
	}
}

func TestATokenIsKeptForItsPersonSiteAndScopesOnly(t *testing.T) {
	server := newTokenServer(t)
	now := time.Unix(1_800_000_000, 0)
	host := connecttest.NewHost("labelup", appURL)
	site, other := host.Installation(), host.OtherSite().Installation()
	imported := site
	imported.OAuthClientID = "another-oauth-client"
	tokens := connect.NewUserTokens(server.URL, nil, func() time.Time { return now })
	get := func(site *connect.Installation, account string, scopes ...string) string {
		t.Helper()
		token, err := tokens.Token(t.Context(), site, account, scopes...)
		if err != nil {
			t.Fatal(err)
		}
		return string(token.Bytes())
	}
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	want("the first time", get(&site, "a", "READ", "WRITE"), "token-1")
	want("again, scopes in another order", get(&site, "a", "WRITE", "read"), "token-1")
	want("another person", get(&site, "b", "READ", "WRITE"), "token-2")
	want("another site", get(&other, "a", "READ", "WRITE"), "token-3")
	want("other scopes", get(&site, "a", "READ"), "token-4")
	want("no scopes", get(&site, "a"), "token-5")
	want("the site was imported", get(&imported, "a", "READ", "WRITE"), "token-6")

	tokens.Forget(site.ClientKey, "a")
	want("after it was forgotten", get(&site, "a", "READ", "WRITE"), "token-7")
	want("its other scopes were forgotten as well", get(&site, "a", "READ"), "token-8")
	want("another person was not", get(&site, "b", "READ", "WRITE"), "token-2")
	want("another site was not", get(&other, "a", "READ", "WRITE"), "token-3")

	now = now.Add(840*time.Second - time.Nanosecond)
	want("until a minute before its end", get(&site, "b", "READ", "WRITE"), "token-2")
	now = now.Add(time.Nanosecond)
	want("and not after", get(&site, "b", "READ", "WRITE"), "token-9")
}

func TestWhatTheTokenServerAnswers(t *testing.T) {
	answer := func(code int, header, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, text)
		}
	}
	const good = `{"access_token":"t","expires_in":900}`
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		kind   connect.Kind // "" if there is a token
		reason string
		retry  time.Duration
		asked  int64 // for two tokens
	}{
		"a token without a type":          {answer: answer(200, "", good), asked: 1},
		"a lifetime as a string":          {answer: answer(200, "", `{"access_token":"t","expires_in":"900"}`), asked: 1},
		"no lifetime":                     {answer: answer(200, "", `{"access_token":"t"}`), asked: 2},
		"a lifetime below the margin":     {answer: answer(200, "", `{"access_token":"t","expires_in":60}`), asked: 2},
		"a lifetime in the past":          {answer: answer(200, "", `{"access_token":"t","expires_in":-1}`), asked: 2},
		"a lifetime beyond all numbers":   {answer: answer(200, "", `{"access_token":"t","expires_in":1e400}`), asked: 2},
		"400, a dead client id":           {answer: answer(400, "", `{"error":"invalid_grant"}`), kind: connect.Forbidden, reason: connect.ReasonRefused, asked: 2},
		"401":                             {answer: answer(401, "", ""), kind: connect.Forbidden, reason: connect.ReasonRefused, asked: 2},
		"403, a deactivated person":       {answer: answer(403, "", ""), kind: connect.Forbidden, reason: connect.ReasonRefused, asked: 2},
		"404":                             {answer: answer(404, "", ""), kind: connect.Forbidden, reason: connect.ReasonRefused, asked: 2},
		"429 with seconds":                {answer: answer(429, "Retry-After: 17", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServerBusy, retry: 17 * time.Second, asked: 2},
		"429 with a date":                 {answer: answer(429, "Retry-After: Fri, 15 Jan 2027 08:00:42 GMT", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServerBusy, retry: 42 * time.Second, asked: 2},
		"429 with a date long ago":        {answer: answer(429, "Retry-After: Fri, 15 Jan 2016 08:00:42 GMT", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServerBusy, retry: time.Second, asked: 2},
		"429 with a year":                 {answer: answer(429, "Retry-After: 31536000", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServerBusy, retry: 5 * time.Minute, asked: 2},
		"429 with nonsense":               {answer: answer(429, "Retry-After: soon", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServerBusy, retry: 5 * time.Second, asked: 2},
		"503":                             {answer: answer(503, "Retry-After: 3", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 3 * time.Second, asked: 2},
		"a redirect, which leads nowhere": {answer: answer(307, "Location: /elsewhere", ""), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"a page":                          {answer: answer(200, "", "<html>"), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"no token":                        {answer: answer(200, "", `{"expires_in":900}`), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"a token that is a header":        {answer: answer(200, "", `{"access_token":"t\r\nX: y","expires_in":900}`), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"another kind of token":           {answer: answer(200, "", `{"access_token":"t","expires_in":900,"token_type":"MAC"}`), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"a body without end":              {answer: answer(200, "", good+strings.Repeat(" ", 64<<10)), kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
		"hangs up":                        {answer: hangUp, kind: connect.Unavailable, reason: connect.ReasonTokenServer, retry: 5 * time.Second, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTokenServer(t)
			server.answer = test.answer
			site := connecttest.NewHost("labelup", appURL).Installation()
			tokens := connect.NewUserTokens(server.URL, nil, func() time.Time { return time.Unix(1_800_000_000, 0) })
			for range 2 {
				_, err := tokens.Token(t.Context(), &site, "a")
				if test.kind == "" {
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				wantReason(t, err, test.kind, test.reason)
				if e, _ := errors.AsType[*connect.Error](err); e.RetryAfter != test.retry {
					t.Errorf("retry after %v, want %v", e.RetryAfter, test.retry)
				}
			}
			if asked := server.asked.Load(); asked != test.asked {
				t.Errorf("the server was asked %d times, want %d", asked, test.asked)
			}
		})
	}
}

func TestThereIsNobodyToActAsWhenNobodyIsSignedIn(t *testing.T) {
	server := newTokenServer(t)
	site := connecttest.NewHost("labelup", appURL).Installation()
	tokens := connect.NewUserTokens(server.URL, nil, nil)
	for _, account := range []string{"", "unknown"} {
		_, err := tokens.Token(t.Context(), &site, account)
		wantReason(t, err, connect.Forbidden, connect.ReasonAnonymous)
	}
	if server.asked.Load() != 0 {
		t.Error("the server was asked")
	}
}

func TestAFetchOutlivesWhoBeganIt(t *testing.T) {
	server := newTokenServer(t)
	asked, release := make(chan struct{}), make(chan struct{})
	server.answer = func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		_, _ = io.WriteString(w, `{"access_token":"t","expires_in":900}`)
	}
	site := connecttest.NewHost("labelup", appURL).Installation()
	tokens := connect.NewUserTokens(server.URL, nil, nil)
	impatient, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := tokens.Token(impatient, &site, "a"); first <- err }()
	<-asked
	cancel()
	wantReason(t, <-first, connect.Unavailable, connect.ReasonTokenServer)
	second := make(chan error)
	go func() { _, err := tokens.Token(t.Context(), &site, "a"); second <- err }()
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the second to ask: %v", err)
	}
	if asked := server.asked.Load(); asked != 1 {
		t.Errorf("the server was asked %d times", asked)
	}
}

func TestATokenForgottenWhileItIsFetchedIsNotKept(t *testing.T) {
	server := newTokenServer(t)
	asked, release := make(chan struct{}), make(chan struct{})
	server.answer = func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		_, _ = io.WriteString(w, `{"access_token":"old","expires_in":900}`)
	}
	site := connecttest.NewHost("labelup", appURL).Installation()
	tokens := connect.NewUserTokens(server.URL, nil, nil)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := tokens.Token(t.Context(), &site, "a"); err != nil {
				t.Error(err)
			}
		})
	}
	<-asked
	server.mu.Lock()
	server.answer = nil
	server.mu.Unlock()
	tokens.Forget(site.ClientKey, "a")
	close(release)
	wg.Wait()
	token, err := tokens.Token(t.Context(), &site, "a")
	if err != nil {
		t.Fatal(err)
	}
	if string(token.Bytes()) == "old" {
		t.Error("the forgotten token is kept")
	}
}
