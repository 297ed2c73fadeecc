package logreader

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"labelup/internal/technicallog"
)

func TestASiteIsFoundByItsKeyAndByItsHash(t *testing.T) {
	key := "6f0c2b1a-0000-1111-2222-site"
	tests := map[string]struct{ text, want string }{
		"a client key":                           {key, technicallog.SiteHash(key)},
		"the hash as the log has it":             {"0123456789ab", "0123456789ab"},
		"the whole hash":                         {"0123456789abcdef" + strings.Repeat("0", 48), "0123456789ab"},
		"a hash in capitals":                     {"0123456789AB", "0123456789ab"},
		"11 digits are a key":                    {"0123456789a", technicallog.SiteHash("0123456789a")},
		"65 digits are a key":                    {strings.Repeat("a", 65), technicallog.SiteHash(strings.Repeat("a", 65))},
		"something else than digits makes a key": {"0123456789abg", technicallog.SiteHash("0123456789abg")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := ParseSite(test.text); got != test.want {
				t.Errorf("ParseSite = %q, want %q", got, test.want)
			}
		})
	}
}

func TestAMomentIsADurationOrATime(t *testing.T) {
	for text, want := range map[string]time.Time{
		"90m":                       noon.Add(-90 * time.Minute),
		"0s":                        noon,
		"11:05":                     noon.Add(-55 * time.Minute),
		"12:00":                     noon,
		"12:01":                     noon.Add(time.Minute - 24*time.Hour),
		"2026-11-22T11:05:00Z":      noon.Add(-55 * time.Minute),
		"2026-11-22T13:00:00+01:00": noon,
	} {
		if got, err := ParseTime(text, noon); err != nil || !got.Equal(want) {
			t.Errorf("ParseTime(%s) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1h", "yesterday", "24:00", "11:05:00", "2026-11-22"} {
		if got, err := ParseTime(text, noon); err == nil {
			t.Errorf("ParseTime(%s) = %v", text, got)
		}
	}
}

func TestATimeOfDayIsOfUTCWhereverOneIs(t *testing.T) {
	now := noon.In(time.FixedZone("", 13*60*60)) // where it is the 23rd already
	if got, err := ParseTime("11:05", now); err != nil || !got.Equal(noon.Add(-55*time.Minute)) {
		t.Errorf("ParseTime(11:05) = %v, %v", got, err)
	}
}

func TestALevelIsOneOfFour(t *testing.T) {
	for text, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "Warn": slog.LevelWarn, "error": slog.LevelError} {
		if got, err := ParseLevel(text); err != nil || got != want {
			t.Errorf("ParseLevel(%s) = %v, %v", text, got, err)
		}
	}
	if _, err := ParseLevel("fatal"); err == nil {
		t.Error("fatal is a level")
	}
}
