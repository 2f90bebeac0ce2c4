package messaging

import (
	"context"
	"errors"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type publishing func(ctx context.Context, m Message) error

func (p publishing) Publish(ctx context.Context, m Message) error { return p(ctx, m) }

func TestTraceGoesThroughTheHeader(t *testing.T) {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	otel.SetTracerProvider(sdktrace.NewTracerProvider())
	ctx, span := otel.Tracer("test").Start(t.Context(), "request")
	defer span.End()

	var sent Message
	publisher := TracedPublisher{publishing(func(_ context.Context, m Message) error {
		sent = m

		return nil
	})}
	m := NewMessage("test", []byte("x"))
	if err := publisher.Publish(ctx, m); err != nil {
		t.Fatal(err)
	}
	if sent.Header["traceparent"] == "" || m.Header["traceparent"] != "" || sent.ID != m.ID {
		t.Errorf("sent %+v, the caller has %+v; want the header on the copy only", sent, m)
	}

	failure := errors.New("no")
	err := Traced(func(ctx context.Context, _ Message) error {
		if got := trace.SpanContextFromContext(ctx).TraceID(); got != span.SpanContext().TraceID() {
			t.Errorf("trace %s, want the request's", got)
		}

		return failure
	})(t.Context(), sent)
	if !errors.Is(err, failure) {
		t.Errorf("err = %v", err)
	}
	refused := TracedPublisher{publishing(func(context.Context, Message) error { return failure })}
	if err := refused.Publish(ctx, m); !errors.Is(err, failure) {
		t.Errorf("err = %v", err)
	}
}
