package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/consumer"
)

func TestConsumerMetrics(t *testing.T) {
	registry := NewRegistry()
	// Two consumers of one process, told apart by their label.
	for _, name := range []string{"nats", "kafka"} {
		RegisterConsumer(registry, consumer.New(consumer.Options{Name: name}))
	}
	w := httptest.NewRecorder()
	MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`consumer_messages_total{consumer="nats",outcome="processed"} 0`,
		`consumer_messages_total{consumer="nats",outcome="failed"} 0`,
		`consumer_messages_total{consumer="nats",outcome="dead_lettered"} 0`,
		`consumer_messages_total{consumer="kafka",outcome="duplicate"} 0`,
		`consumer_messages_total{consumer="kafka",outcome="waited"} 0`,
		`consumer_in_flight_messages{consumer="nats"} 0`,
		`consumer_lag_messages{consumer="kafka"} 0`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
}
