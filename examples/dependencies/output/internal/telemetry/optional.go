package telemetry

import "github.com/prometheus/client_golang/prometheus"

// optionalGauge is there while its value is known. An old number, or 0, would look
// as if all were well.
type optionalGauge struct {
	desc  *prometheus.Desc
	value func() (float64, bool)
}

func optional(desc *prometheus.Desc, value func() (float64, bool)) prometheus.Collector {
	return &optionalGauge{desc: desc, value: value}
}

// Describe implements prometheus.Collector.
func (g *optionalGauge) Describe(descs chan<- *prometheus.Desc) { descs <- g.desc }

// Collect implements prometheus.Collector.
func (g *optionalGauge) Collect(metrics chan<- prometheus.Metric) {
	if value, known := g.value(); known {
		metrics <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, value)
	}
}
