package telemetry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

func TestTracingExports(t *testing.T) {
	var spans atomic.Int32
	bodies := make(chan []byte, 16)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		spans.Add(1)
		body, _ := io.ReadAll(r.Body)
		bodies <- body
	}))
	defer collector.Close()

	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=market-0")
	provider := NewTracing("market", slog.New(slog.DiscardHandler))
	if err := provider.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, span := provider.Tracer("test").Start(t.Context(), "work")
	span.End()
	// Shutdown is what flushes.
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if spans.Load() == 0 {
		t.Fatal("nothing was exported")
	}
	body := <-bodies
	for _, want := range []string{"service.name", "service.version", "market-0", "work"} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("export does not contain %q", want)
		}
	}
}

func TestTracingWithoutCollector(t *testing.T) {
	tests := map[string]map[string]string{
		"no endpoint":           {},
		"nobody listens there":  {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		"malformed attributes":  {"OTEL_RESOURCE_ATTRIBUTES": "no equals sign"},
		"malformed endpoint":    {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1"},
		"endpoint, traces only": {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"},
	}
	for name, env := range tests {
		t.Run(name, func(t *testing.T) {
			for key, value := range env {
				t.Setenv(key, value)
			}
			provider := NewTracing("market", slog.New(slog.DiscardHandler))
			if err := provider.Start(t.Context()); err != nil {
				t.Fatalf("a collector that is away stops the start: %v", err)
			}
			t.Cleanup(func() {
				// By now t.Context has ended, and with it the processor would be left running. Little
				// time: nobody waits for what can't be sent.
				ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 100*time.Millisecond)
				defer cancel()
				_ = provider.Shutdown(ctx)
			})
			begin := time.Now()
			for range 10_000 { // far more than the queue holds
				ctx, span := provider.Tracer("test").Start(t.Context(), "work")
				if len(TraceAttrs(ctx)) != 2 {
					t.Fatal("no ids for the logs")
				}
				span.End()
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("10000 spans took %s: something waits", took)
			}
		})
	}
}

func TestTraceAttrsWithoutSpan(t *testing.T) {
	if attrs := TraceAttrs(trace.ContextWithSpanContext(t.Context(), trace.SpanContext{})); attrs != nil {
		t.Errorf("attrs = %v, want none", attrs)
	}
}

func TestErrorsAreLimited(t *testing.T) {
	var log strings.Builder
	clock := time.Now()
	l := &limitedErrors{logger: slog.New(slog.NewTextHandler(&log, nil)), interval: time.Minute, now: func() time.Time { return clock }}
	for range 100 {
		l.Handle(errors.New("collector is away"))
	}
	clock = clock.Add(time.Minute)
	l.Handle(errors.New("collector is away"))
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[1], "suppressed=99") {
		t.Errorf("log = %q, want two lines, the second with suppressed=99", lines)
	}
}
