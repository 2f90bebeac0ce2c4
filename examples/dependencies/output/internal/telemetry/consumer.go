package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"example.com/shop/checkout/internal/consumer"
)

// RegisterConsumer exports what a consumer counts, if there is anything to receive
// for.
func RegisterConsumer(registry *prometheus.Registry, c *consumer.Consumer) {
	if !c.Receives() {
		return
	}
	labels := prometheus.Labels{"consumer": c.Name}
	counter := func(outcome string, value func(consumer.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "consumer_messages_total",
			Help:        "Messages by what became of them; one that is tried again counts as failed, or as waited, each time.",
			ConstLabels: prometheus.Labels{"consumer": c.Name, "outcome": outcome},
		}, func() float64 { return float64(value(c.Stats())) })
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value)
	}
	registry.MustRegister(
		counter("processed", func(s consumer.Stats) int64 { return s.Processed }),
		counter("failed", func(s consumer.Stats) int64 { return s.Failed }),
		counter("dead_lettered", func(s consumer.Stats) int64 { return s.DeadLettered }),
		counter("duplicate", func(s consumer.Stats) int64 { return s.Duplicates }),
		counter("waited", func(s consumer.Stats) int64 { return s.Waited }),
		gauge("consumer_in_flight_messages", "Messages that are being handled.",
			func() float64 { return float64(c.Stats().InFlight) }),
		gauge("consumer_receiving", "Whether messages would arrive, if there were any.",
			func() float64 { return number(c.Receiving()) }),
		optional(prometheus.NewDesc("consumer_lag_messages",
			"Messages that nobody has acknowledged yet, of all replicas together; none while the broker doesn't say.", nil, labels),
			func() (float64, bool) {
				lag, known := c.Lag()

				return float64(lag), known
			}),
	)
}
