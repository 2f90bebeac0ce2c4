package httpserver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

const (
	callerTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callerSpan  = "00f067aa0ba902b7"
)

func TestTracingContinuesTheCallersTrace(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	var sent http.Header
	next := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent = r.Header }))
	defer next.Close()
	client := &http.Client{Transport: Transport(provider, http.DefaultTransport)}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) {
		call, err := http.NewRequestWithContext(r.Context(), http.MethodGet, next.URL, nil)
		if err != nil {
			t.Error(err)

			return
		}
		response, err := client.Do(call)
		if err != nil {
			t.Error(err)

			return
		}
		_ = response.Body.Close()
		w.WriteHeader(http.StatusBadGateway)
	})
	r := httptest.NewRequest(http.MethodGet, "/things/1", nil)
	r.Header.Set("traceparent", "00-"+callerTrace+"-"+callerSpan+"-01")
	r.Header.Set("tracestate", "vendor=x")
	Handler(mux, Tracing(provider)).ServeHTTP(httptest.NewRecorder(), r)

	spans := recorder.Ended()
	if len(spans) != 2 {
		t.Fatalf("%d spans, want the call and the request", len(spans))
	}
	call, request := spans[0], spans[1]
	if request.Name() != "GET /things/{id}" || request.Status().Code != codes.Error {
		t.Errorf("span = %s, %v; want the route and an error", request.Name(), request.Status())
	}
	if request.Parent().SpanID().String() != callerSpan || request.SpanContext().TraceID().String() != callerTrace {
		t.Error("the span is not a child of the caller's")
	}
	if call.Parent().SpanID() != request.SpanContext().SpanID() {
		t.Error("the call is not a child of the request")
	}
	if want := "00-" + callerTrace + "-" + call.SpanContext().SpanID().String() + "-01"; sent.Get("traceparent") != want {
		t.Errorf("traceparent = %q, want %q", sent.Get("traceparent"), want)
	}
	if sent.Get("tracestate") != "vendor=x" {
		t.Errorf("tracestate = %q", sent.Get("tracestate"))
	}
}

func TestTracingIgnoresGarbage(t *testing.T) {
	for _, header := range []string{"", "x", "00-" + strings.Repeat("0", 32) + "-" + callerSpan + "-01", "ff-" + callerTrace + "-" + callerSpan + "-01"} {
		recorder := tracetest.NewSpanRecorder()
		provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
		r := httptest.NewRequest(http.MethodGet, "/secret/4711", nil)
		r.Header.Set("traceparent", header)
		Handler(http.NewServeMux(), Tracing(provider)).ServeHTTP(httptest.NewRecorder(), r)
		span := recorder.Ended()[0]
		if span.Parent().IsValid() || !span.SpanContext().IsValid() {
			t.Errorf("%q: want a trace of our own", header)
		}
		if span.Name() != "GET" || span.Status().Code == codes.Error {
			t.Errorf("%q: span = %s, %v; want no path, and no error for a 404", header, span.Name(), span.Status())
		}
	}
}
