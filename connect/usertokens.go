package connect

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
)

const (
	tokenTimeout       = 5 * time.Second
	maxTokenBody       = 64 << 10         // bytes
	maxUserTokens      = 10_000           // cached at once
	maxUserTokenLife   = time.Hour        // whatever the server says
	userTokenMargin    = 60 * time.Second // before its end a token is not used any more
	assertionLifetime  = 60 * time.Second
	maxTokenRetryAfter = 5 * time.Minute
)

// UserTokens gets tokens to call a site as one of its people, by the JWT
// bearer grant (RFC 7523), and keeps them in memory until shortly before they
// expire. The app needs the scope ACT_AS_USER. Use NewUserTokens; it is safe
// for concurrent use.
type UserTokens struct {
	server  string
	client  *http.Client
	now     func() time.Time
	flights singleflight.Group

	mu         sync.Mutex
	tokens     map[tokenKey]userToken
	generation int // counts calls of Forget
}

// tokenKey is hashed, so that the memory of a crashed process names nobody.
type tokenKey struct{ person, scopes [sha256.Size]byte }

type userToken struct {
	token Secret
	until time.Time
}

// NewUserTokens returns tokens of Atlassian's authorization server at this URL
// (scheme and host). transport may be nil for the default, and now for time.Now.
func NewUserTokens(server string, transport http.RoundTripper, now func() time.Time) *UserTokens {
	if now == nil {
		now = time.Now
	}
	return &UserTokens{
		server: strings.TrimSuffix(server, "/"),
		client: &http.Client{
			Transport: transport,
			Timeout:   tokenTimeout,
			// An assertion must not follow a redirect to somewhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		now:    now,
		tokens: map[tokenKey]userToken{},
	}
}

// Token returns a bearer token to call site as the person, limited to scopes
// such as "READ" and "WRITE"; no scopes means all that the app has.
//
// The error is Forbidden if Atlassian will not let the app act as this person,
// which asking again does not change, and Unavailable if it could not be asked.
func (u *UserTokens) Token(ctx context.Context, site *Installation, accountID string, scopes ...string) (Secret, error) {
	if accountID == "" || accountID == unknownAccount {
		return "", &Error{Kind: Forbidden, Reason: ReasonAnonymous}
	}
	if !site.Installed() || site.SharedSecret == "" {
		return "", unauthorized(ReasonUninstalled)
	}
	scope := canonicalScope(scopes)
	// A site that was imported has another OAuth client, and its old tokens are dead.
	key := tokenKey{person: personKey(site.ClientKey, accountID), scopes: hashOf(scope, site.OAuthClientID, site.BaseURL)}
	if token, ok := u.cached(key); ok {
		return token, nil
	}
	// The fetch belongs to everyone who waits for it and outlives the first.
	flight := u.flights.DoChan(string(key.person[:])+string(key.scopes[:]), func() (any, error) {
		return u.fetch(context.WithoutCancel(ctx), key, site, accountID, scope)
	})
	select {
	case <-ctx.Done():
		return "", unavailable(ReasonTokenServer, ctx.Err())
	case result := <-flight:
		token, ok := result.Val.(Secret)
		if result.Err != nil || !ok {
			return "", result.Err
		}
		return token, nil
	}
}

// Forget drops what is cached for a person on a site, because the site refused
// it. A token that is being fetched at this moment is not kept either.
func (u *UserTokens) Forget(clientKey, accountID string) {
	person := personKey(clientKey, accountID)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.generation++
	for key := range u.tokens {
		if key.person == person {
			delete(u.tokens, key)
		}
	}
}

func personKey(clientKey, accountID string) [sha256.Size]byte { return hashOf(clientKey, accountID) }

// hashOf is one hash of several strings, none of which can run into the next.
func hashOf(parts ...string) [sha256.Size]byte {
	var joined []byte
	for _, part := range parts {
		joined = strconv.AppendInt(joined, int64(len(part)), 10)
		joined = append(joined, ':')
		joined = append(joined, part...)
	}
	return sha256.Sum256(joined)
}

func canonicalScope(scopes []string) string {
	sorted := make([]string, len(scopes))
	for i, scope := range scopes {
		sorted[i] = strings.ToUpper(scope)
	}
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), " ")
}

