package technicallog

import (
	"strings"
	"testing"
)

func TestSiteHashIsShortStableAndNotTheKey(t *testing.T) {
	hash := SiteHash("6f0c2b1a-site")
	if len(hash) != 12 || strings.Contains("6f0c2b1a-site", hash) || hash != SiteHash("6f0c2b1a-site") {
		t.Errorf("SiteHash = %q, want 12 stable hex digits", hash)
	}
	if SiteHash("other") == hash {
		t.Error("two sites have the same hash")
	}
	if got := SiteHash(""); got != "" {
		t.Errorf("no site gives %q, want nothing", got)
	}
}

func TestASiteIsKnownByWhatTheLogShowsOfItsHashAndByMore(t *testing.T) {
	whole := strings.Repeat("0123456789abcdef", 4)
	for text, want := range map[string]string{
		whole: whole, whole[:12]: whole[:12], whole[:40]: whole[:40], strings.ToUpper(whole): whole,
		whole[:11]: "", whole + "0": "", "0123456789abg": "", "": "",
	} {
		got, ok := ParseHash(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("ParseHash(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
	if short := ShortHash(whole); short != "0123456789ab" || ShortHash(short) != short {
		t.Errorf("ShortHash = %q", short)
	}
	if got := ShortHash("abc"); got != "abc" {
		t.Errorf("ShortHash of less than the log shows = %q", got)
	}
}
