package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/shop/checkout/internal/messaging"
	"example.com/shop/checkout/internal/outbox"
)

// backlog is a table of which only its length is of interest.
type backlog struct{ outbox.Store }

func (backlog) Lead(context.Context, string, time.Duration) (bool, error) { return false, nil }
func (backlog) Release(context.Context, string) error                     { return nil }
func (backlog) Backlog(context.Context) (outbox.Backlog, error) {
	return outbox.Backlog{Waiting: 3, Oldest: 90 * time.Second, SetAside: 2}, nil
}

func TestOutboxMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := NewRegistry()
		relay := outbox.New(backlog{}, messaging.Publishers{}, slog.New(slog.DiscardHandler))
		RegisterOutbox(registry, "one", relay)
		RegisterOutbox(registry, "another", outbox.New(backlog{}, messaging.Publishers{}, slog.New(slog.DiscardHandler)))
		exported := func() string {
			w := httptest.NewRecorder()
			MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))

			return w.Body.String()
		}
		if got := exported(); strings.Contains(got, "outbox_waiting_messages") {
			t.Error("a number before anybody has looked")
		}
		if err := relay.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := exported()
		for _, want := range []string{
			`outbox_messages_total{broker="one",outcome="published"} 0`,
			`outbox_messages_total{broker="one",outcome="failed"} 0`,
			`outbox_messages_total{broker="one",outcome="set_aside"} 0`,
			`outbox_interruptions_total{broker="one"} 0`,
			`outbox_waiting_messages{broker="one"} 3`,
			`outbox_oldest_seconds{broker="one"} 90`,
			`outbox_set_aside_messages{broker="one"} 2`,
		} {
			if !strings.Contains(got, want+"\n") {
				t.Errorf("no line %s", want)
			}
		}
		if err := relay.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
