package messaging

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// tracerName is this package, as OpenTelemetry wants it.
const tracerName = "messaging"

// TracedPublisher sends the trace context along, as W3C's traceparent.
type TracedPublisher struct {
	Publisher
}

// Publish sends m in a span of its own.
func (t TracedPublisher) Publish(ctx context.Context, m Message) error {
	ctx, span := otel.Tracer(tracerName).Start(ctx, "publish", trace.WithSpanKind(trace.SpanKindProducer))
	defer span.End()

	// A copy: the caller may publish m again, in another span.
	header := make(propagation.MapCarrier, len(m.Header)+1)
	for key, value := range m.Header {
		header[key] = value
	}
	otel.GetTextMapPropagator().Inject(ctx, header)
	m.Header = header

	err := t.Publisher.Publish(ctx, m)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}

	return err
}

// Traced goes on with the trace that the message came with.
func Traced(handle func(context.Context, Message) error) func(context.Context, Message) error {
	return func(ctx context.Context, m Message) error {
		ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(m.Header))
		ctx, span := otel.Tracer(tracerName).Start(ctx, "process", trace.WithSpanKind(trace.SpanKindConsumer))
		defer span.End()

		err := handle(ctx, m)
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}

		return err
	}
}

// Inject notes the trace of ctx in a message that is published later, from an
// outbox.
func Inject(ctx context.Context, m Message) {
	otel.GetTextMapPropagator().Inject(ctx, propagation.MapCarrier(m.Header))
}

// Continued publishes a message in the trace that Inject has noted.
type Continued struct {
	Publisher
}

// Publish implements Publisher.
func (c Continued) Publish(ctx context.Context, m Message) error {
	return c.Publisher.Publish(otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(m.Header)), m)
}
