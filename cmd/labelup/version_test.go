package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionIsTheCommitItWasBuiltFrom(t *testing.T) {
	const revision = "0123456789abcdef0123456789abcdef01234567"
	checkout := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: modified}, {Key: "vcs.revision", Value: revision}}}
	}
	for name, test := range map[string]struct {
		linked string
		info   *debug.BuildInfo
		want   string
	}{
		"from a checkout":               {"", checkout("false"), "0123456789ab"},
		"from a checkout with changes":  {"", checkout("true"), "0123456789ab-changed"},
		"linked with a commit":          {"fedcba9876543210", &debug.BuildInfo{}, "fedcba987654"},
		"linked with something shorter": {"v12", &debug.BuildInfo{}, "v12"},
		"from who knows what":           {"", &debug.BuildInfo{}, "unknown"},
		"by something else than go":     {"", nil, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := versionOf(test.linked, test.info); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
