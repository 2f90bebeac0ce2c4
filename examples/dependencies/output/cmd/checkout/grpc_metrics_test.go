package main

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/emptypb"
)

func TestMetricsOfCalls(t *testing.T) {
	p := launch(t, nil)
	p.waitReady(t)
	// It is refused, and counted all the same.
	if err := p.dial(t).Invoke(t.Context(), "/no.such.Service/Call", &emptypb.Empty{}, &emptypb.Empty{}); err == nil {
		t.Error("there is such a service")
	}
	status, body := get(p.admin + "/metrics")
	if status != http.StatusOK {
		t.Fatalf("metrics = %d", status)
	}
	for _, want := range []string{
		`grpc_requests_total{code="Unimplemented",method="unmatched"} 1`,
		"grpc_request_duration_seconds_bucket",
		"grpc_requests_in_flight 0",
		"grpc_panics_total 0",
		"build_info",
		"go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	p.signal(t)
	p.wantExit(t, 0)
}
