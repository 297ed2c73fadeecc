// Package handlers is the service's HTTP side: the table of routes with who
// may call each, the proof of the caller, the headers of every answer, and the
// mapping of faults to statuses. What a label is and what a change does to a
// page it leaves to internal/label.
//
// It is the only package that knows Echo. In it only connect.go and forge.go know
// by which protocol a caller is proved, one each. Nothing it logs is customer
// data: see package technicallog.
package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"labelup/internal/fault"
	"labelup/internal/lasterrors"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
	"labelup/macros"
)

// Options is what a Server is made of. New refuses it if anything is missing:
// every field here and in the structs of this package is required, but what is
// marked as optional and what is true or false.
type Options struct {
	Descriptor []byte                           // atlassian-connect.json as served
	Framing    FramingHost                      // proves callers of sites that show our pages in frames
	Remote     RemoteHost                       `optional:""` // and of those that serve them; nil if there are none
	Assets     http.Handler                     // serves /static/…
	Pages      *macros.Pages                    // the iframe pages
	Words      func(locale string) macros.Words // for exports
	Bridge     string                           // URL of Atlassian's bridge script
	Framers    []string                         // origins that may frame an answer given before the site is proved
	Ready      func(context.Context) error
	Records    Records
	LastErrors func(siteHash string) lasterrors.Report
	Running    Running
	Privacy    Privacy

	// OnlyTLS refuses what came to the router in front without TLS.
	OnlyTLS bool

	// Suggest works out which labels fit a page: suggest.Suggest.
	Suggest func(suggest.Input) suggest.Answer

	Log *slog.Logger
}

// Server answers the routes of the table.
type Server struct {
	Options
	echo    *echo.Echo
	served  []*route // of the table, those that its hosts need
	policy  contentPolicy
	buffers sync.Pool
	inHand  *inHand
	small   *turns // for suggestions from little
	large   *turns // and from much

	answerWithin time.Duration // the constant, but for tests
}

// New returns the service's handler, or an error that names what is missing.
func New(options Options) (*Server, error) {
	if err := missing(options); err != nil {
		return nil, err
	}
	s := &Server{
		Options: options, echo: echo.New(), policy: newContentPolicy(options.Bridge, options.Framers),
		inHand: newInHand(), small: newTurns(smallPlaces, smallRoom), large: newTurns(largePlaces, largeRoom),
		answerWithin: answerWithin,
	}
	s.buffers.New = func() any { buffer := make([]byte, 0, 4096); return &buffer }
	s.echo.HideBanner = true
	s.echo.Logger.SetOutput(io.Discard) // everything there is to say is said in the technical log
	s.echo.HTTPErrorHandler = func(err error, c echo.Context) { s.finish(s.unrouted(c), err) }
	for at := range routes {
		r := &routes[at]
		if r.hosts == remote && s.Remote == nil {
			continue
		}
		s.served = append(s.served, r)
		s.echo.Add(r.method, r.path, func(c echo.Context) error {
			s.serve(s.exchange(c, r))
			return nil
		})
	}
	return s, nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.OnlyTLS && r.Header.Get("X-Forwarded-Proto") == "http" {
		// Not redirected: whatever was secret in it has been sent in the clear
		// already, and nobody shall get used to that.
		s.finish(s.unrouted(s.echo.NewContext(r, w)), fault.New(fault.BadRequest, "not_https"))
		return
	}
	if r.Method == http.MethodOptions && !strings.Contains(s.allowed(r.URL.Path), http.MethodOptions) {
		// Echo would answer 204 by itself, past the table.
		s.finish(s.unrouted(s.echo.NewContext(r, w)), echo.ErrMethodNotAllowed)
		return
	}
	s.echo.ServeHTTP(w, r)
}

// exchange is one request and its answer.
type exchange struct {
	request   *http.Request
	response  *echo.Response
	body      *incoming // nil if there is none
	held      *incoming // what counts it while it calls Confluence: body, or one that is empty; nil if it does not
	route     *route    // nil if no route matched
	host      Host      // who is to prove the caller; nil where the route asks for no proof
	requestID string
	caller    *Caller // nil where the route asks for no proof
	started   time.Time
	end       context.CancelFunc // of the time for the answer
	fault     *fault.Error       // for the log line, also when the answer is a 200

	refusedName *refusedName // what to tell the person, with a fault about a label's name
}

