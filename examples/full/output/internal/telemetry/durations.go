package telemetry

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// sloLatency is the threshold of the latency objective, in seconds. It is a bucket bound
// itself, so that "how many were faster" is counted and never interpolated. The
// alert rules ask for exactly this bound.
const sloLatency = 0.8

// DurationOpts are those of every histogram of how long an answer takes.
func DurationOpts(name, help string, budget time.Duration) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name:    name,
		Help:    help,
		Buckets: durationBuckets(budget),
		// A native histogram as well, for servers that scrape it: 10 % wide
		// buckets, at most 100 of them, merged when there are more and started
		// afresh after an hour.
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}
}

// durationBuckets go from the fastest answers to the handler's whole budget.
func durationBuckets(budget time.Duration) []float64 {
	bounds := []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, sloLatency, budget.Seconds()}
	slices.Sort(bounds)

	return slices.Compact(bounds)
}
