package handlers

import (
	"context"
	"log/slog"

	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// observeCalls writes a line for each call to Confluence.
func observeCalls(log *slog.Logger, siteHash, requestID string) func(confluence.Call) {
	return func(call confluence.Call) {
		level := slog.LevelInfo
		if call.NearLimit || call.Kind != "" && call.Kind != fault.CallerLeft {
			level = slog.LevelWarn
		}
		log.LogAttrs(context.Background(), level, "call",
			slog.String(technicallog.Operation, call.Operation),
			slog.Int(technicallog.Status, call.Status),
			technicallog.Milliseconds(call.Duration),
			slog.Int(technicallog.Retries, call.Retries),
			slog.Int(technicallog.Points, call.Points),
			slog.Bool(technicallog.NearLimit, call.NearLimit),
			slog.String(technicallog.Kind, string(call.Kind)),
			slog.String(technicallog.Reason, call.Reason),
			slog.String(technicallog.Cause, technicallog.CauseOf(call.Cause)),
			slog.String(technicallog.Site, siteHash),
			slog.String(technicallog.RequestID, requestID))
	}
}
