// Package confluence calls Confluence Cloud's REST API for one site: it reads
// the labels of a page and changes them. It decides what is safe to send again,
// how long to wait and how much one site may use, and it turns every answer into
// a fault or a value.
//
// It must not know who the person is, how the app is installed or what a request
// to the app looks like: an Authorizer and a base URL are all it gets. It puts
// neither a URL nor a label into an error or an observation.
//
// Sources: Confluence Cloud's REST documentation (v1 for writing labels, v2 for
// reading them: there is no other way) and its page on rate limiting.
package confluence

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"labelup/internal/fault"
)

// Authorizer adds the Authorization header to a request, as the app or as a
// person. It is called for each attempt, because a credential may have been replaced
// in between, and by several goroutines at once. The request is complete and
// must not be changed otherwise. Its error ends the call and is returned as it is.
type Authorizer func(ctx context.Context, request *http.Request) error

// Options is what a client may be given besides its site. The zero value works.
type Options struct {
	// Site is an opaque key of the site, for the budget. Default: the base URL.
	Site string

	// Budget is shared by all clients of a process. Default: one of its own,
	// which neither counts nor queues together with any other client.
	Budget *Budget

	// Transport carries the requests. Default: http.DefaultTransport.
	Transport http.RoundTripper

	// Timeout is how long one attempt may take, with its body. Default 8 s.
	Timeout time.Duration

	// MaxWait is how long one call of the client may spend on waiting in all:
	// for its turn, for a limit, before trying again. A call that would wait
	// longer, or longer than its context lives, fails at once with
	// fault.RateLimited and RetryAfter. Default 5 s.
	MaxWait time.Duration

	// OnUnauthorized is called when Confluence does not accept the
	// Authorization header; the request is then sent once more. It is for
	// dropping a cached credential. Without it nothing is sent again.
	OnUnauthorized func()

	// Observe is called after each REST operation, for the technical log.
	Observe func(Call)
}

// Call is what can be said about one REST operation without saying whose it was.
type Call struct {
	Operation string        // such as "read_labels": see type operation
	Status    int           // of the last answer; 0 without one
	Duration  time.Duration // with waiting and retries
	Retries   int           // attempts after the first
	Points    int           // of the app's hourly quota, estimated
	NearLimit bool          // Confluence says that less than a fifth is left
	Kind      fault.Kind    // how it failed; empty if it did not
	Reason    string        // of the fault; empty if there is none
	Cause     error         // of the fault, for its class only: its text may say whose call it was; nil if there is none
}

// Client calls one site as one person or as the app. It is cheap to make and
// safe for use by several goroutines.
type Client struct {
	base      string // with /wiki, without a slash at the end
	scheme    string // of base
	host      string // of base, with its port
	authorize Authorizer
	options   Options
	http      http.Client
}

