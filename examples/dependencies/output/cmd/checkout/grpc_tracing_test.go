package main

import (
	"strings"
	"testing"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
)

func TestTraceIDsInLogsOfCalls(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	// Nobody listens there: the collector is away, and nobody may notice.
	p := launch(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "SHUTDOWN_FLUSH=100ms"})
	p.waitReady(t)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	// Refused, and logged all the same.
	if err := p.dial(t).Invoke(ctx, "/no.such.Service/Call", &emptypb.Empty{}, &emptypb.Empty{}); err == nil {
		t.Error("there is such a service")
	}
	p.eventually(t, "access log", func() bool {
		return strings.Contains(p.stdout.String(), `"trace_id":"`+trace+`"`)
	})
	p.signal(t)
	// Spans that can't be sent are given up after the flush budget.
	p.wantExit(t, 0)
}
