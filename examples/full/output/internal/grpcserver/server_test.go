package grpcserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/health"
)

// patience is a bound for what should come at once, on a machine that is busy.
const patience = 30 * time.Second

// output is a buffer that handlers and the test use at the same time.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.String()
}

// fixture is a server without a port, and a client of it.
type fixture struct {
	server *Server
	health *health.Health
	client *grpc.ClientConn
	log    *output
}

// handlers are the methods of test.Service: one of each kind.
type handlers struct {
	unary  func(ctx context.Context) error
	stream func(stream grpc.ServerStream) error
}

func (h *handlers) register(server grpc.ServiceRegistrar) {
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Service",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Unary",
			Handler: func(_ any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				request := &emptypb.Empty{}
				if err := decode(request); err != nil {
					return nil, err
				}
				info := &grpc.UnaryServerInfo{FullMethod: "/test.Service/Unary"}

				return interceptor(ctx, request, info, func(ctx context.Context, _ any) (any, error) {
					return request, h.unary(ctx)
				})
			},
		}},
		Streams: []grpc.StreamDesc{{
			StreamName:    "Stream",
			ServerStreams: true,
			Handler:       func(_ any, stream grpc.ServerStream) error { return h.stream(stream) },
		}},
	}, h)
}

func newFixture(t *testing.T, h *handlers, options ...Option) *fixture {
	t.Helper()
	f := &fixture{log: &output{}}
	logger := slog.New(slog.NewTextHandler(f.log, nil))
	f.health = health.New(time.Second, 0, logger)
	f.server = New(Options{
		Config: config.GRPC{
			Timeout:          200 * time.Millisecond,
			MaxMessageBytes:  1 << 10,
			IdleTimeout:      time.Hour,
			MaxConnectionAge: time.Hour,
		},
		Grace:    patience,
		Health:   f.health,
		Services: []Service{h.register},
		Logger:   logger,
		Failed:   func(err error) { t.Errorf("server failed: %v", err) },
	}, options...)
	listener := bufconn.Listen(1 << 16)
	go func() { _ = f.server.server.Serve(listener) }()
	t.Cleanup(f.server.server.Stop)

	client, err := grpc.NewClient("passthrough:///bufconn",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f.client = client

	return f
}

func (f *fixture) call(ctx context.Context, options ...grpc.CallOption) error {
	return f.client.Invoke(ctx, "/test.Service/Unary", &emptypb.Empty{}, &emptypb.Empty{}, options...)
}

// callStream reads a stream to its end.
func (f *fixture) callStream(ctx context.Context, method string) error {
	stream, err := f.client.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method)
	if err != nil {
		return err
	}
	if err := stream.SendMsg(&emptypb.Empty{}); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		if err := stream.RecvMsg(&emptypb.Empty{}); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}

			return err
		}
	}
}

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name    string
		handler func(ctx context.Context) error
		code    codes.Code
		log     []string
	}{
		{name: "fine", handler: func(context.Context) error { return nil }, code: codes.OK, log: []string{"level=INFO", "code=OK"}},
		{
			name:    "for the caller",
			handler: func(context.Context) error { return status.Error(codes.NotFound, "no such thing") },
			code:    codes.NotFound, log: []string{"level=INFO", "code=NotFound"},
		},
		{
			name:    "not for the caller",
			handler: func(context.Context) error { return errors.New("secret host is down") },
			code:    codes.Internal, log: []string{"level=ERROR", "secret host is down", "level=WARN"},
		},
		{
			name:    "panic",
			handler: func(context.Context) error { panic("secret boom") },
			code:    codes.Internal, log: []string{"level=ERROR", "secret boom", "stack=", "code=Internal"},
		},
		{
			name: "over budget",
			handler: func(ctx context.Context) error {
				<-ctx.Done()

				return fmt.Errorf("secret query: %w", ctx.Err())
			},
			code: codes.DeadlineExceeded, log: []string{"level=WARN", "code=DeadlineExceeded"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := &handlers{unary: tt.handler, stream: func(s grpc.ServerStream) error {
				ctx, cancel := context.WithTimeout(s.Context(), time.Millisecond)
				defer cancel()

				return tt.handler(ctx)
			}}
			for method, call := range map[string]func(f *fixture) error{
				"/test.Service/Unary":  func(f *fixture) error { return f.call(t.Context()) },
				"/test.Service/Stream": func(f *fixture) error { return f.callStream(t.Context(), "/test.Service/Stream") },
			} {
				f := newFixture(t, h)
				err := call(f)
				if status.Code(err) != tt.code || err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("%s: err = %v, want %s and nothing of the inside", method, err, tt.code)
				}
				// The line may come after the answer.
				f.server.server.GracefulStop()
				for _, want := range append(tt.log, "method="+method, "duration_ms=") {
					if !strings.Contains(f.log.String(), want) {
						t.Errorf("%s: no %s in\n%s", method, want, f.log)
					}
				}
			}
		})
	}
}

