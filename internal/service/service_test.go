package service

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"labelup/internal/config"
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
			"SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(key[:]),
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
	w := httptest.NewRecorder()
	s.server.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
	if w.Code != http.StatusOK {
		t.Errorf("it answers %d", w.Code)
	}
}
