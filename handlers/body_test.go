package handlers

import (
	"bufio"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/suggest/suggesttest"
	"labelup/internal/technicallog"
)

// serve has the service answer at a real address.
func (h *harness) serve() (address string) {
	h.t.Helper()
	server := httptest.NewServer(h.server)
	h.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// begin sends a head of a request and so much of its body. What answers the rest
// is read from what it returns.
func (h *harness) begin(address string, r *http.Request, length int, body string) *bufio.Reader {
	h.t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	_, err = fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: labelup.example.com\r\nContent-Type: application/json\r\nX-Forwarded-For: %s\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		r.Method, r.URL.RequestURI(), r.Header.Get("X-Forwarded-For"), r.Header.Get("Authorization"), length, body)
	if err != nil {
		h.t.Fatal(err)
	}
	return bufio.NewReader(connection)
}

// holds waits until so much is in hand for an owner.
func (h *harness) holds(owner string, least int64) {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		h.server.inHand.mu.Lock()
		held := h.server.inHand.heldBy(owner)
		h.server.inHand.mu.Unlock()
		if held >= least {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("%d bytes are in hand for %s", held, owner)
		}
	}
}

func (h *harness) isAnswered(answer *bufio.Reader, status int, reason string) {
	h.t.Helper()
	got, err := http.ReadResponse(answer, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	body, _ := io.ReadAll(got.Body)
	if got.StatusCode != status || !strings.Contains(string(body), reason) || got.Header.Get("Retry-After") == "" || !got.Close {
		h.t.Errorf("answered %d %v %s", got.StatusCode, got.Header, body)
	}
}

func (h *harness) nothingInHand() {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		h.server.inHand.mu.Lock()
		bytes, owners := h.server.inHand.bytes, len(h.server.inHand.owners)
		h.server.inHand.mu.Unlock()
		if bytes == 0 && owners == 0 {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("%d bytes of %d owners are left", bytes, owners)
		}
	}
}

func (h *harness) siteHash() string { return technicallog.SiteHash(h.atlassian.ClientKey) }

// slowKeys has only the genuine key; that another is nobody's it says late.
type slowKeys struct{ *connecttest.Host }

func (k slowKeys) KnownKey(kid string) (*rsa.PublicKey, error) {
	if kid != connecttest.KeyID {
		return nil, nil
	}
	return k.Host.KnownKey(kid)
}

func (k slowKeys) InstallKey(ctx context.Context, _ string, _ netip.Prefix) (*rsa.PublicKey, error) {
	<-ctx.Done()
	return nil, &connect.Error{Kind: connect.Unauthorized, Reason: connect.ReasonUnknownKey}
}

// keysComeLate has nobody know a key but the genuine one.
func (h *harness) keysComeLate() {
	h.t.Helper()
	app, err := connect.New(connect.Config{
		Key: "labelup", BaseURLs: []string{appURL}, EnableLicensing: true, Store: h.store, Keys: slowKeys{h.atlassian},
		AllowInsecureLoopback: true, BehindRouter: true, Now: h.atlassian.Now,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.server.Framing.(*Connect).App = app
}

func TestInstallsThatNobodyHasProvedKeepNoUninstallAndNoChangeOut(t *testing.T) {
	h := newHarness(t)
	h.keysComeLate()
	address := h.serve()
	for n := range 250 { // from as many addresses, half of them in the name of the site
		attack := h.atlassian.Lifecycle(connect.Installed, connecttest.WithKeyID(fmt.Sprint("made-up-", n)))
		if n%2 == 0 {
			attack = h.atlassian.Lifecycle(connect.Installed, connecttest.WithKeyID(fmt.Sprint("made-up-", n)), connecttest.With("iss", fmt.Sprint("site-", n)))
		}
		attack.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n))
		h.begin(address, attack, 1000, "{")
	}
	h.holds("atlassian", 60*leastInHand)
	if w := h.change(`{"contentId":"123","add":["a"]}`); w.Code != http.StatusOK {
		t.Errorf("a change is answered %d %s", w.Code, w.Body)
	}
	uninstall := h.atlassian.Lifecycle(connect.Uninstalled)
	uninstall.Header.Set("X-Forwarded-For", "198.51.100.7")
	if w := h.send(uninstall); w.Code != http.StatusNoContent {
		t.Errorf("the uninstall is answered %d %s", w.Code, w.Body)
	}
}

func TestABodyThatIsAnnouncedHoldsWhatHasComeOfIt(t *testing.T) {
	h := newHarness(t)
	address, site := h.serve(), h.siteHash()
	h.begin(address, h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", ""), maxSuggestBytes, "")
	h.holds(site, leastInHand)
	h.begin(address, h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", ""), maxSuggestBytes, strings.Repeat("a", 1<<20))
	h.holds(site, leastInHand+1<<20)
	h.server.inHand.mu.Lock()
	defer h.server.inHand.mu.Unlock()
	if held := h.server.inHand.bytes; held > leastInHand+2<<20 {
		t.Errorf("%d bytes are in hand", held)
	}
}

func TestWhatABodyHoldsIsGivenBackHoweverItEnds(t *testing.T) {
	h := newHarness(t)
	answers := map[string]int{
		suggesttest.WholeRequest:               http.StatusOK,
		`{"contentId":"other"}`:                http.StatusNotFound,
		"nothing":                              http.StatusBadRequest,
		strings.Repeat("a", maxSuggestBytes+1): http.StatusRequestEntityTooLarge,
	}
	for body, want := range answers {
		r := h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", body)
		r.ContentLength = -1
		if w := h.send(r); w.Code != want {
			t.Errorf("answered %d, want %d", w.Code, want)
		}
		h.nothingInHand()
	}
	broken := h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", "")
	broken.Body, broken.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{})), 100
	if w := h.send(broken); w.Code != statusCallerLeft {
		t.Errorf("answered %d", w.Code)
	}
	h.nothingInHand()
}

