// Package config reads the service's settings from the environment, once, at
// start. Every fault is reported together, by the name of its variable and
// never with its value. It decides nothing by them.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is every setting of the service. Variables documents each one.
type Config struct {
	Production       bool
	Port             int
	BaseURL          string            // where Atlassian reaches the app, without a trailing slash
	RegionBaseURLs   map[string]string // by Atlassian's region code
	RedisURL         string
	RedisTLSInsecure bool
	SealKeys         string
	AllowedHosts     []string
	InstallKeyURLs   []string
	TokenServerURL   string
	BridgeURL        string
	LogLevel         slog.Level
	ShutdownTimeout  time.Duration
}

// Variable documents one environment variable.
type Variable struct {
	Name    string
	Default string // as one would write it; empty = none
	About   string // what it is, with its unit and limits
}

// The names of the variables.
const (
	environment      = "ENVIRONMENT"
	port             = "PORT"
	baseURL          = "BASE_URL"
	regionBaseURLs   = "REGION_BASE_URLS"
	redisURL         = "REDIS_URL"
	redisTLSInsecure = "REDIS_TLS_INSECURE"
	sealKeys         = "SEAL_KEYS"
	allowedHosts     = "ALLOWED_HOSTS"
	installKeyURLs   = "INSTALL_KEY_URLS"
	tokenServerURL   = "TOKEN_SERVER_URL" //nolint:gosec // the name of a variable
	bridgeURL        = "BRIDGE_URL"
	logLevel         = "LOG_LEVEL"
	shutdownSeconds  = "SHUTDOWN_SECONDS"
)

// Variables lists every setting in the order in which an operator meets them.
var Variables = []Variable{
	{environment, "production", "`production` or `development`. Development listens on loopback only, accepts http, and starts its own Redis when there is none."},
	{port, "8080", "TCP port to listen on. Heroku sets it."},
	{baseURL, "", "The app's public https address, at most 200 characters, without a path. Required in production."},
	{regionBaseURLs, "", "Addresses per data-residency region, as `EU=https://…,US=https://…`."},
	{redisURL, "", "Where the sites are kept: `redis://`, `rediss://` (TLS), `unix://`, `redis+sentinel://…/master/0`, `redis+cluster://…`. Required in production."},
	{redisTLSInsecure, "false", "`true` accepts a Redis certificate nobody vouches for, which Heroku's Redis has. The connection is still encrypted."},
	{sealKeys, "", "Keys that seal the sites' secrets in Redis, as `id:base64` of 32 random bytes, comma separated. The first seals, the others only open, so a new key goes in front. Required in production."},
	{allowedHosts, "", "Hosts besides `*.atlassian.net` and `*.jira.com` whose sites may install the app, comma separated."},
	{installKeyURLs, "https://connect-install-keys.atlassian.com,https://asap-distribution.us-west-2.prod.atl-asap.net", "Where Atlassian publishes the keys that sign installs, tried in order, comma separated."},
	{tokenServerURL, "https://oauth-2-authorization-server.services.atlassian.com", "Atlassian's server that hands out tokens to act as a user."},
	{bridgeURL, "https://connect-cdn.atl-paas.net/all.js", "Atlassian's script that connects the app's pages to Confluence."},
	{logLevel, "info", "`debug`, `info`, `warn` or `error`."},
	{shutdownSeconds, "28", "Seconds that running requests get to finish after SIGTERM, 1 to 120. A change takes at most 25; Heroku kills after 30."},
}

// Read returns the settings. getenv is os.Getenv outside of tests. The error
// lists every fault, one a line.
func Read(getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	config := Config{
		Production:       r.oneOf(environment, "production", "development") == "production",
		Port:             r.number(port, 1, 65535),
		RedisURL:         r.text(redisURL),
		RedisTLSInsecure: r.oneOf(redisTLSInsecure, "false", "true") == "true",
		SealKeys:         r.text(sealKeys),
		AllowedHosts:     r.list(allowedHosts),
		ShutdownTimeout:  time.Duration(r.number(shutdownSeconds, 1, 120)) * time.Second,
	}
	r.production = config.Production
	config.BaseURL = r.ownAddress(baseURL, r.text(baseURL))
	config.RegionBaseURLs = r.regions()
	config.TokenServerURL = r.address(tokenServerURL, r.text(tokenServerURL))
	config.BridgeURL = r.address(bridgeURL, r.text(bridgeURL))
	for _, address := range r.list(installKeyURLs) {
		config.InstallKeyURLs = append(config.InstallKeyURLs, r.address(installKeyURLs, address))
	}
	if err := config.LogLevel.UnmarshalText([]byte(r.oneOf(logLevel, "debug", "info", "warn", "error"))); err != nil {
		r.fault(logLevel, "is no level")
	}
	if config.Production {
		r.required(baseURL, "https://labelup.example.com")
		r.required(redisURL, "rediss://:password@host:6379")
		r.required(sealKeys, "k1:…; make one with: echo k1:$(openssl rand -base64 32)")
	} else if config.BaseURL == "" {
		config.BaseURL = "http://localhost:" + strconv.Itoa(config.Port)
	}
	return config, errors.Join(r.faults...)
}

// reader collects faults instead of stopping at the first.
type reader struct {
	getenv     func(string) string
	production bool
	faults     []error
}

func (r *reader) fault(name, what string) {
	r.faults = append(r.faults, fmt.Errorf("%s %s", name, what))
}

func (r *reader) text(name string) string {
	if value := strings.TrimSpace(r.getenv(name)); value != "" {
		return value
	}
	at := slices.IndexFunc(Variables, func(v Variable) bool { return v.Name == name })
	return Variables[at].Default
}

func (r *reader) required(name, example string) {
	if r.text(name) == "" {
		r.fault(name, "is not set; production needs it, for example "+example)
	}
}

func (r *reader) oneOf(name string, allowed ...string) string {
	value := strings.ToLower(r.text(name))
	if !slices.Contains(allowed, value) {
		r.fault(name, "must be one of "+strings.Join(allowed, ", "))
		return allowed[0]
	}
	return value
}

func (r *reader) number(name string, least, most int) int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil || n < least || n > most {
		r.fault(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return n
}

func (r *reader) list(name string) []string {
	var items []string
	for item := range strings.SplitSeq(r.text(name), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// address accepts an https URL, and outside of production an http one.
func (r *reader) address(name, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.fault(name, "must be a plain address such as https://labelup.example.com")
	case u.Scheme != "https" && (r.production || u.Scheme != "http"):
		r.fault(name, "must begin with https://")
	case len(value) > 200:
		r.fault(name, "must have at most 200 characters")
	}
	return strings.TrimSuffix(value, "/")
}

// ownAddress is an address of the app. Its pages name their scripts and calls
// from the root of the host, so it cannot have a path.
func (r *reader) ownAddress(name, value string) string {
	value = r.address(name, value)
	if u, err := url.Parse(value); err == nil && u.Path != "" {
		r.fault(name, "must have no path")
	}
	return value
}

func (r *reader) regions() map[string]string {
	known := []string{"EU", "US", "AU", "DE", "SG", "CA", "IN", "KR", "JP", "GB", "CH"}
	regions := map[string]string{}
	for _, item := range r.list(regionBaseURLs) {
		region, address, found := strings.Cut(item, "=")
		if !found || !slices.Contains(known, region) {
			r.fault(regionBaseURLs, "must be a list such as EU=https://…, with regions out of "+strings.Join(known, " "))
			continue
		}
		regions[region] = r.ownAddress(regionBaseURLs, address)
	}
	return regions
}
