package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestMetricsOnTheAdminPortOnly(t *testing.T) {
	p := launch(t, nil)
	p.waitReady(t)
	if err := p.ask(t); err != nil {
		t.Fatal(err)
	}
	status, body := get(p.admin + "/metrics")
	if status != http.StatusOK {
		t.Fatalf("metrics = %d", status)
	}
	for _, want := range []string{
		`http_requests_total{code="200",method="GET",route="/version"} 1`,
		"http_request_duration_seconds_bucket",
		"http_requests_in_flight",
		"http_panics_total",
		"build_info",
		"go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if status, _ := get(p.http + "/metrics"); status != http.StatusNotFound {
		t.Errorf("metrics on the traffic port = %d, want 404", status)
	}
	p.signal(t)
	p.wantExit(t, 0)
}
