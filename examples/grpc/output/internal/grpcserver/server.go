// Package grpcserver is everything between a TCP connection and a gRPC method.
package grpcserver

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"example.com/shop/prices/internal/answer"
	"example.com/shop/prices/internal/buildinfo"
	"example.com/shop/prices/internal/config"
	"example.com/shop/prices/internal/health"
	"example.com/shop/prices/internal/listen"
)

// CommitHeader is in the metadata of every answer, and names the commit that
// was built. A pipeline waits for the one it has released: scripts/smoke.sh.
const CommitHeader = "x-commit"

const (
	// For a client inside the cluster: one packet, and room for retransmits.
	handshakeTimeout = 5 * time.Second

	// Calls at the same time on one connection. A mesh's proxy puts those of many
	// clients onto one; what is above waits in the client, not in our memory.
	maxStreams = 1024

	// 64 KiB: room for a large bearer token and a row of tracing headers.
	maxHeaderBytes = 65536

	// How soon a peer is missed that went away without a word, as a node does
	// that loses its power. grpc-go's own default is two hours.
	pingAfter   = 30 * time.Second
	pingTimeout = 10 * time.Second

	// Clients may ask whether we are there as often as grpc-go lets them at
	// most. The default of five minutes cuts off those that ask every minute.
	minPingInterval = 10 * time.Second
)

// Service registers one service with the server.
type Service func(grpc.ServiceRegistrar)

// Options configure New.
type Options struct {
	Config config.GRPC

	// Grace is what calls in flight get when their connection has reached its
	// age: as much as a shutdown gives them.
	Grace    time.Duration
	Health   *health.Health
	Services []Service
	// Answers say what callers are told of errors.
	Answers answer.Table
	Logger  *slog.Logger

	// Failed is told when the server dies while it should be running.
	Failed func(error)
}

// Option adds what watches the calls: one of the two.
type Option struct {
	Observer Observer
	Server   grpc.ServerOption
}

// Server is a grpc.Server with a start that fails at once when the port is
// taken, and a stop that ends in bounded time.
type Server struct {
	port      int
	budget    time.Duration
	server    *grpc.Server
	methods   map[string]bool
	observers []Observer
	header    metadata.MD
	answers   answer.Table
	logger    *slog.Logger
	failed    func(error)

	// stopping ends streams that would otherwise outlive every stop.
	stopping chan struct{}
}

// New returns a Server that doesn't listen yet.
func New(o Options, options ...Option) *Server {
	s := &Server{
		port:     o.Config.Port,
		budget:   o.Config.Timeout,
		methods:  make(map[string]bool),
		header:   metadata.Pairs(CommitHeader, buildinfo.Get().Commit),
		answers:  o.Answers,
		logger:   o.Logger,
		failed:   o.Failed,
		stopping: make(chan struct{}),
	}
	settings := []grpc.ServerOption{
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.MaxRecvMsgSize(o.Config.MaxMessageBytes),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle:     o.Config.IdleTimeout,
			MaxConnectionAge:      o.Config.MaxConnectionAge,
			MaxConnectionAgeGrace: o.Grace,
			Time:                  pingAfter,
			Timeout:               pingTimeout,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: minPingInterval, PermitWithoutStream: true}),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
		// Without it the interceptors, and so log and metrics, would never see
		// a call to a method that doesn't exist.
		grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
			return status.Error(codes.Unimplemented, "no such method")
		}),
	}
	for _, option := range options {
		if option.Observer != nil {
			s.observers = append(s.observers, option.Observer)
		}
		if option.Server != nil {
			settings = append(settings, option.Server)
		}
	}
	// After those of the options: it is told of the trace, too.
	settings = append(settings, grpc.StatsHandler(&unseen{server: s}))
	s.server = grpc.NewServer(settings...)

	for _, register := range o.Services {
		register(s.server)
	}
	checks := &healthService{health: o.Health, services: map[string]bool{"": true}, stopping: s.stopping}
	for name, info := range s.server.GetServiceInfo() {
		checks.services[name] = true
		for _, method := range info.Methods {
			s.announce("/" + name + "/" + method.Name)
		}
	}
	healthpb.RegisterHealthServer(s.server, checks)
	if o.Config.Reflection {
		reflection.Register(s.server)
	}
	for name, info := range s.server.GetServiceInfo() {
		for _, method := range info.Methods {
			s.methods["/"+name+"/"+method.Name] = true
		}
	}

	return s
}

// announce tells of a method of the service's own; what probes and tools call is
// not counted.
func (s *Server) announce(method string) {
	for _, observer := range s.observers {
		if o, ok := observer.(announced); ok {
			o.Serves(method)
		}
	}
}

// Start listens and then serves in the background. Calls get a context of their
// own and not ctx: SIGTERM ends ctx, and must not end what is in flight.
func (s *Server) Start(ctx context.Context) error {
	// Every address: kubelet and mesh come from outside the pod's loopback.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(s.port)))
	if err != nil {
		return fmt.Errorf("grpc server: %w", err)
	}
	s.logger.InfoContext(ctx, "listening", "server", "grpc", "address", listener.Addr().String())
	limit := listen.Limit(1)
	listener = listen.Bounded(listener, limit, listen.Tell(s.logger, "grpc", limit))

	go func() {
		// Nil after a stop.
		if err := s.server.Serve(listener); err != nil {
			s.failed(fmt.Errorf("grpc server: %w", err))
		}
	}()

	return nil
}

// Stop tells every client to connect elsewhere, waits for the calls in flight
// until ctx ends, and then cuts the rest.
func (s *Server) Stop(ctx context.Context) error {
	close(s.stopping)
	done := make(chan struct{})
	go func() {
		s.server.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		// Not waiting for done: a handler that ignores its context is in the way.
		s.server.Stop()

		return fmt.Errorf("grpc server: calls were cut: %w", ctx.Err())
	}
}