// recorder is an Observer that keeps what it is told.
type recorder struct {
	begun atomic.Int32
	ended chan Call
}

func (r *recorder) Begun() { r.begun.Add(1) }

func (r *recorder) Ended(call Call) { r.ended <- call }

func TestObserversAreToldOfEveryCall(t *testing.T) {
	seen := &recorder{ended: make(chan Call, 2)}
	f := newFixture(t, &handlers{
		unary:  func(context.Context) error { panic("boom") },
		stream: func(grpc.ServerStream) error { return nil },
	}, Option{Observer: seen})
	_ = f.call(t.Context())
	if call := <-seen.ended; call.Method != "/test.Service/Unary" || call.Code != codes.Internal || !call.Panicked {
		t.Errorf("call = %+v", call)
	}
	_ = f.callStream(t.Context(), "/test.Service/Stream")
	if call := <-seen.ended; call.Method != "/test.Service/Stream" || call.Code != codes.OK || call.Panicked {
		t.Errorf("call = %+v", call)
	}
	if n := seen.begun.Load(); n != 2 {
		t.Errorf("%d calls begun, want 2", n)
	}
}

func TestCallersDeadlineStays(t *testing.T) {
	f := newFixture(t, &handlers{unary: func(ctx context.Context) error {
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 100*time.Millisecond {
			t.Errorf("deadline in %s", time.Until(deadline))
		}

		return nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := f.call(ctx); err != nil && status.Code(err) != codes.DeadlineExceeded {
		t.Error(err)
	}
}

func TestWhoseDeadlineItWas(t *testing.T) {
	wait := func(ctx context.Context) error {
		<-ctx.Done()

		return fmt.Errorf("query: %w", ctx.Err())
	}
	downstream := func(ctx context.Context) error {
		<-ctx.Done()

		return status.FromContextError(ctx.Err()).Err()
	}
	own := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()

		return wait(ctx)
	}
	for _, tt := range []struct {
		name    string
		patient time.Duration
		handler func(context.Context) error
		counted codes.Code
	}{
		{"ours", time.Minute, wait, codes.DeadlineExceeded},
		{"the caller's", 20 * time.Millisecond, wait, codes.Canceled},
		{"the caller's, of a server behind us", 20 * time.Millisecond, downstream, codes.Canceled},
		{"the handler's", time.Minute, own, codes.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := &recorder{ended: make(chan Call, 1)}
			f := newFixture(t, &handlers{unary: tt.handler}, Option{Observer: seen})
			// On a busy machine a call may be over before it has arrived: then nobody counts it.
			for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
				ctx, cancel := context.WithTimeout(t.Context(), tt.patient)
				err := f.call(ctx)
				cancel()
				if status.Code(err) != codes.DeadlineExceeded {
					t.Errorf("err = %v, want that it took too long", err)
				}
				select {
				case call := <-seen.ended:
					if call.Code != tt.counted {
						t.Errorf("counted as %s, want %s", call.Code, tt.counted)
					}

					return
				case <-time.After(time.Second):
				}
			}
			t.Error("no call has arrived")
		})
	}
}

func TestUnknownMethod(t *testing.T) {
	f := newFixture(t, &handlers{})
	for _, method := range []string{"/test.Service/Nope", "/nope.Service/Nope"} {
		if err := f.callStream(t.Context(), method); status.Code(err) != codes.Unimplemented {
			t.Errorf("%s: err = %v", method, err)
		}
	}
	f.server.server.GracefulStop()
	if log := f.log.String(); strings.Count(log, "method=unmatched") != 2 || strings.Contains(log, "Nope") {
		t.Errorf("log = %s", log)
	}
}

