package handlers

import "net/http"

func (s *Server) installed(x *exchange) error   { return s.lifecycle(x, "installed") }
func (s *Server) uninstalled(x *exchange) error { return s.lifecycle(x, "uninstalled") }
func (s *Server) enabled(x *exchange) error     { return s.lifecycle(x, "enabled") }
func (s *Server) disabled(x *exchange) error    { return s.lifecycle(x, "disabled") }

func (s *Server) lifecycle(x *exchange, event string) error {
	if err := s.Framing.Lifecycle(x.request, event); err != nil {
		if x.body != nil {
			// What the host makes of a body that was cut off is one that it could not read.
			if refused := x.body.inHand.arrived(x.body); refused != nil {
				return refused
			}
		}
		return err
	}
	x.response.WriteHeader(http.StatusNoContent)
	return nil
}