func (s *Server) exchange(c echo.Context, r *route) *exchange {
	x := &exchange{response: c.Response(), route: r, started: time.Now()}
	x.requestID = requestID(c.Request())
	// So that the lines about calls that this request leads to say so.
	ctx := technicallog.WithRequest(c.Request().Context(), x.requestID, "")
	ctx, x.end = s.timed(ctx, r, x.started)
	x.request = c.Request().WithContext(ctx)
	if body := x.request.Body; body != nil && body != http.NoBody {
		x.body = &incoming{
			ReadCloser: body, inHand: s.inHand, whose: func() string { return s.bodyOwner(x) },
			interrupt: func() { x.readUntil(longAgo) },
		}
		x.request.Body = x.body
		x.response.Before(x.closeIfBodyIsLeft) // whoever writes the answer
	}
	s.policy.setCommon(x.header(), x.requestID)
	if r != nil && r.proof != nobody {
		x.host = s.hostOf(x.request, r)
	}
	if r != nil && r.direct && (x.host == nil || x.host == Host(s.Remote)) {
		setCrossOrigin(x.header())
	}
	return x
}

// hostOf is the host that is to prove a request: the remote one where the route
// serves it and the request has its kind of proof, else the framing one.
func (s *Server) hostOf(request *http.Request, r *route) Host {
	if r.hosts&remote != 0 && s.Remote != nil && s.Remote.Recognises(request) {
		return s.Remote
	}
	return s.Framing
}

// bodyOwner is who holds what comes of a request's body.
func (s *Server) bodyOwner(x *exchange) string {
	if x.caller != nil {
		return x.caller.Site.Hash
	}
	// A lifecycle call. It has a share besides that of the site's people, who must
	// not keep an uninstall out. Of a call by Atlassian's own key nobody knows yet
	// whose it is if the key has still to be fetched: all of these share one.
	if x.route.path == "/installed" || x.route.path == "/uninstalled" {
		return "atlassian"
	}
	return "lifecycle " + s.Framing.ClaimedSite(x.request)
}

func (s *Server) unrouted(c echo.Context) *exchange { return s.exchange(c, nil) }

func (x *exchange) header() http.Header { return x.response.Header() }
func (x *exchange) written() bool       { return x.response.Committed }

// Prepared header values, shared by all answers: nothing may change them.
var (
	contentHTML = []string{"text/html; charset=utf-8"}
	contentJSON = []string{"application/json; charset=utf-8"}
	contentText = []string{"text/plain; charset=utf-8"}

	closeConnection = []string{"close"}
)

func (x *exchange) send(code int, contentType []string, body []byte) {
	header := x.header()
	header["Content-Type"] = contentType
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.response.WriteHeader(code)
	if x.request.Method != http.MethodHead {
		_, _ = x.response.Write(body) // the caller is gone; there is nobody to tell
	}
}

// bodyIsLeft reports whether the caller has more to send than anybody reads.
func (x *exchange) bodyIsLeft() bool { return x.body != nil && !x.body.ended }

// closeIfBodyIsLeft keeps net/http from waiting for the body before it sends the
// answer, which it does to use the connection again.
func (x *exchange) closeIfBodyIsLeft() {
	if x.bodyIsLeft() {
		x.header()["Connection"] = closeConnection
	}
}

// serve takes a request through proof, rights and handler. Whatever happens,
// it ends with one answer and one log line.
func (s *Server) serve(x *exchange) {
	var err error
	defer func() {
		if recovered := recover(); recovered != nil {
			if recovered == http.ErrAbortHandler { //nolint:errorlint // a sentinel that net/http compares the same way
				x.end()
				s.leaveBody(x)
				panic(recovered)
			}
			// The value of a panic may quote what was being processed. Only
			// where it happened is logged.
			s.Log.Error("panic", technicallog.RequestID, x.requestID, technicallog.Place, panicPlace())
			err = fault.New(fault.Internal, "panic")
		}
		s.finish(x, err)
	}()
	s.policy.setFraming(x)
	if err = s.prove(x); err != nil {
		return
	}
	if x.route.change {
		if err = mayChange(x.caller); err != nil {
			return
		}
	}
	if x.route.admin {
		if err = s.mayAdminister(x); err != nil {
			return
		}
	}
	err = x.route.serve(s, x)
}

// prove finds out who is calling, in the one way that the route allows.
func (s *Server) prove(x *exchange) (err error) {
	switch x.route.proof {
	case nobody, atlassian:
		return nil
	case site:
		x.caller, err = s.Framing.Site(x.request)
	case siteViewer:
		x.caller, err = x.host.Viewer(x.request)
	default:
		return fault.New(fault.Internal, "route_without_proof")
	}
	if err == nil {
		s.policy.setFraming(x)
	}
	return err
}

