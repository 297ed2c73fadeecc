package confluence

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"labelup/internal/fault"
	"labelup/internal/label"
)

func TestNewRefusesWhatIsNoSite(t *testing.T) {
	for _, base := range []string{"", "/wiki", "site.example/wiki", "ftp://site.example/wiki", "https://", "https://me:secret@site.example/wiki", "https://site.example/wiki?x=1", "https://site.example/wiki?", "https://site.example/wiki#x", "https://site.example:x/wiki"} {
		_, err := New(base, bearer, Options{})
		if err == nil {
			t.Errorf("%q is taken for a site", base)
			continue
		}
		wantFault(t, err, "internal: confluence_base_url")
	}
}

func TestRequestsGoBelowTheBaseURL(t *testing.T) {
	for _, base := range []string{"https://site.example/wiki", "https://site.example/wiki/", "https://api.example/ex/confluence/cloud-id/wiki"} {
		var got []string
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.Method+" "+r.URL.String())
			w.Write([]byte(`{"results":[]}`))
		})
		c := newClient(t, base, Options{Transport: bubble{handler}})
		if _, err := c.Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}, Remove: []label.Name{"b/c"}}); err != nil {
			t.Fatal(err)
		}
		root := strings.TrimSuffix(base, "/")
		want := []string{"DELETE " + root + "/rest/api/content/1/label?name=b%2Fc", "POST " + root + "/rest/api/content/1/label", "GET " + root + "/api/v2/pages/1/labels?limit=250"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestStatusToFault(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   string
		sent   int
	}{
		{status: 302, want: "upstream: redirect", sent: 1},
		{status: 400, want: "bad_request: confluence_refuses", sent: 1},
		{status: 401, body: "<html>Tomcat", want: "upstream: credential_refused", sent: 1},
		{status: 403, want: "forbidden: not_permitted", sent: 1},
		{status: 403, body: `{"statusCode":403,"message":"Request rejected because caller cannot access Confluence"}`, want: "forbidden: no_access_to_confluence", sent: 1},
		{status: 404, body: `{"errors":[{"status":404}]}`, want: "not_found: no_such_content", sent: 1},
		{status: 409, want: "conflict: confluence_conflict", sent: 1},
		{status: 410, want: "upstream: endpoint_gone", sent: 1},
		{status: 413, want: "too_large: confluence_too_large", sent: 1},
		{status: 418, want: "upstream: unexpected_status", sent: 1},
		{status: 500, body: strings.Repeat("<html>", 100_000), want: "upstream: confluence_failed", sent: 1},
		{status: 501, want: "upstream: confluence_failed", sent: 1},
		{status: 502, want: "upstream: confluence_failed", sent: 4},
		{status: 503, want: "upstream: confluence_failed", sent: 4},
		{status: 504, want: "upstream: confluence_failed", sent: 4},
	} {
		t.Run(http.StatusText(test.status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					sent++
					answering(test.status, test.body)(w, r)
				}), Options{})
				_, err := c.Labels(t.Context(), content(t, "1"))
				wantFault(t, err, test.want)
				if sent != test.sent {
					t.Errorf("sent %d times, want %d", sent, test.sent)
				}
			})
		})
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	odd := `{"statusCode":403,"message":"Request rejected because caller cannot access Confluence"}`
	for _, test := range []struct {
		name    string
		status  int
		body    string
		good    string // the token that Confluence takes
		want    string
		renewed int
	}{
		{name: "a 401 and then a new token", status: 401, good: "Bearer new", renewed: 1},
		{name: "a 403 that means the token and then a new one", status: 403, body: odd, good: "Bearer new", renewed: 1},
		{name: "a 401 for every token", status: 401, want: "upstream: credential_refused", renewed: 1},
		{name: "a person who may not use Confluence", status: 403, body: odd, want: "forbidden: no_access_to_confluence", renewed: 1},
		{name: "a 403 that means the page", status: 403, want: "forbidden: not_permitted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			token, renewed, sent := "Bearer old", 0, 0
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent++
				if r.Header.Get("Authorization") == test.good {
					answering(200, `{"results":[]}`)(w, r)
					return
				}
				answering(test.status, test.body)(w, r)
			})
			authorize := func(_ context.Context, r *http.Request) error {
				r.Header.Set("Authorization", token)
				return nil
			}
			c, err := New("https://site.example/wiki", authorize, Options{Transport: bubble{handler}, OnUnauthorized: func() {
				renewed++
				token = "Bearer new"
			}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Labels(t.Context(), content(t, "1"))
			if test.want != "" {
				wantFault(t, err, test.want)
			} else if err != nil {
				t.Error(err)
			}
			if renewed != test.renewed || sent != 1+test.renewed {
				t.Errorf("renewed %d times and sent %d times", renewed, sent)
			}
		})
	}
}

