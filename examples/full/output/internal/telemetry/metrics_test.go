package telemetry

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.example.com/trade/market/internal/config"
)

func TestMetricsHandler(t *testing.T) {
	w := httptest.NewRecorder()
	MetricsHandler(NewRegistry()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`build_info{commit="`,
		`go_version="` + runtime.Version() + `"`,
		"go_goroutines ",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestRegisterReload(t *testing.T) {
	registry := prometheus.NewRegistry()
	RegisterReload(registry, func() config.ReloadStats {
		return config.ReloadStats{Reloads: 3, Failures: 2, LastSuccess: time.Unix(1000, 0), LastOK: true}
	})
	w := httptest.NewRecorder()
	MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		"config_reloads_total 3\n",
		"config_reload_failures_total 2\n",
		"config_last_reload_successful 1\n",
		"config_last_reload_success_timestamp_seconds 1000\n",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in\n%s", want, w.Body.String())
		}
	}
}
