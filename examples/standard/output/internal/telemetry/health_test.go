package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/shop/orders/internal/health"
)

func TestHealthIsExported(t *testing.T) {
	checks := health.New(time.Second, 0, slog.New(slog.DiscardHandler))
	away := true
	checks.Register("orders-db", func(context.Context) error {
		if away {
			return errors.New("away")
		}

		return nil
	})
	registry := NewRegistry()
	RegisterHealth(registry, checks)
	exported := func() string {
		w := httptest.NewRecorder()
		MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))

		return w.Body.String()
	}

	if got := exported(); !strings.Contains(got, "health_ready 0\n") {
		t.Errorf("while it starts:\n%s", got)
	}
	checks.Started()
	for _, want := range []string{"health_ready 0\n", `health_check_passing{check="orders-db"} 0`} {
		if got := exported(); !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	away = false
	for _, want := range []string{"health_ready 1\n", `health_check_passing{check="orders-db"} 1`} {
		if got := exported(); !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	checks.Drain()
	if got := exported(); !strings.Contains(got, "health_ready 0\n") {
		t.Errorf("while it drains:\n%s", got)
	}
}
