package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"labelup/internal/config"
	"labelup/internal/site/redistest"
)

// Whoever adds a setting to the service has added it here too, unless this
// program decides it.
func TestEverySettingOfServeIsObeyedButThoseThatAreDecided(t *testing.T) {
	app, confluence := &url.URL{Scheme: "http", Host: "localhost:1"}, &url.URL{Scheme: "http", Host: "127.0.0.1:2"}
	own := &stores{redisURL: "redis://own:1", sealKeys: "own:k"}
	fixed := decided(app, confluence, "", "")
	for name := range fixed {
		if !slices.ContainsFunc(config.Variables, func(v config.Variable) bool { return v.Name == name }) {
			t.Errorf("%s is decided, and there is no such setting", name)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "local-confluence.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), ": "+decidedNames()+".") {
		t.Errorf("docs/local-confluence.md does not say that it decides %s", decidedNames())
	}
	lookup := getSetting(fixed, own, func(name string) string { return "environment's " + name })
	for _, v := range config.Variables {
		want := "environment's " + v.Name
		if value, ok := fixed[v.Name]; ok {
			want = value
		}
		if got := lookup(v.Name); got != want {
			t.Errorf("%s is %q, want %q", v.Name, got, want)
		}
	}
	alone := getSetting(fixed, own, noSettings)
	if redis, keys, level := alone("REDIS_URL"), alone("SEAL_KEYS"), alone("LOG_LEVEL"); redis != own.redisURL || keys != own.sealKeys || level != "" {
		t.Errorf("with an empty environment Redis is %q, the key %q, the level %q", redis, keys, level)
	}
}

func TestTheServiceIsRunWithTheSettingsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	metrics := "127.0.0.1:" + strconv.Itoa(redistest.FreePort(t))
	p := start(t, map[string]string{
		"LOG_LEVEL": "debug", "METRICS_ADDRESS": metrics, "REDIS_URL": redis.URL(), "RETENTION_DAYS": "7", "ALLOWED_HOSTS": "wiki.example.com",
		"ENVIRONMENT": "production", "BASE_URL": "https://labelup.example.com", // which it decides itself
	})
	if said := p.said(p.stderr); !strings.Contains(said, "Redis         as REDIS_URL says") {
		t.Errorf("it says\n%s", said)
	}
	if log := p.said(p.stdout); !strings.Contains(log, `"level":"DEBUG"`) {
		t.Errorf("LOG_LEVEL is not obeyed:\n%s", log)
	}
	if body := get(t, "http://"+metrics+"/metrics"); !strings.Contains(body, "labelup_") {
		t.Errorf("METRICS_ADDRESS is not obeyed:\n%s", body)
	}
	if body := get(t, p.app+"/privacy"); !strings.Contains(body, "7 days") {
		t.Errorf("RETENTION_DAYS is not obeyed:\n%s", body)
	}
}

func TestWhetherAnyCertificateOfRedisWillDoIsObeyed(t *testing.T) {
	t.Parallel()
	_, url := redistest.NewTLS(t).Start(t)
	environment := map[string]string{"REDIS_URL": url, "REDIS_TLS_INSECURE": "true"}
	start(t, environment).end()
	environment["REDIS_TLS_INSECURE"] = "false"
	var said strings.Builder
	code := run(t.Context(), []string{"--port", "0", "--confluence-port", "0", "--libraries", t.TempDir(), "--data", t.TempDir()}, func(name string) string { return environment[name] }, io.Discard, &said)
	if code != 1 {
		t.Errorf("it took a certificate that nobody vouches for:\n%s", &said)
	}
}

func TestASettingThatIsFaultyIsNamedWithoutItsValue(t *testing.T) {
	var said strings.Builder
	environment := map[string]string{"LOG_LEVEL": "hunter2", "SEAL_KEYS": "k1:hunter2"}
	code := run(t.Context(), []string{"--port", "0", "--confluence-port", "0", "--data", t.TempDir()}, func(name string) string { return environment[name] }, io.Discard, &said)
	if code != 1 || !strings.Contains(said.String(), "LOG_LEVEL") || !strings.Contains(said.String(), "SEAL_KEYS") || strings.Contains(said.String(), "hunter2") {
		t.Errorf("exit code %d, and it says:\n%s", code, &said)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
