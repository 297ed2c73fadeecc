package handlers

import "net/http"

func (s *Server) installed(x *exchange) error   { return s.lifecycle(x, "installed") }
func (s *Server) uninstalled(x *exchange) error { return s.lifecycle(x, "uninstalled") }
func (s *Server) enabled(x *exchange) error     { return s.lifecycle(x, "enabled") }
func (s *Server) disabled(x *exchange) error    { return s.lifecycle(x, "disabled") }

func (s *Server) lifecycle(x *exchange, event string) error {
	if err := s.Host.Lifecycle(x.request, event); err != nil {
		return err
	}
	x.response.WriteHeader(http.StatusNoContent)
	return nil
}
