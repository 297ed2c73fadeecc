package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"labelup/internal/technicallog"
)

// maxAnswer bounds an answer that is read, in bytes. A descriptor has some 10 KB.
const maxAnswer = 1 << 20

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	tls    *tls.ConnectionState // nil without TLS
	body   []byte               // the first maxAnswer bytes
}

// get asks for an address and follows no redirect.
func get(ctx context.Context, transport http.RoundTripper, address string) (answer, error) {
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("User-Agent", "LabelUP")
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return answer{response.StatusCode, response.Header, response.TLS, body}, err
}

// hostOf names an address without what a path or user in it may hold.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	return u.Host
}

// unreachable says why a server did not answer, and what to look at.
func unreachable(address string, err error) (detail, remedy string) {
	host, cause := hostOf(address), technicallog.CauseOf(err)
	detail = fmt.Sprintf("%s does not answer: %s.", host, strings.ReplaceAll(cause, "_", " "))
	switch cause {
	case "dns":
		remedy = "Check the name, and that this machine can resolve names."
	case "certificate":
		remedy = "Its certificate is not valid for this name, has expired, or something between changes it."
	case "connection_refused":
		remedy = "Nothing listens there: check address and port, and that it runs."
	default:
		remedy = "Check the way there: a firewall, a proxy, or the server itself."
	}
	return detail, remedy
}

// Reachable checks that servers answer over HTTP, with any status. They stand
// for each other: one that does not answer is a warning, none a problem.
func Reachable(name string, transport http.RoundTripper, addresses []string, remedy string) Check {
	return Check{name, func(ctx context.Context) Result {
		var f findings
		answered := 0
		for _, address := range addresses {
			began := time.Now()
			if _, err := get(ctx, transport, address); err != nil {
				detail, _ := unreachable(address, err)
				f.add(Warning, detail, "")
				continue
			}
			answered++
			f.add(Fine, fmt.Sprintf("%s answers, in %v.", hostOf(address), time.Since(began).Round(time.Millisecond)), "")
		}
		if answered < len(addresses) {
			f.remedies = []string{remedy}
		}
		if answered == 0 {
			f.add(Problem, "None of them can be reached.", "")
		}
		return f.judged()
	}}
}

// How far a clock may be off. What is signed 30 s out of time is refused.
const (
	clockWarning = 5 * time.Second
	clockProblem = 20 * time.Second
)

// Clock compares this machine's clock with the Date header of an address, and
// with that of Redis, which redis returns; its error is left to the check of
// Redis. now is time.Now outside of tests.
func Clock(transport http.RoundTripper, address string, redis func(context.Context) (time.Time, error), now func() time.Time) Check {
	return Check{"clock", func(ctx context.Context) Result {
		var f findings
		began := now()
		said, err := get(ctx, transport, address)
		ended := now()
		var theirs time.Time
		if err == nil {
			theirs, err = http.ParseTime(said.header.Get("Date"))
		}
		if err != nil {
			f.add(Warning, hostOf(address)+" does not tell the time.", "Compare this machine's clock with another one.")
		} else {
			// The header is cut to whole seconds, so half a second is added.
			judgeClock(&f, hostOf(address), theirs.Add(500*time.Millisecond).Sub(began.Add(ended.Sub(began)/2)), clockProblem)
		}
		began = now()
		if at, err := redis(ctx); err == nil {
			// Nothing is compared with Redis' clock, so it is never a problem.
			judgeClock(&f, "Redis", at.Sub(began.Add(now().Sub(began)/2)), 1<<63-1)
		}
		return f.judged()
	}}
}

func judgeClock(f *findings, whose string, ahead, problem time.Duration) {
	off := ahead.Abs()
	way := map[bool]string{true: "behind", false: "ahead of"}[ahead > 0]
	switch {
	case off < clockWarning:
		f.add(Fine, "This clock agrees with that of "+whose+".", "")
	default:
		state := Warning
		if off > problem {
			state = Problem
		}
		f.add(state, fmt.Sprintf("This clock is %v %s that of %s.", off.Round(time.Second), way, whose),
			"Set the clocks, with NTP: what is signed 30 s out of time is refused.")
	}
}

