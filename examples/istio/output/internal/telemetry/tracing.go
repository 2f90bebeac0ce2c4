package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"example.com/catalog/internal/buildinfo"
)

// traceErrorInterval is how often errors of the exporter are logged. They come
// with every batch while a collector is away.
const traceErrorInterval = time.Minute

// Tracing is OpenTelemetry. Endpoint, headers, sampler, batch sizes and resource
// attributes are the standard variables OTEL_*, which the SDK reads by itself,
// and so are the two it doesn't: OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER.
// Its default sampler follows the caller's decision, and samples what has no
// caller.
type Tracing struct {
	trace.TracerProvider

	// sdk is nil where it is disabled.
	sdk    *sdktrace.TracerProvider
	queue  *spanQueue
	logger *slog.Logger
}

// NewTracing returns Tracing that gives ids, for logs and for the next service,
// and sends nothing yet. Disabled, it only passes the caller's on.
func NewTracing(service string, logger *slog.Logger) *Tracing {
	limited := &limitedErrors{logger: logger, interval: traceErrorInterval, now: time.Now}
	otel.SetLogger(logr.FromSlogHandler(logger.Handler()))
	otel.SetErrorHandler(limited)
	// No baggage: it would carry whatever a stranger sends on to everybody else.
	otel.SetTextMapPropagator(propagation.TraceContext{})

	t := &Tracing{queue: newSpanQueue(limited), logger: logger}
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		t.TracerProvider = noop.NewTracerProvider()
	} else {
		t.sdk = sdktrace.NewTracerProvider(sdktrace.WithResource(traceResource(service, logger)))
		t.TracerProvider = t.sdk
	}
	otel.SetTracerProvider(t.TracerProvider)

	return t
}

// Dropped counts the spans that were sampled and didn't reach the collector.
func (t *Tracing) Dropped() (queueFull, exportFailed int64) {
	return t.queue.full.Load(), t.queue.failed.Load()
}

// traceResource says who sends the spans: our name and version, and on top of
// them what the environment says, the pod's name for one.
func traceResource(service string, logger *slog.Logger) *resource.Resource {
	res := resource.Default()
	for _, layer := range []*resource.Resource{
		resource.NewSchemaless(
			attribute.String("service.name", service),
			attribute.String("service.version", buildinfo.Get().Version),
		),
		resource.Environment(),
	} {
		merged, err := resource.Merge(res, layer)
		if err != nil {
			// Poor labels are no reason not to start.
			logger.Warn("tracing: incomplete resource", "error", err)

			continue
		}
		res = merged
	}

	return res
}

// Start begins to send, if an endpoint is set and nobody has switched that off.
// It doesn't connect, and a full queue drops spans: a collector that is away or
// slow costs traces, never a start or a request.
func (t *Tracing) Start(ctx context.Context) error {
	if t.sdk == nil || !t.exports() {
		return nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	t.sdk.RegisterSpanProcessor(t.queue.processor(exporter))

	return nil
}

func (t *Tracing) exports() bool {
	switch name := os.Getenv("OTEL_TRACES_EXPORTER"); name {
	case "none":
		return false
	case "", "otlp":
	default:
		// The specification's word for it: warn, and go on as if it weren't set.
		t.logger.Warn("tracing: OTEL_TRACES_EXPORTER is ignored; want otlp or none", "value", name)
	}

	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Shutdown sends what is queued, as far as ctx lasts.
func (t *Tracing) Shutdown(ctx context.Context) error {
	if t.sdk == nil {
		return nil
	}

	return t.sdk.Shutdown(ctx)
}

// TraceAttrs puts the ids of the current span into every record.
func TraceAttrs(ctx context.Context) []slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return nil
	}

	return []slog.Attr{
		slog.String("trace_id", span.TraceID().String()),
		slog.String("span_id", span.SpanID().String()),
	}
}

// limitedErrors logs one error per interval and counts the rest.
type limitedErrors struct {
	logger   *slog.Logger
	interval time.Duration
	now      func() time.Time

	mu         sync.Mutex
	next       time.Time
	suppressed int
}

// Handle is called by the SDK from any goroutine.
func (l *limitedErrors) Handle(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	l.mu.Lock()
	now := l.now()
	if now.Before(l.next) {
		l.suppressed++
		l.mu.Unlock()

		return
	}
	suppressed := l.suppressed
	l.next, l.suppressed = now.Add(l.interval), 0
	l.mu.Unlock()

	// A warning: it costs spans, not requests.
	l.logger.Warn("tracing: error in the SDK or the exporter", "error", err, "suppressed", suppressed)
}