// A token that is refused after other failures must not start the attempts anew.
func TestAttemptsAreBoundedWhateverTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent++
			if sent == 4 {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}), Options{OnUnauthorized: func() {}})
		_, err := c.Labels(t.Context(), content(t, "1"))
		wantFault(t, err, "upstream: confluence_failed")
		if sent != 5 {
			t.Errorf("sent %d times", sent)
		}
	})
}

func TestAnAuthorizerThatFailsEndsTheCall(t *testing.T) {
	refused := fault.New(fault.Anonymous, "nobody")
	for _, err := range []error{refused, errors.New("something else")} {
		f := newFake()
		calls := 0
		c, _ := New("https://site.example/wiki", func(context.Context, *http.Request) error { calls++; return err }, Options{Transport: bubble{f}})
		_, got := c.Labels(t.Context(), content(t, "1"))
		_, applied := c.Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}})
		if !errors.Is(got, err) || !errors.Is(applied, err) || calls != 2 || len(f.count) != 0 {
			t.Errorf("errors %v and %v after %d calls and requests %v", got, applied, calls, f.count)
		}
	}
}

func TestWaitingFor429(t *testing.T) {
	header := func(h ...string) []string { return h }
	for _, test := range []struct {
		name       string
		header     []string
		storm      int // answers with 429 before a good one
		want       string
		sent       int           // times at least; one more if maybe
		maybe      int           // chance decides how long a wait without a hint is
		min, max   time.Duration // of the call
		retryAfter time.Duration // at least
	}{
		{name: "a short wait is waited for", header: header("Retry-After", "2"), storm: 1, sent: 2, min: 2 * time.Second, max: 3 * time.Second},
		{name: "two short waits are waited for", header: header("Retry-After", "1"), storm: 2, sent: 3, min: 2 * time.Second, max: 3 * time.Second},
		{name: "a long wait is not", header: header("Retry-After", "30"), storm: 1, want: "rate_limited: endpoint_limit", sent: 1, retryAfter: 30 * time.Second},
		{name: "a storm without a hint is left after two waits at most", storm: 99, want: "rate_limited: endpoint_limit", sent: 2, maybe: 1, min: 1400 * time.Millisecond, max: 5 * time.Second, retryAfter: 2 * time.Second},
		{name: "one 429 without a hint is waited for", storm: 1, sent: 2, min: 1400 * time.Millisecond, max: 2600 * time.Millisecond},
		{name: "a quota is not waited for", header: header("RateLimit-Reason", "confluence-quota-tenant-based", "Retry-After", "900"), storm: 1, want: "rate_limited: site_quota", sent: 1, retryAfter: 15 * time.Minute},
		{name: "a quota without a time comes back with the hour", header: header("RateLimit-Reason", "confluence-quota-global-based"), storm: 1, want: "rate_limited: app_quota", sent: 1, retryAfter: time.Hour},
		{name: "a storm of tiny waits ends", header: header("X-RateLimit-Reset", "2000-01-01T00:00:00Z", "Retry-After", "1"), storm: 99, want: "rate_limited: confluence_limit", sent: 4, min: 3 * time.Second, max: 5 * time.Second, retryAfter: time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // begins at midnight, so an hour of UTC begins
				sent := 0
				c := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if sent++; sent <= test.storm {
						answering(429, "<html>slow down", test.header...)(w, r)
						return
					}
					answering(200, `{"results":[]}`)(w, r)
				}), Options{})
				began := time.Now()
				_, err := c.Labels(t.Context(), content(t, "1"))
				if test.want == "" && err != nil {
					t.Error(err)
				}
				if test.want != "" {
					if f := wantFault(t, err, test.want); f.RetryAfter < test.retryAfter {
						t.Errorf("retry after %v, want at least %v", f.RetryAfter, test.retryAfter)
					}
				}
				if took := time.Since(began); took < test.min || took > test.max {
					t.Errorf("took %v, want between %v and %v", took, test.min, test.max)
				}
				if sent < test.sent || sent > test.sent+test.maybe {
					t.Errorf("sent %d times, want %d", sent, test.sent)
				}
			})
		})
	}
}