// New returns a client for the site whose REST API is under baseURL, which
// includes /wiki. It fails if that is not an absolute http or https URL or has a
// query, a fragment or a user in it.
func New(baseURL string, authorize Authorizer, options Options) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fault.New(fault.Internal, "confluence_base_url")
	}
	if options.Site == "" {
		options.Site = baseURL
	}
	if options.Budget == nil {
		options.Budget = NewBudget(Limits{})
	}
	if options.Timeout <= 0 {
		options.Timeout = 8 * time.Second
	}
	if options.MaxWait <= 0 {
		options.MaxWait = 5 * time.Second
	}
	return &Client{
		base:      strings.TrimRight(baseURL, "/"),
		scheme:    u.Scheme,
		host:      u.Host,
		authorize: authorize,
		options:   options,
		http: http.Client{
			Transport: options.Transport,
			// No call here has a reason to be redirected, and following
			// would send the Authorization header to wherever it says.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

const (
	maxBody      = 8 << 20  // of an answer that is read
	maxErrorBody = 64 << 10 // of an answer that only its status matters of
	maxAttempts  = 4        // each: at most 3 retries; once more if its credential was refused and is renewed
)

// operation is a kind of request. Each can be sent again without harm: reading,
// adding a label that is there and removing one that is not all change nothing.
type operation int

const (
	readLabels operation = iota
	addLabels
	removeLabel
	readRights
	readSpaces
	readStatus
	operations int = iota
)

func (o operation) String() string {
	return [operations]string{"read_labels", "add_labels", "remove_label", "read_rights", "read_spaces", "read_status"}[o]
}

func (o operation) writes() bool { return o == addLabels || o == removeLabel }

// points is what one request costs of the quota: 1 and 1 more for each page,
// space or attachment returned. Labels and rights are none of these, and of
// spaces and of content one is read.
func (o operation) points() int {
	if o == readSpaces || o == readStatus {
		return 2
	}
	return 1
}

// request is what to send.
type request struct {
	operation operation
	method    string
	path      string // below the base URL; made of constants and digits only
	query     url.Values
	body      []byte // JSON
}

// answer is what came back, whatever its status.
type answer struct {
	status int
	header http.Header
	body   []byte
	limit  limit
}

// attemptError is an attempt that failed, and what may help.
type attemptError struct {
	fault *fault.Error
	maybe bool // it may have taken effect
	then  remedy
}

func (f *attemptError) Error() string { return f.fault.Error() }
func (f *attemptError) Unwrap() error { return f.fault }

type remedy int

const (
	giveUp          remedy = iota
	tryAgain               // after a moment, or after RetryAfter
	tryAdmit               // when the budget admits it: it knows of the limit
	renewCredential        // with another credential
)

// do sends a request until it is answered with success or there is no point in
// going on, and observes it. An error is a fault or the Authorizer's.
func (c *Client) do(ctx context.Context, p *patience, r request) (*answer, error) {
	call := Call{Operation: r.operation.String()}
	began := time.Now()
	a, maybe, err := c.attempts(ctx, p, r, &call)
	if c.options.Observe != nil {
		call.Duration = time.Since(began)
		if err != nil {
			failed := fault.Of(err)
			call.Kind, call.Reason, call.Cause = failed.Kind, failed.Reason, failed.Cause
		}
		c.options.Observe(call)
	}
	if err != nil && maybe {
		err = &maybeDoneError{err}
	}
	return a, err
}

// maybeDoneError is the failure of a request of which some attempt may have taken
// effect.
type maybeDoneError struct{ cause error }

func (e *maybeDoneError) Error() string { return e.cause.Error() }
func (e *maybeDoneError) Unwrap() error { return e.cause }

// attempts is do without the observation. maybe is true if an attempt failed and
// may have taken effect.
func (c *Client) attempts(ctx context.Context, p *patience, r request, call *Call) (_ *answer, maybe bool, _ error) {
	budget, key := c.options.Budget, c.options.Site
	renewed := false
	for attempt := 0; ; attempt++ {
		release, err := budget.admit(ctx, p, key, r.operation)
		if err != nil {
			return nil, maybe, err
		}
		a, err := c.send(ctx, r, attempt)
		call.Retries = attempt
		call.Points += r.operation.points()
		if a != nil {
			call.Status = a.status
			call.NearLimit = call.NearLimit || a.limit.near
			budget.heed(key, r.operation, a.limit.spent)
		}
		release()

		failed, ok := errors.AsType[*attemptError](err)
		if !ok {
			return a, maybe, err // success, or an error that sending again cannot change
		}
		maybe = maybe || failed.maybe
		if failed.then == renewCredential && !renewed && c.options.OnUnauthorized != nil {
			renewed = true
			c.options.OnUnauthorized()
			continue
		}
		if attempt+1 < maxAttempts {
			switch failed.then {
			case tryAdmit:
				continue
			case tryAgain:
				wait := max(backoff(250*time.Millisecond, attempt), failed.fault.RetryAfter)
				if !p.affords(ctx, wait) {
					break
				}
				if err := p.sleep(ctx, wait); err != nil {
					return nil, maybe, err
				}
				continue
			}
		}
		return nil, maybe, failed.fault
	}
}

// backoff is how long to wait after so many attempts: first doubled each time,
// at most 30 s, then spread so that those who failed together do not return
// together.
func backoff(first time.Duration, attempt int) time.Duration {
	return time.Duration((0.7 + 0.6*rand.Float64()) * float64(min(first<<attempt, 30*time.Second)))
}

// send makes one attempt, after so many before it. With an error there may be an
// answer or not; the error is an *attemptError, another fault or the Authorizer's.
func (c *Client) send(ctx context.Context, r request, before int) (*answer, error) {
	attempt, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()

	target := c.base + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	q, err := http.NewRequestWithContext(attempt, r.method, target, body)
	if err != nil {
		return nil, fault.New(fault.Internal, "confluence_request")
	}
	// The transport keeps these two with its connections. As they were parsed
	// they are parts of the whole address, which would stay in memory with them.
	q.URL.Scheme, q.URL.Host = c.scheme, c.host
	q.Header.Set("Accept", "application/json")
	q.Header.Set("User-Agent", "LabelUP")
	if r.body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if r.operation.writes() {
		q.Header.Set("X-Atlassian-Token", "no-check") // v1 suspects a form on another site otherwise
	}
	if err := c.authorize(attempt, q); err != nil {
		return nil, err
	}

	response, err := c.http.Do(q)
	if err != nil {
		return nil, broken(ctx, attempt, err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	now := time.Now()
	a := &answer{status: response.StatusCode, header: response.Header, limit: parseLimit(response.Header, now)}
	if a.status == http.StatusTooManyRequests {
		a.limit.spent[a.limit.scope] = a.limit.pause(now, before)
	}

	// What a write says in its body is not needed: the read-back decides. So
	// a write whose status arrived has succeeded, however its body breaks off.
	if a.status/100 != 2 || r.operation.writes() {
		a.body, _ = io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
		return a, a.failure()
	}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, broken(ctx, attempt, err)
	}
	if len(a.body) > maxBody {
		return nil, fault.New(fault.Upstream, "answer_too_large")
	}
	return a, nil
}

// broken is an attempt without an answer. It tells apart who gave up: the caller,
// our timeout, or the network. Only after the last has anybody the time to try
// again.
func broken(caller, attempt context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return &attemptError{contextFault(caller), true, giveUp}
	case attempt.Err() != nil:
		return &attemptError{fault.Wrap(fault.Upstream, "timeout", attempt.Err()), true, giveUp}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the rest of it has a label in it
	}
	return &attemptError{fault.Wrap(fault.Upstream, "connection", err), true, tryAgain}
}

// contextFault is the fault of a call whose context has ended.
func contextFault(ctx context.Context) *fault.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Wrap(fault.Upstream, "deadline", ctx.Err())
	}
	return fault.Wrap(fault.CallerLeft, "canceled", ctx.Err())
}

