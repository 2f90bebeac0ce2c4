package telemetry

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func TestDroppedSpansAreInTheMetrics(t *testing.T) {
	tracing := NewTracing("orders", slog.New(slog.DiscardHandler))
	tracing.queue.full.Add(3)
	registry := prometheus.NewRegistry()
	RegisterTracing(registry, tracing)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`trace_spans_dropped_total{reason="queue_full"} 3`,
		`trace_spans_dropped_total{reason="export_failed"} 0`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
}
