package httpserver

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const tracerName = "git.example.com/trade/market/internal/httpserver"

// traceContext is W3C traceparent and tracestate.
var traceContext = propagation.TraceContext{}

// Tracing continues the caller's trace with a span for this request.
func Tracing(provider trace.TracerProvider) Middleware {
	tracer := provider.Tracer(tracerName)

	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			e := exchangeOf(ctx)
			caller := traceContext.Extract(ctx, propagation.HeaderCarrier(r.Header))
			name := e.method
			attrs := []attribute.KeyValue{attribute.String("http.request.method", name), attribute.String("url.scheme", "http")}
			if e.route != unmatched {
				name += " " + e.route
				attrs = append(attrs, attribute.String("http.route", e.route))
			}
			spanned, span := tracer.Start(caller, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attrs...))
			// Deferred, so that an aborted request ends its span as well.
			defer func() {
				status := e.outcome(ctx)
				span.SetAttributes(attribute.Int("http.response.status_code", status))
				if status >= http.StatusInternalServerError {
					// A 4xx is the client's error, not the span's.
					span.SetStatus(codes.Error, "")
				}
				span.End()
			}()
			next.ServeHTTP(w, r.WithContext(spanned))
		})
	}
}

// Transport is for every http.Client of this service: a span per call, and the
// trace context in its header.
func Transport(provider trace.TracerProvider, base http.RoundTripper) http.RoundTripper {
	return &tracedTransport{tracer: provider.Tracer(tracerName), base: base}
}

type tracedTransport struct {
	tracer trace.Tracer
	base   http.RoundTripper
}

func (t *tracedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := t.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", r.Method),
		attribute.String("server.address", r.URL.Hostname()),
	))
	defer span.End()

	// A RoundTripper may not change the request it was given.
	r = r.Clone(ctx)
	traceContext.Inject(ctx, propagation.HeaderCarrier(r.Header))
	response, err := t.base.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())

		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", response.StatusCode))
	if response.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}

	return response, nil
}
