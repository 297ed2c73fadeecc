package connecthost

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

// ServeKey plays the key server of lifecycle tokens.
func (h *Host) ServeKey(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/install-keys/"+h.keyID {
		http.NotFound(w, r)
		return
	}
	der, err := x509.MarshalPKIXPublicKey(&h.key().PublicKey)
	if err != nil {
		http.Error(w, "key", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_ = pem.Encode(w, &pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// KeysURL is where lifecycle keys are served; a key is at KeysURL + "/" + kid.
func (h *Host) KeysURL() string { return h.origin + "/install-keys" }

// KeyURL is where the key of lifecycle tokens is served.
func (h *Host) KeyURL() string { return h.KeysURL() + "/" + h.keyID }

// Install installs the app at appBaseURL on a site, or installs it again: a new
// shared secret is sent, then the app is enabled. It fails when the descriptor is
// refused or the app does not answer installed with 2xx; nothing is installed
// then.
func (h *Host) Install(ctx context.Context, x *Site, appBaseURL string) error {
	d, err := h.FetchDescriptor(ctx, appBaseURL)
	if err != nil {
		return fmt.Errorf("connecthost: install: %w", err)
	}
	next := x.App()
	if next.OAuthClientID == "" {
		next.OAuthClientID = rand.Text()
	}
	next.Descriptor, next.Secret, next.Installed, next.Enabled = d, rand.Text()+rand.Text(), true, true
	status, err := h.lifecycle(ctx, x, next, "installed")
	if err != nil {
		return fmt.Errorf("connecthost: install: %w", err)
	}
	if status/100 != 2 {
		return fmt.Errorf("connecthost: install: the app host returned HTTP response code %d", status)
	}
	x.mu.Lock()
	x.app = next
	x.mu.Unlock()
	x.Store.AddUser(content.User{AccountID: "5f0000000000000000000a99", Name: AppUser, DisplayName: d.Name, Role: content.Editor, App: true})
	if _, err := h.lifecycle(ctx, x, next, "enabled"); err != nil {
		h.logger.Warn("the app did not answer enabled", "error", err) // only logged in life, too
	}
	return nil
}

// SetEnabled enables or disables the app of a site.
func (h *Host) SetEnabled(ctx context.Context, x *Site, enabled bool) (int, error) {
	event := "disabled"
	if enabled {
		event = "enabled"
	}
	x.mu.Lock()
	x.app.Enabled = enabled
	app := x.app
	x.mu.Unlock()
	return h.lifecycle(ctx, x, app, event)
}

// Uninstall sends disabled and uninstalled. The app's answers change nothing.
func (h *Host) Uninstall(ctx context.Context, x *Site) (int, error) {
	x.mu.Lock()
	app := x.app
	x.app.Installed, x.app.Enabled = false, false
	x.mu.Unlock()
	h.grants.revoke(x)
	_, _ = h.lifecycle(ctx, x, app, "disabled")
	return h.lifecycle(ctx, x, app, "uninstalled")
}

// Signed is a request that the app would accept from Atlassian, or the
// variation of it that was asked for.
type Signed struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// Variation says how a token differs from what Atlassian would sign.
type Variation struct {
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
func (h *Host) token(app App, lifecycle bool, claims connectjwt.Claims, v Variation) (string, error) {
	skew := h.skew()
	for _, name := range []string{"iat", "exp"} {
		if at, ok := claims[name].(int64); ok {
			claims[name] = at + int64(skew.Seconds())
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
		secret := app.Secret
		if v.Key == "public" {
			der, err := x509.MarshalPKIXPublicKey(&h.key().PublicKey)
			if err != nil {
				return "", fmt.Errorf("connecthost: %w", err)
			}
			secret = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		} else if given, ok := strings.CutPrefix(v.Key, "secret:"); ok {
			secret = given
		}
		return connectjwt.SignHS256(secret, claims)
	case "RS256":
		key, kid := h.key, h.keyID
		if v.Key == "stray" {
			key = h.strayKey
		}
		if v.KeyID != "" {
			kid = v.KeyID
		}
		return connectjwt.SignRS256(key(), kid, claims)
	}
	return "", fmt.Errorf("connecthost: unknown algorithm %q", algorithm)
}

// Request signs any request to the app, for the site and the account given.
func (h *Host) Request(app App, method, at, account string, lifecycle bool, v Variation) (Signed, error) {
	u, err := url.Parse(at)
	if err != nil {
		return Signed{}, fmt.Errorf("connecthost: %w", err)
	}
	base, err := url.Parse(app.Descriptor.BaseURL)
	if err != nil {
		return Signed{}, fmt.Errorf("connecthost: %w", err)
	}
	now := h.now()
	claims := connectjwt.Claims{
		"iss": app.ClientKey, "iat": now.Unix(), "exp": now.Add(3 * time.Minute).Unix(),
		"qsh": connectjwt.QSH(method, u.EscapedPath(), u.RawQuery, base.EscapedPath()),
	}
	if lifecycle {
		claims["aud"] = []string{app.Descriptor.BaseURL}
		// RS256 has no salt: two calls of one second would carry the same token
		// with two bodies, which an app is right to refuse.
		claims["jti"] = NewUUID()
	}
	if account != "" {
		claims["sub"] = account
	}
	token, err := h.token(app, lifecycle, claims, v)
	if err != nil {
		return Signed{}, err
	}
	return Signed{Method: method, URL: at, Headers: map[string]string{"Authorization": "JWT " + token, "Content-Type": "application/json"}}, nil
}

// lifecyclePayload is the body of a lifecycle call.
func lifecyclePayload(x *Site, app App, event string) map[string]any {
	body := map[string]any{
		"key": app.Descriptor.Key, "clientKey": app.ClientKey, "oauthClientId": app.OAuthClientID,
		"serverVersion": "6452", "pluginsVersion": "1000.0.0", "baseUrl": x.BaseURL, "displayUrl": x.BaseURL,
		"productType": "confluence", "description": "Local Confluence", "cloudId": x.CloudID,
		"entitlementId": "local-entitlement", "entitlementNumber": "E-000-000", "eventType": event,
	}
	if event == "installed" {
		body["sharedSecret"] = app.Secret
	}
	return body
}

func (d Descriptor) lifecyclePath(event string) string {
	return map[string]string{
		"installed": d.Lifecycle.Installed, "uninstalled": d.Lifecycle.Uninstalled,
		"enabled": d.Lifecycle.Enabled, "disabled": d.Lifecycle.Disabled,
	}[event]
}

// SignLifecycle makes a lifecycle call: installed and uninstalled are signed
// with Atlassian's key, enabled and disabled with the shared secret.
func (h *Host) SignLifecycle(x *Site, app App, event string, v Variation, changes map[string]any) (Signed, error) {
	path := app.Descriptor.lifecyclePath(event)
	if path == "" {
		return Signed{}, fmt.Errorf("connecthost: the app does not listen to %q", event)
	}
	lifecycle := event == "installed" || event == "uninstalled"
	r, err := h.Request(app, http.MethodPost, app.Descriptor.BaseURL+path, "", lifecycle, v)
	if err != nil {
		return Signed{}, err
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
		return Signed{}, fmt.Errorf("connecthost: %w", err)
	}
	return r, nil
}

func (h *Host) lifecycle(ctx context.Context, x *Site, app App, event string) (int, error) {
	if app.Descriptor.lifecyclePath(event) == "" {
		return 0, nil // the app does not want to know
	}
	r, err := h.SignLifecycle(x, app, event, Variation{}, nil)
	if err != nil {
		return 0, err
	}
	status, _, err := h.Send(ctx, r)
	h.sent(Delivery{At: h.now(), Site: x.Name, Event: event, Status: status})
	return status, err
}

// maxAppAnswer bounds what is read of an app's answer.
const maxAppAnswer = 1 << 20

func (h *Host) Send(ctx context.Context, r Signed) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return 0, nil, fmt.Errorf("connecthost: %w", err)
	}
	for name, value := range r.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", "Atlassian HttpClient local")
	answer, err := h.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("connecthost: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAppAnswer+1))
	if err == nil && len(body) > maxAppAnswer {
		err = errors.New("connecthost: the app's answer is larger than 1 MiB")
	}
	return answer.StatusCode, body, err
}

var errNotInstalled = errors.New("connecthost: the app is not installed and enabled")

// Working is the site's install of the app, if it is one that is shown and told.
func (x *Site) Working() (App, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if !x.app.Installed || !x.app.Enabled {
		return App{}, errNotInstalled
	}
	return x.app, nil
}

// moduleURL returns the app's URL of a module before Confluence adds to it.
func (d Descriptor) moduleURL(use hostpage.ModuleUse) (string, error) {
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

func (x *Site) target(viewer string, use hostpage.ModuleUse) (moduleTarget, error) {
	t := moduleTarget{use: use}
	if use.PageID == "" {
		return t, nil
	}
	var err error
	if t.content, err = x.Store.Content(viewer, use.PageID); err != nil {
		return t, err
	}
	if use.Version > 0 && use.Version != t.content.Version.Number {
		if t.content, err = x.Store.VersionOf(viewer, use.PageID, use.Version); err != nil {
			return t, err
		}
	}
	t.space, err = x.Store.Space(viewer, t.content.SpaceID)
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
func (t moduleTarget) context(x *Site, licence string) map[string]any {
	product := map[string]any{}
	if t.content.ID != "" {
		product["content"] = map[string]any{"type": t.content.Type, "version": strconv.Itoa(t.content.Version.Number), "id": t.content.ID}
		product["space"] = map[string]any{"key": t.space.Key, "id": t.space.ID}
	}
	if t.use.MacroID != "" {
		product["macro"] = map[string]any{"outputType": t.output(), "hash": t.use.MacroID, "id": t.use.MacroID}
	}
	return map[string]any{
		"license": map[string]any{"active": licence == "active"}, "url": map[string]any{"displayUrl": x.BaseURL}, "confluence": product,
	}
}

// SignURL returns the URL Confluence would load for a module: variables filled
// in, its own parameters appended, signed. account may be "".
func (h *Host) SignURL(x *Site, account string, use hostpage.ModuleUse, v Variation) (string, error) {
	app, err := x.Working()
	if err != nil {
		return "", err
	}
	template, err := app.Descriptor.moduleURL(use)
	if err != nil {
		return "", err
	}
	t, err := x.target(account, use)
	if err != nil {
		return "", err
	}
	at := app.Descriptor.BaseURL + variable.ReplaceAllStringFunc(template, func(found string) string {
		return percent(t.variable(variable.FindStringSubmatch(found)[1]))
	})
	own := []string{
		"xdm_e=" + percent(h.origin), "xdm_c=" + percent("channel-"+use.Module+"-"+NewUUID()[:8]), "cp=" + percent(x.BasePath),
		"xdm_deprecated_addon_key_do_not_use=" + percent(app.Descriptor.Key), "lic=" + app.Licence, "cv=1000.0.0",
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
		return "", fmt.Errorf("connecthost: %w", err)
	}
	base, err := url.Parse(app.Descriptor.BaseURL)
	if err != nil {
		return "", fmt.Errorf("connecthost: %w", err)
	}
	now := h.now()
	claims := connectjwt.Claims{
		"iss": app.ClientKey, "iat": now.Unix(), "exp": now.Add(tokenTTL).Unix(),
		"qsh":     connectjwt.QSH(http.MethodGet, u.EscapedPath(), u.RawQuery, base.EscapedPath()),
		"context": t.context(x, app.Licence),
	}
	if account != "" {
		claims["sub"] = account
	}
	token, err := h.token(app, false, claims, v)
	if err != nil {
		return "", err
	}
	return at + "&jwt=" + token, nil
}

// ContextToken returns what AP.context.getToken answers.
func (h *Host) ContextToken(x *Site, account string, use hostpage.ModuleUse, v Variation) (string, error) {
	app, err := x.Working()
	if err != nil {
		return "", err
	}
	t, err := x.target(account, use)
	if err != nil {
		return "", err
	}
	now := h.now()
	claims := connectjwt.Claims{
		"iss": app.ClientKey, "iat": now.Unix(), "exp": now.Add(tokenTTL).Unix(),
		"qsh": connectjwt.ContextQSH, "context": t.context(x, app.Licence),
	}
	if account != "" {
		claims["sub"] = account
	}
	return h.token(app, false, claims, v)
}

// percent encodes a value as the host does, a space as %20.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// RenderStatic asks the app for a macro's static form, server to server.
func (h *Host) RenderStatic(ctx context.Context, x *Site, viewer string, use hostpage.ModuleUse) (string, error) {
	use.Part = hostpage.PartExport
	at, err := h.SignURL(x, viewer, use, Variation{})
	if err != nil {
		return "", err
	}
	// Server to server the token is in the header.
	at, token, _ := strings.Cut(at, "&jwt=")
	status, body, err := h.Send(ctx, Signed{Method: http.MethodGet, URL: at, Headers: map[string]string{"Authorization": "JWT " + token}})
	switch {
	case err != nil:
		return "", err
	case status != http.StatusOK:
		return "", fmt.Errorf("connecthost: the app answered %d for a static macro", status)
	}
	if err := content.CheckStorage(string(body)); err != nil {
		return "", err
	}
	return string(body), nil
}

// Export returns a page in storage format with the app's macros replaced by
// their static form.
func (h *Host) Export(ctx context.Context, x *Site, viewer, id, output string) (string, error) {
	c, err := x.Store.Content(viewer, id)
	if err != nil {
		return "", err
	}
	macros := x.App().Descriptor.Modules.DynamicContentMacros
	var failed error
	out := content.ReplaceMacros(c.Body, func(m content.Macro) (string, bool) {
		if !slices.ContainsFunc(macros, func(d macroModule) bool { return d.Key == m.Name }) {
			return "", false
		}
		static, err := h.RenderStatic(ctx, x, viewer, hostpage.ModuleUse{Module: m.Name, PageID: id, MacroID: m.ID, Output: output, Params: m.Parameters})
		if err != nil {
			failed = errors.Join(failed, err)
		}
		return static, true
	})
	return out, failed
}

// Webhook tells the app of a site what happened: one POST, no retry.
func (h *Host) Webhook(x *Site, e content.Event) {
	app, err := x.Working()
	if err != nil {
		return
	}
	for _, hook := range app.Descriptor.Modules.Webhooks {
		if hook.Event != e.Name {
			continue
		}
		times, fault := 1, ""
		missing, twice := h.webhookFault()
		if missing {
			h.sent(Delivery{At: h.now(), Site: x.Name, Event: e.Name, Fault: "webhook-missing"})
			continue
		}
		if twice {
			times, fault = 2, "webhook-duplicate"
		}
		body, err := json.Marshal(WebhookBody(x, e))
		if err != nil {
			h.logger.Error("webhook body", "error", err)
			continue
		}
		for range times {
			deliver := func(ctx context.Context) {
				r, err := h.Request(app, http.MethodPost, app.Descriptor.BaseURL+hook.URL, e.Actor, false, Variation{})
				if err != nil {
					h.logger.Error("webhook", "error", err)
					return
				}
				r.Body = body
				status, _, err := h.Send(ctx, r)
				if err != nil {
					h.logger.Warn("webhook not delivered", "event", e.Name, "error", err)
				}
				h.sent(Delivery{At: h.now(), Site: x.Name, Event: e.Name, Status: status, Fault: fault})
			}
			select {
			case h.queue <- deliver:
			default: // best effort: what does not fit is lost
				h.sent(Delivery{At: h.now(), Site: x.Name, Event: e.Name, Fault: "queue full"})
			}
		}
	}
}

// WebhookBody is the body of a webhook. It does not name the event, as in life.
func WebhookBody(x *Site, e content.Event) map[string]any {
	body := map[string]any{"timestamp": e.At.UnixMilli(), "userAccountId": e.Actor, "accountType": "customer"}
	if e.Content != nil {
		key := "page"
		if e.Content.Type == content.BlogPost {
			key = "blog"
		}
		id, _ := strconv.ParseInt(e.Content.ID, 10, 64)
		spaceID, _ := strconv.ParseInt(e.Content.SpaceID, 10, 64)
		entity := map[string]any{
			"id": id, "idAsString": e.Content.ID, "title": e.Content.Title, "spaceKey": x.Store.SpaceKey(e.Content.SpaceID), "spaceId": spaceID,
			"contentType": e.Content.Type, "version": e.Content.Version.Number, "creatorAccountId": e.Content.AuthorID,
			"lastModifierAccountId": e.Content.Version.AuthorID, "creationDate": e.Content.CreatedAt.UnixMilli(),
			"modificationDate": e.Content.Version.At.UnixMilli(), "self": x.BaseURL + x.Store.WebUI(*e.Content),
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
		body["label"] = map[string]any{"name": e.Label.Name, "title": e.Label.Name, "self": x.BaseURL + "/label/" + url.PathEscape(e.Label.Name), "ownerAccountId": e.Actor}
	}
	return body
}
