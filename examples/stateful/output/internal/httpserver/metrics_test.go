package httpserver

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	mux := NewRoutes()
	mux.HandleFunc("GET /things/{id}", noop)
	mux.HandleFunc("GET /panics", func(http.ResponseWriter, *http.Request) { panic("boom") })
	handler := Handler(mux.ServeMux, Metrics(registry, 15*time.Second, mux.Patterns()...), Recover(slog.New(slog.DiscardHandler)))
	for _, target := range []string{"GET /things/1", "GET /things/2", "GET /panics", "GET /a", "GET /b", "BREW /things/1"} {
		method, path, _ := strings.Cut(target, " ")
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil))
	}

	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`http_requests_total{code="200",method="GET",route="/things/{id}"} 2`,
		`http_requests_total{code="500",method="GET",route="/panics"} 1`,
		`http_requests_total{code="404",method="GET",route="unmatched"} 2`,
		`http_requests_total{code="405",method="_OTHER",route="unmatched"} 1`,
		`http_request_duration_seconds_bucket{method="GET",route="/things/{id}",le="0.8"} 2`,
		`http_request_duration_seconds_bucket{method="GET",route="/things/{id}",le="15"} 2`,
		// What has not failed yet is there, at zero.
		`http_requests_total{code="500",method="GET",route="/things/{id}"} 0`,
		`http_requests_total{code="503",method="GET",route="/panics"} 0`,
		"http_requests_in_flight 0",
		"http_panics_total 1",
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
}
