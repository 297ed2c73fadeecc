package service

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"labelup/internal/technicallog"
)

// listenForMetrics serves Prometheus on the private port.
func (s *Service) listenForMetrics(ctx context.Context) (*http.Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", s.settings.MetricsAddress)
	if err != nil {
		return nil, errors.New("METRICS_ADDRESS cannot be listened on; is it in use?")
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.observed.Metrics.Handler())
	server := &http.Server{Handler: mux, ReadTimeout: 5 * time.Second, ErrorLog: s.server.ErrorLog}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("metrics ended", technicallog.Cause, technicallog.CauseOf(err))
		}
	}()
	return server, nil
}
