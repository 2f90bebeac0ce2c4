package main

import (
	"net/http"
	"strings"
	"testing"

	greetingv1 "git.example.com/trade/market/api/greeting/v1"
)

func TestMetricsOfCalls(t *testing.T) {
	p := launch(t, nil)
	p.waitReady(t)
	client := greetingv1.NewGreetingServiceClient(p.dial(t))
	for _, name := range []string{"Ada", "<b>"} {
		// The second one is refused, and counted all the same.
		_, _ = client.Greet(t.Context(), &greetingv1.GreetRequest{Name: name})
	}
	status, body := get(p.admin + "/metrics")
	if status != http.StatusOK {
		t.Fatalf("metrics = %d", status)
	}
	for _, want := range []string{
		`grpc_requests_total{code="OK",method="/greeting.v1.GreetingService/Greet"} 1`,
		`grpc_requests_total{code="InvalidArgument",method="/greeting.v1.GreetingService/Greet"} 1`,
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
