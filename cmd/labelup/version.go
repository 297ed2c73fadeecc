package main

import "runtime/debug"

// commit is for a build that has no checkout to ask, as on Heroku:
// go build -ldflags "-X main.commit=…"
var commit string

// version is the commit the program was built from, as far as is known.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(commit, info)
}

func versionOf(commit string, info *debug.BuildInfo) string {
	changed := ""
	if info != nil {
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision" && commit == "":
				commit = setting.Value
			case setting.Key == "vcs.modified" && setting.Value == "true":
				changed = "-changed"
			}
		}
	}
	if commit == "" {
		return "unknown"
	}
	return commit[:min(len(commit), 12)] + changed
}
