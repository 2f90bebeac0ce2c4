package telemetry

import "github.com/prometheus/client_golang/prometheus"

// RegisterTracing tells of the spans that are missing in the traces.
func RegisterTracing(registerer prometheus.Registerer, tracing *Tracing) {
	for reason, count := range map[string]func() float64{
		"queue_full":    func() float64 { full, _ := tracing.Dropped(); return float64(full) },
		"export_failed": func() float64 { _, failed := tracing.Dropped(); return float64(failed) },
	} {
		registerer.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "trace_spans_dropped_total",
			Help:        "Sampled spans that did not reach the collector, by reason.",
			ConstLabels: prometheus.Labels{"reason": reason},
		}, count))
	}
}
