package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.example.com/trade/market/internal/config"
)

// RegisterCentre exports what is known of the configuration centre.
func RegisterCentre(registry *prometheus.Registry, stats func() config.CentreStats) {
	registry.MustRegister(&centreCollector{
		stats: stats,
		info: prometheus.NewDesc("config_centre_info",
			"Always 1; the label tells which document of the centre is in force.", []string{"revision"}, nil),
		age: prometheus.NewDesc("config_centre_age_seconds",
			"Since the centre last said that the document in force is what it has.", nil, nil),
		up: prometheus.NewDesc("config_centre_up",
			"Whether the centre has answered when it was asked last.", nil, nil),
		failures: prometheus.NewDesc("config_centre_fetch_failures_total",
			"Questions to the centre without a usable answer.", nil, nil),
	})
}

// centreCollector and not four functions: a label that changes belongs to one
// series at a time, and there is no age before the first document.
type centreCollector struct {
	stats                   func() config.CentreStats
	info, age, up, failures *prometheus.Desc
}

func (c *centreCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{c.info, c.age, c.up, c.failures} {
		descs <- desc
	}
}

func (c *centreCollector) Collect(metrics chan<- prometheus.Metric) {
	stats := c.stats()
	if !stats.Confirmed.IsZero() {
		metrics <- prometheus.MustNewConstMetric(c.info, prometheus.GaugeValue, 1, stats.Revision)
		metrics <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, time.Since(stats.Confirmed).Seconds())
	}
	up := 0.0
	if stats.Up {
		up = 1
	}
	metrics <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, up)
	metrics <- prometheus.MustNewConstMetric(c.failures, prometheus.CounterValue, float64(stats.Failures))
}
