package handlers

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withPrivacy is the harness with something to say about itself.
func withPrivacy(t *testing.T, now time.Time) *harness {
	t.Helper()
	h := newHarness(t)
	h.server.Privacy = Privacy{
		Page: []byte("<!doctype html><title>Privacy</title>"), Contact: "mailto:security@example.com",
		Addresses: []string{appURL, "https://eu.labelup.example.com"}, Now: func() time.Time { return now },
	}
	return h
}

func TestThePrivacyPageIsForEverybodyAndHoldsStill(t *testing.T) {
	h := withPrivacy(t, time.Now())
	got := h.send(httptest.NewRequest(http.MethodGet, "/privacy", nil))
	if got.Code != http.StatusOK || got.Body.String() != string(h.server.Privacy.Page) || got.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("answered %d %s %s", got.Code, got.Header().Get("Content-Type"), got.Body)
	}
	head := h.send(httptest.NewRequest(http.MethodHead, "/privacy", nil))
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != got.Header().Get("Content-Length") {
		t.Errorf("HEAD answered %d with %d bytes, Content-Length %s", head.Code, head.Body.Len(), head.Header().Get("Content-Length"))
	}
	for name, w := range map[string]*httptest.ResponseRecorder{"GET": got, "HEAD": head} {
		if cache := w.Header().Get("Cache-Control"); cache != "public, max-age=3600" {
			t.Errorf("%s: Cache-Control is %q", name, cache)
		}
		if policy := w.Header().Get("Content-Security-Policy"); policy != "default-src 'none'; frame-ancestors 'none'" {
			t.Errorf("%s: Content-Security-Policy is %q", name, policy)
		}
	}
}

func TestSecurityTextSaysWhereToReport(t *testing.T) {
	now := time.Date(2026, 11, 22, 23, 59, 59, 0, time.FixedZone("", -5*3600))
	h := withPrivacy(t, now)
	got := h.send(httptest.NewRequest(http.MethodGet, "/.well-known/security.txt", nil))
	want := "Contact: mailto:security@example.com\n" +
		"Expires: 2027-05-22T00:00:00Z\n" +
		"Preferred-Languages: en\n" +
		"Canonical: https://labelup.example.com/.well-known/security.txt\n" +
		"Canonical: https://eu.labelup.example.com/.well-known/security.txt\n" +
		"Policy: https://labelup.example.com/privacy#security\n"
	if diff := cmp.Diff(want, got.Body.String()); got.Code != http.StatusOK || diff != "" {
		t.Errorf("answered %d (-want +got):\n%s", got.Code, diff)
	}
	if kind := got.Header().Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("Content-Type is %q", kind)
	}
}

// TestSecurityTextNeverExpires: whenever it is read, it is good for months and
// for less than a year, and it does not change within a day.
func TestSecurityTextNeverExpires(t *testing.T) {
	start := time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)
	for hours := 0; hours < 3*365*24; hours += 7 {
		now := start.Add(time.Duration(hours) * time.Hour)
		left := expiry(t, now).Sub(now)
		if left < 170*24*time.Hour || left >= 365*24*time.Hour {
			t.Fatalf("at %v it is good for %v", now, left)
		}
		if day := now.Truncate(24 * time.Hour); !expiry(t, now).Equal(expiry(t, day)) {
			t.Fatalf("it says something else at %v than at %v", now, day)
		}
	}
}

func expiry(t *testing.T, now time.Time) time.Time {
	t.Helper()
	text := Privacy{Contact: "mailto:a@b", Addresses: []string{appURL}, Now: func() time.Time { return now }}.securityText()
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "Expires: "); ok {
			expires, err := time.Parse(time.RFC3339, value)
			if err != nil {
				t.Fatal(err)
			}
			return expires
		}
	}
	t.Fatalf("it does not say when it expires:\n%s", text)
	return time.Time{}
}

func TestWithoutAContactThereIsNoSecurityText(t *testing.T) {
	h := withPrivacy(t, time.Now())
	h.server.Privacy.Contact = ""
	if got := h.send(httptest.NewRequest(http.MethodGet, "/.well-known/security.txt", nil)); got.Code != http.StatusNotFound {
		t.Errorf("answered %d %s", got.Code, got.Body)
	}
}