func (u *UserTokens) cached(key tokenKey) (Secret, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	entry, ok := u.tokens[key]
	return entry.token, ok && u.now().Before(entry.until)
}

func (u *UserTokens) currentGeneration() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.generation
}

// keep caches a token unless something was forgotten since its fetch began.
func (u *UserTokens) keep(key tokenKey, entry userToken, generation int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.now()
	if generation != u.generation || !now.Before(entry.until) {
		return
	}
	for other := range u.tokens {
		if len(u.tokens) < maxUserTokens {
			break
		}
		delete(u.tokens, other) // whichever: what has expired goes by itself
	}
	u.tokens[key] = entry
	// It would stay in memory if nobody asked for it again.
	until := entry.until
	time.AfterFunc(until.Sub(now), func() { u.expire(key, until) })
}

// expire drops the token that is good until then, unless there is another.
func (u *UserTokens) expire(key tokenKey, until time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.tokens[key].until.Equal(until) {
		delete(u.tokens, key)
	}
}

func (u *UserTokens) fetch(ctx context.Context, key tokenKey, site *Installation, accountID, scope string) (Secret, error) {
	generation, now := u.currentGeneration(), u.now()
	assertion, err := sign(site.SharedSecret, jwt.MapClaims{
		"iss": "urn:atlassian:connect:clientid:" + site.OAuthClientID,
		"sub": "urn:atlassian:connect:useraccountid:" + accountID,
		"tnt": site.BaseURL,
		"aud": u.server,
		"iat": now.Unix(),
		"exp": now.Add(assertionLifetime).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("connect: sign assertion: %w", err)
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	if scope != "" {
		form.Set("scope", scope)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.server+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", unavailable(ReasonTokenServer, err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	response, err := u.client.Do(request)
	if err != nil {
		return "", unavailable(ReasonTokenServer, err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := u.statusError(response); err != nil {
		return "", err
	}
	token, lifetime, err := readUserToken(response.Body)
	if err != nil {
		return "", unavailable(ReasonTokenServer, err)
	}
	u.keep(key, userToken{token: token, until: now.Add(lifetime - userTokenMargin)}, generation)
	return token, nil
}

func (u *UserTokens) statusError(response *http.Response) error {
	status := response.StatusCode
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusTooManyRequests:
		return &Error{Kind: Unavailable, Reason: ReasonTokenServerBusy, RetryAfter: u.retryAfter(response.Header)}
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return &Error{Kind: Forbidden, Reason: ReasonRefused}
	default:
		return &Error{Kind: Unavailable, Reason: ReasonTokenServer, RetryAfter: u.retryAfter(response.Header)}
	}
}

// retryAfter reads Retry-After as seconds or a date, within bounds.
func (u *UserTokens) retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	wait := unavailableRetry
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(u.now())
	}
	return min(max(wait, time.Second), maxTokenRetryAfter)
}

var errBadTokenAnswer = errors.New("connect: token server's answer is no bearer token")

// readUserToken reads the answer to a grant and bounds the lifetime it states.
// One without a lifetime is good for this call only.
func readUserToken(body io.Reader) (Secret, time.Duration, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxTokenBody+1))
	if err != nil {
		return "", 0, fmt.Errorf("token server: %w", err)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   text   `json:"expires_in"`
	}
	if len(data) > maxTokenBody || json.Unmarshal(data, &answer) != nil ||
		!isTokenText(answer.AccessToken) || answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "Bearer") {
		return "", 0, errBadTokenAnswer
	}
	seconds, err := strconv.ParseFloat(string(answer.ExpiresIn), 64)
	if err != nil || !(seconds > 0) {
		seconds = 0
	}
	lifetime := time.Duration(min(seconds, maxUserTokenLife.Seconds()) * float64(time.Second))
	return Secret(answer.AccessToken), lifetime, nil
}

// isTokenText reports whether a token may become part of a header.
func isTokenText(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return token != ""
}
