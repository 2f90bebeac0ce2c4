package grpcserver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	calls := 0
	f := newFixture(t, &handlers{unary: func(context.Context) error {
		calls++
		if calls == 3 {
			panic("boom")
		}

		return nil
	}}, Metrics(registry, 15*time.Second))
	for range 3 {
		_ = f.call(t.Context())
	}
	_ = f.callStream(t.Context(), "/nope.Service/Nope")
	_, _ = healthpb.NewHealthClient(f.client).Check(t.Context(), &healthpb.HealthCheckRequest{})
	// The counting may come after the answer.
	f.server.server.GracefulStop()

	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`grpc_requests_total{code="OK",method="/test.Service/Unary"} 2`,
		`grpc_requests_total{code="Internal",method="/test.Service/Unary"} 1`,
		`grpc_requests_total{code="Unimplemented",method="unmatched"} 1`,
		`grpc_request_duration_seconds_bucket{method="/test.Service/Unary",le="0.8"} 3`,
		// What has not failed yet is there, at zero.
		`grpc_requests_total{code="Unavailable",method="/test.Service/Unary"} 0`,
		"grpc_requests_in_flight 0",
		"grpc_panics_total 1",
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "grpc.health") {
		t.Error("probes are counted")
	}
}
