package handlers

import "net/http"

func (s *Server) installed(x *exchange) error   { return s.lifecycle(x, "installed") }
func (s *Server) uninstalled(x *exchange) error { return s.lifecycle(x, "uninstalled") }
func (s *Server) enabled(x *exchange) error     { return s.lifecycle(x, "enabled") }
func (s *Server) disabled(x *exchange) error    { return s.lifecycle(x, "disabled") }

func (s *Server) lifecycle(x *exchange, event string) error {
	if err := s.Host.Lifecycle(x.request, event); err != nil {
		if x.body != nil && x.body.refused != nil {
			return x.body.refused // what the host makes of it is a body that it could not read
		}
		return err
	}
	x.response.WriteHeader(http.StatusNoContent)
	return nil
}
