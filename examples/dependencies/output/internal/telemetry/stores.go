package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/shop/checkout/internal/store"
)

// storeBuckets reach from the answer of a cache to what no caller waits for.
var storeBuckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// StoreOperations counts operations of the stores and measures them.
func StoreOperations(registry *prometheus.Registry) store.Observe {
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "store_operation_duration_seconds",
		Help:    "Operations of the data stores, by their outcome: ok, canceled by the caller, or error.",
		Buckets: storeBuckets,
	}, []string{"store", "operation", "outcome"})
	registry.MustRegister(durations)

	return func(ctx context.Context, name, operation string) (context.Context, func(error)) {
		begin := time.Now()

		return ctx, func(err error) {
			durations.WithLabelValues(name, operation, store.Outcome(err)).Observe(time.Since(begin).Seconds())
		}
	}
}

// RegisterPool exports the state of a store's pool.
func RegisterPool(registry *prometheus.Registry, name string, stats func() store.PoolStats) {
	labels := prometheus.Labels{"store": name}
	gauge := func(name, help string, value func(store.PoolStats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels},
			func() float64 { return value(stats()) })
	}
	counter := func(name, help string, value func(store.PoolStats) float64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels},
			func() float64 { return value(stats()) })
	}
	registry.MustRegister(
		gauge("store_pool_max_connections", "Most connections that the pool opens.",
			func(s store.PoolStats) float64 { return float64(s.Max) }),
		gauge("store_pool_in_use_connections", "Connections that an operation uses now.",
			func(s store.PoolStats) float64 { return float64(s.InUse) }),
		gauge("store_pool_idle_connections", "Connections that are open and free.",
			func(s store.PoolStats) float64 { return float64(s.Idle) }),
		counter("store_pool_waits_total", "Operations that found no free connection and had to wait.",
			func(s store.PoolStats) float64 { return float64(s.Waits) }),
		counter("store_pool_timeouts_total", "Operations that were given up because no connection became free in time.",
			func(s store.PoolStats) float64 { return float64(s.Timeouts) }),
		counter("store_pool_wait_seconds_total", "Seconds that those operations have waited.",
			func(s store.PoolStats) float64 { return s.WaitTime.Seconds() }),
	)
}
