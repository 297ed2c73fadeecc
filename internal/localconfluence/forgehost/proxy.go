package forgehost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"labelup/internal/localconfluence/hostpage"
)

// What Forge takes of a call that a page makes through it. Source: its
// documentation of invokeRemote and of the limits of invocations.
const (
	answersWithin = 25 * time.Second
	maxCall       = 500 << 10 // bytes of the body as JSON
	maxAnswer     = 5 << 20
)

// Call is what a page asks of the app's service by invokeRemote.
type Call struct {
	Path       string            `json:"path"`
	Method     string            `json:"method"`
	Headers    map[string]string `json:"headers"`
	Body       json.RawMessage   `json:"body"` // an object, or nothing
	InvokeType string            `json:"invokeType"`
}

// Invoked is what the page gets: a payload for a status of 2xx, an error for
// another one, or a promise that is rejected with a text.
type Invoked struct {
	Success  bool      `json:"success"`
	Payload  *Response `json:"payload,omitempty"`
	Error    *Response `json:"error,omitempty"`
	Rejected rejected  `json:"rejected,omitempty"`
}

// Response is an answer of the service.
type Response struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers"`
	Body    json.RawMessage     `json:"body,omitempty"`
}

// rejected is why the page gets no answer of the service, in Forge's words where
// they are known.
type rejected string

func (r rejected) Error() string { return string(r) }

// Invoke takes a call of a page to the service and its answer back.
func (h *Host) Invoke(ctx context.Context, viewer string, ask hostpage.Ask, call Call, v Variation) (Invoked, error) {
	answer, err := h.invoke(ctx, viewer, ask, call, v)
	if why, ok := errors.AsType[rejected](err); ok {
		return Invoked{Rejected: why}, nil
	}
	if err != nil {
		return Invoked{}, err
	}
	if answer.Status/100 != 2 {
		return Invoked{Error: answer}, nil
	}
	return Invoked{Success: true, Payload: answer}, nil
}

func (h *Host) invoke(ctx context.Context, viewer string, ask hostpage.Ask, call Call, v Variation) (*Response, error) {
	m, about, err := h.target(viewer, ask.Use)
	if err != nil {
		return nil, err
	}
	endpoint := h.manifest.endpoint(m.Resolver.Endpoint)
	if endpoint == nil {
		return nil, rejected("the module " + m.Key + " has no endpoint")
	}
	at, err := h.below(call.Path)
	if err != nil {
		return nil, err
	}
	token, err := h.invocationToken(viewer, ask, m, about, v)
	if err != nil {
		return nil, err
	}
	body, err := call.body()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, call.Method, at, bytes.NewReader(body))
	if err != nil {
		return nil, rejected("the call is none: " + err.Error())
	}
	for name, value := range h.headers(call, endpoint, viewer, token, v) {
		request.Header.Set(name, value)
	}
	return h.answer(ctx, request)
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// body is what goes to the service.
func (c Call) body() ([]byte, error) {
	if !slices.Contains(methods, c.Method) {
		return nil, rejected("the method " + c.Method + " cannot be called")
	}
	var out bytes.Buffer
	switch err := json.Compact(&out, c.Body); {
	case len(c.Body) == 0:
		return nil, nil
	case err != nil || !bytes.HasPrefix(out.Bytes(), []byte("{")):
		return nil, rejected("the body is no object")
	case out.Len() > maxCall:
		return nil, rejected("Front-end invocation request payload size exceeded")
	}
	return out.Bytes(), nil
}

// below is the address of a path at the service, which it may not leave.
func (h *Host) below(path string) (string, error) {
	at, err := url.Parse(strings.TrimSuffix(h.Service, "/") + path)
	if err != nil || !strings.HasPrefix(path, "/") || slices.Contains(strings.Split(at.Path, "/"), "..") {
		return "", rejected("the path is not below the address of the remote")
	}
	return at.String(), nil
}

// kept are headers that Forge alone sets.
var kept = regexp.MustCompile(`(?i)^(authorization$|x-forge-|x-b3-)`)

func (h *Host) headers(call Call, endpoint *endpointModule, viewer, token string, v Variation) map[string]string {
	out := map[string]string{"Content-Type": "application/json"}
	set := func(name, value string) { out[http.CanonicalHeaderKey(name)] = value }
	for name, value := range call.Headers {
		if !kept.MatchString(name) {
			set(name, value)
		}
	}
	for name, value := range h.tokens(endpoint, viewer) {
		set(name, value)
	}
	set("Authorization", "Bearer "+token)
	set("X-B3-TraceId", randomHex(16))
	set("X-B3-SpanId", randomHex(8))
	for name, value := range v.Headers {
		if value == nil {
			delete(out, http.CanonicalHeaderKey(name))
		} else {
			set(name, *value)
		}
	}
	return out
}

// answer is what the service says, if Forge lets it pass.
func (h *Host) answer(ctx context.Context, request *http.Request) (*Response, error) {
	lost := func(why string) error {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return rejected(fmt.Sprintf("Remote invocation timed out after %d seconds", int(answersWithin.Seconds())))
		}
		return rejected("Invalid response from remote - " + why)
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, lost("remote network error")
	}
	defer func() { _ = response.Body.Close() }() // only read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	kind, good := response.Header.Get("Content-Type"), response.StatusCode/100 == 2
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return nil, rejected("Remote could not verify the Forge Invocation Token")
	case err != nil:
		return nil, lost("remote network error")
	case len(body) > maxAnswer:
		return nil, rejected("Front-end invocation response payload size exceeded")
	case !good && kind != "" && !strings.HasPrefix(kind, "application/json"):
		return nil, lost(fmt.Sprintf("content-type header must be set to application/json and is currently: %s. Status: %d.", kind, response.StatusCode))
	case !json.Valid(body) && (len(body) > 0 || !good):
		return nil, lost(fmt.Sprintf("cannot parse body as JSON. Status: %d.", response.StatusCode))
	}
	out := &Response{Status: response.StatusCode, Headers: map[string][]string{}, Body: body}
	for name, values := range response.Header {
		out.Headers[strings.ToLower(name)] = values
	}
	return out, nil
}

// RemoteCall is a call of the service that a page makes by requestRemote. The
// site's page makes it, from its own origin.
type RemoteCall struct {
	RemoteKey string `json:"remoteKey"`
	Path      string `json:"path"`
}

// Remote is where such a call goes, and its proof. No token for Confluence comes
// along.
type Remote struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Remote signs a call that a page makes by requestRemote.
func (h *Host) Remote(viewer string, ask hostpage.Ask, call RemoteCall, v Variation) (Remote, error) {
	m, about, err := h.target(viewer, ask.Use)
	if err != nil {
		return Remote{}, err
	}
	if h.manifest.remote(call.RemoteKey) == "" {
		return Remote{}, hostpage.ErrNotFound
	}
	at, err := h.below(call.Path)
	if err != nil {
		return Remote{}, fmt.Errorf("%w: %w", hostpage.ErrBadRequest, err)
	}
	token, err := h.invocationToken(viewer, ask, m, about, v)
	return Remote{at, token}, err
}
