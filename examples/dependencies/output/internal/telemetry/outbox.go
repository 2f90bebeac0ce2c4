package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"example.com/shop/checkout/internal/outbox"
)

// RegisterOutbox exports what waits in the outbox for a broker, of all replicas
// together, and what this one has done.
func RegisterOutbox(registry *prometheus.Registry, broker string, r *outbox.Relay) {
	counter := func(outcome string, value func(outbox.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "outbox_messages_total",
			Help:        "Messages by what became of them; one that is tried again counts as failed each time.",
			ConstLabels: prometheus.Labels{"broker": broker, "outcome": outcome},
		}, func() float64 { return float64(value(r.Stats())) })
	}
	gauge := func(name, help string, value func(outbox.Backlog) float64) prometheus.Collector {
		labels := prometheus.Labels{"broker": broker}

		return optional(prometheus.NewDesc(name, help+"; none while the database doesn't say.", nil, labels), func() (float64, bool) {
			backlog, known := r.Backlog()

			return value(backlog), known
		})
	}
	registry.MustRegister(
		counter("published", func(s outbox.Stats) int64 { return s.Published }),
		counter("failed", func(s outbox.Stats) int64 { return s.Failed }),
		counter("set_aside", func(s outbox.Stats) int64 { return s.SetAside }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "outbox_interruptions_total",
			Help:        "Rounds of publishing that ended early, as broker or database were away.",
			ConstLabels: prometheus.Labels{"broker": broker},
		}, func() float64 { return float64(r.Stats().Interrupted) }),
		gauge("outbox_waiting_messages", "Messages that are to be published, counted up to ten thousand",
			func(b outbox.Backlog) float64 { return float64(b.Waiting) }),
		gauge("outbox_oldest_seconds", "How long the oldest of them has waited",
			func(b outbox.Backlog) float64 { return b.Oldest.Seconds() }),
		gauge("outbox_set_aside_messages", "Messages that are not tried any more",
			func(b outbox.Backlog) float64 { return float64(b.SetAside) }),
	)
}
