package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"git.example.com/trade/market/internal/config"
)

func TestCentreMetrics(t *testing.T) {
	registry := NewRegistry()
	stats := config.CentreStats{Failures: 3}
	RegisterCentre(registry, func() config.CentreStats { return stats })
	scrape := func() string {
		w := httptest.NewRecorder()
		MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))

		return w.Body.String()
	}
	body := scrape()
	for _, want := range []string{"config_centre_up 0\n", "config_centre_fetch_failures_total 3\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "config_centre_age_seconds") {
		t.Error("an age without a document")
	}

	stats.Up, stats.Revision, stats.Confirmed = true, "42", time.Now().Add(-time.Minute)
	body = scrape()
	for _, want := range []string{"config_centre_up 1\n", "config_centre_info{revision=\"42\"} 1\n", "config_centre_age_seconds 60."} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q:\n%s", want, body)
		}
	}
}
