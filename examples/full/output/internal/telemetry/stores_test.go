package telemetry

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"git.example.com/trade/market/internal/store"
)

func TestStoreMetrics(t *testing.T) {
	registry := NewRegistry()
	observe := StoreOperations(registry)
	for _, err := range []error{nil, errors.New("refused"), errors.New("refused")} {
		_, end := observe(t.Context(), "db", "read")
		end(err)
	}
	// Two pools of one process, told apart by their label.
	for _, name := range []string{"db", "cache"} {
		RegisterPool(registry, name, func() store.PoolStats {
			return store.PoolStats{Max: 7, InUse: 3, Idle: 2, Waits: 5, WaitTime: 1500 * time.Millisecond, Timeouts: 4}
		})
	}

	w := httptest.NewRecorder()
	MetricsHandler(registry).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`store_operation_duration_seconds_count{operation="read",outcome="ok",store="db"} 1`,
		`store_operation_duration_seconds_count{operation="read",outcome="error",store="db"} 2`,
		`store_pool_max_connections{store="db"} 7`,
		`store_pool_in_use_connections{store="cache"} 3`,
		`store_pool_idle_connections{store="db"} 2`,
		`store_pool_waits_total{store="db"} 5`,
		`store_pool_wait_seconds_total{store="db"} 1.5`,
		`store_pool_timeouts_total{store="cache"} 4`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
}