// failing is a body that must not be read, or that ends badly.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the connection broke") }

func TestTheBodyOfWhoHoldsMostIsCutOffForAnother(t *testing.T) {
	h := newHarness(t)
	answer := h.begin(h.serve(), h.atlassian.BrowserCall(http.MethodPost, "/api/suggest", ""), maxSuggestBytes, strings.Repeat("a", 3<<20))
	h.holds(h.siteHash(), 3<<20)
	for n := range 20 { // smaller, and they have come whole
		s := &sender{inHand: h.server.inHand, owner: fmt.Sprint("site ", n)}
		b, _ := s.send(1400 << 10)
		_ = h.server.inHand.arrived(b)
	}
	(&sender{inHand: h.server.inHand, owner: "late"}).takeAll(1 << 20)
	h.isAnswered(answer, http.StatusTooManyRequests, "site_has_too_much_in_hand")
}

func TestTheBodyOfALifecycleCallIsInHandToo(t *testing.T) {
	h := newHarness(t)
	owner := "lifecycle " + h.siteHash()
	for name, refused := range map[string]bool{"there is room": false, "it holds its share already": true} {
		t.Run(name, func(t *testing.T) {
			s := &sender{inHand: h.server.inHand, owner: owner}
			if refused {
				s.takeAll(leastInHand)
			}
			people := &sender{inHand: h.server.inHand, owner: h.siteHash()} // what they hold is not its
			people.takeAll(1 << 20)
			w := h.send(h.atlassian.Lifecycle(connect.Enabled))
			want := http.StatusNoContent
			if refused {
				want = http.StatusTooManyRequests
			}
			if w.Code != want || refused && (w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "site_has_too_much_in_hand")) {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			for _, b := range append(s.bodies, people.bodies...) {
				h.server.inHand.release(b)
			}
			h.nothingInHand()
		})
	}
}

// Or whoever makes up site after site would have share after share.
func TestNoBodyIsReadBeforeItsSenderIsProved(t *testing.T) {
	h := newHarness(t)
	for _, r := range routes {
		if r.method != http.MethodPost {
			continue
		}
		request := httptest.NewRequest(r.method, appURL+r.path, unread{t})
		request.Header.Set("Content-Type", "application/json")
		genuine := h.atlassian.Lifecycle(connect.Installed).Header.Get("Authorization")
		request.Header.Set("Authorization", genuine[:len(genuine)-10]+"AAAAAAAAAA")
		if w := h.send(request); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: answered %d", r.path, w.Code)
		}
	}
	h.nothingInHand()
}

type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	h := newHarness(t)
	(&sender{inHand: h.server.inHand, owner: h.siteHash()}).takeAll(leastInHand)
	answer := h.begin(h.serve(), h.atlassian.BrowserCall(http.MethodPost, "/api/labels", ""), 1000, "{")
	h.isAnswered(answer, http.StatusTooManyRequests, "site_has_too_much_in_hand")
	if _, err := answer.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still open: %v", err)
	}
}

// TestNoAnswerWaitsForABodyThatNobodyReads announces a body wherever an answer needs
// none, and sends nothing of it. There is no time limit for reading: an answer that
// waits for the body never comes.
func TestNoAnswerWaitsForABodyThatNobodyReads(t *testing.T) {
	h := newRemoteHarness(t)
	// Longer than what net/http keeps before it sends.
	long := make([]byte, 64<<10)
	h.server.Assets = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(long) })
	h.server.Descriptor, h.server.Privacy.Page, h.server.Privacy.Contact = long, long, "mailto:security@example.com"
	h.confluence.rights = administers
	address := h.serve()
	requests := map[string]*http.Request{
		"an unknown path":             httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("a", 4<<10), nil),
		"a method that is not served": httptest.NewRequest(http.MethodOptions, "/health", nil),
	}
	for _, r := range routes {
		path := strings.Replace(r.path, "*", "labelup.js", 1)
		requests[r.method+" "+r.path+", not proved"] = httptest.NewRequest(r.method, path, nil)
		switch {
		case r.method != http.MethodGet:
		case r.proof == site:
			requests[r.method+" "+r.path] = h.atlassian.Iframe(path + "?contentId=123&contentType=page")
		case r.proof == siteViewer:
			requests[r.method+" "+r.path] = h.atlassian.BrowserCall(r.method, path, "")
		}
	}
	const each = 5
	for name, r := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answers []*bufio.Reader
			for range each {
				answers = append(answers, h.begin(address, r, 1, ""))
			}
			for _, answer := range answers {
				got, err := http.ReadResponse(answer, r)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, got.Body); err != nil || !got.Close {
					t.Errorf("answered %d %v, %v", got.StatusCode, got.Header, err)
				}
				if _, err := answer.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("the connection is still open: %v", err)
				}
			}
		})
	}
}