func TestEveryAnswerNamesTheCommit(t *testing.T) {
	f := newFixture(t, &handlers{unary: func(context.Context) error { return status.Error(codes.NotFound, "no") }})
	var header metadata.MD
	_ = f.call(t.Context(), grpc.Header(&header))
	if commit := header.Get(CommitHeader); len(commit) != 1 || commit[0] == "" {
		t.Errorf("header = %v", header)
	}
}

func TestLargeMessageIsRefused(t *testing.T) {
	f := newFixture(t, &handlers{unary: func(context.Context) error { return nil }})
	large := status.New(codes.OK, strings.Repeat("x", 2<<10)).Proto()
	if err := f.client.Invoke(t.Context(), "/test.Service/Unary", large, &emptypb.Empty{}); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("err = %v", err)
	}
}

func TestStopWaitsForCallsInFlight(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, &handlers{stream: func(s grpc.ServerStream) error {
		close(entered)
		<-release

		return s.Context().Err()
	}})
	answer := make(chan error, 1)
	go func() { answer <- f.callStream(t.Context(), "/test.Service/Stream") }()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- f.server.Stop(t.Context()) }()
	select {
	case err := <-stopped:
		t.Fatalf("stopped before the call had ended: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if err := <-answer; err != nil {
		t.Errorf("the stop has cut a call: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStopCutsWhatTakesTooLong(t *testing.T) {
	entered := make(chan struct{})
	f := newFixture(t, &handlers{stream: func(s grpc.ServerStream) error {
		close(entered)
		<-s.Context().Done()

		return s.Context().Err()
	}})
	answer := make(chan error, 1)
	go func() { answer <- f.callStream(t.Context(), "/test.Service/Stream") }()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := f.server.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if err := <-answer; err == nil {
		t.Error("a call that was cut looks like one that wasn't")
	}
}

func TestOccupiedPortFailsAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	f := newFixture(t, &handlers{})
	f.server.port = listener.Addr().(*net.TCPAddr).Port
	if err := f.server.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("err = %v", err)
	}
}

// observed keeps what an Observer is told.
type observed struct {
	mu    sync.Mutex
	calls []Call
}

func (o *observed) Begun() {}

func (o *observed) Ended(call Call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, call)
}

func (o *observed) codes() []codes.Code {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []codes.Code
	for _, call := range o.calls {
		found = append(found, call.Code)
	}

	return found
}

func TestCallsThatNoInterceptorSees(t *testing.T) {
	large := wrapperspb.String(strings.Repeat("x", 1<<11))
	tests := []struct {
		name    string
		request proto.Message
		options []grpc.CallOption
		code    codes.Code
	}{
		{name: "too large", request: large, code: codes.ResourceExhausted},
		{name: "not a message", request: wrapperspb.String("x"), options: []grpc.CallOption{grpc.ForceCodec(garbled{})}, code: codes.Internal},
		{name: "in order", request: &emptypb.Empty{}, code: codes.OK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			told := &observed{}
			f := newFixture(t, &handlers{unary: func(context.Context) error { return nil }}, Option{Observer: told})
			err := f.client.Invoke(t.Context(), "/test.Service/Unary", tt.request, &emptypb.Empty{}, tt.options...)
			if status.Code(err) != tt.code {
				t.Fatalf("err = %v, want %s", err, tt.code)
			}
			// The client has its answer before the server's last word on the call.
			line := "method=/test.Service/Unary code=" + tt.code.String()
			for deadline := time.Now().Add(patience); !strings.Contains(f.log.String(), line) && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			if got := told.codes(); len(got) != 1 || got[0] != tt.code {
				t.Errorf("told of %v, want %s once", got, tt.code)
			}
			if !strings.Contains(f.log.String(), line) {
				t.Errorf("log = %s", f.log)
			}
		})
	}
}

// garbled sends what is no message at all.
type garbled struct{}

func (garbled) Marshal(any) ([]byte, error) { return []byte{0xff}, nil }
func (garbled) Unmarshal([]byte, any) error { return nil }
func (garbled) Name() string                { return "proto" }
