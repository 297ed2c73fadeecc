package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func run1(t *testing.T, check Check) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return check.Run(ctx)
}

// wants fails unless the check found this state, its text has all of says, and
// it says what to do exactly if something is to be done.
func wants(t *testing.T, got Result, state State, says ...string) {
	t.Helper()
	if got.State != state {
		t.Errorf("it is %q: %+v", got.State, got)
	}
	for _, part := range says {
		if !strings.Contains(got.Detail+" "+got.Remedy, part) {
			t.Errorf("%+v does not say %q", got, part)
		}
	}
	if (got.State == Fine) != (got.Remedy == "") {
		t.Errorf("%+v says what to do if all is fine, or not if it is not", got)
	}
}

// nowhere is an address that refuses connections.
func nowhere(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return "http://" + listener.Addr().String()
}

func serving(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAServerIsReachableWhateverItAnswers(t *testing.T) {
	refusing := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	redirecting := serving(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://redirect.invalid/", http.StatusFound)
	})
	cutting := serving(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	const remedy = "Look at the proxy."
	tests := map[string]struct {
		addresses []string
		state     State
		says      []string
	}{
		"it refuses":                {[]string{refusing}, Fine, []string{"answers"}},
		"it redirects":              {[]string{redirecting + "/path?secret"}, Fine, []string{"answers"}},
		"both answer":               {[]string{refusing, redirecting}, Fine, nil},
		"one of two answers":        {[]string{nowhere(t), refusing}, Warning, []string{"connection refused", "answers", remedy}},
		"it cuts the connection":    {[]string{cutting}, Problem, []string{"connection lost", remedy}},
		"none answers":              {[]string{nowhere(t), nowhere(t)}, Problem, []string{"None of them", remedy}},
		"the address is no address": {[]string{"http://127.0.0.1:port"}, Problem, []string{remedy}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := run1(t, Reachable("key server", nil, test.addresses, remedy))
			wants(t, got, test.state, test.says...)
			if strings.Contains(got.Detail, "secret") {
				t.Errorf("%+v shows the path", got)
			}
		})
	}
}

func TestTheClockIsComparedWithOthers(t *testing.T) {
	here := time.Date(2026, 11, 22, 12, 0, 0, 500e6, time.UTC)
	now := func() time.Time { return here }
	dated := func(d time.Duration) string {
		return serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", here.Add(d).Format(http.TimeFormat))
		})
	}
	redis := func(d time.Duration, err error) func(context.Context) (time.Time, error) {
		return func(context.Context) (time.Time, error) { return here.Add(d), err }
	}
	tests := map[string]struct {
		address string
		redis   func(context.Context) (time.Time, error)
		state   State
		says    []string
	}{
		"all agree":                         {dated(0), redis(0, nil), Fine, []string{"agrees with that of 127.0.0.1", "agrees with that of Redis"}},
		"a little off":                      {dated(3 * time.Second), redis(-3*time.Second, nil), Fine, nil},
		"behind":                            {dated(10 * time.Second), redis(0, nil), Warning, []string{"10s behind", "NTP"}},
		"far ahead":                         {dated(-40 * time.Second), redis(0, nil), Problem, []string{"40s ahead of", "NTP"}},
		"Redis is off, which is no problem": {dated(0), redis(-time.Hour, nil), Warning, []string{"1h0m0s ahead of that of Redis"}},
		"Redis does not answer":             {dated(0), redis(time.Hour, errors.New("down")), Fine, nil},
		"nobody tells the time":             {nowhere(t), redis(0, nil), Warning, []string{"does not tell"}},
		"what is told is no time": {serving(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Date", "noon") }),
			redis(0, nil), Warning, []string{"does not tell"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			wants(t, run1(t, Clock(nil, test.address, test.redis, now)), test.state, test.says...)
		})
	}
}

const descriptor = `{"key":"labelup","baseUrl":"https://labelup.example.com","modules":{"a":[1,2]}}`

func serveDescriptor(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		if r.URL.Path != "/atlassian-connect.json" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(body))
	}
}

func TestTheDescriptorIsFetchedAsAtlassianDoes(t *testing.T) {
	handlers := map[string]struct {
		handler http.HandlerFunc
		state   State
		says    []string
	}{
		"it is ours":                      {serveDescriptor(descriptor), Fine, []string{"the one of this program", "TLS 1.3", "good for"}},
		"it is ours, written differently": {serveDescriptor(" { \"modules\": {\"a\": [1, 2]}, \"baseUrl\":\"https://labelup.example.com\", \"key\":\"labelup\"}\n"), Fine, nil},
		"it is another":                   {serveDescriptor(strings.Replace(descriptor, "[1,2]", "[1]", 1)), Problem, []string{": modules.", "BASE_URL"}},
		"it has more":                     {serveDescriptor(strings.Replace(descriptor, "{", `{"secret":1,`, 1)), Problem, []string{"does not have"}},
		"it is no descriptor":             {serveDescriptor("<html>secret"), Problem, []string{"no descriptor"}},
		"it is cut off":                   {serveDescriptor(descriptor[:30]), Problem, []string{"no descriptor"}},
		"it is redirected": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?secret", http.StatusMovedPermanently)
		}, Problem, []string{"301", "no proxy"}},
		"it wants a password":           {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, Problem, []string{"401"}},
		"it fails":                      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, Problem, []string{"502", "/health"}},
		"the connection breaks":         {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Problem, []string{"connection lost", "BASE_URL"}},
		"a proxy takes the header away": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(descriptor)) }, Problem, []string{"Strict-Transport-Security is missing"}},
	}
	for name, test := range handlers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(test.handler)
			t.Cleanup(server.Close)
			got := run1(t, Descriptor(server.Client().Transport, server.URL, []byte(descriptor), time.Now))
			wants(t, got, test.state, test.says...)
			if strings.Contains(got.Detail+got.Remedy, "secret") {
				t.Errorf("%+v shows what another server said", got)
			}
		})
	}
}

func TestTheAddressOfTheDescriptorMayBeUnreachable(t *testing.T) {
	server := httptest.NewTLSServer(serveDescriptor(descriptor))
	t.Cleanup(server.Close)
	plain := serving(t, serveDescriptor(descriptor))
	tests := map[string]struct {
		address string
		says    string
	}{
		"a certificate that nobody vouches for": {server.URL, "certificate"},
		"nothing listens":                       {nowhere(t), "Nothing listens"},
		"no TLS":                                {plain, "without TLS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			transport := &http.Transport{} // trusts no test server
			t.Cleanup(transport.CloseIdleConnections)
			wants(t, run1(t, Descriptor(transport, test.address, []byte(descriptor), time.Now)), Problem, test.says)
		})
	}
}

func TestACertificateIsToBeRenewedInTime(t *testing.T) {
	end := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	state := &tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: []*x509.Certificate{{NotAfter: end}}}
	tests := map[string]struct {
		left  time.Duration
		state State
		says  string
	}{
		"in 14 days":          {14 * 24 * time.Hour, Fine, "14 days"},
		"a second before 14":  {14*24*time.Hour - time.Second, Warning, "expires in 13 days"},
		"it has just expired": {0, Problem, "has expired"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var f findings
			judgeTLS(&f, state, end.Add(-test.left))
			wants(t, f.judged(), test.state, test.says)
		})
	}
	var f findings
	judgeTLS(&f, &tls.ConnectionState{Version: tls.VersionTLS11}, end)
	wants(t, f.judged(), Problem, "TLS 1.1")
}
