// Package connecthost plays Atlassian Connect for the local Confluence: it reads
// an app's descriptor and installs it, signs for it, renders its macros, tells it
// what happened, and checks what it sends. It keeps the app's install of each
// site and nothing of a site's content, which it asks the store for.
//
// It must not import the app's own packages, nor package localconfluence: what it
// needs of that it is given. Source: Atlassian's documentation of Connect.
package connecthost

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"labelup/internal/localconfluence/connectjwt"
	"labelup/internal/localconfluence/content"
)

// AppUser is the local name of the app's own account.
const AppUser = "label-up-app"

// Options are what a Host is given. All of it is needed.
type Options struct {
	Origin string           // scheme://host[:port] of the local Confluence
	Now    func() time.Time // on the site
	Logger *slog.Logger     // what Confluence itself would log
	Sent   func(Delivery)   // hears of each call that no person waited for

	Skew         func() time.Duration         // added to the times of each token
	WebhookFault func() (missing, twice bool) // of each webhook
}

// Host plays Connect for some sites. Close it when done.
type Host struct {
	origin       string
	now          func() time.Time
	logger       *slog.Logger
	sent         func(Delivery)
	skew         func() time.Duration
	webhookFault func() (missing, twice bool)

	client   *http.Client
	key      func() *rsa.PrivateKey // signs lifecycle tokens; its public half is served under keyID
	keyID    string
	strayKey func() *rsa.PrivateKey // is served nowhere: for attacks
	grants   *grants

	mu    sync.RWMutex
	sites []*Site

	queue   chan func(context.Context)
	stop    context.CancelFunc
	stopped chan struct{}
}

const webhookQueue = 1000

// New returns a Host without sites.
func New(o Options) *Host {
	ctx, stop := context.WithCancel(context.Background())
	h := &Host{
		origin: o.Origin, now: o.Now, logger: o.Logger, sent: o.Sent, skew: o.Skew, webhookFault: o.WebhookFault,
		client: &http.Client{
			Timeout:       10 * time.Second, // Atlassian's own limit for a call to an app
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		key: sync.OnceValue(newKey), strayKey: sync.OnceValue(newKey), keyID: NewUUID(), grants: &grants{byToken: map[string]grant{}},
		queue: make(chan func(context.Context), webhookQueue), stop: stop, stopped: make(chan struct{}),
	}
	go func() {
		defer close(h.stopped)
		for {
			select {
			case deliver := <-h.queue:
				deliver(ctx)
			case <-ctx.Done():
				return
			}
		}
	}()
	return h
}

// Close stops sending webhooks. What is in the queue is lost, as in life.
func (h *Host) Close() {
	h.stop()
	<-h.stopped
}

// Site is a site as Connect knows it, with its install of the app.
type Site struct {
	Name     string
	BasePath string // such as /wiki
	BaseURL  string
	CloudID  string
	Store    *content.Store

	mu  sync.RWMutex
	app App
}

// App is the app on one site.
type App struct {
	ClientKey     string // what the app knows the site by
	Descriptor    Descriptor
	Secret        string
	OAuthClientID string
	Installed     bool
	Enabled       bool
	Licence       string // "active" or "none"
}

// AddSite makes the host know a site, without the app.
func (h *Host) AddSite(x *Site) {
	x.app = App{ClientKey: "local-confluence", Licence: "active"}
	if x.Name != "" {
		x.app.ClientKey += "-" + x.Name
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sites = append(h.sites, x)
}

// App returns the app of the site, installed or not.
func (x *Site) App() App {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.app
}

// SetLicence sets the app's licence to "active" or "none".
func (x *Site) SetLicence(licence string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.app.Licence = licence
}

// Import plays a site import, which changes who the site is to the app, and
// installs the app anew.
func (h *Host) Import(ctx context.Context, x *Site, appURL string) error {
	x.mu.Lock()
	x.app.ClientKey, x.app.OAuthClientID = NewUUID(), ""
	x.mu.Unlock()
	h.grants.revoke(x)
	return h.Install(ctx, x, appURL)
}

// Verify checks a token that the app sent with a request and returns the app.
func (h *Host) Verify(x *Site, r *http.Request, token string) (App, error) {
	app := x.App()
	if !app.Installed {
		return App{}, errors.New("No installed app for this token") //nolint:staticcheck // as Confluence answers it
	}
	claims, err := connectjwt.VerifyHS256(token, app.Secret, h.now())
	switch {
	case err != nil:
		return App{}, fmt.Errorf("JWT token: %w", err)
	case connectjwt.Text(claims, "iss") != app.Descriptor.Key:
		return App{}, errors.New("JWT token: the issuer is not the key of an installed app")
	case connectjwt.Text(claims, "qsh") != connectjwt.QSH(r.Method, r.URL.EscapedPath(), r.URL.RawQuery, x.BasePath):
		return App{}, errors.New("JWT token: the query string hash does not match the request")
	}
	return app, nil
}

// Granted returns the account and the scopes of an impersonation token that was
// issued for the site and still holds.
func (h *Host) Granted(x *Site, token string) (account string, scopes []string, ok bool) {
	g, ok := h.grants.get(token, h.now())
	return g.account, g.scopes, ok && g.site == x
}

// IsLoopback reports whether a host name is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// NewUUID returns a random UUID, version 4.
func NewUUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newKey takes a quarter of a second, so it is only called for when needed.
func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("connecthost: " + err.Error()) // cannot be: the size is fine and the randomness never fails
	}
	return key
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}
