package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/messaging"
)

// source is a broker that says what it is told to.
type source struct {
	receiving bool
	lag       int64
	refuse    error
}

func (s *source) Receive(ctx context.Context, _ func(messaging.Delivery)) { <-ctx.Done() }
func (s *source) Receiving() bool                                         { return s.receiving }
func (s *source) Lag(context.Context) (int64, error)                      { return s.lag, s.refuse }

func consumerOf(name string, from messaging.Source) *consumer.Consumer {
	return consumer.New(consumer.Options{
		Name: name, Source: from, Limits: config.Consumer{Concurrency: 1}, Logger: slog.New(slog.DiscardHandler),
		Handlers: consumer.Handlers{"test": func(context.Context, messaging.Message) error { return nil }},
	})
}

func TestConsumerMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := NewRegistry()
		// Two consumers of one process, told apart by their label.
		heard := consumerOf("nats", &source{receiving: true, lag: 7})
		deaf := consumerOf("kafka", &source{refuse: context.DeadlineExceeded})
		for _, c := range []*consumer.Consumer{heard, deaf} {
			RegisterConsumer(registry, c)
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		w := httptest.NewRecorder()
		MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, want := range []string{
			`consumer_messages_total{consumer="nats",outcome="processed"} 0`,
			`consumer_messages_total{consumer="nats",outcome="failed"} 0`,
			`consumer_messages_total{consumer="nats",outcome="dead_lettered"} 0`,
			`consumer_messages_total{consumer="kafka",outcome="duplicate"} 0`,
			`consumer_messages_total{consumer="kafka",outcome="waited"} 0`,
			`consumer_in_flight_messages{consumer="nats"} 0`,
			`consumer_lag_messages{consumer="nats"} 7`,
			`consumer_receiving{consumer="nats"} 1`,
			`consumer_receiving{consumer="kafka"} 0`,
		} {
			if !strings.Contains(w.Body.String(), want+"\n") {
				t.Errorf("no line %s", want)
			}
		}
		if strings.Contains(w.Body.String(), `consumer_lag_messages{consumer="kafka"}`) {
			t.Error("a lag that nobody knows")
		}
		for _, c := range []*consumer.Consumer{heard, deaf} {
			if err := c.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWhoHasNoHandlersHasNoMetrics(t *testing.T) {
	registry := NewRegistry()
	RegisterConsumer(registry, consumer.New(consumer.Options{Name: "nats", Source: &source{}}))
	w := httptest.NewRecorder()
	MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if strings.Contains(w.Body.String(), "consumer_") {
		t.Error("a consumer that receives nothing is told of")
	}
}