func TestAQuotaStopsTheOthersWithoutAskingConfluence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent++
			answering(429, "", "RateLimit-Reason", "confluence-quota-global-based", "Retry-After", "600")(w, r)
		})
		b := NewBudget(Limits{})
		for _, site := range []string{"a", "b", "c"} {
			_, err := inBubble(t, handler, Options{Budget: b, Site: site}).Labels(t.Context(), content(t, "1"))
			wantFault(t, err, "rate_limited: app_quota")
		}
		if sent != 1 {
			t.Errorf("Confluence was asked %d times", sent)
		}
	})
}

func TestWhoStoodInLineHeedsALimitMetMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent++
			time.Sleep(time.Second)
			answering(429, "", "Retry-After", "600")(w, r)
		})
		c := inBubble(t, handler, Options{Budget: NewBudget(Limits{Concurrency: 1})})
		done := make(chan error)
		for range 3 {
			go func() {
				_, err := c.Labels(t.Context(), content(t, "1"))
				done <- err
			}()
		}
		for range 3 {
			wantFault(t, <-done, "rate_limited: endpoint_limit")
		}
		if sent != 1 {
			t.Errorf("sent %d times", sent)
		}
	})
}

func TestAQuotaUsedUpIsHeededBeforeThe429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent++
			answering(200, `{"results":[]}`, "RateLimit", `"tenant-app-quota";r=0;t=300`)(w, r)
		}), Options{})
		if _, err := c.Labels(t.Context(), content(t, "1")); err != nil {
			t.Fatal(err)
		}
		_, err := c.Labels(t.Context(), content(t, "1"))
		wantFault(t, err, "rate_limited: site_quota")
		if sent != 1 {
			t.Errorf("sent %d times", sent)
		}
	})
}

func TestWaitingFor503(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		after := "3"
		sent := 0
		c := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if sent++; sent == 2 {
				answering(200, `{"results":[]}`)(w, r)
				return
			}
			answering(503, "", "Retry-After", after)(w, r)
		}), Options{})
		began := time.Now()
		if _, err := c.Labels(t.Context(), content(t, "1")); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v, want to succeed after 3 s", err, time.Since(began))
		}
		after, began = "60", time.Now()
		_, err := c.Labels(t.Context(), content(t, "1"))
		if f := wantFault(t, err, "upstream: confluence_failed"); f.RetryAfter != time.Minute || time.Since(began) != 0 {
			t.Errorf("retry after %v, told after %v", f.RetryAfter, time.Since(began))
		}
		// A 503 is no limit: others may go on.
		after = "0"
		sent = 1
		if _, err := c.Labels(t.Context(), content(t, "1")); err != nil {
			t.Error(err)
		}
	})
}

