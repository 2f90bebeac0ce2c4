package grpcserver

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// unmatched is the method of every call that no service answers. Its own name
// as a label would let any scanner fill the memory with time series.
const unmatched = "unmatched"

// Call is one call that has ended.
type Call struct {
	// Method is the full name, as in /greeting.v1.GreetingService/Greet.
	Method string
	// Code is the caller's answer, and Canceled where the caller's own deadline was
	// what ended it.
	Code     codes.Code
	Duration time.Duration
	Panicked bool
}

// Observer is told of every call but those that ask for health.
type Observer interface {
	Begun()
	Ended(Call)
}

// announced is an Observer that hears of every method before its first call.
type announced interface {
	Serves(method string)
}

// unary is around every call with one request and one answer. Its budget ends
// the context, so the earlier of it and the caller's deadline counts.
func (s *Server) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	callers := ctx
	ctx, cancel := context.WithTimeout(ctx, s.budget)
	defer cancel()
	var answer any
	err := s.observe(callers, info.FullMethod, func() error {
		if err := grpc.SetHeader(ctx, s.header); err != nil {
			return err
		}
		var err error
		answer, err = handler(ctx, request)

		return err
	})

	return answer, err
}

// stream is around every other call. It has no budget: a stream may be meant to
// last. The age of its connection bounds it, and so does a shutdown.
func (s *Server) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return s.observe(stream.Context(), info.FullMethod, func() error {
		if err := stream.SetHeader(s.header); err != nil {
			return err
		}

		return handler(service, stream)
	})
}

// observe runs one call, and tells about it. ctx is as the caller has it.
func (s *Server) observe(ctx context.Context, method string, handle func() error) error {
	see(ctx)
	if strings.HasPrefix(method, "/"+healthpb.Health_ServiceDesc.ServiceName+"/") {
		_, err := s.guard(ctx, method, handle) // probes would drown all else

		return err
	}
	if !s.methods[method] {
		method = unmatched
	}
	for _, o := range s.observers {
		o.Begun()
	}
	begin := time.Now()
	panicked, err := s.guard(ctx, method, handle)
	call := Call{Method: method, Code: outcome(ctx, err), Duration: time.Since(begin), Panicked: panicked}
	for _, o := range s.observers {
		o.Ended(call)
	}
	s.log(ctx, call)

	return err
}

// outcome is the code that a call counts as. One whose caller gave it less time than
// we would have taken counts as given up by its caller, as HTTP's 499 does: it is
// only our own deadline that spends our error budget. The caller is told
// DEADLINE_EXCEEDED either way.
func outcome(callers context.Context, err error) codes.Code {
	code := status.Code(err)
	if code == codes.DeadlineExceeded && callers.Err() != nil {
		return codes.Canceled
	}

	return code
}

// guard turns a panic into INTERNAL. One broken call must not take every other
// one in this process with it.
func (s *Server) guard(ctx context.Context, method string, handle func() error) (panicked bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.logger.LogAttrs(ctx, slog.LevelError, "panic in handler",
				slog.String("method", method),
				slog.Any("panic", p),
				slog.String("stack", string(debug.Stack())),
			)
			panicked, err = true, status.Error(codes.Internal, "internal error")
		}
	}()

	return false, s.public(ctx, method, handle())
}

// log writes one line per call, without anything of the messages: those hold
// names and account numbers.
func (s *Server) log(ctx context.Context, call Call) {
	level := slog.LevelInfo
	if isOurs(call.Code) {
		// The cause is an ERROR of its own, logged where it happened.
		level = slog.LevelWarn
	}
	s.logger.LogAttrs(ctx, level, "request",
		slog.String("method", call.Method),
		slog.String("code", call.Code.String()),
		slog.Float64("duration_ms", float64(call.Duration.Microseconds())/1000),
	)
}

// isOurs tells whether a code is an error of the server, as a 5xx is. The list
// is OpenTelemetry's, for spans of servers.
func isOurs(code codes.Code) bool {
	switch code {
	case codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss:
		return true
	default:
		return false
	}
}
