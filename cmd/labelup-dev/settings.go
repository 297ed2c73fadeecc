package main

import (
	"cmp"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

// decided are the settings of `labelup serve` that this program decides, whatever
// the environment says. All others come from the environment. forgeAppID is "" if
// there is no build for Forge Remote.
func decided(app, confluence *url.URL, bridge, forgeAppID string) map[string]string {
	if bridge == "" {
		bridge = confluence.String() + "/atlassian-connect/all.js"
	}
	return map[string]string{
		"ENVIRONMENT":       "development",
		"PORT":              app.Port(),
		"BASE_URL":          app.String(),
		"INSTALL_KEY_URLS":  confluence.String() + "/install-keys",
		"TOKEN_SERVER_URL":  confluence.String(),
		"BRIDGE_URL":        bridge,
		"FORGE_APP_ID":      forgeAppID,
		"FORGE_KEY_SET_URL": confluence.String() + "/.well-known/jwks.json",
	}
}

// decidedNames are the names of the decided settings, for a person.
func decidedNames() string {
	return strings.Join(slices.Sorted(maps.Keys(decided(&url.URL{}, &url.URL{}, "", ""))), ", ")
}

// getSetting is os.Getenv for the service: decided settings first, then those of
// the environment, and a Redis and a sealing key of this program's own.
func getSetting(decided map[string]string, own *stores, getenv func(string) string) func(name string) string {
	return func(name string) string {
		if value, ok := decided[name]; ok {
			return value
		}
		return cmp.Or(getenv(name), map[string]string{"REDIS_URL": own.redisURL, "SEAL_KEYS": own.sealKeys}[name])
	}
}

// addressOf is the URL of a listener as a browser on this machine calls it.
func addressOf(listener net.Listener, host string) *url.URL {
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // a TCP listener has one
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
}