// mayChange holds the rule for everything that writes: reading always works, a
// change needs an active licence (or a free app) and a person.
func mayChange(caller *Caller) error {
	switch {
	case caller.AccountID == "":
		return fault.New(fault.Anonymous, "no_account")
	case !caller.Licensed:
		return fault.New(fault.Unlicensed, "no_active_licence")
	default:
		return nil
	}
}

// finish answers a fault, if there is one, and writes the log line.
func (s *Server) finish(x *exchange, err error) {
	defer x.end()
	defer s.leaveBody(x)
	if err != nil {
		if routing, ok := errors.AsType[*echo.HTTPError](err); ok {
			err = s.routingFault(x, routing.Code)
		}
		s.answerFault(x, err)
	}
	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs,
		slog.String(technicallog.Route, x.routePath()),
		slog.String(technicallog.Method, method(x.request.Method)),
		slog.Int(technicallog.Status, x.response.Status),
		technicallog.Milliseconds(time.Since(x.started)),
		slog.String(technicallog.RequestID, x.requestID),
	)
	switch {
	case x.caller != nil:
		attrs = append(attrs, slog.String(technicallog.Site, x.caller.Site.Hash))
	case x.host != nil:
		attrs = append(attrs, slog.String(technicallog.Site, x.host.ClaimedSite(x.request)))
	}
	if f := x.fault; f != nil {
		if status(f.Kind) >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		attrs = append(attrs,
			slog.String(technicallog.Kind, string(f.Kind)),
			slog.String(technicallog.Reason, f.Reason),
			slog.String(technicallog.Cause, technicallog.CauseOf(f.Cause)))
	}
	s.Log.LogAttrs(x.request.Context(), level, "request", attrs...)
}

var longAgo = time.Unix(1, 0)

// readUntil is when the caller has to have sent what is read; the zero time is
// never.
func (x *exchange) readUntil(end time.Time) {
	_ = http.NewResponseController(x.response).SetReadDeadline(end) // only a test's writer has no connection
}

// leaveBody ends with the body when all is answered.
func (s *Server) leaveBody(x *exchange) {
	if x.held != nil {
		s.inHand.release(x.held)
	}
	if x.body == nil {
		return
	}
	s.inHand.release(x.body)
	if x.bodyIsLeft() {
		// Or net/http would wait for up to 256 KB of it before it closes the
		// connection. That what is still on its way does not undo the answer is
		// seen to where connections are closed, in package connlimit.
		x.readUntil(longAgo)
	}
}

// routingFault is the fault of a path or method that is not in the table. It
// takes the status with which Echo says so.
func (s *Server) routingFault(x *exchange, code int) error {
	if methods := s.allowed(x.request.URL.Path); code == http.StatusMethodNotAllowed && methods != "" {
		x.header().Set("Allow", methods)
		return fault.New(fault.WrongMethod, "method_not_allowed")
	}
	return fault.New(fault.NotFound, "no_such_route")
}

// allowed are the methods that a path is served with.
func (s *Server) allowed(path string) string {
	var methods []string
	for _, r := range s.served {
		if r.path == path || strings.HasSuffix(r.path, "*") && strings.HasPrefix(path, strings.TrimSuffix(r.path, "*")) {
			methods = append(methods, r.method)
		}
	}
	return strings.Join(methods, ", ")
}

func (x *exchange) routePath() string {
	if x.route == nil {
		return "none"
	}
	return x.route.path
}

// method keeps an invented method name out of the log.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	default:
		return "other"
	}
}

// requestID takes over the id that Heroku's router gave the request, so that
// its log and ours can be read side by side, or makes one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); len(id) >= 8 && len(id) <= 64 && strings.Trim(id, "0123456789abcdefABCDEF-") == "" {
		return id
	}
	return rand.Text()[:20]
}

// panicPlace is the function and line of our code in which a panic began.
func panicPlace() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "labelup/") && !strings.HasSuffix(frame.Function, "panicPlace") {
			return frame.Function + ":" + strconv.Itoa(frame.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

// origin is the scheme and host of an address that was checked when it came
// in, or "" if it has none.
func origin(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	if !found || host == "" {
		return ""
	}
	return address[:len(scheme)+len("://")+len(host)]
}