func TestTheCallerDecidesHowLong(t *testing.T) {
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for _, test := range []struct {
		name    string
		handler http.Handler
		context func(context.Context) (context.Context, context.CancelFunc)
		want    string
		cause   error
		took    time.Duration
	}{
		{
			name: "a deadline ends an attempt", handler: hang,
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, time.Second)
			},
			want: "upstream: deadline", cause: context.DeadlineExceeded, took: time.Second,
		}, {
			name: "who leaves ends an attempt", handler: hang,
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(2*time.Second, cancel)
				return ctx, cancel
			},
			want: "caller_left: canceled", cause: context.Canceled, took: 2 * time.Second,
		}, {
			name: "who has left sends nothing", handler: http.NotFoundHandler(),
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				return ctx, cancel
			},
			want: "caller_left: canceled", cause: context.Canceled,
		}, {
			name: "nobody's deadline leaves ours", handler: hang,
			context: context.WithCancel,
			want:    "upstream: timeout", cause: context.DeadlineExceeded, took: 8 * time.Second,
		}, {
			name: "a wait beyond the deadline is not begun", handler: answering(429, "", "Retry-After", "3"),
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 2*time.Second)
			},
			want: "rate_limited: endpoint_limit",
		}, {
			name: "a retry beyond the deadline is not begun", handler: answering(502, ""),
			context: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 100*time.Millisecond)
			},
			want: "upstream: confluence_failed",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := test.context(t.Context())
				defer cancel()
				began := time.Now()
				_, err := inBubble(t, test.handler, Options{}).Labels(ctx, content(t, "1"))
				wantFault(t, err, test.want)
				if test.cause != nil && !errors.Is(err, test.cause) {
					t.Errorf("%v does not wrap %v", err, test.cause)
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}

func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake("b")
		f.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
			time.Sleep(100 * time.Millisecond)
			w.Header().Set("X-RateLimit-NearLimit", "true")
			switch {
			case r.Method == http.MethodPost && n == 1:
				return status(400)(w, r, n)
			case r.Method == http.MethodGet && n == 1:
				w.Header().Set("Retry-After", "1")
				return status(503)(w, r, n)
			}
			return false
		}
		var got []Call
		c := inBubble(t, f, Options{Observe: func(call Call) { got = append(got, call) }})
		if _, err := c.Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}, Remove: []label.Name{"b"}}); err != nil {
			t.Fatal(err)
		}
		want := []Call{
			{Operation: "remove_label", Status: 204, Duration: 100 * time.Millisecond, Points: 1, NearLimit: true},
			{Operation: "add_labels", Status: 400, Duration: 100 * time.Millisecond, Points: 1, NearLimit: true, Kind: fault.BadRequest, Reason: "confluence_refuses"},
			{Operation: "read_labels", Status: 200, Duration: 1200 * time.Millisecond, Retries: 1, Points: 2, NearLimit: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestAnObservedFailureSaysWhy tells a timeout from a broken connection: both
// are upstream, without a status.
func TestAnObservedFailureSaysWhy(t *testing.T) {
	tests := map[string]struct {
		fails  func(*http.Request) error
		reason string
		cause  error
	}{
		"no answer in time": {
			func(r *http.Request) error { <-r.Context().Done(); return r.Context().Err() }, "timeout", context.DeadlineExceeded,
		},
		"a connection that is refused": {
			func(*http.Request) error { return syscall.ECONNREFUSED }, "connection", syscall.ECONNREFUSED,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got Call
				c := newClient(t, "https://site.example/wiki", Options{
					Transport: failing(test.fails), Observe: func(call Call) { got = call },
				})
				if _, err := c.Labels(t.Context(), content(t, "1")); err == nil {
					t.Fatal("it did not fail")
				}
				if got.Kind != fault.Upstream || got.Status != 0 || got.Reason != test.reason || !errors.Is(got.Cause, test.cause) {
					t.Errorf("observed %+v", got)
				}
			})
		})
	}
}

// failing is a transport on which nothing is ever answered.
type failing func(*http.Request) error

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) { return nil, f(r) }

// What follows needs a real connection.

