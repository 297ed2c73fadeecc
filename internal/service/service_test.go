package service

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"labelup/internal/config"
	"labelup/internal/site/redistest"
	"labelup/internal/suggest"
)

// The fewest settings that production takes. Nothing answers where Redis is
// said to be: putting the service together needs nobody.
func TestTheServiceIsPutTogetherFromItsSettingsAlone(t *testing.T) {
	var key [32]byte
	_, _ = rand.Read(key[:])
	settings, err := config.Read(func(name string) string {
		return map[string]string{
			"BASE_URL": "https://labelup.example.com", "REDIS_URL": "redis://127.0.0.1:1", "SECURITY_CONTACT": "mailto:security@example.com",
			"SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(key[:]), "FORGE_APP_ID": "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107",
		}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(settings, Observe(settings, io.Discard), "abc1234", suggest.Suggest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for scheme, want := range map[string]int{"": http.StatusUnauthorized, "JWT x": http.StatusUnauthorized, "Bearer x": http.StatusForbidden} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/labels", nil)
		r.Header.Set("Authorization", scheme)
		w := httptest.NewRecorder()
		if s.server.Handler.ServeHTTP(w, r); w.Code != want {
			t.Errorf("a call with %q is answered %d, want %d", scheme, w.Code, want)
		}
	}
}

func TestAnAppOfForgeIsNamedInFull(t *testing.T) {
	for id, ok := range map[string]bool{
		"": true, "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107": true,
		"8db33809-1f32-48bb-8c52-5877dab48107": false, "ari:cloud:ecosystem::app/": false, "ari:cloud:ecosystem::installation/8db33809": false,
	} {
		_, err := ReadSettings(func(name string) string { return map[string]string{"FORGE_APP_ID": id}[name] })
		if strings.Contains(err.Error(), "FORGE_APP_ID ") == ok {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAnAddressOfTheAppThatAtlassianCannotCallIsNamedAmongTheFaults(t *testing.T) {
	type set struct{ environment, base, regions string }
	for set, want := range map[set]string{
		{"production", "https://labelup.example.com", "EU=https://eu.example.com"}:         "",
		{"production", "https://labelup.example.com:8443", ""}:                             "BASE_URL",
		{"production", "https://192.0.2.1", ""}:                                            "BASE_URL",
		{"production", "https://localhost", ""}:                                            "BASE_URL",
		{"production", "https://labelup.example.com?", ""}:                                 "BASE_URL",
		{"production", "http://labelup.example.com:8443", ""}:                              "BASE_URL",
		{"production", "https://labelup.example.com", "EU=https://eu.example.com:8443"}:    "REGION_BASE_URLS",
		{"production", "https://labelup.example.com", "EU="}:                               "REGION_BASE_URLS",
		{"development", "http://localhost:8443", "EU=http://127.0.0.1:8444"}:               "",
		{"development", "", ""}:                                                            "",
		{"development", "http://labelup.example.com", "EU=http://[::1]:8444"}:              "BASE_URL",
		{"development", "https://labelup.example.com:8443", "EU=https://eu.example.com/x"}: "BASE_URL REGION_BASE_URLS",
	} {
		_, err := ReadSettings(func(name string) string {
			return map[string]string{"ENVIRONMENT": set.environment, "BASE_URL": set.base, "REGION_BASE_URLS": set.regions}[name]
		})
		var named []string
		for line := range strings.Lines(err.Error()) { // there is no Redis
			if name, _, _ := strings.Cut(line, " "); strings.Contains(name, "BASE_URL") {
				named = append(named, name)
			}
		}
		slices.Sort(named)
		if got := strings.Join(named, " "); got != want || strings.Contains(err.Error(), "8443") {
			t.Errorf("%q: named are %q, want %q:\n%v", set, got, want, err)
		}
	}
}

func TestMetricsDoNotWaitForABodyForEver(t *testing.T) {
	t.Parallel()
	settings := config.Config{MetricsAddress: net.JoinHostPort("127.0.0.1", strconv.Itoa(redistest.FreePort(t)))}
	observed := Observe(settings, io.Discard)
	s := &Service{settings: settings, log: observed.Log, observed: observed, server: &http.Server{ReadHeaderTimeout: time.Minute}}
	server, err := s.listenForMetrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	connection, err := net.Dial("tcp", settings.MetricsAddress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(connection, "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK || !answer.Close {
		t.Errorf("answered %d %v, %v", answer.StatusCode, answer.Header, err)
	}
}
