package grpcserver

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"

	"example.com/shop/prices/internal/telemetry"
)

// callMetrics are rate, errors and duration by method.
type callMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
}

// Metrics returns what counts calls, named as the metrics of HTTP are.
func Metrics(registerer prometheus.Registerer, budget time.Duration) Option {
	m := &callMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grpc_requests_total",
			Help: "Calls answered, by method and status code.",
		}, []string{"method", "code"}),
		duration: prometheus.NewHistogramVec(telemetry.DurationOpts(
			"grpc_request_duration_seconds", "Time from the call's header to its status.", budget,
		), []string{"method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "grpc_requests_in_flight",
			Help: "Calls that are being answered now.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "grpc_panics_total",
			Help: "Calls whose handler panicked.",
		}),
	}
	registerer.MustRegister(m.requests, m.duration, m.inFlight, m.panics)

	return Option{Observer: m}
}

// failures are the codes of a method that spend its error budget.
var failures = []codes.Code{codes.Unknown, codes.DeadlineExceeded, codes.Internal, codes.Unavailable, codes.DataLoss}

// Serves has the failures of a method begin at zero: Prometheus sees only what is
// added to a series that it knows, so errors before the second scrape would be none.
func (m *callMetrics) Serves(method string) {
	for _, code := range failures {
		m.requests.WithLabelValues(method, code.String())
	}
}

func (m *callMetrics) Begun() { m.inFlight.Inc() }

func (m *callMetrics) Ended(call Call) {
	m.inFlight.Dec()
	if call.Panicked {
		m.panics.Inc()
	}
	m.requests.WithLabelValues(call.Method, call.Code.String()).Inc()
	m.duration.WithLabelValues(call.Method).Observe(call.Duration.Seconds())
}
