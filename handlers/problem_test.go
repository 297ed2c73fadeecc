package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"labelup/connect"
)

// frames are the routes that people see the answers of, in a frame of their site.
func frames() (paths []string) {
	for _, r := range routes {
		if r.html {
			paths = append(paths, r.path)
		}
	}
	return paths
}

func TestAFrameWithAProblemIsWholeAndInTheReadersLanguage(t *testing.T) {
	tests := map[string]struct {
		arrange func(h *harness)
		code    int
		says    string
	}{
		"the site does not have the app any more": {func(h *harness) { h.edit(func(site *connect.Installation) { site.SharedSecret = "" }) }, http.StatusUnauthorized, "Laden Sie die Seite neu. Bleibt diese Meldung, bitten Sie die Administration"},
		"the site was erased":                     {func(h *harness) { h.atlassian.ClientKey = "nobody-knows-this-site" }, http.StatusUnauthorized, "Laden Sie die Seite neu. Bleibt diese Meldung, bitten Sie die Administration"},
		"Redis is down":                           {func(h *harness) { h.store.SetDown(true) }, http.StatusServiceUnavailable, "Warten Sie 5 Sekunden"},
		"the site is switched off":                {func(h *harness) { h.edit(func(site *connect.Installation) { site.BlockedAt = h.atlassian.Now() }) }, http.StatusForbidden, "abgeschaltet. Die Administration kann beim Anbieter"},
	}
	if len(frames()) != 4 {
		t.Fatalf("there are %v", frames())
	}
	for name, test := range tests {
		for _, path := range frames() {
			t.Run(name+" "+path, func(t *testing.T) {
				h := newHarness(t)
				test.arrange(h)
				r := h.atlassian.Iframe(path + "?contentId=123")
				r.Header.Set("Accept-Language", "nl,de-CH;q=0.9,fr;q=0.8")
				w := h.send(r)
				body := w.Body.String()
				if w.Code != test.code || !strings.Contains(body, test.says) {
					t.Errorf("answered %d %s, want %d and %q", w.Code, body, test.code, test.says)
				}
				for _, part := range []string{"<!doctype html>", `<html lang="de">`, "<title>Label UP</title>", `<script src="` + bridge + `"`, `href="/static/h/problem.css"`, `src="/static/h/problem.js"`, `<main class="ac-content">`} {
					if !strings.Contains(body, part) {
						t.Errorf("the page has no %s: %s", part, body)
					}
				}
				if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self' https://connect-cdn.atl-paas.net;") || strings.Contains(policy, "unsafe") || !strings.HasSuffix(policy, "frame-ancestors https://*.atlassian.net") {
					t.Errorf("its policy is %q", policy)
				}
				checkHeaders(t, name, w)
			})
		}
	}
}

func TestWhatIsNotProvedChoosesALanguageAndNothingElse(t *testing.T) {
	h := newHarness(t)
	byLanguage := map[string]string{}
	for _, attack := range h.atlassian.HostAttacks(http.MethodGet, "/macro/labels?contentId=123&contentType=page&spaceKey=DS") {
		for _, accepted := range []string{"en", "de", "fr", "es", "ja"} {
			attack.Request.Header.Set("Accept-Language", accepted)
			w := h.send(attack.Request)
			if first, known := byLanguage[accepted]; !known {
				byLanguage[accepted] = w.Body.String()
			} else if first != w.Body.String() {
				t.Errorf("%s, in %s: answered %s, others %s", attack.Name, accepted, w.Body, first)
			}
		}
	}
	for query, want := range map[string]string{
		"?loc=ja_JP":                        byLanguage["ja"],
		"?loc=fr&loc=de":                    byLanguage["fr"],
		"?loc=%3Cscript%3E":                 byLanguage["es"],
		"?loc=" + strings.Repeat("x", 9000): byLanguage["es"],
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/macro/labels"+query, nil)
		r.Header.Set("Accept-Language", "es")
		if w := h.send(r); w.Code != http.StatusUnauthorized || w.Body.String() != want {
			t.Errorf("%.40s: answered %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
}

func TestAPageWhoseScriptDoesNotComeSaysSoInTheReadersLanguage(t *testing.T) {
	h := newHarness(t)
	for query, want := range map[string]string{"?contentId=123&loc=fr-FR": `lang="fr">Label UP ne se charge pas`, "?contentId=123": `lang="ja">Label UP を読み込め`} {
		r := h.atlassian.Iframe("/macro/labels" + query)
		r.Header.Set("Accept-Language", "ja")
		if w := h.send(r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: answered %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
}

// edit changes the site's record.
func (h *harness) edit(change func(*connect.Installation)) {
	record, _ := h.store.Get(h.atlassian.ClientKey)
	change(&record)
	h.store.Put(record)
}
