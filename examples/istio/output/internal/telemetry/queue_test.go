package telemetry

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// slowExporter holds every batch until it is let go.
type slowExporter struct {
	letGo chan struct{}
	sent  int
	err   error
}

func (s *slowExporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	<-s.letGo
	s.sent += len(spans)

	return s.err
}

func (s *slowExporter) Shutdown(context.Context) error { return nil }

func TestDroppedSpansAreCountedAndLogged(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
	var log bytes.Buffer
	limited := &limitedErrors{logger: slog.New(slog.NewTextHandler(&log, nil)), interval: time.Minute, now: time.Now}
	queue := newSpanQueue(limited)
	exporter := &slowExporter{letGo: make(chan struct{})}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(queue.processor(exporter)))
	const made = 100
	for range made {
		_, span := provider.Tracer("test").Start(t.Context(), "work")
		span.End()
	}
	close(exporter.letGo)
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dropped := queue.full.Load(); dropped == 0 || int(dropped)+exporter.sent != made {
		t.Errorf("%d dropped and %d sent, of %d", dropped, exporter.sent, made)
	}
	if !strings.Contains(log.String(), "queue is full") {
		t.Errorf("log = %s", &log)
	}
}

func TestSpansThatCouldNotBeSentAreCounted(t *testing.T) {
	queue := newSpanQueue(&limitedErrors{logger: slog.New(slog.DiscardHandler), interval: time.Minute, now: time.Now})
	exporter := &slowExporter{letGo: make(chan struct{}), err: errors.New("refused")}
	close(exporter.letGo)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(queue.processor(exporter)))
	_, span := provider.Tracer("test").Start(t.Context(), "work")
	span.End()
	_ = provider.Shutdown(t.Context()) // it may say the same error
	if queue.failed.Load() != 1 || queue.pending.Load() != 0 {
		t.Errorf("%d failed, %d pending; want 1 and 0", queue.failed.Load(), queue.pending.Load())
	}
}

func TestTracingSwitchedOff(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	tests := []struct {
		name, key, value string
		ids, exports     bool
	}{
		{name: "on", key: "OTEL_TRACES_EXPORTER", value: "otlp", ids: true, exports: true},
		{name: "SDK disabled", key: "OTEL_SDK_DISABLED", value: "true"},
		{name: "no exporter", key: "OTEL_TRACES_EXPORTER", value: "none", ids: true},
		{name: "an exporter that isn't there", key: "OTEL_TRACES_EXPORTER", value: "zipkin", ids: true, exports: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(tt.key, tt.value)
			tracing := NewTracing("catalog", slog.New(slog.DiscardHandler))
			if err := tracing.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, span := tracing.Tracer("test").Start(t.Context(), "work")
			if got := span.SpanContext().IsValid(); got != tt.ids {
				t.Errorf("ids: %t, want %t", got, tt.ids)
			}
			span.End()
			if got := tracing.queue.pending.Load() == 1; got != tt.exports {
				t.Errorf("exports: %t, want %t", got, tt.exports)
			}
			// The collector isn't there to be waited for.
			brief, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			defer cancel()
			_ = tracing.Shutdown(brief)
		})
	}
	if _, ok := NewTracing("catalog", slog.New(slog.DiscardHandler)).TracerProvider.(noop.TracerProvider); ok {
		t.Error("disabled for good")
	}
}
