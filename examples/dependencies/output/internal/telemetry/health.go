package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/shop/checkout/internal/health"
)

// RegisterHealth exports what the readiness probe is told. An outage that takes
// every pod out of the Service shows here and nowhere else: who gets no request
// counts no error.
func RegisterHealth(registry *prometheus.Registry, checks *health.Health) {
	registry.MustRegister(&healthCollector{
		checks: checks,
		ready: prometheus.NewDesc("health_ready",
			"Whether this process may have traffic: 1, or 0 while it starts, drains, or misses a dependency.", nil, nil),
		passing: prometheus.NewDesc("health_check_passing",
			"Whether a check passes, of readiness or of what requests are answered without.", []string{"check"}, nil),
	})
}

type healthCollector struct {
	checks         *health.Health
	ready, passing *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *healthCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.ready
	descs <- c.passing
}

// Collect shares the last round of checks with the probes, so a scrape costs no
// further one as a rule, and takes no longer than the checks may.
func (c *healthCollector) Collect(metrics chan<- prometheus.Metric) {
	report := c.checks.Ready(context.Background())
	metrics <- prometheus.MustNewConstMetric(c.ready, prometheus.GaugeValue, number(report.OK))
	for _, result := range report.Results {
		metrics <- prometheus.MustNewConstMetric(c.passing, prometheus.GaugeValue, number(result.Err == nil), result.Name)
	}
}

func number(holds bool) float64 {
	if holds {
		return 1
	}

	return 0
}