// minCertificate is how long a certificate should still be good.
const minCertificate = 14 * 24 * time.Hour

// Descriptor fetches the app's descriptor the way Atlassian does and compares
// it with served, what this program would serve at that base URL.
func Descriptor(transport http.RoundTripper, baseURL string, served []byte, now func() time.Time) Check {
	return Check{"descriptor at " + hostOf(baseURL), func(ctx context.Context) Result {
		address := strings.TrimSuffix(baseURL, "/") + "/atlassian-connect.json"
		said, err := get(ctx, transport, address)
		if err != nil {
			detail, remedy := unreachable(address, err)
			return Result{Problem, detail, remedy + " BASE_URL must lead to this app from everywhere."}
		}
		if said.status/100 == 3 {
			return Result{Problem, fmt.Sprintf("It is redirected (%d), and Atlassian follows no redirect.", said.status),
				"Set BASE_URL to the address where the app answers itself, and no proxy that redirects before it."}
		}
		if said.status != http.StatusOK {
			return Result{Problem, fmt.Sprintf("It is answered with %d.", said.status),
				"See whether the app runs behind this address: /health must answer 200. Nothing may ask for a password before it."}
		}
		var f findings
		judgeDescriptor(&f, said.body, served)
		if said.header.Get("Strict-Transport-Security") == "" {
			f.add(Problem, "Strict-Transport-Security is missing.", "Something before the app takes the header away: let it pass.")
		}
		judgeTLS(&f, said.tls, now())
		return f.judged()
	}}
}

func judgeDescriptor(f *findings, got, want []byte) {
	var theirs, ours map[string]any
	if json.Unmarshal(got, &theirs) != nil {
		f.add(Problem, "The answer is no descriptor.", "Another server answers at BASE_URL: check the name and the proxy.")
		return
	}
	if json.Unmarshal(want, &ours) != nil {
		f.add(Problem, "This program's own descriptor cannot be read.", "Report this: it is a mistake in the program.")
		return
	}
	var differ []string
	for key, value := range ours {
		if !reflect.DeepEqual(value, theirs[key]) {
			differ = append(differ, key)
		}
	}
	for key := range theirs {
		if _, ok := ours[key]; !ok {
			differ = append(differ, "something that this program does not have")
		}
	}
	if len(differ) == 0 {
		f.add(Fine, "It is served and the one of this program.", "")
		return
	}
	slices.Sort(differ)
	f.add(Problem, "It is another one than this program serves: "+strings.Join(slices.Compact(differ), ", ")+".",
		"Another version runs there, or it runs with other settings: BASE_URL and REGION_BASE_URLS.")
}

func judgeTLS(f *findings, state *tls.ConnectionState, now time.Time) {
	if state == nil {
		f.add(Problem, "It is served without TLS.", "Atlassian installs from https only: set BASE_URL to an https address.")
		return
	}
	if state.Version < tls.VersionTLS12 {
		f.add(Problem, "It is served with "+tls.VersionName(state.Version)+".", "Set the proxy to TLS 1.2 or newer.")
	}
	if len(state.PeerCertificates) == 0 {
		return
	}
	left := state.PeerCertificates[0].NotAfter.Sub(now)
	days := int(left / (24 * time.Hour))
	switch {
	case left <= 0:
		f.add(Problem, "Its certificate has expired.", "Renew the certificate now.")
	case left < minCertificate:
		f.add(Warning, fmt.Sprintf("Its certificate expires in %d days.", days), "See why it was not renewed by itself.")
	default:
		f.add(Fine, fmt.Sprintf("%s, certificate good for %d days.", tls.VersionName(state.Version), days), "")
	}
}