// failure is what an answer means: an *attemptError, or nil for success.
func (a *answer) failure() error {
	failed := func(kind fault.Kind, reason string, then remedy) *attemptError {
		return &attemptError{fault: fault.New(kind, reason), then: then}
	}
	switch a.status {
	case http.StatusBadRequest:
		return failed(fault.BadRequest, "confluence_refuses", giveUp)
	case http.StatusUnauthorized:
		// Upstream, because the person has proved to us who they are: it
		// is our credential that Confluence does not take.
		return failed(fault.Upstream, "credential_refused", renewCredential)
	case http.StatusForbidden:
		// Besides 401 there is this 403 for a credential that is not accepted,
		// which says so only in its text. The same text also comes for a
		// person who may not use Confluence.
		if bytes.Contains(a.body, []byte("caller cannot access Confluence")) {
			return failed(fault.Forbidden, "no_access_to_confluence", renewCredential)
		}
		return failed(fault.Forbidden, "not_permitted", giveUp)
	case http.StatusNotFound:
		return failed(fault.NotFound, "no_such_content", giveUp)
	case http.StatusConflict:
		return failed(fault.Conflict, "confluence_conflict", giveUp)
	case http.StatusGone:
		return failed(fault.Upstream, "endpoint_gone", giveUp)
	case http.StatusRequestEntityTooLarge:
		return failed(fault.TooLarge, "confluence_too_large", giveUp)
	case http.StatusTooManyRequests:
		f := failed(fault.RateLimited, "confluence_limit", tryAdmit)
		f.fault.RetryAfter = a.limit.spent[a.limit.scope]
		return f
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f := failed(fault.Upstream, "confluence_failed", tryAgain)
		f.fault.RetryAfter, f.maybe = a.limit.wait, true
		return f
	}
	switch a.status / 100 {
	case 2:
		return nil
	case 3:
		return failed(fault.Upstream, "redirect", giveUp)
	case 5:
		f := failed(fault.Upstream, "confluence_failed", giveUp)
		f.maybe = true
		return f
	}
	return failed(fault.Upstream, "unexpected_status", giveUp)
}
