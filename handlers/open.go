package handlers

import (
	"context"
	"net/http"
	"time"

	"labelup/internal/fault"
)

// The routes that anyone may call. They show nothing of any site.

func (s *Server) descriptor(x *exchange) error {
	x.header()["Cache-Control"] = []string{"no-cache"} // Atlassian polls it; a new version must be seen
	x.send(http.StatusOK, contentJSON, s.Descriptor)
	return nil
}

func (s *Server) asset(x *exchange) error {
	s.Assets.ServeHTTP(x.response, x.request)
	return nil
}

// health says that the process is alive, whatever else is down.
func (s *Server) health(x *exchange) error {
	x.send(http.StatusOK, contentText, []byte("ok\n"))
	return nil
}

// ready says that the service can prove callers: it reaches its store.
func (s *Server) ready(x *exchange) error {
	ctx, cancel := context.WithTimeout(x.request.Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, "store_unreachable", err)
	}
	x.send(http.StatusOK, contentText, []byte("ready\n"))
	return nil
}
