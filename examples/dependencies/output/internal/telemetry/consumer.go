package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"example.com/shop/checkout/internal/consumer"
)

// RegisterConsumer exports what a consumer counts.
func RegisterConsumer(registry *prometheus.Registry, c *consumer.Consumer) {
	counter := func(outcome string, value func(consumer.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "consumer_messages_total",
			Help:        "Messages by what became of them; one that is tried again counts as failed, or as waited, each time.",
			ConstLabels: prometheus.Labels{"consumer": c.Name, "outcome": outcome},
		}, func() float64 { return float64(value(c.Stats())) })
	}
	gauge := func(name, help string, value func(consumer.Stats) int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: name, Help: help, ConstLabels: prometheus.Labels{"consumer": c.Name},
		}, func() float64 { return float64(value(c.Stats())) })
	}
	registry.MustRegister(
		counter("processed", func(s consumer.Stats) int64 { return s.Processed }),
		counter("failed", func(s consumer.Stats) int64 { return s.Failed }),
		counter("dead_lettered", func(s consumer.Stats) int64 { return s.DeadLettered }),
		counter("duplicate", func(s consumer.Stats) int64 { return s.Duplicates }),
		counter("waited", func(s consumer.Stats) int64 { return s.Waited }),
		gauge("consumer_in_flight_messages", "Messages that are being handled.",
			func(s consumer.Stats) int64 { return s.InFlight }),
		gauge("consumer_lag_messages", "Messages that nobody has acknowledged yet, of all replicas together.",
			func(s consumer.Stats) int64 { return s.Lag }),
	)
}
