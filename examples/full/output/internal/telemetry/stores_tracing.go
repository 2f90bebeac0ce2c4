package telemetry

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/trade/market/internal/store"
)

// StoreSpans makes a span of every operation of a store. It has the operation's
// name and not the statement: that holds what users have written.
func StoreSpans() store.Observe {
	tracer := otel.Tracer("git.example.com/trade/market/internal/store")

	return func(ctx context.Context, name, operation string) (context.Context, func(error)) {
		//nolint:spancheck // the function that is returned ends it
		ctx, span := tracer.Start(ctx, name+" "+operation, trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("db.system.name", name), attribute.String("db.operation.name", operation)))

		return ctx, func(err error) { //nolint:spancheck // see above
			if store.Outcome(err) == "error" {
				span.RecordError(err)
				span.SetStatus(codes.Error, "")
			}
			span.End()
		}
	}
}
