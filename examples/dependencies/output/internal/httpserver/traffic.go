package httpserver

import (
	"log/slog"
	"net/http"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/listen"
)

// NewTraffic returns the server of the traffic port.
func NewTraffic(c config.HTTP, handler http.Handler, logger *slog.Logger, failed func(error)) *Server {
	return New(Options{
		Name:    "http",
		Port:    c.Port,
		Handler: handler,
		Timeouts: Timeouts{
			ReadHeader: c.ReadHeaderTimeout,
			Read:       c.ReadTimeout,
			Write:      c.WriteTimeout,
			Idle:       c.IdleTimeout,
		},
		MaxHeaderBytes: c.MaxHeaderBytes,
		MaxConnections: listen.Limit(2),
		Logger:         logger,
		Failed:         failed,
	})
}
