package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/shipping/internal/telemetry"
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
	client := &http.Client{Transport: telemetry.Transport(provider, http.DefaultTransport)}

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

// attributeOf returns what a span says under a key, or nothing.
func attributeOf(span sdktrace.ReadOnlySpan, key string) string {
	found := ""
	for _, attr := range span.Attributes() {
		if string(attr.Key) == key {
			found = attr.Value.String() // the last one counts
		}
	}

	return found
}

func TestSpanSaysWhatTheLogSays(t *testing.T) {
	gone, hangUp := context.WithCancel(t.Context())
	tests := []struct {
		name, method, path      string
		handler                 http.HandlerFunc
		span, status, errorType string
	}{
		{name: "fine", method: "GET", path: "/things/4711", handler: noop, span: "GET /things/{id}", status: "200"},
		{name: "refused", method: "GET", path: "/things/4711", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
		}, span: "GET /things/{id}", status: "409"},
		{name: "failed", method: "GET", path: "/things/4711", handler: func(w http.ResponseWriter, r *http.Request) {
			Fail(w, r, errors.New("boom"))
		}, span: "GET /things/{id}", status: "500", errorType: "500"},
		{name: "aborted", method: "GET", path: "/things/4711", handler: func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, span: "GET /things/{id}", status: "500", errorType: "500"},
		{name: "client gone", method: "GET", path: "/things/4711", handler: func(http.ResponseWriter, *http.Request) {
			hangUp()
		}, span: "GET /things/{id}", status: "499"},
		{name: "invented method", method: "BREW", path: "/things/4711", handler: noop, span: "HTTP /things/{id}", status: "200"},
		{name: "no route", method: "BREW", path: "/4711", handler: noop, span: "HTTP", status: "404"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorder := tracetest.NewSpanRecorder()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
			mux := http.NewServeMux()
			mux.HandleFunc("/things/{id}", tt.handler)
			logger := slog.New(slog.DiscardHandler)
			func() {
				defer func() { _ = recover() }() // of the one that aborts
				r := httptest.NewRequest(tt.method, tt.path, nil)
				if tt.name == "client gone" {
					r = r.WithContext(gone)
				}
				Handler(mux, Tracing(provider), Recover(logger), Errors(logger, nil)).ServeHTTP(httptest.NewRecorder(), r)
			}()
			span := recorder.Ended()[0]
			if span.Name() != tt.span {
				t.Errorf("name = %q, want %q", span.Name(), tt.span)
			}
			if got := attributeOf(span, "http.response.status_code"); got != tt.status {
				t.Errorf("status = %s, want %s", got, tt.status)
			}
			if got := attributeOf(span, "error.type"); got != tt.errorType {
				t.Errorf("error.type = %q, want %q", got, tt.errorType)
			}
			if failed := span.Status().Code == codes.Error; failed != (tt.errorType != "") {
				t.Errorf("span status = %v", span.Status())
			}
			for _, attr := range span.Attributes() {
				if strings.Contains(attributeOf(span, string(attr.Key)), "4711") {
					t.Errorf("%s has the path", attr.Key)
				}
			}
		})
	}
}
