// Package awstest stands in for AWS in tests: a fake of KMS and CloudWatch Logs
// that speaks their protocol to the real SDK, and a real S3 server. Both are
// reached through a Proxy, which keeps every byte that was sent to them and
// breaks connections when asked to.
//
// It is for tests only: nothing that is served may import it.
//
// Source: the API references of AWS KMS and CloudWatch Logs; AWS JSON 1.1.
package awstest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"labelup/internal/aws"
)

// What the clients of both stand-ins have to call with, and what errors of the
// fake are full of: no test may ever find these outside of requests to AWS.
const (
	Region          = "eu-central-1"
	AccessKeyID     = "testkey"
	SecretAccessKey = "testsecret"
	Account         = "483920175566"
)

// Fault is a way in which the fake misbehaves.
type Fault string

const (
	Throttle Fault = "throttle" // ThrottlingException
	Deny     Fault = "deny"     // AccessDeniedException, which names who may not do what
	Fail     Fault = "fail"     // status 500
	Hang     Fault = "hang"     // no answer until the client goes
	Reset    Fault = "reset"    // the connection ends without an answer
	Half     Fault = "half"     // the answer breaks off in the middle; the request took effect
	Strange  Fault = "strange"  // an error that is in no reference
)

// Fake is KMS and CloudWatch Logs.
type Fake struct {
	Proxy *Proxy

	server *httptest.Server
	kms    kms
	logs   logs

	mu     sync.Mutex
	fault  Fault
	times  int      // how many requests are still to fail; below 0 = all
	only   []string // operations that fail; empty = all
	called []string
}

// Start runs a fake, which ends with the test.
func Start(t testing.TB) *Fake {
	t.Helper()
	f := &Fake{kms: kms{keys: map[string]*key{}}, logs: logs{groups: map[string]*group{}}}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.server.Close)
	f.Proxy = StartProxy(t, "tcp", f.server.Listener.Addr().String())
	return f
}

// Settings lead to the fake, with the right credentials. Only the endpoints of
// KMS and of CloudWatch Logs are set.
func (f *Fake) Settings() aws.Settings {
	return aws.Settings{
		Region: Region, AccessKeyID: AccessKeyID, SecretAccessKey: SecretAccessKey,
		KMSEndpoint: f.Proxy.URL(), LogsEndpoint: f.Proxy.URL(),
	}
}

// Requests are all bytes that came, heads and bodies.
func (f *Fake) Requests() []byte { return f.Proxy.Sent() }

// Called names the operations that came, in their order, each try counted:
// "Decrypt", "PutLogEvents".
func (f *Fake) Called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.called)
}

// Misbehave spoils the next requests, so many of them (below 0: all until
// Behave), of the operations named or of any. Tries of the SDK count.
func (f *Fake) Misbehave(fault Fault, times int, operations ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.times, f.only = fault, times, operations
}

// Behave ends Misbehave.
func (f *Fake) Behave() { f.Misbehave("", 0) }

// spoils says how to answer a request.
func (f *Fake) spoils(operation string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.called = append(f.called, operation)
	if f.times == 0 || len(f.only) > 0 && !slices.Contains(f.only, operation) {
		return ""
	}
	if f.times > 0 {
		f.times--
	}
	return f.fault
}

// problem is an error as AWS JSON 1.1 has it.
type problem struct {
	status  int
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// refused is a problem with what the request asks for.
func refused(code, message string) *problem { return &problem{http.StatusBadRequest, code, message} }

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went
	}
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fault := f.spoils(operation)
	switch fault {
	case Throttle:
		f.answer(w, nil, refused("ThrottlingException", "Rate exceeded for account "+Account))
		return
	case Deny:
		f.answer(w, nil, refused("AccessDeniedException",
			"User: arn:aws:iam::"+Account+":user/labelup is not authorized to perform: "+operation))
		return
	case Fail:
		f.answer(w, nil, &problem{http.StatusInternalServerError, "InternalFailure", "account " + Account})
		return
	case Strange:
		f.answer(w, nil, refused("StrangeException", "account "+Account))
		return
	case Hang:
		<-r.Context().Done()
		return
	case Reset:
		f.reset(w)
		return
	}
	if problem := unsigned(r); problem != nil {
		f.answer(w, nil, problem)
		return
	}
	var answer any
	var failure *problem
	switch service {
	case "TrentService":
		answer, failure = f.kms.serve(operation, body)
	case "Logs_20140328":
		answer, failure = f.logs.serve(operation, body)
	default:
		failure = refused("UnknownOperationException", "unknown target")
	}
	if fault == Half {
		w = halved{w}
	}
	f.answer(w, answer, failure)
}

func (f *Fake) answer(w http.ResponseWriter, answer any, failure *problem) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", "req-"+Account)
	status := http.StatusOK
	if failure != nil {
		answer, status = failure, failure.status
		w.Header().Set("X-Amzn-Errortype", failure.Type)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err) // our own answer
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}

// halved sends half of a body, of the length of a whole one.
type halved struct{ http.ResponseWriter }

func (h halved) WriteHeader(int) {} // Write does it

func (h halved) Write(body []byte) (int, error) {
	h.Header().Set("Content-Length", "4096")
	_, _ = h.ResponseWriter.Write(body[:len(body)/2])
	if flusher, ok := h.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}

func (f *Fake) reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // only HTTP/2 cannot
	}
	reset(conn)
}

func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset instead of an orderly end
	}
	_ = conn.Close()
}

// unsigned looks at the form of a signature and at whose it is. Whether it is
// right needs the server's own idea of the request; the S3 server checks that.
func unsigned(r *http.Request) *problem {
	authorization := r.Header.Get("Authorization")
	credential, found := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 Credential=")
	if !found || !strings.Contains(authorization, "Signature=") || r.Header.Get("X-Amz-Date") == "" {
		return refused("MissingAuthenticationToken", "Missing Authentication Token")
	}
	if id, _, _ := strings.Cut(credential, "/"); id != AccessKeyID {
		return refused("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if !strings.Contains(credential, "/"+Region+"/") {
		return refused("InvalidSignatureException", "Credential should be scoped to a valid region.")
	}
	return nil
}
