// Package httpserver is everything between a TCP connection and a handler.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/ledger/internal/listen"
)

// Server is an http.Server with a start that fails at once when the port is
// taken, and a stop that ends in bounded time.
type Server struct {
	name   string
	server *http.Server
	logger *slog.Logger
	failed func(error)
	limit  int

	// stopping ends when the server stops accepting. Routes with a budget of their
	// own hear of it: they may last longer than any shutdown.
	stopping context.Context
	// hijacked counts handlers with a connection that net/http knows no more.
	hijacked atomic.Int64
}

type serverKey struct{}

// hijackedPoll is how often Stop looks for handlers that still have a connection.
const hijackedPoll = 10 * time.Millisecond

// Timeouts of a server. None may be zero: zero is "for ever" in net/http.
type Timeouts struct {
	ReadHeader time.Duration
	Read       time.Duration
	Write      time.Duration
	Idle       time.Duration
}

// Options configure New.
type Options struct {
	Name           string
	Port           int
	Handler        http.Handler
	Timeouts       Timeouts
	MaxHeaderBytes int
	// MaxConnections that are open at a time; 0 is no limit.
	MaxConnections int
	Logger         *slog.Logger

	// Failed is told when the server dies while it should be running.
	Failed func(error)
}

// New returns a Server that doesn't listen yet.
func New(o Options) *Server {
	stopping, stop := context.WithCancel(context.Background())
	s := &Server{
		name:     o.Name,
		logger:   o.Logger,
		failed:   o.Failed,
		limit:    o.MaxConnections,
		stopping: stopping,
		server: &http.Server{
			// Every address: kubelet and mesh come from outside the pod's loopback.
			Addr:              net.JoinHostPort("", strconv.Itoa(o.Port)),
			Handler:           o.Handler,
			ReadHeaderTimeout: o.Timeouts.ReadHeader,
			ReadTimeout:       o.Timeouts.Read,
			WriteTimeout:      o.Timeouts.Write,
			IdleTimeout:       o.Timeouts.Idle,
			MaxHeaderBytes:    o.MaxHeaderBytes,
			// What net/http complains about is a client's doing.
			ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn),
		},
	}
	s.server.BaseContext = func(net.Listener) context.Context {
		return context.WithValue(context.Background(), serverKey{}, s)
	}
	s.server.RegisterOnShutdown(stop)

	return s
}

// onStop calls f when the server stops accepting. What it returns takes that back.
func (s *Server) onStop(f func()) (undo func() bool) { return context.AfterFunc(s.stopping, f) }

// Start listens and then serves in the background. Requests get a context of
// their own and not ctx: SIGTERM ends ctx, and must not end what is in flight.
func (s *Server) Start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.server.Addr)
	if err != nil {
		return fmt.Errorf("%s server: %w", s.name, err)
	}
	s.logger.InfoContext(ctx, "listening", "server", s.name, "address", listener.Addr().String())
	if s.limit > 0 {
		listener = listen.Bounded(listener, s.limit, listen.Tell(s.logger, s.name, s.limit))
	}

	go func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed(fmt.Errorf("%s server: %w", s.name, err))
		}
	}()

	return nil
}

// Stop ends accepting, waits for the requests in flight until ctx ends, and
// then cuts the rest.
func (s *Server) Stop(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	for err == nil && s.hijacked.Load() > 0 {
		select {
		case <-time.After(hijackedPoll):
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err == nil {
		return nil
	}

	return fmt.Errorf("%s server: requests were cut: %w", s.name, errors.Join(err, s.server.Close()))
}
