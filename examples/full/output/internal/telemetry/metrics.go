package telemetry

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"git.example.com/trade/market/internal/buildinfo"
	"git.example.com/trade/market/internal/config"
)

// NewRegistry returns a registry with what every Go process can tell. Its own
// and not the global one: there, any imported package may add metrics unseen.
func NewRegistry() *prometheus.Registry {
	build := buildinfo.Get()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "build_info",
		Help:        "Always 1; the labels tell which build runs.",
		ConstLabels: prometheus.Labels{"version": build.Version, "commit": build.Commit, "go_version": build.Go},
	})
	info.Set(1)

	registry := prometheus.NewRegistry()
	registry.MustRegister(
		info,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)

	return registry
}

// MetricsHandler serves the registry. A collector that fails costs its own
// metrics, not the whole scrape.
func MetricsHandler(registry *prometheus.Registry) http.Handler {
	return promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError,
		Registry:      registry,
	}))
}

// RegisterReload exports what the configuration's watcher counts, under the
// names that Prometheus uses for its own configuration.
func RegisterReload(registry *prometheus.Registry, stats func() config.ReloadStats) {
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "config_reloads_total",
			Help: "Configurations that took effect after the start.",
		}, func() float64 { return float64(stats().Reloads) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "config_reload_failures_total",
			Help: "Configurations that were refused; the last good one stayed.",
		}, func() float64 { return float64(stats().Failures) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "config_last_reload_successful",
			Help: "Whether the configuration as it is on disk now is valid.",
		}, func() float64 {
			if stats().LastOK {
				return 1
			}

			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "config_last_reload_success_timestamp_seconds",
			Help: "When a configuration was last found valid.",
		}, func() float64 { return float64(stats().LastSuccess.UnixMilli()) / 1000 }),
	)
}
