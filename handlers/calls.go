package handlers

import (
	"context"
	"log/slog"

	"labelup/internal/confluence"
	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// asUser is Confluence with the rights of the person who calls. A request comes
// to it by this function or by asApp alone.
func (s *Server) asUser(x *exchange, needs access) (Confluence, error) {
	if err := s.holdCall(x); err != nil {
		return nil, err
	}
	return x.caller.AsUser(x.requestID, needs)
}

// asApp is Confluence with the rights of the app.
func (s *Server) asApp(x *exchange) (Confluence, error) {
	if err := s.holdCall(x); err != nil {
		return nil, err
	}
	return x.caller.AsApp(x.requestID)
}

// holdCall has a request in hand for its site until it has been answered, as a
// body that has come whole, though it may have none. A site that is slow takes
// four calls at once and lets the others wait: one of its viewers could have all
// connections wait for it. An error is a fault of inHand.
func (s *Server) holdCall(x *exchange) error {
	if x.held == nil {
		if x.held = x.body; x.held == nil {
			x.held = &incoming{inHand: s.inHand, whose: func() string { return s.bodyOwner(x) }, interrupt: func() {}}
		}
	}
	if err := x.held.hold(0); err != nil {
		return err
	}
	return s.inHand.arrived(x.held)
}

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
