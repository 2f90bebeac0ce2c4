package grpcserver

import (
	"context"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

func TestTracing(t *testing.T) {
	const parent = "4bf92f3577b34da6a3ce929d0e0e4736"
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	f := newFixture(t, &handlers{unary: func(ctx context.Context) error {
		if id := trace.SpanContextFromContext(ctx).TraceID().String(); id != parent {
			t.Errorf("trace = %s, want the caller's", id)
		}

		return nil
	}}, Tracing(provider))
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+parent+"-00f067aa0ba902b7-01")
	if err := f.call(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := healthpb.NewHealthClient(f.client).Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
		t.Fatal(err)
	}
	f.server.server.GracefulStop()
	if ended := spans.Ended(); len(ended) != 1 || ended[0].Name() != "test.Service/Unary" {
		t.Errorf("spans = %v, want one", ended)
	}
}
