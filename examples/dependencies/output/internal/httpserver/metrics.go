package httpserver

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// sloLatency is the threshold of the latency objective, in seconds. It is a bucket bound
// itself, so that "how many were faster" is counted and never interpolated. The
// alert rules ask for exactly this bound.
const sloLatency = 0.8

// durationBuckets go from the fastest answers to the handler's whole budget.
func durationBuckets(budget time.Duration) []float64 {
	bounds := []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, sloLatency, budget.Seconds()}
	slices.Sort(bounds)

	return slices.Compact(bounds)
}

// Metrics counts rate, errors and duration by route template.
func Metrics(registerer prometheus.Registerer, budget time.Duration) Middleware {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total",
		Help: "Requests answered, by route template and status.",
	}, []string{"method", "route", "code"})
	// Without the status: it would multiply the buckets by every code there is.
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_request_duration_seconds",
		Help:    "Time from the request's header to the end of its answer.",
		Buckets: durationBuckets(budget),
		// A native histogram as well, for servers that scrape it: 10 % wide
		// buckets, at most 100 of them, merged when there are more and started
		// afresh after an hour.
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, []string{"method", "route"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "http_requests_in_flight",
		Help: "Requests that are being answered now.",
	})
	panics := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "http_panics_total",
		Help: "Requests whose handler panicked.",
	})
	registerer.MustRegister(requests, duration, inFlight, panics)

	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			e := exchangeOf(ctx)
			inFlight.Inc()
			// Deferred, so that an aborted request is counted as well.
			defer func() {
				inFlight.Dec()
				if e.panicked {
					panics.Inc()
				}
				requests.WithLabelValues(e.method, e.route, strconv.Itoa(e.outcome(ctx))).Inc()
				duration.WithLabelValues(e.method, e.route).Observe(time.Since(e.start).Seconds())
			}()
			next.ServeHTTP(w, r)
		})
	}
}
