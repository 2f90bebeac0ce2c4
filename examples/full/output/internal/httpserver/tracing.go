package httpserver

import (
	"context"
	"net/http"
	"strconv"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Tracing continues the caller's trace with a span for this request, named
// "GET /route". Prometheus does the counting, so OpenTelemetry doesn't.
func Tracing(provider trace.TracerProvider) Middleware {
	return otelhttp.NewMiddleware("",
		otelhttp.WithTracerProvider(describedProvider{provider}),
		otelhttp.WithMeterProvider(metricnoop.NewMeterProvider()),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return spanName(exchangeOf(r.Context())) }),
	)
}

// describedProvider makes spans that are told the last thing before they end: the
// outcome. otelhttp sees neither a client that is gone nor an answer that was cut.
type describedProvider struct{ trace.TracerProvider }

func (p describedProvider) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return describedTracer{p.TracerProvider.Tracer(name, options...)}
}

type describedTracer struct{ trace.Tracer }

func (t describedTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	span := describedSpan{exchange: exchangeOf(ctx)}
	ctx, span.Span = t.Tracer.Start(ctx, name, options...) //nolint:spancheck // whoever has asked for it ends it

	return ctx, span
}

type describedSpan struct {
	trace.Span

	exchange *exchange
}

func (s describedSpan) End(options ...trace.SpanEndOption) {
	describe(s.Span, s.exchange)
	s.Span.End(options...)
}

// spanName follows OpenTelemetry's conventions: a method that is none is HTTP.
func spanName(e *exchange) string {
	name := e.method
	if name == otherMethod {
		name = "HTTP"
	}
	if e.route == unmatched {
		return name
	}

	return name + " " + e.route
}

// describe tells the span what log and metrics are told. The path gives way to
// the route: it holds names and account numbers.
func describe(span trace.Span, e *exchange) {
	if !span.IsRecording() {
		return
	}
	status := e.outcome()
	attrs := append(make([]attribute.KeyValue, 0, 4),
		attribute.Int("http.response.status_code", status),
		attribute.String("url.path", e.route),
	)
	if e.route != unmatched {
		attrs = append(attrs, attribute.String("http.route", e.route))
	}
	if status >= http.StatusInternalServerError {
		// A 4xx is the client's error, not the span's.
		attrs = append(attrs, attribute.String("error.type", strconv.Itoa(status)))
		span.SetStatus(codes.Error, "")
	}
	span.SetAttributes(attrs...)
}
