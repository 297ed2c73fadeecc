package localconfluence

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"labelup/internal/localconfluence/connectjwt"
	"labelup/internal/localconfluence/content"
	"labelup/internal/localconfluence/hostpage"
)

// install is the app on one site.
type install struct {
	clientKey     string // what the app knows the site by
	descriptor    descriptor
	secret        string
	oauthClientID string
	installed     bool
	enabled       bool
	licence       string // "active" or "none"
}

// Delivery is a call Confluence made to the app that no person waited for.
type Delivery struct {
	At     time.Time `json:"at"`
	Site   string    `json:"site"`
	Event  string    `json:"event"`
	Status int       `json:"status"` // 0: no answer
	Fault  string    `json:"fault,omitempty"`
}

// tokenTTL is how long a token in an iframe URL lives.
const tokenTTL = 15 * time.Minute

// serveKey plays the key server of lifecycle tokens.
func (s *Server) serveKey(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/install-keys/"+s.keyID {
		http.NotFound(w, r)
		return
	}
	der, err := x509.MarshalPKIXPublicKey(&s.key().PublicKey)
	if err != nil {
		http.Error(w, "key", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_ = pem.Encode(w, &pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// KeysURL is where lifecycle keys are served; a key is at KeysURL + "/" + kid.
func (s *Server) KeysURL() string { return s.origin + "/install-keys" }

// AuthorizationServer is the audience of impersonation assertions; tokens are
// at AuthorizationServer + "/oauth2/token".
func (s *Server) AuthorizationServer() string { return s.origin }

// Install installs the app at appBaseURL on the first site, or installs it
// again: a new shared secret is sent, then the app is enabled. It fails when
// the descriptor is refused or the app does not answer installed with 2xx;
// nothing is installed then.
func (s *Server) Install(ctx context.Context, appBaseURL string) error {
	x, _ := s.site("")
	return s.install(ctx, x, appBaseURL)
}

func (s *Server) install(ctx context.Context, x *site, appBaseURL string) error {
	d, err := s.fetchDescriptor(ctx, appBaseURL)
	if err != nil {
		return fmt.Errorf("localconfluence: install: %w", err)
	}
	x.mu.RLock()
	next := x.app
	x.mu.RUnlock()
	if next.oauthClientID == "" {
		next.oauthClientID = rand.Text()
	}
	next.descriptor, next.secret, next.installed, next.enabled = d, rand.Text()+rand.Text(), true, true
	status, err := s.lifecycle(ctx, x, next, "installed")
	if err != nil {
		return fmt.Errorf("localconfluence: install: %w", err)
	}
	if status/100 != 2 {
		return fmt.Errorf("localconfluence: install: the app host returned HTTP response code %d", status)
	}
	x.mu.Lock()
	x.app = next
	x.mu.Unlock()
	x.store.AddUser(content.User{AccountID: "5f0000000000000000000a99", Name: appUser, DisplayName: d.Name, Role: content.Editor, App: true})
	if _, err := s.lifecycle(ctx, x, next, "enabled"); err != nil {
		s.logger.Warn("the app did not answer enabled", "error", err) // only logged in life, too
	}
	return nil
}

// setEnabled enables or disables the app of a site.
func (s *Server) setEnabled(ctx context.Context, x *site, enabled bool) (int, error) {
	event := "disabled"
	if enabled {
		event = "enabled"
	}
	x.mu.Lock()
	x.app.enabled = enabled
	app := x.app
	x.mu.Unlock()
	return s.lifecycle(ctx, x, app, event)
}

// uninstall sends disabled and uninstalled. The app's answers change nothing.
func (s *Server) uninstall(ctx context.Context, x *site) (int, error) {
	x.mu.Lock()
	app := x.app
	x.app.installed, x.app.enabled = false, false
	x.mu.Unlock()
	s.grants.revoke(x)
	_, _ = s.lifecycle(ctx, x, app, "disabled")
	return s.lifecycle(ctx, x, app, "uninstalled")
}

// signed is a request that the app would accept from Atlassian, or the
// variation of it that was asked for.
type signed struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// variation says how a token differs from what Atlassian would sign.
type variation struct {
	// Algorithm is RS256, HS256 or none; "" is the right one.
	Algorithm string `json:"algorithm"`

	// Key is "" for the right one; "stray", an RSA key that is served
	// nowhere; "public", HS256 with the text of the public key as its secret;
	// or "secret:" and the shared secret to use.
	Key string `json:"key"`

	// KeyID replaces the kid of an RS256 token.
	KeyID string `json:"kid"`

	// Claims replace those of the token; null removes one.
	Claims map[string]any `json:"claims"`
}

// token signs claims with the key of lifecycle tokens or of a site.
func (s *Server) token(app install, lifecycle bool, claims connectjwt.Claims, v variation) (string, error) {
	if m, ok := s.faults.of("skew"); ok {
		for _, name := range []string{"iat", "exp"} {
			if at, ok := claims[name].(int64); ok {
				claims[name] = at + int64(m.Delay)
			}
		}
	}
	for name, value := range v.Claims {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	algorithm := v.Algorithm
	if algorithm == "" {
		algorithm = "HS256"
		if lifecycle {
			algorithm = "RS256"
		}
	}
	switch algorithm {
	case "none":
		return connectjwt.SignNone(claims)
	case "HS256":
		secret := app.secret
		if v.Key == "public" {
			der, err := x509.MarshalPKIXPublicKey(&s.key().PublicKey)
			if err != nil {
				return "", fmt.Errorf("localconfluence: %w", err)
			}
			secret = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		} else if given, ok := strings.CutPrefix(v.Key, "secret:"); ok {
			secret = given
		}
		return connectjwt.SignHS256(secret, claims)
	case "RS256":
		key, kid := s.key, s.keyID
		if v.Key == "stray" {
			key = s.strayKey
		}
		if v.KeyID != "" {
			kid = v.KeyID
		}
		return connectjwt.SignRS256(key(), kid, claims)
	}
	return "", fmt.Errorf("localconfluence: unknown algorithm %q", algorithm)
}

// request signs any request to the app, for the site and the account given.
func (s *Server) request(app install, method, at, account string, lifecycle bool, v variation) (signed, error) {
	u, err := url.Parse(at)
	if err != nil {
		return signed{}, fmt.Errorf("localconfluence: %w", err)
	}
	base, err := url.Parse(app.descriptor.BaseURL)
	if err != nil {
		return signed{}, fmt.Errorf("localconfluence: %w", err)
	}
	now := s.clock.now()
	claims := connectjwt.Claims{
		"iss": app.clientKey, "iat": now.Unix(), "exp": now.Add(3 * time.Minute).Unix(),
		"qsh": connectjwt.QSH(method, u.EscapedPath(), u.RawQuery, base.EscapedPath()),
	}
	if lifecycle {
		claims["aud"] = []string{app.descriptor.BaseURL}
		// RS256 has no salt: two calls of one second would carry the same token
		// with two bodies, which an app is right to refuse.
		claims["jti"] = newUUID()
	}
	if account != "" {
		claims["sub"] = account
	}
	token, err := s.token(app, lifecycle, claims, v)
	if err != nil {
		return signed{}, err
	}
	return signed{Method: method, URL: at, Headers: map[string]string{"Authorization": "JWT " + token, "Content-Type": "application/json"}}, nil
}

// lifecyclePayload is the body of a lifecycle call.
func lifecyclePayload(x *site, app install, event string) map[string]any {
	body := map[string]any{
		"key": app.descriptor.Key, "clientKey": app.clientKey, "oauthClientId": app.oauthClientID,
		"serverVersion": "6452", "pluginsVersion": "1000.0.0", "baseUrl": x.baseURL, "displayUrl": x.baseURL,
		"productType": "confluence", "description": "Local Confluence", "cloudId": x.cloudID,
		"entitlementId": "local-entitlement", "entitlementNumber": "E-000-000", "eventType": event,
	}
	if event == "installed" {
		body["sharedSecret"] = app.secret
	}
	return body
}

func (d descriptor) lifecyclePath(event string) string {
	return map[string]string{
		"installed": d.Lifecycle.Installed, "uninstalled": d.Lifecycle.Uninstalled,
		"enabled": d.Lifecycle.Enabled, "disabled": d.Lifecycle.Disabled,
	}[event]
}

// signLifecycle makes a lifecycle call: installed and uninstalled are signed
// with Atlassian's key, enabled and disabled with the shared secret.
func (s *Server) signLifecycle(x *site, app install, event string, v variation, changes map[string]any) (signed, error) {
	path := app.descriptor.lifecyclePath(event)
	if path == "" {
		return signed{}, fmt.Errorf("localconfluence: the app does not listen to %q", event)
	}
	lifecycle := event == "installed" || event == "uninstalled"
	r, err := s.request(app, http.MethodPost, app.descriptor.BaseURL+path, "", lifecycle, v)
	if err != nil {
		return signed{}, err
	}
	body := lifecyclePayload(x, app, event)
	for name, value := range changes {
		if value == nil {
			delete(body, name)
		} else {
			body[name] = value
		}
	}
	r.Body, err = json.Marshal(body)
	if err != nil {
		return signed{}, fmt.Errorf("localconfluence: %w", err)
	}
	return r, nil
}

func (s *Server) lifecycle(ctx context.Context, x *site, app install, event string) (int, error) {
	if app.descriptor.lifecyclePath(event) == "" {
		return 0, nil // the app does not want to know
	}
	r, err := s.signLifecycle(x, app, event, variation{}, nil)
	if err != nil {
		return 0, err
	}
	status, _, err := s.send(ctx, r)
	s.sent.add(Delivery{At: s.clock.now(), Site: x.name, Event: event, Status: status})
	return status, err
}

// maxAppAnswer bounds what is read of an app's answer.
const maxAppAnswer = 1 << 20

func (s *Server) send(ctx context.Context, r signed) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return 0, nil, fmt.Errorf("localconfluence: %w", err)
	}
	for name, value := range r.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", "Atlassian HttpClient local")
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("localconfluence: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAppAnswer+1))
	if err == nil && len(body) > maxAppAnswer {
		err = errors.New("localconfluence: the app's answer is larger than 1 MiB")
	}
	return answer.StatusCode, body, err
}

var errNotInstalled = errors.New("localconfluence: the app is not installed and enabled")

// working is the site's install of the app, if it is one that is shown and told.
func (x *site) working() (install, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if !x.app.installed || !x.app.enabled {
		return install{}, errNotInstalled
	}
	return x.app, nil
}

// moduleURL returns the app's URL of a module before Confluence adds to it.
func (d descriptor) moduleURL(use hostpage.ModuleUse) (string, error) {
	for _, m := range d.Modules.DynamicContentMacros {
		if m.Key != use.Module {
			continue
		}
		switch use.Part {
		case "", hostpage.PartView:
			return m.URL, nil
		case hostpage.PartEditor:
			if m.Editor != nil {
				return m.Editor.URL, nil
			}
		case hostpage.PartExport:
			mode, ok := m.RenderModes[use.Output]
			if !ok {
				mode, ok = m.RenderModes["default"]
			}
			if ok {
				return mode.URL, nil
			}
		}
	}
	for _, m := range d.Modules.ContentBylineItems {
		if m.Key == use.Module && (use.Part == "" || use.Part == hostpage.PartView) {
			return m.URL, nil
		}
	}
	for _, m := range d.Modules.AdminPages {
		if m.Key == use.Module && (use.Part == "" || use.Part == hostpage.PartView) {
			return m.URL, nil
		}
	}
	return "", content.ErrNotFound
}

var variable = regexp.MustCompile(`\$?\{([^{}]*)\}`)

// moduleTarget is what an iframe or a static rendering of a module is about.
type moduleTarget struct {
	use     hostpage.ModuleUse
	content content.Content
	space   content.Space
}

func (x *site) target(viewer string, use hostpage.ModuleUse) (moduleTarget, error) {
	t := moduleTarget{use: use}
	if use.PageID == "" {
		return t, nil
	}
	var err error
	if t.content, err = x.store.Content(viewer, use.PageID); err != nil {
		return t, err
	}
	if use.Version > 0 && use.Version != t.content.Version.Number {
		if t.content, err = x.store.VersionOf(viewer, use.PageID, use.Version); err != nil {
			return t, err
		}
	}
	t.space, err = x.store.Space(viewer, t.content.SpaceID)
	return t, err
}

func (t moduleTarget) output() string {
	if t.use.Output == "" {
		return "display"
	}
	return t.use.Output
}

func (t moduleTarget) variable(name string) string {
	switch name {
	case "content.id", "page.id":
		return t.content.ID
	case "content.version", "page.version":
		if t.content.ID != "" {
			return strconv.Itoa(t.content.Version.Number)
		}
	case "content.type", "page.type":
		return string(t.content.Type)
	case "page.title":
		return t.content.Title
	case "space.id":
		return t.space.ID
	case "space.key":
		return t.space.Key
	case "macro.id", "macro.hash":
		return t.use.MacroID
	case "output.type":
		if t.use.MacroID != "" || t.use.Part != "" {
			return t.output()
		}
	default:
		return t.use.Params[name] // a parameter that is not there is empty
	}
	return ""
}

// context is the context claim: what the token is bound to.
func (t moduleTarget) context(x *site, licence string) map[string]any {
	product := map[string]any{}
	if t.content.ID != "" {
		product["content"] = map[string]any{"type": t.content.Type, "version": strconv.Itoa(t.content.Version.Number), "id": t.content.ID}
		product["space"] = map[string]any{"key": t.space.Key, "id": t.space.ID}
	}
	if t.use.MacroID != "" {
		product["macro"] = map[string]any{"outputType": t.output(), "hash": t.use.MacroID, "id": t.use.MacroID}
	}
	return map[string]any{
		"license": map[string]any{"active": licence == "active"}, "url": map[string]any{"displayUrl": x.baseURL}, "confluence": product,
	}
}

// signURL returns the URL Confluence would load for a module: variables filled
// in, its own parameters appended, signed. account may be "".
func (s *Server) signURL(x *site, account string, use hostpage.ModuleUse, v variation) (string, error) {
	app, err := x.working()
	if err != nil {
		return "", err
	}
	template, err := app.descriptor.moduleURL(use)
	if err != nil {
		return "", err
	}
	t, err := x.target(account, use)
	if err != nil {
		return "", err
	}
	at := app.descriptor.BaseURL + variable.ReplaceAllStringFunc(template, func(found string) string {
		return percent(t.variable(variable.FindStringSubmatch(found)[1]))
	})
	own := []string{
		"xdm_e=" + percent(s.origin), "xdm_c=" + percent("channel-"+use.Module+"-"+newUUID()[:8]), "cp=" + percent(x.basePath),
		"xdm_deprecated_addon_key_do_not_use=" + percent(app.descriptor.Key), "lic=" + app.licence, "cv=1000.0.0",
	}
	if use.Part == hostpage.PartEditor {
		own = append(own, "dialog=1")
	}
	separator := "?"
	if strings.Contains(at, "?") {
		separator = "&"
	}
	at += separator + strings.Join(own, "&")
	u, err := url.Parse(at)
	if err != nil {
		return "", fmt.Errorf("localconfluence: %w", err)
	}
	base, err := url.Parse(app.descriptor.BaseURL)
	if err != nil {
		return "", fmt.Errorf("localconfluence: %w", err)
	}
	now := s.clock.now()
	claims := connectjwt.Claims{
		"iss": app.clientKey, "iat": now.Unix(), "exp": now.Add(tokenTTL).Unix(),
		"qsh":     connectjwt.QSH(http.MethodGet, u.EscapedPath(), u.RawQuery, base.EscapedPath()),
		"context": t.context(x, app.licence),
	}
	if account != "" {
		claims["sub"] = account
	}
	token, err := s.token(app, false, claims, v)
	if err != nil {
		return "", err
	}
	return at + "&jwt=" + token, nil
}

// contextToken returns what AP.context.getToken answers.
func (s *Server) contextToken(x *site, account string, use hostpage.ModuleUse, v variation) (string, error) {
	app, err := x.working()
	if err != nil {
		return "", err
	}
	t, err := x.target(account, use)
	if err != nil {
		return "", err
	}
	now := s.clock.now()
	claims := connectjwt.Claims{
		"iss": app.clientKey, "iat": now.Unix(), "exp": now.Add(tokenTTL).Unix(),
		"qsh": connectjwt.ContextQSH, "context": t.context(x, app.licence),
	}
	if account != "" {
		claims["sub"] = account
	}
	return s.token(app, false, claims, v)
}

// percent encodes a value as the host does, a space as %20.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// renderStatic asks the app for a macro's static form, server to server.
func (s *Server) renderStatic(ctx context.Context, x *site, viewer string, use hostpage.ModuleUse) (string, error) {
	use.Part = hostpage.PartExport
	at, err := s.signURL(x, viewer, use, variation{})
	if err != nil {
		return "", err
	}
	// Server to server the token is in the header.
	at, token, _ := strings.Cut(at, "&jwt=")
	status, body, err := s.send(ctx, signed{Method: http.MethodGet, URL: at, Headers: map[string]string{"Authorization": "JWT " + token}})
	switch {
	case err != nil:
		return "", err
	case status != http.StatusOK:
		return "", fmt.Errorf("localconfluence: the app answered %d for a static macro", status)
	}
	if err := content.CheckStorage(string(body)); err != nil {
		return "", err
	}
	return string(body), nil
}

// export returns a page in storage format with the app's macros replaced by
// their static form.
func (s *Server) export(ctx context.Context, x *site, viewer, id, output string) (string, error) {
	c, err := x.store.Content(viewer, id)
	if err != nil {
		return "", err
	}
	x.mu.RLock()
	macros := x.app.descriptor.Modules.DynamicContentMacros
	x.mu.RUnlock()
	var failed error
	out := content.ReplaceMacros(c.Body, func(m content.Macro) (string, bool) {
		if !slices.ContainsFunc(macros, func(d macroModule) bool { return d.Key == m.Name }) {
			return "", false
		}
		static, err := s.renderStatic(ctx, x, viewer, hostpage.ModuleUse{Module: m.Name, PageID: id, MacroID: m.ID, Output: output, Params: m.Parameters})
		if err != nil {
			failed = errors.Join(failed, err)
		}
		return static, true
	})
	return out, failed
}

// webhook tells the app of a site what happened: one POST, no retry.
func (s *Server) webhook(x *site, e content.Event) {
	app, err := x.working()
	if err != nil || x.filling.Load() {
		return
	}
	for _, hook := range app.descriptor.Modules.Webhooks {
		if hook.Event != e.Name {
			continue
		}
		times, fault := 1, ""
		if _, missing := s.faults.of("webhook-missing"); missing {
			s.sent.add(Delivery{At: s.clock.now(), Site: x.name, Event: e.Name, Fault: "webhook-missing"})
			continue
		}
		if _, twice := s.faults.of("webhook-duplicate"); twice {
			times, fault = 2, "webhook-duplicate"
		}
		body, err := json.Marshal(webhookBody(x, e))
		if err != nil {
			s.logger.Error("webhook body", "error", err)
			continue
		}
		for range times {
			deliver := func(ctx context.Context) {
				r, err := s.request(app, http.MethodPost, app.descriptor.BaseURL+hook.URL, e.Actor, false, variation{})
				if err != nil {
					s.logger.Error("webhook", "error", err)
					return
				}
				r.Body = body
				status, _, err := s.send(ctx, r)
				if err != nil {
					s.logger.Warn("webhook not delivered", "event", e.Name, "error", err)
				}
				s.sent.add(Delivery{At: s.clock.now(), Site: x.name, Event: e.Name, Status: status, Fault: fault})
			}
			select {
			case s.queue <- deliver:
			default: // best effort: what does not fit is lost
				s.sent.add(Delivery{At: s.clock.now(), Site: x.name, Event: e.Name, Fault: "queue full"})
			}
		}
	}
}

// webhookBody does not name the event, as in life.
func webhookBody(x *site, e content.Event) map[string]any {
	body := map[string]any{"timestamp": e.At.UnixMilli(), "userAccountId": e.Actor, "accountType": "customer"}
	if e.Content != nil {
		key := "page"
		if e.Content.Type == content.BlogPost {
			key = "blog"
		}
		id, _ := strconv.ParseInt(e.Content.ID, 10, 64)
		spaceID, _ := strconv.ParseInt(e.Content.SpaceID, 10, 64)
		entity := map[string]any{
			"id": id, "idAsString": e.Content.ID, "title": e.Content.Title, "spaceKey": x.store.SpaceKey(e.Content.SpaceID), "spaceId": spaceID,
			"contentType": e.Content.Type, "version": e.Content.Version.Number, "creatorAccountId": e.Content.AuthorID,
			"lastModifierAccountId": e.Content.Version.AuthorID, "creationDate": e.Content.CreatedAt.UnixMilli(),
			"modificationDate": e.Content.Version.At.UnixMilli(), "self": x.baseURL + webUI(x, *e.Content),
		}
		if e.Label != nil {
			labels := []any{}
			for _, l := range e.Labels {
				labels = append(labels, map[string]any{"name": l.Name})
			}
			entity["labels"] = labels
			key = "labeled"
		}
		body[key] = entity
		if strings.HasSuffix(e.Name, "_updated") {
			body["updateTrigger"], body["suppressNotifications"] = "edit_page", false
		}
		if e.OldParent != "" {
			body["oldParent"], body["newParent"] = map[string]any{"idAsString": e.OldParent}, map[string]any{"idAsString": e.Content.ParentID}
		}
	}
	if e.Label != nil {
		body["label"] = map[string]any{"name": e.Label.Name, "title": e.Label.Name, "self": x.baseURL + "/label/" + url.PathEscape(e.Label.Name), "ownerAccountId": e.Actor}
	}
	return body
}
