package httpserver

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/shipping/internal/telemetry"
)

// Metrics counts rate, errors and duration by route template.
func Metrics(registerer prometheus.Registerer, budget time.Duration) Middleware {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total",
		Help: "Requests answered, by route template and status.",
	}, []string{"method", "route", "code"})
	// Without the status: it would multiply the buckets by every code there is.
	duration := prometheus.NewHistogramVec(telemetry.DurationOpts(
		"http_request_duration_seconds", "Time from the request's header to the end of its answer.", budget,
	), []string{"method", "route"})
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
			e := exchangeOf(r.Context())
			inFlight.Inc()
			// Deferred, so that an aborted request is counted as well.
			defer func() {
				inFlight.Dec()
				if e.panicked {
					panics.Inc()
				}
				requests.WithLabelValues(e.method, e.route, strconv.Itoa(e.outcome())).Inc()
				duration.WithLabelValues(e.method, e.route).Observe(time.Since(e.start).Seconds())
			}()
			next.ServeHTTP(w, r)
		})
	}
}