func TestARedirectIsNotFollowedAndTheTokenStays(t *testing.T) {
	var reached bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{elsewhere.URL + "/wiki", "/somewhere"} {
			asked := 0
			c := overSocket(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				http.Redirect(w, r, target, code)
			}), Options{})
			_, err := c.Labels(t.Context(), content(t, "1"))
			wantFault(t, err, "upstream: redirect")
			_, err = c.Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}})
			wantFault(t, err, "upstream: redirect")
			if asked != 2 || reached {
				t.Errorf("%d: asked %d times, the other server was reached: %t", code, asked, reached)
			}
		}
	}
}

// endless writes until nobody reads any more, 512 MiB at most.
func endless(w io.Writer) {
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for range 512 {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestAHugeAnswerIsCutOff(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{name: "plain", handler: func(w http.ResponseWriter, _ *http.Request) { endless(w) }, want: "upstream: answer_too_large"},
		{name: "compressed to next to nothing", handler: func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Error("the client does not ask for gzip")
			}
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			defer z.Close()
			endless(z)
		}, want: "upstream: answer_too_large"},
		{name: "as an error", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound); endless(w) }, want: "not_found: no_such_content"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := overSocket(t, test.handler, Options{}).Labels(t.Context(), content(t, "1"))
			runtime.ReadMemStats(&after)
			wantFault(t, err, test.want)
			if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
				t.Errorf("%d MiB were allocated", used>>20)
			}
		})
	}
}

func TestAnAnswerOfTheLargestSizeIsRead(t *testing.T) {
	body := `{"results":[{"id":"1","name":"a","prefix":"global"}]}`
	c := overSocket(t, answering(200, body+strings.Repeat(" ", maxBody-len(body))), Options{})
	got, err := c.Labels(t.Context(), content(t, "1"))
	if err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestBrokenConnections(t *testing.T) {
	half := func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte(`{"results":[`))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	stall := func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte(`{"results":[`))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	once := func(do func(http.ResponseWriter, *http.Request, int) bool) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, n int) bool { return n == 1 && do(w, r, n) }
	}
	added := summary{Added: []label.Name{"a"}, Held: []label.Name{"a"}}
	for _, test := range []struct {
		name          string
		before, after func(http.ResponseWriter, *http.Request, int) bool
		want          summary
		err           string
		count         map[string]int
	}{
		{name: "dropped before it took effect", before: once(drop), want: added, count: map[string]int{"POST": 2, "GET": 2}},
		{name: "dropped after it took effect", after: once(drop), want: added, count: map[string]int{"POST": 2, "GET": 2}},
		// The status of the write arrived, so it is not sent again; a read without its end is.
		{name: "half a body", after: once(half), want: added, count: map[string]int{"POST": 1, "GET": 2}},
		{name: "a body that never ends", after: once(stall), err: "upstream: written_not_verified", count: map[string]int{"POST": 1, "GET": 1}},
		{name: "dropped for ever", before: drop, err: "upstream: written_not_verified", count: map[string]int{"POST": 4, "GET": 4}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			f.before, f.after = test.before, test.after
			c := overSocket(t, f, Options{Timeout: 5 * time.Second, MaxWait: 15 * time.Second})
			o, err := c.Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}})
			if test.err != "" {
				wantFault(t, err, test.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, summarize(o), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.count["POST"] != test.count["POST"] {
				t.Errorf("%d writes, want %d", f.count["POST"], test.count["POST"])
			}
			// net/http itself sends a GET again when a kept connection breaks.
			if f.count["GET"] < test.count["GET"] {
				t.Errorf("%d reads, want at least %d", f.count["GET"], test.count["GET"])
			}
		})
	}
}

func TestNobodyListening(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	base := server.URL + "/wiki"
	server.Close()
	_, err := newClient(t, base, Options{MaxWait: 50 * time.Millisecond}).Labels(t.Context(), content(t, "1"))
	wantFault(t, err, "upstream: connection")
}
