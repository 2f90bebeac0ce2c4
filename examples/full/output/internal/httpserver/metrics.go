package httpserver

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.example.com/trade/market/internal/telemetry"
)

// failures are the statuses of a route that spend its error budget.
var failures = []int{
	http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

// Metrics counts rate, errors and duration by route template. The failures of
// each pattern begin at zero: Prometheus sees only what is added to a series that
// it knows, so errors before the second scrape would be none.
func Metrics(registerer prometheus.Registerer, budget time.Duration, patterns ...string) Middleware {
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
	for _, pattern := range patterns {
		for _, method := range methodsOf(pattern) {
			for _, status := range failures {
				requests.WithLabelValues(method, routeOf(pattern), strconv.Itoa(status))
			}
		}
	}

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

// methodsOf returns the methods that a pattern answers, as metrics name them.
func methodsOf(pattern string) []string {
	method, _, ok := strings.Cut(pattern, " ")
	switch {
	case !ok:
		return []string{http.MethodGet, http.MethodPost}
	case method == http.MethodGet:
		return []string{http.MethodGet, http.MethodHead}
	default:
		return []string{method}
	}
}
