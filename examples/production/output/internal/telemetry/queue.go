package telemetry

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

var errQueueFull = errors.New("spans were dropped: the queue is full, because the collector is away or too slow")

// spanQueue counts the spans on their way to the collector. The SDK's own queue
// drops what doesn't fit without a word; this one stands before it, is as long,
// and so is the only one that drops.
type spanQueue struct {
	length  int64
	told    interface{ Handle(err error) }
	pending atomic.Int64
	full    atomic.Int64
	failed  atomic.Int64
}

func newSpanQueue(told interface{ Handle(err error) }) *spanQueue {
	length, err := strconv.Atoi(os.Getenv("OTEL_BSP_MAX_QUEUE_SIZE"))
	if err != nil || length < 1 {
		length = sdktrace.DefaultMaxQueueSize
	}

	return &spanQueue{length: int64(length), told: told}
}

// processor sends spans in batches through exporter.
func (q *spanQueue) processor(exporter sdktrace.SpanExporter) sdktrace.SpanProcessor {
	batches := sdktrace.NewBatchSpanProcessor(&countedExporter{SpanExporter: exporter, queue: q},
		sdktrace.WithMaxQueueSize(int(q.length)))

	return &boundedProcessor{SpanProcessor: batches, queue: q}
}

type boundedProcessor struct {
	sdktrace.SpanProcessor

	queue *spanQueue
}

// OnEnd takes a span, or counts it as dropped.
func (p *boundedProcessor) OnEnd(span sdktrace.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	if p.queue.pending.Add(1) > p.queue.length {
		p.queue.pending.Add(-1)
		p.queue.full.Add(1)
		p.queue.told.Handle(errQueueFull)

		return
	}
	p.SpanProcessor.OnEnd(span)
}

type countedExporter struct {
	sdktrace.SpanExporter

	queue *spanQueue
}

// ExportSpans sends one batch. What it returns is logged by the SDK.
func (e *countedExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if err != nil {
		e.queue.failed.Add(int64(len(spans)))
	}
	e.queue.pending.Add(-int64(len(spans)))

	return err
}
