package connect

import (
	"net/netip"
	"net/url"
	"strings"
)

// hostRules say which URLs may be a site's. The app calls them later, so that
// a wrong one would turn the app against its own network.
type hostRules struct {
	allowed  []string // besides Atlassian's: a host, or *. and a domain
	loopback bool     // also http, ports, and this machine's loopback
}

// siteURL returns the base URL of a site's REST API without a slash at its end,
// if the app may call it.
func (h hostRules) siteURL(raw string) (string, bool) {
	u, ok := h.parse(raw)
	if !ok {
		return "", false
	}
	return u.String(), h.isSite(u)
}

// isSiteURL reports whether the app may call a URL.
func (h hostRules) isSiteURL(raw string) bool {
	u, ok := h.parse(raw)
	return ok && h.isSite(u)
}

func (h hostRules) isSite(u *url.URL) bool {
	return h.loopback && isLoopback(u.Hostname()) || h.isAllowed(u.Host)
}

// displayURL returns the URL that people see, which may be at any host.
func (h hostRules) displayURL(raw string) (string, bool) {
	u, ok := h.parse(raw)
	if !ok {
		return "", false
	}
	return u.String(), true
}

// maxURL bounds the URLs that are kept, in bytes.
const maxURL = 512

// parse returns an https URL that has nothing but a host name and a plain path,
// without a slash at its end. On loopback, where that is allowed, http and a
// port are too.
func (h hostRules) parse(raw string) (*url.URL, bool) {
	if raw == "" || len(raw) > maxURL {
		return nil, false
	}
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.User != nil || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		strings.Contains(raw, "#") || !isPlainPath(u.Path) || u.RawPath != "" {
		return nil, false
	}
	u.Host = strings.ToLower(u.Host)
	if h.loopback && isLoopback(u.Hostname()) {
		return u, u.Scheme == "http" || u.Scheme == "https"
	}
	return u, u.Scheme == "https" && isHostName(u.Host)
}

// isAllowed reports whether host, in lower case and without a port, is that of
// a site.
func (h hostRules) isAllowed(host string) bool {
	if strings.HasSuffix(host, ".atlassian.net") || strings.HasSuffix(host, ".jira.com") {
		return true
	}
	for _, pattern := range h.allowed {
		domain, below := strings.CutPrefix(pattern, "*")
		if below && strings.HasSuffix(host, domain) || host == pattern {
			return true
		}
	}
	return false
}

// IsBaseURL reports whether s may be one of Config.BaseURLs, with or without
// Config.AllowInsecureLoopback.
func IsBaseURL(s string, insecureLoopback bool) bool {
	_, ok := hostRules{loopback: insecureLoopback}.parse(s)
	return ok
}

// IsHostPattern reports whether s may be one of Config.AllowedHosts.
func IsHostPattern(s string) bool { return isHostName(strings.TrimPrefix(s, "*.")) }

// isHostName reports whether host is dotted labels of letters, digits and
// hyphens, with no port and no address: what ends in a number is an IPv4 address
// in one of its spellings (WHATWG URL, "ends in a number").
func isHostName(host string) bool {
	if len(host) > 253 || !strings.Contains(host, ".") {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || !isPlainName(label) {
			return false
		}
		last = label
	}
	return last[0] < '0' || last[0] > '9'
}

// isPlainName reports whether s is letters, digits and hyphens of ASCII.
func isPlainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isUnreserved(c) || c == '.' || c == '_' || c == '~' {
			return false
		}
	}
	return true
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// isPlainPath reports whether a path is names of plain characters between
// slashes, none of which goes upwards or is empty.
func isPlainPath(path string) bool {
	if path == "" {
		return true
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if name == "" || name == "." || name == ".." || !isPlain(name) {
			return false
		}
	}
	return true
}
