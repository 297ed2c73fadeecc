package technicallog

import "log/slog"

// Canceled is the class of what ended because nobody waited for it any more.
const Canceled = "canceled"

// LevelOf is the level of the line about a call that failed for a cause: warn,
// but for one that its caller gave up.
func LevelOf(cause string) slog.Level {
	if cause == Canceled {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}
